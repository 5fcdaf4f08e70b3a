"""The audio-driven mapping: the spectrum of a recording moves the picture, as the audio-driven
visualizers do.

The formulas are those of visualize.py of the Deep Music Visualizer (docs/recordings.md has them all, and
where that program does differently from its manual says). hop is the frame length, at 22,050 samples a
second:

    ps = (300 - pitch_sensitivity)·512/hop        ts = tempo_sensitivity·hop/512
    class:  c ← (c + chroma/ps)/(1 + 1/ps); above 6 classes least to 0 and most to 1, else most to 1;
    times depth noise:  u ← (ts·(gradient + power)·direction·jitter + 3u)/4; n ← n + u
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...dsl.model.generators import LATENT_SIZE
from ...dsl.text.spectrum_header import COLUMNS, SPECTRUM_RATE_HZ, spectrum_header
from ...store.values.array_types import F64
from ..lanes.curve import Curve
from ..notes.class_keys import Weights
from .latents import Latents, stepped
from .noise_path import NOISE_MOST, stream

USUAL_HOP = 512
NORMALISED_ABOVE = 6
"""More classes than that are spread from 0 to the depth; of fewer the strongest is the depth."""
JITTER_ROWS = 200
ALIKE, APART = 1e-7, 0.01
"""Classes whose spread is below the first are distinguished by the second."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """power float64 (rows,), chroma float64 (rows, 12); row n at n·hop/22050 s of the recording."""

    power: F64
    chroma: F64
    hop: int


@dataclass(frozen=True, slots=True)
class SpectrumLaw:
    """The inputs of the mapping besides the spectrum.

    classes   of each pitch class, from C; () where it shows nothing
    ranked    or of the strongest pitch class, the next, and so on, in place of `classes`
    offset_s  where second 0 of the piece is in the recording
    """

    pitch_sensitivity: float
    tempo_sensitivity: float
    smooth_factor: float
    num_classes: int
    classes: tuple[Weights, ...]
    ranked: tuple[Weights, ...]
    offset_s: float
    depth: Curve
    truncation: Curve
    hue_deg: Curve
    jitter: Curve
    seed: int
    dimensions: int = LATENT_SIZE


def read_spectrum(data: bytes) -> Spectrum:
    """The spectrum in a file's bytes; ValueError says in words what is wrong with them."""
    header = spectrum_header(data)
    rows = np.frombuffer(data, "<f4", offset=header.start).reshape(-1, COLUMNS).astype(np.float64)
    if not np.isfinite(rows).all() or (rows < 0.0).any():
        raise ValueError("it holds numbers that no spectrum has")
    return Spectrum(rows[:, 0], rows[:, 1:], header.hop)


def spectrum_latents(spectrum: Spectrum, law: SpectrumLaw, times_s: F64) -> Latents:
    """The latents at any times of the piece, in any order; outside of the recording, those of its ends."""
    rows_s = np.arange(len(spectrum.power)) * (spectrum.hop / SPECTRUM_RATE_HZ) - law.offset_s
    times_of_lanes_s = rows_s.clip(0.0)
    strongest = by_power(spectrum.chroma)[: law.num_classes]
    ps = (300.0 - law.pitch_sensitivity) * USUAL_HOP / spectrum.hop
    ts = law.tempo_sensitivity * spectrum.hop / USUAL_HOP
    values = class_values(spectrum.chroma[:, strongest], ps, law.depth.values(times_of_lanes_s))
    values = smoothed(values, smoothing_rows(law.smooth_factor, spectrum.hop))
    noise = noise_rows(
        pushes(spectrum.power),
        ts,
        law.truncation.values(times_of_lanes_s),
        law.jitter.values(times_of_lanes_s),
        *draws(law.seed, len(rows_s), law.dimensions),
    )
    at_rows = (times_s + law.offset_s) * (SPECTRUM_RATE_HZ / spectrum.hop)
    truncation = law.truncation.values(times_s)
    most = NOISE_MOST * truncation[:, None]
    shown = law.ranked[: law.num_classes] or tuple(law.classes[number] for number in strongest)
    indices, weights = shares(between(values, at_rows), shown)
    return Latents(
        noise=stepped(np.clip(between(noise, at_rows), -most, most)),
        class_indices=indices,
        class_weights=stepped(weights),
        hue_deg=stepped(law.hue_deg.values(times_s)),
        truncation=stepped(truncation),
    )


def by_power(chroma: F64) -> list[int]:
    """The pitch classes, the strongest over the whole recording first."""
    return [int(number) for number in np.argsort(-chroma.mean(axis=0), kind="stable")]


def pushes(power: F64) -> F64:
    """The movement of the noise by each row: its power from 0 to 1, and its rise, with the steepest at 1."""
    if len(power) < 2:
        return np.zeros(len(power))
    spread, rise = np.ptp(power), np.gradient(power)
    steepest = rise.max()
    even = (power - power.min()) / spread if spread > 0.0 else np.zeros(len(power))
    return np.asarray(even + (np.clip(rise / steepest, 0.0, None) if steepest > 0.0 else 0.0))


def class_values(chroma: F64, ps: float, depth: F64) -> F64:
    """(rows + 1, classes): the first row is the first sound; each other follows from the one before."""
    heard = np.flatnonzero(chroma.any(axis=1))
    value = chroma[heard[0] if len(heard) else 0].copy()
    found = np.empty((len(chroma) + 1, chroma.shape[1]))
    found[0] = value
    for number, row in enumerate(chroma):
        value = scaled((value + row / ps) / (1.0 + 1.0 / ps)) * depth[number]
        # If all are equal, nothing would stand out: the first one is raised a little.
        shown = value[value != 0.0]
        if shown.size and shown.std() < ALIKE:
            value[0] += APART
        found[number + 1] = value
    return found


def scaled(value: F64) -> F64:
    """More than six classes from 0 to 1, of fewer the most 1; nothing where nothing sounds."""
    if len(value) <= NORMALISED_ABOVE:
        most = value.max()
        return np.asarray(value / most) if most > 0.0 else np.zeros_like(value)
    sounding = value[value != 0.0]
    if not sounding.size or sounding.max() <= sounding.min():
        return np.zeros_like(value)
    least = sounding.min()
    return np.asarray((np.where(value == 0.0, least, value) - least) / (sounding.max() - least))


def smoothing_rows(smooth_factor: float, hop: int) -> int:
    """Over how many rows classes are smoothed; 1 is not at all."""
    return max(1, int(smooth_factor * USUAL_HOP / hop)) if smooth_factor > 1.0 else 1


def smoothed(values: F64, width: int) -> F64:
    """From the mean of each `width` rows straight to that of the next; the last mean holds to the end."""
    if width == 1:
        return values
    count = max(1, len(values) // width)
    means = np.array([values[i * width : (i + 1) * width].mean(axis=0) for i in range(count)])
    found = np.empty_like(values)
    share = (np.arange(width) / (width - 1))[:, None]
    for number in range(count - 1):
        found[number * width : (number + 1) * width] = means[number] * (1 - share) + means[number + 1] * share
    found[(count - 1) * width :] = means[-1]
    return found


def noise_rows(
    push: F64, ts: float, truncation: F64, jitter: F64, first: F64, slowed: NDArray[np.bool_]
) -> F64:
    """(rows + 1, dimensions): the noise, which turns round at ±(2·truncation - ts).

    first    where it begins, at a truncation of 1
    slowed   which dimensions move slower, by the jitter, in each stretch of JITTER_ROWS rows
    """
    noise = first * (truncation[0] if len(truncation) else 1.0)
    direction = np.where(noise < 0.0, 1.0, -1.0)
    update, speeds = np.zeros_like(noise), np.ones_like(noise)
    found = np.empty((len(push) + 1, len(noise)))
    found[0] = noise
    for row in range(len(push)):
        if row % JITTER_ROWS == 0:
            speeds = np.where(slowed[row // JITTER_ROWS], 1.0 - jitter[row], 1.0)
        update = (ts * push[row] * direction * speeds + 3.0 * update) / 4.0
        noise = noise + update
        edge = NOISE_MOST * truncation[row] - ts
        direction = np.where(noise >= edge, -1.0, np.where(noise < -edge, 1.0, direction))
        found[row + 1] = noise
    return found


def draws(seed: int, row_count: int, dimensions: int = LATENT_SIZE) -> tuple[F64, NDArray[np.bool_]]:
    """The first noise, normal between ±2, and which dimensions are slowed when; from the seed alone."""
    drawing = stream(f"{seed}/spectrum")
    first = drawing.standard_normal(dimensions)
    while (far := np.abs(first) > NOISE_MOST).any():
        first[far] = drawing.standard_normal(int(far.sum()))
    stretches = row_count // JITTER_ROWS + 1
    return first, drawing.uniform(size=(stretches, dimensions)) >= 0.5


def between(rows: F64, places: F64) -> F64:
    """Rows at places between them; the first and the last go on."""
    places = places.clip(0.0, len(rows) - 1)
    low = np.minimum(places.astype(np.int64), max(len(rows) - 2, 0))
    share = (places - low)[:, None]
    return np.asarray(rows[low] * (1.0 - share) + rows[np.minimum(low + 1, len(rows) - 1)] * share)


def shares(values: F64, classes: tuple[Weights, ...]) -> tuple[NDArray[np.int64], F64]:
    """Values of pitch classes as shares of classes: their sum is the largest value, where theirs goes
    beyond 1.

    The generators here take shares, of which all together are 1 at most.
    """
    indices = sorted({index for weights in classes for index, _ in weights})
    column: Callable[[int], int] = indices.index
    found = np.zeros((len(values), len(indices)))
    for number, weights in enumerate(classes[: values.shape[1]]):
        for index, share in weights:
            found[:, column(index)] += values[:, number] * share
    total = found.sum(axis=1, keepdims=True)
    found *= np.divide(
        found.max(axis=1, keepdims=True, initial=0.0), total, out=np.zeros_like(total), where=total > 0
    )
    return np.array(indices, np.int64), np.clip(found, 0.0, 1.0)
