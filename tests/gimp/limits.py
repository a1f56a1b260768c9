# limits.py: where memory is limited, what does not fit is refused by name
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# As with ulimit -v and -d: GIMP's limit is its plug-ins' as well.  Where there is a
# limit of a cgroup's is in tests/test-memory-budget.c.

import resource

from rows import *

GIMP = os.getppid()
MIB = 1 << 20
FIELDS = {resource.RLIMIT_AS: 'VmSize', resource.RLIMIT_DATA: 'VmData'}


def used(field):
    """Bytes that GIMP has of it."""
    with open(f'/proc/{GIMP}/status') as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field))


def limited(kind, more, run):
    """Runs it while GIMP, and each plug-in, may have no more than GIMP has now, and
    some MiB."""
    before = resource.prlimit(GIMP, kind)
    resource.prlimit(GIMP, kind, (used(FIELDS[kind]) + more * MIB, before[1]))
    try:
        return run()
    finally:
        resource.prlimit(GIMP, kind, before)


def small(name, arguments):
    image, layers = two_of_an_image()
    status = call(name, image, wanted(name, layers), **arguments).index(0)
    assert status == SUCCESS, Gimp.get_pdb().get_last_error()
    return [read_bytes(item) for image in Gimp.get_images()
            for item in walk(image.get_layers()) if not item.is_group()]


def delete_all():
    for image in Gimp.get_images():
        image.delete()


def fits(kind, name, arguments):
    """A small picture is as it is without a limit."""
    delete_all()
    wanted_bytes = small(name, arguments)
    delete_all()
    assert limited(kind, 400, lambda: small(name, arguments)) == wanted_bytes


# By the model that ships, which needs a good deal for so many pixels.
LARGE = {'variation': {'model': 'photo'}, 'interpolate': {'model': 'photo'},
         'texture': {'width': 8000, 'height': 8000}}


def refused(kind, name, arguments):
    """A large one is refused, and untouched."""
    delete_all()
    image, layers = two_of_an_image()
    for layer in layers:
        layer.resize(5000, 4000, 0, 0)
    Gimp.Selection.none(image)
    image.clean_all()
    before = [read_bytes(layer) for layer in layers]
    status = limited(kind, 400, lambda: call(name, image, wanted(name, layers),
                                             **{**arguments, **LARGE[name]}).index(0))
    message = Gimp.get_pdb().get_last_error()
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR, status
    assert 'memory' in message, message
    assert not image.is_dirty() and Gimp.get_images() == [image]
    assert sorted(image.get_layers(), key=layers.index) == layers
    assert [read_bytes(layer) for layer in layers] == before


for kind, title in ((resource.RLIMIT_AS, 'address space'), (resource.RLIMIT_DATA, 'data')):
    for name, arguments in VARIATIONS[:1] + INTERPOLATIONS[:1] + TEXTURES[:1]:
        test_case(f'limited {title}, a small picture: {name}',
                  lambda k=kind, n=name, a=arguments: fits(k, n, a))
        test_case(f'limited {title}, a large one: {name}',
                  lambda k=kind, n=name, a=arguments: refused(k, n, a))

run_tests()
