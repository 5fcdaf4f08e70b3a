"""Laws and effects of the sound, measured: pan, tremolo, sox's reverb, hosted plugins, automation."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pedalboard
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.plan import Curve, EffectPlan
from musicvis.dsl.model.lane import Domain, Shape
from musicvis.dsl.model.plugins import PLUGINS
from musicvis.renderers.sound.block import BLOCK, reblocked
from musicvis.renderers.sound.effects.chain import through_chain
from musicvis.renderers.sound.effects.freeverb import Freeverb, Room
from musicvis.renderers.sound.effects.pedalboard_host import through_plugin
from musicvis.renderers.sound.wave import read_wav, write_wav
from musicvis.tests.renderers.sound.space.published_laws import pydub_gains
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000

# pydub's own gains at these places, left and right.
PYDUB = {-0.8: (1.319507911, 0.258898873), -0.25: (1.090507733, 0.810792885), 0.5: (0.585786438, 1.189207115)}
REFLECTIONS = (723, 769, 827, 878, 921, 966, -968, 1008, -1014, 1047, -1072, -1094)


@dataclass(frozen=True, slots=True)
class Row:
    """One check: what was found beside what is asked for."""

    name: str
    threshold: str
    found: str
    is_met: bool


def rows() -> Iterator[Row]:
    """The checks P1 and F1 to F5."""
    yield _pan()
    yield from _against_sox()
    yield _chunked()
    yield from _sweeps()
    if hasattr(pedalboard, "BrickwallLimiter"):
        yield _latency()


def decibels(amplitude: float) -> float:
    """Of a ratio of amplitudes."""
    return float(20.0 * np.log10(max(amplitude, 1e-20)))


def applied(signal: F64, *chain: EffectPlan) -> F64:
    """A signal (2, n) through a chain."""
    count = signal.shape[1]
    return np.concatenate(list(through_chain(reblocked([signal], count), chain, count, RATE)), axis=1)


def ramp(start: float, end: float, seconds: int, shape: Shape = Shape.STRAIGHT) -> Curve:
    """A lane from one value to another."""
    whole = Fraction(seconds)
    segment = Segment(Fraction(0), whole, Fraction(0), whole, shape, start, end, domain=Domain.SECONDS)
    return Curve((segment,), before=start)


def _pan() -> Row:
    worst = max(
        abs(float(gain[0]) - expected)
        for place, table in PYDUB.items()
        for gain, expected in zip(pydub_gains(np.array([place])), table, strict=True)
    )
    return Row("P1 pydub's law against its own gains", "≤ 1e-6", f"{worst:.0e}", worst <= 1e-6)


def _against_sox() -> Iterator[Row]:
    impulse = np.zeros((2, RATE))
    impulse[0, 0] = 1.0
    wet = Freeverb(Room(0.6, 0.5, 0.55), RATE).wet(impulse)[0]
    worst = max(abs(wet[abs(place)] - np.sign(place) * 0.0075) for place in REFLECTIONS)
    yield Row("F2 sox's reverb 60 50 55: first reflections", "≤ 1e-9", f"{worst:.0e}", bool(worst <= 1e-9))
    if shutil.which("sox") is None:
        yield Row("F1, F2 sox itself", "", "sox is not installed here", True)
        return
    dry = (0.1 * np.random.default_rng(1).standard_normal((4 * RATE, 2))).astype(np.float32)
    signal = dry.T.astype(np.float64)
    trembling = applied(signal, EffectPlan("tremolo", "t", (("rate", 6.0), ("depth", 0.33))))
    error = np.abs(trembling - _sox(dry, "tremolo", "6", "33")).max()
    yield Row("F1 tremolo against `sox tremolo 6 33`", "≤ 1e-6", f"{error:.0e}", bool(error <= 1e-6))
    wet = Freeverb(Room(0.6, 0.5, 0.55), RATE).wet(signal)
    error_db = decibels(
        np.abs(_sox(dry, "reverb", "60", "50", "55") - signal - wet).max() / np.abs(wet).max()
    )
    yield Row("F2 sox's reverb against sox", "≤ −100 dB", f"{error_db:.0f} dB", error_db <= -100.0)


def _sox(dry: NDArray[np.float32], *effect: str) -> F64:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.wav", Path(folder) / "out.wav"
        write_wav(source, [dry], RATE)
        subprocess.run(["sox", "-D", source, "-e", "float", "-b", "32", out, *effect], check=True)
        return np.concatenate(list(read_wav(out)), axis=1)


def _chunked() -> Row:
    signal = (0.1 * np.random.default_rng(2).standard_normal((2, 3 * BLOCK + 777))).astype(np.float32)
    worst = 0.0
    for plugin in PLUGINS:
        if plugin.pedalboard_class:
            hosted = getattr(pedalboard, plugin.pedalboard_class)()
            for parameter in plugin.parameters:
                setattr(hosted, parameter.attribute, parameter.default * parameter.attribute_scale)
            whole = hosted.process(signal, RATE, BLOCK, True)
            chunked = applied(signal.astype(np.float64), EffectPlan(plugin.name, plugin.name, ()))
            worst = max(worst, float(np.abs(whole - chunked).max()))
    return Row("F3 every hosted plugin: in one piece against blocks", "0", f"{worst:g}", worst == 0.0)


def _sweeps() -> Iterator[Row]:
    t = np.arange(4 * RATE) / RATE
    tone = np.tile(np.sin(2.0 * np.pi * 997.0 * t), (2, 1))
    level = applied(tone, EffectPlan("gain", "g", (), (("gain", ramp(-40.0, 0.0, 4)),)))
    spur = _spur_dbc(level[0], 200.0)
    yield Row("F4 sweep of a gain: worst spur", "≤ −120 dBc", f"{spur:.0f} dBc", spur <= -120.0)
    moved = EffectPlan("highpass", "h", (), (("cutoff", ramp(20.0, 2000.0, 4)),))
    spur = _spur_dbc(applied(tone, moved)[0], 200.0)
    yield Row("F4 sweep of a highpass, 20 to 2000 Hz", "≤ −75 dBc", f"{spur:.0f} dBc", spur <= -75.0)


def _spur_dbc(signal: F64, away_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(signal * np.kaiser(len(signal), 30.0)))
    hz = np.fft.rfftfreq(len(signal), 1.0 / RATE)
    return decibels(float(spectrum[np.abs(hz - 997.0) > away_hz].max() / spectrum.max()))


def _latency() -> Row:
    signal = np.zeros((2, 3 * BLOCK))
    signal[:, BLOCK + 77] = 0.5
    blocks = reblocked([signal], 3 * BLOCK)
    limiter = pedalboard.BrickwallLimiter()
    limited = np.concatenate(list(through_plugin(limiter, blocks, [], BLOCK, 3 * BLOCK, RATE)), axis=1)
    apart = int(np.argmax(np.abs(limited[0]))) - (BLOCK + 77)
    return Row(
        "F5 impulse through a limiter with latency, beside a dry path",
        "same sample",
        f"{apart:+d}",
        apart == 0,
    )
