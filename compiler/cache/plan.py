"""Compiles with a store: a plan that was made before is read instead of made again.

Two things are kept. For the texts of a piece, the questions that its compile asked of the disk; for the texts
and the answers to them, the plan and its findings. So a score that is changed back finds its old plan.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.load import Loaded
from ...store.errors import StoreError
from ...store.node import Node
from ...store.packages import packages
from ...store.store import Store
from ..compile import compile_piece, compiled
from ..piece_files import PieceFiles
from ..plan import Plan
from .questions import answers_to, is_repeatable
from .score import kept_reader
from .values import compiler_identity, found, keep

PLAN_VERSION = 5
QUESTIONS_MOST = 10_000


@dataclass(frozen=True, slots=True)
class KeptCompilation:
    """A compile's result, as Compilation, and the inputs from which the plan was made.

    node   what the plan depends on: every text and every answer; None where it cannot be kept
    """

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    node: Node | None = None
    is_from_store: bool = False


@dataclass(frozen=True, slots=True)
class _Planned:
    """The cached part of a compile: without the findings of loading, which are found each time."""

    plan: Plan
    findings: tuple[Diagnostic, ...]


def compile_piece_kept(loaded: Loaded, trusted: tuple[Path, ...], store: Store) -> KeptCompilation:
    """The plan of a loaded piece, from the store or made now, or all errors that prevent it.

    trusted   folders of plugins; a piece that has a plugin is compiled each time
    """
    if loaded.piece is None:
        return KeptCompilation(None, compile_piece(loaded, trusted).diagnostics)
    title, texts = loaded.piece.title, _texts(loaded)
    asked = Node.of("questions", PLAN_VERSION, title, texts)
    answers = answers_to(_questions(store, asked), loaded.root)
    if answers:
        node = Node.of("plan", PLAN_VERSION, title, texts | answers)
        kept = found(store, node, _Planned, loaded.root)
        findings = None if kept is None else _renamed(kept.findings, _names_from_store(loaded))
        if kept is not None and findings is not None:
            return KeptCompilation(kept.plan, _told(loaded, findings), node, is_from_store=True)
    files = PieceFiles(loaded.root, trusted=trusted, read_score=kept_reader(store))
    made = compiled(loaded.piece, files, loaded.diagnostics)
    if made.plan is None or not all(is_repeatable(question) for question in files.answers):
        return KeptCompilation(made.plan, made.diagnostics)
    node = Node.of("plan", PLAN_VERSION, title, texts | files.answers)
    findings = _renamed(made.diagnostics[len(_told(loaded)) :], _names_in_store(loaded))
    if findings is not None and keep(store, node, _Planned(made.plan, findings), _Planned, loaded.root):
        questions = sorted(files.answers)
        if questions != _questions(store, asked):
            with suppress(OSError, StoreError):
                store.put(asked.key, {}, {"questions": questions})
    return KeptCompilation(made.plan, made.diagnostics, node)


def _texts(loaded: Loaded) -> dict[str, str]:
    """The digests of all texts of a piece, by what the piece calls them, and what reads them."""
    kept_names = _names_in_store(loaded)
    return {
        "compiler": compiler_identity(),
        "packages": packages("numpy"),
        **{kept_names(name) or name: sha256(_bytes(text)).hexdigest() for name, text in loaded.files.items()},
    }


def _bytes(text: str) -> bytes:
    # An option may hold what its shell could not decode.
    return text.encode("utf-8", "surrogatepass")


def _questions(store: Store, asked: Node) -> list[str]:
    """The questions of the last compile of these texts; none where they were never compiled."""
    known = (store.facts(asked.key) or {}).get("questions")
    if not isinstance(known, list) or len(known) > QUESTIONS_MOST:
        return []
    return known if all(isinstance(question, str) for question in known) else []


def _told(loaded: Loaded, findings: Sequence[Diagnostic] = ()) -> tuple[Diagnostic, ...]:
    """The findings of the loading and of the compile, in the order of a compile."""
    return tuple(dict.fromkeys((*loaded.diagnostics, *findings)))


Names = Callable[[str], str | None]


def _renamed(findings: Sequence[Diagnostic], names: Names) -> tuple[Diagnostic, ...] | None:
    """Findings in files of other names; None where a file has none."""
    renamed = []
    for finding in findings:
        name = names(finding.span.file)
        if name is None:
            return None
        renamed.append(replace(finding, span=replace(finding.span, file=name)))
    return tuple(renamed)


def _names_in_store(loaded: Loaded) -> Names:
    """The store's name for a file: a piece may be moved, or be opened from another folder."""
    manifest = next(iter(loaded.files))

    def name_of(file: str) -> str | None:
        if file == manifest:
            return "manifest"
        if file.startswith("--"):
            return f"option {file}"
        path = Path(file)
        if not path.is_relative_to(loaded.root):
            return None
        return f"file {path.relative_to(loaded.root).as_posix()}"

    return name_of


def _names_from_store(loaded: Loaded) -> Names:
    """The way back."""
    manifest = next(iter(loaded.files))

    def name_of(file: str) -> str | None:
        kind, _, name = file.partition(" ")
        return {"manifest": manifest, "option": name, "file": str(loaded.root / name)}.get(kind)

    return name_of
