"""The certificate as a PDF: what somebody would frame. The same award gives the same bytes."""

from __future__ import annotations

import io

import segno

from core import mail, pdf
from core.web import address
from credentials.badges import queries
from credentials.badges.art import badge_png
from credentials.badges.award_facts import issuer_of
from credentials.badges.models import Award
from credentials.badges.pictures import svg_of_award
from credentials.badges.wording import how_judged

#: 96 mm wide on the sheet, at some 265 dots to the inch.
PIXELS = 1000


def qr(text: str) -> bytes:
    """A QR code of ``text`` as SVG, dark on nothing, with error correction good enough for a creased sheet of paper."""
    out = io.BytesIO()
    code = segno.make(text, error="q", micro=False)
    code.save(out, kind="svg", border=0, dark="#143f31", light=None, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return out.getvalue()


def render(award: Award) -> bytes:
    """The certificate of this award, in its holder's language, dated by the award and not by the printing. Takes about a second."""
    page = address("badges.show", uuid=award.uuid)
    version = award.credential_version
    # As pixels: the PDF renderer does not draw every gradient of the SVG.
    assets = {"badge": (badge_png(svg_of_award(award), PIXELS), "image/png"), "qr": (qr(page), "image/svg+xml")}
    with mail.in_language_of(award.person):
        return pdf.render(
            "print/certificate.html",
            assets=assets,
            created=award.issued_at,
            paper="Letter landscape",
            award=award,
            content=version.parsed(),
            issuer=issuer_of(queries.district(), award.micro_credential.issuer),
            page=page,
            judged=how_judged(queries.reviews_of(award)),
        )
