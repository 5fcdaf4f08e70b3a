"""The build graph: what is named without being made, and what is made again."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from musicvis.store.graph import Build, Digests, Progress, Task, ordered, walked
from musicvis.store.node import Node
from musicvis.store.store import Entry, Made, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def text(name: str, own: str, *needs: Task) -> Task:
    """A task that writes its own word after the words of what it needs."""

    def node(inputs: Sequence[Digests]) -> Node:
        reads = {str(k): files["text"] for k, files in enumerate(inputs)}
        return Node.of("text", 1, name, reads | {"own": own})

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        path = store.scratch(".txt")
        path.write_text("".join(entry.files["text"].read_text() for entry in entries) + own)
        progress(0.5)
        return {"text": path}, {}

    return Task("text", name, ("text",), node, make, needs)


def diamond(a: str = "a", b: str = "b") -> Task:
    """d reads b and c, which both read a."""
    first = text("a", a)
    return text("d", "d", text("b", b, first), text("c", "c", first))


def read(entry: Entry) -> str:
    return entry.files["text"].read_text()


def names(tasks: Sequence[Task]) -> list[str]:
    return [task.name for task in tasks]


def test_each_task_comes_once_and_after_what_it_needs() -> None:
    last = diamond()
    assert names(ordered([last])) == ["a", "b", "c", "d"]
    assert names(ordered([last.needs[1], last])) == ["a", "c", "b", "d"]


def test_a_walk_names_what_it_can_and_makes_nothing(store: Store) -> None:
    assert [(k.task.name, k.node is not None, k.is_there) for k in walked([diamond()], store)] == [
        ("a", True, False),
        ("b", False, False),
        ("c", False, False),
        ("d", False, False),
    ]
    assert not list((store.folder / "records").glob("*/*"))


def test_a_build_makes_what_is_missing_and_a_walk_finds_the_same_nodes(store: Store) -> None:
    build = Build(store)
    assert read(build.entry(diamond())) == "abacd"
    assert names(build.made) == ["a", "b", "c", "d"]
    assert all(known.is_there for known in walked([diamond()], store))
    again = Build(store)
    assert read(again.entry(diamond())) == "abacd" and again.made == []


def test_an_edit_makes_what_reads_it_and_nothing_else(store: Store) -> None:
    Build(store).entry(diamond())
    build = Build(store)
    assert read(build.entry(diamond(b="B"))) == "aBacd"
    assert names(build.made) == ["b", "d"]


def test_a_task_that_is_there_needs_nothing_else(store: Store) -> None:
    first = Build(store).entry(diamond().needs[0].needs[0])
    Build(store).entry(diamond())
    first.files["text"].unlink()
    build = Build(store)
    assert read(build.entry(diamond())) == "abacd" and build.made == []


def test_damage_is_made_again_from_the_damaged_task_on(store: Store) -> None:
    last = Build(store).entry(diamond())
    last.files["text"].write_text("abacx")
    build = Build(store)
    assert read(build.entry(diamond())) == "abacd" and names(build.made) == ["d"]


def test_without_a_store_every_task_has_a_node_and_equal_tasks_have_equal_ones() -> None:
    def keys(task: Task) -> list[str]:
        return [known.node.key for known in walked([task], None) if known.node is not None]

    assert len(keys(diamond())) == 4 and keys(diamond()) == keys(diamond())
    same = [one == other for one, other in zip(keys(diamond()), keys(diamond(b="B")), strict=True)]
    assert same == [True, False, True, False]


def test_progress_is_reported_for_each_task_and_ends_with_one(store: Store) -> None:
    told: list[tuple[str, float]] = []
    task = text("a", "a")
    Build(store, lambda task, share: told.append((task.name, share))).entry(task)
    assert told == [("a", 0.5), ("a", 1.0)]


def test_a_file_outside_the_store_is_made_again_when_it_is_not_what_the_store_remembers(
    store: Store, tmp_path: Path
) -> None:
    output = tmp_path / "film.txt"

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        output.write_text(read(entries[0]))
        return {}, {"text": output.read_text()}

    def is_unchanged(facts: Mapping[str, object]) -> bool:
        return output.is_file() and output.read_text() == facts["text"]

    def node(inputs: Sequence[Digests]) -> Node:
        return Node.of("film", 1, "film", {"text": inputs[0]["text"]})

    film = Task("film", "film", (), node, make, (text("a", "a"),), is_unchanged=is_unchanged)
    made = []
    for damaged in (False, False, True):
        if damaged:
            output.write_text("x")
        build = Build(store)
        build.entry(film)
        made.append(film in build.made)
        assert output.read_text() == "a"
    assert made == [True, False, True]
