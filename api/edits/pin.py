"""Pins what a manifest leaves open: the classes that `like` found, the weights of a network."""

from __future__ import annotations

from pathlib import Path

from .texts import text_of


def pin_classes(manifest: Path) -> list[str]:
    """Replaces each `like` by its class; returns a description of each replacement.

    Raises PieceError where the manifest cannot be read or words have no meaning, OSError where it cannot be
    written.
    """
    from ...store.writing import replace_text

    changed, lines = pinned(text_of(manifest, manifest.parent), str(manifest))
    if lines:
        replace_text(manifest, changed, manifest.parent)
    return lines


def pin_weights(manifest: Path, name: str, sha256: str) -> None:
    """Write which weights a piece uses into its manifest, whole or not at all.

    Raises ValueError where the manifest's text cannot be edited, OSError where it cannot be written,
    PieceError where it cannot be read or is a link.
    """
    from ...store.writing import replace_text
    from .keys import with_keys

    text = text_of(manifest, manifest.parent)
    changed = with_keys(text, "visuals", {"weights": name, "weights_sha256": f'"{sha256}"'})
    replace_text(manifest, changed, manifest.parent)


def pinned(text: str, name: str) -> tuple[str, list[str]]:
    """The text of a manifest with a class for each `like`, and a description of each replacement.

    Raises PieceError where words have no meaning, or the text is not YAML.
    """
    import yaml

    from ...compiler.classes.table import imagenet
    from ...compiler.words.meaning import class_like
    from ...dsl.findings.collector import Findings
    from ...dsl.findings.diagnostics import Diagnostic, PieceError
    from ...dsl.findings.span import Span

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
        note = f"  # like {words.value}" if ends_line and "\n" not in words.value else ""
        edits.append((node.start_mark.index, end, f"{imagenet().written(index)}{note}"))
        lines.append(f"{words.value}: {imagenet().written(index)}")
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
