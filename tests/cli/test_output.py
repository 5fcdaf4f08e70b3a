"""Programs that listen: one form option, JSON on stdout alone, colours as the environment says."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result
from musicvis.cli.command import main
from musicvis.cli.place_words import typed_place, typed_range
from musicvis.cli.report import wants_colour

Run = Callable[..., Result]
LISTENED = {
    "check",
    "clean",
    "compile",
    "fmt",
    "import",
    "listen",
    "new",
    "pin",
    "plan",
    "plot",
    "subtitles",
    "diff",
    "notes",
    "explain",
    "classes",
    "doctor",
    ("weights", "list"),
    ("stems", "check"),
}


def command_named(path: str | tuple[str, str]) -> click.Command:
    if isinstance(path, str):
        return main.commands[path]
    group = main.commands[path[0]]
    assert isinstance(group, click.Group)
    return group.commands[path[1]]


@pytest.mark.parametrize("path", sorted(LISTENED, key=str), ids=str)
def test_a_command_that_tells_something_tells_it_as_json_in_one_way(path: str | tuple[str, str]) -> None:
    options = {flag: option for option in command_named(path).params for flag in option.opts}
    assert isinstance(options["--json"], click.Option) and options["--json"].is_flag
    form = options["--format"].type
    assert isinstance(form, click.Choice)
    assert {"text", "json"} <= set(form.choices)


def test_both_spellings_give_the_same_and_others_exclude_each_other(run: Run) -> None:
    short = run("classes", "drum", "--json")
    assert json.loads(short.stdout)
    assert run("classes", "drum", "--format", "json").stdout == short.stdout
    assert run("classes", "drum", "--json", "--format", "text").exit_code == 2


def test_a_csv_of_notes_has_decimal_beats(tmp_path: Path, run: Run) -> None:
    score = Path(__file__).parents[1] / "compiler/score/data/waltz.mscz"
    exact = json.loads(run("notes", score, "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(run("notes", score, "--format", "csv").stdout)))
    assert len(rows) == len(exact)
    for row, record in zip(rows, exact, strict=True):
        numerator, _, denominator = record["length_qn"].partition("/")
        assert float(row["length_qn"]) == pytest.approx(int(numerator) / int(denominator or 1), abs=1e-6)
        assert "/" not in row["beat"]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("7:3", "7|3"),
        ("7.3", "7|3"),
        ("7.10", "7|10"),
        ("7:2.5", "7|2.5"),
        ("4:1+2/3", "4|1+2/3"),
        ("7@2:3", "7@2|3"),
        ("@B:2", "@B|2"),
        ("7|3", "7|3"),
        ("7", "7"),
        ("end-0.5s", "end-0.5s"),
        ("@A.1", "@A.1"),
    ],
)
def test_a_place_can_be_typed_without_the_bar_of_a_pipe(written: str, place: str) -> None:
    assert typed_place(written) == place


@pytest.mark.parametrize(
    ("written", "stretch"),
    [
        ("6:6..7:3", "6|6..7|3"),
        ("6.6..7.3", "6|6..7|3"),
        ("5..8", "5..8"),
        ("16..", "16.."),
        ("bars 3-5",) * 2,
        ("5", "bars 5"),
        ("5-8", "bars 5-8"),
    ],
)
def test_a_range_can_be_typed_so_too(written: str, stretch: str) -> None:
    assert typed_range(written) == stretch


class Stream(io.StringIO):
    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.mark.parametrize(
    ("environment", "is_terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_follow_the_environment(
    environment: dict[str, str], is_terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(Stream(is_terminal)) is wanted


def test_forced_colours_reach_a_pipe(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    (tmp_path / "piece.yaml").write_text("musicvis: 1\n")
    assert "\x1b[" in run("check", tmp_path).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_to_complete(shell: str, run: Run) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_MUSICVIS_COMPLETE" in result.stdout


def completions(*words: str) -> list[str]:
    from click.shell_completion import ShellComplete

    shell = ShellComplete(main, {}, "musicvis", "_MUSICVIS_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_classes_parts_bars_and_pieces_are_completed(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = Path(__file__).parents[1] / "compiler/score/data/waltz.mscz"
    monkeypatch.chdir(tmp_path)
    assert run("new", score, "waltz").exit_code == 0
    (tmp_path / "empty").mkdir()
    assert "monastery" in completions("classes", "monas")
    assert completions("compile", "") == ["waltz"]
    assert completions("compile", "waltz/p") == ["waltz/piece.yaml"]
    monkeypatch.chdir(tmp_path / "waltz")
    assert completions("notes", "--part", "cl") == ["clarinet", "Clarinet"]
    assert completions("compile", "--bars", "2..") == ["2..1", "2..2", "2..3", "2..4", "2..5"]
    assert completions("explain", "4") == ["4"]


def test_a_command_that_is_not_one_says_the_nearest_or_what_takes_the_file(tmp_path: Path, run: Run) -> None:
    assert "did you mean compile?" in run("compil").stderr
    score = tmp_path / "my waltz.mscz"
    assert f'musicvis new "{score}"' in run(score).stderr


def test_a_compile_prints_the_path_of_what_it_made_or_one_object(tmp_path: Path, run: Run) -> None:
    pytest.importorskip("pedalboard")
    score = Path(__file__).parents[1] / "compiler/score/data/waltz.mscz"
    piece = tmp_path / "a piece"
    assert run("new", score, piece).exit_code == 0
    # A rule that means no note is a warning.
    manifest = (piece / "piece.yaml").read_text().replace("{beat: 1}", "{beat: 3, pitch: C9}")
    (piece / "piece.yaml").write_text(manifest)
    command = ("compile", piece, "--only", "audio", "--seconds", "1")
    sound = piece / "build/a piece-1s.wav"
    first = run(*command)
    assert (first.exit_code, first.stdout) == (0, f"{sound}\n")
    assert "warning[" in first.stderr
    told = json.loads(run(*command, "--json").stdout)
    assert (told["film"], told["stems"]) == (str(sound), None)
    quiet = run(*command, "-q")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")
