# dialog-dark.py: no text of the dialogs is cut off in the dark theme
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from looks import *


@test
def cut():
    """the dialogs, with what they hide at first, in the dark theme"""
    check('alt+a', 'Fresh noise')


run_tests()
