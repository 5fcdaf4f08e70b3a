"""Where layers stand: shares of each column, by hand."""

from math import exp, log

import numpy as np
import pytest
from musicvis.compiler.plan import StreamPlan
from musicvis.renderers.picture.masks import LEAST, WHOLE, Stage, columns_of, place_masks


def stream(across: float, reach: float = 0.5, strength: float = 1.0, frames: int = 1) -> StreamPlan:
    ones = np.ones(frames, np.float32)
    return StreamPlan(
        "a",
        np.zeros((frames, 128), np.float32),
        np.array([0]),
        np.ones((frames, 1), np.float32),
        strength=strength * ones,
        across=across * ones,
        reach=reach,
        home=across,
        contrast=3.2,
    )


def test_the_shares_of_a_column_add_up_to_one() -> None:
    streams = [stream(-0.9, 0.2), stream(0.1, 0.3, 0.04), stream(0.0, 0.0, 0.1), stream(0.7, 0.9, 1.4)]
    masks = place_masks(streams, [0], 240)
    np.testing.assert_allclose(masks.sum(axis=0), 1.0, atol=1e-6)
    assert masks.min() >= 0.0


def faded(share: float) -> float:
    assert LEAST < share < WHOLE
    return share * (log(share / LEAST) / log(WHOLE / LEAST)) ** 2


def test_a_share_is_the_gaussian_of_the_place_beside_the_others() -> None:
    left, right = place_masks([stream(-0.5), stream(0.5)], [0], 8)[:, 0]
    # At x = -0.125 the squares of the ways, in reaches, are 9/16 and 25/16: e against 1.
    assert left[3] == pytest.approx(exp(1) / (exp(1) + 1), abs=1e-6)
    np.testing.assert_allclose(left, right[::-1], atol=1e-7)


def test_a_small_share_fades_until_nothing_is_left() -> None:
    strong, weak = place_masks([stream(-0.5), stream(0.5)], [0], 4)[:, 0]
    # At x = -0.25 the squares are 1/4 and 9/4: e^2 against 1.
    share = 1 / (1 + exp(2))
    assert weak[1] == pytest.approx(faded(share) / (faded(share) + 1 - share), abs=1e-6)
    assert strong[1] == pytest.approx(1 - weak[1], abs=1e-6)
    # At the left edge e^6 stands against 1.
    assert weak[0] == 0


def test_a_layer_of_twice_the_strength_takes_twice_the_share() -> None:
    one, other = place_masks([stream(0, 0, 2.0), stream(0, 0, 1.0)], [0], 3)[:, 0]
    assert one == pytest.approx(np.full(3, 2 / 3))
    assert one + other == pytest.approx(np.ones(3))


def test_a_distant_layer_is_not_painted_there() -> None:
    masks = place_masks([stream(-0.8, 0.2), stream(0.8, 0.2)], [0], 100)
    assert columns_of(masks[0]) == (0, columns_of(masks[0])[1])
    assert columns_of(masks[0])[1] < 60
    assert columns_of(np.zeros((2, 9), np.float32)) == (0, 0)


def test_the_mirror_of_a_layer_stands_where_its_subject_does() -> None:
    stage = Stage(90, 160, 10, 64, is_mirrored=True)
    assert [stage.axis_px(home) for home in (-1.0, -0.5, 0.0, 1.0)] == [0, 40, 80, 160]
