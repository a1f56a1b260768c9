# memory.py: how much memory the plug-in takes, by the size of what it varies
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# No test: it takes minutes.  After ./dev test,
#
#   ./dev run env MESON_BUILD_ROOT=$PWD/build/debian13 DDIM_TIMEOUT=3600 \
#       tests/gimp/run.py console $PWD/tests/gimp/memory.py
#
# tells the peak of the plug-in's process (VmHWM) for layers of growing size,
# all of them selected, and what each pixel more has added to it.  $DDIM_SIZES
# names other sizes, such as "6000x4000"; $DDIM_SECONDS ends each run after so
# long: the peak is that of its beginning then.

import subprocess

from harness import *

SIZES = os.environ.get('DDIM_SIZES', '512x512 1024x1024 2048x2048 4000x3000').split()
SECONDS = os.environ.get('DDIM_SECONDS', '36000')

# Watches the process from beside: the one that measures is blocked.
WATCH = '''
    for i in $(seq 200); do pid=$(pgrep -x gimp-ddim) && break; sleep 0.05; done
    end=$(($(date +%s) + $1))
    while [ -d /proc/$pid ]; do
      now=$(grep VmHWM /proc/$pid/status) && [ "$now" ] && echo "$now" > "$2"
      [ $(date +%s) -lt $end ] || kill $pid
      sleep 0.1
    done
'''


def peak(w, h):
    """The peak in KiB of varying a layer of w x h."""
    image = Gimp.Image.new(w, h, RGB)
    layer = Gimp.Layer.new(image, 'layer', w, h, Gimp.ImageType.RGBA_IMAGE, 100,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.fill(Gimp.FillType.WHITE)
    noise = Gimp.DrawableFilter.new(layer, 'gegl:noise-rgb', 'noise')
    layer.merge_filter(noise)
    told = os.path.join(OUT, 'peak')
    watcher = subprocess.Popen(['sh', '-c', WATCH, 'sh', SECONDS, told])
    status, message = vary(image, layer, model='photo', steps=2)
    watcher.wait()
    with open(told) as file:
        kib = int(file.read().split()[1])
    image.delete()
    return kib, status


last = None


def measure(w, h):
    global last
    kib, status = peak(w, h)
    line = f'{w} x {h}: {kib / 1024:.0f} MiB, {status.value_nick}'
    if last:
        line += f', {1024 * (kib - last[0]) / (w * h - last[1]):.1f} bytes a pixel more'
    last = kib, w * h
    return line


for size in SIZES:
    test_case(size, lambda s=size: measure(*map(int, s.split('x'))))

run_tests()
