# dialog.py: the dialog on a display
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs in the graphical GIMP under Xvfb; xdotool plays the user.  Leaves
# dialog.png, a picture of the screen, in $DDIM_OUT.

import subprocess
import time

from display import *
from harness import *


# What the user does while GIMP waits for the dialog, in a process of its own:
# look at it, press the key until it is gone.  Closes it if that does not help,
# so that the test fails and does not hang.
USER = '''
    dialog () { xdotool search --onlyvisible --name "^DDIM Variation$" | head -n 1; }
    for i in $(seq 150); do [ "$(dialog)" ] && break; sleep 0.2; done
    sleep 1
    import -window root "$1/$2.png"
    for i in $(seq 10); do
      [ "$(dialog)" ] || exit 0
      xdotool windowfocus "$(dialog)" key "$3"
      sleep 1
    done
    xdotool windowclose "$(dialog)"
    exit 1
'''


def with_dialog(name, key, image, layer):
    user = subprocess.Popen(['timeout', '90', 'sh', '-c', USER, 'sh', OUT, name, key])
    procedure = Gimp.get_pdb().lookup_procedure(PROCEDURE)
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_property('run-mode', Gimp.RunMode.INTERACTIVE)
    config.set_core_object_array('drawables', [layer])
    config.set_property('steps', 3)
    config.set_property('strength', 0.6)
    status = procedure.run(config).index(0)
    assert user.wait() == 0, 'the dialog did not open, or did not close'
    return status


image, layer = new_image()
display = Gimp.Display.new(image)
assert wait_for(lambda: window('GIMP$'))
original = read_bytes(layer)


@test
def cancel():
    """Escape closes the dialog and changes nothing"""
    status = with_dialog('cancel', 'Escape', image, layer)
    assert status == Gimp.PDBStatusType.CANCEL, status
    assert read_bytes(layer) == original


@test
def accept():
    """the dialog's OK makes the variation"""
    status = with_dialog('dialog', 'alt+o', image, layer)
    assert status == Gimp.PDBStatusType.SUCCESS, status
    assert differing(original, read_bytes(layer))


@test
def undo():
    """one undo brings the original back"""
    fresh, target = new_image()
    view = Gimp.Display.new(fresh)
    fresh.clean_all()
    before = read_bytes(target)
    vary_or_die(fresh, target)
    assert differing(before, read_bytes(target))
    assert fresh.is_dirty()
    view.present()
    time.sleep(1)
    press('GIMP$', 'ctrl+z')
    undone = wait_for(lambda: read_bytes(target) == before)
    screenshot('undo.png')
    assert undone, 'not the original'
    assert not fresh.is_dirty(), 'more than one step was made'


run_tests()
