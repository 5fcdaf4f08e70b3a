"""YAML or JSON text to a Source; nothing of it is trusted.

YAML 1.2 core scalars over PyYAML's events, so nothing is constructed that was not asked for: no anchors,
aliases, tags or merge keys, no key twice, one document, limits on everything. A number keeps how it was
written, because `7.10` must be told from `7.1` when a place was meant.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import yaml

from ..findings.collector import FINDINGS_MOST, Findings
from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from .yaml_source import Source, Value, escaped

MAX_CHARACTERS = 1 << 20
MAX_DEPTH = 32
MAX_VALUES = 100_000
MAX_SCALAR = 1 << 16
MAX_DIGITS = 18
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
_UNCLOSED = "check that every bracket is closed"
_SPLIT = "share the lanes out among several files"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z", re.ASCII)
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z", re.ASCII)
_NOT_A_NUMBER = frozenset((".inf", "-.inf", "+.inf", ".nan"))
_FOREIGN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def parse_source(text: str, file: str) -> tuple[Source, tuple[Diagnostic, ...]]:
    """Read YAML or JSON text; every fault that can be found in one reading."""
    text = text.removeprefix("\ufeff")
    reader = _Reader(file, text)
    reader.read()
    source = Source(
        file, text, reader.root, reader.values, reader.keys, reader.spellings, complete=not reader.stopped
    )
    return source, tuple(reader.findings)


class _StoppedError(Exception):
    """Nothing more can be read."""


class _Reader:
    """The events of one document, put together without recursion."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.root: Value = None
        self.values: dict[str, Span] = {}
        self.keys: dict[str, Span] = {}
        self.spellings: dict[str, str] = {}
        self.findings = Findings(most=FINDINGS_MOST)
        self.stopped = False
        self.stack: list[_Open] = []
        self.count = 0
        self.last_end = (0, 0)

    def read(self) -> None:
        try:
            self._read()
        except _StoppedError:
            self.stopped = True
        except yaml.MarkedYAMLError as fault:
            self.stopped = True
            self._syntax(fault)
        except (yaml.YAMLError, ValueError) as fault:
            # libyaml's reader names no place; what it refuses is found beforehand, so this is a last resort.
            self.stopped = True
            self.findings.error(
                "MV101",
                Span(self.file, 1, 1, 1, 1),
                f"not YAML: {str(fault).splitlines()[0]}",
                "look whether it is the right file",
            )

    def _read(self) -> None:
        if len(self.text) > MAX_CHARACTERS:
            self.stop(
                "MV105", Span(self.file), f"the text is longer than {MAX_CHARACTERS} characters", _SPLIT
            )
        foreign = _FOREIGN.search(self.text)
        if foreign:
            self.stop(
                "MV101",
                _span_at(self.file, self.text, foreign.start()),
                f"the character U+{ord(foreign[0]):04X} is not allowed in YAML",
                "remove it; inside double quotes it can be written as an escape",
            )
        documents = 0
        for event in yaml.parse(self.text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.stop("MV108", self.span(event), "a second document begins here", "remove `---`")
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
        if not documents or (self.root is None and not self.findings):
            self.stop(
                "MV109",
                Span(self.file),
                "the file is empty",
                "write what belongs in it, or name another file",
            )

    def _alias(self, event: Any) -> None:
        self.find(
            "MV104", self.span(event), f"the alias *{event.anchor} is not allowed", "write the value out"
        )
        if self._wants_key():
            self.stop("MV107", self.span(event), "a key must be plain text", "write `key: value`")
        self._put(None, event)

    def _node(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            self.stop("MV105", self.span(event), f"more than {MAX_VALUES} values", _SPLIT)
        if event.anchor is not None:
            self.find(
                "MV104",
                self.span(event),
                f"the anchor &{event.anchor} is not allowed",
                "write the values out",
            )
        if event.tag is not None:
            self.find("MV104", self.span(event), f"the tag {event.tag} is not allowed", "leave it out")
        if self._wants_key():
            self._key(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)
        else:
            if len(self.stack) >= MAX_DEPTH:
                self.stop("MV105", self.span(event), _TOO_DEEP, _UNCLOSED)
            is_map = isinstance(event, yaml.MappingStartEvent)
            container: Any = {} if is_map else []
            pointer = self._put(container, event)
            self.stack.append(_Open(container, is_map, pointer, self.span(event)))

    def _wants_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].is_map and self.stack[-1].key is None

    def _key(self, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self.stop("MV107", self.span(event), "a key must be plain text", "write `key: value`")
        block, key, span = self.stack[-1], event.value, self.span(event)
        is_merge = key == "<<" and not event.style
        if is_merge:
            self.find("MV104", span, "the merge key << is not allowed", "write the values out")
        if len(key) > MAX_SCALAR:
            self.stop("MV105", span, f"a key longer than {MAX_SCALAR} characters", "shorten it")
        block.key = key
        block.skip = is_merge or key in block.container
        if key in block.container:
            first = self.keys[f"{block.pointer}/{escaped(key)}"]
            self.find(
                "MV103",
                span,
                f"the key `{key}` is written twice; the first is on line {first.line}",
                "keep one of them",
            )
        elif not is_merge:
            self.keys[f"{block.pointer}/{escaped(key)}"] = span

    def _put(self, value: Value, event: Any) -> str:
        """Places a value where it belongs; returns its pointer. The value of a duplicate key is dropped."""
        span = self.span(event)
        self.last_end = (span.end_line, span.end_column)
        if not self.stack:
            self.root = value
            pointer = ""
        else:
            block = self.stack[-1]
            if not block.is_map:
                pointer = f"{block.pointer}/{len(block.container)}"
                block.container.append(value)
            else:
                pointer = f"{block.pointer}/{escaped(block.key or '')}"
                if block.skip:
                    # A pointer that no key can have, because texts contain no NUL.
                    pointer += "\0"
                else:
                    block.container[block.key] = value
                block.key = None
        self.values[pointer] = span
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.spellings[pointer] = event.value
        return pointer

    def _close(self, event: Any) -> None:
        block = self.stack.pop()
        start = block.start
        if event.start_mark.index != event.end_mark.index:
            # A flow collection ends with its bracket, a block collection with the last thing in it.
            self.last_end = (event.end_mark.line + 1, event.end_mark.column + 1)
        line, column = max(self.last_end, (start.end_line, start.end_column))
        self.values[block.pointer] = Span(self.file, start.line, start.column, line, column)

    def _scalar(self, event: Any) -> Value:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            self.stop("MV105", self.span(event), f"a text longer than {MAX_SCALAR} characters", "shorten it")
        if event.style or not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return self._integer(event, text)
        if _BASED.match(text):
            return int(text, 0) if len(text) <= MAX_DIGITS else self._unusable(event, "too long")
        if _FLOAT.match(text):
            number = float(text)
            return number if math.isfinite(number) else self._unusable(event, "too large")
        if text.lower() in _NOT_A_NUMBER:
            return self._unusable(event, "not a finite number")
        return text

    def _integer(self, event: Any, text: str) -> Value:
        digits = text.lstrip("+-")
        if len(digits) > MAX_DIGITS:
            return self._unusable(event, f"longer than {MAX_DIGITS} digits")
        if len(digits) > 1 and digits[0] == "0":
            plain = digits.lstrip("0") or "0"
            self.find(
                "MV106",
                self.span(event),
                f"{text} has a leading zero, which some readers take for base 8",
                f'write {plain}, or "{text}" if it is text',
            )
        return int(text)

    def _unusable(self, event: Any, why: str) -> Value:
        shown = event.value if len(event.value) <= 24 else event.value[:21] + "..."
        self.find("MV106", self.span(event), f"{shown} is {why}", "write a plain decimal number")
        return 0

    def _syntax(self, fault: yaml.MarkedYAMLError) -> None:
        # Imported here: most texts have no slip.
        from .slips import slip

        mark = fault.problem_mark or fault.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        begun = fault.context_mark.line if fault.context_mark else None
        if "nesting depth" in str(fault.problem):
            # Newer versions of libyaml count themselves, and stop before they report a thousandth bracket.
            span = Span(self.file, line + 1, column + 1, line + 1, column + 2)
            self.findings.error("MV105", span, _TOO_DEEP, _UNCLOSED)
            return
        found = slip(self.text, self.file, line, begun)
        if found is None:
            problem = fault.problem or "not YAML"
            if begun is not None and begun != line:
                problem += f" ({fault.context} from line {begun + 1})"
            span = Span(self.file, line + 1, column + 1, line + 1, column + 2)
            hint = "look for a missing colon, quote or bracket here or on the line before"
            found = Diagnostic("MV101", span, f"YAML cannot be read from here on: {problem}", hint)
        self.findings.add(found)

    def span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def find(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.findings.error(code, span, message, hint)
        if self.findings.is_full:
            raise _StoppedError

    def stop(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.findings.error(code, span, message, hint)
        raise _StoppedError


@dataclass(slots=True)
class _Open:
    """A block that is being read."""

    container: Any
    is_map: bool
    pointer: str
    start: Span
    key: str | None = None
    skip: bool = False


def _span_at(file: str, text: str, index: int) -> Span:
    before = text[:index]
    lines = (before + "x").splitlines()
    line, column = len(lines), len(lines[-1])
    return Span(file, line, column, line, column + 1)
