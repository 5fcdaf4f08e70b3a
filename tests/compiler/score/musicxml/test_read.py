"""MusicXML beyond what the waltz shows: jumps, exact tuplets, percussion, and what is refused."""

import io
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.read import read_score
from musicvis.dsl.findings.diagnostics import PieceError, Severity

DATA = Path(__file__).parents[1] / "data"


def note(step: str = "C", duration: int = 4, kind: str = "whole", inside: str = "") -> str:
    pitch = f"<pitch><step>{step}</step><octave>4</octave></pitch>"
    return f"<note>{pitch}<duration>{duration}</duration><voice>1</voice><type>{kind}</type>{inside}</note>"


def sound(attributes: str) -> str:
    return f"<direction><direction-type><words>x</words></direction-type><sound {attributes}/></direction>"


def read(*measures: str, part: str = "", divisions: int = 1) -> Score:
    time = "<time><beats>4</beats><beat-type>4</beat-type></time>"
    first = f"<attributes><divisions>{divisions}</divisions>{time}</attributes>"
    bars = "".join(
        f'<measure number="{i + 1}">{first if i == 0 else ""}{content}</measure>'
        for i, content in enumerate(measures)
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="3.1"><part-list><score-part id="P1">'
        f"<part-name>Flute</part-name>{part}</score-part></part-list>"
        f'<part id="P1">{bars}</part></score-partwise>'
    )
    return read_score(document.encode(), "a.musicxml")


def bars(score: Score) -> list[int]:
    return [measure.bar for measure in score.measures]


def test_dal_segno_al_coda_stops_at_the_to_coda() -> None:
    score = read(
        note(),
        sound('segno="1"') + note(),
        note() + sound('tocoda="1"'),
        note() + sound('dalsegno="1"'),
        sound('coda="1"') + note(),
    )
    assert bars(score) == [1, 2, 3, 4, 2, 3, 5]


def test_da_capo_al_fine_ends_at_the_fine() -> None:
    assert bars(read(note(), note() + sound('fine="yes"'), note() + sound('dacapo="yes"'))) == [1, 2, 3, 1, 2]


def test_endings_and_counts_are_unrolled() -> None:
    repeat = '<barline location="right">{}<repeat direction="backward" times="{}"/></barline>'
    first = '<barline location="left"><ending number="1, 2" type="start"/></barline>'
    stop = '<ending number="1, 2" type="stop"/>'
    last = '<barline location="left"><ending number="3" type="start"/></barline>'
    score = read(note(), first + note() + repeat.format(stop, 3), last + note())
    assert bars(score) == [1, 2, 1, 2, 1, 3]


def test_a_septuplet_cut_down_to_whole_divisions_is_exact_again() -> None:
    ratio = (
        "<time-modification><actual-notes>7</actual-notes><normal-notes>4</normal-notes></time-modification>"
    )
    durations = [274, 274, 274, 275, 274, 274, 275]
    score = read("".join(note(duration=d, kind="quarter", inside=ratio) for d in durations), divisions=480)
    assert [n.onset_qn for n in score.notes] == [Fraction(4, 7) * k for k in range(7)]
    assert {n.length_qn for n in score.notes} == {Fraction(4, 7)}


def test_a_tempo_inside_a_bar_stands_at_its_place() -> None:
    score = read(note(duration=3, kind="half") + sound('tempo="72.5"') + note(duration=1, kind="quarter"))
    assert [(t.onset_qn, t.quarters_per_minute) for t in score.tempi] == [(0, 120), (3, Fraction(145, 2))]


def test_a_dotted_metronome_mark_counts_in_quarters() -> None:
    mark = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
        "<per-minute>60</per-minute></metronome></direction-type></direction>"
    )
    assert read(mark + note()).tempi[0].quarters_per_minute == 90


def test_percussion_sounds_the_key_of_its_instrument() -> None:
    part = (
        '<score-instrument id="P1-I39"><instrument-name>Snare</instrument-name></score-instrument>'
        '<midi-instrument id="P1-I39"><midi-channel>10</midi-channel><midi-unpitched>39</midi-unpitched>'
        "</midi-instrument>"
    )
    drum = (
        "<note><unpitched><display-step>C</display-step><display-octave>5</display-octave></unpitched>"
        '<duration>4</duration><instrument id="P1-I39"/><voice>1</voice><type>whole</type></note>'
    )
    score = read(drum, part=part)
    assert [(n.pitch, score.tracks[n.track].is_drums) for n in score.notes] == [(38, True)]


def test_a_plain_grace_note_is_an_appoggiatura_and_takes_half() -> None:
    pitch = "<pitch><step>D</step><octave>4</octave></pitch>"
    grace = f"<note><grace/>{pitch}<voice>1</voice><type>eighth</type></note>"
    assert [(n.onset_qn, n.length_qn, n.grace) for n in read(grace + note()).notes] == [
        (0, 2, True),
        (2, 2, False),
    ]


def test_a_measure_repeat_plays_the_bar_before() -> None:
    sign = (
        '<attributes><measure-style><measure-repeat type="start">1</measure-repeat></measure-style>'
        "</attributes>"
        '<note><rest measure="yes"/><duration>4</duration><voice>1</voice></note>'
    )
    assert [(n.onset_qn, n.bar) for n in read(note(), sign).notes] == [(0, 1), (4, 2)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<duration>6<", "<duration>999999999<", "MV407"),
        ("<divisions>3<", "<divisions>0<", "MV407"),
        ("<step>C<", "<step>H<", "MV407"),
        ("<octave>4<", "<octave>99<", "MV407"),
        ("</step>", "</step><alter>90</alter>", "MV407"),
        ("score-partwise", "opus", "MV404"),
    ],
)
def test_impossible_music_is_refused(old: str, new: str, code: str) -> None:
    text = (DATA / "waltz.musicxml").read_text()
    assert old in text
    with pytest.raises(PieceError) as caught:
        read_score(text.replace(old, new).encode(), "a.musicxml")
    assert caught.value.diagnostics[0].code == code


@pytest.mark.parametrize(
    ("old", "new", "notice"),
    [
        ("<duration>6<", "<duration>-6<", "a duration is not the length of a note"),
        ("<duration>6<", "<duration><", "a duration is not the length of a note"),
        ("<beats>3<", "<beats>1000<", "an impossible time signature is ignored"),
        ("<beat-type>4<", "<beat-type>5<", "an impossible time signature is ignored"),
        ('<part id="P1">', '<part id="P7">', "a part is not in the part list"),
        ("<midi-program>72<", "<midi-program>200<", "<midi-program> holds a number that MIDI does not have"),
        ("<midi-program>72<", "<midi-program>0<", "<midi-program> holds a number that MIDI does not have"),
        ("<chromatic>-2<", "<chromatic>x<", "a transposition without a number is left out"),
    ],
)
def test_harmless_defects_are_warnings_with_their_bar_and_part(old: str, new: str, notice: str) -> None:
    text = (DATA / "waltz.musicxml").read_text()
    assert old in text
    score = read_score(text.replace(old, new).encode(), "a.musicxml")
    (finding,) = score.findings
    assert (finding.code, finding.severity) == ("MV422", Severity.WARNING)
    assert finding.message.startswith(notice) and " of " in finding.message
    assert finding.place is not None
    assert len(score.notes) == 40


def test_a_fault_inside_an_archive_has_no_line_of_its_xml() -> None:
    stream = io.BytesIO()
    text = (DATA / "waltz.musicxml").read_text().replace("<step>C<", "<step>H<")
    with zipfile.ZipFile(stream, "w") as archive:
        container = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("a.xml", text)
    with pytest.raises(PieceError, match="Piano, bar 4: 'H4' is not a pitch") as caught:
        read_score(stream.getvalue(), "a.mxl")
    assert caught.value.diagnostics[0].span.line == 0


def test_a_second_voice_begins_with_the_bar_though_rounded_tuplets_before_it_are_too_long() -> None:
    eleven = (
        "<time-modification><actual-notes>11</actual-notes><normal-notes>8</normal-notes></time-modification>"
    )
    # Eleven eighths in the time of eight, of 480 divisions: 175 each are 5 more than the bar's 1920.
    notes = note("C", 175, "eighth", eleven) * 11
    second = note("E", 1920, "whole").replace("<voice>1", "<voice>2")
    back = "<backup><duration>1920</duration></backup>"
    score = read(notes + back + second, note("D", 1920, "whole"), divisions=480)
    assert [n.onset_qn for n in score.notes if n.pitch == 64] == [0]
    assert [n.onset_qn for n in score.notes if n.pitch == 60] == [Fraction(4 * i, 11) for i in range(11)]
    assert [m.start_qn for m in score.measures] == [0, 4]


def test_a_tremolo_between_two_chords_that_is_written_as_a_tuplet_sounds() -> None:
    double = (
        "<time-modification><actual-notes>2</actual-notes><normal-notes>1</normal-notes></time-modification>"
    )
    marks = [
        f'<notations><ornaments><tremolo type="{end}">1</tremolo></ornaments></notations>'
        for end in ("start", "stop")
    ]
    pair = "".join(note(step, 2, "eighth", double + mark) for step, mark in zip("CE", marks, strict=True))
    score = read(pair + note("G", 28, "half", "<dot/>"), divisions=8)
    # Drawn as eighths, a quarter of a quarter note each: one stroke of a 16th for each chord.
    assert [(n.onset_qn, n.pitch) for n in score.notes] == [
        (0, 60),
        (Fraction(1, 4), 64),
        (Fraction(1, 2), 67),
    ]


def test_a_note_above_midi_is_refused_and_not_left_out() -> None:
    with pytest.raises(PieceError, match="Flute, bar 1 holds a note of pitch 131"):
        read(note("B").replace("<octave>4", "<octave>9"))
