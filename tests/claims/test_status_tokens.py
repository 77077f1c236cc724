"""Recomputes the contrast of every colour pair and the distance of the verdict marks from the stylesheet itself.

Contrast: WCAG 2.x relative luminance. Colour vision: Machado, Oliveira and Fernandes 2009 at full severity, applied
in linear RGB; distance: CIE76 in CIELAB (D65).
"""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest

from claims.verdicts import So

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "verify_project" / "static" / "cd"
DASHBOARD = ROOT / "reviews" / "static" / "dashboard"
PARTS = {"tokens.css", "cd.css", "admin.css", "apidocs.css"}  # the last stands alone on its page
SHEETS = (*(sheet for sheet in sorted(STATIC.glob("*.css")) if sheet.name != "tokens.css"), DASHBOARD / "desk.css")
TOKENS = (STATIC / "tokens.css").read_text()
BACKGROUNDS = ("surface", "canvas", "sunken", "accent-bg")
ON_LIGHT_DIGIT = "#161B22"
VISION = {
    "full colour": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)
Triple = tuple[float, float, float]


def block(opening: str) -> dict[str, str]:
    """The colours set in the first block that starts with `opening`."""
    body = TOKENS.split(opening, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):(#[0-9A-F]{6});", body))


THEMES = {"light": block(":root {"), "dark": block("html.dark {")}


def linear(colour: str) -> Triple:
    """The colour in linear RGB, 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    """Matrix times vector."""
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def luminance(colour: str) -> float:
    """WCAG relative luminance."""
    return times(((0.2126, 0.7152, 0.0722), (0, 0, 0), (0, 0, 0)), linear(colour))[0]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lab(colour: str, vision: str) -> Triple:
    """The colour as somebody with this vision sees it, in CIELAB."""
    seen = [min(1.0, max(0.0, channel)) for channel in times(VISION[vision], linear(colour))]
    x, y, z = (value / white for value, white in zip(times(XYZ, (seen[0], seen[1], seen[2])), WHITE, strict=True))
    fx, fy, fz = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, vision: str) -> float:
    """CIE76 distance."""
    pairs = zip(lab(one, vision), lab(other, vision), strict=True)
    return math.sqrt(sum((a - b) ** 2 for a, b in pairs))


def text_pairs() -> list[tuple[str, str]]:
    """Every text token with each background it may stand on."""
    plain = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in BACKGROUNDS]
    verdicts = [(f"v-{key}-ink", f"v-{key}-bg") for key in So.values]
    late = [("late-ink", "late"), ("late-text", "surface"), ("late-text", "canvas"), ("late-text", "late-bg")]
    return [*plain, *verdicts, *late, ("accent-ink", "accent"), ("soon-text", "surface"), ("ink", "hl")]


def mark_pairs() -> list[tuple[str, str]]:
    """Every drawn mark or border with each background it may stand on."""
    verdicts = [(f"v-{key}-mark", ground) for key in So.values for ground in ("surface", "canvas", f"v-{key}-bg")]
    borders = [("control", ground) for ground in BACKGROUNDS]
    late = [("late-mark", "surface"), ("soon", "surface")]
    lines = [("hl-line", "hl"), ("hl-line", "surface"), ("hl-faint-line", "surface"), ("focus", "surface")]
    return [*verdicts, *borders, *late, *lines, ("focus", "canvas"), ("focus", "accent-bg")]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), text_pairs())
def test_text_is_at_least_four_and_a_half_to_one(theme: str, ink: str, ground: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("mark", "ground"), mark_pairs())
def test_marks_and_borders_are_at_least_three_to_one(theme: str, mark: str, ground: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens[mark], tokens[ground]) >= 3.0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("key", So.values)
def test_digits_in_a_stacked_bar_can_be_read(theme: str, key: str) -> None:
    tokens = THEMES[theme]
    digit = ON_LIGHT_DIGIT if key in {So.PARTLY, So.CONTEXT, So.UNPROVEN} else tokens["surface"]
    assert contrast(digit, tokens[f"v-{key}-mark"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("one", "other"), list(combinations(So.values, 2)))
def test_two_verdict_marks_are_never_hard_to_tell_apart(theme: str, vision: str, one: str, other: str) -> None:
    tokens = THEMES[theme]
    assert distance(tokens[f"v-{one}-mark"], tokens[f"v-{other}-mark"], vision) >= 10


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_late_and_refuted_are_two_reds(theme: str, vision: str) -> None:
    tokens = THEMES[theme]
    assert distance(tokens["late-mark"], tokens["v-refuted-mark"], vision) >= 10


def test_the_sums_agree_with_published_examples() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert lab("#FFFFFF", "full colour") == pytest.approx((100, 0, 0), abs=0.02)


def test_both_dark_blocks_hold_the_same_values() -> None:
    assert block("html.cd-auto {") == THEMES["dark"]
    assert THEMES["light"].keys() == THEMES["dark"].keys()


def test_a_theme_changes_colours_and_nothing_else() -> None:
    for block in re.findall(r"html\.(?:cd-auto|dark) \{(.*?)\}", TOKENS, re.DOTALL):
        for name, value in (line.split(":", 1) for line in block.replace("\n", "").split(";") if line.strip()):
            colour = re.fullmatch(r"#[0-9A-F]{6}|var\(--[a-z0-9-]+\)", value.strip())
            assert colour or name.strip() in {"color-scheme", "--shadow"}, name


def test_every_colour_a_component_uses_is_a_token() -> None:
    components = "".join(sheet.read_text() for sheet in SHEETS)
    used = set(re.findall(r"var\(--([\w-]+)\)", components))
    assert used <= THEMES["light"].keys() | {"sans", "serif", "r", "rs", "shadow"}


def test_components_use_logical_properties_only() -> None:
    components = "".join(sheet.read_text() for sheet in SHEETS)
    sides = r"[\s;{](?:(?:margin|padding|border|inset)-(?:left|right)|left|right|float)\s*:|text-align:(?:left|right)"
    assert re.findall(sides, components) == []


def test_styles_and_scripts_stay_within_their_budgets() -> None:
    shared = (STATIC / "tokens.css", STATIC / "cd.css")
    in_the_admin = (*shared, STATIC / "admin.css")
    pages: list[tuple[Path, ...]] = [in_the_admin, (*shared, DASHBOARD / "desk.css")]
    pages += [(*in_the_admin, own) for own in STATIC.glob("*.css") if own.name not in PARTS]
    for sheets in pages:
        assert sum(len(path.read_bytes()) for path in sheets) <= 40_000, sheets[-1].name
    scripts = [*STATIC.glob("*.js"), *DASHBOARD.glob("*.js")]
    assert sum(len(path.read_bytes()) for path in scripts) <= 25_000
