# matrix.py: any pixels of any item of any image can be varied
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One table: what is made, and which drawables of it are varied.  Whatever it
# is, the same is promised: what is selected and can be seen changes, every
# other pixel of the image keeps its bytes, alpha stays as it is everywhere,
# and so does all that is no pixel.

import functools
import math

from harness import *

P = Gimp.Precision
REPLACE = Gimp.ChannelOps.REPLACE
W, H = 40, 32


def drawables(image):
    """All that holds pixels: layers in and out of groups, masks, channels."""
    layers, found = list(image.get_layers()), list(image.get_channels())
    while layers:
        layer = layers.pop()
        if layer.is_group():
            layers.extend(layer.get_children())
        else:
            found.append(layer)
            if layer.get_mask():
                found.append(layer.get_mask())
    return found


def facts(image):
    """What a variation may not touch."""
    profile = image.get_color_profile()
    about = [image.get_precision(), profile.get_icc_profile() if profile else None,
             read_bytes(image.get_selection())]
    for item in drawables(image):
        about.append([item.get_id(), item.get_name(), item.get_width(), item.get_height(),
                      item.get_offsets(), item.type(), item.get_visible(),
                      item.get_lock_content(), item.get_lock_position(),
                      [[f.get_name(), f.get_visible(), f.get_opacity()]
                       for f in item.get_filters()]])
    return about


def read_alpha(drawable):
    """Of each pixel, as bytes: a NaN is like itself."""
    return [struct.pack('d', alpha) for alpha in read_floats(drawable, "Y'A double")[1::2]]


def selectable(image, drawable):
    """Of each pixel, how far it may change: the selection, where it shows."""
    selection = image.get_selection()
    values = read_floats(selection, 'Y float')
    everything = Gimp.Selection.is_empty(image)
    w, h = selection.get_width(), selection.get_height()
    _, off_x, off_y = drawable.get_offsets()
    pixels = list(zip(*[iter(read_floats(drawable, "R'G'B'A double"))] * 4))
    weights = []
    for y in range(off_y, off_y + drawable.get_height()):
        for x in range(off_x, off_x + drawable.get_width()):
            pixel = pixels[len(weights)]
            inside = 0 <= x < w and 0 <= y < h
            weight = 1 if everything else values[y * w + x] if inside else 0
            varies = pixel[3] > 0 and all(map(math.isfinite, pixel))
            weights.append(weight if varies else 0)
    return weights


def check(image, targets, **arguments):
    known = facts(image)
    before = {item.get_id(): read_bytes(item) for item in drawables(image)}
    alphas = {item.get_id(): read_alpha(item) for item in drawables(image)}
    weights = {item.get_id(): selectable(image, item) for item in targets}
    vary_or_die(image, targets, **arguments)
    assert facts(image) == known, 'more than pixels changed'
    for item in drawables(image):
        i, name = item.get_id(), item.get_name()
        changed = differing(before[i], read_bytes(item))
        allowed = weights.get(i, [0] * len(before[i]))
        wrong = [p for p in changed if allowed[p] == 0]
        assert not wrong, f'{name}: {len(wrong)} pixels that may not change, as {wrong[:5]}'
        # Not each of them: a change below half a step of 8 bits is none, and beside a
        # selection's border, where a smooth picture is led back to its surroundings,
        # there is hardly another.  Two pixels all around are a third of the least
        # selection here, 20 x 20.
        wanted = sum(weight > 0.5 for weight in allowed)
        assert len(changed) >= 0.5 * wanted, f'{name}: {len(changed)} of {wanted} changed'
        assert read_alpha(item) == alphas[i], f'{name}: alpha changed'


# Pixels --------------------------------------------------------------------

for base in (RGB, GRAY):
    for precision in [value for value in vars(P).values() if isinstance(value, P)]:
        test_case(f'{base.value_nick}, {precision.value_nick}',
                  lambda b=base, p=precision: check(*two_layers(b, p)))

PROFILES = {
    'sRGB': (RGB, Gimp.ColorProfile.new_rgb_srgb),
    'linear sRGB': (RGB, Gimp.ColorProfile.new_rgb_srgb_linear),
    'AdobeRGB': (RGB, Gimp.ColorProfile.new_rgb_adobe),
    'a grey with sRGB\'s curve': (GRAY, Gimp.ColorProfile.new_d65_gray_srgb_trc),
    'a grey with L*\'s curve': (GRAY, Gimp.ColorProfile.new_d50_gray_lab_trc),
    'a linear grey': (GRAY, Gimp.ColorProfile.new_d65_gray_linear),
}
for name, (base, profile) in PROFILES.items():
    for precision in (P.U8_NON_LINEAR, P.FLOAT_LINEAR):
        test_case(f'the profile {name}, {precision.value_nick}',
                  lambda b=base, p=precision, m=profile: check(*two_layers(b, p, m())))


# Items -----------------------------------------------------------------------

def item(function, **arguments):
    """Decorator: a row of the table, which makes an image and the drawables to
    vary; named by its docstring."""
    test_case(function.__doc__, lambda: check(*function(), **arguments))
    return function


# What is all of one colour, or fixed by what is around it, would stay as it is by
# its own texture.
item_by_model = functools.partial(item, texture='model')


@item
def layer_mask():
    """a layer mask, and not its layer"""
    image, layer = new_image(W, H)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.COPY))
    return image, [layer.get_mask()]


@item
def masked_layer():
    """a layer that has a mask, and not the mask"""
    image, layer = new_image(W, H)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.COPY))
    return image, [layer]


def add_channel(image, name):
    channel = Gimp.Channel.new(image, name, W, H, 50, Gegl.Color.new('red'))
    image.insert_channel(channel, None, 0)
    write(channel, 'Y float', picture(W, H, 1))
    return channel


@item
def channel():
    """a channel, in part"""
    image, _ = new_image(W, H)
    image.select_rectangle(REPLACE, 5, 5, 20, 20)
    return image, [add_channel(image, 'channel')]


@item
def quick_mask():
    """the quick mask, which is a channel of that name"""
    image, _ = new_image(W, H)
    return image, [add_channel(image, 'Qmask')]


@item
def mask_of_indexed():
    """a layer mask of an indexed image"""
    image, layer = new_image(W, H)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.COPY))
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                          16, False, False, '')
    return image, [layer.get_mask()]


@item
def text():
    """a text layer"""
    image, _ = new_image(W, H, precision=P.FLOAT_NON_LINEAR)
    Gimp.context_set_foreground(Gegl.Color.new('orange'))
    layer = Gimp.TextLayer.new(image, 'DDIM', Gimp.context_get_font(), 24,
                               Gimp.Unit.pixel())
    image.insert_layer(layer, None, 0)
    return image, [layer]


@item
def filters():
    """a layer with non-destructive filters: what is under them"""
    image, layer = new_image(W, H, has_alpha=True, alpha=0.5)
    for name in ('gegl:gaussian-blur', 'gegl:invert-gamma'):
        layer.append_filter(Gimp.DrawableFilter.new(layer, name, name))
    return image, [layer]


@item
def locked():
    """locked alpha, position and visibility"""
    image, layer = new_image(W, H, has_alpha=True, alpha=lambda x, y: x % 3 / 2)
    layer.set_lock_alpha(True)
    layer.set_lock_position(True)
    layer.set_lock_visibility(True)
    return image, [layer]


@item
def in_group():
    """a layer in a group in a group, with a mask on one"""
    image, layer = new_image(W, H)
    outer, inner = Gimp.GroupLayer.new(image, 'outer'), Gimp.GroupLayer.new(image, 'inner')
    image.insert_layer(outer, None, 0)
    image.insert_layer(inner, outer, 0)
    image.reorder_item(layer, inner, 0)
    outer.add_mask(outer.create_mask(Gimp.AddMaskType.WHITE))
    return image, [layer]


@item
def invisible():
    """an invisible layer, of another mode and opacity"""
    image, layer = new_image(W, H)
    layer.set_visible(False)
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_opacity(30)
    return image, [layer]


@item
def several():
    """several layers, a mask and a channel at once"""
    image, first = new_image(W, H)
    second, third = first.copy(), first.copy()
    for layer in (second, third):
        image.insert_layer(layer, None, 0)
    third.add_mask(third.create_mask(Gimp.AddMaskType.COPY))
    return image, [first, second, third.get_mask(), add_channel(image, 'channel')]


@item
def floating():
    """a floating selection"""
    image, layer = new_image(W, H)
    image.select_rectangle(REPLACE, 5, 5, 20, 20)
    return image, [Gimp.Selection.float(image, [layer], 3, 3)]


@item_by_model
def under_floating():
    """the layer under a floating selection"""
    image, layer = new_image(W, H)
    image.select_rectangle(REPLACE, 5, 5, 20, 20)
    Gimp.Selection.float(image, [layer], 3, 3)
    return image, [layer]


# Places ----------------------------------------------------------------------

@item
def outside():
    """a layer that lies wholly outside of the canvas"""
    image, layer = new_image(W, H, layer_size=(20, 20), offset=(-50, 70))
    return image, [layer]


@item
def beyond():
    """a selection larger than the layer"""
    image, layer = new_image(W, H, layer_size=(20, 20), offset=(5, 5))
    image.select_rectangle(REPLACE, 2, 2, 30, 30)
    return image, [layer]


@item_by_model
def one_pixel():
    """a selection of one pixel"""
    image, layer = new_image(W, H)
    image.select_rectangle(REPLACE, 0, H - 1, 1, 1)
    return image, [layer]


@item
def one_pixel_layer():
    """a layer of one pixel"""
    image, layer = new_image(1, 1, has_alpha=True)
    return image, [layer]


@item
def sliver():
    """a selection of 3 x 200 pixels, and a layer of 200 x 3"""
    image, layer = new_image(20, 210)
    _, wide = new_image(200, 3)
    wide = Gimp.Layer.new_from_drawable(wide, image)
    image.insert_layer(wide, None, 0)
    image.select_rectangle(REPLACE, 9, 0, 3, 200)
    return image, [layer, wide]


@item
def not_numbers():
    """NaN and infinities in a float layer stay, and what is beside them varies"""
    image, layer = new_image(W, H, RGB, P.FLOAT_LINEAR, True)
    values = picture(W, H, 4)
    values[4 * 17] = math.nan
    values[4 * 200:4 * 200 + 3] = [math.inf] * 3
    values[4 * 450 + 1] = -math.inf
    for i in range(500, 520):
        values[4 * i:4 * i + 4] = [math.nan] * 4
    write(layer, 'RGBA float', values)
    return image, [layer]


def methods(method):
    """A layer larger than the model's window, with holes, softly selected."""
    image, layer = new_image(150, 110, RGB, P.FLOAT_LINEAR, True, (140, 100), (-4, 20),
                             alpha=lambda x, y: 0.0 if 60 < x < 80 and y > 30 else 1.0)
    image.select_ellipse(REPLACE, 10, 10, 120, 90)
    Gimp.Selection.feather(image, 20)
    check(image, [layer], method=method)


for method in ('windows', 'whole', 'fit'):
    test_case(f'by the method {method}', lambda m=method: methods(m))
test_case('a small layer by the method fit',
          lambda: check(*two_layers(RGB, P.U8_NON_LINEAR), method='fit'))


# Values ----------------------------------------------------------------------

@test
def unclamped():
    """what is added to values outside of the gamut is what a clamped picture gets"""
    values = [-1 + 3 * v for v in picture(W, H, 3)]
    assert min(values) < -0.1 and max(values) > 1.2
    added = []
    for picked in (values, [min(max(v, 0), 1) for v in values]):
        image, layer = new_image(W, H, RGB, P.FLOAT_NON_LINEAR)
        write(layer, "R'G'B' float", picked)
        before = read_floats(layer, "R'G'B' float")
        vary_or_die(image, layer)
        added.append([a - b for a, b in zip(read_floats(layer, "R'G'B' float"), before)])
    # sums below 4, rounded to floats and converted as such
    assert max(abs(a - b) for a, b in zip(*added)) < 8 * 2 ** -23
    assert max(map(abs, added[0])) > 0.05


@test
def smooth():
    """the method fit adds a smooth change: the picture's own detail stays"""
    image, layer = new_image(256, 200, RGB, P.FLOAT_NON_LINEAR)
    before = read_floats(layer, "R'G'B' float")
    vary_or_die(image, layer, method='fit')
    added = [a - b for a, b in zip(read_floats(layer, "R'G'B' float"), before)]
    places = [i for i in range(3, len(added) - 3) if 0 < i // 3 % 256 < 255]
    steps = sum((added[i + 3] - added[i]) ** 2 for i in places) ** .5
    bends = sum((added[i - 3] + added[i + 3] - 2 * added[i]) ** 2 for i in places) ** .5
    # four pixels to each of the model's: what is in a pixel of theirs bends by
    # at most 2 sin (pi / 8) = 0.77 of its steps, squares of 4 by 1.41
    assert 0 < bends < 0.9 * steps, (bends, steps)


@test
def own_space():
    """the same numbers give the same numbers, whatever space they are in, but
    for how the last bit of a half is rounded"""
    results = []
    for profile in (None, Gimp.ColorProfile.new_rgb_adobe()):
        image, layer = new_image(W, H)
        if profile:
            image.set_color_profile(profile)
        vary_or_die(image, layer)
        results.append(read_bytes(layer).data)
    apart = [abs(a - b) for a, b in zip(*results)]
    assert max(apart) <= 1 and sum(apart) < len(apart) / 100


run_tests()
