#!/usr/bin/env python3
# languages.py: every string is in every language
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: languages.py SOURCE_ROOT
#
# Takes the strings out of the sources as they are now, and asks gettext's own
# tools of every catalogue: nothing missing, nothing fuzzy, no broken format.

import re
import subprocess
import sys
import tempfile
from pathlib import Path

root = Path(sys.argv[1])
sources = (root / 'po/POTFILES.in').read_text().split()
languages = (root / 'po/LINGUAS').read_text().split()
work = Path(tempfile.mkdtemp())
results = []


def run(*command):
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else f'{command[0]}: {done.stderr}'


def listed(*options):
    """The msgids of a catalogue that msgattrib picks, without its header."""
    ids = re.findall(r'^msgid "(.*)"$', run('msgattrib', '--no-wrap', '--no-obsolete', *options),
                     re.MULTILINE)
    return [text for text in ids if text]


def check(name, faults):
    results.append((name, faults))


using = {str(path.relative_to(root)) for path in root.glob('plugin/*.c')
         if re.search(r'\b_ \(|\b_\(|ngettext', path.read_text())}
check('POTFILES.in names the sources that have strings', sorted(using ^ set(sources)))

template = work / 'template.pot'
failure = run('xgettext', '--from-code=UTF-8', '--add-comments=Translators', '--keyword=_',
              '--keyword=N_', '--keyword=g_dngettext:2,3', '-o', str(template), *sources)
assert not failure, failure
strings = listed(str(template))
assert len(strings) > 50, strings
check('no string is put together by a macro, which no catalogue can hold',
      [text for text in strings if re.search(r'%$', text)])

wanted = {'ko', 'ja', 'zh_CN', 'de', 'fr', 'es', 'pt_BR', 'ru', 'it'}
check('all nine languages are there', sorted(wanted - set(languages)))

for language in languages:
    catalogue = work / f'{language}.po'
    failure = run('msgmerge', '-q', '--no-fuzzy-matching', str(root / 'po' / f'{language}.po'),
                  str(template), '-o', str(catalogue))
    faults = [failure] if failure else []
    faults += [f'missing: {text}' for text in listed('--untranslated', str(catalogue))]
    faults += [f'fuzzy: {text}' for text in listed('--only-fuzzy', str(catalogue))]
    checked = subprocess.run(['msgfmt', '--check', '--check-accelerators=_', '-o', '/dev/null',
                              str(catalogue)], capture_output=True, text=True)
    if checked.returncode:
        faults += checked.stderr.splitlines()
    check(f'{language} is complete', faults)

print(f'1..{len(results)}')
for number, (name, faults) in enumerate(results, 1):
    print(f'{"not ok" if faults else "ok"} {number} {name}')
    for fault in faults[:20]:
        print(f'# {fault}')
