"""Real evidence files, made here: a lesson plan as PDF, a photo that says where it was taken, and a reflection as an Office file.

Each carries what a real one carries and a platform must take out: an author's name, a camera, coordinates.
"""

from __future__ import annotations

import io
import random
import zipfile
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFilter
from weasyprint import HTML

_PLAN = """
<html lang="en"><head><title>{title}</title><meta name="author" content="{author}">
<style>@page {{ size: Letter; margin: 2cm }} body {{ font: 11pt/1.5 sans-serif; color: #222 }}
h1 {{ font-size: 20pt }} h2 {{ font-size: 13pt; margin-top: 16pt }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ border: 1px solid #999; padding: 5pt; text-align: left; vertical-align: top }}</style></head><body>
<h1>{title}</h1><p>Two lessons of 45 minutes. The class names what it is working on, tries, looks at its own work and plans the next try.</p>
<h2>What students will be able to say</h2><ul><li>This is what I understand now.</li>
<li>This is where I am stuck, and what I will try next.</li><li>This is how my work changed between Monday and Thursday.</li></ul>
<h2>Sequence</h2><table><tr><th>Minutes</th><th>What happens</th><th>What I look and listen for</th></tr>
<tr><td>0 to 8</td><td>A worked example with one mistake in it. Pairs find it and say why it is tempting.</td><td>Reasons, not answers.</td></tr>
<tr><td>8 to 25</td><td>Own attempt on the mini whiteboard, three rounds with a hint between rounds.</td><td>Who uses the hint, who waits.</td></tr>
<tr><td>25 to 38</td><td>Gallery walk with two kinds of note: "I can see that…" and "Have you thought of…".</td>
<td>Notes about the work, none about the person.</td></tr>
<tr><td>38 to 45</td><td>Exit slip: one sentence on what changed, one on what is next.</td><td>Next steps that somebody could take tomorrow.</td></tr></table>
<h2>After the first lesson</h2><p>Seven of twenty-four slips named a next step that was only "practise more". On Thursday
we opened with three of them, without names, and rewrote them together.</p>
</body></html>
"""


def lesson_plan(title: str, author: str) -> bytes:
    """A two-lesson plan as PDF, with its author in the document information."""
    return HTML(string=_PLAN.format(title=escape(title), author=escape(author))).write_pdf()


def photo(seed: int, latitude: float = 39.123, longitude: float = -105.456) -> bytes:
    """A photo of a classroom wall with sticky notes, as JPEG with camera and coordinates in its EXIF data."""
    draw_from = random.Random(seed)
    picture = Image.new("RGB", (1600, 1200), "#d9cdb8")
    pen = ImageDraw.Draw(picture)
    for y in range(1200):
        shade = 225 - y // 14
        pen.line([(0, y), (1600, y)], fill=(shade, shade - 12, shade - 34))
    pen.rectangle([90, 90, 1510, 900], fill="#fbfbf7", outline="#8d8171", width=14)
    for _ in range(26):
        x, y = draw_from.randrange(140, 1330), draw_from.randrange(130, 740)
        colour = draw_from.choice(["#ffe27a", "#ffb38a", "#a8d8b9", "#9fc7e8", "#e9b7d4"])
        note = Image.new("RGBA", (150, 150), colour)
        ink = ImageDraw.Draw(note)
        for line in range(4):
            ink.line([(16, 34 + line * 26), (16 + draw_from.randrange(60, 120), 34 + line * 26)], fill="#44403a", width=4)
        turned = note.rotate(draw_from.uniform(-9, 9), expand=True, resample=Image.Resampling.BICUBIC)
        picture.paste(turned, (x, y), turned)
    pen.rectangle([0, 980, 1600, 1200], fill="#7a5c3e")
    picture = picture.filter(ImageFilter.GaussianBlur(0.6))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Invented Camera Co.", "Pocket 3", "2026:10:14 10:22:05"
    exif[0x013B] = "A Teacher's Name"
    exif[0x8825] = {1: "N", 2: (int(latitude), int(latitude % 1 * 60), 12.3), 3: "W", 4: (int(-longitude), int(-longitude % 1 * 60), 45.6)}
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OPC = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_KIND = "application/vnd.openxmlformats-officedocument"
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"


def reflection(author: str, paragraphs: list[str]) -> bytes:
    """A Word document with its author, company and revision count in the properties."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    overrides = {
        "word/document.xml": f"{_KIND}.wordprocessingml.document.main+xml",
        "docProps/core.xml": _CORE,
        "docProps/app.xml": f"{_KIND}.extended-properties+xml",
    }
    relations = {
        "word/document.xml": f"{_OFFICE}/relationships/officeDocument",
        "docProps/core.xml": f"{_OPC}/relationships/metadata/core-properties",
        "docProps/app.xml": f"{_OFFICE}/relationships/extended-properties",
    }
    parts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_OPC}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
        + "</Types>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_OPC}/relationships">'
        + "".join(f'<Relationship Id="rId{n}" Type="{kind}" Target="{name}"/>' for n, (name, kind) in enumerate(relations.items(), start=1))
        + "</Relationships>",
        "word/document.xml": f'{_XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}<w:sectPr/></w:body></w:document>",
        "docProps/core.xml": f'{_XML}<cp:coreProperties xmlns:cp="{_OPC}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>{escape(author)}</dc:creator><cp:lastModifiedBy>{escape(author)}</cp:lastModifiedBy><cp:revision>7</cp:revision>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2026-10-15T18:20:00Z</dcterms:created></cp:coreProperties>',
        "docProps/app.xml": f'{_XML}<Properties xmlns="{_OFFICE}/extended-properties"><Application>Invented Writer</Application>'
        "<Company>Invented School</Company></Properties>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()
