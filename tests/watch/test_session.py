"""A piece as messages: what is told first, what is kept while a text is broken, where handles stand."""

from itertools import pairwise
from pathlib import Path

import musicvis as mv
import numpy as np
import pytest
from musicvis.renderers.film.segment_nodes import segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.watch.session import Session, segments_shown
from musicvis.watch.texts import digest_of_text
from musicvis.watch.wire import events, json_text

IMPASSIVE = Path(__file__).parents[2] / "pieces/impassive/piece.yaml"


def read(folder: Path) -> tuple[events.Lanes, events.Piece]:
    """The first version of a piece."""
    told: list[events.Lanes] = []
    version = Session(folder / "piece.yaml").read(told.append)
    return told[0], version.piece


def test_lanes_are_sent_before_the_piece_with_the_digests_of_its_texts(piece: Path) -> None:
    order: list[str] = []
    session = Session(piece / "piece.yaml")
    version = session.read(lambda lanes: order.append(f"lanes {lanes.version} of {session.good}"))
    assert order == ["lanes 1 of None"]
    assert version.piece.ok and version.piece.good == version.piece.version == 1
    lanes, _ = read(piece)
    texts = {name: (piece / name).read_text(encoding="utf-8") for name in ("piece.yaml", "effects.yaml")}
    assert {file.name: file.digest for file in lanes.files} == {
        name: digest_of_text(text) for name, text in texts.items()
    }


def test_curves_are_those_of_the_python_interface(piece: Path) -> None:
    lanes, _ = read(piece)
    near = next(lane for lane in lanes.lanes if lane.name == "near")
    times_s = np.arange(len(near.values)) / lanes.rate_hz
    expected = mv.load(piece).plan().lane("near").values(times_s)
    assert near.values == pytest.approx(expected, abs=1e-4)
    assert (near.low, near.high, near.file, near.pointer) == (-1.0, 1.0, "effects.yaml", "/near")


def test_handles_name_what_dragging_them_writes(piece: Path) -> None:
    lanes, shown = read(piece)
    near = next(lane for lane in lanes.lanes if lane.name == "near")
    starts = {bar.bar: bar.s for bar in shown.bars if bar.pass_number == 1}
    # At 1|1 a glide begins from where the lane rests: nothing is written there but the place.
    assert [(node.kind, node.at, node.v, node.writes, node.alone) for node in near.nodes] == [
        ("rest", "1|1", 0.0, (), ()),
        ("value", "2|1", 0.5, ("/near/0/to", "/near/1/hold"), ("/near/1/hold",)),
        ("value", "3|1", 0.5, ("/near/1/hold",), ("/near/1/hold",)),
        ("peak", "3|1", -0.4, ("/near/2/via",), ("/near/2/via",)),
    ]
    assert near.nodes[1].s == pytest.approx(starts[2], abs=1e-4)
    assert near.nodes[1].at_pointer == "/near/1/at" and near.nodes[3].at_pointer == ""
    zoom = next(lane for lane in lanes.lanes if lane.name == "visuals.zoom")
    assert [(node.kind, node.v) for node in zoom.nodes if node.kind in ("low", "high")] == [
        ("low", 1.0),
        ("high", 1.5),
    ]
    assert (near.unit, zoom.unit) == ("", "x")


def test_a_jump_has_a_handle_above_and_one_below(piece: Path) -> None:
    (piece / "effects.yaml").write_text(
        "near:\n  - {at: 1|1, hold: 0}\n  - {at: 2|1, to: 0.5}\n  - {at: 3|1, hold: -0.5}\n"
    )
    lanes, _ = read(piece)
    jump = [node for node in lanes.lanes[0].nodes if node.s > 0][-2:]
    assert [(node.v, node.writes) for node in jump] == [
        (0.5, ("/near/1/to",)),
        (-0.5, ("/near/2/hold",)),
    ]
    assert jump[0].s == jump[1].s


def test_bars_notes_levels_classes_and_rules_are_sent(piece: Path) -> None:
    _, shown = read(piece)
    plan = mv.load(piece).plan()
    assert [(bar.bar, bar.s) for bar in shown.bars] == [
        (mark.bar, pytest.approx(float(mark.start_s), abs=1e-4)) for mark in plan.bars
    ]
    near, far = shown.rows
    assert (near.bus, near.ear, far.ear, far.space) == ("near", "near", "", "binaural")
    assert len(near.notes) == len(plan._plan.sound.buses[0].stems[0].notes or ())
    gains = {gain.pointer: gain.value for row in shown.rows for gain in row.gains if gain.line}
    assert gains == {
        "/audio/buses/near/stems/0/gain": 0.7,
        "/audio/buses/far/stems/0/gain": pytest.approx(10 ** (-6 / 20)),
    }
    # The level of a bus can be written where none is.
    assert [(gain.line, gain.pointer) for gain in near.gains if gain.name == "bus"] == [
        (0, "/audio/buses/near/gain")
    ]
    assert ("C", "seashore", "/visuals/classes/C") in [
        (key.key, key.text, key.pointer) for key in shown.classes.keys
    ]
    (rule,) = shown.rules
    ends = [bar.s for bar in shown.bars if bar.bar in (2, 3) and bar.pass_number == 1][:2]
    assert (rule.range_text, rule.range_s) == ("2..3", tuple(ends))
    assert rule.words == "range 2..3, beat 1: kick 2"
    assert rule.hits and all(ends[0] <= hit < ends[1] for hit in rule.hits)
    assert "visuals.zoom" in shown.picture_lanes


@pytest.mark.parametrize(("written", "shown"), [("107", "jellyfish"), ("sea-coast", "seashore")])
def test_a_class_is_called_by_its_name_if_its_number_or_a_synonym_is_written(
    piece: Path, written: str, shown: str
) -> None:
    manifest = piece / "piece.yaml"
    manifest.write_text(manifest.read_text().replace("C: seashore", f"C: {written}"))
    _, told = read(piece)
    (key,) = [key for key in told.classes.keys if key.key == "C"]
    assert (key.text, key.pointer) == (shown, "/visuals/classes/C")


LAYERS = """\
near:
  - {at: 1|1, hold: 0.5}
  - {at: 3|1, hold: -0.25}
shake:
  over: near
  mode: add
  points:
    - {at: 2|1, hold: 0.125}
half:
  over: near
  mode: multiply
  points: [{at: 3|1, hold: 0.5}]
glow:
  over: visuals.zoom
  mode: add
  points: [{at: 1|1, hold: 0.5}]
"""


def test_a_lane_is_sent_with_and_without_the_lanes_laid_over_it(piece: Path) -> None:
    (piece / "effects.yaml").write_text(LAYERS)
    lanes, _ = read(piece)
    by_id = {lane.id: lane for lane in lanes.lanes}
    assert [(lane.name, lane.label, lane.mode) for lane in lanes.lanes] == [
        ("near", "", "set"),
        ("near", "shake", "add"),
        ("near", "half", "multiply"),
        # No lane sets the zoom: it rests, and is laid over.
        ("visuals.zoom", "", "set"),
        ("visuals.zoom", "glow", "add"),
    ]
    near, shake, half, zoom, glow = lanes.lanes
    assert len(by_id) == 5
    middle = len(near.values) // 2
    assert (near.own[middle], shake.values[middle], half.values[middle]) == (-0.25, 0.125, 0.5)
    assert near.values[middle] == pytest.approx((-0.25 + 0.125) * 0.5)
    assert near.nodes[-1].v == -0.25 and near.nodes[-1].writes == ("/near/1/hold",)
    assert shake.nodes[0].writes == ("/shake/points/0/hold",) and shake.pointer == "/shake/points"
    assert (shake.low, shake.high) == (-2.0, 2.0)
    assert zoom.pointer == "" and zoom.nodes == ()
    assert zoom.values[middle] == pytest.approx(zoom.own[middle] + glow.values[middle])


def test_segments_are_those_of_a_draft(piece: Path) -> None:
    session = Session(piece / "piece.yaml")
    version = session.read(lambda lanes: None)
    assert version.plan is not None
    shown = segments_shown(segment_jobs(version.plan, Recipe("cpu")), None)
    draft = mv.load(piece).plan(draft=True)
    keys = [job.node.key for job in segment_jobs(draft._plan, Recipe("cpu"))]
    assert [segment.key for segment in shown] == keys
    assert shown[0].s == 0.0 and shown[-1].end_s == pytest.approx(float(draft.duration_s))
    assert all(a.end_s == b.s for a, b in pairwise(shown))


def test_a_broken_text_keeps_all_but_the_findings_of_the_last_good_one(piece: Path) -> None:
    session = Session(piece / "piece.yaml")
    good = session.read(lambda lanes: None).piece
    effects = piece / "effects.yaml"
    text = effects.read_text()
    effects.write_text(text.replace("hold: 0.5", "hold: loud"))
    told: list[events.Lanes] = []
    broken = session.read(told.append).piece
    assert (broken.ok, broken.good, broken.version, told) == (False, 1, 2, [])
    (finding,) = [found for found in broken.findings if found.severity == "error"]
    assert (finding.file, finding.line) == ("effects.yaml", 4)
    assert (broken.rows, broken.bars, broken.classes) == (good.rows, good.bars, good.classes)
    effects.write_text(text)
    assert session.read(lambda lanes: None).piece.ok


@pytest.mark.parametrize(
    "text", ["", "musicvis: [", "title: x\n", "musicvis: 1\ntitle: x\nscore: gone.mscz\n", "\x00", "a: &b c"]
)
def test_a_piece_with_errors_at_the_start_has_findings_and_nothing_else(piece: Path, text: str) -> None:
    (piece / "piece.yaml").write_text(text)
    shown = Session(piece / "piece.yaml").read(lambda lanes: None).piece
    assert not shown.ok and shown.good == 0 and shown.findings and shown.rows == ()


def test_a_file_that_is_deleted_is_a_finding(piece: Path) -> None:
    session = Session(piece / "piece.yaml")
    session.read(lambda lanes: None)
    for name in ("effects.yaml", "waltz.mscz", "piece.yaml"):
        (piece / name).unlink()
        shown = session.read(lambda lanes: None).piece
        assert not shown.ok and any(name in found.message for found in shown.findings)


def test_findings_are_those_of_a_check_with_errors_before_notes(piece: Path) -> None:
    effects = piece / "effects.yaml"
    effects.write_text(effects.read_text() + "nobody:\n  - {at: 1|1, hold: 0}\n")
    said = [(found.code, found.line) for found in mv.load(piece).check()]
    assert said
    _, shown = read(piece)
    assert sorted((found.code, found.line) for found in shown.findings) == sorted(said)
    assert [code for code, _ in said] == ["MV690", "MV310"]
    assert [(found.severity, found.code) for found in shown.findings] == [
        ("error", "MV310"),
        ("note", "MV690"),
    ]


def test_a_try_says_how_the_lanes_would_be_and_writes_nothing(piece: Path) -> None:
    session = Session(piece / "piece.yaml")
    session.read(lambda lanes: None)
    path = piece / "effects.yaml"
    before = path.read_bytes()
    text = path.read_text().replace("hold: 0.5", "hold: 0.25")
    lanes = session.tried({str(path): text}, "effects.yaml")
    assert isinstance(lanes[0], events.Lane)
    assert 0.25 in lanes[0].values and path.read_bytes() == before


def test_the_messages_of_impassive_take_less_than_a_quarter_of_a_megabyte() -> None:
    told: list[events.Lanes] = []
    version = Session(IMPASSIVE).read(told.append)
    assert len(json_text.written(told[0])) + len(json_text.written(version.piece)) < 250_000
    read_again = json_text.read(events.Piece, json_text.written(version.piece))
    assert read_again == version.piece
    assert json_text.read(events.Lanes, json_text.written(told[0])) == told[0]
