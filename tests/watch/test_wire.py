"""Messages as JSON: what is written is read again as the same, and nothing else is."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.watch import wire

NUMBERS = st.floats(-1e6, 1e6)
EDITS = st.builds(
    wire.Edit,
    file=st.text(max_size=8),
    digest=st.text(max_size=8),
    changes=st.lists(
        st.builds(wire.Change, st.text(max_size=8), st.one_of(NUMBERS, st.text(max_size=8))), max_size=3
    ).map(tuple),
    add=st.none() | st.builds(wire.NewPoint, st.text(max_size=8), st.text(max_size=8), NUMBERS),
    remove=st.text(max_size=8),
)
LOOKS = st.builds(
    wire.Look,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.none() | st.tuples(NUMBERS, NUMBERS),
    st.booleans(),
    st.booleans(),
)


@given(st.one_of(EDITS, LOOKS))
def test_a_request_is_read_as_it_was_written(value: wire.Edit | wire.Look) -> None:
    assert wire.read(type(value), wire.written(value)) == value


def test_a_number_without_a_point_is_a_number() -> None:
    look = wire.read(wire.Look, b'{"s": 1, "a": 0, "b": 2}')
    assert (look.s, type(look.s)) == (1.0, float)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"[1", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b'{"s": 1, "a": 0}', "b is missing"),
        (b'{"s": "1", "a": 0, "b": 2}', "s is not of type float"),
        (b'{"s": true, "a": 0, "b": 2}', "s is not of type float"),
        (b'{"s": NaN, "a": 0, "b": 2}', "s is not of type float"),
        (b'{"s": 1e999, "a": 0, "b": 2}', "s is not of type float"),
        (b'{"s": 1, "a": 0, "b": 2, "c": 3}', "has no 'c'"),
        (b'{"s": 1, "a": 0, "b": 2, "loop": [1]}', "loop has 1 items, not 2"),
        (b'{"s": 1, "a": 0, "b": 2, "full": 1}', "full is not of type bool"),
    ],
)
def test_what_is_no_request_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(wire.WireError, match=said):
        wire.read(wire.Look, data)


def test_every_kind_of_message_has_an_event_and_a_version() -> None:
    assert set(wire.EVENTS) == set(wire.Message.__args__)
    for kind in wire.EVENTS:
        assert "version" in {part.name for part in fields(kind)}


def test_infinities_become_null_as_json_has_none() -> None:
    finding = wire.Finding("MV1", "note", "", "", "", 0, 0, "", float("inf"))
    assert json.loads(wire.written(finding))["s"] is None


def test_the_document_names_every_event_and_endpoint() -> None:
    text = (Path(__file__).parents[2] / "docs/watch-wire.md").read_text(encoding="utf-8")
    for event in wire.EVENTS.values():
        assert f"| `{event}` (" in text
    from .test_guard import routes

    for path, method in routes():
        assert (
            f"`{method} {path.split('/x')[0]}" in text or f"`{path}`" in text or f"`{method} {path}" in text
        )
