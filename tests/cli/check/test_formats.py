"""The forms of findings are what their readers want: SARIF 2.1.0, workflow commands, JSON, lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from musicvis.cli.command import main
from musicvis.dsl.findings.codes import CODES
from musicvis.dsl.findings.diagnostics import Diagnostic, MusicalPlace, Severity
from musicvis.dsl.findings.render import render_github, render_sarif
from musicvis.dsl.findings.span import Span


def block(required: list[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required or [],
        "additionalProperties": False,
    }


TEXT, COUNT = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = block(["text"], text=TEXT, markdown=TEXT)
RULE = block(
    ["id"],
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=block(level=LEVEL),
)
REGION = block(["startLine"], startLine=COUNT, startColumn=COUNT, endLine=COUNT, endColumn=COUNT)
ARTIFACT = block(uri={"type": "string", "pattern": r"\A[!-~]+\Z"})
PHYSICAL = block(["artifactLocation"], artifactLocation=ARTIFACT, region=REGION)
RESULT = block(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations={"type": "array", "items": block(physicalLocation=PHYSICAL)},
    properties={"type": "object"},
)
DRIVER = block(["name"], name=TEXT, semanticVersion=TEXT, rules={"type": "array", "items": RULE})
RUN = block(
    ["tool"],
    tool=block(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)
SARIF = block(
    ["version", "runs"],
    **{"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
)
"""What SARIF 2.1.0 (OASIS, 3.13 to 3.49) demands of the objects that are written, and their names."""

WRONG = """\
musicvis: 1
title: Waltz
score: waltz.mid
effects:
  vibes:
    - {at: 9|1, to: 1}  # über 100%, ::really::
visuals: {depth: 120%}
"""


@pytest.fixture
def piece(tmp_path: Path, waltz_bytes: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "waltz.mid").write_bytes(waltz_bytes)
    (tmp_path / "piece.yaml").write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["check", *arguments])


def test_sarif_is_what_the_specification_demands(piece: Path) -> None:
    result = run("--format", "sarif")
    log = json.loads(result.stdout)
    assert list(Draft202012Validator(SARIF).iter_errors(log)) == []
    (found,) = log["runs"]
    rules = found["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in found["results"]] == ["MV301", "MV206"]
    assert found["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "piece.yaml"},
        "region": {"startLine": 6, "startColumn": 12, "endLine": 6, "endColumn": 15},
    }


def test_a_clean_piece_is_a_sarif_log_without_results(piece: Path) -> None:
    (piece / "piece.yaml").write_text("musicvis: 1\ntitle: Waltz\nscore: waltz.mid\n", encoding="utf-8")
    log = json.loads(run("--format", "sarif").stdout)
    assert list(Draft202012Validator(SARIF).iter_errors(log)) == []
    assert log["runs"][0]["results"] == []


def test_sarif_names_files_as_addresses() -> None:
    def uri(file: str) -> str:
        (found,) = json.loads(render_sarif([Diagnostic("MV206", Span(file, 1, 1, 1, 2), "x")]))["runs"]
        address: str = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        return address

    assert uri("my pieces/für.yaml") == "my%20pieces/f%C3%BCr.yaml"
    assert uri("/tmp/piece.yaml") == "file:///tmp/piece.yaml"


def test_every_code_makes_a_sarif_rule_of_the_specified_form() -> None:
    findings = [Diagnostic(code, Span("p.yaml"), "x", place=MusicalPlace(1, "1", 0.0)) for code in CODES]
    assert list(Draft202012Validator(SARIF).iter_errors(json.loads(render_sarif(findings)))) == []


def test_annotations_hide_no_character_that_the_runner_would_read() -> None:
    finding = Diagnostic("MV206", Span("a,b:c%.yaml", 2, 3, 2, 4), "50% of a::b\r\nc", "write 1")
    assert render_github([finding]) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=2,col=3,endLine=2,endColumn=4,title=MV206 out of range"
        "::50%25 of a::b\\x0d\\x0ac; write 1"
    )


def test_ten_annotations_of_each_level_and_a_count_are_written() -> None:
    errors = [Diagnostic("MV206", Span("p.yaml", n, 1, n, 2), "x") for n in range(1, 14)]
    notes = [Diagnostic("MV341", Span("p.yaml", 1, 1, 1, 2), "x", severity=Severity.NOTE)] * 10
    lines = render_github([*errors, *notes]).splitlines()
    assert sum(line.startswith("::error file=") for line in lines) == 10
    assert sum(line.startswith("::notice file=") for line in lines) == 10
    assert lines[-1] == "::error::3 more of this kind; see the log"


def test_under_github_actions_annotations_are_the_default_form(piece: Path) -> None:
    assert run(GITHUB_ACTIONS="true").stdout.startswith("::error file=piece.yaml,line=6,col=12,")
    assert run(GITHUB_ACTIONS="").stdout.startswith("piece.yaml:6:12: error[MV301]:")
    assert run("--format", "concise", GITHUB_ACTIONS="true").stdout.startswith("piece.yaml:6:12: error")


def test_json_has_the_place_in_the_file_and_in_the_music(piece: Path) -> None:
    lanes = "effects: {vibes: [{at: 2|1, from: 0.5, to: 0}]}\n"
    (piece / "piece.yaml").write_text(f"musicvis: 1\ntitle: W\nscore: waltz.mid\n{lanes}", encoding="utf-8")
    (found,) = json.loads(run("--format", "json").stdout)
    assert (found["code"], found["severity"], found["line"], found["column"]) == ("MV344", "warning", 4, 19)
    assert found["place"] == {"bar": 2, "beat": "1", "time_s": 1.5, "frame": None}


def test_text_shows_the_line_a_caret_and_a_mend(piece: Path) -> None:
    result = run("--select", "MV206")
    assert result.stdout == (
        "piece.yaml:7:18: error[MV206]: 120% is above 100%, which is the limit\n"
        "  visuals: {depth: 120%}\n"
        "                   ^^^^\n"
        "  hint: write a value from 0% to 100%\n"
    )
    assert "\x1b" not in result.stdout
    assert result.stderr == "1 error\n"
