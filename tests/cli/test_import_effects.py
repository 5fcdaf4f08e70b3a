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
def test_what_is_no_such_file_is_a_finding(text: str, code: str, tmp_path: Path, run: Run) -> None:
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
