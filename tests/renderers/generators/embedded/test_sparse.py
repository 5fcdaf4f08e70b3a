"""Pictures painted on every second pixel, and between where it shows, beside pictures painted everywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import OwnPicture
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.generators.embedded import painter as painter_module
from musicvis.renderers.generators.embedded import windows
from musicvis.renderers.generators.embedded.canvas import Canvas, Coloured
from musicvis.renderers.generators.embedded.grid import every_second, make_grid
from musicvis.renderers.generators.embedded.lattice import (
    SHOWS,
    bend,
    between,
    cells_that_show,
    doubled,
    interpolated,
    into_picture,
    pixels_between,
    strips_of,
)
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.embedded.sheet import examples
from musicvis.renderers.picture.controls import FrameControls
from PIL import Image

from .conftest import PROJECT_CLASSES, Noise

MEAN_LEVELS, WORST_DB = 1.0, 38.0
"""What may differ: the mean of 255 levels, and the worst picture's ratio of signal to noise."""


def mixes(count: int) -> torch.Tensor:
    """Five classes of the project at a time, of different weights."""
    classes = torch.zeros(count, subject_count())
    for k in range(count):
        some = [PROJECT_CLASSES[(k * 5 + i) % 12] for i in range(5)]
        classes[k, some] = torch.tensor([0.3, 0.2, 0.15, 0.12, 0.1])
    return classes


def distance(found: torch.Tensor, wanted: torch.Tensor) -> tuple[float, float]:
    """The mean difference in levels of 255, and the worst PSNR, of pictures in [-1, 1]."""
    apart = (found - wanted) / 2
    return float(apart.abs().mean() * 255), float(-10 * torch.log10(apart.square().mean((1, 2, 3)).max()))


def both(
    generator: EmbeddedGenerator,
    vectors: tuple[torch.Tensor, torch.Tensor],
    controls: FrameControls,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The pictures as they are made, and painted everywhere."""
    found = generator.steered(*vectors, controls)
    with monkeypatch.context() as patch:
        patch.setattr(painter_module, "LEAST_PX", 10**9)
        return found, generator.steered(*vectors, controls)


@pytest.mark.parametrize("size_px", [(512, 512), (401, 517)])
def test_mixes_look_as_if_every_pixel_were_painted(
    noise: Noise, monkeypatch: pytest.MonkeyPatch, size_px: tuple[int, int]
) -> None:
    generator = EmbeddedGenerator(0, size_px, pan=(0.8, 0.0), mirrored=True)
    controls = FrameControls(zoom=torch.tensor([1.0, 1.3]), rotation_deg=torch.tensor([0.0, 4.0]))
    found, wanted = both(generator, (noise(2, 1), mixes(2)), controls, monkeypatch)
    levels, worst_db = distance(found, wanted)
    assert not torch.equal(found, wanted)
    assert levels <= MEAN_LEVELS and worst_db >= WORST_DB


@pytest.mark.slow
@pytest.mark.parametrize("subject", examples(), ids=lambda subject: subject.motif)
def test_each_motif_looks_as_if_every_pixel_were_painted(
    noise: Noise, monkeypatch: pytest.MonkeyPatch, subject: object
) -> None:
    classes = torch.zeros(2, subject_count())
    classes[:, subject.index] = 1  # type: ignore[attr-defined]
    generator = EmbeddedGenerator(0, (512, 512))
    levels, worst_db = distance(*both(generator, (noise(2, 5), classes), FrameControls(), monkeypatch))
    assert levels <= MEAN_LEVELS and worst_db >= WORST_DB


def test_frames_do_not_depend_on_those_beside_them(noise: Noise) -> None:
    generator = EmbeddedGenerator(0, (400, 416))
    vectors = noise(3, 2), mixes(3)
    together = torch.empty(3, 3, 400, 416)
    alone = generator.images(*vectors)
    with torch.inference_mode():
        generator._paint(vectors[0], vectors[1], FrameControls(), together)
    assert torch.equal(generator.images(vectors[0][1:2], vectors[1][1:2]), alone[1:2])
    assert (together * 2 - 1 - alone).abs().mean() <= 1e-4


def test_a_photograph_and_a_subject_look_as_if_every_pixel_were_painted(
    noise: Noise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waves = np.sin(np.arange(300)[:, None] / 9) * np.cos(np.arange(400)[None] / 7)
    file = tmp_path / "waves.png"
    Image.fromarray((np.stack([waves, -waves, waves**2], 2) * 100 + 128).astype(np.uint8)).save(file)
    own = OwnPicture(subject_count(), file.name, file, hashlib.sha256(file.read_bytes()).hexdigest())
    classes = torch.zeros(1, subject_count() + 1)
    classes[0, [PROJECT_CLASSES[0], subject_count()]] = torch.tensor([0.4, 0.5])
    generator = EmbeddedGenerator(0, (400, 400), pictures=(own,))
    found, wanted = both(generator, (noise(1, 1), classes), FrameControls(), monkeypatch)
    levels, worst_db = distance(found, wanted)
    assert not torch.equal(found, wanted)
    assert levels <= MEAN_LEVELS and worst_db >= WORST_DB


def test_small_pictures_are_painted_everywhere(noise: Noise, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = EmbeddedGenerator(0, (96, 96))
    found, wanted = both(generator, (noise(1, 1), mixes(1)), FrameControls(), monkeypatch)
    assert torch.equal(found, wanted)


@pytest.mark.parametrize("size_px", [(6, 8), (5, 7)])
def test_nodes_are_every_second_pixel_and_the_cells_between_them_fill_the_picture(
    size_px: tuple[int, int],
) -> None:
    grid = make_grid(*size_px, torch.device("cpu"))
    nodes = every_second(grid)
    torch.testing.assert_close(nodes.x[0, 0, : (size_px[1] + 1) // 2], grid.x[0, 0, ::2])
    torch.testing.assert_close(nodes.y[0, : (size_px[0] + 1) // 2, 0], grid.y[0, ::2, 0])
    # A plane is its own interpolation.
    plane = nodes.x * 3 + nodes.y
    picture = torch.full((1, *size_px), torch.nan)
    into_picture(interpolated(plane.view(1, -1), nodes.width), nodes.width, picture)
    torch.testing.assert_close(picture, grid.x * 3 + grid.y)


def test_the_pixels_of_a_cell_are_interpolated_from_its_nodes() -> None:
    planes = torch.rand(3, 5, 6)
    cells = torch.tensor([0, 7, 22])
    torch.testing.assert_close(between(planes, cells), interpolated(planes.view(3, -1), 6)[:, 1:, cells])
    # Where these pixels lie in a picture that is made in one go.
    picture = doubled(planes)
    assert picture.shape == (3, 8, 10)
    torch.testing.assert_close(between(planes, cells), picture.flatten(1)[:, pixels_between(cells, 6)])
    torch.testing.assert_close(picture[:, ::2, ::2], planes[:, :-1, :-1])
    right, below, across = between(planes, torch.tensor([7]))[0, :, 0].tolist()
    corners = planes[0, 1:3, 1:3]
    assert right == pytest.approx(float(corners[0].mean()))
    assert below == pytest.approx(float(corners[:, 0].mean()))
    assert across == pytest.approx(float(corners.mean()))


def test_a_bend_is_painted_in_the_cells_around_it_and_a_slope_in_none() -> None:
    down, across = torch.meshgrid(torch.arange(6.0), torch.arange(7.0), indexing="ij")
    slope = 0.3 * across + 0.2 * down
    flat = torch.zeros(6, 7)
    assert not len(cells_that_show(bend(Coloured(flat, slope, flat), 0.2, 1 / 256)))
    spot = slope.clone()
    spot[3, 4] += 1
    shown = set(cells_that_show(bend(Coloured(flat, spot, flat), 0.2, 1 / 256)).tolist())
    # The four cells with a corner on the spot, and those beside its neighbours, which bend as well.
    assert {2 * 7 + 3, 2 * 7 + 4, 3 * 7 + 3, 3 * 7 + 4} < shown
    assert 0 not in shown and len(shown) == 12
    # What is dark where it is high is seen as well as what is light there.
    high = -(spot - slope) / (0.08 * 0.2 * 256)
    bends = bend(Coloured(high, spot, flat), 0.2, 1 / 256)
    assert float(bends[3, 4]) == pytest.approx(8, abs=1e-4)
    assert float(bends[3, 4]) > SHOWS


def test_strips_are_alike_and_cover_every_row_once() -> None:
    strips = strips_of(100, 50, 1500)
    assert [end for _, end in strips[:-1]] == [start for start, _ in strips[1:]]
    assert (strips[0][0], strips[-1][1]) == (0, 100)
    assert {end - start for start, end in strips} == {33, 34}


def test_a_window_of_scattered_places_holds_all_that_may_be_covered() -> None:
    x = torch.linspace(-1, 1, 60).repeat(3, 1)[None]
    planes = dict.fromkeys(("far_x", "far_y", "drift", "sway"), x)
    canvas = Canvas(x=x, y=x, **planes, traits=(), controls=(), pixel=0.02, atlas=None, scattered=True)  # type: ignore[arg-type]
    part = windows.window(canvas, lambda x, y, around: (x - 0.4).abs() < 0.1 + around)
    assert part is not None
    covered = (x - 0.4).abs() < 0.1
    assert x[part].shape[-1] == int(covered[0, 0].sum())
    covered[part] = False
    assert not covered.any()
    assert windows.window(canvas, lambda x, y, around: x > 2 + around) is None
