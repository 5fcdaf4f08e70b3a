"""Stems, sends, returns, the master and plugins on their way from the manifest to the plan."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.compile import Compilation, compile_piece
from musicvis.compiler.lanes.parameters import beat_rate
from musicvis.compiler.plan import EffectPlan, MasterPlan, SoundPlan
from musicvis.compiler.sound import soundfonts
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.load import load_piece
from musicvis.renderers.sound.effects.chain import through_chain
from musicvis.renderers.sound.wave import write_wav

from ..conftest import score_of

SCORE = Path(__file__).parents[1] / "score/data/waltz.mscz"

Compile = Callable[..., Compilation]


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    """A piece around the waltz of the readers' tests, with this audio block."""
    (tmp_path / "waltz.mscz").write_bytes(SCORE.read_bytes())

    def make(
        audio: str, rest: str = "", bars: str | None = None, trusted: tuple[Path, ...] = ()
    ) -> Compilation:
        text = (
            f"musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\nvideo: {{size: 64x36, fps: 10}}\naudio: {audio}\n"
        )
        (tmp_path / "piece.yaml").write_text(text + rest)
        return compile_piece(load_piece(tmp_path, bars=bars), trusted)

    return make


def sound(compilation: Compilation) -> SoundPlan:
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan.sound


LOW = "low: {stems: [{score: waltz.mscz}], sends: {room: -12 dB}}"
ROOM = "returns: {room: {chain: [{reverb: {room_size: 80%}}, {delay: {time: 0.5s}}], gain: 50%}}"


def test_a_return_gives_its_room_without_direct_sound(compiled: Compile) -> None:
    (back,) = sound(compiled(f"{{buses: {{{LOW}}}, {ROOM}}}")).returns
    reverb, delay = back.chain
    assert dict(reverb.constants)["dry"] == 0.0 and dict(delay.constants)["mix"] == 1.0
    assert back.gain.constant == 0.5


def test_a_send_has_its_level_until_a_lane_moves_it(compiled: Compile) -> None:
    plan = sound(compiled(f"{{buses: {{{LOW}}}, {ROOM}}}"))
    (send,) = plan.buses[0].sends
    assert (send.to, send.is_before, send.gain.constant) == (
        "room",
        False,
        pytest.approx(10.0 ** (-12.0 / 20.0)),
    )
    lanes = "effects:\n  low.sends.room:\n    - {at: 2|1, hold: -6 dB}\n"
    (moved,) = sound(compiled(f"{{buses: {{{LOW}}}, {ROOM}}}", lanes)).buses[0].sends
    values = moved.gain.values(np.array([0.0, 100.0]))
    assert values == pytest.approx([10.0 ** (-12.0 / 20.0), 10.0 ** (-6.0 / 20.0)])


def test_a_lane_of_a_missing_send_is_reported(compiled: Compile) -> None:
    lanes = "effects:\n  low.sends.rom:\n    - {at: 2|1, hold: 0.5}\n"
    finding = next(
        f for f in compiled(f"{{buses: {{{LOW}}}, {ROOM}}}", lanes).diagnostics if f.code == "MV310"
    )
    assert finding.hint == "did you mean low.sends.room?"


def test_a_master_and_the_seed_reach_the_plan(compiled: Compile) -> None:
    auto = MasterPlan(-14.0, -1.0, True, most_reduction_db=4.0)
    assert sound(compiled(f"{{buses: {{{LOW}}}, {ROOM}}}")).master == auto
    assert sound(compiled("{master: {loudness: auto}}")).master == auto
    assert sound(compiled("{master: {loudness: none}}")).master == MasterPlan(None, -1.0, True)
    master = "master: {loudness: -16 LUFS, ceiling: -2 dBTP, dither: false}"
    plan = sound(compiled(f"{{{master}}}", "seed: 9\n"))
    assert plan.master == MasterPlan(-16.0, -2.0, False) and plan.seed == 9
    assert sound(compiled("{master: {}}")).master == auto


def test_a_stem_for_musescore_begins_where_the_passage_and_its_offset_say(compiled: Compile) -> None:
    audio = "{buses: {low: {stems: [{score: waltz.mscz, by: musescore, offset: 37ms}]}}}"
    whole, passage = (sound(compiled(audio, bars=bars)).buses[0].stems[0] for bars in (None, "3..4"))
    assert whole.score is not None and whole.score.name == "waltz.mscz" and whole.notes is None
    assert whole.file_offset_s == pytest.approx(0.037) and whole.is_shifted
    assert passage.file_offset_s > 1.0
    # Its notes are told from the first bar, wherever the film begins.
    assert passage.reference == whole.reference and whole.reference[0].onset_s >= 0.0


def test_a_recording_plays_the_part_that_it_names_or_that_its_bus_is_called(
    compiled: Compile, tmp_path: Path
) -> None:
    write_wav(tmp_path / "a.wav", [np.full((48_000, 2), 0.1, np.float32)], 48_000)
    plan = sound(compiled("{buses: {all: {stems: [{file: a.wav, align: auto}]}}}"))
    everything = plan.buses[0].stems[0]
    assert plan.master.most_gain_db == 30.0, "a recording has noise, and auto raises it so far"
    assert everything.is_aligned and everything.reference
    broken = compiled("{buses: {all: {stems: [{file: a.wav, plays: tuba}]}}}")
    assert broken.plan is None and "MV320" in {f.code for f in broken.diagnostics}


def test_a_soundfont_is_looked_for_in_the_piece_and_then_where_systems_keep_them(
    compiled: Compile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", (tmp_path / "installed",))
    audio = "{buses: {low: {stems: [{score: waltz.mscz, by: fluidsynth, soundfont: GM.sf2}]}}}"
    assert [f.code for f in compiled(audio).diagnostics] == ["MV512"]
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed/GM.sf2").write_bytes(b"RIFF\0\0\0\0sfbk")
    assert sound(compiled(audio)).buses[0].stems[0].soundfont == tmp_path / "installed/GM.sf2"
    (missing,) = compiled(audio.replace("GM.sf2", "gm.SF2")).diagnostics
    assert missing.code == "MV512" and missing.hint.startswith("did you mean GM.sf2?")
    (tmp_path / "GM.sf2").write_bytes(b"RIFF\0\0\0\0sfbk")
    assert sound(compiled(audio)).buses[0].stems[0].soundfont == tmp_path / "GM.sf2"


def test_the_sounds_of_a_piece_play_every_part_that_does_not_say_who_plays_it(
    compiled: Compile, tmp_path: Path
) -> None:
    (tmp_path / "GM.sf2").write_bytes(b"RIFF\0\0\0\0sfbk")
    write_wav(tmp_path / "a.wav", [np.full((48_000, 2), 0.1, np.float32)], 48_000)
    (bus,) = sound(compiled("{sounds: GM.sf2}")).buses[:1]
    assert (bus.stems[0].by, bus.stems[0].soundfont) == ("fluidsynth", tmp_path / "GM.sf2")
    own = "{sounds: GM.sf2, buses: {low: {stems: [{score: waltz.mscz, by: musescore}, {file: a.wav}]}}}"
    idle = compiled(own)
    assert [stem.by for stem in sound(idle).buses[0].stems] == ["musescore", ""]
    assert [f.span.line for f in idle.diagnostics if f.code == "MV551"] == [5]
    assert "MV551" not in {f.code for f in compiled("{sounds: GM.sf2}").diagnostics}
    assert all(not stem.by for stem in sound(compiled("{sounds: built-in}")).buses[0].stems)


def test_a_file_that_is_no_soundfont_is_refused_before_it_is_played(
    compiled: Compile, tmp_path: Path
) -> None:
    (tmp_path / "GM.sf2").write_bytes(b"RIFF\0\0\0\0WAVE")
    assert [f.code for f in compiled("{sounds: GM.sf2}").diagnostics] == ["MV513"]
    with (tmp_path / "GM.sf2").open("wb") as file:
        file.write(b"RIFF\0\0\0\0sfbk")
        file.truncate(4 << 30)
    (fault,) = compiled("{sounds: GM.sf2}").diagnostics
    assert fault.code == "MV005" and fault.span.line == 5


def test_a_plugin_is_found_only_in_a_trusted_folder_and_its_numbers_can_move(
    compiled: Compile, tmp_path: Path
) -> None:
    link = "{vst3: {file: Room.vst3, parameters: {mix: 0.3, mode: Hall}}, label: room}"
    audio = f"{{buses: {{low: {{stems: [{{score: waltz.mscz}}], chain: [{link}]}}}}}}"
    refused = compiled(audio)
    assert refused.plan is None and [f.code for f in refused.diagnostics] == ["MV506"]
    assert [f.code for f in compiled(audio, trusted=(tmp_path,)).diagnostics] == ["MV507"]
    (tmp_path / "Room.vst3").mkdir()
    lanes = "effects:\n  low.room.mix:\n    - {at: 2|1, to: 0.9, shape: straight}\n"
    (effect,) = sound(compiled(audio, lanes, trusted=(tmp_path,))).buses[0].chain
    assert effect.file == tmp_path / "Room.vst3" and effect.settings == (("mode", "Hall"),)
    assert [name for name, _ in effect.automation] == ["mix"]


def test_swings_per_beat_stay_on_the_beat_through_a_change_of_tempo() -> None:
    score = score_of(["4/4"] * 4, tempi=((0, 100), (4, 95), (8, 60), (Fraction(19, 2), 133)))
    clock = Clock.from_score(score)
    rate = beat_rate(clock)
    count = round(float(clock.end_s) * 48_000)
    effect = EffectPlan("tremolo", "t", (("depth", 1.0),), (("rate", rate),))
    heard = np.concatenate(list(through_chain([np.ones((2, count))], (effect,), count, 48_000)), axis=1)[0]
    for beat in range(1, 16):
        sample = round(float(clock.seconds(Fraction(beat))) * 48_000)
        # At the top of a swing on each beat, at its bottom between two: a sample of phase is 1e-4 of a swing.
        assert heard[sample] > 1.0 - 1e-6
        between = round(float(clock.seconds(Fraction(2 * beat - 1, 2))) * 48_000)
        assert heard[between] < 1e-6 or beat == 10
