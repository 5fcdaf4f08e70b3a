"""Findings as text, one line, JSON, annotations and SARIF: exact, complete, and harmless to a terminal."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import Diagnostic, MusicalPlace, Severity
from musicvis.dsl.findings.plain import escaped
from musicvis.dsl.findings.render import (
    counted_only,
    render_concise,
    render_github,
    render_json,
    render_sarif,
    render_text,
)
from musicvis.dsl.findings.span import Span

TEXT = "effects:\n  vibes:\n    - {at: 7.10, to: -0.8}\n"
FILES = {"piece.yaml": TEXT}
NUMBER = Diagnostic(
    "MV102", Span("piece.yaml", 3, 12, 3, 16), "7.10 is a number, not a place", "write bar|beat, as 7|10"
)
WARNING = Diagnostic(
    "MV231",
    Span("piece.yaml", 3, 22, 3, 26),
    "the value is clipped",
    severity=Severity.WARNING,
    place=MusicalPlace(12, "3", 27.769, 833),
)
WHOLE = Diagnostic("MV001", Span("piece.yaml"), "there is no file `piece.yaml`")


def test_text_shows_the_line_a_caret_and_a_mend() -> None:
    assert render_text([NUMBER], FILES) == (
        "piece.yaml:3:12: error[MV102]: 7.10 is a number, not a place\n"
        "      - {at: 7.10, to: -0.8}\n"
        "             ^^^^\n"
        "  hint: write bar|beat, as 7|10"
    )


def test_text_names_the_place_in_the_music() -> None:
    assert "  at bar 12 beat 3 (27.77 s, frame 833)" in render_text([WARNING], FILES)


def test_a_finding_about_a_whole_file_has_no_line() -> None:
    assert render_text([WHOLE], FILES) == "piece.yaml: error[MV001]: there is no file `piece.yaml`"
    assert render_concise([WHOLE]) == "piece.yaml: error[MV001]: there is no file `piece.yaml`"


def test_colour_changes_nothing_but_colour() -> None:
    import re

    coloured = render_text([NUMBER, WARNING, WHOLE], FILES, color=True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_text([NUMBER, WARNING, WHOLE], FILES)


def test_the_caret_stands_under_wide_characters_and_tabs() -> None:
    line = "title: 春\t7.10"
    finding = Diagnostic("MV102", Span("p", 1, 10, 1, 14), "x")
    shown, caret = render_text([finding], {"p": line}).splitlines()[1:3]
    # 春 fills two cells of a terminal, so that ten stand before the number.
    assert shown == "  title: 春 7.10"
    assert caret == "  " + " " * 10 + "^^^^"


def test_a_span_over_several_lines_is_marked_on_its_first() -> None:
    finding = Diagnostic("MV203", Span("piece.yaml", 2, 3, 3, 20), "x")
    assert render_text([finding], FILES).splitlines()[2] == "    ^^^^^^"


def test_a_long_line_is_cut_around_what_is_meant() -> None:
    line = "a" * 500 + "7.10" + "b" * 500
    finding = Diagnostic("MV102", Span("p", 1, 501, 1, 505), "x")
    shown, caret = render_text([finding], {"p": line}).splitlines()[1:3]
    assert len(shown) <= 165
    assert shown[caret.index("^") :].startswith("7.10")


def test_concise_is_one_line_for_each() -> None:
    assert render_concise([NUMBER, WARNING]).splitlines() == [
        "piece.yaml:3:12: error[MV102]: 7.10 is a number, not a place",
        "piece.yaml:3:22: warning[MV231]: the value is clipped (bar 12 beat 3 (27.77 s, frame 833))",
    ]


def test_json_holds_everything() -> None:
    first, second = json.loads(render_json([NUMBER, WARNING]))
    assert first == {
        "code": "MV102",
        "severity": "error",
        "message": "7.10 is a number, not a place",
        "hint": "write bar|beat, as 7|10",
        "file": "piece.yaml",
        "line": 3,
        "column": 12,
        "end_line": 3,
        "end_column": 16,
        "place": None,
        "edits": [],
    }
    assert second["place"] == {"bar": 12, "beat": "3", "time_s": 27.769, "frame": 833}
    assert json.loads(render_json([])) == []


def test_github_gets_workflow_commands_with_its_escapes() -> None:
    finding = Diagnostic("MV206", Span("a,b:c.yaml", 1, 2, 1, 5), "120% is above 1")
    assert render_github([finding]) == (
        "::error file=a%2Cb%3Ac.yaml,line=1,col=2,endLine=1,endColumn=5,title=MV206 out of range"
        "::120%25 is above 1"
    )


def test_github_shows_ten_of_a_kind_and_counts_the_rest() -> None:
    lines = render_github([NUMBER] * 25 + [WARNING]).splitlines()
    assert [line.split()[0] for line in lines[:10]] == ["::error"] * 10
    assert "::error::15 more of this kind; see the log" in lines
    assert sum(line.startswith("::warning") for line in lines) == 1


def test_sarif_has_one_run_with_its_rules_and_regions() -> None:
    log: dict[str, Any] = json.loads(render_sarif([NUMBER, WARNING, WHOLE]))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["MV001", "MV102", "MV231"]
    first, second, third = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("MV102", 1, "error")
    region = {"startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 16}
    assert first["locations"][0]["physicalLocation"]["region"] == region
    assert second["level"] == "warning"
    assert "region" not in third["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\r", "a\\x0ab\\x0d"),
        ("\u202eabc", "\\u202eabc"),
        ("\U000e0041", "\\U000e0041"),
        ("春 é 𝄞 ♯", "春 é 𝄞 ♯"),
    ],
)
def test_what_is_not_plainly_visible_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


SPANS = st.builds(Span, st.text(max_size=8), *[st.integers(0, 9)] * 4)
FINDINGS = st.builds(Diagnostic, st.just("MV101"), SPANS, st.text(max_size=20), st.text(max_size=20))


@given(st.lists(FINDINGS, max_size=3), st.text(max_size=40))
def test_nothing_of_a_piece_reaches_the_terminal_unescaped(findings: list[Diagnostic], text: str) -> None:
    files = {finding.span.file: text for finding in findings}
    for shown in (render_text(findings, files), render_concise(findings), render_github(findings)):
        assert all(character == "\n" or character == escaped(character) for character in shown)
    assert len(json.loads(render_json(findings))) == len(findings)
    assert len(json.loads(render_sarif(findings))["runs"][0]["results"]) == len(findings)


def _alike(count: int) -> list[Diagnostic]:
    return [
        Diagnostic("MV206", Span("p", line, 1, line, 3), "99 is too much") for line in range(1, count + 1)
    ]


def test_ten_equal_findings_are_shown_and_the_others_counted() -> None:
    text = render_text([*_alike(2000), NUMBER], {"p": "99\n" * 2000, **FILES})
    assert text.count("MV206") == 10
    assert (
        "p:10:1: error[MV206]: 99 is too much\n  99\n  ^^\n  and 1990 more like it, the last on line 2000"
        in text
    )
    assert text.endswith(render_text([NUMBER], FILES))


def test_ten_equal_findings_are_all_shown_and_programs_get_every_one() -> None:
    text = render_text(_alike(10), {})
    assert text.count("MV206") == 10
    assert "more like it" not in text
    assert len(json.loads(render_json(_alike(2000)))) == 2000
    assert render_concise(_alike(2000)).count("\n") == 1999


def test_twenty_findings_of_a_code_are_shown_and_the_others_counted() -> None:
    lanes = [Diagnostic("MV401", Span("p", n, 1, n, 3), f"there is no lane x{n}") for n in range(1, 41)]
    elsewhere = replace(lanes[0], span=Span("q", 1, 1, 1, 3))
    text = render_text([*lanes, elsewhere], {})
    assert text.count("error[MV401]") == 21 and "x20" in text and "x21" not in text
    assert "  and 20 more like it, the last on line 40\n" in text
    assert counted_only([*lanes, elsewhere]) == 20
    assert render_text(lanes, {}, shows_all=True).count("error[MV401]") == 40
    assert len(json.loads(render_json(lanes))) == 40


def test_equal_findings_leave_room_for_others_of_their_code() -> None:
    lanes = [Diagnostic("MV206", Span("p", 900 + n, 1), f"{n} is too much") for n in range(15)]
    text = render_text([*_alike(100), *lanes], {})
    assert "and 90 more like it, the last on line 100" in text
    assert "and 5 more like it, the last on line 914" in text
    assert text.count("error[MV206]") == 20
