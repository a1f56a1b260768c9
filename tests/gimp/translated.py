# translated.py: the three dialogs as they look, and no text of theirs is cut off
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-german.py, dialog-korean.py and dialog-light.py run this.  They leave a picture of
# each dialog in $DDIM_OUT.

from display import *
from harness import *
from user import *

LANGUAGE = os.environ['LANGUAGE'][:2]
TITLES = {
    'variation': {},
    'interpolate': {'de': '^DDIM-Überblendung$', 'ko': '^DDIM 보간$'},
    'texture': {'de': '^DDIM-Textur$', 'ko': '^DDIM 질감$'},
}


def look(name, expand):
    """Opens a dialog and its expander, whose mnemonic is `expand`, looks at
    it until there is a picture, and returns what the dialog's watch found."""
    image, layer = new_image(64, 48)
    other = layer.copy()
    image.insert_layer(other, None, 0)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 8, 6, 48, 36)
    title = TITLES[name].get(LANGUAGE, TITLE if name == 'variation' else f'^DDIM {name.title()}$')
    playing(f'plug-in-ddim-{name}', title)

    def user():
        wait_for_picture()
        keys(expand)
        wait_for_look()
        screenshot(f'{name}.png')
        keys('Escape')

    status = with_dialog(user, image, layer)
    assert status == Gimp.PDBStatusType.CANCEL, status
    return watched()


def check(expand, words):
    """All three; words: what the expander of the first hides."""
    for name in TITLES:
        lines = look(name, expand)
        texts = [line[len('text '):] for line in lines if line.startswith('text ')]
        assert name != 'variation' or any(words in text for text in texts), texts
        clipped = [line for line in lines if line.startswith('clipped')]
        assert not clipped, (name, clipped)
