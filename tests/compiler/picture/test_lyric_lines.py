"""Lines on the screen: where they break, when they come and go, and who sings them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from musicvis.compiler.compile import check_piece
from musicvis.compiler.picture.lyric_lines import Line, lyric_lines
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.load import load_piece
from musicvis.dsl.model.video import Lyrics

Lines = Callable[..., tuple[Line, ...]]


@pytest.fixture
def shown(make_score: Callable[..., object]) -> Lines:
    def lines(
        sung: Sequence[tuple[int, int, str, int]], expected: Sequence[str] = (), **fields: object
    ) -> tuple[Line, ...]:
        """Of (onset, length, text, track) in quarters at 60 to the minute."""
        notes = [(at, length, 60, 80, track) for at, length, _, track in sung]
        score = make_score(["4/4"] * 6, [(0, 60)], notes, tracks=tuple("abcde"))
        entries = tuple(
            PartNote(replace(note, lyric=text), "abcde"[note.track])
            for note, (_, _, text, _) in zip(score.notes, sung, strict=True)  # type: ignore[attr-defined]
        )
        lyrics = replace(Lyrics(Span("piece.yaml")), **fields)  # type: ignore[arg-type]
        findings = Findings()
        made = lyric_lines(lyrics, entries, Clock.from_score(score), findings)  # type: ignore[arg-type]
        assert [finding.code for finding in findings] == (list(expected) if made else ["MV565"])
        if not made and sung:
            singers = ", ".join(dict.fromkeys("abcde"[track] for *_, track in sung))
            assert next(iter(findings)).hint == f"words are sung in {singers}: name one of these"
        return made

    return lines


def spoken(lines: Sequence[Line]) -> list[tuple[str, Fraction, Fraction, int]]:
    return [(line.text, line.start_s, line.end_s, line.row) for line in lines]


def test_lines_break_at_a_full_stop_and_at_a_rest_and_come_a_beat_early(shown: Lines) -> None:
    sung = [(2, 1, "Ring", 0), (3, 1, "on.", 0), (4, 1, "Snow", 0), (8, 1, "falls", 0)]
    half = Fraction(1, 2)
    assert spoken(shown(sung)) == [("Ring on.", 1, 4, 0), ("Snow", 4, 5 + half, 0), ("falls", 7, 9 + half, 0)]


def test_two_singers_stand_on_two_rows_and_the_same_words_are_shown_once(shown: Lines) -> None:
    apart = [(0, 2, "Ring", 0), (0, 2, "Snow", 1)]
    assert [(line.text, line.row) for line in shown(apart)] == [("Ring", 0), ("Snow", 1)]
    assert len(shown([(0, 2, "Ring", 0), (0, 2, "ring", 1)])) == 1


def test_a_phrase_that_is_too_long_becomes_lines_of_about_one_length(shown: Lines) -> None:
    text = "and if you should sink in the deep of the ocean, the fish"
    sung = [(at, 1, word, 0) for at, word in enumerate(text.split())]
    lines = [line.text for line in shown(sung)]
    assert lines == ["and if you should sink in", "the deep of the ocean,", "the fish"]
    assert [line.text for line in shown([(0, 1, "x" * 60, 0), (1, 1, "y" * 60, 0)])] == ["x" * 60, "y" * 60]


def test_ideographs_stand_side_by_side_and_sixteen_of_them_are_a_line(shown: Lines) -> None:
    first, second = "床前明月光疑是地上霜", "舉頭望明月低頭思故鄉"
    sung = [(at, 1, sign, 0) for at, sign in enumerate(first + second)]
    assert [line.text for line in shown(sung)] == [first, second]
    mixed = shown([(0, 1, "月", 0), (1, 1, "moon", 0), (2, 1, "달", 0), (3, 1, "빛", 0)])
    assert [line.text for line in mixed] == ["月 moon 달 빛"]


def test_a_fifth_singer_has_no_row_and_is_reported(shown: Lines) -> None:
    sung = [(0, 2, text, track) for track, text in enumerate(("Ring", "Snow", "Bell", "Star", "Moon"))]
    assert [line.text for line in shown(sung, ["MV650"])] == ["Ring", "Snow", "Bell", "Star"]


def test_words_alone_and_parts_alone_are_shown(shown: Lines) -> None:
    sung = [(0, 1, "Ring", 0), (1, 1, "on", 0)]
    assert [line.text for line in shown(sung, show="word")] == ["Ring", "on"]
    assert shown(sung, parts=("b",)) == ()


def test_a_font_is_a_font_inside_the_piece(tmp_path: Path) -> None:
    (tmp_path / "odd.ttf").write_bytes(b"no font")
    for font, code in (("odd.ttf", "MV566"), ("../odd.ttf", "MV002"), ("lost.ttf", "MV001")):
        text = f"musicvis: 1\ntitle: a\nscore: a.mid\nvideo: {{lyrics: {{font: {font}}}}}\n"
        (tmp_path / "piece.yaml").write_text(text, encoding="utf-8")
        import mido

        track = mido.MidiTrack(
            [mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=480)]
        )
        mido.MidiFile(tracks=[track]).save(tmp_path / "a.mid")
        assert code in {finding.code for finding in check_piece(load_piece(tmp_path))}
