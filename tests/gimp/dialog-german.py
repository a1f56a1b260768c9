# dialog-german.py: no text of the dialog is cut off in German
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from translated import *


@test
def cut():
    """the dialog, with what it hides at first, in German"""
    check('alt+e', 'Frisches Rauschen')


run_tests()
