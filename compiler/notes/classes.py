"""The 1000 ImageNet classes by name: an index for any synonym, candidates where a name means several."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from ...dsl.findings.diagnostics import Diagnostic, Edit
from ...dsl.findings.span import Span
from ...dsl.text.format import scalar_text
from ...dsl.values.nearest import is_slip_of, nearest

CLASS_COUNT = 1000
CANDIDATES_SHOWN = 8
WORDS_MOST = 8
"""More words of a name are not compared."""


@cache
def class_names() -> tuple[tuple[str, ...], ...]:
    """The synonyms of each class, 0..999, the usual name first."""
    text = files(__package__).joinpath("imagenet_classes.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t", 1)[1].split(", ")) for line in text.splitlines())


def class_index(name: str, span: Span, findings: list[Diagnostic]) -> int | None:
    """The class of a name or of an index as text; None and a finding where there is none or several."""
    if name.isdecimal():
        index = int(name) if len(name) <= 4 else CLASS_COUNT
        if index < CLASS_COUNT:
            return index
        findings.append(Diagnostic("MV332", span, f"there is no class {name}", "classes count from 0 to 999"))
        return None
    found = _by_name().get(_normal(name), ())
    if len(found) == 1:
        return found[0]
    if found:
        hint = "write its index: " + " or ".join(f"{i} ({described(i)})" for i in found)
        findings.append(Diagnostic("MV330", span, f"{name} names {len(found)} classes", hint))
        return None
    likes = _likes(_normal(name), 3)
    near = list(dict.fromkeys(class_names()[i][0] for like in likes for i in _by_name()[like]))
    near = near or [names[0] for _, names in holding(name)[:CANDIDATES_SHOWN]]
    near = near or _by_words(_normal(name))
    edits: tuple[Edit, ...] = ()
    if len(near) == 1 and likes and is_slip_of(_normal(name), likes[0], _by_name()):
        edits = _exactly(name, span, near[0])
    if near:
        hint = f"did you mean {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?"
    else:
        hint = "nothing is near it; search for another subject, as `musicvis classes bird`"
    message = f"{name} is none of the 1000 ImageNet classes"
    findings.append(Diagnostic("MV331", span, message, hint, edits=edits))
    return None


def _exactly(name: str, span: Span, meant: str) -> tuple[Edit, ...]:
    """The edit that writes another name, where the span holds the name and nothing else but quotes."""
    quotes = span.end_column - span.column - len(name)
    return (Edit(span, scalar_text(meant)),) if span.line == span.end_line and quotes in (0, 2) else ()


def _by_words(wanted: str) -> list[str]:
    """Usual names of classes that have a word near to one of a name's, of its last word first."""
    words: dict[str, list[int]] = {}
    for name, indices in _by_name().items():
        for word in name.split():
            words.setdefault(word, []).extend(indices)
    for word in reversed(wanted.split()[:WORDS_MOST]):
        likes = nearest(word, words, 1, 0.85) if len(word) > 3 else []
        found = dict.fromkeys(index for like in likes for index in words[like])
        if found:
            return [class_names()[index][0] for index in list(found)[:CANDIDATES_SHOWN]]
    return []


def search(text: str) -> Sequence[tuple[int, tuple[str, ...]]]:
    """Classes that a text may mean, best first: the name, a whole word of it, a part of it, a likeness."""
    found = holding(text)
    if found or not _normal(text):
        return found
    likes = _likes(_normal(text), CANDIDATES_SHOWN)
    indices = dict.fromkeys(index for like in likes for index in _by_name()[like])
    return tuple((index, class_names()[index]) for index in indices)


def holding(text: str) -> Sequence[tuple[int, tuple[str, ...]]]:
    """Classes whose names hold a text, best first: the name itself, a whole word of it, a part of it."""
    wanted = _normal(text)
    if not wanted:
        return ()
    ranked: list[tuple[int, int]] = []
    for index, names in enumerate(class_names()):
        ranks = [_rank(wanted, _normal(name)) for name in names]
        best = min(ranks)
        if best < _NO_MATCH:
            ranked.append((best, index))
    indices = dict.fromkeys(index for _, index in sorted(ranked))
    return tuple((index, class_names()[index]) for index in indices)


def _likes(wanted: str, most: int) -> list[str]:
    """Names that a text may be a misspelling of; a short one has fewer: an angel is not a bagel."""
    return nearest(wanted, _by_name(), most, 0.8 if len(wanted) > 6 else 0.85)


def described(index: int) -> str:
    """A class in a few words: its usual name and the next synonym."""
    return ", ".join(class_names()[index][:2])


_NO_MATCH = 3


def _rank(wanted: str, name: str) -> int:
    if wanted == name:
        return 0
    if wanted in name.split():
        return 1
    return 2 if wanted in name else _NO_MATCH


@cache
def _by_name() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for index, names in enumerate(class_names()):
        for name in dict.fromkeys(_normal(name) for name in names):
            found[name] = (*found.get(name, ()), index)
    return found


def _normal(name: str) -> str:
    """A name as it is compared: small letters, with spaces for hyphens and underscores."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
