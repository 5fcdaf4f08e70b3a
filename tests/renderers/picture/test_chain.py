"""The whole finish against a slow reference: R'G'B' throughout, in float, converted last."""

from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as nnf
from musicvis.compiler.plan import TitlePlan
from musicvis.renderers.picture.chain import Finish, black_frame, finished
from musicvis.renderers.picture.colour import BLACK, above_black, quantised
from musicvis.renderers.picture.mirror import mirrored, strips_for
from musicvis.renderers.picture.planes import plane_views
from musicvis.renderers.picture.title import Overlay, overlay_of

FULL_HD = Finish(1920, 1080, "mirror", "bicubic")
SMALL = Finish(64, 36, "fill", "bicubic")


def soft_images(count: int, size_px: int) -> torch.Tensor:
    noise = torch.rand(count, 3, 12, 12, generator=torch.Generator().manual_seed(5)) * 2 - 1
    return nnf.interpolate(noise, size=(size_px, size_px), mode="bicubic").clamp(-1, 1)


def plain(value: tuple[float, float, float], size_px: int = 36) -> torch.Tensor:
    return (torch.tensor(value) * 2 - 1)[None, :, None, None].expand(1, 3, size_px, size_px)


def means(frames: torch.Tensor) -> list[float]:
    return [float(plane.float().mean()) for plane in plane_views(frames)]


# ITU-R BT.709-6 item 4.6 with the primaries' luma coefficients; the values of the 100 % colour bars.
BARS = {
    (0.0, 0.0, 0.0): (16, 128, 128),
    (1.0, 1.0, 1.0): (235, 128, 128),
    (1.0, 1.0, 0.0): (219, 16, 138),
    (0.0, 1.0, 1.0): (188, 154, 16),
    (0.0, 1.0, 0.0): (173, 42, 26),
    (1.0, 0.0, 1.0): (78, 214, 230),
    (1.0, 0.0, 0.0): (63, 102, 240),
    (0.0, 0.0, 1.0): (32, 240, 118),
}


@pytest.mark.parametrize("rgb", BARS)
def test_the_colour_bars_have_the_levels_of_bt_709(rgb: tuple[float, float, float]) -> None:
    frame = finished(plain(rgb), torch.ones(1), [[]], SMALL)
    assert means(frame) == list(BARS[rgb])


def test_the_finish_stays_within_two_levels_of_a_float_chain_in_rgb() -> None:
    images = soft_images(1, 512)
    rgb = mirrored((images + 1) / 2, strips_for(512, 512, Fraction(16, 9)))
    rgb = nnf.interpolate(rgb, size=(1080, 1920), mode="bicubic").clamp(0, 1) * 0.7
    exact = above_black(rgb * 2 - 1) + torch.tensor(BLACK)[None, :, None, None]
    found = plane_views(finished(images, torch.tensor([0.7]), [[]], FULL_HD))
    assert (found[0].float() - exact[:, 0]).abs().max() <= 2
    for plane, reference in zip(found[1:], nnf.avg_pool2d(exact[:, 1:], 2).unbind(1), strict=True):
        assert (plane.float() - reference).abs().max() <= 2


def test_a_fade_scales_what_is_above_black() -> None:
    frames = finished(
        plain((1.0, 1.0, 1.0)).repeat(3, 1, 1, 1), torch.tensor([0.0, 0.5, 1.0]), [[]] * 3, SMALL
    )
    assert [means(frame[None]) for frame in frames] == [[16, 128, 128], [126, 128, 128], [235, 128, 128]]


def test_a_fitted_square_stands_in_the_middle_on_black() -> None:
    frame = finished(plain((1.0, 1.0, 1.0)), torch.ones(1), [[]], Finish(64, 36, "fit", "bicubic"))
    luma = plane_views(frame)[0][0]
    assert (luma[:, 14:50] == 235).all() and (luma[:, :14] == 16).all() and (luma[:, 50:] == 16).all()


def test_a_filling_square_loses_what_lies_above_and_below() -> None:
    image = plain((0.0, 0.0, 0.0), 64).clone()
    image[:, :, 14:50] = 1.0
    frame = finished(image, torch.ones(1), [[]], SMALL)
    assert means(frame) == [235, 128, 128]


def test_a_batch_gives_the_frames_of_its_images() -> None:
    images = soft_images(3, 40)
    together = finished(images, torch.tensor([1.0, 0.5, 0.2]), [[]] * 3, SMALL)
    alone = [
        finished(i[None], torch.tensor([b]), [[]], SMALL)
        for i, b in zip(images, (1.0, 0.5, 0.2), strict=True)
    ]
    assert torch.equal(together, torch.cat(alone))


def test_values_out_of_range_are_clipped_and_not_wrapped() -> None:
    assert means(finished(plain((3.0, 3.0, 3.0)), torch.ones(1), [[]], SMALL)) == [235, 128, 128]
    assert quantised(torch.tensor([-5.0, 0.49, 0.5, 300.0])).tolist() == [0, 0, 1, 255]


@pytest.mark.parametrize("size", [(63, 36), (64, 35), (0, 36)])
def test_odd_sides_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="even sides"):
        Finish(*size, "mirror", "bicubic")


def title(text: str, color: str = "#FF0000", shadow: str | None = None) -> TitlePlan:
    return TitlePlan(text, 0, 10, color, shadow)


def drawn(plan: TitlePlan, width_px: int = 640, height_px: int = 360) -> Overlay:
    overlay = overlay_of(plan, width_px, height_px, torch.device("cpu"))
    assert overlay is not None
    return overlay


def test_a_title_stands_over_the_faded_picture_in_its_own_colour() -> None:
    finish = Finish(640, 360, "fill", "bicubic")
    frame = finished(plain((1.0, 1.0, 1.0)), torch.zeros(1), [[(drawn(title("HHHH")), 1.0)]], finish)
    planes = plane_views(frame)
    reddest = planes[2][0].argmax()
    row, column = divmod(int(reddest), 320)
    assert [int(p[0, row, column]) for p in planes[1:]] == [102, 240]
    assert int(planes[0][0, 2 * row, 2 * column]) == 63
    assert torch.equal(frame, black_frame([(drawn(title("HHHH")), 1.0)], finish, torch.device("cpu")))


def test_a_title_leaves_the_rest_of_the_frame_alone() -> None:
    finish = Finish(640, 360, "fill", "bicubic")
    overlay = drawn(title("I", shadow="#00FF00"))
    bare = finished(soft_images(1, 40), torch.ones(1), [[]], finish)
    titled = finished(soft_images(1, 40), torch.ones(1), [[(overlay, 1.0)]], finish)
    changed = np.argwhere((bare != titled)[0, :360].numpy())
    height_px, width_px = overlay.covers[0].shape
    assert changed.min(0).tolist() >= [overlay.top_px, overlay.left_px]
    assert (changed.max(0) < [overlay.top_px + height_px, overlay.left_px + width_px]).all()
    assert len(changed) > 500
