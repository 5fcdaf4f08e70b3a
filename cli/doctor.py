"""`musicvis doctor`: what musicvis can use on this machine, and what to type for the rest."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from ..api.machine.doctor import Item, examined
from .discover import PiecePath, nearest_piece
from .output import JSON, echo_json, format_option


@click.command(short_help="List what this machine has, and what to type for the rest.")
@click.argument("piece", type=PiecePath(), required=False)
@format_option("An array of objects, one for each thing.")
def doctor(piece: Path | None, form: str) -> None:
    """List what musicvis can use on this machine, and what to type for what is missing.

    With a PIECE, or inside one, it also checks that piece's folder of BigGAN weights. Exit code 0:
    films can be compiled; 1: something that every film needs is missing.
    """
    items = examined(piece or nearest_piece(Path.cwd()))
    if form == JSON:
        echo_json([asdict(item) for item in items])
    else:
        from ..dsl.findings.plain import shown

        click.echo("\n".join(shown(line) for item in items for line in item_lines(item)))
    sys.exit(int(any(item.needed and not item.found for item in items)))


def item_lines(item: Item) -> list[str]:
    """An item for a person: a line, and where it is missing a second one that says what to type."""
    use = f"  ({item.use})" if item.use else ""
    if item.found:
        return [f"  yes  {item.name} {item.found}{use}"]
    return [f"  {'NO ' if item.needed else 'no '}  {item.name}{use}", f"         {item.mend}"]
<<<<<<< HEAD


def version_of(package: str) -> str:
    """The version of an installed package, or an empty text."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def cuda() -> Item:
    """A graphics card that torch can use."""
    found = ""
    if version_of("torch"):
        import torch

        if torch.cuda.is_available():
            found = f"{torch.version.cuda}: {torch.cuda.get_device_name(0)}"
    mend = "optional: with an NVIDIA card, install its driver and a torch that is built for CUDA"
    return Item("CUDA", "the picture many times faster", found, mend)


def encoders() -> list[Item]:
    """The video encoders of the FFmpeg that av brings."""
    found: dict[str, str] = {}
    if version_of("av"):
        import av

        found = dict.fromkeys(av.codecs_available & {"libx264", *OTHER_ENCODERS}, "in FFmpeg")
        # FFmpeg has it where no card does: it is asked as a compile asks, by opening an encoder.
        if encodes_on_card():
            found["h264_nvenc"] = "in FFmpeg, and the card opens it"
    return [
        Item("libx264", "H.264 video", found.get("libx264", ""), pip_command("--upgrade", "av"), True),
        Item("h264_nvenc", "H.264 on the graphics card", found.get("h264_nvenc", ""), "optional"),
        *(
            Item(name, use, found.get(name, ""), "optional: another FFmpeg; other kinds of films need none")
            for name, use in OTHER_ENCODERS.items()
        ),
    ]


def encodes_on_card() -> bool:
    """Whether the graphics card of this machine encodes video in Full HD."""
    from ..renderers.film.segment_writer import PictureFormat, nvenc_opens

    return nvenc_opens(PictureFormat(1920, 1080, Fraction(30)))


def players() -> list[Item]:
    """Programs that play a stem where a manifest says `by:`; scores are read without them."""
    musescore = next((found for name in MUSESCORE if (found := shutil.which(name))), "")
    return [
        Item("MuseScore", "writing scores; stems with by: musescore", musescore, "optional: musescore.org"),
        Item(
            "FluidSynth",
            "stems with by: fluidsynth",
            shutil.which("fluidsynth") or "",
            "optional: fluidsynth.org",
        ),
    ]


def library() -> Item:
    """The weights of BigGAN that are the user's own."""
    from ..renderers.generators.biggan.library import ENVIRONMENT, entries, library_if_any

    folder = library_if_any()
    names = ", ".join(entry.name for entry in entries(folder))
    mend = "optional: musicvis weights fetch biggan-deep-512"
    if folder is None:
        mend = f"optional; there is no home folder: name a folder with {ENVIRONMENT}"
    return Item("weights of BigGAN", "pictures; the embedded generator needs none", names, mend)


def cache() -> Item:
    """Where finished work is kept, and how much of it there is."""
    from ..store.errors import StoreError
    from ..store.place import cache_folder, size_said

    try:
        folder = cache_folder()
    except StoreError as error:
        return Item("cache", "what is not rendered twice", "", error.hint)
    blobs = (folder / "blobs").glob("*/*")
    size_bytes = sum(path.lstat().st_size for path in blobs)
    return Item("cache", "what is not rendered twice", f"{folder}: {size_said(size_bytes)}", "")


def weights(manifest: Path) -> Item:
    """The BigGAN weights that a piece names."""
    from ..dsl.load import load_piece
    from ..renderers.generators.sources import named_weights

    piece = load_piece(manifest).piece
    named = piece.visuals.weights if piece is not None else None
    mend = "name a folder of the piece with config.json and pytorch_model.bin under visuals.weights"
    if named is None:
        return Item("weights of the piece", "none named", "", mend)
    wanted = manifest.parent / named
    folder = named_weights(wanted) or wanted
    there = [name for name in WEIGHTS if (folder / name).is_file()]
    is_whole = WEIGHTS[0] in there and len(there) > 1
    mend = f"put {' and '.join(WEIGHTS[:2])} into {wanted}, or type: musicvis weights fetch {wanted.name}"
    return Item("weights of the piece", "BigGAN", f"{folder}: {', '.join(there)}" if is_whole else "", mend)
=======
>>>>>>> main
