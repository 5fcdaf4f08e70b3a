"""The output of a command: findings in the chosen form, progress on a terminal, quiet lines elsewhere."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NoReturn, TextIO

import click

from ..dsl.findings.diagnostics import Diagnostic, Severity, has_errors
from ..dsl.installing import install_command
from .output import ended, remember

FORMATS = ("text", "concise", "json", "github", "sarif")
LINE_EVERY_S = 10.0
REDRAW_EVERY_S = 0.2
COUNTED = "frames"
"""The stage whose units are worth a number; the others are shares of their work."""


def default_format() -> str:
    """GitHub annotations under GitHub Actions, text elsewhere."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour output: on a terminal, unless the environment decides otherwise.

    NO_COLOR (no-color.org) comes first, then FORCE_COLOR and CLICOLOR_FORCE, then CLICOLOR
    (bixense.com/clicolors), then TERM=dumb.
    """
    said = os.environ.get
    if said("NO_COLOR"):
        return False
    if any(said(name, "0") not in ("", "0", "false") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and said("CLICOLOR", "1") != "0" and said("TERM") != "dumb"


def findings_text(
    diagnostics: Sequence[Diagnostic],
    files: Mapping[str, str],
    form: str,
    colour: bool,
    shows_all: bool = False,
) -> str:
    """The findings in the form of that name; as text, many of one kind are only counted.

    shows_all   none of them is
    """
    from ..dsl.findings import render as rendering

    match form:
        case "concise":
            return rendering.render_concise(diagnostics)
        case "json":
            return rendering.render_json(diagnostics)
        case "github":
            return rendering.render_github(diagnostics)
        case "sarif":
            return rendering.render_sarif(diagnostics)
        case _:
            return rendering.render_text(diagnostics, files, color=colour, shows_all=shows_all)


def tell_findings(diagnostics: Sequence[Diagnostic], files: Mapping[str, str], quiet: bool = False) -> None:
    """Findings as text on stderr, but for warnings that a comment in the piece leaves out.

    quiet   only errors
    """
    from ..dsl.findings.ignores import without_ignored

    left, _ = without_ignored(diagnostics, files)
    diagnostics = [d for d in diagnostics if d.severity is Severity.ERROR or (d in left and not quiet)]
    remember(diagnostics)
    if diagnostics:
        colour = wants_colour(sys.stderr)
        click.echo(findings_text(diagnostics, files, "text", colour), err=True, color=colour)


def tell_end(text: str, is_error: bool = True) -> None:
    """Say on stderr why a command ends before its work is done.

    is_error   whether the line begins with "error:"
    """
    from ..dsl.findings.plain import shown

    remember([ended(text)])
    click.echo("\n".join(shown(line) for line in f"{'error: ' * is_error}{text}".split("\n")), err=True)


def end_missing(error: ModuleNotFoundError, use: str = "", *extras: str) -> NoReturn:
    """Say which package is missing and what to type, and end the command with code 1.

    use      what the package is for, as "to plot"; may be empty
    extras   of musicvis, which bring it; `render` where none is named
    """
    package = (error.name or "").split(".")[0]
    tell_end(
        f"{package} is missing; {f'{use}, ' * bool(use)}type: {install_command(*(extras or ('render',)))}"
    )
    sys.exit(1)


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """The number of findings of each kind, in words."""
    counts = {s: sum(d.severity is s for d in diagnostics) for s in Severity}
    said = [f"{n} {s.value}{'s' if n != 1 else ''}" for s, n in counts.items() if n]
    return ", ".join(said) or "no findings"


def exit_code(diagnostics: Sequence[Diagnostic], strict: bool = False) -> int:
    """The exit code: 1 if something must be fixed, else 0; `strict` counts warnings, too."""
    warned = any(d.severity is Severity.WARNING for d in diagnostics)
    return int(has_errors(diagnostics) or (strict and warned))


class TerminalReporter:
    """Progress on stderr: one line that redraws itself on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.live = self.stream.isatty() and not quiet
        self.stage = ""
        self.ended = False
        self.started_s = self.last_shown_s = 0.0
        self.drawn = 0
        self.counted = (0, 0)
        """The finished frames and all frames."""

    def message(self, text: str) -> None:
        """A sentence about what happens."""
        if not self.quiet:
            from ..dsl.findings.plain import shown

            self._clear()
            # Titles and names of a piece are in it.
            print("\n".join(map(shown, text.split("\n"))), file=self.stream, flush=True)

    def progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """`done` of `total` units (frames, samples) of a stage are finished; a note is behind."""
        if stage == COUNTED:
            self.counted = done, total
        if self.quiet:
            return
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.started_s, self.last_shown_s, self.ended = stage, now, now, False
        if self.ended:
            return
        finished = self.ended = done >= total
        if now - self.last_shown_s < (REDRAW_EVERY_S if self.live else LINE_EVERY_S) and not finished:
            return
        self.last_shown_s = now
        text = progress_text(stage, done, total, now - self.started_s) + (f", {note}" if note else "")
        if self.live:
            self._clear()
            print(text, end="\n" if finished else "", file=self.stream, flush=True)
            self.drawn = 0 if finished else len(text)
        else:
            print(text, file=self.stream, flush=True)

    def _clear(self) -> None:
        if self.drawn:
            print("\r" + " " * self.drawn + "\r", end="", file=self.stream)
            self.drawn = 0


def progress_text(stage: str, done: int, total: int, elapsed_s: float) -> str:
    """A progress line: "frames 412 of 1396 (30%), 17.2 per second, 0:57 left"; only frames are counted."""
    share = done / total if total else 1.0
    said = [f"{stage} {done} of {total} ({share:.0%})" if stage == COUNTED else f"{stage} {share:.0%}"]
    if done and elapsed_s > 0.5:
        rate = done / elapsed_s
        if stage == COUNTED:
            said.append(f"{rate:.1f} per second")
        if done < total:
            left_s = round((total - done) / rate)
            said.append(f"{left_s // 60}:{left_s % 60:02d} left")
    return ", ".join(said)
