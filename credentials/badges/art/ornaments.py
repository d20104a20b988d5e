"""The parts that several designs share: gold, medals, wreaths, ribbons, and the places for the words."""

from __future__ import annotations

import math
from collections.abc import Callable

from credentials.badges.art.drawing import Drawing, Point, disc, polar, polygon, star
from credentials.badges.art.lettering import CAPITAL, SANS, SERIF, block, fitted, on_arc, short, straight, width
from credentials.badges.art.palette import GOLD, GOLD_DARK, GOLD_DEEP, GOLD_LIGHT, GOLD_PALE, IVORY, Palette

CENTER: Point = (300, 300)
# How far capitals are set apart, as a share of their size.
SPACING = 0.09


def gold(drawing: Drawing) -> str:
    """The paint of a gilded edge, lit from the upper left."""
    stops = [(0, GOLD_PALE), (0.22, GOLD_LIGHT), (0.45, GOLD), (0.62, GOLD_LIGHT), (0.8, GOLD_DEEP), (1, GOLD_DARK)]
    return drawing.linear("gold", stops, 0.1, 0, 0.9, 1)


def shadow(drawing: Drawing, y: float = 312, radius: float = 286) -> None:
    """A soft shadow under the badge."""
    paint = drawing.radial("shadow", [(0, "#000000", 0.5), (0.9, "#000000", 0.3), (1, "#000000", 0)])
    drawing.circle(300, y, radius, paint)


def medal(drawing: Drawing, shades: Palette, gilt: str, *, edge: str | None = None) -> None:
    """A round medal: gilded edge (of the outline `edge`), a dark ring for the issuer, a gilded line. The field is 208 wide."""
    shadow(drawing)
    drawing.path(edge or disc(300, 300, 282), gilt)
    drawing.circle(300, 300, 270, drawing.linear("ring", [(0, shades.deep), (1, shades.ink)]), stroke=GOLD_DARK, stroke_width=1.5, stroke_opacity=0.6)
    drawing.circle(300, 300, 264, stroke=GOLD_LIGHT, stroke_width=1, stroke_opacity=0.55)
    drawing.circle(300, 300, 213, gilt)


def scalloped(count: int = 48, outer: float = 290, inner: float = 281) -> str:
    """The outline of a seal: a circle with `count` soft waves between the radii `inner` and `outer`."""
    middle, swing = (outer + inner) / 2, outer - inner
    parts: list[str] = []
    for n in range(4 * count):
        x, y = polar(CENTER, middle + swing * (0, 1.5, 0, -1.5)[n % 4], (n - 1) * 90 / count)
        # Every other point is on the outline, the ones between pull the curve out and in.
        parts.append(f"{('M' if n == 0 else ' ') if n % 2 == 0 else 'Q'}{short(x)},{short(y)}")
    start = polar(CENTER, middle, -90 / count)
    return "".join(parts) + f" {short(start[0])},{short(start[1])}Z"


def ring_words(drawing: Drawing, issuer: str, year: str, radius: float = 238.5, size: float = 27) -> None:
    """The issuer along the top of a ring, the year at its bottom, and a star on either side."""
    text, fit = fitted(issuer.upper(), size, 13, radius * math.radians(230), SANS, 0.11)
    baseline = radius - fit * CAPITAL / 2
    drawing.path(on_arc(text, fit, baseline, SANS, 0.11 * fit), IVORY)
    drawing.path(on_arc(year, 25, radius + 25 * CAPITAL / 2, SANS, 3.5, inside=True), GOLD_LIGHT)
    # The stars stand midway between the end of the name and the year, or close to a short year if the name is long.
    half_name = math.degrees(width(text, fit, SANS, 0.11 * fit) / 2 / radius)
    half_year = math.degrees(width(year, 25, SANS, 3.5) / 2 / radius)
    middle = (half_name + 180 - half_year) / 2
    for side in (-1, 1):
        place = polar(CENTER, radius, side * middle)
        drawing.path(star(place, 8.5, 3.8, 5, side * middle), GOLD_LIGHT)


def title(
    drawing: Drawing, text: str, middle: float, room: Callable[[float], float], *, height: float, largest: float = 68, smallest: float = 21
) -> float:
    """The title in ivory, as large as its place allows; returns the height of its last baseline."""
    found = block(text, middle, room, largest=largest, smallest=smallest, most=4, height=height)
    drawing.path("".join(straight(line.text, found.size, 300, line.baseline, SERIF) for line in found.lines), IVORY)
    return found.lines[-1].baseline if found.lines else middle


def in_circle(radius: float, center: Point = CENTER) -> Callable[[float], float]:
    """The width of a circle at a height."""
    return lambda y: 2 * math.sqrt(max(radius**2 - (y - center[1]) ** 2, 1.0))


def leaf(base: Point, degrees: float, length: float, breadth: float) -> tuple[str, str]:
    """A laurel leaf from `base` in a direction: its whole outline, and the half that lies in the shade."""
    tip = polar(base, length, degrees)
    left = polar(polar(base, length * 0.45, degrees), breadth, degrees - 90)
    right = polar(polar(base, length * 0.45, degrees), breadth, degrees + 90)
    b, t, le, ri = (f"{short(x)},{short(y)}" for x, y in (base, tip, left, right))
    return f"M{b}Q{le} {t}Q{ri} {b}Z", f"M{b}L{t}Q{ri} {b}Z"


def wreath(
    drawing: Drawing, radius: float, gilt: str, *, start: float, stop: float = 24, leaves: int = 14, length: float = 58, breadth: float = 21
) -> None:
    """Two branches of laurel that rise from the bottom on either side, leaves in pairs, growing smaller towards the tips."""
    for side in (-1, 1):
        stem = [polar(CENTER, radius, side * (start + (stop - start) * n / 40)) for n in range(41)]
        drawing.path("M" + "L".join(f"{short(x)},{short(y)}" for x, y in stem), stroke=GOLD_DEEP, stroke_width=3, stroke_linecap="round")
        whole, shaded, berries = [], [], []
        for n in range(leaves):
            share = n / (leaves - 1)
            angle = start + (stop - start) * share
            base = polar(CENTER, radius, side * angle)
            size = length * (1 - 0.38 * share)
            along = side * (angle - 90)
            spread = 34 - 8 * share
            # The branch grows against the clock on the right side and with it on the left.
            for turn in (-1, 1):
                leaf_whole, leaf_shaded = leaf(base, along + turn * spread, size, breadth * (1 - 0.3 * share))
                whole.append(leaf_whole)
                shaded.append(leaf_shaded)
            if n % 3 == 1 and n < leaves - 1:
                berries.append(polar(CENTER, radius + 15 * (1 - 0.3 * share), side * (angle - 4.5)))
        tip = polar(CENTER, radius, side * stop)
        leaf_whole, leaf_shaded = leaf(tip, side * (stop - 92), length * 0.72, breadth * 0.7)
        drawing.path("".join([*whole, leaf_whole]), gilt, stroke=GOLD_DARK, stroke_width=0.8, stroke_opacity=0.55)
        drawing.path("".join([*shaded, leaf_shaded]), GOLD_DEEP, fill_opacity=0.5)
        for x, y in berries:
            drawing.circle(x, y, 4.2, GOLD_LIGHT, stroke=GOLD_DARK, stroke_width=0.8)


def banner(drawing: Drawing, shades: Palette, text: str, *, y: float = 492, bow: float = 900, half: float = 218, depth: float = 58) -> None:
    """A ribbon across the badge, bent upwards at its ends, with folded tails, and `text` on it."""
    middle: Point = (300, y - bow)
    outer, inner = bow + depth / 2, bow - depth / 2
    reach = math.degrees(half / bow)
    tail = math.degrees((half + 62) / bow)
    fold = math.degrees((half - 30) / bow)

    def at(radius: float, degrees: float) -> Point:
        angle = math.radians(degrees)
        return middle[0] + radius * math.sin(angle), middle[1] + radius * math.cos(angle)

    drop = 24
    cloth = drawing.linear("cloth", [(0, "#ffffff"), (0.5, IVORY), (1, shades.pale)])
    under = drawing.linear("under", [(0, shades.light), (1, shades.mid)])
    for side in (-1, 1):
        top, low = at(inner - drop, side * fold), at(outer - drop, side * fold)
        far_top, far_low = at(inner - drop, side * tail), at(outer - drop, side * tail)
        notch = at(bow - drop, side * (tail - math.degrees(24 / bow)))
        drawing.path(polygon([top, far_top, notch, far_low, low]), under, stroke=shades.ink, stroke_width=1, stroke_opacity=0.35)
        drawing.path(polygon([at(outer, side * reach), at(outer - drop, side * fold), at(outer, side * fold)]), shades.deep)
    left, right = at(outer, -reach), at(outer, reach)
    up_right, up_left = at(inner, reach), at(inner, -reach)
    r_out, r_in = short(outer), short(inner)
    front = (
        f"M{short(left[0])},{short(left[1])}A{r_out},{r_out} 0 0 0 {short(right[0])},{short(right[1])}"
        f"L{short(up_right[0])},{short(up_right[1])}A{r_in},{r_in} 0 0 1 {short(up_left[0])},{short(up_left[1])}Z"
    )
    drawing.path(front, cloth, stroke=shades.ink, stroke_width=1, stroke_opacity=0.35)
    for radius in (outer - 6, inner + 6):
        a, b = at(radius, -reach), at(radius, reach)
        seam = f"M{short(a[0])},{short(a[1])}A{short(radius)},{short(radius)} 0 0 0 {short(b[0])},{short(b[1])}"
        drawing.path(seam, stroke=GOLD_DEEP, stroke_width=1.4, stroke_opacity=0.8)
    lines, size = name_lines(text, 29, 2 * half - 44, 18.5)
    for number, line in enumerate(lines):
        radius = bow + size * CAPITAL / 2 + (number - (len(lines) - 1) / 2) * size * 1.12
        drawing.path(on_arc(line, size, radius, SANS, SPACING * size, inside=True, center=middle), shades.deep)


def name_lines(text: str, largest: float, room: float, two_from: float) -> tuple[list[str], float]:
    """The issuer's name in capitals on one line, or on two if one would need letters smaller than `two_from`; and their size."""
    name = text.upper()
    one, size = fitted(name, largest, 11, room, SANS, SPACING)
    words = name.split()
    if size >= two_from or len(words) < 2:
        return [one], size
    ways = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    best = min(ways, key=lambda way: max(width(line, 10, SANS, SPACING * 10) for line in way))
    sizes = [fitted(line, two_from, 11, room, SANS, SPACING)[1] for line in best]
    return [fitted(line, min(sizes), 11, room, SANS, SPACING)[0] for line in best], min(sizes)
