# help.py: what the dialog opens outside of GIMP
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A program that notes what it is given stands for the browser and the file
# manager.

import re
import urllib.parse

from display import *
from harness import *
from user import *

OPENED = os.path.join(OUT, 'opened')
APPLICATIONS = os.path.join(os.environ['XDG_DATA_HOME'], 'applications')

os.makedirs(APPLICATIONS, exist_ok=True)
with open(os.path.join(APPLICATIONS, 'notes.desktop'), 'w') as entry:
    entry.write('[Desktop Entry]\nType=Application\nName=Notes\n'
                'MimeType=text/html;inode/directory;\n'
                f'Exec=sh -c "echo \\\\$1 >{OPENED}" sh %u\n')
with open(os.path.join(APPLICATIONS, 'mimeapps.list'), 'w') as defaults:
    defaults.write('[Default Applications]\ntext/html=notes.desktop\n'
                   'inode/directory=notes.desktop\n')


# The other procedures, and their dialogs' titles.
OTHERS = {'plug-in-ddim-interpolate': '^DDIM Interpolate$',
          'plug-in-ddim-texture': '^DDIM Texture$'}


def opened_by(*names, procedure=PROCEDURE, title=TITLE):
    """The file that is opened when these keys are pressed in the dialog."""
    image, layer = new_image(64, 48)
    found = []

    def user():
        if procedure == PROCEDURE:
            wait_for_picture()
        if os.path.exists(OPENED):
            os.remove(OPENED)
        keys(*names)
        assert wait_for(lambda: os.path.exists(OPENED) and os.path.getsize(OPENED)), 'nothing'
        with open(OPENED) as opened:
            found.append(urllib.parse.unquote(opened.read().strip().removeprefix('file://')))
        assert window(title), 'the dialog is gone'
        keys('Escape')

    playing(procedure, title)
    assert with_dialog(user, image, layer) == Gimp.PDBStatusType.CANCEL
    return found[0]


@test
def f1():
    """F1 opens the plug-in's own page, which is installed and whole"""
    page = opened_by('F1')
    assert page.endswith('/plug-ins/gimp-ddim/help/index.html'), page
    with open(page) as html:
        text = html.read()
    for procedure in (PROCEDURE, *OTHERS):
        assert f'id="{procedure}"' in text, procedure
    for picture in re.findall(r'src="([^"]*)"', text):
        assert os.path.getsize(os.path.join(os.path.dirname(page), picture)), picture


@test
def button():
    """the Help button opens it, too, by its key"""
    page = opened_by('alt+h')
    assert page.endswith('/plug-ins/gimp-ddim/help/index.html'), page


@test
def others():
    """F1 opens the same page in the dialogs of the other procedures"""
    for procedure, title in OTHERS.items():
        page = opened_by('F1', procedure=procedure, title=title)
        assert page.endswith('/plug-ins/gimp-ddim/help/index.html'), (procedure, page)


@test
def models():
    """the button beside the models opens the folder for one's own"""
    folder = opened_by('alt+m', 'Tab', 'space')
    assert folder == os.path.join(os.environ['XDG_DATA_HOME'], 'gimp-ddim', 'models'), folder
    assert os.path.isdir(folder)


run_tests()
