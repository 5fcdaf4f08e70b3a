"""Bad input of every kind for the real command: pieces spoilt in one way each, and words it cannot use."""

import os
import re
import signal
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import FrameType

from click.testing import CliRunner
from musicvis.cli.command import main

from .samples import WAV, waltz
from .watch import HungError

MANIFEST = """\
musicvis: 1
title: Waltz
seed: 3
score: {file: waltz.mid, tail: 1s}
effects: effects.yaml
audio: {buses: {vibes: {}, marimba: {stems: [{file: good.wav}]}}}
video: {size: 64x36, fps: 10}
"""
EFFECTS = """\
vibes:
  - {at: 1|1, hold: 0.5}
  - {at: 3|1, to: -0.4, shape: straight}
"""
OLD = '{"vibes": [{"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1}]}\n'

Spoil = Callable[[Path], object]


def sound_piece(folder: Path) -> Path:
    """A small piece without faults."""
    folder.mkdir(parents=True)
    (folder / "waltz.mid").write_bytes(waltz())
    (folder / "good.wav").write_bytes(WAV)
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "effects.yaml").write_text(EFFECTS, encoding="utf-8")
    (folder / "effects.json").write_text(OLD, encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, object]:
    """Everything below a folder: kinds, links and bytes, for telling whether anything has changed."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        held: object = status.st_mode
        if path.is_symlink():
            held = str(path.readlink())
        elif path.is_file() and status.st_mode & 0o400:
            held = (status.st_mode, path.read_bytes() if status.st_size < 1 << 22 else status.st_size)
        found[str(path.relative_to(folder))] = held
    return found


def text(name: str, content: str) -> Spoil:
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


def data(name: str, content: bytes) -> Spoil:
    return lambda folder: (folder / name).write_bytes(content)


def said(old: str, new: str) -> Spoil:
    """The manifest with something else in it."""
    assert old in MANIFEST, old
    return text("piece.yaml", MANIFEST.replace(old, new))


def score(name: str, content: bytes) -> Spoil:
    """The piece with a score of that name and content."""

    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(content)
        (folder / "piece.yaml").write_text(MANIFEST.replace("waltz.mid", name), encoding="utf-8")

    return spoil


def gone(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def original(lanes: str) -> Spoil:
    """The piece with lanes of the original form."""

    def spoil(folder: Path) -> None:
        (folder / "old.json").write_text(lanes, encoding="utf-8")
        (folder / "piece.yaml").write_text(MANIFEST.replace("effects.yaml", "old.json"), encoding="utf-8")

    return spoil


def instead(name: str, make: Callable[[Path], object]) -> Spoil:
    """Something of another kind where a file was."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return spoil


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def archive(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return out.getvalue()


CONTAINER = b'<container><rootfiles><rootfile full-path="a.mscx"/></rootfiles></container>'
LAUGHS = "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9) if i else 'lol'}]\n" for i in range(9))
ONE_BAR = (
    b'<museScore version="3.02"><Score><Part><Staff id="1"/></Part><Staff id="1"><Measure><voice/></Measure>'
    b"</Staff></Score></museScore>"
)

SPOILT: dict[str, Spoil] = {
    "manifest missing": gone("piece.yaml"),
    "manifest is a folder": instead("piece.yaml", Path.mkdir),
    "manifest is a pipe": instead("piece.yaml", os.mkfifo),
    "manifest is a link to nothing": instead("piece.yaml", link("nowhere")),
    "manifest is a link to itself": instead("piece.yaml", link("piece.yaml")),
    "manifest is a device": instead("piece.yaml", link("/dev/zero")),
    "manifest empty": data("piece.yaml", b""),
    "manifest of zeros": data("piece.yaml", bytes(1000)),
    "manifest of chance": data("piece.yaml", bytes(range(256)) * 4),
    "manifest in UTF-16": data("piece.yaml", MANIFEST.encode("utf-16")),
    "manifest in Latin-1": data("piece.yaml", MANIFEST.replace("Waltz", "Walzer für").encode("latin-1")),
    "manifest a byte order mark": data("piece.yaml", b"\xef\xbb\xbf"),
    "manifest a comment": text("piece.yaml", "# nothing\n"),
    "manifest two documents": text("piece.yaml", MANIFEST + "---\na: 1\n"),
    "manifest a list": text("piece.yaml", "- a\n- b\n"),
    "manifest a word": text("piece.yaml", "waltz\n"),
    "manifest a number": text("piece.yaml", "17\n"),
    "manifest null": text("piece.yaml", "null\n"),
    "manifest JSON cut short": text("piece.yaml", '{"musicvis": 1, '),
    "manifest deep": text("piece.yaml", "[" * 5000),
    "manifest aliases": text("piece.yaml", LAUGHS),
    "manifest anchor": said("title: Waltz", "title: &a Waltz"),
    "manifest tag": said("title: Waltz", "title: !!python/object/apply:os.system [true]"),
    "manifest merge": said("seed: 3", "<<: {seed: 3}"),
    "manifest key twice": said("seed: 3", "seed: 3\nseed: 4"),
    "manifest tab": said("seed: 3", "\tseed: 3"),
    "manifest too long": text("piece.yaml", MANIFEST + "# x\n" * 300_000),
    "manifest escape sequence": said("Waltz", "\x1b[31mWaltz"),
    "manifest complex key": said("seed: 3", "? {a: 1}\n: 3"),
    "manifest not closed": said("tail: 1s}", "tail: 1s"),
    "manifest directive": text("piece.yaml", "%YAML 9.9\n---\n" + MANIFEST),
    "manifest of another version": said("musicvis: 1", "musicvis: 99"),
    "manifest without version": said("musicvis: 1\n", ""),
    "key unknown": said("seed: 3", "sead: 3"),
    "key a number": said("seed: 3", "3: seed"),
    "title missing": said("title: Waltz\n", ""),
    "title a list": said("title: Waltz", "title: [a]"),
    "seed below 0": said("seed: 3", "seed: -1"),
    "seed a fraction": said("seed: 3", "seed: 1.5"),
    "seed endless": said("seed: 3", "seed: 99999999999999999999999"),
    "seed not a number": said("seed: 3", "seed: .nan"),
    "fps 0": said("fps: 10", "fps: 0"),
    "fps infinite": said("fps: 10", "fps: 1e999"),
    "fps 1/0": said("fps: 10", "fps: 1/0"),
    "fps 241": said("fps: 10", "fps: 241"),
    "size of nothing": said("64x36", "0x0"),
    "size 8192": said("64x36", "8192x8192"),
    "size a word": said("64x36", "large"),
    "size below 0": said("64x36", "-64x36"),
    "tail of days": said("tail: 1s", "tail: 99999s"),
    "tail below 0": said("tail: 1s", "tail: -5s"),
    "score missing": gone("waltz.mid"),
    "score not named": said("score: {file: waltz.mid, tail: 1s}\n", ""),
    "score is a folder": instead("waltz.mid", Path.mkdir),
    "score is a pipe": instead("waltz.mid", os.mkfifo),
    "score is a link": instead("waltz.mid", link("../waltz.mid")),
    "score is a device": instead("waltz.mid", link("/dev/zero")),
    "score empty": data("waltz.mid", b""),
    "score cut short": data("waltz.mid", waltz()[:60]),
    "score of chance": data("waltz.mid", bytes(range(256)) * 40),
    "score too large": lambda folder: os.truncate(folder / "waltz.mid", 65 << 20),
    "score without notes": data("waltz.mid", b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0"),
    "score outside": said("waltz.mid", "../waltz.mid"),
    "score absolute": said("waltz.mid", "/etc/passwd"),
    "score an address": said("waltz.mid", "https://example.org/a.mid"),
    "score a number": said("file: waltz.mid", "file: 17"),
    "score a home": said("waltz.mid", "~/waltz.mid"),
    "score of another suffix": score("waltz.pdf", waltz()),
    "score without suffix": score("waltz", waltz()),
    "score MIDI called mscz": score("a.mscz", waltz()),
    "score MIDI called musicxml": score("a.musicxml", waltz()),
    "score XML called mid": score("a.mid", ONE_BAR),
    "score zip called mid": score("a.mid", archive({"a.mscx": ONE_BAR})),
    "score zip without container": score("a.mscz", archive({"a.mscx": ONE_BAR})),
    "score zip bomb": score(
        "a.mscz", archive({"META-INF/container.xml": CONTAINER, "a.mscx": bytes(30 << 20)})
    ),
    "score zip of many": score("a.mscz", archive({str(i): b"" for i in range(600)})),
    "score zip cut short": score("a.mscz", archive({"META-INF/container.xml": CONTAINER})[:50]),
    "score entity bomb": score("a.mscx", b'<!DOCTYPE a [<!ENTITY b "c">]><museScore/>'),
    "score deep": score("a.mscx", b"<a>" * 5000),
    "score HTML": score("a.mscx", b"<html><body/></html>"),
    "score of MuseScore 99": score("a.mscx", ONE_BAR.replace(b"3.02", b"99.0")),
    "score MusicXML without parts": score("a.musicxml", b"<score-partwise/>"),
    "effects missing": gone("effects.yaml"),
    "effects is a folder": instead("effects.yaml", Path.mkdir),
    "effects is a pipe": instead("effects.yaml", os.mkfifo),
    "effects is a link": instead("effects.yaml", link("/etc/passwd")),
    "effects empty": data("effects.yaml", b""),
    "effects of chance": data("effects.yaml", bytes(range(128, 256))),
    "effects a list": text("effects.yaml", "- 1\n"),
    "effects a word": text("effects.yaml", "vibes\n"),
    "effects lane a word": text("effects.yaml", "vibes: up\n"),
    "effects alias": text("effects.yaml", "vibes: *a\n"),
    "effects point without place": text("effects.yaml", "vibes: [{to: 1}]\n"),
    "effects place a number": text("effects.yaml", "vibes: [{at: 7.10, to: 1}]\n"),
    "effects bar 0": text("effects.yaml", "vibes: [{at: 0|1, hold: 1}]\n"),
    "effects bar beyond": text("effects.yaml", "vibes: [{at: 900|1, hold: 1}]\n"),
    "effects bar of a billion": text("effects.yaml", "vibes: [{at: 1000000000|1, hold: 1}]\n"),
    "effects unknown mark": text("effects.yaml", 'vibes: [{at: "@B", hold: 1}]\n'),
    "effects unknown shape": text("effects.yaml", EFFECTS.replace("straight", "strait")),
    "effects of nobody": text("effects.yaml", "vibez: [{at: 1|1, hold: 1}]\n"),
    "effects mirror of nobody": text("effects.yaml", "vibes: {mirror: vibez}\n"),
    "effects mirror of itself": text("effects.yaml", "vibes: {mirror: vibes}\n"),
    "effects outside": said("effects.yaml", "../effects.yaml"),
    "effects a number": said("effects: effects.yaml", "effects: 17"),
    "lanes of the original cut short": original('{"vibes": ['),
    "lanes of the original without a place": original('{"vibes": [{"effect": "none"}]}'),
    "lanes of the original a list": original("[1, 2]"),
    "recording missing": gone("good.wav"),
    "recording is a folder": instead("good.wav", Path.mkdir),
    "recording is a pipe": instead("good.wav", os.mkfifo),
    "recording is a link": instead("good.wav", link("/etc/passwd")),
    "recording empty": data("good.wav", b""),
    "recording cut short": data("good.wav", WAV[:100]),
    "recording a playlist": data("good.wav", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
    "recording a list of files": data("good.wav", b"ffconcat version 1.0\nfile '/etc/passwd'\n"),
    "recording a Matroska file": data("good.wav", b"\x1aE\xdf\xa3" + bytes(100)),
    "recording at 0 Hz": data("good.wav", WAV[:24] + bytes(4) + WAV[28:]),
    "recording of 99 channels": data("good.wav", WAV[:22] + struct.pack("<H", 99) + WAV[24:]),
    "recording outside": said("good.wav", "../good.wav"),
    "bus of no part": said("vibes: {}", "vibez: {}"),
    "ear of no lane": said("vibes: {}", "vibes: {ear: nobody}"),
    "gain below 0": said("vibes: {}", "vibes: {gain: -1}"),
    "chain unknown": said("vibes: {}", "vibes: {chain: [nothing]}"),
    "space unknown": said("vibes: {}", "vibes: {space: outer}"),
    "weights outside": said("seed: 3", "seed: 3\nvisuals: {generator: biggan, weights: ../weights}"),
    "class unknown": said("seed: 3", "seed: 3\nvisuals: {classes: {C: nothing at all}}"),
    "post beyond": said("fps: 10", "fps: 10, post: [{at: 900|1, fade_out: 1s}]"),
    "expectation unmet": said("tail: 1s", "tail: 1s, expect: {bars: 99}"),
}
"""What is done to a sound piece; each makes `check` and `compile` end with findings, or with wrong use."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "PIECE"),
    "compile": ("compile", "PIECE", "--workers", "1", "-q"),
    "plan": ("plan", "PIECE"),
    "notes": ("notes", "PIECE"),
    "explain": ("explain", "1|1", "PIECE"),
    "plot": ("plot", "PIECE"),
    "stems": ("stems", "check", "PIECE"),
    "fmt": ("fmt", "--check", "PIECE"),
}
MUST_FAIL = ("check", "compile", "plan", "plot", "stems")
"""The commands that need the whole piece."""


@dataclass(frozen=True, slots=True)
class Words:
    """A command line that cannot be followed, in the folder of a sound piece."""

    line: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(word if len(word) < 30 else word[:27] + "..." for word in self.line) or "nothing"


def lines(*command: str, option: str = "", values: tuple[str, ...]) -> list[Words]:
    return [Words((*command, *((option, value) if option else (value,)))) for value in values]


NAMES = (
    "nowhere",
    "nowhere/piece.yaml",
    "x" * 300,
    "a/" * 2000,
    "/dev/null",
    "/proc/self/mem",
    "waltz.mid/piece.yaml",
    "a\0b",
)
WORDS: list[Words] = [
    *lines(
        "compile",
        ".",
        option="--size",
        values=("", "x", "0x0", "-2x-2", "640", "99999x2", "1e3x1e3", "٦٤x36"),
    ),
    *lines("compile", ".", option="--fps", values=("", "x", "0", "-1", "nan", "inf", "1e400", "1/0", "241")),
    *lines("compile", ".", option="--bars", values=("", "x", "0..1", "3..2", "2..2", "99..100", "@no..")),
    *lines(
        "compile", ".", option="--seconds", values=("", "x", "0", "-1", "nan", "inf", "1e999", "2b", "1/0")
    ),
    *lines(
        "compile",
        ".",
        option="--set",
        values=(
            "",
            "=",
            "seed",
            "seed=x",
            "=3",
            "a.b.c=1",
            "title=[",
            "seed=3\nx: 4",
            "x" * 2000 + "=1",
            "..=1",
            "score=../a.mid",
            "seed=&a 1",
            "video.fps=1e999",
            "musicvis=2",
            "title.x=1",
        ),
    ),
    *lines("compile", ".", option="--device", values=("tpu", "", "cuda:x", "cpu:-1")),
    *lines("compile", ".", option="--precision", values=("", "fp64")),
    *lines("compile", ".", option="--backend", values=("", "jax")),
    *lines("compile", ".", option="--workers", values=("", "0", "-1", "65", "x")),
    *lines("compile", ".", option="--only", values=("", "nothing")),
    *lines("compile", ".", option="--stems", values=("x", ",", "dry,dry,x")),
    *lines("compile", ".", option="--bits", values=("", "8", "24")),
    *lines("compile", ".", option="--trust-plugins", values=("nowhere", "piece.yaml")),
    *lines(
        "compile", ".", option="--cache-dir", values=("piece.yaml", "piece.yaml/x", "/dev/null/x", "/proc/x")
    ),
    *lines("compile", ".", option="--cache-limit", values=("", "x", "-1GB", "1e9", "5 parsecs", "٥GB")),
    *lines("compile", ".", option="--shard", values=("", "x", "1/0", "3/2", "-1/2", "1/2/3", "0/1", "٠/١")),
    *lines(
        "compile",
        ".",
        option="-o",
        values=(
            "",
            "film",
            "film.avi",
            "nowhere/film.mp4",
            "piece.yaml",
            "waltz.mid",
            ".",
            "/dev/null",
            "folder.mp4",
            "piece.yaml/film.mp4",
            "x" * 300 + ".mp4",
            "/proc/film.mp4",
            "waltz.mp4\n.exe",
            "a\0b.mp4",
            "pipe.mp4",
            "link.mp4",
        ),
    ),
    *lines(
        "plot",
        ".",
        option="-o",
        values=(
            "plot",
            "plot.jpg",
            "nowhere/a.png",
            "folder.png",
            "/proc/a.png",
            "piece.yaml/a.png",
            "x" * 300 + ".png",
        ),
    ),
    Words(("compile", ".", "--bits", "32", "-o", "a.flac")),
    Words(("compile", ".", "--only", "audio", "-o", "a.mp4")),
    Words(("compile", ".", "--worker", "--only", "audio")),
    Words(("compile", ".", "--worker", "-o", "a.mp4")),
    Words(("compile", ".", "--verify", "--only", "stems")),
    Words(("compile", ".", "--only", "frames", "--stems", "dry")),
    *(
        Words(words)
        for name in NAMES
        for words in (
            ("check", name),
            ("compile", name),
            ("plan", name),
            ("notes", name),
            ("explain", "1|1", name),
            ("plot", name),
            ("fmt", name),
            ("import", name),
            ("new", name, "fresh"),
            ("stems", "check", name),
        )
    ),
    *lines("check", ".", option="--format", values=("", "xml")),
    *lines("check", ".", option="--select", values=("", "X", "MV999", ",")),
    *lines("notes", ".", option="--bars", values=("x", "0..1", "3..2", "99..100", "@no..")),
    *lines("notes", "waltz.mid", option="--bars", values=("x", "0..1", "3..2", "99..100")),
    *lines(
        "notes", values=("good.wav", "effects.json", "pipe.mid", "folder.mid", "empty.mid", "empty.musicxml")
    ),
    Words(("notes", ".", "--json", "--csv")),
    *lines(
        "explain",
        values=(
            "",
            "x",
            "0|1",
            "99|1",
            "1|99",
            "@no",
            "7.1",
            "MV999",
            "mv000",
            "1|1..2|1",
            "9" * 400 + "|1",
            "\u202e|1",
            "1|1/0",
        ),
    ),
    *lines("fmt", values=("good.wav", "pipe.yaml", "empty.yaml", "waltz.mid", "folder.mid")),
    *lines(
        "import",
        values=(
            "piece.yaml",
            "good.wav",
            "empty.mid",
            "pipe.json",
            "folder.mid",
            "deep.json",
            "list.json",
            "twice.json",
            "huge.json",
        ),
    ),
    *lines(
        "import",
        "effects.json",
        option="--score",
        values=("nowhere", "piece.yaml", "good.wav", "pipe.mid", "empty.mid", "folder.mid"),
    ),
    *lines(
        "import",
        "effects.json",
        option="-o",
        values=("piece.yaml", "folder.mid", "link.mp4", "piece.yaml/a", "/proc/a"),
    ),
    *lines("new", values=("piece.yaml", "good.wav", "pipe.mid", "folder.mid", "empty.mid")),
    *lines("new", "waltz.mid", values=("piece.yaml", ".", "piece.yaml/a", "/proc/a", "x" * 300)),
    *lines("schema", values=("", "nothing")),
    *lines("clean", option="--cache-limit", values=("x", "-1", "")),
    *lines("clean", option="--cache-dir", values=("piece.yaml", "/dev/null/x")),
    Words(("clean", "--all", "--cache-limit", "5GB")),
    *lines("weights", values=("nothing",)),
    *lines("weights", "add", values=("nowhere", "piece.yaml", ".", "folder.mid")),
    *lines("weights", "fetch", values=("no-such-release", "../x")),
    *lines("diff", values=("nowhere", "piece.yaml/x")),
    *lines("stems", values=("nothing",)),
    Words(("stems", "check", "nowhere")),
    *lines(values=("nothing", "--nothing", "check --x")),
]
"""Each must end with wrong use or a finding."""


def strange_files(folder: Path) -> None:
    """The files that the lines of WORDS name besides the piece."""
    for name in ("pipe.mid", "pipe.mp4", "pipe.json", "pipe.yaml"):
        os.mkfifo(folder / name)
    for name in ("folder.mid", "folder.mp4", "folder.png"):
        (folder / name).mkdir()
    for name in ("empty.mid", "empty.musicxml", "empty.yaml"):
        (folder / name).touch()
    (folder / "link.mp4").symlink_to("piece.yaml")
    (folder / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (folder / "list.json").write_text("[1, 2]", encoding="utf-8")
    (folder / "twice.json").write_text('{"a": [], "a": []}', encoding="utf-8")
    (folder / "huge.json").write_text(f'{{"a": {"9" * 5000}}}', encoding="utf-8")


CASE_S = 300.0
"""Whoever waits longer waits for ever: for the other end of a pipe, say."""
_SAID = re.compile(r"error\[MV[0-9]{3}\]|^(Error|error): ", re.MULTILINE)


def faults(words: tuple[str, ...], folder: Path, must_fail: bool = True) -> list[str]:
    """Run `musicvis` with these words in this process and that folder, and say what it did wrong."""

    def up(number: int, frame: FrameType | None) -> None:
        raise HungError

    kept, here = contents(folder), Path.cwd()
    before = signal.signal(signal.SIGALRM, up)
    os.chdir(folder)
    signal.setitimer(signal.ITIMER_REAL, CASE_S)
    try:
        result = CliRunner(env={"COLUMNS": "80", "GITHUB_ACTIONS": ""}).invoke(main, list(words))
    except HungError:
        return ["it hangs"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        os.chdir(here)
    found = []
    if not isinstance(result.exception, SystemExit | None):
        found.append(f"{result.exception!r} came out")
    if "Traceback" in result.output or "itself failed" in result.output:
        found.append("a traceback was shown")
    if result.exit_code not in ((1, 2) if must_fail else (0, 1, 2)):
        found.append(f"exit code {result.exit_code}")
    if result.exit_code == 1 and not _SAID.search(result.output):
        found.append("it says nothing of what is wrong")
    if "error[" in result.output and "hint: " not in result.output:
        found.append("it does not say how to mend it")
    # What to type in its place stands on lines of its own.
    is_step = "\n  musicvis " in result.output
    if result.exit_code == 2 and "Usage: " not in result.output and not is_step:
        found.append("it does not say how it is used")
    # The folder of what is made may be there, and be empty.
    made = {"build", "build/.gitignore"} | (set() if must_fail else {"build/piece.png"})
    after = {name: held for name, held in contents(folder).items() if name in kept or name not in made}
    changed = [name for name in {**kept, **after} if kept.get(name) != after.get(name)]
    if changed:
        found.append(f"{changed} changed")
    return [f"{fault}\n{result.output[-500:]}" for fault in found]
