"""Layers as finished images: laid out on the stage and mixed."""

import numpy as np
import pytest
import torch
from musicvis.renderers.picture.blend import Blend, laid_out
from musicvis.renderers.picture.masks import Stage


def ramp(width: int = 4) -> torch.Tensor:
    """An image whose columns are 0, 1, 2 .. of `width`."""
    return torch.arange(width, dtype=torch.float32).expand(1, 3, width, width)


def columns(images: torch.Tensor) -> list[float]:
    return images[0, 0, 0].tolist()


def test_a_mirrored_image_stands_on_both_sides_of_its_home() -> None:
    stage = Stage(4, 8, 0, 4, is_mirrored=True)
    assert columns(laid_out(ramp(), stage, 0.0)) == [0, 1, 2, 3, 3, 2, 1, 0]
    # A quarter of the film to the left; beyond the image lies its reflection.
    assert columns(laid_out(ramp(), stage, -0.5)) == [2, 3, 3, 2, 1, 0, 0, 1]


def test_an_image_that_is_not_mirrored_is_moved_to_its_home() -> None:
    stage = Stage(4, 4, 0, 4, is_mirrored=False)
    assert columns(laid_out(ramp(), stage, 0.0)) == [0, 1, 2, 3]
    assert columns(laid_out(ramp(), stage, 0.5)) == [0, 0, 1, 2]


def test_rows_above_the_square_are_its_reflection() -> None:
    stage = Stage(6, 8, 1, 4, is_mirrored=True)
    rows = laid_out(ramp().transpose(2, 3), stage, 0.0)[0, 0, :, 0].tolist()
    assert rows == [0, 0, 1, 2, 3, 3]


def test_equal_shares_of_black_and_white_are_half_the_light() -> None:
    stage = Stage(2, 2, 0, 2, is_mirrored=False)
    blend = Blend(1, stage, torch.device("cpu"))
    half = np.full((1, 2), 0.5, np.float32)
    blend.add(torch.ones(1, 3, 2, 2), half, 0.0, 0.0)
    blend.add(-torch.ones(1, 3, 2, 2), half, 0.0, 0.0)
    # Half of the light is 0.5^(1/2.2) = .7297 of the display's range.
    assert blend.images().flatten().tolist() == pytest.approx([0.7297 * 2 - 1] * 12, abs=1e-3)
