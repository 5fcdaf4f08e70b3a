"""Completion in a shell: classes, parts and bars of the piece, folders of pieces."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from .discover import nearest_piece

if TYPE_CHECKING:
    from ..compiler.classes.table import ClassTable
    from ..compiler.score.model import Score

SHELLS = ("bash", "zsh", "fish")
MOST = 300


def class_words(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of classes that hold the word, each with its look: of the piece's generator, or the built-in."""
    from ..compiler.classes.table import imagenet
    from ..dsl.values.subjects import DRAWN

    try:
        table = table_of(_manifest(ctx))
    except Exception:
        table = imagenet()
    pairs = ((name, table.look(index)) for index, names in enumerate(table.names) for name in names)
    meant = [(name, look) for name, look in pairs if begun.casefold() in name.casefold()]
    # Drawn classes come first: they are what a user who searches for a subject wants.
    meant.sort(key=lambda pair: pair[1] not in ("", DRAWN))
    own = [name for name in dict.fromkeys(table.pictures) if begun.casefold() in name.casefold()]
    items = [CompletionItem(name, help=table.look(table.picture(name))) for name in own]
    return [*items, *(CompletionItem(name, help=look or None) for name, look in meant[:MOST])]


def part_words(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Parts of the piece, and instruments of its score."""
    from ..dsl.load import load_piece

    try:
        loaded = load_piece(_manifest(ctx))
        piece = loaded.piece or loaded.rest
        names = [part.name for part in piece.parts] if piece is not None else []
        score = _score(loaded.root, piece.score.file) if piece is not None else None
        names += [track.name for track in score.tracks] if score is not None else []
    except Exception:
        # Completion cannot show errors; `musicvis check` reports them.
        return []
    return _items(name for name in dict.fromkeys(names) if name.casefold().startswith(begun.casefold()))


def bar_words(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Numbers of bars of the piece."""
    from ..dsl.load import load_piece

    try:
        loaded = load_piece(_manifest(ctx))
        piece = loaded.piece or loaded.rest
        score = _score(loaded.root, piece.score.file) if piece is not None else None
        bars = {measure.bar for measure in score.measures} if score is not None else set()
    except Exception:
        return []
    first, dots, last = begun.rpartition("..")
    return _items(f"{first}{dots}{bar}" for bar in sorted(bars) if str(bar).startswith(last))


def table_of(manifest: Path) -> "ClassTable":
    """The classes that the generator of a piece can show. Raises PieceError where it is not known."""
    from ..compiler.classes.kinds import kind_of
    from ..compiler.classes.own_pictures import with_own, written_pictures
    from ..compiler.classes.table import class_table, imagenet
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.load import load_piece
    from ..dsl.text.files import fault_inside
    from ..dsl.text.video_header import MAX_VIDEO_BYTES

    loaded = load_piece(manifest)
    piece = loaded.piece or loaded.rest
    if piece is None:
        return imagenet()
    found = kind_of(piece.visuals, loaded.root)
    if isinstance(found, Diagnostic):
        raise PieceError([found])
    written = written_pictures(piece.visuals)
    faults = {
        own.name: fault_inside(loaded.root, own.picture, MAX_VIDEO_BYTES, own.span)
        for own in written
        if own.picture
    }
    missing = frozenset(name for name, fault in faults.items() if fault is not None and fault.code == "MV001")
    return replace(with_own(class_table(found[0]), written), missing=missing)


def _manifest(ctx: click.Context) -> Path:
    named = ctx.params.get("piece") or ctx.params.get("source")
    if isinstance(named, Path):
        return named
    found = nearest_piece(Path.cwd())
    if found is None:
        raise FileNotFoundError
    return found


def _score(root: Path, name: object) -> "Score | None":
    from ..compiler.score.read import read_score_file

    return read_score_file(root / str(name))


def _items(words: Iterable[str]) -> list[CompletionItem]:
    found = []
    for word in words:
        found.append(CompletionItem(word))
        if len(found) >= MOST:
            break
    return found


@click.command(short_help="Print a completion script for your shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a script with which your shell completes commands, options, classes, parts, bars and pieces.

    \b
    bash:  musicvis completion bash >> ~/.bashrc
    zsh:   musicvis completion zsh >> ~/.zshrc
    fish:  musicvis completion fish > ~/.config/fish/completions/musicvis.fish
    """
    found = get_completion_class(shell)
    assert found is not None, "click knows these three"
    root = click.get_current_context().find_root().command
    # Only the text: bash is asked for its version where click itself is asked for the source.
    made = found(root, {}, "musicvis", "_MUSICVIS_COMPLETE")
    click.echo(made.source_template % made.source_vars())
