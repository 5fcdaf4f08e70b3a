"""The table of English words: each a vector of 96 whole numbers, and one for each of the 1000 classes.

All sums are of whole numbers, so that the answer is the same on every machine; ties go to the lower index.
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
from ..lazy_numpy import np
from ..notes.classes import imagenet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

SMOOTH_INVERSE = 1e-3
ZIPF = 0.09
"""The share of the most frequent word."""
BREEDS = range(151, 269)
"""Classes of dogs; to a table of words all abstract things are a little like one of them."""
BY_HEAD = 0.1
_FINE = 1 << 20
WORD_MOST = 100
"""More words than that of one text are not weighed."""
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """vectors int64 (words, 96) with the scale of each row, classes int64 (1000, 96)."""

    rows: dict[str, int]
    vectors: I64
    scales: tuple[float, ...]
    ranks: tuple[int, ...]
    classes: I64
    class_sizes: tuple[int, ...]
    """Squares of the lengths of the class vectors."""

    def row(self, word: str) -> int | None:
        """Where a word stands, or a plainer form of it: bells as bell, lovest as love."""
        return next((self.rows[form] for form in forms(word) if form in self.rows), None)

    def weight(self, row: int) -> float:
        """How much a word says: near 0 for the most frequent, near 1 for rare ones."""
        return SMOOTH_INVERSE / (SMOOTH_INVERSE + ZIPF / (self.ranks[row] + 1))

    def cosines(self, vector: I64) -> list[float]:
        """Similarity of a vector of whole numbers to each class."""
        size = int((vector * vector).sum())
        if size == 0:
            return [0.0] * len(self.class_sizes)
        products = (self.classes @ vector).tolist()
        length = sqrt(size)
        return [
            product / (length * sqrt(own)) for product, own in zip(products, self.class_sizes, strict=True)
        ]


@cache
def english() -> Table:
    """The table that comes with musicvis."""
    with zipfile.ZipFile(io.BytesIO(files(__package__).joinpath("en.zip").read_bytes())) as archive:
        words = archive.read("words.txt").decode().split("\n")
        vectors, scales, ranks, classes = (
            np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
            for name in ("vectors", "scales", "ranks", "classes")
        )
    wide = classes.astype(np.int64)
    return Table(
        {word: row for row, word in enumerate(words)},
        vectors.astype(np.int64),
        tuple(scales.astype(np.float64).tolist()),
        tuple(ranks.tolist()),
        wide,
        tuple((wide * wide).sum(1).tolist()),
    )


def forms(word: str) -> Sequence[str]:
    """A word and what may stand in the table for it, the likeliest first."""
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
    shares = [round(table.weight(row) * table.scales[row] * _FINE) for row in known]
    vector = sum(
        (share * table.vectors[row] for share, row in zip(shares, known, strict=True)),
        np.zeros(table.vectors.shape[1], np.int64),
    )
    return _best(table.cosines(vector), tokens(text), most)


@cache
def of_word(word: str) -> tuple[int, float] | None:
    """The class nearest to one word, and its cosine times how much the word says; None if it is unknown."""
    table = english()
    row = table.row(word)
    if row is None:
        return None
    index, cosine = _best(table.cosines(table.vectors[row]), [word], 1)[0]
    return index, cosine * table.weight(row)


def _best(cosines: Sequence[float], words: Sequence[str], most: int) -> list[tuple[int, float]]:
    """The nearest classes, by the cosines and by the names themselves.

    A word that is a whole name of a class means it. The last word of a name says what a thing is, the words
    before it only what kind of it: a grey wolf is a wolf, and a wolf spider is not.
    """
    meant = frozenset(form for word in words for form in forms(word)) | {" ".join(words)}
    scores = list(cosines)
    for index, names in enumerate(_names()):
        parts = [name.split() for name in names]
        if not meant.isdisjoint(names):
            scores[index] = 1.0
        elif any(part[-1] in meant for part in parts):
            scores[index] = min(1.0, scores[index] + BY_HEAD)
        elif index in BREEDS:
            scores[index] = 0.0
        elif any(word in meant for part in parts for word in part[:-1]):
            scores[index] -= BY_HEAD
    # The usual name of a class counts before what else it is called: a mouth organ is a harp, too.
    is_usual = [names[0] in meant for names in _names()]
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], not is_usual[i], i))[:most]
    return [(index, scores[index]) for index in order]


@cache
def _names() -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(" ".join(name.casefold().replace("-", " ").split()) for name in names)
        for names in imagenet().names[:IMAGENET_COUNT]
    )
