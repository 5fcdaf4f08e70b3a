"""The words that are sung: syllables joined, with the notes that each word holds.

One singer is a voice of a staff of a track. A word goes from the note of its first syllable to the last note
that its last syllable is held over: notes of the same singer without a text of their own, and no rest before
them.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ..score.part_note import PartNote

NAMED = 8
"""More words than that are not listed in a hint."""
BREATH_QN = Fraction(1, 8)
"""The longest gap between notes that is ignored: keys are released a little early."""
_ELISION = re.compile(r"[\s_\u203f\u2040]+")
_NUMBER = re.compile(r"\A\s*\d{1,2}\s*[.)]\s*")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u0060\u00b4", "'''''")
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014"


@dataclass(frozen=True, slots=True)
class Syllable:
    """A part of a word as it is sung: its text, and the index of the first note that has it."""

    text: str
    note: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word that one singer sings once."""

    syllables: tuple[Syllable, ...]
    notes: tuple[int, ...]
    """Indices of its notes, those that it is held over included, in order."""
    singer: tuple[str, int, int, int]
    """Part, track, staff, voice."""

    @property
    def text(self) -> str:
        """The word as written, with its capitals and its punctuation."""
        return "".join(syllable.text for syllable in self.syllables)

    @property
    def key(self) -> str:
        """The word in the form in which words are compared."""
        return word_key(self.text)


@dataclass(frozen=True, slots=True)
class Sung:
    """All words of some notes, in the order of their first notes."""

    words: tuple[Word, ...]
    words_at: tuple[tuple[int, ...], ...]
    """For each note the indices of its words: more than one where vowels of two words are drawn together."""
    syllables_at: tuple[str | None, ...]
    """For each note the syllable that sounds, held ones included."""

    def keys_at(self, note: int) -> tuple[str, ...]:
        """The words of a note, as they are compared."""
        return tuple(self.words[index].key for index in self.words_at[note])

    def text_at(self, note: int) -> str | None:
        """The words of a note as they are read; None where nothing is sung."""
        return " ".join(self.words[index].text for index in self.words_at[note]) or None


def word_key(text: str, kept: str = "") -> str:
    """A word as it is compared: small letters, without the punctuation around it: `"O'er,` is o'er.

    kept  characters that are not punctuation here: those of a glob
    """
    plain = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).casefold()
    first, end = 0, len(plain)
    while first < end and not (_is_letter(plain[first]) or plain[first] in kept):
        first += 1
    while end > first and not (_is_letter(plain[end - 1]) or plain[end - 1] in kept):
        end -= 1
    return plain[first:end]


def glob_key(glob: str) -> str:
    """A glob over words as it is compared with their keys."""
    return word_key(glob, "*?[]")


def sung_words(notes: Sequence[PartNote]) -> Sung:
    """The words of notes in the order of a score."""
    known = _LAST.get("sung")
    if known is not None and known[0] is notes:
        return known[1]
    made = _joined(notes)
    _LAST["sung"] = (notes, made)
    return made


_LAST: dict[str, tuple[Sequence[PartNote], Sung]] = {}
"""The words of the notes of the last call: each rule needs the same ones."""


@dataclass(slots=True)
class _Singer:
    """The state of one singer while words are put together."""

    words: list[tuple[list[Syllable], list[int]]] = field(default_factory=list)
    is_open: bool = False
    """Whether the last word goes on."""
    is_hyphened: bool = False
    """Whether a hyphen in its text says that it goes on."""
    held: list[int] = field(default_factory=list)
    """Indices, in `words`, of the words that the last note sang."""
    text: str | None = None
    onset_qn: Fraction = Fraction(-1)
    end_qn: Fraction = Fraction(-1)


def _joined(notes: Sequence[PartNote]) -> Sung:
    singers: dict[tuple[str, int, int, int], _Singer] = {}
    syllables: list[str | None] = [None] * len(notes)
    for index, entry in enumerate(notes):
        note = entry.note
        key = (entry.part, note.track, note.staff, note.voice)
        if key not in singers:
            if note.lyric is None:
                continue
            singers[key] = _Singer()
        singer = singers[key]
        end_qn = note.onset_qn + note.length_qn
        pieces = [] if note.lyric is None or note.syllabic == "held" else pieces_of(note.lyric, note.syllabic)
        if pieces and not (note.onset_qn == singer.onset_qn and note.lyric == singer.text):
            singer.held = []
            for piece in pieces:
                _sing(singer, piece, index)
            singer.text, singer.onset_qn, singer.end_qn = note.lyric, note.onset_qn, end_qn
        elif singer.held and not note.grace and note.onset_qn <= singer.end_qn + BREATH_QN:
            for word in singer.held:
                singer.words[word][1].append(index)
            singer.end_qn = max(singer.end_qn, end_qn)
        else:
            if not note.grace:
                singer.held = []
            continue
        syllables[index] = singer.text
    words = sorted(
        (
            Word(tuple(parts), tuple(indices), key)
            for key, singer in singers.items()
            for parts, indices in singer.words
        ),
        key=lambda word: word.notes[0],
    )
    at: list[list[int]] = [[] for _ in notes]
    for number, made in enumerate(words):
        for index in made.notes:
            at[index].append(number)
    return Sung(tuple(words), tuple(map(tuple, at)), tuple(syllables))


Piece = tuple[str, bool, bool, bool]
"""Text, whether a word begins with it, whether one ends with it, whether its text has a hyphen at the end."""


def pieces_of(text: str, syllabic: str) -> list[Piece]:
    """The pieces of text that are sung to one note.

    It is one piece but where an elision draws words together: `che\u203fil`. A verse's number is left out.
    """
    parts = [part for part in _ELISION.split(_NUMBER.sub("", text)) if any(map(_is_letter, part))]
    found = []
    for number, part in enumerate(parts):
        begins = number > 0 or syllabic in ("single", "begin")
        ends = number < len(parts) - 1 or syllabic in ("single", "end")
        # Some write the hyphen into the text, instead or as well.
        is_hyphened = part[-1] in _HYPHENS[:3]
        bare = part.rstrip(_HYPHENS[:3]).lstrip(_HYPHENS[:3])
        found.append((bare, begins, ends and not is_hyphened, is_hyphened))
    return found


def _sing(singer: _Singer, piece: Piece, index: int) -> None:
    text, begins, ends, is_hyphened = piece
    # After a hyphen in the text, the next syllable continues the word, though it is marked as a word.
    if not singer.is_open or (begins and not singer.is_hyphened):
        singer.words.append(([], []))
    parts, indices = singer.words[-1]
    parts.append(Syllable(text, index))
    if not indices or indices[-1] != index:
        indices.append(index)
    singer.held.append(len(singer.words) - 1)
    singer.is_open, singer.is_hyphened = not ends, is_hyphened


def listed(words: Iterable[Word]) -> dict[str, int]:
    """The number of times that each word is sung, by its key, in order of first appearance."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word.key] = counts.get(word.key, 0) + 1
    return counts


def nearest_words(written: str, keys: Collection[str]) -> str:
    """A hint for a word or a glob that is not sung: the nearest words that are, or the first ones."""
    if not keys:
        return "no word is sung: the score has no lyrics in these parts"
    near = get_close_matches(glob_key(written).strip("*?"), sorted(keys), 3, 0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return "the words begin: " + " ".join(list(keys)[:NAMED])


def unsung(written: str, keys: Collection[str], span: Span) -> Diagnostic:
    """A warning: no word that is sung fits a glob."""
    message = f"no word that is sung is {written}"
    return Diagnostic("MV560", span, message, nearest_words(written, keys), Severity.WARNING)


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
