"""The colours of the page, in the dark scheme and the light one: what is read can be read."""

import re
from itertools import product
from math import cos, radians, sin
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "watch/page"
CSS = (PAGE / "page.css").read_text(encoding="utf-8")
READ_AA, SEEN_AA = 4.5, 3.0
"""WCAG 2.2, 1.4.3 for text, and 1.4.11 for what is no text but must be seen."""


def scheme(name: str) -> dict[str, str]:
    """The variables of a scheme; the light one stands on the dark one."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found: dict[str, str] = {}
    for block in blocks[: 1 if name == "dark" else 2]:
        found |= dict(re.findall(r"--([a-z-]+):\s*([^;]+);", block))
    return found


def linear(text: str) -> tuple[float, float, float]:
    """A colour as linear sRGB, 0..1; of oklch by its definition (Ottosson 2020)."""
    if text.startswith("#"):
        parts = [int(text[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return r, g, b
    light, chroma, hue = map(float, re.findall(r"[\d.]+", text)[:3])
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    one = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    two = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    three = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rows = (
        (4.0767416621, -3.3077115913, 0.2309699292),
        (-1.2684380046, 2.6097574011, -0.3413193965),
        (-0.0041960863, -0.7034186147, 1.7076147010),
    )
    r, g, b = (min(max(x * one + y * two + z * three, 0.0), 1.0) for x, y, z in rows)
    return r, g, b


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1..21 (WCAG 2.2, relative luminance)."""
    shares = (0.2126, 0.7152, 0.0722)
    bright, dark = sorted(
        (sum(s * part for s, part in zip(shares, linear(text), strict=True)) for text in (one, other)),
        reverse=True,
    )
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    # The grey that is known to be just enough on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert linear("oklch(1 0 0)") == pytest.approx((1.0, 1.0, 1.0), abs=1e-4)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_text_has_enough_contrast_on_each_paper(name: str) -> None:
    colours = scheme(name)
    papers = {"ink": ("paper", "well", "raised", "band"), "soft": ("paper", "well", "raised", "line")}
    papers |= {"pale": ("paper", "well", "raised"), "now": ("paper", "well", "raised")}
    for text, grounds in papers.items():
        for ground in grounds:
            found = contrast(colours[text], colours[ground])
            assert found >= READ_AA, f"{text} on {ground}: {found:.2f}"
    # Of findings the edge is coloured; a pressed button has its own ground.
    assert contrast(colours["on-now"], colours["now"]) >= READ_AA
    assert contrast(colours["paper"], colours["soft"]) >= READ_AA
    for mark, ground in product(("error", "warning", "good", "kept", "hit"), ("paper", "well")):
        assert contrast(colours[mark], colours[ground]) >= SEEN_AA, (mark, ground)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_names_of_buses_and_classes_are_read_in_every_hue(name: str) -> None:
    colours = scheme(name)
    layout = (PAGE / "layout.js").read_text(encoding="utf-8")
    hues = re.search(r"HUES = \[([\d, ]+)\]", layout)
    assert hues is not None
    for hue in hues[1].split(","):
        bus = f"oklch({colours['bus-light']} 0.105 {hue.strip()})"
        assert contrast(bus, colours["paper"]) >= READ_AA, f"bus of hue {hue}"
        loud = f"oklch({colours['note-loud']} {colours['note-colour']} {hue.strip()})"
        assert contrast(loud, colours["paper"]) >= SEEN_AA
    for k in range(24):
        light = colours[("class-first", "class-second", "class-third")[k % 3]]
        ground = f"oklch({light} 0.082 {(28 + k * 137.5) % 360:.0f})"
        assert contrast(colours["on-class"], ground) >= SEEN_AA + 0.3, f"class {k}"
        mark = f"oklch({colours['class-mark']} 0.082 {(28 + k * 137.5) % 360:.0f})"
        assert contrast(mark, colours["well"]) >= SEEN_AA, f"mark of class {k}"


def test_both_schemes_name_the_same_colours() -> None:
    dark, light = scheme("dark"), scheme("light")
    sizes = {"gutter", "film"}
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    named = set(re.findall(r"--([a-z-]+):", blocks[1]))
    assert named == set(dark) - sizes and set(light) == set(dark)
    # No colour stands beside the variables, but on the film, which is no paper.
    rest = CSS.split("* { box-sizing", 1)[1]
    assert set(re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", rest)) <= {"#000", "#ece6da"}


def test_the_canvas_reads_every_colour_that_it_names_from_the_page() -> None:
    named = set(re.findall(r"INK\.(\w+)", "".join(file.read_text("utf-8") for file in PAGE.glob("*.js"))))
    known = {re.sub("-(.)", lambda found: found[1].upper(), name) for name in scheme("dark")}
    assert named and named <= known
    ink = (PAGE / "ink.js").read_text(encoding="utf-8")
    assert {name for name in named if f'"{name}"' not in ink} == set()


OLD_ENOUGH = {
    r":has\(": "Firefox before 121",
    r"OffscreenCanvas": "Safari before 16.4",
    r"requestVideoFrameCallback": "Firefox before 132",
    r"structuredClone|Object\.groupBy|\.toSorted\(|\.with\(": "browsers of 2022",
    r"@layer|@container|@scope|color-mix\(": "browsers of 2022",
    r"requestIdleCallback": "Safari",
}


@pytest.mark.parametrize("pattern", OLD_ENOUGH)
def test_the_page_uses_nothing_that_a_browser_of_three_years_lacks(pattern: str) -> None:
    for file in [*PAGE.glob("*.js"), PAGE / "page.css"]:
        assert not re.search(pattern, file.read_text(encoding="utf-8")), (file.name, OLD_ENOUGH[pattern])


def test_no_rule_of_the_style_stands_inside_another() -> None:
    """Nested rules are not known to Safari before 17.2: braces are at most two deep, in a media query."""
    depth, within = 0, []
    for found in re.finditer(r"[{}]|@[a-z-]+", CSS):
        if found[0] == "{":
            depth += 1
            within.append(depth)
        elif found[0] == "}":
            depth -= 1
    queries = CSS.count("@media")
    assert depth == 0 and max(within) == 2 and queries > 3
