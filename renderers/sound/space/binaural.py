"""Binaural: a source around the head by a model of it, for headphones; no data files.

Each ear hears β(t)·x + (1 − β(t))·lp, later or earlier by τ(t) (head.py, farrow.py). The level is that of a
source in front, whatever the place: as |LP|² = Re LP, the power of both ears is ½Σ[B + (1 − B)β²], B being
the share of the power that LP leaves; the gain is 1/√P. What comes from behind is duller by a second shelf,
and as loud as the rest.

Brown and Duda's five echoes of the outer ear, which tell above from below, are not here: their coefficients
have not been checked against a measured ear. Elevation brings a source towards the median plane, no more.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from ....store.values.array_types import F64
from .farrow import REACH, TAPS, bank, between, split
from .head import (
    REAR_POLE_RAD_S,
    SHADOW_POLE_RAD_S,
    LowPass,
    brightness,
    lateness_s,
    low_share_of,
    rear_brightness,
)
from .place import Place, PlaceAt
from .width import Width

PINK_LOW_SHARE = 0.39958
"""B of pink noise as loudness hears it (K-weighted), at 48 kHz."""


class Binaural:
    """The model for one bus; see the head of this file.

    low_share    B, measured from the bus; None is pink noise
    has_rear     whether a lane may lead it behind the head
    """

    def __init__(
        self,
        sample_rate_hz: int,
        kappa: float,
        width_deg: float = 0.0,
        low_share: float | None = None,
        has_rear: bool = False,
    ) -> None:
        self._rate_hz = sample_rate_hz
        self._width = Width(kappa, width_deg, sample_rate_hz)
        self._low_share = PINK_LOW_SHARE if low_share is None else low_share
        self._has_rear = has_rear
        # What both shelves leave together, and the rear one alone, of pink noise.
        self._dull_shares = (
            low_share_of(sample_rate_hz, SHADOW_POLE_RAD_S, REAR_POLE_RAD_S),
            low_share_of(sample_rate_hz, REAR_POLE_RAD_S),
        )

    def moved(self, blocks: Iterable[F64], place_at: PlaceAt) -> Iterator[F64]:
        """The stream, moved; what is in front passes unchanged."""
        sources = [_Source(self._rate_hz) for _ in range(self._width.source_count)]
        rear = [LowPass.at(REAR_POLE_RAD_S, self._rate_hz) for _ in range(2)] if self._has_rear else []
        first = 0
        for block in _with_end(blocks):
            ready = 0
            for source, samples in zip(sources, self._width.sources(block), strict=True):
                ready = source.take(samples)
            if not ready:
                continue
            place = place_at(first, ready)
            level = _level(place)
            behind = rear_brightness(place.azimuth_deg, level) if rear else None
            out = np.zeros((2, ready))
            for source, azimuth_deg in zip(sources, self._width.azimuths(place.azimuth_deg), strict=True):
                ears, bright = source.heard(np.sin(np.radians(azimuth_deg)) * level, self._rate_hz)
                out += ears / np.sqrt(self._power(bright, behind))
            out *= self._width.gain(place.azimuth_deg)
            if behind is not None:
                for ear, shelf in zip(out, rear, strict=True):
                    dull = shelf.filtered(ear)
                    ear *= behind
                    ear += (1.0 - behind) * dull
            yield out
            first += ready

    def _power(self, bright: F64, behind: F64 | None) -> F64:
        """P of both ears: β (2, n), and α_F (n,) of the rear shelf, whose |LP₂|² = Re LP₂, too."""
        beta = 0.5 * (bright[0] ** 2 + bright[1] ** 2)
        power = self._low_share + (1.0 - self._low_share) * beta
        if behind is None:
            return np.asarray(power)
        both, rear = self._dull_shares
        kept = behind * behind
        return np.asarray(kept * power + (1.0 - kept) * (both + (rear - both) * beta))


class _Source:
    """One channel on its way to both ears, with as much of its past and future as a delay may ask for."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._shadow = LowPass.of_shadow(sample_rate_hz)
        self._plain = np.zeros(REACH)
        self._low = np.zeros(REACH)

    def take(self, samples: F64) -> int:
        """Adds what comes next; how many samples can be heard now."""
        self._plain = np.concatenate([self._plain, samples])
        self._low = np.concatenate([self._low, self._shadow.filtered(samples)])
        return max(0, self._plain.size - 2 * REACH)

    def heard(self, towards: F64, sample_rate_hz: int) -> tuple[F64, F64]:
        """Both ears, (2, n), and their β, for the cosine of the angle to the right ear's axis (n,)."""
        count = towards.size
        plain, low = bank(self._plain), bank(self._low)
        # The filters' first output belongs to sample TAPS/2 − 1 of what is held, which begins REACH early.
        here = np.arange(count) + (REACH - TAPS // 2 + 1)
        bright = np.stack([brightness(-towards), brightness(towards)])
        out = np.empty((2, count))
        for ear, axis in enumerate((-towards, towards)):
            ahead, fraction = split(lateness_s(axis) * sample_rate_hz)
            z = 2.0 * fraction - 1.0
            shaded = between(low, here + ahead, z)
            out[ear] = shaded + bright[ear] * (between(plain, here + ahead, z) - shaded)
        self._plain, self._low = self._plain[count:], self._low[count:]
        return out, bright


def _level(place: Place) -> F64 | float:
    return 1.0 if place.elevation_deg is None else np.cos(np.radians(place.elevation_deg))


def _with_end(blocks: Iterable[F64]) -> Iterator[F64]:
    """The stream and the silence after it that its last samples look into."""
    yield from blocks
    yield np.zeros((2, REACH))
