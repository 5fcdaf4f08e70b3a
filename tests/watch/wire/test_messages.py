"""Messages as JSON: what is written is read again as the same, and nothing else is."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.watch.wire import events, json_text, requests

NUMBERS = st.floats(-1e6, 1e6)
EDITS = st.builds(
    requests.Edit,
    file=st.text(max_size=8),
    digest=st.text(max_size=8),
    changes=st.lists(
        st.builds(requests.Change, st.text(max_size=8), st.one_of(NUMBERS, st.text(max_size=8))), max_size=3
    ).map(tuple),
    add=st.none() | st.builds(requests.NewPoint, st.text(max_size=8), st.text(max_size=8), NUMBERS),
    remove=st.text(max_size=8),
)
LOOKS = st.builds(
    requests.Look,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.none() | st.tuples(NUMBERS, NUMBERS),
    st.booleans(),
    st.booleans(),
)


@given(st.one_of(EDITS, LOOKS))
def test_a_request_is_read_as_it_was_written(value: requests.Edit | requests.Look) -> None:
    assert json_text.read(type(value), json_text.written(value)) == value


def test_a_number_without_a_point_is_a_number() -> None:
    look = json_text.read(requests.Look, b'{"s": 1, "a": 0, "b": 2}')
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
        (b'{"s": 1, "a": 0, "b": 2, "page": "\\ud800"}', "page holds half a character"),
    ],
)
def test_an_invalid_request_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(json_text.WireError, match=said):
        json_text.read(requests.Look, data)


def test_every_kind_of_message_has_an_event_and_a_version() -> None:
    assert set(events.EVENTS) == set(events.Message.__args__)
    for kind in events.EVENTS:
        assert "version" in {part.name for part in fields(kind)}


def test_infinities_become_null_as_json_has_none() -> None:
    finding = events.Finding("MV1", "note", "", "", "", 0, 0, "", float("inf"))
    assert json.loads(json_text.written(finding))["s"] is None


def test_the_document_names_every_event_and_endpoint() -> None:
    text = (Path(__file__).parents[3] / "docs/watch-wire.md").read_text(encoding="utf-8")
    for event in events.EVENTS.values():
        assert f"| `{event}` (" in text
    from ..test_guard import routes

    for path, method in routes():
        assert (
            f"`{method} {path.split('/x')[0]}" in text or f"`{path}`" in text or f"`{method} {path}" in text
        )
