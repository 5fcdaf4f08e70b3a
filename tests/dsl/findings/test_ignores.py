"""Comments that leave out a finding: of which line, which code and which file they speak."""

import pytest
from musicvis.dsl.findings.diagnostics import Diagnostic, Severity
from musicvis.dsl.findings.ignores import IGNORES_MOST, ignores_of, without_ignored
from musicvis.dsl.findings.span import Span


def finding(line: int, code: str = "MV344", file: str = "a.yaml") -> Diagnostic:
    return Diagnostic(code, Span(file, line, 1, line, 2), "wrong", "mend it", Severity.WARNING)


def lines(text: str) -> list[tuple[str, int]]:
    return [(ignore.code, ignore.line) for ignore in ignores_of(text, "a.yaml")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1  # musicvis: ignore[MV344]", 1),
        ("# musicvis: ignore[MV344]\na: 1", 2),
        ("# musicvis: ignore[MV344]\n\n# a word\na: 1\nb: 2", 4),
        ("a: 1\n  # musicvis: ignore[MV344]\nb: 2", 3),
        ("a: 1\n# musicvis: ignore[MV344]\n", 2),
        ("a: 1\n# musicvis: ignore[MV344]\n\n# the end", 2),
        ("a: 1  # musicvis: ignore[MV344]\nb: 2", 1),
    ],
)
def test_a_comment_speaks_of_its_line_or_of_the_next_that_says_something(text: str, line: int) -> None:
    assert lines(text) == [("MV344", line)]


def test_two_comments_above_one_line_both_speak_of_it() -> None:
    assert lines("# musicvis: ignore[MV1]\n# musicvis: ignore[MV2]\na: 1") == [("MV1", 3), ("MV2", 3)]


def test_a_code_stands_where_it_is_written() -> None:
    first, second = ignores_of("a: 1  # musicvis: ignore[MV344, MV2]", "a.yaml")
    assert first.span == Span("a.yaml", 1, 26, 1, 31)
    assert second.span == Span("a.yaml", 1, 33, 1, 36)


def test_a_comment_suppresses_only_its_own_findings() -> None:
    text = "a: 1  # musicvis: ignore[MV344]\nb: 2\n"
    others = [finding(2), finding(1, "MV999"), finding(1, file="b.yaml")]
    left, unused = without_ignored([finding(1), *others], {"a.yaml": text, "b.yaml": ""})
    assert list(left) == others and unused == ()


def test_the_beginning_of_a_code_means_all_that_begin_so() -> None:
    left, unused = without_ignored(
        [finding(1), finding(1, "MV345")], {"a.yaml": "a: 1 # musicvis: ignore[MV34]"}
    )
    assert left == () and unused == ()


def test_a_comment_that_leaves_out_nothing_is_a_note() -> None:
    left, (unused,) = without_ignored([], {"a.yaml": "a: 1  # musicvis: ignore[MV344]"})
    assert left == () and (unused.code, unused.severity) == ("MV216", Severity.NOTE)
    assert unused.span == Span("a.yaml", 1, 26, 1, 31) and "line 1" in unused.message


def test_the_first_thousand_codes_of_a_file_count() -> None:
    text = "a: 1  # musicvis: ignore[" + ",".join(f"MV{n}" for n in range(IGNORES_MOST + 5)) + "]"
    assert len(lines(text)) == IGNORES_MOST
