"""One colour made into the shades of a badge, in a space where equal steps look equal.

Source: Björn Ottosson, "A perceptual color space for image processing" (OKLab, 2020); contrast by WCAG 2.2.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_HEX = re.compile(r"#([0-9a-fA-F]{6})\Z")

IVORY = "#fffaf0"
GOLD_PALE, GOLD_LIGHT, GOLD, GOLD_DEEP, GOLD_DARK = "#fdf3cf", "#f4d98a", "#dcae4c", "#ad7d26", "#7a5416"


@dataclass(frozen=True)
class Palette:
    """The shades of one colour from darkest to lightest. Ivory letters are legible on `ink`, `deep` and `base`."""

    ink: str
    deep: str
    base: str
    mid: str
    light: str
    pale: str


def palette(color: str) -> Palette:
    """The shades of `color` (#rrggbb). Raises ValueError for anything else."""
    match = _HEX.match(color)
    if match is None:
        raise ValueError(f"{color!r} is not a colour such as #2f6f5e.")
    lightness, chroma, hue = _to_lch(_channels(match[1]))
    # A shade that is very light or very dark has less room for colour; a grey stays grey.
    chroma = min(chroma, 0.15)
    # Dark yellow looks like olive; what people mean by it is amber, a little nearer to red.
    hue -= math.radians(26) * math.exp(-(((math.degrees(hue) - 95) / 15) ** 2))
    base = min(max(lightness, 0.36), 0.47)
    shades = (
        (0.22, 0.55), (0.31, 0.80), (base, 1.0), (base + 0.13, 1.0), (0.82, 0.55), (0.95, 0.2),
    )  # fmt: skip
    ink, deep, middle, mid, light, pale = (shade(value, chroma * share, hue) for value, share in shades)
    # Ivory letters stand on the base as well; a hue that is bright by nature, such as yellow, is darkened for them.
    while contrast(middle, IVORY) < 5.5:
        base -= 0.01
        middle = shade(base, chroma, hue)
    return Palette(ink, deep, middle, mid, light, pale)


def shade(lightness: float, chroma: float, hue: float) -> str:
    """The colour at an OKLCH place, its chroma lowered until a screen can show it. `hue` in radians."""
    while True:
        channels = _from_lch(lightness, chroma, hue)
        if chroma < 0.002 or all(-0.0005 <= c <= 1.0005 for c in channels):
            return "#" + "".join(f"{round(255 * _gamma(min(max(c, 0.0), 1.0))):02x}" for c in channels)
        chroma *= 0.96


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours by WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = _channels(color[1:])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(digits: str) -> tuple[float, float, float]:
    """Linear light of each channel, 0 to 1."""
    values = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _to_lch(channels: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = channels
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_lch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
