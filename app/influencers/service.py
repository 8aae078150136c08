"""Use cases of influencers: shortlist, decision, terms, invitation, answer, personal link."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlmodel import Session, col, update

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date
from app.core import clock, i18n
from app.core.crypto import keyed_hash, same
from app.core.errors import Conflict
from app.core.i18n import mark
from app.core.ids import new_token, token_hash
from app.core.templating import absolute
from app.influencers import ledger, queries, rules
from app.influencers.models import BriefSession, Influencer, PersonalLink
from app.influencers.rules import Agreement, Stage
from app.mail import service as mail
from app.people import audit
from app.people.rules import Actor, Permission

RUNNING = frozenset({State.READY, State.LIVE, State.DRIVE})


def add(session: Session, actor: Actor, campaign: Campaign, **profile: object) -> Influencer:
    """Put someone on the shortlist. `profile` is what ProfileForm holds."""
    actor.require(Permission.EDIT)
    person = Influencer(organisation_id=campaign.organisation_id, campaign_id=campaign.id, name="")
    _fill(person, profile)
    session.add(person)
    session.flush()
    audit.record(session, actor, "influencer.added", subject=person.name, subject_pid=person.pid)
    return person


def change_profile(session: Session, actor: Actor, person: Influencer, **profile: object) -> None:
    """Change who they are and where they speak."""
    actor.require(Permission.EDIT)
    _fill(person, profile)
    session.add(person)


def _fill(person: Influencer, profile: dict[str, object]) -> None:
    for name, value in profile.items():
        setattr(person, name, "" if value is None else value)


def decide(
    session: Session,
    actor: Actor,
    person: Influencer,
    *,
    approve: bool,
    note: str,
    findings: Sequence[Mapping[str, str]],
) -> None:
    """Record a person's decision on the fit, with what was found. Raises Conflict off the road.

    A finding holds `answer` (yes, no, unsure), `note`, and `key` of a standing question or `question`.
    """
    actor.require(Permission.EDIT)
    _move(person, Stage.APPROVED if approve else Stage.REFUSED)
    person.vetting = [dict(row) for row in findings]
    person.decision_note, person.decided_by, person.decided_at = note, actor.person_id, clock.now()
    session.add(person)
    audit.record(
        session,
        actor,
        "influencer.approved" if approve else "influencer.refused",
        subject=person.name,
        subject_pid=person.pid,
        note=note,
    )
    if not approve:
        _revoke(session, person)


def set_terms(
    session: Session,
    actor: Actor,
    person: Influencer,
    *,
    agreement: Agreement,
    value_minor: int,
    note: str,
    disclosure: str,
    contract_on: date | None,
    contract_points: Sequence[str] = (),
) -> None:
    """Settle on what terms they carry the story; the value is in minor units of the campaign's currency, excl. VAT.

    The ledger of agreements follows.
    """
    actor.require(Permission.EDIT)
    person.agreement = agreement
    person.agreement_value_minor = 0 if agreement is Agreement.VOLUNTEER else value_minor
    person.agreement_note, person.disclosure, person.contract_on = note, disclosure, contract_on
    person.contract_points = [key for key in rules.CONTRACT_POINTS if key in contract_points]
    session.add(person)
    ledger.follow_terms(session, actor, session.get_one(Campaign, person.campaign_id), person)
    audit.record(
        session,
        actor,
        "influencer.terms",
        subject=person.name,
        subject_pid=person.pid,
        agreement=str(agreement),
    )


def invite(session: Session, actor: Actor, campaign: Campaign, person: Influencer, *, message: str) -> str:
    """Send the personal link by mail; returns it. Raises Conflict while terms or address are missing."""
    actor.require(Permission.EDIT)
    if not person.email:
        raise Conflict(mark("Write their e-mail address first, or hand the link over yourself."))
    _ready_to_meet(session, campaign, person)
    _move(person, Stage.INVITED)
    person.invited_at = clock.now()
    session.add(person)
    url = issue_link(session, actor, campaign, person)
    mail.queue(
        session,
        kind="influencer-invitation",
        to=person.email,
        language=person.language,
        context={
            "person": person,
            "campaign": campaign,
            "organisation": campaigns.organisation(session, campaign),
            "url": url,
            "message": message,
            "sender": actor.name,
        },
    )
    audit.record(session, actor, "influencer.invited", subject=person.name, subject_pid=person.pid)
    return url


def answer(session: Session, campaign: Campaign, person: Influencer, *, accepts: bool, note: str) -> None:
    """The influencer's own yes or no, from their link."""
    _ready_to_meet(session, campaign, person)
    _move(person, Stage.CONFIRMED if accepts else Stage.DECLINED)
    person.answered_at = clock.now()
    session.add(person)
    audit.record(
        session,
        None,
        "influencer.accepted" if accepts else "influencer.declined",
        subject=person.name,
        subject_pid=person.pid,
        organisation_id=person.organisation_id,
        note=note,
    )


def record_yes(session: Session, actor: Actor, campaign: Campaign, person: Influencer) -> None:
    """Note a yes given elsewhere, by telephone or face to face."""
    actor.require(Permission.EDIT)
    _ready_to_meet(session, campaign, person)
    _move(person, Stage.CONFIRMED)
    person.answered_at = clock.now()
    session.add(person)
    audit.record(session, actor, "influencer.accepted", subject=person.name, subject_pid=person.pid)


def issue_link(session: Session, actor: Actor, campaign: Campaign, person: Influencer) -> str:
    """Make a new personal link and end the old one; returns its address, which is kept nowhere."""
    actor.require(Permission.EDIT)
    if person.stage not in (Stage.APPROVED, Stage.INVITED, Stage.CONFIRMED):
        raise Conflict(mark("Decide on the fit first: a link opens the whole week."))
    _revoke(session, person)
    token = new_token()
    session.add(
        PersonalLink(
            influencer_id=person.id,
            token_hash=token_hash(token),
            expires_at=rules.link_expiry(ends_at(campaign)),
        )
    )
    session.flush()
    audit.record(session, actor, "influencer.link_issued", subject=person.name, subject_pid=person.pid)
    return absolute(f"/brief/{token}")


def revoke_link(session: Session, actor: Actor, person: Influencer) -> None:
    """End the personal link and every phone that holds it, at once."""
    actor.require(Permission.EDIT)
    _revoke(session, person)
    audit.record(session, actor, "influencer.link_revoked", subject=person.name, subject_pid=person.pid)


def open_brief(session: Session, link: PersonalLink) -> str:
    """Exchange a valid link for a cookie; returns the cookie's token."""
    token = new_token()
    link.seen_at = clock.now()
    session.add(link)
    session.add(BriefSession(token_hash=token_hash(token), link_id=link.id, expires_at=link.expires_at))
    return token


def calendar_key(link: PersonalLink) -> str:
    """The secret part of the calendar feed's address; it dies with the link."""
    return f"{link.id}-{keyed_hash('brief-calendar', link.token_hash)}"


def link_of_calendar(session: Session, key: str) -> PersonalLink | None:
    """The link behind a calendar address; None when the address is not ours."""
    number, _, _ = key.partition("-")
    link = queries.link_by_id(session, int(number)) if number.isdecimal() and len(number) < 12 else None
    return link if link is not None and same(calendar_key(link), key) else None


def ends_at(campaign: Campaign) -> datetime:
    """The instant after the campaign's last day."""
    return clock.resolve_wall(
        day_date(campaign.starts_on, campaign.length) + timedelta(days=1), time(0, 0), campaign.timezone
    )


def _move(person: Influencer, stage: Stage) -> None:
    if person.stage is stage and stage is not Stage.INVITED:
        return
    if not rules.may_become(person.stage, stage):
        raise Conflict(mark("This step does not follow from where things stand. Reload the page."))
    person.stage = stage


def _ready_to_meet(session: Session, campaign: Campaign, person: Influencer) -> None:
    year_minor = ledger.worth(session, campaign.organisation_id).get(person.id, 0)
    missing = ledger.terms_missing(campaign, person, year_minor)
    if missing is not None:
        raise Conflict(missing)


def _revoke(session: Session, person: Influencer) -> None:
    session.exec(
        update(PersonalLink)
        .where(col(PersonalLink.influencer_id) == person.id, col(PersonalLink.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )


class Forgotten(StrEnum):
    """What became of a wish to be forgotten."""

    WHOLLY = "wholly"
    BOOKED = "booked"  # name and terms of an agreement with a value stay in the books
    RUNNING = "running"  # they are with a campaign that runs: nothing was changed


def forget(session: Session, person: Influencer) -> Forgotten:
    """Erase what is personal of an influencer and close their links. Leaves who is with a running campaign."""
    campaign = session.get_one(Campaign, person.campaign_id)
    if person.stage is Stage.CONFIRMED and campaign.state in RUNNING:
        return Forgotten.RUNNING
    agreed = person.agreement in (Agreement.PAID, Agreement.IN_KIND) and person.agreement_value_minor > 0
    booked = ledger.keep_together(session, person) or agreed
    if not booked:
        with i18n.speaking(campaign.language):
            person.name = i18n.gettext("Someone")
        person.agreement_note = ""
    person.email = person.public_role = person.tie = person.decision_note = ""
    person.handles, person.vetting = [], []
    session.add(person)
    _revoke(session, person)
    audit.forget(session, person.pid)
    return Forgotten.BOOKED if booked else Forgotten.WHOLLY
