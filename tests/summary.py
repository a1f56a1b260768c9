"""Counts the tests of meson runs, from their JUnit logs, on one plain line.

Copyright (C) 2026 The gimp-ddim authors
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys
from xml.etree import ElementTree

cases = []
missing = 0
for path in sys.argv[1:]:
    if os.path.exists(path):
        cases += ElementTree.parse(path).getroot().iter("testcase")
    else:
        print("no tests ran:", path)
        missing += 1

skipped = [c for c in cases if c.find("skipped") is not None]
failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
passed = len(cases) - len(skipped) - len(failed)

for case in skipped:
    print("skipped:", case.get("classname"), case.get("name"), case.find("skipped").get("message") or "")
print(f"{passed} passed, {len(failed) + missing} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failed or missing or not passed else 0)
