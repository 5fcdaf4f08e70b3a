"""A score is read once: its bytes and its kind find it again, whatever it is called."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from musicvis.compiler.cache import score as kept_score
from musicvis.compiler.cache.score import kept_reader, score_node
from musicvis.compiler.score.read import read_score
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.store.store import Store

DATA = Path(__file__).parents[1] / "score/data"
SCORES = sorted(path for path in DATA.iterdir() if path.suffix in (".mscz", ".mscx", ".mid", ".musicxml"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("store") / "store") as opened:
        yield opened


@pytest.fixture
def never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(data: bytes, name: str) -> None:
        raise AssertionError(f"{name} was read again")

    monkeypatch.setattr(kept_score, "read_score", read)


@pytest.mark.parametrize("path", SCORES, ids=lambda path: path.name)
def test_every_score_comes_back_as_it_was_read_under_any_name(path: Path, store: Store) -> None:
    data, read = path.read_bytes(), kept_reader(store)
    first = read(data, str(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_score, "read_score", None)
        again = read(data, f"else/where{path.suffix}")
    assert first == read_score(data, str(path))
    assert again == read_score(data, f"else/where{path.suffix}")


def test_warnings_of_a_score_come_back_in_the_file_of_today(store: Store, tmp_path: Path) -> None:
    data = (DATA / "muted_part.mscx").read_bytes()
    kept_reader(store)(data, "one.mscx")
    (warning,) = kept_reader(store)(data, "two.mscx").findings
    assert (warning.code, warning.span.file) == ("MV458", "two.mscx")


def test_other_bytes_and_another_kind_are_another_score() -> None:
    nodes = [
        score_node(data, name)
        for data, name in ((b"a", "a.mscx"), (b"b", "a.mscx"), (b"a", "a.mid"), (b"a", "a.musicxml"))
    ]
    assert len({node.key for node in nodes}) == 4
    assert score_node(b"a", "folder/b.MSCX").key == nodes[0].key


def test_a_package_counts_only_where_it_reads() -> None:
    assert "mido" in dict(score_node(b"", "a.mid").reads)["reader"]
    assert "reader" not in dict(score_node(b"", "a.mscz").reads)
    assert "reader" not in dict(score_node(b"", "a.musicxml").reads)


def test_a_score_that_cannot_be_read_is_refused_each_time(store: Store) -> None:
    for name in ("one.mscx", "two.mscx"):
        with pytest.raises(PieceError) as refusal:
            kept_reader(store)(b"<museScore/>", name)
        assert {finding.span.file for finding in refusal.value.diagnostics} == {name}
