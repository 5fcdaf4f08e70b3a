"""A check of the capabilities of this machine, and the commands that install missing ones."""

import os
import platform
import shutil
from dataclasses import dataclass
from fractions import Fraction
from importlib import metadata
from pathlib import Path

from ...dsl.installing import install_command, pip_command

PACKAGES = (
    # Its name, what it is for, the extra that brings it, and whether every film needs it.
    ("click", "this command", "", True),
    ("PyYAML", "reading manifests", "", True),
    ("jsonschema", "checking manifests", "", True),
    ("numpy", "lanes and latents", "", True),
    ("mido", "notes for FluidSynth", "", True),
    ("torch", "the picture", "render", True),
    ("Pillow", "titles", "render", True),
    ("pedalboard", "effects of the sound", "render", True),
    ("scipy", "the synthesiser", "render", True),
    ("safetensors", "models that musicvis train makes", "render", True),
    ("soxr", "recordings at other rates", "render", True),
    ("av", "writing the film", "render", True),
    ("pytorch-pretrained-biggan", "fetching BigGAN's weights", "gan", False),
    ("openvino", "BigGAN faster on a CPU", "openvino", False),
    ("h5py", "measured heads", "hrtf", False),
    ("verovio", "the engraved score", "score", False),
    ("resvg_py", "the engraved score in the film", "score", False),
    ("svg2pdf-py", "the engraved score as a PDF", "score", False),
    ("ray", "rendering on several machines", "ray", False),
    ("onnxruntime", "notes of recordings", "transcribe", False),
)
MUSESCORE = ("mscore", "musescore", "mscore4portable", "MuseScore4", "mscore3", "musescore3", "MuseScore3")
OTHER_ENCODERS = {
    "libx265": "H.265 video",
    "libvpx-vp9": "VP9 video: .webm",
    "libsvtav1": "AV1 video",
    "prores_ks": "ProRes video: .mov",
    "libopus": "Opus sound: .webm",
    "gif": "moving pictures: .gif",
    "libwebp_anim": "moving pictures: .webp",
    "apng": "moving pictures: .apng",
}
WEIGHTS = ("config.json", "pytorch_model.bin", "model.safetensors")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that may be there.

    use     what it is for
    found   its version or state, empty where it is missing
    mend    what to type where it is missing
    """

    name: str
    use: str
    found: str
    mend: str
    needed: bool = False
    """No film without it."""


def doctor(piece: str | os.PathLike[str] | None = None) -> tuple[Item, ...]:
    """What musicvis can use on this machine, and which commands install the rest; as `musicvis doctor`.

    piece   a piece whose weights of BigGAN are looked at, too

    Films can be compiled where no item that is `needed` has an empty `found`.
    """
    from ..kinds import manifest_at

    return tuple(examined(None if piece is None else manifest_at(piece)))


def examined(manifest: Path | None) -> list[Item]:
    """Everything that is looked at, in the order in which it is reported."""
    items = [
        Item("Python", "", f"{platform.python_version()} on {platform.system()} {platform.machine()}", "")
    ]
    items += [
        Item(name, use, version_of(name), install_command(*([extra] if extra else [])), needed)
        for name, use, extra, needed in PACKAGES
    ]
    # Installed without its dependency TensorFlow, as only its weights are used. An extra cannot express that.
    pitches = version_of("basic-pitch")
    items.append(Item("basic-pitch", "notes of recordings", pitches, pip_command("--no-deps", "basic-pitch")))
    items += [cuda(), *encoders(), *players(), library(), cache()]
    return items if manifest is None else [*items, weights(manifest)]


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
        # FFmpeg may have the encoder without a card: it is tested as a compile does, by opening it.
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
    from ...renderers.film.segment_writer import PictureFormat, nvenc_opens

    return nvenc_opens(PictureFormat(1920, 1080, Fraction(30)))


def players() -> list[Item]:
    """The programs that can play a stem with `by:`; reading scores needs none of them."""
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
    from ...renderers.generators.biggan.library import ENVIRONMENT, entries, library_if_any

    folder = library_if_any()
    names = ", ".join(entry.name for entry in entries(folder))
    mend = "optional: musicvis weights fetch biggan-deep-512"
    if folder is None:
        mend = f"optional; there is no home folder: name a folder with {ENVIRONMENT}"
    return Item("weights of BigGAN", "pictures; the embedded generator needs none", names, mend)


def cache() -> Item:
    """The cache: its place and its size."""
    from ...store.errors import StoreError
    from ...store.place import cache_folder, size_said

    try:
        folder = cache_folder()
    except StoreError as error:
        return Item("cache", "what is not rendered twice", "", error.hint)
    blobs = (folder / "blobs").glob("*/*")
    size_bytes = sum(path.lstat().st_size for path in blobs)
    return Item("cache", "what is not rendered twice", f"{folder}: {size_said(size_bytes)}", "")


def weights(manifest: Path) -> Item:
    """The BigGAN weights that a piece names."""
    from ...dsl.load import load_piece
    from ...renderers.generators.sources import named_weights

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
