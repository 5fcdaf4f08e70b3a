"""MusicXML as people have it: what programs leave out, split, misnumber or encode in their own way.

Each file is small and ours; the right answer is that of MuseScore 3.2.3 or of the MusicXML specification.
"""

from fractions import Fraction

import pytest
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.read import read_score

TIME = "<time><beats>4</beats><beat-type>4</beat-type></time>"
FIRST = f"<attributes><divisions>4</divisions>{TIME}</attributes>"


def note(
    step: str = "C",
    octave: int = 4,
    duration: str = "4",
    kind: str = "quarter",
    before: str = "",
    after: str = "",
    voice: str = "1",
) -> str:
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
    return (
        f"<note>{before}{pitch}<duration>{duration}</duration><voice>{voice}</voice><type>{kind}</type>{after}"
        "</note>"
    )


def line(steps: str = "CDEF", octave: int = 4, after: str = "") -> str:
    return "".join(note(step, octave, after=after) for step in steps)


def document(*parts: tuple[str, ...], listed: str = "", first: str = FIRST, encoding: str = "UTF-8") -> bytes:
    """A score of parts, each a row of bars; `listed` is what the part list says of each part."""
    listing = body = ""
    for number, bars in enumerate(parts, start=1):
        listing += f'<score-part id="P{number}"><part-name>Part {number}</part-name>{listed}</score-part>'
        measures = "".join(
            f'<measure number="{index}">{first if index == 1 else ""}{bar}</measure>'
            for index, bar in enumerate(bars, start=1)
        )
        body += f'<part id="P{number}">{measures}</part>'
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><score-partwise version="4.0"><part-list>{listing}'
        f"</part-list>{body}</score-partwise>"
    )
    return text.encode(encoding)


def read(*bars: str, listed: str = "", first: str = FIRST) -> Score:
    return read_score(document(tuple(bars), listed=listed, first=first), "a.musicxml")


def heard(score: Score) -> list[tuple[Fraction, int]]:
    return [(n.onset_qn, n.pitch) for n in score.notes]


def instrument(number: int, program: int, more: str = "") -> str:
    return (
        f'<score-instrument id="I{number}"><instrument-name>Tool {number}</instrument-name>'
        f'</score-instrument><midi-instrument id="I{number}">{more}<midi-program>{program}</midi-program>'
        "</midi-instrument>"
    )


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16LE", "UTF-8-sig", "ISO-8859-1", "windows-1252"])
def test_every_encoding_that_programs_write_is_read(encoding: str) -> None:
    data = document((line(),), encoding="UTF-8").decode().replace("Part 1", "Flöte")
    named = encoding.removesuffix("LE").removesuffix("-sig")
    prefix = b"\xff\xfe" if encoding == "UTF-16LE" else b""
    data = data.replace('encoding="UTF-8"', f'encoding="{named}"')
    score = read_score(prefix + data.encode(encoding), "a.musicxml")
    assert (score.tracks[0].name, len(score.notes), score.findings) == ("Flöte", 4, ())


def test_shift_jis_is_read_though_expat_does_not_know_it() -> None:
    data = document((line(),)).decode().replace("Part 1", "笛").replace("UTF-8", "Shift_JIS")
    assert read_score(data.encode("shift_jis"), "a.musicxml").tracks[0].name == "笛"


def test_a_file_that_says_utf_16_and_is_utf_8_is_read() -> None:
    data = document((line(),)).replace(b"UTF-8", b"UTF-16")
    assert len(read_score(data, "a.musicxml").notes) == 4


def test_a_name_in_another_encoding_than_declared_costs_a_warning_and_not_the_score() -> None:
    score = read_score(document((line(),)).replace(b"Part 1", b"Fl\xf6te"), "a.musicxml")
    assert [finding.code for finding in score.findings] == ["MV426"]
    assert (score.tracks[0].name, len(score.notes)) == ("Flöte", 4)


def test_a_chord_goes_on_behind_a_direction() -> None:
    words = "<direction><direction-type><words>x</words></direction-type></direction>"
    second = note("E", before="<chord/>")
    score = read(note() + words + second + words + note("G", before="<chord/>") + line("DEF"))
    assert heard(score) == [(0, 60), (0, 64), (0, 67), (1, 62), (2, 64), (3, 65)]


def test_endings_count_in_whichever_part_they_stand() -> None:
    end = '<barline location="right"><repeat direction="backward"/></barline>'
    first = '<barline location="left"><ending number="1" type="start"/></barline>'
    stop = end.replace("<repeat", '<ending number="1" type="stop"/><repeat')
    second = '<barline location="left"><ending number="2" type="start"/></barline>'
    upper = (line(), line() + end, line())
    lower = (line(), first + line() + stop, second + line())
    score = read_score(document(upper, lower), "a.musicxml")
    assert [m.bar for m in score.measures] == [1, 2, 1, 3]


def test_endings_without_a_count_are_played_as_often_as_they_are_numbered() -> None:
    def ending(number: str, inside: str) -> str:
        start = f'<barline location="left"><ending number="{number}" type="start"/></barline>'
        repeat = '<repeat direction="backward"/>' if number == "1, 2" else ""
        return f'{start}{inside}<barline><ending number="{number}" type="stop"/>{repeat}</barline>'

    score = read(line(), ending("1, 2", line()), ending("3", line()))
    assert [m.bar for m in score.measures] == [1, 2, 1, 2, 1, 3]


def test_lyrics_that_name_their_passes_are_sung_in_these() -> None:
    sung = [("1", "1", "one"), ("2", "3", "three"), ("3", "2", "two")]
    lyrics = "".join(
        f'<lyric number="{number}" time-only="{passes}"><text>{text}</text></lyric>'
        for number, passes, text in sung
    )
    end = '<barline><repeat direction="backward" times="3"/></barline>'
    score = read(note(duration="16", kind="whole", after=lyrics) + end)
    assert [n.lyric for n in score.notes] == ["one", "two", "three"]


def test_words_know_their_syllables_and_elisions() -> None:
    def lyric(syllabic: str, text: str) -> str:
        return f"<lyric><syllabic>{syllabic}</syllabic><text>{text}</text></lyric>"

    elided = "<lyric><syllabic>single</syllabic><text>a</text><elision>_</elision><text>e</text></lyric>"
    score = read(
        note(after=lyric("begin", "Mu"))
        + note(after=lyric("middle", "si"))
        + note(after=lyric("end", "ca"))
        + note(after=elided)
    )
    assert [(n.lyric, n.syllabic) for n in score.notes] == [
        ("Mu", "begin"),
        ("si", "middle"),
        ("ca", "end"),
        ("a_e", "single"),
    ]


def test_a_verse_that_holds_its_syllable_does_not_borrow_another_verse() -> None:
    first = '<lyric number="1"><text>one</text></lyric><lyric number="2"><text>two</text><extend/></lyric>'
    second = '<lyric number="1"><text>a</text></lyric>'
    end = '<barline><repeat direction="backward"/></barline>'
    half = {"duration": "8", "kind": "half"}
    score = read(note(after=first, **half) + note(after=second, **half) + end)
    assert [n.lyric for n in score.notes] == ["one", "a", "two", None]


def test_a_dynamic_among_the_notations_is_played() -> None:
    mark = "<notations><dynamics><pp/></dynamics></notations>"
    assert [n.velocity for n in read(note(after=mark) + line("DEF")).notes] == [33] * 4


def test_a_short_part_rests_and_a_warning_says_where() -> None:
    score = read_score(document((line(), line()), (line(octave=3),)), "a.musicxml")
    assert (len(score.notes), len(score.measures)) == (12, 2)
    (finding,) = score.findings
    assert finding.code == "MV424" and finding.message.endswith("bar 2 of Part 2")


def test_notes_that_are_only_drawn_tied_are_one_note() -> None:
    tied = '<notations><tied type="{}"/></notations>'
    bars = [note(duration="16", kind="whole", after=tied.format(end)) for end in ("start", "stop")]
    assert [(n.onset_qn, n.length_qn) for n in read(*bars).notes] == [(0, 8)]


def test_a_second_staff_that_begins_late_doubles_nothing() -> None:
    upper = "".join(note(step, after="<staff>1</staff>") for step in "CDEF")
    lower = "".join(note(step, 3, voice="5", after="<staff>2</staff>") for step in "CDEF")
    both = "<attributes><staves>2</staves></attributes>" + upper
    score = read(line(), both + "<backup><duration>16</duration></backup>" + lower)
    assert [n.pitch for n in score.notes if n.bar == 1] == [60, 62, 64, 65]
    assert {(n.staff, n.voice) for n in score.notes if n.bar == 2} == {(1, 1), (2, 1)}


def test_two_instruments_of_one_part_are_two_tracks() -> None:
    notes = "".join(
        note(step, before="", after=f'<instrument id="I{n}"/>')
        for step, n in zip("CDEF", "1212", strict=True)
    )
    score = read(notes, listed=instrument(1, 69) + instrument(2, 61))
    assert [score.tracks[n.track].program for n in score.notes] == [68, 60, 68, 60]
    assert [track.name for track in score.tracks] == ["Part 1", "Tool 2"]


def test_the_one_drum_of_a_part_needs_no_name_on_its_notes() -> None:
    drum = instrument(1, 1, "<midi-channel>10</midi-channel><midi-unpitched>39</midi-unpitched>")
    head = "<unpitched><display-step>C</display-step><display-octave>5</display-octave></unpitched>"
    score = read(f"<note>{head}<duration>16</duration><type>whole</type></note>", listed=drum)
    assert [(n.pitch, score.tracks[n.track].is_drums) for n in score.notes] == [(38, True)]


@pytest.mark.parametrize(
    ("shape", "stretch"), [("", 2), ("normal", 2), ("angled", Fraction(3, 2)), ("square", 3)]
)
def test_a_fermata_holds_its_note_as_in_musescore_files(shape: str, stretch: Fraction) -> None:
    tempo = '<sound tempo="60"/>'
    held = f"<notations><fermata>{shape}</fermata></notations>"
    score = read(tempo + line("CD") + note("E", after=held) + note("F"))
    end = 3 - Fraction(1, 480)
    assert [(t.onset_qn, t.quarters_per_minute) for t in score.tempi] == [
        (0, 60),
        (2, 60 / stretch),
        (end, 60),
    ]


@pytest.mark.parametrize(
    ("units", "minute", "tempo"),
    [
        ("<beat-unit>quarter</beat-unit>", "ca. 72", 72),
        ("<beat-unit>half</beat-unit>", "60", 120),
        ("<beat-unit>quarter</beat-unit><beat-unit-dot/>", "72-80", 108),
        ("<beat-unit>eighth</beat-unit><beat-unit-dot/><beat-unit-dot/>", "80", 70),
        # The old eighth is the new quarter, and 120 is the tempo before any mark.
        ("<beat-unit>eighth</beat-unit><beat-unit>quarter</beat-unit>", "", 240),
        ("<beat-unit>quarter</beat-unit><beat-unit-dot/><beat-unit>quarter</beat-unit>", "", 80),
    ],
)
def test_a_metronome_mark_is_played(units: str, minute: str, tempo: int) -> None:
    count = f"<per-minute>{minute}</per-minute>" if minute else ""
    mark = f"<direction><direction-type><metronome>{units}{count}</metronome></direction-type></direction>"
    assert read(mark + line()).tempi[0].quarters_per_minute == tempo


def test_a_metronome_mark_without_a_number_is_reported_and_not_played() -> None:
    mark = "<metronome><beat-unit>quarter</beat-unit><per-minute>fast</per-minute></metronome>"
    score = read(f"<direction><direction-type>{mark}</direction-type></direction>{line()}")
    assert [finding.code for finding in score.findings] == ["MV451"]


@pytest.mark.parametrize("duration", ["-4", "0", "x", ""])
def test_an_invalid_duration_is_replaced_by_the_note_value(duration: str) -> None:
    score = read(line("CD") + note("E", duration=duration) + note("F"), line())
    assert [n.onset_qn for n in score.notes] == list(range(8))
    assert [(finding.code, str(finding.place)) for finding in score.findings] == [("MV422", "bar 1 beat 3")]


def test_twenty_equal_faults_are_reported_once() -> None:
    bars = [note("E", duration="-4") * 4] * 5
    (finding,) = read(*bars).findings
    assert "20 times" in finding.message


def test_chord_symbols_of_any_kind_cost_nothing() -> None:
    assert len(read("<harmony><function>1</function><kind>none</kind></harmony>" + line()).notes) == 4


def test_a_tremolo_between_two_chords_of_the_lower_staff_is_played() -> None:
    ratio = (
        "<time-modification><actual-notes>2</actual-notes><normal-notes>1</normal-notes></time-modification>"
    )
    roll = "<notations><ornaments><tremolo type='{}'>2</tremolo></ornaments></notations>"
    upper = note("C", 5, "16", "whole", after="<staff>1</staff>")
    pair = "".join(
        note(step, 4, "4", "half", after=f"{ratio}<staff>2</staff>{roll.format(end)}", voice="5")
        for step, end in (("C", "start"), ("E", "stop"))
    )
    rest = note("C", 4, "8", "half", after="<staff>2</staff>", voice="5")
    first = FIRST.replace("</time>", "</time><staves>2</staves>")
    score = read(upper + "<backup><duration>16</duration></backup>" + pair + rest, first=first)
    lower = [(n.onset_qn, n.pitch) for n in score.notes if n.staff == 2]
    assert lower == [(Fraction(k, 4), 60 if k % 2 == 0 else 64) for k in range(8)] + [(2, 60)]


def test_a_timewise_file_is_the_partwise_one() -> None:
    upper, lower = (line(), line("GFED")), (line(octave=3), line("GFED", 3))
    partwise = document(upper, lower)
    listing = partwise[: partwise.index(b'<part id="P1">')].decode().replace("partwise", "timewise")
    measures = "".join(
        f'<measure number="{index}"><part id="P1">{FIRST if index == 1 else ""}{high}</part>'
        f'<part id="P2">{FIRST if index == 1 else ""}{low}</part></measure>'
        for index, (high, low) in enumerate(zip(upper, lower, strict=True), start=1)
    )
    timewise = read_score(f"{listing}{measures}</score-timewise>".encode(), "a.xml")
    assert timewise.notes == read_score(partwise, "a.xml").notes


def test_each_staff_is_transposed_by_its_own_amount_and_may_change_it() -> None:
    def transpose(semitones: int, octaves: int = 0) -> str:
        change = f"<octave-change>{octaves}</octave-change>" if octaves else ""
        inside = f"<transpose><chromatic>{semitones}</chromatic>{change}</transpose>"
        return f"<attributes>{inside}</attributes>"

    score = read(transpose(-2) + line("CC") + transpose(3, -1) + line("CC"))
    assert [n.pitch for n in score.notes] == [58, 58, 51, 51]


def test_cue_notes_are_silent_and_hidden_notes_sound() -> None:
    hidden = note("E").replace("<note>", '<note print-object="no">')
    score = read(note("C") + note("D", before="<cue/>") + hidden + note("F"))
    assert heard(score) == [(0, 60), (2, 64), (3, 65)]


def test_a_note_has_its_own_loudness_and_its_own_time() -> None:
    def with_(attributes: str, step: str) -> str:
        return note(step).replace("<note>", f"<note {attributes}>")

    score = read(with_('dynamics="100"', "C") + with_('attack="1" release="-1"', "D") + line("EF"))
    assert [n.velocity for n in score.notes] == [90, 80, 80, 80]
    # Of four divisions one is cut off at the start and one at the end.
    assert (score.notes[1].onset_qn, score.notes[1].gate_qn) == (Fraction(5, 4), Fraction(1, 2))


@pytest.mark.parametrize("dashes", [True, False])
def test_cresc_in_words_grows_to_the_next_mark(dashes: bool) -> None:
    def direction(inside: str) -> str:
        return f"<direction><direction-type>{inside}</direction-type></direction>"

    def dash(kind: str) -> str:
        return direction(f'<dashes type="{kind}"/>') if dashes else ""

    def mark(name: str) -> str:
        return direction(f"<dynamics><{name}/></dynamics>")

    score = read(
        mark("p") + direction("<words>cresc.</words>") + dash("start") + line() + dash("stop"),
        mark("f") + line(),
    )
    # From 49 to 96 over four quarters.
    assert [n.velocity for n in score.notes] == [49, 60, 72, 84, 96, 96, 96, 96]


@pytest.mark.parametrize(
    ("words", "sign", "order"),
    [
        ("D.C. al Fine", "", [1, 2, 3, 4, 1, 2]),
        ("Da Capo al Fine", "", [1, 2, 3, 4, 1, 2]),
        ("D.S. al Fine", "<segno/>", [1, 2, 3, 4, 2]),
        ("Dal Segno", "<segno/>", [1, 2, 3, 4, 2]),
        ("dance", "", [1, 2, 3, 4]),
    ],
)
def test_jumps_are_read_from_words_and_signs_without_sound(words: str, sign: str, order: list[int]) -> None:
    def direction(inside: str) -> str:
        return f"<direction><direction-type>{inside}</direction-type></direction>" if inside else ""

    score = read(
        line(),
        direction(sign) + line() + direction("<words>Fine</words>"),
        line(),
        line() + direction(f"<words>{words}</words>"),
    )
    assert [m.bar for m in score.measures] == order


def test_to_coda_and_coda_in_words_lead_there() -> None:
    def direction(inside: str) -> str:
        return f"<direction><direction-type>{inside}</direction-type></direction>"

    score = read(
        line(),
        line() + direction("<words>To Coda</words>"),
        line() + direction("<words>D.C. al Coda</words>"),
        direction("<coda/>") + line(),
    )
    assert [m.bar for m in score.measures] == [1, 2, 3, 1, 2, 4]


def test_a_trill_goes_to_the_next_note_of_its_key_or_of_its_own_accidental() -> None:
    key = "<key><fifths>1</fifths></key>"
    trill = "<notations><ornaments><trill-mark/>{}</ornaments></notations>"
    first = FIRST.replace("<time>", f"{key}<time>")
    by_key = read(note("E", after=trill.format("")) + line("CCC"), first=first)
    assert {n.pitch for n in by_key.notes if n.bar == 1 and n.onset_qn < 1} == {64, 66}
    natural = "<accidental-mark>natural</accidental-mark>"
    marked = read(note("E", after=trill.format(natural)) + line("CCC"), first=first)
    assert {n.pitch for n in marked.notes if n.onset_qn < 1} == {64, 65}


def test_an_arpeggio_and_swing_are_played_as_in_musescore_files() -> None:
    roll = "<notations><arpeggiate/></notations>"
    chord = note("C", after=roll) + note("E", before="<chord/>") + note("G", before="<chord/>")
    onsets = [n.onset_qn for n in read(chord + line("CCC")).notes if n.onset_qn < 1]
    assert onsets == sorted(set(onsets)) and len(onsets) == 3
    swing = "<sound><swing><first>2</first><second>1</second></swing></sound>"
    eighths = "".join(note(step, duration="2", kind="eighth") for step in "CDEFGABC")
    # Two to one is 67 percent of the pair.
    assert [n.onset_qn for n in read(swing + eighths).notes[:4]] == [
        0,
        Fraction(67, 100),
        1,
        1 + Fraction(67, 100),
    ]


def test_grace_notes_behind_the_last_note_of_a_bar_end_it() -> None:
    grace = "<note><grace/><pitch><step>D</step><octave>4</octave></pitch><voice>1</voice></note>"
    score = read(note("C", duration="16", kind="whole") + grace)
    assert [(n.pitch, n.grace) for n in score.notes] == [(60, False), (62, True)]
    assert score.notes[1].onset_qn + score.notes[1].length_qn == 4


def test_grace_notes_that_lean_on_nothing_are_said() -> None:
    grace = "<note><grace/><pitch><step>D</step><octave>4</octave></pitch><voice>2</voice></note>"
    assert [finding.code for finding in read(line() + grace).findings] == ["MV423"]


def test_a_metre_of_two_fractions_is_their_sum() -> None:
    time = "<time><beats>3</beats><beat-type>8</beat-type><beats>1+1</beats><beat-type>4</beat-type></time>"
    score = read(note(), first=FIRST.replace(TIME, time))
    assert str(score.measures[0].meter) == "7/8"


def test_microtonal_pitches_are_reported_and_sound_on_the_nearest_key() -> None:
    quarter_tone = note("C").replace("</step>", "</step><alter>-0.5</alter>")
    score = read(quarter_tone + line("DEF"))
    assert [finding.code for finding in score.findings] == ["MV425"]
    assert len(score.notes) == 4


def test_bars_after_a_da_capo_al_fine_are_played_after_the_fine() -> None:
    def sound(attributes: str) -> str:
        return f"<sound {attributes}/>"

    score = read(line() + sound('fine="yes"'), line() + sound('dacapo="yes"'), line())
    assert [m.bar for m in score.measures] == [1, 2, 1, 3]


def test_white_space_before_the_declaration_costs_nothing() -> None:
    assert len(read_score(b"\n " + document((line(),)), "a.musicxml").notes) == 4
