"""BigGAN shows the classes that stand in for subjects of our own."""

import torch
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.generators.biggan.stand_ins import standing_in

ALP, SPOTLIGHT, MOON = 970, 818, 1000


def test_half_a_moon_is_a_quarter_alp_and_a_quarter_spotlight_beside_the_rest() -> None:
    classes = torch.zeros(1, subject_count())
    classes[0, MOON], classes[0, ALP], classes[0, 541] = 0.5, 0.1, 0.4
    shown = standing_in(classes)
    assert shown.shape == (1, 1000)
    expected = {ALP: 0.35, SPOTLIGHT: 0.25, 541: 0.4}
    assert {int(i): round(float(shown[0, i]), 6) for i in shown[0].nonzero()[:, 0]} == expected


def test_vectors_of_imagenets_classes_are_left_as_they_are() -> None:
    classes = torch.rand(3, 1000)
    assert standing_in(classes) is classes
