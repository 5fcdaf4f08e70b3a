"""Our judge of form against the jsonschema package: the same rules broken, at the same values."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from musicvis.dsl.judge import Broken, broken_rules, known_keywords
from musicvis.dsl.schema import EFFECTS, LEGACY, PIECE, schema_named, schema_of
from musicvis.dsl.source import parse_source

SUITE = sorted((Path(__file__).parent / "suite").glob("*.yaml"))
Fault = tuple[str, str, str, Any]
MAPS = ("properties", "$defs", "dependentSchemas")


def ours(fault: Broken) -> Fault:
    inner = frozenset(ours(each) for each in fault.inner)
    return fault.rule, fault.pointer, json.dumps([*fault.way, fault.branch]), inner


def theirs(error: ValidationError) -> Fault:
    pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in error.absolute_path)
    first = error.schema_path[0] if error.parent else 0
    branch = first if isinstance(first, int) else 0
    inner = frozenset(theirs(each) for each in error.context or ())
    return str(error.validator or ""), pointer, json.dumps([*error.absolute_schema_path, branch]), inner


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema_named(name))


def both(name: str, value: object) -> tuple[set[Fault], set[Fault]]:
    found = {ours(fault) for fault in broken_rules(schema_named(name), value)}
    return found, {theirs(error) for error in validator(name).iter_errors(value)}


@pytest.mark.parametrize("case", SUITE, ids=[case.stem for case in SUITE])
def test_the_judge_finds_what_jsonschema_finds_in_every_case_of_the_suite(case: Path) -> None:
    source, _ = parse_source(case.read_text(encoding="utf-8"), case.name)
    are_lanes = case.stem.startswith(("lanes-", "legacy-"))
    found, wanted = both(schema_of(source) if are_lanes else PIECE, source.value)
    assert found == wanted


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 200),
    st.floats(-2, 3).map(lambda number: round(number, 2)),
    st.sampled_from(
        ("1|1", "end", "0.5", "50%", "6 Hz", "per_beat", "smoothstep", "sawtooth", "hold", "x", "")
    ),
)
KEYS = ("at", "hold", "to", "via", "from", "shape", "cycles", "points", "mirror", "mode", "over", "phase")
POINTS = st.dictionaries(st.sampled_from(KEYS), LEAVES, max_size=5)
LANES = st.dictionaries(
    st.sampled_from(("vibes", "vibes.gain", "a b", "over")),
    st.one_of(LEAVES, st.lists(POINTS, max_size=3), POINTS),
    max_size=3,
)
OLD = ("effect", "m1", "b1", "m2", "b2", "ear_i", "ear_mid", "ear_f", "cycles")
SEGMENTS = st.dictionaries(
    st.sampled_from(OLD),
    st.one_of(LEAVES, st.sampled_from(("none", "straight", "whole_cosine"))),
    max_size=9,
)
TOP = tuple(schema_named(PIECE)["properties"])
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(("buses", "stems", "part", "file", "chain", "where", "gain")), inner),
        st.dictionaries(st.sampled_from(("classes", "rules", "class", "kick", "post", "title", "at")), inner),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(TOP), BLOCKS, max_size=6))
def test_the_judge_agrees_with_jsonschema_on_any_manifest(value: object) -> None:
    found, wanted = both(PIECE, value)
    assert found == wanted


@settings(max_examples=150, deadline=None)
@given(LANES)
def test_the_judge_agrees_with_jsonschema_on_any_lanes(value: object) -> None:
    found, wanted = both(EFFECTS, value)
    assert found == wanted


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(("vibes", "drums")), st.lists(SEGMENTS, max_size=3), max_size=2))
def test_the_judge_agrees_with_jsonschema_on_any_original_form(value: object) -> None:
    found, wanted = both(LEGACY, value)
    assert found == wanted


def keywords(schema: object) -> set[str]:
    """Every keyword that a schema uses, names of properties left out."""
    if isinstance(schema, list):
        return set().union(*map(keywords, schema))
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for keyword, value in schema.items():
        if keyword in MAPS:
            found |= keywords(list(value.values()))
        elif keyword not in ("default", "examples", "enum", "const", "required", "dependentRequired"):
            found |= keywords(value)
    return found


@pytest.mark.parametrize("name", [PIECE, EFFECTS, LEGACY])
def test_the_schemas_are_written_in_keywords_that_the_judge_knows(name: str) -> None:
    assert keywords(schema_named(name)) <= known_keywords()


def test_a_long_list_of_wrong_values_ends_with_its_first_faults() -> None:
    classes: list[Any] = [["x"]] * 90_000
    value = {"musicvis": 1, "title": "x", "score": "x.mid", "visuals": {"classes": classes}}

    def size(fault: Broken) -> int:
        return 1 + sum(map(size, fault.inner))

    assert 1 <= sum(map(size, broken_rules(schema_named(PIECE), value))) < 5_000
