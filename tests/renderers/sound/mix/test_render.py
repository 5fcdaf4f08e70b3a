"""The door of the sound: buses added, moved and ended; one gain for all; the same bytes twice."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import BusPlan, Curve, EffectPlan, SoundingNote, SoundPlan, StemPlan
from musicvis.renderers.sound.mix.render import SoundRender, render_sound
from musicvis.renderers.sound.mix.summing import faded
from musicvis.renderers.sound.wave import write_wav
from numpy.typing import NDArray

F32 = NDArray[np.float32]
RATE = 48_000
FLAT = Curve.constant_of(1.0)
MIDDLE = Curve.constant_of(0.0)
HALL = EffectPlan("reverb", "reverb", (("room_size", 0.55), ("wet", 0.3)))


def notes(program: int, *pitches: int, apart_s: float = 0.25, velocity: int = 90) -> tuple[SoundingNote, ...]:
    return tuple(SoundingNote(k * apart_s, 0.2, p, velocity, program, False) for k, p in enumerate(pitches))


def bus(
    name: str, program: int, *pitches: int, gain: float = 0.8, chain: tuple[EffectPlan, ...] = ()
) -> BusPlan:
    stem = StemPlan(name, gain, notes(program, *pitches))
    return BusPlan(name, (stem,), chain, FLAT, MIDDLE)


def plan(*buses: BusPlan, seconds: float = 1.0, fade_in_s: float = 0.0, fade_out_s: float = 0.0) -> SoundPlan:
    return SoundPlan(RATE, round(seconds * RATE), buses, fade_out_s, fade_in_s)


def whole(sound: SoundPlan) -> F32:
    return np.concatenate(list(render_sound(sound)))


def test_every_block_is_stereo_float32_and_the_total_is_the_sample_count() -> None:
    sound = plan(bus("marimba", 12, 60, 64, chain=(HALL,)), seconds=1.00003)
    blocks = list(render_sound(sound))
    assert {b.dtype for b in blocks} == {np.dtype(np.float32)} and {b.shape[1] for b in blocks} == {2}
    assert sum(len(b) for b in blocks) == sound.sample_count == 48_001


def test_the_mix_is_the_sum_of_its_buses() -> None:
    vibes, glock = bus("vibes", 11, 60, 67, gain=0.3), bus("glock", 9, 84, 91, gain=0.3)
    both = whole(plan(vibes, glock))
    # Each bus alone is stored as float32, so the sums agree to its last bits; a bus that still rings at the
    # end is faded over 50 ms, and takes the others with it.
    apart = np.abs(both - whole(plan(vibes)) - whole(plan(glock)))
    assert apart[: -RATE // 20].max() < 1e-6
    assert np.abs(both).max() > 0.02


def test_gains_of_stem_and_bus_multiply() -> None:
    stem = StemPlan("m", 0.5, notes(12, 60))
    halved = BusPlan("m", (stem,), (), Curve.constant_of(0.5), MIDDLE)
    assert np.abs(whole(plan(halved)) - 0.5 * whole(plan(bus("m", 12, 60, gain=0.5)))).max() < 1e-7


def test_without_a_loudness_a_mix_keeps_its_own_and_only_its_peaks_are_held() -> None:
    soft = plan(bus("x", 13, 72, 76), seconds=2.0)
    loud = plan(bus("x", 13, 72, 76, gain=30.0), seconds=2.0)
    with SoundRender(soft) as quiet, SoundRender(loud) as render:
        assert quiet.report.master.gain_db == render.report.master.gain_db == 0.0
        assert quiet.report.master.reduction_db == 0.0
        assert render.report.master.reduction_db > 3.0
        assert -1.2 < render.report.master.true_peak_dbtp <= -1.0


def test_the_same_plan_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    sound = plan(bus("vibes", 11, 60, 64, 71, chain=(HALL,)), bus("glock", 9, 88))
    for name in ("one.wav", "two.wav"):
        write_wav(tmp_path / name, render_sound(sound), RATE)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_the_number_of_threads_does_not_change_a_bit() -> None:
    code = (
        "import hashlib\n"
        "from musicvis.compiler.plan import SoundingNote\n"
        "from musicvis.renderers.sound.stems.synth import synthesised\n"
        "kinds = (0, 12, 48, 9)\n"
        "notes = [SoundingNote(k / 20, 0.3, 40 + k, 90, kinds[k % 4], k % 5 == 0) for k in range(40)]\n"
        "blocks = [b.tobytes() for b in synthesised(notes, 120_000, 48_000)]\n"
        "print(hashlib.sha256(b''.join(blocks)).hexdigest())\n"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **dict.fromkeys(names, count)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for count in ("1", "4")
    }
    assert len(digests) == 1


def test_a_reverb_rings_on_after_the_last_note() -> None:
    dry, wet = plan(bus("x", 13, 79), seconds=1.5), plan(bus("x", 13, 79, chain=(HALL,)), seconds=1.5)
    end = slice(round(1.0 * RATE), round(1.4 * RATE))
    assert np.abs(whole(dry)[end]).max() < 1e-4 < np.abs(whole(wet)[end]).max()


def test_the_ear_moves_the_sound() -> None:
    stem = StemPlan("m", 1.0, notes(12, 60))
    for place, near in ((-1.0, 0), (1.0, 1)):
        sound = whole(plan(BusPlan("m", (stem,), (), FLAT, Curve.constant_of(place))))
        assert np.abs(sound[:, near]).max() > 0.05
        assert np.abs(sound[:, 1 - near]).max() < 1e-7


def test_fades_are_raised_cosines_that_end_at_the_last_sample() -> None:
    gain = faded(0, 1000, 1000, 1000, 0.1, 0.2)
    assert gain[0] == gain[999] == 0.0
    assert gain[50] == pytest.approx(0.5) and gain[899] == pytest.approx(0.5)
    assert np.all(gain[100:799] == 1.0)
    assert np.array_equal(
        np.concatenate([faded(0, 300, 1000, 1000, 0.1, 0.2), faded(300, 700, 1000, 1000, 0.1, 0.2)]), gain
    )


def test_a_sound_that_is_cut_while_it_rings_ends_in_a_short_fade_and_says_so() -> None:
    ringing, died_away = plan(bus("g", 9, 84), seconds=0.5), plan(bus("x", 13, 84), seconds=1.5)
    with SoundRender(ringing) as render, SoundRender(died_away) as other:
        assert render.report.cut_fade_s == 0.05
        assert other.report.cut_fade_s == 0.0
        end = np.concatenate(list(render.blocks()))[-480:]
    assert np.abs(end[-1]).max() == 0.0 and np.abs(end[-20:]).max() < 1e-4


def test_a_plan_without_buses_is_silence_of_the_right_length() -> None:
    silence = whole(plan(seconds=0.5))
    assert silence.shape == (24_000, 2) and not silence.any()


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    for _ in render_sound(plan(bus("m", 12, 60), bus("v", 11, 60)), told.append):
        pass
    assert told == sorted(told) and told[-1] == 1.0 and len(told) >= 6


def test_temporary_files_go_when_the_reader_stops_early() -> None:
    render = SoundRender(plan(bus("m", 12, 60)))
    folder = render.build.store.folder
    blocks: Iterator[F32]
    with render:
        blocks = render.blocks()
        next(blocks)
        assert folder.exists()
    blocks.close()  # type: ignore[attr-defined]
    assert not folder.exists()


def test_struck_bars_leave_no_constant_part() -> None:
    struck = whole(plan(bus("marimba", 12, *range(45, 69)), seconds=8.0))
    assert np.abs(struck).max() > 0.05
    assert np.abs(struck.mean(axis=0)).max() < 10.0 ** (-100.0 / 20.0)
