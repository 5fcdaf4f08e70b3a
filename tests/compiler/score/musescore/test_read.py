"""What a MuseScore file says beyond its notes, and files of the three versions, on scores of a few bars."""

from fractions import Fraction
from pathlib import Path

import pytest
from musicvis.compiler.score.read import read_score, read_score_file
from musicvis.dsl.findings.diagnostics import PieceError

DATA = Path(__file__).parents[1] / "data"


def quarters(pitch: int) -> str:
    """Four quarter notes, each a semitone above the last."""
    return "".join(
        f"<Chord><durationType>quarter</durationType><Note><pitch>{pitch + i}</pitch></Note></Chord>"
        for i in range(4)
    )


def measure(content: str, around: str = "", attributes: str = "") -> str:
    return f"<Measure{attributes}>{around}<voice>{content}</voice></Measure>"


def document(*measures: str, version: str = "3.02", part: str = "") -> bytes:
    """A score of one staff."""
    part = part or '<Part><Staff id="1"/><trackName>Vibes</trackName><Instrument id="vibraphone"/></Part>'
    body = "".join(measures)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<museScore version="{version}"><Score>{part}'
        f'<Staff id="1">{body}</Staff></Score></museScore>'
    ).encode()


def test_each_pass_sings_its_own_verse_and_the_last_one_there_is() -> None:
    notes = read_score_file(DATA / "lyrics.mscx").notes
    assert [(n.pass_number, n.lyric) for n in notes] == [
        (1, "a"),
        (1, "c"),
        (1, None),
        (2, "b"),
        (2, "c"),
        (2, None),
    ]


def test_bars_count_from_one_and_a_pickup_has_no_printed_number() -> None:
    measures = read_score_file(DATA / "pickup_and_metres.mscx").measures
    assert [(m.bar, m.printed, str(m.meter), m.length_qn) for m in measures] == [
        (1, "", "3/4", 1),
        (2, "1", "3/4", 3),
        (3, "2", "6/8", 3),
        (4, "3", "5/4", 5),
    ]


def test_beats_count_in_the_metres_denominator() -> None:
    notes = [n for n in read_score_file(DATA / "pickup_and_metres.mscx").notes if n.bar == 3]
    assert [n.beat for n in notes] == [1, 2, 3, 4]


def test_a_tuplet_in_a_tuplet_is_exact() -> None:
    onsets = [n.onset_qn for n in read_score_file(DATA / "tuplets_in_tuplets.mscx").notes if n.bar == 1]
    inner = [2 + Fraction(2, 3) + k * Fraction(2, 9) for k in range(3)]
    assert onsets[8:] == [2, *inner, Fraction(10, 3)]


def test_tied_notes_are_one_note_with_their_lengths_added() -> None:
    notes = read_score_file(DATA / "ties.mscx").notes
    assert [(n.onset_qn, n.length_qn) for n in notes if n.pitch == 64] == [(2, 5)]
    assert [(n.onset_qn, n.length_qn) for n in notes if n.pitch == 65] == [(Fraction(23, 3), Fraction(4, 3))]


def test_a_tie_into_a_first_ending_is_not_struck_again_in_the_ending() -> None:
    notes = read_score_file(DATA / "tie_over_repeat.mscx").notes
    assert [(n.onset_qn, n.length_qn) for n in notes if n.pitch == 52] == [(6, 3), (18, 3)]


def test_an_instrument_change_makes_a_track_of_its_own() -> None:
    score = read_score_file(DATA / "instrument_change.mscx")
    assert [(t.name, t.program) for t in score.tracks] == [("Vibes", 11), ("Xylophone", 13)]
    assert [n.track for n in score.notes] == [0, 0, 0, 0, 1, 1, 1, 1]


def test_parts_staves_and_drums_are_told_apart() -> None:
    score = read_score_file(DATA / "instruments.mscx")
    assert [(t.name, t.staff_count, t.is_drums) for t in score.tracks] == [
        ("Clarinet", 1, False),
        ("Piano", 2, False),
        ("Drums", 1, True),
    ]
    assert {n.staff for n in score.notes if n.track == 1} == {1, 2}


@pytest.mark.parametrize(("name", "code"), [("muted_part.mscx", "MV458"), ("local_metre.mscx", "MV455")])
def test_what_is_not_played_as_written_is_reported(name: str, code: str) -> None:
    assert [finding.code for finding in read_score_file(DATA / name).findings] == [code]


def test_rehearsal_marks_stand_where_they_are_passed_first() -> None:
    mark = "<RehearsalMark><text><b>B</b></text></RehearsalMark>"
    score = read_score(
        document(measure(quarters(60)), measure(mark + quarters(62), "<endRepeat>2</endRepeat>")), "a.mscx"
    )
    assert [(m.name, m.onset_qn) for m in score.marks] == [("B", 4)]


def test_the_title_on_the_page_wins_over_the_properties() -> None:
    page = "<VBox><Text><style>title</style><text><font size='9'/>Night <b>Music</b></text></Text></VBox>"
    data = document(page, measure(quarters(60))).replace(
        b"<Score>", b'<Score><metaTag name="workTitle">X</metaTag>'
    )
    assert read_score(data, "a.mscx").title == "Night Music"


def test_a_note_moved_to_the_other_staff_says_the_staff_it_is_drawn_on() -> None:
    moved = quarters(60).replace("<durationType>", "<staffMove>1</staffMove><durationType>", 1)
    part = '<Part><Staff id="1"/><Staff id="2"/><trackName>Piano</trackName></Part>'
    data = document(measure(moved), part=part).replace(
        b"</Score>", b'<Staff id="2">' + measure("").encode() + b"</Staff></Score>"
    )
    assert [n.staff for n in read_score(data, "a.mscx").notes] == [2, 1, 1, 1]


def test_a_local_metre_scales_its_staff_to_the_common_bar() -> None:
    score = read_score_file(DATA / "local_metre.mscx")
    assert [n.onset_qn for n in score.notes if n.track == 1] == [0, Fraction(4, 3), Fraction(8, 3)]


def test_musescore_4_stretches_a_fermata_by_its_kind_and_musescore_3_only_as_told() -> None:
    bars = measure("<Fermata><subtype>fermataLongAbove</subtype></Fermata>" + quarters(60))
    four = read_score(document(bars, version="4.40"), "a.mscx")
    assert [str(t.quarters_per_minute) for t in four.tempi] == ["40", "120"]
    assert len(read_score(document(bars), "a.mscx").tempi) == 1


def test_musescore_4_repeats_two_bars_from_two_bars_back() -> None:
    sign = "<MeasureRepeat><subtype>2</subtype><durationType>measure</durationType></MeasureRepeat>"
    rest = "<Rest><durationType>measure</durationType><duration>4/4</duration></Rest>"
    bars = [
        measure(quarters(40)),
        measure(quarters(50)),
        measure(sign, "<measureRepeatCount>1</measureRepeatCount>"),
        measure(rest, "<measureRepeatCount>2</measureRepeatCount>"),
        measure(quarters(60)),
    ]
    notes = read_score(document(*bars, version="4.20"), "a.mscx").notes
    assert [n.pitch for n in notes if n.onset_qn.denominator == 1 and n.onset_qn % 4 == 0] == [
        40,
        50,
        40,
        50,
        60,
    ]


def test_musescore_4_splits_tremolos_by_kind() -> None:
    one = quarters(60).replace(
        "</durationType>", "</durationType><TremoloSingleChord><subtype>r8</subtype></TremoloSingleChord>", 1
    )
    notes = read_score(document(measure(one), version="4.40"), "a.mscx").notes
    assert [n.onset_qn for n in notes if n.pitch == 60] == [0, Fraction(1, 2)]


def test_music_beyond_the_end_of_its_bar_is_left_out_and_reported() -> None:
    score = read_score(document(measure(quarters(60) + quarters(70))), "a.mscx")
    assert [n.pitch for n in score.notes] == [60, 61, 62, 63]
    assert [(f.code, f.message) for f in score.findings] == [
        (
            "MV456",
            "chords stand outside their bars and are not played: 4 times, bar 1 beat 5 of Vibes, "
            "bar 1 beat 6 of Vibes, bar 1 beat 7 of Vibes, ...",
        )
    ]


@pytest.mark.parametrize("version", ["0.9", "5.00", "", "x"])
def test_other_versions_are_refused_by_name(version: str) -> None:
    with pytest.raises(PieceError, match="MV406 a file of MuseScore version"):
        read_score(document(measure(quarters(60)), version=version), "a.mscx")


def test_a_fault_names_the_file_and_the_line_of_the_element() -> None:
    data = document("\n\n", measure(quarters(60).replace("61", "200")))
    with pytest.raises(
        PieceError, match="'200' in <pitch> is not a whole number between 0 and 127"
    ) as caught:
        read_score(data, "songs/a.mscx")
    span = caught.value.diagnostics[0].span
    assert (span.file, span.line) == ("songs/a.mscx", 4)
