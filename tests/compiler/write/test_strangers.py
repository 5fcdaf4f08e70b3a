"""Each kind of file that somebody could give to `musicvis import`, and what is said of it."""

import json
from collections.abc import Callable

import pytest
from musicvis.compiler.write.bridges.incoming import read_incoming
from musicvis.dsl.findings.diagnostics import PieceError

DEFORUM = {"W": 512, "animation_mode": "3D", "max_frames": 120, "seed_behavior": "iter"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0", "a MIDI file"),
        (b"PK\x03\x04" + b"\0" * 30, "archive"),
        (b"\x1f\x8b\x08" + b"\0" * 30, "a Live set of Ableton"),
        (b"\xd4\xc3\xb2\xa1\2\0\4\0", "a recording of network packets"),
        (b"\0\0\0\x20#bundle\0", "a recording of OSC bundles"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound file"),
        (b"\0\0\0\x20ftypisom", "a picture or a film"),
        (b'<REAPER_PROJECT 0.1 "6.0" 0\n>', "a Reaper project"),
        (b'<?xml version="1.0"?>\n<score-partwise version="4.0">', "a MusicXML score"),
        (b'<?xml version="1.0"?>\n<museScore version="4.2">', "a MuseScore score"),
        (b'<?xml version="1.0"?>\n<timings>\n<timing name="Bars">', "a file of timing tracks of xLights"),
        (b"TITLE: Waltz\r\nFCM: NON-DROP FRAME\r\n", "an edit list"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nbar 1\n", "a file of subtitles"),
        (b"0.000000\t1.200000\tbar 1\n", "a file of labels of Audacity"),
        (b"frame,seconds,bar,visuals.zoom\r\n", "a table of values"),
        (b"# mine\nmusicvis: 1\ntitle: T\n", "a piece of musicvis"),
        (b"# mine\nvibes:\n  - {at: 1|1, hold: 0.3}\n", "a file of lanes in today's form"),
        (b'{"vibes": [{"at": "1|1", "hold": 0.3}]}', "JSON of a kind that is not known, with the keys vibes"),
        (b'{"OTIO_SCHEMA": "Timeline.1"}', "a timeline of OpenTimelineIO"),
        (b'{"nbformat": 4}', "a notebook"),
        (b"[1, 2]", "a list of JSON"),
        (json.dumps(DEFORUM).encode(), "a settings file of Deforum without a schedule"),
        (json.dumps(DEFORUM | {"zoom": "(1.0)", "angle": 3}).encode(), "a settings file of Deforum without"),
        (b'{"managedFields": ["zoom"], "keyframes": []}', "a document of Parseq without keyframes"),
        (b'{"rendered_frames": []}', "a document of Parseq without keyframes"),
        (b'{"a": 1, "b": {"c": 2}}', "JSON of a kind that is not known, with the keys a, b"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, said: str) -> None:
    with pytest.raises(PieceError) as error:
        read_incoming(data, "a")
    (finding,) = error.value.findings
    assert finding.code in ("MV686", "MV682") and said in finding.message and finding.hint


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"{",
        b"piano: []",
        b'{"piano": [{"effect": "none", "m1": 1, "b1": 1, "m2": "end"}]}',
        b"\xff\xfe",
    ],
)
def test_what_could_be_an_original_effects_json_goes_to_its_reader(data: bytes) -> None:
    assert read_incoming(data, "a") is None


@pytest.mark.parametrize(
    "data",
    [b"0:(1), 9:(1e308)", b"0:(exp(t))  , 90:(1)", b'{"rendered_frames": [{"frame": 0, "zoom": -1e200}]}'],
)
def test_a_value_that_nothing_can_mean_is_refused(data: bytes) -> None:
    with pytest.raises(PieceError) as error:
        read_incoming(data, "a")
    (finding,) = error.value.findings
    assert finding.code == "MV682" and "at most 1e+12" in finding.message


@pytest.mark.parametrize(
    ("document", "program", "fields"),
    [
        ({"rendered_frames": [{"frame": 0, "zoom": 1}, {"frame": 1, "zoom": 2}]}, "Parseq", ["zoom"]),
        ({"keyframes": [{"frame": 0, "zoom": 1}, {"frame": 9, "zoom": "2"}]}, "Parseq", ["zoom"]),
        ({"options": {}, "keyframes": [{"frame": 0, "zoom": 1, "info": "7"}]}, "Parseq", ["zoom"]),
        (DEFORUM | {"zoom": "0:(1), 9:(2)", "angle": 3}, "Deforum", ["zoom"]),
        (DEFORUM | {"zoom": "0:(1), max_f:(2)"}, "Deforum", ["zoom"]),
        ({"max_frames": True, "fps": True, "zoom": "0:(1), 9:(2)"}, "Deforum", ["zoom"]),
    ],
)
def test_a_file_with_a_part_of_what_its_program_writes_is_read(
    document: dict[str, object], program: str, fields: list[str]
) -> None:
    read = read_incoming(b"\xef\xbb\xbf" + json.dumps(document).encode(), "a")
    assert read is not None and (read.program, list(read.fields)) == (program, fields)


@pytest.mark.parametrize(
    "made", [lambda n: b" " * n, lambda n: b"#\n" * n, lambda n: b"<" * n, lambda n: b"a:\n" * n]
)
def test_telling_takes_no_longer_where_a_file_means_to_be_slow(made: Callable[[int], bytes]) -> None:
    assert read_incoming(made(200_000), "a") is None
