"""The storyboard: notes, lanes and classes stand where the plan says."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from musicvis.compiler.plan import (
    BarMark,
    BusPlan,
    Curve,
    PicturePlan,
    Plan,
    SoundingNote,
    SoundPlan,
    StemPlan,
)
from musicvis.renderers.plot import (
    BARS_PX,
    CLASSES_PX,
    EAR_PX,
    HEAD_PX,
    MARGIN_PX,
    PANEL,
    ROLL_PX,
    WIDTH_PX,
    piano_roll,
    plot,
    storyboard,
)
from PIL import Image

NOTES = (SoundingNote(1.0, 0.5, 60, 100, 12, False), SoundingNote(2.0, 1.0, 72, 50, 12, False))


def a_plan(ear: float, weights: list[float]) -> Plan:
    """Four seconds: two notes on one bus, at one place between the ears, with one class."""
    frames = 8
    bus = BusPlan(
        "mallets", (StemPlan("mallets", 1.0, NOTES),), (), Curve.constant_of(1.0), Curve.constant_of(ear)
    )
    picture = PicturePlan(
        noise=np.zeros((frames, 128), np.float32),
        class_indices=np.array([642]),
        class_weights=np.array(weights, np.float32)[:, None],
        brightness=np.ones(frames, np.float32),
        fps=Fraction(2),
        width_px=64,
        height_px=36,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=128,
        generator_seed=0,
        class_names=("marimba",),
    )
    return Plan(
        "A piece", 0, Fraction(4), picture, SoundPlan(48_000, 192_000, (bus,)), (BarMark(1, 1, Fraction(0)),)
    )


def test_a_roll_has_each_note_at_its_pitch_and_time_as_strong_as_its_velocity() -> None:
    roll = piano_roll(NOTES, 40, 4.0)
    assert roll.shape == (128, 40)
    assert roll[60].tolist() == [0.0] * 10 + [100.0] * 5 + [0.0] * 25
    assert roll[72].tolist() == [0.0] * 20 + [50.0] * 10 + [0.0] * 10
    assert not np.delete(roll, (60, 72), axis=0).any()


def line_height(ear: float) -> float:
    """The height of the ear line above the middle of its panel in pixels, next to every other mark."""
    top = MARGIN_PX + HEAD_PX + BARS_PX + ROLL_PX
    column = np.array(storyboard(a_plan(ear, [0.0] * 8)), int)[top : top + EAR_PX, WIDTH_PX // 2]
    rows = np.flatnonzero(column.max(axis=1) - column.min(axis=1) > 60)
    return EAR_PX / 2 - (float(rows.mean()) + 0.5)


def test_the_ear_line_runs_above_the_middle_for_left_and_below_for_right() -> None:
    left, middle, right = line_height(-1.0), line_height(0.0), line_height(1.0)
    assert abs(middle) <= 1
    assert left > EAR_PX / 4
    assert abs(left + right) <= 2


def test_a_recording_shows_the_notes_that_it_plays_where_the_film_is_whole() -> None:
    whole = a_plan(0.0, [0.0] * 8)
    recorded = StemPlan("song.mp3", 1.0, file=Path("song.mp3"), reference=NOTES)
    bus = replace(whole.sound.buses[0], stems=(recorded,))
    plan = replace(whole, sound=replace(whole.sound, buses=(bus,)))
    assert np.array_equal(np.asarray(storyboard(plan)), np.asarray(storyboard(whole)))
    later = replace(plan, bars=(BarMark(5, 1, Fraction(0)),))
    assert not np.array_equal(np.asarray(storyboard(later)), np.asarray(storyboard(plan)))


def test_a_class_is_as_thick_as_its_weight() -> None:
    image = np.array(storyboard(a_plan(0.0, [0.0] * 4 + [0.5] * 4)))
    classes = image[-MARGIN_PX - CLASSES_PX : -MARGIN_PX]
    early, late = classes[:, 300], classes[:, -MARGIN_PX - 60]
    assert (early != PANEL).any(axis=1).sum() == 0
    assert (late != PANEL).any(axis=1).sum() == CLASSES_PX // 2


def test_a_plot_is_a_png_that_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    plot(a_plan(0.0, [0.2] * 8), target)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    with Image.open(target) as image:
        assert image.format == "PNG"
