"""The graph of a sound: stems, buses and the mix, made from the plan."""

from dataclasses import dataclass

from ....compiler.plan import SoundPlan
from ....store.file_digests import FileDigests
from ....store.graph import Task
from .bus import BusTasks, bus_tasks
from .summing import mix_task


@dataclass(frozen=True, slots=True)
class SoundGraph:
    """The tasks of a sound: of each bus, in the order of the plan, and of the mix, which needs them."""

    buses: tuple[BusTasks, ...]
    mix: Task


def sound_graph(plan: SoundPlan, *, keep_dry: bool = False) -> SoundGraph:
    """The graph of a sound.

    keep_dry   whether the sum of the stems of every bus is wanted, also where no send takes it

    Raises PieceError for a file that is not a recording, OSError for one that cannot be read.
    """
    digests = FileDigests()
    buses = tuple(
        bus_tasks(bus, plan, digests, keep_dry=keep_dry or any(send.is_before for send in bus.sends))
        for bus in plan.buses
    )
    return SoundGraph(buses, mix_task(plan, buses, digests))
