"""Systems without POSIX: musicvis runs where its modules and calls are missing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from musicvis.store import locks
from musicvis.store.locks import Kind, freed, locked_file

from .sweep import MANIFEST, sound_piece
from .test_rows import ROOT
from .without_posix import MODULES, windows_locks

SCRIPT = Path(__file__).with_name("without_posix.py")


def run(kind: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), kind, *words],
        cwd=folder,
        env={**os.environ, "GITHUB_ACTIONS": "", "MUSICVIS_CACHE": str(folder.parent / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("kind", ["msvcrt", "no locks"])
def test_a_piece_is_checked_compiled_and_its_cache_cleaned_without_posix(kind: str, tmp_path: Path) -> None:
    folder = sound_piece(tmp_path / "piece")
    (folder / "piece.yaml").write_text(MANIFEST.replace("size: 64x36", "size: 32x18"), encoding="utf-8")
    film = ("compile", ".", "--seconds", "1", "--set", "visuals.resolution=128", "--workers", "1")
    # The whole film once: what follows from there being no locks is seen in the sound alone.
    made = film if kind == "msvcrt" else ("compile", ".", "--only", "audio")
    done = run(kind, folder, "check", ".", "+", *made, "+", "fmt", ".", "+", "clean", "--all")
    assert done.returncode == 0 and done.stderr.count("ended: ") == 4, (done.stdout, done.stderr)
    assert "LOCKS" not in done.stderr and "Traceback" not in done.stderr
    assert [path.suffix for path in (folder / "build").glob("piece*")] == [".mp4" if made == film else ".wav"]


def test_links_are_refused_without_posix_too(tmp_path: Path) -> None:
    folder = sound_piece(tmp_path / "piece")
    (tmp_path / "mine").write_text("mine: [")
    (folder / "effects.yaml").unlink()
    (folder / "effects.yaml").symlink_to(tmp_path / "mine")
    done = run("no locks", folder, "check", ".")
    assert done.returncode == 1 and "MV003" in done.stdout and "mine: [" not in done.stdout


def test_the_locks_of_windows_are_shared_or_held_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = windows_locks()
    monkeypatch.setattr(locks, "_module", {"msvcrt": module, "fcntl": None}.get)
    first, second = (locked_file(tmp_path / "a", Kind.SHARED) for _ in range(2))
    third = os.open(tmp_path / "a", os.O_RDWR)
    assert first is not None and second is not None
    assert not locks.locked(third, Kind.ALONE, wait=False)
    assert locks.locked(third, Kind.SHARED, wait=False)
    freed(first)
    freed(second)
    assert locks.locked(third, Kind.ALONE, wait=False)
    fourth = os.open(tmp_path / "a", os.O_RDWR)
    assert not locks.locked(fourth, Kind.SHARED, wait=False)
    assert locks.locked(third, Kind.SHARED, wait=True) and locks.locked(fourth, Kind.SHARED, wait=False)
    freed(third)
    freed(fourth)
    assert module.held == {}  # type: ignore[attr-defined]


def test_no_module_of_posix_is_imported_by_name() -> None:
    for folder in ("dsl", "store", "compiler", "renderers", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            # A name that is not in the text is not imported: most files need not be parsed.
            for node in ast.walk(ast.parse(text)) if any(name in text for name in MODULES) else ():
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not set(names) & set(MODULES), path
