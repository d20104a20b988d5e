"""An SVG picture put together from shapes: presentation attributes only, so that it may stand in any page or file."""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from credentials.badges.art.lettering import short

Point = tuple[float, float]


# A place from 0 to 1, a colour, and an opacity if it is not whole.
Stop = tuple[float, str, float] | tuple[float, str]


class Drawing:
    """A square picture of 600 by 600 units under construction. `prefix` makes its names unique among pictures on one page."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._definitions: list[str] = []
        self._shapes: list[str] = []

    def linear(self, name: str, stops: Iterable[Stop], x1: float = 0, y1: float = 0, x2: float = 0, y2: float = 1) -> str:
        """A gradient along a line in shares of the shape. Returns a paint."""
        return self._gradient("linearGradient", name, f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"', stops)

    def radial(self, name: str, stops: Iterable[Stop], cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """A gradient around a place in shares of the shape. Returns a paint."""
        return self._gradient("radialGradient", name, f'cx="{cx}" cy="{cy}" r="{r}"', stops)

    def clip(self, name: str, path: str) -> str:
        """A window through which shapes may be shown. Returns the value for `clip_path`."""
        self._definitions.append(f'<clipPath id="{self.prefix}{name}"><path d="{path}"/></clipPath>')
        return f"url(#{self.prefix}{name})"

    def path(self, data: str, fill: str = "none", **attributes: object) -> None:
        self._shapes.append(f'<path d="{data}" fill="{fill}"{_written(attributes)}/>')

    def circle(self, x: float, y: float, radius: float, fill: str = "none", **attributes: object) -> None:
        self._shapes.append(f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}" fill="{fill}"{_written(attributes)}/>')

    def begin(self, **attributes: object) -> None:
        """Open a group; everything until `end` is in it."""
        self._shapes.append(f"<g{_written(attributes)}>")

    def end(self) -> None:
        self._shapes.append("</g>")

    def svg(self, title: str) -> str:
        """The whole document, with `title` as its name for people who cannot see it."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" width="600" height="600" role="img" aria-label={quoteattr(title)}>'
            f"<title>{escape(title)}</title><defs>{''.join(self._definitions)}</defs>{''.join(self._shapes)}</svg>"
        )

    def _gradient(self, kind: str, name: str, place: str, stops: Iterable[Stop]) -> str:
        written = "".join(
            f'<stop offset="{stop[0]}" stop-color="{stop[1]}"' + (f' stop-opacity="{stop[2]}"' if len(stop) == 3 else "") + "/>" for stop in stops
        )
        self._definitions.append(f'<{kind} id="{self.prefix}{name}" {place}>{written}</{kind}>')
        return f"url(#{self.prefix}{name})"


def _written(attributes: dict[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}={quoteattr(f"{value:.3g}" if isinstance(value, float) else str(value))}' for name, value in attributes.items())


def polar(center: Point, radius: float, degrees: float) -> Point:
    """The place at `radius` from `center`, `degrees` clockwise from the top."""
    angle = math.radians(degrees)
    return center[0] + radius * math.sin(angle), center[1] - radius * math.cos(angle)


def polygon(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{short(x)},{short(y)}" for x, y in points) + "Z"


def disc(x: float, y: float, radius: float) -> str:
    """A circle as path data, for clips and rings."""
    left, right, r = short(x - radius), short(x + radius), short(radius)
    return f"M{left},{short(y)}A{r},{r} 0 0 1 {right},{short(y)}A{r},{r} 0 0 1 {left},{short(y)}Z"


def star(center: Point, outer: float, inner: float, points: int = 5, turn: float = 0.0) -> str:
    """A star with `points` rays, the first one at `turn` degrees from the top."""
    step = 180 / points
    return polygon(polar(center, outer if n % 2 == 0 else inner, turn + n * step) for n in range(2 * points))


def rounded(points: list[Point], radius: float) -> str:
    """A polygon whose corners are rounded off by `radius`."""
    parts: list[str] = []
    for place, corner in enumerate(points):
        before, after = points[place - 1], points[(place + 1) % len(points)]
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"{'L' if parts else 'M'}{_at(start)}Q{_at(corner)} {_at(end)}")
    return "".join(parts) + "Z"


def _towards(corner: Point, other: Point, distance: float) -> Point:
    length = math.dist(corner, other)
    share = min(distance / length, 0.5)
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _at(point: Point) -> str:
    return f"{short(point[0])},{short(point[1])}"
