"""What an edit costs: the example piece compiled again after each of five, segments and seconds counted."""

import io
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "pieces" / "impassive"
DOUBLED_BAR = 10
"""Of the scores: it has no lines that begin or end in other bars."""

Edit = tuple[str, Callable[[Path], None]]


def edits() -> tuple[Edit, ...]:
    """What is done to the piece, one after the other, each to the piece as it was."""
    return (
        ("nothing", lambda piece: None),
        ("a comment in the manifest", comment),
        ("one lane moves to another place", pan),
        ("a class rule for two bars", rule),
        ("a bar inserted into the scores", insert),
    )


def comment(piece: Path) -> None:
    _replace(piece / "piece.yaml", "title: Impassive", "# by heart\ntitle: Impassive")


def pan(piece: Path) -> None:
    path = piece / "effects.yaml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"(to|hold|from): -?0\.\d+", r"\1: 0.123", text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def rule(piece: Path) -> None:
    new = "  rules:\n    - where: {range: 6..8}\n      class: lighthouse\n"
    _replace(piece / "piece.yaml", "  rules:                               # later rules win\n", new)


def insert(piece: Path) -> None:
    text = (piece / "piece.yaml").read_text(encoding="utf-8")
    # What the piece expects of its score was true of the old one.
    text = re.sub(r"  expect:.*?\n(?=\nparts:)", "", text, flags=re.DOTALL)
    (piece / "piece.yaml").write_text(text, encoding="utf-8")
    for score in sorted((piece / "scores").glob("*.mscz")):
        score.write_bytes(doubled(score.read_bytes()))


def doubled(data: bytes) -> bytes:
    """A MuseScore file in which a bar comes twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".mscx"):
                text = content.decode("utf-8")
                staves = re.split(r"(?=<Staff id=\"\d+\">\s*(?:<VBox|<Measure))", text)
                content = "".join([staves[0], *map(_doubled_staff, staves[1:])]).encode("utf-8")
            new.writestr(name, content)
    return out.getvalue()


def _doubled_staff(text: str) -> str:
    bars = list(re.finditer(r"<Measure[ >].*?</Measure>", text, re.DOTALL))
    bar = bars[DOUBLED_BAR - 1]
    return text[: bar.end()] + bar[0] + text[bar.end() :]


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def measured(folder: Path, *options: str) -> Iterator[tuple[str, str, int, int, float]]:
    """Each edit: its name, what was made of the sound, segments rendered, segments in all, and seconds."""
    yield ("the first compile", *_compiled(EXAMPLE, folder, *options))
    for number, (name, edit) in enumerate(edits()):
        piece = folder / f"edit{number}" / "impassive"
        shutil.copytree(EXAMPLE, piece, ignore=shutil.ignore_patterns("build"))
        if number == 0:
            # The film is where it was.
            shutil.copytree(folder / "films", piece / "build")
        edit(piece)
        yield (name, *_compiled(piece, folder, *options))


def _compiled(piece: Path, folder: Path, *options: str) -> tuple[str, int, int, float]:
    import json

    environment = {**os.environ, "MUSICVIS_CACHE": str(folder / "cache")}
    said = subprocess.run(
        [sys.executable, "-m", "musicvis", "plan", piece, "--format", "json", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    nodes = json.loads(said)["nodes"]
    stale = [node for node in nodes if not node["is_there"]]
    sounds = [
        f"{count} of {sum(node['stage'] == stage for node in nodes)} {plural}"
        for stage, plural in (("stem", "stems"), ("bus", "buses"), ("mix", "mix"))
        if (count := sum(node["stage"] == stage for node in stale))
    ]
    films = folder / "films" if piece == EXAMPLE else piece / "build"
    films.mkdir(exist_ok=True)
    started_s = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "musicvis", "compile", piece, "-q", "-o", films / "film.mp4", *options],
        env=environment,
        check=True,
    )
    seconds = time.monotonic() - started_s
    rendered = sum(node["stage"] == "segment" for node in stale)
    total = sum(node["stage"] == "segment" for node in nodes)
    return ", ".join(sounds) or "nothing", rendered, total, seconds
