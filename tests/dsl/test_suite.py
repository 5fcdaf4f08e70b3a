"""Every case of tests/dsl/suite gives the findings that its comment lines announce, and no others.

    # error[MV102] 5:12-16 7.10 is a number, not a place
    # hint write bar|beat, e.g. 7|10

The text is a manifest, or lanes where the name begins with `lanes-` or `legacy-`. Beside it lies waltz.mscz.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from musicvis.dsl.findings.codes import CODES
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.load import load_piece

SUITE = Path(__file__).parent / "suite"
_FINDING = re.compile(
    r"# (?P<severity>error|warning|note)\[(?P<code>MV\d{3})\] (?P<place>0|\d+:\d+(?:-\d+)?) (?P<message>.+)"
)
_MANIFEST = "musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\neffects: lanes.yaml\n"


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding as a case announces it."""

    code: str
    severity: str
    place: str
    message: str
    hint: str = ""


def expected(text: str) -> list[Expected]:
    """The findings that the comment lines at the head of a case announce."""
    found: list[Expected] = []
    for line in text.splitlines():
        if match := _FINDING.fullmatch(line):
            found.append(Expected(match["code"], match["severity"], match["place"], match["message"]))
        elif line.startswith("# hint "):
            last = found.pop()
            found.append(Expected(last.code, last.severity, last.place, last.message, line[7:]))
        else:
            break
    return found


def findings_of(text: str, name: str, folder: Path) -> tuple[Diagnostic, ...]:
    """The findings of loading a case in an empty folder."""
    (folder / "waltz.mscz").touch()
    are_lanes = name.startswith(("lanes-", "legacy-"))
    (folder / "piece.yaml").write_text(_MANIFEST if are_lanes else text, encoding="utf-8")
    if are_lanes:
        (folder / "lanes.yaml").write_text(text, encoding="utf-8")
    return load_piece(folder).diagnostics


def described(finding: Diagnostic) -> Expected:
    """A finding in the form of a case; the end of its place only where it lies on the same line."""
    span = finding.span
    place = f"{span.line}:{span.column}" if span.line else "0"
    if span.line and span.end_line == span.line:
        place += f"-{span.end_column}"
    return Expected(finding.code, finding.severity.value, place, finding.message, finding.hint)


CASES = sorted(SUITE.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_case_gives_its_findings_at_their_places(case: Path, tmp_path: Path) -> None:
    text = case.read_text(encoding="utf-8")
    found = findings_of(text, case.stem, tmp_path)
    assert [described(finding) for finding in found] == expected(text)
    assert found
    assert all(finding.hint for finding in found), "every finding says how to mend it"


def test_the_suite_holds_sixty_cases_and_every_code_of_form() -> None:
    announced = {entry.code for case in CASES for entry in expected(case.read_text(encoding="utf-8"))}
    assert len(CASES) >= 60
    of_form = {code for code in CODES if code.startswith(("MV10", "MV11", "MV20", "MV21", "MV23"))}
    # Overrides have tests of their own; the order and the range of points need the score.
    assert of_form - announced == {"MV214", "MV215", "MV216", "MV231"}
