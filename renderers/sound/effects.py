"""Effects: a chain's plugins over a stream of blocks, their parameters moved by lanes.

Gain and tremolo are ours and move with every sample. The others are pedalboard's, under the rules that
measuring it gave: one instance per chain, float32, one block size for ever, never a reset, the tail and the
latency fetched with silence, and parameters set between short blocks where a lane moves them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import Curve, EffectPlan
from ...dsl.plugins import Plugin, plugin
from .block import BLOCK, reblocked, times_of

F64 = NDArray[np.float64]

# Samples between two settings of a moved parameter. Filters step audibly: 32 keeps a sweep's spurs below
# -78 dBc. JUCE smooths the others itself: 256 gives -118 dBc for a reverb.
_FILTER_STEP = 32
_STEP = 256
_FILTERS = ("highpass", "lowpass", "lowshelf", "highshelf", "peak")

# Silent blocks given to a plugin that still owes samples, before we call it broken.
_MAX_FLUSH_BLOCKS = 64


def through_chain(
    blocks: Iterable[F64], chain: tuple[EffectPlan, ...], sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    """The stream through each effect: blocks (2, BLOCK) in and out, sample_count samples, n in place n.

    Raises ValueError for a plugin or a parameter that the table of plugins does not have: the compiler let
    it pass.
    """
    stream = iter(blocks)
    for effect in chain:
        known = plugin(effect.plugin)
        if known is None:
            raise ValueError(f"no plugin is called {effect.plugin!r}")
        for name in [name for name, _ in effect.constants] + [name for name, _ in effect.automation]:
            if known.parameter(name) is None:
                raise ValueError(f"the plugin {effect.plugin} has no parameter {name!r}")
        if known.name == "gain":
            stream = _gained(stream, effect, sample_rate_hz)
        elif known.name == "tremolo":
            stream = _trembling(stream, effect, known, sample_rate_hz)
        else:
            stream = _hosted(stream, effect, known, sample_count, sample_rate_hz)
    return stream


def tremolo_gain(phase: F64, depth: F64 | float, shape: str = "sine") -> F64:
    """g = 1 - d/2 + d/2·wave(phase), phase in cycles, wave(0) = 1: sox's `tremolo` for a sine.

    triangle falls and rises in straight lines; square is a square whose edges are quintics a tenth of a
    cycle long.
    """
    turn = phase - np.floor(phase)
    if shape == "sine":
        wave = np.cos(2.0 * np.pi * turn)
    elif shape == "triangle":
        wave = 4.0 * np.abs(turn - 0.5) - 1.0
    elif shape == "square":
        # +1 around phase 0, -1 around 1/2; the edges stand at 1/4 and 3/4.
        x = np.clip((np.abs(turn - 0.5) - 0.25) / 0.1 + 0.5, 0.0, 1.0)
        wave = 2.0 * (x * x * x * (x * (6.0 * x - 15.0) + 10.0)) - 1.0
    else:
        raise ValueError(f"no tremolo has the shape {shape!r}")
    gain: F64 = 1.0 - depth / 2.0 + depth / 2.0 * wave
    return gain


def _gained(blocks: Iterator[F64], effect: EffectPlan, sample_rate_hz: int) -> Iterator[F64]:
    moving = dict(effect.automation)
    constant = 10.0 ** (dict(effect.constants).get("gain", 0.0) / 20.0)
    first = 0
    for block in blocks:
        if "gain" in moving:
            times_s = times_of(first, block.shape[1], sample_rate_hz)
            yield block * 10.0 ** (moving["gain"].values(times_s) / 20.0)
        else:
            yield block * constant
        first += block.shape[1]


def _trembling(
    blocks: Iterator[F64], effect: EffectPlan, known: Plugin, sample_rate_hz: int
) -> Iterator[F64]:
    constants = {p.name: p.default for p in known.parameters} | dict(effect.constants)
    moving = dict(effect.automation)
    shapes = next(p.choices for p in known.parameters if p.name == "shape")
    shape = shapes[round(constants["shape"])]
    first = 0
    cycles = 0.0
    for block in blocks:
        count = block.shape[1]
        times_s = times_of(first, count, sample_rate_hz)
        depth: F64 | float = moving["depth"].values(times_s) if "depth" in moving else constants["depth"]
        if "rate" in moving:
            # A rate that moves is integrated; the phase at the first sample is 0 whatever the rate there.
            steps = np.cumsum(moving["rate"].values(times_s)) / sample_rate_hz
            phase = cycles + np.concatenate([[0.0], steps[:-1]])
            cycles += float(steps[-1])
        else:
            phase = constants["rate"] * times_s
        yield block * tremolo_gain(phase, depth, shape)
        first += count


def _hosted(
    blocks: Iterator[F64], effect: EffectPlan, known: Plugin, sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    """A plugin of pedalboard. What it swallows at the start as latency it gives back at the end."""
    import pedalboard

    hosted: Any = getattr(pedalboard, known.pedalboard_class)()
    constants = {p.name: p.default for p in known.parameters} | dict(effect.constants)
    scales = {p.name: (p.attribute, p.attribute_scale) for p in known.parameters}
    for name, value in constants.items():
        attribute, scale = scales[name]
        setattr(hosted, attribute, value * scale)
    moving = [(*scales[name], curve) for name, curve in effect.automation]
    return reblocked(
        _run(hosted, reblocked(blocks, sample_count), moving, known.name, sample_count, sample_rate_hz),
        sample_count,
    )


def _run(
    hosted: Any,
    blocks: Iterator[F64],
    moving: list[tuple[str, float, Curve]],
    name: str,
    sample_count: int,
    sample_rate_hz: int,
) -> Iterator[F64]:
    # All blocks of a run have one size, as a larger one later would drop the plugin's state.
    step = BLOCK if not moving else _FILTER_STEP if name in _FILTERS else _STEP
    fed = 0
    given = 0
    for block in blocks:
        # A short last block is filled up, so that silence after it can come in blocks of the same size.
        samples = np.ascontiguousarray(np.pad(block, ((0, 0), (0, -block.shape[1] % step))), np.float32)
        count = samples.shape[1]
        starts = range(0, count, step)
        # The value at a step's centre, for all steps of the block at once.
        centres_s = (fed + np.array(starts) + step / 2.0) / sample_rate_hz
        settings = [(attribute, scale * curve.values(centres_s)) for attribute, scale, curve in moving]
        out = []
        for k, start in enumerate(starts):
            for attribute, values in settings:
                setattr(hosted, attribute, float(values[k]))
            out.append(hosted.process(samples[:, start : start + step], sample_rate_hz, BLOCK, False))
        joined = np.concatenate(out, axis=1).astype(np.float64)
        fed += count
        given += joined.shape[1]
        yield joined
    for _ in range(_MAX_FLUSH_BLOCKS):
        if given >= sample_count:
            return
        silence = np.zeros((2, step), np.float32)
        owed = hosted.process(silence, sample_rate_hz, BLOCK, False).astype(np.float64)
        given += owed.shape[1]
        yield owed
    raise RuntimeError(f"{name} swallowed {sample_count - given} samples for good")
