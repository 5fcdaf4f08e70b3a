"""The JSON Schemas of a piece's files, as they are shipped."""

from typing import Any

from .errors import RequestError

NAMES = {"piece": "piece", "effects": "effects", "legacy": "effects.legacy"}
"""By the words of `musicvis schema`, how each file is called."""


def schema(name: str) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12): "piece" of piece.yaml, "effects" of effects.yaml, "legacy" of an
    original effects.json.

    Raises RequestError for another name.
    """
    import json

    if name not in NAMES:
        raise RequestError(f"there is no schema {name!r}", f"the schemas are {', '.join(NAMES)}")
    found: dict[str, Any] = json.loads(schema_text(name))
    return found


def schema_text(name: str) -> str:
    """The schema of that name as it is shipped."""
    from importlib.resources import files

    package = __package__.partition(".")[0] + ".schemas"
    return files(package).joinpath(f"{NAMES[name]}.schema.json").read_text("utf-8")
