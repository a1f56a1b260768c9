# dialog-korean.py: no text of the dialogs is cut off in Korean
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from looks import *


@test
def cut():
    """the dialogs, with what they hide at first, in Korean"""
    check('alt+a', '새 잡음')


run_tests()
