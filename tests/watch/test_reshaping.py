"""Shapes that are exchanged, and movements that are divided: what is heard is what the page showed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from musicvis.dsl.model.shapes import SHAPES, Family
from musicvis.watch.applying import applied
from musicvis.watch.edits import EditError
from musicvis.watch.session import Session
from musicvis.watch.shapes import shapes_shown
from musicvis.watch.wire import events, requests

FILE = "effects.yaml"


class Text:
    """effects.yaml with one lane of the ear `near`, and what edits of its points make of it."""

    def __init__(self, folder: Path, points: str) -> None:
        self.text = f"near:\n{points}"
        (folder / FILE).write_text(self.text, encoding="utf-8")
        self.path = folder / FILE
        self.session = Session(folder / "piece.yaml")
        self.version = self.session.read(lambda lanes: None)
        assert self.version.piece.ok, self.version.piece.findings

    def edited(self, **what: object) -> str:
        """The text with an edit."""
        return applied(self.text, requests.Edit(FILE, "", **what), self.version)  # type: ignore[arg-type]

    def shaped(self, number: int, shape: str) -> str:
        """The points with another shape of one of them."""
        after = self.edited(shape=requests.NewShape(f"/near/{number}", shape))
        self.curve(after)
        return after.removeprefix("near:\n")

    def divided(self, at: str, value: float) -> str:
        """The points with one more."""
        after = self.edited(add=requests.NewPoint("/near", at, value))
        return after.removeprefix("near:\n")

    def curve(self, text: str) -> np.ndarray:
        """The values of the lane under a text, which must be free of errors."""
        found = self.session.tried({str(self.path): text}, FILE)
        assert all(isinstance(one, events.Lane) for one in found), found
        return np.array(found[0].values)  # type: ignore[union-attr]


@pytest.fixture
def text(piece: Path) -> Callable[[str], Text]:
    """A text of points in the small piece."""
    return lambda points: Text(piece, points)


GLIDE = "  - {at: 1|1, to: 0.5,  shape: half_cosine}   # over\n  - {at: 3|1, hold: -0.25}\n"


@pytest.mark.parametrize(
    ("number", "shape", "line"),
    [
        (0, "smoothstep", "{at: 1|1, to: 0.5,  shape: smoothstep}    # over"),
        (0, "straight", "{at: 1|1, to: 0.5,  shape: straight}      # over"),
        # What stays is where the lane stood.
        (0, "hold", "{at: 1|1, hold: 0.0}                      # over"),
        (0, "half_sine", "{at: 1|1, via: 0.5,  shape: half_sine}    # over"),
        (0, "sine", "{at: 1|1, to: 0.5,  shape: sine, cycles: per_bar}  # over"),
        # A value that stayed is where it begins; there is no next one, so it goes half way to the far side.
        (1, "straight", "{at: 3|1, from: -0.25, to: 0.375}"),
        (1, "whole_cosine", "{at: 3|1, from: -0.25, via: 0.375}"),
    ],
)
def test_a_shape_is_exchanged_in_the_words_of_one_point(
    text: Callable[[str], Text], number: int, shape: str, line: str
) -> None:
    was = GLIDE.splitlines()
    after = text(GLIDE).shaped(number, shape).splitlines()
    assert after[number] == f"  - {line}"
    assert after[1 - number] == was[1 - number]


def test_changing_a_shape_drops_only_the_keys_that_it_does_not_take(text: Callable[[str], Text]) -> None:
    points = text("  - {at: 1|1, from: -0.5, to: 1, shape: sine, cycles: 4, phase: 0.25, domain: seconds}\n")
    glide = "  - {at: 1|1, from: -0.5, to: 1, shape: straight, domain: seconds}\n"
    assert points.shaped(0, "straight") == glide
    assert points.shaped(0, "triangle") == glide.replace("straight", "triangle, cycles: 4")
    assert points.shaped(0, "hold") == "  - {at: 1|1, hold: -0.5}\n"


def test_a_shape_is_exchanged_in_block_style_and_in_json(text: Callable[[str], Text]) -> None:
    block = text("  - at: 1|1\n    to: 0.5  # there\n    shape: sine\n    cycles: 3\n")
    assert block.shaped(0, "exponential") == "  - at: 1|1\n    to: 0.5  # there\n    shape: exponential\n"
    glide = text("  - at: 1|1\n    to: 0.5")
    assert glide.shaped(0, "sawtooth") == "  - at: 1|1\n    to: 0.5\n    shape: sawtooth\n    cycles: per_bar"
    json = text('  [{"at": "1|1", "to": 0.5}]\n')
    assert json.shaped(0, "half_sine") == '  [{"at": "1|1", "via": 0.5, "shape": "half_sine"}]\n'


def test_a_hold_before_another_value_glides_to_it_and_back_to_a_hold_it_is_as_before(
    text: Callable[[str], Text],
) -> None:
    points = text("  - {at: 1|1, hold: 0.3}\n  - {at: 3|1, hold: -0.4}\n")
    glide = points.shaped(0, "straight")
    assert glide.splitlines()[0] == "  - {at: 1|1, from: 0.3, to: -0.4}"
    assert text(glide).shaped(0, "hold") == "  - {at: 1|1, hold: 0.3}\n  - {at: 3|1, hold: -0.4}\n"


def test_a_shape_that_cannot_stand_there_is_refused_in_words(text: Callable[[str], Text]) -> None:
    points = text("  - {at: 1|1, from: -0.5, to: 0.5}\n")
    with pytest.raises(EditError, match=r"equal ratios, and there is none from -0\.5 to 0\.5"):
        points.shaped(0, "geometric")
    with pytest.raises(EditError, match="already"):
        points.shaped(0, "straight")
    with pytest.raises(EditError, match="no shape wobble"):
        points.shaped(0, "wobble")
    with pytest.raises(EditError, match="no point"):
        points.shaped(7, "sine")


BACK = "  - {at: 2@2|1, hold: 0}\n"
"""Behind two bars of three beats, which are written 2 and 3."""


@pytest.mark.parametrize(
    ("point", "at", "first", "second"),
    [
        ("via: 0.4", "3|1", "to: 0.4, shape: half_cosine", "to: 0.0, shape: half_cosine"),
        (
            "from: 0.1, via: 0.4, shape: half_sine", "3|1",
            "from: 0.1, to: 0.4, shape: quarter_sine", "to: 0.1, shape: quarter_cosine",
        ),
        (
            "from: -0.5, to: 1, shape: sine, cycles: per_bar", "3|2",
            "from: -0.5, to: 1, shape: sine, cycles: per_bar",
            "from: -0.5, to: 1, shape: sine, cycles: per_bar, phase: 0.333333",
        ),
        (
            "from: -0.5, to: 1, shape: sine, cycles: 4, phase: 0.5", "2|2",
            "from: -0.5, to: 1, shape: sine, cycles: 2/3, phase: 0.5",
            "from: -0.5, to: 1, shape: sine, cycles: 10/3, phase: 0.166667",
        ),
        (
            "to: 0.5, shape: sawtooth, cycles: per_beat", "2|3",
            "to: 0.5, shape: sawtooth, cycles: per_beat",
            "from: 0.0, to: 0.5, shape: sawtooth, cycles: per_beat",
        ),
    ],
)  # fmt: skip
def test_dividing_a_returning_or_repeating_shape_keeps_its_values(
    text: Callable[[str], Text], point: str, at: str, first: str, second: str
) -> None:
    whole = text(f"  - {{at: 2|1, {point}}}\n{BACK}")
    found = whole.divided(at, 0.4)
    assert found == f"  - {{at: 2|1, {first}}}\n  - {{at: {at}, {second}}}\n{BACK}"
    assert whole.curve(f"near:\n{found}") == pytest.approx(whole.curve(whole.text), abs=2e-4)


def test_a_point_in_a_swing_is_where_it_turns_round(text: Callable[[str], Text]) -> None:
    points = text(f"  - {{at: 2|1, via: 0.4}}\n{BACK}").divided("2|2", -0.7)
    assert points.splitlines()[:2] == [
        "  - {at: 2|1, to: -0.7, shape: half_cosine}",
        "  - {at: 2|2, to: 0.0, shape: half_cosine}",
    ]


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ("to: 0.5, shape: sawtooth, cycles: per_bar", r"only where it begins anew, e.g. at 3\|1$"),
        ("to: 0.5, shape: triangle, cycles: 3/2", r"only where it begins anew, e.g. at 3\|2$"),
        ("to: 0.5, shape: drift, cycles: per_beat", "wanders anew"),
        ("to: 0.5, shape: sine, cycles: 3, mirror: true", "`mirror`"),
        ("via: 0.5, ease: smoothstep", "`ease`"),
    ],
)
def test_edits_that_the_language_cannot_express_are_refused_with_the_reason(
    text: Callable[[str], Text], point: str, words: str
) -> None:
    points = text(f"  - {{at: 2|1, {point}}}\n{BACK}")
    with pytest.raises(EditError, match=words):
        points.divided("2|2", 0.1)


def test_cycles_by_bars_of_two_lengths_are_not_divided(text: Callable[[str], Text]) -> None:
    # Bar 1 is an upbeat of one beat.
    points = text(f"  - {{at: 1|1, to: 0.5, shape: sine, cycles: per_bar}}\n{BACK}")
    with pytest.raises(EditError, match="differ in length"):
        points.divided("2|2", 0.1)


def test_a_way_round_the_head_is_divided_by_its_turns(piece: Path) -> None:
    (piece / FILE).write_text(f"far.azimuth:\n  - {{at: 2|1, turns: 1.5, shape: orbit}}\n{BACK}")
    version = Session(piece / "piece.yaml").read(lambda lanes: None)
    text = (piece / FILE).read_text()
    after = applied(text, requests.Edit(FILE, "", add=requests.NewPoint("/far.azimuth", "3|1", 0.0)), version)
    assert after.splitlines()[1:3] == [
        "  - {at: 2|1, turns: 0.75, shape: orbit}",
        "  - {at: 3|1, turns: 0.75, shape: orbit}",
    ]
    straight = applied(
        text, requests.Edit(FILE, "", shape=requests.NewShape("/far.azimuth/0", "straight")), version
    )
    assert straight.splitlines()[1].startswith("  - {at: 2|1, to: ")


def test_the_menu_has_every_shape_of_the_language_as_it_runs() -> None:
    shown = {one.name: one for one in shapes_shown().shapes}
    assert list(shown) == [shape.value for shape in SHAPES]
    for shape, facts in SHAPES.items():
        curve = shown[shape.value].curve
        returns = facts.family in (Family.SWING, Family.LEVEL) or shape.value in ("drift", "triangle")
        if shape.value != "sine":
            assert curve[0] == pytest.approx(0.02, abs=1e-3)
            assert curve[-1] == pytest.approx(0.02 if returns else 1.0, abs=1e-3)
    # A sine begins in its middle, three times over.
    assert sum(a < 0.5 <= b for a, b in zip(shown["sine"].curve, shown["sine"].curve[1:], strict=False)) == 3
