"""Space as written to space as planned: lanes around the head, spirals, notes apart, heads."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.compile import check_piece, compile_piece
from musicvis.compiler.plan import SoundPlan
from musicvis.compiler.sound.installed import head_at
from musicvis.compiler.sound.note_spread import ears_of
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.load import load_piece
from musicvis.dsl.model.audio import Spread


def write_piece(folder: Path, bus: str, effects: str = "{}") -> Path:
    """Four bars of 4/4 at 120, 2 s each, with C4, E4, G4 and C5 in every bar."""
    import mido

    midi = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    midi.tracks.append(track)
    track.append(mido.MetaMessage("track_name", name="vibes"))
    track.append(mido.Message("program_change", program=11))
    for pitch in (60, 64, 67, 72) * 4:
        track.append(mido.Message("note_on", note=pitch, velocity=80, time=0))
        track.append(mido.Message("note_off", note=pitch, velocity=0, time=480))
    midi.save(folder / "tune.mid")
    (folder / "piece.yaml").write_text(
        f"musicvis: 1\ntitle: Tune\nscore: tune.mid\naudio: {{buses: {{vibes: {bus}}}}}\neffects: {effects}\n"
    )
    return folder


def planned(folder: Path, bus: str, effects: str = "{}") -> SoundPlan:
    compilation = compile_piece(load_piece(write_piece(folder, bus, effects)))
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan.sound


def found(folder: Path, bus: str, effects: str = "{}") -> list[tuple[str, str]]:
    findings = check_piece(load_piece(write_piece(folder, bus, effects)))
    return [(finding.code, finding.message) for finding in findings]


def test_an_orbit_turns_from_where_the_lane_stands(tmp_path: Path) -> None:
    lanes = "{vibes.azimuth: [{at: 1, hold: 30}, {at: 2, turns: 2}, {at: 3, turns: -0.5}, {at: 4, to: 0}]}"
    (bus,) = planned(tmp_path, "{space: binaural}", lanes).buses
    assert bus.azimuth_deg is not None
    found = bus.azimuth_deg.values(np.array([1.0, 3.0, 3.999999, 5.0, 6.0, 7.0]))
    assert found == pytest.approx([30.0, 390.0, 750.0, 660.0, 570.0, 645.0], abs=1e-3)
    assert bus.distance is None and bus.elevation_deg is None


def test_directions_mean_the_same_after_a_turn(tmp_path: Path) -> None:
    lanes = "[{at: 1, turns: 2.125}, {at: 2, to: 0}, {at: 3, from: -30, to: 330}, {at: 4, hold: 350}]"
    (bus,) = planned(tmp_path, "{space: binaural}", f"{{vibes.azimuth: {lanes}}}").buses
    assert bus.azimuth_deg is not None
    # Two turns and 45 degrees; from there 45 back, not two turns; then once round; 350 is 10 left of 0.
    found = bus.azimuth_deg.values(np.array([1.999999, 3.0, 3.9, 5.0, 7.0]))
    assert found == pytest.approx([765.0, 742.5, 722.25, 870.0, 1070.0], abs=1e-3)


def test_a_spiral_moves_azimuth_distance_and_elevation_together(tmp_path: Path) -> None:
    lanes = "{vibes.azimuth: [{at: 1, turns: 1, distance: 0.5..8, elevation: 60}, {at: 3, hold: 0}]}"
    (bus,) = planned(tmp_path, "{space: binaural}", lanes).buses
    assert bus.azimuth_deg is not None and bus.distance is not None and bus.elevation_deg is not None
    times_s = np.array([0.0, 1.0, 2.0, 5.0])
    assert bus.azimuth_deg.values(times_s) == pytest.approx([0.0, 90.0, 180.0, 360.0], abs=1e-9)
    # Halfway between 0.5 and 8 is 2: distances grow by ratios. After the spiral they stay.
    assert bus.distance.values(times_s) == pytest.approx([0.5, 1.0, 2.0, 8.0])
    assert bus.elevation_deg.values(times_s) == pytest.approx([0.0, 15.0, 30.0, 60.0], abs=1e-9)


def test_a_bus_is_moved_by_its_ear_or_its_azimuth_not_by_both(tmp_path: Path) -> None:
    lanes = "{vibes: [{at: 1, to: 1}], vibes.azimuth: [{at: 1, turns: 1}]}"
    assert found(tmp_path, "{space: binaural}", lanes) == [
        ("MV317", "bus vibes is moved by its ear and by its azimuth")
    ]


def test_a_spiral_and_a_lane_of_distance_are_two_for_one(tmp_path: Path) -> None:
    lanes = "{vibes.azimuth: [{at: 1, turns: 1, distance: 4}], vibes.distance: [{at: 2, to: 2}]}"
    codes = [code for code, _ in found(tmp_path, "{space: binaural}", lanes)]
    assert codes == ["MV212"]


def test_a_distance_out_of_reach_is_reported(tmp_path: Path) -> None:
    ((code, message),) = found(tmp_path, "{}", "{vibes.distance: [{at: 1, to: 20}]}")
    assert (code, message) == ("MV231", "vibes.distance goes from 0.25 to 8; 20 is clipped")


def test_a_jump_around_a_head_takes_longer_than_one_between_loudspeakers(tmp_path: Path) -> None:
    lanes = "{vibes: [{at: 1, hold: -1}, {at: 2, from: 1, to: 1}]}"
    for space, length_s in (("balance", 0.010), ("binaural", 0.080)):
        (bus,) = planned(tmp_path, f"{{space: {space}}}", lanes).buses
        around = 2.0 + 0.49 * length_s * np.array([-1.0, 1.0])
        beyond = 2.0 + 0.51 * length_s * np.array([-1.0, 1.0])
        assert bus.ear.values(beyond).tolist() == [-1.0, 1.0]
        assert (np.abs(bus.ear.values(around)) < 1.0).all()


@pytest.mark.parametrize(
    "written",
    ["by pitch -0.6..0.6", "{by: pitch, from: -0.6, to: 0.6}", "{by: pitch, from: -0.6, to: 0.6, lane: v}"],
)
def test_notes_stand_apart_by_their_pitch_in_all_forms(tmp_path: Path, written: str) -> None:
    (bus,) = planned(
        tmp_path, f"{{ear: {written}}}", "{v: [{at: 1, hold: 0.1}]}" if "lane" in written else "{}"
    ).buses
    ears = {note.pitch: note.ear for stem in bus.stems for note in stem.notes or ()}
    assert ears == pytest.approx({60: -0.6, 64: -0.2, 67: 0.1, 72: 0.6})
    assert bus.ear.values(np.array([1.0]))[0] == pytest.approx(0.1 if "lane" in written else 0.0)


def test_a_note_stands_where_it_stands_in_the_whole_piece_whatever_passage_is_compiled(
    tmp_path: Path,
) -> None:
    folder = write_piece(tmp_path, "{ear: by order -1..1}")
    whole = compile_piece(load_piece(folder)).plan
    passage = compile_piece(load_piece(folder, bars="3..4")).plan
    assert whole is not None and passage is not None

    def ears(sound: SoundPlan, from_s: float) -> list[float]:
        return [
            note.ear for stem in sound.buses[0].stems for note in stem.notes or () if note.onset_s >= from_s
        ]

    assert ears(whole.sound, 4.0)[:4] == ears(passage.sound, 0.0)[:4]


def test_sixteen_places_are_exact_and_more_notes_share_sixteen() -> None:
    spread = Spread("pitch", -1.0, 1.0)
    few = [(60 + k, Fraction(k)) for k in range(16)]
    ear_of = ears_of(spread, few)
    assert [ear_of(*note) for note in few] == pytest.approx(np.linspace(-1.0, 1.0, 16))
    many = [(20 + k, Fraction(k)) for k in range(80)]
    for by in ("pitch", "order"):
        ear_of = ears_of(Spread(by, -1.0, 1.0), many)
        ears = [ear_of(*note) for note in many]
        assert len(set(ears)) == 16
        assert ears == pytest.approx(np.linspace(-1.0, 1.0, 80), abs=1.0 / 15.0 + 1e-9)


def test_one_pitch_alone_stands_in_the_middle_of_its_spread() -> None:
    assert ears_of(Spread("pitch", 0.0, 0.5), [(60, Fraction(0))])(60, Fraction(0)) == 0.25


def test_a_head_is_looked_for_in_the_piece_and_then_among_the_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed.sofa"
    monkeypatch.setattr("musicvis.compiler.sound.installed.INSTALLED_HEADS", (installed,))
    missing = head_at(tmp_path, None, Span("piece.yaml", 3))
    assert isinstance(missing, Diagnostic)
    assert (missing.code, missing.span.line) == ("MV520", 3)
    installed.write_bytes(b"x")
    assert head_at(tmp_path, None, Span("piece.yaml")) == installed
    ((code, _),) = found(tmp_path, "{space: hrtf, sofa: heads/mine.sofa}")
    assert code == "MV001"
