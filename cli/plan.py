"""`musicvis plan` and `musicvis diff`: what a compile would make, and why."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from ..api.outlook import differences, forecast_of, recipe_of
from ..api.variant import film_name
from .cache import cache_option, kept
from .discover import PiecePath, piece_here
from .film_options import planned, variant_of, variant_options
from .output import JSON, echo_json, format_option
from .report import end_missing, tell_findings

if TYPE_CHECKING:
    from ..compiler.plan import Plan
    from ..renderers.build.item import Item

NAMED = 8
"""More of a stage than that are only counted."""
PLURALS = {
    "stem": "stems",
    "dry": "sums",
    "bus": "buses",
    "mix": "mix",
    "clip": "videos",
    "sheet": "scores",
    "segment": "segments",
}


@click.command("plan", short_help="List what a compile would render, and why.")
@click.argument("piece", type=PiecePath(), required=False)
@variant_options
@click.option("--device", default="auto", show_default=True, help="The same as for compile.")
@click.option(
    "--precision",
    default="auto",
    type=click.Choice(("auto", "fp32", "bf16")),
    help="The same as for compile.",
)
@click.option(
    "--backend",
    default="auto",
    type=click.Choice(("auto", "torch", "openvino")),
    help="The same as for compile.",
)
@cache_option
@format_option("One object: title, frames, seconds_to_make, nodes, findings.")
def plan_command(piece: Path | None, form: str, **options: Any) -> None:
    """List what a compile would render, why, and about how long it takes.

    This renders nothing. Reasons refer to the last compile of the same film.
    """
    from ..dsl.findings.diagnostics import PieceError, at_manifest

    manifest = piece or piece_here(Path.cwd())
    variant = variant_of(options)
    try:
        with kept(options.pop("cache_dir")) as store:
            plan = planned(manifest, variant, (), store)
            made = forecast_of(plan, recipe_of(plan, **options), store, film_name(manifest, variant))
    except PieceError as error:
        tell_findings(at_manifest(error.diagnostics, str(manifest)), {})
        sys.exit(1)
    except ModuleNotFoundError as error:
        end_missing(error)
    if form == JSON:
        echo_json(_plan_record(plan, made.items, made.seconds), indent=2)
    else:
        click.echo(_text(plan, made.items, made.seconds))


@click.command("diff")
@click.argument("old", type=PiecePath())
@click.argument("new", type=PiecePath())
@variant_options
@format_option("One object: the same, and the nodes of NEW with what differs.")
def diff_command(old: Path, new: Path, form: str, **options: Any) -> None:
    """Compare the films of two versions of a piece.

    The command lists what NEW would render that OLD would not.
    It renders nothing, and works even if neither was ever rendered. Exits with 1 if they differ.
    """
    from ..dsl.findings.diagnostics import PieceError, at_manifest
    from ..dsl.findings.plain import shown

    variant = variant_of(options)
    try:
        plans = [planned(manifest, variant, (), None) for manifest in (old, new)]
        recipes = [recipe_of(plan) for plan in plans]
        items = differences(plans[0], recipes[0], plans[1], recipes[1])
    except PieceError as error:
        tell_findings(at_manifest(error.diagnostics, str(new)), {})
        sys.exit(1)
    if form == JSON:
        echo_json(
            {"is_same": all(item.is_there for item in items), "nodes": [_record(item) for item in items]}
        )
    else:
        click.echo("\n".join(map(shown, _stages(items, "the same", "different"))))
    sys.exit(int(not all(item.is_there for item in items)))


def _text(plan: "Plan", items: Sequence["Item"], seconds: float | None) -> str:
    from ..dsl.findings.plain import counted

    segments = sum(item.stage == "segment" for item in items)
    lines = [
        f"{plan.title}: {float(plan.duration_s):.1f} s, {counted(plan.picture.frame_count, 'frame')} in "
        f"{counted(segments, 'segment')}",
        *_stages(items, "cached", "to make"),
    ]
    frames = sum(item.frames for item in items if not item.is_there)
    if all(item.is_there for item in items):
        lines.append("only the file itself remains to be written")
    elif seconds is None:
        lines.append(
            f"{counted(frames, 'frame')} to render; musicvis can estimate the time after the first compile"
        )
    else:
        lines.append(f"{counted(frames, 'frame')} to render, about {_duration(seconds)}")
    from ..dsl.findings.plain import shown
    from ..renderers.film.segment_nodes import is_whole

    if not is_whole(plan):
        lines.append(
            "bars do not last a whole number of frames, so inserting or lengthening a bar re-renders "
            "everything after it"
        )
    return "\n".join(map(shown, lines))


def _stages(items: Sequence["Item"], there: str, missing: str) -> list[str]:
    lines = []
    for stage, title in PLURALS.items():
        own = [item for item in items if item.stage == stage]
        if not own:
            continue
        wanted = [item for item in own if not item.is_there]
        line = f"  {title:9} {len(own) - len(wanted):4} of {len(own)} {there}"
        if wanted:
            said = _named(wanted)
            left = sum(count for _, count in said[NAMED:])
            more = f" and {left} more" if left else ""
            line += f"; {missing}: {', '.join(text for text, _ in said[:NAMED])}{more}"
        lines += wrap(line, 79, subsequent_indent=" " * 12, break_long_words=False, break_on_hyphens=False)
    return lines


def _named(items: Sequence["Item"]) -> list[tuple[str, int]]:
    """Items with their reasons and counts: several of one name and reason are one entry.

    The stems of a bus whose notes stand apart, one for each place, have the name of their part.
    """
    counts = Counter((item.name, _why(item)) for item in items)
    return [
        (f"{name} ({why})" if count == 1 else f"{name}, {count} times ({why})", count)
        for (name, why), count in counts.items()
    ]


def _why(item: "Item") -> str:
    if item.why is None:
        return "new"
    return ", ".join(item.why) or "not cached"


def _record(item: "Item") -> dict[str, Any]:
    return {
        "stage": item.stage,
        "name": item.name,
        "is_there": item.is_there,
        "why": None if item.is_there or item.why is None else list(item.why),
        "frames": item.frames,
        "seconds": item.seconds,
    }


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _plan_record(plan: "Plan", items: Sequence["Item"], seconds: float | None) -> dict[str, Any]:
    return {
        "title": plan.title,
        "frames": plan.picture.frame_count,
        "seconds_to_make": seconds,
        "nodes": [_record(item) for item in items],
    }
