"""Fixes are made from what was written, and following one leaves its finding behind."""

from pathlib import Path

import pytest
from musicvis.dsl.findings.diagnostics import Diagnostic, Edit
from musicvis.dsl.findings.fixes import fixed
from musicvis.dsl.findings.span import Span
from musicvis.dsl.load import load_piece
from musicvis.dsl.text.yaml_reader import parse_source

HEAD = "musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\n"
SUITE = Path(__file__).parents[1] / "suite"
SLIPS = sorted(p for p in SUITE.glob("*.yaml") if "slip-" in p.name or p.name.startswith("syntax-"))


def findings_of(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    (folder / "waltz.mscz").touch()
    (folder / "piece.yaml").write_text(text, encoding="utf-8")
    return load_piece(folder).diagnostics


VALUES = [
    ("visuals: {depth: 80}", "80%"),
    ("visuals: {depth: 80 percent}", "80%"),
    ("visuals:\n  depth: 0,8", "0.8"),
    ("visuals: {truncation: 50%}", "0.5"),
    ("visuals: {hue: 30°}", "30"),
    ("visuals: {resolution: 512px}", "512"),
    ("visuals: {envelope: {release: 2 sec}}", "2s"),
    ("visuals: {envelope: {attack: quarter}}", "1/4"),
    ("visuals: {rules: [{where: {pitch: Cis4}, kick: 2}]}", "C#4"),
    ("visuals: {rules: [{where: {pitch: C4-C5}, kick: 2}]}", "C4..C5"),
    ("visuals: {rules: [{where: {velocity: forte}, kick: 2}]}", "f"),
    ("visuals: {rules: [{where: {length: 1/8-1/4}, kick: 2}]}", "1/8..1/4"),
    ("visuals: {rules: [{where: {beat: beat 2}, kick: 2}]}", "2"),
    ("visuals: {rules: [{where: {range: 5-8}, kick: 2}]}", "bars 5-8"),
    ("visuals: {rules: [{where: {chord: Top}, kick: 2}]}", "top"),
    ("video: {size: 4k}", "3840x2160"),
    ("video: {size: 1080p}", "1920x1080"),
    ("video: {size: 1920 × 1080}", "1920x1080"),
    ("video: {fps: 30fps}", "30"),
    ("video: {fps: ntsc}", "30000/1001"),
    ("video: {post: [{at: 1, title: W, color: red}]}", '"#FF0000"'),
    ("video: {post: [{at: 1, title: W, color: rgb(199 83 73)}]}", '"#C75349"'),
    ("video: {post: [{at: 1, title: 42}]}", '"42"'),
    ("video: {post: [{at: 7.3, fade_in: 2s}]}", "7|3"),
    ("video: {post: [{at: -4s, fade_in: 2s}]}", "end-4s"),
    ("video: {post: [{at: 1, speed: 50%}]}", "0.5"),
    ("effects: {vibes: [{at: 1, to: 0.5, shape: linear}]}", "straight"),
    ("effects: {vibes: [{at: 1, to: 0.5, shape: exp}]}", "exponential"),
    ("effects: {vibes: [{at: 1, to: 0.5, mirror: yes}]}", "true"),
    ("audio: {master: {loudness: 14}}", "-14 LUFS"),
    ("audio: {master: {ceiling: -1 dB}}", "-1 dBTP"),
    ("audio: {chain: [{tremolo: {rate: 6 hz}}]}", "6 Hz"),
    ("audio: {chain: [{reverb: {room_size: 55}}]}", "55%"),
    ("audio: {buses: {m: {stems: [{part: m}], gain: -6db}}}", "-6 dB"),
    ("score: {file: waltz.mscz, tail: 3}", "3s"),
    ("score: {file: waltz.mscz, expect: {meter: {1: C}}}", "4/4"),
]


@pytest.mark.parametrize(("line", "value"), VALUES)
def test_a_sure_fix_is_made_from_the_value_and_leaves_nothing_to_fix(
    line: str, value: str, tmp_path: Path
) -> None:
    head = HEAD.replace("score: waltz.mscz\n", "") if line.startswith("score") else HEAD
    (finding,) = findings_of(head + line + "\n", tmp_path)
    assert [edit.text for edit in finding.edits] == [value]
    text, followed = fixed(head + line + "\n", finding.span.file, [finding])
    assert followed == (finding,)
    assert not [found for found in findings_of(text, tmp_path) if found.span.line == finding.span.line]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("visuals: {depth: 150}", "write 1"),
        ("visuals: {depth: -1}", "write 0"),
        ("visuals: {zoom: 9}", "write 4"),
        ("video: {fps: 500}", "write 240"),
        ("video: {size: 1920}", "write 1920x1080"),
        ("effects: {vibes: [{at: 1, to: left}]}", "write -1"),
        ("effects: {vibes: [{at: 1, to: 0.5, shape: ease-in-out}]}", "write half_cosine"),
        (
            "effects: {vibes: [{at: 1, to: 0.5, shape: step}]}",
            "write `hold: VALUE` in place of `to` and `shape`",
        ),
        ("visuals: {rules: [{where: {pitch: C5..C4}, kick: 2}]}", "write C4..C5"),
    ],
)
def test_an_uncertain_fix_is_a_hint_and_not_an_edit(line: str, hint: str, tmp_path: Path) -> None:
    (finding,) = findings_of(f"{HEAD}{line}\n", tmp_path)
    assert (finding.hint, finding.edits) == (hint, ())


@pytest.mark.parametrize("case", SLIPS, ids=[case.stem for case in SLIPS])
def test_a_slip_that_has_a_fix_reads_as_yaml_with_it(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    seen = 0
    for _ in range(4):
        findings = [finding for finding in parse_source(text, "p")[1] if finding.edits]
        if not findings:
            break
        text, followed = fixed(text, "p", findings)
        seen += len(followed)
    left = parse_source(text, "p")[1]
    assert not left or case.stem == "slip-unknown"
    assert seen or not parse_source(case.read_text(encoding="utf-8"), "p")[1] or case.stem == "slip-unknown"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_fix_changes_its_span_and_no_other_character(end: str) -> None:
    lines = ["\ufeffa: 1  # é", "b:2 # note", "c: 3", ""]
    text = end.join(lines)
    (finding,) = parse_source(text, "p")[1]
    assert fixed(text, "p", [finding])[0] == end.join([lines[0], "b: 2 # note", *lines[2:]])


def test_edits_that_overlap_or_lie_in_another_file_are_left() -> None:
    def finding(start: int, end: int, text: str, file: str = "p") -> Diagnostic:
        span = Span(file, 1, start, 1, end)
        return Diagnostic("MV101", span, "wrong", edits=(Edit(span, text),))

    findings = [finding(1, 3, "xy"), finding(2, 4, "z"), finding(5, 6, "w"), finding(4, 5, "v", "q")]
    assert fixed("abcdef", "p", findings) == ("xycdwf", (findings[0], findings[2]))


def test_a_long_text_is_not_read_again_and_again() -> None:
    text = "a: 1\n" + "# " + "x" * 70_000 + "\nb:2\nc: 3\n"
    assert [finding.code for finding in parse_source(text, "p")[1]] == ["MV101"]
