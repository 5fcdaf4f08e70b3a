"""The classes of a generator by name: an index for any synonym, candidates where a name means several."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Edit
from ...dsl.findings.span import Span
from ...dsl.model.generators import ClassNames, GeneratorKind
from ...dsl.model.visuals import Clip
from ...dsl.text.format import scalar_text
from ...dsl.text.picture_header import PICTURE_SUFFIXES
from ...dsl.text.video_header import VIDEO_SUFFIXES
from ...dsl.values.nearest import is_slip_of, nearest, slips_of
from ...dsl.values.subjects import aliases, look_of, own_subjects

CANDIDATES_SHOWN = 8
WORDS_MOST = 8
"""More words of a name are not compared."""


@dataclass(frozen=True)
class ClassTable:
    """The classes that a generator can show.

    names   of each class, the default name first
    said    all of them, in words: "the 1000 ImageNet classes"
    """

    names: ClassNames
    said: str
    is_imagenet: bool = False
    """Whether they are the classes of the built-in generators: ImageNet's and the added subjects."""
    aliases: Mapping[str, int] = field(default_factory=dict)
    """Everyday words that name no class, each with the class that is meant."""
    pictures: tuple[str, ...] = ()
    """The piece's own pictures by file name; their indices follow those of the names. A video has two
    entries, one per layer."""
    clips: Mapping[int, Clip] = field(default_factory=dict)
    """The videos among them, by the index of their first layer."""
    missing: frozenset[str] = frozenset()
    """Those of the pictures whose file is known to be missing."""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def shown_count(self) -> int:
        """The number of classes, including the piece's own pictures."""
        return len(self.names) + len(self.pictures)

    def name(self, index: int) -> str:
        """The default name of a class, or the file of an own picture."""
        return self.names[index][0] if index < len(self) else self.pictures[index - len(self)]

    def picture(self, file: str) -> int:
        """The index of an own picture, or of the first layer of a video."""
        return len(self) + self.pictures.index(file)

    def index(self, name: str, span: Span, findings: Findings) -> int | None:
        """The class of a name or of an index as text; None and a finding if there is none or several.

        Of several classes, a name means the one whose default name it is; an everyday word, as `piano`, the
        one that the table of aliases names.
        """
        found = self._meant(name)
        if len(found) == 1:
            return found[0]
        if found:
            hint = "write its index: " + " or ".join(f"{i} ({self.described(i)})" for i in found)
            findings.error("MV330", span, f"{name} names {len(found)} classes", hint)
            return None
        if name.isdecimal():
            index = int(name) if len(name) <= 4 else len(self)
            if index < len(self):
                return index
            hint = f"classes count from 0 to {len(self) - 1}"
            findings.error("MV332", span, f"there is no class {name}", hint)
            return None
        message = f"{name} is not one of {self.said}"
        findings.error("MV331", span, message, self._near(name), edits=self._fix(name, span))
        return None

    def written(self, index: int) -> str:
        """A class as a manifest holds it: its default name, or its index where that name means several."""
        name = self.name(index)
        return scalar_text(name) if self._meant(name) == (index,) else str(index)

    def search(self, text: str) -> Sequence[tuple[int, tuple[str, ...]]]:
        """Classes that a text may mean, best first: the name, a whole word of it, a part, a likeness."""
        found = self.holding(text)
        if (meant := self._everyday(_normal(text))) is not None:
            found = ((meant, self.names[meant]), *(entry for entry in found if entry[0] != meant))
        if found or not _normal(text):
            return found
        likes = self._likes(_normal(text), CANDIDATES_SHOWN)
        indices = dict.fromkeys(index for like in likes for index in self._by_name[like])
        return tuple((index, self.names[index]) for index in indices)

    def holding(self, text: str) -> Sequence[tuple[int, tuple[str, ...]]]:
        """Classes whose names hold a text, best first: the name itself, a whole word of it, a part of it.

        A number means the class of that number. If no name holds a plural, its singular counts.
        """
        wanted = _normal(text)
        if not wanted:
            return ()
        if wanted.isdecimal() and len(wanted) <= 4 and int(wanted) < len(self):
            return ((int(wanted), self.names[int(wanted)]),)
        for form in (wanted, *_singulars(wanted)):
            ranks = [min(_rank(form, _normal(name)) for name in names) for names in self.names]
            if ranked := sorted((rank, index) for index, rank in enumerate(ranks) if rank < _NO_MATCH):
                return tuple((index, self.names[index]) for _, index in ranked)
        return ()

    def look(self, index: int) -> str:
        """The embedded generator's way to show a class: "drawn", "as harp", "only a pattern", "own
        picture", "own video", "own picture: the file is missing"; else empty.
        """
        if index >= len(self):
            file = self.pictures[index - len(self)]
            gone = ": the file is missing" if file in self.missing else ""
            return f"own {'video' if file in self._videos else 'picture'}{gone}"
        return look_of(index) if self.is_imagenet else ""

    def described(self, index: int) -> str:
        """A class in a few words: its default name and the next synonym."""
        return ", ".join(self.names[index][:2])

    def _meant(self, name: str) -> tuple[int, ...]:
        """The classes that a name means: none, one, or several."""
        wanted = _normal(name)
        found = self._by_name.get(wanted, ())
        if not found and wanted in self.aliases:
            return (self.aliases[wanted],)
        first = tuple(index for index in found if _normal(self.name(index)) == wanted)
        return first if len(first) == 1 else found

    def _near(self, name: str) -> str:
        """The classes that an unknown name may mean."""
        near = self._alike(name)
        near = near or [names[0] for _, names in self.search(name)[:CANDIDATES_SHOWN]]
        near = near or self._by_words(_normal(name))
        if near:
            return f"did you mean {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?"
        if self.is_imagenet:
            if _FILE.search(name):
                kinds = f"a picture ({' '.join(PICTURE_SUFFIXES)}) or a video ({' '.join(VIDEO_SUFFIXES)})"
                return f"to show a file of your own, export it as {kinds}"
            return "no name is similar; search for a subject, e.g. `musicvis classes bird`"
        listed = ", ".join(names[0] for names in self.names[:CANDIDATES_SHOWN])
        return f"write one of {listed}{' ...' if len(self) > CANDIDATES_SHOWN else ''}"

    def _fix(self, name: str, span: Span) -> tuple[Edit, ...]:
        """The edit that writes the one class that is meant: one letter is wrong, nothing else is like it.

        The span must hold the name and nothing else but quotes.
        """
        near = self._alike(name)
        quotes = span.end_column - span.column - len(name)
        is_exact = span.line == span.end_line and quotes in (0, 2)
        likes = self._likes(_normal(name), 1)
        is_clear = len(near) == 1 and len(self._meant(near[0])) == 1
        if is_clear and is_exact and is_slip_of(_normal(name), likes[0], self._by_name):
            return (Edit(span, scalar_text(near[0])),)
        return ()

    def _alike(self, name: str) -> list[str]:
        """The default names of classes that a name may be a misspelling of."""
        likes = self._likes(_normal(name), 3)
        return list(dict.fromkeys(self.name(i) for like in likes for i in self._by_name[like]))

    def _everyday(self, wanted: str) -> int | None:
        """The class of an everyday word, or of its singular."""
        return next((self.aliases[w] for w in (wanted, *_singulars(wanted)) if w in self.aliases), None)

    def _by_words(self, wanted: str) -> list[str]:
        """Classes that have a word near to one of a name's, of its last word first."""
        words: dict[str, list[int]] = {}
        for name, indices in self._by_name.items():
            for word in name.split():
                words.setdefault(word, []).extend(indices)
        for word in reversed(wanted.split()[:WORDS_MOST]):
            likes = nearest(word, words, 1, 0.85) if len(word) > 3 else []
            found = dict.fromkeys(index for like in likes for index in words[like])
            if found:
                return [self.name(index) for index in list(found)[:CANDIDATES_SHOWN]]
        return []

    def _likes(self, wanted: str, most: int) -> list[str]:
        """Names that a text may be a misspelling of; a short one has fewer: an angel is not a bagel."""
        found = nearest(wanted, self._by_name, most, 0.8 if len(wanted) > 6 else 0.85)
        # Two exchanged letters of a short word, as castel, share too few pairs of letters for `nearest`.
        return found or slips_of(wanted, self._by_name)[:most]

    @cached_property
    def _videos(self) -> frozenset[str]:
        return frozenset(self.pictures[first - len(self)] for first in self.clips)

    @cached_property
    def _by_name(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for index, names in enumerate(self.names):
            for name in dict.fromkeys(_normal(name) for name in names):
                found[name] = (*found.get(name, ()), index)
        return found


@cache
def imagenet() -> ClassTable:
    """The 1000 ImageNet classes, by their synonyms, and the subjects beside them."""
    text = files(__package__).joinpath("imagenet_classes.tsv").read_text(encoding="utf-8")
    names = tuple(tuple(line.split("\t", 1)[1].split(", ")) for line in text.splitlines())
    own = own_subjects()
    said = f"the 1000 ImageNet classes and the {len(own)} subjects beside them"
    return ClassTable((*names, *(subject.names for subject in own)), said, True, aliases())


def class_table(kind: GeneratorKind) -> ClassTable:
    """The classes that a kind of generator can show."""
    if kind.classes is None:
        return imagenet()
    count = len(kind.classes)
    said = f"the {count} classes of {kind.name}" if count > 1 else f"the one class of {kind.name}"
    return ClassTable(kind.classes, said)


_NO_MATCH = 3
_FILE = re.compile(r"[^.\s]\.[A-Za-z][A-Za-z0-9]{1,4}\Z", re.ASCII)
"""The pattern of file names, which no class name has."""


def _rank(wanted: str, name: str) -> int:
    if wanted == name:
        return 0
    if wanted in name.split():
        return 1
    return 2 if wanted in name else _NO_MATCH


def _singulars(wanted: str) -> Iterator[str]:
    """What an English plural may be the plural of: wolves, berries, foxes, owls."""
    for ending, ends in (("ves", ("f", "fe")), ("ies", ("y",)), ("es", ("",)), ("s", ("",))):
        if wanted.endswith(ending) and len(wanted) > len(ending) + 2:
            yield from (wanted.removesuffix(ending) + end for end in ends)


def _normal(name: str) -> str:
    """A name in the form in which names are compared: lower case, hyphens and underscores as spaces."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
