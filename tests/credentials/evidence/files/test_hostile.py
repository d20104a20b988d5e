"""Files that pretend, hide, or hurt; and the one rule that a name counts for nothing."""

from __future__ import annotations

import contextlib
import io
import random
import tracemalloc

import pytest

from credentials.evidence.files import Unusable, clean, intake
from credentials.evidence.files.formats import LIMITS, Group, likely_ending, recognise
from credentials.evidence.files.intake import take
from credentials.evidence.wording import _UNUSABLE, unusable_file
from tests.factories import files

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

HOSTILE = {
    "a program called .pdf": (b"MZ\x90\0" + bytes(600), "program"),
    "a Linux program": (b"\x7fELF" + bytes(600), "program"),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "an SVG with a script": (SVG, "svg"),
    "an SVG without a declaration": (SVG.split(b"\n", 1)[1], "svg"),
    "a web page": (b"<!DOCTYPE html><script>alert(1)</script>", "html"),
    "a web page behind white space": (b"\n\n  <html><body>", "html"),
    "XML": (b"<?xml version='1.0'?><a/>", "xml"),
    "plain text": (b"Just words, nothing else.", "plain-text"),
    "plain text with accents, cut inside a letter": ("Años y niños ".encode() * 700)[:8192] and (("ñ" * 4096).encode()[:8191] + b"\xc3", "plain-text"),
    "nothing at all": (b"", "empty"),
    "zeros": (bytes(2000), "unknown"),
    "noise": (bytes(range(128, 256)) * 20, "unknown"),
    "a PDF that hides behind other bytes": (b"\0\0\0\0" + files.pdf(), "unknown"),
    "a zip that hides behind a program": (b"MZ" + files.docx(), "program"),
    "a plain archive": (files.package({"a.txt": "a"}), "archive"),
    "an archive called .docx": (files.package({"word/document.xml": "<x/>"}), "archive"),
    "a tar archive compressed": (b"\x1f\x8b\x08" + bytes(200), "archive"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-office"),
    "RTF": (b"{\\rtf1 hello}", "rich-text"),
    "a photo from an iPhone": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
    "AVIF": (b"\0\0\0\x18ftypavif\0\0\0\0", "avif"),
    "TIFF": (b"II*\0" + bytes(200), "tiff"),
    "BMP": (b"BM" + bytes(200), "bmp"),
    "AVI": (b"RIFF\x24\0\0\0AVI LIST" + bytes(40), "old-video"),
    "Ogg": (b"OggS" + bytes(200), "ogg"),
    "a JPEG that is only a header": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40), "damaged"),
    "a PNG that is only a header": (b"\x89PNG\r\n\x1a\n" + bytes(40), "damaged"),
    "a GIF that is only a header": (b"GIF89a\1\0\1\0\0\0\0", "damaged"),
    "a PDF that is only a header": (b"%PDF-1.7\n", "cut-off"),
    "a PDF without a page": (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF", "damaged"),
    "a zip with nothing in it": (b"PK\x05\x06" + bytes(18), "unknown"),
    "a film that is only a header": (files.box(b"ftyp", b"isom", bytes(4)), "cut-off"),
    "frames of sound without sound": (b"\xff\xfb\x90\x64" + bytes(100), "damaged"),
    "a bomb of pixels": (files.png_bomb(), "too-many-pixels"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_a_reason(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(Unusable) as refused:
        clean(data, "innocent.pdf")
    assert refused.value.code == code


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("code", sorted({code for _data, code in HOSTILE.values()} | set(_UNUSABLE)))
def test_every_refusal_is_a_sentence_with_a_way_out(code: str) -> None:
    sentence = unusable_file(code, {"megapixels": 900, "most": 80})
    assert sentence.endswith(".")
    assert len(sentence.split()) > 5


SAMPLES = {
    "jpeg": files.picture(),
    "turned": files.picture(orientation=6),
    "png": files.picture("PNG"),
    "webp": files.picture("WEBP", 3),
    "gif": files.gif(),
    "pdf": files.pdf(),
    "docx": files.docx(),
    "odt": files.odt(),
    "film": files.film(sensor=True),
    "webm": files.webm(),
    "live": files.webm(live=True),
    "mp3": files.mp3(),
    "wav": files.wav(),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_was_damaged_anyhow_is_taken_or_refused_and_never_breaks_anything(name: str) -> None:
    chance = random.Random(name)
    for _ in range(60):
        data = bytearray(SAMPLES[name])
        for _ in range(chance.choice((1, 3, 12))):
            at, how = chance.randrange(len(data)), chance.random()
            if how < 0.6:
                data[at] = chance.randrange(256)
            elif how < 0.8:
                data[at : at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"))
            else:
                del data[at : at + chance.randrange(1, 40)]
        # Straight at the cleaners: the door behind them would turn whatever they raise into a refusal.
        with contextlib.suppress(Unusable):
            intake._clean(io.BytesIO(data), len(data), recognise(bytes(data[:8192])), io.BytesIO(), set(Group))


POLYGLOTS = {
    "picture and archive": files.picture() + files.package({"run.exe": b"MZ"}),
    "GIF and script": files.gif() + b"/*<script>alert(1)</script>*/",
    "PDF and archive": files.pdf() + files.package({"run.exe": b"MZ"}) + b"%%EOF",
    "WebM and archive": files.webm() + files.package({"run.exe": b"MZ"}),
    "recording and archive": files.wav() + files.package({"run.exe": b"MZ"}),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_file_that_is_two_things_at_once_is_only_one_afterwards(name: str) -> None:
    kept = clean(POLYGLOTS[name]).data
    for sign in (b"PK\x03\x04", b"PK\x05\x06", b"run.exe", b"<script"):
        assert sign not in kept


@pytest.mark.parametrize(
    ("data", "ending"),
    [(files.pdf(), "pdf"), (files.picture(), "jpg"), (files.docx(), "docx"), (files.film(), "mp4"), (files.mp3(), "mp3")],
)
def test_the_ending_follows_the_content_and_not_the_name(data: bytes, ending: str) -> None:
    assert clean(data, "homework.exe").ending == ending


def test_a_family_that_is_not_asked_for_is_refused_before_it_is_worked_on() -> None:
    with pytest.raises(Unusable) as refused:
        take(io.BytesIO(files.pdf()), {Group.VIDEO}, 10**9)
    assert (refused.value.code, refused.value.facts["group"]) == ("not-wanted", Group.PDF)


@pytest.mark.parametrize(
    ("data", "most"),
    [(files.picture(), 500), (files.pdf(), 500), (files.docx(), 500), (files.film(), 500), (files.mp3(), 500)],
    ids=["picture", "pdf", "office", "film", "sound"],
)
def test_a_file_over_the_limit_is_refused_with_both_numbers(data: bytes, most: int) -> None:
    with pytest.raises(Unusable) as refused:
        take(io.BytesIO(data), Group, most)
    assert refused.value.code == "too-large"
    assert {"megabytes", "most", "group"} <= set(refused.value.facts)


def test_a_picture_may_be_smaller_than_a_film() -> None:
    assert LIMITS[Group.IMAGE] < LIMITS[Group.VIDEO]


def test_a_long_recording_is_cleaned_in_bounded_memory() -> None:
    frames = files.mp3(6)[: -128 - 0][files.mp3(6).index(b"\xff\xfb") :][:417] * 60_000
    source = io.BytesIO(frames)
    tracemalloc.start()
    take(source, Group, 10**9).close()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 25 MB of sound; what is not on disk is at most the part that may stay in memory and the pieces in hand.
    assert len(frames) > 25_000_000
    assert peak < 14_000_000


def test_an_unknown_file_can_be_named_by_its_likely_ending() -> None:
    assert likely_ending(b"8BPS\0\1" + bytes(100)) == ".psd"
    assert likely_ending(b"") == ""
