"""The place of a finished file, checked before any work."""

import errno
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from .errors import RequestError


def checked_output(output: Path, root: Path | None, kinds: Mapping[str, str], what: str) -> Path:
    """The file to write: `output`, or what it links to outside the piece.

    root    the folder of the piece: a link inside it is not followed, because whoever made the piece could
            have it lead to anything; None for a file that no piece has to do with
    kinds   the suffixes that are allowed, and in words what each holds, or ""
    what    what is written, e.g. "a film"

    Raises RequestError for a wrong suffix, for a folder that does not exist or cannot be written, and for a
    place that holds something other than a file.
    """
    from ..dsl.text.folders import guarded
    from ..store.writing import meant_by

    try:
        if guarded(output, root)[1] and output.is_symlink():
            message = f"{output} is a link inside the piece, which could lead anywhere"
            raise RequestError(message, "name another place")
        output = meant_by(output) if output.is_symlink() else output
        is_other = output.exists() and not output.is_file()
    except OSError as error:
        raise RequestError(f"{output}: {error.strerror}", "name another") from None
    if output.suffix.lower() not in kinds:
        said = " or ".join(f"{suffix} ({holds})" if holds else suffix for suffix, holds in kinds.items())
        raise RequestError(f"{output}: {what} must end in {said}")
    if not output.parent.is_dir():
        raise RequestError(f"{output.parent} does not exist", "make the folder first, or name another")
    if is_other:
        raise RequestError(f"{output} is not a regular file", "choose another path")
    try:
        must_be_writable(output.parent)
    except OSError as error:
        message = f"{output.parent} cannot be written to: {refusal(error, output.parent)}"
        raise RequestError(message, "name another folder") from None
    return output


def must_be_writable(folder: Path) -> None:
    """Checked before anything is made, not when the film is finished; raises OSError where it is not."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def refuse_sources(output: Path, sources: Iterable[Path]) -> None:
    """Raises RequestError if a file to write is one that the piece is made from."""
    if output.exists() and any(path.exists() and output.samefile(path) for path in sources):
        raise RequestError(f"the piece is made from {output}, and it would be replaced", "name another place")


def refusal(error: OSError, folder: Path) -> str:
    """The reason why a folder cannot be written to, in words."""
    if error.errno == errno.ENOENT and folder.is_dir():
        # Folders such as /proc exist, but no file can be created in them.
        return "it is a folder of the system itself, where no files can be made"
    return error.strerror or str(error)


def film_kinds() -> dict[str, str]:
    """The suffixes of films and what each container holds."""
    from ..renderers.encoding import CONTAINERS

    return {suffix: kind.holds for suffix, kind in CONTAINERS.items()}


def sound_kinds() -> dict[str, str]:
    """The suffixes of sounds."""
    from ..renderers.encoding import SOUND_SUFFIXES

    return dict.fromkeys(SOUND_SUFFIXES, "")


def check_wishes(
    output: Path,
    is_sound: bool,
    silent: bool,
    stems: Sequence[str],
    bits: int,
    verify: bool,
    ray: str | None,
) -> None:
    """Raises RequestError for options of a render that exclude each other."""
    from ..renderers.encoding import MOVING_PICTURES

    suffix = output.suffix.lower()
    if wrong := [kind for kind in stems if kind not in ("dry", "wet")]:
        raise RequestError(f"{wrong[0]} is neither dry nor wet")
    if bits not in (16, 24, 32) or (bits == 32 and suffix == ".flac"):
        raise RequestError(f"{output} cannot hold {bits} bits", "choose 16 or 24; a .wav holds 32, too")
    if bits != 24 and not is_sound:
        raise RequestError(f"{output} is no sound", "bits are for a .wav or .flac")
    if is_sound and (silent or ray is not None or verify):
        raise RequestError(f"{output} is a sound", "silent, ray and verify are for films")
    if stems and (silent or suffix in MOVING_PICTURES):
        raise RequestError("a film without a sound has no buses", "leave `stems` out")
    if verify and suffix in MOVING_PICTURES:
        raise RequestError(f"{output} is an animation", "verify is for films")
