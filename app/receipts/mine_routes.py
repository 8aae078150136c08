"""`/gift/receipts`: a donor's own receipts, the one asked for afterwards, their Gift Aid declaration.

Opened by the browser that gave or by a private link; a receipt's own address, mailed with it, opens that one alone.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from sqlmodel import Session
from starlette.responses import Response

from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.receipts import asking, drawing, giftaid, issuing, mine, offering, queries, rates, telling
from app.receipts.forms import DonorForm, GiftAidForm, values_of
from app.receipts.rules import FRENCH, Regime
from app.supporters.access import Known, Mine
from app.supporters.queries import Visit

router = APIRouter(prefix="/gift")
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
Pid = Annotated[str, InPath(max_length=16)]


@router.get("/receipts", name="receipts:mine")
def show(request: Request, session: Db, visit: Mine) -> Response:
    """One's own gifts with their receipts."""
    return _page(request, session, visit)


@router.get(
    "/receipts/{pid}.pdf", name="receipts:mine-pdf", dependencies=[limited("receipt", times=60, seconds=60)]
)
def pdf(session: Db, visit: Known, pid: Pid, until: str = "", sig: str = "") -> Response:
    """A receipt, for whoever holds its address from the mail or the browser that gave. NotFound for all others."""
    receipt = queries.by_pid(session, pid)
    if receipt is None or not (
        telling.opens(pid, until, sig) or (visit is not None and mine.is_theirs(session, visit, receipt))
    ):
        raise NotFound
    headers = {**PRIVATE, "Content-Disposition": f'inline; filename="{drawing.file_name(receipt)}"'}
    return Response(drawing.pdf_of(session, receipt), media_type="application/pdf", headers=headers)


@router.post(
    "/receipts/{pid}/ask",
    name="receipts:mine-ask",
    dependencies=[limited("receipt-ask", times=20, seconds=3600)],
)
def ask(request: Request, session: Db, visit: Mine, pid: Pid, form: FormData) -> Response:
    """Ask for a tax receipt afterwards: the name and address are kept with the gift."""
    gift = mine.own_gift_of(session, visit, pid)
    if gift is None:
        raise NotFound
    parsed = form.parse(DonorForm)
    if parsed.data is None:
        return _page(request, session, visit, asked=(pid, parsed), status=422)
    try:
        asking.asked(session, gift, parsed.data.donor(gift.donor_email.lower()))
    except Conflict as refusal:
        session.rollback()
        return _page(
            request, session, visit, asked=(pid, parsed.with_error("form", refusal.message)), status=409
        )
    return redirect(request, "/gift/receipts", ok="saved")


@router.post("/gift-aid", name="receipts:mine-gift-aid")
def declare(request: Request, session: Db, visit: Mine, form: FormData) -> Response:
    """Declare Gift Aid for one's gifts; only who came by a link mailed to their address can."""
    if not _reads_mailbox(visit):
        raise NotFound
    parsed = form.parse(GiftAidForm)
    if parsed.data is None:
        return _page(request, session, visit, declaration=parsed, status=422)
    body = queries.organisation(session, visit.supporter.organisation_id)
    giftaid.declare(session, body, parsed.data, email=visit.supporter.email)
    return redirect(request, "/gift/receipts", ok="saved")


@router.post("/gift-aid/{pid}/cancel", name="receipts:mine-cancel-gift-aid")
def cancel(request: Request, session: Db, visit: Mine, pid: Pid) -> Response:
    """Cancel one's Gift Aid declaration, at once."""
    kept = next((one for one in giftaid.of_visit(session, visit) if one.pid == pid), None)
    if kept is None:
        raise NotFound
    giftaid.cancel(session, kept)
    return redirect(request, "/gift/receipts", ok="saved")


def _reads_mailbox(visit: Visit) -> bool:
    return visit.mailed and bool(visit.supporter.email)


def _page(
    request: Request,
    session: Session,
    visit: Visit,
    *,
    asked: tuple[str, FormState] | None = None,
    declaration: FormState | None = None,
    status: int = 200,
) -> Response:
    body = queries.organisation(session, visit.supporter.organisation_id)
    issuer = queries.issuer(body, queries.profile(session, body.id))
    gifts = mine.of_supporters(session, visit)
    context = {
        "organisation": body,
        "gifts": gifts,
        "asked": asked,
        "french": issuer.regime in FRENCH,
        "may_ask": _may_ask(session, gifts),
        "relief": {one.gift.id: _relief(one, issuer.regime) for one in gifts},
        "gift_aid": giftaid.claims(session, body.id) and _reads_mailbox(visit),
        "declarations": giftaid.of_visit(session, visit),
        "wording": giftaid.wording(body),
        "declaration": declaration or FormState(),
    }
    return page(request, "receipts/mine.html", context, status=status, headers=PRIVATE)


def _may_ask(session: Session, gifts: Sequence[mine.Own]) -> dict[int, FormState]:
    """The gifts whose donor may still ask for a tax receipt, with what is known of the donor.

    Of a monthly plan the latest month speaks for all.
    """
    offers: dict[int, bool] = {}
    plans: set[int] = set()
    found = {}
    for own in gifts:
        gift, campaign = own.gift, own.campaign
        if campaign.id not in offers:
            offers[campaign.id] = offering.offered(session, campaign)
        if own.tax or not own.standing or not own.standing.amount_minor or gift.plan_id in plans:
            continue
        if offers[campaign.id]:
            known = values_of(issuing.donor_of(gift))
            found[gift.id] = FormState({**known, "country": known["country"] or "FR"})
        if gift.plan_id is not None:
            plans.add(gift.plan_id)
    return found


def _relief(own: mine.Own, regime: Regime | None) -> int:
    """What a French private person may take off their tax for a gift, at most."""
    law = offering.LAWS.get(regime) if regime is not None else None
    if law is None or own.standing is None or own.gift.currency != "EUR" or own.gift.company:
        return 0
    return rates.relief(law, own.standing.on, own.standing.amount_minor)
