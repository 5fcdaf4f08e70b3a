"""Text to values with places: YAML 1.2 core scalars, limits, and no way to make a traceback."""

import json
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.text.yaml_reader import MAX_DEPTH, MAX_VALUES, parse_source
from musicvis.dsl.text.yaml_source import root_node


def codes(text: str) -> list[str]:
    return [finding.code for finding in parse_source(text, "piece.yaml")[1]]


def place(text: str, pointer: str) -> tuple[int, int, int, int]:
    span = parse_source(text, "piece.yaml")[0].span(pointer)
    return span.line, span.column, span.end_line, span.end_column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("7:3", "7:3"),
        ("1_000", "1_000"),
        ("2021-10-15", "2021-10-15"),
        ("1e3", 1000.0),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("~", None),
        ("-.5", -0.5),
        ("'7'", "7"),
        ('"\\u00e9"', "é"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    source, findings = parse_source(f"key: {text}\n", "piece.yaml")
    assert source.value == {"key": value}
    assert not findings


def test_every_key_and_value_has_its_place() -> None:
    text = "a: 7.10\nb:\n  - x\n  - {c: [1, 2]}\n"
    source, _ = parse_source(text, "piece.yaml")
    assert place(text, "/a") == (1, 4, 1, 8)
    assert place(text, "/b/1/c/1") == (4, 13, 4, 14)
    assert place(text, "/b/1/c") == (4, 9, 4, 15)
    assert place(text, "/b") == (3, 3, 4, 16)
    assert (source.keys["/b/1/c"].line, source.keys["/b/1/c"].column) == (4, 6)


def test_a_place_that_is_not_written_is_that_of_the_block_around_it() -> None:
    assert place("a: {b: 1}\n", "/a/c/d") == (1, 4, 1, 10)


def test_a_number_keeps_how_it_was_written() -> None:
    source, _ = parse_source("at: 7.10\n", "piece.yaml")
    at = root_node(source).get("at")
    assert at is not None
    assert (at.value, at.text) == (7.1, "7.10")


def test_columns_count_characters_and_a_byte_order_mark_is_none() -> None:
    assert place("\ufeffé𝄞: 1\n", "/é𝄞") == (1, 5, 1, 6)


def test_json_comes_through_the_same_door() -> None:
    data = {"vibes": [{"effect": "none", "m1": 1, "b1": 6.25, "m2": "end"}], "x/y~z": {"a": [True, None]}}
    for text in (json.dumps(data), json.dumps(data, indent="\t")):
        source, findings = parse_source(text, "effects.json")
        assert source.value == data
        assert not findings
    assert source.span("/x~1y~0z/a/0").line == 12


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2\n", "MV103"),
        ("a: &x 1\n", "MV104"),
        ("a: *x\n", "MV104"),
        ("<<: {a: 1}\n", "MV104"),
        ("a: !!str 1\n", "MV104"),
        ("a: .nan\n", "MV106"),
        ("a: 1e999\n", "MV106"),
        ("a: 010\n", "MV106"),
        ("a: " + "9" * 5000, "MV106"),
        ("? {a: 1}\n: x\n", "MV107"),
        ("a: 1\n---\nb: 2\n", "MV108"),
        ("", "MV109"),
        ("# nothing\n", "MV109"),
        ("a:\n\tb: 1\n", "MV120"),
        ('a: "x\0y"\n', "MV101"),
        ("a: \x1b[31m\n", "MV101"),
        ("a: \ud800\n", "MV101"),
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_all_faults_of_one_reading_are_found() -> None:
    assert codes("a: &x 1\nb: *x\na: .inf\nc: 007\n") == ["MV104", "MV104", "MV103", "MV106", "MV106"]


def test_a_bomb_of_aliases_ends_as_findings() -> None:
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert set(codes("\n".join(lines))) == {"MV104"}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH + 2)),
        "[" + "1," * (MAX_VALUES + 1) + "]",
        "a: " + "x" * 70_000,
        "x" * 70_000 + ": 1",
        "a: 1\n" * 300_000,
    ],
    ids=["deep list", "deep block", "many values", "long text", "long key", "long file"],
)
def test_size_has_its_limits(text: str) -> None:
    assert codes(text)[-1] == "MV105"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("deep", ["[" * 3000, "{a: " * 3000, "- " * 3000 + "1", "[" * 500 + "]" * 500])
def test_nesting_has_the_same_limit_with_every_reader_of_yaml(
    deep: str, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libyaml of 2026 ends at 1000 levels by itself; PyYAML's own reader and older ones do not."""
    monkeypatch.setattr("musicvis.dsl.text.yaml_reader._LOADER", loader)
    assert codes(deep) == ["MV105"]


def test_a_reader_that_stops_at_its_own_limit_gives_the_same_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopping(text: str, Loader: type) -> Iterator[yaml.Event]:
        yield yaml.StreamStartEvent()
        mark = yaml.Mark("piece.yaml", 40, 0, 40, None, None)
        context = "while increasing flow level"
        raise yaml.scanner.ScannerError(context, None, "exceeded maximum nesting depth", mark)

    monkeypatch.setattr(yaml, "parse", stopping)
    (finding,) = parse_source("[" * 60, "piece.yaml")[1]
    assert (finding.code, finding.message, finding.span.column) == (
        "MV105",
        "nested deeper than 32 levels",
        41,
    )


YAML_LIKE = st.text(alphabet=st.sampled_from("ab1.-:,[]{}#&*!|>'\"%@`?\n\t ~<="), max_size=80)


@given(st.one_of(st.text(max_size=200), YAML_LIKE))
def test_any_text_gives_values_or_findings_with_places_inside_it(text: str) -> None:
    source, findings = parse_source(text, "piece.yaml")
    assert source.complete or findings
    last = len(text.splitlines()) + 1
    assert all(0 <= finding.span.line <= last for finding in findings)
