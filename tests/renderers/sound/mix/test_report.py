"""The report of a mix: what is said of sounds that are soft, short or silent."""

from math import inf
from pathlib import Path

import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.plan import BusPlan, MasterPlan, SoundPlan, StemPlan
from musicvis.renderers.sound.master.master import MasterReport
from musicvis.renderers.sound.master.meter import Loudness
from musicvis.renderers.sound.mix.report import MixReport, raised_finding, report_lines

RECORDING = StemPlan("a", 1.0, file=Path("soft.wav"))
BUS = BusPlan("a", (RECORDING,), (), Curve.constant_of(1.0), Curve.constant_of(0.0))


def report(lufs: float, peak_dbtp: float, gain_db: float, reduction_db: float) -> MixReport:
    """Of a mix of that loudness; the peak is what is heard."""
    mix, heard = (Loudness(level, 0.0, level, level) for level in (lufs, lufs + gain_db))
    return MixReport(MasterReport(mix, heard, peak_dbtp, gain_db, reduction_db, 1), 0.0, ())


def told(of: MixReport, loudness_lufs: float | None = -14.0) -> str | None:
    plan = SoundPlan(48_000, 48_000, (BUS,), master=MasterPlan(loudness_lufs))
    found = raised_finding(of, plan)
    return None if found is None else f"{found.code}: {found.message}"


@pytest.mark.parametrize(
    ("of", "said"),
    [
        # A hiss with a peak of -66 dBFS: BS.1770 takes nothing below -70 LUFS into account.
        (report(-inf, -66.0, 0.0, 0.0), "MV514: the sound is too soft to have a loudness, -66 dBTP"),
        (report(-50.0, -14.0, 36.0, 0.0), "MV514: the sound is very soft, -50 LUFS, and is raised by 36 dB"),
        (report(-50.0, -1.0, 36.0, 12.0), "MV514: the sound is very soft"),
        # A click at full scale is as soft to a meter; it cannot be recorded louder.
        (report(-37.0, -1.0, 60.0, 61.0), None),
        # Music of 0.3 s is shorter than the blocks of the meter.
        (report(-inf, -3.0, 0.0, 0.0), None),
        (report(-inf, -inf, 0.0, 0.0), None),
        (report(-30.0, -1.0, 16.0, 0.0), None),
    ],
)
def test_only_a_recording_that_is_soft_is_called_soft(of: MixReport, said: str | None) -> None:
    found = told(of)
    assert found is None if said is None else found is not None and found.startswith(said)
    assert told(of, None) is None


def test_only_silence_is_called_silent() -> None:
    assert report_lines(report(-inf, -inf, 0.0, 0.0)) == ("the sound is silent",)
    (line,) = report_lines(report(-inf, -66.0, 0.0, 0.0))
    assert line == "sound: -66.0 dBTP, too soft or too short to have a loudness"
