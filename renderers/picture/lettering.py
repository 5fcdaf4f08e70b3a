"""The font of a text, and replacements for the characters that it lacks; the same for titles and plots."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from PIL import ImageFont, features

Font = ImageFont.FreeTypeFont

MOST_CHARACTERS = 400
JOINERS = "\u200c\u200d"
"""Zero width non-joiner and joiner."""
DEJAVU = "mpl-data/fonts/ttf/DejaVuSans.ttf"
"""In matplotlib, which music21 brings: Latin, Greek, Cyrillic and more, the same on every machine."""

# Tried in this order for what DejaVu Sans lacks; they are the system's, so a film with such a title may look
# different on another machine.
SYSTEM_FONTS = (
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "YuGothM.ttc",
    "msyh.ttc",
    # For one script each, or a few.
    "malgun.ttf",
    "AppleSDGothicNeo.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansBengali-Regular.ttf",
    "NotoSansGurmukhi-Regular.ttf",
    "NotoSansGujarati-Regular.ttf",
    "NotoSansTamil-Regular.ttf",
    "NotoSansTelugu-Regular.ttf",
    "NotoSansKannada-Regular.ttf",
    "NotoSansMalayalam-Regular.ttf",
    "NotoSansSinhala-Regular.ttf",
    "Nirmala.ttf",
    "Kohinoor.ttc",
    "NotoSansThai-Regular.ttf",
    "NotoSansLao-Regular.ttf",
    "NotoSansKhmer-Regular.ttf",
    "NotoSansMyanmar-Regular.ttf",
    "LeelawUI.ttf",
    "Thonburi.ttc",
    "NotoSansArmenian-Regular.ttf",
    "NotoSansGeorgian-Regular.ttf",
    "NotoSansEthiopic-Regular.ttf",
)
PLAIN = str.maketrans(
    dict(zip("–—−♯♭øØłŁı¿¡", "---#boOlLi?!", strict=True))
    | {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)


@dataclass(frozen=True, slots=True)
class Face:
    """A font for a text, and the characters of the text that it lacks."""

    name: str
    font_at: Callable[[float], Font]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text as it can be set, and the font that sets it.

    replaced   the characters of the original text that no font here has
    remark     what is special about it, in words
    """

    text: str
    font_at: Callable[[float], Font]
    replaced: tuple[str, ...] = ()
    remark: str = ""


def lettering_of(text: str, own: Path | None = None) -> Lettering:
    """The text in one font: the first that has all of its characters, else the one that lacks fewest.

    The embedded font comes first, then DejaVu Sans, then the system's. A character that the chosen font lacks
    becomes the nearest plain letter, or a question mark; all others stay as they are.

    own  a font of the piece, which comes before all others
    """
    composed = unicodedata.normalize("NFC", text)[:MOST_CHARACTERS]
    # Joiners decide which letters connect, in Persian and in the scripts of India.
    joiners = JOINERS if features.check("raqm") else ""
    text = "".join(c for c in composed if c == "\n" or c in joiners or unicodedata.category(c)[0] != "C")
    face = face_of(text, own)
    said = "".join(plain(c, face.font_at) if c in face.missing else c for c in text)
    if face.missing:
        remark = f"no font here has {' '.join(face.missing)}; it reads {said!r}"
        return Lettering(said, face.font_at, face.missing, remark)
    remark = f"it is set in this system's {face.name}" if face.name in SYSTEM_FONTS else ""
    return Lettering(said, face.font_at, (), remark)


def face_of(text: str, own: Path | None = None) -> Face:
    """The first font that has all characters of a text, else the one that lacks fewest."""
    found: list[Face] = []
    for name, font_at in _fonts(own):
        found.append(Face(name, font_at, tuple(_missing(text, font_at(32)))))
        if not found[-1].missing:
            break
    return min(found, key=lambda face: len(face.missing))


def _fonts(own: Path | None) -> Iterator[tuple[str, Callable[[float], Font]]]:
    """The names of all fonts here, in order, and each at a size in pixels."""
    if own is not None:
        with suppress(OSError):
            ImageFont.truetype(own, 32)
            yield own.name, lambda size_px: ImageFont.truetype(own, size_px)
    yield "Aileron", _embedded_font
    if (path := dejavu_path()) is not None:
        yield "DejaVu Sans", partial(ImageFont.truetype, path)
    for name in SYSTEM_FONTS:
        if (path := _system_path(name)) is not None:
            yield name, partial(ImageFont.truetype, path)


@lru_cache(maxsize=len(SYSTEM_FONTS))
def _system_path(name: str) -> str | None:
    """The path of a system font, found in Pillow's font folders."""
    try:
        return str(ImageFont.truetype(name, 32).path)
    except OSError:
        return None


@lru_cache(maxsize=1)
def dejavu_path() -> str | None:
    """The path of DejaVu Sans, found without loading matplotlib."""
    spec = find_spec("matplotlib")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / DEJAVU
        if path.is_file():
            return str(path)
    return None


def _embedded_font(size_px: float) -> Font:
    """Pillow's own Aileron, kerned where Pillow has raqm."""
    font = ImageFont.load_default(size_px)
    if not isinstance(font, Font):
        raise ModuleNotFoundError("titles need a Pillow with FreeType", name="Pillow with FreeType")
    if features.check("raqm") and isinstance(font.path, BytesIO):
        return ImageFont.truetype(BytesIO(font.path.getvalue()), size_px, layout_engine=ImageFont.Layout.RAQM)
    return font


def embedded_font_file() -> bytes | None:
    """Pillow's own Aileron as a file: the live page has the letters of titles. None where Pillow has none."""
    path = getattr(ImageFont.load_default(16), "path", None)
    return path.getvalue() if isinstance(path, BytesIO) else None


def _missing(text: str, font: Font) -> list[str]:
    """The characters of the text that the font draws as its box for the unknown."""
    unknown = _glyph(font, "\uffff")
    return [
        c for c in dict.fromkeys(text) if not c.isspace() and c not in JOINERS and _glyph(font, c) == unknown
    ]


def _glyph(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def lacks(face: Face, character: str) -> bool:
    """Whether a font draws a character as its box for unknown ones."""
    return bool(_missing(character, face.font_at(32)))


def plain(character: str, font_at: Callable[[float], Font]) -> str:
    """The nearest characters that the font has: é as e, – as -, and ? for those without any."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    near = bare.translate(PLAIN)
    return near if near and not _missing(near, font_at(32)) else "?"
