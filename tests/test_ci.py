"""What is shipped for other people's repositories works: the pre-commit hooks and the GitHub Action."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def check_step() -> dict[str, Any]:
    step: dict[str, Any] = read("action.yml")["runs"]["steps"][-1]
    return step


def run_step(pieces: str, strict: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PIECES": pieces,
        "STRICT": strict,
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check_step()["run"]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    manifest = "musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\neffects: {vibes: [{at: 1|2, hold: 0.5}]}\n"
    folder = tmp_path / "a piece; true"
    folder.mkdir()
    (folder / "piece.yaml").write_text(manifest.replace("hold: 0.5", "hold: 0.5, to: 1"), encoding="utf-8")
    return tmp_path


def test_the_action_annotates_the_lines_of_every_piece(repository: Path) -> None:
    done = run_step("", "false", repository)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=a piece; true/piece.yaml,line=")


def test_a_piece_named_to_the_action_is_a_word_and_no_shell(repository: Path) -> None:
    done = run_step("a piece; true\n", "true", repository)
    assert "title=MV209" in done.stdout
    assert run_step("$(echo .)", "true", repository).returncode == 2


def test_a_piece_that_begins_like_an_option_is_a_piece(repository: Path) -> None:
    (repository / "--help").mkdir()
    (repository / "--help" / "piece.yaml").write_text("musicvis: 1\n", encoding="utf-8")
    done = run_step("--help\n", "false", repository)
    assert done.returncode == 1 and "file=--help/piece.yaml" in done.stdout
    assert run_step("--version\n", "false", repository).returncode == 2


def test_no_step_of_the_action_runs_what_lies_in_the_repository(repository: Path) -> None:
    for name in ("pip", "musicvis", "click", "yaml", "sitecustomize"):
        (repository / f"{name}.py").write_text(f"open('{name} was run', 'w')\n", encoding="utf-8")
    steps = [step["run"] for step in read("action.yml")["runs"]["steps"] if "run" in step]
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PIECES": "", "STRICT": ""}
    environment |= {"GITHUB_ACTION_PATH": str(repository / "nowhere"), "PIP_NO_INDEX": "1"}
    for run in steps:
        command = ["bash", "--noprofile", "--norc", "-c", run]
        subprocess.run(command, cwd=repository, env=environment, capture_output=True)
    assert list(repository.glob("* was run")) == []


def test_the_inputs_of_the_action_reach_its_steps_as_variables_only() -> None:
    action = read("action.yml")
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(action["inputs"]) == {"pieces", "strict", "python-version"}
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(action["inputs"])
    assert not any("${{" in step.get("run", "") for step in action["runs"]["steps"])


def test_the_action_is_one_by_the_schema_of_actions() -> None:
    program = [sys.executable, "-m", "check_jsonschema"]
    command = [*program, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_hook_runs_a_command_that_there_is_and_looks_at_all_files_of_a_piece() -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    assert hook["id"] == "musicvis-check"
    assert shlex.split(hook["entry"]) == ["musicvis", "check"]
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    for name in (
        "piece.yaml",
        "pieces/a/effects.json",
        "scores/A.MSCZ",
        "stems/a.wav",
        "a.mid",
        "a.musicxml",
    ):
        assert re.search(hook["files"], name), name
    assert not re.search(hook["files"], "README.md")


def test_the_hooks_of_musicvis_itself_pass_on_its_own_piece_and_schemas() -> None:
    (repository,) = read(".pre-commit-config.yaml")["repos"]
    hooks = {hook["id"]: hook for hook in repository["hooks"]}
    assert {"ruff", "ruff-format", "mypy", "musicvis-check", "schemas", "manifests", "lanes"} == set(hooks)
    files = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("schemas/*.json")]
    files += ["pieces/impassive/piece.yaml", "pieces/impassive/effects.yaml"]
    for name in ("musicvis-check", "schemas", "manifests", "lanes"):
        program, *arguments = shlex.split(hooks[name]["entry"])
        given = [file for file in files if re.search(hooks[name]["files"], file)]
        assert given, name
        command = [BIN / program, *arguments, *([] if hooks[name].get("pass_filenames") is False else given)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def outcome_of_a_warning(folder: Path, **variables: str) -> int:
    """The exit code of pytest for one test that warns, under the configuration and conftest of musicvis."""
    (folder / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text(encoding="utf-8"))
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (folder / "tests").mkdir()
    (folder / "tests/test_it.py").write_text("import warnings\ndef test_it(): warnings.warn('soon')\n")
    environment = {name: value for name, value in os.environ.items() if name != "MUSICVIS_WARNINGS"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=folder, env=environment | variables, capture_output=True).returncode


def test_the_warning_of_a_package_turns_nobodys_tests_red_but_ours(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    assert outcome_of_a_warning(tmp_path / "theirs") == 0
    assert outcome_of_a_warning(tmp_path / "ours", MUSICVIS_WARNINGS="error") == 1
    assert "MUSICVIS_WARNINGS=error make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_mypy_looks_at_every_layer_wherever_it_is_called() -> None:
    layers = "mypy dsl store compiler renderers api watch cli __init__.py"
    hooks = {hook["id"]: hook["entry"] for hook in read(".pre-commit-config.yaml")["repos"][0]["hooks"]}
    assert hooks["mypy"] == layers
    assert layers in (ROOT / "Makefile").read_text(encoding="utf-8")
