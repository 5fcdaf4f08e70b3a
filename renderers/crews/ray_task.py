"""The task of a machine in a Ray cluster: one segment, written into the store or sent back.

Ray finds this module on the machine by its name: musicvis must be installed there, and the same of it.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...store.system import is_own
from ..film.segment_nodes import VIDEO, SegmentJob
from ..generators.identity import Recipe
from .job import Studio, asked_of

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ...store.node import Node
    from ...store.store import Store
    from ..film.segment_nodes import SegmentReads

PREFIX = "musicvis-segment-"
FORGOTTEN_AFTER_S = 24 * 3600.0
"""A folder that has not changed for longer was left by a process that was killed: no segment takes a day."""
ABSENT = "nothing"


@dataclass(frozen=True, slots=True)
class Order:
    """The part of the order that is the same for every segment of a film.

    folder    of the store, on the machine that asks
    witness   a file in that folder which that machine has written, and what it wrote
    """

    recipe: Recipe
    folder: Path
    witness: tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Carried:
    """A segment that travels: its bytes, their sha256, and the facts to be kept with them."""

    data: bytes
    digest: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task's answer.

    is_there   False where another build has the segment in work
    carried    None where it is in the store that the order names
    said       what made the images, if that was not said before by the same process
    """

    is_there: bool
    carried: Carried | None = None
    said: str = ""


def rendered(job: SegmentJob, order: Order, carry: bool, wait: bool) -> Outcome:
    """One segment.

    carry   send it back, even where the store is seen
    wait    where another build has it in work: wait for that

    Raises PieceError (MV914) where this machine would make another picture than the one that asked.
    """
    import torch

    torch.set_num_threads(1)
    recipe = _own_recipe(order.recipe)
    if recipe not in _studios:
        sweep(Path(tempfile.gettempdir()), PREFIX)
    machine = this_machine()
    check_same(job.node, own_node(job.picture, recipe, machine), machine)
    with _store(order, carry) as (store, is_shared):
        studio = _studios.setdefault(recipe, Studio(recipe, store))
        studio.store = store
        said = studio.prepare(job.picture)
        is_there = studio.render(job, wait=wait, on_frames=lambda count: None)
        return Outcome(is_there, None if is_shared or not is_there else _carried(store, job), said)


def check_same(asked: Node, own: Node, machine: str) -> None:
    """Raises PieceError (MV914) if a segment has another node on the rendering machine."""
    wants = dict(asked.reads) | {"version of segments": str(asked.version)}
    finds = dict(own.reads) | {"version of segments": str(own.version)}
    for what in sorted(wants.keys() | finds.keys()):
        wanted, found = wants.get(what, ABSENT), finds.get(what, ABSENT)
        if wanted != found:
            raise differs(f"{machine} would render another picture; {what}: {found} there, {wanted} here")


def own_node(picture: PicturePlan, recipe: Recipe, machine: str) -> Node:
    """The node of a segment on this machine, from its code, packages, weights, fonts and device.

    That is everything which decides its bytes. Raises PieceError (MV914) where the device or the weights are
    missing.
    """
    from ..film.segment_nodes import SegmentReads
    from ..generators.choose import device_named

    try:
        # One process may render segments of several films.
        size = picture.width_px, picture.height_px, picture.fps
        kind = recipe, *asked_of(picture), *size, picture.upscale, picture.quality
        if kind not in _reads:
            device_named(recipe.device)
            _reads[kind] = SegmentReads(picture, recipe)
    except PieceError as error:
        raise differs(f"{machine}: {error.diagnostics[0].message}") from error
    return _reads[kind].node(picture, machine)


def differs(message: str) -> PieceError:
    """MV914: a machine that cannot take part."""
    hint = "install the same musicvis, torch, av, weights and fonts on all machines"
    return PieceError([Diagnostic("MV914", Span("--ray"), message, hint)])


def sweep(temporary: Path, prefix: str) -> None:
    """Remove folders of that name which processes of ours that were killed have left behind."""
    for folder in temporary.glob(f"{prefix}*"):
        with suppress(OSError):
            state = folder.lstat()
            if is_own(state) and time.time() - state.st_mtime > FORGOTTEN_AFTER_S:
                shutil.rmtree(folder, ignore_errors=True)


def this_machine() -> str:
    """This machine, as its users know it."""
    import ray

    address: str = ray.util.get_node_ip_address()
    return f"{socket.gethostname()} ({address})"


_studios: dict[Recipe, Studio] = {}
"""Generator of this process: Ray gives a process one task after another, and making one takes seconds."""
_reads: dict[tuple[object, ...], SegmentReads] = {}
"""A cache of this process for the inputs that all segments of a film share; weights take long to digest."""


def _own_recipe(recipe: Recipe) -> Recipe:
    """Ray shows a task only the GPU that it has given it, whatever its number."""
    return replace(recipe, device="cuda") if recipe.device.startswith("cuda") else recipe


@contextmanager
def _store(order: Order, carry: bool) -> Iterator[tuple[Store, bool]]:
    """A store to render into; whether it is the one that the order names."""
    from ...store.errors import StoreError
    from ...store.store import Store

    shared = None
    if not carry and _is_seen(*order.witness):
        with suppress(StoreError):
            shared = Store(order.folder)
        if shared is not None and shared.is_read_only:
            shared.close()
            shared = None
    if shared is not None:
        with shared:
            yield shared, True
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder, Store(Path(folder)) as own:
        yield own, False


def _is_seen(witness: Path, text: str) -> bool:
    """Whether this machine sees the same folder as the asking one: the same path may be another disk."""
    try:
        return witness.read_text(encoding="ascii") == text
    except (OSError, UnicodeDecodeError):
        return False


def _carried(store: Store, job: SegmentJob) -> Carried:
    entry = store.get(job.node.key)
    assert entry is not None
    data = entry.files[VIDEO].read_bytes()
    return Carried(data, hashlib.sha256(data).hexdigest(), dict(entry.facts))
