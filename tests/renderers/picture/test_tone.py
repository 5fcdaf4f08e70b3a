"""Contrast and saturation of finished images, by hand."""

import pytest
import torch
from musicvis.renderers.picture.controls import FrameControls
from musicvis.renderers.picture.tone import toned


def image(red: float, green: float, blue: float) -> torch.Tensor:
    return torch.tensor([red, green, blue]).view(1, 3, 1, 1)


def values(images: torch.Tensor) -> list[float]:
    return images.flatten().tolist()


def test_contrast_is_a_factor_about_middle_grey() -> None:
    double = FrameControls(contrast=torch.tensor([2.0]))
    assert values(toned(image(0.25, 0.0, -0.75), double)) == [0.5, 0.0, -1.0]
    none = FrameControls(contrast=torch.tensor([0.0]))
    assert values(toned(image(0.25, 0.5, -0.75), none)) == [0.0, 0.0, 0.0]


def test_without_saturation_an_image_is_its_luma() -> None:
    grey = FrameControls(saturation=torch.tensor([0.0]))
    luma = 0.2126 * 0.5 + 0.7152 * -0.25 + 0.0722 * 1.0
    assert values(toned(image(0.5, -0.25, 1.0), grey)) == pytest.approx([luma] * 3, abs=1e-5)
    half = FrameControls(saturation=torch.tensor([0.5]))
    assert values(toned(image(0.5, -0.25, 1.0), half))[0] == pytest.approx((luma + 0.5) / 2, abs=1e-5)


def test_neutral_tone_leaves_an_image_unchanged() -> None:
    images = image(0.1, 0.2, 0.3)
    assert toned(images, FrameControls()) is images


def test_each_image_has_its_own() -> None:
    both = torch.cat([image(0.5, 0.5, 0.5), image(0.5, 0.5, 0.5)])
    assert values(toned(both, FrameControls(contrast=torch.tensor([1.0, 0.5]))))[::3] == [0.5, 0.25]


def test_a_large_image_is_toned_everywhere() -> None:
    # Higher than the strips in which it is toned.
    images = torch.linspace(-1, 1, 3 * 300 * 1000).view(1, 3, 300, 1000)
    found = toned(images, FrameControls(contrast=torch.tensor([1.5])))
    torch.testing.assert_close(found, (images * 1.5).clamp(-1, 1))
    assert images[0, 0, 0, 0] == -1
