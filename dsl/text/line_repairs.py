"""Repairs within a line of YAML: foreign signs, blanks, commas, colours, values that need quotes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGNS = {
    "\N{FULLWIDTH COLON}": ":",
    "\N{FULLWIDTH COMMA}": ",",
    "\N{FULLWIDTH EQUALS SIGN}": ":",
    "\N{FULLWIDTH VERTICAL LINE}": "|",
    "\N{FULLWIDTH LEFT CURLY BRACKET}": "{",
    "\N{FULLWIDTH RIGHT CURLY BRACKET}": "}",
    "\N{FULLWIDTH LEFT SQUARE BRACKET}": "[",
    "\N{FULLWIDTH RIGHT SQUARE BRACKET}": "]",
    "\N{FULLWIDTH QUOTATION MARK}": '"',
    "\N{FULLWIDTH NUMBER SIGN}": "#",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": "'",
    "\N{IDEOGRAPHIC SPACE}": " ",
    "\N{NO-BREAK SPACE}": " ",
}
"""Characters that look like those of YAML and are not, as word processors and other keyboards write them."""
_SIGN = re.compile("[" + "".join(SIGNS) + "]")
_TABS = re.compile(r"[ ]*\t[ \t]*")
KEY = r"[A-Za-z_][\w.#-]*"
_DASH = re.compile(r"(?P<before> *-)(?=[{\[\"'A-Za-z])")
_TIGHT = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{KEY}):)(?=[^\s:/\\])")
_FLOW_TIGHT = re.compile(rf"(?<=[{{,\s])(?P<key>{KEY}):(?=[^\s:/\\,}}\]])")
_COLOUR = re.compile(r":\s+(?P<colour>#[0-9A-Fa-f]{3,8})(?=\s*[,}\]])")
_NO_COMMA = re.compile(rf"(?<=[^\s,{{\[:]) +(?P<key>{KEY}):(?=\s)")
_EQUALS = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{KEY}))(?P<sign> *= *)(?=\S)")
_VALUE = re.compile(rf" *(?:- +)?(?:\"[^\"]*\"|'[^']*'|{KEY}): +(?P<value>[^\s\"'{{\[#].*?) *(?: #.*)?\Z")
_FLOW_VALUE = re.compile(r": +(?P<value>[@%`>][^,}\]\"']*?) *(?=[,}\]])")


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to change a text, and the message about the changed line."""

    code: str
    line: int
    """From 0."""
    column: int
    width: int
    message: str
    hint: str
    edits: tuple[tuple[int, int, int, str], ...]
    """Line, first column and end column from 0, and the text that comes there."""


def foreign_signs(lines: list[str], at: int) -> Iterator[Repair]:
    found = list(_SIGN.finditer(lines[at]))
    if found:
        text = lines[at]
        edits = tuple(
            (at, sign.start(), sign.end(), _plain_sign(text, sign.end(), SIGNS[sign[0]])) for sign in found
        )
        first = found[0]
        plain = SIGNS[first[0]]
        named = {" ": "space", '"': "quote", "'": "quote"}.get(plain, f"`{plain}`")
        message = f"`{first[0]}` is not the {named} of YAML, though it looks like one"
        if plain == " ":
            message = "this space is not a plain space"
        hint = f"write {'a plain space' if plain == ' ' else plain}" + (
            " here and in the rest of the line" if len(found) > 1 else ""
        )
        yield Repair("MV123", at, first.start(), 1, message, hint, edits)


def _plain_sign(text: str, end: int, plain: str) -> str:
    """The sign, with the space that YAML wants after a colon or a comma and wider letters bring along."""
    needs_space = plain in ":," and text[end : end + 1] not in ("", " ")
    return plain + " " * needs_space


def stray_tabs(lines: list[str], near: list[int]) -> Iterator[Repair]:
    """Repairs that replace tabs by spaces: all that indent, or, if none does, any in the lines."""
    indented = [(at, found) for at, text in enumerate(lines) if (found := _TABS.match(text))]
    for width in (2, 4):
        edits = tuple(
            (at, 0, found.end(), "".join(" " * width if sign == "\t" else sign for sign in found[0]))
            for at, found in indented
        )
        if edits:
            at, found = next(((a, f) for a, f in indented if a in near), indented[0])
            yield Repair(
                "MV120",
                at,
                found[0].index("\t"),
                1,
                "a tab indents this line",
                "indent with spaces, not tabs",
                edits,
            )
    for at in near:
        places = [i for i, sign in enumerate(lines[at]) if sign == "\t"]
        if places:
            edits = tuple((at, i, i + 1, " ") for i in places)
            yield Repair("MV120", at, places[0], 1, "a tab is in this line", "write a space", edits)


def missing_blanks(lines: list[str], at: int) -> Iterator[Repair]:
    """A blank that is missing after a dash or a colon."""
    text = lines[at]
    dash = _DASH.match(text)
    if dash:
        rest = text[dash.end() :]
        message = "a space is missing after the dash"
        hint = f"write `- {shortened(rest)}`"
        edit = (at, dash.end(), dash.end(), " ")
        yield Repair("MV121", at, dash.end() - 1, 1, message, hint, (edit,))
    found = [m for m in (_TIGHT.match(text), *_FLOW_TIGHT.finditer(text)) if m]
    ends = sorted({(m.end(), m["key"]) for m in found})
    if ends:
        end, key = ends[0]
        value = re.split(r"[,}\]]", text[end:])[0] if "{" in text[:end] else text[end:]
        hint = f"write `{key}: {shortened(value)}`"
        edits = tuple((at, place, place, " ") for place, _ in ends)
        message = f"a space is missing after the colon of `{key}`"
        yield Repair("MV121", at, end - 1, 1, message, hint, edits)


def equals_for_colon(lines: list[str], at: int) -> Iterator[Repair]:
    found = _EQUALS.match(lines[at])
    if found:
        hint = f"write `{found['key']}: {shortened(lines[at][found.end() :])}`"
        start = found.start("sign")
        edit = (at, start, found.end("sign"), ": ")
        width = len(found["sign"].strip())
        column = start + found["sign"].index("=")
        yield Repair("MV124", at, column, width, "write a colon instead of `=`", hint, (edit,))


def bare_colours(lines: list[str], at: int) -> Iterator[Repair]:
    """A colour without quotes within braces, where # begins a comment that hides the closing brace."""
    for found in _COLOUR.finditer(lines[at]):
        start, end = found.span("colour")
        message = "what follows # is a comment, so the bracket behind it is not closed"
        hint = f'write the colour in quotes: "{found["colour"]}"'
        edit = (at, start, end, f'"{found["colour"]}"')
        yield Repair("MV121", at, start, end - start, message, hint, (edit,))


def backslashes_in_quotes(lines: list[str], line: int) -> Iterator[Repair]:
    """A name of a file as Windows shows it, in double quotes."""
    text = lines[line]
    places = [found.start() for found in re.finditer(r"\\", text)]
    if places and '"' in text[: places[0]]:
        message = "in double quotes a backslash begins an escape"
        edits = tuple((line, place, place + 1, "/") for place in places)
        yield Repair("MV123", line, places[0], 1, message, "write / between folders", edits)


def missing_commas(lines: list[str], at: int) -> Iterator[Repair]:
    """Commas that are missing between the keys of a pair of braces."""
    found = list(_NO_COMMA.finditer(lines[at])) if "{" in lines[at] else []
    if found:
        first = found[0]
        message = f"a comma is missing before `{first['key']}`"
        edits = tuple((at, match.start(), match.start(), ",") for match in found)
        hint = f"write `, {first['key']}:`"
        yield Repair("MV125", at, first.start("key"), len(first["key"]), message, hint, edits)


def values_to_quote(lines: list[str], line: int) -> Iterator[Repair]:
    """Text that YAML takes for something else: put in quotes."""
    text = lines[line]
    found = [m for m in (_VALUE.match(text), *_FLOW_VALUE.finditer(text)) if m]
    for match in found:
        value = match["value"]
        if "\\" in value or not value:
            continue
        quoted = '"' + value.replace('"', '\\"') + '"'
        hint = f"put it in quotes: {shortened(quoted)}"
        if value.startswith("@"):
            message = f"a place at a mark needs quotes: `{shortened(value)}`"
        elif value[0] in "><=":
            message = f"a comparison needs quotes: `{shortened(value)}`"
        elif ": " in value or value.endswith(":"):
            message = "a text with a colon in it needs quotes"
        else:
            message = f"a text that begins with `{value[0]}` needs quotes"
        start, end = match.span("value")
        yield Repair("MV121", line, start, end - start, message, hint, ((line, start, end, quoted),))


def shortened(text: str, most: int = 48) -> str:
    text = text.strip()
    return text if len(text) <= most else text[: most - 3] + "..."
