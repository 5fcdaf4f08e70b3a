"""What to write in the place of a value that does not fit: made from the value itself, and tried first.

Each kind of value has its own readings of what people write: 80 for 80%, 4k for 3840x2160, 7.3 for 7|3. A
reading is offered only where the schema and the parser of its kind take it, so a fix is right when followed.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from ..text.slips import SIGNS
from ..text.yaml_source import parse_source
from ..values.position import parse_place, parse_range
from ..values.quantity import Quantity, parse_quantity
from .kinds import PARSERS, UNIT_OF
from .violations import Broken, broken_rules

MAX_TEXT = 80
_NOWHERE = Span("")
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DECIMAL_COMMA = re.compile(r"(?<![0-9.,])(-?[0-9]{1,6}),([0-9]{1,6})(?![0-9.,])")

SHAPES = {
    "linear": "straight",
    "line": "straight",
    "ramp": "straight",
    "none": "hold",
    "step": "hold",
    "constant": "hold",
    "ease": "half_cosine",
    "ease-in-out": "half_cosine",
    "easeinout": "half_cosine",
    "ease-in-out-sine": "half_cosine",
    "easeinoutsine": "half_cosine",
    "cosine": "half_cosine",
    "cos": "half_cosine",
    "s-curve": "smoothstep",
    "scurve": "smoothstep",
    "ease-in-out-cubic": "smoothstep",
    "easeinoutcubic": "smoothstep",
    "smooth": "smoothstep",
    "ease-in": "quarter_cosine",
    "easein": "quarter_cosine",
    "ease-in-sine": "quarter_cosine",
    "easeinsine": "quarter_cosine",
    "ease-out": "quarter_sine",
    "easeout": "quarter_sine",
    "ease-out-sine": "quarter_sine",
    "easeoutsine": "quarter_sine",
    "exp": "exponential",
    "expo": "exponential",
    "sin": "sine",
    "lfo": "sine",
    "saw": "sawtooth",
    "tri": "triangle",
    "spline": "through",
    "bezier": "through",
    "catmull-rom": "through",
    "random": "drift",
    "noise": "drift",
}
"""Names that other programs have for the shapes of a lane; `hold` is none in a schema and says its own."""
SIZES = {
    "480p": "854x480",
    "720p": "1280x720",
    "hd": "1280x720",
    "1080p": "1920x1080",
    "fhd": "1920x1080",
    "full hd": "1920x1080",
    "fullhd": "1920x1080",
    "1440p": "2560x1440",
    "qhd": "2560x1440",
    "2k": "2560x1440",
    "2160p": "3840x2160",
    "4k": "3840x2160",
    "uhd": "3840x2160",
    "16:9": "1920x1080",
    "9:16": "1080x1920",
    "1:1": "1080x1080",
    "4:3": "1440x1080",
    "square": "1080x1080",
}
COLOURS = {
    "black": "#000000",
    "white": "#FFFFFF",
    "grey": "#808080",
    "gray": "#808080",
    "silver": "#C0C0C0",
    "red": "#FF0000",
    "green": "#008000",
    "lime": "#00FF00",
    "blue": "#0000FF",
    "navy": "#000080",
    "yellow": "#FFFF00",
    "gold": "#FFD700",
    "orange": "#FFA500",
    "brown": "#A52A2A",
    "maroon": "#800000",
    "crimson": "#DC143C",
    "pink": "#FFC0CB",
    "magenta": "#FF00FF",
    "fuchsia": "#FF00FF",
    "purple": "#800080",
    "violet": "#EE82EE",
    "indigo": "#4B0082",
    "cyan": "#00FFFF",
    "aqua": "#00FFFF",
    "teal": "#008080",
    "turquoise": "#40E0D0",
    "olive": "#808000",
    "beige": "#F5F5DC",
    "ivory": "#FFFFF0",
    "salmon": "#FA8072",
    "coral": "#FF7F50",
    "khaki": "#F0E68C",
    "lavender": "#E6E6FA",
    "tan": "#D2B48C",
}
"""Colours by their names in CSS (https://www.w3.org/TR/css-color-4/#named-colors)."""
RATES = {"ntsc": "30000/1001", "pal": "25", "film": "24", "cinema": "24"}
NOTES = {
    "whole": "1/1",
    "semibreve": "1/1",
    "half": "1/2",
    "minim": "1/2",
    "quarter": "1/4",
    "crotchet": "1/4",
    "eighth": "1/8",
    "quaver": "1/8",
    "sixteenth": "1/16",
    "semiquaver": "1/16",
}
LOUDNESSES = {
    "pianissimo": "pp",
    "piano": "p",
    "mezzopiano": "mp",
    "mezzoforte": "mf",
    "forte": "f",
    "fortissimo": "ff",
}
_GERMAN = re.compile(r"(?P<step>[A-Ha-h])(?P<sign>isis|is|eses|ases|asas|es|as|s)?(?P<octave>-?[0-9])?\Z")
_WORDS_OF_UNITS = (
    (r" ?(?:percent|per cent|pct)\Z", "%"),
    (r" ?(?:seconds?|secs?|sec\.)\Z", "s"),
    (r" ?(?:milliseconds?|msecs?)\Z", "ms"),
    (r" ?(?:measures?|bars?)\Z", "bar"),
    (r" ?(?:beats?|counts?)\Z", "b"),
    (r" ?(?:hertz|hz|cps)\Z", " Hz"),
    (r" ?(?:kilohertz|khz)\Z", " kHz"),
    (r" ?(?:decibels?|db|dbfs)\Z", " dB"),
    (r" ?(?:dbtp|dbfs|dbp|db)\Z", " dBTP"),
    (r" ?(?:lufs|lkfs|lu|db|dbfs)\Z", " LUFS"),
    (r" ?(?:per beat|/ ?beat)\Z", "/b"),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to write, as it stands in YAML; `sure` where it means what was written and nothing else."""

    text: str
    sure: bool


def suggestion(broken: Broken, text: str, schema: dict[str, Any]) -> Suggestion | None:
    """A value near the written one that this key takes; None where none is known.

    text     the value as written
    schema   the whole schema of the file
    """
    if len(text) > MAX_TEXT or isinstance(broken.value, dict | list | None):
        return None
    own = _schema_of(broken, schema)
    title = _title(own, schema)
    bounds: dict[str, Any] = {
        key: broken.schema[key] for key in ("minimum", "maximum") if key in broken.schema
    }
    for candidate, sure in _candidates(text, broken.value, {**bounds, **own}, title):
        if candidate != text and _fits(candidate, own, title, schema):
            return Suggestion(candidate, sure)
    return None


def spelling(title: str, text: str) -> Suggestion | None:
    """How the parser of a kind of value would take a text that it refused; None where none is known."""
    for candidate, sure in _candidates(text[:MAX_TEXT], text, {}, title):
        if candidate != text and _fits(candidate, {}, title, {}):
            return Suggestion(candidate, sure)
    return None


def _schema_of(broken: Broken, schema: dict[str, Any]) -> dict[str, Any]:
    """All that the file's schema says of this value, its bounds included: not only the broken part."""
    node: Any = schema
    found: Any = schema
    after = ""
    for part in broken.way:
        # The way leaves out references: they are followed where a step is not found without.
        if isinstance(node, dict) and part not in node:
            node = _resolved(schema, node)
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
        if after == "properties" or part in ("items", "additionalProperties", "propertyNames"):
            found, after = node, ""
        else:
            after = str(part)
    return found if isinstance(found, dict) else broken.schema


def _resolved(schema: dict[str, Any], node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        found: Any = schema
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _title(own: dict[str, Any], schema: dict[str, Any]) -> str:
    named = own.get("title") or _resolved(schema, own).get("title")
    if named:
        return str(named)
    for option in (*own.get("anyOf", ()), *_resolved(schema, own).get("anyOf", ())):
        title = _resolved(schema, option).get("title")
        if title:
            return str(title)
    return ""


def _fits(candidate: str, own: dict[str, Any], title: str, schema: dict[str, Any]) -> bool:
    """Whether the key would take a text that stands there in YAML."""
    source, findings = parse_source(f"value: {candidate}\n", "")
    if findings or not isinstance(source.value, dict) or "value" not in source.value:
        return False
    value = source.value["value"]
    if value is None or isinstance(value, dict | list):
        return False
    if broken_rules({**own, "$defs": schema.get("$defs", {})}, value):
        return False
    plain = source.spellings.get("/value", str(value))
    if title in UNIT_OF:
        quantity = parse_quantity(plain, UNIT_OF[title], _NOWHERE)
        return isinstance(quantity, Quantity) and _within(quantity.value, own)
    return title not in PARSERS or not isinstance(PARSERS[title](plain, _NOWHERE), Diagnostic)


def _within(value: float, own: dict[str, Any]) -> bool:
    bounds = {**own, **next((o for o in own.get("anyOf", ()) if "minimum" in o or "maximum" in o), {})}
    return bool(bounds.get("minimum", value) <= value <= bounds.get("maximum", value))


def _candidates(text: str, value: Any, own: dict[str, Any], title: str) -> Iterator[tuple[str, bool]]:
    """Readings of a text, the surest first, each with whether it is sure."""
    plain = _plain(text)
    texts = dict.fromkeys((text, plain, _DECIMAL_COMMA.sub(r"\1.\2", plain)))
    for one in texts:
        if one != text:
            yield yaml_text(one), True
        reader = _READERS.get(title)
        if reader is not None:
            for reading in reader(one):
                yield yaml_text(reading), True
        yield from _of_kind(one, value, own)
    for one in texts:
        yield from ((yaml_text(reading), False) for reading in _unsure(one, title))
        yield from _clamped(one, own)


def _plain(text: str) -> str:
    """The text without quotes of other alphabets, wide letters, and a comment that touches it."""
    signs = "".join(SIGNS.get(sign, sign) for sign in text)
    narrow = unicodedata.normalize("NFKC", signs).strip().strip("\"'")
    cut = re.match(r"(.*[^\s#])#.*\Z", narrow)
    return cut[1] if cut else narrow


def _of_kind(text: str, value: Any, own: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Readings by the type that the schema wants."""
    kinds = own.get("type")
    lower = text.strip().lower()
    if kinds == "boolean":
        if lower in ("yes", "on", "y", "1", "true"):
            yield "true", True
        if lower in ("no", "off", "n", "0", "false", "none"):
            yield "false", True
    if kinds in ("number", "integer") or "anyOf" in own:
        if found := re.fullmatch(rf"({_NUMBER}) ?%", text):
            yield _number(Fraction(found[1]) / 100), True
        if found := re.fullmatch(
            rf"({_NUMBER}) ?(?:degrees?|deg|\N{{DEGREE SIGN}}|px|times|x|cycles?|b|beats?)", text, re.I
        ):
            yield found[1], True
        if kinds == "integer" and re.fullmatch(_NUMBER, text) and float(text).is_integer():
            yield str(int(float(text))), True
    options = own.get("enum", ())
    if options:
        folded = {re.sub(r"[^a-z0-9]", "", str(option).lower()): str(option) for option in options}
        if found_option := folded.get(re.sub(r"[^a-z0-9]", "", lower)):
            yield found_option, True
        synonym = SHAPES.get(re.sub(r"[ _]", "-", lower), "")
        if synonym in options:
            yield synonym, synonym == "straight" or lower in ("sin", "exp", "saw", "tri")
    if kinds == "string" and not isinstance(value, str):
        yield json.dumps(text, ensure_ascii=False), True


def _clamped(text: str, own: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """The nearest value that is allowed, in the unit that was written."""
    bounds = {**own, **next((o for o in own.get("anyOf", ()) if "minimum" in o or "maximum" in o), {})}
    found = re.fullmatch(rf"({_NUMBER})( ?[A-Za-z%/]*)", text.strip())
    if not found:
        return
    number, suffix = float(found[1]), found[2]
    scale = {"%": 100.0, "ms": 1000.0, "kHz": 0.001}.get(suffix.strip(), 1.0)
    for key in ("minimum", "maximum"):
        limit = bounds.get(key)
        if limit is None or (number / scale < limit) is not (key == "minimum"):
            continue
        yield f"{_number(Fraction(limit).limit_denominator(10**6) * Fraction(scale))}{suffix}", False


def _units(text: str) -> Iterator[str]:
    """The text with words for units as this language writes them."""
    lower = text.lower()
    for pattern, unit in _WORDS_OF_UNITS:
        found = re.search(pattern, lower)
        if found and re.fullmatch(rf"{_NUMBER}|[0-9]+/[0-9]+", text[: found.start()].strip()):
            yield text[: found.start()].strip() + unit
    if found := re.fullmatch(rf"({_NUMBER}) ?(?:minutes?|mins?)", lower):
        yield f"{_number(Fraction(found[1]) * 60)}s"


def _share(text: str) -> Iterator[str]:
    yield from _units(text)
    if re.fullmatch(_NUMBER, text) and 5 <= float(text) <= 100:
        yield f"{text}%"


def _gain(text: str) -> Iterator[str]:
    yield from _units(text)
    if re.fullmatch(_NUMBER, text) and float(text) < 0:
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
    if found := re.fullmatch(rf"({_NUMBER}(?: ?/ ?[0-9.]+)?) ?(?:fps|frames?|hz|p|x|bpm)", text, re.I):
        yield found[1]
    if found := re.fullmatch(rf"({_NUMBER}) ?%", text):
        yield _number(Fraction(found[1]) / 100)


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
    if found := re.fullmatch(r"([0-9]{1,6}) ?[.:,;/] ?([0-9]{1,3}(?:\.[0-9]+)?)", lower):
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


_READERS: dict[str, Callable[[str], Iterator[str]]] = {
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


def _unsure(text: str, title: str) -> Iterator[str]:
    """Readings that may not be what was meant."""
    if title in ("range", "pitch", "velocity", "length"):
        yield from _swapped(text)
    if title == "range" and not isinstance(place := parse_place(text, _NOWHERE), Diagnostic) and place.bar:
        yield f"{place.bar}..{place.bar + 1}"
    if title == "place" and isinstance(parse_range(text, _NOWHERE), Diagnostic) is False:
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
    """A scalar as it can stand after `key: ` and in a flow list: in quotes where YAML needs them."""
    source, findings = parse_source(f"[{text}, 0]\n", "")
    is_plain = not findings and isinstance(source.value, list) and len(source.value) == 2
    if is_plain and isinstance(source.value, list) and not text.startswith(("'", '"')):
        value = source.value[0]
        if value == text or (isinstance(value, int | float) and not isinstance(value, bool)):
            return text
    return json.dumps(text, ensure_ascii=False)


def _number(value: Fraction) -> str:
    return f"{float(value):.10g}"
