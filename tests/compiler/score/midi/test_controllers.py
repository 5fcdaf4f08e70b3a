"""Controllers of MIDI files as a score and a plan hold them."""

from fractions import Fraction
from pathlib import Path

import mido
import pytest
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import StemPlan
from musicvis.compiler.score.model import Channel, Score
from musicvis.compiler.score.read import read_score
from musicvis.dsl.load import load_piece

from .test_read import on, saved


def cc(number: int, value: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=number, value=value, time=time, channel=channel)


def read(*messages: mido.Message) -> Score:
    return read_score(saved(list(messages)), "a.mid")


def channel_of(*messages: mido.Message) -> Channel:
    (channel,) = read(*messages, on(60), on(60, 480, velocity=0)).channels
    return channel


def test_volume_and_expression_are_forty_decibels_a_decade_each() -> None:
    gain = channel_of(cc(7, 50), cc(11, 127), cc(11, 64, 480), cc(121, 0, 480)).gain
    assert gain == (
        (0, pytest.approx((50 / 100) ** 2)),
        (1, pytest.approx((50 / 100 * 64 / 127) ** 2)),
        (2, pytest.approx((50 / 100) ** 2)),
    )


def test_pan_goes_from_ear_to_ear() -> None:
    for value, ear in ((0, -1.0), (1, -1.0), (64, 0.0), (127, 1.0)):
        assert channel_of(cc(10, value)).ear[-1][1] == pytest.approx(ear)


def test_the_wheel_bends_by_its_range_and_tunings_add_to_it() -> None:
    full = mido.Message("pitchwheel", pitch=8191)
    assert channel_of(full).bend == ((0, pytest.approx(2.0, abs=1e-3)),)
    twelve = [cc(101, 0), cc(100, 0), cc(6, 12)]
    assert channel_of(*twelve, full).bend == ((0, pytest.approx(12.0, abs=2e-3)),)
    # Fine tuning: 8192 is 0, 0 is a semitone down. Coarse: 64 is 0.
    assert channel_of(cc(101, 0), cc(100, 1), cc(6, 32)).bend == ((0, pytest.approx(-0.5)),)
    assert channel_of(cc(101, 0), cc(100, 2), cc(6, 61)).bend == ((0, -3.0),)


def rings(*messages: mido.Message) -> list[Fraction | None]:
    return [note.ring_qn for note in read(*messages).notes]


def test_the_sustain_pedal_holds_notes_until_it_is_let_go_or_their_key_is_struck_again() -> None:
    assert rings(on(60), cc(64, 127), on(60, 480, velocity=0), cc(64, 0, 480)) == [2]
    assert rings(on(60), on(60, 480, velocity=0), cc(64, 127), cc(64, 0, 480)) == [None]
    held = [
        cc(64, 64),
        on(60),
        on(60, 240, velocity=0),
        on(60, 720),
        on(60, 240, velocity=0),
        cc(64, 63, 720),
    ]
    assert rings(*held) == [2, 2]
    # A pedal that never goes up holds to the end; the written lengths stay.
    (note,) = read(cc(64, 127), on(60), on(60, 480, velocity=0), cc(1, 0, 960)).notes
    assert (note.gate_qn, note.ring_qn) == (1, 3)


def test_the_sostenuto_pedal_holds_what_sounds_as_it_goes_down() -> None:
    begun = [on(60), cc(66, 127, 240), on(64, 120)]
    messages = [*begun, on(60, 120, velocity=0), on(64, velocity=0), cc(66, 0, 480)]
    assert rings(*messages) == [2, None]


def test_unplayed_events_are_reported_once_with_their_counts() -> None:
    wheel = [cc(1, k, 10) for k in range(1, 4)]
    score = read(*wheel, cc(91, 40), cc(93, 0), cc(65, 0), on(60), on(60, 480, velocity=0))
    (finding,) = score.findings
    assert finding.code == "MV415"
    assert finding.message == "4 MIDI events are not played: 3 of modulation, 1 of reverb send"
    assert "`cc: 1`" in finding.hint
    (finding,) = read(cc(93, 1), on(60), on(60, 480, velocity=0)).findings
    assert finding.message == "1 MIDI event is not played: 1 of chorus send"
    assert "`cc: 93`" in finding.hint


def stem(folder: Path, more: str = "") -> tuple[StemPlan, list[str]]:
    (folder / "a.mid").write_bytes(
        saved(
            [
                mido.MetaMessage("track_name", name="P"),
                cc(10, 127),
                cc(7, 50, 480),
                on(60),
                on(60, 480, velocity=0),
            ]
        )
    )
    (folder / "piece.yaml").write_text("musicvis: 1\ntitle: T\nscore: a.mid\n" + more)
    compilation = compile_piece(load_piece(folder))
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan.sound.buses[0].stems[0], [finding.code for finding in compilation.diagnostics]


def test_the_plan_has_the_moves_of_a_channel_in_film_seconds(tmp_path: Path) -> None:
    plan, codes = stem(tmp_path)
    assert "MV417" not in codes
    (channel,) = plan.channels
    assert channel.gain == ((0.0, 1.0), (0.5, 0.25)) and channel.ear == ((0.0, 1.0),)
    assert [note.channel for note in plan.notes or ()] == [0]


def test_a_lane_for_the_place_of_a_part_wins_over_its_pan_and_says_so(tmp_path: Path) -> None:
    plan, codes = stem(tmp_path, "effects: {P: [{at: 1|1, to: -1}]}\n")
    assert codes.count("MV417") == 1
    assert plan.channels[0].ear == ((0.0, 0.0),) and plan.channels[0].gain[-1][1] == 0.25


def test_a_lane_that_follows_the_pan_of_its_part_lets_it_be_heard(tmp_path: Path) -> None:
    for lane in ("P: {cc: 10}", "P.azimuth: {cc: 10, from: -60, to: 60}"):
        plan, codes = stem(tmp_path, f"effects: {{{lane}}}\n")
        assert "MV417" not in codes
        assert plan.channels[0].ear == ((0.0, 0.0),), "it is placed once, by the lane"


def test_for_headphones_a_note_stands_where_its_pan_is(tmp_path: Path) -> None:
    plan, _ = stem(tmp_path, "audio: {buses: {P: {space: binaural, stems: [{part: P}]}}}\n")
    assert [note.ear for note in plan.notes or ()] == [1.0]
