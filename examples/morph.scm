; morph.scm: a film from one file to another, an animated WebP or GIF
;
; Copyright (C) 2026 The gimp-ddim authors
; SPDX-License-Identifier: GPL-3.0-or-later
;
;   gimp-console -i --batch-interpreter=plug-in-script-fu-eval -b '
;   (script-fu-use-v3) (load "examples/morph.scm")
;   (morph "summer.png" "winter.png" "year.webp" 24)' --quit

; target ends in .webp or .gif; the film goes there and back again.
(define (morph source other target frames)
  (let* ((image  (gimp-file-load RUN-NONINTERACTIVE source))
         (second (gimp-file-load RUN-NONINTERACTIVE other))
         (result (plug-in-ddim-interpolate
                   #:image image
                   #:drawables (gimp-image-get-layers image)
                   #:other (vector-ref (gimp-image-get-layers second) 0)
                   #:output "image" #:frames frames #:loop #t #:easing "in-out"))
         (film   (gimp-item-get-image (vector-ref (car result) 0)))
         (n      (string-length target)))
    (if (string=? (substring target (- n 4) n) ".gif")
        (file-gif-export #:image film #:file target #:as-animation #t)
        (file-webp-export #:image film #:file target #:animation #t))
    (for-each gimp-image-delete (list film image second))))
