"""ABC tunes and Humdrum scores, whose notes, repeats and tempi are counted by hand."""

from fractions import Fraction

import pytest
from musicvis.compiler.score.foreign import read as foreign
from musicvis.compiler.score.read import read_score
from musicvis.dsl.findings.diagnostics import PieceError

pytest.importorskip("music21")

TUNE = b"""X:1
T:Two Bars
M:6/8
L:1/8
Q:3/8=80
K:G
|: GAB d3 |1 c2A F3 :|2 c2A G3 |]
"""
KERN = b"""**kern\t**kern
*M3/4\t*M3/4
*MM90\t*MM90
=1\t=1
2C\t4c
.\t4e
4G\t4g
=2\t=2
2.C\t2.cc#
==\t==
*-\t*-
"""


def test_an_abc_tune_is_played_with_its_key_its_endings_and_its_tempo() -> None:
    score = read_score(TUNE, "tunes/two.abc")
    # The key of G sharpens the F of the first ending; the second pass takes the second ending.
    first = [(67, 1), (69, 1), (71, 1), (74, 3)]
    assert [(n.pitch, n.length_qn * 2) for n in score.notes] == [
        *first, (72, 2), (69, 1), (66, 3),
        *first, (72, 2), (69, 1), (67, 3),
    ]  # fmt: skip
    assert [n.bar for n in score.notes] == [1] * 4 + [2] * 3 + [1] * 4 + [3] * 3
    assert score.tempi[0].quarters_per_minute == 120  # 80 dotted crotchets
    assert score.findings == ()


def test_a_kern_score_has_a_part_for_each_spine() -> None:
    score = read_score(KERN, "two.krn")
    places = sorted((n.onset_qn, n.pitch, n.length_qn) for n in score.notes)
    assert places == [
        (0, 48, 2), (0, 60, 1), (1, 64, 1), (2, 55, 1), (2, 67, 1), (3, 48, 3), (3, 73, 3),
    ]  # fmt: skip
    assert len({n.track for n in score.notes}) == 2
    assert score.tempi[0].quarters_per_minute == 90


def test_the_first_tune_of_a_book_is_read_and_the_others_are_counted() -> None:
    book = TUNE + b"\nX:2\nT:Other\nM:4/4\nL:1/4\nK:C\nCDEF|\n\nX:3\nK:C\nC|\n"
    score = read_score(book, "book.abc")
    assert len(score.notes) == 14
    (finding,) = score.findings
    assert finding.code == "MV429" and "3 pieces" in finding.message


def test_words_that_are_not_read_are_reported_with_their_line() -> None:
    score = read_score(b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\nw: sing to me now\n", "song.abc")
    assert [n.onset_qn for n in score.notes] == [Fraction(k) for k in range(4)]
    (finding,) = score.findings
    assert (finding.code, finding.span.line) == ("MV430", 6)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.abc"),
        (b"X:1\nK:C\n[CEG]\n", "no-length.abc"),
        (b"nothing of the kind", "text.krn"),
        (bytes(range(256)), "bytes.krn"),
        (b"\x89PNG\r\n\x1a\n" * 9, "picture.abc"),
    ],
)
def test_what_music21_cannot_read_is_one_finding_in_that_file(data: bytes, name: str) -> None:
    with pytest.raises(PieceError) as caught:
        read_score(data, name)
    (finding,) = caught.value.findings
    assert finding.code in ("MV405", "MV428") and finding.span.file == name
    assert "\n" not in finding.message


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "DEADLINE_S", 0.01)
    with pytest.raises(PieceError, match="within"):
        read_score(TUNE, "two.abc")


def test_a_megabyte_is_the_limit() -> None:
    with pytest.raises(PieceError) as caught:
        read_score(b"%" * (foreign.MAX_TEXT_BYTES + 1), "large.krn")
    assert caught.value.findings[0].code == "MV401"


def test_without_music21_the_finding_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "find_spec", lambda name: None)
    with pytest.raises(PieceError) as caught:
        read_score(TUNE, "two.abc")
    (finding,) = caught.value.findings
    assert finding.code == "MV427" and "[formats]" in finding.hint


def test_parts_without_a_name_have_the_same_one_each_time_and_a_name_that_is_written_stays() -> None:
    tune = b"X:1\nT:Two\nM:3/4\nL:1/4\nK:C\nV:1\nCDE|F3|\n"
    named = KERN.replace(b"*M3/4\t*M3/4", b"*Icello\t*Iflt\n*M3/4\t*M3/4")
    for text, name, parts, times in (
        (tune, "two.abc", ["Part 1"], 2),
        (KERN, "two.krn", ["Part 1", "Part 2"], 2),
        (named, "two.krn", ["Flute", "Violoncello"], 1),
    ):
        for _ in range(times):
            assert [track.name for track in read_score(text, name).tracks] == parts


def test_the_names_of_spines_are_those_of_the_parts() -> None:
    named = KERN.replace(b"*M3/4\t*M3/4", b'*I"Cello\t*I"Violin 1\n*Icello\t*Ivioln\n*M3/4\t*M3/4')
    score = read_score(named, "two.krn")
    lowest = min(score.notes, key=lambda note: note.pitch)
    highest = max(score.notes, key=lambda note: note.pitch)
    assert score.tracks[lowest.track].name == "Cello"
    assert score.tracks[highest.track].name == "Violin 1"
