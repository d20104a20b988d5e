"""Letters as shapes: words set in Source Serif and Source Sans and turned into outlines, so that a badge looks the same
everywhere and needs no font where it is shown.

HarfBuzz sets the words (kerning, accents, ligatures); the outlines come from the fonts' own files.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import math
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz
from fontTools.pens.basePen import BasePen

SERIF = ("font_source_serif_pro", "SourceSerifPro-Bold.ttf")
SANS = ("font_source_sans_pro", "SourceSansPro-Semibold.ttf")
Face = tuple[str, str]
Point = tuple[float, float]
Place = Callable[[float, float], Point]

_SOFT_HYPHEN = "\u00ad"
# How high a capital stands in the two fonts, as a share of the size.
CAPITAL = 0.67


class FontMissing(RuntimeError):
    """A font package is not installed: the installation is broken, not the badge."""


@dataclass(frozen=True)
class Line:
    """A line of a block: its text, where its baseline runs, and its width."""

    text: str
    baseline: float
    width: float


@dataclass(frozen=True)
class Block:
    """A text broken into lines that fit their place, at one size."""

    lines: tuple[Line, ...]
    size: float


def supported(text: str, face: Face = SERIF) -> str:
    """`text` on one line without the characters that the font does not have, such as emoji."""
    font = _font(face)
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or font.get_nominal_glyph(ord(c)))
    return " ".join(kept.split())


def width(text: str, size: float, face: Face = SERIF, spacing: float = 0.0) -> float:
    """How long `text` is at `size`, with `spacing` between letters."""
    total, letters = _measure(text, face)
    return total * size + spacing * max(letters - 1, 0)


def straight(text: str, size: float, x: float, baseline: float, face: Face = SERIF, spacing: float = 0.0) -> str:
    """The path data of `text`, centred on `x` with its baseline at `baseline`."""
    start = x - width(text, size, face, spacing) / 2
    parts = []
    for number, (glyph, along, rise) in enumerate(_glyphs(text, face)):

        def place(px: float, py: float, left: float = start + along * size + number * spacing, rise: float = rise) -> Point:
            return left + px * size, baseline - (rise + py) * size

        parts.append(_outline(face, glyph, place))
    return "".join(parts)


def on_arc(
    text: str, size: float, radius: float, face: Face = SANS, spacing: float = 0.0, *, inside: bool = False, center: Point = (300, 300)
) -> str:
    """The path data of `text` along a circle, centred at its top, or with `inside` at its bottom and upright there.

    `radius` is that of the baseline.
    """
    length = width(text, size, face, spacing)
    turn = -1 if inside else 1
    parts = []
    for number, (glyph, along, rise) in enumerate(_glyphs(text, face)):
        half = _advance(face, glyph) * size / 2
        place = along * size + number * spacing + half - length / 2
        angle = place / radius

        def bend(px: float, py: float, angle: float = angle, half: float = half, rise: float = rise) -> Point:
            across, up = px * size - half, (py + rise) * size
            reach = radius + turn * up
            sine, cosine = math.sin(angle), math.cos(angle)
            x = reach * sine + across * cosine
            y = -turn * reach * cosine + turn * across * sine
            return center[0] + x, center[1] + y

        parts.append(_outline(face, glyph, bend))
    return "".join(parts)


def fitted(text: str, largest: float, smallest: float, room: float, face: Face = SANS, spacing: float = 0.0) -> tuple[str, float]:
    """`text` and the size at which it fits into `room` on one line; cut off with … if it does not even at `smallest`.

    `spacing` is a share of the size.
    """
    size = largest
    while size > smallest and width(text, size, face, spacing * size) > room:
        size -= 0.5
    while len(text) > 2 and width(text, size, face, spacing * size) > room:
        text = text[:-2].rstrip() + "…"
    return text, size


def block(
    text: str, middle: float, room: Callable[[float], float], *, largest: float, smallest: float, most: int, height: float, face: Face = SERIF
) -> Block:
    """`text` broken into at most `most` lines around the height `middle`, as large as it can be.

    `room(y)` says how wide a line may be at height y, `height` how high all lines may be together. Lines are broken so that
    they fill their places evenly. What does not fit at `smallest` is cut off with ….
    """
    words = text.split()
    # Three lines read better than four, unless that would make the letters small.
    for lines, large, small in ((min(most, 3), largest, max(smallest, 36.0)), (most, largest, smallest)):
        size = large
        while size >= small:
            for count in range(1, lines + 1):
                found = _broken(words, count, size, middle, room, height, face)
                if found:
                    return found
            size -= 1
    # Even the smallest letters are too large: a word may be longer than a line, or there are too many.
    kept = _shortened(words, smallest, middle, room, most, height, face)
    return kept or Block((), smallest)


def _shortened(
    words: list[str], size: float, middle: float, room: Callable[[float], float], most: int, height: float, face: Face
) -> Block | None:
    narrowest = min(room(middle - height / 2), room(middle + height / 2), room(middle))
    pieces = [piece for word in words for piece in _pieces(word, size, narrowest, face)]
    for length in range(len(pieces), 0, -1):
        cut = pieces[:length] if length == len(pieces) else [*pieces[: length - 1], pieces[length - 1].rstrip(".,;:") + "…"]
        for count in range(1, most + 1):
            found = _broken(cut, count, size, middle, room, height, face)
            if found:
                return found
    return None


def _pieces(word: str, size: float, room: float, face: Face) -> list[str]:
    """A word too long for a line, in pieces of about equal length."""
    count = math.ceil(width(word, size, face) / (room * 0.9))
    length = math.ceil(len(word) / count) if count else len(word)
    pieces = [word[place : place + length] for place in range(0, len(word), length)] if word else []
    return [piece + _SOFT_HYPHEN for piece in pieces[:-1]] + pieces[-1:]


def _joined(words: list[str]) -> str:
    """Words on one line; the pieces of a long one grow together again, or end in a hyphen at the end of the line."""
    line = " ".join(words).replace(_SOFT_HYPHEN + " ", "")
    return line.removesuffix(_SOFT_HYPHEN) + "-" if line.endswith(_SOFT_HYPHEN) else line


def _broken(words: list[str], count: int, size: float, middle: float, room: Callable[[float], float], height: float, face: Face) -> Block | None:
    step = size * 1.16
    # Letters such as g hang a fifth of the size below their line.
    if count > len(words) or (count - 1) * step + size * (CAPITAL + 0.2) > height:
        return None
    first = middle - ((count - 1) * step - size * CAPITAL) / 2
    baselines = [first + number * step for number in range(count)]
    rooms = [min(room(y - size * CAPITAL), room(y + size * 0.12)) for y in baselines]
    if sum(rooms) < width(_joined(words), size, face) * 0.9:
        return None
    best: tuple[float, tuple[Line, ...]] | None = None
    for breaks in _ways(len(words), count):
        texts = [_joined(words[a:b]) for a, b in itertools.pairwise((0, *breaks, len(words)))]
        widths = [width(t, size, face) for t in texts]
        if any(w > r for w, r in zip(widths, rooms, strict=True)):
            continue
        # A line that fills half of its place beside one that fills all of it looks torn.
        share = [w / r for w, r in zip(widths, rooms, strict=True)]
        torn = max(share) - min(share)
        if best is None or torn < best[0]:
            best = torn, tuple(Line(*line) for line in zip(texts, baselines, widths, strict=True))
    return Block(best[1], size) if best else None


def _ways(words: int, lines: int) -> Iterator[tuple[int, ...]]:
    # Beyond some twenty words no badge is legible, and the ways to break them grow too many to try.
    return itertools.islice(itertools.combinations(range(1, words), lines - 1), 4000)


class _Path(BasePen):
    """Writes an outline as SVG path data, each point moved by `place`; one decimal is a sixth of a pixel at 1,000."""

    def __init__(self, place: Place, unit: float) -> None:
        super().__init__(None)
        self.place, self.unit = place, unit
        self.parts: list[str] = []

    def _write(self, command: str, *points: Point) -> None:
        placed = (self.place(x / self.unit, y / self.unit) for x, y in points)
        self.parts.append(command + " ".join(f"{short(x)},{short(y)}" for x, y in placed))

    def _moveTo(self, point: Point) -> None:
        self._write("M", point)

    def _lineTo(self, point: Point) -> None:
        self._write("L", point)

    def _curveToOne(self, one: Point, two: Point, three: Point) -> None:
        self._write("C", one, two, three)

    def _qCurveToOne(self, one: Point, two: Point) -> None:
        self._write("Q", one, two)

    def _closePath(self) -> None:
        self.parts.append("Z")


def short(number: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{number:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def _outline(face: Face, glyph: int, place: Place) -> str:
    font = _font(face)
    pen = _Path(place, font.face.upem)
    font.draw_glyph_with_pen(glyph, pen)
    return "".join(pen.parts)


@functools.lru_cache(maxsize=4096)
def _measure(text: str, face: Face) -> tuple[float, int]:
    glyphs = _shaped(text, face)
    return sum(advance for _, advance, _, _ in glyphs), len(glyphs)


def _glyphs(text: str, face: Face) -> list[tuple[int, float, float]]:
    """Each glyph with its place along the line and its rise above it, in shares of the size."""
    along, found = 0.0, []
    for glyph, advance, shift, rise in _shaped(text, face):
        found.append((glyph, along + shift, rise))
        along += advance
    return found


@functools.lru_cache(maxsize=4096)
def _shaped(text: str, face: Face) -> tuple[tuple[int, float, float, float], ...]:
    if not text:
        return ()
    font = _font(face)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {"kern": True, "liga": True})
    unit = font.face.upem
    return tuple(
        (info.codepoint, position.x_advance / unit, position.x_offset / unit, position.y_offset / unit)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )


def _advance(face: Face, glyph: int) -> float:
    font = _font(face)
    return font.get_glyph_h_advance(glyph) / font.face.upem


@functools.cache
def _font(face: Face) -> uharfbuzz.Font:
    package, name = face
    spec = importlib.util.find_spec(package)
    file = Path(spec.submodule_search_locations[0]) / "files" / name if spec and spec.submodule_search_locations else None
    if file is None or not file.is_file():
        raise FontMissing(f"The font {name} is not installed; it comes with the package {package.replace('_', '-')}.")
    return uharfbuzz.Font(uharfbuzz.Face(file.read_bytes()))
