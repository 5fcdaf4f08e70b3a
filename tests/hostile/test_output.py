"""What a stranger's piece says reaches terminals, logs and files of others as text and as nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from musicvis.cli.command import main
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.plain import escaped, shown
from musicvis.dsl.findings.render import render_concise, render_json, render_sarif, render_text
from musicvis.dsl.findings.span import Span

from .sweep import MANIFEST, sound_piece

COMMAND_OF_A_LOG = re.compile(r"^\s*::|##\[", re.MULTILINE)
EVIL = "\\e[2J\\u202e\\n::add-mask::x ##[group]\\u009b"
"""As double quotes of YAML write it."""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`musicvis` in the folder of a piece whose every name is hostile."""
    folder = sound_piece(tmp_path / "::piece")
    evil = MANIFEST.replace("title: Waltz", f'title: "{EVIL}"')
    (folder / "piece.yaml").write_text(evil, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str) -> Result:
        return CliRunner(env={"GITHUB_ACTIONS": ""}).invoke(main, words)

    return invoke


def is_text(output: str) -> bool:
    return all(c == "\n" or c == escaped(c) for c in output) and not COMMAND_OF_A_LOG.search(output)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "::piece"),
        ("check", "::piece", "--format", "concise"),
        ("check", "::piece", "--format", "json"),
        ("check", "::piece", "--format", "sarif"),
        ("plan", "::piece"),
        ("plan", "::piece", "--format", "json"),
        ("notes", "::piece"),
        ("notes", "::piece", "--json"),
        ("notes", "::piece", "--csv"),
        ("explain", "1|1", "::piece"),
        ("compile", "::piece", "--set", "video.fps=0"),
        ("stems", "check", "::piece"),
    ],
    ids=" ".join,
)
def test_a_command_writes_nothing_but_text(run: Run, words: tuple[str, ...]) -> None:
    output = run(*words).output
    assert output and is_text(output)


def test_the_words_of_a_score_come_out_as_text(tmp_path: Path) -> None:
    lyric = "<Lyrics><text>\u009b2J\u202e</text></Lyrics>"
    chord = f"<Chord><durationType>whole</durationType>{lyric}<Note><pitch>60</pitch></Note></Chord>"
    part = '<Part><Staff id="1"/><trackName>::x\u009b</trackName></Part>'
    staff = f'<Staff id="1"><Measure><voice>{chord}</voice></Measure></Staff>'
    document = f'<museScore version="3.02"><Score>{part}{staff}</Score></museScore>'
    (tmp_path / "a.mscx").write_text(document, encoding="utf-8")
    for form in ((), ("--json",), ("--csv",)):
        result = CliRunner().invoke(main, ["notes", str(tmp_path / "a.mscx"), *form])
        assert result.exit_code == 0
        assert "\u009b" not in result.output and "\u202e" not in result.output
    notes = json.loads(CliRunner().invoke(main, ["notes", str(tmp_path / "a.mscx"), "--json"]).stdout)
    # For a program, nothing is lost.
    assert notes[0]["lyric"] == "\u009b2J\u202e"


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("::set-output::x", "\\::set-output::x"),
        ("  ::stop-commands::x", "\\  ::stop-commands::x"),
        ("a ##[add-mask]x", "a #\\#[add-mask]x"),
        ("a::b #[c]", "a::b #[c]"),
    ],
)
def test_a_line_is_no_command_of_a_log(line: str, written: str) -> None:
    assert shown(line) == written


def test_the_caret_still_stands_under_what_is_meant() -> None:
    line = "::x ##[a] wrong"
    finding = Diagnostic("MV101", Span("::p", 1, 11, 1, 16), "##[x]", "::y")
    head, excerpt, caret, hint = render_text([finding], {"::p": line}).splitlines()
    assert excerpt[caret.index("^") :] == "wrong" and len(caret) - caret.index("^") == 5
    assert not any(COMMAND_OF_A_LOG.search(row) for row in (head, excerpt, hint))
    assert not COMMAND_OF_A_LOG.search(render_concise([finding]))


def test_programs_get_every_character_back() -> None:
    message = "\x1b \u202e \ud800 \U000e0041 \\##[x] é 春"
    finding = Diagnostic("MV101", Span("a\udcff.yaml", 1, 1, 1, 2), message)
    written = render_json([finding])
    assert json.loads(written)[0]["message"] == message
    assert is_text(written) and "é 春" in written
    # A file whose name is no UTF-8 has an address all the same: its bytes.
    log = json.loads(render_sarif([finding]))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%FF.yaml"
