"""Checks the form of a file: JSON Schema's errors in a composer's words, each at its own place.

The schemas in schemas/ are the only judge of form, here and in any editor; dsl/form/messages.py words them.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..findings.collector import FINDINGS_MOST
from ..findings.diagnostics import Diagnostic, Severity
from ..findings.span import Span
from ..text.yaml_source import Source
from .messages import Words
from .violations import Flawless, judged

PIECE = "piece"
EFFECTS = "effects"
LEGACY = "effects.legacy"


def check_form(source: Source, name: str, folder: Path | None = None) -> tuple[Diagnostic, ...]:
    """Every finding about the form of a file, in its order; `name` is PIECE, EFFECTS or LEGACY.

    folder   that of the piece, whose files hints may name
    """
    words = Words(source, schema_named(name), schema_named(PIECE), folder)
    findings: dict[tuple[str, Span], Diagnostic] = {}
    broken, is_cut = judged(schema_named(name), source.value, _flawless(name))
    for finding in (finding for fault in broken for finding in words.explained(fault)):
        findings.setdefault((finding.message, finding.span), finding)
        if len(findings) >= FINDINGS_MOST:
            is_cut = True
            break
    in_order = sorted(findings.values(), key=lambda finding: (finding.span.line, finding.span.column))
    # An unknown word is not also a word that does not fit: only the cause is reported.
    causes = {finding.span for finding in in_order if finding.code in ("MV201", "MV202", "MV204")}
    kinds = {finding.span for finding in in_order if finding.code == "MV204"}
    echoes = {"MV210": causes, "MV201": kinds}
    reported = tuple(finding for finding in in_order if finding.span not in echoes.get(finding.code, ()))
    return (*reported, _cut(source.file, len(reported))) if is_cut else reported


def _cut(file: str, count: int) -> Diagnostic:
    message = f"only the first {count} mistakes of form are reported; there may be more"
    return Diagnostic("MV360", Span(file), message, "correct these, then check again", Severity.NOTE)


def schema_of(source: Source) -> str:
    """The schema for a file of lanes: LEGACY if segments name their own end, else EFFECTS."""
    if isinstance(source.value, dict):
        for value in source.value.values():
            for item in value if isinstance(value, list) else ():
                if isinstance(item, dict):
                    return LEGACY if {"effect", "m1", "m2"} & set(item) and "at" not in item else EFFECTS
    return EFFECTS


@cache
def _flawless(name: str) -> Flawless:
    """The entries of lists that this schema has already judged valid."""
    return set()


@cache
def schema_named(name: str) -> dict[str, Any]:
    """A schema of schemas/ as plain values; not to be changed."""
    text = (
        files(__package__.partition(".")[0] + ".schemas").joinpath(f"{name}.schema.json").read_text("utf-8")
    )
    schema: dict[str, Any] = json.loads(text)
    return schema
