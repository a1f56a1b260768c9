# dialog-large.py: the dialogs stay alive whatever the size
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# As large as a test can afford; DDIM_LARGE=1 makes it 24 megapixels and textures of
# 8192 x 8192.  What is asserted is what the main loop itself computed, which nothing else
# on the machine lengthens; when the first picture came is told.

from display import *
from harness import *
from user import *

LARGE = 'DDIM_LARGE' in os.environ
W, H = (6000, 4000) if LARGE else (1800, 1200)
SIDE = 8192 if LARGE else 2048


def enlarged(w=W, h=H):
    image, layer = new_image(96, 72)
    layer.scale(w, h, False)
    image.resize(w, h, 0, 0)
    return image, layer


def spent():
    """Seconds of processor time that the plug-in has taken."""
    seconds = 0
    for process in process_ids():
        with open(f'/proc/{process}/stat') as stat:
            fields = stat.read().rsplit(')', 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
    return seconds


def escape(name, image, layers, after=None, **arguments):
    """Opens the dialog and presses Escape after the first picture, or so many seconds."""
    playing(f'plug-in-ddim-{name}', f'^DDIM {name.title()}$')
    took = []

    def user():
        if after is None:
            wait_for_picture()
            took.append(spent())
        else:
            time.sleep(after)
        keys('Escape')

    status = with_dialog(user, image, layers, **arguments)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'
    closed = watched('closed')
    held = float(closed[0].split()[3])
    assert held < 300, closed  # what the user waits for, where nothing else is computed
    first = [f'its own picture after {line.split()[1]} s; ' for line in watched('original')][:1]
    first += [f'the first picture after {line.split()[1]} s, {spent:.1f} s of processors; '
             for line in watched('picture') for spent in took][:1]
    return ''.join(first) + f'closed after {closed[0].split()[1]} ms, {held:.0f} ms of them its own'


@test
def variation():
    """a variation of the whole picture, and Escape"""
    return escape('variation', *enlarged())


@test
def variation_at_once():
    """Escape while the picture is read"""
    return escape('variation', *enlarged(*((W, H) if LARGE else (4000, 3000))), 0.2)


@test
def variation_float():
    """of floating point, with alpha and feathered, and Escape"""
    image, layer = enlarged()
    image.convert_precision(Gimp.Precision.FLOAT_LINEAR)
    layer.add_alpha()
    image.select_ellipse(Gimp.ChannelOps.REPLACE, W / 8, H / 8, W * 3 / 4, H * 3 / 4)
    Gimp.Selection.feather(image, 20)
    return escape('variation', image, layer)


@test
def interpolation():
    """an interpolation of two whole layers, and Escape"""
    image, layer = enlarged()
    image.insert_layer(layer.copy(), None, 0)
    return escape('interpolate', image, layer)


@test
def texture():
    """a texture, and Escape"""
    return escape('texture', *new_image(256, 256), width=SIDE, height=SIDE)


@test
def texture_later():
    """Escape in the middle of the texture's last stage"""
    return escape('texture', *new_image(256, 256), 60 if LARGE else 4, width=SIDE, height=SIDE)


@test
def loop():
    """the main loop was never held for 100 ms, no text was cut off, no key is there twice"""
    return check_watched()


run_tests()
