# errors.py: what cannot work is refused in a sentence, and changes nothing
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import shutil
import struct

from harness import *

SHIPPED = os.path.join(os.environ['GIMP3_DIRECTORY'],
                       'plug-ins', 'gimp-ddim', 'weights', 'photo')
WEIGHTS = os.path.join('unet', 'diffusion_pytorch_model.safetensors')


def refused(image, drawables, words, **arguments):
    """Runs; asserts a failure whose message has all the words, and that the
    image's pixels are as before."""
    layers = image.get_layers()
    before = [read_bytes(layer) for layer in layers if not layer.is_group()]
    status, message = vary(image, drawables, **arguments)
    after = [read_bytes(layer) for layer in layers if not layer.is_group()]
    assert status in (Gimp.PDBStatusType.CALLING_ERROR,
                      Gimp.PDBStatusType.EXECUTION_ERROR), status
    for word in words:
        assert word in message, f'“{word}” is not in “{message}”'
    assert before == after, 'pixels changed'


@test
def in_the_menu():
    """the menu entries can be chosen, and say why they cannot work"""
    kinds = Gimp.ProcedureSensitivityMask
    for name in (PROCEDURE, 'plug-in-ddim-interpolate', 'plug-in-ddim-texture'):
        procedure = Gimp.get_pdb().lookup_procedure(name)
        for kind in (kinds.DRAWABLE, kinds.DRAWABLES, kinds.NO_DRAWABLES):
            assert procedure.get_sensitivity_mask() & kind, name
        assert procedure.get_image_types() == '*', name


@test
def before_the_dialog():
    """what no choice can mend is said without a dialog, by each procedure"""
    image, layer = new_image()
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                          16, False, False, '')
    for name in (PROCEDURE, 'plug-in-ddim-interpolate', 'plug-in-ddim-texture'):
        procedure = Gimp.get_pdb().lookup_procedure(name)
        config = procedure.create_config()
        config.set_property('run-mode', Gimp.RunMode.INTERACTIVE)
        config.set_property('image', image)
        config.set_core_object_array('drawables', [layer])
        status = procedure.run(config).index(0)
        message = Gimp.get_pdb().get_last_error()
        assert status == Gimp.PDBStatusType.CALLING_ERROR, (name, status)
        assert 'indexed' in message and 'RGB' in message, (name, message)


@test
def indexed():
    """an indexed image"""
    image, layer = new_image()
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                          16, False, False, '')
    refused(image, layer, ['indexed', 'RGB'])


@test
def group():
    """a layer group"""
    image, layer = new_image()
    group = Gimp.GroupLayer.new(image, 'family')
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    refused(image, group, ['family', 'group'])


@test
def locked():
    """a layer whose pixels are locked, by itself or by its group"""
    image, layer = new_image()
    layer.set_lock_content(True)
    refused(image, layer, ['layer', 'locked'])
    layer.set_lock_content(False)
    group = Gimp.GroupLayer.new(image, 'family')
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    group.set_lock_content(True)
    refused(image, layer, ['layer', 'locked'])


@test
def lock_alpha():
    """locked alpha is no hindrance: alpha never changes"""
    image, layer = new_image(has_alpha=True)
    layer.set_lock_alpha(True)
    before = read_bytes(layer)
    vary_or_die(image, layer)
    assert differing(before, read_bytes(layer))


@test
def several():
    """one of several layers, and none"""
    image, layer = new_image()
    second = layer.copy()
    second.set_name('second')
    image.insert_layer(second, None, 0)
    second.set_lock_content(True)
    refused(image, [layer, second], ['second', 'locked'])
    refused(image, [], ['Select a layer'])


@test
def strangers():
    """a layer of another image, and the selection itself"""
    image, layer = new_image()
    _, other = new_image()
    other.set_name('stranger')
    refused(image, other, ['stranger', 'another image'])
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 10, 10)
    refused(image, image.get_selection(), ['selection', 'channel'])


@test
def outside():
    """a selection beside the layer"""
    image, layer = new_image(layer_size=(20, 20))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 40, 10, 10)
    refused(image, layer, ['selection', 'layer'])


@test
def transparent():
    """a region without a visible pixel"""
    image, layer = new_image(has_alpha=True, alpha=0.0)
    refused(image, layer, ['transparent'])


@test
def missing_model():
    """a model that is not installed, a folder that is not there, no name"""
    image, layer = new_image()
    refused(image, layer, ['nowhere', 'photo'], model='nowhere')
    refused(image, layer, ['/no/such/folder'], model='/no/such/folder')
    refused(image, layer, ['model'], model='')


def broken_copy(name):
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SHIPPED, folder)
    return folder


@test
def broken_model():
    """a model without its network, with a cut-off file, with a broken config"""
    image, layer = new_image()

    folder = broken_copy('no-unet')
    shutil.rmtree(os.path.join(folder, 'unet'))
    refused(image, layer, ['no-unet', 'config.json'], model=folder)

    folder = broken_copy('no-weights')
    os.remove(os.path.join(folder, WEIGHTS))
    refused(image, layer, ['no-weights', '.safetensors'], model=folder)

    folder = broken_copy('cut-off')
    os.truncate(os.path.join(folder, WEIGHTS), 100000)
    refused(image, layer, ['cut-off', '.safetensors'], model=folder)

    folder = broken_copy('no-json')
    with open(os.path.join(folder, 'unet', 'config.json'), 'w') as config:
        config.write('{ "block_out_channels": ')
    refused(image, layer, ['no-json', 'config.json'], model=folder)


GOLDEN = os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'golden', 'models')


def small_model_with(name, value):
    """A small model whose last layer adds this value."""
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(GOLDEN, 'one-level'), folder)
    with open(os.path.join(folder, WEIGHTS), 'r+b') as weights:
        size, = struct.unpack('<Q', weights.read(8))
        tensor = json.loads(weights.read(size))['conv_out.bias']
        assert tensor['dtype'] == 'F32', tensor
        begin, end = tensor['data_offsets']
        weights.seek(8 + size + begin)
        weights.write(struct.pack('<f', value) * ((end - begin) // 4))
    return folder


@test
def not_finite():
    """weights that are not numbers, and a field that overflows: named, and nothing changes"""
    for precision in (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.FLOAT_LINEAR):
        image, layer = new_image(48, 40, precision=precision)
        for value in (float('nan'), float('inf')):
            folder = small_model_with('no-numbers', value)
            refused(image, layer, ['no-numbers', 'conv_out.bias', 'finite'], model=folder)
            refused(image, layer, ['no-numbers', 'conv_out.bias', 'finite'], model=folder,
                    strength=0.0)
        folder = small_model_with('overflows', 3e38)
        refused(image, layer, ['overflows', 'finite', 'noise level'], model=folder)

        # at strength 0 nothing is asked of it
        before = read_bytes(layer)
        vary_or_die(image, layer, model=folder, strength=0.0)
        assert read_bytes(layer) == before


@test
def classes():
    """a model of classes without a label, with one that it has not, or told by an embedding"""
    image, layer = new_image(32, 32)
    classes = os.path.join(GOLDEN, 'class-index')
    for label in (-1, 100000):
        refused(image, layer, ['class-index', 'Class label'], model=classes, label=label)
    refused(image, layer, ['class-identity', 'embedding'], model=os.path.join(
        GOLDEN, 'class-identity'))
    vary_or_die(image, layer, model=classes, label=1)
    # one without classes takes no notice
    vary_or_die(image, layer, label=5)


@test
def model_folder():
    """a model given by its folder, and one in the user's data folder, work"""
    image, layer = new_image(64, 64)
    vary_or_die(image, layer, model=SHIPPED)
    results = [read_bytes(layer)]
    user = os.path.join(os.environ['XDG_DATA_HOME'], 'gimp-ddim', 'models', 'mine')
    shutil.rmtree(user, ignore_errors=True)
    shutil.copytree(SHIPPED, user)
    for model in ('mine', 'photo'):
        image, layer = new_image(64, 64)
        vary_or_die(image, layer, model=model)
        results.append(read_bytes(layer))
    assert results[0] == results[1] == results[2]


run_tests()
