"""Pictures keep every pixel and lose what they tell about their maker."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from credentials.evidence.files import Unusable, clean
from credentials.evidence.files.pictures import MOST_PIXELS, clean_scan
from tests.factories import files

KINDS = ["JPEG", "PNG", "WEBP"]


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_an_upright_picture_loses_its_metadata_and_not_one_pixel(kind: str) -> None:
    given = files.picture(kind)
    kept = clean(given)
    assert pixels(kept.data) == pixels(given)
    with Image.open(io.BytesIO(kept.data)) as image:
        assert dict(image.getexif()) == {}
        assert "xmp" not in image.info
    assert set(kept.stripped) == {"author", "camera", "dates", "location"}
    assert files.AUTHOR.encode() not in kept.data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("orientation", "corner"), [(3, (63, 39)), (6, (39, 0)), (8, (0, 63))])
def test_a_picture_taken_sideways_is_turned_before_its_exif_goes(kind: str, orientation: int, corner: tuple[int, int]) -> None:
    kept = clean(files.picture(kind, orientation))
    with Image.open(io.BytesIO(kept.data)) as image:
        assert dict(image.getexif()) == {}
        assert image.size == ((64, 40) if orientation == 3 else (40, 64))
        red, green, blue = image.convert("RGB").getpixel(corner)
    assert red > 200
    assert green < 60
    assert blue < 60


def test_words_and_xmp_in_a_png_go() -> None:
    kept = clean(files.png_with_words())
    assert kept.stripped == ("author",)
    assert b"tEXt" not in kept.data
    assert b"iTXt" not in kept.data


def test_a_gif_keeps_its_frames_and_loses_its_comment() -> None:
    kept = clean(files.gif())
    assert kept.stripped == ("comments",)
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.n_frames == 2
        assert image.info.get("loop") == 0
        assert "comment" not in image.info


@pytest.mark.parametrize(
    ("marker", "content", "code"),
    [
        (0xFE, b"by Ana Rivera", "comments"),
        (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0f\x1c\x02\x50\0\nAna Rivera", "title"),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><exif:GPSLatitude>39</exif:GPSLatitude></x:xmpmeta>", "location"),
        (0xE2, b"MPF\0II*\0Ana Rivera", "thumbnail"),
        (0xEB, b"JP\0\1Ana Rivera", "custom_data"),
    ],
)
def test_every_other_segment_of_a_jpeg_goes(marker: int, content: bytes, code: str) -> None:
    kept = clean(files.jpeg_segments((marker, content)))
    assert code in kept.stripped
    assert content not in kept.data


def test_the_colour_profile_of_a_jpeg_stays() -> None:
    profile = b"ICC_PROFILE\0\x01\x01" + bytes(200)
    assert profile in clean(files.jpeg_segments((0xE2, profile))).data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_is_cut_off(kind: str) -> None:
    hidden = files.package({"run.exe": b"MZ not a picture"})
    kept = clean(files.picture(kind) + hidden)
    assert "hidden_data" in kept.stripped
    assert hidden not in kept.data
    assert b"PK\x03\x04" not in kept.data


@pytest.mark.parametrize("kind", [*KINDS, "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_picture_that_was_cut_off_is_refused(kind: str, share: float) -> None:
    whole = files.gif() if kind == "GIF" else files.picture(kind, size=(200, 150))
    # The last bytes of a JPEG's scan may be missing without harm; a twentieth of the file may not.
    with pytest.raises(Unusable) as refused:
        clean(whole[: int(len(whole) * share)])
    assert refused.value.code == "damaged"


def test_a_picture_of_more_pixels_than_fit_in_memory_is_refused_unopened() -> None:
    with pytest.raises(Unusable) as refused:
        clean(files.png_bomb())
    assert refused.value.code == "too-many-pixels"


def test_a_picture_just_over_the_limit_is_refused() -> None:
    side = int(MOST_PIXELS**0.5) + 1
    with pytest.raises(Unusable) as refused:
        clean(files.png_bomb(side, side))
    assert refused.value.code == "too-many-pixels"


def test_a_png_that_unpacks_to_more_rows_than_it_says_is_refused() -> None:
    with pytest.raises(Unusable) as refused:
        clean(files.png_bomb(100, 100))
    assert refused.value.code == "damaged"


def test_a_jpeg_inside_a_pdf_may_lack_its_end() -> None:
    whole = files.picture()
    cleaned, stripped = clean_scan(whole.removesuffix(b"\xff\xd9"))
    assert pixels(cleaned) == pixels(whole)
    assert "location" in stripped


def test_a_jpeg_inside_a_pdf_that_cannot_be_taken_apart_is_refused_if_it_tells_something() -> None:
    with pytest.raises(Unusable):
        clean_scan(b"\xff\xd8\xff\xe1\xff\xffExif\0\0broken")
    assert clean_scan(b"no jpeg at all") == (b"no jpeg at all", set())
