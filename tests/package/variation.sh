#!/bin/sh
# variation.sh: the installed plug-in makes a variation in GIMP, by script
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: variation.sh PHOTO WORK: PHOTO is tests/data/photo.png, WORK a folder for
# what is made.  GIMP is this user's own, with its profile.
set -eu

photo=$1 work=$2

# The corners lie outside of the ellipse, the row inside.
cat >"$work/variation.scm" <<SCHEME
(script-fu-use-v3)
(define (check what holds)
  (if (not holds) (error what)))
(let* ((image (gimp-file-load RUN-NONINTERACTIVE "$photo"))
       (layer (vector-ref (gimp-image-get-layers image) 0))
       (before (gimp-layer-copy layer FALSE))
       (differs (lambda (x y)
                  (not (equal? (gimp-drawable-get-pixel layer x y)
                               (gimp-drawable-get-pixel before x y))))))
  (gimp-image-insert-layer image before 0 1)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 110 75 100 100)
  (plug-in-ddim-variation #:image image #:drawables (vector layer)
                          #:strength 1.0 #:steps 5 #:seed 7)
  (check "nothing changed where all may change"
         (let loop ((x 140))
           (and (< x 180) (or (differs x 125) (loop (+ x 1))))))
  (check "something changed outside of the selection"
         (not (or (differs 2 2) (differs 317 2) (differs 2 247) (differs 317 247)
                  (differs 160 70) (differs 105 125))))
  (gimp-image-remove-layer image before)
  (gimp-file-save RUN-NONINTERACTIVE image "$work/varied.png"))
SCHEME

gimp=$(command -v gimp-console || command -v gimp-console-3.0 || command -v gimp-console-3.2)
if ! "$gimp" -i --batch-interpreter=plug-in-script-fu-eval \
       -b "(load \"$work/variation.scm\")" --quit >"$work/log" 2>&1 ||
   [ ! -s "$work/varied.png" ]; then
  cat "$work/log"
  echo "variation.sh: GIMP made no variation; above is what it said"
  exit 1
fi
! cmp -s "$photo" "$work/varied.png"
