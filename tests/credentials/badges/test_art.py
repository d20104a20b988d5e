"""Badge pictures: legible, the same every time, and safe to put anywhere."""

from __future__ import annotations

import io
import re
from xml.dom import minidom

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credentials.badges.art import DESIGNS, badge_png, badge_svg
from credentials.badges.art.lettering import SANS, SERIF, FontMissing, _font, block, fitted, on_arc, straight, supported, width
from credentials.badges.art.palette import IVORY, contrast, palette
from credentials.badges.baking import bake_png, bake_svg, unbake

ISSUER = "Laurel Valley Unified (demo)"
LONG = "Running a Professional Learning Community That Changes What Happens in Every Classroom of a School, Every Week of the Year"


def draw(design="laurel", title="Growth Mindset Feedback", color="#2f6f5e", issuer=ISSUER, year=2026):
    return badge_svg(design, color, title, issuer, year)


def pixels(svg, size=120):
    return Image.open(io.BytesIO(badge_png(svg, size))).convert("RGBA")


@pytest.mark.parametrize("design", DESIGNS)
def test_a_badge_is_the_same_every_time_and_another_for_other_words(design):
    assert draw(design) == draw(design)
    assert len({draw(design), draw(design, title="Co-Teaching"), draw(design, color="#9f1239"), draw(design, year=2027), draw(design, issuer="X")}) == 5


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("title", ["PLC", "Growth Mindset Feedback", "Evaluación formativa en el aula bilingüe", LONG])
def test_a_badge_stands_alone_and_runs_nothing(design, title):
    svg = draw(design, title)
    document = minidom.parseString(svg)
    tags = {node.tagName for node in document.getElementsByTagName("*")}
    assert tags <= {"svg", "title", "defs", "linearGradient", "radialGradient", "stop", "clipPath", "path", "circle", "g"}
    attributes = {name for node in document.getElementsByTagName("*") for name in node.attributes.keys()}  # noqa: SIM118
    assert not {name for name in attributes if name in ("style", "class", "href", "xlink:href") or name.startswith("on")}
    assert set(re.findall(r"https?://[^\"'<]*", svg)) == {"http://www.w3.org/2000/svg"}
    # What is painted with is defined in the picture itself, under names that no other picture has.
    defined = {node.getAttribute("id") for node in document.getElementsByTagName("*") if node.hasAttribute("id")}
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= defined
    assert not any(name in draw(design, title + "!") for name in defined)


def test_a_badge_says_its_name_to_those_who_cannot_see_it():
    svg = minidom.parseString(draw(title="Lesen & “Schreiben” <script>😀", year="2026")).documentElement
    assert svg.getAttribute("role") == "img"
    assert svg.getAttribute("aria-label") == f"Lesen & “Schreiben” <script>😀 · {ISSUER} · 2026"
    assert svg.getElementsByTagName("title")[0].firstChild.data == svg.getAttribute("aria-label")


@pytest.mark.parametrize("design", DESIGNS)
def test_the_picture_has_a_badge_in_the_middle_and_nothing_in_its_corners(design):
    picture = pixels(draw(design), 200)
    assert picture.size == (200, 200)
    assert all(picture.getpixel(corner)[3] == 0 for corner in [(0, 0), (199, 0), (0, 199), (199, 199)])
    assert picture.getpixel((100, 100))[3] == 255
    assert picture.tobytes() == pixels(draw(design), 200).tobytes()


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("title", ["I", "Growth Mindset Feedback", "Evaluación formativa y retroalimentación en el aula bilingüe", LONG, LONG * 3, "W" * 80])
def test_a_title_of_any_length_stays_inside_the_badge(design, title):
    # The title alone makes the difference between a badge with it and one without; it may not reach the edge.
    with_title, without = pixels(draw(design, title), 300), pixels(draw(design, ""), 300)
    changed = [(x, y) for x in range(300) for y in range(300) if with_title.getpixel((x, y)) != without.getpixel((x, y))]
    assert changed
    assert min(x for x, _ in changed) > 34
    assert max(x for x, _ in changed) < 266


@pytest.mark.parametrize("title", ["PLC", "Growth Mindset Feedback", LONG])
def test_a_longer_title_is_set_smaller_in_more_lines_and_loses_no_word_while_it_can_be_read(title):
    found = block(title, 300, lambda y: 400.0, largest=68, smallest=21, most=4, height=160)
    assert " ".join(line.text for line in found.lines) == title
    assert all(line.width <= 400 for line in found.lines)
    assert found.size == pytest.approx({"PLC": 68, "Growth Mindset Feedback": 53, LONG: 26}[title], abs=1)


def test_what_does_not_fit_is_cut_off_with_a_sign():
    found = block(LONG * 4, 300, lambda y: 300.0, largest=60, smallest=21, most=3, height=90)
    assert found.lines[-1].text.endswith("…")
    assert fitted("An Issuer With A Very Long Name", 20, 14, 100)[0].endswith("…")
    long_word = block("Donaudampfschifffahrtsgesellschaft", 300, lambda y: 200.0, largest=60, smallest=21, most=3, height=90)
    assert [line.text[-1] for line in long_word.lines][:-1] == ["-"] * (len(long_word.lines) - 1)
    assert "".join(line.text.removesuffix("-") for line in long_word.lines) == "Donaudampfschifffahrtsgesellschaft"


def test_letters_that_the_fonts_have_not_are_left_out_of_the_picture():
    assert supported("Ñandú 😀 漢字 ¿Qué?\t\n así") == "Ñandú ¿Qué? así"
    assert all(supported(letter, face) == letter for letter in "áéíóúüñÁÉÍÓÚÜÑ¿¡«»ßøÅçœ" for face in (SERIF, SANS))
    assert supported("e\u0301") == "é"
    with pytest.raises(FontMissing, match="font-no-such"):
        _font(("font_no_such", "NoSuch.ttf"))


def test_letters_on_a_line_are_as_wide_as_measured_and_kerned():
    left, right = _span(straight("AVATAR", 100, 300, 300))
    assert right - left == pytest.approx(width("AVATAR", 100), abs=4)
    assert width("AV", 100) < width("A", 100) + width("V", 100)
    assert width("AV", 100, spacing=10) == pytest.approx(width("AV", 100) + 10)


def test_letters_on_an_arc_read_from_left_to_right_at_the_top_and_at_the_bottom():
    for inside, side in ((False, -1), (True, 1)):
        first, last = (_center(on_arc(text, 24, 200, inside=inside)) for text in ("I    ", "    I"))
        middle = _center(on_arc("I", 24, 200, inside=inside))
        assert middle[0] == pytest.approx(300, abs=1)
        assert side * (middle[1] - 300) == pytest.approx(200 - side * 8, abs=2)
        assert first[0] < 300 < last[0]


def _points(data):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", data)]


def _span(data):
    return min(x for x, _ in _points(data)), max(x for x, _ in _points(data))


def _center(data):
    return tuple((min(values) + max(values)) / 2 for values in zip(*_points(data), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 0xFFFFFF))
def test_ivory_letters_are_legible_on_the_shades_of_any_colour(number):
    shades = palette(f"#{number:06x}")
    assert min(contrast(IVORY, shade) for shade in (shades.ink, shades.deep, shades.base)) >= 5.4
    # The ribbon has dark letters on ivory and pale ground.
    assert contrast(shades.deep, shades.pale) >= 7


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(DESIGNS)), st.text(max_size=60), st.text(max_size=40), st.text(max_size=6))
def test_any_words_at_all_make_a_picture(design, title, issuer, year):
    svg = badge_svg(design, "#1D4ED8", title, issuer, year)
    minidom.parseString(svg.encode())
    assert badge_png(svg, 16)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="not one of the designs"):
        draw("sticker")
    for color in ["teal", "#fff", "#12345g", '#123456"']:
        with pytest.raises(ValueError, match="not a colour"):
            draw(color=color)
    with pytest.raises(ValueError, match="16 to 4,096"):
        badge_png(draw(), 5)
    with pytest.raises(ValueError):
        badge_png("<svg")


def test_a_drawn_badge_can_be_baked():
    assert [baked.text for baked in unbake(bake_svg(draw(), "a.b.c").encode())] == ["a.b.c"]
    assert [baked.text for baked in unbake(bake_png(badge_png(draw()), "a.b.c"))] == ["a.b.c"]
