"""Office documents: what was written stays, who wrote it and on which computer goes."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree
from PIL import Image

from credentials.evidence.files import Unusable, clean
from tests.factories import files

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CT = "application/vnd.openxmlformats-officedocument."


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return parts_of(clean(files.docx()).data)


def test_what_was_taken_out_of_a_word_document_is_named() -> None:
    assert set(clean(files.docx()).stripped) == {
        "author", "camera", "comment_authors", "custom_data", "dates", "editing_history", "location", "paths", "thumbnail", "title",
    }  # fmt: skip


def test_no_part_names_the_author_her_computer_or_her_school(kept: dict[str, bytes]) -> None:
    for word in (b"Ana Rivera", b"arivera", b"Cedar Creek", b"Ben Ochoa", b"Pocket 3", b"2026-10-14"):
        assert [name for name, data in kept.items() if word in data] == []


def test_what_was_written_is_still_there(kept: dict[str, bytes]) -> None:
    assert b"added" in kept["word/document.xml"]
    assert b"why?" in kept["word/comments.xml"]


def test_two_commentators_can_still_be_told_apart(kept: dict[str, bytes]) -> None:
    root = etree.fromstring(kept["word/comments.xml"])
    assert [value for node in root for key, value in node.attrib.items() if key.endswith("author")] == ["Author 1", "Author 2"]


def test_previews_and_hidden_parts_go_with_every_mention_of_them(kept: dict[str, bytes]) -> None:
    assert not {"docProps/thumbnail.jpeg", "customXml/item1.xml"} & set(kept)
    assert b"thumbnail" not in kept["_rels/.rels"]
    assert b"customXml" not in kept["word/_rels/document.xml.rels"]
    assert b"customXml" not in kept["[Content_Types].xml"]


def test_a_picture_from_elsewhere_no_longer_calls_home_but_a_link_stays(kept: dict[str, bytes]) -> None:
    assert b"tracker.example" not in kept["word/_rels/document.xml.rels"]
    assert b"https://laurel.example/" in kept["word/_rels/document.xml.rels"]


def test_a_photo_in_a_document_loses_its_place_and_keeps_how_it_is_turned(kept: dict[str, bytes]) -> None:
    with Image.open(io.BytesIO(kept["word/media/image1.jpg"])) as image:
        assert dict(image.getexif()) == {0x0112: 6}
        assert image.size == (64, 40)


def test_the_words_of_a_document_are_read_across_the_runs_that_word_cuts_them_into() -> None:
    assert "Rivera" in clean(files.docx()).words


def spreadsheet(**more: bytes | str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_CT}spreadsheetml.sheet.main+xml"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"><fileSharing userName="Ana Rivera"/>'
        '<mc:AlternateContent><mc:Choice Requires="x15"><x15ac:absPath url="C:\\Users\\arivera\\"/></mc:Choice></mc:AlternateContent><sheets/></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}" xmlns:r="{_OFFICE}"><sheetData/><pageSetup orientation="portrait" r:id="rId1"/></worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/printerSettings" Target="../printerSettings/printerSettings1.bin"/></Relationships>',
        "xl/printerSettings/printerSettings1.bin": b"HP of room 12 (Ana Rivera)",
        "xl/comments1.xml": f'<comments xmlns="{main}"><authors><author>Ana Rivera</author></authors>'
        '<commentList><comment ref="A1" authorId="0"><text><r><t>Ana Rivera:</t></r>'
        "<r><t>\nlook</t></r></text></comment></commentList></comments>",
        "xl/persons/person.xml": '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<person displayName="Ana Rivera" id="{1}" '
        'userId="ana@laurel.example" providerId="AD"/></personList>',
        "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{main}" refreshedBy="Ana Rivera" refreshedDate="46000.5"/>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/externalLinkPath" Target="file:///C:\\Users\\arivera\\marks.xlsx" TargetMode="External"/></Relationships>',
    }
    return files.package(parts | more)


def test_a_workbook_forgets_who_made_it_where_it_lay_and_where_it_was_printed() -> None:
    kept = clean(spreadsheet())
    parts = parts_of(kept.data)
    for word in (b"Ana Rivera", b"arivera", b"ana@laurel.example", b"HP of room 12"):
        assert [name for name, data in parts.items() if word in data] == []
    assert {"author", "comment_authors", "paths", "printer"} <= set(kept.stripped)
    assert b"r:id" not in parts["xl/worksheets/sheet1.xml"]
    assert b"AlternateContent" not in parts["xl/workbook.xml"]
    assert b"look" in parts["xl/comments1.xml"]
    assert b'Target="marks.xlsx"' in parts["xl/externalLinks/_rels/externalLink1.xml.rels"]


def slides(**more: bytes | str) -> bytes:
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/ppt/presentation.xml" '
        f'ContentType="{_CT}presentationml.presentation.main+xml"/></Types>',
        "ppt/presentation.xml": '<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"/>',
        "ppt/commentAuthors.xml": '<p:cmAuthorLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
        '<p:cmAuthor id="0" name="Ana Rivera" initials="AR"/></p:cmAuthorLst>',
        "ppt/changesInfos/changesInfo1.xml": "<x>Ana Rivera</x>",
        "ppt/media/media1.mp4": files.film(),
    }
    return files.package(parts | more)


def test_slides_forget_their_editors_and_a_film_inside_forgets_its_place() -> None:
    kept = clean(slides())
    parts = parts_of(kept.data)
    for word in (b"Ana Rivera", b"39.7392", b"Pocket 3"):
        assert [name for name, data in parts.items() if word in data] == []
    assert "ppt/changesInfos/changesInfo1.xml" not in parts
    assert b"PICTURES" in parts["ppt/media/media1.mp4"]
    assert {"comment_authors", "editing_history", "location"} <= set(kept.stripped)


def test_a_document_inside_a_document_is_cleaned_too() -> None:
    inner = parts_of(clean(slides(**{"ppt/embeddings/Sheet1.xlsx": spreadsheet()})).data)["ppt/embeddings/Sheet1.xlsx"]
    assert all(b"Ana Rivera" not in data for data in parts_of(inner).values())


def test_documents_inside_documents_inside_documents_are_refused() -> None:
    deep = slides(**{"ppt/embeddings/a.pptx": slides(**{"ppt/embeddings/b.pptx": slides(**{"ppt/embeddings/c.xlsx": spreadsheet()})})})
    with pytest.raises(Unusable) as refused:
        clean(deep)
    assert refused.value.code == "office-nested"


def test_a_libreoffice_text_forgets_its_author_and_keeps_the_order_its_format_demands() -> None:
    kept = clean(files.odt())
    parts = parts_of(kept.data)
    assert next(iter(parts)) == "mimetype"
    assert kept.data[30:38] == b"mimetype"
    assert all(b"Ana Rivera" not in data and b"2026-10-14" not in data for data in parts.values())
    assert "Thumbnails/thumbnail.png" not in parts
    assert b"Thumbnails" not in parts["META-INF/manifest.xml"]
    assert b"why?" in parts["content.xml"]
    assert set(kept.stripped) == {"author", "comment_authors", "dates", "thumbnail"}


def test_the_same_document_gives_the_same_bytes_whenever_it_is_cleaned() -> None:
    assert clean(files.docx()).data == clean(files.docx()).data


MACRO_TYPES = files.docx_parts()["[Content_Types].xml"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/vbaProject.bin": b"macro"}, "macros"),
        ({"word/activeX/activeX1.xml": b"<x/>"}, "macros"),
        ({"[Content_Types].xml": str(MACRO_TYPES).replace("wordprocessingml.document.main", "ms-word.document.macroEnabled.main")}, "macros"),
        ({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}, "office-object"),
        ({"word/embeddings/run.exe": b"MZ"}, "office-object"),
        ({"word/media/film.avi": b"RIFF    AVI "}, "office-media"),
        ({"word/media/image2.png": b"not a picture"}, "damaged"),
        ({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "damaged"),
        ({"word/document.xml": "<w:document"}, "damaged"),
        ({"../../outside.xml": "<x/>"}, "damaged"),
        ({"WORD/document.xml": "<x/>"}, "damaged"),
        ({"word/zeros.xml": b"0" * 30_000_000}, "bomb"),
    ],
)
def test_a_document_that_acts_hides_or_hurts_is_refused(parts: dict[str, bytes | str], code: str) -> None:
    with pytest.raises(Unusable) as refused:
        clean(files.docx(**parts))
    assert refused.value.code == code


def test_a_directory_that_lies_about_sizes_does_not_help_a_bomb() -> None:
    honest = files.docx(**{"word/media/big.emf": b"\1\0\0\0" + b"0" * 120_000_000})
    # The directory says 1 kB where 120 MB come out.
    lying = honest.replace((120_000_004).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(Unusable):
        clean(lying)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (files.odt(**{"Basic/Standard/Module1.xml": "<x/>"}), "macros"),
        (files.odt(**{"META-INF/manifest.xml": "<m><encryption-data/></m>"}), "office-protected"),
        (files.odt(mimetype="application/vnd.oasis.opendocument.database"), "office-kind"),
        (files.package({"notes.txt": "hello"}), "archive"),
        (files.package({"[Content_Types].xml": "<Types/>"}), "office-kind"),
    ],
)
def test_what_only_looks_like_a_document_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        clean(data)
    assert refused.value.code == code
