"""Setting up: what is refused in words, what is repaired, and what every package is pinned to."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from musicvis.tools import environment, make_constraints
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("version", "system", "machine", "has_pip", "said"),
    [
        ((3, 9), "linux", "x86_64", True, "make PYTHON=python3.12"),
        ((3, 12), "darwin", "x86_64", True, "no versions for Intel Macs"),
        ((3, 12), "linux", "x86_64", False, "sudo apt install python3-venv"),
    ],
)
def test_a_machine_where_nothing_can_be_installed_hears_what_to_do(
    version: tuple[int, int], system: str, machine: str, has_pip: bool, said: str
) -> None:
    assert said in environment.unusable(version, system, machine, has_pip)


def test_other_machines_are_not_refused() -> None:
    for system, machine in (
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "arm64"),
        ("win32", "AMD64"),
    ):
        assert environment.unusable((3, 11), system, machine, True) == ""


@pytest.mark.parametrize(("release", "version"), [("13.6.1", "2.11.0"), ("14.0", "2.13.0"), ("", "2.13.0")])
def test_an_older_macos_gets_the_last_torch_that_runs_on_it(release: str, version: str) -> None:
    text = environment.constraints_for("six==1.17.0\ntorch==2.13.0\n", "darwin", release)
    assert text == f"six==1.17.0\ntorch=={version}\n"
    assert environment.constraints_for("torch==2.13.0\n", "linux", release) == "torch==2.13.0\n"


def test_a_half_made_environment_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "en v"
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("")
    made: list[list[str]] = []
    monkeypatch.setattr(environment.subprocess, "call", lambda command, **rest: made.append(command) or 0)
    assert not environment.works(str(environment.python_of(folder)))
    environment.remade(folder)
    assert not folder.exists() and made == [[sys.executable, "-m", "venv", str(folder)]]


def test_a_folder_that_is_not_an_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit, match="is not an environment of Python"):
        environment.remade(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_index_that_does_not_answer_is_not_waited_for() -> None:
    assert not environment.answers("http://127.0.0.1:9/whl/cpu")
    assert not environment.answers("") and not environment.answers("no address")


def test_make_says_first_what_is_wrong_and_not_how_it_looked(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\necho 'musicvis needs Python 3.11 or newer' >&2; exit 1\n")
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"))
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("")
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    done = subprocess.run(
        ["make", f"PYTHON={old}", "draft"], cwd=tmp_path, env=surroundings, capture_output=True, text=True
    )
    assert done.returncode and done.stdout == ""
    assert done.stderr.startswith("musicvis needs Python 3.11 or newer\n")


def test_every_package_of_the_two_commands_is_pinned_on_every_python_and_system() -> None:
    """By the requirements of what is installed; others are not known here."""

    class Known(make_constraints.Packages):
        def of(self, name: str) -> tuple[str, list[str]]:
            try:
                return "", make_constraints.metadata.distribution(name).requires or []
            except make_constraints.metadata.PackageNotFoundError:
                return "", []

    pins = make_constraints.read()
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in pins)
    for surroundings in make_constraints.environments():
        there = {
            canonicalize_name(pin.name) for pin in pins if not pin.marker or pin.marker.evaluate(surroundings)
        }
        assert make_constraints.needed(surroundings, Known()) <= there


def test_every_pin_is_a_version_that_pyproject_allows() -> None:
    pinned: dict[str, Any] = {
        canonicalize_name(p.name): str(p.specifier)[2:] for p in make_constraints.read()
    }
    for requirement in make_constraints.roots():
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
