"""The page's own files: nothing in them runs what is not ours, asks anybody else, or sets text as HTML."""

import io
import re
import shutil
import subprocess
from pathlib import Path

import av
import pytest
from musicvis.watch.pages import PageFiles

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "watch" / "page"
MODULES = sorted(PAGE.glob("*.js"))
PURE = sorted((Path(__file__).parent / "page").glob("*.test.mjs"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_sets_texts_as_text_and_runs_no_text(module: Path) -> None:
    source = module.read_text("utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert word not in source


@pytest.mark.parametrize("file", sorted(PAGE.iterdir()), ids=lambda path: path.name)
def test_a_file_names_no_other_place_of_the_web(file: Path) -> None:
    found = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+[^\s\"')]*", file.read_text("utf-8"))
    assert [address for address in found if not address.endswith("/www.w3.org/2000/svg")] == []


def test_the_page_has_no_script_or_style_of_its_own_that_its_policy_would_refuse() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\s(?:style|on[a-z]+)=", page) == []


def test_a_module_imports_only_what_lies_beside_it() -> None:
    names = {path.name for path in MODULES}
    imported = {
        name for module in MODULES for name in re.findall(r'from "([^"]+)"', module.read_text("utf-8"))
    }
    assert {name.removeprefix("./") for name in imported} <= names


def test_each_id_that_a_module_looks_for_stands_in_the_page() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    there = set(re.findall(r'\sid="([^"]+)"', page))
    asked = {
        name
        for module in MODULES
        for name in re.findall(r'(?:\$|querySelector)\("#([\w-]+)"\)', module.read_text("utf-8"))
    }
    assert len(asked) > 20
    assert asked <= there


def test_the_page_gets_its_letters_and_its_silence_and_nothing_by_a_path() -> None:
    files = PageFiles()
    font, silence = files.get("aileron.ttf"), files.get("silence.mp4")
    assert font is not None and font[1] == "font/ttf" and font[0].startswith(b"\x00\x01\x00\x00")
    assert silence is not None and silence[1] == "audio/mp4" and len(silence[0]) < 20_000
    with av.open(io.BytesIO(silence[0])) as file:
        samples = [frame.to_ndarray() for frame in file.decode(audio=0)]
    assert sum(block.size for block in samples) == 2 * 10 * 48_000
    assert not any(block.any() for block in samples)
    assert [files.get(name) for name in ("../app.py", "/etc/passwd", "", "page.css/..")] == [None] * 4


def test_the_calculations_of_the_page_are_right() -> None:
    """The pure modules, by node's own test runner."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on the path")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, version.strip().removeprefix("v").split(".")[:2])) < (20, 19):
        pytest.skip(f"node {version.strip()} does not take a .js file for a module")
    ran = subprocess.run([node, "--test", *map(str, PURE)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert re.search(r"# pass (\d+)", ran.stdout)


def test_the_manual_lists_the_keys_that_the_page_has() -> None:
    rows = re.findall(r'^    \["([^"]+)", "([^"]+)", \[', (PAGE / "keys.js").read_text("utf-8"), re.MULTILINE)
    manual = (ROOT / "docs/watch.md").read_text("utf-8").replace(r"\|", "|")
    assert len(rows) > 15
    assert [row for row in rows if f"| {row[0]} | {row[1]} |" not in manual] == []
