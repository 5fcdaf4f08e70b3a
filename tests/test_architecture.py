"""The layout keeps its promises: one-way imports, a complete package list, light commands that stay light."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Set
from functools import cache
from pathlib import Path

import pytest
from musicvis.dsl.model.parameters import STEERED

ROOT = Path(__file__).resolve().parents[1]
LAYERS = {"dsl": 0, "store": 1, "compiler": 2, "renderers": 3, "api": 4, "watch": 5, "cli": 6}
HEAVY = {"torch", "music21", "pedalboard", "av", "scipy", "pretty_midi", "PIL", "soxr", "ray", "matplotlib"}
SOURCES = sorted(p for layer in LAYERS for p in (ROOT / layer).rglob("*.py"))
HALLS = {p.parent.parent for p in SOURCES if p.name == "__init__.py"} - {ROOT}
"""Folders that hold rooms."""


@cache
def tree(path: Path) -> ast.Module:
    """The code of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> list[tuple[str, ast.AST]]:
    """The modules that a file imports, house modules as "musicvis.…"."""
    package = ["musicvis", *path.relative_to(ROOT).parent.parts]
    names: list[tuple[str, ast.AST]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names += [(alias.name, node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names.append((stem, node))
            names += [(f"{stem}.{alias.name}", node) for alias in node.names if node.level]
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way_and_are_relative_inside_the_house(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    for name, node in imported(path):
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert not name.startswith("musicvis"), f"{path.name}: absolute import of {name}"
        parts = name.split(".")
        if parts[0] == "musicvis" and len(parts) > 1 and parts[1] in LAYERS:
            assert LAYERS[parts[1]] <= LAYERS[layer], f"{path.name}: {layer} imports {name}"
            if layer == "renderers" and parts[1] == "compiler" and len(parts) > 2:
                assert parts[2] == "plan", f"{path.name}: renderers may see compiler/plan.py only, not {name}"


def circles(arrows: dict[str, set[str]]) -> list[set[str]]:
    """The groups of modules that reach one another: Kosaraju's strongly connected components."""
    order: list[str] = []
    seen: set[str] = set()

    def walk(start: str, onward: dict[str, set[str]], out: list[str]) -> None:
        stack = [(start, iter(sorted(onward.get(start, ()))))]
        seen.add(start)
        while stack:
            _, following = stack[-1]
            after = next((other for other in following if other not in seen), None)
            if after is None:
                out.append(stack.pop()[0])
            else:
                seen.add(after)
                stack.append((after, iter(sorted(onward.get(after, ())))))

    for name in sorted(arrows):
        if name not in seen:
            walk(name, arrows, order)
    backward: dict[str, set[str]] = {}
    for name, others in arrows.items():
        for other in others:
            backward.setdefault(other, set()).add(name)
    seen.clear()
    found = []
    for name in reversed(order):
        if name not in seen:
            group: list[str] = []
            walk(name, backward, group)
            found.append(set(group))
    return [group for group in found if len(group) > 1]


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [{"b", "c"}]


@cache
def arrows_of_files() -> dict[str, set[str]]:
    """Each module of the house with those that it imports, lazily and for types too."""
    modules = {".".join(["musicvis", *p.relative_to(ROOT).with_suffix("").parts]): p for p in SOURCES}
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    return {
        name: {other for other, _ in imported(path) if other in modules and other != name}
        for name, path in modules.items()
        if path.name != "__init__.py"
    }


def test_no_file_imports_one_that_imports_it_lazily_or_for_types_either() -> None:
    assert circles(arrows_of_files()) == []


@pytest.mark.parametrize("folder", sorted({".".join(f.relative_to(ROOT).parts) for f in HALLS}))
def test_the_rooms_and_files_of_a_folder_import_one_another_one_way(folder: str) -> None:
    base = f"musicvis.{folder}."
    rooms: dict[str, set[str]] = {}
    for name, others in arrows_of_files().items():
        if name.startswith(base):
            room = name.removeprefix(base).split(".")[0]
            seen = {other.removeprefix(base).split(".")[0] for other in others if other.startswith(base)}
            rooms.setdefault(room, set()).update(seen - {room})
    assert circles(rooms) == []


ACTS = ("renderers/picture/", "renderers/generators/")
"""Where a parameter that steers frames acts."""
NAMED_BESIDE = {
    "hue_deg": "notes and layers have a hue of their own, which the latents mix",
    "contrast": "layers have one, too: how far each stands before the others",
    "exposure": "it plays by itself, and the flash guard holds it",
    "zoom": "it plays by itself",
}
"""Parameters that more than their row and what acts by them must know, and why."""


def words_of(path: Path) -> set[str]:
    """The names and the whole texts in a file's code."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        for value in (getattr(node, key, None) for key in ("id", "attr", "arg", "value")):
            if isinstance(value, str):
                found.add(value)
    return found


def test_a_frame_control_is_named_in_its_row_and_where_it_acts() -> None:
    """So a new parameter takes two files; what lies between handles the block of all."""
    any_name = re.compile("|".join(re.escape(name) for p in STEERED for name in (p.field, p.name)))
    others = {}
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        if name != "dsl/model/parameters.py" and not name.startswith(ACTS):
            others[name] = words_of(path) if any_name.search(path.read_text(encoding="utf-8")) else set()
    for parameter in STEERED:
        found = [name for name, words in others.items() if {parameter.field, parameter.name} & words]
        assert bool(found) == (parameter.field in NAMED_BESIDE), f"{parameter.field}: {found}"


def test_every_file_of_the_table_where_to_add_is_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = [
        row for row in text.split("## Where to add")[1].split("\n## ")[0].splitlines() if row.startswith("| ")
    ]
    assert len(rows) > 15
    for row in rows:
        for name in re.findall(r"`([\w./]+/[\w./]*)`", row):
            assert (ROOT / name).exists() or "NAME" in name, f"{name} of: {row[:60]}"


def test_the_package_list_names_every_folder_that_holds_code() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {p.parent for layer in (*LAYERS, "schemas") for p in (ROOT / layer).rglob("__init__.py")}
    assert listed == {"musicvis"} | {".".join(["musicvis", *f.relative_to(ROOT).parts]) for f in folders}


def test_only_the_package_and_its_main_stand_in_the_root() -> None:
    assert {p.name for p in ROOT.glob("*.py")} == {"__init__.py", "__main__.py"}


def loaded_by(*arguments: str, among: Set[str] = HEAVY) -> set[str]:
    """Which of these packages, the heavy ones if not said, a command has loaded when it ends."""
    code = (
        "import sys; from musicvis.cli.command import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sorted({m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.rsplit("LOADED", 1)[1].split()) & set(among)


def test_a_check_does_not_load_numpy() -> None:
    # Not heavy, but together they take longer to import than the piece takes to check.
    assert not loaded_by("check", "pieces/impassive", among={"numpy"})


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("check", "pieces/impassive"), ("notes", "pieces/impassive"), ("compile", "--help")],
)
def test_light_commands_load_no_heavy_package(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) == set()
