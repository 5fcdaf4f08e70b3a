"""The user's own store of weights: a folder for each, with config.json, model.safetensors and a record.

It is under MUSICVIS_WEIGHTS, or in the data folder of the XDG Base Directory Specification. A folder
appears in it when it is whole, and not before.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....store.errors import StoreError
from ....store.place import data_folder
from .architecture import CONFIG, MOST_WEIGHT_BYTES, PICKLED, SAFE, config_text, read_architecture, unusable

ENVIRONMENT = "MUSICVIS_WEIGHTS"
RECORD = "record.json"
MOST_RECORD_BYTES = 64 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Entry:
    """Weights in the store.

    sha256          of model.safetensors: what a piece pins
    origin          the address or file that they came from
    origin_sha256   of the file of weights there
    """

    name: str
    folder: Path
    resolution_px: int
    sha256: str
    origin: str
    origin_sha256: str


def library_folder() -> Path:
    """The folder of the library, which may not exist. Raises StoreError if the user has no home."""
    return data_folder(ENVIRONMENT, "weights")


def library_if_any() -> Path | None:
    """The folder of the library; None if the user has no home."""
    try:
        return library_folder()
    except StoreError:
        return None


def entries(library: Path | None) -> list[Entry]:
    """All weights of a store, by name; what is no such folder is passed over."""
    if library is None or not library.is_dir():
        return []
    found = [_entry(folder) for folder in sorted(library.iterdir()) if NAME.fullmatch(folder.name)]
    return [entry for entry in found if entry is not None]


def entry_named(name: str, library: Path | None) -> Entry | None:
    """The weights of that name; None if there are none."""
    return _entry(library / name) if library is not None and NAME.fullmatch(name) else None


def add(source: Path, name: str | None, library: Path) -> Entry:
    """Check weights and take them into the store.

    source   a folder with config.json and pytorch_model.bin or model.safetensors, or one of the two files
    name     None for biggan-deep-SIZE

    Raises PieceError where they cannot be used or the name is taken, OSError where the store cannot be
    written.
    """
    if source.is_file() and source.name not in (PICKLED, SAFE):
        raise unusable(source, f"the file is called neither {PICKLED} nor {SAFE}")
    folder = source.parent if source.is_file() else source
    if not folder.is_dir():
        raise unusable(source, "there is no such folder")
    name = name or f"biggan-deep-{read_architecture(folder).output_dim}"
    return keep(folder, name, str(source.resolve()), library)


def keep(folder: Path, name: str, origin: str, library: Path, sha256: str | None = None) -> Entry:
    """Check the weights of a folder and write them into the store as safetensors.

    sha256   what the file of weights in the folder must be; None for any

    Raises PieceError where they cannot be used or other weights have the name.
    """
    # Loading weights needs torch; finding them does not.
    from .weights import check_pin, read_weights, sha256_of, weight_file, write_safetensors

    if not NAME.fullmatch(name):
        hint = "letters, digits, point, hyphen and underscore, at most 64"
        raise PieceError([Diagnostic("MV907", Span(name), f"`{name[:80]}` is not a name for weights", hint)])
    if sha256 is not None:
        check_pin(folder, sha256)
    architecture = read_architecture(folder)
    tensors = read_weights(folder, architecture)
    origin_sha256 = sha256_of(weight_file(folder))
    with _published_folder(library / name) as partial:
        (partial / CONFIG).write_text(config_text(architecture), encoding="utf-8")
        write_safetensors(partial / SAFE, tensors)
        entry = Entry(
            name,
            library / name,
            architecture.output_dim,
            sha256_of(partial / SAFE),
            origin,
            origin_sha256,
        )
        record = {key: value for key, value in asdict(entry).items() if key not in ("name", "folder")}
        (partial / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        held = _entry(library / name)
        if held is not None and held.sha256 != entry.sha256:
            hint = f"remove {held.folder}, or give these another name with --name"
            message = f"other weights already have the name {name}"
            raise PieceError([Diagnostic("MV907", Span(str(held.folder)), message, hint)])
    return entry


def _entry(folder: Path) -> Entry | None:
    path = folder / RECORD
    try:
        if path.stat().st_size > MOST_RECORD_BYTES or (folder / SAFE).stat().st_size > MOST_WEIGHT_BYTES:
            return None
        record = json.loads(path.read_text(encoding="utf-8"))
        return Entry(
            name=folder.name,
            folder=folder,
            resolution_px=int(record["resolution_px"]),
            sha256=str(record["sha256"]),
            origin=str(record["origin"]),
            origin_sha256=str(record["origin_sha256"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


@contextmanager
def _published_folder(target: Path) -> Iterator[Path]:
    """A folder to write to, which takes the place of `target` when the block ends well, else it goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    partial.mkdir()
    try:
        yield partial
        for path in (*partial.iterdir(), partial):
            _to_disk(path)
        if target.exists():
            # A folder cannot be replaced in one step; the old one holds the same weights or is not an entry.
            shutil.rmtree(target)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
