"""The mirrored format against the numbers of the first mirrored film and against plain reflection."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from musicvis.renderers.picture.mirror import Strips, mirrored, strips_for

WIDE = Fraction(16, 9)


def test_a_square_of_512_gets_the_strips_of_the_first_mirrored_film() -> None:
    assert strips_for(512, 512, WIDE) == Strips(73, 90, 88)
    assert mirrored(torch.zeros(1, 3, 512, 512), strips_for(512, 512, WIDE)).shape == (1, 3, 675, 1200)


def test_the_512_chain_equals_the_written_out_one() -> None:
    """hflip beside it, the upper 73 and lower 90 rows flipped out, then 88 columns on each side: in numpy."""
    square = np.random.default_rng(0).integers(0, 256, (512, 512), np.uint8)
    wide = np.hstack([square, square[:, ::-1]])
    tall = np.vstack([wide[:73][::-1], wide, wide[-90:][::-1]])
    full = np.hstack([tall[:, :88][:, ::-1], tall, tall[:, -88:][:, ::-1]])
    found = mirrored(torch.from_numpy(square)[None, None], strips_for(512, 512, WIDE))
    assert np.array_equal(found[0, 0].numpy(), full)


@given(
    size_px=st.integers(16, 96),
    aspect=st.fractions(Fraction(1, 4), Fraction(6), max_denominator=50),
)
def test_the_folded_picture_has_the_aspect_of_the_film_to_a_pixel_on_each_side(
    size_px: int, aspect: Fraction
) -> None:
    folded = mirrored(torch.zeros(1, 1, size_px, size_px), strips_for(size_px, size_px, aspect))
    height_px, width_px = folded.shape[2:]
    assert height_px >= size_px and width_px >= 2 * size_px
    assert abs(width_px - aspect * height_px) <= max(1, aspect)


@given(before_px=st.integers(0, 40), after_px=st.integers(0, 40), side_px=st.integers(0, 40))
def test_every_pixel_is_that_of_a_plane_of_mirrors(before_px: int, after_px: int, side_px: int) -> None:
    """Row y of the strip is row r of the image, where r runs 0 1 2 … 2 1 0 0 1 2 … in both directions."""
    image = torch.arange(7 * 5).view(1, 1, 7, 5)
    folded = mirrored(image, Strips(before_px, after_px, side_px))[0, 0].numpy()
    rows = np.arange(-before_px, 7 + after_px) % 14
    columns = np.arange(-side_px, 10 + side_px) % 10  # beside its reflection, the image repeats by itself
    rows, columns = np.minimum(rows, 13 - rows), np.minimum(columns, 9 - columns)
    assert np.array_equal(folded, image[0, 0].numpy()[np.ix_(rows, columns)])


@pytest.mark.parametrize("size", [(1080, 1920), (1080, 1080), (1920, 1080), (800, 2560)])
def test_the_mirrored_picture_is_the_same_from_left_and_right(size: tuple[int, int]) -> None:
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    folded = mirrored(image, strips_for(64, 64, Fraction(size[1], size[0])))
    assert torch.equal(folded, folded.flip(3))
