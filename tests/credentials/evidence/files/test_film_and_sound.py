"""Film and sound: the samples stay where they are, everything around them falls silent."""

from __future__ import annotations

import io

import pytest

from credentials.evidence.files import Unusable, clean
from credentials.evidence.files.patching import Patches
from credentials.evidence.files.sound import frame_length
from tests.factories import files

TELLING = (b"Ana", b"39.7392", b"104.9903", b"Pocket 3", b"Invented Camera", b"Camera 1")


@pytest.mark.parametrize(("brand", "ending"), [(b"isom", "mp4"), (b"mp42", "mp4"), (b"3gp6", "mp4"), (b"qt  ", "mov")])
def test_a_film_keeps_its_length_its_samples_and_nothing_that_tells(brand: bytes, ending: str) -> None:
    given = files.film(brand)
    kept = clean(given)
    assert (kept.ending, len(kept.data)) == (ending, len(given))
    assert kept.data.index(b"PICTURES") == given.index(b"PICTURES")
    assert [word for word in TELLING if word in kept.data] == []
    assert {"author", "camera", "dates", "location"} <= set(kept.stripped)


def test_a_recording_without_pictures_is_sound() -> None:
    kept = clean(files.film(b"M4A ", (b"soun",)))
    assert (kept.kind, kept.ending, kept.media_type) == ("audio", "m4a", "audio/mp4")


def test_a_sensor_track_goes_with_its_samples() -> None:
    given = files.film(sensor=True)
    kept = clean(given)
    assert b"39.7392,-104.9903" in given
    assert b"39.7392" not in kept.data
    assert b"PICTURESSOUNDS" in kept.data
    assert "telemetry" in kept.stripped


def test_times_of_a_film_become_zero() -> None:
    kept = clean(files.film()).data
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        at = kept.index(kind) + 8
        assert kept[at : at + 8] == bytes(8)


def test_a_film_is_read_box_by_box_as_before() -> None:
    def kinds(data: bytes) -> list[bytes]:
        found, at = [], 0
        while at < len(data):
            found.append(data[at + 4 : at + 8])
            at += int.from_bytes(data[at : at + 4])
        return found

    assert kinds(files.film()) == [b"ftyp", b"mdat", b"moov", b"uuid"]
    assert kinds(clean(files.film()).data) == [b"ftyp", b"mdat", b"moov", b"free"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (files.film()[:-40], "cut-off"),
        (files.film()[:60], "cut-off"),
        (files.film().replace(b"moov", b"xxxx"), "cut-off"),
        (files.film().replace(b"avc1", b"encv"), "film-protected"),
        (files.film().replace(b"url \0\0\0\1", b"url \0\0\0\0"), "film-unclear"),
        (files.film(handlers=(b"meta",)), "film-unclear"),
        (files.film() + files.box(b"moof", files.box(b"traf", files.box(b"tfhd", b"\0\0\0\1", bytes(12)))), "film-unclear"),
        (files.film(sensor=True) + files.box(b"moof"), "film-unclear"),
        (files.film() + b"PK\x03\x04 something behind", "film-unclear"),
    ],
    ids=[
        "end missing",
        "index missing",
        "no index",
        "protected",
        "samples elsewhere",
        "no pictures",
        "absolute fragments",
        "sensor in fragments",
        "something behind",
    ],
)
def test_a_film_that_cannot_be_cleaned_for_certain_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        clean(data)
    assert refused.value.code == code


def test_a_film_whose_samples_lie_beyond_its_end_is_refused() -> None:
    given = files.film()
    at = given.index(b"stco") + 12
    with pytest.raises(Unusable) as refused:
        clean(given[:at] + (10**6).to_bytes(4) + given[at + 4 :])
    assert refused.value.code == "cut-off"


@pytest.mark.parametrize("live", [False, True])
def test_a_webm_keeps_its_pictures_and_nothing_that_tells(live: bool) -> None:
    given = files.webm(live)
    kept = clean(given)
    assert (kept.ending, len(kept.data)) == ("webm", len(given))
    assert kept.data.index(b"PICTURES") == given.index(b"PICTURES")
    assert [word for word in (b"Ana", b"Invented", b"Camera", b"ARTIST") if word in kept.data] == []
    assert set(kept.stripped) == {"dates", "properties", "software", "title"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (files.webm()[:-30], "cut-off"),
        (files.webm(live=True)[:120], "cut-off"),
        (files.webm(doctype=b"matroska"), "matroska"),
        (b"\x1aE\xdf\xa3" + bytes(100), "damaged"),
    ],
)
def test_a_webm_that_is_not_whole_or_not_webm_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        clean(data)
    assert refused.value.code == code


def test_what_stands_behind_a_webm_is_cut_off() -> None:
    kept = clean(files.webm() + b"PK\x03\x04hidden")
    assert b"hidden" not in kept.data
    assert "hidden_data" in kept.stripped


def test_an_mp3_is_its_frames_and_nothing_else() -> None:
    kept = clean(files.mp3(6))
    assert kept.data == (b"\xff\xfb\x90\x64" + bytes(413)) * 6
    assert set(kept.stripped) == {"author", "title"}


def test_an_mp3_with_something_hidden_behind_it_is_refused() -> None:
    with pytest.raises(Unusable) as refused:
        clean(files.mp3().replace(b"TAG", b"ZIP"))
    assert refused.value.code == "damaged"


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"\xff\xfb\x90\x64", 417),  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz
        (b"\xff\xfb\x92\x64", 418),  # the same, padded
        (b"\xff\xf3\x80\xc4", 208),  # MPEG-2 layer III, 64 kbit/s, 22.05 kHz
        (b"\xff\xfb\xf0\x64", None),  # no such rate
        (b"\xff\xe9\x90\x64", None),  # a reserved version
        (b"PK\x03\x04", None),
        (b"\xff", None),
    ],
)
def test_the_length_of_a_frame_follows_from_its_header(head: bytes, length: int | None) -> None:
    assert frame_length(head) == length


def test_a_wav_is_its_format_and_its_samples() -> None:
    kept = clean(files.wav())
    assert b"SAMPLES." in kept.data
    assert files.AUTHOR.encode() not in kept.data
    assert int.from_bytes(kept.data[4:8], "little") == len(kept.data) - 8


@pytest.mark.parametrize("data", [files.wav()[:45], files.wav().replace(b"data", b"dato"), files.wav().replace(b"fmt ", b"fmt0")])
def test_a_wav_that_is_not_whole_is_refused(data: bytes) -> None:
    with pytest.raises(Unusable):
        clean(data)


@pytest.mark.parametrize("pieces", [1 << 20, 5])
def test_patches_land_where_they_should_whatever_the_pieces(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credentials.evidence.files.patching._PIECE", pieces)
    patches = Patches()
    patches.put(2, b"abcdef")
    patches.blank(4, 6)
    patches.put(9, b"z")
    out = io.BytesIO()
    patches.write(io.BytesIO(b"0123456789"), 10, out)
    assert out.getvalue() == b"01ab\0\0ef8z"
