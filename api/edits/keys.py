"""A manifest's text with keys of one block set, everything else as its author wrote it."""

from collections.abc import Mapping

import yaml


def with_keys(text: str, block: str, values: Mapping[str, str]) -> str:
    """The text of a manifest with `block: {key: value}` for each of the values, plain words all of them.

    Raises ValueError where the text is no YAML map, or the block is there and is not a map.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError("it is not YAML") from error
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("it is not a map")
    found = _value_of(root, block)
    if found is None:
        gap = "" if text.endswith("\n") or not text else "\n"
        return text + gap + f"{block}:\n" + "".join(f"  {key}: {value}\n" for key, value in values.items())
    if not isinstance(found, yaml.MappingNode):
        raise ValueError(f"{block} is not a map")
    edits: list[tuple[int, int, str]] = []
    new = []
    for key, value in values.items():
        held = _value_of(found, key)
        if held is None:
            new.append(f"{key}: {value}")
        else:
            edits.append((held.start_mark.index, held.end_mark.index, value))
    first = found.start_mark.index
    if found.flow_style:
        separator = ", " if found.value else ""
        edits.append((first + 1, first + 1, ", ".join(new) + separator if new else ""))
    else:
        indent = " " * found.start_mark.column
        edits.append((first, first, "".join(f"{line}\n{indent}" for line in new)))
    for begin, end, written in sorted(edits, reverse=True):
        text = text[:begin] + written + text[end:]
    return text


def _value_of(mapping: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in mapping.value if name.value == key), None)
