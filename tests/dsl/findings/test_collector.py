"""One collector gathers what all stages find."""

from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.diagnostics import Diagnostic, Severity
from musicvis.dsl.findings.span import Span

HERE = Span("piece.yaml", 3, 1, 3, 5)
LATER = Diagnostic("MV206", Span("piece.yaml", 9), "3 is above 1, which is the limit")
EARLIER = Diagnostic("MV211", HERE, "no lane is called `vibe`")


def test_findings_keep_their_order_and_count_once() -> None:
    findings = Findings([LATER])
    findings += [EARLIER, LATER]
    findings.add(EARLIER)
    assert list(findings) == [LATER, EARLIER]
    assert EARLIER in findings and len(findings) == 2


def test_each_verb_gives_its_severity() -> None:
    findings = Findings()
    findings.note("MV417", HERE, "a note")
    findings.warn("MV230", HERE, "a warning", "a hint")
    assert not findings.has_errors
    findings.error("MV320", HERE, "an error")
    assert findings.has_errors
    assert [finding.severity for finding in findings] == [Severity.NOTE, Severity.WARNING, Severity.ERROR]
    assert [finding.hint for finding in findings] == ["", "a hint", ""]


def test_a_parsed_value_is_returned_and_a_finding_is_added() -> None:
    findings = Findings()
    assert findings.taken(7) == 7 and not findings
    assert findings.taken(LATER) is None and list(findings) == [LATER]


def test_a_limit_counts_different_findings() -> None:
    findings = Findings(most=2)
    findings += [LATER, LATER]
    assert not findings.is_full
    findings.add(EARLIER)
    assert findings.is_full
