"""The path of the noise vector in the generator's dimensions, pushed by notes, in closed form.

Nothing is stepped from frame to frame, so the path is the same for every frame rate, and a longer piece does
not change its beginning.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import exp

import numpy as np

from ...dsl.model.generators import LATENT_SIZE
from ...store.values.array_types import F32, F64
from ..lanes.curve import Curve
from ..notes.casting import VisualNote

NOISE_MOST = 2.0
SIGMA = 0.7
"""The noise is within NOISE_MOST·SIGMA·truncation: spread evenly there, its rms is about that of a normal
variable cut at ±2, the truncation of BigGAN's released weights."""

# Seen on the embedded generator: lively and still coherent at amount 0.5; rms steps of .002 to .03 a frame.
REST_SPEED = 0.12
"""Noise units per second and per unit of amount, while nothing sounds."""
KICK_SPEED = 6.336
"""Noise units per second and per unit of amount, right after a note of full velocity."""
KICK_TIME_S = 0.05
"""A note moves the picture at once, so that the next is seen too: with 180 ms, fewer onsets are."""
KICK_MOST = 1.5
"""Notes in quick succession add up to at most this many notes of full velocity."""
JITTER_KNOT = 0.5
"""The path length from one change of rate to the next."""
KNOT_BLOCK = 1024
FRAME_BLOCK = 8192

GAUSS_NODES, GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(12)


@dataclass(frozen=True, slots=True)
class Path:
    """The length of the noise path: from event i at times_s[i] on, lengths[i] plus what kicks[i] adds.

    A kick of speed k at time t0 has given k·τ·(1 − exp(−(t − t0)/τ)) by the time t, τ = KICK_TIME_S.
    """

    times_s: F64
    lengths: F64
    kicks: F64
    amount: Curve

    def length_at(self, times_s: F64) -> F64:
        """The path length at each time >= 0, shape (n,), seconds of the piece, any order."""
        resting = REST_SPEED * integral(self.amount, times_s)
        if not self.times_s.size:
            return resting
        i = self.times_s.searchsorted(times_s, "right") - 1
        since_s = np.maximum(times_s - self.times_s[i.clip(0)], 0.0)
        moved = self.lengths[i.clip(0)] + self.kicks[i.clip(0)] * KICK_TIME_S * -np.expm1(
            -since_s / KICK_TIME_S
        )
        return resting + np.where(i >= 0, moved, 0.0)


def path(notes: Sequence[VisualNote], amount: Curve) -> Path:
    """The path that notes push along: each by its velocity and kick, scaled by the motion at its onset."""
    groups: dict[Fraction, list[VisualNote]] = {}
    for note in notes:
        groups.setdefault(note.onset_s, []).append(note)
    onsets = sorted(groups)
    times_s = np.array([float(onset) for onset in onsets], np.float64)
    amounts = amount.values(times_s) if onsets else times_s
    lengths, kicks = np.zeros(len(onsets)), np.zeros(len(onsets))
    length = energy = speed = 0.0
    for i, onset in enumerate(onsets):
        if i:
            left = exp(-(times_s[i] - times_s[i - 1]) / KICK_TIME_S)
            length += speed * KICK_TIME_S * (1.0 - left)
            energy *= left
        together = groups[onset]
        pushed = energy + sum(note.velocity * note.kick for note in together)
        most = KICK_MOST * max(1.0, *(note.kick for note in together))
        energy = min(pushed, max(most, energy))
        speed = KICK_SPEED * float(amounts[i]) * energy
        lengths[i], kicks[i] = length, speed
    return Path(times_s, lengths, kicks, amount)


Jitter = Callable[[F64], F64]
"""The irregularity of the path, 0..1, at given lengths of it: a change takes effect at the next knot."""


def jitter_along(way: Path, jitter: Curve, begin_s: float, latest_s: float, before: float = 0.0) -> Jitter:
    """The jitter of a lane where a path is: at the time between begin_s and latest_s at which it gets there.

    before   the path's length at begin_s, from which its own lengths are counted
    """
    constant = jitter.constant
    if constant is not None:
        return lambda lengths: np.full(lengths.shape, constant)

    def at_lengths(lengths: F64) -> F64:
        low, high = np.full(lengths.shape, begin_s), np.full(lengths.shape, max(latest_s, begin_s))
        for _ in range(50):
            middle = (low + high) / 2
            is_short = way.length_at(middle) - before < lengths
            low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
        return jitter.values(high)

    return at_lengths


def noise_at(
    lengths: F64, jitter: Jitter, streams: str, most: float = NOISE_MOST, dimensions: int = LATENT_SIZE
) -> F32:
    """The noise at ascending path lengths s >= 0: float32 (n, dimensions), within ±most·SIGMA.

    Each dimension i runs along its own direction, x_i(s) = x_i(0) + d_i·∫(1 + jitter·g_i), with g_i a
    piecewise linear function in −1..1, and a triangle wave folds x_i into ±most. x(0), d and g are drawn from
    the random streams of that name.
    """
    start = stream(f"{streams}/start")
    first = start.standard_normal(dimensions).clip(-most, most)
    direction = start.choice((-1.0, 1.0), dimensions) * start.uniform(0.5, 1.0, dimensions) / SIGMA
    found = np.empty((lengths.size, dimensions), np.float32)
    for begin, travelled, rates in _knots(lengths[-1] if lengths.size else 0.0, jitter, streams, dimensions):
        low = int(lengths.searchsorted(begin * JITTER_KNOT))
        high = int(lengths.searchsorted((begin + KNOT_BLOCK) * JITTER_KNOT))
        for one in range(low, high, FRAME_BLOCK):
            two = min(one + FRAME_BLOCK, high)
            knot = (lengths[one:two] / JITTER_KNOT).astype(np.int64).clip(begin, begin + KNOT_BLOCK - 1)
            into = (lengths[one:two] - knot * JITTER_KNOT)[:, None]
            knot -= begin
            slope = (rates[knot + 1] - rates[knot]) / JITTER_KNOT
            distance = travelled[knot] + into * (rates[knot] + into * slope / 2)
            found[one:two] = SIGMA * triangle(first + direction * distance, most)
    return found


def _knots(longest: float, jitter: Jitter, streams: str, dimensions: int) -> Iterator[tuple[int, F64, F64]]:
    """Blocks of knots: the first one's number, the distance at each, and the rate there.

    Rows are drawn one after the other, so that more of them do not change the first.
    """
    drawing = stream(f"{streams}/jitter")
    rates = 1.0 + jitter(np.zeros(1))[:, None] * drawing.uniform(-1.0, 1.0, (1, dimensions))
    reached = np.zeros((1, dimensions))
    knot_count = int(longest / JITTER_KNOT) + 1
    for begin in range(0, knot_count, KNOT_BLOCK):
        knots = begin + np.arange(min(KNOT_BLOCK, knot_count - begin))
        # A knot has the lane's jitter at the knot before, so that later values change nothing.
        amplitude = jitter(np.asarray(knots * JITTER_KNOT, np.float64))[:, None]
        drawn = 1.0 + amplitude * drawing.uniform(-1.0, 1.0, (knots.size, dimensions))
        rates = np.concatenate([rates[-1:], drawn])
        steps = (rates[1:] + rates[:-1]) * (JITTER_KNOT / 2)
        travelled = np.concatenate([reached, reached + np.cumsum(steps, axis=0)])
        yield begin, travelled, rates
        reached = travelled[-1:]


def triangle(x: F64, most: float = NOISE_MOST) -> F64:
    """x folded into −most..most by reflection: x itself there, period 4·most."""
    return np.asarray(np.abs((x - most) % (4.0 * most) - 2.0 * most) - most)


def integral(curve: Curve, times_s: F64) -> F64:
    """The integral of a curve from 0 to each time >= 0, any order.

    Between the breakpoints of the curve its shapes are analytic, so that a Gauss rule of 12 nodes is exact to
    rounding.
    """
    constant = curve.constant
    if constant is not None:
        return constant * times_s
    inner = curve.breakpoints()
    edges = np.concatenate([[0.0], inner[inner > 0.0]])
    whole = np.concatenate([[0.0], np.cumsum(_gauss(curve, edges[:-1], edges[1:]))])
    i = (edges.searchsorted(times_s, "right") - 1).clip(0)
    return np.asarray(whole[i] + _gauss(curve, edges[i], times_s))


def _gauss(curve: Curve, start_s: F64, end_s: F64) -> F64:
    half = (end_s - start_s) / 2
    nodes = (start_s + half)[:, None] + half[:, None] * GAUSS_NODES
    return np.asarray(half * (curve.values(nodes.ravel()).reshape(nodes.shape) @ GAUSS_WEIGHTS))


def stream(name: str) -> np.random.Generator:
    """Random numbers that depend on a name alone."""
    digest = sha256(name.encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], np.uint64)))
