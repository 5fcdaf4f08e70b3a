"""Alignment: tones that begin when the score says, later, at another speed, or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import BusPlan, Curve, SoundingNote, SoundPlan, StemPlan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.stems.alignment import measured
from musicvis.renderers.sound.stems.checks import checked_stems
from musicvis.renderers.sound.stems.stem import kept_blocks
from musicvis.renderers.sound.stems.synth import synthesised
from musicvis.renderers.sound.wave import write_wav
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000
ZERO, ONE = Curve.constant_of(0.0), Curve.constant_of(1.0)


def melody(count: int = 24) -> tuple[SoundingNote, ...]:
    random = np.random.default_rng(1)
    return tuple(
        SoundingNote(0.5 + 0.35 * k + float(random.uniform(0, 0.08)), 0.3, int(pitch), 90, 12, False)
        for k, pitch in enumerate(random.integers(52, 84, count))
    )


NOTES = melody()


def strokes(speed: float = 1.0, level: float = 0.1) -> F64:
    """Decaying sines at the notes' pitches, their times multiplied by `speed`."""
    t = np.arange(12 * RATE) / RATE
    signal = np.zeros(len(t))
    for note in NOTES:
        since = t - note.onset_s * speed
        tone = np.sin(2.0 * np.pi * 440.0 * 2.0 ** ((note.pitch - 69) / 12.0) * since)
        signal += level * np.where(since >= 0.0, tone * np.exp(-np.maximum(since, 0.0) / 0.3), 0.0)
    return signal


def written(path: Path, signal: F64, rate: int = RATE) -> Path:
    write_wav(path, [np.stack([signal, signal], axis=1).astype(np.float32)], rate)
    return path


@pytest.mark.parametrize("level", [0.5, 0.02])
def test_strokes_on_time_have_no_lag_at_any_level(level: float, tmp_path: Path) -> None:
    found = measured(written(tmp_path / "a.wav", strokes(level=level)), NOTES, 0.0, RATE)
    assert found.is_told and abs(found.lag_s) <= 0.002 and abs(found.drift_s) <= 0.003


def test_a_delay_is_found_to_a_millisecond_or_two(tmp_path: Path) -> None:
    late = np.concatenate([np.zeros(round(0.037 * RATE)), strokes()])
    found = measured(written(tmp_path / "a.wav", late), NOTES, 0.0, RATE)
    assert found.lag_s == pytest.approx(0.037, abs=0.002)
    # The same recording, its offset said.
    assert measured(tmp_path / "a.wav", NOTES, 0.037, RATE).lag_s == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize(("true_rate", "label"), [(48_000, 44_100), (44_100, 48_000)])
def test_a_rate_that_is_not_its_own_is_named(true_rate: int, label: int, tmp_path: Path) -> None:
    import soxr

    signal = soxr.resample(strokes(), RATE, true_rate)
    found = measured(written(tmp_path / "a.wav", signal, label), NOTES, 0.0, RATE)
    assert found.is_told and found.wrong_rate == pytest.approx(true_rate / label)


def test_recordings_far_from_their_place_are_found(tmp_path: Path) -> None:
    for late_s in (0.3, 0.5, 7.25):
        late = np.concatenate([np.zeros(round(late_s * RATE)), strokes()])
        found = measured(written(tmp_path / "a.wav", late), NOTES, 0.0, RATE)
        assert found.is_told and found.lag_s == pytest.approx(late_s, abs=0.002)
    early = measured(written(tmp_path / "a.wav", strokes()), NOTES, 2.5, RATE)
    assert early.is_told and early.lag_s == pytest.approx(-2.5, abs=0.002)


def grid(late_s: float, seconds: float = 8.0) -> tuple[F64, tuple[SoundingNote, ...]]:
    """One tone, struck every quarter of a second, and its notes."""
    notes = tuple(SoundingNote(0.25 * k, 0.2, 69, 90, 12, False) for k in range(24))
    t = np.arange(round(seconds * RATE)) / RATE
    signal = np.zeros(len(t))
    for note in notes:
        since = t - note.onset_s - late_s
        tone = 0.1 * np.sin(2.0 * np.pi * 440.0 * since) * np.exp(-np.maximum(since, 0.0) / 0.05)
        signal += np.where(since >= 0.0, tone, 0.0)
    return signal, notes


def test_a_regular_grid_on_time_is_on_time_at_its_own_rate(tmp_path: Path) -> None:
    signal, notes = grid(0.0)
    found = measured(written(tmp_path / "a.wav", signal), notes, 0.0, RATE)
    assert found.is_told and found.wrong_rate == 1.0 and abs(found.lag_s) <= 0.002


def test_a_pattern_that_fits_in_several_places_is_not_moved_but_said(tmp_path: Path) -> None:
    signal, notes = grid(0.5)
    file = written(tmp_path / "a.wav", signal)
    assert not measured(file, notes, 0.0, RATE).is_told
    stem = StemPlan("a", 1.0, file=file, reference=notes, is_aligned=True)
    with pytest.raises(PieceError, match=r"MV536 align: auto .* they fit best"):
        kept_blocks(stem, None, SoundPlan(RATE, 8 * RATE, ()))


def test_noise_and_silence_tell_nothing(tmp_path: Path) -> None:
    for signal in (0.1 * np.random.default_rng(2).standard_normal(12 * RATE), np.zeros(12 * RATE)):
        assert not measured(written(tmp_path / "a.wav", signal), NOTES, 0.0, RATE).is_told


def test_the_built_in_instruments_play_on_time(tmp_path: Path) -> None:
    for program in (0, 9, 11, 12, 24):
        notes = tuple(SoundingNote(n.onset_s, 0.3, n.pitch, 90, program, False) for n in NOTES)
        blocks = (np.ascontiguousarray(b.T, np.float32) for b in synthesised(notes, 12 * RATE, RATE))
        write_wav(tmp_path / "a.wav", blocks, RATE)
        found = measured(tmp_path / "a.wav", notes, 0.0, RATE)
        assert found.is_told and abs(found.lag_s) <= 0.010, program


def test_align_auto_moves_a_recording_to_its_notes(tmp_path: Path) -> None:
    late = np.concatenate([np.zeros(round(0.1 * RATE)), strokes()])
    file = written(tmp_path / "a.wav", late)
    stem = StemPlan("a", 1.0, file=file, reference=NOTES, is_aligned=True)
    moved = np.concatenate(list(kept_blocks(stem, None, SoundPlan(RATE, 11 * RATE, ()))), axis=1)
    assert measured(written(tmp_path / "b.wav", moved[0]), NOTES, 0.0, RATE).lag_s == pytest.approx(
        0, abs=0.002
    )


def test_align_auto_takes_a_slow_attack_for_no_lag(tmp_path: Path) -> None:
    # A contrabass, whose tones rise most steeply 12 ms after they begin: on time, and 100 ms late.
    notes = tuple(replace(note, program=43, pitch=note.pitch - 4) for note in NOTES[:12])
    samples = np.concatenate(list(synthesised(notes, 6 * RATE, RATE)), axis=1)[0]
    for late in (0, RATE // 10):
        file = written(tmp_path / "a.wav", np.concatenate([np.zeros(late), samples]))
        assert measured(file, notes, 0.0, RATE).lag_s > late / RATE + 0.01
        stem = StemPlan("a", 1.0, file=file, reference=notes, is_aligned=True)
        moved = np.concatenate(list(kept_blocks(stem, None, SoundPlan(RATE, 5 * RATE, ()))), axis=1)[0]
        first = int(np.argmax(np.abs(moved) > 1e-4))
        assert abs(first - int(np.argmax(np.abs(samples) > 1e-4))) <= 0.002 * RATE


def checked(*stems: StemPlan) -> list[str]:
    plan = SoundPlan(RATE, 12 * RATE, (BusPlan("m", stems, (), ONE, ZERO),))
    return [f"{f.severity[0]} {f.code}" for found in checked_stems(plan) for f in found.findings]


def recording(path: Path, **changes: bool | float) -> StemPlan:
    return StemPlan(path.name, 1.0, file=path, reference=NOTES, **changes)  # type: ignore[arg-type]


def test_every_fault_of_a_stem_has_its_code(tmp_path: Path) -> None:
    good = strokes()
    assert checked(recording(written(tmp_path / "good.wav", good))) == []
    late = np.concatenate([np.zeros(round(0.06 * RATE)), good])
    path = written(tmp_path / "late.wav", late)
    assert checked(recording(path)) == ["e MV530"]
    # Whoever writes an offset, or lets it be found, knows of the lag.
    assert checked(recording(path, file_offset_s=0.04, is_shifted=True)) == ["w MV530"]
    assert checked(recording(path, is_aligned=True)) == []
    far = written(tmp_path / "far.wav", np.concatenate([np.zeros(RATE), good]))
    assert checked(recording(far, is_aligned=True)) == ["n MV537"]
    assert checked(recording(written(tmp_path / "silent.wav", 0.0 * good), is_aligned=True)) == ["w MV533"]
    # Whoever plays at -70 dBFS was not muted.
    soft = 10.0 ** (-70.0 / 20.0) / np.abs(good).max() * good
    assert checked(recording(written(tmp_path / "soft.wav", soft))) == ["w MV514"]
    assert checked(recording(written(tmp_path / "fast.wav", good, 44_100))) == ["e MV531"]
    assert checked(recording(written(tmp_path / "slow.wav", strokes(1.004)))) == ["e MV531"]
    assert checked(recording(written(tmp_path / "silent.wav", 0.0 * good))) == ["w MV533"]
    assert checked(recording(written(tmp_path / "short.wav", good[: 5 * RATE]))) == ["w MV535"]
    assert checked(recording(written(tmp_path / "dc.wav", good + 0.01))) == ["w MV535"]


def test_stems_that_were_brought_to_one_peak_are_reported_once(tmp_path: Path) -> None:
    loud = strokes()
    loud *= 10.0 ** (-0.1 / 20.0) / np.abs(loud).max()
    stems = [recording(written(tmp_path / f"{k}.wav", loud)) for k in range(3)]
    assert checked(*stems) == ["w MV534"]


def lags(program: int, folder: Path) -> list[tuple[float | None, set[str]]]:
    """The lags that `stems check` finds in our own stem, as rendered and 30 ms late; None if unclear."""
    notes = tuple(replace(note, program=program, pitch=note.pitch - 4) for note in NOTES[:12])
    samples = np.concatenate(list(synthesised(notes, 6 * RATE, RATE)), axis=1).T.astype(np.float32)
    found: list[tuple[float | None, set[str]]] = []
    for late_ms in (0, 30):
        path = folder / f"{late_ms}.wav"
        write_wav(path, [np.zeros((late_ms * RATE // 1000, 2), np.float32), samples], RATE)
        stem = StemPlan("a", 1.0, file=path, reference=notes)
        (checked,) = checked_stems(SoundPlan(RATE, 6 * RATE, (BusPlan("a", (stem,), (), ONE, ZERO),)))
        alignment = checked.alignment
        lag_s = alignment.lag_s if alignment is not None and alignment.is_told else None
        found.append((lag_s, {finding.code for finding in checked.findings}))
    return found


@pytest.mark.parametrize("program", [43, 56, 85])
def test_a_stem_of_our_own_is_on_time_however_slowly_its_tones_rise(program: int, tmp_path: Path) -> None:
    (lag_s, codes), (late_s, late_codes) = lags(program, tmp_path)
    assert lag_s == pytest.approx(0.0, abs=0.01) and "MV530" not in codes
    assert late_s == pytest.approx(0.03, abs=0.01) and "MV530" in late_codes


@pytest.mark.parametrize("program", [51, 94])
def test_tones_that_swell_for_seconds_are_too_hard_to_time(program: int, tmp_path: Path) -> None:
    for lag_s, codes in lags(program, tmp_path):
        assert lag_s is None and codes == {"MV532"}


@pytest.mark.slow
@pytest.mark.parametrize("program", range(128))
def test_no_instrument_of_our_own_is_called_late(program: int, tmp_path: Path) -> None:
    """Pads whose tones hardly begin cannot be told, and are not called late either."""
    (lag_s, codes), (late_s, late_codes) = lags(program, tmp_path)
    assert "MV530" not in codes and (lag_s is None or abs(lag_s) <= 0.01)
    if late_s is not None and lag_s is not None:
        assert late_s == pytest.approx(0.03, abs=0.01) and "MV530" in late_codes
