"""Says what to type if a command gets a file that is not a piece: a score, a recording, a project."""

from pathlib import Path

from ..api.kinds import NAMED, OTHERS, PROJECT, exported, is_recording, is_score, recordings_in, scores_in
from ..api.names import piece_folder
from ..dsl.text.typed import typed


def step_for(path: Path, command: str) -> str | None:
    """The command to type for a file that is not a piece; None if its name tells nothing.

    command   the command that was given it, as `musicvis compile`
    """
    suffix = path.suffix.lower()
    if is_score(path):
        folder = Path(piece_folder(path))
        if (folder / "piece.yaml").is_file():
            return _lines(
                f"{path} is a score; its piece is the folder {folder}. Type:", f"{command} {typed(folder)}"
            )
        first = typed("musicvis", "new", path)
        return _lines(
            f"{path} is a score, and this command needs a piece made for it. Type:",
            first,
            f"{command} {typed(folder)}",
        )
    if is_recording(path):
        return recording_step(path, command)
    if suffix == PROJECT:
        return _lines(
            f"{path} holds automation and no score. Export MIDI from the program that made it, then type:",
            typed("musicvis", "new", path.with_suffix(".mid")),
            typed("musicvis", "import", path, "--score", path.with_suffix(".mid")),
        )
    if suffix in OTHERS:
        return _lines(
            f"musicvis cannot read {path}. Export {OTHERS[suffix]} from the program that made it, then type:",
            typed("musicvis", "new", exported(path)),
        )
    return None


def recording_step(path: Path, command: str) -> str:
    """The command to type for a recording: `new` detects its score."""
    return _lines(
        f"{path} is a recording. musicvis hears its beats, bars and notes, and makes a piece of them. Type:",
        typed("musicvis", "new", path),
        f"{command} {typed(Path(piece_folder(path)))}",
    )


def folder_step(folder: Path, command: str) -> str | None:
    """The command to type in a folder without a manifest; None if it has neither score nor recording."""
    found, what = scores_in(folder), "score"
    if not found:
        found, what = recordings_in(folder), "recording"
    if not found:
        return None
    shown = found[:NAMED]
    more = "" if len(found) <= NAMED else f" and {len(found) - NAMED} more"
    start = f"{folder} has no piece.yaml yet. To make a piece for a {what} that lies there{more}, type:"
    if command == "musicvis new":
        where = "here" if folder == Path() else "there"
        one = "one" if what == "score" else "a recording"
        start = f"no score is named. To make a piece for {one} that lies {where}{more}, type:"
    elif folder == Path():
        start = f"no piece.yaml here or above. To make a piece for a {what} that lies here{more}, type:"
    return _lines(start, *(typed("musicvis", "new", path) for path in shown))


def _lines(start: str, *commands: str, after: str = "") -> str:
    from textwrap import fill

    lines = [fill(start, 79, break_long_words=False, break_on_hyphens=False)]
    lines += [f"  {command}" for command in commands]
    if after:
        lines.append(fill(after, 79, break_long_words=False, break_on_hyphens=False))
    return "\n".join(lines)
