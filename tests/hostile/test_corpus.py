"""Every input in tests/corpus once broke a reader, ours or another's; each is read or refused by ours."""

from pathlib import Path

import pytest

from .campaigns import checked, finite_samples, score_as_played
from .samples import waltz
from .watch import Counts

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted(path for path in CORPUS.glob("*/*"))


def case(path: Path, folder: Path) -> None:
    match path.parent.name:
        case "mid" | "mscx" | "mscz" | "musicxml":
            score_as_played(path.read_bytes(), path.name)
        case "wav" | "flac":
            finite_samples(path)
        case "manifest" | "lanes" as kind:
            (folder / "waltz.mid").write_bytes(waltz())
            text = path.read_bytes()
            if kind == "lanes":
                (folder / "lanes.yaml").write_bytes(text)
                text = b"musicvis: 1\ntitle: W\nscore: waltz.mid\neffects: lanes.yaml\n"
            (folder / "piece.yaml").write_bytes(text)
            checked(folder)
        case other:
            raise AssertionError(f"nobody reads {other}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_inputs_that_once_broke_a_reader_are_read_or_refused(path: Path, tmp_path: Path) -> None:
    counts = Counts(path.name)
    counts.run(0, b"", lambda: case(path, tmp_path))
    assert not counts.foreign and not counts.hung


def test_the_corpus_is_small_and_there() -> None:
    assert len(FILES) >= 10
    assert all(path.stat().st_size < 1 << 14 for path in FILES)
