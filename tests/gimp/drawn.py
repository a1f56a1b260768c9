# drawn.py: layers that GIMP draws by itself can be varied, and stay so
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A text layer, and from GIMP 3.2 on a link and a vector layer.  What was changed in place
# is no longer drawn: not when its file is written, and not when the image is opened.

import time

from harness import *

LINKED = os.path.join(OUT, 'linked.png')
W, H = 40, 32


def text():
    """a text layer"""
    image, _ = new_image(W, H)
    Gimp.context_set_foreground(Gegl.Color.new('red'))
    layer = Gimp.TextLayer.new(image, 'DDIM', Gimp.context_get_font(), 24, Gimp.Unit.pixel())
    image.insert_layer(layer, None, 0)
    return image, layer


def link():
    """a link layer"""
    linked, _ = new_image(W, H)
    save_png(linked, 'linked.png')
    linked.delete()
    image, _ = new_image(W, H)
    layer = Gimp.LinkLayer.new(image, Gio.File.new_for_path(LINKED))
    image.insert_layer(layer, None, 0)
    return image, layer


def vector():
    """a vector layer"""
    image, _ = new_image(W, H)
    path = Gimp.Path.new(image, 'triangle')
    image.insert_path(path, None, 0)
    corners = [(5, 5), (35, 8), (20, 28)]  # each with its two handles
    path.stroke_new_from_points(Gimp.PathStrokeType.BEZIER,
                                [float(x) for corner in corners for x in corner * 3], True)
    layer = Gimp.VectorLayer.new(image, path)
    image.insert_layer(layer, None, 0)
    layer.set_enable_fill(True)
    layer.set_fill_color(Gegl.Color.new('red'))
    layer.refresh()
    return image, layer


KINDS = [text, link, vector] if hasattr(Gimp, 'LinkLayer') else [text]


def varied(make, **arguments):
    """The image, its layer, and the pixels before.  By the model: what is all of one
    colour would stay so by its own texture."""
    image, layer = make()
    before = read_bytes(layer)
    vary_or_die(image, layer, texture='model', **arguments)
    return image, layer, before


def in_place(make):
    image, layer, before = varied(make)
    after = read_bytes(layer)
    assert differing(before, after), 'nothing changed'
    file = Gio.File.new_for_path(os.path.join(OUT, 'again.xcf'))
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
    opened = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    assert read_bytes(opened.get_layers()[0]) == after, 'opened again, it is another'


def as_new_layer(make):
    image, layer, before = varied(make, output='new-layers')
    assert image.get_layers()[1] == layer and read_bytes(layer) == before


for make in KINDS:
    test_case(f'{make.__doc__}, in place', lambda m=make: in_place(m))
    test_case(f'{make.__doc__}, as a new layer', lambda m=make: as_new_layer(m))


def stays():
    """GIMP watches the linked file: one layer is drawn again when it has noticed."""
    image, layer, _ = varied(link)
    after = read_bytes(layer)
    _, other = link()
    drawn = read_bytes(other)
    white, of_white = new_image(W, H)
    of_white.fill(Gimp.FillType.WHITE)
    save_png(white, 'linked.png')
    for _ in range(600):
        if read_bytes(other) != drawn:
            break
        time.sleep(0.1)
    assert read_bytes(other) != drawn, 'no link layer follows its file'
    assert read_bytes(layer) == after, 'it is drawn again'


if link in KINDS:
    test_case('a varied link layer does not follow its file', stays)

run_tests()
