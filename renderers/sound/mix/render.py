"""Mix: the door of the sound: a SoundPlan in, its samples out.

Buses are rendered side by side and added in the order of the plan, what they send to returns too; the returns
come last; the sum is mastered. Files of the store keep memory the same for a minute and for an hour, and what
is there already is not made again.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import Self

from ....compiler.plan import SoundPlan
from ....store.graph import Build, Progress, Task
from ....store.store import Store, temporary_store
from ....store.values.array_types import F32
from ....store.writing import published
from ..space.choose import sources_ready
from .bus_processes import make_buses
from .graph import SoundGraph, sound_graph
from .mixed import Mixed
from .nodes import DRY, WET
from .summing import return_file

MOST_NAME_BYTES = 120
# The buses' share of the work, for the progress report.
_BUSES_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class StemExport:
    """The files to keep of each bus: `dry` is the sum of its stems, `wet` its part of the mix.

    root   the folder below which no link is followed
    """

    folder: Path
    kinds: tuple[str, ...]
    root: Path | None = None


class SoundRender(Mixed):
    """A sound, made where it is not in the store; a context manager, as a store of its own is temporary.

    graph, build   its tasks, and the build that has made them: what needs the mix goes on with these
    """

    def __init__(
        self,
        plan: SoundPlan,
        progress: Progress | None = None,
        *,
        store: Store | None = None,
        workers: int = 1,
        export: StemExport | None = None,
    ) -> None:
        """store     None for one that is gone afterwards
        workers   processes that render buses side by side; the result is the same for any number

        Raises PieceError where a stem cannot be used, OSError where the store cannot be written.
        """
        self._opened = ExitStack()
        try:
            opened = store if store is not None else self._opened.enter_context(temporary_store())
            sources_ready(plan)
            self.graph = sound_graph(plan, keep_dry=export is not None and DRY in export.kinds)
            tell = _progress_of(self.graph, progress or _nobody)
            self.build = Build(opened, tell)
            self.buses_made = 0
            if export is not None or not self.build.is_there(self.graph.mix):
                self.buses_made = make_buses(plan, self.graph, opened, workers, tell)
            super().__init__(plan, self.build.entry(self.graph.mix))
            if export is not None:
                _export(plan, self.graph, self.build, export)
        except BaseException:
            self._opened.close()
            raise
        wet = {bus.wet for bus in self.graph.buses}
        self.buses_made += sum(task in wet for task in self.build.made)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()


def render_sound(plan: SoundPlan, progress: Progress | None = None) -> Iterator[F32]:
    """The whole sound as float32 blocks (n, 2), sample_count samples in all.

    progress gets shares of the work, 0..1. A stem's file that cannot be used raises PieceError.
    """
    with SoundRender(plan, progress) as render:
        yield from render.blocks()


def file_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of the manifest as parts of files' names, no two alike: letters, digits, dots, hyphens and _.

    A long name is cut: file systems allow 255 bytes.
    """
    found: list[str] = []
    for name in names:
        plain = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
        plain = plain.encode()[:MOST_NAME_BYTES].decode(errors="ignore")
        taken = {other.casefold() for other in found}
        copies = (f"{plain}_{k}" for k in count(2))
        found.append(next(c for c in chain((plain,), copies) if c.casefold() not in taken))
    return tuple(found)


def _progress_of(graph: SoundGraph, progress: Progress) -> Callable[[Task, float], None]:
    """The progress of all buses and the mix as one share, which never falls."""
    begun = {bus.wet: k / len(graph.buses) for k, bus in enumerate(graph.buses)}
    furthest = 0.0

    def tell(task: Task, share: float) -> None:
        nonlocal furthest
        if task is graph.mix:
            done = _BUSES_SHARE + (1.0 - _BUSES_SHARE) * share
        elif task in begun:
            done = _BUSES_SHARE * (begun[task] + share / len(begun))
        else:
            return
        furthest = max(furthest, done)
        progress(furthest)

    return tell


def _export(plan: SoundPlan, graph: SoundGraph, build: Build, export: StemExport) -> None:
    """Copies of what the store has, under names for people."""
    names = file_names([*(bus.name for bus in plan.buses), *(back.name for back in plan.returns)])
    for bus, name in zip(graph.buses, names, strict=False):
        for kind, task in ((DRY, bus.dry), (WET, bus.wet)):
            if kind in export.kinds and task is not None:
                _copied(build.entry(task).files[kind], f"{name}-{kind}.wav", export)
    if WET in export.kinds:
        for k, name in enumerate(names[len(plan.buses) :]):
            _copied(build.entry(graph.mix).files[return_file(k)], f"{name}-wet.wav", export)


def _copied(path: Path, name: str, export: StemExport) -> None:
    with published(export.folder / name, export.root or export.folder) as partial:
        shutil.copyfile(path, partial)


def _nobody(share: float) -> None:
    """A progress function that does nothing."""
