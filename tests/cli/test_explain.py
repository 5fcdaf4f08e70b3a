"""What acts at a place, in words and as JSON; what a code means."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from musicvis.dsl.findings.codes import CODES

Run = Callable[..., Result]


def written(moment: dict[str, Any]) -> list[dict[str, Any]]:
    """The movements that the piece writes, without those that a film has by itself."""
    return [movement for movement in moment["movements"] if "by itself" not in movement["words"]]


def test_a_place_with_its_notes_lanes_and_rules(piece: Path, run: Run) -> None:
    moment = json.loads(run("explain", "3|1", piece, "--json").stdout)
    # A pickup of a crotchet and a bar of 3/4, at 95 crotchets a minute.
    assert moment["time_s"] == pytest.approx(4 * 60 / 95)
    assert moment["frame"] == 25
    assert (moment["position"], moment["meter"], moment["quarters_per_minute"]) == ("3|1", "3/4", 95.0)
    notes = {note["pitch"]: note for note in moment["notes"]}
    assert set(notes) == {74, 56, 45}
    assert notes[74]["begins"]
    assert [entry["name"] for entry in notes[74]["classes"]] == ["castle"]
    assert notes[74]["rules"] == [1]
    assert [(rule["number"], rule["span"]["line"]) for rule in moment["rules"]] == [(1, 9)]
    depth = next(movement for movement in moment["movements"] if movement["lane"] == "visuals.depth")
    assert depth["value"] == pytest.approx(0.4)
    assert depth["words"] == "holds 0.4 from 3|1 to the end"


def test_a_lane_says_where_it_goes_and_how_far_it_is(piece: Path, run: Run) -> None:
    moment = json.loads(run("explain", "2|2", piece, "--json").stdout)
    (depth,) = written(moment)
    # 2 of the 4 crotchets from 1|1 to 3|1.
    assert depth["value"] == pytest.approx(0.7)
    assert depth["words"] == "glides from 0.5 to 0.9 (straight), from 1|1 until 3|1, 50% of the way"
    assert depth["span"]["line"] == 3
    sounding = {note["pitch"]: note["since"] for note in moment["notes"]}
    assert sounding == {70: "2|1", 46: "2|1", 58: "2|2", 62: "2|2"}


def test_what_is_shown_is_what_the_film_shows(piece: Path, run: Run) -> None:
    from musicvis.compiler.compile import compile_piece
    from musicvis.dsl.load import load_piece

    moment = json.loads(run("explain", "1|1.5", piece, "--json").stdout)
    plan = compile_piece(load_piece(piece)).plan
    assert plan is not None
    # Half a beat is 6/19 s: explain shows the frame that is on the screen then.
    frame = int(Fraction(6, 19) * plan.picture.fps)
    weights = plan.picture.class_weights[frame]
    shown = {entry["name"]: entry["weight"] for entry in moment["shown"]}
    assert set(shown) == {"daisy"}
    assert shown["daisy"] == pytest.approx(float(weights.max()), abs=1e-6)


def test_a_note_that_begins_late_in_a_frame_is_shown_with_the_next_one(piece: Path, run: Run) -> None:
    # 2|2 is at 2 * 60/95 s, 12.63 frames. Frame 12 shows its middle, 12.5: D4 is not heard yet.
    at, before = (json.loads(run("explain", p, piece, "--json").stdout) for p in ("2|2", "2|1.95"))
    assert (before["frame"], at["frame"]) == (12, 13)
    assert "castle" in [entry["name"] for entry in at["shown"]]
    assert "castle" not in [entry["name"] for entry in before["shown"]]


@pytest.mark.parametrize("place", ["end+0.999999s", "end+0.94s"])
def test_the_last_frame_of_a_film_is_explained(place: str, piece: Path, run: Run) -> None:
    assert json.loads(run("explain", place, piece, "--json").stdout)["frame"] is not None


WAYS = [
    ("{at: 1|1, hold: 0.2}, {at: 4|1, to: 0.5}", "holds 0.2 from 1|1 until 4|1"),
    ("{at: 4|1, to: 0.5}", "rests; its first point stands at 4|1"),
    (
        "{at: 1|1, via: 0.5, shape: half_sine}, {at: 4|1, hold: 0}",
        "swings from 0 via 0.5 and back (half_sine)",
    ),
    (
        "{at: 2|1, from: -1, to: 1, shape: sine, cycles: 1}, {at: 3|1, hold: 0}",
        "sine between -1 and 1, 1 cycle",
    ),
    (
        "{at: 1|1, to: 0.5, domain: seconds, ease: smoothstep}",
        "(straight, eased by smoothstep, by the clock)",
    ),
]


@pytest.mark.parametrize(("points", "words"), WAYS)
def test_each_kind_of_movement_has_words(points: str, words: str, piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text(f"Piano: [{points}]\nClarinet: {{mirror: Piano}}\n")
    moment = json.loads(run("explain", "2|2", piece, "--json").stdout)
    piano, clarinet = written(moment)
    assert words in piano["words"]
    assert clarinet["words"].startswith("mirrors Piano: ")
    assert clarinet["value"] == pytest.approx(-piano["value"])


def test_at_a_jump_the_value_is_the_one_after_it(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text("Piano: [{at: 1|1, hold: -0.5}, {at: 3|1, hold: 0.5}]\n")
    (movement,) = written(json.loads(run("explain", "3|1", piece, "--json").stdout))
    assert movement["value"] == 0.5


def test_what_happens_to_the_finished_picture(piece: Path, run: Run) -> None:
    entries = (
        "{at: 1|1, for: 2s, title: Hello}",
        "{at: 2|1, fade_out: 1s}",
        "{at: 1|1, for: 1b, speed: 1/2}",
    )
    manifest = (piece / "piece.yaml").read_text()
    post = f"fps: 10, post: [{', '.join(entries)}]}}"
    (piece / "piece.yaml").write_text(manifest.replace("fps: 10}", post))
    early = run("explain", "1|1", piece).stdout
    assert "title Hello until 2.000 s (piece.yaml:13)" in early
    assert "the picture runs at speed 1/2 until 0.632 s (piece.yaml:13)" in early
    moment = json.loads(run("explain", "2|1.5", piece, "--json").stdout)
    # Half a beat, 0.316 s, into a fade of a second.
    assert [entry["words"] for entry in moment["post"]] == [
        "title Hello until 2.000 s",
        "fades out to black, 32% of 1 s",
    ]
    assert 0.7 < moment["brightness"] < 0.8


def finished(run: Run, piece: Path, place: str) -> list[str]:
    moment = json.loads(run("explain", place, piece, "--json").stdout)
    return [entry["words"] for entry in moment["post"]]


def test_an_ending_is_explained_where_it_acts(piece: Path, run: Run) -> None:
    manifest = (piece / "piece.yaml").read_text()
    ending = "ending: {fade: 2s, ground: '#102030', credits: ['Music: Ada', Bo]}"
    text = manifest.replace("fps: 10}", f"fps: 10, {ending}}}").replace("tail: 1s", "tail: 8s")
    (piece / "piece.yaml").write_text(text)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "ending:" in row)
    assert finished(run, piece, "1|1") == []
    assert finished(run, piece, "end+0.5s") == ["the ending: the picture goes to #102030, 25% of 2 s"]
    moment = json.loads(run("explain", "end+3s", piece, "--json").stdout)
    words = [entry["words"] for entry in moment["post"]]
    assert words[0] == "the ending: the picture is gone, and #102030 is left"
    assert words[1].startswith("the ending: end card") and "with 2 lines of credits" in words[1]
    assert {entry["span"]["line"] for entry in moment["post"]} == {line}


def test_a_default_ending_is_explained_too(piece: Path, run: Run) -> None:
    # The film of a piece that says nothing of its end goes with the second that its sound rings.
    (words,) = finished(run, piece, "end+0.5s")
    assert words == (
        "the ending: fades out to black, 50% of 1 s; by itself, as the manifest says nothing of an ending"
    )
    assert finished(run, piece, "3|1") == []


def test_words_a_ground_and_a_subtitle_are_explained(piece: Path, run: Run) -> None:
    manifest = (piece / "piece.yaml").read_text()
    more = "fps: 10, background: '#00FF00', post: [{at: 1|1, for: 2s, title: Hello, subtitle: for two}]}"
    (piece / "piece.yaml").write_text(manifest.replace("fps: 10}", more))
    assert finished(run, piece, "1|1") == [
        "title Hello, below it for two, until 2.000 s",
        "no picture: its ground is #00FF00",
    ]


def test_the_score_says_where_its_cursor_stands(piece: Path, run: Run) -> None:
    pytest.importorskip("verovio")
    pytest.importorskip("resvg_py")
    manifest = (piece / "piece.yaml").read_text()
    (piece / "piece.yaml").write_text(
        manifest.replace("fps: 10}", "fps: 10, score: {show: page, place: top}}")
    )
    assert finished(run, piece, "2|2") == ["the score at the top, as a page: cursor at 2|2, 4 notes lit"]


def test_the_ring_out_is_part_of_the_film_and_what_follows_is_not(piece: Path, run: Run) -> None:
    ringing = json.loads(run("explain", "end+0.5s", piece, "--json").stdout)
    assert ringing["notes"] == []
    assert ringing["frame"] is not None
    after = run("explain", "end+2s", piece)
    assert after.exit_code == 0
    assert "after the last frame" in after.stdout


def test_the_words_fit_80_columns(piece: Path, run: Run) -> None:
    for place in ("1|1", "2@2|3", "4|1", "end"):
        lines = run("explain", place, piece).stdout.splitlines()
        assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("place", "code"),
    [("900|1", "MV301"), ("2|9", "MV302"), ("@Nowhere", "MV303"), ("7.10", "MV301"), ("7,10", "MV110")],
)
def test_a_place_that_is_not_there_is_a_finding(place: str, code: str, piece: Path, run: Run) -> None:
    result = run("explain", place, piece)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"PLACE:1:1: error[{code}]" in result.stderr


def test_the_errors_of_a_piece_are_reported_instead_of_an_explanation(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text("Nobody: [{at: 1|1, to: 1}]\n")
    result = run("explain", "1|1", piece)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "MV310" in result.stderr


@pytest.mark.parametrize("code", ["MV204", "mv301"])
def test_a_code_has_a_page(code: str, run: Run) -> None:
    output = run("explain", code).stdout
    assert output.startswith(f"{code.upper()} ")
    assert CODES[code.upper()].title in output.splitlines()[0]
    assert json.loads(run("explain", code, "--json").stdout)["code"] == code.upper()


def test_every_lane_of_the_example_piece_is_explained(run: Run) -> None:
    from musicvis.dsl.load import load_piece

    example = Path(__file__).parents[2] / "pieces/impassive"
    loaded = load_piece(example)
    assert loaded.piece is not None
    moment = json.loads(run("explain", "13|1", example, "--json").stdout)
    told = [movement["lane"].partition(" (")[0] for movement in written(moment)]
    assert told == [lane.name for lane in loaded.piece.lanes]
    assert len(moment["notes"]) > 3


def test_a_lane_that_notes_play_is_explained_with_its_present_effect(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text(
        "visuals.zoom: {by: notes, part: Piano, amount: 10%, tail: long, decay: 1s}\n"
        "visuals.hue: {by: contour, from: -12, to: 12}\n"
    )
    moment = json.loads(run("explain", "2|1", piece, "--json").stdout)
    zoom, hue = written(moment)
    assert zoom["lane"] == "visuals.zoom (multiply)"
    assert zoom["words"].startswith("struck by the notes of Piano, +0.1 by a full one; now times 1.")
    assert 1 < zoom["value"] <= 1.15
    assert (hue["lane"], hue["words"]) == ("visuals.hue", "follows the contour of all notes, -12 to 12")


def test_a_film_with_default_movements_lists_them_and_its_stage_lights(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text("{}\n")
    moment = json.loads(run("explain", "3|1", piece, "--json").stdout)
    lanes = [m["lane"] for m in moment["movements"]]
    assert lanes == ["visuals.exposure (multiply)", "visuals.zoom (multiply)"]
    assert all("by itself" in m["words"] for m in moment["movements"])
    assert {light["shape"] for light in moment["lights"]} == {"spark"}
    assert "Stage\n  spark " in run("explain", "3|1", piece).stdout


def test_a_bus_that_turns_says_so(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text("Piano.azimuth: [{at: 1|1, turns: 1, shape: orbit}]\n")
    manifest = (piece / "piece.yaml").read_text()
    buses = "audio: {buses: {Piano: {space: binaural}}}\n"
    (piece / "piece.yaml").write_text(manifest + buses)
    (movement,) = written(json.loads(run("explain", "2|1", piece, "--json").stdout))
    assert movement["words"] == "glides from 0 to 360 (straight), from 1|1 until the end, 6% of the way"


def test_a_lane_laid_over_another_says_what_it_does_itself(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text(
        "Piano: [{at: 1|1, hold: 0.5}]\n"
        "Clarinet: {mirror: Piano}\n"
        "half: {over: Piano, mode: multiply, points: [{at: 1|1, hold: 0.5}]}\n"
        "own: {over: Clarinet, mode: multiply, points: [{at: 1|1, hold: 0.1}]}\n"
    )
    told = {m["lane"]: m for m in json.loads(run("explain", "2|1", piece, "--json").stdout)["movements"]}
    assert told["Piano"]["value"] == pytest.approx(0.25)
    assert told["Clarinet"]["value"] == pytest.approx(-0.025)
    assert told["Piano (multiply)"]["words"] == "holds 0.5 from 1|1 to the end"
    assert told["Clarinet (multiply)"]["words"] == "holds 0.1 from 1|1 to the end"


def test_the_place_and_the_piece_stand_in_either_order(piece: Path, run: Run) -> None:
    for name in (piece, piece / "piece.yaml"):
        assert run("explain", name, "3:1").stdout == run("explain", "3:1", name).stdout != ""
    assert run("explain", piece, "MV204").stdout == run("explain", "MV204").stdout
    assert "name a place" in run("explain", piece).stderr
    # A piece that is not there stays the fault, whatever the other word is.
    assert "nowhere does not exist" in run("explain", "3:1", "nowhere").stderr
    assert f"{'x' * 300} cannot be opened" in " ".join(run("explain", "3:1", "x" * 300).stderr.split())
