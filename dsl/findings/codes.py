"""Every finding's code: what it means, how serious it is, how to fix it. The table itself is codes.toml."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from .diagnostics import Severity

OLD = '{"vibes": ['
"""An example that begins so is a file of the original form, effects.json."""


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    title         a few words
    explanation   one paragraph: what it means and how to fix it
    example       lines of a manifest or an effects.json that cause it, and the same put right; tests check both
    """

    code: str
    title: str
    severity: Severity
    explanation: str
    example: tuple[str, str] | None


def _read() -> dict[str, Code]:
    table = tomllib.loads(files(__package__).joinpath("codes.toml").read_text(encoding="utf-8"))
    return {
        name: Code(
            name,
            entry["title"],
            Severity(entry["severity"]),
            " ".join(entry["explanation"].split()),
            (entry["wrong"], entry["right"]) if "wrong" in entry else None,
        )
        for name, entry in table.items()
    }


CODES: dict[str, Code] = _read()
"""Every code by name."""


def code_page(code: str) -> str:
    """The page of a code in Markdown: what it means and how to fix it, wrong and right side by side.

    Raises KeyError for a code that is not in the table.
    """
    entry = CODES[code]
    page = f"### {entry.code} {entry.title} ({entry.severity})\n\n{entry.explanation}\n"
    if entry.example is not None:
        wrong, right = entry.example
        form = "json" if wrong.startswith(OLD) else "yaml"
        page += f"\n```{form}\n{wrong}\n```\nbecomes\n```{form}\n{right}\n```\n"
    return page
