; examples-fu.scm: the Script-Fu examples, on small pictures
;
; Copyright (C) 2026 The gimp-ddim authors
; SPDX-License-Identifier: GPL-3.0-or-later
;
; run.py defines tap-path, examples and out.

(define tap (open-output-file tap-path))
(define count 0)

(define (check name passed)
  (set! count (+ count 1))
  (display (string-append (if passed "ok " "not ok ")
                          (number->string count) " " name "\n") tap))

(define (in name)     (string-append out "/pictures/" name))
(define (result name) (string-append out "/results/" name))

(load (string-append examples "/vary.scm"))
(load (string-append examples "/morph.scm"))
(load (string-append examples "/atlas.scm"))

(define (make-folder name)
  (if (not (file-exists? (string-append out name))) (dir-make (string-append out name))))
(make-folder "/pictures")
(make-folder "/results")

; A grainy picture with a darker corner.
(define (make-picture name w h color)
  (let* ((image (gimp-image-new w h RGB))
         (layer (gimp-layer-new image "layer" w h RGB-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-context-set-foreground color)
    (gimp-drawable-fill layer FILL-FOREGROUND)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 (quotient w 2) (quotient h 2))
    (gimp-context-set-foreground '(40 50 60))
    (gimp-drawable-edit-fill layer FILL-FOREGROUND)
    (gimp-selection-none image)
    (gimp-drawable-merge-new-filter layer "gegl:noise-rgb" 0 LAYER-MODE-REPLACE 1.0
                                    "red" 0.3 "green" 0.3 "blue" 0.3 "seed" 7)
    (gimp-file-save RUN-NONINTERACTIVE image (in name))
    (gimp-image-delete image)))
(make-picture "red.png" 32 24 '(200 60 40))
(make-picture "blue.png" 32 24 '(40 60 200))

; Width, height and layers of a file.
(define (shape-of path)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE path))
         (shape (list (gimp-image-get-width image) (gimp-image-get-height image)
                      (vector-length (gimp-image-get-layers image)))))
    (gimp-image-delete image)
    shape))

; A pixel of a file.
(define (pixel-of path)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE path))
         (layer (vector-ref (gimp-image-get-layers image) 0))
         (pixel (gimp-drawable-get-pixel layer 20 18)))
    (gimp-image-delete image)
    pixel))

(vary-folder (string-append out "/pictures") (string-append out "/results") 0.9 7)
(check "every PNG of a folder is varied"
       (and (equal? '(32 24 1) (shape-of (result "red.png")))
            (equal? '(32 24 1) (shape-of (result "blue.png")))
            (not (equal? (pixel-of (in "red.png")) (pixel-of (result "red.png"))))))

(vary-several (in "red.png") (result "some") 2 0.9 1)
(check "several variations of one, each another"
       (and (equal? '(32 24 1) (shape-of (result "some-1.png")))
            (not (equal? (pixel-of (result "some-1.png")) (pixel-of (result "some-2.png"))))))

(morph (in "red.png") (in "blue.png") (result "film.webp") 4)
(check "an animated WebP" (equal? '(32 24 4) (shape-of (result "film.webp"))))

(morph (in "red.png") (in "blue.png") (result "film.gif") 4)
(check "an animated GIF" (equal? '(32 24 4) (shape-of (result "film.gif"))))

(atlas (in "blue.png") (result "atlas.png") 2 2)
(check "an atlas" (equal? '(64 48 1) (shape-of (result "atlas.png"))))

; What comes back of an interpolation: layers, the largest error, and each.
(let* ((image  (gimp-file-load RUN-NONINTERACTIVE (in "red.png")))
       (other  (gimp-file-load RUN-NONINTERACTIVE (in "blue.png")))
       (values (plug-in-ddim-interpolate
                 #:image image #:drawables (gimp-image-get-layers image)
                 #:other (vector-ref (gimp-image-get-layers other) 0)
                 #:frames 3 #:steps 3)))
  (check "an interpolation returns layers and the errors of both ends"
         (and (= 3 (vector-length (car values)))
              (= 2 (vector-length (caddr values)))
              (= (cadr values)
                 (max (vector-ref (caddr values) 0) (vector-ref (caddr values) 1))))))

(display (string-append "1.." (number->string count) "\n") tap)
(close-output-port tap)
