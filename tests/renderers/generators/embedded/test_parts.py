"""The parts of the painter against formulas, hand-made cases and numpy."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as nnf
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.renderers.generators.embedded.atlas import TEXTURES, Atlas, build_textures
from musicvis.renderers.generators.embedded.blend import Layer, blend_layers
from musicvis.renderers.generators.embedded.canvas import Coloured
from musicvis.renderers.generators.embedded.controls import NoiseReader, spectrum_weights
from musicvis.renderers.generators.embedded.grid import FUNDAMENTAL, make_grid
from musicvis.renderers.generators.embedded.ground import ground_of
from musicvis.renderers.generators.embedded.inks import Ink
from musicvis.renderers.generators.embedded.layers import layers_of
from musicvis.renderers.generators.embedded.light import Relief, _tone, lit_relief
from musicvis.renderers.generators.embedded.looks import VOID_CLASS
from musicvis.renderers.generators.embedded.maths import (
    bump,
    cell_hash,
    dome,
    exp,
    frac,
    line_coverage,
    lit,
    mix,
    smooth_max,
    smoothstep,
    weighted_sum,
)
from musicvis.renderers.generators.embedded.motifs.tiles import roof_tiles
from musicvis.renderers.generators.embedded.palettes import ARCHETYPES, linear_srgb, palette_table
from musicvis.renderers.generators.embedded.view import Still
from musicvis.tests.examples import many

CPU = torch.device("cpu")


# Field arithmetic


def test_smoothstep_has_the_values_of_its_cubic_in_either_direction() -> None:
    x = torch.tensor([-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0])
    expected = torch.tensor([0.0, 0.0, 0.15625, 0.5, 0.84375, 1.0, 1.0])  # 3t^2 - 2t^3
    torch.testing.assert_close(smoothstep(0.0, 1.0, x), expected)
    torch.testing.assert_close(smoothstep(1.0, 0.0, x), 1 - expected)
    bounds = torch.zeros(1), torch.ones(1)
    torch.testing.assert_close(smoothstep(*bounds, x), expected)


def test_exponentials_and_roots_are_exact_until_they_would_underflow() -> None:
    x = torch.tensor([-1000.0, -80.0, -50.0, -1.0, 0.0, 2.0])
    expected = [math.exp(max(value, -60)) for value in x.tolist()]
    torch.testing.assert_close(exp(x), torch.tensor(expected), rtol=1e-6, atol=0)
    bumps = bump(torch.tensor([0.0, 0.5, 3.0]), 0.5)
    torch.testing.assert_close(bumps, torch.tensor([1.0, math.exp(-1), math.exp(-36)]), rtol=1e-5, atol=0)
    domes = dome(torch.tensor([0.0, 0.6, 1.0, 9.0]))
    torch.testing.assert_close(domes, torch.tensor([1.0, 0.8, 0.0, 0.0]), rtol=1e-6, atol=2e-6)
    for smallest in (exp(x).min(), bump(x, 0.01).min(), dome(x).min()):
        assert smallest * 1e-6 > torch.finfo(torch.float32).tiny


@given(st.floats(0.02, 0.2), st.floats(-0.1, 0.1))
@settings(deadline=None, max_examples=25)
def test_a_line_covers_its_width_wherever_it_falls_between_pixels(half_width: float, offset: float) -> None:
    pixel = 0.02
    centres = (torch.arange(101) - 50) * pixel
    covered = line_coverage((centres - offset).abs(), half_width, pixel).sum() * pixel
    assert float(covered) == pytest.approx(2 * half_width, abs=1e-4)


def test_mix_reaches_both_ends_and_broadcasts() -> None:
    a, b = torch.rand(1, 3, 4), torch.rand(1, 3, 4)
    assert torch.equal(mix(a, b, torch.zeros(1, 1, 1)), a)
    torch.testing.assert_close(mix(a, b, 1.0), b)
    torch.testing.assert_close(mix(0.25, 0.75, b), 0.25 + 0.5 * b)


def test_helpers_leave_their_arguments_alone() -> None:
    x, y = torch.rand(1, 3, 4), torch.rand(1, 3, 4)
    before = x.clone(), y.clone()
    frac(x), smoothstep(0.2, 0.7, x), line_coverage(x, 0.2, 0.1), mix(x, y, x), lit(x, 0.1)
    weighted_sum(0.5, (0.2, x), (0.3, y), (torch.ones(1, 1, 1), x))
    assert torch.equal(x, before[0])
    assert torch.equal(y, before[1])


def test_weighted_sums_equal_their_terms() -> None:
    x, y, gain = torch.rand(2, 3, 4), torch.rand(2, 3, 4), torch.rand(2, 1, 1)
    torch.testing.assert_close(
        weighted_sum(0.5, (0.2, x), (gain, y), (-1.0, x)), 0.5 + 0.2 * x + gain * y - x
    )


def test_cell_hashes_spread_over_the_unit_interval_and_repeat() -> None:
    cells = torch.arange(-500.0, 500.0)
    values = cell_hash(cells, 0.3)
    assert torch.equal(values, cell_hash(cells, 0.3))
    counts = torch.histc(values, 10, 0, 1)
    assert values.min() >= 0
    assert values.max() < 1
    assert counts.min() >= 70  # of 100 expected in each tenth


def test_smooth_max_is_the_maximum_away_from_the_crossing_and_above_it_there() -> None:
    a, b = torch.tensor([0.0, 1.0, 0.5]), torch.tensor([1.0, 0.0, 0.5])
    torch.testing.assert_close(smooth_max(a, b, 0.1), torch.tensor([1.0, 1.0, 0.525]))  # 0.5 + width / 4


def test_about_one_cell_in_four_is_lit() -> None:
    glow = lit(torch.linspace(0, 1, 1001)[:-1], 0.3)
    assert float(glow.mean()) == pytest.approx(35 / 128, abs=1e-4)  # the mean of cos(x/2)^8


def test_roof_tiles_show_every_tile_with_its_tip_over_the_next_row() -> None:
    v, u = torch.meshgrid(torch.linspace(0, 6, 241)[:-1], torch.linspace(0, 6, 241)[:-1], indexing="ij")
    tile = roof_tiles(u[None], v[None], 0.01)
    assert tile.across.abs().max() <= 1
    assert tile.along.min() >= -1
    assert tile.along.max() <= 1
    # A period down and half a period aside there is a tile of the same shape, but another one.
    torch.testing.assert_close(tile.along[:, :-40, :-20], tile.along[:, 40:, 20:], atol=1e-3, rtol=0)
    assert (tile.number[:, :-40, :-20] - tile.number[:, 40:, 20:]).abs().mean() > 0.1


# Colour


def test_oklch_gives_the_published_colours() -> None:
    """CSS Color 4 and Ottosson's table: white, and the red and blue primaries of sRGB."""
    colours = linear_srgb([1.0, 0.627955, 0.452014], [0.0, 0.257683, 0.313214], [0.0, 29.2339, 264.0520])
    np.testing.assert_allclose(colours, [[1, 1, 1], [1, 0, 0], [0, 0, 1]], atol=2e-4)


def test_a_colour_outside_the_gamut_loses_chroma_but_keeps_its_lightness_order() -> None:
    colours = linear_srgb([0.3, 0.6, 0.9], [0.4, 0.4, 0.4], [145, 145, 145])
    assert colours.min() >= 0
    assert colours.max() <= 1
    luminance = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > 0).all()


@pytest.mark.parametrize("letter", sorted(ARCHETYPES))
def test_palettes_run_from_their_first_to_their_last_stop_and_get_lighter(letter: str) -> None:
    stops = ARCHETYPES[letter]
    table = palette_table(stops)
    assert table.shape == (512, 3)
    np.testing.assert_allclose(table[0], linear_srgb(*stops[0]), atol=1e-6)
    np.testing.assert_allclose(table[-1], linear_srgb(*stops[5]), atol=1e-6)
    luminance = table @ [0.2126, 0.7152, 0.0722]
    assert np.diff(luminance).min() >= -1e-3


# Textures


@pytest.fixture(scope="module")
def textures() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return build_textures(3)


def test_a_look_up_at_a_texel_finds_it_and_every_period_repeats_it(
    textures: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    atlas = Atlas(textures, CPU)
    columns, rows = torch.tensor([0.0, 5, 255, 256, 511]), torch.tensor([0.0, 300, 256, 1, 511])
    expected = textures[TEXTURES.index("ridge"), rows.long().numpy(), columns.long().numpy()]
    for period in (-2.0, 0.0, 3.0):
        found = atlas.sample(
            "ridge", columns[None, None] / 512 + period, rows[None, None] / 512, 1.0, 1 / 512
        )
        np.testing.assert_allclose(found[0, 0].numpy(), expected, atol=2e-4)


def test_textures_tile_and_use_their_range(
    textures: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    assert textures.shape == (8, 512, 512)
    for texture in textures:
        across_seam = np.abs(texture[:, 0] - texture[:, -1]).max()
        inside = np.abs(np.diff(texture, axis=1)).max()
        assert across_seam <= inside
        assert texture.std() >= 0.1
        assert texture.min() >= -0.05  # the cells' numbers are blurred, all else is clipped
        assert texture.max() <= 1.05


def test_coarser_pixels_read_coarser_levels(
    textures: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    atlas = Atlas(textures, CPU)
    u, v = torch.rand(1, 40, 40), torch.rand(1, 40, 40)
    spread = [float(atlas.sample("grit", u, v, 1.0, pixel).std()) for pixel in (1 / 512, 1 / 128, 1 / 32)]
    assert spread[0] > spread[1] > spread[2]


# Fields


def test_fields_of_the_noise_have_unit_variance_on_average() -> None:
    assert (spectrum_weights(1.8, 4) ** 2).sum() * 0.25 == pytest.approx(1)
    assert spectrum_weights(1.6, 3)[0, 0] == 0
    noise = torch.randn(400, 128, generator=torch.Generator().manual_seed(0))
    controls = NoiseReader(0, CPU).read(noise).controls
    assert float(controls.std()) == pytest.approx(1, abs=0.06)


def test_a_field_equals_its_sum_of_waves_in_double_precision() -> None:
    grid = make_grid(40, 60, CPU)
    movement = NoiseReader(5, CPU).read(torch.randn(1, 128, generator=torch.Generator().manual_seed(0)))
    ground = ground_of(movement, torch.tensor([0.1]), torch.tensor([0.5]), (0.0, 0.0))
    fields = ground.fields(Still(grid), (8, 24))
    spectrum = movement.drift_sway[0, 0].double().numpy()

    def waves(v: float) -> list[float]:
        return [1.0] + [f(k * FUNDAMENTAL * v) for k in range(1, 5) for f in (math.cos, math.sin)]

    for row, column in ((8, 0), (15, 33), (23, 59)):
        x, y = (column - 29.5) * 2 / 40, (row - 19.5) * 2 / 40
        expected = np.array(waves(y)) @ spectrum @ np.array(waves(x))
        assert float(fields.drift[0, row - 8, column]) == pytest.approx(expected, abs=2e-5)


def test_the_flow_stirs_without_sources() -> None:
    grid = make_grid(200, 200, CPU)
    movement = NoiseReader(5, CPU).read(torch.randn(1, 128, generator=torch.Generator().manual_seed(1)))
    ground = ground_of(movement, torch.tensor([0.2]), torch.tensor([0.0]), (0.0, 0.0))
    fields = ground.fields(Still(grid), (0, 200))
    flow_x, flow_y = (fields.x - fields.far_x)[0].double(), (fields.y - fields.far_y)[0].double()
    dx = (flow_x[1:-1, 2:] - flow_x[1:-1, :-2]) / (2 * grid.pixel)
    dy = (flow_y[2:, 1:-1] - flow_y[:-2, 1:-1]) / (2 * grid.pixel)
    assert (dx + dy).abs().max() <= 0.02 * dx.abs().max()
    assert flow_x.std() >= 0.01


@pytest.mark.parametrize("size", [(128, 128), (90, 160), (48, 48), (17, 31)])
def test_a_raster_spreads_as_bilinear_interpolation_does(size: tuple[int, int]) -> None:
    grid = make_grid(*size, CPU)
    planes = torch.rand(1, 3, *size)
    coarse = grid.bloom.means(planes)
    expected = nnf.interpolate(coarse, size=size, mode="bilinear", align_corners=False)
    parts = [grid.bloom.spread(grid.bloom.wide(coarse), rows) for rows in grid.strips(1000)]
    torch.testing.assert_close(torch.cat(parts, 2), expected, atol=1e-5, rtol=0)


def test_strips_cover_every_row_once() -> None:
    for size in ((512, 512), (1080, 1920), (5, 7)):
        strips = make_grid(*size, CPU).strips(32768)
        assert strips[0][0] == 0
        assert strips[-1][1] == size[0]
        assert all(above[1] == below[0] for above, below in pairwise(strips))


# Layers


def test_weights_become_layers_as_worked_out_by_hand() -> None:
    classes = torch.zeros(4, 1000)
    classes[0, 7] = 1.0
    classes[1, 7] = 0.8
    classes[3, :6] = 1.0
    layers = layers_of(classes)
    # One class alone is all there is; 0.8 leaves 0.6 of its missing 0.2 to the void; nothing is 0.6 of void,
    # and so are six equal classes, as none of them stands out.
    torch.testing.assert_close(layers.weights[:, 0], torch.tensor([1.0, 0.8, 0.0, 0.0]))
    torch.testing.assert_close(layers.weights[:, 5], torch.tensor([0.0, 0.12, 0.6, 0.6]), atol=1e-6, rtol=0)
    assert layers.classes[:2, 0].tolist() == [7, 7]
    assert layers.classes[:, 5].tolist() == [VOID_CLASS] * 4


@given(st.lists(st.floats(0, 1), min_size=7, max_size=7), st.integers(0, 6), st.floats(-1e-3, 1e-3))
@many(60)
def test_a_small_change_of_a_weight_changes_every_layer_little(
    weights: list[float], changed: int, step: float
) -> None:
    classes = torch.zeros(2, 1000)
    classes[:, :7] = torch.tensor(weights)
    classes[1, changed] = min(max(weights[changed] + step, 0.0), 1.0)
    layers = layers_of(classes)
    by_class = torch.zeros(2, VOID_CLASS + 1).scatter_(1, layers.classes, layers.weights)
    # No weight grows faster than 1 / 0.25, the floor of the renormaliser, times the few classes involved.
    assert (by_class[1] - by_class[0]).abs().max() <= 40 * abs(step) + 1e-5


# Blend and light


def _layer(height: float, tone: float, weight: float, gate: float | None) -> Layer:
    plane = torch.ones(4, 5)
    ramp = torch.linspace(0, 1, 512).expand(3, -1).contiguous()
    surface = Coloured(plane * height, plane * tone, plane * 0.0)
    field = None if gate is None else plane * gate
    return Layer(surface, Ink(ramp, torch.ones(3, 1), torch.eye(3)), 0.5, torch.tensor(weight), field)


def _blank() -> Relief:
    return Relief(torch.zeros(4, 5), torch.zeros(3, 4, 5), torch.zeros(3, 4, 5), torch.zeros(4, 5))


def test_layers_share_a_pixel_by_weight_squared_times_exp_of_height_and_gate() -> None:
    out = _blank()
    blend_layers([_layer(0.9, 1.0, 0.6, 0.2), _layer(0.5, 0.0, 0.4, -0.1)], torch.tensor(0.0), out)
    first = 0.6**2 * math.exp(3.2 * 0.9 + 1.9 * 0.2)
    second = 0.4**2 * math.exp(3.2 * 0.5 - 1.9 * 0.1)
    share = first / (first + second)
    torch.testing.assert_close(out.colour, torch.full((3, 4, 5), share))
    torch.testing.assert_close(out.height, torch.full((4, 5), 0.9 * share + 0.5 * (1 - share)))


def test_a_layer_alone_is_copied() -> None:
    out = _blank()
    blend_layers([_layer(0.9, 0.25, 0.1, None)], torch.tensor(0.05), out)
    torch.testing.assert_close(out.colour, torch.full((3, 4, 5), round(0.3 * 511) / 511))
    assert torch.equal(out.height, torch.full((4, 5), 0.9))
    assert torch.equal(out.gloss, torch.full((4, 5), 0.5))


def test_a_flat_matt_plane_is_lit_as_the_formula_says() -> None:
    grid = make_grid(65, 65, CPU)
    grey = 0.4
    relief = Relief(
        torch.full((1, 65, 65), 0.3),
        torch.full((1, 3, 65, 65), grey),
        torch.zeros(1, 3, 65, 65),
        torch.zeros(1, 65, 65),
    )
    picture = lit_relief(relief, torch.tensor([0.2]), torch.zeros(1, 24), grid)
    toward = 0.72 / math.sqrt(0.45**2 + 0.62**2 + 0.72**2)
    linear = grey * (0.42 + 0.72 * toward)
    developed = (1.18 * linear * (1 + 0.10 * linear) / (1 + 0.38 * linear)) ** (1 / 2.2)
    level = (developed - 0.03) / 0.95
    display = level + 0.45 * (level * level * (3 - 2 * level) - level)
    assert picture[0, :, 32, 32].tolist() == pytest.approx([display] * 3, abs=1e-5)
    assert (picture[0, :, 0, 0] < picture[0, :, 32, 32]).all()  # the vignette


def test_slopes_that_face_the_lamp_are_brighter() -> None:
    grid = make_grid(64, 64, CPU)
    for towards_light in (True, False):
        # The lamp stands upper left, so a height that grows to the lower right turns the surface to it.
        slope = 0.3 if towards_light else -0.3
        height = (grid.x + grid.y) * slope
        relief = Relief(
            height.contiguous(),
            torch.full((1, 3, 64, 64), 0.3),
            torch.zeros(1, 3, 64, 64),
            torch.zeros(1, 64, 64),
        )
        centre = lit_relief(relief, torch.tensor([1.0]), torch.zeros(1, 24), grid)[0, 0, 32, 32]
        if towards_light:
            bright = float(centre)
    assert bright > float(centre) + 0.1


def test_a_tower_throws_a_shadow_away_from_the_lamp_and_a_plain_does_not() -> None:
    grid = make_grid(96, 96, CPU)
    tower = ((grid.x.abs() < 0.1) & (grid.y.abs() < 0.1)).float() * 0.8
    pictures = []
    for height in (tower, torch.zeros(1, 96, 96)):
        relief = Relief(
            height.expand(1, 96, 96).contiguous(),
            torch.full((1, 3, 96, 96), 0.3),
            torch.zeros(1, 3, 96, 96),
            torch.zeros(1, 96, 96),
        )
        pictures.append(lit_relief(relief, torch.tensor([0.01]), torch.zeros(1, 24), grid)[0, 0])
    with_tower, plain = pictures
    # The lamp stands upper left: a place 0.16 to the lower right of the tower lies in its shadow.
    right, left = 48 + round(0.16 * 48), 48 - round(0.20 * 48)
    assert with_tower[right, right] < plain[right, right] - 0.1
    assert with_tower[left, left] > plain[left, left] - 0.05


def test_the_tone_keeps_greys_grey_and_gives_colours_more_colour() -> None:
    display = torch.tensor([0.6, 0.5, 0.4]).view(1, 3, 1, 1).clone()
    grey = torch.full((1, 3, 1, 1), 0.5)
    _tone(display)
    _tone(grey)
    assert float(grey.std()) < 1e-6
    spread = display.flatten()
    assert float(spread[0] - spread[2]) > 0.2
    for limit in (0.0, 0.03):
        black = torch.full((1, 3, 1, 1), limit)
        _tone(black)
        assert float(black.abs().max()) < 1e-6
