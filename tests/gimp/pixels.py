# pixels.py: what a variation does to pixels, in a real GIMP
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import itertools

from harness import *

P = Gimp.Precision
REPLACE = Gimp.ChannelOps.REPLACE


@test
def selection():
    """outside of the selection every pixel keeps its bytes, inside it changes"""
    image, layer = new_image()
    image.select_rectangle(REPLACE, 24, 20, 30, 26)
    before = read_bytes(layer)
    vary_or_die(image, layer)
    changed = differing(before, read_bytes(layer))
    inside = {y * 80 + x for y in range(20, 46) for x in range(24, 54)}
    assert set(changed) <= inside
    assert len(changed) > len(inside) / 2, f'{len(changed)} of {len(inside)}'


@test
def no_selection():
    """without a selection the whole layer changes"""
    image, layer = new_image(64, 64)
    before = read_bytes(layer)
    vary_or_die(image, layer)
    assert len(differing(before, read_bytes(layer))) > 64 * 64 / 2


@test
def feather():
    """a feathered selection blends: the change falls off with it, and is 0 where it is 0"""
    image, layer = new_image(96, 96)
    image.select_rectangle(REPLACE, 32, 32, 32, 32)
    Gimp.Selection.feather(image, 24)
    selection = read_floats(image.get_selection(), 'Y float')
    before, bytes_before = read_floats(layer), read_bytes(layer)
    vary_or_die(image, layer, strength=1.0)
    after = read_floats(layer)
    changed = set(differing(bytes_before, read_bytes(layer)))
    assert not any(selection[i] == 0 for i in changed)

    def mean_change(low, high):
        picked = [i for i, s in enumerate(selection) if low < s <= high]
        assert len(picked) > 50
        return sum(abs(after[4 * i + c] - before[4 * i + c])
                   for i in picked for c in range(3)) / len(picked)
    faint, middle, full = mean_change(0, .2), mean_change(.3, .7), mean_change(.85, 1)
    assert 0 < faint < middle < full, (faint, middle, full)


@test
def seeds():
    """the same seed gives the same pixels, another seed others"""
    results = []
    for seed in (5, 5, 6):
        image, layer = new_image(64, 64)
        vary_or_die(image, layer, seed=seed)
        results.append(read_bytes(layer))
    assert results[0] == results[1]
    assert len(differing(results[0], results[2])) > 64 * 64 / 2


@test
def fresh_noise():
    """eta above 0 gives another picture, the same for the same seed"""
    results = []
    for eta in (0.0, 1.0, 1.0):
        image, layer = new_image(64, 64)
        vary_or_die(image, layer, eta=eta)
        results.append(read_bytes(layer))
    assert results[1] == results[2]
    assert results[0] != results[1]


@test
def strength_zero():
    """strength 0 changes no pixel"""
    image, layer = new_image(has_alpha=True, alpha=lambda x, y: (x % 5) / 4)
    image.select_ellipse(REPLACE, 10, 10, 50, 50)
    Gimp.Selection.feather(image, 10)
    before = read_bytes(layer)
    vary_or_die(image, layer, strength=0.0)
    assert read_bytes(layer) == before


@test
def transparency():
    """alpha stays, and so do the bytes of pixels whose alpha is 0"""
    for base in (RGB, GRAY):
        image, layer = new_image(base=base, has_alpha=True,
                                 alpha=lambda x, y: 0.0 if x < 30 else 0.5 if x < 50 else 1.0)
        before, alpha = read_bytes(layer), read_floats(layer)[3::4]
        vary_or_die(image, layer)
        after = read_bytes(layer)
        changed = differing(before, after)
        assert changed
        assert not any(alpha[i] == 0 for i in changed)
        assert read_floats(layer)[3::4] == alpha


def matrix(base, has_alpha, precision):
    def check():
        image, layer = new_image(70, 60, base, precision, has_alpha,
                                 layer_size=(50, 40), offset=(-7, 31),
                                 alpha=lambda x, y: 0.0 if x < 12 else 1.0)
        image.select_rectangle(REPLACE, 0, 20, 30, 30)
        before = read_bytes(layer)
        vary_or_die(image, layer)
        # the selection's part of the layer, in the layer's pixels
        inside = {y * 50 + x for y in range(0, 19)
                  for x in range(12 if has_alpha else 7, 37)}
        changed = set(differing(before, read_bytes(layer)))
        assert changed <= inside, f'{len(changed - inside)} outside'
        assert len(changed) > len(inside) / 2, f'{len(changed)} of {len(inside)}'
        now = read_bytes(layer)
        vary_or_die(image, layer, strength=0.0)
        assert read_bytes(layer) == now, 'strength 0 changes something'
    check.__doc__ = (f'{base.value_nick}{" with alpha" if has_alpha else ""}, '
                     f'{precision.value_nick}, on a layer with offsets')
    test(check)


for case in itertools.product((RGB, GRAY), (False, True),
                              (P.U8_NON_LINEAR, P.U16_NON_LINEAR, P.FLOAT_LINEAR)):
    matrix(*case)


@test
def wide_range():
    """values above 1 and below 0 survive in a float image"""
    image, layer = new_image(64, 64, precision=P.FLOAT_NON_LINEAR)
    write(layer, "R'G'B' float",
          [3.0 if i % 192 < 96 else -0.5 for i in range(64 * 64 * 3)])
    vary_or_die(image, layer, strength=0.1, depth=0.2)
    after = read_floats(layer, "R'G'B' float")
    assert max(after) > 2 and min(after) < 0


@test
def one_pixel():
    """a selection of one pixel, and a layer of one pixel, work"""
    image, layer = new_image()
    image.select_rectangle(REPLACE, 0, 71, 1, 1)
    before = read_bytes(layer)
    vary_or_die(image, layer, strength=1.0)
    assert set(differing(before, read_bytes(layer))) <= {71 * 80}
    image, layer = new_image(1, 1)
    vary_or_die(image, layer)


@test
def masks_and_channels():
    """a layer mask and a channel can be varied like a grey layer"""
    image, layer = new_image(64, 64)
    mask = layer.create_mask(Gimp.AddMaskType.COPY)
    layer.add_mask(mask)
    pixels, before = read_bytes(layer), read_bytes(mask)
    vary_or_die(image, mask)
    assert differing(before, read_bytes(mask))
    assert read_bytes(layer) == pixels
    channel = Gimp.Channel.new(image, 'channel', 64, 64, 50, Gegl.Color.new('red'))
    image.insert_channel(channel, None, 0)
    write(channel, 'Y float', picture(64, 64, 1))
    before = read_bytes(channel)
    vary_or_die(image, channel)
    assert differing(before, read_bytes(channel))


run_tests()
