"""The camera over finished images: what it shows of them, checked against numpy and by hand."""

import colorsys

import numpy as np
import pytest
import torch
from musicvis.renderers.picture.camera import moved
from musicvis.renderers.picture.controls import FrameControls


def picture(height_px: int = 32, width_px: int = 32) -> torch.Tensor:
    """A smooth image in [-0.6, 0.6], unlike itself however it is turned."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, height_px), torch.linspace(-1, 1, width_px), indexing="ij")
    return 0.3 * torch.stack([x + 0.5 * y * y, x * y - y, torch.sin(2 * x) + y])[None]


def one(value: float) -> torch.Tensor:
    return torch.tensor([value])


def test_neutral_controls_leave_an_image_as_it_is() -> None:
    controls = FrameControls(hue_deg=one(0.0), zoom=one(1.0), rotation_deg=one(0.0))
    torch.testing.assert_close(moved(picture(), controls), picture(), atol=2e-6, rtol=0)
    assert FrameControls().are_neutral
    assert moved(image := picture(), FrameControls()) is image


@pytest.mark.parametrize(("degrees", "quarters"), [(90.0, -1), (180.0, 2), (-90.0, 1), (450.0, -1)])
def test_quarter_turns_are_exact_and_clockwise(degrees: float, quarters: int) -> None:
    turned = moved(picture(), FrameControls(rotation_deg=one(degrees)))
    torch.testing.assert_close(turned, torch.rot90(picture(), quarters, (2, 3)), atol=1e-5, rtol=0)


def test_a_zoom_of_two_shows_the_middle_half() -> None:
    near = moved(picture(), FrameControls(zoom=one(2.0)))
    # Between its pixels a bilinear image is linear: every second one of the result is a mean of two.
    image = picture()[0, 0].numpy()
    places = (np.arange(32) + 0.5) / 2 + 8 - 0.5
    whole = np.floor(places).astype(int)
    part = places - whole
    rows = image[whole] * (1 - part)[:, None] + image[whole + 1] * part[:, None]
    expected = rows[:, whole] * (1 - part) + rows[:, whole + 1] * part
    np.testing.assert_allclose(near[0, 0].numpy(), expected, atol=1e-5)


def test_behind_the_edges_lies_the_reflection() -> None:
    far = moved(picture(), FrameControls(zoom=one(0.5)))
    # 8 pixels on each side are the image between mirrors; the rows beside the edge look alike.
    torch.testing.assert_close(far[..., 7, :], far[..., 8, :], atol=1e-5, rtol=0)
    torch.testing.assert_close(far[..., :, 3], far[..., :, 12], atol=1e-5, rtol=0)


def test_a_wide_image_turns_without_being_squeezed() -> None:
    """A square of 8 px in the middle of 32x64 is a square again after a quarter turn."""
    image = torch.full((1, 3, 32, 64), -1.0)
    image[..., 12:20, 28:36] = 1.0
    turned = moved(image, FrameControls(rotation_deg=one(90.0)))
    # Further out stand its reflections.
    torch.testing.assert_close(turned[..., 16:48], image[..., 16:48], atol=1e-4, rtol=0)


def test_each_image_has_its_own_controls() -> None:
    both = picture().expand(2, -1, -1, -1)
    turned = moved(both, FrameControls(rotation_deg=torch.tensor([0.0, 180.0])))
    torch.testing.assert_close(turned[1], turned[0].flip(1, 2), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("degrees", "order"), [(120.0, (2, 0, 1)), (-120.0, (1, 2, 0)), (360.0, (0, 1, 2))])
def test_a_third_of_a_turn_makes_red_green(degrees: float, order: tuple[int, int, int]) -> None:
    image = picture()
    turned = moved(image, FrameControls(hue_deg=one(degrees)))
    torch.testing.assert_close(turned, image[:, list(order)], atol=1e-4, rtol=0)


def test_grey_keeps_its_grey_and_a_colour_its_linear_mean() -> None:
    grey = torch.linspace(-1, 1, 16).view(1, 1, 4, 4).expand(1, 3, 4, 4)
    torch.testing.assert_close(moved(grey, FrameControls(hue_deg=one(77.0))), grey, atol=1e-5, rtol=0)
    red = torch.tensor([0.6, -0.2, -0.1]).view(1, 3, 1, 1)
    turned = moved(red, FrameControls(hue_deg=one(30.0)))
    hue_before, hue_after = (
        colorsys.rgb_to_hsv(*((image + 1) / 2).flatten().tolist())[0] * 360 for image in (red, turned)
    )
    assert 10 < (hue_after - hue_before) % 360 < 60

    def mean(image: torch.Tensor) -> float:
        # The curve of sRGB by its standard, value by value.
        encoded = ((image + 1) / 2).flatten().tolist()
        return sum(e / 12.92 if e <= 0.04045 else ((e + 0.055) / 1.055) ** 2.4 for e in encoded) / 3

    assert mean(turned) == pytest.approx(mean(red), abs=1e-5)
