"""The lists of the JSON Schemas that a table of the code knows: `make schemas` writes them into schemas/.

All else in the schemas is written by hand. tests/tools/test_make_schemas.py holds both equal.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from musicvis.compiler.score.read import SUFFIXES as SCORE_SUFFIXES
from musicvis.dsl.model.parameters import STEERED
from musicvis.dsl.model.plugins import PLUGINS, Parameter
from musicvis.dsl.model.shapes import PERIODIC, SHAPES, Family
from musicvis.dsl.text.audio_headers import SUFFIXES as RECORDING_SUFFIXES
from musicvis.dsl.text.files import LANES_SUFFIXES
from musicvis.dsl.values.units import Unit
from musicvis.renderers.encoding import FILMS, QUALITIES
from musicvis.renderers.picture.chain import FRAMES
from musicvis.renderers.picture.upscale import FILTERS

FOLDER = Path(__file__).parents[1] / "schemas"
PIECE, EFFECTS = "piece", "effects"

_NAME = r'^[^\\:*?"<>|/\u0000-\u001f-][^\\:*?"<>|\u0000-\u001f]*'
_KINDS = {
    Unit.NUMBER: "number",
    Unit.SHARE: "share",
    Unit.GAIN: "gain",
    Unit.DECIBELS: "decibels",
    Unit.HERTZ: "hertz",
    Unit.RATE: "rate",
    Unit.SECONDS: "time",
}
_EXAMPLES = {Unit.SHARE: "{:g}", Unit.DECIBELS: "{:g} dB", Unit.HERTZ: "{:g} Hz", Unit.RATE: "{:g} Hz"}


def completed(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas `piece` and `effects` with every list that a table knows; those given are not changed."""
    piece, effects = (json.loads(json.dumps(schemas[name])) for name in (PIECE, EFFECTS))
    shared = piece["$defs"]
    video = piece["properties"]["video"]["properties"]
    video["container"]["enum"] = [suffix.removeprefix(".") for suffix in FILMS]
    video["quality"]["enum"] = list(QUALITIES)
    video["frame"]["enum"] = list(FRAMES)
    video["upscale"]["enum"] = list(FILTERS)
    shared["score_file"] |= _file("A score inside the folder of the piece", SCORE_SUFFIXES)
    shared["audio_file"] |= _file("A recording inside the folder of the piece", RECORDING_SUFFIXES)
    shared["lanes_file"]["pattern"] = _pattern(LANES_SUFFIXES)
    _write_steering(piece["properties"]["visuals"]["properties"])
    shared["link"] = link_schema()
    _write_shapes(shared["point"])
    # A file of lanes says of a lane what a manifest says.
    effects["$defs"] = {name: shared[name] for name in effects["$defs"]}
    return {PIECE: piece, EFFECTS: effects}


def _write_steering(visuals: dict[str, Any]) -> None:
    """The keys of `visuals` that lanes move and that steer each frame; those that are new come last."""
    for parameter in STEERED:
        *blocks, key = parameter.name.split(".")[1:]
        properties = visuals
        for block in blocks:
            properties = properties[block]["properties"]
        properties[key] = {
            "description": f"{parameter.says} A lane {parameter.name} moves it.",
            "type": "number",
            "minimum": _number(parameter.low),
            "maximum": _number(parameter.high),
            "default": _number(parameter.default),
            "examples": [_number(parameter.example)],
        }


def _number(value: float) -> float:
    """A whole number without its decimal point."""
    return int(value) if value == int(value) else value


def _write_shapes(point: dict[str, Any]) -> None:
    """The shapes that a point may name, and those that each of its keys goes with."""
    names = [shape.value for shape, facts in SHAPES.items() if facts.family is not Family.LEVEL]
    point["properties"]["shape"]["enum"] = names
    point["properties"]["ease"]["enum"] = _shapes(lambda shape: SHAPES[shape].family is Family.EASE)
    point["if"]["properties"]["shape"]["enum"] = _shapes(lambda shape: shape in PERIODIC)
    for key, schema in point["dependentSchemas"].items():
        if "enum" in schema.get("properties", {}).get("shape", {}):
            schema["properties"]["shape"]["enum"] = _shapes(lambda shape, key=key: key in SHAPES[shape].keys)


def _shapes(test: Callable[..., bool]) -> list[str]:
    return [shape.value for shape in SHAPES if test(shape)]


def _file(what: str, suffixes: Sequence[str]) -> dict[str, str]:
    *others, last = suffixes
    return {"description": f"{what}: {', '.join(others)} or {last}.", "pattern": _pattern(suffixes)}


def _pattern(suffixes: Iterable[str]) -> str:
    """Names inside a folder that end in one of these, in letters of any case."""
    endings = ("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in s[1:]) for s in suffixes)
    return rf"{_NAME}\.({'|'.join(endings)})$"


VST3: dict[str, Any] = {
    "description": "A VST3 plugin. It is a program: it runs only with compile --trust-plugins FOLDER.",
    "type": "object",
    "additionalProperties": False,
    "required": ["file"],
    "properties": {
        "file": {
            "title": "plugin",
            "description": "Its file in the folder that --trust-plugins names.",
            "type": "string",
            "pattern": rf"{_NAME}\.[vV][sS][tT]3$",
            "maxLength": 1000,
            "default": "",
            "examples": ["Room.vst3"],
        },
        "preset": {
            "title": "preset",
            "description": "A preset inside the folder of the piece: .vstpreset.",
            "type": "string",
            "pattern": rf"{_NAME}\.vstpreset$",
            "maxLength": 1000,
            "default": "",
            "examples": ["presets/hall.vstpreset"],
        },
        "parameters": {
            "description": "Values by the plugin's own names of its parameters; lanes move the numbers.",
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]{0,79}$"},
            "additionalProperties": {"type": ["number", "string", "boolean"]},
            "maxProperties": 200,
            "default": {},
            "examples": [{"mix": 0.3, "mode": "Hall"}],
        },
    },
    "default": {},
    "examples": [{"file": "Room.vst3", "parameters": {"mix": 0.3}}],
}


def link_schema() -> dict[str, Any]:
    """The schema of one link: the name of a chain, or one plugin with its parameters."""
    properties: dict[str, Any] = {}
    for plugin in PLUGINS:
        parameters = {
            "type": "object",
            "additionalProperties": False,
            "properties": {p.name: _parameter(p) for p in plugin.parameters},
        }
        main = plugin.parameter(plugin.main)
        properties[plugin.name] = {
            "description": plugin.description,
            **({"anyOf": [_bare(main), parameters]} if main else parameters),
            "default": {},
            "examples": [{p.name: _example(p) for p in plugin.parameters[:2]}],
        }
    properties["vst3"] = VST3
    properties["label"] = {
        "description": "Name of this link for lanes, if the chain has the same plugin twice.",
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,39}$",
        "default": "",
        "examples": ["wobble"],
    }
    return {
        "title": "link",
        "description": "The name of a chain under audio.chains, or one plugin with its parameters.",
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": 120},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": properties,
                "oneOf": [{"required": [name]} for name in (*(plugin.name for plugin in PLUGINS), "vst3")],
            },
        ],
        "examples": ["hall", {"tremolo": {"rate": "6 Hz", "depth": "33%"}}],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    if parameter.choices:
        return {
            "description": parameter.description,
            "type": "string",
            "enum": list(parameter.choices),
            "default": parameter.choices[int(parameter.default)],
            "examples": [parameter.choices[-1]],
        }
    return {
        **_bare(parameter),
        "description": parameter.description,
        "default": parameter.default,
        "examples": [_example(parameter)],
    }


def _bare(parameter: Parameter) -> dict[str, Any]:
    return {
        "$ref": f"#/$defs/{_KINDS[parameter.unit]}",
        "minimum": parameter.low,
        "maximum": parameter.high,
    }


def _example(parameter: Parameter) -> Any:
    form = _EXAMPLES.get(parameter.unit)
    return form.format(parameter.default) if form else parameter.default


def path_of(name: str) -> Path:
    """The file of a schema."""
    return FOLDER / f"{name}.schema.json"


def stored() -> dict[str, Any]:
    """The schemas as they are shipped."""
    return {name: json.loads(path_of(name).read_text(encoding="utf-8")) for name in (PIECE, EFFECTS)}


if __name__ == "__main__":
    for name, schema in completed(stored()).items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        path_of(name).write_text(text, encoding="utf-8")
