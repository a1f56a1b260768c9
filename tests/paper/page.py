#!/usr/bin/env python3
"""page.py: tables and plots of what ddim-paper has computed

Copyright (C) 2026 The gimp-ddim authors
SPDX-License-Identifier: GPL-3.0-or-later

    page.py CACHE MODEL_FOLDER PAGE OUT

Reads CACHE/cells.ini, computed with that model; writes the plots into the folder OUT, and PAGE there
with its marked blocks (<!-- begin NAME --> ... <!-- end NAME -->) made anew.
What stands between the blocks is written by hand and stays.
"""

import configparser
import hashlib
import math
import pathlib
import re
import subprocess
import sys

SIDE = 64  # PAPER_SIDE
STEPS = 10, 20, 50, 100, 200, 500, 1000
SAMPLERS = 'eta 0', 'eta 0.2', 'eta 0.5', 'eta 1', 'sigma-hat'
NAMES = {'eta 0': 'η = 0, DDIM', 'eta 0.2': 'η = 0.2', 'eta 0.5': 'η = 0.5',
         'eta 1': 'η = 1, DDPM', 'sigma-hat': 'σ̂, DDPM', 'second order': 'second order'}

# The paper's own figures, CIFAR-10: Table 2's errors and Table 1's FID.
PAPER_ERRORS = dict(zip(STEPS, (.014, .0065, .0023, .0009, .0004, .0001, .0001)))
PAPER_FID = {
    'eta 0': {10: 13.36, 20: 6.84, 50: 4.67, 100: 4.16, 1000: 4.04},
    'eta 0.2': {10: 14.04, 20: 7.11, 50: 4.77, 100: 4.25, 1000: 4.09},
    'eta 0.5': {10: 16.66, 20: 8.35, 50: 5.25, 100: 4.46, 1000: 4.29},
    'eta 1': {10: 41.07, 20: 18.36, 50: 8.01, 100: 5.78, 1000: 4.73},
    'sigma-hat': {10: 367.43, 20: 133.37, 50: 32.72, 100: 9.99, 1000: 3.17},
}


class Cells:
    """The key file, by cell and key."""

    def __init__(self, path):
        self.parser = configparser.RawConfigParser(delimiters=('=',))
        self.parser.optionxform = str
        self.parser.read(path, encoding='utf-8')

    def get(self, cell, key):
        return float(self.parser[cell][key]) if cell in self.parser else None

    def values(self, pattern, key):
        """What the keys that match say, over all cells whose name matches."""
        return [float(value) for cell in self.parser.sections() if re.fullmatch(pattern, cell)
                for name, value in self.parser[cell].items() if re.fullmatch(key, name)]


def mean(values):
    return sum(values) / len(values)


def table(head, rows):
    lines = [head, ['---'] + ['---:'] * (len(head) - 1)] + rows
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def number(value, digits=2):
    """A number with so many digits that count."""
    if value is None:
        return ''
    if 0 < abs(value) < 1e-4:
        return f'{value:.{digits - 1}e}'
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f'{value:.{places}f}'


# Table 2 ----------------------------------------------------------------------

def reconstruction(cells, way, S):
    """Mean error and evaluations a picture, or None."""
    name = rf'reconstruction {way}, {S} steps, batch \d+'
    errors = cells.values(name, r'error \d+')
    if not errors:
        return None
    return mean(errors), mean(cells.values(name, 'evaluations'))


def table2(cells):
    rows = []
    for S in STEPS:
        paper, ours, exact = (reconstruction(cells, way, S) for way in ('paper', 'ours', 'exact'))
        rows.append([str(S), number(PAPER_ERRORS[S]), number(paper[0]),
                     number(ours[0]) if ours else '', f'{paper[1]:.0f}', number(exact[0]),
                     f'{exact[1]:.0f}', f'{paper[0] / exact[0]:.0f}×'
                     if paper[0] < 1000 * exact[0] else 'over 1000×'])
    n = len(cells.values(r'reconstruction exact, 1000 steps, batch \d+', r'error \d+'))
    return (table(['S', "paper's own, CIFAR-10", "paper's encoder",
                   "the same on editing's levels", 'evaluations of either', 'exact encoder',
                   'evaluations', 'gain'], rows)
            + f'\n\n{n} photographs.')


def table2_half(cells):
    rows = []
    for S in STEPS[:4]:
        ours, exact = (reconstruction(cells, f'half-{way}', S) for way in ('ours', 'exact'))
        rows.append([str(S), number(ours[0]), f'{ours[1]:.0f}', number(exact[0]),
                     f'{exact[1]:.0f}', f'{255 * math.sqrt(exact[0]):.2f}'])
    return table(['S', "paper's encoder", 'evaluations', 'exact encoder', 'evaluations',
                  'exact, RMS in steps of 8 bits'], rows)


# Table 1 ----------------------------------------------------------------------

def distance(cells, name, S):
    cell = f'distance {name}, {S} steps'
    value = cells.get(cell, 'distance')
    return None if value is None else (value, cells.get(cell, 'deviation'))


def spread(value, places=3):
    return '' if value is None else f'{value[0]:.{places}f} ± {value[1]:.{places}f}'


def table1(cells):
    steps = 10, 20, 50, 100, 200, 1000
    rows = [[NAMES[name]] + [spread(distance(cells, name, S)) for S in steps]
            for name in SAMPLERS]
    floor = cells.get('floor', 'distance'), cells.get('floor', 'deviation')
    return (table(['', *(f'S = {S}' for S in steps)], rows)
            + f'\n\nReal against real: {spread(floor)}. '
            + f'{cells.get("distance eta 0, 10 steps", "samples"):.0f} samples a row.')


def detail(cells):
    steps = 10, 20, 50, 100, 1000
    rows = []
    for name in SAMPLERS:
        values = [cells.get(f'distance {name}, {S} steps', 'detail') for S in steps]
        rows.append([NAMES[name]] + ['' if value is None else f'{value:.2f}' for value in values])
    return table(['', *(f'S = {S}' for S in steps)], rows)


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    places = [0] * len(values)
    for place, index in enumerate(order):
        places[index] = place
    return places


def correlation(x, y):
    x, y = ([v - mean(values) for v in values] for values in (x, y))
    return (sum(a * b for a, b in zip(x, y))
            / math.sqrt(sum(a * a for a in x) * sum(b * b for b in y)))


def agreement(cells):
    pairs = [(fid, distance(cells, name, S)[0]) for name, row in PAPER_FID.items()
             for S, fid in row.items() if distance(cells, name, S)]
    theirs, ours = zip(*pairs)
    return (f'Over the {len(pairs)} entries that both have, the rank correlation of the paper\'s '
            f'FID with our distance is {correlation(ranks(theirs), ranks(ours)):.2f}.')


# The cost and the second order ----------------------------------------------------

def cost(cells):
    """The fewest steps of each sampler that are as good as a whole chain."""
    rows = []
    for name in ('eta 1', 'sigma-hat', 'eta 0'):
        chain = distance(cells, name, 1000)
        chain_seconds = cells.get(f'time {name.replace("sigma-hat", "eta 1")}, 1000 steps',
                                  'seconds')
        for sampler in ('eta 0', 'second order', 'eta 1'):
            row = [NAMES[name], spread(chain), NAMES[sampler]]
            enough = [S for S in (10, 20, 50, 100, 200) if distance(cells, sampler, S)
                      and distance(cells, sampler, S)[0] <= chain[0] + chain[1]]
            if name == 'eta 0' and sampler == 'eta 1':
                continue
            if enough:
                S = enough[0]
                seconds = cells.get(f'time {sampler}, {S} steps', 'seconds')
                row += [str(S), spread(distance(cells, sampler, S)), f'{1000 / S:.0f}×',
                        f'{seconds:.3f} for {chain_seconds:.1f}, {chain_seconds / seconds:.0f}×'
                        if seconds else '']
            else:
                row += ['none', '', '', '']
            rows.append(row)
    return table(['1000 steps of', 'distance', 'as good', 'with S', 'distance', 'evaluations',
                  'seconds a sample'], rows)


def second(cells):
    rows = []
    for S in (10, 20, 50, 100, 200):
        row = [str(S)]
        for key in ('from limit', 'distance'):
            for name in ('eta 0', 'second order'):
                cell = f'distance {name}, {S} steps'
                if key == 'distance':
                    row.append(spread(distance(cells, name, S)))
                else:
                    row.append(number(cells.get(cell, key)))
        rows.append(row)
    return table(['S', "RMS from S = 1000's picture, DDIM", 'second order',
                  'distance, DDIM', 'second order'], rows)


# Edits ------------------------------------------------------------------------

def path(cells, kind, i):
    """Changes from the beginning and lengths of the steps, or None."""
    cell = f'edits {kind} {i}'
    if cell not in cells.parser:
        return None
    return tuple([cells.get(cell, f'{key} {k}') for k in range(1, 17)]
                 for key in ('change', 'step'))


def paths(cells, kind):
    found = []
    while (one := path(cells, kind, len(found))) is not None:
        found.append(one)
    return found


def edits(cells):
    rows = []
    for kind, text in (('strength', 'strength, 0 to 1'), ('between', 'from picture to picture')):
        found = paths(cells, kind)
        rising = sum(all(a < b for a, b in zip([0, *change], change)) for change, _ in found)
        longest = [max(step) / mean(step) for _, step in found]
        rows.append([text, number(mean([change[-1] for change, _ in found])),
                     number(mean(longest)), number(max(longest)),
                     # Between two others a picture may well be further from both.
                     f'{rising} of {len(found)}' if kind == 'strength' else ''])
    return table(['path', 'RMS from end to end', 'longest of 16 steps, in mean steps',
                  'at most', 'each step leads further away'], rows)


def orders(cells):
    rows = []
    for S in (10, 20):
        row = [str(S)]
        for key in ('', ', lost'):
            row += [number(mean(cells.values(r'edits order \d+', f'order {order}, {S} steps{key}')))
                    for order in (1, 2)]
        rows.append(row)
    return table(['S', "RMS from 200 steps' variation, DDIM", 'second order',
                  'lost at strength 0, DDIM', 'second order'], rows)


# Plots ------------------------------------------------------------------------

def gnuplot(out, name, title, x, y, curves, more=''):
    """curves: (title, style, points), of points (x, y) or (x, y, deviation)."""
    blocks, parts = '', []
    for i, (text, style, points) in enumerate(curves):
        rows = '\n'.join(' '.join(f'{value:.6g}' for value in point) for point in points)
        blocks += f'$d{i} << EOD\n{rows}\nEOD\n'
        key = f'title "{text}"' if text else 'notitle'
        parts.append(f'$d{i} with {style} {key}')
    script = f'''
set terminal pngcairo size 720,450 font "DejaVu Sans,10"
set output "{out / name}"
set title "{title}"
set xlabel "{x}"
set ylabel "{y}"
set grid
set colorsequence podo
set key outside right top
{more}
{blocks}
plot {", ".join(parts)}
'''
    subprocess.run(['gnuplot'], input=script, text=True, check=True)


def plot_table2(cells, out):
    curves = [("the paper's own, CIFAR-10", 'linespoints dt 2 pt 6', list(PAPER_ERRORS.items()))]
    for way, text in (('paper', "paper's encoder"), ('ours', "the same, editing's levels"),
                      ('exact', 'exact encoder')):
        curves.append((text, 'linespoints lw 2 pt 7',
                       [(S, reconstruction(cells, way, S)[0]) for S in STEPS
                        if reconstruction(cells, way, S)]))
    gnuplot(out, 'table2.png', 'decode (encode (x)) against x', 'S',
            'mean square error a dimension, in [0, 1]', curves,
            'set logscale xy\nset format y "10^{%L}"')


def plot_table1(cells, out):
    curves = []
    for name in (*SAMPLERS, 'second order'):
        points = [(S, *distance(cells, name, S)) for S in STEPS if distance(cells, name, S)]
        curves.append((NAMES[name], 'yerrorlines lw 1.5 pt 7 ps 0.6', points))
    floor = cells.get('floor', 'distance')
    curves.append(('real against real', 'lines dt 2 lc "black"', [(10, floor), (1000, floor)]))
    gnuplot(out, 'table1.png', 'Samples against held-out photographs', 'S',
            'sliced Wasserstein distance', curves, 'set logscale x\nset xrange [8:1200]\nset yrange [0:]')


def plot_limit(cells, out):
    curves = []
    for name in ('eta 0', 'second order'):
        points = [(S, cells.get(f'distance {name}, {S} steps', 'from limit')) for S in STEPS[:5]]
        curves.append((NAMES[name], 'linespoints lw 2 pt 7',
                       [point for point in points if point[1]]))
    gnuplot(out, 'limit.png', 'From the same noise: how far from the picture of 1000 steps',
            'S', 'RMS, black to white being 1', curves, 'set logscale xy')


def plot_edits(cells, out):
    for kind, text in (('strength', 'Strength'), ('between', 'Position between two photographs')):
        curves = [('', 'linespoints pt 7 ps 0.4',
                   [(0, 0)] + [((k + 1) / 16, value) for k, value in enumerate(change)])
                  for change, _ in paths(cells, kind)]
        gnuplot(out, f'{kind}.png', 'A line a photograph', text, 'RMS of the change', curves)


def plot_samples(cache, out):
    """The same eight samples by several samplers, a row each."""
    rows = ['eta-0-10', 'eta-0-20', 'eta-0-100', 'eta-0-1000', 'second-order-10',
            'eta-1-20', 'eta-1-100', 'eta-1-1000', 'sigma-hat-20', 'sigma-hat-100',
            'sigma-hat-1000']
    strips = []
    for name in rows:
        strips += ['(', str(cache / f'{name}-0.png'), '-crop', f'{SIDE}x{SIDE}', '+repage', '+append', ')']
    subprocess.run(['convert', *strips, '-append', '-strip', str(out / 'samples.png')], check=True)


# The page ---------------------------------------------------------------------

def model(folder):
    """Which weights these are."""
    weights = sorted(folder.rglob('*.safetensors'))[0]
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return f'Computed with the `{folder.name}` whose {weights.name} has the SHA-256 {digest[:16]}….'


def main():
    cache, folder, page, out = map(pathlib.Path, sys.argv[1:])
    cells = Cells(cache / 'cells.ini')
    for cell in ('reconstruction exact, 1000 steps, batch 0', 'distance eta 0, 1000 steps',
                 'edits strength 0', 'time eta 1, 1000 steps'):
        if cell not in cells.parser:
            sys.exit(f'page.py: no page yet: {cache} lacks "{cell}"; run ./dev paper without --only')
    text = page.read_text(encoding='utf-8')
    out.mkdir(parents=True, exist_ok=True)

    blocks = {make.__name__: make(cells) for make in (
        table2, table2_half, table1, detail, agreement, cost, second, edits, orders)}
    blocks['model'] = model(folder)
    for name, block in blocks.items():
        text, n = re.subn(rf'(<!-- begin {name} -->\n).*?(<!-- end {name} -->)',
                          lambda match, block=block: f'{match[1]}{block}\n{match[2]}', text,
                          flags=re.DOTALL)
        if n != 1:
            sys.exit(f'page.py: {page} has {n} blocks named {name}, not one')
    for plot in (plot_table2, plot_table1, plot_limit, plot_edits):
        plot(cells, out)
    plot_samples(cache, out)
    (out / page.name).write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
