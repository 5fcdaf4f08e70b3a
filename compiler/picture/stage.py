"""The stage before the picture: the lights of notes, each where its note is heard.

Across by its ear, up by its pitch, from the lowest to the highest of its part. Where nothing places a part
between the ears, the parts stand side by side, and the notes of each from left to right as on a keyboard.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...dsl.model.visuals import Light
from ...store.values.array_types import F32, F64
from ..notes.casting import VisualNote
from ..notes.durations import Durations
from ..plan import LIGHT_SHAPES
from ..recent import recent
from ..score.part_note import PartNote
from ..time.clock import Clock
from .post import Shown

REACH = 5.0
"""The length of a light in decay times."""
FAINTEST = 0.02
LIGHTS_MOST = 12
"""The most lights in a frame; of more, the strongest are shown."""
ACROSS, UP = 0.9, 0.78
"""The largest distance of a light from the middle, as shares of the half width and the half height."""
SEATED = 1.3
"""The width, of two half widths, over which parts without a place are spread."""
RING_SPEED = 1.0
"""A ring has grown to 1 - 1/e of its size after one of its decays."""


def stage_lights(
    notes: Sequence[PartNote],
    shown: Sequence[VisualNote],
    ears: F64,
    clock: Clock,
    layers: Sequence[Shown],
) -> F32 | None:
    """The lights of all frames, as PicturePlan.lights; None if there are none.

    shown    the same notes as the picture sees them
    ears     float64 (notes,), -1..1; NaN where nothing places a note
    layers   the time of the piece that each frame shows, in layers
    """
    struck = _struck(notes, shown, clock)
    across, up = _places(notes, ears)
    rows: list[F64] = []
    for number, (layer, share) in enumerate(zip(layers, _shares(layers), strict=True)):
        order = np.argsort(layer.times_s, kind="stable")
        times_s = layer.times_s[order]
        for light, shape, which, strengths, onsets_s, decays_s in struck:
            first, last = times_s.searchsorted(onsets_s), times_s.searchsorted(onsets_s + REACH * decays_s)
            counts = last - first
            each = np.repeat(np.arange(which.size), counts)
            place = first[each] + np.arange(each.size) - np.repeat(np.cumsum(counts) - counts, counts)
            frames = order[place]
            since = (layer.times_s[frames] - onsets_s[each]) / decays_s[each]
            strength = strengths[each] * share[frames] * fading(since)
            mine = which[each]
            found = _rows(frames, shape, across[mine], up[mine], light, strength, since)
            rows.append(np.column_stack([found, mine, np.full(mine.size, number)]))
    if not rows:
        return None
    found = np.concatenate(rows)
    found = found[found[:, 5] >= FAINTEST]
    # By frame, the strongest first; of equals the first note, shape and layer.
    found = found[np.lexsort((found[:, 10], found[:, 1], found[:, 9], -found[:, 5], found[:, 0]))][:, :9]
    first = np.searchsorted(found[:, 0], found[:, 0])
    found = found[np.arange(len(found)) - first < LIGHTS_MOST]
    if not len(found):
        return None
    lights = np.asarray(found, np.float32)
    lights.flags.writeable = False
    return lights


Struck = tuple[Light, int, NDArray[np.intp], F64, F64, F64]
"""A light, the number of its shape, and the notes that strike it: indices, strengths, onsets and decays in
seconds."""


@recent(2)
def _struck(notes: Sequence[PartNote], shown: Sequence[VisualNote], clock: Clock) -> list[Struck]:
    """The lights that notes strike, and when."""
    lengths = Durations(clock)
    found: dict[tuple[Light, int], list[int]] = {}
    for i, note in enumerate(shown):
        for number, shape in enumerate(LIGHT_SHAPES):
            light: Light | None = getattr(note, shape)
            if light is not None and light.strength * note.velocity >= FAINTEST:
                found.setdefault((light, number), []).append(i)
    return [
        (
            light,
            number,
            np.array(which, np.intp),
            np.array([light.strength * shown[i].velocity for i in which]),
            np.array([float(shown[i].onset_s) for i in which]),
            np.array([max(lengths.seconds(notes[i], light.decay), 1e-3) for i in which]),
        )
        for (light, number), which in found.items()
    ]


def fading(since: F64) -> F64:
    """The remaining level of a light, by decay times since its onset: e^-since, lowered to end at 0."""
    fallen = np.exp(-REACH)
    return np.asarray((np.exp(-since) - fallen) / (1.0 - fallen)).clip(0.0)


def _rows(
    frames: NDArray[np.intp], number: int, x: F64, y: F64, light: Light, strength: F64, since: F64
) -> F64:
    found = np.empty((frames.size, 9))
    found[:, 0], found[:, 1], found[:, 2], found[:, 3] = frames, number, x, y
    grown = 1.0 - np.exp(-RING_SPEED * since) if LIGHT_SHAPES[number] == "ring" else 1.0
    found[:, 4] = light.size * grown
    found[:, 5] = strength
    found[:, 6:] = -1.0 if light.color is None else _linear(light.color)
    return np.round(found, 6)


def _linear(color: str) -> F64:
    """The linear light of a colour #RRGGBB, by the gamma of 2 with which the stage is lit."""
    return np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]) ** 2


def _shares(layers: Sequence[Shown]) -> list[F64]:
    """The visible share of each layer below those above it."""
    found: list[F64] = []
    free = np.ones_like(layers[0].share)
    for layer in reversed(layers):
        found.insert(0, free * layer.share)
        free = free * (1.0 - layer.share)
    return found


def _places(notes: Sequence[PartNote], ears: F64) -> tuple[F64, F64]:
    """The place of each note: across and up, -1..1."""
    pitches = np.array([float(entry.note.pitch) for entry in notes])
    parts = list(dict.fromkeys(entry.part for entry in notes))
    part = np.array([parts.index(entry.part) for entry in notes])
    height = np.zeros(len(notes))
    for k in range(len(parts)):
        mine = part == k
        low, high = pitches[mine].min(), pitches[mine].max()
        height[mine] = (pitches[mine] - low) / (high - low) * 2.0 - 1.0 if high > low else 0.0
    unplaced = np.unique(part[np.isnan(ears)])
    width = SEATED / max(len(unplaced), 1)
    homes = dict(zip(unplaced.tolist(), (np.arange(len(unplaced)) + 0.5) * width - SEATED / 2, strict=True))
    seats = np.array([homes.get(k, 0.0) for k in part.tolist()])
    across = np.where(np.isnan(ears), seats + 0.4 * width * height, ears)
    return ACROSS * across.clip(-1.0, 1.0), UP * height
