"""A credential inside a picture: put in, read back, and never at the cost of the picture."""

from __future__ import annotations

import io
import json
import struct
import zlib
from xml.dom import minidom

import pytest
from PIL import Image

from credentials.badges.baking import LARGEST_FILE, Baked, Format, bake_png, bake_svg, is_png, unbake, unbake_png, unbake_svg
from credentials.badges.refusals import Refused

TEXT = json.dumps({"name": "Ñandú ® ’ 😀 ]]> <&>\"'"}, ensure_ascii=False)
OB2 = json.dumps({"@context": "https://w3id.org/openbadges/v2", "id": "https://badges.laurel.example/badges/7/ob2.json"})
TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
SVG = '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" aria-label="a > b"><title>é</title></svg>'

LONG = "x" * 600_000


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(stream, "PNG")
    return stream.getvalue()


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        found.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + length]))
        place += 12 + length
    return found


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(data: bytes, kind: bytes = b"iTXt") -> bytes:
    png = picture()
    return png[:33] + chunk(kind, data) + png[33:]


@pytest.mark.parametrize("text", [TEXT, TOKEN])
def test_a_png_gives_back_what_was_baked_and_is_still_the_same_picture(text):
    baked = bake_png(picture(), text)
    assert unbake_png(baked) == unbake(baked) == [Baked(Format.OPEN_BADGES_3, text)]
    assert [kind for kind, _ in chunks(baked)][:2] == [b"IHDR", b"iTXt"]
    assert [c for c in chunks(baked) if c[0] != b"iTXt"] == chunks(picture())
    opened = Image.open(io.BytesIO(baked))
    assert opened.text["openbadgecredential"] == text
    assert opened.tobytes() == Image.open(io.BytesIO(picture())).tobytes()


def test_open_badges_3_and_2_live_in_one_picture_and_3_comes_first():
    both = bake_png(bake_png(picture(), TOKEN), OB2, Format.OPEN_BADGES_2)
    assert unbake(both) == [Baked(Format.OPEN_BADGES_3, TOKEN), Baked(Format.OPEN_BADGES_2, OB2)]
    drawn = bake_svg(bake_svg(SVG, TEXT), OB2, Format.OPEN_BADGES_2)
    assert unbake(drawn.encode()) == [Baked(Format.OPEN_BADGES_3, TEXT), Baked(Format.OPEN_BADGES_2, OB2)]


def test_baking_again_replaces_what_was_there():
    assert unbake_png(bake_png(bake_png(picture(), TOKEN), TEXT)) == [Baked(Format.OPEN_BADGES_3, TEXT)]
    assert bake_png(bake_png(picture(), TOKEN), TEXT) == bake_png(picture(), TEXT)
    assert bake_svg(bake_svg(SVG, TOKEN), TEXT) == bake_svg(SVG, TEXT)


def test_a_picture_without_a_badge_gives_back_none():
    assert unbake(picture()) == []
    assert unbake(SVG.encode()) == []
    assert is_png(picture())
    assert not is_png(SVG.encode())


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda png: png[:-20], "not a complete PNG"),
        (lambda png: png[:-12], "not a complete PNG"),
        (lambda png: png[:40] + bytes([png[40] ^ 1]) + png[41:], "checksum"),
        (lambda png: png[:8] + chunk(b"IEND", b""), "not a complete PNG"),
        (lambda png: b"GIF89a" + png, "not a PNG"),
        (lambda png: png + bytes(LARGEST_FILE), "larger than 8 MiB"),
    ],
)
def test_a_damaged_picture_is_neither_read_nor_baked(damage, sentence):
    with pytest.raises(Refused, match=sentence):
        bake_png(damage(picture()), TOKEN)


def test_a_compressed_text_of_another_tool_is_read_but_not_without_limit():
    head = b"openbadgecredential\0\1\0en\0k\0"
    assert unbake(with_chunk(head + zlib.compress(TEXT.encode()))) == [Baked(Format.OPEN_BADGES_3, TEXT)]
    with pytest.raises(Refused, match="cut off or too large"):
        unbake(with_chunk(head + zlib.compress(bytes(5_000_000))))
    with pytest.raises(Refused, match="cut off or too large"):
        unbake(with_chunk(head + zlib.compress(TEXT.encode())[:-5]))
    with pytest.raises(Refused, match="cannot be unpacked"):
        unbake(with_chunk(head + b"nonsense"))


def test_other_odd_texts_in_a_png_are_refused():
    with pytest.raises(Refused, match="not text in UTF-8"):
        unbake(with_chunk(b"openbadgecredential\0\0\0\0\0\xff"))
    with pytest.raises(Refused, match="cannot be unpacked"):
        unbake(with_chunk(b"openbadgecredential\0\7\0\0\0x"))
    with pytest.raises(Refused, match="too large"):
        unbake(with_chunk(b"openbadgecredential\0\0\0\0\0" + b"x" * 600_000))
    twice = bake_png(picture(), TOKEN)
    with pytest.raises(Refused, match="two badges"):
        unbake(twice[:33] + chunk(*chunks(twice)[1]) + twice[33:])
    # The oldest form, an address in a tEXt chunk, would let a stranger's file choose an address for us to call.
    assert unbake(with_chunk(b"openbadges\0https://attacker.example/", b"tEXt")) == []


@pytest.mark.parametrize("text", [TEXT, TOKEN, "{}", '{"a": "]]>]]]]>"}'])
def test_an_svg_gives_back_what_was_baked_and_is_still_well_formed(text):
    baked = bake_svg(SVG, text)
    assert unbake_svg(baked) == unbake_svg(baked.encode()) == [Baked(Format.OPEN_BADGES_3, text)]
    assert baked.startswith(SVG[: SVG.index("<title>")])
    element = minidom.parseString(baked).getElementsByTagNameNS("https://purl.imsglobal.org/ob/v3p0", "credential")[0]
    assert element.parentNode.tagName == "svg"
    assert bool(element.getAttribute("verify")) is not text.startswith("{")


def test_open_badges_2_in_an_svg_names_its_hosted_address():
    element = minidom.parseString(bake_svg(SVG, OB2, Format.OPEN_BADGES_2)).getElementsByTagNameNS("http://openbadges.org", "assertion")[0]
    assert element.getAttribute("verify") == "https://badges.laurel.example/badges/7/ob2.json"
    with pytest.raises(Refused, match="JSON object"):
        bake_svg(SVG, "{nonsense", Format.OPEN_BADGES_2)


def test_an_empty_svg_gets_an_inside():
    for empty in ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<s:svg xmlns:s="http://www.w3.org/2000/svg" />']:
        assert unbake_svg(bake_svg(empty, TOKEN)) == [Baked(Format.OPEN_BADGES_3, TOKEN)]


@pytest.mark.parametrize(
    ("svg", "sentence"),
    [
        ("<html/>", "neither a PNG nor an SVG"),
        ("no markup", "neither a PNG nor an SVG"),
        ("<svg", "neither a PNG nor an SVG"),
        ("<svg/>", "neither a PNG nor an SVG"),
        ('<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "document type"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg xmlns="http://www.w3.org/2000/svg"/>', "document type"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><c:credential xmlns:c="https://purl.imsglobal.org/ob/v3p0">' + LONG + "</c:credential></svg>", "too large"),
        (SVG.replace("<title>", "<c:credential xmlns:c='https://purl.imsglobal.org/ob/v3p0' verify='a.b.c'/>" * 2 + "<title>"), "two badges"),
    ],
)
def test_what_is_no_plain_svg_is_refused(svg, sentence):
    with pytest.raises(Refused, match=sentence):
        unbake_svg(svg)


def test_an_svg_in_another_encoding_is_read():
    assert unbake(bake_svg(SVG.replace("UTF-8", "UTF-16"), TOKEN.replace("UTF-8", "x")).encode("utf-16")) == [Baked(Format.OPEN_BADGES_3, TOKEN)]


def test_the_specifications_own_spellings_are_read():
    # The shapes of the two examples in Open Badges 3.0, section 5.3.2: the prefix is declared at the top.
    top = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" viewBox="0 0 1 1">'
    assert unbake_svg(f'{top}<openbadges:credential verify="{TOKEN}"></openbadges:credential></svg>')[0].text == TOKEN
    spaced = f"{top}<openbadges:credential>\n<![CDATA[\n{TEXT.replace(']]>', '')}\n]]>\n</openbadges:credential></svg>"
    assert json.loads(unbake_svg(spaced)[0].text) == json.loads(TEXT.replace("]]>", ""))
