"""Soundfonts: where they are searched, their descriptions, and files that are not soundfonts.

A .sf2 is a RIFF file of form sfbk (SoundFont Technical Specification 2.04, Creative 2006, section 4); an .sf3
is the same with compressed samples. Only its head and its list INFO are read here.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.text.files import MAX_AUDIO_BYTES, fault_inside
from ...dsl.values.nearest import nearest
from ...store.errors import StoreError
from ...store.place import data_folder

SUFFIXES = (".sf2", ".sf3")
SYSTEM_FOLDERS = tuple(
    Path(folder)
    for folder in (
        "/usr/share/sounds/sf2",
        "/usr/share/sounds/sf3",
        "/usr/share/soundfonts",
        "/usr/local/share/soundfonts",
        "/opt/homebrew/share/soundfonts",
    )
)
MOST_INFO_BYTES = 64 << 10
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Soundfont:
    """A soundfont on this machine, as its own INFO describes it."""

    path: Path
    size_bytes: int
    title: str = ""
    copyright: str = ""
    other_names: tuple[str, ...] = ()
    """Other names of the file, through links; a piece may use them, too."""
    hidden_by: Path | None = None
    """Another file of this name that comes first, so that a piece cannot name this one."""


def user_folder() -> Path:
    """The folder of `musicvis sounds add`. Raises StoreError if the user has no home."""
    return data_folder("MUSICVIS_SOUNDS", "sounds")


def folders() -> tuple[Path, ...]:
    """The folders that are searched for soundfonts: the user's own, if there is one, then the system's."""
    try:
        return (user_folder(), *SYSTEM_FOLDERS)
    except StoreError:
        return SYSTEM_FOLDERS


def named(name: PurePosixPath | str) -> Path | None:
    """The installed file that a name means: the user's, else that of the first system folder that has one."""
    return next((place for place in (folder / name for folder in folders()) if place.is_file()), None)


def soundfont_at(root: Path, name: PurePosixPath, span: Span) -> Path | Diagnostic:
    """A soundfont of the piece, or one of that name that is installed; a finding if there is none."""
    fault = fault_inside(root, name, MAX_AUDIO_BYTES, span)
    path: Path | None = root / name
    if fault is not None:
        if fault.code != "MV001" or len(name.parts) > 1:
            return fault
        # A system's own links are resolved here, as the file is opened later without following any.
        found = named(name)
        path = None if found is None else found.resolve()
    if path is None:
        message = f"there is no soundfont `{name}` in the piece, and none is installed"
        known = list(dict.fromkeys(entry.path.name for entry in installed()))
        same = [other for other in known if other.casefold() == name.name.casefold()]
        near = same or nearest(name.name, known, 1, 0.8)
        hint = f"did you mean {near[0]}? " if near else ""
        hint += (
            f"installed are {', '.join(known)}"
            if known
            else "Debian has FluidR3_GM.sf2 in fluid-soundfont-gm"
        )
        return Diagnostic("MV512", span, message, f"{hint}; or add one: musicvis sounds add FILE.sf2")
    why = fault_of(path)
    if why is not None:
        where = "" if path == root / name else f" ({path})"
        return Diagnostic("MV513", span, f"`{name}`{where} cannot be played: {why}", "name another soundfont")
    return path


def fault_of(path: Path) -> str | None:
    """The reason why a file is not a playable soundfont; None if it may be one."""
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        return error.strerror or "it cannot be read"
    if size_bytes > MAX_AUDIO_BYTES:
        return f"it has {size_bytes / 1e9:.1f} GB, and {MAX_AUDIO_BYTES / 1e9:.1f} GB is the most"
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        return "its first bytes are not those of a soundfont"
    told_bytes = int.from_bytes(head[4:8], "little") + 8
    if told_bytes > size_bytes:
        return f"it is cut off: it says {told_bytes} bytes, but has {size_bytes}"
    return None


def installed() -> list[Soundfont]:
    """The soundfonts of this machine, those of the user first; each file once, whatever links lead to it.

    Of several files of one name, a piece has the one that `named` gives.
    """
    paths: dict[Path, list[Path]] = {}
    for path in _files():
        with suppress(OSError):
            paths.setdefault(path.resolve(), []).append(path)
    found = []
    for real, known in paths.items():
        with suppress(OSError):
            if fault_of(real) is not None:
                continue
            meant = [path for path in known if _is_meant(path)]
            shown = (meant or known)[0]
            names = tuple(dict.fromkeys(path.name for path in meant if path.name != shown.name))
            hidden_by = None if meant else named(shown.name)
            found.append(replace(described(shown), other_names=names, hidden_by=hidden_by))
    return found


def _is_meant(path: Path) -> bool:
    """Whether a piece that names this file gets it, and not another file of that name."""
    first = named(path.name)
    return first is not None and first.resolve() == path.resolve()


def described(path: Path) -> Soundfont:
    """The description in a soundfont's header; raises OSError if it cannot be read."""
    with path.open("rb") as file:
        head = file.read(24)
        count = min(int.from_bytes(head[16:20], "little"), MOST_INFO_BYTES) if head[12:16] == b"LIST" else 0
        data = file.read(max(0, count - 4))
    texts: dict[bytes, str] = {}
    place = 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        text = data[place + 8 : place + 8 + size].split(b"\0")[0].decode("latin-1")
        texts.setdefault(data[place : place + 4], " ".join(text.split())[:200])
        place += 8 + size + size % 2
    return Soundfont(path, path.stat().st_size, texts.get(b"INAM", ""), texts.get(b"ICOP", ""))


def _files() -> Iterator[Path]:
    count = 0
    for folder in folders():
        try:
            paths = sorted(folder.iterdir())
        except OSError:
            continue  # not there, or not for this user
        for path in paths:
            if path.suffix.lower() in SUFFIXES and path.is_file() and count < MOST_LISTED:
                count += 1
                yield path
