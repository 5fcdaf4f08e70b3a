"""Common notations for each kind of value, and how to write them here: 80 for 80%, 4k, 7.3 for 7|3."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from fractions import Fraction

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from ..text.line_repairs import SIGNS
from ..text.yaml_reader import parse_source
from ..values.position import parse_place, parse_range
from .synonyms import COLOURS, LOUDNESSES, NOTES, RATES, SIZES, WORDS_OF_UNITS

NOWHERE = Span("")
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
DECIMAL_COMMA = re.compile(r"(?<![0-9.,])(-?[0-9]{1,6}),([0-9]{1,6})(?![0-9.,])")
_GERMAN = re.compile(r"(?P<step>[A-Ha-h])(?P<sign>isis|is|eses|ases|asas|es|as|s)?(?P<octave>-?[0-9])?\Z")


def plain_text(text: str) -> str:
    """The text without quotes of other alphabets, wide letters, and a comment that touches it."""
    signs = "".join(SIGNS.get(sign, sign) for sign in text)
    narrow = unicodedata.normalize("NFKC", signs).strip().strip("\"'")
    cut = re.match(r"(.*[^\s#])#.*\Z", narrow)
    return cut[1] if cut else narrow


def _units(text: str) -> Iterator[str]:
    """The text with words for units as this language writes them."""
    lower = text.lower()
    for pattern, unit in WORDS_OF_UNITS:
        found = re.search(pattern, lower)
        if found and re.fullmatch(rf"{NUMBER}|[0-9]+/[0-9]+", text[: found.start()].strip()):
            yield text[: found.start()].strip() + unit
    if found := re.fullmatch(rf"({NUMBER}) ?(?:minutes?|mins?)", lower):
        yield f"{number_text(Fraction(found[1]) * 60)}s"


def _share(text: str) -> Iterator[str]:
    yield from _units(text)
    if re.fullmatch(NUMBER, text) and 5 <= float(text) <= 100:
        yield f"{text}%"


def _gain(text: str) -> Iterator[str]:
    yield from _units(text)
    if re.fullmatch(NUMBER, text) and float(text) < 0:
        yield f"{text} dB"


def _loudness(text: str) -> Iterator[str]:
    yield from _units(text)
    if found := re.fullmatch(r"\+?([0-9.]+)( ?[A-Za-z]*)", text):
        yield f"-{found[1]} {'dBTP' if 'tp' in found[2].lower() else 'LUFS'}"


def _peak(text: str) -> Iterator[str]:
    yield from _units(text)
    if found := re.fullmatch(r"\+?([0-9.]+)( ?[A-Za-z]*)", text):
        yield f"-{found[1]} dBTP"


def _ratio(text: str) -> Iterator[str]:
    if text.lower() in RATES:
        yield RATES[text.lower()]
    if found := re.fullmatch(rf"({NUMBER}(?: ?/ ?[0-9.]+)?) ?(?:fps|frames?|hz|p|x|bpm)", text, re.I):
        yield found[1]
    if found := re.fullmatch(rf"({NUMBER}) ?%", text):
        yield number_text(Fraction(found[1]) / 100)


def _size(text: str) -> Iterator[str]:
    name = text.strip().lower()
    if name in SIZES:
        yield SIZES[name]
    if found := re.fullmatch(
        r"([0-9]{2,5}) ?(?:x|\N{MULTIPLICATION SIGN}|\*|by|,|:|/| ) ?([0-9]{2,5})", name
    ):
        yield f"{found[1]}x{found[2]}"


def _colour(text: str) -> Iterator[str]:
    name = re.sub(r"[ _-]", "", text.strip().lower())
    if name in COLOURS:
        yield COLOURS[name]
    bare = re.fullmatch(r"(?:0x|#)?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})(?:[Ff]{2})?", text.strip())
    if bare:
        digits = bare[1] if len(bare[1]) == 6 else "".join(2 * digit for digit in bare[1])
        yield f"#{digits}"
    levels_of = r"rgba?\( ?(\d{1,3})[ ,]+(\d{1,3})[ ,]+(\d{1,3})\b.*\)"
    if found := re.fullmatch(levels_of, text.strip().lower()):
        levels = [int(level) for level in found.groups()]
        if max(levels) < 256:
            yield "#" + "".join(f"{level:02X}" for level in levels)


def _place(text: str) -> Iterator[str]:
    lower = text.strip().lower()
    if lower in ("start", "begin", "beginning", "first"):
        yield "1|1"
    if lower in ("last", "the end", "finish"):
        yield "end"
    if found := re.fullmatch(r"(?:bar|measure|m\.?) ?([0-9]+)(?:[ ,]+(?:beat|b\.?) ?([0-9.+/]+))?", lower):
        yield f"{found[1]}|{found[2]}" if found[2] else found[1]
    # Nobody writes bar 0 with a point: 0.5 is a value, or half a bar.
    if found := re.fullmatch(r"(0*[1-9][0-9]{0,5}) ?[.:,;/] ?([0-9]{1,3}(?:\.[0-9]+)?)", lower):
        yield f"{int(found[1])}|{found[2].lstrip('0') or '0'}"
    if found := re.fullmatch(r"-(.+)", lower):
        yield f"end-{found[1].strip()}"


def _range(text: str) -> Iterator[str]:
    lower = re.sub(r"\.{3,}|\N{HORIZONTAL ELLIPSIS}", "..", text.strip().lower())
    yield lower
    words = r"(?:bars?|measures?|mm?\.)"
    if found := re.fullmatch(rf"{words} ?([0-9]+)(?: ?(?:-|\N{{EN DASH}}|to|until|\.\.) ?([0-9]+))?", lower):
        yield f"bars {found[1]}-{found[2]}" if found[2] else f"bars {found[1]}"
    if found := re.fullmatch(r"([0-9]+) ?(?:-|\N{EN DASH}|to|until) ?([0-9]+)", lower):
        yield f"bars {found[1]}-{found[2]}"
    if found := re.fullmatch(r"(.+?) ?(?:-|\N{EN DASH}|to|until) ?(.+)", lower):
        ends = [next(_place(end), end) for end in found.groups()]
        yield "..".join(ends)
    if lower.count("..") == 1:
        first, last = (part.strip() for part in lower.split(".."))
        yield f"{next(_place(first), first)}..{next(_place(last), last)}"


def _swapped(text: str) -> Iterator[str]:
    if text.count("..") == 1:
        first, last = (part.strip() for part in text.split(".."))
        yield f"{last}..{first}"


def _duration(text: str) -> Iterator[str]:
    yield from _units(text)
    name = re.sub(r"(?:[ -]note)?s?\Z", "", text.strip().lower())
    if name in NOTES:
        yield NOTES[name]
    if text.startswith("-"):
        yield text[1:]


def _seconds(text: str) -> Iterator[str]:
    yield from _duration(text)
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        yield f"{text}s"


def _pitch(text: str) -> Iterator[str]:
    ends = re.split(r" ?(?:\.\.|-(?=[A-Ha-h])|\N{EN DASH}|to) ?", text.strip())
    if 1 <= len(ends) <= 2:
        named = [_english(end) for end in ends]
        yield "..".join(named)


def _english(name: str) -> str:
    """A German note name as an English one, Cis4 as C#4; others as they are."""
    found = _GERMAN.match(name)
    if not found:
        return name
    step, sign = found["step"].upper(), found["sign"] or ""
    accidental = {"is": "#", "isis": "##", "es": "b", "s": "b", "as": "b", "eses": "bb"}.get(sign, "")
    return ("B" if step == "H" else step) + accidental + (found["octave"] or "")


def _velocity(text: str) -> Iterator[str]:
    lower = text.strip().lower()
    yield LOUDNESSES.get(re.sub(r"[ -]", "", lower), lower)
    if found := re.fullmatch(r"([a-z]+|[0-9]+) ?(?:-|\N{EN DASH}|to) ?([a-z]+|[0-9]+)", lower):
        yield "..".join(LOUDNESSES.get(end, end) for end in found.groups())


def _length(text: str) -> Iterator[str]:
    yield from _duration(text)
    if found := re.fullmatch(r"(.+?) ?(?:-|\N{EN DASH}|to) ?(.+)", text.strip().lower()):
        yield "..".join(next(_duration(end), end) for end in found.groups())


def _meter(text: str) -> Iterator[str]:
    lower = text.strip().lower()
    yield {"c": "4/4", "common": "4/4", "common time": "4/4", "cut": "2/2", "alla breve": "2/2"}.get(
        lower, lower
    )
    yield re.sub(r" ?[/:\N{FRACTION SLASH}\N{DIVISION SLASH}] ?", "/", lower)


def _name(text: str) -> Iterator[str]:
    slashes = text.replace("\\", "/")
    yield slashes
    yield slashes.removeprefix("./")


READINGS: dict[str, Callable[[str], Iterator[str]]] = {
    "share": _share,
    "gain": _gain,
    "decibels": _units,
    "hertz": _units,
    "rate": _units,
    "time": _units,
    "value": _units,
    "loudness": _loudness,
    "peak": _peak,
    "ratio": _ratio,
    "size": _size,
    "colour": _colour,
    "place": _place,
    "range": _range,
    "duration": _duration,
    "seconds": _seconds,
    "pitch": _pitch,
    "velocity": _velocity,
    "length": _length,
    "metre": _meter,
    "beat": lambda text: iter((re.sub(r"(?i)^beat ?", "", text),)),
    **dict.fromkeys(
        ("score file", "recording", "head", "file of lanes", "soundfont", "plugin", "preset", "folder"), _name
    ),
}


def unsure(text: str, title: str) -> Iterator[str]:
    """Readings that may be wrong."""
    if title in ("range", "pitch", "velocity", "length"):
        yield from _swapped(text)
    if title == "range" and not isinstance(place := parse_place(text, NOWHERE), Diagnostic) and place.bar:
        yield f"{place.bar}..{place.bar + 1}"
    if title == "place" and isinstance(parse_range(text, NOWHERE), Diagnostic) is False:
        yield text.split("..")[0]
    if title == "place" and (found := re.fullmatch(r"0(?:\|.*)?|([0-9]+)\|0(?:\.0*)?", text)):
        yield f"{found[1] or 1}|1"
    if title == "size" and f"{text}p" in SIZES:
        yield SIZES[f"{text}p"]
    if title == "size" and (found := re.fullmatch(r"(1280|1920|2560|3840)", text)):
        yield f"{found[1]}x{int(found[1]) * 9 // 16}"
    if title == "value":
        sides = {"left": "-1", "right": "1", "center": "0", "centre": "0", "middle": "0", "front": "0"}
        yield sides.get(text.strip().lower(), text)
    if title == "size" and (found := re.fullmatch(r"([0-9]{2,5})x([0-9]{2,5})", text)):
        yield "x".join(str(min(max(int(side) // 2 * 2, 64), 4096)) for side in found.groups())


def yaml_text(text: str) -> str:
    """A scalar as it can be after `key: ` and in a flow list: in quotes where YAML needs them."""
    source, findings = parse_source(f"[{text}, 0]\n", "")
    is_plain = not findings and isinstance(source.value, list) and len(source.value) == 2
    if is_plain and isinstance(source.value, list) and not text.startswith(("'", '"')):
        value = source.value[0]
        if value == text or (isinstance(value, int | float) and not isinstance(value, bool)):
            return text
    return json.dumps(text, ensure_ascii=False)


def number_text(value: Fraction) -> str:
    return f"{float(value):.10g}"
