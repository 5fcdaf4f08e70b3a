"""Width: a stereo bus as sources around a head: one, or its two channels some degrees apart.

One source is (L + R)/√(2(1 + κ)), which keeps the power. Two are at az ∓ w/2, closer together towards
an ear, so that neither passes it. How loud they are together depends on how alike they reach each ear, which
the model of the head tells for pink noise.
"""

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import F64
from .head import SHADOW_POLE_RAD_S, brightness, lateness_s
from .pink_weights import pink_weights

# Opposite channels make no mono source, and no gain can mend that: at most +20 dB.
_LEAST_POWER = 0.01


class Width:
    """The sources of one bus.

    kappa      2⟨LR⟩/(⟨L²⟩ + ⟨R²⟩) of the bus
    width_deg  the angle between the channels, 0..180; 0 is one source
    """

    def __init__(self, kappa: float, width_deg: float, sample_rate_hz: int) -> None:
        self._kappa = kappa
        self._half_deg = width_deg / 2.0
        self._gains: F64 | None = _gains(kappa, self._half_deg, sample_rate_hz) if width_deg > 0.0 else None

    @property
    def source_count(self) -> int:
        return 1 if self._gains is None else 2

    def sources(self, block: F64) -> tuple[F64, ...]:
        """The channels (n,) of a block (2, n)."""
        if self._gains is None:
            return ((block[0] + block[1]) / np.sqrt(2.0 * max(1.0 + self._kappa, _LEAST_POWER)),)
        return block[0], block[1]

    def azimuths(self, azimuth_deg: F64) -> tuple[F64, ...]:
        """The azimuth of each place."""
        if self._gains is None:
            return (azimuth_deg,)
        aside_deg = _aside(azimuth_deg, self._half_deg)
        return azimuth_deg - aside_deg, azimuth_deg + aside_deg

    def gain(self, azimuth_deg: F64) -> F64 | float:
        """The factor for both that keeps the power of the bus."""
        if self._gains is None:
            return 1.0
        turn_deg = azimuth_deg - 360.0 * np.floor(azimuth_deg / 360.0)
        return np.asarray(np.interp(turn_deg, np.arange(361.0), self._gains))


def _aside(azimuth_deg: F64, half_deg: float) -> F64:
    """Half the angle between the channels: less near an ear; behind the head the other way round."""
    to_ear_deg = np.degrees(np.arcsin(np.clip(np.cos(np.radians(azimuth_deg)), -1.0, 1.0)))
    return np.asarray(np.clip(to_ear_deg, -half_deg, half_deg))


def _gains(kappa: float, half_deg: float, sample_rate_hz: int) -> F64:
    """1/√(2(1 + κC)) at each whole degree, C being how alike both channels reach the ears."""
    hz, weights = pink_weights(sample_rate_hz)
    azimuth_deg = np.arange(361.0)
    aside_deg = _aside(azimuth_deg, half_deg)
    left, right = (np.sin(np.radians(azimuth_deg + sign * aside_deg)) for sign in (-1.0, 1.0))
    alike = np.zeros(361)
    power = np.zeros((2, 361))
    for side in (-1.0, 1.0):
        heard_left, heard_right = (_response(side * towards, hz) for towards in (left, right))
        alike += np.sum(weights * (heard_left * heard_right.conj()).real, axis=1)
        for sum_, heard in zip(power, (heard_left, heard_right), strict=True):
            sum_ += np.sum(weights * np.abs(heard) ** 2, axis=1)
    likeness = alike / np.sqrt(power[0] * power[1])
    gains: F64 = 1.0 / np.sqrt(2.0 * np.maximum(1.0 + kappa * likeness, _LEAST_POWER))
    return gains


def _response(towards: F64, hz: F64) -> NDArray[np.complex128]:
    """The frequency response at one ear, (places, frequencies)."""
    s = 2j * np.pi * hz
    beta = brightness(towards)[:, None]
    shaded = beta + (1.0 - beta) / (1.0 + s / SHADOW_POLE_RAD_S)
    return np.asarray(shaded * np.exp(-s * lateness_s(towards)[:, None]), np.complex128)
