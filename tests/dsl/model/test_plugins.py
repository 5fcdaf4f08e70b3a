"""The table of plugins: its defaults lie within their bounds, and pedalboard takes them."""

import pytest
from musicvis.dsl.model.plugins import PLUGINS, Plugin


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
