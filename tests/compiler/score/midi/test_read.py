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
    "no tracks": (midi(count=0), "MV411 at byte 10: it has no track"),
    "more tracks than a file may have": (midi(*[chunk(END)] * 257), "MV412 at byte 3086"),
    "frames of no known rate": (midi(chunk(NOTE + END), division=0xFE28), "MV411 at byte 12: its time"),
    "division 0": (midi(chunk(NOTE + END), division=0), "MV411 at byte 12"),
    "no status byte": (midi(chunk(b"\x00\x3c\x40" + END)), "a data byte without a status byte"),
    "nothing but data above 127": (
        midi(chunk(b"\x00\x90\xfc\x40" * 20 + END)),
        "too many data bytes above 127: these are not events",
    ),
    "a five-byte number": (
        midi(chunk(b"\xff\xff\xff\xff\x7f\x90\x3c\x40" + END)),
        "a number of more than four bytes",
    ),
    "ticks beyond 2^31": (midi(chunk(b"\xff\xff\xff\x7f\xb0\x01\x01" * 9 + END)), "is beyond 2147483648"),
    "five hours": (
        midi(
            chunk(b"\x00\xff\x51\x03\xff\xff\xff" + b"\x00\x90\x3c\x40\x83\xf0\x00\x80\x3c\x00" + END),
            division=1,
        ),
        "MV408 it lasts",
    ),
    "a stream of system messages": (midi(chunk(b"\x00\xf8" * 20 + END)), "too many status bytes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_damaged_file_is_refused_at_its_byte(case: str) -> None:
    data, message = REFUSED[case]
    with pytest.raises(PieceError) as caught:
        read_score(data, "a.mid")
    assert message in str(caught.value)
    assert caught.value.diagnostics[0].span.file == "a.mid"


METER, TEMPO = b"\x00\xff\x58\x04", b"\x00\xff\x51\x03"
WHOLE = midi(chunk(NOTE + END))
REPAIRED = {
    "the last track is cut": (WHOLE[:-2], "MV413 track 1 is cut short inside an event"),
    "no end of track": (midi(chunk(NOTE)), "MV413 track 1 does not end with an end-of-track event"),
    "data after the end": (midi(chunk(NOTE + END + NOTE)), "MV413 track 1 goes on after its end"),
    "too few tracks": (midi(chunk(NOTE + END), count=65_535), "MV413 its header says 65,535 tracks"),
    "a length too short": (
        midi(b"MTrk\0\0\0\x06" + NOTE + END, chunk(END)),
        "MV413 track 1 says 6 bytes, and has 12",
    ),
    "a format of the future": (midi(chunk(NOTE + END), kind=7), "MV413 its format 7 is read as format 1"),
    "bytes before the file": (b"\0" * 128 + WHOLE, "MV413 it begins with 128 bytes of something else"),
    "bytes after the file": (WHOLE + b"<html>rest</html>", "MV413 no track holds its last 17 bytes"),
    "tempo 0": (midi(chunk(TEMPO + b"\0\0\0" + NOTE + END)), "MV413 a tempo of 0 is ignored"),
    "a metre of 0/4": (midi(chunk(METER + b"\0\2\x18\x08" + NOTE + END)), "MV413 a time signature (0/2^2)"),
    "velocity 200": (midi(chunk(b"\0\x90\x3c\xc8" + NOTE[4:] + END)), "MV413 at byte 24: data byte 0xc8"),
    "a clock message": (midi(chunk(b"\x00\xf8" + NOTE + END)), "MV413 at byte 22: status byte 0xf8"),
    "cut inside an event": (midi(chunk(NOTE + b"\x00\x90")), "MV413 track 1 is cut short inside an event"),
    "a note without an end": (
        midi(chunk(b"\x00\x90\x3c\x40\x60\xb0\x01\x00" + END)),
        "MV414 note 60 on channel 1 of track 1 never ends",
    ),
}


@pytest.mark.parametrize("case", REPAIRED)
def test_a_defect_that_cannot_harm_is_a_warning_and_the_note_is_read(case: str) -> None:
    data, message = REPAIRED[case]
    score = read_score(data, "a.mid")
    assert [(n.onset_qn, n.gate_qn, n.pitch) for n in score.notes] == [(0, 1, 60)]
    assert f"{score.findings[0].code} {score.findings[0].message}".startswith(message)
    assert len(score.findings) == 1


UNNOTICED = {
    "a key that music does not have": midi(chunk(b"\x00\xff\x59\x02\xf7\xff" + NOTE + END)),
    "a chunk of a maker": midi(b"XFIH\0\0\0\4abcd", chunk(NOTE + END), count=1),
    "a longer header": b"MThd\0\0\0\x08\0\1\0\1\0\x60\0\0" + chunk(NOTE + END),
    "in a RIFF file": b"RIFF"
    + struct.pack("<I", 12 + len(WHOLE))
    + b"RMIDdata"
    + struct.pack("<I", 0)
    + WHOLE,
    "running status after a meta event": midi(chunk(b"\x00\x90\x3c\x40\0\xff\6\1A\x60\x3c\x00" + END)),
    "ended by all notes off": midi(chunk(b"\x00\x90\x3c\x40\x60\xb0\x7b\x00" + END)),
    "a release too many": midi(chunk(NOTE + NOTE[4:] + END)),
}


@pytest.mark.parametrize("case", UNNOTICED)
def test_defects_that_other_programs_ignore_are_read_without_a_finding(case: str) -> None:
    score = read_score(UNNOTICED[case], "a.mid")
    assert [(n.onset_qn, n.gate_qn, n.pitch) for n in score.notes] == [(0, 1, 60)]
    assert not score.findings


def test_twenty_equal_defects_are_reported_once_with_count_and_first_place() -> None:
    strikes = b"".join(b"\x60\x90" + bytes([pitch, 64]) for pitch in range(40, 60))
    (finding,) = read_score(midi(chunk(strikes + END)), "a.mid").findings
    assert finding.message.endswith("to the end of its track, and 19 more like it")
    assert str(finding.place) == "bar 1 beat 2"


def test_a_lost_release_does_not_move_the_ends_of_later_notes() -> None:
    score = read_score(
        saved([on(60), on(60, 480), on(60, 240, velocity=0), on(62), on(62, 480, velocity=0)]), "a.mid"
    )
    assert [(n.onset_qn, n.gate_qn, n.pitch) for n in score.notes] == [
        (0, 1, 60),
        (1, Fraction(1, 2), 60),
        (Fraction(3, 2), 1, 62),
    ]


@pytest.mark.parametrize(
    ("division", "ticks", "tempo", "seconds"),
    [
        (0xE728, 500, None, Fraction(1, 2)),
        (0xE250, 240, 1_000_000, Fraction(1, 10)),
        (0xE350, 80, None, Fraction(1001, 30000)),
    ],
)
def test_smpte_time_is_exact_in_seconds_at_any_tempo(
    division: int, ticks: int, tempo: int | None, seconds: Fraction
) -> None:
    tempi = b"" if tempo is None else TEMPO + tempo.to_bytes(3, "big")
    late = bytes([0x80 | ticks >> 7, ticks & 127])
    score = read_score(
        midi(chunk(tempi + b"\x00\x90\x3c\x40" + late + NOTE[5:] + END), division=division), "a.mid"
    )
    assert score.notes[0].gate_qn * 60 / score.tempi[0].quarters_per_minute == seconds


def test_the_sequences_of_format_2_are_played_one_after_the_other() -> None:
    score = read_score(midi(chunk(NOTE + END), chunk(NOTE + END), kind=2), "a.mid")
    assert [n.onset_qn for n in score.notes] == [0, 1]


def test_a_file_of_format_0_is_one_part_for_each_channel_by_its_instrument() -> None:
    messages = [
        mido.MetaMessage("track_name", name="Song"),
        mido.Message("program_change", program=73),
        mido.Message("program_change", program=42, channel=1),
        on(72), on(48, channel=1), on(38, channel=9),
        on(72, 480, velocity=0), on(48, channel=1, velocity=0), on(38, channel=9, velocity=0),
    ]  # fmt: skip
    file = mido.MidiFile(type=0, tracks=[mido.MidiTrack(messages)])
    stream = io.BytesIO()
    file.save(file=stream)
    score = read_score(stream.getvalue(), "a.mid")
    assert score.title == "Song"
    assert {score.tracks[n.track].name: n.pitch for n in score.notes} == {
        "Flute": 72,
        "Cello": 48,
        "Drums": 38,
    }


def banked(*setup: bytes) -> bytes:
    return midi(chunk(b"".join(setup) + b"\x00\x91\x24\x40\x60\x81\x24\x00" + END))


GS_RESET = b"\x00\xf0\x0a\x41\x10\x42\x12\x40\x00\x7f\x00\x41\xf7"
BANK_127 = b"\x00\xb1\x00\x7f\x00\xc1\x00"
DRUMS = {
    "XG: bank 127": (banked(BANK_127), True),
    "GM2: bank 120": (banked(b"\x00\xb1\x00\x78\x00\xc1\x00"), True),
    "GS: 127 is the MT-32's bank": (banked(GS_RESET, BANK_127), False),
    "GS: a part for drums": (banked(b"\x00\xf0\x0a\x41\x10\x42\x12\x40\x12\x15\x01\x18\xf7"), True),
    "bank 0": (banked(b"\x00\xb1\x00\x00\x00\xc1\x00"), False),
}


@pytest.mark.parametrize("case", DRUMS)
def test_drums_are_known_by_their_bank_or_part(case: str) -> None:
    data, is_drums = DRUMS[case]
    assert [track.is_drums for track in read_score(data, "a.mid").tracks] == [is_drums]


NAMES = {
    "ピアノ": "cp932",
    "三味線とギター": "cp932",
    "钢琴": "gbk",
    "小提琴和大提琴": "gbk",
    "피아노": "euc_kr",
    "Скрипка": "cp1251",
    "Flöte": "cp1252",
    "Violão e coração": "cp1252",
    "Übung für Klavier": "utf-8",
    "Håkon’s køkken": "cp1252",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_read_in_the_encoding_of_their_country(name: str) -> None:
    content = name.encode(NAMES[name])
    title = b"\x00\xff\x03" + bytes([len(content)]) + content
    assert read_score(midi(chunk(title + NOTE + END)), "a.mid").tracks[0].name == name


def sung(*syllables: str, kind: str = "lyrics", header: str = "") -> list[tuple[str | None, str | None]]:
    words = [mido.MetaMessage("track_name", name="Words")]
    words += [mido.MetaMessage("text", text=header)] if header else []
    words += [mido.MetaMessage(kind, text=text, time=480 * bool(k)) for k, text in enumerate(syllables)]
    # The bass has a note at every other word, the voice at each of them, a little late.
    bass = [m for _ in syllables[::2] for m in (on(40, channel=1), on(40, 960, 1, 0))]
    voice = [on(70, 10), on(70, 470, velocity=0)] + [
        m for _ in syllables[1:] for m in (on(70, 10), on(70, 470, velocity=0))
    ]
    score = read_score(saved(words, bass, voice), "a.mid")
    assert not score.findings
    return [(n.lyric, n.syllabic) for n in score.notes if n.pitch == 70]


def test_words_in_a_track_of_their_own_stand_on_the_notes_of_the_voice() -> None:
    assert sung("one ", "two ", "three ") == [("one", "single"), ("two", "single"), ("three", "single")]
    assert sung("Hal-", "le-", "lu-", "ja", "sing") == [
        ("Hal", "begin"), ("le", "middle"), ("lu", "middle"), ("ja", "end"), ("sing", "single"),
    ]  # fmt: skip


def test_karaoke_texts_are_words_whose_blanks_and_slashes_begin_them() -> None:
    found = sung("\\\\Sil"[1:], "ver ", "bells", "/Ring", "ing", kind="text", header="@KMIDI KARAOKE FILE")
    assert found == [
        ("Sil", "begin"), ("ver", "end"), ("bells", "single"), ("Ring", "begin"), ("ing", "end"),
    ]  # fmt: skip


def test_a_word_without_a_note_is_reported_with_its_place() -> None:
    words = [mido.MetaMessage("lyrics", text="la"), mido.MetaMessage("lyrics", text="lost", time=240)]
    score = read_score(saved([on(60), on(60, 480, velocity=0)], words), "a.mid")
    assert [n.lyric for n in score.notes] == ["la"]
    (finding,) = score.findings
    assert (finding.code, str(finding.place)) == ("MV416", "bar 1 beat 3/2")


def test_more_events_than_any_piece_has_are_refused() -> None:
    with pytest.raises(PieceError, match=r"MV412 .* more than 500000 events"):
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
