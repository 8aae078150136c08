"""The ledger of agreements: what each person received in a calendar year, from all campaigns of an organisation.

Entries are only added. A mistake is undone by its opposite entry, on the same day, so that its year balances.
Amounts exclude VAT (French decree 2025-1137). Currencies are never mixed: the threshold is in euros.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import Message, mark
from app.influencers import rules
from app.influencers.models import AgreementEntry, Influencer
from app.influencers.rules import Agreement, Known
from app.people import audit
from app.people.rules import Actor, Permission

EUR = "EUR"


@dataclass(frozen=True)
class Line:
    """An entry as it is read."""

    entry: AgreementEntry
    person: Influencer
    campaign: Campaign
    corrected: bool  # an opposite entry stands against it


def lines(
    session: Session, organisation_id: int, year: int, people: Sequence[int] | None = None
) -> list[Line]:
    """The entries of a calendar year, of some people or of all, as they were agreed."""
    statement = (
        select(AgreementEntry, Influencer, Campaign)
        .join(Influencer, col(Influencer.id) == AgreementEntry.influencer_id)
        .join(Campaign, col(Campaign.id) == AgreementEntry.campaign_id)
        .where(
            AgreementEntry.organisation_id == organisation_id,
            col(AgreementEntry.on_date).between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(col(AgreementEntry.on_date), col(AgreementEntry.id))
    )
    if people is not None:
        statement = statement.where(col(AgreementEntry.influencer_id).in_(people))
    rows = session.exec(statement).all()
    undone = {entry.corrects_id for entry, _, _ in rows}
    return [Line(entry, person, campaign, entry.id in undone) for entry, person, campaign in rows]


def years(session: Session, organisation_id: int) -> list[int]:
    """The years that have entries and the present one, the latest first."""
    dates = session.exec(
        select(col(AgreementEntry.on_date))
        .where(AgreementEntry.organisation_id == organisation_id)
        .distinct()
    ).all()
    return sorted({day.year for day in dates} | {this_year()}, reverse=True)


def this_year() -> int:
    """The calendar year whose agreements count now, in the country of the decree."""
    return clock.today("Europe/Paris").year


def groups(session: Session, organisation_id: int) -> dict[int, int]:
    """For each influencer of an organisation, by row id, the row that stands for the same person."""
    rows = session.exec(
        select(Influencer.id, Influencer.email, Influencer.person_key).where(
            Influencer.organisation_id == organisation_id
        )
    ).all()
    return rules.same_people(Known(*row) for row in rows)


def worth(session: Session, organisation_id: int, year: int | None = None) -> dict[int, int]:
    """For each influencer the euros, in cents, of all agreements of the same person in a calendar year."""
    year = year or this_year()
    sums = dict(
        session.exec(
            select(AgreementEntry.influencer_id, func.sum(AgreementEntry.amount_minor))
            .where(
                AgreementEntry.organisation_id == organisation_id,
                AgreementEntry.currency == EUR,
                col(AgreementEntry.on_date).between(date(year, 1, 1), date(year, 12, 31)),
            )
            .group_by(col(AgreementEntry.influencer_id))
        ).all()
    )
    same = groups(session, organisation_id)
    totals: dict[int, int] = {}
    for one, amount in sums.items():
        totals[same[one]] = totals.get(same[one], 0) + int(amount)
    return {one: totals.get(group, 0) for one, group in same.items()}


def person_rows(session: Session, person: Influencer) -> list[int]:
    """The row ids of the same person in all campaigns of the organisation."""
    same = groups(session, person.organisation_id)
    return [one for one, group in same.items() if group == same[person.id]]


def others(session: Session, person: Influencer) -> list[tuple[Influencer, str]]:
    """Influencers of the organisation's other campaigns, with the campaign's title, to say who is the same."""
    rows = session.exec(
        select(Influencer, Campaign.title)
        .join(Campaign, col(Campaign.id) == Influencer.campaign_id)
        .where(
            Influencer.organisation_id == person.organisation_id,
            Influencer.campaign_id != person.campaign_id,
        )
        .order_by(col(Influencer.name), col(Influencer.id))
    ).all()
    return [(one, title) for one, title in rows]


def terms_missing(campaign: Campaign, person: Influencer, year_minor: int) -> Message | None:
    """What someone's terms lack; `year_minor` is what `worth` says of them."""
    value = person.agreement_value_minor
    return rules.terms_missing(
        person.agreement,
        value_minor=max(value, year_minor) if campaign.currency == EUR else value,
        currency=campaign.currency,
        disclosure=person.disclosure,
        has_contract=person.contract_on is not None,
        points=person.contract_points,
    )


def enter(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    person: Influencer,
    *,
    kind: Agreement,
    amount_minor: int,
    on_date: date,
    note: str = "",
    by_terms: bool = False,
) -> AgreementEntry:
    """Add what someone receives. Raises Forbidden; Conflict for nothing, and for a day to come."""
    actor.require(Permission.EDIT)
    if amount_minor <= 0 or kind is Agreement.VOLUNTEER:
        raise Conflict(mark("An amount is more than nothing."))
    if on_date > clock.today(campaign.timezone):
        raise Conflict(mark("The ledger holds what was agreed. Choose a day that has come."))
    entry = AgreementEntry(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        influencer_id=person.id,
        kind=kind,
        amount_minor=amount_minor,
        currency=campaign.currency,
        on_date=on_date,
        note=note,
        by_terms=by_terms,
        person_id=actor.person_id,
    )
    session.add(entry)
    session.flush()
    audit.record(
        session,
        actor,
        "influencer.agreement_entered",
        subject=person.name,
        subject_pid=person.pid,
        entry=entry.pid,
    )
    return entry


def correct(session: Session, actor: Actor, person: Influencer, pid: str, *, note: str) -> AgreementEntry:
    """Undo an entry by its opposite. Raises Forbidden, NotFound, Conflict when that was done already."""
    actor.require(Permission.EDIT)
    wrong = session.exec(
        select(AgreementEntry)
        .where(AgreementEntry.pid == pid, AgreementEntry.influencer_id == person.id)
        .with_for_update()
    ).first()
    if wrong is None:
        raise NotFound
    undone = session.exec(select(AgreementEntry.id).where(AgreementEntry.corrects_id == wrong.id)).first()
    if undone is not None or wrong.corrects_id is not None:
        raise Conflict(mark("This entry is corrected already."))
    kept = {"organisation_id", "campaign_id", "influencer_id", "kind", "currency", "on_date", "by_terms"}
    entry = AgreementEntry(
        **wrong.model_dump(include=kept),
        amount_minor=-wrong.amount_minor,
        note=note,
        corrects_id=wrong.id,
        person_id=actor.person_id,
    )
    session.add(entry)
    session.flush()
    audit.record(
        session,
        actor,
        "influencer.agreement_corrected",
        subject=person.name,
        subject_pid=person.pid,
        entry=wrong.pid,
    )
    return entry


def follow_terms(session: Session, actor: Actor, campaign: Campaign, person: Influencer) -> None:
    """Let the ledger say what the terms say: the entry of the terms before is undone, the new one added."""
    undone = select(AgreementEntry.corrects_id).where(col(AgreementEntry.corrects_id).is_not(None))
    standing = session.exec(
        select(AgreementEntry).where(
            AgreementEntry.influencer_id == person.id,
            col(AgreementEntry.by_terms),
            col(AgreementEntry.corrects_id).is_(None),
            col(AgreementEntry.id).not_in(undone),
        )
    ).first()
    agreement, value = person.agreement, person.agreement_value_minor
    if standing is not None:
        if (standing.kind, standing.amount_minor) == (agreement, value):
            return
        correct(session, actor, person, standing.pid, note="")
    if agreement is not None and value > 0:
        today = clock.today(campaign.timezone)
        enter(
            session, actor, campaign, person, kind=agreement, amount_minor=value, on_date=today, by_terms=True
        )


def of_person(session: Session, person: Influencer) -> Sequence[AgreementEntry]:
    """Every entry of one influencer's campaign, of all years."""
    return session.exec(
        select(AgreementEntry)
        .where(AgreementEntry.influencer_id == person.id)
        .order_by(col(AgreementEntry.on_date), col(AgreementEntry.id))
    ).all()


def keep_together(session: Session, person: Influencer) -> bool:
    """Before an address is erased: whether the books name this person; their rows then stay one person's."""
    if not of_person(session, person):
        return False
    rows = session.exec(select(Influencer).where(col(Influencer.id).in_(person_rows(session, person)))).all()
    key = next((one.person_key for one in rows if one.person_key), person.pid)
    for one in rows:
        one.person_key = key
        session.add(one)
    return True


def same_as(session: Session, actor: Actor, person: Influencer, pid: str) -> None:
    """Say that someone is the same person as in another campaign; with no `pid`, that they are not.

    Raises Forbidden, NotFound.
    """
    actor.require(Permission.EDIT)
    if not pid:
        person.person_key = ""
        session.add(person)
        return
    other = next((one for one, _ in others(session, person) if one.pid == pid), None)
    if other is None:
        raise NotFound
    key = other.person_key or other.pid
    for one in (person, other):
        one.person_key = key
        session.add(one)
    audit.record(session, actor, "influencer.same_person", subject=person.name, subject_pid=person.pid)
