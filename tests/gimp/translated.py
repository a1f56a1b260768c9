# translated.py: no text of the dialog is cut off
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-german.py, dialog-korean.py and dialog-light.py run this.

from display import *
from harness import *
from user import *


def look(expand):
    """Opens the dialog and its expander, whose mnemonic is `expand`, looks at
    it until there is a picture, and returns what the dialog's watch found."""
    image, layer = new_image(64, 48)

    def user():
        wait_for_picture()
        keys(expand)
        time.sleep(3)  # the watch looks once a second
        screenshot('dialog.png')
        keys('Escape')

    status = with_dialog(user, image, layer)
    assert status == Gimp.PDBStatusType.CANCEL, status
    return watched()


def check(expand, words):
    lines = look(expand)
    texts = [line[len('text '):] for line in lines if line.startswith('text ')]
    assert any(words in text for text in texts), texts
    clipped = [line for line in lines if line.startswith('clipped')]
    assert not clipped, clipped
