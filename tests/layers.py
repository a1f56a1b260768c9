#!/usr/bin/env python3
# layers.py: each layer sees those below it, and no others
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: layers.py SOURCE_ROOT BUILD_ROOT
#
# Takes, for each layer, the compiler's command line that the build has for one
# of its files, and gives it a file that includes every header: those of the layers
# below must be found, all others must not.  Headers of the same name are not
# taken for each other: the compiler says which files it has read.

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

root, build = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()

# Layer -> the layers that it may include, itself among them.
MAY_INCLUDE = {
    'src/base':   ['src/base'],
    'src/canvas': ['src/base', 'src/canvas'],
    'src/method': ['src/base', 'src/canvas', 'src/method'],
    'src/ops':    ['src/base', 'src/ops'],
    'src/model':  ['src/base', 'src/canvas', 'src/method', 'src/ops', 'src/model'],
    'plugin/compute':    ['src/ddim.h', 'plugin/compute'],
    'plugin/pixels':     ['src/ddim.h', 'plugin/compute', 'plugin/pixels'],
    'plugin/dialog':     ['src/ddim.h', 'plugin/compute', 'plugin/pixels', 'plugin/dialog'],
    'plugin/procedures': ['src/ddim.h', 'plugin/compute', 'plugin/pixels', 'plugin/dialog',
                          'plugin/procedures'],
}

headers = {}
for path in sorted([*root.glob('src/**/*.h'), *root.glob('plugin/**/*.h')]):
    name = str(path.relative_to(root))
    layer = name if name == 'src/ddim.h' else '/'.join(name.split('/')[:2])
    headers.setdefault(layer, []).append(path)

commands = json.loads((build / 'compile_commands.json').read_text())
results = []


def command_of(layer):
    """A compiler's command line of the layer, without its input and output."""
    start = str(root / layer) + '/'
    for entry in commands:
        file = str((Path(entry['directory']) / entry['file']).resolve())
        # Tests compile some of the plug-in's files, in their own way.
        own = entry.get('output', '').startswith(layer.split('/')[0] + '/')
        if file.startswith(start) and own and 'kernel' not in file:
            words = shlex.split(entry['command'])
            skipped = {'-o', '-MF', '-MQ', '-c'}
            return [word for before, word in zip([''] + words, words)
                    if word not in skipped | {'-MD'} and before not in skipped]
    return None


def includes(command, names):
    """The files that the compiler takes for these names, where it finds any."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / 'include.c'
        source.write_text(''.join(f'#include "{name}"\n' for name in sorted(names)))
        done = subprocess.run([*command, '-w', '-M', '-MG', '-MT', 'x', str(source)], cwd=build,
                              capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return {(build / file).resolve() for file in done.stdout.replace('\\\n', ' ').split()[2:]}


def named(paths):
    return sorted(str(path.relative_to(root)) for path in paths)


def check(name, faults):
    results.append((name, faults))


for layer, below in MAY_INCLUDE.items():
    command = command_of(layer)
    if not command:
        continue
    others = {path: other for other, paths in headers.items() for path in paths}
    above = {path for path, other in others.items() if other not in below}
    lower = set(others) - above
    found = above & includes(command, {path.name for path in above} - {path.name for path in lower})
    missed = lower - includes(command, {path.name for path in lower})
    check(f'{layer} cannot include what lies above it', named(found))
    check(f'{layer} finds what lies below it', named(missed))

# What is computed knows neither GIMP nor its widgets, nor how pixels are stored.
foreign = {'libgimp/gimp.h', 'gegl.h', 'babl/babl.h', 'gtk/gtk.h', 'cairo.h'}
check('plugin/compute finds no header of GIMP or GTK',
      sorted(str(path) for path in includes(command_of('plugin/compute'), foreign)
             if path.exists() and path.name in {Path(name).name for name in foreign}))

# A path within quotes is looked up from the file's own folder, whatever the
# include folders are.  Public headers find each other so; nothing else may.
faults = []
for path in sorted([*root.glob('src/**/*.[ch]'), *root.glob('plugin/**/*.[ch]')]):
    name = str(path.relative_to(root))
    if name == 'src/ddim.h':
        continue
    layer = '/'.join(name.split('/')[:2])
    for include in re.findall(r'^#include "(.*/.*)"', path.read_text(), re.M):
        target = (path.parent / include).resolve()
        to = '/'.join(str(target.relative_to(root)).split('/')[:2]) if target.exists() else ''
        if path.suffix == '.c' or to not in MAY_INCLUDE.get(layer, []):
            faults.append(f'{name}: {include}')
check('paths in includes lead from public headers to public headers below', faults)

# What a system has besides C and GLib is asked for in one file.
STANDARD = {'assert', 'complex', 'ctype', 'errno', 'fenv', 'float', 'inttypes', 'limits', 'locale',
            'math', 'setjmp', 'signal', 'stdalign', 'stdarg', 'stdatomic', 'stdbool', 'stddef',
            'stdint', 'stdio', 'stdlib', 'stdnoreturn', 'string', 'tgmath', 'time'}
LIBRARIES = {'babl', 'cairo', 'cblas', 'gegl', 'gio', 'glib', 'gtk', 'json-glib', 'libgimp',
             'libgimpui'}
PROCESSORS = {'arm_neon', 'cpuid', 'immintrin'}
# Of POSIX, and declared by other headers, too, so that a compiler on Linux finds them.
CALLS = re.compile(r'(?<![\w.>])(access|chmod|close|dup2?|fdopen|fileno|fork|fstat|fsync|ftruncate|'
                   r'getpid|isatty|kill|lseek|lstat|madvise|mkdir|mkfifo|mkstemp|mmap|munmap|open|'
                   r'pipe|posix_memalign|pread|pwrite|read|readlink|rmdir|sched_\w+|setenv|sleep|'
                   r'stat|symlink|sysconf|truncate|unlink|usleep|write) \(')
faults = []
for path in sorted([*root.glob('src/**/*.[ch]'), *root.glob('plugin/**/*.[ch]')]):
    name = str(path.relative_to(root))
    if name == 'src/base/os.c':
        continue
    code = re.sub(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', '', path.read_text(), flags=re.S)
    faults += [f'{name}: {call} ()' for call in CALLS.findall(code)]
    for include in re.findall(r'^#\s*include <(.*)>', path.read_text(), re.M):
        first = include.split('/')[0].removesuffix('.h')
        if include.endswith('-unix.h') or 'gunix' in include or \
                first not in STANDARD | LIBRARIES | PROCESSORS:
            faults.append(f'{name}: {include}')
check('only src/base/os.c uses what belongs to an operating system', faults)

# Each public header can be included by itself, and all of them from C++.
public = re.findall(r'^#include "(.*)"', (root / 'src/ddim.h').read_text(), re.M)
model = command_of('src/model')
compiler = [word for word in model if not word.startswith('-')][0]
flags = [word for word in model if word.startswith('-I/')]
has_cxx = not subprocess.run([compiler, '-fsyntax-only', '-x', 'c++', '/dev/null'],
                             capture_output=True).returncode
faults = []
for header in public + ['ddim.h']:
    for language in ['c', 'c++'] if header == 'ddim.h' and has_cxx else ['c']:
        done = subprocess.run([compiler, '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-x', language,
                               *flags, '-'], input=f'#include "{root}/src/{header}"\n',
                              capture_output=True, text=True)
        if done.returncode:
            faults.append(f'{header}, {language}: {done.stderr.splitlines()[:1]}')
check('public headers are whole, in C and C++', faults)

print(f'1..{len(results)}')
for number, (name, faults) in enumerate(results, 1):
    print(f'{"not ok" if faults else "ok"} {number} {name}')
    for fault in faults:
        print(f'# {fault}')
sys.exit(any(faults for _, faults in results))
