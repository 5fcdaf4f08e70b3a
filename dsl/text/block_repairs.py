"""Repairs of blocks of YAML: indentation, keys without a colon, quotes and brackets left open."""

import re
from collections.abc import Iterator

from .line_repairs import KEY, Repair, shortened

_BARE = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{KEY})) *(?:#.*)?\Z")
_UNSIGNED = re.compile(rf"(?P<before> *(?:- +)?(?P<key>{KEY}))(?P<gap> +)(?=[^\s:=#])")


def indentation(lines: list[str], line: int) -> Iterator[Repair]:
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
            yield Repair("MV120", line, 0, max(depth, 1), message, hint, edits)


def missing_colon(lines: list[str], at: int) -> Iterator[Repair]:
    text = lines[at]
    if ": " in text or text.rstrip().endswith(":"):
        return
    bare = _BARE.match(text)
    following = next((later for later in lines[at + 1 :] if later.strip()), "")
    if bare and (_depth(following) > _depth(text) or following.lstrip().startswith("- ")):
        edit = (at, bare.end("before"), bare.end("before"), ":")
        message = f"the colon after `{bare['key']}` is missing"
        column, width = bare.start("key"), len(bare["key"])
        yield Repair("MV124", at, column, width, message, f"write `{bare['key']}:`", (edit,))
    found = _UNSIGNED.match(text)
    if found:
        edit = (at, found.end("before"), found.end("gap"), ": ")
        hint = f"write `{found['key']}: {shortened(text[found.end() :])}`"
        message = f"the colon after `{found['key']}` is missing"
        yield Repair("MV124", at, found.start("key"), len(found["key"]), message, hint, (edit,))


def unclosed_quotes(lines: list[str], line: int) -> Iterator[Repair]:
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
            hint = f"close it: {shortened(text[place:end])}{quote}"
            yield Repair("MV122", at, place, 1, message, hint, ((at, end, end, quote),))


def _open_quote(text: str) -> tuple[int, str] | None:
    """The first quote that the line does not close, and its character; one within a word does not count."""
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


def unclosed_brackets(lines: list[str], near: list[int]) -> Iterator[Repair]:
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
                        yield Repair(
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
                    yield Repair("MV122", at, place, 1, message, hint, ((at, i, i, pairs[opened]),))
                    hint = f"write `{pairs[opened]}` for `{sign}`"
                    yield Repair("MV122", at, place, 1, message, hint, ((at, i, i + 1, pairs[opened]),))
                    break
                stack.pop()
        else:
            end = len(text)
        if stack and not quote:
            end = len(text[:end].rstrip())
            closing = "".join(pairs[opened] for opened, _ in reversed(stack))
            opened, place = stack[-1]
            where = "the line" if len(stack) == 1 else "the line, in this order"
            yield Repair(
                "MV122",
                at,
                place,
                1,
                f"this `{opened}` is not closed",
                f"write `{closing}` at the end of {where}",
                ((at, end, end, closing),),
            )


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
