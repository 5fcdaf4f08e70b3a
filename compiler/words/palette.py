"""The classes that best fit the meaning of a whole text."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from ...dsl.findings.collector import Findings
from ...dsl.findings.span import Span
from .languages import language_names, language_of
from .meaning import LEAST
from .sung import word_key

CLASSES = 12
WORDS_TOLD = 3
_APART = re.compile(r"[\s\u2013\u2014/_]+")


@dataclass(slots=True)
class Meant:
    """A class, the words of the text that mean it, and the sum of their figures."""

    index: int
    words: list[str] = field(default_factory=list)
    score: float = 0.0


def palette(text: str, span: Span, findings: Findings, sung: Collection[str] = ()) -> list[Meant]:
    """At most twelve classes, the one that the text means most first.

    The figures of all words are summed, each as often as it is there; words that are near enough to a
    class count before all others. A text that means nothing is an error, one without a word of the song a
    warning.

    sung  the words of the song, as they are compared
    """
    keys = [key for part in _APART.split(text.removeprefix("\ufeff")) if (key := word_key(part))]
    language = language_of(keys)
    strong: dict[int, Meant] = {}
    weak: dict[int, Meant] = {}
    for key in keys:
        best = None if language is None else language.of_word(key)
        if best is None:
            continue
        index, score = best
        meant = (strong if score >= LEAST else weak).setdefault(index, Meant(index))
        meant.score += score
        if key not in meant.words and len(meant.words) < WORDS_TOLD:
            meant.words.append(key)
    if not strong and not weak:
        message = f"no word of {span.file} has a meaning here: there are tables for {language_names()}"
        hint = "give a text in one of these languages, or leave --classes-from out"
        findings.error("MV653", span, message, hint)
        return []
    if sung and not set(sung) & set(keys):
        message = f"no word of {span.file} is sung in the song"
        hint = "check that it is the text of this song; its classes are written all the same"
        findings.warn("MV654", span, message, hint)
    ranked = [*_ordered(strong.values()), *_ordered(m for m in weak.values() if m.index not in strong)]
    return ranked[:CLASSES]


def _ordered(meant: Iterable[Meant]) -> list[Meant]:
    return sorted(meant, key=lambda entry: (-entry.score, entry.index))
