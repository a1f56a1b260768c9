#!/usr/bin/env python3
# releases.py: one version, and one list of releases, wherever they are written
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: releases.py SOURCES; prints TAP

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

LANG = '{http://www.w3.org/XML/1998/namespace}lang'
sources = Path(sys.argv[1])

version = re.search(r"^project\(.*?version: '([^']+)'", (sources / 'meson.build').read_text(),
                    re.M | re.S).group(1)
news = re.findall(r'^gimp-ddim (\S+) \((\d{4}-\d\d-\d\d)\)$', (sources / 'NEWS').read_text(), re.M)
component = ElementTree.parse(next((sources / 'packages/appstream').glob('*.xml.in'))).getroot()
releases = [(release.get('version'), release.get('date')) for release in component.iter('release')]
debian = re.findall(r'^gimp-ddim \((\S+)-[^-]+\) ', (sources / 'debian/changelog').read_text(), re.M)
languages = {None, *(sources / 'po/LINGUAS').read_text().split()}


def translations(elements):
    """How often each language, None for the original, occurs."""
    count = {}
    for element in elements:
        count[element.get(LANG)] = count.get(element.get(LANG), 0) + 1
    return count


def in_all(elements):
    count = translations(elements)
    return set(count) == languages and len(set(count.values())) == 1


checks = [
    ('NEWS begins with the version that is built', news[:1] and news[0][0] == version,
     f'{news[:1]}, {version}'),
    ('AppStream tells of the same releases as NEWS, on the same days', releases == news,
     f'{releases}, {news}'),
    ("Debian's changelog begins with the version that is built", debian[:1] == [version],
     f'{debian[:1]}, {version}'),
    ('AppStream describes it in every language of po', in_all(component.findall('summary')) and
     in_all(component.findall('description/p')),
     f"{translations(component.findall('description/p'))}"),
]
for number, (what, holds, seen) in enumerate(checks, 1):
    print(f"{'ok' if holds else 'not ok'} {number} {what}")
    if not holds:
        print(f'# {seen}')
print(f'1..{len(checks)}')
