"""The table of English words: each a vector of 96 whole numbers, and one for each of the 1000 classes.

All sums are of whole numbers below 2^53, which float64 holds exactly, so that the answer is the same on every
machine; ties go to the lower index.
The mean of several words weighs rare ones more: a / (a + p), Arora, Liang and Ma, "A Simple but Tough-to-Beat
Baseline for Sentence Embeddings" (2017); p by Zipf's law from the rank of the word.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import TYPE_CHECKING

from ...dsl.values.subjects import IMAGENET_COUNT
from ..classes.table import imagenet
from ..lazy_numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...store.values.array_types import F64


SMOOTH_INVERSE = 1e-3
ZIPF = 0.09
"""The share of the most frequent word."""
BREEDS = range(151, 269)
"""Classes of dogs; to a table of words all abstract things are a little like one of them."""
BY_HEAD = 0.1
_MISLEADING = """
light heart star sweet sweeting beauty wing bank bower fold bind start stare soar
white black blue green red yellow purple grey gray brown
"""
MISLEADING = frozenset(_MISLEADING.split())
"""Words of many songs whose nearest class shows something else: a lighter, a chest of drawers, an orange.

They show nothing by themselves; in a text with other words (`ranked`) they count.
"""
_FINE = 1 << 20
WORD_MOST = 100
"""More words than that of one text are not weighed."""
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """vectors int8 (words, 96) with the scale of each row, classes float64 (1000, 96): whole numbers."""

    rows: dict[str, int]
    vectors: NDArray[np.int8]
    scales: F64
    ranks: NDArray[np.uint16]
    classes: F64
    class_lengths: F64

    def row(self, word: str) -> int | None:
        """The row of a word or of its plainer form: bells as bell, lovest as love."""
        return next((self.rows[form] for form in forms(word) if form in self.rows), None)

    def weight(self, row: int) -> float:
        """The informative weight of a word: near 0 for the most frequent, near 1 for rare ones."""
        return SMOOTH_INVERSE / (SMOOTH_INVERSE + ZIPF / (int(self.ranks[row]) + 1))

    def cosines(self, vector: F64) -> F64:
        """Similarity of a vector of whole numbers to each class: (1000,)."""
        size = float(vector @ vector)
        if size == 0:
            return np.zeros(len(self.classes))
        return np.asarray((self.classes @ vector) / (sqrt(size) * self.class_lengths))


@cache
def english() -> Table:
    """The table that comes with musicvis."""
    with zipfile.ZipFile(io.BytesIO(files(__package__).joinpath("en.zip").read_bytes())) as archive:
        words = archive.read("words.txt").decode().split("\n")
        vectors, scales, ranks, classes = (
            np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
            for name in ("vectors", "scales", "ranks", "classes")
        )
    wide = classes.astype(np.float64)
    return Table(
        {word: row for row, word in enumerate(words)},
        vectors,
        scales.astype(np.float64),
        ranks,
        wide,
        np.sqrt((wide * wide).sum(1)),
    )


@cache
def forms(word: str) -> Sequence[str]:
    """A word and what may be in the table for it, the likeliest first."""
    bare = word.replace("'", "")
    found = [word, bare, word.replace("o'er", "over"), word.replace("e'er", "ever")]
    for ending, instead in (
        ("'s", ""),
        ("ies", "y"),
        ("ves", "f"),
        ("es", ""),
        ("s", ""),
        ("ing", ""),
        ("ing", "e"),
        ("ied", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("eth", ""),
        ("eth", "e"),
        ("est", ""),
        ("est", "e"),
        ("'d", "ed"),
        ("'st", ""),
        ("'n", "en"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found.append(word.removesuffix(ending) + instead)
    return tuple(dict.fromkeys(found))


def tokens(text: str) -> list[str]:
    """The words of a text as the table has them."""
    return _TOKEN.findall(text.casefold().replace("\u2019", "'"))


def ranked(text: str, most: int) -> list[tuple[int, float]]:
    """The classes nearest to a text with their cosines, the nearest first; none where no word is known."""
    table = english()
    known = [row for word in tokens(text)[:WORD_MOST] if (row := table.row(word)) is not None]
    if not known:
        return []
    shares = np.array(
        [round(table.weight(row) * float(table.scales[row]) * _FINE) for row in known], np.float64
    )
    vector = shares @ table.vectors[known].astype(np.float64)
    return _best(table.cosines(vector), tokens(text), most)


@cache
def of_word(word: str) -> tuple[int, float] | None:
    """The class nearest to one word, with its cosine times the word's weight; None for an unknown word."""
    table = english()
    row = table.row(word)
    if row is None:
        return None
    index, cosine = _best(table.cosines(table.vectors[row].astype(np.float64)), [word], 1)[0]
    if index < IMAGENET_COUNT and not MISLEADING.isdisjoint(forms(word)):
        return None
    return index, cosine * table.weight(row)


def _best(cosines: F64, words: Sequence[str], most: int) -> list[tuple[int, float]]:
    """The nearest classes, by the cosines and by the names themselves.

    A word that is a whole name of a class means it. The last word of a name says what a thing is, the words
    before it only what kind of it: a grey wolf is a wolf, and a wolf spider is not.
    """
    meant = frozenset(form for word in words for form in forms(word)) | {" ".join(words)}
    whole, heads, kinds, usual = (
        {index for word in meant for index in by_word.get(word, ())} for by_word in _names()
    )
    # The subjects beside ImageNet's have names alone.
    scores = np.zeros(len(imagenet().names))
    scores[:IMAGENET_COUNT] = cosines
    scores[list(kinds)] -= BY_HEAD
    # Dogs only match a text that mentions them.
    scores[BREEDS.start : BREEDS.stop] = 0.0
    heads = heads - whole
    near_heads = [index for index in heads if index < IMAGENET_COUNT]
    scores[near_heads] = np.minimum(1.0, cosines[near_heads] + BY_HEAD)
    scores[list(whole)] = 1.0
    # The usual name of a class counts before what else it is called: a mouth organ is a harp, too. So does a
    # subject of our own: those are what songs are about.
    usual = usual | {index for index in whole if index >= IMAGENET_COUNT}
    near = np.flatnonzero(scores >= np.partition(scores, -most)[-most]).tolist()
    order = sorted(near, key=lambda i: (-scores[i], i not in usual, i))[:most]
    return [(index, float(scores[index])) for index in order]


@cache
def _names() -> tuple[dict[str, tuple[int, ...]], ...]:
    """The classes by whole names, by the last words of these, by the words before them, by usual names."""
    found: tuple[dict[str, tuple[int, ...]], ...] = ({}, {}, {}, {})
    for index, names in enumerate(imagenet().names):
        for number, name in enumerate(names):
            plain = " ".join(name.casefold().replace("-", " ").split())
            *before, last = plain.split()
            words = ([plain], [last], before, [plain] if number == 0 else [])
            for by_word, each in zip(found, words, strict=True):
                for word in each:
                    by_word[word] = (*by_word.get(word, ()), index)
    return found
