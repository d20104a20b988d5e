"""PDF: readable as before, silent about its maker, and unable to act."""

from __future__ import annotations

import io

import pikepdf
import pytest

from credentials.evidence.files import Unusable, clean
from tests.factories import files


@pytest.fixture(scope="module")
def kept() -> bytes:
    return clean(files.pdf()).data


def test_what_was_taken_out_is_named() -> None:
    assert set(clean(files.pdf()).stripped) == {
        "actions", "author", "camera", "comment_authors", "dates", "embedded_files", "location", "paths", "properties", "scripts", "software",
    }  # fmt: skip


def test_no_name_place_or_device_is_left_even_inside_compressed_parts(kept: bytes) -> None:
    with pikepdf.open(io.BytesIO(kept)) as document:
        everything = b"".join(obj.read_raw_bytes() for obj in document.objects if isinstance(obj, pikepdf.Stream))
        everything += b"".join(bytes(obj.unparse()) for obj in document.objects if not isinstance(obj, pikepdf.Stream))
    for word in (files.AUTHOR.encode(), b"Pocket 3", b"Invented Writer", b"a file in a file", b"cmd.exe"):
        assert word not in everything


def test_nothing_acts_any_more(kept: bytes) -> None:
    with pikepdf.open(io.BytesIO(kept)) as document:
        assert "/OpenAction" not in document.Root
        assert "/Metadata" not in document.Root
        assert "/Info" not in document.trailer
        assert len(document.attachments) == 0
        actions = [str(annotation.A.S) for annotation in document.pages[0].Annots if "/A" in annotation]
    assert actions == ["/URI"]


def test_the_page_and_its_comment_are_still_there(kept: bytes) -> None:
    with pikepdf.open(io.BytesIO(kept)) as document:
        page = document.pages[0]
        assert b"Plan by Ms. Rivera" in page.Contents.read_bytes()
        comment = next(annotation for annotation in page.Annots if annotation.Subtype == pikepdf.Name.Text)
        assert str(comment.Contents) == "Look here"
        assert "/T" not in comment
        picture = page.Resources.XObject.Im1.read_raw_bytes()
    assert picture.startswith(b"\xff\xd8")
    assert b"Exif" not in picture


def test_its_words_are_read_for_the_look_at_names() -> None:
    assert "Rivera" in clean(files.pdf()).words


@pytest.mark.parametrize(("how", "code"), [("encrypted", "pdf-protected"), ("restricted", "pdf-protected"), ("portfolio", "pdf-portfolio")])
def test_a_pdf_that_is_locked_or_a_cover_for_others_is_refused(how: str, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        clean(files.pdf(**{how: True}))
    assert refused.value.code == code


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_pdf_that_was_cut_off_is_refused(share: float) -> None:
    whole = files.pdf()
    with pytest.raises(Unusable) as refused:
        clean(whole[: int(len(whole) * share)])
    assert refused.value.code == "cut-off"


def test_earlier_revisions_of_a_pdf_are_gone() -> None:
    first = files.pdf()
    with pikepdf.open(io.BytesIO(first)) as document:
        document.pages[0].Contents = pikepdf.Stream(document, b"BT (Second thoughts) Tj ET")
        later = io.BytesIO()
        document.save(later)
    # An incremental update: the new objects behind the old ones, as editors write them.
    both = first + b"\n" + later.getvalue()
    assert b"a file in a file" not in clean(both).data


def test_a_font_that_is_called_like_an_action_stays() -> None:
    document = pikepdf.new()
    page = document.add_blank_page()
    font = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(AA=font, JS=font, AF=font, Metadata=font))
    out = io.BytesIO()
    document.save(out)
    with pikepdf.open(io.BytesIO(clean(out.getvalue()).data)) as kept:
        assert set(kept.pages[0].Resources.Font.keys()) == {"/AA", "/JS", "/AF", "/Metadata"}


def test_a_signature_and_its_certificate_go() -> None:
    document = pikepdf.new()
    page = document.add_blank_page()
    signature = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, Name=files.AUTHOR, Contents=b"certificate of Ana"))
    field = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[0, 0, 1, 1], FT=pikepdf.Name.Sig, T="signature", V=signature)
    )
    page.Annots = pikepdf.Array([field])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)
    out = io.BytesIO()
    document.save(out)
    kept = clean(out.getvalue())
    assert "signatures" in kept.stripped
    with pikepdf.open(io.BytesIO(kept.data)) as cleaned:
        assert "/V" not in cleaned.Root.AcroForm.Fields[0]
        assert not any(isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == pikepdf.Name.Sig for obj in cleaned.objects)
