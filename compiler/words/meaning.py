"""Classes by the meaning of words: what `like:` becomes, and what each word that is sung may show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ..notes.classes import imagenet
from ..notes.words import Sung, Word, listed
from .table import english, of_word, ranked

LEAST = 0.5
"""A word below that shows nothing of its own. With an earlier table, 28 % of 963 lines of songs had a word
above it; a reader found about half of the classes that they got fit to be shown."""
OTHERS = 3
KNOWN_SHARE = 0.5
"""With less of its words in the table, a text is hardly English."""
_LANGUAGES = {
    "German": "der die das und ich du ist nicht ein mein dein wie mit den dem im zu auf so es",
    "French": "le la les et je tu est ne pas un une mon ton que dans des du il au plus",
    "Italian": "il la che e di non un una mio tuo con per del mi ti si gli amor se io",
    "Spanish": "el la que y de no un una mi tu con por los las se en yo es del lo",
    "Latin": "et in non est deus domine qui te nos sanctus gloria cum ad pro dona pacem agnus dei ora nobis",
    "English": "the and i thou you is not a my thy in of to that with as for on it me",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class for a word, and how near they are: 0..1."""

    word: str
    index: int
    score: float


def class_like(text: str, span: Span, findings: list[Diagnostic]) -> int | None:
    """The class nearest to some words, which a note tells; None and an error where no word is known."""
    found = ranked(text, OTHERS + 1)
    if not found:
        message = f"no word of `{text}` is in the table of words"
        hint = "write plain English words, or name a class: `musicvis classes bird`"
        findings.append(Diagnostic("MV562", span, message, hint))
        return None
    (index, score), *others = found
    near = ", ".join(f"{imagenet().name(i)} ({value:.2f})" for i, value in others)
    message = f"`{text}` is {imagenet().name(index)} ({score:.2f}); next come {near}"
    hint = "`musicvis pin` writes it into the manifest, so that a newer table changes nothing"
    findings.append(Diagnostic("MV561", span, message, hint, Severity.NOTE))
    return index


def classes_by_meaning(
    sung: Sung, exact: Collection[str], span: Span, findings: list[Diagnostic]
) -> dict[str, int]:
    """The class of each word that is sung and is near enough to one; the others keep what stands before them.

    exact  words that have a class of their own
    """
    told = language_finding(sung.words, span)
    if told is not None:
        findings.append(told)
        return {}
    found = {entry.word: entry.index for entry in proposals(sung.words) if entry.word not in exact}
    names = ", ".join(f"{word} is {imagenet().name(index)}" for word, index in list(found.items())[:8])
    message = f"{len(found)} of {len(listed(sung.words))} words show a class by their meaning"
    hint = "about half of such classes fit: give the others a class of their own under `classes`"
    findings.append(Diagnostic("MV563", span, message + (f": {names}" if names else ""), hint, Severity.NOTE))
    return found


def proposals(words: Sequence[Word], least: float = LEAST) -> list[Proposal]:
    """A class for each different word that is near enough to one, in the order in which they are sung."""
    found = []
    for word in listed(words):
        best = of_word(word)
        if best is not None and best[1] >= least:
            found.append(Proposal(word, *best))
    return found


def language_finding(words: Sequence[Word], span: Span) -> Diagnostic | None:
    """A warning where a text is not English, or nothing is sung; None where the table has its words."""
    keys = [word.key for word in words]
    if not keys:
        message = "classes go by meaning, and the score has no words"
        return Diagnostic("MV564", span, message, "write `classes_by: pitch`", Severity.WARNING)
    known = sum(english().row(key) is not None for key in keys)
    common = {name: sum(key in text.split() for key in keys) for name, text in _LANGUAGES.items()}
    language = max(common, key=lambda name: common[name])
    if known >= KNOWN_SHARE * len(keys) and common[language] <= common["English"]:
        return None
    named = language if common[language] > common["English"] else "this language"
    message = (
        f"there is no table of meanings for {named}; {known} of {len(keys)} words are in the English one"
    )
    hint = "write `classes_by: lyric` with a class for each word that should have one"
    return Diagnostic("MV564", span, message, hint, Severity.WARNING)
