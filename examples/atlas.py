# atlas.py: variations of one texture, laid side by side
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
#   gimp-console -i --batch-interpreter=python-fu-eval -b "
#   import sys; sys.path.insert(0, 'examples'); import atlas
#   atlas.atlas('stone.png', 'stones.png', columns=4, rows=4)" --quit

from ddim_pdb import call, load, save


def atlas(source, target, columns, rows, strength=0.6, depth=0.5, **arguments):
    """columns x rows variations of a texture in one picture.  Each of them
    tiles: it can be repeated by itself without a seam."""
    image = load(source)
    w, h = image.get_width(), image.get_height()
    texture = image.flatten()
    values = call('plug-in-ddim-variation', image=image, drawables=[texture],
                  output='new-layers', count=columns * rows, tileable=True,
                  strength=strength, depth=depth, **arguments)
    image.resize(w * columns, h * rows, 0, 0)
    for i, layer in enumerate(values.get_core_object_array(1)):
        layer.set_offsets(i % columns * w, i // columns * h)
    image.flatten()
    save(image, target)
    image.delete()
