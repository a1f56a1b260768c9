# pixels.py: where a variation changes pixels and by how much, in a real GIMP
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from harness import *

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


run_tests()
