"""Sox's reverb: its first reflections, its energy, and sox itself."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import EffectPlan
from musicvis.renderers.sound.effects.chain import through_chain
from musicvis.renderers.sound.effects.freeverb import Freeverb, Room
from musicvis.renderers.sound.wave import read_wav, write_wav
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000
ROOM = Room(0.6, 0.5, 0.55)
# Of `reverb 60 50 55` at 48 kHz, measured on sox 14.4.2: places of the first reflections of an impulse on the
# left, +-0.0075 each, and the energies of two seconds.
TO_LEFT = (723, 769, 827, 878, 921, 966, -968, 1008, -1014, 1047, -1072, -1094)
TO_RIGHT = (731, 762, 835, 870, 929, 958, -989, 1016, -1020, 1039, -1089, -1093)
ENERGY = (0.028284323, 0.028824824)


def impulse(count: int = 2 * RATE) -> F64:
    signal = np.zeros((2, count))
    signal[0, 0] = 1.0
    return signal


def test_the_first_reflections_stand_where_sox_has_them() -> None:
    wet = Freeverb(ROOM, RATE).wet(impulse())
    for channel, places in ((0, TO_LEFT), (1, TO_RIGHT)):
        for place in places:
            assert wet[channel, abs(place)] == pytest.approx(np.sign(place) * 0.0075, abs=1e-9)
        assert not wet[channel, : places[0]].any()
    assert np.square(wet).sum(axis=1) == pytest.approx(ENERGY, abs=1e-9)
    assert ROOM.feedback == pytest.approx(0.917080397, abs=1e-9)


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
@pytest.mark.parametrize(
    ("arguments", "room", "wet_gain"),
    [
        ("60 50 55", ROOM, 1.0),
        ("50 50 100 0", Room(stereo_depth=0.0), 1.0),
        ("80 20 70 50 20 -3", Room(0.8, 0.2, 0.7, 0.5, 0.02), 10.0 ** (-3.0 / 20.0)),
    ],
)
def test_sox_itself_agrees(arguments: str, room: Room, wet_gain: float, tmp_path: Path) -> None:
    dry = (0.1 * np.random.default_rng(1).standard_normal((RATE, 2))).astype(np.float32)
    source, out = tmp_path / "in.wav", tmp_path / "out.wav"
    write_wav(source, [dry], RATE)
    command = ["sox", "-D", source, "-e", "float", "-b", "32", out, "reverb", *arguments.split()]
    subprocess.run(command, check=True)
    sox = np.concatenate(list(read_wav(out)), axis=1) - dry.T
    ours = wet_gain * Freeverb(room, RATE).wet(dry.T.astype(np.float64))
    assert 20.0 * np.log10(np.abs(sox - ours).max() / np.abs(ours).max()) < -100.0


def test_a_room_does_not_care_how_its_input_was_cut() -> None:
    signal = np.random.default_rng(2).standard_normal((2, 20_000))
    whole = Freeverb(ROOM, RATE).wet(signal)
    for size in (1000, 16_384):
        room = Freeverb(ROOM, RATE)
        parts = [room.wet(signal[:, first : first + size]) for first in range(0, 20_000, size)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_the_effect_adds_the_room_to_the_direct_sound_and_rings_on() -> None:
    signal = impulse(RATE)
    constants = (("reverberance", 0.6), ("room_scale", 0.55), ("dry", 0.5))
    chain = (EffectPlan("reverb_sox", "reverb_sox", constants),)
    found = np.concatenate(list(through_chain([signal], chain, RATE, RATE)), axis=1)
    assert np.abs(found - 0.5 * signal - Freeverb(ROOM, RATE).wet(signal)).max() < 1e-15
    assert np.abs(found[:, RATE // 2 :]).max() > 1e-5


def test_a_room_without_depth_keeps_the_sides_apart() -> None:
    assert not Freeverb(Room(stereo_depth=0.0), RATE).wet(impulse())[1].any()
