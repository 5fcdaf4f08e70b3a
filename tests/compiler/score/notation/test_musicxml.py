"""Written scores as MusicXML: our reader finds the same notes in them, and so do music21 and Verovio."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.compiler.score.model import Meter, Score, Track
from musicvis.compiler.score.notation.ids import Head, head_of, note_id
from musicvis.compiler.score.notation.quantised import quantised
from musicvis.compiler.score.notation.spelling import STEPS, spelled
from musicvis.compiler.score.notation.write import musicxml
from musicvis.compiler.score.playback.play import play
from musicvis.compiler.score.playback.written import (
    Dynamic,
    Key,
    Place,
    WrittenBar,
    WrittenChord,
    WrittenNote,
    WrittenScore,
    WrittenTempo,
)
from musicvis.compiler.score.read import read_score, written_score
from musicvis.dsl.findings.diagnostics import PieceError

DATA = Path(__file__).parents[1] / "data"
PIECES = Path(__file__).parents[4] / "pieces"
# What MusicXML has no words for, or that it says in another way.
LOST = {
    "graces.mscx": "grace notes after a chord in the middle of a bar",
    "instruments.mscx": "flams on a staff that is no percussion staff",
    "ottava_over_ties.mscx": "ties from under an ottava to a note outside it",
}
SCORES = [
    *(path for path in sorted(DATA.glob("*.mscx")) if path.name not in LOST),
    DATA / "waltz.musicxml",
    PIECES / "impassive/scores/impassive.mscz",
    PIECES / "paper-boat/scores/paper-boat.mxl",
]
COMMON = Meter(4, 4)
Heard = tuple[Fraction, Fraction, int, str, str, int, int, bool]


def heard(score: Score) -> Counter[Heard]:
    """Every note: when, how long, which, of which part, with which word."""
    return Counter(
        (
            n.onset_qn, n.length_qn, n.pitch, score.tracks[n.track].name, n.lyric or "", n.bar,
            n.pass_number, n.grace,
        )
        for n in score.notes
    )  # fmt: skip


def paper(path: Path) -> WrittenScore:
    written = written_score(path.read_bytes(), str(path))
    assert written is not None
    return written


def tree(written: WrittenScore) -> Element:
    return fromstring(musicxml(written, "score.mscx"))


@pytest.mark.parametrize("path", SCORES, ids=lambda path: path.name)
def test_a_score_is_read_back_to_the_same_notes(path: Path) -> None:
    text = musicxml(paper(path), str(path))
    assert heard(read_score(text.encode(), "score.musicxml")) == heard(
        read_score(path.read_bytes(), str(path))
    )


@pytest.mark.parametrize(
    "name", ["tempi_and_fermatas", "tempi_in_repeats", "breath", "endings_keep_their_tempo"]
)
def test_tempi_and_fermatas_are_read_back_to_the_same_seconds(name: str) -> None:
    path = DATA / f"{name}.mscx"
    back = read_score(musicxml(paper(path), str(path)).encode(), "score.musicxml")
    assert back.tempi == read_score(path.read_bytes(), str(path)).tempi


VALUES = [
    Fraction(n, d)
    for n, d in ((1, 4), (1, 2), (1, 1), (3, 4), (3, 2), (1, 3), (1, 6), (2, 5), (2, 7), (2, 1))
]
CHORDS = st.tuples(
    st.sampled_from(VALUES),
    st.lists(st.integers(40, 84), max_size=3, unique=True),
    st.booleans(),
    st.sampled_from(["", "la", "é & <b>"]),
)
VOICES = st.lists(CHORDS, max_size=10)
METERS = st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8)])


BARS = st.lists(st.tuples(METERS, st.lists(VOICES, min_size=1, max_size=3)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(BARS, st.booleans())
def test_whatever_stands_in_the_voices_is_read_back(bars: Any, repeats: bool) -> None:
    """Rests where a chord has no notes; ties to the next chord of the voice where it has the same pitch."""
    chords = []
    for index, (meter, voices) in enumerate(bars):
        for voice, row in enumerate(voices, start=1):
            here = Fraction(0)
            for length, pitches, is_tied, word in row:
                if here + length > meter.bar_qn:
                    break
                if pitches:
                    heads = tuple(WrittenNote(p, ties_forward=is_tied, ties_back=is_tied) for p in pitches)
                    lyrics = ((1, word),) if word and voice == 1 else ()
                    staff = (voice - 1) % 2
                    chords.append(
                        WrittenChord(
                            Place(index, here), length, staff, 1 + voice // 3, heads, 0, lyrics=lyrics
                        )
                    )
                here += length
    written = WrittenScore(
        title="",
        tracks=(Track("Piano", staff_count=2),),
        staff_tracks=((0, 1), (0, 2)),
        bars=tuple(
            WrittenBar(
                meter.bar_qn, meter, str(k + 1), repeat_count=2 if repeats and k + 1 == len(bars) else 0
            )
            for k, (meter, _) in enumerate(bars)
        ),
        chords=tuple(chords),
    )
    text = musicxml(written, "score")
    back = read_score(text.encode(), "score.musicxml")
    assert heard(back) == heard(play(written, "score", ""))
    assert back.findings == ()


def test_rests_fill_the_bar_by_note_values() -> None:
    written = one_bar(chord(Fraction(3, 2), Fraction(1, 2)))
    notes = tree(written).findall(".//note")
    kinds = ["rest" if n.find("rest") is not None else "note" for n in notes]
    values = [(n.findtext("type"), len(n.findall("dot"))) for n in notes]
    assert kinds == ["rest", "rest", "note", "rest"]
    assert values == [("quarter", 0), ("eighth", 0), ("eighth", 0), ("half", 0)]


def test_a_triplet_is_bracketed_and_its_rest_is_a_triplet_rest() -> None:
    third = Fraction(1, 3)
    root = tree(one_bar(chord(Fraction(0), third), chord(2 * third, third)))
    notes = root.findall(".//note")[:3]
    assert [n.findtext("time-modification/actual-notes") for n in notes] == ["3", "3", "3"]
    assert [[t.get("type") for t in n.findall("notations/tuplet")] for n in notes] == [
        ["start"],
        [],
        ["stop"],
    ]
    assert notes[1].find("rest") is not None


def test_beams_go_by_the_beat() -> None:
    half = Fraction(1, 2)
    four = tree(one_bar(*(chord(k * half, half) for k in range(4))))
    assert [b.text for b in four.findall(".//beam")] == ["begin", "end", "begin", "end"]
    six = tree(one_bar(*(chord(k * half, half) for k in range(6)), meter=Meter(6, 8)))
    assert [b.text for b in six.findall(".//beam")] == ["begin", "continue", "end"] * 2


def test_an_accidental_is_drawn_once_in_a_bar_and_taken_back() -> None:
    sharp, natural = WrittenNote(66, alter=1), WrittenNote(65, alter=0)
    heads = (sharp, sharp, natural)
    root = tree(one_bar(*(replace(chord(Fraction(k), Fraction(1)), notes=(n,)) for k, n in enumerate(heads))))
    assert [n.findtext("accidental") for n in root.findall(".//note")[:3]] == ["sharp", None, "natural"]


@pytest.mark.parametrize(
    ("pitch", "alter", "fifths", "name"),
    [(61, None, 0, "C#4"), (63, None, 0, "Eb4"), (61, None, -4, "Db4"), (70, None, 5, "A#4"),
     (60, 1, 0, "B#3"), (59, -1, 0, "Cb4"), (60, None, 0, "C4")],
)  # fmt: skip
def test_pitches_are_spelled_as_the_file_says_or_by_the_key(
    pitch: int, alter: int | None, fifths: int, name: str
) -> None:
    found = spelled(pitch, alter, fifths)
    sign = {1: "#", -1: "b", 0: ""}[found.alter]
    assert f"{STEPS[found.step]}{sign}{found.octave}" == name


def test_a_clarinet_is_written_a_tone_higher_than_it_sounds() -> None:
    root = tree(paper(DATA / "waltz.mscx"))
    assert root.findtext(".//part[@id='P1']/measure/attributes/transpose/chromatic") == "-2"
    first = root.find(".//part[@id='P1']//note/pitch")
    assert first is not None
    sounding = (
        min(paper(DATA / "waltz.mscx").chords, key=lambda c: (c.staff, c.place.bar_index)).notes[0].pitch
    )
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    written = steps[first.findtext("step", "")] + int(first.findtext("alter", "0"))
    assert (written - sounding) % 12 == 2


def spoken(root: Element) -> list[tuple[str, ...]]:
    """The words and the number of each direction that has words."""
    return [
        tuple(node.text or "" for node in direction.iter() if node.tag in ("words", "per-minute"))
        for direction in root.iter("direction")
        if direction.findtext(".//words")
    ]


def test_words_of_musescore_are_written_once_and_read_back() -> None:
    texts = (
        "<Tempo><tempo>1.25</tempo><text><b></b>Andante <sym>metNoteQuarterUp</sym> = 75</text></Tempo>"
        "<StaffText><text>dolce &amp; <i>sempre</i></text></StaffText>"
        "<StaffText><placement>below</placement><text>pizz.</text></StaffText>"
        "<StaffText><visible>0</visible><text>unseen</text></StaffText><StaffText><text>D.C.</text></StaffText>"
    )
    plain = (DATA / "tempi_and_fermatas.mscx").read_text(encoding="utf-8")
    old = "<Tempo><tempo>1.25</tempo><followText>1</followText><text></text></Tempo>"
    assert old in plain
    written = written_score(plain.replace(old, texts).encode(), "words.mscx")
    assert written is not None
    root = tree(written)
    # What nobody plays in MuseScore must not become a jump elsewhere.
    assert spoken(root) == [("Andante", "75"), ("dolce & sempre",), ("pizz.",)]
    below = [d.findtext(".//words") for d in root.iter("direction") if d.get("placement") == "below"]
    assert "pizz." in below and "dolce & sempre" not in below
    again = written_score(musicxml(written, "w").encode(), "w.musicxml")
    assert again is not None
    assert spoken(tree(again)) == spoken(root)


def test_words_of_musicxml_and_the_composer_are_kept_and_those_that_are_signs_stand_as_signs() -> None:
    plain = (DATA / "waltz.musicxml").read_text(encoding="utf-8")
    words = "".join(
        f"<direction><direction-type><words>{text}</words></direction-type></direction>"
        for text in ("Valse triste", "cresc.", "rit.", "Fine")
    )
    text = re.sub(r"(<measure [^>]*>)", rf"\1{words}", plain, count=1)
    text = text.replace("<identification>", '<identification><creator type="composer">Ada  B.</creator>', 1)
    written = written_score(text.encode(), "w.musicxml")
    assert written is not None
    assert "Valse triste" in {entry.text for entry in written.texts}
    assert not {"cresc.", "Fine"} & {entry.text for entry in written.texts}
    root = tree(written)
    assert root.findtext("identification/creator") == "Ada B."
    said = [words for entry in spoken(root) for words in entry]
    assert said.count("Valse triste") == said.count("rit.") == said.count("Fine") == 1


def test_a_tempo_that_every_part_repeats_is_one_mark() -> None:
    place = Place(0, Fraction(0))
    twice = replace(one_bar(chord(Fraction(0), Fraction(4))), tempi=(WrittenTempo(place, Fraction(90)),) * 2)
    assert len(tree(twice).findall(".//metronome")) == 1


def test_drums_have_no_key_where_the_others_change_theirs() -> None:
    bars = tuple(WrittenBar(Fraction(4), COMMON, str(k)) for k in (1, 2))
    notes = tuple(
        WrittenChord(Place(bar, Fraction(0)), Fraction(4), staff, 1, (WrittenNote(60),), staff)
        for staff in (0, 1)
        for bar in (0, 1)
    )
    keys = tuple(Key(staff, bar, fifths) for staff in (0, 1) for bar, fifths in ((0, 2), (1, -3)))
    tracks = (Track("Flute"), Track("Drums", is_drums=True))
    root = tree(WrittenScore("", tracks, ((0, 1), (1, 1)), bars, notes, keys=keys))
    found = [[key.findtext("fifths") for key in part.iter("key")] for part in root.iter("part")]
    assert found == [["2", "-3"], ["0", "0"]]


def test_rhythms_too_fine_to_count_are_refused() -> None:
    primes = (3, 5, 7, 11, 13, 17, 19, 23)
    chords = (chord(Fraction(0), Fraction(1, p)) for p in primes)
    with pytest.raises(PieceError) as raised:
        musicxml(one_bar(*chords), "fine.mscx")
    assert raised.value.diagnostics[0].code == "MV660"


def test_the_id_of_a_note_says_where_it_stands() -> None:
    assert head_of(note_id(12, Fraction(7, 3), 40, 1)) == Head(12, Fraction(7, 3), 40, 1)
    assert head_of("n1-2-0-1-1") is None
    assert head_of("staff-3") is None


def test_a_midi_file_is_written_as_its_score_was() -> None:
    midi = read_score((DATA / "waltz.mid").read_bytes(), "waltz.mid")
    text = musicxml(quantised(midi), "waltz.mid")
    found, drawn = (
        Counter((n.onset_qn, n.pitch, n.length_qn) for n in score.notes)
        for score in (
            read_score(text.encode(), "w.musicxml"),
            read_score((DATA / "waltz.mscx").read_bytes(), "w.mscx"),
        )
    )
    shortened = Counter((n.onset_qn, n.pitch, n.length_qn) for n in midi.notes)
    # MuseScore ends each note a tick early: none has its length. A grace note gets a value of its own.
    assert len(shortened & drawn) == 0
    assert len(found & drawn) == len(drawn) - 2


def judged(parsed: Any) -> Counter[tuple[Fraction, int]]:
    found: Counter[tuple[Fraction, int]] = Counter()
    for part in parsed.toSoundingPitch().parts:
        for element in part.stripTies().flatten().notes:
            if not element.duration.isGrace and "Unpitched" not in element.classes:
                onset = Fraction(element.offset).limit_denominator(65_536)
                found.update((onset, round(pitch.ps)) for pitch in element.pitches)
    return found


@pytest.mark.parametrize(
    "name", ["ottava.mscx", "voices.mscx", "tuplets_in_tuplets.mscx", "pickup_and_metres.mscx"]
)
def test_music21_finds_every_note(name: str) -> None:
    music21 = pytest.importorskip("music21")
    text = musicxml(paper(DATA / name), name)
    score = read_score((DATA / name).read_bytes(), name)
    parsed = music21.converter.parseData(text, format="musicxml")
    assert judged(parsed) == Counter((n.onset_qn, n.pitch) for n in score.notes if not n.grace)


@pytest.mark.parametrize(
    "path", [PIECES / "impassive/scores/impassive.mscz", DATA / "waltz.mscx"], ids=["impassive", "waltz"]
)
def test_verovio_engraves_every_note(path: Path) -> None:
    verovio = pytest.importorskip("verovio")
    text = musicxml(paper(path), str(path))
    toolkit = verovio.toolkit()
    toolkit.setOptions({"breaks": "none", "pageWidth": 60_000})
    assert toolkit.loadData(text)
    assert toolkit.getLog() == ""
    drawn = {node.get("id") for node in fromstring(toolkit.renderToSVG(1)).iter()}
    written = {node.get("id") for node in fromstring(text).iter("note") if node.get("id")}
    assert written
    assert written <= drawn


def chord(onset: Fraction, length: Fraction, pitch: int = 65) -> WrittenChord:
    return WrittenChord(Place(0, onset), length, 0, 1, (WrittenNote(pitch),), 0)


def one_bar(*chords: WrittenChord, meter: Meter = COMMON) -> WrittenScore:
    bars = (WrittenBar(meter.bar_qn, meter, "1"),)
    return WrittenScore("", (Track("Vibes"),), ((0, 1),), bars, tuple(chords))


def test_a_loudness_without_a_mark_is_written_without_words_and_read_back() -> None:
    quiet = Dynamic(Place(0, Fraction(0)), 0, (0,), 40)
    loud = Dynamic(Place(0, Fraction(2)), 0, (0,), 100)
    bar = replace(one_bar(*(chord(Fraction(k), Fraction(1)) for k in range(4))), dynamics=(quiet, loud))
    root, text = tree(bar), musicxml(bar, "score.mscx")
    assert not list(root.iter("words"))
    assert [node.get("print-object") for node in root.iter("other-direction")] == ["no", "no"]
    assert [note.velocity for note in read_score(text.encode(), "a.musicxml").notes] == [40, 40, 100, 100]
    verovio = pytest.importorskip("verovio")
    toolkit = verovio.toolkit()
    assert toolkit.loadData(text) and toolkit.getLog() == ""
    assert "loudness" not in toolkit.renderToSVG(1)


def test_hidden_marks_of_musescore_are_played_and_not_drawn() -> None:
    plain = (DATA / "waltz.mscx").read_text(encoding="utf-8")
    hidden = re.sub("<(Tempo|Dynamic)>", r"<\1><visible>0</visible>", plain)
    written = written_score(hidden.encode(), "a.mscx")
    assert written is not None and len(written.tempi) == 2
    text = musicxml(written, "a.mscx")
    root = fromstring(text)
    assert [node.get("print-object") for node in root.iter("metronome")] == ["no", "no"]
    assert not list(root.iter("dynamics"))
    # Neither is lost: the file that hides them is played as the one that shows them.
    shown, found = (
        read_score(data.encode(), name) for data, name in ((plain, "a.mscx"), (text, "b.musicxml"))
    )
    assert found.tempi == shown.tempi
    assert [n.velocity for n in found.notes] == [n.velocity for n in shown.notes]
    again = written_score(text.encode(), "b.musicxml")
    assert again is not None and all(tempo.is_hidden for tempo in again.tempi)
    verovio = pytest.importorskip("verovio")
    toolkit = verovio.toolkit()
    assert toolkit.loadData(text) and toolkit.getLog() == ""
    drawn = toolkit.renderToSVG(1)
    # Neither a number of beats nor a letter of a dynamic (SMuFL U+E520 to U+E52F).
    assert "\u00a0=\u00a0" not in drawn and "#E52" not in drawn
    toolkit.loadData(musicxml(paper(DATA / "waltz.mscx"), "a.mscx"))
    assert "\u00a0=\u00a0" in toolkit.renderToSVG(1) and "#E52" in toolkit.renderToSVG(1)


def test_a_tempo_of_musicxml_that_only_sounds_is_not_drawn() -> None:
    text = musicxml(one_bar(chord(Fraction(0), Fraction(4))), "score.mscx")
    sounds = re.sub(r"(</attributes>)", r'\1<sound tempo="90"/>', text, count=1)
    written = written_score(sounds.encode(), "a.musicxml")
    assert written is not None and written.tempi == (WrittenTempo(Place(0, Fraction(0)), Fraction(90), True),)
