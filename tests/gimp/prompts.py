# prompts.py: latent models that read a prompt
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The model is a golden one of random weights, in the layout that diffusers writes:
# what it makes is noise, but of the words it is told.

from harness import *

GOLDEN = os.path.join(os.path.dirname(os.environ['PYTHONPATH']), 'golden')
MODEL = os.path.join(GOLDEN, 'latents', 'stable-diffusion')
FP16 = os.path.join(GOLDEN, 'latents', 'stable-diffusion-v')
LDM = os.path.join(GOLDEN, 'latents', 'unconditional-vq')


def varied(**arguments):
    """The bytes of a varied layer of odd size."""
    image, layer = new_image(61, 35)
    vary_or_die(image, layer, steps=3, **arguments)
    return read_bytes(layer).data


@test
def prompts_lead():
    """another prompt gives another picture, the same one the same; so do the others"""
    red = varied(model=MODEL, prompt='red')
    assert red == varied(model=MODEL, prompt='red')
    others = [varied(model=MODEL, prompt='house'), varied(model=MODEL),
              varied(model=MODEL, prompt='red', guidance=1.0),
              varied(model=MODEL, prompt='red', negative_prompt='house'),
              varied(model=MODEL, prompt='red', seed=2), varied(model=FP16, prompt='red'),
              varied(model=LDM)]
    assert len({red, *others}) == 1 + len(others)
    # a model that reads no prompt takes no notice of one
    assert others[-1] == varied(model=LDM, prompt='red')


@test
def nothing_else_changes():
    """strength 0 changes no bit, nor does anything outside of the selection"""
    image, layer = new_image(61, 35)
    before = read_bytes(layer)
    vary_or_die(image, layer, model=MODEL, strength=0.0, prompt='red')
    assert read_bytes(layer) == before

    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 5, 20, 20)
    vary_or_die(image, layer, model=MODEL, steps=3, prompt='red')
    after = read_bytes(layer)
    assert after != before
    assert all(10 <= i % 61 < 30 and 5 <= i // 61 < 25 for i in differing(before, after))


@test
def recipes():
    """a new layer remembers the words it was made with"""
    image, layer = new_image(32, 32)
    values = run_procedure(image, layer, model=MODEL, steps=3, output='new-layers',
                           prompt='a „red“ house', negative_prompt='grey\nline', guidance=2.5)
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()
    layers = values.get_core_object_array(1)
    data = layers[0].get_parasite('gimp-ddim-variation').get_data()
    text = bytes(byte & 0xff for byte in data).decode()
    assert 'prompt=a „red“ house\n' in text, text
    assert 'negative-prompt=grey\\nline\n' in text, text
    assert 'guidance=2.5\n' in text, text


@test
def refusals():
    """what such a model cannot do is said, and changes nothing"""
    image, layer = new_image(32, 32)
    before = read_bytes(layer)
    status, message = vary(image, layer, model=MODEL, tileable=True)
    assert status == Gimp.PDBStatusType.CALLING_ERROR, status
    assert 'stable-diffusion' in message and 'Tileable' in message, message
    status, message = vary(image, layer, model=os.path.join(MODEL, 'unet'))
    assert status != Gimp.PDBStatusType.SUCCESS, status
    assert 'choose that' in message, message
    assert read_bytes(layer) == before


run_tests()
