"""A score engraved and drawn: by Verovio and resvg, where they are installed."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from musicvis.compiler.plan import ScorePlan
from musicvis.compiler.score.notation.ids import head_of
from musicvis.compiler.score.notation.write import musicxml
from musicvis.compiler.score.read import written_score
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.engraving import engrave, sheet
from musicvis.renderers.engraving.engrave import pages_of
from musicvis.renderers.engraving.letters import with_signs
from musicvis.renderers.engraving.sheet import Sheet, draw_sheet
from musicvis.renderers.engraving.sheet_nodes import kept_sheet, sheet_node
from musicvis.renderers.engraving.view import ScoreStand
from musicvis.renderers.engraving.words import faces_of
from musicvis.store.store import Store

SCORE = Path(__file__).parents[2] / "compiler/score/data/waltz.mscx"
WIDTH, HEIGHT = 640, 360

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def text() -> str:
    written = written_score(SCORE.read_bytes(), "waltz.mscx")
    assert written is not None
    return musicxml(written, "waltz.mscx")


def plan(mode: str) -> ScorePlan:
    nothing = np.zeros((0, 5), np.int64)
    look = {"place": "bottom", "height": 0.5, "ink": "#000000", "lit": "#FF0000", "ground": "#FFFFFF"}
    return ScorePlan(
        text(),
        mode,
        **look,
        opacity=1.0,
        bar_lengths_qn=np.full(8, 3.0),
        places=np.zeros((1, 2)),
        ahead=np.array([[-1.0, 0.0]]),
        sounding=nothing,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    pytest.importorskip("verovio")
    pytest.importorskip("resvg_py")
    return {mode: draw_sheet(plan(mode), WIDTH, HEIGHT) for mode in ("strip", "page")}


@pytest.mark.parametrize("mode", ["strip", "page"])
def test_every_note_head_is_found_and_there_is_ink_in_it(mode: str, sheets: dict[str, Sheet]) -> None:
    drawn = sheets[mode]
    heads = {node.get("id") for node in fromstring(text()).iter("note") if node.get("id")}
    assert len(drawn.heads) == len(heads)
    for _, _, _, page, left, top, right, bottom in drawn.heads:
        ink = drawn.pages[int(page)][int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        assert ink.max() > 200


@pytest.mark.parametrize("mode", ["strip", "page"])
def test_the_cursor_stands_on_each_head_when_it_sounds(mode: str, sheets: dict[str, Sheet]) -> None:
    stand = ScoreStand(plan(mode), sheets[mode], WIDTH, HEIGHT)
    onsets = {
        (head.bar_index, head.chord, head.note): head.offset_qn
        for node in fromstring(text()).iter("note")
        if (head := head_of(node.get("id", ""))) is not None
    }
    lefts: dict[tuple[int, Fraction], float] = {}
    for bar, chord, note, _, left, _, right, _ in sheets[mode].heads:
        place = int(bar), onsets[int(bar), int(chord), int(note)]
        lefts[place] = min(lefts.get(place, np.inf), (left + right) / 2)
    assert len(lefts) == 15
    for (bar, offset_qn), x in lefts.items():
        assert stand.x_of(bar, float(offset_qn)) == pytest.approx(x, abs=0.01)


def test_no_system_is_cut_where_it_is_higher_than_its_page(
    sheets: dict[str, Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "_page_height", lambda line: round(0.7 * line.height))
    monkeypatch.setattr(sheet, "LARGEST", 1.0)
    drawn = draw_sheet(replace(plan("page"), height=0.52), WIDTH, HEIGHT)
    assert len(drawn.heads) == len(sheets["page"].heads)
    for _, _, _, page, left, top, right, bottom in drawn.heads:
        assert 0 <= top < bottom <= drawn.pages[int(page)].shape[0] and 0 <= left < right <= WIDTH


@pytest.mark.parametrize("mode", ["strip", "page"])
def test_moments_go_from_left_to_right_within_their_bars(mode: str, sheets: dict[str, Sheet]) -> None:
    drawn = sheets[mode]
    assert len(drawn.moments)
    for bar, _, left, right, _, _ in drawn.bars:
        places = drawn.moments[drawn.moments[:, 0] == bar][:, 2]
        assert (np.diff(places) > 0).all()
        assert len(places) == 0 or left < places.min() <= places.max() < right


def test_a_strip_is_one_line_and_pages_have_the_size_of_the_layer(sheets: dict[str, Sheet]) -> None:
    strip, pages = sheets["strip"], sheets["page"]
    assert len(strip.pages) == 1
    assert strip.pages[0].shape[0] == HEIGHT // 2
    assert (np.diff(strip.bars[:, 2]) > 0).all()
    assert {page.shape[0] for page in pages.pages} == {HEIGHT // 2}
    assert all(abs(page.shape[1] - WIDTH) <= 1 for page in pages.pages)


def test_a_sheet_is_drawn_once_for_a_store(
    tmp_path: Path, sheets: dict[str, Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    score = plan("strip")
    drawn: list[int] = []
    monkeypatch.setattr(
        "musicvis.renderers.engraving.sheet_nodes.draw_sheet",
        lambda *_: drawn.append(1) or sheets["strip"],
    )
    with Store(tmp_path / "store") as store:
        first = kept_sheet(store, score, WIDTH, HEIGHT)
        again = kept_sheet(store, score, WIDTH, HEIGHT)
    assert drawn == [1]
    assert np.array_equal(first.pages[0], again.pages[0])
    assert np.array_equal(first.heads, again.heads)
    keys = {sheet_node(s, w, HEIGHT).key for s in (score, plan("page")) for w in (WIDTH, 2 * WIDTH)}
    assert len(keys) == 4


def test_a_missing_engraver_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engrave, "find_spec", lambda name: None)
    with pytest.raises(PieceError) as raised:
        pages_of(text(), {})
    assert [d.code for d in raised.value.diagnostics] == ["MV661"]
    assert "[score]" in raised.value.diagnostics[0].hint


def test_an_engraving_error_of_verovio_is_a_finding() -> None:
    pytest.importorskip("verovio")
    with pytest.raises(PieceError) as raised:
        pages_of("<html>", {})
    assert [d.code for d in raised.value.diagnostics] == ["MV662"]


def test_a_score_that_would_be_too_many_pixels_is_refused(
    sheets: dict[str, Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "MAX_PIXELS", 1000)
    with pytest.raises(PieceError) as raised:
        draw_sheet(replace(plan("strip"), height=0.4), WIDTH, HEIGHT)
    assert raised.value.diagnostics[0].code == "MV662"
    assert "pixels long" in raised.value.diagnostics[0].message


def test_signs_in_words_become_paths_and_the_words_move_behind_them() -> None:
    pytest.importorskip("verovio")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g><text x="100" y="50" font-size="0px">'
        '<tspan><tspan font-size="720px">\ueca5</tspan></tspan>\n'
        '<tspan font-size="400px"> = 96</tspan></text></g></svg>'
    )
    root = fromstring(with_signs(svg, faces_of("")))
    text_, path = (next(n for n in root.iter() if n.tag.endswith(tag)) for tag in ("text", "path"))
    assert path.get("transform") == "translate(100,50) scale(0.4464,-0.4464)"
    assert "".join(text_.itertext()) == "= 96"
    # The sign is 425 thousandths of its size wide, 0.62 of what Verovio says; a space is 0.3 of its own.
    assert float(text_.get("x", "0")) == pytest.approx(100 + 0.425 * 0.62 * 720 + 0.3 * 400)
