"""Standard MIDI files, written by mido or by hand, byte by byte."""

import io
import struct
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.score.midi.events import midi_events
from musicvis.compiler.score.read import read_score
from musicvis.dsl.findings.diagnostics import PieceError

DATA = Path(__file__).parents[1] / "data"
NOTE = b"\x00\x90\x3c\x40\x60\x80\x3c\x00"
END = b"\x00\xff\x2f\x00"


def chunk(events: bytes) -> bytes:
    return b"MTrk" + struct.pack(">I", len(events)) + events


def midi(*tracks: bytes, kind: int = 1, count: int | None = None, division: int = 96) -> bytes:
    return (
        b"MThd"
        + struct.pack(">IHHH", 6, kind, len(tracks) if count is None else count, division)
        + b"".join(tracks)
    )


def saved(*tracks: list[mido.Message | mido.MetaMessage], ticks: int = 480) -> bytes:
    file = mido.MidiFile(ticks_per_beat=ticks)
    for messages in tracks:
        file.tracks.append(mido.MidiTrack(messages))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def on(note: int, time: int = 0, channel: int = 0, velocity: int = 64) -> mido.Message:
    return mido.Message("note_on", note=note, time=time, channel=channel, velocity=velocity)


def test_tempi_are_exact_and_the_last_of_one_tick_holds() -> None:
    score = read_score(
        saved(
            [
                mido.MetaMessage("set_tempo", tempo=500_000),
                mido.MetaMessage("set_tempo", tempo=631_579),
                mido.MetaMessage("set_tempo", tempo=600_000, time=480),
                on(60),
                on(60, 480, velocity=0),
            ]
        ),
        "a.mid",
    )
    assert [(t.onset_qn, t.quarters_per_minute) for t in score.tempi] == [
        (0, Fraction(60_000_000, 631_579)),
        (1, 100),
    ]


def test_overlapping_unisons_are_two_notes_and_the_first_begun_ends_first() -> None:
    score = read_score(
        saved([on(60), on(60, 240, velocity=50), on(60, 240, velocity=0), on(60, 480, velocity=0)]), "a.mid"
    )
    assert [(n.onset_qn, n.length_qn, n.velocity) for n in score.notes] == [
        (0, 1, 64),
        (Fraction(1, 2), Fraction(3, 2), 50),
    ]


def test_a_program_is_its_channels_whichever_track_sets_it() -> None:
    program = [mido.Message("program_change", channel=3, program=11)]
    score = read_score(saved(program, [on(60, channel=3), on(60, 480, 3, 0)]), "a.mid")
    assert [track.program for track in score.tracks] == [11]


def test_a_program_change_in_the_piece_makes_a_second_track() -> None:
    change = mido.Message("program_change", program=13)
    score = read_score(
        saved(
            [
                mido.Message("program_change", program=9),
                on(60),
                on(60, 480, velocity=0),
                change,
                on(62),
                on(62, 480, velocity=0),
            ]
        ),
        "a.mid",
    )
    assert [(score.tracks[n.track].program, n.pitch) for n in score.notes] == [(9, 60), (13, 62)]


def test_track_names_lose_the_nul_that_musescore_ends_them_with() -> None:
    score = read_score(
        saved([mido.MetaMessage("track_name", name="Vibes\x00"), on(60), on(60, 9, velocity=0)]), "a.mid"
    )
    assert score.tracks[0].name == "Vibes"


def test_channel_ten_plays_drums() -> None:
    score = read_score(saved([on(38, channel=9), on(38, 9, 9, 0), on(60), on(60, 9, velocity=0)]), "a.mid")
    assert {score.tracks[n.track].is_drums: n.pitch for n in score.notes} == {True: 38, False: 60}


def test_bars_follow_the_time_signatures_and_cover_the_last_note() -> None:
    def metre(n: int, d: int, time: int = 0) -> mido.MetaMessage:
        return mido.MetaMessage("time_signature", numerator=n, denominator=d, time=time)

    score = read_score(
        saved(
            [metre(1, 4), metre(4, 4, 480), metre(6, 8, 480 * 6)], [on(60, 480 * 9), on(60, 480, velocity=0)]
        ),
        "a.mid",
    )
    assert [(m.bar, m.start_qn, m.length_qn, str(m.meter)) for m in score.measures] == [
        (1, 0, 1, "1/4"),
        (2, 1, 4, "4/4"),
        (3, 5, 2, "4/4"),
        (4, 7, 3, "6/8"),
    ]
    assert [(f.code, f.message) for f in score.findings] == [("MV457", "a time signature cuts bar 3 short")]
    assert (score.notes[0].bar, score.notes[0].beat) == (4, 5)


def test_lyrics_and_markers_stand_at_their_ticks() -> None:
    score = read_score(
        saved(
            [
                mido.MetaMessage("marker", text="A"),
                on(60),
                mido.MetaMessage("lyrics", text="la"),
                on(60, 480, velocity=0),
            ]
        ),
        "a.mid",
    )
    assert [n.lyric for n in score.notes] == ["la"]
    assert [(m.name, m.onset_qn) for m in score.marks] == [("A", 0)]


REFUSED = {
    "not a file": (b"RIFF", "MV410 at byte 0"),
    "header cut": (b"MThd\x00\x00\x00\x06\x00", "MV411 at byte 9"),
    "format 2": (midi(chunk(NOTE + END), kind=2), "MV410 at byte 8"),
    "65535 tracks": (midi(chunk(NOTE + END), count=65_535), "MV412 at byte 10"),
    "no tracks": (midi(count=0), "MV412 at byte 10"),
    "film frames": (
        midi(chunk(NOTE + END), division=0xE728),
        "MV410 at byte 12: its time is counted in film frames",
    ),
    "division 0": (midi(chunk(NOTE + END), division=0), "MV411 at byte 12"),
    "a chunk longer than the file": (midi(chunk(NOTE + END))[:-2], "MV411 at byte 18: track 1 says"),
    "nine flats": (
        midi(chunk(NOTE + b"\x00\xff\x59\x02\xf7\x00" + END)),
        "a key signature that no music has",
    ),
    "a note without an end": (
        midi(chunk(b"\x00\x90\x3c\x40" + END)),
        "note 60 on channel 1 of track 1 never ends",
    ),
    "no end of track": (midi(chunk(NOTE)), "does not end with an end-of-track event"),
    "data after the end": (midi(chunk(END + NOTE)), "MV411 at byte 26: track 1 goes on after its end"),
    "no status byte": (midi(chunk(b"\x00\x3c\x40" + END)), "a data byte without a status byte"),
    "data above 127": (midi(chunk(b"\x00\x90\xfc\x40" + END)), "data byte 0xfc is above 127"),
    "tempo 0": (midi(chunk(b"\x00\xff\x51\x03\x00\x00\x00" + END)), "a tempo must be three bytes and not 0"),
    "a five-byte number": (
        midi(chunk(b"\xff\xff\xff\xff\x7f\x90\x3c\x40" + END)),
        "a number of more than four bytes",
    ),
    "a metre of 0/4": (
        midi(chunk(b"\x00\xff\x58\x04\x00\x02\x18\x08" + END)),
        "a time signature that no music has",
    ),
    "ticks beyond 2^31": (midi(chunk(b"\xff\xff\xff\x7f\xb0\x01\x01" * 9 + END)), "is beyond 2147483648"),
    "five hours": (
        midi(
            chunk(b"\x00\xff\x51\x03\xff\xff\xff" + b"\x00\x90\x3c\x40\x83\xf0\x00\x80\x3c\x00" + END),
            division=1,
        ),
        "MV408 it lasts",
    ),
    "a system message": (midi(chunk(b"\x00\xf8" + END)), "status byte 0xf8 does not belong in a file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_damaged_file_is_refused_at_its_byte(case: str) -> None:
    data, message = REFUSED[case]
    with pytest.raises(PieceError) as caught:
        read_score(data, "a.mid")
    assert message in str(caught.value)
    assert caught.value.diagnostics[0].span.file == "a.mid"


def test_more_events_than_any_piece_has_are_refused() -> None:
    with pytest.raises(PieceError, match=r"MV412 .* more than 250000 events"):
        read_score(midi(chunk(b"\x00\xb0\x01\x01" + b"\x00\x01\x01" * 500_001 + END)), "a.mid")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5000),
            st.integers(1, 3000),
            st.integers(0, 15),
            st.integers(0, 127),
            st.integers(1, 127),
        ),
        max_size=25,
        unique_by=lambda note: (note[2], note[3]),
    ),
    st.integers(1, 32_767),
)
def test_every_note_that_mido_writes_is_read_at_its_tick(notes: list[tuple[int, ...]], ticks: int) -> None:
    events = [(start, on(pitch, 0, channel, velocity)) for start, _, channel, pitch, velocity in notes]
    events += [(start + length, on(pitch, 0, channel, 0)) for start, length, channel, pitch, _ in notes]
    events.sort(key=lambda event: event[0])
    messages = [
        m.copy(time=at - before) for (at, m), (before, _) in zip(events, [(0, None), *events], strict=False)
    ]
    file = midi_events(saved(messages, ticks=ticks), "a.mid")
    read = [
        (n.start_tick, n.end_tick - n.start_tick, n.channel, n.pitch, n.velocity)
        for n in file.tracks[0].notes
    ]
    assert sorted(read) == sorted(notes)


def test_mido_and_we_find_the_same_notes_in_musescores_exports() -> None:
    data = (DATA / "waltz.mid").read_bytes()
    heard = [m for track in mido.MidiFile(file=io.BytesIO(data)).tracks for m in track]
    count = sum(1 for m in heard if m.type == "note_on" and m.velocity)
    assert len(read_score(data, "waltz.mid").notes) == count == 40
