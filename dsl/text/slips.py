"""Slips of the pen in YAML: which line has one, and what to write instead.

A YAML reader stops where it can make no sense of the text, which is often a line or a page behind the slip.
Here each line that may be the cause is tried with one repair at a time, and a repair counts only where the
reader then gets further; so a hint is never a guess that does not help.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.fixes import BREAK
from ..findings.span import Span

MAX_TRIED = 24
MAX_CHARACTERS = 1 << 16
"""A longer text is read again for no repair: the reader's own words have to do."""
_LINES_BACK = 3
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

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
"""Signs that look like those of YAML and are others, as word processors and other keyboards write them."""
_SIGN = re.compile("[" + "".join(SIGNS) + "]")
_TABS = re.compile(r"[ ]*\t[ \t]*")
_KEY = r"[A-Za-z_][\w.#-]*"
_DASH = re.compile(r"(?P<before> *-)(?=[{\[\"'A-Za-z])")
_TIGHT = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{_KEY}):)(?=[^\s:/\\])")
_FLOW_TIGHT = re.compile(rf"(?<=[{{,\s])(?P<key>{_KEY}):(?=[^\s:/\\,}}\]])")
_COLOUR = re.compile(r":\s+(?P<colour>#[0-9A-Fa-f]{3,8})(?=\s*[,}\]])")
_NO_COMMA = re.compile(rf"(?<=[^\s,{{\[:]) +(?P<key>{_KEY}):(?=\s)")
_EQUALS = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{_KEY}))(?P<sign> *= *)(?=\S)")
_BARE = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{_KEY})) *(?:#.*)?\Z")
_UNSIGNED = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{_KEY}))(?P<gap> +)(?=[^\s:=#])")
_VALUE = re.compile(rf" *(?:- +)?(?:\"[^\"]*\"|'[^']*'|{_KEY}): +(?P<value>[^\s\"'{{\[#].*?) *(?: #.*)?\Z")
_FLOW_VALUE = re.compile(r": +(?P<value>[@%`>][^,}\]\"']*?) *(?=[,}\]])")


@dataclass(frozen=True, slots=True)
class _Repair:
    """One way to change a text, and what it says of the line that it changes."""

    code: str
    line: int
    """From 0."""
    column: int
    width: int
    message: str
    hint: str
    edits: tuple[tuple[int, int, int, str], ...]
    """Line, first column and end column from 0, and the text that comes there."""


def slip(text: str, file: str, line: int, begun: int | None) -> Diagnostic | None:
    """The slip that made a YAML reader stop in `line`, from 0; None where none is known.

    begun   the line where the reader says that what it was reading began
    """
    if len(text) > MAX_CHARACTERS:
        return None
    parts = BREAK.split(text)
    lines, breaks = parts[::2], [*parts[1::2], ""]
    line = min(line, len(lines) - 1)
    helps: _Repair | None = None
    for tried, repair in enumerate(_repairs(lines, line, begun)):
        if tried >= MAX_TRIED or (helps and (repair.code, repair.line) != (helps.code, helps.line)):
            break
        edited = _edited(lines, repair.edits)
        reached = _stop_of("".join(one + end for one, end in zip(edited, breaks, strict=True)))
        if reached is None:
            return _finding(repair, file)
        if helps is None and reached > max(line, repair.line):
            helps = repair
    return None if helps is None else _finding(helps, file)


def _finding(repair: _Repair, file: str) -> Diagnostic:
    edits = tuple(
        Edit(Span(file, at + 1, start + 1, at + 1, end + 1), put) for at, start, end, put in repair.edits
    )
    first = repair.column + 1
    span = Span(file, repair.line + 1, first, repair.line + 1, first + max(repair.width, 1))
    return Diagnostic(repair.code, span, repair.message, repair.hint, edits=edits)


def _stop_of(text: str) -> int | None:
    """The line from 0 where the reader stops; None where it reads all."""
    try:
        for _ in yaml.parse(text, Loader=_LOADER):
            pass
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        return mark.line if mark else 0
    except (yaml.YAMLError, ValueError):
        return 0
    return None


def _edited(lines: Sequence[str], edits: Sequence[tuple[int, int, int, str]]) -> list[str]:
    out = list(lines)
    for line, start, end, put in sorted(edits, reverse=True):
        out[line] = out[line][:start] + put + out[line][end:]
    return out


def _repairs(lines: list[str], line: int, begun: int | None) -> Iterator[_Repair]:
    """What may be meant, the most telling first."""
    near = _near(lines, line, begun)
    for at in near:
        yield from _foreign_signs(lines, at)
    yield from _tabs(lines, near)
    for at in near:
        yield from _tight(lines, at)
    for at in near:
        yield from _equals(lines, at)
    yield from _backslashes(lines, line)
    for at in near:
        yield from _colour(lines, at)
    yield from _quotes(lines, line)
    yield from _brackets(lines, near)
    for at in near:
        yield from _commas(lines, at)
    yield from _quoted_value(lines, line)
    for at in near:
        yield from _missing_colon(lines, at)
    yield from _indentation(lines, line)
    if near[1:] and not lines[near[0]].strip():
        yield from _indentation(lines, near[1])


def _near(lines: list[str], line: int, begun: int | None) -> list[int]:
    """The line where the reader stopped, the written ones before it, and where it began."""
    found = [line]
    at = line - 1
    while at >= 0 and len(found) <= _LINES_BACK:
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            found.append(at)
        at -= 1
    if begun is not None and begun not in found and begun < len(lines):
        found.append(begun)
    return found


def _foreign_signs(lines: list[str], at: int) -> Iterator[_Repair]:
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
            message = "a space of another kind stands here"
        hint = f"write {'a plain space' if plain == ' ' else plain}" + (
            " here and in the rest of the line" if len(found) > 1 else ""
        )
        yield _Repair("MV123", at, first.start(), 1, message, hint, edits)


def _plain_sign(text: str, end: int, plain: str) -> str:
    """The sign, with the space that YAML wants after a colon or a comma and wider letters bring along."""
    needs_space = plain in ":," and text[end : end + 1] not in ("", " ")
    return plain + " " * needs_space


def _tabs(lines: list[str], near: list[int]) -> Iterator[_Repair]:
    """All tabs that indent, each as two spaces; else those that stand anywhere in the lines."""
    indented = [(at, found) for at, text in enumerate(lines) if (found := _TABS.match(text))]
    for width in (2, 4):
        edits = tuple(
            (at, 0, found.end(), "".join(" " * width if sign == "\t" else sign for sign in found[0]))
            for at, found in indented
        )
        if edits:
            at, found = next(((a, f) for a, f in indented if a in near), indented[0])
            yield _Repair(
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
            yield _Repair("MV120", at, places[0], 1, "a tab is in this line", "write a space", edits)


def _tight(lines: list[str], at: int) -> Iterator[_Repair]:
    """A blank that is missing after a dash or a colon."""
    text = lines[at]
    dash = _DASH.match(text)
    if dash:
        rest = text[dash.end() :]
        message = "a space is missing after the dash"
        hint = f"write `- {_short(rest)}`"
        edit = (at, dash.end(), dash.end(), " ")
        yield _Repair("MV121", at, dash.end() - 1, 1, message, hint, (edit,))
    found = [m for m in (_TIGHT.match(text), *_FLOW_TIGHT.finditer(text)) if m]
    ends = sorted({(m.end(), m["key"]) for m in found})
    if ends:
        end, key = ends[0]
        value = re.split(r"[,}\]]", text[end:])[0] if "{" in text[:end] else text[end:]
        hint = f"write `{key}: {_short(value)}`"
        edits = tuple((at, place, place, " ") for place, _ in ends)
        message = f"a space is missing after the colon of `{key}`"
        yield _Repair("MV121", at, end - 1, 1, message, hint, edits)


def _equals(lines: list[str], at: int) -> Iterator[_Repair]:
    found = _EQUALS.match(lines[at])
    if found:
        hint = f"write `{found['key']}: {_short(lines[at][found.end() :])}`"
        start = found.start("sign")
        edit = (at, start, found.end("sign"), ": ")
        width = len(found["sign"].strip())
        column = start + found["sign"].index("=")
        yield _Repair("MV124", at, column, width, "`=` stands where a colon belongs", hint, (edit,))


def _indentation(lines: list[str], line: int) -> Iterator[_Repair]:
    """The line, with all that is deeper, moved to a level that is open above it."""
    text = lines[line]
    if not text.strip():
        return
    depth = _depth(text)
    open_levels: list[int] = []
    least = 1 << 30
    for at in range(line - 1, max(line - 400, -1), -1):
        above = lines[at]
        if not above.strip() or above.lstrip().startswith("#"):
            continue
        level = _depth(above)
        if level < least or not open_levels:
            open_levels.append(level)
            least = min(least, level)
            if above.lstrip().startswith("- ") and not text.lstrip().startswith("- "):
                open_levels.append(level + 2)
        if level == 0:
            break
    end = line + 1
    while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) >= max(depth, 1)):
        end += 1
    nearest = sorted(set(open_levels) - {depth}, key=lambda level: (abs(level - depth), -level))
    for level in nearest:
        for stop in dict.fromkeys((line + 1, end)):
            edits = tuple(
                (at, 0, min(depth, _depth(lines[at])), " " * level)
                for at in range(line, stop)
                if lines[at].strip()
            )
            by = abs(depth - level)
            side = "many" if depth > level else "few"
            message = f"this line is indented by {by} space{'s' if by > 1 else ''} too {side}"
            hint = f"indent it by {level} space{'s' if level != 1 else ''}, as the block above it"
            if level == 0:
                hint = "begin it at the left edge"
            if len(edits) > 1:
                hint += f", and the {len(edits) - 1} below it with it"
            yield _Repair("MV120", line, 0, max(depth, 1), message, hint, edits)


def _missing_colon(lines: list[str], at: int) -> Iterator[_Repair]:
    text = lines[at]
    if ": " in text or text.rstrip().endswith(":"):
        return
    bare = _BARE.match(text)
    following = next((later for later in lines[at + 1 :] if later.strip()), "")
    if bare and (_depth(following) > _depth(text) or following.lstrip().startswith("- ")):
        edit = (at, bare.end("before"), bare.end("before"), ":")
        message = f"the colon after `{bare['key']}` is missing"
        column, width = bare.start("key"), len(bare["key"])
        yield _Repair("MV124", at, column, width, message, f"write `{bare['key']}:`", (edit,))
    found = _UNSIGNED.match(text)
    if found:
        edit = (at, found.end("before"), found.end("gap"), ": ")
        hint = f"write `{found['key']}: {_short(text[found.end() :])}`"
        message = f"the colon after `{found['key']}` is missing"
        yield _Repair("MV124", at, found.start("key"), len(found["key"]), message, hint, (edit,))


def _colour(lines: list[str], at: int) -> Iterator[_Repair]:
    """A colour without quotes within braces, where # begins a comment that hides the closing brace."""
    for found in _COLOUR.finditer(lines[at]):
        start, end = found.span("colour")
        message = "what follows # is a comment, so the bracket behind it is not closed"
        hint = f'write the colour in quotes: "{found["colour"]}"'
        edit = (at, start, end, f'"{found["colour"]}"')
        yield _Repair("MV121", at, start, end - start, message, hint, (edit,))


def _backslashes(lines: list[str], line: int) -> Iterator[_Repair]:
    """A name of a file as Windows shows it, in double quotes."""
    text = lines[line]
    places = [found.start() for found in re.finditer(r"\\", text)]
    if places and '"' in text[: places[0]]:
        message = "in double quotes a backslash begins an escape"
        edits = tuple((line, place, place + 1, "/") for place in places)
        yield _Repair("MV123", line, places[0], 1, message, "write / between folders", edits)


def _quotes(lines: list[str], line: int) -> Iterator[_Repair]:
    """A quote that is opened in a line and not closed there."""
    for at in range(line + 1):
        opened = _open_quote(lines[at])
        if opened is None:
            continue
        place, quote = opened
        text = lines[at].rstrip()
        message = "this quote is not closed"
        rest = text[place:]
        comment = re.search(r" +#", rest)
        ends = [len(text)]
        brackets = re.search(r"[\]}]+\Z", rest)
        if comment:
            ends.insert(0, place + comment.start())
        if brackets:
            ends.insert(0, place + brackets.start())
        comma = rest.find(", ")
        if comma > 0:
            ends.insert(0, place + comma)
        for end in ends:
            hint = f"close it: {_short(text[place:end])}{quote}"
            yield _Repair("MV122", at, place, 1, message, hint, ((at, end, end, quote),))


def _open_quote(text: str) -> tuple[int, str] | None:
    """Where a quote begins that the line does not close, and which; a quote within a word is none."""
    quote, begun, i = "", 0, 0
    while i < len(text):
        sign = text[i]
        if quote:
            if sign == "\\" and quote == '"':
                i += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'" and (i == 0 or text[i - 1] in " [{,:-"):
            quote, begun = sign, i
        elif sign == "#" and (i == 0 or text[i - 1] == " "):
            return None
        i += 1
    return (begun, quote) if quote else None


def _brackets(lines: list[str], near: list[int]) -> Iterator[_Repair]:
    """Brackets that a line opens and does not close, or closes in another order, or too often."""
    pairs = {"{": "}", "[": "]"}
    for at in near:
        text = lines[at]
        stack: list[tuple[str, int]] = []
        quote = ""
        end = len(text)
        for i, sign in enumerate(text):
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "\"'" and (i == 0 or text[i - 1] in " [{,:"):
                quote = sign
            elif sign == "#" and i and text[i - 1] == " ":
                end = i
                break
            elif sign in pairs and (stack or i == 0 or text[i - 1] in " [{,:-"):
                stack.append((sign, i))
            elif sign in "}]":
                if not stack:
                    if i == 0 or re.search(r"[\]}] *\Z", text[:i]):
                        yield _Repair(
                            "MV122",
                            at,
                            i,
                            1,
                            f"this `{sign}` closes nothing",
                            f"remove the `{sign}`",
                            ((at, i, i + 1, ""),),
                        )
                    break
                opened, place = stack[-1]
                if pairs[opened] != sign:
                    message = f"this `{opened}` is not closed before the `{sign}`"
                    hint = f"write `{pairs[opened]}` before the `{sign}`"
                    yield _Repair("MV122", at, place, 1, message, hint, ((at, i, i, pairs[opened]),))
                    hint = f"write `{pairs[opened]}` for `{sign}`"
                    yield _Repair("MV122", at, place, 1, message, hint, ((at, i, i + 1, pairs[opened]),))
                    break
                stack.pop()
        else:
            end = len(text)
        if stack and not quote:
            end = len(text[:end].rstrip())
            closing = "".join(pairs[opened] for opened, _ in reversed(stack))
            opened, place = stack[-1]
            where = "the line" if len(stack) == 1 else "the line, in this order"
            yield _Repair(
                "MV122",
                at,
                place,
                1,
                f"this `{opened}` is not closed",
                f"write `{closing}` at the end of {where}",
                ((at, end, end, closing),),
            )


def _commas(lines: list[str], at: int) -> Iterator[_Repair]:
    """Commas that are missing between the keys of a pair of braces."""
    found = list(_NO_COMMA.finditer(lines[at])) if "{" in lines[at] else []
    if found:
        first = found[0]
        message = f"a comma is missing before `{first['key']}`"
        edits = tuple((at, match.start(), match.start(), ",") for match in found)
        hint = f"write `, {first['key']}:`"
        yield _Repair("MV125", at, first.start("key"), len(first["key"]), message, hint, edits)


def _quoted_value(lines: list[str], line: int) -> Iterator[_Repair]:
    """Text that YAML takes for something else: put in quotes."""
    text = lines[line]
    found = [m for m in (_VALUE.match(text), *_FLOW_VALUE.finditer(text)) if m]
    for match in found:
        value = match["value"]
        if "\\" in value or not value:
            continue
        quoted = '"' + value.replace('"', '\\"') + '"'
        hint = f"put it in quotes: {_short(quoted)}"
        if value.startswith("@"):
            message = f"a place at a mark needs quotes: `{_short(value)}`"
        elif value[0] in "><=":
            message = f"a comparison needs quotes: `{_short(value)}`"
        elif ": " in value or value.endswith(":"):
            message = "a text with a colon in it needs quotes"
        else:
            message = f"a text that begins with `{value[0]}` needs quotes"
        start, end = match.span("value")
        yield _Repair("MV121", line, start, end - start, message, hint, ((line, start, end, quoted),))


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _short(text: str, most: int = 48) -> str:
    text = text.strip()
    return text if len(text) <= most else text[: most - 3] + "..."
