"""The ear lanes of a piece against what is heard: level and time difference of the ears in each bus.

python docs/make_ears.py [PIECE] [OUTPUT.png]: without arguments, the example piece.

Pale is the lane, from -1 left to +1 right. Dark is the difference that the space promises for it, and the
dots are what is measured in windows of a quarter of a second, where the bus sounds: how much louder the right
ear hears, against the same bus unmoved, as instruments are spread themselves; and for headphones how much
earlier, from 200 to 1000 Hz, where a wave is longer than a head is wide and its time has one answer.

The last strip is the finished mix: dark is what all lanes together promise, each bus with the power that it
has before it moves, and the dots are the mastered sound of the film.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import BusPlan, Curve, SoundPlan
from musicvis.dsl.load import load_piece
from musicvis.renderers.sound.hearing import level_difference_db, time_difference_s
from musicvis.renderers.sound.mix.render import render_sound
from musicvis.renderers.sound.space.choose import places
from musicvis.renderers.sound.space.head import SHADOW_POLE_RAD_S, brightness, lateness_s
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

F64 = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
WINDOW_S, STEP_S = 0.25, 0.1
HEARD = 10.0 ** (-50.0 / 20.0)
LEVEL_HZ = {"balance": (50.0, 20_000.0), "binaural": (1000.0, 16_000.0), "hrtf": (1000.0, 16_000.0)}
TIME_HZ = (200.0, 1000.0)
# A band in which the bus has no more than this of its power says nothing about it.
LEAST_SHARE = 10.0 ** (-35.0 / 10.0)
MOST_DB, MOST_MS = 20.0, 0.9
KAPPA = 0.6
"""Correlation of a stereo stem of one instrument, for the promise of a balance."""

WIDTH_PX, LEFT_PX, RIGHT_PX = 1400, 150, 70
STRIP_PX, TIME_STRIP_PX, GAP_PX, TOP_PX = 84, 64, 14, 46
PAPER, INK, GRID, FAINT = (252, 251, 248), (40, 40, 44), (226, 223, 216), (140, 137, 130)
LANE, PROMISE = (168, 188, 228), (58, 84, 158)
LEVEL, TIME = (199, 84, 62), (42, 140, 112)


def rendered(bus: BusPlan, plan: SoundPlan) -> F64:
    """A bus alone, (2, n)."""
    alone = replace(plan, buses=(replace(bus, sends=()),), returns=(), master=None)
    return np.concatenate(list(render_sound(alone))).T.astype(np.float64)


def measured(bus: BusPlan, plan: SoundPlan) -> tuple[F64, F64]:
    """Times and level differences in dB, times and time differences in ms; positive is right."""
    sound, still = rendered(bus, plan), rendered(unmoved(bus), plan)
    rate_hz = plan.sample_rate_hz
    size = round(WINDOW_S * rate_hz)
    window = np.hanning(size)
    peak = np.abs(sound).max()
    levels, times = [], []
    for first in range(0, sound.shape[1] - size, round(STEP_S * rate_hz)):
        part, before = (whole[:, first : first + size] * window for whole in (sound, still))
        if np.sqrt(np.mean(part**2)) < HEARD * peak:
            continue
        middle_s = (first + size / 2) / rate_hz
        band = LEVEL_HZ[bus.space]
        if share_of(before, rate_hz, band) > LEAST_SHARE:
            level_db = level_difference_db(part, rate_hz, band) - level_difference_db(before, rate_hz, band)
            levels.append((middle_s, level_db))
        if bus.space != "balance" and share_of(part, rate_hz, TIME_HZ) > LEAST_SHARE:
            times.append((middle_s, 1000.0 * time_difference_s(part, rate_hz, TIME_HZ)))
    return np.array(levels).reshape(-1, 2).T, np.array(times).reshape(-1, 2).T


def unmoved(bus: BusPlan) -> BusPlan:
    """The bus in the middle, near and level."""
    return replace(
        bus, ear=Curve.constant_of(0.0), azimuth_deg=None, elevation_deg=None, distance=None, ear_offset=0.0
    )


def powers(sound: F64, rate_hz: int) -> tuple[F64, F64]:
    """Middles of all windows, and the power at each ear in them, (windows, 2)."""
    size, step = round(WINDOW_S * rate_hz), round(STEP_S * rate_hz)
    firsts = np.arange(0, sound.shape[1] - size, step)
    sums = np.concatenate([np.zeros((2, 1)), np.cumsum(sound**2, axis=1)], axis=1)
    return (firsts + size / 2) / rate_hz, (sums[:, firsts + size] - sums[:, firsts]).T


def mix_promised(plan: SoundPlan) -> tuple[F64, F64]:
    """Times, and how many dB louder on the right the lanes and the laws of all buses make the mix."""
    rate_hz = plan.sample_rate_hz
    total = 0.0
    for bus in plan.buses:
        middles_s, before = powers(rendered(unmoved(bus), plan), rate_hz)
        place_at = places(bus, rate_hz)
        ears = np.array([float(place_at(int(t * rate_hz), 1).ear[0]) for t in middles_s])
        ratio = (
            before[:, 1] / np.maximum(before[:, 0], 1e-20) * 10.0 ** (promised_db(bus, ears, KAPPA) / 10.0)
        )
        # Each space keeps the power of a bus; it only shares it otherwise between the ears.
        left = before.sum(axis=1) / (1.0 + ratio)
        total = total + np.stack([left, left * ratio], axis=1)
    return middles_s, 10.0 * np.log10(np.maximum(total[:, 1], 1e-20) / np.maximum(total[:, 0], 1e-20))


def share_of(sound: F64, rate_hz: int, band: tuple[float, float]) -> float:
    """The share of the power that lies in a band."""
    power = np.sum(np.abs(np.fft.rfft(sound)) ** 2, axis=0)
    hz = np.fft.rfftfreq(sound.shape[1], 1.0 / rate_hz)
    return float(power[(hz >= band[0]) & (hz < band[1])].sum() / power.sum())


def promised_db(bus: BusPlan, ears: F64, kappa: float) -> F64:
    """The level difference that a space makes of an ear."""
    if bus.space == "balance":
        c, s = np.sin(np.abs(ears) * np.pi / 2.0), np.cos(np.abs(ears) * np.pi / 2.0)
        ratio = np.maximum(s * s, 1e-9) / (1.0 + c * c + 2.0 * c * kappa)
        return np.asarray(-np.sign(ears) * 10.0 * np.log10(ratio))
    hz = np.geomspace(*LEVEL_HZ[bus.space], 60)
    left, right = (np.sum(np.abs(shaded(axis, hz)) ** 2, axis=1) for axis in (-ears, ears))
    return np.asarray(10.0 * np.log10(right / left))


def promised_ms(ears: F64) -> F64:
    """The time difference that the model of the head makes of an ear, from 200 to 1000 Hz."""
    hz = np.linspace(*TIME_HZ, 40)
    phase = np.angle(shaded(ears, hz) / shaded(-ears, hz))
    return 1000.0 * (lateness_s(-ears) - lateness_s(ears) + np.mean(phase / (2.0 * np.pi * hz), axis=1))


def shaded(axis: F64, hz: F64) -> NDArray[np.complex128]:
    """What the head leaves at an ear, (places, frequencies)."""
    beta = brightness(axis)[:, None]
    return np.asarray(beta + (1.0 - beta) / (1.0 + 2j * np.pi * hz / SHADOW_POLE_RAD_S), np.complex128)


class Sheet:
    """Strips one under the other, with time from left to right."""

    def __init__(self, height_px: int, duration_s: float) -> None:
        self.image = Image.new("RGB", (WIDTH_PX, height_px), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.duration_s = duration_s
        self.small, self.plain = ImageFont.load_default(12), ImageFont.load_default(15)

    def x_px(self, time_s: float) -> float:
        """Where a time is."""
        return LEFT_PX + (WIDTH_PX - LEFT_PX - RIGHT_PX) * time_s / self.duration_s

    def axes(self, top_px: int, height_px: int, bars_s: Sequence[float], ends: tuple[str, str]) -> None:
        """A strip's frame, its bar lines and what its upper and lower end mean on the right."""
        right_px = WIDTH_PX - RIGHT_PX
        for bar_s in bars_s:
            self.draw.line([(self.x_px(bar_s), top_px), (self.x_px(bar_s), top_px + height_px)], GRID)
        for share in (0.0, 0.5, 1.0):
            y_px = top_px + share * height_px
            self.draw.line([(LEFT_PX, y_px), (right_px, y_px)], FAINT if share == 0.5 else GRID)
        for text, y_px in zip(ends, (top_px - 2, top_px + height_px - 12), strict=True):
            self.draw.text((right_px + 6, y_px), text, FAINT, self.small)

    def line(
        self, top_px: int, height_px: int, times_s: F64, shares: F64, color: tuple[int, int, int]
    ) -> None:
        """A curve: shares -1 at the lower end .. +1 at the upper end."""
        y_px = top_px + height_px * (0.5 - 0.5 * shares.clip(-1.0, 1.0))
        points = [(self.x_px(t), float(y)) for t, y in zip(times_s, y_px, strict=True)]
        self.draw.line(points, color, 2)

    def dots(
        self, top_px: int, height_px: int, times_s: F64, shares: F64, color: tuple[int, int, int]
    ) -> None:
        """What was measured."""
        for time_s, share in zip(times_s, shares.clip(-1.0, 1.0), strict=True):
            x_px, y_px = self.x_px(time_s), top_px + height_px * (0.5 - 0.5 * share)
            self.draw.ellipse([x_px - 1.7, y_px - 1.7, x_px + 1.7, y_px + 1.7], color)


def drawn(plan: SoundPlan, bars: Sequence[tuple[int, float]], title: str) -> Image.Image:
    """All buses of a plan."""
    duration_s = plan.sample_count / plan.sample_rate_hz
    heights = [STRIP_PX + GAP_PX + (TIME_STRIP_PX + GAP_PX) * (b.space != "balance") for b in plan.buses]
    sheet = Sheet(TOP_PX + sum(heights) + STRIP_PX + GAP_PX + 30, duration_s)
    legend = [
        (title, INK),
        ("lane, -1 to 1", LANE),
        ("promised", PROMISE),
        ("measured: louder on the right", LEVEL),
        ("measured: earlier on the right", TIME),
    ]
    x_px = 16.0
    for text, color in legend:
        sheet.draw.text((x_px, 12), text, color, sheet.plain)
        x_px += sheet.draw.textlength(text, sheet.plain) + 28
    bars_s = [start_s for _, start_s in bars]
    top_px = TOP_PX
    for bus, height_px in zip(plan.buses, heights, strict=True):
        _bus_strips(sheet, top_px, bus, plan, bars_s)
        top_px += height_px
    _mix_strip(sheet, top_px, plan, bars_s)
    top_px += STRIP_PX + GAP_PX
    for bar, start_s in bars:
        sheet.draw.text((sheet.x_px(start_s) + 2, top_px - 6), str(bar), FAINT, sheet.small)
    return sheet.image


def _bus_strips(sheet: Sheet, top_px: int, bus: BusPlan, plan: SoundPlan, bars_s: Sequence[float]) -> None:
    (level_times_s, levels_db), (times_s, late_ms) = measured(bus, plan)
    wanted = np.arange(0, plan.sample_count, plan.sample_rate_hz // 100)
    wanted_s = wanted / plan.sample_rate_hz
    place_at = places(bus, plan.sample_rate_hz)
    ears = np.array([float(place_at(int(first), 1).ear[0]) for first in wanted])
    sheet.draw.text((16, top_px + 4), bus.name, INK, sheet.plain)
    sheet.draw.text((16, top_px + 24), bus.space, FAINT, sheet.small)
    sheet.axes(top_px, STRIP_PX, bars_s, (f"+{MOST_DB:.0f} dB", f"-{MOST_DB:.0f} dB"))
    sheet.draw.text((LEFT_PX - 44, top_px - 2), "right", FAINT, sheet.small)
    sheet.draw.text((LEFT_PX - 44, top_px + STRIP_PX - 12), "left", FAINT, sheet.small)
    sheet.line(top_px, STRIP_PX, wanted_s, ears, LANE)
    sheet.line(top_px, STRIP_PX, wanted_s, promised_db(bus, ears, KAPPA) / MOST_DB, PROMISE)
    sheet.dots(top_px, STRIP_PX, level_times_s, levels_db / MOST_DB, LEVEL)
    if bus.space == "balance":
        return
    top_px += STRIP_PX + GAP_PX
    sheet.axes(top_px, TIME_STRIP_PX, bars_s, (f"+{MOST_MS} ms", f"-{MOST_MS} ms"))
    sheet.line(top_px, TIME_STRIP_PX, wanted_s, promised_ms(ears) / MOST_MS, PROMISE)
    sheet.dots(top_px, TIME_STRIP_PX, times_s, late_ms / MOST_MS, TIME)


def _mix_strip(sheet: Sheet, top_px: int, plan: SoundPlan, bars_s: Sequence[float]) -> None:
    mix = np.concatenate(list(render_sound(plan))).T.astype(np.float64)
    middles_s, heard = powers(mix, plan.sample_rate_hz)
    loud = heard.sum(axis=1) > HEARD**2 * heard.sum(axis=1).max()
    levels_db = 10.0 * np.log10(heard[loud, 1] / heard[loud, 0])
    sheet.draw.text((16, top_px + 4), "finished mix", INK, sheet.plain)
    sheet.draw.text((16, top_px + 24), "mastered", FAINT, sheet.small)
    sheet.axes(top_px, STRIP_PX, bars_s, (f"+{MOST_DB:.0f} dB", f"-{MOST_DB:.0f} dB"))
    promise_s, promise_db = mix_promised(plan)
    sheet.line(top_px, STRIP_PX, promise_s[loud], promise_db[loud] / MOST_DB, PROMISE)
    sheet.dots(top_px, STRIP_PX, middles_s[loud], levels_db / MOST_DB, LEVEL)


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments else ROOT / "pieces/impassive"
    output = Path(arguments[1]) if len(arguments) > 1 else ROOT / "docs/ears.png"
    compilation = compile_piece(load_piece(folder))
    if compilation.plan is None:
        raise SystemExit("\n".join(str(finding) for finding in compilation.diagnostics))
    plan = compilation.plan
    image = drawn(plan.sound, [(mark.bar, float(mark.start_s)) for mark in plan.bars], plan.title)
    image.quantize(48).save(output, optimize=True)
    print(f"{output}: {output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
