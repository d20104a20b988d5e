"""The six designs: how each looks, and where in it the words stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from credentials.badges.art.drawing import Drawing, Point, disc, polar, polygon, rounded, star
from credentials.badges.art.lettering import CAPITAL, SANS, short, straight, width
from credentials.badges.art.ornaments import CENTER, SPACING, banner, gold, in_circle, medal, name_lines, ring_words, scalloped, shadow, title, wreath
from credentials.badges.art.palette import GOLD, GOLD_DARK, GOLD_DEEP, GOLD_LIGHT, GOLD_PALE, IVORY, Palette


@dataclass(frozen=True)
class Words:
    """What stands on a badge, without characters that its fonts do not have."""

    title: str
    issuer: str
    year: str


def laurel(drawing: Drawing, shades: Palette, words: Words) -> None:
    """A seal with a wreath of laurel around the title and the issuer on a ribbon."""
    gilt = gold(drawing)
    shadow(drawing, 306)
    drawing.path(scalloped(), gilt)
    drawing.circle(300, 300, 273, drawing.radial("field", [(0, shades.base), (0.62, shades.base), (1, shades.deep)], 0.5, 0.38, 0.68))
    drawing.circle(300, 300, 266, stroke=GOLD_LIGHT, stroke_width=1.4, stroke_opacity=0.8)
    _rays(drawing, (300, 272), 60, 300, 36, IVORY, 0.045, clip_path=drawing.clip("disc", disc(300, 300, 265)))
    wreath(drawing, 222, gilt, start=143, leaves=13)
    drawing.path(star((300, 79), 25, 10.5), gilt, stroke=GOLD_DARK, stroke_width=1)
    last = title(drawing, words.title, 278, in_circle(172, (300, 285)), largest=72, height=200)
    _year_with_lines(drawing, words.year, max(last + 42, 392))
    banner(drawing, shades, words.issuer)
    for turn, size in ((-8.5, 7.5), (0, 10), (8.5, 7.5)):
        drawing.path(star(polar(CENTER, -246, turn), size, size * 0.43), GOLD_LIGHT)


def compass(drawing: Drawing, shades: Palette, words: Words) -> None:
    """A compass: a rose that points the way, and a bezel with a mark for every five degrees."""
    gilt = gold(drawing)
    medal(drawing, shades, gilt)
    for n in range(72):
        inner, breadth = (256.5, 2.2) if n % 6 == 0 else (260.5, 1.2)
        start, end = polar(CENTER, inner, n * 5), polar(CENTER, 268.0, n * 5)
        drawing.path(f"M{short(start[0])},{short(start[1])}L{short(end[0])},{short(end[1])}", stroke=GOLD_LIGHT, stroke_width=breadth)
    drawing.circle(300, 300, 207, drawing.radial("field", [(0, shades.mid), (0.5, shades.base), (1, shades.deep)], 0.5, 0.28, 0.8))
    window = drawing.clip("disc", disc(300, 300, 207))
    rose: Point = (300, 207)
    drawing.begin(clip_path=window)
    for radius in (112, 168, 224):
        drawing.circle(*rose, radius, stroke=IVORY, stroke_width=1, stroke_opacity=0.14)
    _rays(drawing, rose, 0, 420, 16, shades.ink, 0.14)
    drawing.end()
    drawing.circle(*rose, 74, stroke=GOLD_LIGHT, stroke_width=2)
    drawing.circle(*rose, 68, stroke=GOLD_LIGHT, stroke_width=0.8)
    _facets(drawing, rose, 62, 17, 45, GOLD_LIGHT, GOLD_DEEP)
    _facets(drawing, rose, 96, 19, 0, "#ffffff", shades.light)
    drawing.circle(*rose, 9, gilt, stroke=GOLD_DARK, stroke_width=1)
    title(drawing, words.title, 392, in_circle(188), height=150)
    ring_words(drawing, words.issuer, words.year, 234, 25)


def hexagon(drawing: Drawing, shades: Palette, words: Words) -> None:
    """Cells of a honeycomb: what is learnt together fits together."""
    gilt = gold(drawing)
    corners = [polar(CENTER, 292, n * 60) for n in range(6)]
    drawing.path(rounded([polar((300, 309), 292, n * 60) for n in range(6)], 42), "#000000", fill_opacity=0.22)
    drawing.path(rounded(corners, 42), gilt)
    drawing.path(rounded([polar(CENTER, 279, n * 60) for n in range(6)], 38), shades.ink)
    field = rounded([polar(CENTER, 272, n * 60) for n in range(6)], 36)
    drawing.path(field, drawing.linear("field", [(0, shades.mid), (0.45, shades.base), (1, shades.deep)]))
    window = drawing.clip("field-edge", field)
    drawing.begin(clip_path=window)
    for row in range(9):
        for column in range(9):
            center = (300 + (column - 4) * 62.4 + (row % 2) * 31.2, 57 + row * 54)
            fade = max(0.0, 1 - row / 6)
            drawing.path(polygon(polar(center, 34, n * 60) for n in range(6)), stroke=IVORY, stroke_width=1.2, stroke_opacity=round(0.22 * fade, 3))
    drawing.path("M0,446H600V600H0Z", shades.ink, fill_opacity=0.42)
    drawing.path("M0,446H600", stroke=GOLD_LIGHT, stroke_width=2)
    drawing.end()
    hive: Point = (300, 160)
    tones = [shades.light, IVORY, shades.light, shades.pale, IVORY, shades.pale]
    for n, tone in enumerate(tones):
        cell = polar(hive, 57, n * 60 + 30)
        drawing.path(rounded([polar(cell, 29, m * 60) for m in range(6)], 5), tone, fill_opacity=0.94)
        drawing.path(polygon([cell, polar(cell, 29, 60), polar(cell, 29, 120), polar(cell, 29, 180)]), shades.base, fill_opacity=0.14)
    drawing.path(rounded([polar(hive, 31, m * 60) for m in range(6)], 5), gilt, stroke=GOLD_DARK, stroke_width=1)
    drawing.path(star(hive, 17, 7.2), IVORY)
    title(drawing, words.title, 344, lambda y: 404.0, largest=72, height=172)
    _footer(drawing, words, 475, 518, 320)


def sunrise(drawing: Drawing, shades: Palette, words: Words) -> None:
    """The sun over the hills: a beginning."""
    gilt = gold(drawing)
    medal(drawing, shades, gilt, edge=scalloped(60, 287, 281))
    window = drawing.clip("disc", disc(300, 300, 207))
    drawing.circle(300, 300, 207, drawing.linear("sky", [(0, shades.base), (0.28, shades.mid), (0.5, GOLD_LIGHT), (0.6, GOLD_PALE)]))
    sun: Point = (300, 270)
    glow = drawing.radial("glow", [(0, GOLD_PALE, 0.95), (0.45, GOLD_PALE, 0.5), (1, GOLD_PALE, 0)])
    drawing.begin(clip_path=window)
    for n in range(19):
        angle = (n - 9) * 10
        far = 176 if n % 2 else 138
        left, right = polar(sun, 78, angle - 2.6), polar(sun, 78, angle + 2.6)
        drawing.path(polygon([left, polar(sun, far, angle), right]), GOLD_PALE, fill_opacity=0.9)
    drawing.circle(*sun, 150, glow)
    drawing.circle(*sun, 66, drawing.linear("sun", [(0, "#fff8dd"), (0.55, GOLD_LIGHT), (1, GOLD)]))
    drawing.path("M60,288C130,246 214,246 262,268C284,278 300,280 322,270C372,246 456,236 540,288V540H60Z", shades.light)
    drawing.path("M60,304C150,272 236,280 300,293C372,308 470,282 560,296V540H60Z", shades.mid)
    hill = "M60,322C150,296 240,300 320,312C400,324 480,314 560,302"
    drawing.path(hill + "V540H60Z", drawing.linear("hill", [(0, shades.base), (0.5, shades.deep), (1, shades.ink)]))
    drawing.path(hill, stroke=GOLD_PALE, stroke_width=1.5, stroke_opacity=0.6)
    drawing.end()
    title(drawing, words.title, 398, in_circle(190), height=148)
    ring_words(drawing, words.issuer, words.year)


def wave(drawing: Drawing, shades: Palette, words: Words) -> None:
    """Waves under an open sky: what keeps moving."""
    gilt = gold(drawing)
    medal(drawing, shades, gilt)
    window = drawing.clip("disc", disc(300, 300, 207))
    drawing.circle(300, 300, 207, drawing.linear("sky", [(0, shades.light), (0.5, shades.pale)]))
    drawing.begin(clip_path=window)
    drawing.circle(378, 158, 42, drawing.linear("sun", [(0, GOLD_PALE), (1, GOLD)]), stroke=IVORY, stroke_width=3, stroke_opacity=0.7)
    rows = [(196 + 26 * n, shades.base if n % 2 else shades.mid, 0.0 if n % 2 else 37.0) for n in range(6)]
    for y, tone, offset in rows:
        for n in range(-1, 8):
            center = (40 + n * 74 + offset, y + 40)
            drawing.circle(*center, 40, tone, stroke=IVORY, stroke_width=2.6)
            for radius in (29, 18):
                drawing.circle(*center, radius, stroke=IVORY, stroke_width=2.2, stroke_opacity=0.85)
    sea = "M60,320C120,332 176,328 226,315C270,304 326,304 372,315C424,328 480,334 560,320V560H60Z"
    drawing.path(sea, drawing.linear("sea", [(0, shades.base), (0.45, shades.deep), (1, shades.ink)]))
    drawing.path("M60,320C120,332 176,328 226,315C270,304 326,304 372,315C424,328 480,334 560,320", stroke=IVORY, stroke_width=4)
    drawing.end()
    title(drawing, words.title, 402, in_circle(190), height=146)
    ring_words(drawing, words.issuer, words.year)


def open_book(drawing: Drawing, shades: Palette, words: Words) -> None:
    """A shield with an open book from which light rises."""
    gilt = gold(drawing)

    def outline(margin: float, down: float = 0) -> str:
        """The edge of the shield, `margin` inside of its outermost and `down` below its place."""
        left, right, top, foot = 62 + margin, 538 - margin, 26 + margin + down, 588 - margin * 1.25 + down
        waist, hip = 330 + down, 450 + down
        curves = [
            ("M", [(left, top)]), ("Q", [(300, top + 30), (right, top)]), ("L", [(right, waist)]),
            ("C", [(right, hip), (430 - margin / 2, 540 + down - margin), (300, foot)]),
            ("C", [(170 + margin / 2, 540 + down - margin), (left, hip), (left, waist)]),
        ]  # fmt: skip
        return "".join(command + " ".join(f"{short(x)},{short(y)}" for x, y in points) for command, points in curves) + "Z"

    drawing.path(outline(0, 9), "#000000", fill_opacity=0.22)
    drawing.path(outline(0), gilt)
    drawing.path(outline(12), shades.ink)
    field = outline(18)
    drawing.path(field, drawing.linear("field", [(0, shades.mid), (0.4, shades.base), (1, shades.deep)]))
    window = drawing.clip("field-edge", field)
    book: Point = (300, 218)
    drawing.begin(clip_path=window)
    _rays(drawing, (300, 236), 30, 420, 28, GOLD_PALE, 0.13)
    drawing.circle(300, 205, 190, drawing.radial("glow", [(0, GOLD_PALE, 0.55), (1, GOLD_PALE, 0)]))
    drawing.end()
    _book(drawing, book, shades, gilt)
    drawing.path(star((300, 104), 21, 8.8), gilt, stroke=GOLD_DARK, stroke_width=1)
    for x, y, size in ((228, 128, 9), (372, 128, 9), (180, 162, 6), (420, 162, 6)):
        drawing.path(star((x, y), size, size * 0.36, 4), GOLD_PALE)
    title(drawing, words.title, 372, lambda y: 386.0 if y < 380 else max(386 - (y - 380) * 1.5, 120), height=138)
    _footer(drawing, words, 479, 523, 268)


def _book(drawing: Drawing, center: Point, shades: Palette, gilt: str) -> None:
    x, y = center
    paper = drawing.linear("paper", [(0, "#ffffff"), (1, "#f3e8cf")])
    for side in (-1, 1):
        def at(dx: float, dy: float, side: int = side) -> str:
            return f"{short(x + side * dx)},{short(y + dy)}"

        drawing.path(f"M{at(0, 66)}C{at(40, 40)} {at(90, 42)} {at(124, 56)}L{at(124, 66)}C{at(90, 52)} {at(40, 52)} {at(0, 78)}Z", gilt)
        drawing.path(f"M{at(0, 58)}C{at(40, 32)} {at(88, 34)} {at(116, 46)}V{short(y + 57)}C{at(88, 45)} {at(40, 45)} {at(0, 70)}Z", shades.light)
        drawing.path(f"M{at(0, -28)}C{at(36, -56)} {at(84, -56)} {at(112, -42)}V{short(y + 48)}C{at(84, 36)} {at(36, 36)} {at(0, 62)}Z", paper)
        for line in range(4):
            dy = -20 + line * 18
            text = f"M{at(18, dy - 12)}C{at(44, dy - 25)} {at(72, dy - 24)} {at(96, dy - 15)}"
            drawing.path(text, stroke=shades.mid, stroke_width=3.2, stroke_linecap="round", stroke_opacity=0.55)
    drawing.path(f"M{short(x)},{short(y - 28)}V{short(y + 62)}", stroke=shades.base, stroke_width=2, stroke_opacity=0.5)


def _footer(drawing: Drawing, words: Words, middle: float, year: float, room: float) -> None:
    """Issuer around the height `middle`, on one line or two, and the year with its baseline at `year`."""
    lines, size = name_lines(words.issuer, 24, room, 17)
    for number, line in enumerate(lines):
        baseline = middle + size * CAPITAL / 2 + (number - (len(lines) - 1) / 2) * size * 1.25
        drawing.path(straight(line, size, 300, baseline, SANS, SPACING * size), IVORY)
    drawing.path(straight(words.year, 22, 300, year, SANS, 4), GOLD_LIGHT)
    half = width(words.year, 22, SANS, 4) / 2 + 22
    for side in (-1, 1):
        drawing.path(star((300 + side * half, year - 7.4), 7, 3), GOLD_LIGHT)


def _year_with_lines(drawing: Drawing, year: str, baseline: float) -> None:
    drawing.path(straight(year, 26, 300, baseline, SANS, 4), GOLD_LIGHT)
    half = width(year, 26, SANS, 4) / 2 + 16
    for side in (-1, 1):
        drawing.path(f"M{short(300 + side * half)},{short(baseline - 8.7)}h{side * 42}", stroke=GOLD_LIGHT, stroke_width=1.8)


def _rays(drawing: Drawing, center: Point, near: float, far: float, count: int, fill: str, opacity: float, **attributes: object) -> None:
    step = 360 / count
    shapes = []
    for n in range(count):
        a, b = n * step, n * step + step / 2
        shapes.append(polygon([polar(center, near, a), polar(center, far, a), polar(center, far, b), polar(center, near, b)]))
    drawing.path("".join(shapes), fill, fill_opacity=opacity, **attributes)


def _facets(drawing: Drawing, center: Point, long: float, waist: float, turn: float, bright: str, dark: str) -> None:
    """Four rays of a compass rose, each half in the light and half in the shade."""
    for n in range(4):
        angle = turn + n * 90
        tip = polar(center, long, angle)
        drawing.path(polygon([center, polar(center, waist * math.sqrt(2) * 0.75, angle - 45), tip]), bright)
        drawing.path(polygon([center, polar(center, waist * math.sqrt(2) * 0.75, angle + 45), tip]), dark)


DESIGNS: dict[str, Callable[[Drawing, Palette, Words], None]] = {
    "laurel": laurel,
    "compass": compass,
    "hexagon": hexagon,
    "sunrise": sunrise,
    "wave": wave,
    "open-book": open_book,
}
