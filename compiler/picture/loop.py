"""The picture of a loop: its notes go round, and the path of its noise ends where it begins."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...dsl.values.units import ExactSeconds
from ...store.values.array_types import F32
from ..notes.casting import VisualNote
from ..plan import PicturePlan
from ..score.part_note import PartNote
from ..time.passage import Film

EARLIER_S = 12
"""The time for which notes from earlier rounds may still be visible."""
ROUNDS_MOST = 64
MEETING_S = 0.5
"""The time before its end at which a lane of the picture begins to return to its beginning."""


def going_round(
    entries: Sequence[PartNote], notes: Sequence[VisualNote], film: Film
) -> tuple[list[PartNote], list[VisualNote]]:
    """The notes that begin in the film, as they are played in the rounds before, this one and the next."""
    length_s = film.duration_s
    end_s = film.start_s + length_s
    own = [pair for pair in zip(entries, notes, strict=True) if film.start_s <= pair[1].onset_s < end_s]
    found: list[tuple[PartNote, VisualNote]] = []
    for k in range(-min(ceil(EARLIER_S / length_s), ROUNDS_MOST), 2):
        away_s = Fraction(k * length_s)
        found += [
            (entry, replace(note, onset_s=note.onset_s + away_s, end_s=note.end_s + away_s))
            for entry, note in own
        ]
    return [entry for entry, _ in found], [note for _, note in found]


def one_frame_more(film: Film) -> Film:
    """The film with the frame that its first one must be like."""
    return replace(film, end_s=ExactSeconds(film.end_s + 1 / film.fps))


def closed(picture: PicturePlan) -> PicturePlan:
    """The picture without its last frame, which its first one is like.

    The noise goes from its own path to the one that ends at its beginning, evenly through the film, at its
    own distance from the middle; what lanes say goes back in the last half second.
    """
    count = picture.frame_count - 1
    whole = _eased(np.arange(count) / count)
    meeting = max(1, min(round(MEETING_S * picture.fps), count // 4))
    end = _eased((np.arange(count) - (count - meeting)) / meeting)

    def met(rows: F32 | None, share: NDArray[np.float64]) -> Any:
        if rows is None:
            return None
        away = rows[0].astype(np.float64) - rows[-1]
        shares = share.reshape(-1, *[1] * (rows.ndim - 1))
        return (rows[:-1] + shares * away).astype(np.float32)

    noise = met(picture.noise, whole)
    lengths = np.linalg.norm(picture.noise.astype(np.float64), axis=1)
    wanted = lengths[:-1] + whole * (lengths[0] - lengths[-1])
    noise *= (wanted / np.maximum(np.linalg.norm(noise, axis=1), 1e-9))[:, None]
    reach = np.abs(picture.noise).max(initial=0.0)
    lights = picture.lights
    return replace(
        picture,
        noise=_still(noise.clip(-reach, reach)),
        class_weights=_still(met(picture.class_weights, end).clip(0.0, 1.0)),
        brightness=_still(picture.brightness[:-1]),
        truncation=_still(met(picture.truncation, end)),
        titles=tuple(title.cut(0, count) for title in picture.titles if title.first_frame < count),
        lights=None if lights is None else _still(lights[lights[:, 0] < count]),
        walk=None if picture.walk is None else picture.walk.cut(0, count),
        steering=picture.steering.each(lambda lane: met(lane, end)),
    )


def _eased(along: NDArray[np.float64]) -> NDArray[np.float64]:
    x = along.clip(0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))


def _still(rows: Any) -> Any:
    if rows is None:
        return None
    found = np.ascontiguousarray(rows, np.float32)
    found.flags.writeable = False
    return found
