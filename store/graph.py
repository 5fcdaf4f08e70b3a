"""The build graph: tasks that read what other tasks make.

One graph serves both questions. `walked` names every task as far as that is possible without making any, for
`musicvis plan` and `diff`; `Build` makes what is missing, for `musicvis compile`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .node import Node
from .store import Entry, Made, Store, made
from .values.keys import digest_of

Digests = Mapping[str, str]
"""The digests of a task's files, by name."""
Progress = Callable[[float], None]
"""Called with shares of a task's work, 0 to 1."""


class Lookup(Protocol):
    """Look-ups in a store that make nothing."""

    def outputs(self, key: str) -> Digests | None:
        """The digests of a key's files by name."""
        ...

    def has(self, key: str) -> bool:
        """Whether all of its files are in the store."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One thing that a build makes: a stem, a segment, a film.

    stage, name    for people: "segment", "bar 6"
    files          names of the files that it makes
    node           its node, from the digests of the files of each task that it needs
    make           makes its files in the scratch folder of the store, from the entries of what it needs
    needs          the tasks whose files it reads, in the order in which `node` and `make` take them
    frames         of a segment
    is_unchanged   for a file that is outside the store, where its user wants it: whether it is still what
                   these facts say; None where the files are in the store
    """

    stage: str
    name: str
    files: tuple[str, ...]
    node: Callable[[Sequence[Digests]], Node]
    make: Callable[[Store, Sequence[Entry], Progress], Made]
    needs: tuple[Task, ...] = ()
    frames: int = 0
    is_unchanged: Callable[[Mapping[str, Any]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The state of a task before it is made; `node` is None if one of its inputs is missing."""

    task: Task
    node: Node | None
    is_there: bool


def ordered(roots: Sequence[Task]) -> list[Task]:
    """These tasks and their dependencies, each once, after its own dependencies."""
    found: dict[Task, None] = {}

    def visit(task: Task) -> None:
        if task not in found:
            for need in task.needs:
                visit(need)
            found[task] = None

    for root in roots:
        visit(root)
    return list(found)


def walked(roots: Sequence[Task], store: Lookup | None) -> list[Known]:
    """These tasks and all that they need, in order, as far as they can be named without making any.

    store   None to name all of them as if each had been made: for comparing two pieces

    Raises whatever naming a task raises, as PieceError or OSError for a recording that cannot be read.
    """
    names = _Names(store)
    found = []
    for task in ordered(roots):
        node = names.node(task)
        is_there = node is not None and store is not None and store.has(node.key)
        found.append(Known(task, node, is_there))
    return found


class _Names:
    """The nodes of tasks, each found once for the same digests."""

    def __init__(self, store: Lookup | None) -> None:
        self._store = store
        self._nodes: dict[Task, tuple[list[Digests], Node]] = {}
        self._outputs: dict[Task, Digests] = {}

    def node(self, task: Task) -> Node | None:
        """The node of a task; None if the digests of its dependencies are not known yet."""
        inputs = []
        for need in task.needs:
            outputs = self._outputs_of(need)
            if outputs is None:
                return None
            inputs.append(outputs)
        return self.node_from(task, inputs)

    def node_from(self, task: Task, inputs: list[Digests]) -> Node:
        """The node of a task that reads files of these digests."""
        before = self._nodes.get(task)
        if before is None or before[0] != inputs:
            self._nodes[task] = inputs, task.node(inputs)
        return self._nodes[task][1]

    def made(self, task: Task, entry: Entry) -> None:
        """Notes the digests of a made task."""
        self._outputs[task] = _digests(entry)

    def _outputs_of(self, task: Task) -> Digests | None:
        if task not in self._outputs:
            node = self.node(task)
            if node is None:
                return None
            if self._store is None:
                found: Digests | None = {name: digest_of((node.key, name)) for name in task.files}
            else:
                found = self._store.outputs(node.key)
            if found is None or not set(task.files) <= found.keys():
                return None
            self._outputs[task] = found
        return self._outputs[task]


class Build:
    """A graph made: each task from the store, or made now and kept there.

    A task whose result the store has needs nothing else: what it was made from may be gone.
    """

    def __init__(self, store: Store, on_progress: Callable[[Task, float], None] | None = None) -> None:
        """on_progress   called with a task that is being made, and the share of it that is finished"""
        self.store = store
        self._on_progress = on_progress
        self._names = _Names(store)
        self._entries: dict[Task, Entry] = {}
        self.made: list[Task] = []
        """The tasks that were made now, in order."""

    def is_there(self, task: Task) -> bool:
        """Whether the store has a task's result, with every byte checked, so that nothing need be made."""
        return task in self._entries or self._kept(task) is not None

    def node(self, task: Task) -> Node | None:
        """The node of a task; None if one of its inputs is not made yet."""
        return self._names.node(task)

    def entry(self, task: Task) -> Entry:
        """The result of a task, made if necessary.

        Raises whatever making it raises, and StoreError where the store can only be read and lacks it.
        """
        if task in self._entries:
            return self._entries[task]
        return self._kept(task) or self._taken(task, self._made(task))

    def _kept(self, task: Task) -> Entry | None:
        node = self._names.node(task)
        if node is None:
            return None
        if task.is_unchanged is None:
            entry = self.store.get(node.key)
        else:
            facts = self.store.facts(node.key)
            entry = Entry({}, facts) if facts is not None and task.is_unchanged(facts) else None
        return None if entry is None else self._taken(task, entry)

    def _made(self, task: Task) -> Entry:
        entries = [self.entry(need) for need in task.needs]
        node = self._names.node_from(task, [_digests(entry) for entry in entries])

        def make() -> Made:
            self.made.append(task)
            return task.make(self.store, entries, lambda share: self._tell(task, share))

        if task.is_unchanged is not None:
            files, facts = make()
            # A read-only store cannot record it, but the file is written.
            return Entry({}, facts) if self.store.is_read_only else self.store.put(node.key, files, facts)
        entry = made(self.store, node, make)
        assert entry is not None  # only a build that does not wait gets none
        return entry

    def _taken(self, task: Task, entry: Entry) -> Entry:
        self._names.made(task, entry)
        self._entries[task] = entry
        self._tell(task, 1.0)
        return entry

    def _tell(self, task: Task, share: float) -> None:
        if self._on_progress is not None:
            self._on_progress(task, share)


def _digests(entry: Entry) -> Digests:
    return {name: path.name for name, path in entry.files.items()}
