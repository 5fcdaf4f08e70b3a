"""The table of plugins: the schema says what it says, and its defaults lie within their bounds."""

from typing import Any

import pytest
from musicvis.dsl.form.schema import PIECE, schema_named
from musicvis.dsl.model.plugins import PLUGINS, Parameter, Plugin
from musicvis.dsl.values.units import Unit

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
            "pattern": r'^[^\\:*?"<>|/\u0000-\u001f-][^\\:*?"<>|\u0000-\u001f]*\.[vV][sS][tT]3$',
            "maxLength": 1000,
            "default": "",
            "examples": ["Room.vst3"],
        },
        "preset": {
            "title": "preset",
            "description": "A preset inside the folder of the piece: .vstpreset.",
            "type": "string",
            "pattern": r'^[^\\:*?"<>|/\u0000-\u001f-][^\\:*?"<>|\u0000-\u001f]*\.vstpreset$',
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
    properties["vst3"] = VST3
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


def test_the_schema_of_a_link_is_what_the_table_makes_it() -> None:
    assert schema_named(PIECE)["$defs"]["link"] == chain_link_schema()


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_defaults_lie_within_their_bounds_and_names_are_unique(plugin: Plugin) -> None:
    assert all(p.low <= p.default <= p.high for p in plugin.parameters)
    assert len({p.name for p in plugin.parameters}) == len(plugin.parameters)
    assert not plugin.main or plugin.parameter(plugin.main) is not None


@pytest.mark.parametrize("plugin", [p for p in PLUGINS if p.pedalboard_class], ids=lambda plugin: plugin.name)
def test_pedalboard_has_the_class_and_the_attributes_and_takes_the_bounds(plugin: Plugin) -> None:
    pedalboard = pytest.importorskip("pedalboard")
    effect = getattr(pedalboard, plugin.pedalboard_class)()
    for parameter in plugin.parameters:
        for value in (parameter.low, parameter.high, parameter.default):
            scaled = value * parameter.attribute_scale
            setattr(effect, parameter.attribute, scaled)
            assert getattr(effect, parameter.attribute) == pytest.approx(scaled, rel=1e-5, abs=1e-6)
