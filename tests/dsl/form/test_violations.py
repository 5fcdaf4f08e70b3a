"""What jsonschema says of a value, bounded; and a part of a value that was dropped offends nobody."""

from typing import Any

import pytest
from musicvis.dsl.form.schema import PIECE, schema_named
from musicvis.dsl.form.violations import FAULTS_MOST, Broken, broken_rules
from musicvis.dsl.text.yaml_source import DROPPED

TOP = {"musicvis": 1, "title": "x", "score": "x.mid"}


def size(fault: Broken) -> int:
    return 1 + sum(map(size, fault.inner))


@pytest.mark.parametrize(
    "classes",
    [[["x"]] * 90_000, {f"key {number}": ["x"] for number in range(90_000)}],
    ids=["a list", "a block"],
)
def test_a_great_many_wrong_values_end_with_their_first_faults(classes: Any) -> None:
    broken = broken_rules(schema_named(PIECE), {**TOP, "visuals": {"classes": classes}})
    assert 1 <= sum(map(size, broken)) < 10 * FAULTS_MOST


def test_the_faults_of_alternatives_stand_inside_their_choice() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}
    (choice,) = broken_rules(schema, [1, "two"])
    assert (choice.rule, choice.pointer) == ("anyOf", "")
    assert [(fault.rule, fault.pointer, fault.branch) for fault in choice.inner] == [
        ("type", "", 0),
        ("type", "/1", 1),
    ]


def test_an_item_that_was_dropped_is_neither_judged_nor_counted() -> None:
    schema = {"items": {"type": "integer"}, "maxItems": 2, "minItems": 2}
    assert broken_rules(schema, [1, DROPPED, 2]) == []
    assert [fault.rule for fault in broken_rules(schema, [1, DROPPED])] == ["minItems"]
