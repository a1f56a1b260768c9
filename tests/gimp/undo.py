# undo.py: one step back gives the bytes before, one step forth those after
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# GIMP lets no script undo, so this runs on a display, and the keyboard does it.

from display import *
from harness import *

P = Gimp.Precision


def undo_and_redo(base, precision):
    image, layers = two_layers(base, precision)
    view = Gimp.Display.new(image)
    image.clean_all()
    before = [read_bytes(layer) for layer in layers]
    vary_or_die(image, layers)
    after = [read_bytes(layer) for layer in layers]
    assert all(differing(*pair) for pair in zip(before, after))
    view.present()
    assert wait_for(lambda: window('GIMP$'))
    for key, wanted in (('ctrl+z', before), ('ctrl+y', after), ('ctrl+z', before)):
        press('GIMP$', key)
        assert wait_for(lambda: [read_bytes(layer) for layer in layers] == wanted), key
        assert image.is_dirty() == (wanted is after), f'more than one step: {key}'
    view.delete()


# where GIMP's own arithmetic is coarsest, and where it is finer than a float
for base, precision in ((RGB, P.U8_NON_LINEAR), (GRAY, P.U8_LINEAR), (RGB, P.U16_PERCEPTUAL),
                        (RGB, P.U32_LINEAR), (GRAY, P.HALF_LINEAR), (RGB, P.DOUBLE_NON_LINEAR)):
    test_case(f'two layers at once, {base.value_nick}, {precision.value_nick}',
              lambda b=base, p=precision: undo_and_redo(b, p))

run_tests()
