"""Freeverb as the program sox builds it: eight combs in a row of four all-passes for each side.

Jezar's public-domain reverb with sox 14.4.2's mapping of its parameters (its manual, and measurement):

    a = -1/ln(1 - 0.3),  b = 100/(a·ln(1 - 0.98) + 1)
    feedback = 1 - exp((reverberance - b)/(a·b)),  damping = 0.3·d + 0.2,  input gain 0.015·wet
    lengths of the combs times 0.9·scale + 0.1, of the right tank longer and shorter by 12 in turns, all in
    samples at 44.1 kHz

Both channels feed both tanks, and a channel's room is half of what its tank gives for each. What a room rings
after the end of its input is kept, where sox cuts it.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np

from ....store.values.array_types import F64

_COMBS = (1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617)
_ALL_PASSES = (225, 341, 441, 556)
_SPREAD = 12.0
_INPUT_GAIN = 0.015


@dataclass(frozen=True, slots=True)
class Room:
    """The parameters as sox's command line takes them, shares in place of percent."""

    reverberance: float = 0.5
    damping: float = 0.5
    room_scale: float = 1.0
    stereo_depth: float = 1.0
    pre_delay_s: float = 0.0

    @property
    def feedback(self) -> float:
        """The feedback gain of a comb filter."""
        a = -1.0 / log(1.0 - 0.3)
        b = 100.0 / (log(1.0 - 0.98) * a + 1.0)
        return 1.0 - exp((100.0 * self.reverberance - b) / (a * b))


class Freeverb:
    """A stereo room that holds its state from block to block; blocks may have any size."""

    def __init__(self, room: Room, sample_rate_hz: int) -> None:
        self._is_joined = room.stereo_depth > 0.0
        sides = (0.0, room.stereo_depth) if self._is_joined else (0.0, 0.0)
        self._tanks = [_Tank(room, side * _SPREAD, sample_rate_hz) for side in sides]
        self._delayed = np.zeros((2, round(room.pre_delay_s * sample_rate_hz)))

    def wet(self, block: F64) -> F64:
        """The reverberation of the next samples, (2, n), without the direct sound."""
        delayed = np.concatenate([self._delayed, block], axis=1)
        self._delayed = delayed[:, block.shape[1] :]
        fed = _INPUT_GAIN * delayed[:, : block.shape[1]]
        if self._is_joined:
            # The tanks are linear, so that one run of the sum gives the sum of two runs.
            both = 0.5 * (fed[0] + fed[1])
            return np.stack([tank.run(both) for tank in self._tanks])
        return np.stack([tank.run(channel) for tank, channel in zip(self._tanks, fed, strict=True)])


class _Tank:
    """The combs beside each other and the all-passes behind them, of one side."""

    def __init__(self, room: Room, offset: float, sample_rate_hz: int) -> None:
        ratio = sample_rate_hz / 44_100.0
        scale = 0.9 * room.room_scale + 0.1
        signs = [1.0 if k % 2 == 0 else -1.0 for k in range(len(_COMBS) + len(_ALL_PASSES))]
        combs, passes = signs[: len(_COMBS)], signs[len(_COMBS) :]
        lengths = [
            int(scale * ratio * (length + sign * offset) + 0.5)
            for length, sign in zip(_COMBS, combs, strict=True)
        ]
        self._feedback = room.feedback
        self._damping = 0.3 * room.damping + 0.2
        self._combs = [np.zeros(length) for length in lengths]
        self._low = np.zeros((len(lengths), 1))
        self._all_passes = [
            np.zeros(int(ratio * (length + sign * offset) + 0.5))
            for length, sign in zip(_ALL_PASSES, passes, strict=True)
        ]

    def run(self, samples: F64) -> F64:
        """The next samples (n,), through the tank."""
        out = self._through_combs(samples)
        for k, held in enumerate(self._all_passes):
            out, self._all_passes[k] = _all_passed(out, held)
        return out

    def _through_combs(self, samples: F64) -> F64:
        """All combs at once, in runs as long as the shortest of them, so that none meets its own output."""
        from scipy.signal import lfilter

        count = len(samples)
        lines = [np.concatenate([held, np.zeros(count)]) for held in self._combs]
        lengths = [len(held) for held in self._combs]
        out = np.zeros(count)
        low_pass = [1.0 - self._damping], [1.0, -self._damping]
        step = min(lengths)
        for first in range(0, count, step):
            end = min(first + step, count)
            leaving = np.stack([line[first:end] for line in lines])
            low, self._low = lfilter(*low_pass, leaving, axis=1, zi=self._low)
            out[first:end] = leaving.sum(axis=0)
            entering = samples[first:end] + self._feedback * low
            for line, length, row in zip(lines, lengths, entering, strict=True):
                line[first + length : end + length] = row
        self._combs = [line[count:] for line in lines]
        return out


def _all_passed(samples: F64, held: F64) -> tuple[F64, F64]:
    """y = w[n - D] - x, w = x + w[n - D]/2; `held` are the last D values of w. Returns y and what to hold."""
    from scipy.signal import lfilter

    count, delay = len(samples), len(held)
    # A filter along the columns of rows of D samples sees each sample D later.
    rows = -(-count // delay)
    table = np.concatenate([samples, np.zeros(rows * delay - count)]).reshape(rows, delay)
    entering = lfilter([1.0], [1.0, -0.5], table, axis=0, zi=0.5 * held[None, :])[0]
    line = np.concatenate([held, entering.reshape(-1)[:count]])
    out: F64 = line[:count] - samples
    return out, line[count:]
