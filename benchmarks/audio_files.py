"""Whole pieces, measured: the example's master, its film's sound, its stems, and what length costs."""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import Plan, StemPlan
from musicvis.dsl.load import load_piece
from musicvis.renderers.render import render
from musicvis.renderers.request import Request
from musicvis.renderers.sound.master.peaks import PeakMeter
from musicvis.renderers.sound.stems.alignment import measured
from musicvis.renderers.sound.stems.players import MUSESCORE, played, program_named
from musicvis.renderers.sound.stems.synth import synthesised
from musicvis.renderers.sound.wave import read_wav, write_wav

from .audio_signal import Row, decibels

ROOT = Path(__file__).resolve().parents[1]
PIECE = ROOT / "pieces" / "impassive"
SMALL = ("video.size=64x36", "video.fps=10", "visuals.generator=embedded", "visuals.resolution=128")
RATE = 48_000


class Quiet:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def progress(self, stage: str, done: int, total: int) -> None:
        pass

    def message(self, text: str) -> None:
        self.said.append(text)


def rows(is_quick: bool) -> Iterator[Row]:
    """The checks M2, M5, A1, A3, S1 and S2."""
    plan = compile_piece(load_piece(PIECE, SMALL)).plan
    assert plan is not None
    yield from _example(plan)
    yield from _stems(plan)
    yield from _scale(1 if is_quick else 10)


def _example(plan: Plan) -> Iterator[Row]:
    from musicvis.renderers.sound.mix.render import SoundRender

    started_s = time.process_time()
    with SoundRender(plan.sound) as sound:
        master = sound.report.master
    cost_s = time.process_time() - started_s
    lufs, peak = master.loudness.integrated_lufs, master.true_peak_dbtp
    name = "M2 the example piece"
    held = f"{lufs:.2f} LUFS, limiter {master.reduction_db:.2f} dB"
    short_lu, spare_db = -14.0 - lufs, 4.0 - master.reduction_db
    is_right = min(short_lu, spare_db) > -0.1 and min(abs(short_lu), abs(spare_db)) < 0.1
    yield Row(f"{name}: loudness", "−14 LUFS, or 4 dB of limiting", held, is_right)
    yield Row(f"{name}: true peak", "≤ −1.0 dBTP", f"{peak:.2f} dBTP", peak <= -1.0)
    with tempfile.TemporaryDirectory() as folder:
        films = [Path(folder) / f"{k}.mp4" for k in range(2)]
        sounds = [Path(folder) / f"{k}{suffix}" for suffix in (".wav", ".flac") for k in range(2)]
        for film in films:
            render(plan, film, Request(workers=1), reporter=Quiet())
        for file in sounds:
            render(plan, file, Request(only="audio", workers=1), reporter=Quiet())
        decoded, count = _decoded_peak(films[0])
        same = [_digest(one) == _digest(two) for one, two in ((films), (sounds[:2]), (sounds[2:]))]
    peak = decibels(decoded)
    yield Row(f"{name}: true peak after AAC", "≤ −0.5 dBTP", f"{peak:.2f} dBTP", peak <= -0.5)
    late = count - plan.sound.sample_count
    yield Row(f"{name}: samples in the film beyond its own", "0 to 1023", f"{late}", 0 <= late < 1024)
    told = "the same" if all(same) else "different"
    yield Row("M5 wav, FLAC and mp4 of two builds", "the same bytes", told, all(same))
    yield Row(f"{name}: CPU time of all its sound", "≤ 12 s", f"{cost_s:.1f} s", cost_s <= 12.0)


def _decoded_peak(film: Path) -> tuple[float, int]:
    """The true peak of a film's sound, and how many samples it has."""
    peaks, count = PeakMeter(), 0
    with av.open(str(film)) as box:
        for frame in box.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64)
            peaks.add(samples)
            count += samples.shape[1]
    return peaks.highest(), count


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _stems(plan: Plan) -> Iterator[Row]:
    built_in: list[float] = []
    exported: list[float] = []
    moved: list[float] = []
    costs: list[float] = []
    is_named = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for bus in plan.sound.buses:
            (stem,) = bus.stems
            assert stem.notes is not None
            file = folder / "built-in.wav"
            blocks = synthesised(stem.notes, plan.sound.sample_count, RATE)
            write_wav(file, (np.ascontiguousarray(b.T, np.float32) for b in blocks), RATE)
            started_s = time.process_time()
            built_in.append(measured(file, stem.notes, 0.0, RATE).lag_s)
            costs.append(60.0 * (time.process_time() - started_s) * RATE / plan.sound.sample_count)
            if program_named(MUSESCORE) is None:
                continue
            asked = StemPlan(stem.name, 1.0, by="musescore", score=PIECE / stem.name)
            export, _ = played(asked, folder, RATE)
            exported.append(measured(export, stem.notes, 0.0, RATE).lag_s)
            late = measured(export, stem.notes, -0.037, RATE).lag_s
            moved.append(late - exported[-1])
            other = folder / "other.wav"
            write_wav(other, (np.ascontiguousarray(b.T, np.float32) for b in read_wav(export)), 44_100)
            is_named &= measured(other, stem.notes, 0.0, RATE).wrong_rate == 48_000 / 44_100
    yield _lags("A1 built-in instruments: lag of the example's stems", built_in)
    if exported:
        yield _lags("A1 MuseScore's exports of the example's stems: lag", exported)
        off_ms = 1000.0 * max(abs(found - 0.037) for found in moved)
        yield Row("A1 37 ms put in: found within", "2 ms", f"{off_ms:.0f} ms", off_ms <= 2.0)
        told = "all six named" if is_named else "not all named"
        yield Row("A3 48 kHz labelled 44.1 kHz", "MV531", told, is_named)
    cost_s = max(costs)
    yield Row("A1 cost of a check, CPU time per minute of stem", "≤ 1 s", f"{cost_s:.2f} s", cost_s <= 1.0)


def _lags(name: str, lags_s: list[float]) -> Row:
    told = ", ".join(f"{1000.0 * lag:+.0f}" for lag in lags_s)
    return Row(name, "≤ ±10 ms", f"{told} ms", max(map(abs, lags_s)) <= 0.010)


_ONE_RENDER = """
import json, re, sys, time
from pathlib import Path
from musicvis.compiler.plan import BusPlan, Curve, EffectPlan, MasterPlan, SoundPlan, StemPlan
from musicvis.renderers.sound.mix.render import SoundRender
parts, count, file = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
one, ear = Curve.constant_of(1.0), Curve.constant_of(0.4)
chain = (EffectPlan("tremolo", "t", (("rate", 6.0),)), EffectPlan("reverb", "r", ()))
buses = tuple(BusPlan(str(k), (StemPlan(str(k), 0.1, file=file),), chain, one, ear) for k in range(parts))
started_s = time.process_time()
with SoundRender(SoundPlan(48_000, count, buses, master=MasterPlan(-14.0))) as sound:
    for block in sound.blocks():
        pass
# Of this program alone: getrusage would count what its parent had before.
kib = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"mb": kib * 1.024e-3, "s": time.process_time() - started_s}))
"""


def _scale(minutes: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stem.wav"
        random = np.random.default_rng(1)
        write_wav(
            file,
            ((0.1 * random.standard_normal((RATE, 2))).astype(np.float32) for _ in range(60 * minutes)),
            RATE,
        )
        short = _rendered(16, RATE * 60 * minutes // 10, file)
        long = _rendered(16, RATE * 60 * minutes, file)
        one = _rendered(1, RATE * 60, file)
        five = _rendered(5, RATE * 60, file)
    growth = long["mb"] - short["mb"]
    name = f"S1 sixteen buses, {minutes} min"
    yield Row(f"{name}: memory", "≤ 300 MB", f"{long['mb']:.0f} MB", long["mb"] <= 300.0)
    tenth = f"{60 * minutes // 10} s"
    yield Row(f"{name} against {tenth}: memory grows by", "≤ 5 MB", f"{growth:.1f} MB", growth <= 5.0)
    speed = 4 * 60.0 / (five["s"] - one["s"])
    yield Row(
        "S2 recording, tremolo, pedalboard's reverb, balance: a bus on one core",
        "≥ 40 × real time",
        f"{speed:.0f} ×",
        speed >= 40.0,
    )


def _rendered(parts: int, sample_count: int, file: Path) -> dict[str, float]:
    code = [sys.executable, "-c", _ONE_RENDER, str(parts), str(sample_count), str(file)]
    found: dict[str, float] = json.loads(
        subprocess.run(code, check=True, capture_output=True, text=True).stdout
    )
    return found
