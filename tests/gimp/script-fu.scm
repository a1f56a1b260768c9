; script-fu.scm: the procedure as scripts call it
;
; Copyright (C) 2026 The gimp-ddim authors
; SPDX-License-Identifier: GPL-3.0-or-later
;
; run.py defines tap-path.  An error of a PDB call ends in `catch`.

(define tap (open-output-file tap-path))
(define count 0)

(define (check name passed)
  (set! count (+ count 1))
  (display (string-append (if passed "ok " "not ok ")
                          (number->string count) " " name "\n") tap))

; Whether a thunk ends in an error.
(define (fails thunk)
  (catch #t (thunk) #f))

(define (new-layer image)
  (let ((layer (gimp-layer-new image "layer" 64 64 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-context-set-foreground '(200 60 40))
    (gimp-drawable-fill layer FILL-FOREGROUND)
    layer))

; The values of a few pixels, inside and outside of the selection below.
(define (pixels-at layer points)
  (map (lambda (at) (gimp-drawable-get-pixel layer (car at) (cadr at))) points))
(define (inside layer)  (pixels-at layer '((20 20) (24 28) (31 31) (28 22))))
(define (outside layer) (pixels-at layer '((2 2) (60 5) (40 40) (63 63))))

(define image (gimp-image-new 64 64 RGB))
(define layer (new-layer image))
(define before-inside  (inside layer))
(define before-outside (outside layer))

(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 16 16 16 16)

(check "called with keywords it succeeds"
       (not (fails (lambda ()
         (plug-in-ddim-variation #:image image #:drawables (vector layer)
                                 #:texture "model"
                                 #:steps 3 #:depth 0.5 #:strength 0.6 #:seed 3)))))
; The layer is of one colour: its own texture would leave it so.
(check "what is selected changes"
       (not (equal? before-inside (inside layer))))
(check "what is not selected stays"
       (equal? before-outside (outside layer)))

(check "omitted arguments take their defaults"
       (not (fails (lambda ()
         (plug-in-ddim-variation #:image image #:drawables (vector layer))))))

(define after (inside layer))
(check "a depth above 1 is an error"
       (fails (lambda ()
         (plug-in-ddim-variation #:image image #:drawables (vector layer)
                                 #:depth 1.5))))
(check "steps below 2 are an error"
       (fails (lambda ()
         (plug-in-ddim-variation #:image image #:drawables (vector layer)
                                 #:steps 0))))
(check "a negative seed is an error"
       (fails (lambda ()
         (plug-in-ddim-variation #:image image #:drawables (vector layer)
                                 #:seed -1))))
(check "a model that is not installed is an error"
       (fails (lambda ()
         (plug-in-ddim-variation #:image image #:drawables (vector layer)
                                 #:model "nowhere"))))
(check "after the errors the layer is as before"
       (equal? after (inside layer)))

(display (string-append "1.." (number->string count) "\n") tap)
(close-output-port tap)
