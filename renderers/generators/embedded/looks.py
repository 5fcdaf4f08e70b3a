"""The look of every class: its motif, its constants, its palette."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ....dsl.values.subjects import IMAGENET_COUNT, Subject, subject_count, subjects
from ...tensors import tensor_of
from .classes import CURATED, KIND_OF, PALETTE_OF
from .controls import GATE_FIELDS, spectrum_weights
from .grid import BASIS_SIZE
from .motifs.catalogue import MOTIFS, VOID, Motif
from .paints import PAINTS
from .palettes import ARCHETYPES, TABLE_SIZE, Stops, linear_srgb, palette_table
from .photographs import Photographs

VOID_CLASS = subject_count()
TRAITS = 8
GOLDEN = 0.6180339887
_BY_LETTER = {motif.letter: motif for motif in MOTIFS}
_BY_NAME = {motif.name: motif for motif in MOTIFS}


@dataclass(frozen=True, slots=True)
class _Look:
    motif: Motif
    stops: Stops
    traits: np.ndarray[tuple[int], np.dtype[np.float64]]
    gate: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    gate_mix: np.ndarray[tuple[int], np.dtype[np.float64]]


class Looks:
    """Constants of all classes, of the void after them, and of own pictures from VOID_CLASS + 1 on.

    Each class draws from a random stream of its own, so that a change to one never changes another.
    """

    def __init__(self, seed: int, device: torch.device, own: Photographs | None = None) -> None:
        looks = list(_painted_looks(seed))
        self._own = own
        if own is not None:
            looks += [_own_look(seed, own, place) for place in range(len(own.pictures))]

        def on_device(rows: list[object]) -> Tensor:
            return tensor_of(np.array(rows, dtype=np.float32), device)

        self.motifs = [look.motif for look in looks]
        self.traits = on_device([look.traits for look in looks])
        self.gates = on_device([look.gate.ravel() for look in looks])
        self.gate_mixes = on_device([look.gate_mix for look in looks])
        self.geometry = on_device([(m.warp, m.relief, m.gloss, m.spin) for m in self.motifs])
        self._stops = [look.stops for look in looks]
        self._palettes = torch.zeros(len(looks), TABLE_SIZE, 3, device=device)
        self.accents = torch.zeros(len(looks), 3, device=device)
        """Linear sRGB of each class's glow, of those that `palettes` was asked for."""
        self._painted: set[int] = set()
        self._lock = threading.Lock()

    def palettes(self, numbers: list[int]) -> Tensor:
        """Linear sRGB tables of all classes, of which the numbered ones (and the void's) are filled in.

        Shape (VOID_CLASS + 1 + own pictures, TABLE_SIZE, 3). A table takes a millisecond, so it is made when
        it is first asked for. Raises PieceError where an own picture cannot be used.
        """
        missing = {VOID_CLASS, *numbers} - self._painted
        if missing:
            with self._lock:
                for number in missing:
                    if number > VOID_CLASS:
                        self._learn(number)
                        continue
                    table = palette_table(self._stops[number]).astype(np.float32)
                    self._palettes[number] = tensor_of(table, self._palettes.device)
                    accent = linear_srgb(*self._stops[number][6]).astype(np.float32)
                    self.accents[number] = tensor_of(accent, self.accents.device)
                self._painted |= missing
        return self._palettes

    def _learn(self, number: int) -> None:
        """The colours of an own picture."""
        assert self._own is not None
        palette, accent = self._own.colours(number - VOID_CLASS - 1)
        self._palettes[number] = tensor_of(palette, self._palettes.device)
        self.accents[number] = tensor_of(accent, self.accents.device)


@lru_cache(maxsize=2)
def _painted_looks(seed: int) -> tuple[_Look, ...]:
    """The looks of all painted classes and the void: a quarter of a second, so the last seeds are kept."""
    hues = _hue_fan()
    return tuple(_look(seed, number, hues) for number in range(VOID_CLASS + 1))


def _own_look(seed: int, own: Photographs, place: int) -> _Look:
    """The look of an own picture; its borders follow from its bytes, wherever the piece names it."""
    stream = int(own.pictures[place].sha256[:12], 16)
    rng = np.random.Generator(np.random.PCG64([seed, 5000, stream]))
    traits = rng.random(TRAITS)
    gate = rng.standard_normal((BASIS_SIZE, BASIS_SIZE)) * spectrum_weights(1.6, 3)
    gate_mix = rng.standard_normal(GATE_FIELDS) * 0.35
    return _Look(own.motif(place), ARCHETYPES["a"], traits, gate, gate_mix)


def _look(seed: int, number: int, hues: list[float]) -> _Look:
    rng = np.random.Generator(np.random.PCG64([seed, _stream(number)]))
    traits = rng.random(TRAITS)
    gate = rng.standard_normal((BASIS_SIZE, BASIS_SIZE)) * spectrum_weights(1.6, 3)
    gate_mix = rng.standard_normal(GATE_FIELDS) * 0.35
    jitter = rng.random(12) * 2 - 1
    subject = subjects().get(number)
    if number in CURATED:
        curated = CURATED[number]
        for index, value in curated.traits:
            traits[index] = value
        return _Look(_BY_LETTER[curated.kind], curated.stops, traits, gate, gate_mix)
    if subject is not None:
        for index, value in subject.traits:
            traits[index] = value
        motif, stops = _BY_NAME[subject.motif], _drawn_stops(subject, hues[number], jitter)
        return _Look(motif, stops, traits, gate, gate_mix)
    letter, palette = (VOID, "a") if number == VOID_CLASS else (KIND_OF[number], PALETTE_OF[number])
    stops = _varied(ARCHETYPES[palette], hues[number], jitter)
    return _Look(_BY_LETTER[letter], stops, traits, gate, gate_mix)


def _stream(number: int) -> int:
    """The number of a class's random stream; the void has the one after ImageNet's classes."""
    if number == VOID_CLASS:
        return 1000 + IMAGENET_COUNT
    return 1000 + number if number < IMAGENET_COUNT else 2000 + number


def _drawn_stops(subject: Subject, hue: float, jitter: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Stops:
    """The colours of a drawn class: a third of the variation of a pattern's, since a thing has colours of its
    own.
    """
    palette = subject.palette or (subject.motif if subject.motif in PAINTS else PALETTE_OF[subject.index])
    if palette in ARCHETYPES:
        return _varied(ARCHETYPES[palette], hue, jitter)
    return _varied(PAINTS[palette], 0.0, jitter / 3)


def _varied(stops: Stops, hue: float, jitter: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Stops:
    """An archetype turned by hue and jittered: +-7 degrees, each stop +-9, chroma +-14 %, lightness
    +-0.035.
    """
    turn, strength, lift = hue + 7 * jitter[0], 1 + 0.14 * jitter[1], 0.035 * jitter[2]
    varied = [
        (lightness + lift * (1 - abs(2 * lightness - 1)), chroma * strength, angle + turn + 9 * jitter[4 + i])
        for i, (lightness, chroma, angle) in enumerate(stops)
    ]
    first, second, third, fourth, fifth, sixth, accent = varied
    return first, second, third, fourth, fifth, sixth, accent


def _hue_fan() -> list[float]:
    """Degrees by which each class is turned: those sharing motif and palette spread over +-20 by golden
    steps.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for number in range(IMAGENET_COUNT):
        groups.setdefault((KIND_OF[number], PALETTE_OF[number]), []).append(number)
    hues = [0.0] * (VOID_CLASS + 1)
    for group in groups.values():
        spread = 40 * min(1.0, (len(group) - 1) / 4)
        for rank, number in enumerate(group):
            hues[number] = ((rank * GOLDEN + 0.5) % 1 - 0.5) * spread
    return hues
