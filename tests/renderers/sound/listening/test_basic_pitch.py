"""basic-pitch: times from windows, notes from posteriors, onsets of the flux; the network if it is here."""

import numpy as np
import pytest
from musicvis.renderers.sound.listening import basic_pitch
from musicvis.renderers.sound.listening.basic_pitch import decoded_notes, network_notes, snapped, time_s
from musicvis.renderers.sound.listening.notes import HeardNote

from .conftest import Band


def test_frames_drift_with_their_windows() -> None:
    # A window advances 36,164 samples and gives 142 frames of 256: 188 samples are lost or won each time.
    assert time_s(0) == 0.0
    assert time_s(141) == 141 * 256 / 22_050
    assert time_s(142) == 36_164 / 22_050
    assert time_s(142 * 10 + 3) == (361_640 + 768) / 22_050


def test_a_note_lasts_from_its_onset_while_its_frames_hold() -> None:
    onset, frame = np.zeros((100, 88), np.float32), np.zeros((100, 88), np.float32)
    onset[20, 39] = 0.9
    frame[20:50, 39] = 0.8
    frame[70:73, 10] = 0.9
    onset[70, 10] = 0.9
    (note,) = decoded_notes(onset, frame)
    assert (note.pitch, note.onset_s, note.end_s) == (60, time_s(20), time_s(50))
    assert note.level == pytest.approx(0.8, abs=0.01)


def test_an_onset_of_the_flux_that_is_near_is_the_notes() -> None:
    notes = [HeardNote(1.03, 2.0, 60, 1.0), HeardNote(1.5, 2.0, 62, 1.0)]
    assert [note.onset_s for note in snapped(notes, np.array([1.0, 1.6]))] == [1.0, 1.5]
    assert snapped(notes, np.zeros(0)) == notes


@pytest.mark.skipif(basic_pitch.weights() is None, reason="basic-pitch is not installed")
def test_the_network_hears_most_notes_of_a_band(pop: Band) -> None:
    found = {
        (round(n.onset_s * 10), n.pitch) for n in network_notes(pop.recording.samples, np.zeros(0, np.int64))
    }
    played = {(round(n.onset_s * 10), n.pitch) for n in pop.notes if not n.is_drums}
    assert len(found & played) / len(played) > 0.5
