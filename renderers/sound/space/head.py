"""Head: a sphere with an ear on each side, after Brown and Duda: how late and how shaded each of them hears.

The head shadow H(s) = (1 + αs/2ω0)/(1 + s/2ω0) is divided by itself at 90° from the ear's axis, so that what
comes from the front passes unchanged, and written with a filter that stands still:

    H/H_front = β + (1 − β)·LP,   β = α/α_front,   LP = 1/(1 + s·α_front/2ω0)

so that a moving source moves only β: nothing recursive varies in time, and nothing clicks.
C. P. Brown and R. O. Duda, A Structural Model for Binaural Sound Synthesis, IEEE Trans. SAP 6(5), 1998; the
delay is Woodworth's (1938).
"""

from dataclasses import dataclass

import numpy as np

from ....store.values.array_types import F64
from .pink_weights import pink_weights

RADIUS_M = 0.0875
SOUND_M_S = 343.2
TRAVEL_S = RADIUS_M / SOUND_M_S
"""The time in which sound travels one head radius."""
ALPHA_MIN = 0.1
THETA_MIN = np.radians(150.0)
"""The darkest place is not straight behind the head, where the waves meet again."""

# Pinna shadow of sound from behind: the pole and the depth that TASCAR fitted to KEMAR.
REAR_POLE_RAD_S = 22_400.0
REAR_DEPTH = 0.61


def alpha(theta: F64) -> F64:
    """α(θ): the brightness of an ear whose axis is θ (radians, 0..π) away from the source."""
    return np.asarray((1.0 + ALPHA_MIN / 2.0) + (1.0 - ALPHA_MIN / 2.0) * np.cos(theta * (np.pi / THETA_MIN)))


ALPHA_FRONT = float(alpha(np.array([np.pi / 2.0]))[0])
SHADOW_POLE_RAD_S = 2.0 * (SOUND_M_S / RADIUS_M) / ALPHA_FRONT
"""1650 Hz."""


def brightness(towards: F64) -> F64:
    """β for the cosine of the angle between ear and source: 1 in the median plane, 2.64 at the ear."""
    return alpha(np.arccos(towards)) / ALPHA_FRONT


def lateness_s(towards: F64) -> F64:
    """τ: how much later than the head's centre an ear hears, by the cosine of the angle: −a/c .. a/c·π/2."""
    return TRAVEL_S * np.where(towards >= 0.0, -towards, np.arcsin(np.maximum(-towards, 0.0)))


def rear_brightness(azimuth_deg: F64, level: F64 | float) -> F64:
    """α_F of the second shadow: 1 in front of the ears, 0.39 straight behind; `level` is cos(elevation)."""
    behind = np.maximum(-np.cos(np.radians(azimuth_deg)), 0.0)
    # |az| − 90° from the cosine of the azimuth; straight up there is no behind.
    angle = np.arcsin(np.minimum(behind, 1.0))
    return 1.0 - REAR_DEPTH * level * (0.5 - 0.5 * np.cos(2.0 * angle))


def low_share_of(sample_rate_hz: int, *poles_rad_s: float) -> float:
    """B: the share of the power of pink noise, as loudness hears it, that 1/(1 + s/pole) leaves."""
    hz, weights = pink_weights(sample_rate_hz)
    for pole_rad_s in poles_rad_s:
        weights = weights / (1.0 + (2.0 * np.pi * hz / pole_rad_s) ** 2)
    return float(np.sum(weights))


@dataclass(slots=True)
class LowPass:
    """1/(1 + s/pole) by the bilinear transform, over a stream."""

    gain: float
    """b0 = b1."""
    feedback: float
    """−a1."""
    state: float = 0.0

    @classmethod
    def at(cls, pole_rad_s: float, sample_rate_hz: int) -> "LowPass":
        """The filter with that pole."""
        k = 2.0 * sample_rate_hz / pole_rad_s
        return cls(1.0 / (1.0 + k), (k - 1.0) / (k + 1.0))

    @classmethod
    def of_shadow(cls, sample_rate_hz: int) -> "LowPass":
        """LP of the head shadow."""
        return cls.at(SHADOW_POLE_RAD_S, sample_rate_hz)

    def filtered(self, samples: F64) -> F64:
        """The next samples, (n,)."""
        from scipy.signal import lfilter

        out, state = lfilter(
            [self.gain, self.gain], [1.0, -self.feedback], samples, zi=np.array([self.state])
        )
        self.state = float(state[0])
        return np.asarray(out, np.float64)
