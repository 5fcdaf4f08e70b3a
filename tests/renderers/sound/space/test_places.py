"""Where a bus stands: lanes to places, distance to level, notes apart to parts, before any space is made."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import BusPlan, Curve, SoundingNote, SoundPlan, StemPlan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.mix.places_of_notes import apart
from musicvis.renderers.sound.mix.render import render_sound
from musicvis.renderers.sound.space.choose import placed, places, sources_ready
from musicvis.renderers.sound.space.place import StereoPower
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000
BUS = BusPlan("bus", (), (), Curve.constant_of(1.0), Curve.constant_of(0.0))


def const(value: float) -> Curve:
    return Curve.constant_of(value)


def noise(count: int = 40_000) -> F64:
    return np.random.default_rng(1).standard_normal((2, count))


def through(bus: BusPlan, signal: F64) -> F64:
    power = StereoPower.of(bus, RATE)
    power.add(signal)
    return np.concatenate(list(placed(bus, power, [signal], signal.shape[1], RATE)), axis=1)


@pytest.mark.parametrize(
    ("changes", "ear", "azimuth_deg"),
    [
        ({"ear": const(0.5)}, 0.5, 45.0),
        ({"ear": const(0.9), "ear_offset": 0.4}, 1.0, 90.0),
        ({"azimuth_deg": const(150.0)}, 0.5, 150.0),
        ({"azimuth_deg": const(720.0 - 30.0)}, -0.5, 690.0),
        ({"azimuth_deg": const(0.0), "ear_offset": -1.0}, -1.0, -90.0),
        ({"azimuth_deg": const(90.0), "elevation_deg": const(60.0)}, 0.5, 90.0),
        ({"ear": const(-0.8), "elevation_deg": const(60.0)}, -0.4, -72.0),
    ],
)
def test_ear_and_azimuth_say_the_same_place(
    changes: dict[str, Curve | float], ear: float, azimuth_deg: float
) -> None:
    place = places(replace(BUS, **changes), RATE)(100, 3)
    assert place.ear == pytest.approx([ear] * 3)
    assert place.azimuth_deg == pytest.approx([azimuth_deg] * 3)


@pytest.mark.parametrize("space", ["balance", "binaural"])
def test_twice_as_far_is_6_db_softer(space: str) -> None:
    bus = replace(BUS, space=space, ear=const(0.3))
    near, far = through(bus, noise()), through(replace(bus, distance=const(2.0)), noise())
    assert far == pytest.approx(near / 2.0, abs=1e-15)


def test_a_balance_hears_an_azimuth_as_the_ear_that_it_is() -> None:
    by_ear = through(replace(BUS, ear=const(0.5)), noise())
    for azimuth_deg in (30.0, 150.0, -330.0):
        by_azimuth = through(replace(BUS, azimuth_deg=const(azimuth_deg)), noise())
        assert by_azimuth == pytest.approx(by_ear, abs=1e-12)


def note(pitch: int, ear: float) -> SoundingNote:
    return SoundingNote(0.1, 0.3, pitch, 90, 12, False, ear)


def test_notes_that_stand_apart_make_a_bus_each_and_recordings_stand_in_the_middle() -> None:
    played = StemPlan("played", 0.5, (note(60, -0.5), note(64, 0.5), note(72, 0.5)))
    recorded = StemPlan("recorded", 1.0, file=Path("x.wav"))
    parts = apart(replace(BUS, stems=(played, recorded), ear_offset=0.1))
    assert [part.ear_offset for part in parts] == pytest.approx([-0.4, 0.6, 0.1])
    pitches = [[n.pitch for stem in part.stems for n in stem.notes or ()] for part in parts]
    assert pitches == [[60], [64, 72], []]
    assert [[stem.name for stem in part.stems] for part in parts] == [
        ["played"],
        ["played"],
        ["played", "recorded"],
    ]


def test_a_bus_whose_notes_stand_together_is_itself() -> None:
    bus = replace(BUS, stems=(StemPlan("played", 0.5, (note(60, 0.0), note(64, 0.0))),))
    assert apart(bus) == (bus,)


def test_a_run_of_notes_walks_across() -> None:
    notes = tuple(SoundingNote(k * 0.5, 0.3, 60 + k, 100, 12, False, 2.0 * k / 2 - 1.0) for k in range(3))
    bus = replace(BUS, stems=(StemPlan("run", 1.0, notes),))
    sound = np.concatenate(list(render_sound(SoundPlan(RATE, 2 * RATE, (bus,)))))
    levels = []
    for k in range(3):
        left, right = np.sum(
            sound[round((k * 0.5 + 0.01) * RATE) : round((k * 0.5 + 0.4) * RATE)] ** 2, axis=0
        )
        levels.append(10.0 * np.log10((right + 1e-12) / (left + 1e-12)))
    assert levels[0] < -20.0
    assert abs(levels[1]) < 3.0
    assert levels[2] > 5.0


def test_a_head_that_is_not_there_is_reported_before_anything_sounds(tmp_path: Path) -> None:
    bus = replace(BUS, space="hrtf", sofa=tmp_path / "missing.sofa")
    with pytest.raises(PieceError, match=r"missing\.sofa cannot be used as a head"):
        sources_ready(SoundPlan(RATE, RATE, (bus,)))


def test_a_level_is_weighed_from_the_stem_only_where_that_is_asked() -> None:
    assert StereoPower.of(BUS, RATE).low_share is None
    power = StereoPower.of(replace(BUS, space="binaural", level="stem"), RATE)
    sine = np.sin(2.0 * np.pi * 1650.51 * np.arange(RATE) / RATE)
    power.add(np.stack([sine, sine]))
    # At its pole the shadow's filter passes half the power.
    assert power.low_share == pytest.approx(0.5, abs=0.01)
