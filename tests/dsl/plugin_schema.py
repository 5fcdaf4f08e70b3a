"""What piece.schema.json must say of the links of a chain, made from the table of plugins."""

from typing import Any

from musicvis.dsl.plugins import PLUGINS, Parameter, Unit

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


def chain_link_schema() -> dict[str, Any]:
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
    properties["label"] = {
        "description": "The name by which lanes call this link, where a chain holds a plugin twice.",
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
                "oneOf": [{"required": [plugin.name]} for plugin in PLUGINS],
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
