"""Draws what was detected, to judge by eye: waveform, bars and beats, pitch classes, notes."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ....dsl.findings.plain import counted
from ....dsl.values.pitch_classes import PITCH_CLASSES
from ....store.values.array_types import F32
from ....store.writing import published
from .decode import RATE_HZ, Recording
from .hear import Heard
from .spectra import FPS

RGB = tuple[int, int, int]

LEFT_PX, MARGIN_PX, ROW_S = 56, 20, 30.0
WIDTH_PX, TITLE_PX = 1500, 800
WAVE_PX, FLUX_PX, CLASSES_PX, NOTES_PX, GAP_PX, HEAD_PX = 90, 40, 108, 150, 26, 44
ROWS_MOST = 12
"""The number of half-minute rows in the picture; a longer recording is cut off."""
PAPER, INK, PALE = (250, 249, 246), (40, 40, 48), (150, 150, 158)
WAVE, BAR, BEAT, NOTE = (96, 125, 139), (199, 83, 73), (226, 205, 190), (48, 96, 160)


def write_picture(source: Recording, heard: Heard, target: Path) -> None:
    """Writes a PNG, whole or not at all. Raises OSError where it cannot be written."""
    with published(target) as partial:
        picture(source, heard).save(partial, format="PNG", optimize=True)


def picture(source: Recording, heard: Heard) -> Image.Image:
    """Half a minute in a row, time to the right."""
    rows = min(ROWS_MOST, max(1, int(np.ceil(heard.length_s / ROW_S))))
    row_px = WAVE_PX + FLUX_PX + CLASSES_PX + NOTES_PX + GAP_PX
    # A recording of less than a row has a narrower picture, and room for its title.
    right = max(TITLE_PX, _x(min(heard.length_s, ROW_S), 0.0))
    image = Image.new("RGB", (right + MARGIN_PX, HEAD_PX + rows * row_px + MARGIN_PX), PAPER)
    draw = ImageDraw.Draw(image)
    title = (
        f"{source.name}   {heard.length_s:.1f} s   {heard.bpm:.1f} beats a minute, "
        f"{heard.beats_of_bar} in a bar "
        f"  {counted(len(heard.notes), 'note')} by {heard.method}"
    )
    if heard.length_s > rows * ROW_S:
        title += f"   the first {rows * ROW_S / 60:g} minutes"
    draw.text((MARGIN_PX, 12), title, INK, ImageFont.load_default(18))
    for row in range(rows):
        _row(image, draw, source, heard, row * ROW_S, HEAD_PX + row * row_px)
    return image


def _row(
    image: Image.Image, draw: ImageDraw.ImageDraw, source: Recording, heard: Heard, start_s: float, top: int
) -> None:
    small = ImageFont.load_default(11)
    flux_top, classes_top = top + WAVE_PX, top + WAVE_PX + FLUX_PX
    notes_top = classes_top + CLASSES_PX
    bottom = notes_top + NOTES_PX
    _classes(image, heard.classes, start_s, classes_top)
    bar = 0
    for beat_s, place in zip(heard.beats_s, heard.places, strict=True):
        bar += int(place == 0) or int(bar == 0)
        x = _x(float(beat_s), start_s)
        if LEFT_PX <= x < LEFT_PX + WIDTH_PX:
            ends = (top, bottom) if place == 0 else (top + WAVE_PX // 4, classes_top)
            draw.line((x, ends[0], x, ends[1]), BAR if place == 0 else BEAT, 1)
            if place == 0:
                draw.text((x + 2, top - 2), str(bar), BAR, small)
    _wave(draw, source.samples, start_s, top)
    _flux(draw, heard, start_s, flux_top)
    for note in heard.notes:
        left, right = _x(note.onset_s, start_s), _x(note.end_s, start_s)
        if right > LEFT_PX and left < LEFT_PX + WIDTH_PX:
            y = bottom - 4 - (note.pitch - 33) * (NOTES_PX - 8) // 68
            shade: RGB = (
                *(int(p + (n - p) * (0.3 + 0.7 * note.level)) for p, n in zip(PAPER, NOTE, strict=True)),
            )  # type: ignore[assignment]
            draw.line((max(left, LEFT_PX), y, min(max(right, left + 2), LEFT_PX + WIDTH_PX), y), shade, 2)
    for number, name in enumerate(PITCH_CLASSES):
        draw.text(
            (30, classes_top + CLASSES_PX - (number + 1) * 9 - 2), name, PALE, ImageFont.load_default(9)
        )
    for second in range(0, ceil(min(ROW_S, heard.length_s - start_s) - 1), 5):
        minutes, seconds = divmod(int(start_s) + second, 60)
        draw.text((_x(start_s + second, start_s), bottom + 2), f"{minutes}:{seconds:02d}", PALE, small)


def _x(time_s: float, start_s: float) -> int:
    return LEFT_PX + round((time_s - start_s) / ROW_S * WIDTH_PX)


def _wave(draw: ImageDraw.ImageDraw, samples: F32, start_s: float, top: int) -> None:
    middle, step = top + WAVE_PX // 2, ROW_S * RATE_HZ / WIDTH_PX
    most = float(np.abs(samples).max()) + 1e-9
    for column in range(WIDTH_PX):
        first = int(start_s * RATE_HZ + column * step)
        seen = samples[first : first + max(1, int(step))]
        if not len(seen):
            break
        low, high = (float(value) / most * (WAVE_PX // 2 - 4) for value in (seen.min(), seen.max()))
        draw.line((LEFT_PX + column, middle - high, LEFT_PX + column, middle - low), WAVE, 1)


def _flux(draw: ImageDraw.ImageDraw, heard: Heard, start_s: float, top: int) -> None:
    first = int(start_s * FPS)
    rise = heard.rise[first : first + int(ROW_S * FPS)]
    most = float(np.percentile(heard.rise, 99)) + 1e-9
    points = [
        (_x(start_s + i / FPS, start_s), top + FLUX_PX - min(1.0, float(value) / most) * (FLUX_PX - 4))
        for i, value in enumerate(rise)
    ]
    if len(points) > 1:
        draw.line(points, INK, 1)


def _classes(image: Image.Image, classes: F32, start_s: float, top: int) -> None:
    first = int(start_s * FPS)
    seen = classes[first : first + int(ROW_S * FPS)]
    if not len(seen):
        return
    share = seen / (seen.max(axis=1, keepdims=True) + 1e-9)
    grey = np.asarray(255 - 200 * share.T[::-1], np.uint8)
    width = max(1, round(len(seen) / FPS / ROW_S * WIDTH_PX))
    image.paste(
        Image.fromarray(grey).convert("RGB").resize((width, CLASSES_PX), Image.Resampling.NEAREST),
        (LEFT_PX, top),
    )
