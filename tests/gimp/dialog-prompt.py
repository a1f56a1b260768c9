# dialog-prompt.py: the dialog of a variation by a latent model that reads a text
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The models are golden ones of random weights, in the layout that diffusers writes.

import re

from display import *
from harness import *
from user import *

LATENTS = os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'golden', 'latents')
MODEL = os.path.join(LATENTS, 'stable-diffusion')
TEXTLESS = os.path.join(LATENTS, 'unconditional-vq')
WORDS = ('Prompt', 'Negative prompt', 'Guidance')
SIZE = (64, 48)


def varied(**arguments):
    """The layer after the procedure, without a dialog."""
    image, layer = new_image(*SIZE)
    vary_or_die(image, layer, **arguments)
    return read_bytes(layer)


def texts():
    """The labels that were seen."""
    return [line[len('text '):] for line in watched() if line.startswith('text ')]


@test
def words():
    """what is typed leads; the line below the model's name says what it is"""
    image, layer = new_image(*SIZE)
    quick = {'steps': 4, 'depth': 0.5, 'strength': 0.6, 'seed': 3, 'guidance': 3.0}

    def user():
        wait_for_picture('finished')
        keys('alt+m', 'Tab', 'Tab')  # the list, the button beside it, the prompt
        xdotool('type', 'red')
        keys('Tab')
        xdotool('type', 'house')
        keys('Tab')
        wait_for_look()
        screenshot('prompt.png')
        keys('alt+o')

    status = with_dialog(user, image, layer, model=MODEL, **quick)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    focused = [line.split(' ', 3)[3] for line in watched() if line.startswith('focus')]
    assert [name for name in focused if name in WORDS] == list(WORDS), focused
    made = read_bytes(layer)
    assert made == varied(model=MODEL, prompt='red', negative_prompt='house', **quick)
    assert made != varied(model=MODEL, **quick)

    assert all(word in texts() for word in WORDS), texts()
    # 16 x 16 pixels: what the latents' 8 x 8 stand for; of its files' bytes GLib's words
    lines = [text for text in texts() if 'for pictures of 16 × 16 pixels, reads text, ' in text]
    assert len(lines) == 1 and re.search(r', [0-9.]+\skB\. ', lines[0]), texts()


@test
def no_words():
    """a latent model without a text asks for none, and says what it is"""
    image, layer = new_image(*SIZE)

    def user():
        wait_for_picture('finished')
        wait_for_look()
        screenshot('textless.png')
        keys('Escape')

    status = with_dialog(user, image, layer, model=TEXTLESS, steps=4)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert not set(WORDS) & set(texts()), texts()
    assert any(text.startswith('Latent diffusion model for pictures of 16 × 16 pixels, ')
               for text in texts()), texts()


@test
def stop():
    """coarse pictures first, then the time that is left; Escape ends it in the middle"""
    image, layer = new_image(64, 64)
    layer.scale(170, 150, False)
    image.resize(170, 150, 0, 0)
    before = read_bytes(layer)
    image.clean_all()

    def told():
        return any(re.match(r'progress about \d+ (second|minute)s? left$', line)
                   for line in watched())

    def user():
        wait_for_picture('preview')
        assert wait_for(told, 120), watched()
        screenshot('stop.png')
        keys('Escape')

    # in windows of 16 pixels: much is left when the pace is known
    status = with_dialog(user, image, layer, model=MODEL, prompt='red', steps=100,
                         method='windows')
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert read_bytes(layer) == before and not image.is_dirty()
    assert not any('finished' in line for line in watched()), 'it was at its end'
    assert wait_for(lambda: processes() == 0), 'the plug-in is still there'


@test
def loop():
    """the main loop was never held for 100 ms, no text was cut off, no key is there twice"""
    return check_watched()


run_tests()
