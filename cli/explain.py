"""`musicvis explain`: everything that acts at a place of a piece, in words; or what a code means."""

import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from ..dsl.values.pitch_classes import pitch_name
from .complete import bar_words
from .discover import PiecePath, piece_here, word_and_piece
from .output import JSON, echo_json, format_option
from .place_words import typed_place
from .report import tell_findings

if TYPE_CHECKING:
    from ..compiler.reports.explain import Moment, ShownLayer, SoundingNote
    from ..dsl.findings.span import Span

WIDTH = 80
INDENT = "  "


@click.command(short_help="Explain what acts at a place, or what a code means.")
@click.argument("what", required=False, metavar="PLACE_OR_CODE", shell_complete=bar_words)
@click.argument("there", required=False, metavar="[PIECE]", shell_complete=PiecePath().shell_complete)
@format_option("One object, for a program.")
def explain(what: str | None, there: str | None, form: str) -> None:
    """Explain everything that acts at a place of a piece, or what a code of `musicvis check` means.

    Write a place as in a manifest, '6|6', or as 6:6 or 6.6, because | is a pipe in a shell; also @B,
    end-1s. You get the notes that sound, the classes that they show and by which rule, and the value
    and movement of each lane. PIECE is a folder that holds piece.yaml, or the
    manifest itself; without one, the piece around the current folder.

    \b
    musicvis explain 6:6 pieces/impassive
    musicvis explain MV204
    """
    what, piece = word_and_piece(what, there)
    if what is None:
        raise click.UsageError("name a place, as: musicvis explain 7:3, or a code: musicvis explain MV204")
    if re.fullmatch(r"MV[0-9]{3}", what, re.IGNORECASE):
        explain_code(what.upper(), form == JSON)
        return
    what = typed_place(what)
    from ..compiler.reports.explain import PLACE, moment_at
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown
    from ..dsl.load import load_piece

    manifest = piece or piece_here(Path.cwd())
    loaded = load_piece(manifest)
    files = {**loaded.files, PLACE: what}
    try:
        moment, findings = moment_at(loaded, what)
    except PieceError as error:
        tell_findings(error.diagnostics, files)
        sys.exit(1)
    tell_findings(findings, files)
    if form == JSON:
        echo_json(moment_record(moment))
    else:
        click.echo("\n".join(map(shown, moment_lines(moment))))


def explain_code(code: str, as_json: bool) -> None:
    """Print the page of a code; an unknown one is a wrong use of the command."""
    from ..api.codes import explain as explained
    from ..api.errors import RequestError
    from ..dsl.findings.codes import code_page

    try:
        entry = explained(code)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        echo_json({**asdict(entry), "page": code_page(code)})
        return
    click.echo(f"{entry.code} ({entry.severity}): {entry.title}\n")
    click.echo("\n".join(wrap(entry.explanation, WIDTH)))
    for title, example in zip(("Wrong:", "Right:"), entry.example or (), strict=False):
        click.echo("\n".join(("", title, *(f"{INDENT}{line}" for line in example.splitlines()))))


def moment_record(moment: "Moment") -> dict[str, Any]:
    """A moment as plain values."""
    record = asdict(moment)
    record["shown"] = [{"name": name, "weight": weight} for name, weight in moment.shown]
    for layer, plain in zip(moment.layers, record["layers"], strict=True):
        plain["shown"] = [{"name": name, "weight": weight} for name, weight in layer.shown]
    record["rules"] = [{"number": number, "span": asdict(span)} for number, span in moment.rules]
    for note, plain in zip(moment.notes, record["notes"], strict=True):
        looks = plain.pop("looks")
        plain["classes"] = [
            {"name": name, "weight": weight} | ({"look": look} if look else {})
            for (name, weight), look in zip(named(note), looks, strict=True)
        ]
    return record


def moment_lines(moment: "Moment") -> list[str]:
    """A moment for a person, at most 80 columns wide where names are short."""
    frame = "after the last frame" if moment.frame is None else f"frame {moment.frame}"
    section = f", section {moment.section}" if moment.section else ""
    lines = [
        f"{moment.position}: {moment.time_s:.3f} s, {frame}",
        f"{INDENT}metre {moment.meter}, {moment.quarters_per_minute:.4g} quarter notes a minute{section}",
    ]
    lines += block("Sounding", [note_words(note) for note in moment.notes], "nothing: no key is down")
    lines += block("Rules", [f"rule {number}, {place(span)}" for number, span in moment.rules], "")
    shown = [f"{name} {weight:.0%}" for name, weight in moment.shown]
    lines += block("Shown", [", ".join(shown)] if shown else [], "nothing of any class")
    videos = [
        f"{video.name}: {f'{video.passed:.0%} of its part' if video.is_share else f'{video.passed:.2f} s in'}"
        for video in moment.videos
    ]
    lines += block("Videos", videos, "")
    lines += block("Layers", [layer_words(layer) for layer in moment.layers], "")
    lights = [
        f"{light.shape} {light.strength:.0%}, {_side(light.across)}, {_height(light.up)}"
        for light in moment.lights
    ]
    lines += block("Stage", lights, "")
    lines += block("Drawn by the embedded generator", looks_said(moment.notes), "")
    width = max((len(movement.lane) for movement in moment.movements), default=0)
    lanes = [
        f"{m.lane.ljust(width)} {round(m.value, 3) + 0.0:8.3f}  {m.words}"
        + (f" ({place(m.span)})" if m.span.line else "")
        for m in moment.movements
    ]
    lines += block("Lanes", lanes, "")
    post = [f"{happening.words} ({place(happening.span)})" for happening in moment.post]
    light = [] if moment.brightness == 1 or moment.frame is None else [f"brightness {moment.brightness:.0%}"]
    return lines + block("Finished picture", [*post, *light], "")


def _side(across: float) -> str:
    return "in the middle" if abs(across) < 0.1 else f"{abs(across):.0%} {'left' if across < 0 else 'right'}"


def layer_words(layer: "ShownLayer") -> str:
    """A layer in words: `vibes: 48% left, takes 35%: wok 85%`."""
    where = "everywhere" if layer.across is None else _side(layer.across)
    shown = ", ".join(f"{name} {weight:.0%}" for name, weight in layer.shown)
    return f"{layer.name}: {where}, takes {layer.share:.0%}: {shown or 'nothing of any class'}"


def _height(up: float) -> str:
    return "half way up" if abs(up) < 0.1 else f"{abs(up):.0%} {'up' if up > 0 else 'down'}"


def block(title: str, entries: list[str], nothing: str) -> list[str]:
    """A titled block, its long entries wrapped; none where there is nothing, unless that is worth a word."""
    entries = entries or ([nothing] if nothing else [])
    wrapped = [
        line
        for entry in entries
        for line in wrap(
            entry,
            WIDTH,
            initial_indent=INDENT,
            subsequent_indent=2 * INDENT,
            drop_whitespace=True,
            replace_whitespace=False,
            break_on_hyphens=False,
            break_long_words=False,
        )
    ]
    return ["", title, *wrapped] if wrapped else []


def note_words(note: "SoundingNote") -> str:
    """A sounding note in words."""
    shares = named(note)
    only = len(shares) == 1 and shares[0][1] == 1
    shown = shares[0][0] if only else ", ".join(f"{name} {weight:.0%}" for name, weight in shares)
    begins = "begins" if note.begins else f"since {note.since}"
    sings = f"sings {note.word}, " if note.word else ""
    rules = (
        f", rule{'s' if len(note.rules) > 1 else ''} {' '.join(map(str, note.rules))}" if note.rules else ""
    )
    return (
        f"{note.part}: {sings}{pitch_name(note.pitch)}, velocity {note.velocity}, {begins}, "
        f"until {note.until}: {shown or 'shows nothing'}{rules}"
    )


def named(note: "SoundingNote") -> list[tuple[str, float]]:
    """The classes of a note by their usual names."""
    return [(name, weight) for name, (_, weight) in zip(note.class_names, note.classes, strict=True)]


def looks_said(notes: "Sequence[SoundingNote]") -> list[str]:
    """The looks of the sounding classes, each once: `upright: as grand piano`."""
    looks = {
        name: look for note in notes for name, look in zip(note.class_names, note.looks, strict=True) if look
    }
    return [f"{name}: {look}" for name, look in looks.items()]


def place(span: "Span") -> str:
    """A place in a file: its name and line."""
    return f"{Path(span.file).name}:{span.line}"
