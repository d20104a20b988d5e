"""The page of an award: what was shown, by which rubric, how it was judged, and whether it is genuine."""

from __future__ import annotations

import urllib.parse
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import clock
from core.access import me, opened, requires
from core.db import transaction
from core.web import address
from credentials.badges import notices, policy, queries, resolvers, services
from credentials.badges.award_facts import issuer_of
from credentials.badges.forms import RevokeForm, ShareForm
from credentials.badges.models import Award
from credentials.badges.rules import Sharing, Standing, list_needs_signing
from credentials.badges.verify import is_valid, verify
from credentials.badges.views import negotiation
from credentials.badges.views.blueprint import bp
from credentials.badges.views.files import answer, as_json, by_address, signed
from credentials.badges.wording import CHECKS, SHARINGS, STANDINGS, check_sentence, how_judged, standing_sentence
from credentials.catalogue import presentation
from people.limits import limiter

Answer = str | Response | tuple[str, int]
_TONES = {True: "good", False: "bad", None: "wait"}


@bp.get("/badges/<uuid:uuid>")
@opened(uuid=by_address)
def show(uuid: Award) -> Response:
    """The badge: a page for people, JSON for whoever does not put HTML first."""
    if not negotiation.wants_page():
        return as_json(uuid)
    return _page(uuid)


@bp.get("/badges/<uuid:uuid>/check")
@opened(uuid=by_address)
@limiter.limit("60 per minute")
def check(uuid: Award) -> Response:
    """The badge's page after our verifier ran, now, on the credential that the addresses serve."""
    award = signed(uuid)
    assert award.credential is not None
    entry = resolvers.our_list(str(award.credential["credentialStatus"]["statusListCredential"]))
    if entry is not None and list_needs_signing(clock.now(), entry.valid_until):
        with transaction():
            services.ensure_list_signed(entry)
    found = verify(award.credential, resolvers.Ours(), now=clock.now())
    checks = [{"title": CHECKS[one.name], "text": check_sentence(one), "tone": _TONES[one.ok]} for one in found]
    return _page(award, checks=checks, genuine=is_valid(found))


def _page(award: Award, form: ShareForm | None = None, **more: Any) -> Response:
    content = award.credential_version.parsed()
    here, key = {"uuid": award.uuid}, request.args.get("key")
    # The key goes along to the files, so that whoever was given the link can open them as well.
    passed = {"key": key} if key and not policy.is_insider(me(), award) else {}
    holder = policy.is_holder(me(), award)
    named = award.shows_name or policy.is_insider(me(), award)
    page = render_template(
        "badges/show.html",
        award=award,
        content=content,
        issuer=issuer_of(queries.district(), award.micro_credential.issuer),
        standing=STANDINGS[award.standing],
        standing_sentence=standing_sentence(award),
        revoked=award.standing is Standing.REVOKED,
        rubric_criteria=presentation.rubric_of(content),
        chosen={key: result.get("level") for key, result in award.results.items() if result.get("met")},
        judged=how_judged(queries.reviews_of(award)),
        named=named,
        holder=holder,
        may_certificate=award.revoked_at is None and policy.can_have_certificate(me(), award, key),
        passed=passed,
        address=address("badges.show", **here),
        image=address("badges.png", **here),
        form=(form or ShareForm(formdata=None, visibility=award.visibility, shows_name=award.shows_name)) if holder else None,
        sharing=SHARINGS[award.sharing],
        link=_link(award),
        linkedin=_linkedin(award),
        **more,
    )
    return answer(make_response(page), award)


def _link(award: Award) -> str:
    """The address to give away, as the holder chose: with its secret for those with the link, plain for everybody."""
    plain = address("badges.show", uuid=award.uuid)
    return f"{plain}?{urllib.parse.urlencode({'key': award.link_secret})}" if award.sharing is Sharing.LINK else plain


def _linkedin(award: Award) -> str:
    """The form in which LinkedIn takes a certification, filled in. Its fields are those of LinkedIn's "Add to profile"."""
    issued, until = clock.day_of(award.issued_at), award.valid_until
    fields: dict[str, object] = {
        "startTask": "CERTIFICATION_NAME",
        "name": award.credential_version.title,
        "organizationName": award.micro_credential.issuer,
        "issueYear": issued.year,
        "issueMonth": issued.month,
    }
    if until is not None:
        fields |= {"expirationYear": clock.day_of(until).year, "expirationMonth": clock.day_of(until).month}
    fields |= {"certUrl": address("badges.show", uuid=award.uuid), "certId": str(award.uuid)}
    return "https://www.linkedin.com/profile/add?" + urllib.parse.urlencode(fields)


@bp.post("/badges/<uuid:uuid>/share")
@requires(policy.can_share, uuid=queries.own)
def share(uuid: Award) -> Answer:
    """I choose who may see my badge."""
    form = ShareForm()
    if not form.validate_on_submit():
        response = _page(uuid, form=form)
        response.status_code = 422
        return response
    with transaction():
        services.share(me(), uuid, form.sharing, bool(form.shows_name.data))
    flash(_("Saved. This is who sees your badge now: %(who)s.", who=SHARINGS[form.sharing][0]), "success")
    return redirect(url_for("badges.show", uuid=uuid.uuid))


@bp.post("/badges/<uuid:uuid>/link")
@requires(policy.can_share, uuid=queries.own)
def reset_link(uuid: Award) -> Answer:
    """I make the old link worthless."""
    with transaction():
        services.reset_link(me(), uuid)
    flash(_("There is a new link. The old one shows nothing any more."), "success")
    return redirect(url_for("badges.show", uuid=uuid.uuid))


@bp.route("/badges/<uuid:uuid>/revoke", methods=["GET", "POST"])
@requires(policy.can_revoke, uuid=queries.for_office)
def revoke(uuid: Award) -> Answer:
    """The office takes a badge back, with a reason."""
    form = RevokeForm()
    if not form.validate_on_submit():
        return render_template("badges/revoke.html", award=uuid, form=form), 422 if request.method == "POST" else 200
    with transaction():
        notices.revoked(services.revoke(me(), uuid, form.reason.data or ""))
    flash(_("The badge is revoked. Its page, its files and the status list say so from now on."), "success")
    return redirect(url_for("badges.show", uuid=uuid.uuid))
