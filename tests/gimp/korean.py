# korean.py: the translation is seen in a running GIMP (run.py sets ko_KR)
#
# Copyright (C) 2026 The gimp-ddim authors
# SPDX-License-Identifier: GPL-3.0-or-later

from harness import *

procedure = Gimp.get_pdb().lookup_procedure(PROCEDURE)


@test
def menu():
    """GIMP knows the menu entry by its Korean label"""
    label = procedure.get_menu_label()
    assert label == 'DDIM 변주(_V)...', label


@test
def tooltip():
    """and its tooltip in Korean"""
    blurb = procedure.get_blurb()
    assert blurb == '그림의 선택한 부분을 변주합니다', blurb


@test
def arguments():
    """the dialog's labels and help lines are Korean"""
    for name, label in (('depth', '깊이(_D)'), ('strength', '강도(_G)'), ('model', '모델(_M)'),
                        ('steps', '단계 수(_T)'), ('eta', '새 잡음(_F)'), ('seed', '시드(_E)')):
        argument = procedure.find_argument(name)
        assert argument.get_nick() == label, f'{name}: {argument.get_nick()}'
        assert any('가' <= c <= '힣' for c in argument.get_blurb()), argument.get_blurb()


@test
def message():
    """an error message is Korean"""
    image, layer = new_image()
    layer.set_lock_content(True)
    status, message = vary(image, layer)
    assert status == Gimp.PDBStatusType.CALLING_ERROR
    assert '잠겨 있습니다' in message, message


run_tests()
