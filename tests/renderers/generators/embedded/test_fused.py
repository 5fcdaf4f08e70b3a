"""Layers in one land, with a painter of our own whose reliefs a hand can follow."""

from math import exp

import numpy as np
import pytest
import torch
from musicvis.renderers.generators.embedded.fused import Fusing
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
    stream: Stream, steering: FrameControls, grid: Grid, relief: Relief, pan: tuple[float, float], seam: bool
) -> BareLand:
    """The height is the first number of the noise, and the colour the way from the right edge of the grid."""
    relief.height.fill_(float(stream.noise[0, 0]))
    relief.colour.copy_(((1.0 if seam else 0.0) - grid.x[:, None]).expand_as(relief.colour))
    relief.glow.zero_()
    relief.gloss.zero_()
    return BareLand(torch.ones(1), torch.zeros(1, 24), grid.pixel, None)


def fused(streams: list[Stream], stage: Stage = STAGE) -> Relief:
    out = torch.empty(1, 3, stage.height_px, stage.width_px)
    return Fusing(stage, CPU, (0.0, 0.0)).fuse(streams, FrameControls(), painted, out)[0]


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

    def noted(*args: object) -> BareLand:
        pans.append(args[4])
        return painted(*args)  # type: ignore[arg-type]

    out = torch.empty(1, 3, 36, 64)
    Fusing(stage, CPU, (0.0, 0.0)).fuse([stream(np.ones((1, 64)), 0.5)], FrameControls(), noted, out)
    # Half of 64/36 half heights to the right.
    assert pans == [(pytest.approx(0.5 * 64 / 36), 0.0)]


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
