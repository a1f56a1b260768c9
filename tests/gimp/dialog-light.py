# dialog-light.py: no text of the dialogs is cut off in the light theme
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The other scripts run in the dark one.

from looks import *


@test
def cut():
    """the dialogs, with what they hide at first, in the light theme"""
    check('alt+a', 'Fresh noise')


run_tests()
