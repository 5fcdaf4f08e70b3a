"""The formatter changes the space between things and nothing else: no value, no spelling, no comment."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.text.format import comments, formatted
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.tests.examples import many

LOOSE = """\
# A lane.


vibes:
    - {at: 1|1, hold:   0.30}   # near
    # the answer
    - { at: 12|2.5, to: -0.4, shape: half_cosine }
    - {at: 13|1, from: -0.45, to: 0.45, shape: sine, cycles: per_bar} # wide
glock.left:   {mirror:  glock.right}
"""
TIDY = """\
# A lane.

vibes:
  - {at: 1|1,    hold: 0.30}    # near
  # the answer
  - {at: 12|2.5, to: -0.4, shape: half_cosine}
  - {at: 13|1,   from: -0.45, to: 0.45, shape: sine, cycles: per_bar}  # wide
glock.left:   {mirror: glock.right}
"""


def test_points_stand_in_columns_and_levels_are_two_columns_apart() -> None:
    assert formatted(LOOSE, "effects.yaml") == TIDY


def test_a_tidy_file_is_unchanged() -> None:
    assert formatted(TIDY, "effects.yaml") == TIDY


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a:\n- b\n-   c: 1\n    d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
        ("a:\n      b:\n            c: 7.10\n", "a:\n  b:\n    c: 7.10\n"),
        ("a: {b: [1,2], 'c':3}", "a: {b: [1, 2], 'c': 3}\n"),
        ("a: 1   \n\n\n\nb: 2\n\n", "a: 1\n\nb: 2\n"),
        ("a: |\n     two  \n\n\n     lines\nb: 1\n", "a: |\n     two  \n\n\n     lines\nb: 1\n"),
        ("a:\n    b: |\n        text # no comment\n", "a:\n  b: |\n      text # no comment\n"),
        ("a: {b: 1,\n       c: 2} # end\n", "a: {b: 1,\n       c: 2}  # end\n"),
        ('a: "x # y" # z\n', 'a: "x # y"  # z\n'),
        ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("a:\n-\n    b: 1\n", "a:\n  -\n    b: 1\n"),
        ("a: {b: , c: 1}\n", "a: {b: , c: 1}\n"),
        ('{"a": [1,\n 2]}\n', '{"a": [1,\n 2]}\n'),
        ("a:\n    b: 1\n    # of a\n# of the whole\nc: 2\n", "a:\n  b: 1\n  # of a\n# of the whole\nc: 2\n"),
    ],
)
def test_layout(written: str, expected: str) -> None:
    assert formatted(written, "piece.yaml") == expected


def test_a_text_that_cannot_be_read_is_refused_with_its_findings() -> None:
    with pytest.raises(PieceError, match="MV103"):
        formatted("a: 1\na: 2\n", "piece.yaml")


def test_comments_are_found_and_number_signs_in_text_are_not() -> None:
    assert comments('# one\na: "# no"  # two\nb: C#\nc: |\n  # no\nd: [1,  # three\n  2]\n') == (
        "# one",
        "# two",
        "# three",
    )


SCALARS = st.one_of(
    st.integers(-99, 99),
    st.floats(-9, 9, allow_nan=False).map(lambda value: round(value, 3)),
    st.booleans(),
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12),
    st.sampled_from(["7|3", "C#", "a # b", "x: y", "two\nlines\n", "- dash", "end-4s", "long " * 30]),
)
KEYS = st.text(st.sampled_from("abc #|.é'\""), min_size=1, max_size=6).filter(lambda key: key != "<<")
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=16,
)


@many(300)
@given(
    tree=st.dictionaries(KEYS, TREES, min_size=1, max_size=4),
    flow=st.sampled_from([True, False, None]),
    indent=st.integers(2, 7),
    width=st.integers(20, 200),
    gaps=st.lists(st.integers(0, 40), max_size=8),
    ends=st.lists(st.integers(0, 40), max_size=8),
)
def test_any_text_keeps_its_values_and_comments_and_formatting_twice_is_formatting_once(
    tree: dict[str, Any], flow: bool | None, indent: int, width: int, gaps: list[int], ends: list[int]
) -> None:
    dumped: str = yaml.safe_dump(
        tree, default_flow_style=flow, indent=indent, width=width, allow_unicode=True, sort_keys=False
    )
    text = commented(dumped, gaps, ends)
    before, findings = parse_source(text, "piece.yaml")
    if findings:
        text = dumped
        before, findings = parse_source(text, "piece.yaml")
    if findings:
        return
    once = formatted(text, "piece.yaml")
    after, _ = parse_source(once, "piece.yaml")
    assert (after.value, after.spellings) == (before.value, before.spellings)
    assert comments(once) == comments(text)
    assert formatted(once, "piece.yaml") == once
    assert sorted(once.replace(" ", "").replace("\n", "")) == sorted(text.replace(" ", "").replace("\n", ""))


def commented(text: str, gaps: list[int], ends: list[int]) -> str:
    """The text with comments before some lines and behind others."""
    lines = text.split("\n")
    for number in ends:
        if number < len(lines) and lines[number]:
            lines[number] += " # behind"
    for number in gaps:
        if number < len(lines):
            lines.insert(number, " " * (number % 5) + "# before")
    return "\n".join(lines)
