"""The score beside the picture: the place that each frame shows, what sounds there, what is said before."""

import re
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.compile import check_piece, compile_piece
from musicvis.compiler.picture import score_layer
from musicvis.compiler.piece_files import PieceFiles
from musicvis.compiler.plan import ScorePlan
from musicvis.compiler.score.notation.ids import note_id
from musicvis.compiler.score.read import read_score_file, written_score
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.load import load_piece

DATA = Path(__file__).parents[1] / "score/data"
MANIFEST = """\
musicvis: 1
title: T
score: {score}
video: {{size: 64x36, fps: 10, score: {layer}{more}}}
"""


@pytest.fixture(autouse=True)
def engravers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were installed: nothing is engraved here."""
    monkeypatch.setattr(score_layer, "find_spec", lambda name: name)


def manifest(folder: Path, score: str, layer: str = "strip", more: str = "") -> Path:
    (folder / score).write_bytes((DATA / score).read_bytes())
    path = folder / "piece.yaml"
    path.write_text(MANIFEST.format(score=score, layer=layer, more=more), encoding="utf-8")
    return path


def planned(path: Path) -> ScorePlan:
    made = compile_piece(load_piece(path))
    assert made.plan is not None, made.diagnostics
    assert made.plan.picture.score is not None
    return made.plan.picture.score


def codes(path: Path) -> list[str]:
    return [finding.code for finding in check_piece(load_piece(path)) if finding.code.startswith("MV66")]


def test_the_place_follows_what_sounds_through_repeats(tmp_path: Path) -> None:
    path = manifest(tmp_path, "dc_al_fine.mscx")
    score = planned(path)
    clock = Clock.from_score(read_score_file(tmp_path / "dc_al_fine.mscx"))
    order = [measure.bar for measure in clock.measures]
    assert order != sorted(order)
    seen = [int(bar) + 1 for bar in score.places[:, 0]]
    offsets = score.places[:, 1]
    begun = [k for k in range(len(seen)) if k == 0 or seen[k] != seen[k - 1] or offsets[k] < offsets[k - 1]]
    assert [seen[k] for k in begun] == order
    # The middle of the first frame is 0.05 s, at 120 to the minute.
    assert score.places[0].tolist() == pytest.approx([0, 0.1])


def test_each_head_sounds_once_for_each_time_its_bar_is_played(tmp_path: Path) -> None:
    path = manifest(tmp_path, "repeat_three_times.mscx")
    score = planned(path)
    notes = read_score_file(tmp_path / "repeat_three_times.mscx").notes
    assert len(score.sounding) == len(notes)
    firsts = sorted(score.sounding[:, 0].tolist())
    clock = Clock.from_score(read_score_file(tmp_path / "repeat_three_times.mscx"))
    expected = sorted(int(np.ceil(float(clock.seconds(n.onset_qn)) * 10 - 0.5)) for n in notes)
    assert firsts == expected
    _, _, bar, chord, head = score.sounding[0].tolist()
    written = written_score((tmp_path / "repeat_three_times.mscx").read_bytes(), "a.mscx")
    assert written is not None
    assert f'id="{note_id(bar, written.chords[chord].place.offset_qn, chord, head)}"' in score.text


def test_the_turn_of_a_page_is_ahead_of_its_first_note_and_behind_the_last_one(tmp_path: Path) -> None:
    score = planned(manifest(tmp_path, "repeat_three_times.mscx"))
    ahead = score.ahead[:, 0] >= 0
    # The bar that comes, through repeats; at 120 to the minute a quarter note is half a second.
    for frame in np.flatnonzero(ahead[:-1]):
        bar = score.places[frame, 0]
        later = score.places[frame:, 0]
        offsets = score.places[frame:, 1]
        begun = int(np.flatnonzero((later != bar) | (offsets < offsets[0]))[0])
        assert score.ahead[frame, 0] == later[begun]
    starts = np.flatnonzero(ahead[1:] & ~ahead[:-1]) + 1
    assert len(starts)
    for start in starts:
        length = int(np.flatnonzero(~ahead[start:])[0])
        assert 1 <= length <= round(score_layer.TURN_S * 10) + 1
        assert (np.diff(score.ahead[start : start + length, 1]) > 0).all()


def test_parts_are_chosen_by_their_names(tmp_path: Path) -> None:
    one = planned(manifest(tmp_path, "waltz.mscx", "{parts: clar*, place: top, height: 20%}"))
    assert one.text.count("<score-part ") == 1
    assert (one.place, one.height) == ("top", 0.2)
    assert codes(manifest(tmp_path, "waltz.mscx", "{parts: [Clarinet, Tuba]}")) == ["MV664"]


def test_a_midi_file_has_its_notation_made_and_says_so(tmp_path: Path) -> None:
    path = manifest(tmp_path, "waltz.mid")
    assert codes(path) == ["MV663"]
    assert "<score-partwise" in planned(path).text


def test_words_over_the_score_are_reported(tmp_path: Path) -> None:
    assert codes(manifest(tmp_path, "lyrics.mscx", "strip", ", lyrics: {}")) == ["MV665"]
    assert codes(manifest(tmp_path, "lyrics.mscx", "{place: top}", ", lyrics: {}")) == []
    tall = "{place: top, height: 90%}"
    assert codes(manifest(tmp_path, "lyrics.mscx", tall, ", lyrics: {}")) == ["MV665"]


def test_in_a_tall_film_words_and_score_keep_away_from_its_ends(tmp_path: Path) -> None:
    def tall(layer: str, title: str) -> list[str]:
        path = manifest(
            tmp_path, "waltz.mscx", layer, f", post: [{{at: 1|1, for: 1s, title: A, place: {title}}}]"
        )
        path.write_text(path.read_text(encoding="utf-8").replace("64x36", "36x64"), encoding="utf-8")
        return codes(path)

    # The score ends 16 % above the bottom; a title in the middle is 8 % high.
    assert tall("{height: 30%, parts: clar*}", "middle") == []
    assert tall("{height: 31%, parts: clar*}", "middle") == ["MV665"]
    assert tall("{height: 60%, parts: clar*}", "top") == []
    assert tall("{height: 61%, parts: clar*}", "top") == ["MV665"]


def test_staves_too_small_to_be_read_are_reported_with_a_height_that_fixes_it(tmp_path: Path) -> None:
    def told(layer: str, size: str = "1920x1080") -> list[Diagnostic]:
        path = manifest(tmp_path, "waltz.mscx", layer)
        path.write_text(path.read_text(encoding="utf-8").replace("64x36", size), encoding="utf-8")
        return [finding for finding in check_piece(load_piece(path)) if finding.code == "MV714"]

    assert told("{height: 30%}") == []
    (finding,) = told("{height: 10%}")
    height = re.search(r"height: ([0-9]+)%", finding.hint)
    assert height is not None
    assert told(f"{{height: {height[1]}%}}") == []
    assert told(f"{{height: {int(height[1]) - 1}%}}") != []
    # One staff needs less, and so does a tall film.
    assert told("{height: 11%, parts: clar*}") == []
    assert told("{height: 12%}", "1080x1920") == []


def test_a_missing_engraver_is_reported_before_anything_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_layer, "find_spec", lambda name: None if name == "verovio" else name)
    path = manifest(tmp_path, "waltz.mscx")
    found = [f for f in check_piece(load_piece(path)) if f.code == "MV661"]
    assert len(found) == 1
    assert "[score]" in found[0].hint
    assert found[0].span.line == 4
    assert compile_piece(load_piece(path)).plan is None


def test_without_the_key_nothing_of_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(PieceFiles, "written", refuse)
    path = manifest(tmp_path, "waltz.mscx")
    path.write_text(path.read_text(encoding="utf-8").replace(", score: strip", ""), encoding="utf-8")
    made = compile_piece(load_piece(path))
    assert made.plan is not None
    assert made.plan.picture.score is None
