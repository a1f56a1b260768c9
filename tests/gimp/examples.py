# examples.py: the Python examples, on small pictures
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import shutil
import sys

HERE = os.environ['PYTHONPATH']
sys.path.insert(0, os.path.join(HERE, '..', '..', 'examples'))

import atlas  # noqa: E402
import morph  # noqa: E402
import vary  # noqa: E402
from ddim_pdb import load  # noqa: E402
from harness import OUT, new_image, read_bytes, run_tests, save_png, test  # noqa: E402

PICTURES = os.path.join(OUT, 'pictures')
RESULTS = os.path.join(OUT, 'results')
for folder in (PICTURES, RESULTS):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
for name, size in {'one': (40, 32), 'two': (32, 40), 'so so': (24, 24)}.items():
    image, _ = new_image(*size)
    save_png(image, f'pictures/{name}.png')
with open(os.path.join(PICTURES, 'notes.txt'), 'w') as notes:
    notes.write('no picture')


def pixels(path):
    return read_bytes(load(path).get_layers()[0])


def picture(name):
    return os.path.join(PICTURES, name)


def result(name):
    return os.path.join(RESULTS, name)


@test
def folder():
    """every PNG of a folder once, whatever its name, and only those"""
    assert vary.folder(PICTURES, result('folder'), steps=3, strength=0.5) == 3
    assert sorted(os.listdir(result('folder'))) == ['one.png', 'so so.png', 'two.png']
    for name in os.listdir(result('folder')):
        before, after = pixels(picture(name)), pixels(os.path.join(result('folder'), name))
        assert len(before) == len(after) and before != after
    assert vary.folder(PICTURES, result('folder'), steps=3) == 0


@test
def several():
    """N variations of one, each another"""
    vary.several(picture('one.png'), result('one-%02d.png'), 3, steps=3, seed=4, strength=0.5)
    made = [pixels(result(f'one-{i:02d}.png')) for i in (1, 2, 3)]
    assert made[0] != made[1] != made[2] != made[0]
    vary.file(picture('one.png'), result('alone.png'), steps=3, seed=6, strength=0.5)
    assert [pixel[:3] for pixel in made[2]] == [pixel[:3] for pixel in pixels(result('alone.png'))]


def is_film(path, frames):
    image = load(path)
    layers = image.get_layers()
    assert len(layers) == frames, len(layers)
    assert (image.get_width(), image.get_height()) == (40, 40)
    assert all('ms)' in layer.get_name() for layer in layers), layers[0].get_name()
    shown = [read_bytes(layer) for layer in layers]
    assert all(a != b for a, b in zip(shown, shown[1:]))


@test
def webp():
    """an animated WebP between two files of different sizes"""
    morph.morph([picture('one.png'), picture('two.png')], result('m.webp'), frames=4, steps=3)
    is_film(result('m.webp'), 4)


@test
def gif():
    """an animated GIF through three files"""
    morph.morph([picture('one.png'), picture('two.png'), picture('so so.png')],
                result('m.gif'), frames=6, steps=3)
    is_film(result('m.gif'), 6)


@test
def atlas_of_textures():
    """an atlas of different cells"""
    atlas.atlas(picture('so so.png'), result('atlas.png'), 3, 2, steps=3)
    image = load(result('atlas.png'))
    assert (image.get_width(), image.get_height()) == (72, 48)
    rows = pixels(result('atlas.png'))
    cells = [tuple(rows[(y + dy) * 72 + x + dx] for dy in range(24) for dx in range(24))
             for y in (0, 24) for x in (0, 24, 48)]
    assert len(set(cells)) == 6


@test
def nothing_half():
    """nothing is left beside the results"""
    assert not [name for _, _, names in os.walk(RESULTS) for name in names if 'part' in name]


@test
def complaints():
    """what the procedure complains of is raised, and nothing is written"""
    try:
        vary.file(picture('one.png'), result('no.png'), model='nowhere')
    except RuntimeError as error:
        assert 'nowhere' in str(error), error
    else:
        raise AssertionError('no complaint')
    assert not os.path.exists(result('no.png'))


run_tests()
