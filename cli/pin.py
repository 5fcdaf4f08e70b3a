"""`musicvis pin`: what `like` became, written into the manifest."""

from pathlib import Path

import click

from .discover import PiecePath, piece_here
from .files import replace_text
from .output import JSON, echo_json, format_option


@click.command(short_help="Write the classes that `like` found into the manifest.")
@click.argument("piece", type=PiecePath(), required=False, metavar="[PIECE]")
@format_option("One object: manifest, pinned, findings.")
def pin(piece: Path | None, form: str) -> None:
    """Write the classes that `like` found into the manifest, so that newer tables cannot change the film.

    `{like: "church bells"}` becomes the class itself. If the line ends there, the words stay as a
    comment. Nothing else changes.
    """
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.text.files import MAX_TEXT_BYTES, decoded, read_named

    manifest = piece or piece_here(Path.cwd())
    data = read_named(manifest, MAX_TEXT_BYTES, Span(str(manifest)))
    text = data if isinstance(data, Diagnostic) else decoded(data, str(manifest), Span(str(manifest)))
    if isinstance(text, Diagnostic):
        raise PieceError([text])
    changed, lines = pinned(text, str(manifest))
    if lines:
        replace_text(manifest, changed, manifest.parent)
    if form == JSON:
        echo_json({"manifest": str(manifest), "pinned": lines})
    else:
        click.echo("\n".join(lines) or f"{manifest} has no `like`")


def pinned(text: str, name: str) -> tuple[str, list[str]]:
    """The text of a manifest with a class for each `like`, and what each became, in words.

    Raises PieceError where words have no meaning, or the text is not YAML.
    """
    import yaml

    from ..compiler.classes.table import class_written, imagenet
    from ..compiler.words.meaning import class_like
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise PieceError(
            [Diagnostic("MV101", Span(name), "the manifest is not YAML", "type musicvis check")]
        ) from error
    findings = Findings()
    edits: list[tuple[int, int, str]] = []
    lines = []
    for node in likes_in(root):
        words = node.value[0][1]
        mark = words.start_mark
        span = Span(name, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        index = class_like(words.value, span, findings)
        if index is None:
            continue
        end = node.end_mark.index if node.flow_style else words.end_mark.index
        ends_line = text[end:].split("\n", 1)[0].strip() == ""
        note = (
            f"  # {imagenet().name(index)}, like {words.value}"
            if ends_line and "\n" not in words.value
            else ""
        )
        edits.append((node.start_mark.index, end, f"{class_written(index)}{note}"))
        lines.append(f"{words.value}: {index}, {imagenet().name(index)}")
    if findings.has_errors:
        raise PieceError([finding for finding in findings if finding.code == "MV562"])
    for begin, end, written in sorted(edits, reverse=True):
        text = text[:begin] + written + text[end:]
    return text, lines


def likes_in(root: object) -> list:  # type: ignore[type-arg]
    """The maps `{like: words}` under classes and under class of rules, of the picture and of its layers."""
    import yaml

    def value(node: object, key: str) -> object:
        if not isinstance(node, yaml.MappingNode):
            return None
        return next((held for name, held in node.value if name.value == key), None)

    def each(node: object) -> list[object]:
        if isinstance(node, yaml.MappingNode):
            return [held for _, held in node.value]
        return list(node.value) if isinstance(node, yaml.SequenceNode) else []

    visuals = value(root, "visuals")
    blocks = [visuals, *each(value(visuals, "layers"))]
    found = [held for block in blocks for held in each(value(block, "classes"))]
    found += [value(rule, "class") for block in blocks for rule in each(value(block, "rules"))]
    return [
        node
        for node in found
        if isinstance(node, yaml.MappingNode)
        and [name.value for name, _ in node.value] == ["like"]
        and isinstance(node.value[0][1], yaml.ScalarNode)
    ]
