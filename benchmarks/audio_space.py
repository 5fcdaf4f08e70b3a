"""What each space does to a sound, measured, beside its threshold: the table of docs/audio-space.md.

python benchmarks/audio_space.py [--yardstick]: measures, writes the table into the document, and says which
threshold is missed. With --yardstick also how much faster than pydub it is, which takes a minute; without,
what was measured of that before is kept.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.parameters import HEADPHONE_DECLICK_S, SOUND_DECLICK_S
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.sound.installed import INSTALLED_HEADS
from musicvis.dsl.model.lane import Shape
from musicvis.renderers.sound.hearing import level_difference_db, octave, time_difference_s
from musicvis.renderers.sound.master.meter import k_weighting
from musicvis.renderers.sound.space.balance import Balance
from musicvis.renderers.sound.space.binaural import Binaural
from musicvis.renderers.sound.space.farrow import TAPS, bank, between, split
from musicvis.renderers.sound.space.hrtf import Hrtf, head_of
from musicvis.renderers.sound.space.place import Place, Space, StereoPower
from musicvis.renderers.sound.space.sofa import read_sofa
from numpy.typing import NDArray
from scipy.signal import fftconvolve, firwin, sosfilt

F64 = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "audio-space.md"
BEGIN, END = "<!-- measured by benchmarks/audio_space.py -->", "<!-- end of what is measured -->"
RATE = 48_000
LOW, HIGH = (200.0, 800.0), (2000.0, 16_000.0)
OCTAVES_HZ = (250, 500, 1000, 2000, 4000, 8000)
KEMAR_90_DB = (3.5, 5.5, 5.9, 8.0, 9.2, 19.1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    threshold: str
    found: str
    is_met: bool


def moved(space: Space, signal: F64, azimuth_deg: Callable[[F64], F64], size: int = 16_384) -> F64:
    """A signal, (n,) or (2, n), moved by a function of seconds."""
    stereo = np.stack([signal, signal]) if signal.ndim == 1 else signal

    def place_at(first: int, count: int) -> Place:
        degrees = azimuth_deg((first + np.arange(count)) / RATE)
        return Place(np.sin(np.radians(degrees)), degrees)

    cuts = range(0, stereo.shape[1], size)
    return np.concatenate(list(space.moved((stereo[:, k : k + size] for k in cuts), place_at)), axis=1)


def at(azimuth_deg: float) -> Callable[[F64], F64]:
    return lambda times_s: np.full(times_s.shape, azimuth_deg)


def sweep(times_s: F64) -> F64:
    """From ear to ear and back in two seconds."""
    return 90.0 * np.sin(np.pi * times_s)


def noise(count: int = 1 << 17, seed: int = 1) -> F64:
    return np.random.default_rng(seed).standard_normal(count)


def pink() -> F64:
    spectrum = np.fft.rfft(noise())
    hz = np.fft.rfftfreq(1 << 17, 1.0 / RATE)
    spectrum[1:] /= np.sqrt(hz[1:])
    spectrum[(hz < 20.0) | (hz > 20_000.0)] = 0.0
    return np.fft.irfft(spectrum)


def decibels(amplitude: float) -> float:
    return float(20.0 * np.log10(max(amplitude, 1e-300)))


def worst_spur_dbc(space: Space, sines_hz: tuple[float, ...], away_hz: float) -> float:
    """The largest line that a moving sine leaves beside itself."""
    times_s = np.arange(4 * RATE) / RATE
    window = np.blackman(times_s.size) ** 2
    hz = np.fft.rfftfreq(times_s.size, 1.0 / RATE)
    worst = -np.inf
    for sine_hz in sines_hz:
        for ear in moved(space, np.sin(2.0 * np.pi * sine_hz * times_s), sweep):
            spectrum = np.abs(np.fft.rfft(ear * window))
            spur = spectrum[np.abs(hz - sine_hz) > away_hz].max()
            worst = max(worst, decibels(spur / spectrum.max()))
    return worst


def speed(space: Space) -> float:
    """Seconds of sound that are moved in a second of one core."""
    signal = np.random.default_rng(1).standard_normal((2, 30 * RATE))
    moved(space, signal[:, :RATE], sweep)
    begun_s = time.process_time()
    moved(space, signal, sweep)
    return 30.0 / (time.process_time() - begun_s)


def balance_rows() -> Iterator[Row]:
    worst = 0.0
    for kappa in (0.0, 0.3, 0.7, 1.0):
        a, b = np.random.default_rng(5).standard_normal((2, 60_000))
        signal = np.stack([a, kappa * a + np.sqrt(1.0 - kappa**2) * b])
        power = StereoPower()
        power.add(signal)
        for azimuth_deg in np.degrees(np.arcsin(np.linspace(-1.0, 1.0, 17))):
            sound = moved(Balance(power.kappa), signal, at(azimuth_deg))
            worst = max(worst, abs(10.0 * np.log10(np.sum(sound**2) / np.sum(signal**2))))
    yield Row("P2 balance: power against place, κ 0 to 1", "±0.05 dB", f"±{worst:.3f} dB", worst <= 0.05)
    spur = worst_spur_dbc(Balance(1.0), (997.0, 5003.0), 60.0)
    yield Row("P3 balance: worst spur of a full sweep", "≤ −120 dBc", f"{spur:.0f} dBc", spur <= -120.0)


def head_rows() -> Iterator[Row]:
    sides = [moved(Binaural(RATE, 1.0), noise(), at(azimuth_deg)) for azimuth_deg in (90.0, -90.0)]
    high, low = (1000.0 * time_difference_s(sides[0], RATE, band) for band in (HIGH, LOW))
    yield Row("B1 ITD at 90°, 2–16 kHz", "0.66 ± 0.02 ms", f"{high:.3f} ms", abs(high - 0.66) <= 0.02)
    yield Row("B1 ITD at 90°, 200–800 Hz", "0.82 ± 0.03 ms", f"{low:.3f} ms", abs(low - 0.82) <= 0.03)
    uneven = max(abs(sum(time_difference_s(side, RATE, band) for side in sides)) for band in (LOW, HIGH))
    yield Row("B1 left against right", "≤ 1 µs", f"{1e6 * uneven:.3f} µs", uneven <= 1e-6)
    for azimuth_deg, wanted in ((30.0, 0.266), (45.0, 0.391), (60.0, 0.501)):
        found = 1000.0 * time_difference_s(moved(Binaural(RATE, 1.0), noise(), at(azimuth_deg)), RATE, HIGH)
        yield Row(
            f"B2 ITD at {azimuth_deg:.0f}°, 2–16 kHz",
            f"{wanted} ± 0.015 ms",
            f"{found:.3f} ms",
            abs(found - wanted) <= 0.015,
        )
    levels = [level_difference_db(sides[0], RATE, octave(hz)) for hz in OCTAVES_HZ]
    wanted_db = (0.7, 2.3, 5.6, 9.9, 13.8, 16.1)
    yield Row(
        "B3 ILD at 90°, 250 Hz to 8 kHz",
        f"{' '.join(map(str, wanted_db))} ± 0.3 dB",
        " ".join(f"{level:.1f}" for level in levels),
        max(abs(a - b) for a, b in zip(levels, wanted_db, strict=True)) <= 0.3,
    )
    worst = max(abs(a - b) for a, b in zip(levels, KEMAR_90_DB, strict=True))
    yield Row("B3 ILD at 90° against KEMAR's, each octave", "≤ 5.5 dB", f"{worst:.1f} dB", worst <= 5.5)
    error = decibels(float(np.abs(moved(Binaural(RATE, 1.0), noise(), at(0.0)) - noise()).max()))
    yield Row("B4 mono in the middle: error", "≤ −120 dB", f"{error:.0f} dB", error <= -120.0)
    loudness = [
        10.0 * np.log10(np.sum(sosfilt(k_weighting(RATE), sound[:, 2000:-2000]) ** 2))
        for azimuth_deg in range(0, 360, 15)
        for sound in [moved(Binaural(RATE, 1.0, has_rear=True), pink(), at(float(azimuth_deg)))]
    ]
    worst = max(abs(level - loudness[0]) for level in loudness)
    yield Row("B5 loudness of pink noise, all around", "±0.2 LU", f"±{worst:.2f} LU", worst <= 0.2)
    spur = worst_spur_dbc(Binaural(RATE, 1.0), (1000.0, 5000.0, 12_000.0, 17_000.0), 300.0)
    yield Row("B6 moving sines 1, 5, 12, 17 kHz: worst spur", "≤ −110 dBc", f"{spur:.0f} dBc", spur <= -110.0)
    yield from jump_rows()
    worst = max(delay_error_db(hz) for hz in (1000.0, 5000.0, 10_000.0, 15_000.0))
    yield Row("B8 fractional delay at 1, 5, 10, 15 kHz: error", "≤ −90 dB", f"{worst:.0f} dB", worst <= -90.0)
    signal = np.random.default_rng(7).standard_normal((2, 60_000))
    wholes = [
        moved(Binaural(RATE, 0.1, 30.0, has_rear=True), signal, sweep, size) for size in (16_384, 4096, 1000)
    ]
    same = all(np.array_equal(wholes[0], other) for other in wholes[1:])
    yield Row("B9 blocks of 16384, 4096, 1000", "the same bits", "the same bits" if same else "differ", same)


def jump_rows() -> Iterator[Row]:
    one, two = Fraction(1), Fraction(2)
    ends = ((Fraction(0), one, -0.8), (one, two, 0.8))
    curve = Curve(
        tuple(Segment(start, end, start, end, Shape.HOLD, ear, ear) for start, end, ear in ends),
        declick_s=SOUND_DECLICK_S,
        declick_per_unit_s=HEADPHONE_DECLICK_S,
    )
    times_s = np.arange(2 * RATE) / RATE
    sine = np.sin(2.0 * np.pi * 997.0 * times_s)
    click, bend = -np.inf, 0.0
    for ear in moved(Binaural(RATE, 1.0), sine, lambda t: 90.0 * curve.values(t)):
        spectrum = np.fft.rfft(ear * np.blackman(times_s.size))
        spectrum[np.fft.rfftfreq(times_s.size, 1.0 / RATE) < 4000.0] = 0.0
        click = max(click, decibels(float(np.abs(np.fft.irfft(spectrum)).max())))
        phase = np.unwrap(np.angle(np.fft.ifft(2.0 * np.fft.rfft(ear), times_s.size)))
        pitch = np.diff(phase)[RATE - 3000 : RATE + 3000] * RATE / (2.0 * np.pi)
        bend = max(bend, float(np.abs(1200.0 * np.log2(pitch / 997.0)).max()))
    yield Row(
        "B7 jump from −0.8 to 0.8: click above 4 kHz", "≤ −95 dBFS", f"{click:.0f} dBFS", click <= -95.0
    )
    yield Row("B7 jump from −0.8 to 0.8: bend of the pitch", "≤ 80 cents", f"{bend:.0f} cents", bend <= 80.0)


def delay_error_db(hz: float) -> float:
    turn = 2.0 * np.pi * hz / RATE
    worst = 0.0
    for fraction in np.linspace(0.05, 0.95, 19):
        ahead, part = split(np.full(2000, fraction))
        starts = np.arange(2000) + 100 - TAPS // 2 + 1 + ahead
        found = between(bank(np.sin(turn * np.arange(2200))), starts, 2.0 * part - 1.0)
        worst = max(worst, float(np.abs(found - np.sin(turn * (np.arange(2000) + 100 - fraction))).max()))
    return decibels(worst)


def measured_head_rows() -> Iterator[Row]:
    path = next((path for path in INSTALLED_HEADS if path.is_file()), None)
    if path is None:
        yield Row("H1 measured head", "≤ −30 dB", "no head is installed here", True)
        return
    head, measured = head_of(path, RATE), read_sofa(path)
    signal = np.asarray(fftconvolve(noise(60_000), firwin(401, 9000.0, fs=RATE), "same"))
    worst = -np.inf
    for azimuth_deg in (0.0, 30.0, 60.0, 90.0):
        angle = np.radians(azimuth_deg)
        nearest = head.mesh.nearest(np.array([np.sin(angle), np.cos(angle), 0.0]))
        wanted = direct(signal, measured.responses[nearest], measured.sample_rate_hz, head.advance)
        found = moved(Hrtf(head, 1.0), signal, at(azimuth_deg))[:, 3000:40_000]
        gain = np.sum(wanted * found) / np.sum(wanted * wanted)
        error = 10.0 * np.log10(np.sum((found - gain * wanted) ** 2) / np.sum((gain * wanted) ** 2))
        worst = max(worst, float(error))
    yield Row(
        "H1 KEMAR at 0, 30, 60, 90° against its own convolution",
        "≤ −30 dB",
        f"{worst:.0f} dB",
        worst <= -30.0,
    )
    spur = worst_spur_dbc(Hrtf(head, 1.0), (997.0, 5003.0, 12_007.0), 300.0)
    yield Row("H1 KEMAR: worst spur of moving sines", "≤ −60 dBc", f"{spur:.0f} dBc", spur <= -60.0)


def direct(signal: F64, responses: F64, rate_hz: float, advance: float) -> F64:
    """A signal through responses of another rate, in the frequency domain, earlier by so many samples."""
    count = 1 << 17
    hz = np.fft.rfftfreq(count, 1.0 / RATE)
    # A response is a sum of sines of its own band; their values at our frequencies are its spectrum.
    taps = np.arange(responses.shape[1])
    spectrum = np.empty((2, hz.size), np.complex128)
    for k in range(0, hz.size, 4096):
        turn = np.exp(-2j * np.pi * np.outer(taps, hz[k : k + 4096]) / rate_hz)
        spectrum[:, k : k + 4096] = responses @ turn
    spectrum[:, hz >= rate_hz / 2.0] = 0.0
    early = np.fft.rfft(signal, count) * spectrum * np.exp(2j * np.pi * hz * advance / RATE)
    return np.fft.irfft(early, count)[:, 3000:40_000]


def speed_rows(with_yardstick: bool) -> Iterator[Row]:
    spaces = {"balance": (Balance(0.5), 30.0), "binaural": (Binaural(RATE, 0.5), 20.0)}
    path = next((path for path in INSTALLED_HEADS if path.is_file()), None)
    if path is not None:
        spaces["hrtf"] = (Hrtf(head_of(path, RATE), 0.5), 10.0)
    for name, (space, least) in spaces.items():
        found = speed(space)
        yield Row(
            f"S2 {name}: a stereo bus on one core",
            f"≥ {least:.0f}× real time",
            f"{found:.0f}×",
            found >= least,
        )
    if with_yardstick:
        from spatial_yardstick import measured

        spent_s = measured(45.0)
        for name, least in (("balance", 30.0), ("binaural", 8.0)):
            same, plain = (spent_s[f"pydub {way}"] / spent_s[f"musicvis {name}"] for way in (name, "pan"))
            yield Row(
                f"S3 {name}: 45 s against the same law in pydub, by the millisecond",
                f"≥ {least:.0f}× faster",
                f"{same:.0f}× (pydub's own pan: {plain:.0f}×)",
                same >= least,
            )


def table(rows: list[Row]) -> str:
    lines = ["| check | threshold | measured | |", "|---|---|---|---|"]
    lines += [f"| {r.name} | {r.threshold} | {r.found} | {'met' if r.is_met else 'MISSED'} |" for r in rows]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    rows = [*balance_rows(), *head_rows(), *measured_head_rows(), *speed_rows("--yardstick" in arguments)]
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    written, after = rest.split(END)
    lines = [table(rows)]
    if "--yardstick" not in arguments:
        lines += [line for line in written.splitlines() if line.startswith("| S3")]
    made = "\n".join(lines)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")
    for row in rows:
        print(f"{'' if row.is_met else 'MISSED '}{row.name}: {row.found} ({row.threshold})")
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
