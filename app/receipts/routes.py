"""`/studio/receipts`: the register and its totals, one receipt, what has none yet, the yearly run, the declaration."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.donations.models import Gift
from app.media import service as media
from app.media.models import Media
from app.payments.door import door
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.receipts import declaring, drawing, export, issuing, queries, rules, yearly
from app.receipts.forms import DonorForm, ProfileForm, VoidForm, YearForm, values_of
from app.receipts.models import Receipt
from app.receipts.paper import QUALITIES
from app.receipts.queries import Wanted
from app.receipts.rules import FRENCH, LACKS, Donor, Regime, Voided

router = APIRouter(prefix="/studio/receipts")
MONEY, ADMIN = [may(Permission.MONEY)], [may(Permission.ADMIN)]
Year = Annotated[int | None, Query(ge=2000, le=2999)]
PRIVATE = {"Cache-Control": "no-store"}

VOIDED_WORDS = {
    Voided.MONEY: mark("The money was given or taken back"),
    Voided.MISTAKE: mark("Something on it was wrong"),
    Voided.ASKED: mark("The donor asked for another"),
    Voided.SUMMARY: mark("Its gifts stand on another receipt"),
}
KIND_WORDS = {
    rules.Kind.PLAIN: mark("Proof of payment"),
    rules.Kind.FR_PERSON: mark("Tax receipt, private person"),
    rules.Kind.FR_COMPANY: mark("Tax receipt, company"),
    rules.Kind.US: mark("Acknowledgement"),
}


def _receipt(rid: str, session: Db, actor: Member) -> Receipt:
    found = queries.own_receipt(session, actor, rid)
    if found is None:
        raise NotFound
    return found


def _gift(gid: str, session: Db, actor: Member) -> Gift:
    found = queries.own_gift(session, actor, gid)
    if found is None:
        raise NotFound
    return found


OwnReceipt = Annotated[Receipt, Depends(_receipt)]
OwnGift = Annotated[Gift, Depends(_gift)]


@router.get("", name="receipts:register", dependencies=MONEY)
def register(
    request: Request,
    session: Db,
    actor: Member,
    year: Year = None,
    plain: str = "",
    q: Annotated[str, Query(max_length=120)] = "",
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> Response:
    """The receipts of a year, by number, name or address; the totals the organisation declares."""
    years = queries.years(session, actor)
    wanted = Wanted(year or years[0], tax=plain != "1", words=q.strip())
    rows, count = queries.register(session, actor, wanted, page=number)
    body = queries.organisation(session, actor.organisation_id)
    profile = queries.profile(session, actor.organisation_id)
    context = {
        "wanted": wanted,
        "years": years,
        "receipts": rows,
        "leaf": number,
        "count": count,
        "totals": queries.year_totals(session, actor, wanted.year),
        "body": body,
        "profile": profile if profile is not None and profile.ended_at is None else None,
        "british": profile is not None and profile.regime is Regime.UK_GIFT_AID,
        "kinds": KIND_WORDS,
    }
    return page(request, "receipts/register.html", context)


@router.get("/register.csv", name="receipts:register-csv", dependencies=MONEY)
def register_csv(session: Db, actor: Member, year: Year = None, plain: str = "") -> Response:
    """The register of a year, every number once."""
    shown = year or queries.years(session, actor)[0]
    rows = queries.whole_register(session, actor, Wanted(shown, tax=plain != "1"))
    zone = queries.organisation(session, actor.organisation_id).timezone
    lines = list(export.register_lines(session, rows, zone))
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="receipts-{shown}.csv"'}
    return StreamingResponse(iter(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/settings", name="receipts:settings", dependencies=ADMIN)
def settings(request: Request, session: Db, actor: Member) -> Response:
    """What the organisation declared, or the form to declare it."""
    return _settings_page(request, session, actor, None)


@router.post("/settings", name="receipts:declare", dependencies=ADMIN)
def declare(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(ProfileForm)
    if parsed.data is None:
        return _settings_page(request, session, actor, parsed, status=422)
    try:
        declaring.declare(session, actor, parsed.data, _signature(session, actor, form))
    except DomainError as refusal:
        session.rollback()
        name = "form" if isinstance(refusal, Conflict) else "signature"
        wrong = parsed.with_error(name, refusal.message)
        return _settings_page(request, session, actor, wrong, status=refusal.status)
    return redirect(request, "/studio/receipts/settings", ok="saved")


@router.post("/settings/stop", name="receipts:stop", dependencies=ADMIN)
def stop(request: Request, session: Db, actor: Member) -> Response:
    """Issue no tax receipt any more."""
    declaring.stop(session, actor)
    return redirect(request, "/studio/receipts/settings", ok="saved")


@router.get("/yearly", name="receipts:yearly", dependencies=MONEY)
def without(request: Request, session: Db, actor: Member, year: Year = None) -> Response:
    """The gifts of a year that stand on no tax receipt: what the yearly run would issue, and what is missing."""
    return _yearly_page(request, session, actor, year)


@router.post("/yearly", name="receipts:run", dependencies=MONEY)
def run(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(YearForm)
    if parsed.data is None:
        return _yearly_page(request, session, actor, None, status=422)
    yearly.begin(session, actor, parsed.data.year)
    return redirect(request, f"/studio/receipts/yearly?year={parsed.data.year}", ok="saved")


@router.get("/gifts/{gid}", name="receipts:gift", dependencies=MONEY)
def gift_page(request: Request, session: Db, gift: OwnGift) -> Response:
    """Issue a tax receipt for one gift, with the donor as it must name them."""
    return _gift_page(request, session, gift, FormState(values=values_of(issuing.donor_of(gift))))


@router.post("/gifts/{gid}", name="receipts:issue", dependencies=MONEY)
def issue(request: Request, session: Db, actor: Member, gift: OwnGift, form: FormData) -> Response:
    parsed = form.parse(DonorForm)
    if parsed.data is None:
        return _gift_page(request, session, gift, parsed, status=422)
    try:
        made = issuing.issue_tax(session, actor, [gift], parsed.data.donor(gift.donor_email.lower()))
    except Conflict as refusal:
        session.rollback()
        return _gift_page(request, session, gift, parsed.with_error("form", refusal.message), status=409)
    return redirect(request, f"/studio/receipts/{made.pid}", ok="created")


@router.get("/{rid}", name="receipts:one", dependencies=MONEY)
def one(request: Request, session: Db, receipt: OwnReceipt) -> Response:
    return _one_page(request, session, receipt, None)


@router.get("/{rid}/pdf", name="receipts:pdf", dependencies=MONEY)
def pdf(session: Db, receipt: OwnReceipt) -> Response:
    return pdf_answer(session, receipt)


@router.post("/{rid}/void", name="receipts:void", dependencies=MONEY)
def void(request: Request, session: Db, actor: Member, receipt: OwnReceipt, form: FormData) -> Response:
    """Void a receipt, or void it and issue another in its place."""
    parsed = form.parse(VoidForm)
    if parsed.data is None:
        return _one_page(request, session, receipt, parsed, status=422)
    data = parsed.data
    donor = data.donor(receipt.donor_email) if data.replace else None
    try:
        after = issuing.void(session, actor, receipt, why=Voided(data.why), note=data.note, donor=donor)
    except Conflict as refusal:
        session.rollback()
        wrong = parsed.with_error("form", refusal.message)
        return _one_page(request, session, receipt, wrong, status=409)
    return redirect(request, f"/studio/receipts/{(after or receipt).pid}", ok="saved")


def pdf_answer(session: Db, receipt: Receipt) -> Response:
    """A receipt as a file to open or keep."""
    headers = {**PRIVATE, "Content-Disposition": f'inline; filename="{drawing.file_name(receipt)}"'}
    return Response(drawing.pdf_of(session, receipt), media_type="application/pdf", headers=headers)


def _signature(session: Db, actor: Actor, form: Submitted) -> Media | None:
    file = form.files.get("signature")
    if file is None:
        return None
    return media.store_image(session, actor, file.file.read(), file.filename or "")


def _settings_page(
    request: Request, session: Db, actor: Actor, form: FormState | None, status: int = 200
) -> Response:
    body = queries.organisation(session, actor.organisation_id)
    profile = queries.profile(session, actor.organisation_id)
    values: dict[str, Any] = {}
    if profile is not None:
        values = {name: getattr(profile, name) for name in ProfileForm.model_fields if name != "agreed"}
    context = {
        "body": body,
        "profile": profile,
        "form": form or FormState(values=values),
        "regimes": [(one.value, words) for one, words in declaring.REGIMES.items()],
        "qualities": [(one.value, words) for one, words in QUALITIES.items()],
        "words": {one: declaring.words(body, one) for one in Regime},
        "identified": any(declaring.identified(body, one) for one in Regime),
    }
    return page(request, "receipts/settings.html", context, status=status)


def _yearly_page(
    request: Request, session: Db, actor: Actor, year: int | None, status: int = 200
) -> Response:
    body = queries.organisation(session, actor.organisation_id)
    this = clock.today(body.timezone).year
    shown = year or this
    groups = yearly.groups(session, body.id, shown, live=door().gateway.livemode)
    ready = [one for one in groups if not one.lacks]
    context = {
        "year": shown,
        "years": sorted({this, this - 1, *queries.years(session, actor)}, reverse=True),
        "over": shown < this,
        "ready": ready,
        "lacking": [one for one in groups if one.lacks],
        "lacks": LACKS,
        "running": yearly.running(session, body.id),
        "last": yearly.last(session, body.id, shown),
        "declared": queries.issuer(body, queries.profile(session, body.id)).regime is not None,
    }
    return page(request, "receipts/yearly.html", context, status=status)


def _gift_page(request: Request, session: Db, gift: Gift, form: FormState, status: int = 200) -> Response:
    around = issuing.ground(session, gift.organisation_id)
    standing = queries.standings(session, [gift.id]).get(gift.id)
    issuer = queries.issuer(around.body, around.profile)
    context = {
        "gift": gift,
        "standing": standing,
        "form": form,
        "lacks": [LACKS[one] for one in issuing.lacks(around, gift, standing, issuing.donor_of(gift))],
        "french": issuer.regime in FRENCH,
        "may_issue": issuer.regime is not None and issuer.regime is not Regime.UK_GIFT_AID,
        "stands": [receipt for _, receipt in queries.living(session, [gift.id], tax=True)],
    }
    return page(request, "receipts/gift.html", context, status=status)


def _one_page(
    request: Request, session: Db, receipt: Receipt, form: FormState | None, status: int = 200
) -> Response:
    donor = Donor(**receipt.donor)
    context = {
        "receipt": receipt,
        "donor": donor,
        "form": form or FormState(values={**values_of(donor), "replace": True}),
        "before": queries.by_id(session, receipt.replaces_id),
        "after": queries.replacement(session, receipt),
        "kinds": KIND_WORDS,
        "why": VOIDED_WORDS,
        "reasons": [(one.value, VOIDED_WORDS[one]) for one in (Voided.MISTAKE, Voided.ASKED)],
        "zone": queries.organisation(session, receipt.organisation_id).timezone,
        "in_kind": bool(donor.described),
    }
    return page(request, "receipts/one.html", context, status=status)
