"""The block that steers frames has a row for each parameter that changes something, in the table's order."""

import numpy as np
import pytest
from musicvis.compiler.plan import Steering

STILL, CLOSER = np.ones(4, np.float32), np.array([1, 1.5, 2, 1], np.float32)


def test_only_what_changes_something_has_a_row_and_rows_stand_in_the_order_of_the_table() -> None:
    block = Steering.of({"exposure": STILL, "saturation": CLOSER, "zoom": CLOSER / 2})
    assert block.names == ("zoom", "saturation")
    assert block.values.tolist() == [[0.5, 0.75, 1, 0.5], [1, 1.5, 2, 1]]
    assert block.values.dtype == np.float32 and not block.values.flags.writeable
    assert block.lane("exposure") is None


def test_a_part_is_a_block_of_its_own_without_what_is_still_there() -> None:
    block = Steering.of({"zoom": CLOSER, "hue_deg": np.array([9, 9, 0, 0])})
    late = block.each(lambda lane: lane[2:])
    assert late.names == ("zoom",)
    assert late.values.tolist() == [[2, 1]]
    assert block.but(zoom=STILL).names == ("hue_deg",)
    assert Steering().each(lambda lane: lane[2:]).names == ()


def test_a_name_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(KeyError, match="zom"):
        Steering.of({"zom": CLOSER})
    with pytest.raises(KeyError, match="zom"):
        Steering().lane("zom")
