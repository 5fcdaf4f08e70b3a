"""The first gain of a bus in a manifest that has none: in the style of the text, and nothing else is new."""

import hashlib
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.watch.edits import EditError, with_gain
from musicvis.watch.wire import events

from .conftest import DATA
from .test_editing import Page

DB_3 = 10 ** (-3 / 20)
PARTS = ("harp", "flute")
SCORE = "musicvis: 1\nscore: waltz.mscz\n"
NEW = "audio:\n  buses:\n    harp: {gain: -3 dB}\n    flute: {}\n"


def written(text: str, bus: str = "harp", gain: float = DB_3) -> str:
    """The text with -3 dB for the harp."""
    return with_gain(text, bus, gain, PARTS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", NEW),
        ("# the end", "# the end\n" + NEW.rstrip()),
        ("\nvideo:  # x\n  fps: 30\n\n# later\n", "\nvideo:  # x\n  fps: 30\n\n# later\n\n" + NEW),
        ("audio:\n", NEW),
        ("audio: # sound", NEW.replace(":", ": # sound", 1).rstrip()),
        ("audio: {}\n", "audio: {buses: {harp: {gain: -3 dB}, flute: {}}}\n"),
        ("audio: ~  # not yet\n", "audio: {buses: {harp: {gain: -3 dB}, flute: {}}}  # not yet\n"),
        (
            "audio: {chain: [room], }  # x\n",
            "audio: {chain: [room], buses: {harp: {gain: -3 dB}, flute: {}}, }  # x\n",
        ),
        ("audio: {buses: }\n", "audio: {buses: {harp: {gain: -3 dB}, flute: {}}}\n"),
        ("audio: {buses}\n", "audio: {buses: {harp: {gain: -3 dB}, flute: {}}}\n"),
        ("audio: {buses: {}}\n", "audio: {buses: {harp: {gain: -3 dB}, flute: {}}}\n"),
        (
            "audio:\n    chain: [a]\t# tab\n\n    # chains: later\n\nvideo: {fps: 8}\n",
            "audio:\n    chain: [a]\t# tab\n\n    # chains: later\n    buses:\n"
            "        harp: {gain: -3 dB}\n        flute: {}\n\nvideo: {fps: 8}\n",
        ),
        (
            "audio:\n  buses:  # none\n  chain: [a]\n",
            "audio:\n  buses:  # none\n    harp: {gain: -3 dB}\n    flute: {}\n  chain: [a]\n",
        ),
        (
            "audio:\n  buses:\n    harp:\n      space: binaural  # near\n    flute: {}\n",
            "audio:\n  buses:\n    harp:\n      space: binaural  # near\n      gain: -3 dB\n    flute: {}\n",
        ),
        (
            "audio: {buses: {flute: {}, harp: {}}}\n",
            "audio: {buses: {flute: {}, harp: {gain: -3 dB}}}\n",
        ),
        (
            "audio:\n  buses:\n    harp:\n    flute: {space: hrtf}\n",
            "audio:\n  buses:\n    harp:\n      gain: -3 dB\n    flute: {space: hrtf}\n",
        ),
    ],
)  # fmt: skip
def test_the_gain_is_written_in_the_style_of_the_text(before: str, after: str) -> None:
    assert written(SCORE + before) == SCORE + after


def test_json_stays_json() -> None:
    assert written('{"musicvis": 1, "audio": {}}') == (
        '{"musicvis": 1, "audio": {"buses": {"harp": {"gain": "-3 dB"}, "flute": {}}}}'
    )


def test_a_name_is_quoted_where_it_must_be() -> None:
    after = with_gain(SCORE, "Flute: 1", 0.5, ("Flute: 1", "2", "true", "Viola (I)"))
    assert after.removeprefix(SCORE) == (
        'audio:\n  buses:\n    "Flute: 1": {gain: -6.02 dB}\n    "2": {}\n    "true": {}\n    Viola (I): {}\n'
    )


def test_a_gain_that_is_not_to_be_written_is_refused() -> None:
    for text, bus, gain, why in [
        (SCORE, "drum", 0.5, "no bus drum"),
        (SCORE + "audio: {buses: {flute: {}}}\n", "harp", 0.5, "no bus harp"),
        (SCORE + "audio: {buses: {harp: {gain: 50%}}}\n", "harp", 0.5, "already written"),
        (SCORE + "audio: [1]\n", "harp", 0.5, "not a block"),
        (SCORE, "harp", 1.0, "0 dB already"),
        (SCORE, "harp", float("nan"), "not a number"),
        (SCORE + "title: [\n", "harp", 0.5, "cannot be read"),
    ]:
        with pytest.raises(EditError, match=why):
            with_gain(text, bus, gain, PARTS)


# Random manifests

HEAD = """\
musicvis: 1
score: waltz.mscz
parts: {harp: {tracks: Clarinet}, flute: {tracks: Piano}}
"""
BLOCKS = [
    "seed: 3",
    "video: {size: 64x36, fps: 6}",
    "video:\n  fps: 6\n  # size: 1x1",
    "video:\n  fps:\n    6",
    "visuals:\n  rules:\n  - where: {beat: 1}\n    kick: 2\n  # - more",
]
TITLES = ["title: Waltz", "title: 'a # b'", "title: >-\n  two\n  lines"]
REMARKS = ["", "  # why", "\t# behind a tab", " # a\ttab: {x}"]
AUDIO = [
    "",
    "audio: {}",
    "audio: {master: {loudness: -14 LUFS}}",
    "audio: {\n  chain: [{reverb: {wet: 20%}}],  # wet\n  master: {loudness: auto}  # loud\n  }",
    "audio:\n   chain:\n   - reverb: {wet: 20%}\n   # returns:\n   #   room: x",
    "audio:\n  buses:\n    flute: {space: binaural}\n    harp: {}",
    "audio: {buses: {flute: {}, harp: {chain: [{reverb: {wet: 20%}}]}}}",
    "audio:\n  buses:\n    flute:\n      space: binaural\n    harp:\n      stems:\n      - {part: flute}",
]
BROKEN = {
    "audio:": "audio: {}",
    "audio: ~": "audio: {}",
    "audio:\n  buses:\n  master: {loudness: auto}": "audio:\n  master: {loudness: auto}",
    "audio: {buses: {}}": "audio: {}",
    "audio: {buses: , master: {loudness: auto}}": "audio: {master: {loudness: auto}}",
}
"""These have an error, which the edit mends, and what they would be without it."""


@st.composite
def manifests(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A manifest with or without buses, in any layout; and the same without its error, if it has one."""
    others = {block.split(":")[0]: block for block in draw(st.lists(st.sampled_from(BLOCKS), max_size=3))}
    audio = draw(st.sampled_from([*AUDIO, *BROKEN]))
    blocks = [*others.values(), draw(st.sampled_from(TITLES)), *([audio] if audio else [])]
    lines, whole = ["# begin", *HEAD.splitlines()], ["# begin", *HEAD.splitlines()]
    for block in draw(st.permutations(blocks)):
        above = draw(st.sampled_from([[], [""], ["", "# above\t"]]))
        remark = "" if ">-" in block else draw(st.sampled_from(REMARKS))
        for text, written in ((lines, block), (whole, BROKEN.get(block, block))):
            first, *rest = written.split("\n")
            text += [*above, first + remark, *rest]
    last = [*draw(st.sampled_from([[], ["# end"], ["", ""], ["  # end"], ["..."]]))]
    last += draw(st.sampled_from([[], [""]]))
    end, mark = draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(["", "\ufeff"]))
    return (mark + end.join(lines + last)).encode(), (mark + end.join(whole + last)).encode()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page that shows a piece with the parts harp and flute."""
    folder = tmp_path_factory.mktemp("levels")
    (folder / "waltz.mscz").write_bytes((DATA / "waltz.mscz").read_bytes())
    (folder / "piece.yaml").write_text(HEAD + TITLES[0])
    return Page(folder, "piece.yaml")


def shown(page: Page, data: bytes) -> events.Piece:
    """What the page shows of a text that was just saved."""
    page.path.write_bytes(data)
    page.digest = hashlib.sha256(data).hexdigest()
    page.desk.read()
    return page.desk.version.piece


def heard(piece: events.Piece) -> dict[str, float]:
    """The gain of each bus in decibels."""
    return {row.bus: round(20 * math.log10(row.gains[0].value), 2) for row in piece.rows}


def without_gains(piece: events.Piece) -> events.Piece:
    """All that the page shows of a piece, but levels, lines and the number of its version."""
    return replace(
        piece,
        version=0,
        good=0,
        rows=tuple(replace(row, gains=(), line=0) for row in piece.rows),
        rules=tuple(replace(rule, line=0) for rule in piece.rules),
        findings=tuple(replace(found, line=0, column=0) for found in piece.findings),
    )


@settings(max_examples=40, deadline=None)
@given(texts=manifests(), half_db=st.integers(-119, 24).filter(bool))
def test_the_gain_is_the_one_asked_for_nothing_else_is_new_and_undo_restores(
    page: Page, texts: tuple[bytes, bytes], half_db: int
) -> None:
    data, whole = texts
    before = shown(page, whole)
    assert before.ok
    if whole != data:
        assert not shown(page, data).ok
    page.change("/audio/buses/harp/gain", float(f"{10 ** (half_db / 40):.4g}"))
    after, new = page.desk.version.piece, page.path.read_bytes()
    assert heard(after) == {**heard(before), "harp": half_db / 2}
    assert without_gains(after) == without_gains(before)
    # One insertion, in the line ends of the text; all else is what it was.
    first = next((k for k, (a, b) in enumerate(zip(data, new, strict=False)) if a != b), len(data))
    last = len(data) - first
    while data[len(data) - last :] != new[len(new) - last :]:
        last -= 1
    assert data[first : len(data) - last] in (b"", b"~")
    assert new.count(b"\r\n") in (0, new.count(b"\n"))
    page.undo()
    assert page.path.read_bytes() == data
