# gallery.py: the pictures of README.md and of the help, as ./dev gallery makes them
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs inside gimp-console.  Of a part of $GALLERY_PHOTO it writes into
# $GALLERY_OUT, as PNG files that ImageMagick then puts side by side:
#   vary-D-S.png   variations, D and S counting depths and strengths
#   leeway-I.png   variations, I counting leeways
#   frame-I.png    frames of an interpolation between two parts of the photograph
#   texture.png    a tileable texture, where the plug-in makes those

import os

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp, Gio  # noqa: E402

OUT = os.environ['GALLERY_OUT']
DEPTHS, STRENGTHS, LEEWAYS = (0.3, 0.6, 0.8), (0.3, 0.6, 1.0), (0.0, 0.5, 0.7, 1.0)
SIDE, FRAMES = 112, 5


def call(name, image, drawables, **arguments):
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', drawables)
    for key, value in arguments.items():
        config.set_property(key, value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise SystemExit(f'{name}: {Gimp.get_pdb().get_last_error()}')
    return result


def part(x, y, w=SIDE, h=SIDE):
    """A part of the photograph, as an image of its own."""
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE,
                           Gio.File.new_for_path(os.environ['GALLERY_PHOTO']))
    image.crop(w, h, x, y)
    return image, image.get_layers()[0]


def save(image, name):
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image,
                   Gio.File.new_for_path(os.path.join(OUT, name)), None)


def varied(name, **arguments):
    """A part of the photograph, varied in its surroundings."""
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE,
                           Gio.File.new_for_path(os.environ['GALLERY_PHOTO']))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 95, 40, 144, 144)
    call('plug-in-ddim-variation', image, image.get_layers(), seed=1, **arguments)
    image.crop(144, 144, 95, 40)
    save(image, name)


for i, depth in enumerate(DEPTHS):
    for k, strength in enumerate(STRENGTHS):
        varied(f'vary-{i}-{k}.png', depth=depth, strength=strength)
for i, leeway in enumerate(LEEWAYS):
    varied(f'leeway-{i}.png', leeway=leeway, strength=1.0)

image, first = part(115, 60)
other, layer = part(180, 130)
second = Gimp.Layer.new_from_drawable(layer, image)
image.insert_layer(second, None, 0)
frames = call('plug-in-ddim-interpolate', image, [first, second], frames=FRAMES,
              output='image').get_core_object_array(1)
for i, frame in enumerate(frames):
    alone = Gimp.Image.new(SIDE, SIDE, Gimp.ImageBaseType.RGB)
    alone.insert_layer(Gimp.Layer.new_from_drawable(frame, alone), None, 0)
    alone.flatten()
    save(alone, f'frame-{i}.png')

if Gimp.get_pdb().procedure_exists('plug-in-ddim-texture'):
    image, layer = part(140, 95, 100, 84)
    made = call('plug-in-ddim-texture', image, [layer], width=96, height=96,
                tileable=True, output='new-image', seed=1).index(1)
    save(made.get_image(), 'texture.png')
