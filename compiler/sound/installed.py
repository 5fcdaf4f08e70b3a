"""The files that a piece needs from outside its folder: installed sounds, and plugins that the user
trusts.

A manifest names neither by an absolute path: sounds are looked for where systems keep them, and a plugin,
which is a program, only in folders that the command line names.
"""

from pathlib import Path, PurePosixPath

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.text.files import MAX_HEAD_BYTES, fault_inside
from .soundfonts import soundfont_at

MAX_PRESET_BYTES = 16 << 20
ABSENT = "absent"
"""The answer for a file that is not found."""
INSTALLED_HEADS = tuple(
    Path(folder) / "MIT_KEMAR_normal_pinna.sofa"
    for folder in (
        "/usr/share/libmysofa",
        "/usr/local/share/libmysofa",
        "/opt/homebrew/share/libmysofa",
    )
)
"""The head that the MIT measured, where systems put their package of libmysofa."""


class Outside:
    """Finds these files, or says in `findings` why not; `answers` are those of PieceFiles."""

    def __init__(
        self,
        root: Path,
        trusted: tuple[Path, ...] | None,
        findings: Findings,
        answers: dict[str, str] | None = None,
    ) -> None:
        """trusted   folders of plugins that may run; None where nothing is run, as in a check."""
        self.root = root
        self._trusted = trusted
        self._findings = findings
        self._answers = {} if answers is None else answers

    def soundfont(self, name: PurePosixPath, span: Span) -> Path | None:
        """A soundfont of the piece, or one that is installed."""
        return self._found(f"soundfont {name}", soundfont_at(self.root, name, span))

    def plugin(self, name: PurePosixPath, span: Span) -> Path | None:
        """A VST3 plugin in a trusted folder."""
        return self._found(f"plugin {name}", plugin_at(self._trusted, name, span))

    def preset(self, name: PurePosixPath, span: Span) -> Path | None:
        """A preset of the piece."""
        found = fault_inside(self.root, name, MAX_PRESET_BYTES, span) or self.root / name
        return self._found(f"preset {name}", found)

    def head(self, name: PurePosixPath | None, span: Span) -> Path | None:
        """A measured head of the piece, or, where none is named, one that is installed."""
        return self._found(f"head {name or ''}", head_at(self.root, name, span))

    def _found(self, question: str, result: Path | Diagnostic) -> Path | None:
        if isinstance(result, Path):
            self._answers[question] = place_of(result, self.root)
            return result
        self._answers[question] = ABSENT
        self._findings.add(result)
        return None


def place_of(path: Path, root: Path) -> str:
    """A path as an answer: relative to the piece where it is inside."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def head_at(root: Path, name: PurePosixPath | None, span: Span) -> Path | Diagnostic:
    """The SOFA file of that name in the piece, or an installed one."""
    if name is not None:
        return fault_inside(root, name, MAX_HEAD_BYTES, span) or root / name
    for path in INSTALLED_HEADS:
        if path.is_file():
            return path.resolve()
    message = "space: hrtf needs a measured head, and none is installed here"
    hint = "install libmysofa, or name a file with `sofa:`; space: binaural needs none"
    return Diagnostic("MV520", span, message, hint)


def plugin_at(trusted: tuple[Path, ...] | None, name: PurePosixPath, span: Span) -> Path | Diagnostic:
    """A VST3 plugin in a trusted folder; `trusted` is None where nothing is run, as in a check."""
    if not trusted:
        severity = Severity.NOTE if trusted is None else Severity.ERROR
        message = f"the plugin `{name}` is a program, which a piece cannot run without your consent"
        hint = "if you trust it, type: musicvis compile --trust-plugins FOLDER, the folder where it lies"
        return Diagnostic("MV506", span, message, hint, severity)
    for folder in trusted:
        # On Linux and macOS a VST3 is a folder, on Windows it may be a file.
        if (folder / name).exists():
            return (folder / name).resolve()
    folders = ", ".join(str(folder) for folder in trusted)
    return Diagnostic(
        "MV507", span, f"there is no plugin `{name}` in {folders}", "name the folder where it lies"
    )
