# faults.py: whatever fails, the image is untouched or wholly done
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each call of a procedure of GIMP's that commits, each read from a file of the model, each
# allocation, and each write to a swap file fails in turn (refuse.c), for every
# procedure with each of its outputs.  Some of the places are tried, spread over all;
# with DDIM_ALL in the environment, all of them.

import shutil
import time

from injection import *

ALL = 'DDIM_ALL' in os.environ


def fault(kind, number, name, arguments, done, *words):
    """One run with one fault; returns whether there was one, and how it ended."""
    image, layers = fresh()
    before = state(image), looks()
    refuse(kind, number)
    status = call(name, image, wanted(name, layers), **arguments).index(0)
    message = Gimp.get_pdb().get_last_error()
    refused, of = was_refused(), told()
    where = f'{kind} {number} {of}'
    if status == SUCCESS and of == 'gimp-item-id-is-valid':
        # a layer that was deleted meanwhile, which a new one does not need: meanwhile.py
        return refused, True
    if status == SUCCESS:
        assert looks() == done, f'{where}: a success, but not wholly done'
        return refused, True
    assert refused, f'{where}: {message}'
    after = state(image), looks()
    assert after == before, f'{where}: the image was touched: {message}'
    assert len(message) > 20 and '(null)' not in message, f'{where}: “{message}”'
    for word in words:
        assert word in message, f'{where}: “{word}” is not in “{message}”'
    return True, False


def faults(kind, step, name, arguments, *words):
    """A test: every `step`-th place of a kind, or with DDIM_ALL each."""
    def run():
        image, layers = fresh()
        assert call(name, image, wanted(name, layers), **arguments).index(0) == SUCCESS
        done, problems, failed, number = looks(), [], 0, 1
        note_what_lies_about()
        while True:
            try:
                refused, success = fault(kind, number, name, arguments, done, *words)
                if not refused:
                    break
                failed += not success
            except AssertionError as problem:
                was_refused()
                problems.append(str(problem))
            number += 1 if ALL else step
        assert not problems, '\n'.join([f'{len(problems)} of {number}'] + problems)
        for _ in range(50):
            if not left_over():
                break
            time.sleep(0.1)
        assert not left_over(), left_over()
        return f'{failed} of {number} places end it'
    test_case(f'{kind}: {name} {arguments["output"]}', run)


# GIMP's own refusals ---------------------------------------------------------

def refusal(kind, number, only):
    """Rows of the table: GIMP refuses the n-th call of a kind."""
    for name, arguments in only:
        def run(name=name, arguments=arguments):
            image, layers = fresh()
            refuse(kind, number)
            untouched(name, arguments, image, wanted(name, layers), 'GIMP would not')
            assert was_refused()
        test_case(f'GIMP refuses {kind} {number}: {name} {arguments["output"]}', run)


refusal('merge', 1, VARIATIONS[:1])
refusal('merge', 2, VARIATIONS[:1])
refusal('insert', 1, VARIATIONS[1:] + INTERPOLATIONS + TEXTURES)
refusal('insert', 2, VARIATIONS[1:] + INTERPOLATIONS[:2])


# A full disk -----------------------------------------------------------------

def full_disk(kind, name, arguments, word):
    """Rows: the swap file of the plug-in, or of GIMP, finds no more room.  Both keep a
    megabyte in memory (run.py), and the image takes many."""
    def run():
        for other in Gimp.get_images():
            other.delete()
        w, h = 800, 700
        image = Gimp.Image.new_with_precision(w, h, RGB, Gimp.Precision.DOUBLE_LINEAR)
        layers = []
        for i in range(2):
            layer = Gimp.Layer.new(image, f'layer {i}', w, h, Gimp.ImageType.RGB_IMAGE, 100,
                                   Gimp.LayerMode.NORMAL)
            image.insert_layer(layer, None, 0)
            layer.fill(Gimp.FillType.WHITE)
            layers.append(layer)
        image.clean_all()
        refuse(kind, 1)
        status = call(name, image, wanted(name, layers), **arguments).index(0)
        message = Gimp.get_pdb().get_last_error()
        assert was_refused(), 'nothing was written to the swap file'
        assert status == Gimp.PDBStatusType.EXECUTION_ERROR, status
        assert word in message, message
        assert not image.is_dirty() and len(image.get_layers()) == 2
        assert len(Gimp.get_images()) == 1
        if kind == 'swap':
            white = struct.pack('3d', 1, 1, 1)
            assert all(set(read_bytes(layer)) == {white} for layer in layers)
    test_case(f'{kind} is full: {name} {arguments["output"]}', run)


LARGE = {'strength': 0.0, 'model': 'this image'}
full_disk('swap', 'variation', {**VARIATIONS[1][1], **LARGE}, 'swap folder')
full_disk('swap', 'texture', {**TEXTURES[0][1], 'width': 900, 'height': 900, 'steps': 2},
          'swap folder')


# Places spread over all --------------------------------------------------------

# Here so many places of each kind are passed over.
STEPS = {'call': 5, 'read': 7, 'memory': 211}

# refuse.c knows a model's files by the name of a folder.
OF_FILES = os.path.join(OUT, 'weights', 'small')
shutil.copytree(MODEL, OF_FILES, dirs_exist_ok=True)

for procedure, arguments in EVERY:
    faults('call', STEPS['call'], procedure, arguments)
    if procedure != 'texture':
        faults('read', STEPS['read'], procedure, {**arguments, 'model': OF_FILES}, 'small')
    faults('memory', STEPS['memory'], procedure, arguments, 'memory')

run_tests()
