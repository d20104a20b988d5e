"""Small real files with everything in them that evidence must not tell: places, devices, names, scripts. And hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import pikepdf
from PIL import Image, PngImagePlugin

AUTHOR = "Ana Rivera"
PLACE = {1: "N", 2: (39, 44, 21.0), 3: "W", 4: (104, 59, 25.0)}


def exif(orientation: int = 1) -> Image.Exif:
    """Camera, author, date, place."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x013B], tags[0x0132] = "Invented Camera Co.", "Pocket 3", AUTHOR, "2026:10:14 10:22:05"
    tags[0x0112] = orientation
    tags[0x8825] = PLACE
    return tags


def picture(kind: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (64, 40)) -> bytes:
    """A picture that is dark at the left and light at the right, red in its first corner."""
    image = Image.linear_gradient("L").rotate(90).resize(size).convert("RGB")
    image.paste((255, 0, 0), (0, 0, 8, 8))
    out = io.BytesIO()
    options: dict[str, Any] = {"quality": 95} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    image.save(out, kind, exif=exif(orientation), **options)
    return out.getvalue()


def png_with_words() -> bytes:
    """A PNG with an author, a comment and XMP in its text chunks."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", AUTHOR)
    words.add_itxt("XML:com.adobe.xmp", f"<x><dc:creator>{AUTHOR}</dc:creator></x>")
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "PNG", pnginfo=words)
    return out.getvalue()


def gif() -> bytes:
    """Two frames and a comment."""
    out = io.BytesIO()
    frames = [Image.new("P", (20, 20), colour) for colour in (0, 1)]
    frames[0].putpalette([0, 0, 0, 255, 255, 255])
    frames[1].putpalette([0, 0, 0, 255, 255, 255])
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=AUTHOR.encode(), loop=0)
    return out.getvalue()


def jpeg_segments(*segments: tuple[int, bytes], data: bytes | None = None) -> bytes:
    """A JPEG with further segments (marker, content) behind its start."""
    plain = data or picture()
    return plain[:2] + b"".join(bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content for marker, content in segments) + plain[2:]


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A few hundred kilobytes that unpack to 900 megapixels."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(10_000_000), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4) for kind, body in chunks)


def pdf(**more: Any) -> bytes:
    """A page of text with an author, XMP, a script that runs on opening, an attached file, a comment with a name and a photo with a place.

    ``encrypted`` sets a password, ``restricted`` one that only forbids printing, ``portfolio`` makes it a cover for other files.
    """
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(300, 200))
    font = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica))
    photo = pikepdf.Stream(document, picture())
    photo.update(
        pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=64, Height=40, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8)
    )
    photo[pikepdf.Name.Filter] = pikepdf.Name.DCTDecode
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(Im1=photo))
    page.Contents = pikepdf.Stream(document, b"BT /F1 12 Tf 20 150 Td (Plan by Ms. Rivera) Tj ET q 64 0 0 40 20 50 cm /Im1 Do Q")
    page.Annots = document.make_indirect(
        pikepdf.Array(
            [
                pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 20, 20], T=AUTHOR, M="D:20261014", Contents="Look here"),
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[0, 0, 9, 9],
                    A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://laurel.example/"),
                ),
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[9, 9, 19, 19], A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
                ),
            ]
        )
    )
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('here')")
    document.attachments["secret.txt"] = b"a file in a file"
    with document.open_metadata() as meta:
        meta["dc:creator"] = [AUTHOR]
        meta["xmp:CreatorTool"] = "Invented Writer"
    document.docinfo["/Author"] = AUTHOR
    if more.get("portfolio"):
        document.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
    out = io.BytesIO()
    locks = {"encrypted": pikepdf.Encryption(owner="o", user="u"), "restricted": pikepdf.Encryption(owner="o", allow=pikepdf.Permissions(print_highres=False))}
    lock = next((locks[key] for key in locks if more.get(key)), None)
    document.save(out, encryption=lock or False)
    return out.getvalue()


def package(parts: dict[str, bytes | str], stored: Iterable[str] = ()) -> bytes:
    """A zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CT = "application/vnd.openxmlformats-officedocument."


def docx_parts(**more: bytes | str) -> dict[str, bytes | str]:
    """The parts of a Word document with an author, a tracked change, a comment, a preview, a template path, a custom part and a photo."""
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_CT}wordprocessingml.document.main+xml"/>'
        f'<Override PartName="/customXml/item1.xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships {_R}><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>'
        '<Relationship Id="r3" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/document.xml": f'<w:document {_W}><w:body><w:p w:rsidR="00A1"><w:r><w:t>Plan by Ms. </w:t></w:r>'
        "<w:r><w:t>Riv</w:t></w:r><w:r><w:t>era</w:t></w:r></w:p>"
        f'<w:p><w:ins w:id="1" w:author="{AUTHOR}" w:date="2026-10-14T10:00:00Z"><w:r><w:t>added</w:t></w:r></w:ins></w:p></w:body></w:document>',
        "word/comments.xml": f'<w:comments {_W}><w:comment w:id="1" w:author="{AUTHOR}" w:initials="AR"><w:p><w:r><w:t>why?</w:t></w:r></w:p></w:comment>'
        '<w:comment w:id="2" w:author="Ben Ochoa" w:initials="BO"/></w:comments>',
        "word/settings.xml": f'<w:settings {_W} xmlns:r="{_OFFICE}"><w:attachedTemplate r:id="t1"/><w:rsids><w:rsid w:val="00A1"/></w:rsids></w:settings>',
        "word/_rels/settings.xml.rels": f'<Relationships {_R}><Relationship Id="t1" Type="{_OFFICE}/attachedTemplate" '
        'Target="file:///C:/Users/arivera/Normal.dotm" TargetMode="External"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships {_R}><Relationship Id="i1" Type="{_OFFICE}/image" Target="media/image1.jpg"/>'
        f'<Relationship Id="h1" Type="{_OFFICE}/hyperlink" Target="https://laurel.example/" TargetMode="External"/>'
        f'<Relationship Id="x1" Type="{_OFFICE}/image" Target="http://tracker.example/pixel.png" TargetMode="External"/>'
        f'<Relationship Id="c1" Type="{_OFFICE}/customXml" Target="../customXml/item1.xml"/></Relationships>',
        "word/media/image1.jpg": picture(orientation=6),
        "customXml/item1.xml": f"<owner>{AUTHOR}</owner>",
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:creator>{AUTHOR}</dc:creator><dc:title>Plan</dc:title></cp:coreProperties>",
        "docProps/app.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Company>Cedar Creek</Company></Properties>",
        "docProps/thumbnail.jpeg": picture(),
    } | more


def docx(**more: bytes | str) -> bytes:
    """That document."""
    return package(docx_parts(**more))


def odt(**more: bytes | str) -> bytes:
    """A LibreOffice text with an author, a comment and a preview."""
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    parts: dict[str, bytes | str] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png" manifest:media-type="image/png"/></manifest:manifest>',
        "content.xml": f'<office:document-content {office} xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><office:body>'
        f"<office:text><text:p>Plan<office:annotation><dc:creator>{AUTHOR}</dc:creator><dc:date>2026-10-14T10:00:00</dc:date><text:p>why?</text:p></office:annotation></text:p>"
        "</office:text></office:body></office:document-content>",
        "meta.xml": f'<office:document-meta {office} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:creator>{AUTHOR}</dc:creator></office:meta></office:document-meta>',
        "Thumbnails/thumbnail.png": picture("PNG"),
    }
    return package(parts | more, stored=["mimetype"])


# Film and sound, box by box ------------------------------------------------------------------------------------------------


def box(kind: bytes, *content: bytes) -> bytes:
    """One box of an ISO base media file."""
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4) + kind + body


def _track(number: int, handler: bytes, offset: int, sizes: list[int]) -> bytes:
    full = b"\0\0\0\0"
    dates = (0xE0000000).to_bytes(4) * 2
    entry = (
        box(b"avc1", bytes(6), b"\0\1", bytes(16), b"\0\x40\0\x40", bytes(14), b"\x0bPocket 3 HD".ljust(32, b"\0"), bytes(4))
        if handler == b"vide"
        else box(b"mp4a", bytes(28))
    )
    table = box(
        b"stbl",
        box(b"stsd", full, (1).to_bytes(4), entry),
        box(b"stts", full, (1).to_bytes(4), len(sizes).to_bytes(4), (100).to_bytes(4)),
        box(b"stsc", full, (1).to_bytes(4), struct.pack(">III", 1, len(sizes), 1)),
        box(b"stsz", full, bytes(4), len(sizes).to_bytes(4), b"".join(size.to_bytes(4) for size in sizes)),
        box(b"stco", full, (1).to_bytes(4), offset.to_bytes(4)),
    )
    return box(
        b"trak",
        box(b"tkhd", full, dates, number.to_bytes(4), bytes(68)),
        box(
            b"mdia",
            box(b"mdhd", full, dates, bytes(12)),
            box(b"hdlr", full, bytes(4), handler, bytes(12), b"Invented Camera\0"),
            box(b"minf", box(b"dinf", box(b"dref", full, (1).to_bytes(4), box(b"url ", b"\0\0\0\1"))), table),
        ),
        box(b"udta", box(b"name", b"Camera 1")),
    )


def film(brand: bytes = b"isom", handlers: tuple[bytes, ...] = (b"vide", b"soun"), sensor: bool = False) -> bytes:
    """A film that says where, when and with what it was taken, in the places where phones and cameras write it. The samples are letters, so
    that a test can see which are still there. ``sensor`` adds a track of positions, as action cameras do."""
    samples = {b"vide": b"PICTURES", b"soun": b"SOUNDS", b"meta": b"39.7392,-104.9903"}
    kinds = [*handlers, *([b"meta"] if sensor else [])]
    ftyp = box(b"ftyp", brand, bytes(4), brand)
    data = b"".join(samples[kind] for kind in kinds)
    offsets = [len(ftyp) + 8 + sum(len(samples[k]) for k in kinds[:n]) for n in range(len(kinds))]
    tracks = [_track(n + 1, kind, offsets[n], [len(samples[kind])]) for n, kind in enumerate(kinds)]
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+39.7392-104.9903/"), box(b"\xa9mod", b"\0\x08\0\0Pocket 3"))
    keys = box(b"meta", bytes(4), box(b"keys", b"com.apple.quicktime.author"), box(b"ilst", AUTHOR.encode()))
    movie = box(b"moov", box(b"mvhd", bytes(4), (0xE0000000).to_bytes(4) * 2, bytes(92)), *tracks, place, keys)
    return ftyp + box(b"mdat", data) + movie + box(b"uuid", b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac" + AUTHOR.encode())


def element(identity: int, content: bytes, open_length: bool = False) -> bytes:
    """One EBML element."""
    name = identity.to_bytes((identity.bit_length() + 7) // 8)
    length = b"\x01\xff\xff\xff\xff\xff\xff\xff" if open_length else (len(content) | 1 << 56).to_bytes(8)
    return name + length + content


def webm(live: bool = False, doctype: bytes = b"webm") -> bytes:
    """A WebM film with a title, a date and tags; ``live`` leaves lengths open as a browser's recorder does."""
    info = element(
        0x1549A966,
        element(0x2AD7B1, b"\x0f\x42\x40")
        + element(0x7BA9, AUTHOR.encode())
        + element(0x4461, bytes(8))
        + element(0x4D80, b"Invented")
        + element(0x5741, b"Camera"),
    )
    tracks = element(0x1654AE6B, element(0xAE, element(0xD7, b"\1") + element(0x83, b"\1") + element(0x536E, b"Camera 1") + element(0x86, b"V_VP8")))
    cluster = element(0x1F43B675, element(0xE7, b"\0") + element(0xA3, b"\x81\0\0\x80PICTURES"), live)
    tags = element(0x1254C367, element(0x7373, element(0x67C8, element(0x45A3, b"ARTIST") + element(0x4487, AUTHOR.encode()))))
    head = element(0x1A45DFA3, element(0x4286, b"\1") + element(0x4282, doctype))
    return head + element(0x18538067, info + tracks + cluster + tags, live)


def mp3(frames: int = 6) -> bytes:
    """Silent frames (MPEG-1 layer III, 128 kbit/s, 44.1 kHz) between tags with a name."""
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    text = b"\x03" + AUTHOR.encode()
    tag = b"TPE1" + len(text).to_bytes(4) + b"\0\0" + text
    size = len(tag)
    head = b"ID3\x04\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return head + tag + frame * frames + b"TAG" + AUTHOR.encode().ljust(125, b"\0")


def wav() -> bytes:
    """A few samples with a name in a LIST chunk behind them."""
    fmt = b"fmt " + (16).to_bytes(4, "little") + struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    data = b"data" + (8).to_bytes(4, "little") + b"SAMPLES."
    words = b"LIST" + (22).to_bytes(4, "little") + b"INFOIART" + (10).to_bytes(4, "little") + AUTHOR.encode()
    return b"RIFF" + (4 + len(fmt + data + words)).to_bytes(4, "little") + b"WAVE" + fmt + data + words
