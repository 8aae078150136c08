"""Use cases of follow-ups: asking a batch of people, answering, refusing, calling a round off, forgetting."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, exists, or_
from sqlmodel import Session, col, delete, select, update

from app.campaigns.models import Campaign
from app.campaigns.rules import last_date
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import insert_into
from app.core.errors import Conflict
from app.core.i18n import mark
from app.core.ids import new_token, token_hash
from app.core.templating import absolute
from app.followups import queries, rules
from app.followups.models import FollowUp, FollowUpAsked, FollowUpRefusal
from app.followups.queries import Person
from app.followups.rules import Lasted
from app.mail import service as mail
from app.people import audit
from app.people.models import Organisation
from app.people.rules import Actor, Permission

BATCH = 200


def hash_of(organisation_id: int, email: str) -> str:
    """What is kept of an address: it leads back to nobody, and to nothing at another organisation."""
    return keyed_hash("follow-up", str(organisation_id), email.strip().lower())


def ask(session: Session, campaign: Campaign, days: int) -> int:
    """Ask the next people of a round, a batch at most; returns how many mails were queued.

    A transaction takes the round for itself; each address is asked once, whichever rows lead to it.
    """
    row = _locked(session, campaign.id, days)
    if row.asked_at is not None or row.called_off_at is not None:
        return 0
    people, took_part = _next(session, row)
    if not people:
        row.asked_at = clock.now()
        session.add(row)
        return 0
    hashes = {hash_of(campaign.organisation_id, one.email): one for one in people}
    unwilling = queries.refused(session, campaign.organisation_id, list(hashes))
    givers = queries.gave(session, campaign.id, [one.email.lower() for one in people])
    organisation = session.get_one(Organisation, campaign.organisation_id)
    sent = 0
    for name, one in hashes.items():
        if name not in unwilling:
            asked = (took_part, not took_part or one.email.lower() in givers)
            sent += _invite(session, campaign, organisation, row, name, one, asked)
    return sent


def _locked(session: Session, campaign_id: int, days: int) -> FollowUp:
    """The round, begun if it was not, for this transaction alone."""
    fresh = FollowUp(campaign_id=campaign_id, days=days)
    session.execute(
        insert_into(session, FollowUp)
        .values(**fresh.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["campaign_id", "days"])
    )
    return session.exec(
        select(FollowUp).where(FollowUp.campaign_id == campaign_id, FollowUp.days == days).with_for_update()
    ).one()


def _next(session: Session, row: FollowUp) -> tuple[Sequence[Person], bool]:
    """The next people, and whether they took part; first those who did, then those who gave."""
    people = queries.who_took_part(session, row.campaign_id, after=row.streak_mark, most=BATCH)
    if people:
        row.streak_mark = people[-1].mark
        return people, True
    people = queries.who_gave(session, row.campaign_id, after=row.gift_mark, most=BATCH)
    if people:
        row.gift_mark = people[-1].mark
    session.add(row)
    return people, False


def _invite(
    session: Session,
    campaign: Campaign,
    organisation: Organisation,
    row: FollowUp,
    name: str,
    person: Person,
    asked: tuple[bool, bool],
) -> bool:
    token = new_token()
    took_part, gave = asked
    fresh = FollowUpAsked(
        follow_up_id=row.id,
        address_hash=name,
        token_hash=token_hash(token),
        language=person.language,
        took_part=took_part,
        gave=gave,
    )
    statement = (
        insert_into(session, FollowUpAsked)
        .values(**fresh.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["follow_up_id", "address_hash"])
        .returning(col(FollowUpAsked.id))
    )
    if session.execute(statement).first() is None:
        return False
    context = {
        "campaign": campaign,
        "organisation": organisation,
        "days": row.days,
        "took_part": took_part,
        "url": absolute(f"/after/{token}"),
    }
    try:
        mail.queue(session, kind="follow-up", to=person.email, language=person.language, context=context)
    except mail.UnsafeAddress:  # nobody was asked: the share of answers must not count them
        mine = and_(col(FollowUpAsked.follow_up_id) == row.id, col(FollowUpAsked.address_hash) == name)
        session.execute(delete(FollowUpAsked).where(mine))
        return False
    return True


def answer(session: Session, asked: FollowUpAsked, *, lasted: Lasted | None, changed: str) -> None:
    """Note what somebody says, in place of what they said before."""
    asked.lasted = lasted if asked.took_part else None
    asked.changed = changed.strip()
    asked.answered_at = clock.now()
    session.add(asked)


def refuse(session: Session, asked: FollowUpAsked, campaign: Campaign) -> None:
    """Ask this person nothing more for this organisation."""
    if asked.address_hash is None:
        return
    refusal = FollowUpRefusal(organisation_id=campaign.organisation_id, address_hash=asked.address_hash)
    session.execute(
        insert_into(session, FollowUpRefusal).values(**refusal.model_dump()).on_conflict_do_nothing()
    )


def call_off(session: Session, actor: Actor, campaign: Campaign, days: int) -> None:
    """Do not ask in a round to come. Raises Conflict once it was begun."""
    actor.require(Permission.EDIT)
    row = _to_come(session, campaign, days)
    if row.called_off_at is None:
        row.called_off_at = clock.now()
        session.add(row)
        audit.record(
            session, actor, "campaign.followup_off", subject=campaign.title, subject_pid=row.pid, days=days
        )


def call_on(session: Session, actor: Actor, campaign: Campaign, days: int) -> None:
    """Ask after all in a round that was called off. Raises Conflict when its days are over."""
    actor.require(Permission.EDIT)
    row = _to_come(session, campaign, days)
    if row.called_off_at is not None:
        row.called_off_at = None
        session.add(row)
        audit.record(
            session, actor, "campaign.followup_on", subject=campaign.title, subject_pid=row.pid, days=days
        )


def _to_come(session: Session, campaign: Campaign, days: int) -> FollowUp:
    row = _locked(session, campaign.id, days)
    begins = rules.asks_at(last_date(campaign.starts_on, campaign.length), days, campaign.timezone)
    if begins <= clock.now():
        raise Conflict(mark("This round has begun: it can no longer be changed."))
    return row


def close(session: Session) -> int:
    """Cut what leads from an answer to a person, once a round is over; returns how many rounds.

    A round that a pause broke off is over so long after the last person was asked.
    """
    over = clock.now() - rules.OPEN_FOR
    asked = exists().where(col(FollowUpAsked.follow_up_id) == col(FollowUp.id))
    broken_off = and_(
        col(FollowUp.asked_at).is_(None), asked, ~asked.where(col(FollowUpAsked.asked_at) > over)
    )
    due = session.exec(
        select(FollowUp)
        .where(or_(col(FollowUp.asked_at) <= over, broken_off), col(FollowUp.closed_at).is_(None))
        .with_for_update()
    ).all()
    for row in due:
        session.execute(
            update(FollowUpAsked)
            .where(col(FollowUpAsked.follow_up_id) == row.id)
            .values(address_hash=None, token_hash=None)
        )
        row.closed_at = clock.now()
        session.add(row)
    return len(due)


def of_addresses(session: Session, organisation_id: int, emails: Collection[str]) -> Sequence[FollowUpAsked]:
    """What is kept under some addresses, while their rounds are open."""
    hashes = [hash_of(organisation_id, one) for one in emails]
    return session.exec(select(FollowUpAsked).where(col(FollowUpAsked.address_hash).in_(hashes))).all()


def forget(session: Session, organisation_id: int, emails: Collection[str]) -> None:
    """Take out what some addresses were asked and answered. That they want no question stays, as a hash."""
    hashes = [hash_of(organisation_id, one) for one in emails]
    session.execute(delete(FollowUpAsked).where(col(FollowUpAsked.address_hash).in_(hashes)))


def forget_words(session: Session, ids: list[int]) -> None:
    """Take out what some people wrote; what they ticked goes on counting."""
    session.execute(update(FollowUpAsked).where(col(FollowUpAsked.id).in_(ids)).values(changed=""))
