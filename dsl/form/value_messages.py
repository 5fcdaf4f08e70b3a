"""Messages about a value: of the wrong kind, out of its bounds, or a word that is not known."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.span import Span
from ..text.audio_headers import RECORDINGS
from ..text.format import scalar_text
from ..values.nearest import is_slip_of
from .kinds import FILES, PARSERS, PATHS
from .synonyms import SHAPES
from .violations import Broken
from .wording import KINDS, as_in_examples, did_you_mean, is_pair, kind_of, meant, plain_number, shown
from .written import GLUED, Written

_BOUNDS = {
    "minimum": "is below {}, the least allowed",
    "maximum": "is above {}, the most allowed",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
}
_WITHIN = {
    "minimum": "write {} or more",
    "maximum": "write {} or less",
    "exclusiveMinimum": "write more than {}",
    "exclusiveMaximum": "write less than {}",
}
_PAGE = "to read what is allowed here, type: musicvis explain {}"
_SIZES = {
    "minItems": "too few entries: at least {} needed",
    "maxItems": "too many entries: at most {} allowed",
    "minProperties": "too few entries: at least {} needed",
    "maxProperties": "too many entries: at most {} allowed",
    "minLength": "this text is empty",
    "maxLength": "the text is longer than {} characters",
}


class ValueMessages:
    """The messages for one file."""

    def __init__(self, written: Written) -> None:
        self._written = written

    def parsed(self, broken: Broken, title: str) -> Diagnostic | None:
        """The finding of the parser for this kind of value; None without a parser, or for a block."""
        parser = PARSERS.get(title)
        if parser is None or isinstance(broken.value, bool | dict | list | None) or broken.rule in _BOUNDS:
            return None
        if title in FILES and not isinstance(broken.value, str):
            return None
        text, span = self._written.text_and_span(broken)
        finding = parser(text, span)
        if finding is None and title in FILES:
            message = f"the ending of `{shown(text)}` is not that of a {title}"
            is_heard = title == "score file" and text.lower().endswith(RECORDINGS)
            heard = "to make a piece from a recording, type: musicvis new RECORDING"
            return Diagnostic("MV008", span, message, heard if is_heard else as_in_examples(broken.schema))
        return finding if isinstance(finding, Diagnostic) else None

    def bad_name(self, broken: Broken) -> Diagnostic:
        text, span = self._written.text_and_span(broken)
        # Lanes have points in their names, and what they move has none.
        has_points = re.search(str(broken.schema.get("pattern", "")), "a.b") is not None
        hint = f"use letters, digits{', - and .' if has_points else ' and -'}"
        return Diagnostic("MV205", span, f"`{shown(text)}` cannot be a name", hint)

    def wrong_value(self, broken: Broken) -> Diagnostic:
        text, span = self._written.text_and_span(broken)
        hint = as_in_examples(broken.schema)
        if broken.rule in _BOUNDS:
            limit = plain_number(broken.expected)
            hint = hint or _WITHIN[broken.rule].format(limit)
            return Diagnostic("MV206", span, f"{shown(text)} {_BOUNDS[broken.rule].format(limit)}", hint)
        if broken.rule in _SIZES:
            hint = hint or (
                "write something here" if broken.rule.startswith("min") else "leave some of it out"
            )
            return Diagnostic("MV208", span, _SIZES[broken.rule].format(broken.expected), hint)
        title = broken.schema.get("title")
        what = f"is not a {title}" if title else "has the wrong form"
        return Diagnostic("MV205", span, f"`{shown(text)}` {what}", hint or _PAGE.format("MV205"))

    def unknown_word(self, broken: Broken, options: Sequence[Any]) -> Diagnostic:
        text, span = self._written.text_and_span(broken)
        key = broken.pointer.rpartition("/")[2]
        if broken.companion:
            message = f"`{broken.companion}` does not go with the {key} `{shown(text)}`"
            return Diagnostic("MV210", span, message, _companion_hint(broken.companion, text, options))
        if key == "musicvis":
            if text == "1":
                fixed: tuple[Edit, ...] = (Edit(span, "1"),)
                message = "the version is a number, not text"
                return Diagnostic("MV204", span, message, "write musicvis: 1", edits=fixed)
            return Diagnostic(
                "MV207", span, f"this is version {shown(text)} of the language", "write musicvis: 1"
            )
        if key == "shape" and SHAPES.get(text.strip().lower()) == "hold":
            hint = "write `hold: VALUE` in place of `to` and `shape`"
            return Diagnostic("MV201", span, f"`{shown(text)}` is not known here", hint)
        words = [str(option) for option in options]
        hint = did_you_mean(text, words) or _PAGE.format("MV201")
        near = meant(text, words)
        edits = self._written.exactly(span, text, near) if near and is_slip_of(text, near, words) else ()
        return Diagnostic("MV201", span, f"`{shown(text)}` is not known here", hint, edits=edits)

    def wrong_kind(self, broken: Broken, kinds: Sequence[str]) -> Diagnostic:
        if broken.schema.get("title") in PATHS:
            return self._no_path(broken, str(broken.schema["title"]))
        expected = " or ".join(kinds)
        text, span = self._written.text_and_span(broken)
        if broken.value is None:
            return self._nothing(broken, expected)
        hint = f"write {expected}" if "title" not in broken.schema else as_in_examples(broken.schema)
        hint = hint or f"write {expected}"
        glued = GLUED.match(text) if isinstance(broken.value, str) and KINDS["object"] in kinds else None
        if glued:
            return self._written.unglued(span, glued)
        if isinstance(broken.value, dict | list):
            span = self._written.block_span(broken.pointer)
            message = f"expected {expected}, found {kind_of(broken.value)}"
            if broken.schema.get("title") == "size" and is_pair(broken.value):
                hint = "write " + "x".join(map(str, broken.value))
            return Diagnostic("MV204", span, message, hint)
        if "true or false" in kinds and text.lower() in ("yes", "no", "on", "off", "y", "n"):
            hint = "write true or false"
        elif "text" in kinds and not isinstance(broken.value, str):
            written = str(broken.value).lower() if isinstance(broken.value, bool) else text
            words = [word for word in broken.schema.get("enum", ()) if isinstance(word, str)]
            if words and written not in words:
                hint = did_you_mean(text, words) or hint
            elif "pattern" not in broken.schema:
                hint = f'put it in quotes if it is meant: "{written}"'
        message = f"`{shown(text)}` is {kind_of(broken.value)}; expected {expected}"
        return Diagnostic("MV204", span, message, hint)

    def _no_path(self, broken: Broken, title: str) -> Diagnostic:
        """The finding for a value that cannot be a file name; a number in quotes would not be one either."""
        name = f"the name of a {title}"
        hint = f"write {name}"
        if broken.schema.get("examples"):
            hint += f", e.g. {shown(broken.schema['examples'][0])}"
        if broken.value is None:
            return replace(self._nothing(broken, name), hint=hint)
        if not isinstance(broken.value, dict | list):
            text, span = self._written.text_and_span(broken)
            message = f"`{shown(text)}` is {kind_of(broken.value)}; expected {name}"
            return Diagnostic("MV204", span, message, hint)
        message = f"expected {name}, found {kind_of(broken.value)}"
        match broken.value:
            case [str(only)] | {"file": str(only)}:
                is_name = re.search(broken.schema.get("pattern", ""), only) is not None
                if is_name and PARSERS[title](only, Span("")) is None:
                    hint = f"write the name alone: {shown(scalar_text(only))}"
        return Diagnostic("MV204", self._written.block_span(broken.pointer), message, hint)

    def _nothing(self, broken: Broken, expected: str) -> Diagnostic:
        span = self._written.source.key_span(broken.pointer)
        lines = self._written.source.text.splitlines()
        rest = lines[span.line - 1][span.end_column - 1 :] if 0 < span.line <= len(lines) else ""
        message = f"this value is empty; expected {expected}"
        comment = re.fullmatch(r":\s+(?P<text>#(?P<first>[^\s#]+).*?)\s*", rest)
        if comment is None:
            return Diagnostic("MV204", span, message, f"write {expected}")
        written = comment["text"]
        if re.fullmatch(r"#[0-9A-Fa-f]{3,8}", f"#{comment['first']}"):
            written = f"#{comment['first']}"
        first = span.end_column + comment.start("text")
        place = Span(span.file, span.line, first, span.line, first + len(written))
        quoted = json.dumps(written, ensure_ascii=False)
        edits = (Edit(place, quoted),) if written == f"#{comment['first']}" else ()
        message = f"this value is empty, as what follows # is a comment; expected {expected}"
        return Diagnostic("MV204", span, message, f"write it in quotes: {shown(quoted)}", edits=edits)


def _companion_hint(companion: str, word: str, options: Sequence[Any]) -> str:
    if companion == "to" and word in ("whole_cosine", "half_sine"):
        return f"{word} swings there and back: write `via` in place of `to`"
    if companion == "to" and word == "hold":
        return "write `hold` in place of `to`, without a shape"
    if companion == "via":
        return f"with `via` the shape is {' or '.join(map(str, options))}; else write `to`"
    return f"`{companion}` goes with {', '.join(map(str, options))}"
