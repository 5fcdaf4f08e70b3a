"""The original effects.json through the command: lanes on stdout or in a new file, never over an old one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]

SEGMENTS: dict[str, list[dict[str, Any]]] = {
    "piano": [
        {"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1},
        {"effect": "straight", "m1": 2, "b1": 1, "m2": 3, "b2": 1, "ear_i": 0.0, "ear_mid": 0.5},
        {"effect": "none", "m1": 3, "b1": 1, "m2": "end"},
    ]
}


@pytest.fixture
def effects(tmp_path: Path) -> Path:
    path = tmp_path / "effects.json"
    path.write_text(json.dumps(SEGMENTS, indent=1))
    return path


def test_lanes_go_to_stdout_and_counts_to_stderr(effects: Path, waltz: Path, run: Run) -> None:
    result = run("import", effects, "--score", waltz)
    assert result.exit_code == 0
    # A straight segment without ear_f stays where it begins; so did the original.
    assert result.stdout == "piano:\n  - {at: 2|1, hold: 0}\n  - {at: 3|1, hold: 0}\n"
    assert "MV230" in result.stderr
    assert "became 3; at" in result.stderr


def test_fix_does_the_one_certain_repair_and_says_where(effects: Path, waltz: Path, run: Run) -> None:
    result = run("import", effects, "--score", waltz, "--fix")
    assert result.stdout == ("piano:\n  - {at: 2|1, to: 0.5, shape: straight}\n  - {at: 3|1, hold: 0}\n")
    assert f"{effects}:10: ear_mid of a straight segment was taken as ear_f" in result.stderr
    assert "MV230" not in result.stderr


def test_without_a_score_movements_keep_their_seconds(effects: Path, run: Run) -> None:
    result = run("import", effects, "--fix")
    assert "{at: 2|1, to: 0.5, shape: straight, domain: seconds}" in result.stdout
    assert "--score" in result.stderr


def test_a_file_is_written_once_and_never_over_another(effects: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "effects.yaml"
    assert run("import", effects, "-o", target).exit_code == 0
    written = target.read_text()
    assert written.startswith("piano:\n")
    target.write_text("mine")
    result = run("import", effects, "-o", target)
    assert (result.exit_code, result.stdout) == (1, "")
    assert target.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "MV122"),
        ('{"a": [{"effect": "nonsense", "m1": 1, "b1": 1, "m2": "end"}]}', "MV20"),
        ("", "MV109"),
    ],
)
def test_a_file_of_another_kind_is_a_finding(text: str, code: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "effects.json").write_text(text)
    result = run("import", tmp_path / "effects.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"error[{code}" in result.stderr


def test_places_that_the_score_does_not_have_are_found(effects: Path, waltz: Path, run: Run) -> None:
    far = {"piano": [{"effect": "none", "m1": 1, "b1": 1, "m2": 900, "b2": 1}]}
    effects.write_text(json.dumps(far))
    result = run("import", effects, "--score", waltz)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "MV301" in result.stderr


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A settings file of Deforum: at 10 frames a second, zoom from 1 to 2 in the first two seconds."""
    path = tmp_path / "settings.txt"
    path.write_text(
        json.dumps({"W": 512, "fps": 10, "max_frames": 30, "zoom": "0:(1), 20:(2)", "angle": "0:(0)"})
    )
    return path


def test_a_field_of_a_schedule_becomes_a_lane_through_the_values_of_its_frames(
    settings: Path, waltz: Path, tmp_path: Path, run: Run
) -> None:
    result = run("import", settings, "--score", waltz, "--lane", "zoom=visuals.zoom")
    assert result.exit_code == 0, result.stderr
    here = tmp_path / "piece"
    here.mkdir()
    (here / "waltz.mscz").write_bytes(waltz.read_bytes())
    (here / "effects.yaml").write_text(result.stdout)
    (here / "piece.yaml").write_text(
        "musicvis: 1\ntitle: T\nscore: waltz.mscz\neffects: effects.yaml\nvideo: {size: 64x36, fps: 10}\n"
    )
    import musicvis as mv

    plan = mv.load(here).plan()
    values = plan.lane("visuals.zoom").values(plan.frame_times_s())
    assert values[:30] == pytest.approx([1 + min(k, 20) / 20 for k in range(30)], abs=1e-4)


def test_a_schedule_without_lanes_says_which_fields_there_are(settings: Path, waltz: Path, run: Run) -> None:
    result = run("import", settings, "--score", waltz)
    assert result.exit_code == 2
    assert "Deforum with the fields zoom" in result.stderr and "--lane zoom=visuals.zoom" in result.stderr
    result = run("import", settings, "--lane", "zoom=visuals.zoom")
    assert result.exit_code == 2 and "--score" in result.stderr
    result = run("import", settings, "--score", waltz, "--lane", "pan=visuals.zoom")
    assert result.exit_code == 2 and "no field pan" in result.stderr
    result = run("import", settings, "--score", waltz, "--lane", "zoom=visuals.nothing")
    assert result.exit_code == 2 and "no lane visuals.nothing" in result.stderr


def test_a_lone_schedule_needs_its_frames_a_second(tmp_path: Path, waltz: Path, run: Run) -> None:
    path = tmp_path / "zoom.txt"
    path.write_text("0:(1.0), 30:(1 + t/60)")
    words = ("import", path, "--score", waltz, "--lane", "schedule=visuals.zoom")
    assert "--fps 15" in run(*words).stderr
    assert "--fps x" in run(*words, "--fps", "x").stderr
    assert run(*words, "--fps", "15").exit_code == 0


def test_an_exported_lane_is_imported_as_the_same_lane(
    piece: Path, waltz: Path, run: Run, tmp_path: Path
) -> None:
    import musicvis as mv

    plan = mv.load(piece).plan()
    wanted = plan.lane("visuals.depth").values(plan.frame_times_s())
    for kind, field in (
        ("parseq", "visuals_depth"),
        ("deforum", "visuals.depth"),
        ("dawproject", "visuals.depth"),
    ):
        made = run("export", piece, "--as", kind)
        assert made.exit_code == 0, made.stderr
        lanes = run("import", made.stdout.strip(), "--score", waltz, "--lane", f"{field}=visuals.depth")
        assert lanes.exit_code == 0, lanes.stderr
        (piece / "effects.yaml").write_text(lanes.stdout, encoding="utf-8")
        again = mv.load(piece).plan()
        found = again.lane("visuals.depth").values(again.frame_times_s())
        assert found == pytest.approx(wanted, abs=1e-3), kind


def test_values_of_0_to_1_are_mapped_to_the_written_range(settings: Path, waltz: Path, run: Run) -> None:
    # Zoom is 1 to 2 in the file, and 0 becomes 0.5, 1 becomes 1: so 0.5 + 0.5 * 2 at the end.
    made = run("import", settings, "--score", waltz, "--lane", "zoom=visuals.zoom:0.5..1")
    assert "to: 1.5" in made.stdout and "hold: 1}" in made.stdout
    made = run("import", settings, "--score", waltz, "--lane", "zoom=visuals.zoom:a..b")
    assert made.exit_code == 2 and "visuals.zoom:1..1.5" in made.stderr


def test_a_file_that_import_does_not_read_is_named(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "waltz.rpp"
    path.write_text('<REAPER_PROJECT 0.1 "6.0" 0\n>\n', encoding="utf-8")
    made = run("import", path)
    assert made.exit_code == 1 and "error[MV686]: this is a Reaper project" in made.stderr
