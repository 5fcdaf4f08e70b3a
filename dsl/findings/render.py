"""Findings for readers: text with line and caret, one line each, JSON, GitHub annotations, SARIF 2.1.0.

Pure functions from findings to text. What a piece says is shown with control and direction characters
escaped, so that a stranger's manifest cannot write to the terminal.
"""

import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ... import __version__
from .codes import CODES, code_page
from .diagnostics import Diagnostic, Severity
from .plain import COMMAND, escaped, is_plain, no_command, shown

GITHUB_MOST = 10
"""GitHub shows ten annotations of a level in one step, and drops the rest without a word."""

EQUAL_MOST = 10
"""Number of equal findings that text shows one by one; programs get all of them."""
LIKE_MOST = 20
"""Number of findings of one code in one file that text shows one by one."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_WIDEST = 160
_NOT_ASCII = re.compile(r"[^\n -~]")


def render_text(
    diagnostics: Sequence[Diagnostic],
    files: Mapping[str, str],
    color: bool = False,
    *,
    shows_all: bool = False,
) -> str:
    """Each finding with its place, the source line, a caret under the faulty text, and a fix.

    Of findings that say the same in one file, the first ten are shown, and a count of the others; of those
    that have one code in one file, the first twenty.

    files       the texts that were read, by the name that spans carry
    shows_all   every finding is shown
    """
    lines_of = {name: text.splitlines() for name, text in files.items()}
    rest = _like_the_shown(() if shows_all else diagnostics)
    hidden = {id(finding) for behind in rest.values() for finding in behind}
    return "\n\n".join(
        _text(finding, lines_of, color) + _others(rest.get(id(finding), ()))
        for finding in diagnostics
        if id(finding) not in hidden
    )


def counted_only(diagnostics: Sequence[Diagnostic]) -> int:
    """The number of findings that the text counts without showing them."""
    return sum(map(len, _like_the_shown(diagnostics).values()))


def _like_the_shown(diagnostics: Sequence[Diagnostic]) -> dict[int, list[Diagnostic]]:
    """Findings that are only counted, by the id of the last one shown that they are like."""
    equal: dict[tuple[str, ...], list[Diagnostic]] = {}
    like: dict[tuple[str, ...], list[Diagnostic]] = {}
    rest: dict[int, list[Diagnostic]] = {}
    for finding in diagnostics:
        kind = (finding.span.file, finding.code, finding.severity)
        of_kind = like.setdefault(kind, [])
        same = equal.setdefault((*kind, finding.message, finding.hint), [])
        if len(same) == EQUAL_MOST:
            rest.setdefault(id(same[-1]), []).append(finding)
        elif len(of_kind) == LIKE_MOST:
            rest.setdefault(id(of_kind[-1]), []).append(finding)
        else:
            same.append(finding)
            of_kind.append(finding)
    return rest


def render_concise(diagnostics: Iterable[Diagnostic]) -> str:
    """One line for each finding."""
    return "\n".join(map(str, diagnostics))


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """An array of objects; `place` is null where no place in the music is known."""
    return json_text([finding_record(d) for d in diagnostics], indent=2)


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Workflow commands, the first ten of each level, and a count of the rest."""
    lines: list[str] = []
    shown: Counter[Severity] = Counter()
    for d in diagnostics:
        shown[d.severity] += 1
        if shown[d.severity] > GITHUB_MOST:
            continue
        properties = {"file": d.span.file}
        if d.span.line:
            properties |= {"line": str(d.span.line), "col": str(d.span.column)}
            properties |= {"endLine": str(d.span.end_line), "endColumn": str(d.span.end_column)}
        properties["title"] = f"{d.code} {CODES[d.code].title}" if d.code in CODES else d.code
        listed = ",".join(
            f"{key}={_github(escaped(value), is_property=True)}" for key, value in properties.items()
        )
        lines.append(f"::{_LEVELS[d.severity]} {listed}::{_github(_sentence(d))}")
    for severity, count in shown.items():
        if count > GITHUB_MOST:
            lines.append(f"::{_LEVELS[severity]}::{count - GITHUB_MOST} more of this kind; see the log")
    return "\n".join(lines)


def render_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """A SARIF 2.1.0 log with one run; its rules are the codes that occur."""
    codes = sorted({d.code for d in diagnostics})
    driver = {"name": "musicvis", "semanticVersion": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, codes.index(d.code)) for d in diagnostics],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def json_text(value: Any, indent: int) -> str:
    """JSON with plain letters unescaped, and everything that is not plainly visible escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    text = _NOT_ASCII.sub(lambda c: c[0] if is_plain(c[0]) else json.dumps(c[0])[1:-1], text)
    return text.replace("##[", "\\u0023#[")


def _text(finding: Diagnostic, lines_of: Mapping[str, list[str]], color: bool) -> str:
    def painted(text: str, style: str) -> str:
        return f"{style}{text}{_PLAIN}" if color else text

    head = painted(f"{finding.severity}[{finding.code}]", _COLOURS[finding.severity])
    message = painted(escaped(finding.message), _BOLD)
    rows = [no_command(f"{_where(finding)}: {head}: {message}")]
    span = finding.span
    lines = lines_of.get(span.file, [])
    if 0 < span.line <= len(lines):
        line, column, width = _excerpt(lines[span.line - 1], finding)
        rows.append(f"  {line}")
        rows.append("  " + " " * column + painted("^" * width, _COLOURS[finding.severity]))
    if finding.place:
        rows.append(f"  at {finding.place}")
    if finding.hint:
        rows.append(f"  hint: {shown(finding.hint)}")
    return "\n".join(rows)


def _others(left: Sequence[Diagnostic]) -> str:
    """A line that counts the findings after the last one shown; empty if all are shown."""
    if not left:
        return ""
    reach = f", the last on line {left[-1].span.line}" if left[-1].span.line else ""
    return f"\n  and {len(left)} more like it{reach}"


def _excerpt(line: str, finding: Diagnostic) -> tuple[str, int, int]:
    """The source line as shown, the column of the caret from 0 in it, and how wide it is."""
    span = finding.span
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    # A line may be a million characters long; no more of it is looked at than could be shown.
    near = 2 * _WIDEST
    parts = line[max(start - near, 0) : start], line[start : min(end, start + near)], line[end : end + near]
    before, meant, after = (escaped(part.replace("\t", " ")) for part in parts)
    meant = meant.rstrip() or meant[:1]
    if len(before) + len(meant) + len(after) > _WIDEST:
        if len(before) > 40:
            before = "..." + before[-37:]
        meant = meant if len(meant) <= _WIDEST // 2 else meant[: _WIDEST // 2 - 3] + "..."
        room = max(_WIDEST - len(before) - len(meant) - 3, 0)
        after = after if len(after) <= room else after[:room] + "..."
    whole = (before + meant + after).rstrip()
    # What is put in before the caret moves it.
    added = sum(found.start() <= len(before) for found in COMMAND.finditer(whole))
    return no_command(whole), _columns(before) + added, max(_columns(meant), 1)


def _columns(text: str) -> int:
    """The width of a text in terminal cells: East Asian wide characters have two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _where(finding: Diagnostic) -> str:
    span = finding.span
    return f"{escaped(span.file)}:{span.line}:{span.column}" if span.line else escaped(span.file)


def _sentence(finding: Diagnostic) -> str:
    place = f" at {finding.place}" if finding.place else ""
    hint = f"; {finding.hint}" if finding.hint else ""
    return escaped(f"{finding.message}{place}{hint}")


def finding_record(finding: Diagnostic) -> dict[str, Any]:
    """A finding as plain values; `edits` are the replacements that certainly fix it."""
    span, place = finding.span, finding.place
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "place": place
        and {"bar": place.bar, "beat": place.beat, "time_s": place.time_s, "frame": place.frame},
        "edits": [
            {
                "line": edit.span.line,
                "column": edit.span.column,
                "end_line": edit.span.end_line,
                "end_column": edit.span.end_column,
                "text": edit.text,
            }
            for edit in finding.edits
        ],
    }


def _github(text: str, is_property: bool = False) -> str:
    # The escapes of the runner's own toolkit: % first, then what would end a line or a property.
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


def _rule(code: str) -> dict[str, Any]:
    entry = CODES.get(code)
    if entry is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.explanation},
        "help": {"text": entry.explanation, "markdown": code_page(code)},
        "defaultConfiguration": {"level": _sarif_level(entry.severity)},
    }


def _result(finding: Diagnostic, rule_index: int) -> dict[str, Any]:
    span = finding.span
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(span.file)}}
    if span.line:
        location["region"] = {
            "startLine": span.line,
            "startColumn": max(span.column, 1),
            "endLine": span.end_line,
            "endColumn": max(span.end_column, 1),
        }
    return (
        {
            "ruleId": finding.code,
            "ruleIndex": rule_index,
            "level": _sarif_level(finding.severity),
            "message": {"text": _sentence(finding)},
            "locations": [{"physicalLocation": location}],
        }
        | _sarif_fixes(finding)
        | ({"properties": finding_record(finding)["place"]} if finding.place else {})
    )


def _sarif_fixes(finding: Diagnostic) -> dict[str, Any]:
    """The replacements of a finding, where it has some, as SARIF's fixes."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in finding.edits:
        region = {
            "startLine": edit.span.line,
            "startColumn": edit.span.column,
            "endLine": edit.span.end_line,
            "endColumn": edit.span.end_column,
        }
        replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.span.file, []).append(replacement)
    if not changes:
        return {}
    artifacts = [
        {"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}
        for file, replacements in changes.items()
    ]
    return {"fixes": [{"description": {"text": escaped(finding.hint)}, "artifactChanges": artifacts}]}


def _sarif_level(severity: Severity) -> str:
    return "note" if severity is Severity.NOTE else severity.value


def _uri(file: str) -> str:
    from pathlib import Path
    from urllib.parse import quote

    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(file.replace("\\", "/")))
