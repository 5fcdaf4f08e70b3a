"""Values from the command line, `--set visuals.depth=0.5`, put into a manifest as if they were in it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..findings.collector import Findings
from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from .yaml_reader import parse_source
from .yaml_source import Source, escaped

SET = "--set"
"""The file that findings about overrides name; its lines are the overrides in order."""

# YAML would read these as a comment, a block or an error; a command line means plain text.
_PLAIN_STARTS = ("#", "@", ">", "%", "|", "`")
_HINT = "write KEY.KEY=VALUE, e.g. visuals.depth=0.5 or video.post.0.title=Hello"


def overridden(
    source: Source, overrides: Sequence[str], findings: Findings, name: str = SET
) -> tuple[Source, str]:
    """The manifest with the overrides in it, and their text for excerpts.

    Each override is KEY.KEY=VALUE, the value read as YAML; an item of a list is named by its number from 0.
    """
    text = "\n".join(" ".join(override.splitlines()) for override in overrides)
    for line, override in enumerate(text.split("\n") if overrides else (), 1):
        source = _applied(source, override, line, name, findings)
    return source, text


def _applied(source: Source, override: str, line: int, name: str, findings: Findings) -> Source:
    path, equals, value_text = override.partition("=")
    whole = Span(name, line, 1, line, len(override) + 1)
    if not equals or not path.strip() or not all(part.strip() for part in path.split(".")):
        findings.error("MV215", whole, f"`{override}` is not KEY=VALUE", _HINT)
        return source
    value, value_findings = _value(value_text, name)
    moved = [replace(f, span=_shifted(f.span, line, len(path) + 1, whole), edits=()) for f in value_findings]
    if moved:
        findings += moved
        return source
    key_span = Span(name, line, 1, line, len(path) + 1)
    placed = _placed(source, path.strip(), key_span)
    if isinstance(placed, Diagnostic):
        findings.add(placed)
        return source
    holder, key, pointer = placed
    holder[key] = value.value
    kept = {k: v for k, v in source.values.items() if not (k == pointer or k.startswith(pointer + "/"))}
    keys = {k: v for k, v in source.keys.items() if not k.startswith(pointer + "/")}
    spellings = {k: v for k, v in source.spellings.items() if k in kept}
    for inner, span in value.values.items():
        kept[pointer + inner] = _shifted(span, line, len(path) + 1, whole)
    for inner, span in value.keys.items():
        keys[pointer + inner] = _shifted(span, line, len(path) + 1, whole)
    for inner, spelling in value.spellings.items():
        spellings[pointer + inner] = spelling
    if isinstance(holder, dict):
        keys[pointer] = key_span
    return replace(source, values=kept, keys=keys, spellings=spellings)


def _value(text: str, name: str) -> tuple[Source, tuple[Diagnostic, ...]]:
    if text.lstrip().startswith(_PLAIN_STARTS):
        written = text.strip()
        return Source(name, text, written, {"": Span(name, 1, 1, 1, len(text) + 1)}, {}, {}), ()
    return parse_source(text, name)


def _placed(source: Source, path: str, span: Span) -> tuple[Any, Any, str] | Diagnostic:
    """The block or list that holds the key, the key in it, and its pointer; blocks on the way are made."""
    here: Any = source.value
    pointer, parts = "", path.split(".")
    if not isinstance(here, dict):
        message = "the manifest is not a YAML mapping, so --set has nowhere to put a value"
        return Diagnostic("MV215", span, message, "begin the manifest with `musicvis: 1`")
    while True:
        key, parts = _next_key(here, parts)
        holder, pointer = here, f"{pointer}/{escaped(str(key))}"
        if isinstance(holder, list):
            if not (key.isascii() and key.isdigit() and int(key) < len(holder)):
                message = f"this list has items 0 to {len(holder) - 1}; there is no item {key}"
                if not holder:
                    message = f"this list is empty; there is no item {key}"
                return Diagnostic("MV215", span, message, _HINT)
            key = int(key)
        if not parts:
            return holder, key, pointer
        if isinstance(holder, dict) and (key not in holder or holder[key] is None):
            holder[key] = {}
            source.values[pointer] = source.keys[pointer] = span
        here = holder[key]
        if pointer == "/score" and isinstance(here, str):
            here = _score_block(source, holder)
        if not isinstance(here, dict | list):
            return Diagnostic("MV215", span, f"`{key}` is a single value: it has no key `{parts[0]}`", _HINT)


def _next_key(here: Any, parts: list[str]) -> tuple[Any, list[str]]:
    """The longest existing key, because names may contain points: `effects.glock.right`."""
    if isinstance(here, dict):
        for count in range(len(parts), 1, -1):
            if ".".join(parts[:count]) in here:
                return ".".join(parts[:count]), parts[count:]
    return parts[0], parts[1:]


def _score_block(source: Source, manifest: dict[str, Any]) -> dict[str, Any]:
    """`score: x.mscz` as the block that it is short for."""
    block = {"file": manifest["score"]}
    manifest["score"] = block
    source.values["/score/file"] = source.values["/score"]
    source.keys["/score/file"] = source.key_span("/score")
    return block


def _shifted(span: Span, line: int, columns: int, whole: Span) -> Span:
    if span.line == 0:
        return whole
    return Span(span.file, line, span.column + columns, line, span.end_column + columns)
