"""Whatever is written, a check ends with findings at places that there are, and never with a traceback."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.codes import CODES
from musicvis.dsl.findings.diagnostics import Diagnostic, has_errors
from musicvis.dsl.findings.ignores import without_ignored
from musicvis.dsl.findings.render import render_concise, render_github, render_json, render_sarif, render_text
from musicvis.dsl.findings.span import Span
from musicvis.dsl.load import load_piece
from musicvis.dsl.model.lane import Lane
from musicvis.dsl.read.audio import read_audio
from musicvis.dsl.read.lanes import lane_kinds, read_lanes
from musicvis.dsl.read.reader import Reading
from musicvis.dsl.text.format import formatted
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.text.yaml_source import root_node
from musicvis.dsl.values.position import Place
from musicvis.tests.examples import many

MANIFEST = """\
musicvis: 1
title: Waltz   # musicvis: ignore[MV1]
score: {file: waltz.mid, tail: 2s, expect: {bars: 4, meter: {1: 3/4}, tempo: {4: 100}}}
parts: {vibes: {tracks: vibes}, marimba: {tracks: mar*}}
audio:
  chains: {hall: [{reverb: {wet: 30%}}]}
  buses:
    vibes: {stems: [{part: vibes, gain: 80%}], chain: [{tremolo: {rate: 4 Hz}}, hall], ear: lanes.yaml#vibes}
    marimba: {stems: [{file: good.wav}]}
effects: lanes.yaml
visuals:
  classes: {C: drum, E: seashore, G: {screen: 50%, wok: 50%}}
  envelope: {attack: 1/32, release: 1b}
  rules:
    - where: {part: vibes, range: 2|2..4, pitch: ">=C4", beat: 1}
      kick: 2
video: {size: 640x360, fps: 25, post: [{at: end-1s, fade_out: 1s}, {at: 1|2, for: 1b, title: Hello}]}
"""
LANES = """\
vibes:
  - {at: 1|1, hold: 0}
  - {at: 2|1, from: 0.1, to: -0.5, shape: sawtooth, cycles: per_beat}
  - {at: 3|2.5, via: 0.3, shape: whole_cosine, ease: smoothstep}
vibes.tremolo.rate:
  - {at: 2|1, to: 2/b}
marimba: {mirror: vibes}
visuals.depth: {over: visuals.depth, mode: multiply, points: [{at: 2|1, to: 50%}]}
"""
OLD = (
    '{"vibes": [{"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1},\n'
    '{"effect": "sawtooth", "m1": 2, "b1": 1, "m2": 3, "b2": 2.5, "ear_i": 0, "ear_f": 1, "cycles": 3},\n'
    '{"effect": "straight", "m1": 3, "b1": 2.5, "m2": "end", "ear_i": 0.5, "ear_f": 1}]}\n'
)
SPACES = ("\n", "  ", "\t", "\0", "{a: 1}", " to: 1", " - ")
WORDS = (
    "0 -1 1e9 9|9 @B end null [] {} [1] {a:1} 1..2 2|1..1|1 100% 6Hz -3dB x ' \" : - # &a *a per_bar "
    "sine geometric vibes marimba lanes.yaml waltz.mid good.wav drum 999999999999 0.0000001 1/0 é"
)


def mutants(text: str) -> st.SearchStrategy[str]:
    """The text with a few of its pieces cut out, doubled or replaced."""
    edit = st.tuples(
        st.integers(0, len(text)),
        st.integers(0, 12),
        st.sampled_from((*WORDS.split(), *SPACES)) | st.text(max_size=3),
    )

    def edited(edits: list[tuple[int, int, str]]) -> str:
        result = text
        for start, length, word in edits:
            result = result[:start] + word + result[start + length :]
        return result

    return st.lists(edit, min_size=1, max_size=4).map(edited)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, waltz_bytes: bytes) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("any")
    (root / "waltz.mid").write_bytes(waltz_bytes)
    (root / "good.wav").write_bytes(
        b"RIFF\x2e\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x0a\0\0\0"
        + b"\1" * 10
    )
    yield root


def check(folder: Path, manifest: str = MANIFEST, lanes: str = LANES) -> list[Diagnostic]:
    """Check a piece, hold every finding against its file, and write it in every form."""
    (folder / "piece.yaml").write_text(manifest, encoding="utf-8", newline="")
    (folder / "lanes.yaml").write_text(lanes, encoding="utf-8", newline="")
    loaded = load_piece(folder)
    left, unused = without_ignored(check_piece(loaded), loaded.files)
    found = [*left, *unused]
    for finding in found:
        assert finding.code in CODES
        text = loaded.files.get(finding.span.file)
        if finding.span.line and text is not None:
            assert finding.span.line <= len(text.splitlines()) + 1
            assert finding.span.column >= 1
    for render in (render_concise, render_json, render_github, render_sarif):
        render(found)
    render_text(found, loaded.files)
    assert loaded.piece is None or not has_errors(loaded.diagnostics)
    return found


def test_the_unbroken_piece_has_no_errors(folder: Path) -> None:
    assert not has_errors(check(folder))


@many(150)
@given(manifest=mutants(MANIFEST))
def test_any_manifest_is_checked_to_its_end(folder: Path, manifest: str) -> None:
    check(folder, manifest=manifest)


@many(100)
@given(lanes=mutants(LANES) | mutants(OLD))
def test_any_lanes_are_checked_to_their_end(folder: Path, lanes: str) -> None:
    check(folder, lanes=lanes)


@many(60)
@given(manifest=st.text(max_size=200), lanes=st.text(max_size=100))
def test_any_text_is_checked_to_its_end(folder: Path, manifest: str, lanes: str) -> None:
    check(folder, manifest, lanes)


@many(60)
@given(edits=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=5))
def test_any_score_and_recording_are_checked_to_their_end(
    folder: Path, waltz_bytes: bytes, edits: list[tuple[int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for file, original in (("waltz.mid", waltz_bytes), ("good.wav", (folder / "good.wav").read_bytes())):
            data = bytearray(original)
            for place, byte in edits:
                data[place % len(data)] = byte
            (root / file).write_bytes(data)
        check(root)


def test_nine_thousand_wrong_values_are_a_hundred_findings(folder: Path) -> None:
    wrong = "effects: {vibes: [" + "{at: x}, " * 3_000 + "]}\n"
    found = check(folder, manifest="musicvis: 1\ntitle: W\nscore: waltz.mid\n" + wrong)
    assert 50 <= len(found) <= 200


SHAPES = ("straight", "half_cosine", "smoothstep", "quarter_sine")
VALUES = st.integers(-20, 20).map(lambda tenths: tenths / 20)
POINT = st.one_of(
    st.fixed_dictionaries({"hold": VALUES}),
    st.fixed_dictionaries({"to": VALUES, "shape": st.sampled_from(SHAPES)}, optional={"from": VALUES}),
    st.fixed_dictionaries({"via": VALUES, "shape": st.sampled_from(("whole_cosine", "half_sine"))}),
    st.fixed_dictionaries(
        {"to": VALUES, "shape": st.just("sawtooth"), "cycles": st.sampled_from((2, "per_beat", "3/2"))}
    ),
)
POINTS = st.lists(POINT, min_size=1, max_size=4).map(
    lambda points: [{"at": f"{bar}|1", **point} for bar, point in enumerate(points, 1)]
)


def lanes_of(text: str) -> list[Lane]:
    """Lanes without the places in the file at which they stand."""
    source, findings = parse_source(text, "effects.yaml")
    reading, nowhere = Reading(), Span("")
    lanes = read_lanes(root_node(source), lane_kinds(read_audio(None, reading)), reading)
    assert not findings and not reading.findings

    def bare(place: Place) -> Place:
        return replace(place, span=nowhere)

    return [
        replace(
            lane,
            span=nowhere,
            points=tuple(replace(point, span=nowhere, at=bare(point.at)) for point in lane.points),
        )
        for lane in lanes
    ]


@many(60)
@given(st.dictionaries(st.sampled_from(("vibes", "marimba", "glock.left")), POINTS, min_size=1, max_size=3))
def test_lanes_survive_being_written_and_formatted(lanes: dict[str, Any]) -> None:
    text = yaml.safe_dump(lanes, sort_keys=False)
    assert lanes_of(formatted(text, "effects.yaml")) == lanes_of(text)
    assert [lane.name for lane in lanes_of(text)] == list(lanes)
