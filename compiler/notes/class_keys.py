"""The keys of `visuals.classes`: the key of each note, and the classes of each key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.model.visuals import OTHER, ClassWeight, Visuals
from ...dsl.values.pitch_classes import PITCH_CLASSES
from ...dsl.values.subjects import DRAWN, IMAGENET_COUNT, subjects
from ..classes.table import ClassTable
from ..score.part_note import PartNote
from ..words.sung import Sung, glob_key, sung_words

DEFAULT_CLASS_COUNT = 12
BY_WORDS = ("lyric", "meaning")
Weights = tuple[tuple[int, float], ...]
"""Class indices of the generator's own table and their shares."""


def class_weights(written: Sequence[ClassWeight], table: ClassTable, findings: Findings) -> Weights:
    """Resolves names to indices; unknown ones are left out and reported."""
    found: list[tuple[int, float]] = []
    for entry in written:
        if entry.picture is not None:
            if entry.name in table.pictures:
                found.append((table.picture(entry.name), entry.weight))
            continue
        if entry.is_like and not table.is_imagenet:
            findings.add(_no_meanings("`like`", entry.span, table))
            continue
        if entry.is_like:
            from ..words.meaning import class_like

            index = class_like(entry.name, entry.span, findings)
        else:
            index = table.index(entry.name, entry.span, findings)
        if index is not None:
            found.append((index, entry.weight))
    return tuple(found)


def classes_by_key(
    notes: Sequence[PartNote],
    visuals: Visuals,
    parts: Sequence[str],
    seed: int,
    classes: ClassTable,
    findings: Findings,
) -> tuple["KeyOf", dict[str, Weights]]:
    """The function that gives a note's key (as `classes_by` says), and the classes of each key."""
    table = {key: class_weights(written, classes, findings) for key, written in visuals.classes}
    if not visuals.classes and visuals.classes_by != "meaning":
        table = {str(i): ((index, 1.0),) for i, index in enumerate(default_classes(seed, classes))}
    is_list = bool(table) and all(key.isdecimal() for key in table)
    length = len(table) if is_list else 0
    sung = sung_words(notes) if visuals.classes_by in BY_WORDS else None
    syllables = () if sung is None else tuple(dict.fromkeys(s for s in sung.syllables_at if s is not None))
    found = KeyOf(visuals.classes_by, length, tuple(parts), syllables, tuple(table), sung)
    if visuals.classes_by == "meaning" and not classes.is_imagenet:
        findings.add(_no_meanings("`classes_by: meaning`", visuals.classes_span, classes))
    elif visuals.classes_by == "meaning" and sung is not None and not is_list:
        from ..words.meaning import classes_by_meaning

        exact = frozenset(word.key for word in sung.words if found.of_word(word.key))
        meant = classes_by_meaning(sung, exact, visuals.classes_span, findings)
        table |= {f"={index}": ((index, 1.0),) for index in meant.values()}
        found.known.update({("", word): f"={index}" for word, index in meant.items()})
        found.before.update(_shown_before(sung, found))
    return found, table


def _shown_before(sung: Sung, key_of: "KeyOf") -> dict[int, str]:
    """For each word without its own key, by number: the key of the last word before it that has one.

    Each singer goes on from words of their own; before the first of them with a key there is nothing.
    """
    found: dict[int, str] = {}
    last: dict[tuple[str, int, int, int], str] = {}
    for number, word in enumerate(sung.words):
        if own := key_of.of_known(word.key):
            last[word.singer] = own
        elif word.singer in last:
            found[number] = last[word.singer]
    return found


def spectrum_classes(
    visuals: Visuals, seed: int, classes: ClassTable, findings: Findings
) -> tuple[tuple[Weights, ...], tuple[Weights, ...]]:
    """The classes of the 12 pitch classes under `mapping: spectrum`: by pitch class from C, or by power.

    A list of 12 goes from C, unless it is to be sorted; a shorter one always goes by power.
    """
    table = {key: class_weights(written, classes, findings) for key, written in visuals.classes}
    if not table:
        table = {str(i): ((index, 1.0),) for i, index in enumerate(default_classes(seed, classes))}
    if not all(key.isdecimal() for key in table):
        return tuple(table.get(name, ()) for name in PITCH_CLASSES), ()
    listed = tuple(table[str(number)] for number in range(len(table)))
    is_sorted = len(listed) < len(PITCH_CLASSES) or (
        visuals.spectrum is not None and visuals.spectrum.sort_classes_by_power
    )
    return ((), listed) if is_sorted else (listed, ())


@dataclass(frozen=True, slots=True)
class KeyOf:
    """The key of `visuals.classes` that a note has, or "": a key, or its place in a list of so many classes.

    Keys of parts and lyrics are globs, capitals aside: of several that fit, the one without `*` and `?`
    holds, else the first. What has no key has the key OTHER, where there is one.

    In a list, pitch classes count from C, parts from the first, lyrics by their first occurrence, loudness
    from soft to loud in equal steps of velocity; what goes past the end of the list begins it again.
    """

    by: str
    list_length: int
    parts: tuple[str, ...]
    syllables: tuple[str, ...]
    keys: tuple[str, ...]
    sung: Sung | None = None
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    """The keys that were looked for: of a syllable under ("syllable", ""), of a word under ("", "word")."""
    before: dict[int, str] = field(default_factory=dict)
    """For classes by meaning: the key that a word without its own key inherits, by the word's number."""

    def __call__(self, index: int, entry: PartNote) -> str:
        note = entry.note
        if self.by == "loudness":
            steps = max(self.list_length, 1)
            return str(min((note.velocity - 1) * steps // 127, steps - 1))
        if self.sung is not None:
            return self._sung_key(self.sung, index)
        return self._known(PITCH_CLASSES[note.pitch % 12] if self.by == "pitch" else entry.part)

    def of_word(self, word: str) -> str:
        """The own key of a word, or ""."""
        return self._fitting(word, is_word=True)

    def _sung_key(self, sung: Sung, index: int) -> str:
        syllable = sung.syllables_at[index]
        if syllable is None:
            return self._other
        if self.list_length:
            return str(self.syllables.index(syllable) % self.list_length)
        for word in sung.words_at[index]:
            if own := self.of_known(sung.words[word].key):
                return own
        if self.by == "lyric":
            return self._known(syllable)
        return next((self.before[word] for word in sung.words_at[index] if word in self.before), self._other)

    def of_known(self, word: str) -> str:
        """The key of a word, or ""; cached."""
        if ("", word) not in self.known:
            self.known["", word] = self.of_word(word)
        return self.known["", word]

    def _known(self, name: str) -> str:
        if (name, "") not in self.known:
            self.known[name, ""] = self._key(name)
        return self.known[name, ""]

    @property
    def _other(self) -> str:
        return OTHER if OTHER in self.keys else ""

    def _key(self, name: str) -> str:
        if self.list_length:
            order = self.parts if self.by == "part" else PITCH_CLASSES
            return str(order.index(name) % self.list_length)
        if self.by == "pitch":
            return name if name in self.keys else self._other
        return self._fitting(name, is_word=False) or self._other

    def _fitting(self, name: str, *, is_word: bool) -> str:
        compared = glob_key if is_word else str.casefold
        meant = name.casefold()
        keys = [key for key in self.keys if key != OTHER]
        same = (key for key in keys if compared(key) == meant)
        fitting = (key for key in keys if fnmatchcase(meant, compared(key)))
        return next(same, None) or next(fitting, "")


def _no_meanings(what: str, span: Span, table: ClassTable) -> Diagnostic:
    message = f"{what} looks words up among the ImageNet classes, and here are {table.said}"
    return Diagnostic("MV610", span, message, "name a class: `musicvis classes --piece PIECE` lists them")


def default_classes(seed: int, table: ClassTable | None = None) -> tuple[int, ...]:
    """Twelve classes for a piece that names none, drawn by the piece's seed; of fewer, all.

    Of the built-in generators' classes they are twelve that the embedded one draws as different things.
    """
    import numpy as np

    draw = np.random.Generator(np.random.Philox(seed))
    if table is None or table.is_imagenet:
        by_motif: dict[str, list[int]] = {}
        for subject in subjects().values():
            if subject.look == DRAWN and subject.index < IMAGENET_COUNT:
                by_motif.setdefault(subject.motif, []).append(subject.index)
        motifs = draw.choice(sorted(by_motif), DEFAULT_CLASS_COUNT, replace=False)
        return tuple(int(draw.choice(by_motif[str(motif)])) for motif in motifs)
    if len(table) <= DEFAULT_CLASS_COUNT:
        return tuple(range(len(table)))
    return tuple(int(index) for index in draw.choice(len(table), DEFAULT_CLASS_COUNT, replace=False))
