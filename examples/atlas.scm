; atlas.scm: variations of one texture, laid side by side
;
; Copyright (C) 2026 The gimp-ddim authors
; SPDX-License-Identifier: GPL-3.0-or-later
;
;   gimp-console -i --batch-interpreter=plug-in-script-fu-eval -b '
;   (script-fu-use-v3) (load "examples/atlas.scm")
;   (atlas "stone.png" "stones.png" 4 4)' --quit

; columns x rows variations of a texture in one picture, each of which tiles.
(define (atlas source target columns rows)
  (let* ((image   (gimp-file-load RUN-NONINTERACTIVE source))
         (w       (gimp-image-get-width image))
         (h       (gimp-image-get-height image))
         (texture (gimp-image-flatten image))
         (count   (* columns rows))
         (layers  (car (plug-in-ddim-variation
                         #:image image #:drawables (vector texture)
                         #:output "new-layers" #:count count #:tileable #t
                         #:strength 0.6 #:depth 0.5))))
    (gimp-image-resize image (* w columns) (* h rows) 0 0)
    (let loop ((i 0))
      (if (< i count)
          (begin
            (gimp-layer-set-offsets (vector-ref layers i)
                                    (* w (modulo i columns)) (* h (quotient i columns)))
            (loop (+ i 1)))))
    (gimp-image-flatten image)
    (gimp-file-save RUN-NONINTERACTIVE image target)
    (gimp-image-delete image)))
