# reference.py: doc/procedures.md, written from what GIMP knows of the procedures
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# As a test it compares the page with what it would write; with $DDIM_REFERENCE,
# a path, it writes there (./dev reference).

import os

import gi
gi.require_version('Gimp', '3.0')
from gi.repository import Gimp, GObject  # noqa: E402

HEAD = '''# The procedures

Made by `./dev reference` from the procedures themselves: change them, not this
page. In Script-Fu an argument `NAME` is `#:NAME VALUE`; those left out take
their defaults. The values come after the status, from 1 on.
'''


def names():
    anything = '.*'
    found = Gimp.get_pdb().query_procedures('plug-in-ddim-.*', *[anything] * 7)
    return sorted(found)


def plain(text):
    """Without the underlines of a dialog."""
    return (text or '').replace('_', '')


def kind(spec):
    """What may be given, in words."""
    name = GObject.type_name(spec.__gtype__)
    if name == 'GimpParamChoice':
        return 'a choice'
    if name in ('GParamInt', 'GParamDouble'):
        what = 'whole number' if name == 'GParamInt' else 'number'
        if spec.minimum <= -1e300 or spec.maximum >= 1e300:
            return what
        return f'{what}, {spec.minimum:.12g} to {spec.maximum:.12g}'
    return {'GParamBoolean': 'true or false', 'GParamString': 'text', 'GParamEnum': 'a run mode',
            'GimpParamImage': 'image', 'GimpParamLayer': 'layer', 'GimpParamDrawable': 'drawable',
            'GimpParamFile': 'file', 'GimpParamCoreObjectArray': 'array of layers or drawables',
            'GimpParamDoubleArray': 'array of numbers'}.get(name, spec.value_type.name)


def default(spec):
    name = GObject.type_name(spec.__gtype__)
    if name == 'GimpParamChoice':
        return f'`{Gimp.param_spec_choice_get_default(spec)}`'
    if name == 'GParamBoolean':
        return 'true' if spec.default_value else 'false'
    if name in ('GParamInt', 'GParamDouble'):
        return f'{spec.default_value:g}'
    if name == 'GParamString':
        return f'`{spec.default_value}`' if spec.default_value else ''
    return 'none' if name == 'GimpParamLayer' else ''


def cell(text):
    return ' '.join((text or '').split()).replace('|', '\\|')


def describe(spec):
    """The help of an argument, and that of each of its choices."""
    text = cell(spec.blurb)
    if GObject.type_name(spec.__gtype__) != 'GimpParamChoice':
        return text
    choice = Gimp.param_spec_choice_get_choice(spec)
    ways = []
    for nick in choice.list_nicks():
        ways.append(f'`{nick}`: {cell(choice.get_label(nick))}' +
                    (f' ({cell(choice.get_help(nick))})' if choice.get_help(nick) else ''))
    return text + '<br>' + '<br>'.join(ways)


def section(name):
    procedure = Gimp.get_pdb().lookup_procedure(name)
    lines = ['', f'## {name}', '', cell(procedure.get_blurb()) + '.', '']
    label = plain(procedure.get_menu_label())
    for path in procedure.get_menu_paths():
        where = path.replace('<Image>/', '').replace('/', ' ▸ ')
        lines += [f'In the menu: **{where} ▸ {label}**', '']
    lines += [cell(procedure.get_help()), '',
              '| argument | | default | |', '|---|---|---|---|']
    for spec in procedure.get_arguments():
        if spec.name != 'run-mode':
            lines.append(f'| `{spec.name}` | {kind(spec)} | {default(spec)} | {describe(spec)} |')
    values = procedure.get_return_values()
    if values:
        lines += ['', '| value | | |', '|---|---|---|']
        for spec in values:
            lines.append(f'| `{spec.name}` | {kind(spec)} | {describe(spec)} |')
    return lines


def reference():
    lines = HEAD.splitlines()
    for name in names():
        lines += section(name)
    return '\n'.join(lines) + '\n'


def check():
    page = os.path.join(os.environ['PYTHONPATH'], '..', '..', 'doc', 'procedures.md')
    with open(page, encoding='utf-8') as file:
        written = file.read().splitlines()
    made = reference().splitlines()
    with open(os.environ['DDIM_TAP'], 'w', encoding='utf-8') as tap:
        if written == made:
            tap.write('ok 1 doc/procedures.md is what the procedures say\n')
        else:
            tap.write('not ok 1 doc/procedures.md is what the procedures say\n'
                      '# they changed: ./dev reference\n')
            for line in [line for line in made if line not in written][:10]:
                tap.write(f'# now: {line}\n')
        tap.write('1..1\n')


if 'DDIM_REFERENCE' in os.environ:
    text = reference()
    with open(os.environ['DDIM_REFERENCE'], 'w', encoding='utf-8') as page:
        page.write(text)
else:
    check()
