"""Thousands of damaged files through every reader: each is read or refused by its own kind of error.

Each campaign is a function of how many cases and a seed that returns its Counts; the same numbers make the
same cases. `python -m tests.hostile.campaigns` runs all of them in full.
"""

import io
import random
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from musicvis.compiler.compile import check_piece, compile_piece
from musicvis.compiler.score.read import read_score
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.write.convert_effects import converted
from musicvis.dsl.findings.codes import CODES
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.diagnostics import Diagnostic, PieceError
from musicvis.dsl.findings.ignores import without_ignored
from musicvis.dsl.findings.render import render_concise, render_github, render_json, render_sarif, render_text
from musicvis.dsl.load import load_piece
from musicvis.dsl.read.legacy_effects import load_upstream
from musicvis.dsl.text.format import formatted

from .mutants import altered, damaged_bytes, damaged_text, damaged_xml, rezipped
from .samples import LANES, MANIFEST, OLD, WAV, flac_bytes, orchestra, waltz
from .watch import Counts

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/compiler/score/data"
IMPASSIVE = ROOT / "pieces/impassive"


def midi(count: int, seed: int = 0) -> Counts:
    """Damaged MIDI files; of those that are read without a defect, mido and pretty_midi count the
    same notes."""
    import mido
    import pretty_midi
    from mido.midifiles.meta import KeySignatureError

    rng = random.Random(seed)
    sources = [(DATA / "waltz.mid").read_bytes(), orchestra()]
    counts = Counts("MIDI")
    for number in range(count):
        data = rng.choice((altered, damaged_bytes))(rng, rng.choice(sources))

        def case(data: bytes = data) -> None:
            score = read_score(data, "a.mid")
            Clock.from_score(score)
            if any(finding.code in ("MV413", "MV414") for finding in score.findings):
                # What is defective, and said to be, each program reads in its own way.
                return
            try:
                file = mido.MidiFile(file=io.BytesIO(data), charset="latin-1")
            except (OSError, EOFError, ValueError, KeyError, IndexError, KeySignatureError):
                # Keys that music does not have, and chunks of other kinds: mido gives up, and we read on.
                return
            struck = sum(
                event.type == "note_on" and event.velocity > 0 for track in file.tracks for event in track
            )
            with warnings.catch_warnings():
                # It remarks on tempi that do not stand in the first track.
                warnings.simplefilter("ignore")
                instruments = pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments
            paired = sum(len(instrument.notes) for instrument in instruments)
            counts.checked += 1
            # pretty_midi leaves out a key that is struck and let go on one tick; we hold it for that tick.
            tick_qn = Fraction(1, file.ticks_per_beat)
            instants = sum(note.gate_qn == tick_qn for note in score.notes)
            assert len(score.notes) == struck, f"{len(score.notes)} notes, mido counts {struck}"
            assert struck - instants <= paired <= struck, f"{struck} notes, pretty_midi counts {paired}"

        counts.run(number, data, case)
    return counts


def scores(count: int, seed: int = 0) -> Counts:
    """Damaged scores of all written formats: bytes of archives, bytes of XML, and its structure."""
    rng = random.Random(seed)
    written = [path.read_bytes() for path in sorted(DATA.glob("**/*.mscx"))]
    packed = [(DATA / "waltz.mscz").read_bytes(), (IMPASSIVE / "scores/impassive.mscz").read_bytes()]
    xml, mxl = (DATA / "waltz.musicxml").read_bytes(), (DATA / "waltz.mxl").read_bytes()
    kinds: tuple[tuple[int, str, Callable[[], bytes]], ...] = (
        (25, "a.mscz", lambda: damaged_bytes(rng, rng.choice(packed))),
        (10, "a.mscz", lambda: rezipped(rng, rng.choice(packed), ".mscx")),
        (15, "a.mscx", lambda: damaged_bytes(rng, rng.choice(written))),
        (45, "a.mscx", lambda: damaged_xml(rng, rng.choice(written))),
        (30, "a.musicxml", lambda: damaged_xml(rng, xml)),
        (10, "a.musicxml", lambda: damaged_bytes(rng, xml)),
        (10, "a.mxl", lambda: rezipped(rng, mxl, ".xml")),
        (5, "a.mxl", lambda: damaged_bytes(rng, mxl)),
    )
    counts = Counts("scores")
    for number in range(count):
        _, name, damage = rng.choices(kinds, [weight for weight, _, _ in kinds])[0]
        data = damage()

        counts.run(number, data, partial(score_as_played, data, name))
    return counts


def manifests(count: int, seed: int = 0) -> Counts:
    """Damaged manifests and files of lanes through loader, schema, meaning, and every form of findings."""
    rng = random.Random(seed)
    counts = Counts("manifests and lanes")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "waltz.mid").write_bytes(waltz())
        (root / "good.wav").write_bytes(WAV)
        whole = {"piece.yaml": MANIFEST, "lanes.yaml": LANES}
        for number in range(count):
            files = dict(whole)
            if rng.random() < 0.2:
                files["lanes.yaml"] = OLD
            chosen = rng.choice(("piece.yaml", "piece.yaml", "lanes.yaml"))
            files[chosen] = damaged_text(rng, files[chosen])
            data = files[chosen].encode("utf-8", "surrogatepass")
            if number % 20 == 0:
                data = damaged_bytes(rng, data)
            for file, text in files.items():
                (root / file).write_bytes(data if file == chosen else text.encode())

            def case() -> None:
                found = checked(root)
                compile_piece(load_piece(root))
                if any(finding.severity == "error" for finding in found):
                    raise PieceError([finding for finding in found if finding.severity == "error"])

            counts.run(number, data, case)
    return counts


def layouts(count: int, seed: int = 0) -> Counts:
    """Damaged YAML through the layout of `fmt`, and damaged files of the original form through `import`."""
    rng = random.Random(seed)
    counts = Counts("fmt and import")
    with tempfile.TemporaryDirectory() as name:
        effects = Path(name) / "effects.json"
        for number in range(count):
            is_old = number % 3 == 0
            text = damaged_text(rng, OLD if is_old else rng.choice((MANIFEST, LANES)))
            data = text.encode("utf-8", "surrogatepass")
            effects.write_bytes(data)

            def case(text: str = text, is_old: bool = is_old) -> None:
                if is_old:
                    converted(load_upstream(effects).lanes, None, Findings())
                else:
                    laid_out = formatted(text, "a.yaml")
                    assert formatted(laid_out, "a.yaml") == laid_out, "its layout is not laid out"

            counts.run(number, data, case)
    return counts


def recordings(count: int, seed: int = 0) -> Counts:
    """Damaged headers of wav and FLAC files; every sample that is read is a finite number."""
    rng = random.Random(seed)
    counts = Counts("recordings")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.wav"
        flac = flac_bytes(Path(name) / "a.flac")
        for number in range(count):
            source = rng.choice((WAV, WAV, flac))
            head = 60 if source is WAV else 200
            data = damaged_bytes(rng, source[:head]) + source[head:]
            path.write_bytes(data)

            counts.run(number, data, partial(finite_samples, path))
    return counts


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, how many cases it has in full, and how many of them run on each commit."""

    run: Callable[..., Counts]
    full: int
    part: int


CAMPAIGNS = {
    "midi": Campaign(midi, 8000, 300),
    "scores": Campaign(scores, 5000, 250),
    "manifests": Campaign(manifests, 4000, 100),
    "layouts": Campaign(layouts, 3000, 300),
    "recordings": Campaign(recordings, 2000, 300),
}


def score_as_played(data: bytes, name: str) -> None:
    """Read a score and ask its clock for the time of every note."""
    score = read_score(data, name)
    if score.measures:
        clock = Clock.from_score(score)
        assert all(clock.seconds(note.onset_qn) >= 0 for note in score.notes)


def finite_samples(path: Path) -> None:
    """Read a recording to its end."""
    import numpy as np
    from musicvis.renderers.sound.stems.recording import recorded

    for block in recorded(path, 0.0, 5000, 48_000):
        assert np.isfinite(block).all()


def checked(root: Path) -> list[Diagnostic]:
    """All findings of a piece, each held against its file and written in every form."""
    loaded = load_piece(root)
    left, unused = without_ignored(check_piece(loaded), loaded.files)
    found = [*left, *unused]
    for finding in found:
        assert finding.code in CODES, finding.code
        assert finding.message and "\n" not in finding.message, finding
        assert finding.hint or finding.severity != "error", f"no mend: {finding}"
        text = loaded.files.get(finding.span.file)
        if finding.span.line and text is not None:
            assert 1 <= finding.span.line <= len(text.splitlines()) + 1, finding
            assert finding.span.column >= 1, finding
    for render in (render_concise, render_json, render_github, render_sarif):
        render(found).encode()
    render_text(found, loaded.files).encode()
    return found


def main() -> None:
    """Every campaign in full, or those that are named, and what became of it."""
    import sys

    for name in sys.argv[1:] or CAMPAIGNS:
        counts = CAMPAIGNS[name].run(CAMPAIGNS[name].full)
        print(counts, flush=True)
        for number, data, reason in counts.foreign[:20]:
            print(f"-- case {number}, {len(data)} bytes\n{reason}")


if __name__ == "__main__":
    main()
