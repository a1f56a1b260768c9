; vary.scm: variations of files
;
; Copyright (C) 2026 The gimp-ddim authors
; SPDX-License-Identifier: GPL-3.0-or-later
;
;   gimp-console -i --batch-interpreter=plug-in-script-fu-eval -b '
;   (script-fu-use-v3) (load "examples/vary.scm")
;   (vary-folder "photos" "varied" 0.3 7)' --quit
;
; All the arguments of the procedures: doc/procedures.md.

; A variation of a file into another.
(define (vary-file source target strength seed)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE source))
         (layer (vector-ref (gimp-image-get-layers image) 0)))
    (plug-in-ddim-variation #:image image #:drawables (vector layer)
                            #:strength strength #:seed seed)
    (gimp-file-save RUN-NONINTERACTIVE image target)
    (gimp-image-delete image)))

; Whether a name ends in .png.
(define (is-png name)
  (let ((n (string-length name)))
    (and (> n 4) (string=? (substring name (- n 4) n) ".png"))))

; The names in a folder.
(define (folder-names folder)
  (let ((stream (dir-open-stream folder)))
    (let loop ((names '()))
      (let ((name (dir-read-entry stream)))
        (if (eof-object? name)
            (begin (dir-close-stream stream) names)
            (loop (cons name names)))))))

; A variation of each PNG of a folder into another folder, which exists.
(define (vary-folder source target strength seed)
  (for-each
    (lambda (name)
      (if (is-png name)
          (vary-file (string-append source "/" name)
                     (string-append target "/" name) strength seed)))
    (folder-names source)))

; `count` variations of a file, encoded only once: target-1.png and so on.
(define (vary-several source target count strength seed)
  (let* ((image  (gimp-file-load RUN-NONINTERACTIVE source))
         (layer  (vector-ref (gimp-image-get-layers image) 0))
         (layers (car (plug-in-ddim-variation
                        #:image image #:drawables (vector layer)
                        #:output "new-layers" #:count count
                        #:strength strength #:seed seed))))
    (let loop ((i 0))
      (if (< i count)
          (let ((copy (gimp-image-new (gimp-image-get-width image)
                                      (gimp-image-get-height image)
                                      (gimp-image-get-base-type image))))
            (gimp-image-insert-layer
              copy (gimp-layer-new-from-drawable (vector-ref layers i) copy) 0 0)
            (gimp-file-save RUN-NONINTERACTIVE copy
                            (string-append target "-" (number->string (+ i 1)) ".png"))
            (gimp-image-delete copy)
            (loop (+ i 1)))))
    (gimp-image-delete image)))
