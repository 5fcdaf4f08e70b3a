"""HRTF: a source around a measured head, for headphones.

Each response is split into when it arrives and what arrives. When: a smooth function of the direction, fitted
to the onsets, applied by the delay that moves with every sample (farrow.py). What: the response, shifted by
that same function so that neighbours coincide, interpolated between the three directions around
the source, and changed every 512 samples under overlapping windows. As the shift undoes the delay exactly, a
source that is where the head was measured is heard as it was measured, however well the fit fits.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....store.values.array_types import F64
from .arrival import Arrival, arrival_of, onsets
from .farrow import FARTHEST, REACH, TAPS, bank, between, split
from .mesh import Mesh, fibonacci, mesh_of
from .pink_weights import pink_weights
from .place import Place, PlaceAt
from .sofa import Responses, read_sofa
from .width import Width

WINDOW = 1024
HOP = 512
LEAD = 32
"""Samples before the onset in an aligned response."""
_SHIFT_ROOM = 128


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A measured head, ready: aligned responses (m, 2, n) and how late each ear hears a direction."""

    mesh: Mesh
    aligned: F64
    arrival: Arrival
    lead: int
    """The sample of an aligned response that is heard at once: where that of the front is greatest."""
    sample_rate_hz: int
    advance: float
    """The number of samples by which everything is heard earlier than it was measured."""


@lru_cache(maxsize=2)
def head_of(path: Path, sample_rate_hz: int) -> Head:
    """The head of a SOFA file; raises PieceError."""
    try:
        return head_from(read_sofa(path), sample_rate_hz)
    except ValueError as error:
        raise PieceError(
            [
                Diagnostic(
                    "MV521",
                    Span(str(path)),
                    f"{path.name} cannot be used as a head: {error}",
                    "name a SOFA file of the convention SimpleFreeFieldHRIR",
                )
            ]
        ) from error


def head_from(measured: Responses, sample_rate_hz: int) -> Head:
    """Responses at the mix's rate, aligned, at the loudness of the model; ValueError where that cannot be."""
    at_rate, padding = _resampled(measured, sample_rate_hz)
    mesh = mesh_of(measured.directions)
    arrival = arrival_of(measured.directions, onsets(at_rate), sample_rate_hz)
    late = arrival.samples(measured.directions)
    if np.abs(late).max() > FARTHEST:
        raise ValueError("the delay between its ears is longer than that of a head")
    aligned = _shifted(at_rate, late + arrival.origin - LEAD)
    loud = aligned / _diffuse_gain(aligned, mesh, sample_rate_hz)
    front = loud[mesh.nearest(np.array([0.0, 1.0, 0.0]))]
    lead = int(np.argmax(np.abs(front).sum(axis=0)[: 2 * LEAD]))
    advance = arrival.origin - padding - LEAD + lead
    return Head(mesh, loud, arrival, lead, sample_rate_hz, advance)


class Hrtf:
    """The measured head for one bus."""

    def __init__(self, head: Head, kappa: float, width_deg: float = 0.0) -> None:
        self._head = head
        self._width = Width(kappa, width_deg, head.sample_rate_hz)

    def moved(self, blocks: Iterable[F64], place_at: PlaceAt) -> Iterator[F64]:
        """The stream, moved."""
        sources = [
            _Source(self._head, partial(self._direction, place_at, k))
            for k in range(self._width.source_count)
        ]
        first = 0
        length = 0
        for block, is_end in _with_end(blocks, self._head.aligned.shape[2]):
            length += 0 if is_end else block.shape[1]
            for source, samples in zip(sources, self._width.sources(block), strict=True):
                source.take(samples)
            ready = min(sources[0].ready, length - first)
            if not ready:
                continue
            place = place_at(first, ready)
            out = np.zeros((2, ready))
            for source, azimuth_deg in zip(sources, self._width.azimuths(place.azimuth_deg), strict=True):
                out += source.heard(_vectors(azimuth_deg, place))
            yield out * self._width.gain(place.azimuth_deg)
            first += ready

    def _direction(self, place_at: PlaceAt, source: int, sample: int) -> F64:
        """The unit vector to one of the sources at one sample."""
        place = place_at(sample, 1)
        vector: F64 = _vectors(self._width.azimuths(place.azimuth_deg)[source], place)[0]
        return vector


class _Source:
    """One channel: what arrives at each ear, and as much of its past and future as a delay may ask for."""

    def __init__(self, head: Head, direction_at: Callable[[int], F64]) -> None:
        self._head = head
        self._direction_at = direction_at
        taps = head.aligned.shape[2]
        self._fft_count = 1 << (WINDOW + taps - 2).bit_length()
        n = np.arange(WINDOW)
        # Windows at half their length apart add up to 1.
        self._window = 0.5 - 0.5 * np.cos(2.0 * np.pi * n / WINDOW)
        # The first window is centred on sample 0; before it there is silence.
        self._input = np.zeros(HOP)
        self._next_centre = 0
        # Sums of windows that others will still be added to; its sample 0 comes some samples late.
        self._open = np.zeros((2, self._fft_count))
        self._skip = HOP + head.lead
        self._heard = np.zeros((2, REACH))
        self._filter_of: tuple[bytes, NDArray[np.complex128]] | None = None

    @property
    def ready(self) -> int:
        """The number of samples that can be output now."""
        return max(0, self._heard.shape[1] - 2 * REACH)

    def take(self, samples: F64) -> None:
        """Adds what comes next, window by window, each filtered for the place at its middle."""
        self._input = np.concatenate([self._input, samples])
        finished = [self._heard]
        while self._input.size >= WINDOW:
            spectrum = np.fft.rfft(self._input[:WINDOW] * self._window, self._fft_count)
            filters = self._filters(self._direction_at(self._next_centre))
            self._open += np.fft.irfft(spectrum * filters, self._fft_count)
            done = self._open[:, :HOP]
            finished.append(done[:, min(self._skip, HOP) :].copy())
            self._skip -= min(self._skip, HOP)
            self._open = np.concatenate([self._open[:, HOP:], np.zeros((2, HOP))], axis=1)
            self._input = self._input[HOP:]
            self._next_centre += HOP
        self._heard = np.concatenate(finished, axis=1)

    def heard(self, directions: F64) -> F64:
        """Both ears, (2, n), for the direction at each of n samples, (n, 3)."""
        count = len(directions)
        here = np.arange(count) + (REACH - TAPS // 2 + 1)
        out = np.empty((2, count))
        late = self._head.arrival.samples(directions)
        for ear in range(2):
            ahead, fraction = split(late[:, ear])
            out[ear] = between(bank(self._heard[ear]), here + ahead, 2.0 * fraction - 1.0)
        self._heard = self._heard[:, count:]
        return out

    def _filters(self, direction: F64) -> NDArray[np.complex128]:
        key = direction.tobytes()
        if self._filter_of is None or self._filter_of[0] != key:
            corners, weights = self._head.mesh.around(direction)
            response = np.sum(weights[:, None, None] * self._head.aligned[corners], axis=0)
            self._filter_of = key, np.fft.rfft(response, self._fft_count)
        return self._filter_of[1]


def _vectors(azimuth_deg: F64, place: Place) -> F64:
    """Unit vectors right, front, up of azimuths (n,): (n, 3)."""
    azimuth = np.radians(azimuth_deg)
    if place.elevation_deg is None:
        return np.stack([np.sin(azimuth), np.cos(azimuth), np.zeros_like(azimuth)], axis=1)
    elevation = np.radians(place.elevation_deg)
    level = np.cos(elevation)
    return np.stack([np.sin(azimuth) * level, np.cos(azimuth) * level, np.sin(elevation)], axis=1)


def _with_end(blocks: Iterable[F64], taps: int) -> Iterator[tuple[F64, bool]]:
    """The stream and the silence after it that its last samples need; whether it is that."""
    for block in blocks:
        yield block, False
    yield np.zeros((2, WINDOW + taps + 2 * REACH + 2 * LEAD)), True


def _resampled(measured: Responses, sample_rate_hz: int) -> tuple[F64, float]:
    """The responses at another rate, as loud as before (a response is a density over time).

    And how many samples of silence that has put before them.
    """
    if measured.sample_rate_hz == sample_rate_hz:
        return measured.responses, 0.0
    import soxr

    count, _, taps = measured.responses.shape
    # soxr would take the start of a response for a jump out of nothing, so a little silence goes before it.
    quiet = 64
    padded = np.pad(measured.responses, ((0, 0), (0, 0), (quiet, quiet)))
    rate = sample_rate_hz / measured.sample_rate_hz
    flat = padded.reshape(2 * count, taps + 2 * quiet).T
    columns = [
        soxr.resample(flat[:, k : k + 64], measured.sample_rate_hz, sample_rate_hz, quality="VHQ")
        for k in range(0, flat.shape[1], 64)
    ]
    at_rate = np.concatenate(columns, axis=1).T
    return np.asarray(at_rate, np.float64).reshape(count, 2, -1) / rate, quiet * rate


def _shifted(responses: F64, early: F64) -> F64:
    """Each response (m, 2, n) advanced by samples (m, 2); what would be before the start is lost."""
    taps = responses.shape[2]
    count = 1 << (taps + 2 * _SHIFT_ROOM + int(np.abs(early).max()) - 1).bit_length()
    hz = np.fft.rfftfreq(count)
    out = np.empty((len(responses), 2, taps + _SHIFT_ROOM))
    for k in range(0, len(responses), 64):
        spectrum = np.fft.rfft(responses[k : k + 64], count)
        turned = spectrum * np.exp(2j * np.pi * hz * early[k : k + 64, :, None])
        out[k : k + 64] = np.fft.irfft(turned, count)[:, :, : taps + _SHIFT_ROOM]
    # The last samples fade, so that nothing is cut hard.
    out[:, :, -16:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(16) + 1.0) / 16.0)
    return out


def _diffuse_gain(aligned: F64, mesh: Mesh, sample_rate_hz: int) -> float:
    """The gain of diffuse pink noise relative to the model."""
    hz, weights = pink_weights(sample_rate_hz)
    count = 1 << (aligned.shape[2] - 1).bit_length()
    grid_hz = np.fft.rfftfreq(count, 1.0 / sample_rate_hz)
    power = np.zeros(grid_hz.size)
    around = [mesh.nearest(direction) for direction in fibonacci(200)]
    for nearest in around:
        power += np.sum(np.abs(np.fft.rfft(aligned[nearest], count)) ** 2, axis=0) / 2.0
    gain = float(np.sqrt(np.sum(weights * np.interp(hz, grid_hz, power / len(around)))))
    if not gain > 0.0:
        raise ValueError("its responses are silent")
    return gain
