"""The table of drawn subjects keeps its promises to those who read it."""

import pytest
from musicvis.compiler.classes.table import imagenet
from musicvis.dsl.values.subjects import DRAWN, aliases, own_subjects, subject_count, subjects


def test_own_subjects_follow_imagenets_classes_without_a_gap() -> None:
    assert [subject.index for subject in own_subjects()] == list(range(1000, subject_count()))
    assert list(subjects()) == sorted(subjects())


def test_drawn_classes_are_named_as_imagenet_names_them() -> None:
    imagenet_names = [subject.names[0] for index, subject in subjects().items() if index < 1000]
    assert imagenet_names == [imagenet().name(index) for index in subjects() if index < 1000]


def test_the_shares_of_stand_ins_sum_to_one() -> None:
    for subject in own_subjects():
        assert sum(share for _, share in subject.stand_ins) == pytest.approx(1)
        assert all(0 <= index < 1000 for index, _ in subject.stand_ins)


def test_no_name_of_an_own_subject_is_one_of_imagenets() -> None:
    known = {name.casefold() for names in imagenet().names[:1000] for name in names}
    own = [name for subject in own_subjects() for name in subject.names]
    assert known.isdisjoint(own)
    assert len(own) == len(set(own))


def test_a_class_drawn_as_another_has_that_one_s_motif() -> None:
    drawn = {s.names[0]: s.motif for s in subjects().values() if s.look == DRAWN}
    for subject in subjects().values():
        if subject.look != DRAWN:
            assert drawn[subject.look.removeprefix("as ")] == subject.motif, subject.names[0]


def test_aliases_are_names_of_no_class_and_mean_one() -> None:
    known = {name.casefold() for names in imagenet().names for name in names}
    assert known.isdisjoint(aliases())
    assert all(0 <= index < subject_count() for index in aliases().values())
