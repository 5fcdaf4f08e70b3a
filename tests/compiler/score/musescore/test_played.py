"""What stands on the notes of a MuseScore file is heard as MuseScore plays it; each expected value is worked
out by hand from its rules, which are named.
"""

import io
import zipfile
from fractions import Fraction

import pytest
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.read import read_score
from musicvis.dsl.findings.diagnostics import PieceError

PART = '<Part><Staff id="1"/><trackName>Vibes</trackName><Instrument id="vibraphone"/></Part>'
PIANO = '<Part><Staff id="1"/><Staff id="2"/><trackName>Piano</trackName><Instrument id="piano"/></Part>'
TPC = {60: 14, 62: 16, 64: 18, 65: 13, 66: 20, 67: 15, 69: 17, 71: 19, 72: 14}


def note(pitch: int, inside: str = "") -> str:
    return f"<Note>{inside}<pitch>{pitch}</pitch><tpc>{TPC[pitch]}</tpc></Note>"


def chord(value: str, *pitches: int, on: str = "", before: str = "", inside: str = "") -> str:
    notes = "".join(note(pitch, inside) for pitch in pitches)
    return f"<Chord>{before}<durationType>{value}</durationType>{on}{notes}</Chord>"


def bar(content: str, around: str = "", *more: str) -> str:
    voices = "".join(f"<voice>{voice}</voice>" for voice in (content, *more))
    return f"<Measure>{voices}{around}</Measure>"


def played(*staves: str, version: str = "3.02", part: str = PART, style: str = "") -> Score:
    """The score of these staves, each a row of bars."""
    body = "".join(f'<Staff id="{i}">{bars}</Staff>' for i, bars in enumerate(staves, start=1))
    text = f'<museScore version="{version}"><Score>{style}{part}{body}</Score></museScore>'
    return read_score(text.encode(), "a.mscx")


def spanner(kind: str, detail: str, measures: int = 1, fractions: str = "") -> str:
    where = f"<measures>{measures}</measures>" if measures else f"<fractions>{fractions}</fractions>"
    return (
        f'<Spanner type="{kind}"><{kind}>{detail}</{kind}><next><location>{where}</location></next></Spanner>'
    )


def dynamic(mark: str, more: str = "") -> str:
    return f"<Dynamic><subtype>{mark}</subtype>{more}</Dynamic>"


def sounds(score: Score) -> list[tuple[Fraction, int]]:
    return [(n.onset_qn, n.pitch) for n in score.notes]


QUARTERS = "".join(chord("quarter", p) for p in (60, 62, 64, 65))
WHOLE = chord("whole", 60)
ROLL = "<Tremolo><subtype>r16</subtype></Tremolo>"
CRESCENDO = spanner("HairPin", "<subtype>0</subtype>")


def test_every_stroke_of_a_roll_under_a_hairpin_takes_the_velocity_of_its_own_moment() -> None:
    first = bar(dynamic("p") + CRESCENDO + chord("whole", 60, on=ROLL))
    score = played(first + bar(dynamic("f") + WHOLE))
    # 16 strokes, 62 thousandths of the bar apart; 49 to 96 over 1920 ticks, cut down to whole numbers.
    ticks = [1920 * 62 * i // 1000 for i in range(16)]
    assert [n.velocity for n in score.notes] == [*(49 + 47 * tick // 1920 for tick in ticks), 96]


def test_a_grace_note_before_a_roll_takes_its_time_from_the_first_stroke() -> None:
    grace = chord("eighth", 67, before="<acciaccatura/>")
    score = played(bar(grace + chord("half", 60, on="<Tremolo><subtype>r8</subtype></Tremolo>")))
    # 65 ms of the second that a half note lasts at 120: 65 thousandths.
    assert sounds(score) == [
        (Fraction(0), 67),
        (Fraction(13, 100), 60),
        (Fraction(1, 2), 60),
        (Fraction(1), 60),
        (Fraction(3, 2), 60),
    ]
    assert [n.grace for n in score.notes] == [True, False, False, False, False]


def test_a_tremolo_between_two_chords_of_a_triplet_keeps_its_count_of_strokes() -> None:
    half = "<duration>1/8</duration>"
    tuplet = "<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>"
    first = chord("quarter", 64, on=half + "<Tremolo><subtype>c16</subtype></Tremolo>")
    pair = first + chord("quarter", 67, on=half)
    score = played(bar(tuplet + pair + chord("quarter", 65) + chord("quarter", 62) + "<endTuplet/>"))
    assert sounds(score)[:4] == [(Fraction(i, 6), (64, 67)[i % 2]) for i in range(4)]


def test_a_diminuendo_in_one_staff_of_a_piano_starts_from_the_mark_below_the_other() -> None:
    dim = spanner("HairPin", "<subtype>1</subtype>")
    upper = bar(QUARTERS) + bar(dim + QUARTERS) + bar(QUARTERS)
    lower = bar(dynamic("p") + QUARTERS) + bar(QUARTERS) * 2
    assert {n.velocity for n in played(upper, lower, part=PIANO).notes} == {49}


def test_staves_of_one_part_with_marks_at_one_place_follow_each_its_own() -> None:
    score = played(bar(dynamic("f") + WHOLE), bar(dynamic("p") + WHOLE), part=PIANO)
    assert [(n.staff, n.velocity) for n in score.notes] == [(1, 96), (2, 49)]


@pytest.mark.parametrize("tag", ["voiceAssignment", "applyToVoice"])
def test_a_dynamic_of_one_staff_or_one_voice_leaves_the_others_alone(tag: str) -> None:
    staff = dynamic("pp", f"<{tag}>allInStaff</{tag}>")
    voice = dynamic("ff", f"<{tag}>currentVoiceOnly</{tag}>")
    upper = bar(staff + WHOLE, "", voice + chord("whole", 64))
    score = played(upper, bar(WHOLE), version="4.50", part=PIANO)
    assert [(n.staff, n.voice, n.velocity) for n in score.notes] == [(1, 1, 33), (1, 2, 112), (2, 1, 80)]


@pytest.mark.parametrize(("version", "velocity"), [("3.02", 49), ("4.60", 96)])
def test_the_number_of_a_dynamic_counts_up_to_musescore_3_and_its_kind_since_4(
    version: str, velocity: int
) -> None:
    score = played(bar(dynamic("f", "<velocity>49</velocity>") + WHOLE), version=version)
    assert [n.velocity for n in score.notes] == [velocity]


@pytest.mark.parametrize(("version", "velocity"), [("3.02", 104), ("4.60", 30)])
def test_the_velocity_of_a_note_is_a_percentage_in_musescore_3_and_absolute_in_4(
    version: str, velocity: int
) -> None:
    score = played(bar(chord("whole", 60, inside="<velocity>30</velocity>")), version=version)
    assert [n.velocity for n in score.notes] == [velocity]


def ornament(name: str, more: str = "") -> str:
    return f"<Articulation><subtype>{name}</subtype>{more}</Articulation>"


def test_a_trill_alternates_with_the_note_above_in_its_key_in_32nd_notes() -> None:
    key = "<KeySig><accidental>1</accidental></KeySig>"
    score = played(bar(key + chord("half", 64, on=ornament("ornamentTrill")) + chord("half", 67)))
    assert sounds(score) == [*((Fraction(i, 8), (64, 66)[i % 2]) for i in range(16)), (Fraction(2), 67)]


def test_an_accidental_before_a_trill_in_its_bar_counts_for_it() -> None:
    score = played(bar(chord("quarter", 66) + chord("quarter", 64, on=ornament("ornamentMordent"))))
    turned = played(bar(chord("quarter", 66) + chord("quarter", 64, on=ornament("ornamentShortTrill"))))
    assert [p for _, p in sounds(score)] == [66, 64, 62, 64]
    assert [p for _, p in sounds(turned)] == [66, 64, 66, 64]


def test_a_turn_holds_its_last_note_to_the_end_and_a_baroque_trill_begins_above() -> None:
    turn = played(bar(chord("quarter", 64, on=ornament("ornamentTurn"))))
    assert [(n.onset_qn, n.length_qn, n.pitch) for n in turn.notes] == [
        (Fraction(0), Fraction(1, 8), 65),
        (Fraction(1, 8), Fraction(1, 8), 64),
        (Fraction(1, 4), Fraction(1, 8), 62),
        (Fraction(3, 8), Fraction(5, 8), 64),
    ]
    style = "<ornamentStyle>baroque</ornamentStyle>"
    assert [n.pitch for n in played(bar(chord("quarter", 64, on=ornament("ornamentTrill", style)))).notes][
        :2
    ] == [65, 64]


def test_a_trill_at_a_slow_tempo_goes_on_at_eight_notes_a_second() -> None:
    slow = "<Tempo><tempo>0.5</tempo></Tempo>"
    score = played(bar(slow + chord("quarter", 64, on=ornament("ornamentTrill"))))
    # A 32nd lasts a quarter of a second at 30: halved until it is under an eighth of one.
    assert [n.onset_qn for n in score.notes][:3] == [0, Fraction(1, 16), Fraction(1, 8)]


def test_a_trill_line_trills_every_note_under_it_and_over_the_tie() -> None:
    line = spanner("Trill", "<subtype>trill</subtype>")
    tie = '<Spanner type="Tie"><{0}><location/></{0}></Spanner>'
    first = chord("half", 64, inside=tie.format("next")) + chord("half", 64, inside=tie.format("prev"))
    score = played(bar(line + first) + bar(chord("quarter", 64)))
    assert sounds(score) == [*((Fraction(i, 8), (64, 65)[i % 2]) for i in range(32)), (Fraction(4), 64)]


def test_an_ornament_on_a_note_without_a_name_is_reported_once_with_its_places() -> None:
    nameless = "<Chord><durationType>half</durationType><Ornament><subtype>ornamentTurn</subtype></Ornament>"
    nameless += "<Note><pitch>60</pitch></Note></Chord>"
    score = played(bar(nameless * 2) + bar(nameless * 2))
    assert [n.pitch for n in score.notes] == [60] * 4
    finding = score.findings[0]
    assert (len(score.findings), finding.code, finding.span.line) == (1, "MV462", 0)
    assert finding.message.endswith(
        ": 4 times, bar 1 beat 1 of Vibes, bar 1 beat 3 of Vibes, bar 2 beat 1 of Vibes, ..."
    )


@pytest.mark.parametrize(
    ("kind", "order"),
    [("0", [60, 64, 67, 72]), ("2", [72, 67, 64, 60]), ("3", None), ("5", [72, 67, 64, 60])],
)
def test_the_notes_of_an_arpeggio_begin_one_after_the_other(kind: str, order: list[int] | None) -> None:
    arpeggio = f"<Arpeggio><subtype>{kind}</subtype></Arpeggio>"
    score = played(bar(chord("whole", 60, 64, 67, 72, on=arpeggio)))
    if order is None:
        assert {n.onset_qn for n in score.notes} == {Fraction(0)}
        return
    # 64 ticks apart, in whole thousandths of the 1920 of the chord, all held to its end.
    shares = [1000 * 64 * i // 1920 for i in range(4)]
    assert sounds(score) == [
        (Fraction(4 * share, 1000), pitch) for share, pitch in zip(shares, order, strict=True)
    ]
    assert {n.onset_qn + n.gate_qn for n in score.notes} == {Fraction(4)}


@pytest.mark.parametrize(
    ("style", "pitches"),
    [("", [60, 61, 62, 63]), ("whitekeys", [60, 62]), ("blackkeys", [61, 63]), ("diatonic", [60, 62])],
)
def test_a_glissando_passes_through_the_keys_that_it_names(style: str, pitches: list[int]) -> None:
    named = f"<glissandoStyle>{style}</glissandoStyle>" if style else ""
    line = spanner("Glissando", f"<subtype>0</subtype>{named}", 0, "1/4")
    score = played(bar(chord("quarter", 60, inside=line) + chord("quarter", 64)))
    each = Fraction(1, len(pitches))
    assert sounds(score) == [*((each * i, pitch) for i, pitch in enumerate(pitches)), (Fraction(1), 64)]


EIGHTHS = "".join(chord("eighth", p) for p in (60, 62, 64, 65, 67, 69, 71, 72))
SWUNG = [Fraction(i // 2) + (Fraction(66, 100) if i % 2 else 0) for i in range(8)]


def test_swing_of_the_style_delays_the_notes_off_the_beat() -> None:
    style = "<Style><swingUnit>eighth</swingUnit><swingRatio>66</swingRatio></Style>"
    score = played(bar(EIGHTHS), style=style)
    assert [n.onset_qn for n in score.notes] == SWUNG
    assert [n.onset_qn + n.gate_qn for n in score.notes] == [*SWUNG[1:], Fraction(4)]


def test_swing_of_a_text_begins_there_and_leaves_divided_beats_and_triplets_straight() -> None:
    swing = '<StaffText><swing unit="eighth" ratio="66"/><text>Swing</text></StaffText>'
    divided = chord("16th", 60) * 2 + chord("eighth", 62)
    triplet = "<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>"
    triplet += chord("eighth", 60) * 3 + "<endTuplet/>"
    score = played(bar(EIGHTHS) + bar(swing + divided + triplet + chord("eighth", 60) * 4))
    onsets = [n.onset_qn - 4 for n in score.notes if n.bar == 2]
    assert [n.onset_qn for n in score.notes if n.bar == 1] == [Fraction(i, 2) for i in range(8)]
    assert onsets == [
        0,
        Fraction(1, 4),
        Fraction(1, 2),
        1,
        Fraction(4, 3),
        Fraction(5, 3),
        2,
        Fraction(266, 100),
        3,
        Fraction(366, 100),
    ]


def test_a_tempo_goes_back_to_the_last_mark_and_tempo_primo_to_the_first() -> None:
    def tempo(value: str, kind: str = "") -> str:
        name = f"<followText>1</followText><type>{kind}</type>" if kind else ""
        return f"<Tempo><tempo>{value}</tempo>{name}</Tempo>"

    rit = spanner("GradualTempoChange", "<tempoChangeType>ritardando</tempoChangeType>")
    bars = [tempo("1"), rit, tempo("2", "aTempo"), tempo("3"), tempo("2", "tempoPrimo")]
    score = played("".join(bar(mark + QUARTERS) for mark in bars), version="4.60")
    at = {m.onset_qn: m.quarters_per_minute for m in score.tempi}
    assert (at[Fraction(0)], at[Fraction(8)], at[Fraction(12)], at[Fraction(16)]) == (60, 60, 180, 60)


def test_a_ritardando_passes_evenly_through_eight_steps_to_three_quarters_of_its_tempo() -> None:
    rit = spanner("GradualTempoChange", "<tempoChangeType>ritardando</tempoChangeType>")
    score = played(bar(rit + QUARTERS) + bar(QUARTERS), version="4.60")
    assert [(m.onset_qn, m.quarters_per_minute) for m in score.tempi] == [
        (Fraction(i, 2), 120 - Fraction(30 * i, 8)) for i in range(9)
    ]


def test_an_accelerando_of_its_own_factor_and_easing_ends_exactly_there() -> None:
    detail = (
        "<tempoChangeType>accelerando</tempoChangeType><tempoEasingMethod>ease-in</tempoEasingMethod>"
        "<tempoChangeFactor>1.5</tempoChangeFactor>"
    )
    score = played(bar(spanner("GradualTempoChange", detail) + QUARTERS) + bar(QUARTERS), version="4.60")
    at = {m.onset_qn: m.quarters_per_minute for m in score.tempi}
    # Halfway the circle of the easing is at 1 - sqrt(3)/2, to a millionth.
    assert at[Fraction(2)] == 120 + 60 * Fraction(133975, 1_000_000)
    assert at[Fraction(4)] == 180


def test_a_jump_to_a_fine_that_is_missing_plays_to_the_end_and_says_so() -> None:
    jump = "<Jump><jumpTo>start</jumpTo><playUntil>fine</playUntil><continueAt></continueAt></Jump>"
    score = played(bar(WHOLE) + bar(WHOLE, jump))
    assert [m.bar for m in score.measures] == [1, 2, 1, 2]
    assert [(f.code, f.message) for f in score.findings] == [
        ("MV460", "a jump leads to a place that is not in the score: 'fine' (bar 2)")
    ]


def test_a_jump_to_a_segno_that_is_missing_is_not_taken() -> None:
    jump = "<Jump><jumpTo>segno</jumpTo><playUntil>end</playUntil><continueAt></continueAt></Jump>"
    score = played(bar(WHOLE) + bar(WHOLE, jump))
    assert [m.bar for m in score.measures] == [1, 2]
    assert [f.code for f in score.findings] == ["MV460"]


def test_a_first_ending_that_is_never_played_is_a_finding_with_its_bar() -> None:
    def ending(number: int) -> str:
        detail = f"<endHookType>1</endHookType><endings>{number}</endings>"
        return spanner("Volta", detail)

    again = "<endRepeat>2</endRepeat>"
    bars = [bar(WHOLE), bar(WHOLE, again), bar(WHOLE), bar(ending(1) + WHOLE, again), bar(ending(2) + WHOLE)]
    score = played("".join(bars))
    assert [m.bar for m in score.measures] == [1, 2, 1, 2, 3, 5]
    assert [(f.code, f.message, f.place.bar if f.place else 0) for f in score.findings] == [
        ("MV459", "1 of 5 bars is never played: bar 4", 4)
    ]


def test_a_step_of_0_is_no_step() -> None:
    step = "<location><fractions>0</fractions></location>"
    assert sounds(played(bar(chord("half", 60) + step + chord("half", 62)))) == [
        (Fraction(0), 60),
        (Fraction(2), 62),
    ]


def lyric(text: str, verse: int = 0, more: str = "") -> str:
    return f"<Lyrics><no>{verse}</no>{more}<text>{text}</text></Lyrics>"


def test_a_syllable_held_over_a_note_leaves_it_without_another_verses_word() -> None:
    held = lyric("two", 1, "<ticks_f>1/2</ticks_f>")
    first = chord("half", 60, on=lyric("one") + held) + chord("half", 62, on=lyric("a"))
    score = played(bar(first, "<endRepeat>2</endRepeat>"))
    assert [(n.pass_number, n.lyric) for n in score.notes] == [(1, "one"), (1, "a"), (2, "two"), (2, None)]


def test_each_syllable_says_which_part_of_its_word_it_is() -> None:
    parts = [("Mu", "begin"), ("si", "middle"), ("ca", "end"), ("viva", "")]
    chords = "".join(
        chord("quarter", 60, on=lyric(text, 0, f"<syllabic>{part}</syllabic>" if part else ""))
        for text, part in parts
    )
    assert [(n.lyric, n.syllabic) for n in played(bar(chords)).notes] == [*parts[:3], ("viva", "single")]


def test_a_file_of_musescore_1_is_read_and_says_how_to_convert_it() -> None:
    metre = "<TimeSig><nom1>2</nom1><nom2>1</nom2><den>4</den></TimeSig>"
    notes = "<Chord><durationType>half</durationType><dots>1</dots><Note><pitch>60</pitch></Note></Chord>"
    text = (
        f'<museScore version="1.14">{PART}<Staff id="1"><Measure>{metre}{notes}</Measure></Staff></museScore>'
    )
    score = read_score(text.encode(), "a.mscx")
    assert [(n.onset_qn, n.length_qn, n.pitch) for n in score.notes] == [(0, 3, 60)]
    assert str(score.measures[0].meter) == "3/4"
    assert [(f.code, f.hint) for f in score.findings] == [
        ("MV463", "open it in MuseScore 2 or 3 and save it again")
    ]


def test_before_musescore_36_the_name_of_the_mordent_was_the_short_trills() -> None:
    notes = chord("quarter", 64, on=ornament("ornamentMordent"))
    text = f'<Score>{PART}<Staff id="1">{bar(notes)}</Staff></Score></museScore>'
    head = '<museScore version="3.02"><programVersion>{}</programVersion>'
    old, new = (read_score((head.format(v) + text).encode(), "a.mscx") for v in ("3.5.2", "3.6.2"))
    assert [[n.pitch for n in score.notes] for score in (old, new)] == [[64, 65, 64], [64, 62, 64]]


def archive(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for path, text in files.items():
            target.writestr(path, text)
    return stream.getvalue()


def container(root: str) -> str:
    return f'<container><rootfiles><rootfile full-path="{root}"/></rootfiles></container>'


def test_musescore_4_keeps_the_swing_of_its_style_in_a_file_of_its_own() -> None:
    score = f'<museScore version="4.20"><Score>{PART}<Staff id="1">{bar(EIGHTHS)}</Staff></Score></museScore>'
    style = "<Style><swingUnit>eighth</swingUnit><swingRatio>66</swingRatio></Style>"
    files = {
        "META-INF/container.xml": container("a.mscx"),
        "a.mscx": score,
        "score_style.mss": f'<museScore version="4.20">{style}</museScore>',
    }
    assert [n.onset_qn for n in read_score(archive(**files), "a.mscz").notes] == SWUNG


def test_the_only_score_of_an_archive_is_found_under_another_spelling() -> None:
    text = f'<museScore version="3.02"><Score>{PART}<Staff id="1">{bar(WHOLE)}</Staff></Score></museScore>'
    files = {"META-INF/container.xml": container("Reprises support\u00e9es.mscx"), "Reprises.mscx": text}
    assert len(read_score(archive(**files), "a.mscz").notes) == 1


def test_more_gradual_tempi_than_any_piece_has_are_refused() -> None:
    rit = spanner("GradualTempoChange", "<tempoChangeType>ritardando</tempoChangeType>")
    with pytest.raises(PieceError, match="MV408 more than 1000 gradual changes of tempo"):
        played(bar(rit * 1001 + WHOLE) + bar(WHOLE), version="4.60")


def test_a_fermata_inside_a_ritardando_holds_the_tempo_that_it_has_there() -> None:
    rit = spanner("GradualTempoChange", "<tempoChangeType>ritardando</tempoChangeType>")
    fermata = "<Fermata><subtype>fermataAbove</subtype></Fermata>"
    score = played(bar(rit + chord("half", 60) + fermata + chord("half", 62)) + bar(WHOLE), version="4.60")
    at = {m.onset_qn: m.quarters_per_minute for m in score.tempi}
    # Halfway from 120 to 90 it is 105, of which a fermata of MuseScore 4 makes a half.
    assert (at[Fraction(1)], at[Fraction(2)], at[Fraction(3)]) == (
        112 + Fraction(1, 2),
        52 + Fraction(1, 2),
        48 + Fraction(3, 4),
    )
