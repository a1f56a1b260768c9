# morph.py: a film from one file to another, an animated WebP or GIF
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
#   gimp-console -i --batch-interpreter=python-fu-eval -b "
#   import sys; sys.path.insert(0, 'examples'); import morph
#   morph.morph(['summer.png', 'winter.png'], 'year.webp', frames=24)" --quit
#
# What `arguments` may be: doc/procedures.md, plug-in-ddim-interpolate.

from ddim_pdb import call, load, save


def morph(sources, target, loop=True, **arguments):
    """A film through two or more files; with loop it comes back to the first.
    Files of different sizes meet at their upper left corners."""
    images = [load(source) for source in sources]
    layers = [image.get_layers()[0] for image in images]
    first, *others = [from_image(images[0], layer) for layer in layers]
    values = call('plug-in-ddim-interpolate', image=images[0], drawables=[first, *others],
                  output='image', loop=loop, **arguments)
    film = values.get_core_object_array(1)[0].get_image()
    if target.endswith('.gif'):
        save(film, target, 'file-gif-export', as_animation=True, loop=True)
    else:
        save(film, target, 'file-webp-export', animation=True, animation_loop=True)
    for image in [film, *images]:
        image.delete()


def from_image(image, layer):
    """The layer in that image: itself or a copy."""
    from gi.repository import Gimp
    if layer.get_image() == image:
        return layer
    copy = Gimp.Layer.new_from_drawable(layer, image)
    image.insert_layer(copy, None, 0)
    copy.set_offsets(0, 0)
    return copy
