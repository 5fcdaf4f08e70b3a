"""The schemas say what the tables of the code say."""

import json

from musicvis.compiler.score.read import SUFFIXES
from musicvis.dsl.form.schema import PIECE, check_form, schema_named
from musicvis.dsl.model.lane import Shape
from musicvis.dsl.model.shapes import SHAPES
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.tools.make_schemas import completed, stored


def codes(manifest: str) -> list[str]:
    source, _ = parse_source(manifest, "piece.yaml")
    return [finding.code for finding in check_form(source, PIECE)]


def test_the_schemas_are_those_that_make_schemas_writes() -> None:
    shipped = stored()
    assert completed(shipped) == shipped, "type: make schemas"


def test_a_list_that_lacks_an_item_is_completed() -> None:
    shipped = stored()
    broken = json.loads(json.dumps(shipped))
    broken["piece"]["$defs"]["point"]["properties"]["shape"]["enum"].pop()
    broken["effects"]["$defs"]["point"]["properties"]["ease"]["enum"] = []
    del broken["piece"]["$defs"]["link"]["anyOf"]
    broken["piece"]["$defs"]["score_file"]["pattern"] = "x"
    assert broken != shipped and completed(broken) == shipped


def test_every_shape_is_in_the_table_once() -> None:
    assert set(SHAPES) == set(Shape)


def test_a_manifest_may_name_a_score_of_every_format_that_is_read() -> None:
    missing = {"MV203"}  # the other keys of a manifest
    for suffix in SUFFIXES:
        for name in (f"waltz{suffix}", f"waltz{suffix.upper()}"):
            assert set(codes(f"score: scores/{name}\n")) == missing, name
    assert set(codes("score: scores/waltz.pdf\n")) != missing


def test_the_steepest_slope_of_a_shape_is_that_of_its_formula() -> None:
    import numpy as np
    from musicvis.compiler.lanes.shapes import plain_shape
    from musicvis.dsl.model.shapes import PERIODIC

    u = np.linspace(0.0, 1.0, 100_001)
    for shape, facts in SHAPES.items():
        if facts.steepest and shape not in PERIODIC:
            slope = np.abs(np.diff(plain_shape(shape, u))).max() * (len(u) - 1)
            assert abs(slope - facts.steepest) < 1e-3, shape


def test_the_schema_is_read_from_the_package() -> None:
    assert schema_named(PIECE) == stored()["piece"]
