"""Which font sets a text, and what becomes of the characters that it lacks: the same for titles and plots."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
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
)
PLAIN = str.maketrans(
    dict(zip("–—−♯♭øØłŁı¿¡", "---#boOlLi?!", strict=True))
    | {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)


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
    """The text in one font: the first that has all of it, else the one that lacks least.

    The embedded font comes first, then DejaVu Sans, then the system's. A character that the chosen font lacks
    becomes the nearest plain letter, or a question mark; all others stay as they are.

    own  a font of the piece, which comes before all others
    """
    composed = unicodedata.normalize("NFC", text)[:MOST_CHARACTERS]
    # They say which letters join, to who knows how: in Persian, and in the scripts of India.
    joiners = JOINERS if features.check("raqm") else ""
    text = "".join(c for c in composed if c == "\n" or c in joiners or unicodedata.category(c)[0] != "C")
    found: list[tuple[list[str], str, Callable[[float], Font]]] = []
    for name, font_at in _fonts(own):
        missing = _missing(text, font_at(32))
        found.append((missing, name, font_at))
        if not missing:
            break
    missing, name, font_at = min(found, key=lambda entry: len(entry[0]))
    said = "".join(_plain(c, font_at) if c in missing else c for c in text)
    if missing:
        remark = f"no font here has {' '.join(missing)}; it reads {said!r}"
        return Lettering(said, font_at, tuple(missing), remark)
    is_of_system = name in SYSTEM_FONTS
    return Lettering(said, font_at, (), f"it is set in this system's {name}" if is_of_system else "")


def _fonts(own: Path | None) -> Iterator[tuple[str, Callable[[float], Font]]]:
    """The names of all fonts here, in order, and each at a size in pixels."""
    if own is not None:
        with suppress(OSError):
            ImageFont.truetype(own, 32)
            yield own.name, lambda size_px: ImageFont.truetype(own, size_px)
    yield "Aileron", _embedded_font
    path = dejavu_path()
    if path is not None:
        yield "DejaVu Sans", lambda size_px: ImageFont.truetype(path, size_px)
    for name in SYSTEM_FONTS:
        try:
            ImageFont.truetype(name, 32)
        except OSError:
            continue
        yield name, lambda size_px, name=name: ImageFont.truetype(name, size_px)  # type: ignore[misc]


@lru_cache(maxsize=1)
def dejavu_path() -> str | None:
    """Where DejaVu Sans lies; matplotlib itself is not loaded."""
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


def _plain(character: str, font_at: Callable[[float], Font]) -> str:
    """The nearest that the font has: é as e, – as -, and what has none as ?."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    plain = bare.translate(PLAIN)
    return plain if plain and not _missing(plain, font_at(32)) else "?"
