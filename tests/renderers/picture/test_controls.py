"""Controls have an attribute for each parameter of the table, and for nothing else."""

import pytest
import torch
from musicvis.dsl.model.generators import CONTROLS
from musicvis.dsl.model.parameters import STEERED
from musicvis.renderers.picture.controls import FrameControls

TWO = torch.tensor([2.0, 3.0])


@pytest.mark.parametrize("field", [parameter.field for parameter in STEERED])
def test_every_parameter_that_steers_frames_is_an_attribute(field: str) -> None:
    controls = FrameControls(**{field: TWO})
    assert getattr(controls, field) is TWO
    assert getattr(FrameControls(), field) is None
    assert getattr(controls.rows(1, 2), field).tolist() == [3.0]
    assert controls.but(**{field: None}).are_neutral


def test_a_name_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(TypeError, match="zom does not steer frames"):
        FrameControls(zom=TWO)
    with pytest.raises(AttributeError, match="zom does not steer frames"):
        FrameControls().zom  # noqa: B018


def test_a_generator_gets_its_own_controls_and_the_finish_is_nobodys() -> None:
    all_of_them = FrameControls(zoom=TWO, pan_x=TWO, pan_y=TWO, contrast=TWO, clips=TWO)
    own, others = all_of_them.split({"pan", "hue"})
    assert own.pan_x is own.pan_y is TWO and own.zoom is None
    assert others.zoom is others.contrast is others.clips is TWO and others.pan_x is None
    assert others.are_finishing and not own.are_finishing
    assert CONTROLS == ("hue", "zoom", "rotation", "exposure", "bloom", "pan", "light", "truncation")
