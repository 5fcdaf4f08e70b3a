"""The lights of the stage: where they are, that they are added in linear light, and what they leave alone."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import LIGHT_SHAPES, PicturePlan
from musicvis.renderers.film.frames import Workshop, made_chunk, shots_of
from musicvis.renderers.film.slices import slice_of
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.picture.colour import BLACK
from musicvis.renderers.picture.stage import light_stage

H, W = 90, 160


def grey(level: int = 60) -> torch.Tensor:
    """A frame of one grey: levels of Y', Cb and Cr."""
    frame = torch.full((1, 3, H, W), 128, dtype=torch.uint8)
    frame[:, 0] = level
    return frame


def row(shape: str, x: float = 0.0, y: float = 0.0, size: float = 0.1, strength: float = 1.0) -> np.ndarray:
    colour = (-1.0, -1.0, -1.0)
    return np.array([[0, LIGHT_SHAPES.index(shape), x, y, size, strength, *colour]], np.float32)


def lit(frame: torch.Tensor, rows: np.ndarray, seen: float = 1.0) -> torch.Tensor:
    light_stage(frame, [rows], torch.tensor([seen]))
    return frame


@pytest.mark.parametrize(("x", "y", "column", "line"), [(-0.5, 0.5, 40, 22), (0.75, -0.5, 140, 67)])
def test_a_spark_is_brightest_where_it_stands(x: float, y: float, column: int, line: int) -> None:
    luma = lit(grey(), row("spark", x, y, strength=0.3))[0, 0].float()
    where = int(luma.argmax())
    assert abs(where // W - line) <= 1
    assert abs(where % W - column) <= 1
    assert luma.max() > 170


def test_a_light_changes_nothing_far_away_and_its_box_has_no_visible_edge() -> None:
    for shape, size in (("spark", 0.1), ("ring", 0.6), ("glow", 0.3)):
        before, after = grey(), lit(grey(), row(shape, size=size, strength=0.4))
        change = (after[0, 0].int() - before[0, 0].int()).abs()
        touched = change.nonzero()
        edges = [change[touched[:, 0].min()], change[:, touched[:, 1].min()]]
        assert change[0].max() == 0
        assert max(int(edge.max()) for edge in edges) <= 6, shape


def test_light_is_added_in_linear_light() -> None:
    """Twice the light on grey: the roots of what is there and what is added, by a gamma of 2."""
    rows = np.array([[0, 2, 0, 0, 20.0, 0.2, 1, 1, 1]], np.float32)  # so wide that it is even
    luma = float(lit(grey(126), rows)[0, 0, H // 2, W // 2])
    display = (126 - BLACK[0]) / 219
    assert luma == pytest.approx(BLACK[0] + 219 * (display**2 + 0.2 - 0.004) ** 0.5, abs=1)


def test_a_light_takes_the_colour_of_the_picture_or_its_own() -> None:
    red = grey()
    red[:, 2] = 200
    own = lit(red.clone(), row("glow", size=0.5, strength=0.5))
    blue = np.array([[0, 2, 0, 0, 0.5, 0.5, 0, 0, 1]], np.float32)
    given = lit(grey(), blue)
    assert int(own[0, 2, H // 2, W // 2]) > 140
    assert int(given[0, 1, H // 2, W // 2]) > 150


def test_lights_fade_with_the_picture() -> None:
    bright, faint = (lit(grey(16), row("spark"), seen)[0, 0].max() for seen in (1.0, 0.3))
    assert faint < bright
    assert (lit(grey(16), row("spark"), 0.0) == grey(16)).all()


def test_a_ring_is_dark_in_its_middle() -> None:
    luma = lit(grey(), row("ring", size=0.6))[0, 0].int()
    assert luma[H // 2, W // 2] == 60
    assert luma[H // 2, W // 2 + round(0.3 * H)] > 120


def picture(frame: str = "mirror") -> PicturePlan:
    random = np.random.default_rng(4)
    lights = [[k, 0, -0.6, 0.2, 0.2, 0.9 * 0.8**k, -1, -1, -1] for k in range(4)]
    return PicturePlan(
        noise=np.repeat(random.standard_normal((1, 128)).astype(np.float32), 6, axis=0),
        class_indices=np.array([663]),
        class_weights=np.full((6, 1), 0.8, np.float32),
        brightness=np.ones(6, np.float32),
        fps=Fraction(12),
        width_px=64,
        height_px=36,
        frame=frame,
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=48,
        generator_seed=1,
        lights=np.array(lights, np.float32),
    )


@pytest.fixture(scope="module")
def painter() -> EmbeddedGenerator:
    return EmbeddedGenerator(1, (48, 48))


def frames_of(plan: PicturePlan, painter: EmbeddedGenerator) -> np.ndarray:
    shots = shots_of(plan)
    planes, _ = made_chunk(Workshop.of(plan, painter), shots, None)
    return np.repeat(np.stack(planes), [shot.end - shot.first for shot in shots], axis=0)


def test_a_light_on_the_left_of_a_mirrored_film_has_no_twin_on_the_right(painter: EmbeddedGenerator) -> None:
    frame = frames_of(picture(), painter)[0][:36].astype(int)
    excess = (frame - frame[:, ::-1]).clip(0)
    assert excess[:, :32].sum() > 20 * excess[:, 32:].sum()


def test_frames_are_the_same_bytes_in_every_segmentation(painter: EmbeddedGenerator) -> None:
    whole = frames_of(picture(), painter)
    parts = [frames_of(slice_of(picture(), first, end), painter) for first, end in ((0, 1), (1, 3), (3, 6))]
    assert np.array_equal(whole, np.concatenate(parts))


def test_one_image_serves_frames_whose_lights_alone_differ() -> None:
    shots = shots_of(picture())
    assert [shot.same_image_as_before for shot in shots] == [False, True, True, True, True]
    assert [(shot.first, shot.end) for shot in shots][-1] == (4, 6)
