"""A small thing painted in its window alone is the thing painted everywhere."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from musicvis.renderers.generators.embedded import windows
from musicvis.renderers.generators.embedded.canvas import Canvas
from musicvis.renderers.generators.embedded.motifs import creatures, plants
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.tests.examples import many

RETRIEVER, MUSHROOM = 207, 947


def canvas_of(x: torch.Tensor, y: torch.Tensor) -> Canvas:
    """One layer; a window asks for nothing but places."""
    planes = dict.fromkeys(("far_x", "far_y", "drift", "sway"), x)
    return Canvas(x=x, y=y, **planes, traits=(), controls=(), pixel=0.02, atlas=None)  # type: ignore[arg-type]


@given(
    st.integers(1, 70),
    st.integers(1, 70),
    st.floats(-0.8, 0.8),
    st.floats(-0.8, 0.8),
    st.floats(0.01, 0.6),
    st.floats(0, 3),
)
@example(64, 64, 0.7, 0.7, 0.05, 0.0)
@many(60)
def test_no_pixel_of_a_disc_on_stirred_ground_lies_beside_its_window(
    row_count: int, column_count: int, x0: float, y0: float, radius: float, stir: float
) -> None:
    down, across = torch.meshgrid(
        torch.linspace(-1, 1, row_count), torch.linspace(-1, 1, column_count), indexing="ij"
    )
    x = (across + 0.1 * stir * torch.sin(3 * down))[None]
    y = (down + 0.1 * stir * torch.cos(4 * across))[None]
    part = windows.window(canvas_of(x, y), lambda x, y, around: (x - x0).hypot(y - y0) < radius + around)
    beside = (x - x0).hypot(y - y0) < radius
    if part is not None:
        beside[part] = False
    assert not beside.any()


def test_a_small_disc_has_a_small_window_and_none_in_a_strip_beside_it() -> None:
    down, across = torch.meshgrid(torch.linspace(-1, 1, 256), torch.linspace(-1, 1, 256), indexing="ij")
    canvas = canvas_of(across[None], down[None])

    def may_cover(x: torch.Tensor, y: torch.Tensor, around: torch.Tensor) -> torch.Tensor:
        return x.hypot(y) < 0.1 + around

    part = windows.window(canvas, may_cover)
    assert part is not None
    # The disc is 26 pixels wide; known on every eighth pixel only, it may be 24 more on each side.
    assert 26 <= canvas.x[part].shape[1] <= 74 and 26 <= canvas.x[part].shape[2] <= 74
    assert windows.window(replace(canvas, y=canvas.y + 5), may_cover) is None


@pytest.mark.parametrize("number", [RETRIEVER, MUSHROOM])
@pytest.mark.parametrize(("side_px", "spread"), [(192, 0.5), (192, 5.0), (40, 1.0)])
def test_faces_and_mushrooms_are_the_same_without_windows(
    monkeypatch: pytest.MonkeyPatch, number: int, side_px: int, spread: float
) -> None:
    painter = EmbeddedGenerator(3, (side_px, side_px), pan=(0.4, 0.0))
    noise = np.random.default_rng(number).standard_normal((3, 128)) * spread
    vectors = torch.from_numpy(noise.clip(-2, 2).astype(np.float32)), torch.zeros(3, 1000)
    vectors[1][:, number] = 1
    found = painter.images(*vectors)
    asked = []

    def whole(canvas: Canvas, may_cover: object) -> windows.Window:
        asked.append(may_cover)
        return windows.WHOLE

    for module in (creatures, plants):
        monkeypatch.setattr(module, "window", whole)
    torch.testing.assert_close(painter.images(*vectors), found, rtol=0, atol=1e-5)
    assert asked
