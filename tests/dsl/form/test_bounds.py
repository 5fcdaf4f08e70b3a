"""What a finding tells to write lies within the bounds of its own key."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from musicvis.dsl.findings.span import Span
from musicvis.dsl.form.kinds import UNIT_OF
from musicvis.dsl.load import load_piece
from musicvis.dsl.model.plugins import PLUGINS
from musicvis.dsl.values.quantity import Quantity, examples_within, parse_quantity
from musicvis.dsl.values.units import Unit

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/piece.schema.json").read_text(encoding="utf-8"))
MEASURED = [(p, q) for p in PLUGINS for q in p.parameters if q.unit not in (Unit.NUMBER, Unit.CHOICE)]


def bounded(node: Any) -> Iterator[dict[str, Any]]:
    """Every part of the schema that has both bounds and a kind."""
    if isinstance(node, dict):
        if {"minimum", "maximum", "$ref"} <= node.keys():
            yield node
        for value in node.values():
            yield from bounded(value)
    elif isinstance(node, list):
        for value in node:
            yield from bounded(value)


def told(hint: str) -> list[str]:
    """The values that a hint tells to write."""
    found = re.split(r" or | to |: |, (?:e\.g\. )?", re.sub("^write (it as |a value from )?", "", hint))
    return [text for text in found if re.match("[-0-9]", text)]


def unit_of(part: dict[str, Any]) -> Unit:
    title = SCHEMA["$defs"][part["$ref"].rpartition("/")[2]]["title"]
    return UNIT_OF.get(title, Unit.NUMBER)


def test_hints_and_examples_lie_within_the_bounds_of_every_key() -> None:
    parts = list(bounded(SCHEMA))
    assert len(parts) > 50
    for part in parts:
        low, high, unit = part["minimum"], part["maximum"], unit_of(part)
        values = told(examples_within(unit, low, high))
        assert len(values) > 0
        for text in (*values, *map(str, part.get("examples", ()))):
            found = parse_quantity(text, unit, Span(""))
            assert isinstance(found, Quantity) and (found.per_beat or low <= found.value <= high), part


@pytest.mark.parametrize(
    ("lane", "hint"),
    [
        ("a.distortion.drive: [{at: 1|1, to: 50%}]", "write a value from 0 dB to 60 dB"),
        ("a.distortion.drive: {mode: add, points: [{at: 1|1, to: 50%}]}", "write -6 dB"),
        ("a.lowpass.cutoff: [{at: 1|1, to: 50%}]", "write 440 Hz or 1.2 kHz"),
        ("visuals.depth: [{at: 1|1, to: 3 Hz}]", "write 0.5 or 50%"),
    ],
)
def test_a_lane_is_told_what_its_parameter_takes(tmp_path: Path, lane: str, hint: str) -> None:
    (tmp_path / "a.mid").write_bytes(b"")
    chain = "audio: {chain: [{distortion: {}}, {lowpass: {}}]}"
    text = f"musicvis: 1\ntitle: T\nscore: a.mid\n{chain}\neffects:\n  {lane}\n"
    (tmp_path / "piece.yaml").write_text(text)
    assert [(one.code, one.hint) for one in load_piece(tmp_path).diagnostics] == [("MV113", hint)]


@pytest.mark.parametrize("wrong", ["3 parsecs", "[1]", "1e9", "-1e9"])
def test_what_is_told_of_an_effect_is_right_when_written(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "a.mid").write_bytes(b"")

    def found(values: list[str]) -> list[Any]:
        chain = [
            f"    - {p.name}: {{{q.name}: {value}}}\n" for (p, q), value in zip(MEASURED, values, strict=True)
        ]
        head = "musicvis: 1\ntitle: T\nscore: a.mid\naudio:\n  chain:\n"
        (tmp_path / "piece.yaml").write_text(head + "".join(chain))
        return [one for one in load_piece(tmp_path).diagnostics if one.code != "MV203"]

    findings = sorted(found([wrong] * len(MEASURED)), key=lambda one: one.span.line)
    assert len(findings) == len(MEASURED)
    hints = [told(one.hint) for one in findings]
    for number in (0, -1):
        assert [one.code for one in found([values[number] for values in hints])] == []
