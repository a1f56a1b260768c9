# looks.py: the three dialogs as they look, and no text of theirs is cut off
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-german.py, dialog-korean.py, dialog-light.py and dialog-dark.py run this.  They
# leave pictures of each dialog in $DDIM_OUT, of a part of a photograph: as it opens, and
# with what it hides at first.  With DDIM_LOOKS, a photograph's path, all is finished in
# them, and steps are as many as for a user: so ./dev looks makes them, README's among them.

import subprocess

from display import *
from harness import *
from user import *

LANGUAGE = os.environ['LANGUAGE'][:2]
TITLES = {
    'variation': {},
    'interpolate': {'de': '^DDIM-Überblendung$', 'ko': '^DDIM 보간$'},
    'texture': {'de': '^DDIM-Textur$', 'ko': '^DDIM 질감$'},
}


LOOKS = os.environ.get('DDIM_LOOKS')
PHOTOGRAPH = LOOKS or os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'data', 'photo.png')
# What is selected of it, in hundredths, and what is chosen of other values than those at
# first.
OF = {'variation': ((28, 27, 32, 42), {'seed': 2}),
      'interpolate': (None, {}),
      'texture': ((2, 60, 24, 34), {'width': 300, 'height': 240})}


def photograph(name):
    """A photograph, a dialog's part of it selected; for two layers, it and it mirrored."""
    part = OF[name][0]
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(PHOTOGRAPH))
    layer = image.get_layers()[0]
    w, h = image.get_width(), image.get_height()
    layer.set_name('photograph')
    if name == 'interpolate':
        other = layer.copy()
        image.insert_layer(other, None, 0)
        other.set_name('mirrored')
        other.transform_flip_simple(Gimp.OrientationType.HORIZONTAL, True, 0)
    if part:
        bounds = [part[0] * w / 100, part[1] * h / 100, part[2] * w / 100, part[3] * h / 100]
        if name == 'variation':
            image.select_ellipse(Gimp.ChannelOps.REPLACE, *bounds)
            Gimp.Selection.feather(image, 10)
        else:
            image.select_rectangle(Gimp.ChannelOps.REPLACE, *bounds)
    return image, layer


def take(name):
    """A picture of the dialog itself."""
    wait_for_look()  # it is drawn by then
    title = wait_for_window()
    subprocess.run(['import', '-window', title, os.path.join(OUT, name)], check=True)


def look(name, expand):
    """Opens a dialog and its expander, whose mnemonic is `expand`, looks at
    it until there is a picture, and returns what the dialog's watch found."""
    image, layer = photograph(name)
    title = TITLES[name].get(LANGUAGE, TITLE if name == 'variation' else f'^DDIM {name.title()}$')
    playing(f'plug-in-ddim-{name}', title)

    def user():
        if LOOKS:
            wait_for_picture(*(('', 6) if name == 'interpolate' else ('finished', 1)), seconds=600)
        else:
            wait_for_picture()
        take(f'{name}.png')
        keys(expand)
        wait_for_look()
        take(f'{name}-all.png')
        keys('Escape')

    status = with_dialog(user, image, layer, **OF[name][1], **({} if LOOKS else {'steps': 5}))
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
