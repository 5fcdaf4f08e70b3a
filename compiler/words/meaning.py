"""Classes by the meaning of words: what `like:` becomes, and what each word that is sung may show."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.plain import counted
from ...dsl.findings.span import Span
from ..classes.table import imagenet
from .languages import language_names, language_of
from .sung import Sung, Word, listed
from .table import ranked

LEAST = 0.5
"""The least relevance of a word that shows something. With an earlier table, 28 % of 963 lines of songs
had a word above it; a reader found about half of their classes fit to be shown."""
OTHERS = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class for a word, and how near they are: 0..1."""

    word: str
    index: int
    score: float


def class_like(text: str, span: Span, findings: Findings) -> int | None:
    """The class nearest to some words, which a note tells; None and an error where no word is known."""
    found = ranked(text, OTHERS + 1)
    if not found:
        message = f"no word of `{text}` is in the table of words"
        hint = "write plain English words, or name a class: `musicvis classes bird`"
        findings.error("MV562", span, message, hint)
        return None
    (index, score), *others = found
    near = ", ".join(f"{imagenet().name(i)} ({value:.2f})" for i, value in others)
    message = f"`{text}` is {imagenet().name(index)} ({score:.2f}); next come {near}"
    hint = "`musicvis pin` writes it into the manifest, so that a newer table changes nothing"
    findings.note("MV561", span, message, hint)
    return index


def classes_by_meaning(sung: Sung, exact: Collection[str], span: Span, findings: Findings) -> dict[str, int]:
    """The class of each word that is sung and is near enough to one.

    A word that is not in the answer goes on with what its singer showed before it: notes/class_keys.py.

    exact  words that have a class of their own
    """
    if (fault := language_finding(sung.words, span)) is not None:
        findings.add(fault)
        return {}
    found = {entry.word: entry.index for entry in proposals(listed(sung.words)) if entry.word not in exact}
    names = ", ".join(f"{word} is {imagenet().name(index)}" for word, index in list(found.items())[:8])
    shows = "shows" if len(found) == 1 else "show"
    message = f"{len(found)} of {counted(len(listed(sung.words)), 'word')} {shows} a class by meaning"
    hint = "about half of such classes fit: give the others a class of their own under `classes`"
    findings.note("MV563", span, message + (f": {names}" if names else ""), hint)
    return found


def proposals(keys: Iterable[str], least: float = LEAST) -> list[Proposal]:
    """A class for each different word that is near enough to one, in the order of the words."""
    words = list(dict.fromkeys(keys))
    language = language_of(words)
    if language is None:
        return []
    found = []
    for word in words:
        best = language.of_word(word)
        if best is not None and best[1] >= least:
            found.append(Proposal(word, *best))
    return found


def language_finding(words: Sequence[Word], span: Span) -> Diagnostic | None:
    """A warning where nothing is sung, or in a language without a table; None where there is one."""
    keys = [word.key for word in words]
    if not keys:
        message = "classes_by is meaning, but the score has no words"
        return Diagnostic("MV564", span, message, "write `classes_by: pitch`", Severity.WARNING)
    if language_of(keys) is not None:
        return None
    message = f"there is no table of meanings for this language; there are tables for {language_names()}"
    hint = (
        "write `classes_by: lyric` with a class for each word that should have one, "
        'as `night: castle` or `night: {like: "an old castle"}`'
    )
    return Diagnostic("MV564", span, message, hint, Severity.WARNING)
