"""Counts the tests of a meson run, from its JUnit log, on one plain line.

Copyright (C) 2026 The gimp-ddim authors
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys
from xml.etree import ElementTree

if not os.path.exists(sys.argv[1]):
    print("0 passed, 0 failed")
    sys.exit(1)

cases = list(ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
skipped = [c for c in cases if c.find("skipped") is not None]
failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
passed = len(cases) - len(skipped) - len(failed)

for case in skipped:
    print("skipped:", case.get("classname"), case.get("name"), case.find("skipped").get("message") or "")
print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failed or not passed else 0)
