"""`musicvis compile`: a piece becomes a film."""

import errno
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..api.purpose import too_large, too_long
from ..api.variant import Variant, film_name
from .cache import cache_option, kept, size_option
from .discover import PiecePath, piece_here
from .film_options import (
    film_path,
    make_build_folder,
    planned,
    plugins_option,
    variant_of,
    variant_options,
)
from .grouped import GroupedCommand
from .interrupts import Stopped, stoppable
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, end_missing, tell_end, tell_findings

FULL = (errno.ENOSPC, errno.EDQUOT)

if TYPE_CHECKING:
    from ..renderers.request import RenderReport, Request


def stem_kinds(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """The kinds of files that --stems names."""
    kinds = tuple(dict.fromkeys(part.strip() for part in text.split(","))) if text else ()
    for kind in kinds:
        if kind not in ("dry", "wet"):
            raise click.BadParameter(f"{kind or 'nothing'} is neither dry nor wet")
    return kinds


def shard(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[int, int] | None:
    """`i/n`: the i-th of n workers, counted from 0."""
    if text is None:
        return None
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and int(index) < int(count) <= 100_000):
        raise click.BadParameter(f"{text} is not i/n with 0 <= i < n, e.g. 0/8 .. 7/8")
    return int(index), int(count)


GROUPS = {
    "What to make": (
        "output",
        "made_for",
        "draft",
        "bars",
        "seconds",
        "loop",
        "size",
        "fps",
        "quality",
        "overrides",
        "only",
        "stems",
        "bits",
    ),
    "How to make it": ("device", "precision", "backend", "workers", "trust_plugins", "verify"),
    "Finished work": ("cache_dir", "cache_limit"),
    "Several machines": ("ray", "worker", "shard"),
    "Messages": ("form", "as_json", "quiet"),
}
"""The options of compile under titles."""


@click.command("compile", cls=GroupedCommand, groups=GROUPS)
@click.argument("piece", type=PiecePath(), required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The film: .mp4, .mkv, .webm or .mov; an animation: .gif, .webp or .apng; sound: .wav or .flac.",
)
@variant_options
@click.option(
    "--device", default="auto", show_default=True, help="Where the picture is computed: auto, cpu, cuda."
)
@click.option(
    "--precision",
    type=click.Choice(("auto", "fp32", "bf16")),
    default="auto",
    show_default=True,
    help="BigGAN precision: fp32 (exact) or bf16 (faster).",
)
@click.option(
    "--backend",
    type=click.Choice(("auto", "torch", "openvino")),
    default="auto",
    show_default=True,
    help="BigGAN backend.",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Number of processes.  [default: one per core]")
@click.option(
    "--only",
    type=click.Choice(("stems", "audio", "frames", "video")),
    help="One stage alone: the buses as files, the sound, frames into the cache, a silent film.",
)
@click.option(
    "--stems", metavar="KINDS", callback=stem_kinds, help="Keep each bus as a file: dry, wet or dry,wet."
)
@click.option(
    "--bits",
    type=click.Choice(("16", "24", "32")),
    help="Bit depth of the .wav or .flac; 32 is float.  [default: 24]",
)
@plugins_option
@cache_option
@size_option("Maximum cache size after this run, e.g. 20GB.  [default: 20GB]")
@click.option("--verify", is_flag=True, help="Decode the finished film and compare every frame.")
@click.option("--ray", metavar="ADDRESS", help="Render on the machines of a Ray cluster: auto, or HOST:PORT.")
@click.option(
    "--worker",
    is_flag=True,
    help="Only render frames for another compile that uses the same cache; make no film.",
)
@click.option("--shard", metavar="I/N", callback=shard, help="Begin with the frames of worker I of N.")
@format_option("One object: film, frames, frames_made, seconds, was_up_to_date, stems, findings.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def compile_command(piece: Path | None, output: Path | None, quiet: bool, form: str, **options: Any) -> None:
    """Compile a piece to a film.

    PIECE is a folder that holds piece.yaml, or the manifest itself; without one, the piece around the
    current folder.
    The film is written to build/NAME.mp4 beside the manifest, or to NAME.mkv where video.container says so;
    a passage or a draft has a name of its own. The film appears only when it is complete. Finished work
    is cached: you can stop at any time, and the same command continues. stdout gets the path of the
    film; everything else goes to stderr.
    """
    from ..dsl.findings.diagnostics import PieceError, at_manifest
    from ..dsl.findings.plain import counted, shown
    from ..store.place import cache_folder

    started_s = time.monotonic()
    reporter = TerminalReporter(quiet)
    manifest = piece or piece_here(Path.cwd())
    variant = replace(variant_of(options), suffix="" if output is None else output.suffix.lower())
    trusted, cache_dir = options.pop("trust_plugins"), options.pop("cache_dir")
    limit_bytes = options.pop("cache_limit")
    request = _request(output, options | _own(manifest, variant))
    named = variant.name(request.only == "video"), request.only in ("stems", "audio")
    target = film_path(manifest, output, *named)
    if request.bits == 32 and target.suffix.lower() == ".flac":
        raise click.UsageError("FLAC holds whole numbers: write --bits 24, or a .wav file")
    try:
        with kept(cache_dir) as store, stoppable():
            plan = planned(manifest, variant, trusted, store, quiet)
            target = film_path(manifest, output, *named, plan.container)
            if variant.made_for is not None:
                tell_findings(tuple(too_long(variant.made_for, plan.duration_s)), {}, quiet)
            for line in variant.told(manifest):
                reporter.message(line)
            reporter.message(
                f"{plan.title}: {float(plan.duration_s):.1f} s, "
                f"{counted(plan.picture.frame_count, 'frame')} of "
                f"{plan.picture.width_px}x{plan.picture.height_px} at {float(plan.picture.fps):.6g} fps, "
                f"{len(plan.sound.buses)} bus{'es' if len(plan.sound.buses) != 1 else ''}"
            )
            from ..api.build import build

            if output is None and request.only != "frames":
                make_build_folder(target.parent)
            report = build(
                plan,
                None if request.only == "frames" else target,
                request,
                reporter=reporter,
                store=store,
                limit_bytes=limit_bytes,
            )
    except PieceError as error:
        tell_findings(at_manifest(error.diagnostics, str(manifest)), {}, quiet)
        sys.exit(1)
    except Stopped as stop:
        click.echo(err=True)
        tell_end(_stopped(reporter), is_error=False)
        sys.exit(stop.exit_code)
    except ModuleNotFoundError as error:
        end_missing(error, "to compile", "ray" if error.name == "ray" else "render")
    except OSError as error:
        reason = error.strerror or str(error)
        # An error from writing into an open file has no name: the full disk is then that of the cache.
        where = error.filename or (cache_folder(cache_dir) if error.errno in FULL else target)
        tell_end(f"{where}: {reason}; finished work is cached")
        sys.exit(1)
    took_s = time.monotonic() - started_s
    tell_findings(at_manifest(report.findings, str(manifest)), {}, quiet)
    if variant.made_for is not None and report.output is not None:
        tell_findings(tuple(too_large(variant.made_for, target)), {}, quiet)
    for line in _ended(report, request, target, took_s):
        reporter.message(line)
    if form == JSON:
        echo_json(_record(report, request, target, took_s))
    elif not quiet and (path := _result(report, request, target)) is not None:
        click.echo(shown(str(path)))


def _result(report: "RenderReport", request: "Request", target: Path) -> Path | None:
    """The path of the result: the film, the sound, or the folder of stems; None for frames in the cache."""
    if request.only == "frames":
        return None
    return report.stem_folder if request.only == "stems" else target


def _record(report: "RenderReport", request: "Request", target: Path, took_s: float) -> dict[str, Any]:
    """The result of a compile as plain values."""
    film = None if request.only in ("stems", "frames") else str(target)
    return {
        "film": film,
        "stems": None if report.stem_folder is None else str(report.stem_folder),
        "was_up_to_date": report.was_there,
        "frames": report.frame_count,
        "frames_made": report.frames_made,
        "segments": report.segment_count,
        "segments_made": report.segments_made,
        "bytes": report.byte_count,
        "seconds": round(took_s, 3),
    }


def _own(manifest: Path, variant: Variant) -> dict[str, Any]:
    """The fields of the request that depend on the piece: its film's name and its folder."""
    return {"film": film_name(manifest, variant), "root": manifest.parent}


def _request(output: Path | None, options: dict[str, Any]) -> "Request":
    """The request; raises click.UsageError for options that exclude each other."""
    from ..renderers.encoding import SOUND_SUFFIXES
    from ..renderers.request import Request

    only, stems, bits = options["only"], options["stems"], options["bits"]
    if options.pop("worker"):
        if only not in (None, "frames"):
            raise click.UsageError(f"a --worker renders frames: leave out --only {only}")
        only = "frames"
    elif options["shard"] is not None:
        raise click.UsageError("--shard says where a worker begins: write --worker too")
    if output is not None:
        if only == "frames":
            raise click.UsageError("frames go to the cache: leave out -o")
        if only == "stems":
            raise click.UsageError("stems go to the folder build/stems: leave out -o")
        if output.suffix.lower() in SOUND_SUFFIXES:
            only = only or "audio"
    if bits is not None and only != "audio":
        raise click.UsageError("--bits is for a .wav or .flac: write --only audio")
    if only == "stems":
        stems = stems or ("dry",)
    elif stems and only in ("frames", "video"):
        raise click.UsageError(f"--only {only} has no buses: leave out --stems, or --only {only}")
    if options["ray"] is not None and only in ("stems", "audio"):
        raise click.UsageError(f"--ray renders frames, and --only {only} has none: leave out one of them")
    if options["verify"] and (only not in (None, "video") or _moves(output)):
        raise click.UsageError("--verify is for a film")
    options |= {"only": only, "stems": stems, "bits": int(bits or 24), "shard": options["shard"] or (0, 1)}
    return Request(**options)


def _moves(output: Path | None) -> bool:
    """Whether a moving picture (GIF, WebP, APNG) is asked for."""
    from ..renderers.encoding import MOVING_PICTURES

    return output is not None and output.suffix.lower() in MOVING_PICTURES


def _stopped(reporter: TerminalReporter) -> str:
    from ..dsl.findings.plain import counted

    done, total = reporter.counted
    where = f"stopped after {done} of {counted(total, 'frame')}" if total else "stopped"
    return f"{where}; finished work is cached, and the same command continues"


def _ended(report: "RenderReport", request: "Request", target: Path, took_s: float) -> list[str]:
    said = []
    if report.stem_folder is not None:
        said.append(f"the buses are in {report.stem_folder}")
    if request.only == "stems":
        return said
    if request.only == "frames":
        from ..dsl.findings.plain import counted

        made = f"{counted(report.frames_made, 'frame')} rendered in {took_s:.0f} s"
        count = report.segment_count
        kept = "its one segment is" if count == 1 else f"all {count} segments are"
        return [f"{made}; {kept} in the cache"]
    if report.was_there:
        return [*said, f"{target} is up to date"]
    return [*said, f"wrote {target} in {took_s:.0f} s"]
