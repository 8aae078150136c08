"""Gift Aid: declarations of donors in the words HMRC asks for, kept, cancelled at any time, and the claim's schedule.

Sources: https://www.gov.uk/guidance/gift-aid-declarations-claiming-tax-back-on-donations and HMRC's schedule
spreadsheet. Refuses to claim on gifts of companies, in kind, in other currencies than pounds, or given back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from app.core import clock, i18n
from app.core.errors import Conflict
from app.core.i18n import gettext, mark
from app.core.money import decimal_string
from app.core.spreadsheet import line
from app.donations.models import Gift
from app.donations.rules import GiftState, Way
from app.people import audit
from app.people.models import Organisation
from app.people.rules import Actor, Permission
from app.receipts import issuing, queries
from app.receipts.forms import GiftAidForm, PaperGiftAidForm
from app.receipts.models import GiftAid
from app.receipts.rules import Regime, claimable_since
from app.supporters.queries import Visit

_NOT_CLAIMING = mark("This organisation does not claim Gift Aid.")


def wording(body: Organisation) -> str:
    """What the donor agrees to, in English: the statement HMRC gives for past, present and future gifts."""
    with i18n.speaking("en"):
        said = gettext(
            "I want to Gift Aid my donations to %(charity)s: this one, any I make in the future and any I have made in "
            "the past 4 years. I am a UK taxpayer and understand that if I pay less Income Tax and/or Capital Gains "
            "Tax than the amount of Gift Aid claimed on all my donations in that tax year it is my responsibility to "
            "pay any difference."
        )
    return said % {"charity": body.legal_name or body.name}


def claims(session: Session, organisation_id: int) -> bool:
    """Whether an organisation declared that it may claim Gift Aid."""
    declared = queries.profile(session, organisation_id)
    return declared is not None and declared.ended_at is None and declared.regime is Regime.UK_GIFT_AID


def declare(session: Session, body: Organisation, form: GiftAidForm, *, email: str) -> GiftAid:
    """Keep a donor's declaration for all their gifts. Raises Conflict where Gift Aid is not claimed."""
    if not claims(session, body.id):
        raise Conflict(_NOT_CLAIMING)
    return _keep(session, body, form, email=email, given_at=clock.now(), entered_by=None)


def enter(session: Session, actor: Actor, form: PaperGiftAidForm) -> GiftAid:
    """Keep a declaration given on paper. Raises Conflict where Gift Aid is not claimed."""
    actor.require(Permission.MONEY)
    body = queries.organisation(session, actor.organisation_id)
    if not claims(session, body.id):
        raise Conflict(_NOT_CLAIMING)
    given_at = datetime.combine(form.given_on, time(12), ZoneInfo(body.timezone))
    kept = _keep(session, body, form, email=form.email, given_at=given_at, entered_by=actor.person_id)
    audit.record(session, actor, "receipt.gift_aid", subject=_name(kept), subject_pid=kept.pid)
    return kept


def _keep(
    session: Session,
    body: Organisation,
    form: GiftAidForm,
    *,
    email: str,
    given_at: datetime,
    entered_by: int | None,
) -> GiftAid:
    fields = form.model_dump(include=set(GiftAidForm.model_fields) - {"agreed"})
    kept = GiftAid(
        organisation_id=body.id,
        email=email.lower(),
        wording=wording(body),
        given_at=given_at,
        entered_by=entered_by,
        **fields,
    )
    session.add(kept)
    session.flush()
    return kept


def cancel(session: Session, kept: GiftAid, actor: Actor | None = None) -> None:
    """Close a declaration: gifts from now on are not claimed on. Nothing happens to one that is closed."""
    if kept.cancelled_at is not None:
        return
    kept.cancelled_at = clock.now()
    session.add(kept)
    if actor is not None:
        audit.record(session, actor, "receipt.gift_aid_cancelled", subject=_name(kept), subject_pid=kept.pid)


def _name(kept: GiftAid) -> str:
    return f"{kept.first_name} {kept.last_name}"


def declarations(session: Session, actor: Actor) -> Sequence[GiftAid]:
    """The declarations to an organisation, the latest first."""
    return session.exec(
        select(GiftAid)
        .where(GiftAid.organisation_id == actor.organisation_id)
        .order_by(col(GiftAid.id).desc())
        .limit(500)
    ).all()


def own(session: Session, actor: Actor, pid: str) -> GiftAid | None:
    return session.exec(
        select(GiftAid).where(GiftAid.pid == pid, GiftAid.organisation_id == actor.organisation_id)
    ).first()


def of_visit(session: Session, visit: Visit) -> Sequence[GiftAid]:
    """The open declarations of whoever came by a link mailed to the address they carry."""
    supporter = visit.supporter
    if not (visit.mailed and supporter.email):
        return []
    return session.exec(
        select(GiftAid)
        .where(
            GiftAid.organisation_id == supporter.organisation_id,
            GiftAid.email == supporter.email,
            col(GiftAid.cancelled_at).is_(None),
        )
        .order_by(col(GiftAid.id))
    ).all()


@dataclass(frozen=True)
class Claim:
    """One line of the schedule: a gift, what stays given of it in pence, and the declaration that covers it."""

    kept: GiftAid
    gift: Gift
    amount_minor: int
    on: date


def schedule(session: Session, actor: Actor, since: date, until: date) -> list[Claim]:
    """The gifts from a day to a day on which Gift Aid may be claimed, each once, the oldest first."""
    zone = ZoneInfo(queries.organisation(session, actor.organisation_id).timezone)
    found: dict[int, Claim] = {}
    rows = session.exec(
        select(GiftAid, Gift)
        .join(Gift, func.lower(Gift.donor_email) == col(GiftAid.email))
        .where(
            GiftAid.organisation_id == actor.organisation_id,
            Gift.organisation_id == actor.organisation_id,
            col(GiftAid.email) != "",
            Gift.state == GiftState.PAID,
            Gift.currency == "GBP",
            Gift.company == "",
            Gift.way != Way.IN_KIND,
        )
        .order_by(col(GiftAid.id))
    ).all()
    standings = queries.standings(session, [gift.id for _, gift in rows])
    for kept, gift in rows:
        standing = standings.get(gift.id)
        if standing is None or standing.amount_minor <= 0 or not issuing.is_live(gift):
            continue
        if since <= standing.on <= until and _covers(kept, standing.on, zone):
            found.setdefault(gift.id, Claim(kept, gift, standing.amount_minor, standing.on))
    return sorted(found.values(), key=lambda one: (one.on, one.gift.id))


def _covers(kept: GiftAid, on: date, zone: ZoneInfo) -> bool:
    """Four years back from the day it was given, and on until the day it was cancelled."""
    if kept.cancelled_at is not None and on > kept.cancelled_at.astimezone(zone).date():
        return False
    return on >= claimable_since(kept.given_at.astimezone(zone).date())


HEADER = (
    "Title",
    "First name or initial",
    "Last name",
    "House name or number",
    "Postcode",
    "Aggregated donations",
    "Sponsored event (yes/blank)",
    "Donation date",
    "Amount",
)
"""The columns of HMRC's Gift Aid schedule, in its order."""


def schedule_lines(claims_of: Sequence[Claim]) -> Iterator[str]:
    """The schedule as CSV: dates as DD/MM/YY, amounts in pounds."""
    yield line(HEADER)
    for one in claims_of:
        kept = one.kept
        names = (kept.title, kept.first_name, kept.last_name, kept.house, kept.postcode)
        amount = decimal_string(one.amount_minor, "GBP")
        yield line((*names, "", "", f"{one.on:%d/%m/%y}", amount))
