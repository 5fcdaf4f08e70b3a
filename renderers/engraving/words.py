"""The words of a score that is engraved: which font sets each of them, and letters that no font here has."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from math import ceil
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.plain import shown
from ...dsl.findings.span import THE_MANIFEST, Span
from ...store.values.keys import file_digest
from ..picture.lettering import JOINERS, Face, dejavu_path, embedded_font_file, face_of, lacks, plain

NAMED = 3
"""The most missing letters whose places are all named; of more, only that many are."""
ROOM = "\u200b"
"""Zero width space."""
# To the size of the font: an o and a space of Verovio's Times. Our letters are measured at that size.
_O, _SPACE, _EM = 0.5, 0.25, 64
# In our own MusicXML a bar begins on a line of its own, and words have no elements within them.
_WORDS = re.compile(r"<(?:words|rehearsal|text|part-name|work-title)\b[^<>]*>([^<]+)<|<measure\b[^<>]*>")
_NUMBER = re.compile(r' number="([^"]*)"')
_CHARACTERS = "0123456789=.,()"
"""The characters that Verovio adds to a score's own words: numbers of bars and verses, metronome marks."""


@dataclass(frozen=True, slots=True)
class Faces:
    """The fonts of a score's words: all of them are set in one where one has all letters, as a title is.

    unknown  each character that no font here has: the nearest that a font has, and where it first is
    """

    first: Face
    listed: tuple[Face, ...]
    """Every font that sets a word, the first one first."""
    unknown: Mapping[str, tuple[str, str]]

    def of(self, letters: str) -> Face:
        """The font of some words. A sign, as the flat of a clarinet in B flat, may come from another one."""
        lacks = {c for c in letters if not _is_sign(c)} & set(self.first.missing) - self.unknown.keys()
        return _face_of(letters) if lacks else self.first

    def known(self, text: str) -> str:
        """A text whose unknown characters are the nearest that a font has."""
        return text.translate({ord(c): html.escape(near) for c, (near, _) in self.unknown.items()})

    def padded(self, text: str) -> str:
        """A score in MusicXML whose words end in `ROOM` until Verovio reckons them as wide as their fonts do.

        Verovio knows the widths of Times alone, and takes an o for every letter that is not in its table.
        """
        return _WORDS.sub(self._padded, text)

    def _padded(self, match: re.Match[str]) -> str:
        if match[1] is None or not match[1].strip():
            return match[0]
        words = html.unescape(match[1])
        reckoned = sum(_times().get(letter, _O) for letter in words)
        wider = self.width(words) - reckoned
        count = max(0, ceil(wider / _SPACE - 0.2))
        # A space at the end may be lost: what has no width to us, but an o's to Verovio, stands behind it.
        room = ROOM * (count // 2) if count % 2 == 0 else " " * (count > 1) + ROOM * max(1, count // 2)
        return match[0].removesuffix("<") + room + "<"

    def width(self, words: str) -> float:
        """The width of words, relative to the font size."""
        return self.of(words).font_at(_EM).getlength(words) / _EM

    def families(self, *first: Face) -> str:
        """The names of the fonts, as SVG and CSS have them; a font of some words comes before all others."""
        names = dict.fromkeys((*map(family, (*first, *self.listed)), "Aileron", "DejaVu Sans"))
        return ", ".join((*names, "sans-serif"))

    def files(self, folder: Path) -> list[str]:
        """Files of the fonts, the first one first; one that has no file is written into `folder`."""
        found = []
        for face in self.listed:
            source = face.font_at(16).path
            if isinstance(source, BytesIO):
                (folder / "own.ttf").write_bytes(source.getvalue())
                source = folder / "own.ttf"
            found.append(str(source))
        if (own := embedded_font_file()) is not None and not (folder / "own.ttf").exists():
            (folder / "own.ttf").write_bytes(own)
            found.append(str(folder / "own.ttf"))
        if (other := dejavu_path()) is not None:
            found.append(other)
        return list(dict.fromkeys(found))

    def read(self) -> list[tuple[str, str]]:
        """The name and the digest of every font: another machine may have other ones."""
        return [(face.name, _digest(str(face.font_at(16).path))) for face in self.listed if _is_file(face)]


@lru_cache(maxsize=4)
def faces_of(text: str) -> Faces:
    """The fonts for the words of a score in MusicXML."""
    if text.isascii():
        first = face_of(_CHARACTERS)
        return Faces(first, (first,), {})
    words = list(words_of(text))
    letters = _sorted(letter for word, _ in words for letter in word) + _CHARACTERS
    first = face_of("".join(letter for letter in letters if not _is_sign(letter)))
    signs = [letter for letter in letters if _is_sign(letter) and lacks(first, letter)]
    others = {letter: face_of(letter) for letter in (*first.missing, *signs)}
    unknown = {letter: face for letter, face in others.items() if face.missing}
    faces = Faces(
        first,
        (first,),
        {
            letter: (plain(letter, face.font_at), next(bar for word, bar in words if letter in word))
            for letter, face in unknown.items()
        },
    )
    lacking = {word for word, _ in words if set(word) & others.keys() - unknown.keys()}
    set_by = [first, *(faces.of(word) for word in sorted(lacking))]
    set_by += [face for letter, face in others.items() if letter not in unknown]
    listed = {face.name: face for face in set_by}
    return Faces(first, tuple(listed.values()), faces.unknown)


def words_of(text: str) -> Iterator[tuple[str, str]]:
    """Each text of a score in MusicXML, and the number of its bar; empty before the first."""
    bar = ""
    for match in _WORDS.finditer(text):
        if match[1] is None:
            number = _NUMBER.search(match[0])
            bar = html.unescape(number[1]) if number is not None else ""
        elif match[1].strip():
            yield html.unescape(match[1]), bar


def unknown_letters(text: str, span: Span = THE_MANIFEST) -> Iterator[Diagnostic]:
    """MV713, where no font here has some letters of a score in MusicXML."""
    unknown = faces_of(text).unknown
    if not unknown:
        return
    named = list(unknown.items())[:NAMED]
    places = [f"{letter} ({f'bar {shown(bar)}' if bar else 'a name'})" for letter, (_, bar) in named]
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    shows = " ".join(near for _, (near, _) in named)
    said = f"{', '.join(places)}{more}"
    message = f"no font here has these letters of the engraved score: {said}; it shows {shows}"
    hint = "install a font that has them, e.g. the Noto fonts, or change the words in the score"
    yield Diagnostic("MV713", span, message, hint, Severity.WARNING)


def family(face: Face) -> str:
    """The name by which SVG asks for a font."""
    return str(face.font_at(16).getname()[0])


def _sorted(letters: Iterable[str]) -> str:
    """Every letter once; space and what joins letters are not letters."""
    said = (c for c in set(letters) if c not in JOINERS and c.isprintable() and not c.isspace())
    return "".join(sorted(said))


def _is_sign(character: str) -> bool:
    return unicodedata.category(character) in ("Sm", "So")


def _is_file(face: Face) -> bool:
    return not isinstance(face.font_at(16).path, BytesIO)


_face_of = lru_cache(maxsize=4096)(face_of)


@lru_cache(maxsize=1)
def _times() -> dict[str, float]:
    """Verovio's assumed letter widths, relative to the font size; it has none outside ASCII."""
    spec = find_spec("verovio")
    folder = Path(next(iter(spec.submodule_search_locations or ())), "data") if spec is not None else Path()
    try:
        listed = (folder / "text/Times.xml").read_text(encoding="utf-8")
    except OSError:
        return {}
    rows = re.findall(r'c="([0-7][0-9A-F])"[^>]*h-a-x="([\d.]+)"', listed)
    return {chr(int(code, 16)): float(advance) / 2048 for code, advance in rows}


@lru_cache(maxsize=16)
def _digest(path: str) -> str:
    return file_digest(Path(path))
