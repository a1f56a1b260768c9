#!/usr/bin/env python3
# allocations.py: no allocation whose size is chosen by a user or a file can abort
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: allocations.py SOURCE_ROOT
#
# GLib's g_new () and its like end the program where memory is out.  In the library
# and the plug-in they may be given a size that stands in the source as a number;
# any other is an allocation of src/base/try-alloc.h, or is in the list below, with
# the reason why it is small.

import re
import sys
from pathlib import Path

root = Path(sys.argv[1])

# "file: call" -> why its size is small whatever a user or a file says.
SMALL = {
    'src/base/thread-pool.c: g_new0 (GThread *, pool->n_threads)': 'threads of the machine',
    'src/canvas/canvas.c: g_new0 (gfloat, ddim_canvas_size (canvas))':
        'ddim_canvas_new (), for sizes that a program fixes; nothing here calls it',
    'src/canvas/canvas.c: g_memdup2 (canvas->data, ddim_canvas_size (canvas) * sizeof (gfloat))':
        'ddim_canvas_copy (), likewise',
    'src/method/noise.c: g_new (gfloat, noise->c)': 'channels, 64 at most',
    'src/method/sampling-step.c: g_newa (gfloat, x->c)': 'channels, 64 at most',
    'src/model/model.c: g_malloc0 (size)': 'a loader\'s own struct',
    'src/model/unet/level.c: g_new0 (DdimResnet *, n)': 'layers_per_block, 65 at most',
    'src/model/unet/level.c: g_new0 (DdimSelfAttention *, n)': 'likewise',
    'src/model/unet/level.c: g_new0 (DdimTransformer *, n)': 'likewise',
    'src/model/latent/prompt.c: g_new (gint, length)': 'tokens, 65536 at most',
    'src/ops/conv/conv.c: g_newa (gint, threads)': 'threads of the machine',
    'plugin/compute/interpolation-task.c: g_new (gdouble, n)': 'frames',
    'plugin/compute/interpolation-task.c: g_new0 (DdimCanvas *, n_keys)': 'layers',
    'plugin/compute/interpolation-task.c: g_memdup2 (positions, n * sizeof *positions)': 'frames',
    'plugin/dialog/region-view.c: g_new (gfloat, (gsize) view->w * view->h * 4)': 'of the screen',
    'plugin/dialog/region-view.c: g_new (gfloat, n)': 'of the screen',
    'plugin/dialog/region-view.c: g_new (gfloat, (gsize) w * 4)': 'of the screen',
    'plugin/dialog/widgets/gallery.c: g_new0 (Cell, n)': 'cells of a dialog',
    'plugin/dialog/widgets/gallery.c: g_new0 (cairo_surface_t *, gallery->n)': 'likewise',
    'plugin/pixels/strips.c: g_malloc ((gsize) BLOCK * DDIM_STRIP * '
    'babl_format_get_bytes_per_pixel (format))': 'a block of fixed size',
    'plugin/procedures/interpolate.c: g_new (gdouble, self->n_frames)': 'frames, 10000 at most',
    'plugin/procedures/interpolation-run.c: g_new (guint64, self->n_frames)': 'likewise',
    'plugin/procedures/variation.c: g_new (guint64, variation->count)': 'layers, 100 at most',
    'plugin/procedures/variation.c: g_memdup2 (picks->seeds, picks->n * sizeof *picks->seeds)':
        'likewise',
    'plugin/compute/job/job.c: g_memdup2 (seeds, n * sizeof *seeds)':
        'cells of a dialog, layers or frames, 10000 at most',
}

CALL = re.compile(r'\b(g_new0?|g_newa0?|g_malloc0?(?:_n)?|g_renew|g_realloc(?:_n)?|g_memdup2?|'
                  r'g_alloca|alloca|malloc|calloc|realloc|ddim_canvas_new|ddim_canvas_copy) \(')


def arguments(text, start):
    """The text within the brackets that open before `start`."""
    depth, end = 1, start
    while depth:
        depth += {'(': 1, ')': -1}.get(text[end], 0)
        end += 1
    return ' '.join(text[start:end - 1].split())


def is_fixed(function, inside):
    if function in ('g_new', 'g_new0', 'g_newa', 'g_newa0'):
        return inside.rsplit(',', 1)[1].strip().isdigit()
    if function in ('g_memdup', 'g_memdup2'):
        return re.fullmatch(r'sizeof (\*?\w+|\(\w+\))', inside.split(',', 1)[1].strip())
    return False


found, used = [], set()
files = sorted([*root.glob('src/**/*.c'), *root.glob('src/**/*.h'),
                *root.glob('plugin/**/*.c')])
for path in files:
    if path.stem.endswith('-naive'):
        continue  # a reference, for tests
    text = re.sub(r'/\*.*?\*/', lambda m: re.sub(r'[^\n]', ' ', m[0]), path.read_text(),
                  flags=re.DOTALL)
    for match in CALL.finditer(text):
        line = text[:match.start()].count('\n') + 1
        before = text[text.rfind('\n', 0, match.start()) + 1:match.start()]
        if not before or before.startswith('DdimCanvas * '):
            continue  # its own declaration
        inside = arguments(text, match.end())
        call = f'{path.relative_to(root)}: {match[1]} ({inside})'
        if call in SMALL:
            used.add(call)
        elif not is_fixed(match[1], inside):
            found.append(f'{path.relative_to(root)}:{line}: {match[1]} ({inside})')

print('1..2')
print('ok' if not found and len(files) > 50 else 'not ok', 1, '- sizes are fixed, or may fail')
for entry in found:
    print('#', entry)
print('ok' if used == set(SMALL) else 'not ok', 2, '- the list of small ones is up to date')
for entry in sorted(set(SMALL) - used):
    print('#', entry)
sys.exit(0 if not found and used == set(SMALL) else 1)
