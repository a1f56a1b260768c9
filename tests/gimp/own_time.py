# own_time.py: seconds as on a machine of one's own
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A test waits for what comes for so long, and no longer.  Beside other work all takes
# many times as long, and that is no fault of what is waited for: what other programs
# compute meanwhile does not count.

import os
import time
from pathlib import Path

TICKS = os.sysconf('SC_CLK_TCK')


def session_ticks(session):
    """What the processes of a session, and those that they waited for, have computed."""
    ticks = 0
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = path.read_text().rpartition(')')[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks


def idle_ticks():
    """What nobody has computed, of all processors."""
    return sum(map(int, Path('/proc/stat').read_text().split('\n', 1)[0].split()[4:6]))


class OwnTime:
    """Since it was made, what the processors did for this session, or could have done."""

    def __init__(self, session):
        self.session, self.processors = session, os.cpu_count()
        self.began, self.start = time.monotonic(), self.ticks()

    def ticks(self):
        return session_ticks(self.session) + idle_ticks()

    def passed(self, seconds):
        """Whether so many seconds have passed, by the clock and of its own."""
        return (time.monotonic() - self.began > seconds and
                (self.ticks() - self.start) / (self.processors * TICKS) > seconds)
