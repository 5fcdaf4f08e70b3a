"""All 1000 classes, and every class vector that a piece could send."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from musicvis.renderers.generators.embedded.classes import KIND_OF, PALETTE_OF
from musicvis.renderers.generators.embedded.looks import Looks
from musicvis.renderers.generators.embedded.motifs.catalogue import MOTIFS
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.embedded.palettes import ARCHETYPES

Noise = Callable[..., torch.Tensor]
OneHot = Callable[[Sequence[int]], torch.Tensor]


def test_every_class_has_a_motif_and_a_palette_and_every_motif_a_class() -> None:
    letters = {motif.letter for motif in MOTIFS}
    assert len(letters) == len(MOTIFS)
    assert len(KIND_OF) == len(PALETTE_OF) == 1000
    used = {motif.letter for motif in Looks(0, torch.device("cpu")).motifs}
    assert used == letters
    assert set(PALETTE_OF) <= set(ARCHETYPES)


def test_every_class_is_finite_well_exposed_and_not_flat(
    small_painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    numbers = list(range(1000))
    pictures = small_painter.images(noise(1000, 5, 1.0), one_hot(numbers)) * 0.5 + 0.5
    assert torch.isfinite(pictures).all()
    means, deviations = pictures.mean((1, 2, 3)), pictures.std((1, 2, 3))
    assert means.min() >= 0.15, int(means.argmin())
    assert means.max() <= 0.80, int(means.argmax())
    assert deviations.min() >= 0.05, int(deviations.argmin())


@pytest.mark.parametrize("kind", ["calm", "corner"])
def test_motifs_stay_finite_at_the_middle_and_in_the_corners_of_the_noise(
    small_painter: EmbeddedGenerator, one_hot: OneHot, kind: str
) -> None:
    numbers = [number for letter in sorted(set(KIND_OF)) for number in _some(letter)]
    generator = torch.Generator().manual_seed(1)
    corners = torch.randn(len(numbers), 128, generator=generator).sign() * 2
    noise = torch.zeros(len(numbers), 128) if kind == "calm" else corners
    assert torch.isfinite(small_painter.images(noise, one_hot(numbers))).all()


def _some(letter: str) -> list[int]:
    """Up to five classes of a motif, spread over the table."""
    numbers = [number for number in range(1000) if KIND_OF[number] == letter]
    return numbers[:: max(1, len(numbers) // 5)]


@pytest.mark.slow
def test_all_classes_stay_finite_at_the_middle_and_in_the_corners_of_the_noise(
    small_painter: EmbeddedGenerator, one_hot: OneHot
) -> None:
    classes = one_hot(list(range(1000)))
    corner = torch.randn(1000, 128, generator=torch.Generator().manual_seed(2)).sign() * 2
    for noise in (torch.zeros(1000, 128), corner, -corner):
        assert torch.isfinite(small_painter.images(noise, classes)).all()


def test_any_class_vector_gives_a_finite_picture(
    small_painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    five = one_hot([5])[0]
    softmax = torch.softmax(torch.randn(1000, generator=torch.Generator().manual_seed(1)) * 3, 0)
    rows = [torch.zeros(1000), torch.ones(1000), softmax, five * 100, five * 1e-6, -five]
    pictures = small_painter.images(noise(1, 3).expand(6, -1), torch.stack(rows))
    assert torch.isfinite(pictures).all()
    assert pictures.std((1, 2, 3)).min() >= 0.1


def test_weights_above_one_count_as_one_and_negative_ones_as_none(
    small_painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    five = one_hot([5])
    pictures = small_painter.images(
        noise(1, 3).expand(4, -1), torch.cat([five, five * 100, -five, torch.zeros(1, 1000)])
    )
    assert torch.equal(pictures[0], pictures[1])
    assert torch.equal(pictures[2], pictures[3])
    assert (pictures[0] - pictures[2]).abs().mean() >= 0.05
