"""The findings about events of a MIDI file that no instrument plays."""

from collections import Counter
from collections.abc import Collection, Sequence

from ....dsl.findings.diagnostics import Diagnostic, Severity
from ....dsl.findings.plain import counted
from ..guard.faults import warning
from ..model import Unplayed


def unplayed_finding(
    unplayed: Sequence[Unplayed], name: str, followed: Collection[tuple[int | None, str]] = ()
) -> Diagnostic | None:
    """A note that counts what is not played; None where nothing is left to count.

    followed   (channel, controller) that lanes follow: these events do what they were sent for
    """
    left = [entry for entry in unplayed if (entry.channel, entry.controller) not in followed]
    if not left:
        return None
    counts: Counter[str] = Counter()
    for entry in left:
        counts[entry.what] += entry.count
    said = ", ".join(f"{count} of {what}" for what, count in sorted(counts.items()))
    total = sum(counts.values())
    message = f"{counted(total, 'MIDI event')} {'is' if total == 1 else 'are'} not played: {said}"
    hint = "volume, expression, pan, pitch bend and pedals are"
    controller = next((entry.controller for entry in left if entry.controller), "")
    if controller:
        hint += f"; a lane with `cc: {controller}` follows what was sent"
    return Diagnostic("MV415", warning("MV415", name, "").span, message, hint, Severity.NOTE)
