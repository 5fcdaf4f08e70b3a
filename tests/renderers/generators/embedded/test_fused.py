"""Layers in one land, with a painter of our own whose reliefs a hand can follow."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
import torch
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.generators.embedded import painter as painter_module
from musicvis.renderers.generators.embedded.fused import Fusing, Paint, Part, Piece, WholePart, pieces_of
from musicvis.renderers.generators.embedded.grid import Grid
from musicvis.renderers.generators.embedded.light import BareLand, Relief
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.protocol import Stream
from musicvis.renderers.picture.controls import FrameControls
from musicvis.renderers.picture.masks import Stage

STAGE = Stage(36, 64, 4, 28, is_mirrored=True)
CPU = torch.device("cpu")


def stream(
    mask: np.ndarray, home: float, level: float = 0.5, contrast: float = 2.0, number: int = 0
) -> Stream:
    classes = torch.zeros(1, 1000)
    classes[0, number] = 1
    return Stream(torch.full((1, 128), level), classes, mask.astype(np.float32), home, contrast)


def painted(
    stream: Stream, steering: FrameControls, grid: Grid, pan: tuple[float, float], seam: bool
) -> tuple[Part, BareLand]:
    """The height is the first number of the noise, and the colour the way from the right edge of the grid."""
    part = WholePart(1, grid)
    part.relief.height.fill_(float(stream.noise[0, 0]))
    part.relief.colour.copy_(((1.0 if seam else 0.0) - grid.x[:, None]).expand_as(part.relief.colour))
    part.relief.glow.zero_()
    part.relief.gloss.zero_()
    return part, BareLand(torch.ones(1), torch.zeros(1, 24), grid.pixel, None)


def fused(streams: list[Stream], stage: Stage = STAGE, paint: Paint = painted) -> Relief:
    fusing = Fusing(stage, CPU, (0.0, 0.0))
    colour = torch.empty(1, 3, stage.height_px, stage.width_px)
    return fusing.fused(fusing.placed(streams, FrameControls(), paint), colour)


def test_a_layer_is_the_same_on_both_sides_of_where_its_subject_stands() -> None:
    everywhere = np.ones((1, 64))
    colour = fused([stream(everywhere, -0.5)]).colour[0, 0, 0]
    # The mirror stands before column 16; half a pixel of 1/14 to either side of it, then one more each.
    assert colour[15].item() == pytest.approx(0.5 / 14)
    torch.testing.assert_close(colour[:16], colour[16:32].flip(0))
    assert colour[31].item() == pytest.approx(15.5 / 14)


def test_heights_of_two_layers_are_weighed_by_place_and_height() -> None:
    low, high = stream(np.full((1, 64), 0.75), 0.0, 0.0), stream(np.full((1, 64), 0.25), 0.0, 1.0)
    share = 0.25 * exp(2.0) / (0.75 + 0.25 * exp(2.0))
    assert fused([low, high]).height.flatten().tolist() == pytest.approx([share] * 36 * 64, abs=1e-5)


def test_where_one_layer_has_the_whole_place_nothing_of_the_other_is_seen() -> None:
    left = np.concatenate([np.ones((1, 32)), np.zeros((1, 32))], axis=1)
    relief = fused([stream(left, -0.5, 0.2), stream(1 - left, 0.5, 0.9)])
    assert relief.height[0, 0, :32].tolist() == pytest.approx([0.2] * 32)
    assert relief.height[0, 0, 32:].tolist() == pytest.approx([0.9] * 32)


def test_without_a_mirror_the_subject_stands_at_its_home() -> None:
    stage = Stage(36, 64, 0, 36, is_mirrored=False)
    pans = []

    def noted(*args: object) -> tuple[Part, BareLand]:
        pans.append(args[3])
        return painted(*args)  # type: ignore[arg-type]

    fused([stream(np.ones((1, 64)), 0.5)], stage, noted)
    # Half of 64/36 half heights to the right.
    assert pans == [(pytest.approx(0.5 * 64 / 36), 0.0)]


def test_a_half_is_laid_on_both_sides_of_its_mirror_and_folded_back() -> None:
    # The mirror before column 4, the half 3 wide: its column 2 lies on 3 and 4, its column 0 on 0, 1, 6, 7.
    found = pieces_of(4, (0, 9), 3)
    laid = {}
    for begin, end, first, is_flipped in found:
        columns = list(range(first, first + end - begin))
        laid |= dict(zip(range(begin, end), columns[::-1] if is_flipped else columns, strict=True))
    assert [laid[x] for x in range(9)] == [0, 0, 1, 2, 2, 1, 0, 0, 1]
    # Seen from column 5 on, nothing is laid at its left.
    assert pieces_of(4, (5, 7), 3) == [Piece(5, 7, 0, is_flipped=True)]


class Sketched:
    """A part of one height on every second pixel, which keeps how much of it is said to be seen."""

    def __init__(self, height: float, grid: Grid) -> None:
        self.nodes = torch.full(((grid.height + 1) // 2 + 1, (grid.width + 1) // 2 + 1), height)
        self.seen = torch.empty(0)
        self._whole = WholePart(1, grid)

    def heights(self) -> torch.Tensor:
        return self.nodes

    def refine(self, seen: torch.Tensor) -> None:
        self.seen = seen

    def rows(self, start: int, end: int) -> torch.Tensor:
        return self._whole.rows(start, end)


def test_a_part_is_refined_by_what_is_seen_of_it_on_the_side_where_more_is() -> None:
    parts = []

    def sketched(stream: Stream, steering: object, grid: Grid, *_: object) -> tuple[Part, BareLand]:
        parts.append(Sketched(float(stream.noise[0, 0]), grid))
        return parts[-1], BareLand(torch.ones(1), torch.zeros(1, 24), grid.pixel, None)

    # Both mirrors stand in the middle; the low one has 3/4 of the left side, 1/4 of the right.
    left = np.concatenate([np.full((1, 32), 0.75), np.full((1, 32), 0.25)], axis=1)
    fused([stream(left, 0.0, 0.0), stream(1 - left, 0.0, 1.0)], STAGE, sketched)
    low, high = (part.seen[:18, :16] for part in parts)
    torch.testing.assert_close(low, torch.full((18, 16), 0.75 / (0.75 + 0.25 * exp(2.0))))
    torch.testing.assert_close(high, torch.full((18, 16), 0.75 * exp(2.0) / (0.25 + 0.75 * exp(2.0))))


@pytest.mark.parametrize("is_mirrored", [True, False])
def test_layers_look_as_if_every_pixel_of_them_were_painted(
    monkeypatch: pytest.MonkeyPatch, is_mirrored: bool
) -> None:
    stage = Stage(430 if is_mirrored else 400, 720, 15 if is_mirrored else 0, 400, is_mirrored)
    generator = EmbeddedGenerator(0, (400, 400), pan=(0.8, 0.0), mirrored=True)
    x = np.linspace(-1, 1, 720)[None]
    weights = [np.exp(-(((x - home) / 0.5) ** 2)) for home in (-0.6, 0.1, 0.7)]
    streams = []
    noise = torch.Generator().manual_seed(4)
    for weight, home, classes in zip(weights, (-0.6, 0.1, 0.7), ([947], [978, 815], [508]), strict=True):
        vector = torch.zeros(1, subject_count())
        vector[0, classes] = 0.8 / len(classes)
        mask = (weight / sum(weights)).astype(np.float32)
        streams.append(Stream(torch.randn(1, 128, generator=noise) * 0.6, vector, mask, home, 5.0))
    controls = FrameControls(zoom=torch.tensor([1.2]), rotation_deg=torch.tensor([3.0]))
    found = generator.layered(streams, controls, stage)
    monkeypatch.setattr(painter_module, "LEAST_PX", 10**9)
    wanted = generator.layered(streams, controls, stage)
    assert not torch.equal(found, wanted)
    apart = (found - wanted) / 2
    assert float(apart.abs().mean()) * 255 <= 1.0
    assert float(-10 * torch.log10(apart.square().mean())) >= 40.0


def test_layers_are_painted_where_they_stand() -> None:
    generator = EmbeddedGenerator(0, (28, 28), pan=(0.8, 0.0), mirrored=True)
    left = np.concatenate([np.ones((1, 32)), np.zeros((1, 32))], axis=1)
    one, other = (
        generator.layered(
            [stream(left, -0.5, 0.0, 5.0, number=979), stream(1 - left, 0.5, 0.0, 5.0, number=right)],
            FrameControls(),
            STAGE,
        )
        for right in (979, 815)
    )
    assert one.shape == (1, 3, 36, 64)
    assert one.min() >= -1 and one.max() <= 1
    changed = (one - other).abs().mean((0, 1, 2))
    # The glow of what is bright reaches over the border, and no further.
    assert changed[:24].max() < 0.01 < changed[40:].mean()


def test_no_smoke_is_between_layers_unless_they_are_nearly_silent() -> None:
    generator = EmbeddedGenerator(0, (28, 28), pan=(0.8, 0.0), mirrored=True)
    whole = stream(np.ones((1, 64)), 0.0, 0.0, number=979)
    loud, faint, silent = (
        generator.layered([replace(whole, classes=whole.classes * weight)], FrameControls(), STAGE)
        for weight in (0.9, 0.3, 0.02)
    )
    torch.testing.assert_close(faint, loud)
    assert (silent - loud).abs().mean() > 0.05


def test_frames_that_are_fused_together_are_those_that_are_fused_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = EmbeddedGenerator(0, (28, 28), pan=(0.8, 0.0), mirrored=True)
    mask = np.linspace(0, 1, 64)[None].repeat(2, 0).astype(np.float32)
    mask[1] = mask[1, ::-1] ** 2
    noise = torch.randn(2, 128, generator=torch.Generator().manual_seed(3))
    classes = torch.zeros(2, 1000)
    classes[[0, 1], [979, 815]] = 1
    streams = [Stream(noise, classes, mask, -0.5, 5.0), Stream(-noise, classes.flip(0), 1 - mask, 0.5, 5.0)]
    alone = generator.layered(streams, FrameControls(), STAGE)
    # As on a GPU, which paints several frames in one go.
    monkeypatch.setattr(painter_module, "frames_at_once", lambda *_: 16)
    together = generator.layered(streams, FrameControls(), STAGE)
    assert (alone[0] - alone[1]).abs().mean() > 0.05
    assert (together - alone).abs().mean() <= 1e-4
