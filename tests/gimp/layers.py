# layers.py: a variation as a new layer, of anything that has pixels
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One table: what is made, and what of it is varied.  The promise: the new
# layer lies right above its source, where the selection is, and shows what a
# variation in place would have made; nothing else in the image changes, so
# what is locked, and what has no pixels of its own, can be varied as well.

from harness import *

P = Gimp.Precision
REPLACE = Gimp.ChannelOps.REPLACE
W, H = 40, 32


def pixels(drawable):
    """Of each pixel R', G', B', A."""
    return list(zip(*[iter(read_floats(drawable))] * 4))


def box(image, source):
    """The selection's bounds within the drawable, in its pixels."""
    _, x, y, w, h = source.mask_intersect()
    return x, y, w, h


def selected(image, source, x, y):
    if Gimp.Selection.is_empty(image):
        return 1.0
    _, off_x, off_y = source.get_offsets()
    return Gimp.Selection.value(image, x + off_x, y + off_y) / 255


def check_layer(make, in_place=True):
    image, source = make()
    before = read_bytes(source)
    x, y, w, h = box(image, source)
    result = run_procedure(image, source, output='new-layers')
    assert result.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    made, = result.get_core_object_array(1)

    if not source.is_group():   # which looks like what is in it
        assert read_bytes(source) == before, 'the source changed'
    _, off_x, off_y = source.get_offsets()
    assert made.get_offsets()[1:] == (x + off_x, y + off_y), made.get_offsets()[1:]
    assert (made.get_width(), made.get_height()) == (w, h)
    assert made.get_name().startswith(source.get_name()), made.get_name()
    assert made.has_alpha()

    # the same in place, of an image like it
    image, source = make()
    old = pixels(source)
    if in_place:
        vary_or_die(image, source)
    new, width = pixels(source), source.get_width()
    values, seen = pixels(made), 0
    for row in range(h):
        for column in range(w):
            value = values[row * w + column]
            weight = selected(image, source, x + column, y + row)
            at = (y + row) * width + x + column
            # of 8 bits in the selection and, here and there, in the alpha
            assert abs(value[3] - weight * old[at][3]) < 2 / 255, (row, column, value, weight)
            if in_place and weight == 1 and value[3] > 0.1:
                # each is rounded for itself, to at most half of 1 / 255 off
                assert max(abs(a - b) for a, b in zip(value[:3], new[at])) < 1.1 / 255
                seen += old[at][:3] != new[at][:3]
    assert seen > 0 or not in_place, 'nothing changed'


def case(*arguments, **options):
    """Decorator: a row of the table, which makes an image and what to vary."""
    def add(function):
        test_case(function.__doc__, lambda: check_layer(function, *arguments, **options))
        return function
    return add


for base in (RGB, GRAY):
    for precision in (P.U8_NON_LINEAR, P.U16_PERCEPTUAL, P.U32_LINEAR, P.HALF_LINEAR,
                      P.DOUBLE_NON_LINEAR):
        for which in (0, 1):
            def make(base=base, precision=precision, which=which):
                image, layers = two_layers(base, precision)
                return image, layers[which]
            test_case(f'{base.value_nick}, {precision.value_nick}'
                      f'{", with alpha" if which else ""}', lambda m=make: check_layer(m))


@case()
def layer_mask():
    """a layer mask"""
    image, layer = new_image(W, H, precision=P.FLOAT_NON_LINEAR, layer_size=(30, 20),
                             offset=(-5, 8))
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.COPY))
    return image, layer.get_mask()


@case()
def channel():
    """a channel"""
    image, _ = new_image(W, H)
    channel = Gimp.Channel.new(image, 'channel', W, H, 50, Gegl.Color.new('red'))
    image.insert_channel(channel, None, 0)
    write(channel, 'Y float', picture(W, H, 1))
    image.select_rectangle(REPLACE, 5, 5, 20, 20)
    return image, channel


@case()
def text():
    """a text layer"""
    image, _ = new_image(W, H, precision=P.FLOAT_NON_LINEAR)
    Gimp.context_set_foreground(Gegl.Color.new('orange'))
    layer = Gimp.TextLayer.new(image, 'DDIM', Gimp.context_get_font(), 24, Gimp.Unit.pixel())
    image.insert_layer(layer, None, 0)
    return image, layer


@case()
def filters():
    """a layer with non-destructive filters: what is under them"""
    image, layer = new_image(W, H)
    layer.append_filter(Gimp.DrawableFilter.new(layer, 'gegl:invert-gamma', 'invert'))
    return image, layer


@case()
def outside():
    """a layer that lies outside of the canvas"""
    return new_image(W, H, layer_size=(20, 20), offset=(-50, 70))


@case(in_place=False)
def locked():
    """a layer whose pixels are locked"""
    image, layer = new_image(W, H)
    layer.set_lock_content(True)
    return image, layer


def grouped():
    image, layer = new_image(W, H)
    group = Gimp.GroupLayer.new(image, 'group')
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    return image, layer, group


@case()
def in_group():
    """a layer in a group"""
    image, layer, _ = grouped()
    return image, layer


@case(in_place=False)
def group():
    """a layer group, as it looks"""
    image, _, group = grouped()
    return image, group


@case(in_place=False)
def locked_group():
    """a layer in a locked group"""
    image, layer, group = grouped()
    group.set_lock_content(True)
    return image, layer


@test
def places():
    """right above the source, in its group, and of its mode and opacity"""
    image, layer, group = grouped()
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_opacity(40)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
    for source in (layer, layer.get_mask()):
        result = run_procedure(image, source, output='new-layers')
        made, = result.get_core_object_array(1)
        assert made.get_parent() == group
        assert group.get_children().index(made) + 1 == group.get_children().index(layer)
        if source == layer:
            assert made.get_mode() == Gimp.LayerMode.MULTIPLY and made.get_opacity() == 40


def float_a_part():
    image, layer = new_image(W, H)
    image.select_rectangle(REPLACE, 5, 5, 20, 20)
    return image, layer, Gimp.Selection.float(image, [layer], 3, 3)


@case()
def floating():
    """a floating selection"""
    image, _, floating = float_a_part()
    return image, floating


@case()
def under_floating():
    """the layer under a floating selection"""
    image, layer, _ = float_a_part()
    return image, layer


run_tests()
