"""Where layers stand: as heard, by sector or in depth; values by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.notes.layering import LayerOfParts, layer_findings, layers_of
from musicvis.compiler.picture.streams import FURTHEST, SILENT, Seat, apart, seats_of
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.visuals import ClassWeight, PictureLayer, Visuals

SPAN = Span("piece.yaml", 1, 1, 1, 2)
PARTS = ("flute", "viola", "bass")
MakeScore = Callable[..., Any]


def layer(name: str, *parts: str, **fields: Any) -> PictureLayer:
    return PictureLayer(name, SPAN, parts or (name,), SPAN, **fields)


def resolved(*layers: PictureLayer, **fields: Any) -> tuple[tuple[LayerOfParts, ...], list[str]]:
    findings = Findings()
    found = layers_of(Visuals(layers=layers, **fields), PARTS, findings)
    return found, [finding.code for finding in findings]


def test_places_that_are_far_apart_stay_and_near_ones_move_as_little_as_they_must() -> None:
    assert apart([-0.5, 0.4], 0.5) == [-0.5, 0.4]
    assert apart([0.0, 0.0, 0.0], 0.55) == pytest.approx([-0.55, 0.0, 0.55])
    # 0.1 and 0.3 come apart around their middle, 0.2.
    assert apart([0.3, 0.1], 0.6) == pytest.approx([0.5, -0.1])


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=4))
def test_places_keep_their_order_their_distance_and_the_film(places: list[float]) -> None:
    gap = 1.65 / len(places)
    found = apart(places, gap)
    assert all(-FURTHEST <= place <= FURTHEST for place in found)
    order = sorted(range(len(places)), key=lambda k: (places[k], k))
    ways = np.diff([found[k] for k in order])
    assert (ways >= gap - 1e-9).all()


def test_parts_that_no_layer_names_stand_behind_all() -> None:
    found, codes = resolved(layer("flute"), layer("low", "b*"))
    assert codes == []
    assert [(one.name, one.parts) for one in found] == [
        ("rest", frozenset(["viola"])),
        ("flute", frozenset(["flute"])),
        ("low", frozenset(["bass"])),
    ]
    assert found[0].written is not None and found[0].written.place == "back"


def test_a_layer_inherits_the_settings_of_the_whole_picture() -> None:
    found, _ = resolved(layer("flute", depth=0.3), layer("low", "bass", "viola", keep=4), depth=0.9)
    assert [(one.visuals.depth, one.visuals.keep) for one in found] == [(0.3, 2), (0.9, 4)]


def test_each_part_may_be_a_layer() -> None:
    findings = Findings()
    found = layers_of(Visuals(layer_each_part=True), ("a[1]", "b"), findings)
    assert [(one.name, one.parts) for one in found] == [("a[1]", {"a[1]"}), ("b", {"b"})]
    assert not findings


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ((layer("oboe"), layer("flute")), "MV630"),
        ((layer("high", "flute", "viola"), layer("viola")), "MV631"),
    ],
)
def test_layers_that_do_not_fit_the_parts_are_findings(layers: tuple[PictureLayer, ...], code: str) -> None:
    assert resolved(*layers)[1] == [code]


def test_parts_whose_names_differ_in_their_case_alone_are_layers_of_their_own() -> None:
    findings = Findings()
    found = layers_of(Visuals(layer_each_part=True), ("Flute", "flute", "a*", "ab"), findings)
    assert [sorted(layer.parts) for layer in found] == [["Flute"], ["flute"], ["a*"], ["ab"]]
    assert not findings


def test_five_layers_are_too_many() -> None:
    findings = Findings()
    found = layers_of(Visuals(layer_each_part=True), tuple("abcde"), findings)
    assert [finding.code for finding in findings] == ["MV633"]
    assert len(found) == 1


@pytest.fixture
def seats(make_score: MakeScore) -> Callable[..., list[Seat]]:
    """The seats of layers where the flute plays from 0 to 1 s and the bass from 2 to 3 s."""
    score = make_score(["4/4"], notes=[(0, 1, 72, 127), (2, 1, 40, 127)])
    clock = Clock.from_score(score)
    notes = [PartNote(note, part) for note, part in zip(score.notes, ("flute", "bass"), strict=True)]

    def seated(ears: tuple[float, float], *layers: PictureLayer) -> list[Seat]:
        found = layers_of(Visuals(layers=layers), ("flute", "bass"), Findings())
        members = [[i for i, entry in enumerate(notes) if entry.part in one.parts] for one in found]
        return seats_of(found, notes, members, np.array(ears), clock, 4.0)

    return seated


def at(seat: Seat, time_s: float, what: str = "across") -> float:
    return float(getattr(seat, what).values(np.array([time_s]))[0])


def test_a_part_that_is_heard_left_is_seen_left(seats: Callable[..., list[Seat]]) -> None:
    flute, bass = seats((-0.8, 0.7), layer("flute"), layer("bass"))
    assert (flute.home, bass.home) == pytest.approx((-0.8, 0.7), abs=1e-3)
    assert (at(flute, 0.5), at(bass, 2.5)) == pytest.approx((-0.8, 0.7), abs=1e-3)


def test_parts_that_nothing_places_stand_side_by_side(seats: Callable[..., list[Seat]]) -> None:
    flute, bass = seats((np.nan, np.nan), layer("flute"), layer("bass"))
    # 1.65 / 2 apart.
    assert (flute.home, bass.home) == pytest.approx((-0.4125, 0.4125))
    assert at(flute, 0.5) == pytest.approx(-0.4125)


def test_sectors_and_depth(seats: Callable[..., list[Seat]]) -> None:
    second = layer("flute", place="sector", sector=(2, 5), width=0.5)
    flute, bass = seats((0.9, 0.9), second, layer("bass", place="back"))
    # The middle of the second fifth of -1..1.
    assert (flute.home, at(flute, 0.0)) == (pytest.approx(-0.4), pytest.approx(-0.4))
    assert flute.reach == pytest.approx(0.3)
    assert (bass.home, bass.reach) == (0.0, 0.0)


def test_sounding_layers_take_room_and_silent_ones_hardly_any(seats: Callable[..., list[Seat]]) -> None:
    flute, bass = seats((-0.5, 0.5), layer("flute"), layer("bass"))
    assert at(bass, 1.0, "strength") == pytest.approx(SILENT)
    assert at(flute, 0.3, "strength") > 0.7
    back = seats((0.0, 0.5), layer("flute", place="back"), layer("bass"))[0]
    assert at(back, 0.3, "strength") == pytest.approx(0.1 * at(flute, 0.3, "strength"))


def test_a_loop_has_no_layers_and_silent_layers_are_reported() -> None:
    visuals = Visuals(layers=(layer("flute"), layer("low", "viola", "bass")))
    found = layers_of(visuals, PARTS, Findings())
    assert [one.code for one in layer_findings(visuals, found, (), is_loop=True)] == ["MV635"]
    # No note plays at all.
    assert [one.code for one in layer_findings(visuals, found, ())] == ["MV637", "MV637"]


def test_classes_of_the_piece_that_no_layer_shows_are_reported() -> None:
    def codes(*layers: PictureLayer) -> set[str]:
        visuals = Visuals(classes=(("C", (ClassWeight("seashore", 1.0, SPAN),)),), layers=layers)
        return {one.code for one in layer_findings(visuals, layers_of(visuals, PARTS, Findings()), ())}

    own = (("other", (ClassWeight("castle", 1.0, SPAN),)),)
    high, low = layer("flute", classes=own), layer("low", "viola", "bass", classes=own)
    assert "MV341" in codes(high, low)
    # The low layer takes them, or the parts without a layer do.
    assert "MV341" not in codes(high, replace(low, classes=()))
    assert "MV341" not in codes(high, layer("bass", classes=own))
