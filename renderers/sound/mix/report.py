"""The report of a mix: its figures, as its record in the store holds them, and in sentences for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any

from ....compiler.plan import SoundPlan
from ....dsl.findings.diagnostics import Diagnostic, Severity
from ....dsl.findings.span import THE_MANIFEST, Span
from ....dsl.model.audio import AUTO_GAIN_DB
from ..level import LOUDER
from ..master.master import MasterReport
from ..master.meter import Loudness

_NEAR_DB = 0.05
_LOUD_PEAK_DBTP = -20.0
"""A sound with such a peak is not recorded too softly: a click, which no gain makes as loud as music."""


@dataclass(frozen=True, slots=True)
class MixReport:
    """The measured result of the sound."""

    master: MasterReport
    cut_fade_s: float
    """Length of the fade that was added because the sound was cut while it rang; 0 where it had died away."""
    kappas: tuple[tuple[str, float], ...]
    """Correlation of each bus after its chain, by name."""


def report_lines(report: MixReport) -> Sequence[str]:
    """A summary of mastering in a sentence or two."""
    master = report.master
    heard = master.loudness.integrated_lufs
    if master.true_peak_dbtp == -inf:
        return ("the sound is silent",)
    if not isfinite(heard):
        return (f"sound: {master.true_peak_dbtp:.1f} dBTP, too soft or too short to have a loudness",)
    range_lu = master.loudness.range_lu
    held = f", limiter at most {master.reduction_db:.1f} dB" if master.reduction_db >= 0.05 else ""
    lines = [f"sound: {heard:.1f} LUFS, {master.true_peak_dbtp:.1f} dBTP, range {range_lu:.1f} LU{held}"]
    if master.reduction_db > 6.0:
        lines.append("this changes the music audibly: `loudness: auto` stops at 4 dB of limiting")
    if report.cut_fade_s:
        lines.append("the sound still rings at the end and is faded: with a longer score.tail it rings out")
    return lines


def raised_finding(report: MixReport, plan: SoundPlan) -> Diagnostic | None:
    """A warning where recordings are so soft that the master raises their noise with them."""
    master, most_db = report.master, plan.master.most_gain_db
    files = {stem.file for bus in plan.buses for stem in bus.stems if stem.file is not None}
    mix_lufs, gain_db = master.mix.integrated_lufs, master.gain_db
    mix_peak_dbtp = master.true_peak_dbtp + master.reduction_db - gain_db
    if not files or not -inf < mix_peak_dbtp <= _LOUD_PEAK_DBTP or plan.master.loudness_lufs is None:
        return None
    span = Span(str(*files)) if len(files) == 1 else THE_MANIFEST
    if not isfinite(mix_lufs):
        message = f"the sound is too soft to have a loudness, {mix_peak_dbtp:.0f} dBTP, and is left as it is"
        return Diagnostic("MV514", span, message, LOUDER, Severity.WARNING)
    if gain_db < AUTO_GAIN_DB - _NEAR_DB:
        return None
    message = (
        f"the sound is very soft, {mix_lufs:.0f} LUFS, and is raised by {gain_db:.0f} dB, with its noise"
    )
    if most_db == AUTO_GAIN_DB:
        more = "`loudness: auto` raises recordings no further; a loudness in LUFS does"
    else:
        more = f"`loudness: auto` raises recordings by at most {AUTO_GAIN_DB:g} dB"
    return Diagnostic("MV514", span, message, f"{LOUDER}; {more}", Severity.WARNING)


def facts_of(report: MixReport) -> dict[str, Any]:
    """The report as JSON, numbers as text: some are infinite."""
    master = report.master
    return {
        "mix": {name: repr(value) for name, value in asdict(master.mix).items()},
        "loudness": {name: repr(value) for name, value in asdict(master.loudness).items()},
        "levels": [repr(value) for value in (master.true_peak_dbtp, master.gain_db, master.reduction_db)],
        "passes": master.passes,
        "cut_fade_s": repr(report.cut_fade_s),
        "kappas": [repr(kappa) for _, kappa in report.kappas],
    }


def report_from(facts: Mapping[str, Any], plan: SoundPlan) -> MixReport:
    """The report of a mix; names are those of the plan at hand, as they are in no key."""
    said = facts["report"]
    mix, loudness = (
        Loudness(**{name: float(value) for name, value in said[of].items()}) for of in ("mix", "loudness")
    )
    peak, gain, reduction = (float(value) for value in said["levels"])
    master = MasterReport(mix, loudness, peak, gain, reduction, int(said["passes"]))
    kappas = tuple((bus.name, float(kappa)) for bus, kappa in zip(plan.buses, said["kappas"], strict=True))
    return MixReport(master, float(said["cut_fade_s"]), kappas)
