"""The schemas: complete, useful alone, and of one mind with the parsers."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from musicvis.dsl.findings.diagnostics import Diagnostic, Severity
from musicvis.dsl.findings.span import Span
from musicvis.dsl.form.schema import EFFECTS, LEGACY, PIECE, check_form, schema_named
from musicvis.dsl.form.value_messages import PATHS
from musicvis.dsl.model.lane import Shape
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.values.position import parse_duration, parse_place, parse_range, parse_seconds
from musicvis.dsl.values.quantity import parse_quantity, parse_ratio
from musicvis.dsl.values.units import Unit
from musicvis.tests.examples import many

NAMES = (PIECE, EFFECTS, LEGACY)
SCHEMAS = Path(__file__).parents[3] / "schemas"
SPAN = Span("piece.yaml", 1, 1, 1, 5)


def properties(schema: Any, way: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every property that a schema describes, with its way and the block around it; conditions left out."""
    if isinstance(schema, dict):
        for name, described in schema.get("properties", {}).items():
            yield f"{way}/{name}", described, schema
        for key, inner in schema.items():
            if key not in ("examples", "default", "dependentSchemas", "if", "then", "enum"):
                yield from properties(inner, f"{way}/{key}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner, way)


@pytest.mark.parametrize("name", NAMES)
def test_every_property_has_a_description_a_default_and_examples(name: str) -> None:
    found = list(properties(schema_named(name)))
    assert len(found) > 5
    for way, described, block in found:
        needed = {"description", "default", "examples"}
        if way.split("/")[-1] in block.get("required", ()):
            needed.remove("default")
        assert needed <= set(described), way


@pytest.mark.parametrize("name", NAMES)
def test_every_block_refuses_keys_it_does_not_know(name: str) -> None:
    for way, _, block in properties(schema_named(name)):
        assert block.get("additionalProperties") is False, way


@pytest.mark.parametrize("name", NAMES)
def test_every_example_and_default_fits_its_own_schema(name: str) -> None:
    whole = schema_named(name)
    for way, described, _ in properties(whole):
        schema = {"$defs": whole.get("$defs", {}), **described}
        validator = Draft202012Validator(schema)
        values = list(described["examples"])
        if "default" in described and described["default"] not in ("", [], {}):
            values.append(described["default"])
        for value in values:
            assert validator.is_valid(value), f"{way}: {value}"


def test_the_definitions_that_two_schemas_share_are_equal() -> None:
    piece, effects = schema_named(PIECE)["$defs"], schema_named(EFFECTS)["$defs"]
    assert {name: piece[name] for name in effects} == effects


def test_the_shapes_of_the_schema_are_those_of_the_language() -> None:
    shapes = schema_named(EFFECTS)["$defs"]["point"]["properties"]["shape"]["enum"]
    assert sorted([*shapes, "hold"]) == sorted(Shape)


def check_alone(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--schemafile",
        str(SCHEMAS / f"{schema}.schema.json"),
    ]
    return subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)


def test_the_schemas_are_useful_alone_under_check_jsonschema(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\n")
    bad.write_text("musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\nvideo: {fsp: 30}\n")
    assert check_alone(PIECE, good).returncode == 0
    refused = check_alone(PIECE, bad)
    assert refused.returncode == 1
    assert "fsp" in refused.stdout
    lanes = tmp_path / "effects.yaml"
    lanes.write_text("vibes:\n  - {at: 2|1, hold: 0.3}\nleft: {mirror: vibes}\n")
    assert check_alone(EFFECTS, lanes).returncode == 0


def test_the_schemas_are_valid_schemas() -> None:
    for name in NAMES:
        Draft202012Validator.check_schema(schema_named(name))


PARSERS = {
    "place": parse_place,
    "range": parse_range,
    "duration": parse_duration,
    "seconds": parse_seconds,
    "ratio": parse_ratio,
    "share": lambda text, span: parse_quantity(text, Unit.SHARE, span),
    "gain": lambda text, span: parse_quantity(text, Unit.GAIN, span),
    "rate": lambda text, span: parse_quantity(text, Unit.RATE, span),
    "hertz": lambda text, span: parse_quantity(text, Unit.HERTZ, span),
    "decibels": lambda text, span: parse_quantity(text, Unit.DECIBELS, span),
    "time": lambda text, span: parse_quantity(text, Unit.SECONDS, span),
    "value": lambda text, span: parse_quantity(text, Unit.ANY, span),
}
VALIDATORS = {name: Draft202012Validator(schema_named(PIECE)["$defs"][name]) for name in PARSERS}
WORDS = "7 | 3 .5 +2/3 @B @2 end - 4s 250ms .. 1/4 b bar % dB Hz kHz /b 0 1.5 e3 x"
ATOMS = st.sampled_from([*WORDS.split(), " ", "bars "])


@pytest.mark.parametrize("name", PARSERS)
@many(150)
@given(st.lists(ATOMS, min_size=1, max_size=6).map("".join))
def test_the_schema_accepts_everything_that_a_parser_accepts(name: str, text: str) -> None:
    text = text.strip()
    if (
        not isinstance(PARSERS[name](text, SPAN), Diagnostic)
        and not text.lstrip("+-").replace(".", "").isdigit()
    ):
        assert VALIDATORS[name].is_valid(text)


def form(text: str) -> list[tuple[str, int, int, str, str]]:
    source, findings = parse_source(text, "piece.yaml")
    assert not findings
    return [(f.code, f.span.line, f.span.column, f.message, f.hint) for f in check_form(source, PIECE)]


HEAD = "musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\n"


def test_no_finding_speaks_the_language_of_the_validator() -> None:
    text = (
        HEAD
        + "video: [1]\nvisuals: {depth: [], classes: 1, rules: [[]]}\n"
        + "audio: {chain: [[]], buses: {}}\neffects: 1\n"
    )
    for _, _, _, message, hint in form(text):
        assert not any(word in message + hint for word in ("schema", "valid", "$", "anyOf", "property", "'"))


def test_one_hundred_findings_are_enough() -> None:
    unknown = "".join(f"key{number}: 1\n" for number in range(500))
    rules = "visuals:\n  rules:\n" + "    - {where: {}, kick: x}\n" * 500
    assert len(form(HEAD + rules)) == 101  # the last one says that more may follow
    assert len(form(HEAD + unknown)) >= 100


KEYS = (
    "at to hold via shape from where class pitch range beat stems chain file part mirror reverb gain wet fps "
    "post title A vibes"
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2000),
    st.floats(-2, 2),
    st.sampled_from(
        ["7|3", "50%", "x.mscz", "hall", "2b", "-6 dB", "drum", "#C75349", "end-4s", "", "1/2"],
    ),
)
YAML_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4)
    ),
    max_leaves=12,
)
BLOCKS = ["musicvis", "title", "score", "parts", "audio", "effects", "visuals", "video"]


@many(100)
@given(st.dictionaries(st.sampled_from(BLOCKS), YAML_VALUES))
def test_any_values_pass_or_give_findings_at_lines_of_the_file(value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1)
    source, findings = parse_source(text, "piece.yaml")
    assert not findings
    lines = len(text.splitlines())
    for finding in check_form(source, PIECE):
        assert finding.code.startswith("MV")
        assert finding.message
        assert 1 <= finding.span.line <= lines


def test_faults_beyond_the_limit_are_mentioned() -> None:
    def piece(slips: int) -> tuple[Diagnostic, ...]:
        lanes = "".join("    - {at: 1|1, to: 0.5, foo: 1}\n" for _ in range(slips))
        text = f"musicvis: 1\ntitle: T\nscore: a.mid\neffects:\n  vibes:\n{lanes}"
        return check_form(parse_source(text, "piece.yaml")[0], PIECE)

    *told, last = piece(700)
    assert (last.code, last.severity, last.span) == ("MV360", Severity.NOTE, Span("piece.yaml"))
    assert f"only the first {len(told)} mistakes" in last.message
    assert {finding.code for finding in piece(5)} == {"MV202"}


def test_every_name_of_a_file_has_a_kind_of_its_own_for_the_messages() -> None:
    # What is not text there is told as `expected the name of a font`, not as `put it in quotes`.
    endings = re.compile(r"\.(mscz|mid|wav|sf2|sofa|ttf|yaml|jpg|mp4|vst3|vstpreset|spectrum)\Z")
    schema = schema_named(PIECE)
    for way, described, _ in properties(schema):
        if any(isinstance(e, str) and endings.search(e) for e in described.get("examples", ())):
            options = [described, *described.get("anyOf", ())]
            found = [schema["$defs"][o["$ref"].split("/")[-1]] if "$ref" in o else o for o in options]
            assert any(option.get("title") in PATHS for option in found), way
