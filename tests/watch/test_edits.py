"""Edits of a text: the value is new, and every other byte is what it was."""

import re

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from musicvis.dsl.model.plugins import Unit
from musicvis.dsl.text.format import comments
from musicvis.watch.edits import EditError, changed, with_point, without_point
from musicvis.watch.wire.requests import Change

LANES = """\
# Where each bus stands.

vibes:
  # A. In front.
  - {at: 1|1,  hold: 0}
  - {at: 2|3,  to: -0.4,  shape: half_cosine}   # aside
  - {at: 3|1,  hold: -0.4}                      # and stays
  - {at: 4|1,  to: 0,     shape: half_cosine}
  - {at: 8|1,  via: 0.3,  shape: whole_cosine}
"""


def number(name: str) -> Unit:
    """Every value is a plain number."""
    return Unit.NUMBER


def gain(name: str) -> Unit:
    """Every value is a level."""
    return Unit.GAIN


def lines_changed(before: str, after: str) -> list[str]:
    """The lines of a text that are not in another, in order."""
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def test_a_value_moves_and_the_columns_behind_it_stay() -> None:
    after = changed(LANES, [Change("/vibes/1/to", -0.25), Change("/vibes/2/hold", -0.25)], number)
    assert lines_changed(LANES, after) == [
        "  - {at: 2|3,  to: -0.25, shape: half_cosine}   # aside",
        "  - {at: 3|1,  hold: -0.25}                      # and stays",
    ]


def test_a_shorter_value_leaves_the_columns_where_they_were() -> None:
    after = changed(LANES, [Change("/vibes/1/to", 1.0)], number)
    assert lines_changed(LANES, after) == ["  - {at: 2|3,  to: 1.0,   shape: half_cosine}   # aside"]


@pytest.mark.parametrize(
    ("old", "value", "unit", "new"),
    [
        ("0.55", -0.25, Unit.NUMBER, "-0.25"),
        ("0.50", 0.3, Unit.NUMBER, "0.30"),
        ("0", 0.125, Unit.NUMBER, "0.125"),
        (".5", 0.25, Unit.NUMBER, "0.25"),
        ("1e-1", 0.25, Unit.NUMBER, "0.25"),
        ("5", -0.0, Unit.NUMBER, "0"),
        ("50%", 0.25, Unit.SHARE, "25%"),
        ("50 %", 0.255, Unit.SHARE, "25.5 %"),
        ('"50%"', 1.0, Unit.SHARE, '"100%"'),
        ("'-6 dB'", 1.0, Unit.GAIN, "'0 dB'"),
        ("-6 dB", 0.5, Unit.GAIN, "-6.02 dB"),
        ("-6.0 dB", 0.0, Unit.GAIN, "-120.0 dB"),
        ("60%", 0.3758, Unit.GAIN, "38%"),
        ("60.0%", 0.3758, Unit.GAIN, "37.6%"),
        ("60%", 0.0316, Unit.GAIN, "3.2%"),
        ("0.6", 0.3758, Unit.GAIN, "0.38"),
        ("0.600", 0.3758, Unit.GAIN, "0.376"),
        ("-6 dB", -3.5, Unit.DECIBELS, "-3.5 dB"),
        ("7 Hz", 8.0, Unit.RATE, "8 Hz"),
        ("1.2 kHz", 440.0, Unit.HERTZ, "0.44 kHz"),
        ("2/b", 3.0, Unit.RATE, "3/b"),
        ("250ms", 0.1, Unit.SECONDS, "100ms"),
        ("0.5s", 0.75, Unit.SECONDS, "0.75s"),
    ],
)
def test_a_number_keeps_its_unit_its_quotes_and_its_digits(
    old: str, value: float, unit: Unit, new: str
) -> None:
    assert changed(f"a: {old}  # why\n", [Change("/a", value)], lambda pointer: unit) == f"a: {new}  # why\n"


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        ("monastery", "lighthouse", "lighthouse"),
        ('"18|3.."', "17|2..", '"17|2.."'),
        ("'it''s'", "it's two", "'it''s two'"),
        ("4|1", "4|1.5", "4|1.5"),
        ("5..8", "6", "6"),
        ("monastery", "a: b # c", '"a: b # c"'),
        ("monastery", "yes, {so}", '"yes, {so}"'),
        ("monastery", "null", '"null"'),
        ('"x"', 'say "no" \\ so', '"say \\"no\\" \\\\ so"'),
    ],
)
def test_a_text_is_quoted_where_it_was_or_must_be(old: str, new: str, written: str) -> None:
    assert changed(f"{{a: {old}, b: 1}}\n", [Change("/a", new)], gain) == f"{{a: {written}, b: 1}}\n"


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "a\x00b", "\u2028", "x" * 201, "\u202e"])
def test_a_text_that_cannot_be_written_in_a_line_is_refused(bad: str) -> None:
    with pytest.raises(EditError):
        changed("a: b\n", [Change("/a", bad)], gain)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/nothing", 1.0),
        ("/vibes", 1.0),
        ("/vibes/0", 1.0),
        ("/vibes/99/to", 1.0),
        ("/vibes/1/shape", 1.0),
        ("", 1.0),
        ("/vibes/1/to", float("nan")),
        ("/vibes/-1/to", 1.0),
    ],
)
def test_invalid_values_are_not_written(pointer: str, value: float) -> None:
    with pytest.raises(EditError):
        changed(LANES, [Change(pointer, value)], number)


def test_a_text_that_cannot_be_read_is_not_touched() -> None:
    for broken in ("a: [1\n", "a: 1\na: 2\n", "", "\ta: 1\n"):
        with pytest.raises(EditError):
            changed(broken, [Change("/a", 2.0)], number)


def test_a_glide_is_divided_where_a_point_is_added() -> None:
    after = with_point(LANES, "/vibes", 1, "2|4", -0.1, number)
    assert lines_changed(LANES, after) == [
        "  - {at: 2|3,  to: -0.1,  shape: half_cosine}   # aside",
        "  - {at: 2|4,  to: -0.4,  shape: half_cosine}",
    ]


def test_on_a_hold_and_before_the_first_point_a_new_one_holds() -> None:
    assert "  - {at: 3|3,  hold: 0.3}\n" in with_point(LANES, "/vibes", 2, "3|3", 0.3, number)
    block = "v:\n  - at: 2|1\n    to: 1  # up\n  - at: 3|1\n    hold: 1\n"
    assert with_point(block, "/v", None, "1|1", 0.5, number) == (
        "v:\n  - at: 1|1\n    hold: 0.5\n  - at: 2|1\n    to: 1  # up\n  - at: 3|1\n    hold: 1\n"
    )
    assert with_point(block, "/v", 0, "2|3", 0.5, number) == (
        "v:\n  - at: 2|1\n    to: 0.5  # up\n  - at: 2|3\n    to: 1\n  - at: 3|1\n    hold: 1\n"
    )


def test_points_are_added_to_a_list_in_one_line_and_to_json() -> None:
    assert with_point("v: [{at: 1|1, hold: 0}]\n", "/v", 0, "2|1", 1.0, number) == (
        "v: [{at: 1|1, hold: 0}, {at: 2|1, hold: 1}]\n"
    )
    assert with_point('{"v": [{"at": "1|1", "hold": 0}]}', "/v", 0, "2|1", 1.0, number) == (
        '{"v": [{"at": "1|1", "hold": 0}, {"at": "2|1", "hold": 1}]}'
    )


def test_a_point_at_the_end_of_a_file_without_a_last_line_end_stands_on_its_own_line() -> None:
    assert with_point("v:\n- {at: 1|1, hold: 0}", "/v", 0, "2|1", 1.0, number) == (
        "v:\n- {at: 1|1, hold: 0}\n- {at: 2|1, hold: 1}"
    )


def test_a_swing_is_not_divided_by_its_text_alone() -> None:
    with pytest.raises(EditError, match="swing"):
        with_point(LANES, "/vibes", 4, "8|2", 0.1, number)


def test_removing_what_was_added_gives_the_text_again() -> None:
    for before, at in ((1, "2|4"), (2, "3|3"), (3, "5|1")):
        added = with_point(LANES, "/vibes", before, at, 0.2, number)
        assert without_point(added, f"/vibes/{before + 1}") == LANES


def test_the_only_point_of_a_lane_stays() -> None:
    with pytest.raises(EditError, match="one point"):
        without_point("v:\n  - {at: 1|1, hold: 0}\n", "/v/0")


def test_points_are_removed_from_a_list_in_one_line() -> None:
    text = "v: [{at: 1|1, hold: 0}, {at: 2|1, hold: 1}, {at: 3|1, hold: 2}]\n"
    assert without_point(text, "/v/0") == "v: [{at: 2|1, hold: 1}, {at: 3|1, hold: 2}]\n"
    assert without_point(text, "/v/2") == "v: [{at: 1|1, hold: 0}, {at: 2|1, hold: 1}]\n"


# Random texts

KEYS = st.text("abcxyz é#'~/", min_size=1, max_size=5).map(str.strip).filter(bool)
NUMBERS = st.sampled_from(["0", "0.55", "-12.5", "50%", "-6 dB", "7 Hz", "2/b", "'1'", '"0.30"', "1e2"])
WORDS = st.sampled_from(["word", "two words", '"q: #"', "'it''s'", "4|1", '""', "~", "über"])
REMARKS = st.sampled_from(["", "", "  # why", " # # two", "   # ü"])
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text in block and flow style, and the pointers of its numbers."""
    end, bom = draw(ENDS), draw(st.sampled_from(["", "\ufeff"]))
    lines, numbers = [], []
    for k, name in enumerate(draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))):
        key, pointer = f'"{name}"', "/" + name.replace("~", "~0").replace("/", "~1")
        kind = draw(st.sampled_from(["plain", "flow", "block"]))
        remark = draw(REMARKS)
        if kind == "plain":
            lines.append(f"{key}: {draw(NUMBERS)}{remark}")
            numbers.append(pointer)
        elif kind == "flow":
            gap = " " * draw(st.integers(1, 3))
            lines.append(f"{key}: {{a: {draw(WORDS)},{gap}n: {draw(NUMBERS)},{gap}z: [1, 2]}}{remark}")
            numbers.append(f"{pointer}/n")
        else:
            lines.append(f"{key}:{remark}")
            for i in range(draw(st.integers(1, 3))):
                lines.append(f"  - {{n: {draw(NUMBERS)}, w: {draw(WORDS)}}}{draw(REMARKS)}")
                numbers.append(f"{pointer}/{i}/n")
        if draw(st.booleans()):
            lines.append(f"# remark {k}")
    return bom + end.join(lines) + draw(st.sampled_from(["", end])), numbers


def plain(text: str) -> object:
    """The values that PyYAML reads, every scalar as text."""
    return yaml.load(text.removeprefix("\ufeff"), Loader=yaml.BaseLoader)


def at(value: object, pointer: str) -> str:
    """The text at a pointer."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]  # type: ignore[index]
    return str(value)


@given(texts(), st.data(), st.floats(-1000, 1000).map(lambda value: round(value, 4)))
def test_one_number_is_new_and_all_else_is_byte_for_byte_what_it_was(
    made: tuple[str, list[str]], data: st.DataObject, value: float
) -> None:
    text, numbers = made
    pointer = data.draw(st.sampled_from(numbers))
    old = at(plain(text), pointer)
    after = changed(text, [Change(pointer, value)], number)
    new = at(plain(after), pointer)
    found = re.match(r"-?[0-9.]+", new)
    assert found is not None
    scale = 100.0 if "%" in old else 1.0
    assert float(found[0]) == pytest.approx(value * scale, abs=1e-6)
    # The unit is what it was, and so is every other value.
    assert re.sub(r"[-+0-9.e]", "", new) == re.sub(r"[-+0-9.e]", "", old)
    before, now = flat(plain(text)), flat(plain(after))
    assert {name: found for name, found in before.items() if name != pointer} == {
        name: found for name, found in now.items() if name != pointer
    }
    assert comments(after.removeprefix("\ufeff")) == comments(text.removeprefix("\ufeff"))
    # Spaces and the number are all that differs, in one line.
    pairs = [(a, b) for a, b in zip(text.splitlines(True), after.splitlines(True), strict=True) if a != b]
    assert len(pairs) <= 1
    for a, b in pairs:
        assert without(a, old) & without(b, new)


def without(line: str, number: str) -> set[str]:
    """A line without spaces, and without the number wherever it stands in it."""
    line, number = line.replace(" ", ""), number.replace(" ", "")
    return {line[:k] + line[k + len(number) :] for k in range(len(line)) if line.startswith(number, k)}


@given(texts(), st.data())
def test_taking_an_edit_back_gives_the_old_number(made: tuple[str, list[str]], data: st.DataObject) -> None:
    text, numbers = made
    pointer = data.draw(st.sampled_from(numbers))
    old = at(plain(text), pointer)
    assume("/b" not in old)
    there = changed(text, [Change(pointer, "9")], number)
    assert at(plain(there), pointer) == "9"
    assert at(plain(changed(there, [Change(pointer, old)], number)), pointer) == old


def flat(value: object, pointer: str = "") -> dict[str, str]:
    """Every scalar by its pointer."""
    if isinstance(value, dict):
        pairs = [(name.replace("~", "~0").replace("/", "~1"), item) for name, item in value.items()]
    elif isinstance(value, list):
        pairs = [(str(k), item) for k, item in enumerate(value)]
    else:
        return {pointer: str(value)}
    return {name: found for key, item in pairs for name, found in flat(item, f"{pointer}/{key}").items()}
