"""Finds faults in stems: late, drifting, mislabelled, silent, clipped, cut, normalised."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from ....compiler.plan import BusPlan, SoundPlan, StemPlan
from ....dsl.findings.diagnostics import Diagnostic, PieceError, Severity
from ....dsl.findings.span import Span
from ....dsl.text.audio_headers import RecordingFormat
from ....store.values.array_types import F64
from ..level import LOUDER, decibels
from ..master.meter import LoudnessMeter
from ..wave import write_wav
from .alignment import DRIFT_S, NEAR_MS, Alignment, measured
from .attacks import LAG_S, RING_S, without_attacks
from .recording import recorded, recording_format
from .stem import not_aligned, stem_file
from .synth import synthesised

LAG_MOST_S = 0.040
SILENT_LUFS = -70.0
SILENT_PEAK_DBFS = -80.0
"""A part that is muted leaves only the dither of 16 bits."""
SOFT_PEAK_DBFS = -40.0
DC_MOST = 10.0 ** (-60.0 / 20.0)
CLIPPED_RUN = 3
# MuseScore 3 normalises every export to this peak by default.
_NORMALISED_DBFS, _NORMALISED_WITHIN_DB = -0.1, 0.05


@dataclass(frozen=True, slots=True)
class Checked:
    """One stem, looked at."""

    bus: str
    stem: str
    alignment: Alignment | None
    """None where it has no notes, or cannot be read."""
    peak_dbfs: float
    findings: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Signal:
    """Running measurements of a stem's samples."""

    peak: float = 0.0
    total: float = 0.0
    count: int = 0
    last_heard: int = 0
    is_clipped: bool = False

    def add(self, block: F64) -> None:
        level = np.abs(block).max(axis=0)
        self.peak = max(self.peak, float(level.max(initial=0.0)))
        self.total += float(block.sum()) / 2.0
        heard = np.flatnonzero(level > 1e-4)
        if len(heard):
            self.last_heard = self.count + int(heard[-1])
        full = np.abs(block) >= 1.0 - 2.0**-15
        runs = np.lib.stride_tricks.sliding_window_view(full, CLIPPED_RUN, axis=1)
        self.is_clipped = self.is_clipped or bool(runs.all(axis=2).any())
        self.count += block.shape[1]


def checked_stems(plan: SoundPlan) -> Iterator[Checked]:
    """Every stem of the plan in order; the programs that play some of them are run."""
    peaks: list[tuple[str, str, float]] = []
    with tempfile.TemporaryDirectory(prefix="musicvis-stems-") as folder:
        for bus in plan.buses:
            for stem in bus.stems:
                checked = _checked(bus, stem, plan, Path(folder))
                if stem.file is not None:
                    peaks.append((checked.stem, str(stem.file), checked.peak_dbfs))
                yield _with_normalised(checked, stem, peaks)


def _checked(bus: BusPlan, stem: StemPlan, plan: SoundPlan, folder: Path) -> Checked:
    rate_hz = plan.sample_rate_hz
    notes = stem.reference or stem.notes or ()
    span = Span(str(stem.file or stem.score or stem.name))
    end_s = max((note.onset_s for note in notes), default=plan.sample_count / rate_hz) + RING_S
    try:
        if stem.file is None and not stem.by:
            file, start_s = folder / "embedded.wav", 0.0
            samples = synthesised(notes, round(end_s * rate_hz), rate_hz, stem.channels)
            write_wav(file, (np.ascontiguousarray(block.T, np.float32) for block in samples), rate_hz)
        else:
            file, start_s = stem_file(stem, folder, rate_hz)
        form = recording_format(file)
        start_s += stem.file_offset_s
        signal, meter = _Signal(), LoudnessMeter(rate_hz)
        for block in recorded(file, start_s, round(end_s * rate_hz), rate_hz):
            signal.add(block)
            meter.add(block)
        alignment = measured(file, notes, start_s, rate_hz) if notes else None
        if alignment is not None:
            alignment = without_attacks(alignment, notes, stem.channels, rate_hz)
    except PieceError as error:
        return Checked(bus.name, stem.name, None, -inf, error.diagnostics)
    loudness_lufs = meter.loudness().integrated_lufs
    found = [*_level_faults(stem, signal, loudness_lufs, form, bool(notes), span)]
    if alignment is not None and loudness_lufs >= SILENT_LUFS:
        found += _time_faults(stem, alignment, span)
        last_s = max(note.onset_s for note in notes)
        if signal.last_heard / rate_hz < last_s:
            message = f"{stem.name} ends at {signal.last_heard / rate_hz:.2f} s, and its last note begins at"
            hint = "export the whole stem again"
            found.append(_warning("MV535", span, f"{message} {last_s:.2f} s", hint))
    return Checked(bus.name, stem.name, alignment, decibels(signal.peak), tuple(found))


def _level_faults(
    stem: StemPlan, signal: _Signal, loudness_lufs: float, form: RecordingFormat, has_notes: bool, span: Span
) -> Iterator[Diagnostic]:
    if has_notes and loudness_lufs < SILENT_LUFS and decibels(signal.peak) < SILENT_PEAK_DBFS:
        message = f"{stem.name} is silent, and its part has notes"
        yield _warning("MV533", span, message, "the part was muted when it was exported: export it again")
    elif has_notes and decibels(signal.peak) < SOFT_PEAK_DBFS:
        message = f"{stem.name} is very soft: its highest peak is {decibels(signal.peak):.0f} dBFS"
        yield _warning("MV514", span, message, LOUDER)
    if signal.is_clipped and not (form.wav is not None and form.wav.is_float):
        message = f"{stem.name} is clipped: full scale is reached several samples in a row"
        yield _warning("MV535", span, message, "export it at a lower level, or as floats")
    if abs(signal.total) > DC_MOST * max(1, signal.count):
        message = f"{stem.name} has a constant part of {decibels(abs(signal.total) / signal.count):.0f} dBFS"
        yield _warning("MV535", span, message, "put a highpass of 20 Hz into its chain")


def _time_faults(stem: StemPlan, alignment: Alignment, span: Span) -> Iterator[Diagnostic]:
    lag_ms = round(1000.0 * alignment.lag_s)
    if stem.is_aligned and (not alignment.is_told or alignment.wrong_rate != 1.0):
        yield not_aligned(stem, alignment)
    elif not alignment.is_told:
        message = f"the notes of {stem.name} are too hard to tell from its other sound to measure its timing"
        yield Diagnostic("MV532", span, message, "listen to it", Severity.NOTE)
    elif alignment.wrong_rate != 1.0:
        share = 100.0 * abs(alignment.wrong_rate - 1.0)
        faster = "fast" if alignment.wrong_rate < 1.0 else "slow"
        message = f"{stem.name} is {share:.1f}% too {faster}: its header names a rate that is not its own"
        yield Diagnostic("MV531", span, message, "convert it from its true rate, 44,100 or 48,000 Hz")
    elif abs(alignment.drift_s) > DRIFT_S:
        drift_ms = round(1000.0 * alignment.drift_s)
        message = f"{stem.name} drifts: its second half is {drift_ms:+d} ms from its first"
        yield Diagnostic("MV531", span, message, "it was played at another tempo than that of the score")
    elif stem.is_aligned and abs(lag_ms) > NEAR_MS:
        side = "late" if lag_ms > 0 else "early"
        message = f"{stem.name} is {abs(lag_ms)} ms {side}, and align: auto moves it by that much"
        yield Diagnostic("MV537", span, message, "listen whether this is right", Severity.NOTE)
    elif abs(alignment.lag_s) > LAG_S and not stem.is_aligned:
        side = "late" if lag_ms > 0 else "early"
        total_ms = lag_ms + (round(1000.0 * stem.file_offset_s) if stem.is_shifted else 0)
        is_bad = abs(alignment.lag_s) > LAG_MOST_S and not stem.is_shifted
        yield Diagnostic(
            "MV530",
            span,
            f"{stem.name} is {abs(lag_ms)} ms {side}",
            f"write offset: {total_ms}ms, or align: auto",
            Severity.ERROR if is_bad else Severity.WARNING,
        )


def _with_normalised(checked: Checked, stem: StemPlan, peaks: Sequence[tuple[str, str, float]]) -> Checked:
    """The checks, with a warning at the second of several files that were normalised to one peak."""
    alike = [name for name, _, peak in peaks if abs(peak - _NORMALISED_DBFS) <= _NORMALISED_WITHIN_DB]
    if stem.file is None or len(alike) != 2 or checked.stem != alike[-1]:
        return checked
    message = f"{alike[0]} and {alike[1]} both peak at {_NORMALISED_DBFS} dBFS: their balance is lost"
    hint = "MuseScore 3 does this; export them with audio\\normalize=false, or set their gains by ear"
    finding = _warning("MV534", Span(str(stem.file)), message, hint)
    return Checked(
        checked.bus, checked.stem, checked.alignment, checked.peak_dbfs, (*checked.findings, finding)
    )


def _warning(code: str, span: Span, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, span, message, hint, Severity.WARNING)
