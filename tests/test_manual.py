"""The manual keeps up: its links lead somewhere, its examples are right, its tables are of the schema."""

import importlib.util
import json
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from musicvis.compiler.lanes.parameters import visual_targets
from musicvis.dsl.form.schema import EFFECTS, PIECE, check_form
from musicvis.dsl.model.lane import Shape
from musicvis.dsl.model.visuals import Visuals
from musicvis.dsl.text.yaml_reader import parse_source

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("pieces/*/README.md")])
MANIFEST = (ROOT / "docs/manifest.md").read_text(encoding="utf-8")
LANGUAGE = (ROOT / "docs/language.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/piece.schema.json").read_text(encoding="utf-8"))
FROM_FILM = "docs/impassive.jpg"
"""Made by `make sheets` from the film, which a fresh copy does not have yet."""

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def script(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def headings(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_or_heading_that_is_there(page: Path) -> None:
    for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link) or link == FROM_FILM:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target.read_text(encoding="utf-8")), link


def examples(text: str) -> list[str]:
    """The YAML of a page that says something: no comments alone."""
    found = (body for kind, body in FENCED.findall(text) if kind == "yaml")
    return [body for body in found if not all(line.startswith("#") for line in body.splitlines())]


@pytest.mark.parametrize("text", examples(MANIFEST))
def test_every_example_of_the_manifest_is_of_the_right_form(text: str) -> None:
    source, findings = parse_source(text, "piece.yaml")
    assert not findings
    assert isinstance(source.value, dict)
    whole = {"musicvis": 1, "title": "x", "score": "x.mscz"} | source.value
    full, _ = parse_source(json.dumps(whole), "piece.yaml")
    assert check_form(full, PIECE) == ()


@pytest.mark.parametrize("text", examples(LANGUAGE))
def test_every_example_of_the_language_is_of_the_right_form(text: str) -> None:
    source, findings = parse_source(text, "effects.yaml")
    assert not findings
    assert isinstance(source.value, dict)
    if source.value.keys() <= SCHEMA["properties"].keys():
        whole = {"musicvis": 1, "title": "x", "score": "x.mscz"} | source.value
        source, _ = parse_source(json.dumps(whole), "piece.yaml")
        assert check_form(source, PIECE) == ()
    else:
        assert check_form(source, EFFECTS) == ()


def how_to_examples() -> list[str]:
    pages = [ROOT / "docs/tutorial.md", *sorted((ROOT / "docs/how-to").glob("*.md"))]
    return [text for page in pages for text in examples(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("text", how_to_examples())
def test_every_example_of_the_tutorial_and_the_how_to_pages_is_of_the_right_form(text: str) -> None:
    source, findings = parse_source(textwrap.dedent(text), "piece.yaml")
    assert not findings
    # Rules alone, blocks of the manifest, or lanes.
    value = {"visuals": {"rules": source.value}} if isinstance(source.value, list) else source.value
    assert isinstance(value, dict)
    if value.keys() <= SCHEMA["properties"].keys():
        whole, _ = parse_source(
            json.dumps({"musicvis": 1, "title": "x", "score": "x.mscz"} | value), "piece.yaml"
        )
        assert check_form(whole, PIECE) == ()
    else:
        assert check_form(source, EFFECTS) == ()


def test_every_command_that_the_pages_name_exists() -> None:
    from musicvis.cli.command import main

    for page in PAGES:
        for named in re.findall(
            r"(?:^\$ |`|bin/)musicvis ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE
        ):
            assert named in main.list_commands(None), (page.name, named)  # type: ignore[arg-type]


RIDDLES = re.compile(
    r"\b(otherwise than|(is|are) told|looks at|what was made before|anew|in the place of what)\b",
    re.IGNORECASE,
)
"""Turns of phrase that readers had to read twice; CONTRIBUTING.md has the words to use instead."""


def test_no_page_has_a_turn_of_phrase_that_must_be_read_twice() -> None:
    found = [
        (page.name, phrase[0])
        for page in PAGES
        for phrase in RIDDLES.finditer(page.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_key_of_the_first_two_levels_is_explained() -> None:
    for key, value in SCHEMA["properties"].items():
        assert f"`{key}`" in MANIFEST or f"\n## {key}\n" in MANIFEST, key
        for block in (value, *value.get("anyOf", ())):
            for inner in block.get("properties", {}):
                assert f"| `{inner}` |" in MANIFEST, f"{key}.{inner}"


def test_the_tables_are_those_of_the_schema() -> None:
    tables = script("make_tables")
    for page in tables.PAGES:
        text = page.read_text(encoding="utf-8")
        assert tables.with_tables(text) == text, "run: python docs/make_tables.py"


def test_every_distinct_block_of_the_schema_has_a_table() -> None:
    tables = script("make_tables")
    told = set(re.findall(r"<!-- table: \$defs/(\w+) -->", MANIFEST))
    assert tables.APART & tables.DEFINITIONS.keys() - {"lanes", "lane", "points"} <= told


def test_the_picture_of_the_shapes_shows_each_of_them_and_is_small() -> None:
    shapes = script("make_shapes")
    picture = ROOT / "docs/shapes.png"
    assert picture.stat().st_size < 200_000
    from PIL import Image

    with Image.open(picture) as image:
        assert image.size == shapes.sheet(tuple(Shape)).size


def test_the_language_names_every_parameter_of_the_picture_that_a_lane_moves() -> None:
    for target in visual_targets(Visuals()):
        assert f"`{target.name}`" in LANGUAGE, target.name


def test_the_language_names_every_shape_and_selector() -> None:
    pictured = set(Shape) - {shape for shape in Shape if f"`{shape}`" in LANGUAGE}
    assert pictured <= {"half_cosine", "hold", "quarter_sine", "quarter_cosine", "smoothstep", "smootherstep"}
    for key in SCHEMA["$defs"]["where"]["properties"]:
        assert f"`{key}`" in LANGUAGE, key
    for key in SCHEMA["$defs"]["rule"]["properties"]:
        assert f"`{key}`" in LANGUAGE, key
