"""A piece from Python: loaded, checked, planned."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import paths_of
from .errors import RequestError
from .variant import Variant, compiled, film_name

if TYPE_CHECKING:
    from ..compiler.reports.explain import Moment
    from ..compiler.score.model import Score
    from ..dsl.findings.diagnostics import Diagnostic
    from ..renderers.generators.protocol import Generator
    from .edits.fix import Fix
    from .notation import Notation
    from .plan import Plan

PathLike = str | os.PathLike[str]


def load(path: PathLike, *, set: Mapping[str, Any] | None = None, cache: PathLike | None = None) -> Piece:
    """The piece in a folder that holds piece.yaml, or of a manifest itself.

    set     keys of the manifest to override, as {"visuals.depth": 0.5}; text is read as YAML, as by --set
    cache   the folder of finished work; None for MUSICVIS_CACHE or the user's cache folder

    Raises PieceError where the manifest cannot be opened, and MV925 for a score, a recording or a folder
    without a manifest: it names the call that makes a piece of it. What is wrong in the manifest,
    `Piece.check` returns and `Piece.plan` raises.
    """
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.load import load_piece
    from .kinds import manifest_at, not_a_piece

    if (finding := not_a_piece(Path(path))) is not None:
        raise PieceError([finding])
    manifest = manifest_at(path)
    overrides = tuple(f"{key}={_yaml(value)}" for key, value in (set or {}).items())
    loaded = load_piece(manifest, overrides)
    if str(manifest) not in loaded.files:
        raise PieceError(loaded.diagnostics)
    return Piece(manifest, overrides, None if cache is None else Path(cache))


def read_score(path: PathLike) -> Score:
    """Every note of a score file, by its suffix: MuseScore, MusicXML, MIDI, ABC or Humdrum.

    Raises PieceError where the file cannot be read.
    """
    from ..compiler.score.read import read_score_file

    return read_score_file(Path(path))


class Piece:
    """A piece as its files say it; `load` makes one. The files are read again by each call."""

    def __init__(self, manifest: Path, overrides: tuple[str, ...], cache: Path | None) -> None:
        self.manifest = manifest
        """piece.yaml."""
        self._overrides = overrides
        self._cache = cache

    def __repr__(self) -> str:
        return f"Piece({str(self.manifest)!r})"

    def check(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with the piece, as `musicvis check` finds it, in the order of its files.

        Findings that a comment in the piece ignores are left out.
        """
        from ..dsl.load import load_piece
        from .check import findings_of

        return tuple(findings_of(load_piece(self.manifest, self._overrides)))

    def fixes(self) -> tuple[Fix, ...]:
        """The changes to the piece's files that its certain fixes would make; as `check --diff`.

        Each has path, count, and `diff()`. `set` is left out of account: it stands in no file.
        """
        from .edits.fix import fixes_of

        return fixes_of(self.manifest)

    def fix(self) -> tuple[Fix, ...]:
        """Write what `fixes` would change, and return it; as `check --fix --yes`.

        Raises RequestError for a file that is a link, or that changes meanwhile; PieceError and OSError where
        one cannot be written.
        """
        from .edits.fix import fixes_of, write_fixes

        fixes = fixes_of(self.manifest)
        write_fixes(fixes)
        return fixes

    def pin(self) -> tuple[str, ...]:
        """Replace each `{like: words}` by the class that it found; returns these; as `musicvis pin`.

        Raises PieceError where words have no meaning, or the manifest cannot be read; OSError where it cannot
        be written. Then nothing is changed.
        """
        from .edits.pin import pin_classes

        return tuple(pin_classes(self.manifest))

    def notation(self, parts: Sequence[str] = ()) -> Notation:
        """The score as it is written, of some parts (globs of their names) or of all.

        Raises PieceError where the piece has an error, or a name is no part's (MV664).
        """
        from ..dsl.load import load_piece
        from .notation import notation_of

        return notation_of(load_piece(self.manifest, self._overrides), parts)

    def explain(self, place: str) -> Moment:
        """Everything that acts at a place, as "7|3": notes, classes, rules, lanes; as `musicvis explain`.

        Raises PieceError where the piece has no such place, or cannot be read.
        """
        from ..compiler.reports.explain import moment_at
        from ..dsl.load import load_piece

        return moment_at(load_piece(self.manifest, self._overrides), place)[0]

    def subtitles(self) -> dict[str, str]:
        """The sung words as texts of ".srt", ".vtt" and ".lrc"; empty if nobody sings.

        Raises PieceError where the piece cannot be read.
        """
        from ..dsl.load import load_piece
        from .words import subtitle_texts

        return subtitle_texts(load_piece(self.manifest, self._overrides))[0]

    def classes(self, text: str = "") -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The classes that the generator of the piece has: index and names, the best first; "" for all.

        Raises PieceError where the generator is not known.
        """
        from ..compiler.heard_piece import hear
        from ..dsl.findings.collector import Findings
        from ..dsl.load import load_piece

        table = hear(load_piece(self.manifest, self._overrides), Findings()).classes
        found = table.search(text) if text else enumerate(table.names)
        return tuple((index, tuple(names)) for index, names in found)

    def plan(
        self,
        *,
        bars: str | None = None,
        seconds: float | None = None,
        draft: bool = False,
        loop: bool = False,
        made_for: str | None = None,
        device: str = "auto",
        precision: str = "auto",
        backend: str = "auto",
        generator: Generator | None = None,
        trust_plugins: PathLike | Sequence[PathLike] = (),
    ) -> Plan:
        """The plan of the film, or of a passage or a draft of it. Loads numpy, not torch.

        bars            a passage: "5..8" is bars 5, 6 and 7; also "6|6..7|3" or "@B.. "
        seconds         only the first seconds
        draft           small, coarse and fast
        loop            its end meets its beginning
        made_for        where the film goes, as `--for`: youtube, shorts, instagram, whatsapp or stage
        device          where the picture is computed: auto, cpu, cuda or cuda:N
        precision       of BigGAN: fp32, which is exact, bf16, which is faster, or auto
        backend         of BigGAN: torch, openvino or auto
        generator       in place of the one that the piece names; nothing it makes is cached
        trust_plugins   folders of VST3 plugins that may run

        Raises PieceError with every finding where the piece has an error, RequestError for another place.
        """
        from ..dsl.findings.diagnostics import PieceError
        from ..dsl.findings.ignores import without_ignored
        from .plan import Plan
        from .planned import Means
        from .purpose import PURPOSES

        if made_for is not None and made_for not in PURPOSES:
            raise RequestError(f"no film is made for {made_for!r}", f"the sites are {', '.join(PURPOSES)}")
        if precision not in ("auto", "fp32", "bf16") or backend not in ("auto", "torch", "openvino"):
            known = "auto, fp32 and bf16, and auto, torch and openvino"
            raise RequestError(f"BigGAN is not computed by {precision} and {backend}", f"there are {known}")
        said = None if seconds is None else str(seconds)
        variant = Variant(draft, bars, said, overrides=self._overrides, made_for=made_for, loop=loop)
        loaded = variant.loaded(self.manifest)
        made = compiled(loaded, tuple(paths_of(trust_plugins)), None)
        if made.plan is None:
            raise PieceError(made.diagnostics)
        findings, _ = without_ignored(made.diagnostics, loaded.files)
        film = film_name(self.manifest, variant)
        means = Means(film, self._cache, device, precision, backend, generator)
        return Plan(made.plan, loaded, findings, means)


def _yaml(value: Any) -> str:
    """A value as YAML of one line: text as it is; JSON is YAML. Raises RequestError for what is no value."""
    from fractions import Fraction

    if isinstance(value, str | Fraction | os.PathLike):
        return str(value)
    try:
        # Numbers and arrays of numpy say what they are in Python.
        return json.dumps(value, default=lambda array: array.tolist())
    except (TypeError, AttributeError, ValueError):
        raise RequestError(
            f"a key cannot be set to {value!r:.80}", "give a number, a text, a list or a dict"
        ) from None
