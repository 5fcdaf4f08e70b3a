"""Hosted plugins: pedalboard's own and VST3, under the rules that measuring pedalboard gave.

One instance per chain, float32, one block size for ever, never a reset; the tail and the latency are fetched
with silence, and parameters are set between short blocks where a lane moves them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ....compiler.plan import Curve, EffectPlan
from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.model.plugins import Plugin
from ....store.values.array_types import F64
from ..block import BLOCK, reblocked

# Samples between two settings of a moved parameter. Filters step audibly: 32 keeps a sweep's spurs below
# -78 dBc. JUCE smooths the others itself: 256 gives -118 dBc for a reverb. What a VST3 does is not known.
_FILTER_STEP = 32
_STEP = 256
_VST3_STEP = 64
_FILTERS = ("highpass", "lowpass", "lowshelf", "highshelf", "peak")

# Silent blocks given to a plugin that still owes samples, before we call it broken.
_MAX_FLUSH_BLOCKS = 64

Moving = list[tuple[str, float, Curve]]
"""Attributes of a plugin that move: name, factor from our unit to its own, and our curve."""


def through_hosted(
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
    step = BLOCK if not moving else _FILTER_STEP if known.name in _FILTERS else _STEP
    return through_plugin(hosted, blocks, moving, step, sample_count, sample_rate_hz)


def through_vst3(
    blocks: Iterator[F64], effect: EffectPlan, sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    """A VST3 plugin, its code trusted by whoever compiles; raises PieceError where it cannot be used."""
    if effect.file is None:
        raise ValueError(f"the plugin {effect.label} has no file: the compiler let it pass")
    hosted = _loaded(effect.file, effect.preset)
    known = sorted(hosted.parameters)
    for name, value in (*effect.settings, *effect.constants):
        if name not in known:
            hint = f"its parameters are {', '.join(known[:40])}"
            raise _fault(effect.file, f"{effect.file.name} has no parameter {name}", hint)
        try:
            setattr(hosted, name, value)
        except (TypeError, ValueError) as error:
            raise _fault(
                effect.file, f"{effect.file.name} does not take {name}: {value} ({error})"
            ) from error
    moving = [(name, 1.0, curve) for name, curve in effect.automation]
    step = _VST3_STEP if moving else BLOCK
    return through_plugin(hosted, blocks, moving, step, sample_count, sample_rate_hz)


def through_plugin(
    hosted: Any, blocks: Iterator[F64], moving: Moving, step: int, sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    """A stream through anything that has pedalboard's `process`: sample n in place n, sample_count in all.

    A plugin that returns fewer samples than it was given has a latency; silence brings out the rest, and
    because what it returns begins with sample 0, nothing is shifted.
    """
    out = _run(hosted, reblocked(blocks, sample_count), moving, step, sample_count, sample_rate_hz)
    return reblocked(out, sample_count)


def _run(
    hosted: Any, blocks: Iterator[F64], moving: Moving, step: int, sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    # All blocks of a run have one size, as a larger one later would drop the plugin's state.
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
                if k == 0 or values[k] != values[k - 1]:
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
    raise RuntimeError(f"{type(hosted).__name__} swallowed {sample_count - given} samples for good")


def _loaded(file: Path, preset: Path | None) -> Any:
    import pedalboard

    host: Any = pedalboard
    try:
        hosted = host.load_plugin(str(file))
        if preset is not None:
            hosted.load_preset(str(preset))
    except (ImportError, ValueError, RuntimeError, OSError) as error:
        hint = "a plugin for another system or processor cannot be loaded; try it in another program"
        raise _fault(file, f"{file.name} cannot be used: {error}", hint) from error
    if not hosted.is_effect:
        raise _fault(file, f"{file.name} is an instrument, not an effect", "name an effect")
    return hosted


def _fault(file: Path, message: str, hint: str = "") -> PieceError:
    return PieceError([Diagnostic("MV507", Span(str(file)), message, hint)])
