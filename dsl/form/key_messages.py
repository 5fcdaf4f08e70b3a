"""Messages about the keys of a block: unknown, missing, useless, or one too many."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from ..text.files import first_named
from ..text.format import scalar_text
from ..text.yaml_source import Node, escaped
from ..values.nearest import is_slip_of
from .kinds import PATHS
from .violations import Broken, resolved
from .wording import block_name, did_you_mean, meant, shown
from .written import GLUED, Written

_BLOCKS = ("bus", "stem", "rule", "where", "post")
_FEW = 11
_TEXTS = ("title", "subtitle", "like")
"""Keys whose values are words, in which a comma is likely."""
_NAMED = {
    "part": "the name of a part",
    "tracks": "the name of an instrument of the score",
    "mirror": "the name of a lane",
    "title": "your own title",
}
"""Keys whose values are names that differ from piece to piece."""


class KeyMessages:
    """The messages for one file."""

    def __init__(
        self, written: Written, schema: dict[str, Any], manifest: dict[str, Any], folder: Path | None
    ) -> None:
        self._written = written
        self._schema = schema
        self._manifest = manifest
        self._folder = folder

    def exactly_one(self, broken: Broken, keys: list[str]) -> Diagnostic:
        written = [key for key in keys if key in broken.value]
        are_few = len(keys) <= _FEW
        listed = ", ".join(f"`{key}`" for key in keys[:-1]) + f" or `{keys[-1]}`"
        block = block_name(broken.pointer)
        if written:
            second = self._written.source.key_span(f"{broken.pointer}/{escaped(written[1])}")
            message = f"`{written[1]}` and `{written[0]}` exclude each other"
            hint = f"keep one of {listed}" if are_few else "write a list item for each"
            return Diagnostic("MV209", second, message, hint)
        known = broken.schema.get("properties", {})
        unknown = next((key for key in broken.value if key not in known), None)
        if unknown is not None and not are_few:
            # The key is one of several and misspelt: the finding about that key is enough.
            span = self._written.source.key_span(f"{broken.pointer}/{escaped(unknown)}")
            message = f"`{shown(unknown)}` is not a key of {block}"
            return Diagnostic("MV202", span, message, self._near_key(unknown, known))
        code = "MV203" if broken.rule == "anyOf" else "MV209"
        hint = "add one of them" if are_few else f"write one of {listed}"
        message = f"one of {listed} is missing in {block}" if are_few else f"{block} names nothing"
        return Diagnostic(code, self._written.block_span(broken.pointer), message, hint)

    def unknown_keys(self, broken: Broken) -> Iterator[Diagnostic]:
        known = list(broken.schema.get("properties", {}))
        cut = self._cut_text(broken, known)
        if cut is not None:
            yield cut[0]
        for key in broken.value:
            if key not in known and (cut is None or key not in cut[1]):
                yield self._unknown_key(broken, key, known)

    def missing_keys(self, broken: Broken) -> Iterator[Diagnostic]:
        required = broken.expected
        cause = broken.cause
        if broken.rule == "dependentRequired":
            required = required[cause]
        if self._is_unknown(cause, broken.value.get(cause)):
            # The needs of an unknown word are unknown: only the word is reported.
            return
        for key in required:
            if key in broken.value:
                continue
            if key == "b2":
                cause = "m2"
            named = shown(broken.value[cause]) if cause in ("shape", "effect", "by") else cause
            reason = f", and `{named}` needs it" if cause else ""
            message = f"the key `{key}` is missing in {block_name(broken.pointer)}{reason}"
            yield Diagnostic(
                "MV203", self._written.block_span(broken.pointer), message, self._addition(broken, key)
            )

    def useless_key(self, broken: Broken) -> Diagnostic:
        key, other = broken.pointer.rpartition("/")[2], broken.companion
        message = f"`{key}` has no effect together with `{other}`"
        return Diagnostic("MV210", self._written.source.key_span(broken.pointer), message, f"remove `{key}`")

    def _unknown_key(self, broken: Broken, key: str, known: Sequence[str]) -> Diagnostic:
        pointer = f"{broken.pointer}/{escaped(key)}"
        span = self._written.source.key_span(pointer)
        message = f"`{shown(key)}` is not a key of {block_name(broken.pointer)}"
        glued = GLUED.match(key)
        if glued and glued["key"] in known and broken.value[key] is None:
            return self._written.unglued(span, glued)
        if key.startswith("-") and key[1:].lstrip("{ ") in known:
            hint = f"write `- {shown(key[1:])}`, with a space after the dash"
            return Diagnostic("MV121", span, "a space is missing after the dash", hint)
        if comma := self._decimal_comma(broken, key, span):
            return comma
        free = [name for name in known if name not in broken.value]
        near = meant(key, free)
        edits = self._written.exactly(span, key, near) if near and is_slip_of(key, near, known) else ()
        taken = meant(key, known)
        if not near and taken and is_slip_of(key, taken, known):
            hint = f"remove it: `{taken}` stands here already"
            return Diagnostic("MV202", span, message, hint)
        return Diagnostic("MV202", span, message, self._near_key(key, free), edits=edits)

    def _cut_text(self, broken: Broken, known: Sequence[str]) -> tuple[Diagnostic, list[str]] | None:
        """`{title: Flute, harp}` is a title and a key `harp` to YAML: the finding, and such keys."""
        names = list(broken.value)
        for place, name in enumerate(names):
            value, node = broken.value[name], self._at(broken, name)
            if name not in _TEXTS or not isinstance(value, str) or node.text != value:
                continue
            first = last = node.span
            keys: list[str] = []
            for key in names[place + 1 :]:
                span = self._written.source.key_span(f"{broken.pointer}/{escaped(key)}")
                if key in known or broken.value[key] is not None or meant(key, known):
                    break
                keys.append(key)
                last = span
            if not keys or first.line != last.line:
                continue
            whole = Span(first.file, first.line, first.column, last.line, last.end_column)
            text = self._written.between(whole)
            # A quoted text, or a key in quotes, is not cut by a comma.
            if not text.startswith(f"{value},") or '"' in text or "'" in text or "\\" in text:
                continue
            message = f"the comma ends the {name} here: `{shown(keys[0])}` becomes a key"
            hint = f'put the text in quotes: "{shown(text)}"'
            edits = self._written.exactly(whole, text, f'"{text}"')
            return Diagnostic("MV367", whole, message, hint, edits=edits), keys
        return None

    def _at(self, broken: Broken, key: str) -> Node:
        return Node(self._written.source, f"{broken.pointer}/{escaped(key)}", broken.value[key])

    def _decimal_comma(self, broken: Broken, key: str, span: Span) -> Diagnostic | None:
        """`{depth: 0,8}` is a number and a key `8` to YAML."""
        names = list(broken.value)
        place = names.index(key)
        if place == 0 or broken.value[key] is not None or not re.match(r"[0-9]", key):
            return None
        before = names[place - 1]
        node = self._at(broken, before)
        first = node.span
        is_number = isinstance(node.value, int) and not isinstance(node.value, bool)
        if not is_number or (first.end_line, first.end_column + 1) != (span.line, span.column):
            return None
        text = f"{node.text}.{key}"
        whole = Span(span.file, first.line, first.column, span.end_line, span.end_column)
        message = f"`{node.text},{shown(key)}` has a decimal comma, which separates keys here"
        edits = self._written.exactly(whole, f"{node.text},{key}", text)
        return Diagnostic("MV123", whole, message, f"write the decimal point: {shown(text)}", edits=edits)

    def _near_key(self, key: str, known: Sequence[str]) -> str:
        hint = did_you_mean(key, known)
        if hint.startswith("did"):
            return hint
        for home, names in _homes(self._manifest):
            if key in names:
                return f"`{key}` belongs to {home}: check the indentation"
        return hint or "remove it, or check its spelling"

    def _is_unknown(self, key: str, word: Any) -> bool:
        """Whether the value of `shape`, `effect` or `by` is a word that no block takes."""
        if key not in ("shape", "effect", "by"):
            return False
        known: set[Any] = set()
        for schema in (self._schema, *self._schema.get("$defs", {}).values()):
            description = schema.get("properties", {}).get(key)
            if isinstance(description, dict):
                known.update(description.get("enum", ()))
        return bool(known) and isinstance(word, str) and word not in known

    def _addition(self, broken: Broken, key: str) -> str:
        blocks = [broken.schema, self._schema, *self._schema.get("$defs", {}).values()]
        # Several blocks have such a key; the right one knows the other keys that are written, too.
        blocks.sort(key=lambda block: -len(block.get("properties", {}).keys() & broken.value.keys()))
        for schema in blocks:
            description = schema.get("properties", {}).get(key)
            if isinstance(description, dict) and description.get("examples"):
                example = description["examples"][0]
                return (
                    self._file(key, description)
                    or self._named(key, example)
                    or f"add `{key}: {shown(example)}`"
                )
        return f"add `{key}:`"

    def _file(self, key: str, description: dict[str, Any]) -> str | None:
        """The addition of a file: one of the piece, else a placeholder; None for another kind of key."""
        options = [resolved(self._schema, option) for option in (description, *description.get("anyOf", ()))]
        schema = next((option for option in options if option.get("title") in PATHS), None)
        if schema is None or not schema.get("examples"):
            return None
        example = PurePosixPath(schema["examples"][0])
        folders = (PurePosixPath(), example.parent)
        found = self._folder and first_named(self._folder, folders, str(schema.get("pattern", "")))
        if found:
            return f"add `{key}: {shown(scalar_text(str(found)), 200)}`"
        return f"add `{key}: NAME{example.suffix}`, with the name of your {schema['title']}"

    def _named(self, key: str, example: Any) -> str | None:
        """The addition of a name that only this piece can know; None for another kind of key."""
        what = _NAMED.get(key)
        if what is None or not isinstance(example, str):
            return None
        whole = self._written.source.value
        parts = whole.get("parts") if isinstance(whole, dict) and key == "part" and "score" in whole else None
        if isinstance(parts, dict) and parts:
            return f"add `{key}: {shown(scalar_text(str(next(iter(parts)))), 200)}`"
        return f"add `{key}: NAME`, with {what}"


def _homes(manifest: dict[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    """The blocks of the manifest and their keys, to tell where a misplaced key belongs."""
    for name, block in manifest["properties"].items():
        for option in (block, *block.get("anyOf", ())):
            yield f"`{name}`", option.get("properties", ())
    for name in _BLOCKS:
        yield f"a `{name}`", manifest["$defs"][name]["properties"]
    yield "the manifest itself", manifest["properties"]
