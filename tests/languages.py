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
# No two texts of a dialog may have the same key, in any language, nor have GIMP's own
# buttons there.

import gettext
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


using = {str(path.relative_to(root)) for path in root.glob('plugin/**/*.c')
         if re.search(r'\b[NC]?C?_ ?\(|gettext', re.sub(r'/\*.*?\*/', '', path.read_text(), flags=re.S))}
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

# The texts that have a key, by dialog: those of these sources, but for what is
# shown elsewhere (the menu, a file chooser), and what the dialog leaves out.
elsewhere = {'_Cancel', '_Choose', '_Number'}
dialogs = {
    name: [path for path in sources if not re.search(f'/({others})[^/]*$', path)]
    for name, others in {'variation': 'interpolate|texture',
                         'interpolate': 'texture|variation|patch-source',
                         'texture': 'interpolate|variation|recipe'}.items()}
left_out = {'interpolate': {'S_ymmetry', '_Before', '_New'},
            'texture': {'_Model', '_Depth', '_Before'}}


def keyed():
    """The msgids with a key of each dialog."""
    found = {}
    for name, paths in dialogs.items():
        texts = set()
        for path in paths:
            texts |= set(re.findall(r'\b_ ?\("([^"]*_[A-Za-z][^"]*)"',
                                    (root / path).read_text()))
        found[name] = {text for text in texts if not text.startswith('DDIM ')} \
            - elsewhere - left_out.get(name, set())
    return found


def twice(texts, translated):
    """Which of the texts have the same key as another one."""
    keys = {}
    for text in sorted(texts):
        text = translated.get(text, text)
        key = re.search(r'_(\w)', text)
        keys.setdefault(key[1].lower() if key else None, []).append(text)
    return [f'{key}: {", ".join(same)}' for key, same in keys.items()
            if len(same) > 1 or key is None]


# The buttons that GIMP adds, of which our texts keep clear where the letters suffice: the
# languages with as many texts as letters leave them to Escape, Enter and F1.
BUTTONS = ('_OK', '_Cancel', '_Reset', '_Help', '_Load Saved Settings', '_Save Settings')
CROWDED = {'es', 'fr', 'it', 'pt_BR', 'ru'}


def keys_twice(translated, language=None):
    gimp = gettext.translation('gimp30-libgimp', languages=[language or 'en'], fallback=True)
    buttons = {} if language in CROWDED else {text: gimp.gettext(text) for text in BUTTONS}
    return [f'{name}: {fault}' for name, texts in keyed().items()
            for fault in twice({*texts, *buttons}, {**translated, **buttons})]


assert all(len(texts) > 7 for texts in keyed().values()), keyed()
check('no key stands for two texts of a dialog', keys_twice({}))

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
    check(f'{language}: no key stands for two texts of a dialog', keys_twice(dict(
        re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', run('msgattrib', '--no-wrap', str(catalogue)),
                   re.MULTILINE)), language))

print(f'1..{len(results)}')
for number, (name, faults) in enumerate(results, 1):
    print(f'{"not ok" if faults else "ok"} {number} {name}')
    for fault in faults[:20]:
        print(f'# {fault}')
