"""A plan as one picture: bars, the notes of each bus, where it is between the ears, the classes shown."""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from ..dsl.findings.plain import counted
from ..dsl.model.parameters import STEERED
from ..store.values.array_types import F64
from ..store.writing import published
from .picture.lettering import Font, lettering_of

if TYPE_CHECKING:
    from ..compiler.plan import BusPlan, PicturePlan, Plan, SoundingNote

WIDTH_PX, MARGIN_PX, LABEL_PX, GAP_PX = 1800, 24, 150, 14
ROLL_PX, EAR_PX, CLASSES_PX, BARS_PX, HEAD_PX = 110, 56, 150, 26, 44
PITCHES_LEAST = 24
"""The least range of a roll in semitones, so that a bus of few notes is not blown up."""
PAPER, INK, PALE, LINE = (250, 249, 246), (40, 40, 48), (150, 150, 158), (226, 224, 218)
PANEL = (255, 255, 255)
GOLDEN = 0.618034

STAGE_PX, LANE_PX = 90, 40
LEFT, RIGHT = (38, 92, 168), (196, 92, 36)
"""The colours on the left, and on the right."""
NAMES = {parameter.field: parameter.name.removeprefix("visuals.") for parameter in STEERED}
"""The names of the picture's lanes."""

RGB = tuple[int, int, int]


def plot(plan: Plan, output: Path, root: Path | None = None) -> None:
    """Writes the storyboard of a plan as a PNG, whole or not at all; in `root`, the piece, through no link.

    Raises OSError where it cannot be written, PieceError where a link is there.
    """
    with published(output, root) as partial:
        storyboard(plan).save(partial, format="PNG", optimize=True)


def storyboard(plan: Plan) -> Image.Image:
    """The storyboard: time runs to the right, the same for every row."""
    buses = plan.sound.buses
    moved = plan.picture.steering.names
    stage_px = 0 if plan.picture.lights is None else STAGE_PX + GAP_PX
    height_px = HEAD_PX + BARS_PX + len(buses) * (ROLL_PX + EAR_PX + GAP_PX) + CLASSES_PX + 2 * MARGIN_PX
    height_px += len(moved) * (LANE_PX + GAP_PX) + stage_px + GAP_PX * bool(moved or stage_px)
    image = Image.new("RGB", (WIDTH_PX, height_px), PAPER)
    draw = ImageDraw.Draw(image)
    title = f"{plan.title}   {float(plan.duration_s):.1f} s, {counted(plan.picture.frame_count, 'frame')}"
    title, font = _set(title, 24)
    draw.text((MARGIN_PX, MARGIN_PX - 6), title, INK, font)
    top = MARGIN_PX + HEAD_PX
    _bars(draw, plan, top, height_px - MARGIN_PX)
    top += BARS_PX
    for index, bus in enumerate(buses):
        colour = _colour(index)
        image.paste(_roll(bus, plan, colour), (_left(), top))
        _label(draw, bus.name, top + ROLL_PX // 2, colour)
        top += ROLL_PX
        _ear(draw, bus, plan, top, colour)
        top += EAR_PX + GAP_PX
    _classes(image, plan.picture, top)
    top += CLASSES_PX + GAP_PX
    if stage_px:
        _stage(image, plan.picture, top)
        top += stage_px
    for key in moved:
        _lane(draw, plan.picture, key, top)
        top += LANE_PX + GAP_PX
    return image


def piano_roll(notes: tuple[SoundingNote, ...], columns: int, duration_s: float) -> F64:
    """The notes as pretty_midi's piano roll: float64 (128, columns), velocities, 0 where nothing sounds."""
    import pretty_midi

    per_second = columns / duration_s
    midi = pretty_midi.PrettyMIDI()
    instrument = pretty_midi.Instrument(0)
    for note in notes:
        start_s, end_s = max(note.onset_s, 0.0), min(note.onset_s + note.length_s, duration_s)
        if end_s > start_s:
            # A note is at least a column wide, or a glockenspiel's short ones would vanish.
            end_s = max(end_s, start_s + 1.0 / per_second)
            instrument.notes.append(pretty_midi.Note(note.velocity, note.pitch, start_s, end_s))
    midi.instruments.append(instrument)
    roll = np.zeros((128, columns))
    found = midi.get_piano_roll(fs=per_second)[:, :columns]
    roll[:, : found.shape[1]] = found
    return roll


def _set(text: str, size_px: float) -> tuple[str, Font]:
    """A text as it can be drawn, and the font that has its letters."""
    lettering = lettering_of(text)
    return lettering.text, lettering.font_at(size_px)


def _left() -> int:
    return MARGIN_PX + LABEL_PX


def _columns() -> int:
    return WIDTH_PX - MARGIN_PX - _left()


def _bars(draw: ImageDraw.ImageDraw, plan: Plan, top: int, bottom: int) -> None:
    _, font = _set("", 14)
    free_from = 0.0
    for bar in plan.bars:
        x = _left() + float(bar.start_s / plan.duration_s) * _columns()
        draw.line((x, top + BARS_PX - 8, x, bottom), LINE)
        if x >= free_from:
            text = f"{bar.bar}" if bar.pass_number == 1 else f"{bar.bar}@{bar.pass_number}"
            draw.text((x + 3, top), text, PALE, font)
            free_from = x + draw.textlength(text, font) + 8


def _label(draw: ImageDraw.ImageDraw, text: str, middle: int, colour: RGB) -> None:
    said, font = _set(text, 17)
    draw.text((MARGIN_PX, middle), said, colour, font, anchor="lm")


def _roll(bus: BusPlan, plan: Plan, colour: RGB) -> Image.Image:
    """The notes of a bus over the bar lines' paper: darker where louder.

    Of a recording, the notes that it plays: they are in seconds from bar 1, where a whole film begins.
    """
    is_whole = any(bar.bar == bar.pass_number == 1 and bar.start_s == 0 for bar in plan.bars)
    notes = tuple(note for stem in bus.stems for note in stem.notes or (stem.reference if is_whole else ()))
    if not notes:
        image = Image.new("RGB", (_columns(), ROLL_PX), PANEL)
        said, font = _set(", ".join(stem.name for stem in bus.stems), 14)
        ImageDraw.Draw(image).text((10, ROLL_PX // 2), said, PALE, font, anchor="lm")
        return image
    pitches = [note.pitch for note in notes]
    spare = max(0, PITCHES_LEAST - (max(pitches) - min(pitches))) // 2 + 1
    low, high = max(0, min(pitches) - spare), min(127, max(pitches) + spare)
    roll = piano_roll(notes, _columns(), float(plan.duration_s))[low : high + 1]
    strength = (np.minimum(roll, 127.0) / 127.0)[::-1, :, None]
    shares = np.where(strength > 0, 0.25 + 0.75 * strength, 0.0)
    pixels = np.array(PANEL) * (1 - shares) + np.array(colour) * shares
    small = Image.fromarray(np.rint(pixels).astype(np.uint8), "RGB")
    return small.resize((_columns(), ROLL_PX), Image.Resampling.NEAREST)


def _ear(draw: ImageDraw.ImageDraw, bus: BusPlan, plan: Plan, top: int, colour: RGB) -> None:
    """The ear lane: left above the middle line, right below."""
    left, middle = _left(), top + EAR_PX / 2
    reach = EAR_PX / 2 - 6
    _, font = _set("", 12)
    for text, y in (("left", middle - reach), ("right", middle + reach)):
        draw.text((left - 8, y), text, PALE, font, anchor="rm")
    draw.line((left, middle, left + _columns(), middle), LINE)
    times_s = (np.arange(_columns()) + 0.5) / _columns() * float(plan.duration_s)
    ears = _ear_values(bus, times_s)
    line = [(left + x, middle + ear * reach) for x, ear in enumerate(ears.tolist())]
    draw.line(line, colour, 2, joint="curve")


def _ear_values(bus: BusPlan, times_s: F64) -> F64:
    """Between the ears, also for a bus that moves by its azimuth: its sine."""
    if bus.azimuth_deg is not None:
        return np.asarray(np.sin(np.radians(bus.azimuth_deg.values(times_s))))
    return (bus.ear.values(times_s) + bus.ear_offset).clip(-1.0, 1.0)


def _stage(image: Image.Image, picture: PicturePlan, top: int) -> None:
    """The lights on the stage as they begin and fade: high where they are high, on the left side blue."""
    draw = ImageDraw.Draw(image)
    assert picture.lights is not None
    columns = _columns()
    _label(draw, "stage", top + STAGE_PX // 2, INK)
    pixels = np.full((STAGE_PX, columns, 3), PANEL, np.float64)
    for frame, _, across, up, _, strength in picture.lights[:, :6].tolist():
        x = min(int((frame + 0.5) * columns / picture.frame_count), columns - 1)
        y = int((1 - up) / 2 * (STAGE_PX - 7)) + 3
        share = min(strength, 1.0)
        colour = np.array(LEFT) * (1 - across) / 2 + np.array(RIGHT) * (1 + across) / 2
        spot = pixels[y - 2 : y + 3, x]
        spot[:] = np.minimum(spot, np.array(PANEL) * (1 - share) + colour * share)
    image.paste(Image.fromarray(np.rint(pixels).astype(np.uint8), "RGB"), (_left(), top))


def _lane(draw: ImageDraw.ImageDraw, picture: PicturePlan, key: str, top: int) -> None:
    """Draws a control of the picture between its lowest and its highest value."""
    values = np.asarray(picture.steering.lane(key), np.float64)
    columns = _columns()
    _label(draw, NAMES[key], top + LANE_PX // 2, INK)
    frames = np.minimum(np.arange(columns) * picture.frame_count // columns, picture.frame_count - 1)
    low, high = float(values.min()), float(values.max())
    _, font = _set("", 12)
    for value, y in ((high, top + 5), (low, top + LANE_PX - 5)):
        draw.text((_left() - 8, y), f"{value:.4g}", PALE, font, anchor="rm")
    share = (values[frames] - low) / max(high - low, 1e-9)
    line = [(_left() + x, top + LANE_PX - 5 - s * (LANE_PX - 10)) for x, s in enumerate(share.tolist())]
    draw.line(line, INK, 2, joint="curve")


def _classes(image: Image.Image, picture: PicturePlan, top: int) -> None:
    """Draws the classes: each as thick as its weight, with its name where it is thickest."""
    draw = ImageDraw.Draw(image)
    columns = _columns()
    _label(draw, "classes", top + CLASSES_PX // 2, INK)
    frames = np.minimum(np.arange(columns) * picture.frame_count // columns, picture.frame_count - 1)
    names, weights = picture.by_name()
    weights = weights[frames].astype(np.float64)
    edges = np.concatenate([np.zeros((columns, 1)), np.cumsum(weights, axis=1)], axis=1)
    levels = np.rint(edges * CLASSES_PX).astype(int)
    pixels = np.full((CLASSES_PX, columns, 3), PANEL, np.uint8)
    rows = np.arange(CLASSES_PX)[:, None]
    for k in range(weights.shape[1]):
        inside = (rows >= levels[:, k]) & (rows < levels[:, k + 1])
        pixels[inside] = _colour(k)
    image.paste(Image.fromarray(pixels[::-1], "RGB"), (_left(), top))
    _, font = _set("", 13)
    for k, name in enumerate(names):
        x = int(weights[:, k].argmax())
        if weights[x, k] * CLASSES_PX < 14:
            continue
        y = top + CLASSES_PX - (edges[x, k] + edges[x, k + 1]) / 2 * CLASSES_PX
        half = draw.textlength(name, font) / 2
        x_px = min(max(_left() + x, _left() + half), _left() + columns - half)
        draw.text((x_px, y), name, (255, 255, 255), font, anchor="mm", stroke_width=2, stroke_fill=INK)


def _colour(index: int) -> RGB:
    """Colours as far apart as the golden ratio keeps them."""
    red, green, blue = colorsys.hsv_to_rgb((0.58 + index * GOLDEN) % 1.0, 0.62, 0.72)
    return round(red * 255), round(green * 255), round(blue * 255)
