"""One broken rule of a schema, in the composer's words: what is so, what was expected, what was meant."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.span import Span
from ..text.audio_headers import RECORDINGS
from ..text.format import scalar_text
from ..text.yaml_source import Node, Source, escaped
from ..values.nearest import is_slip_of
from .kinds import PARSERS
from .suggest import suggestion
from .synonyms import SHAPES
from .violations import Broken
from .wording import (
    KINDS,
    as_in_examples,
    block_name,
    did_you_mean,
    is_pair,
    kind_of,
    kinds_named,
    meant,
    plain_number,
    shown,
)

_FILES = ("score file", "recording", "head", "file of lanes", "soundfont", "plugin", "preset")
PATHS = (*_FILES, "plugin", "folder", "font", "picture", "spectrum", "video")
"""Kinds of values that are names of files, or of a folder."""
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
_PAGE = "to read what may stand here, type: musicvis explain {}"
_SIZES = {
    "minItems": "at least {} must stand here",
    "maxItems": "at most {} can stand here",
    "minProperties": "at least {} must stand here",
    "maxProperties": "at most {} can stand here",
    "minLength": "some text must stand here",
    "maxLength": "the text is longer than {} characters",
}
_FIXABLE = {"MV002", "MV102", *(f"MV11{i}" for i in range(6)), "MV201", "MV204", "MV205", "MV206"}
_BLOCKS = ("bus", "stem", "rule", "where", "post")
_FEW = 11
_GLUED = re.compile(r"(?P<key>[A-Za-z_][\w-]*)(?P<between> ?(?P<sign>[:=]) ?)(?P<value>[^\s:/=].*)\Z")
_SLIP = {":": "MV121", "=": "MV124"}
"""The code of a colon without its space, and of another sign in its place."""


class Words:
    """The words for one file."""

    def __init__(self, source: Source, schema: dict[str, Any], manifest: dict[str, Any]) -> None:
        self._source = source
        self._schema = schema
        self._manifest = manifest

    def explained(self, broken: Broken) -> Iterator[Diagnostic]:
        """The findings of one broken rule: several where several keys are unknown or missing."""
        for finding in self._explained(broken):
            yield self._with_fix(broken, finding)

    def _with_fix(self, broken: Broken, finding: Diagnostic) -> Diagnostic:
        """The finding with a value that fits for a hint, where one can be made from the written one."""
        if finding.edits or broken.is_name or finding.code not in _FIXABLE:
            return finding
        if finding.code == "MV204" and broken.schema.get("title") in PATHS:
            return finding
        text, span = self._text_and_span(broken)
        if finding.span != span:
            return finding
        found = suggestion(broken, text, self._schema)
        if found is None:
            return finding
        edits = (Edit(span, found.text),) if found.sure and span.line else ()
        return replace(finding, hint=f"write {found.text}", edits=edits)

    def _explained(self, broken: Broken) -> Iterator[Diagnostic]:
        rule = broken.rule
        if (parsed := self._parsed(broken, str(broken.schema.get("title", "")))) is not None:
            yield parsed
        elif broken.is_name and rule in ("pattern", "anyOf", "type", "minLength"):
            yield self._bad_name(broken)
        elif rule in ("anyOf", "oneOf"):
            yield from self._choice(broken)
        elif rule == "additionalProperties":
            yield from self._unknown_keys(broken)
        elif rule in ("required", "dependentRequired"):
            yield from self._missing_keys(broken)
        elif rule == "not":
            yield self._useless_key(broken)
        elif rule == "type":
            yield self._wrong_kind(broken, kinds_named(broken.expected))
        elif rule in ("enum", "const"):
            yield self._unknown_word(broken, broken.expected if rule == "enum" else [broken.expected])
        else:
            yield self._wrong_value(broken)

    def _text_and_span(self, broken: Broken) -> tuple[str, Span]:
        if broken.is_name:
            key = str(broken.value)
            return key, self._source.key_span(f"{broken.pointer}/{escaped(key)}")
        node = Node(self._source, broken.pointer, broken.value)
        return node.text, node.span

    def _parsed(self, broken: Broken, title: str) -> Diagnostic | None:
        """What the parser of this kind of value says, where it is one and its value is a scalar."""
        parser = PARSERS.get(title)
        if parser is None or isinstance(broken.value, bool | dict | list | None) or broken.rule in _BOUNDS:
            return None
        if title in _FILES and not isinstance(broken.value, str):
            return None
        text, span = self._text_and_span(broken)
        finding = parser(text, span)
        if finding is None and title in _FILES:
            message = f"the ending of `{shown(text)}` does not say that it is a {title}"
            is_heard = title == "score file" and text.lower().endswith(RECORDINGS)
            heard = "a recording becomes a score that is heard: musicvis new with the recording makes a piece"
            return Diagnostic("MV008", span, message, heard if is_heard else as_in_examples(broken.schema))
        return finding if isinstance(finding, Diagnostic) else None

    def _bad_name(self, broken: Broken) -> Diagnostic:
        text, span = self._text_and_span(broken)
        return Diagnostic("MV205", span, f"`{shown(text)}` cannot be a name", "use letters, digits, - and .")

    def _wrong_value(self, broken: Broken) -> Diagnostic:
        text, span = self._text_and_span(broken)
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
        what = f"is not a {title}" if title else "is not written as needed"
        return Diagnostic("MV205", span, f"`{shown(text)}` {what}", hint or _PAGE.format("MV205"))

    def _choice(self, broken: Broken) -> Iterator[Diagnostic]:
        options: Sequence[Any] = broken.expected
        if all(isinstance(option, dict) and set(option) == {"required"} for option in options):
            # `required` holds for what is no block at all; that it is none is told by another rule.
            if isinstance(broken.value, dict):
                yield self._exactly_one(broken, [option["required"][0] for option in options])
            return
        branches: dict[int, list[Broken]] = {}
        for inner in broken.inner:
            branches.setdefault(inner.branch, []).append(inner)
        named = [number for number in branches if self._is_named(options[number], broken.value)]
        fitting = [
            found
            for number, found in branches.items()
            if (number in named if named else not any(_is_other_kind(i, broken) for i in found))
        ]
        if fitting:
            for inner in min(fitting, key=len):
                yield from self.explained(_with_words_of(broken, inner))
            return
        for option in options:
            title = str(_resolved(self._schema, option).get("title", ""))
            if isinstance(broken.value, int | float) and (parsed := self._parsed(broken, title)) is not None:
                yield parsed
                return
        kinds = [kind for option in options for kind in self._kinds_of(option)]
        yield self._wrong_kind(broken, list(dict.fromkeys(kinds)))

    def _is_named(self, option: Any, value: Any) -> bool:
        """Whether a block has the key that this alternative alone needs: `{picture: 5}` means a picture."""
        needed = _resolved(self._schema, option).get("required", ())
        return bool(needed) and isinstance(value, dict) and all(key in value for key in needed)

    def _exactly_one(self, broken: Broken, keys: list[str]) -> Diagnostic:
        written = [key for key in keys if key in broken.value]
        are_few = len(keys) <= _FEW
        listed = ", ".join(f"`{key}`" for key in keys[:-1]) + f" or `{keys[-1]}`"
        block = block_name(broken.pointer)
        if written:
            second = self._source.key_span(f"{broken.pointer}/{escaped(written[1])}")
            message = f"`{written[1]}` stands beside `{written[0]}`, and only one of them can"
            hint = f"keep one of {listed}" if are_few else "write a list item for each"
            return Diagnostic("MV209", second, message, hint)
        known = broken.schema.get("properties", {})
        unknown = next((key for key in broken.value if key not in known), None)
        if unknown is not None and not are_few:
            # One of many, and a misspelt one: the finding of that key says it all.
            span = self._source.key_span(f"{broken.pointer}/{escaped(unknown)}")
            message = f"`{shown(unknown)}` is not a key of {block}"
            return Diagnostic("MV202", span, message, self._near_key(unknown, known))
        code = "MV203" if broken.rule == "anyOf" else "MV209"
        hint = "add one of them" if are_few else f"write one of {listed}"
        message = f"one of {listed} is missing in {block}" if are_few else f"{block} names nothing"
        return Diagnostic(code, self._block_span(broken.pointer), message, hint)

    def _unknown_keys(self, broken: Broken) -> Iterator[Diagnostic]:
        known = list(broken.schema.get("properties", {}))
        for key in broken.value:
            if key not in known:
                yield self._unknown_key(broken, key, known)

    def _unknown_key(self, broken: Broken, key: str, known: Sequence[str]) -> Diagnostic:
        pointer = f"{broken.pointer}/{escaped(key)}"
        span = self._source.key_span(pointer)
        message = f"`{shown(key)}` is not a key of {block_name(broken.pointer)}"
        glued = _GLUED.match(key)
        if glued and glued["key"] in known and broken.value[key] is None:
            what = "`=` stands where a colon belongs"
            if glued["sign"] == ":":
                what = f"a space is missing after the colon of `{glued['key']}`"
            text = f"{glued['key']}: {glued['value']}"
            edits = self._exactly(span, key, text)
            return Diagnostic(_SLIP[glued["sign"]], span, what, f"write `{shown(text)}`", edits=edits)
        if key.startswith("-") and key[1:].lstrip("{ ") in known:
            hint = f"write `- {shown(key[1:])}`, with a space after the dash"
            return Diagnostic("MV121", span, "a space is missing after the dash", hint)
        if comma := self._decimal_comma(broken, key, span):
            return comma
        near = meant(key, known)
        edits = self._exactly(span, key, near) if near and is_slip_of(key, near, known) else ()
        return Diagnostic("MV202", span, message, self._near_key(key, known), edits=edits)

    def _decimal_comma(self, broken: Broken, key: str, span: Span) -> Diagnostic | None:
        """`{depth: 0,8}` is a number and a key `8` to YAML."""
        names = list(broken.value)
        place = names.index(key)
        if place == 0 or broken.value[key] is not None or not re.match(r"[0-9]", key):
            return None
        before = names[place - 1]
        node = Node(self._source, f"{broken.pointer}/{escaped(before)}", broken.value[before])
        first = node.span
        is_number = isinstance(node.value, int) and not isinstance(node.value, bool)
        if not is_number or (first.end_line, first.end_column + 1) != (span.line, span.column):
            return None
        text = f"{node.text}.{key}"
        whole = Span(span.file, first.line, first.column, span.end_line, span.end_column)
        message = f"`{node.text},{shown(key)}` has a decimal comma, which separates keys here"
        edits = self._exactly(whole, f"{node.text},{key}", text)
        return Diagnostic("MV123", whole, message, f"write the decimal point: {shown(text)}", edits=edits)

    def _exactly(self, span: Span, written: str, text: str) -> tuple[Edit, ...]:
        """The edit that puts a text in the place of another one; none where that does not stand there."""
        lines = self._source.text.splitlines()
        if not 0 < span.line == span.end_line <= len(lines):
            return ()
        here = lines[span.line - 1][span.column - 1 : span.end_column - 1]
        return (Edit(span, text),) if here == written else ()

    def _near_key(self, key: str, known: Sequence[str]) -> str:
        hint = did_you_mean(key, known)
        if hint.startswith("did"):
            return hint
        for home, names in _homes(self._manifest):
            if key in names:
                return f"`{key}` belongs to {home}: check the indentation"
        return hint or "remove it, or check its spelling"

    def _missing_keys(self, broken: Broken) -> Iterator[Diagnostic]:
        required = broken.expected
        cause = broken.cause
        if broken.rule == "dependentRequired":
            required = required[cause]
        if self._is_unknown(cause, broken.value.get(cause)):
            # What an unknown word needs, nobody knows: the word is told.
            return
        for key in required:
            if key in broken.value:
                continue
            if key == "b2":
                cause = "m2"
            named = shown(broken.value[cause]) if cause in ("shape", "effect", "by") else cause
            reason = f", and `{named}` needs it" if cause else ""
            message = f"the key `{key}` is missing in {block_name(broken.pointer)}{reason}"
            yield Diagnostic("MV203", self._block_span(broken.pointer), message, self._addition(broken, key))

    def _is_unknown(self, key: str, word: Any) -> bool:
        """Whether a word of `shape`, `effect` or `by` is none that any block takes."""
        if key not in ("shape", "effect", "by"):
            return False
        known: set[Any] = set()
        for schema in (self._schema, *self._schema.get("$defs", {}).values()):
            description = schema.get("properties", {}).get(key)
            if isinstance(description, dict):
                known.update(description.get("enum", ()))
        return bool(known) and isinstance(word, str) and word not in known

    def _addition(self, broken: Broken, key: str) -> str:
        for schema in (broken.schema, self._schema, *self._schema.get("$defs", {}).values()):
            description = schema.get("properties", {}).get(key)
            if isinstance(description, dict) and description.get("examples"):
                return f"add `{key}: {shown(description['examples'][0])}`"
        return f"add `{key}:`"

    def _useless_key(self, broken: Broken) -> Diagnostic:
        key, other = broken.pointer.rpartition("/")[2], broken.companion
        message = f"`{key}` has no effect together with `{other}`"
        return Diagnostic("MV210", self._source.key_span(broken.pointer), message, f"remove `{key}`")

    def _unknown_word(self, broken: Broken, options: Sequence[Any]) -> Diagnostic:
        text, span = self._text_and_span(broken)
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
        edits = self._exactly(span, text, near) if near and is_slip_of(text, near, words) else ()
        return Diagnostic("MV201", span, f"`{shown(text)}` is not known here", hint, edits=edits)

    def _wrong_kind(self, broken: Broken, kinds: Sequence[str]) -> Diagnostic:
        if broken.schema.get("title") in PATHS:
            return self._no_path(broken, str(broken.schema["title"]))
        expected = " or ".join(kinds)
        text, span = self._text_and_span(broken)
        if broken.value is None:
            return self._nothing(broken, expected)
        hint = f"write {expected}" if "title" not in broken.schema else as_in_examples(broken.schema)
        hint = hint or f"write {expected}"
        glued = _GLUED.match(text) if isinstance(broken.value, str) and KINDS["object"] in kinds else None
        if glued:
            what = "`=` stands where a colon belongs"
            if glued["sign"] == ":":
                what = f"a space is missing after the colon of `{shown(glued['key'])}`"
            fixed = f"{glued['key']}: {glued['value']}"
            edits = self._exactly(span, text, fixed)
            return Diagnostic(_SLIP[glued["sign"]], span, what, f"write `{shown(fixed)}`", edits=edits)
        if isinstance(broken.value, dict | list):
            span = self._block_span(broken.pointer)
            message = f"expected {expected}, found {kind_of(broken.value)}"
            if broken.schema.get("title") == "size" and is_pair(broken.value):
                hint = "write " + "x".join(map(str, broken.value))
            return Diagnostic("MV204", span, message, hint)
        if "true or false" in kinds and text.lower() in ("yes", "no", "on", "off", "y", "n"):
            hint = "write true or false"
        elif "text" in kinds and not isinstance(broken.value, str):
            written = str(broken.value).lower() if isinstance(broken.value, bool) else text
            if "pattern" not in broken.schema:
                hint = f'put it in quotes if it is meant: "{written}"'
        message = f"`{shown(text)}` is {kind_of(broken.value)}; expected {expected}"
        return Diagnostic("MV204", span, message, hint)

    def _no_path(self, broken: Broken, title: str) -> Diagnostic:
        """What stands where the name of a file should; a number in quotes would name no file either."""
        name = f"the name of a {title}"
        hint = f"write {name}"
        if broken.schema.get("examples"):
            hint += f", as {shown(broken.schema['examples'][0])}"
        if broken.value is None:
            return replace(self._nothing(broken, name), hint=hint)
        if not isinstance(broken.value, dict | list):
            text, span = self._text_and_span(broken)
            message = f"`{shown(text)}` is {kind_of(broken.value)}; expected {name}"
            return Diagnostic("MV204", span, message, hint)
        message = f"expected {name}, found {kind_of(broken.value)}"
        match broken.value:
            case [str(only)] | {"file": str(only)}:
                is_name = re.search(broken.schema.get("pattern", ""), only) is not None
                if is_name and PARSERS[title](only, Span("")) is None:
                    hint = f"write the name alone: {shown(scalar_text(only))}"
        return Diagnostic("MV204", self._block_span(broken.pointer), message, hint)

    def _nothing(self, broken: Broken, expected: str) -> Diagnostic:
        span = self._source.key_span(broken.pointer)
        lines = self._source.text.splitlines()
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

    def _kinds_of(self, option: Any) -> list[str]:
        found = _resolved(self._schema, option)
        if "const" in found:
            return [shown(found["const"])]
        if found.get("title") in PARSERS:
            return [f"a {found['title']}"]
        if "anyOf" in found:
            return [kind for inner in found["anyOf"] for kind in self._kinds_of(inner)]
        return kinds_named(found.get("type", []))

    def _block_span(self, pointer: str) -> Span:
        """Where to point at when a block as a whole is meant: its key, or where it begins."""
        if pointer in self._source.keys:
            return self._source.keys[pointer]
        span = self._source.span(pointer)
        if span.end_line == span.line:
            return span
        return Span(span.file, span.line, span.column, span.line, span.column + 1)


def _homes(manifest: dict[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    """The blocks of the manifest and their keys, to tell where a misplaced key belongs."""
    for name, block in manifest["properties"].items():
        for option in (block, *block.get("anyOf", ())):
            yield f"`{name}`", option.get("properties", ())
    for name in _BLOCKS:
        yield f"a `{name}`", manifest["$defs"][name]["properties"]
    yield "the manifest itself", manifest["properties"]


def _is_other_kind(inner: Broken, outer: Broken) -> bool:
    """Whether an alternative is out of the question: the value itself is of another kind."""
    if inner.pointer != outer.pointer:
        return False
    if inner.rule in ("anyOf", "oneOf") and inner.inner:
        alternatives: dict[int, bool] = {}
        for fault in inner.inner:
            alternatives[fault.branch] = alternatives.get(fault.branch, False) or _is_other_kind(fault, inner)
        return all(alternatives.values())
    return inner.rule in ("type", "const")


def _with_words_of(outer: Broken, inner: Broken) -> Broken:
    """An alternative without a title or examples of its own speaks with those of the choice."""
    if inner.pointer != outer.pointer:
        return inner
    lent: dict[str, Any] = {key: outer.schema[key] for key in ("title", "examples") if key in outer.schema}
    return replace(inner, schema={**lent, **inner.schema})


def _companion_hint(companion: str, word: str, options: Sequence[Any]) -> str:
    if companion == "to" and word in ("whole_cosine", "half_sine"):
        return f"{word} swings there and back: write `via` in place of `to`"
    if companion == "to" and word == "hold":
        return "write `hold` in place of `to`, without a shape"
    if companion == "via":
        return f"with `via` the shape is {' or '.join(map(str, options))}; else write `to`"
    return f"`{companion}` goes with {', '.join(map(str, options))}"


def _resolved(schema: dict[str, Any], option: Any) -> dict[str, Any]:
    """What an alternative refers to."""
    found: Any = option
    while isinstance(found, dict) and "$ref" in found:
        reference: str = found["$ref"]
        found = schema
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    return found if isinstance(found, dict) else {}
