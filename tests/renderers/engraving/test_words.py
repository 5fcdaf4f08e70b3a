"""The words of an engraved score: their fonts, the room that Verovio gives them, letters that no font has."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from musicvis.renderers.engraving import words
from musicvis.renderers.engraving.engrave import pages_of
from musicvis.renderers.engraving.letters import with_signs
from musicvis.renderers.engraving.paper import pdf_of
from musicvis.renderers.engraving.sheet import STRIP_OPTIONS, _inked
from musicvis.renderers.engraving.words import Faces, faces_of, unknown_letters, words_of
from musicvis.renderers.picture import lettering
from musicvis.tests.fonts import square_font
from PIL import ImageFont

MOON = "床前明月光"
SIGNS = (
    "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"
    "<clef><sign>G</sign><line>2</line></clef></attributes>"
)
EM = 360
"""Size of the letters of lyrics on a strip, in the units of its page."""


def score(syllables: list[str], name: str = "Voice", syllabic: str = "single") -> str:
    """Quarter notes with a syllable each, four in a bar."""
    notes = [
        "<note><pitch><step>C</step><octave>5</octave></pitch><duration>1</duration><type>quarter</type>"
        f"<lyric><syllabic>{syllabic}</syllabic><text>{text}</text></lyric></note>"
        for text in syllables
    ]
    notes[0] = SIGNS + notes[0]
    bars = [
        f'<measure number="{k // 4 + 1}" id="m{k // 4}">{"".join(notes[k : k + 4])}</measure>'
        for k in range(0, len(notes), 4)
    ]
    return (
        f'<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>{name}</part-name>'
        f'</score-part></part-list><part id="P1">{"".join(bars)}</part></score-partwise>'
    )


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A machine whose only font beside Aileron and DejaVu Sans has some letters, each an em wide."""

    def install(letters: str) -> Path:
        path = square_font(tmp_path / "square.ttf", letters)
        monkeypatch.setattr(lettering, "SYSTEM_FONTS", ("square.ttf",))
        monkeypatch.setattr(lettering, "_system_path", lambda name: str(path))
        faces_of.cache_clear()
        words._face_of.cache_clear()
        return path

    yield install
    faces_of.cache_clear()
    words._face_of.cache_clear()


def test_words_are_found_with_their_bars() -> None:
    found = list(words_of(score(["a", "b", "c", "d", "&lt;e&gt;"], "Tenor &amp; Bass")))
    assert found == [("Tenor & Bass", ""), ("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("<e>", "2")]


def test_a_score_is_set_in_one_font_as_a_title_is() -> None:
    if lettering.dejavu_path() is None:
        pytest.skip("DejaVu Sans is not here")
    assert faces_of(score(["plain", "words"])).first.name == "Aileron"
    # Aileron has an r and no ü: a word in two fonts would look broken.
    faces = faces_of(score(["für", "Elise"]))
    assert [faces.of(word).name for word in ("für", "Elise")] == ["DejaVu Sans", "DejaVu Sans"]


def test_only_words_that_the_first_font_lacks_are_set_in_another(only: Callable[[str], Path]) -> None:
    path = only(MOON)
    faces = faces_of(score(["für", *MOON], "Stimme"))
    assert faces.of("für").name == "DejaVu Sans"
    assert faces.of("月").name == "square.ttf"
    assert str(path) in faces.files(path.parent)
    # What it reads is in the key of the sheet: another machine may have another font.
    assert {name for name, _ in faces.read()} == {"DejaVu Sans", "square.ttf"}
    before = dict(faces.read())["square.ttf"]
    path.write_bytes(path.read_bytes() + b"\0")
    words._digest.cache_clear()
    assert dict(faces.read())["square.ttf"] != before


def test_letters_that_no_font_has_are_reported_with_their_bar(only: Callable[[str], Path]) -> None:
    only("光")
    text = score(["a", "b", "c", "é", "月", "光", "月"])
    (finding,) = unknown_letters(text)
    assert finding.code == "MV713"
    assert "月 (bar 2)" in finding.message and "光" not in finding.message
    assert "<text>?</text>" in faces_of(text).known(text)
    assert list(unknown_letters(score(["a", "é", "光"]))) == []


def test_a_letter_that_means_something_in_xml_stays_a_letter(
    only: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    only("光")
    monkeypatch.setattr(lettering, "dejavu_path", lambda: None)
    # The fullwidth less-than sign: the nearest that a font has is the plain one.
    text = score(["\uff1ca"])
    assert fromstring(faces_of(text).known(text)).findtext(".//text") == "<a"


def placed(svg: str) -> list[tuple[str, float]]:
    """The letters of each text on a page, and where they begin."""
    texts = [node for node in fromstring(svg).iter() if node.tag.endswith("}text")]
    return [("".join(node.itertext()), float(node.get("x", "0"))) for node in texts]


@pytest.mark.parametrize("syllables", [["strength"] * 8, list("床前明月光疑是地"), ["Größe"] * 8])
def test_no_syllable_reaches_the_next_one(syllables: list[str], only: Callable[[str], Path]) -> None:
    pytest.importorskip("verovio")
    only("床前明月光疑是地")
    text = score(syllables)
    faces = faces_of(text)
    (svg,) = pages_of(text, STRIP_OPTIONS)
    row = sorted((x, letters) for letters, x in placed(svg) if letters in syllables)
    assert [letters for _, letters in row] == syllables
    for (x, letters), (following, _) in pairwise(row):
        assert x + EM * faces.width(letters) + 0.2 * EM < following


def test_a_hyphen_stands_in_the_middle_between_two_syllables() -> None:
    pytest.importorskip("verovio")
    text = score(["Schwei", "gend", "Schwei", "gend"], syllabic="middle")
    faces = faces_of(text)
    (svg,) = pages_of(text, STRIP_OPTIONS)
    row = sorted((x, letters) for letters, x in placed(svg) if letters != "Voice")
    rects = sorted(
        (float(node.get("x", "0")), float(node.get("width", "0")))
        for node in fromstring(svg).iter()
        if node.tag.endswith("}rect")
    )
    for (x, letters), (following, _), (left, width) in zip(row, row[1:], rects, strict=False):
        end = x + EM * faces.width(letters)
        assert left + width / 2 == pytest.approx((end + following) / 2, abs=1)
        assert end < left < left + width < following


def test_letters_of_another_font_are_ink_on_the_sheet_and_text_in_the_pdf(
    only: Callable[[str], Path],
) -> None:
    pytest.importorskip("verovio")
    pytest.importorskip("resvg_py")
    only(MOON)
    text = score(list(MOON[:4]))
    (svg,) = pages_of(text, STRIP_OPTIONS)
    width, height = map(float, re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])
    faces = faces_of(text)
    with_it = _inked(svg, round(width), round(height), faces)
    # Each letter is a solid square of an em, 36 pixels wide, and nothing else is below the staff.
    squares = (with_it > 200).sum(1)
    assert squares[np.flatnonzero(squares)[-3]] == pytest.approx(4 * 36, abs=8)
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("svg2pdf_py")
    from io import BytesIO

    page = pypdf.PdfReader(BytesIO(pdf_of(text, 1, "Moon"))).pages[0]
    assert "床" in page.extract_text()


def test_a_svg_names_its_fonts_and_keeps_letters_that_are_not_here(only: Callable[[str], Path]) -> None:
    pytest.importorskip("verovio")
    only("光")
    (svg,) = pages_of(score(["é", "月"]), STRIP_OPTIONS)
    assert ">月<" in svg
    assert 'font-family="DejaVu Sans, Aileron, sans-serif"' in svg


def test_spaces_that_made_room_are_no_letters_of_the_page() -> None:
    faces = Faces(lettering.face_of("a"), (lettering.face_of("a"),), {})
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g><text x="1" y="5" font-size="0px">'
        '<tspan font-size="400px">word \u200b</tspan></text></g></svg>'
    )
    assert "".join(fromstring(with_signs(svg, faces)).itertext()) == "word"
    assert isinstance(faces.first.font_at(20), ImageFont.FreeTypeFont)
