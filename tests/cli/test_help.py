"""Every command says what it does, within 80 columns, and takes a wrong use for what it is."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import Result
from musicvis.cli.command import main

Run = Callable[..., Result]
COMMANDS = sorted(main.commands)


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_fits_a_narrow_terminal(name: str, flag: str, run: Run) -> None:
    result = run(name, flag)
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    assert result.output.startswith(f"Usage: main {name}")


def test_the_list_of_commands_tells_each_in_whole_words(run: Run) -> None:
    output = run("-h").output
    listed = [line for line in output[output.index("First steps:") :].splitlines() if line.startswith("  ")]
    names = [line.split()[0] for line in listed]
    assert sorted(names) == COMMANDS
    assert names[:4] == ["new", "watch", "check", "compile"]
    assert not [line for line in listed if line.endswith("...") or len(line) > 80]


def test_the_brief_names_its_commands() -> None:
    wanted = {"new", "check", "compile", "notes", "explain", "classes", "import", "fmt", "schema", "doctor"}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("notes",),
        ("notes", "no-such-piece"),
        ("classes",),
        ("schema", "nonsense"),
        ("explain", "MV999"),
        ("fmt", "no-such-piece"),
        ("import", "no-such-file.json"),
        ("new", "no-such-score.mscz"),
        ("doctor", "no-such-piece"),
    ],
)
def test_wrong_use_has_exit_code_2_and_says_so_on_stderr(arguments: tuple[str, ...], run: Run) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr


def test_the_command_runs_as_a_module_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "musicvis", "classes", "--json", "shoji"], capture_output=True, check=True
    )
    assert done.stdout.startswith(b"[")
    assert done.stderr == b""
