"""The tables of docs/manifest.md and docs/language.md: every key of a manifest, every parameter of a lane.

python docs/make_tables.py: rewrites what stands between `<!-- table: NAME -->` and `<!-- end -->`. A NAME is
a place in piece.schema.json, a top-level key or a definition as `$defs/bus`; or `lanes`, for the parameters.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from musicvis.dsl.model.parameters import BUS, LOUDEST, PICTURE, BusParameter, PictureParameter

ROOT = Path(__file__).resolve().parents[1]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/piece.schema.json").read_text(encoding="utf-8"))
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
PAGES = (ROOT / "docs/manifest.md", ROOT / "docs/language.md")
MARKED = re.compile(r"(<!-- table: (?P<name>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
APART = frozenset(
    {"bus", "stem", "link", "rule", "layer", "where", "post", "lanes", "lane", "points", "point"}
)
"""Definitions that have a table of their own, and are not told again where they are used."""
OPTIONAL = frozenset({"$defs/rule", "$defs/layer", "$defs/where", "$defs/point", "$defs/post"})
"""Blocks whose keys say nothing unless they are written: an editor's default is not a default."""

Schema = dict[str, Any]


def with_tables(text: str) -> str:
    """The text with every table in it made anew."""
    return MARKED.sub(lambda found: f"{found[1]}{table(found['name'])}\n{found[3]}", text)


def table(name: str) -> str:
    """A table of all keys of a block, those of blocks inside it with a point between; or the parameters."""
    if name == "lanes":
        return lanes_table()
    if name.startswith("$defs/"):
        block = DEFINITIONS[name.removeprefix("$defs/")]
    else:
        block = SCHEMA["properties"][name]
    rows = list(rows_of(block, "")) or [("", block)]
    has_default = name not in OPTIONAL
    head = [
        f"| key | what it says |{' default |' * has_default} example |",
        "|---|---|---|" + "---|" * has_default,
    ]
    return "\n".join(head + [row(key or name, schema, has_default) for key, schema in rows])


def lanes_table() -> str:
    """What a lane may move, with the range and the value without a lane."""
    lines = ["| name | what it moves | from | to | default |", "|---|---|---|---|---|"]
    for bus in BUS:
        name = f"BUS.{bus.ending}" if bus.ending else "BUS"
        lines.append(_parameter_row(name, bus.says, bus))
    lines.append("| `BUS.PLUGIN.PARAMETER` | An effect of its chain: `vibes.reverb.wet`. | | | |")
    lines += [_parameter_row(parameter.name, parameter.says, parameter) for parameter in PICTURE]
    return "\n".join(lines)


def _parameter_row(name: str, says: str, parameter: BusParameter | PictureParameter) -> str:
    ends = [parameter.low, parameter.high, parameter.default]
    cells = ["+24 dB" if end == LOUDEST else f"{end:g}" for end in ends]
    return f"| `{name}` | {says} | " + " | ".join(cells) + " |"


def rows_of(schema: Schema, prefix: str) -> Iterator[tuple[str, Schema]]:
    """Each key of a block and of the blocks inside it; NAME stands for a name that the composer chooses."""
    for block in variants(schema):
        for key, value in block.get("properties", {}).items():
            path = f"{prefix}{key}"
            yield path, value
            if reference(value) not in APART:
                yield from rows_of(value, f"{path}.")
        for key, inner in (("NAME", block.get("additionalProperties")), ("", block.get("items"))):
            if isinstance(inner, dict) and reference(inner) not in APART and not is_leaf(inner):
                yield from rows_of(inner, f"{prefix}{key}." if key else prefix)


def variants(schema: Schema) -> Iterator[Schema]:
    """A schema with what it refers to, and its alternatives."""
    while name := reference(schema):
        schema = {**DEFINITIONS[name], **{key: value for key, value in schema.items() if key != "$ref"}}
    yield schema
    for alternative in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if alternative.keys() - {"required"} and reference(alternative) not in APART:
            yield from variants(alternative)


def reference(schema: Schema) -> str:
    """The definition that a schema refers to, or an empty text."""
    return str(schema.get("$ref", "")).removeprefix("#/$defs/")


def is_leaf(schema: Schema) -> bool:
    return not any(
        block.keys() & {"properties", "additionalProperties", "items"} for block in variants(schema)
    )


def row(key: str, schema: Schema, has_default: bool) -> str:
    """A line of the table; a | in it is escaped, as Markdown wants it."""
    default = schema.get("default")
    is_said = default not in ("", None, {}, []) and not key.startswith("expect.")
    shown = [code(default) if is_said else ""] * has_default
    said = str(schema.get("description", ""))
    words = next((block["enum"] for block in variants(schema) if "enum" in block), None)
    if words is not None and len(words) < 8:
        said += " One of " + ", ".join(code(word) for word in words) + "."
    examples = schema.get("examples", [])
    example = code(examples[0]) if examples and not isinstance(examples[0], dict | list) else ""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (code(key), said, *shown, example)) + " |"


def code(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def main() -> None:
    for page in PAGES:
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
