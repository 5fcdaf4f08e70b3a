"""Effects: a chain's plugins over a stream of blocks, their parameters moved by lanes.

Gain, tremolo and sox's reverb are ours and move with every sample; the others are hosted.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from ....compiler.plan import EffectPlan
from ....dsl.model.plugins import VST3, Plugin, plugin
from ....store.values.array_types import F64
from ..block import times_of
from .freeverb import Freeverb, Room
from .pedalboard_host import through_hosted, through_vst3


def through_chain(
    blocks: Iterable[F64], chain: tuple[EffectPlan, ...], sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    """The stream through each effect: blocks (2, BLOCK) in and out, sample_count samples, n in place n.

    Raises ValueError for a plugin or a parameter that the table of plugins does not have: the compiler let
    it pass.
    """
    stream = iter(blocks)
    for effect in chain:
        if effect.plugin == VST3:
            stream = through_vst3(stream, effect, sample_count, sample_rate_hz)
            continue
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
        elif known.name == "reverb_sox":
            stream = _roomy(stream, effect, known, sample_rate_hz)
        else:
            stream = through_hosted(stream, effect, known, sample_count, sample_rate_hz)
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
        # +1 around phase 0, -1 around 1/2; the edges are at 1/4 and 3/4.
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
            # Summed one after the other from the first sample on, so that no block boundary is heard in it.
            sums = np.cumsum(np.concatenate([[cycles], moving["rate"].values(times_s)]))
            phase = sums[:-1] / sample_rate_hz
            cycles = float(sums[-1])
        else:
            phase = constants["rate"] * times_s
        yield block * tremolo_gain(phase, depth, shape)
        first += count


def _roomy(blocks: Iterator[F64], effect: EffectPlan, known: Plugin, sample_rate_hz: int) -> Iterator[F64]:
    constants = {p.name: p.default for p in known.parameters} | dict(effect.constants)
    moving = dict(effect.automation)
    room = Room(
        constants["reverberance"],
        constants["damping"],
        constants["room_scale"],
        constants["stereo_depth"],
        constants["pre_delay"],
    )
    reverb = Freeverb(room, sample_rate_hz)
    first = 0
    for block in blocks:
        times_s = times_of(first, block.shape[1], sample_rate_hz)
        dry = moving["dry"].values(times_s) if "dry" in moving else constants["dry"]
        wet_db = moving["wet_gain"].values(times_s) if "wet_gain" in moving else constants["wet_gain"]
        yield dry * block + 10.0 ** (wet_db / 20.0) * reverb.wet(block)
        first += block.shape[1]
