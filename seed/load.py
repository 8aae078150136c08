"""The demo, built through the services and relative to today. Safe to run twice: the second time adds nothing.

Each step is taken at the moment it would have happened, so that dates, lateness and audit tell the truth.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, select

from app.blueprints import document as doc
from app.blueprints import service as blueprints
from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.core.settings import get_settings
from app.impact import spending
from app.influencers import service as influencers
from app.influencers.models import Influencer
from app.influencers.rules import Agreement
from app.launch import service as launch
from app.media import service as media
from app.people import passwords
from app.people.identity import LegalKind
from app.people.models import Membership, Organisation, Person
from app.people.rules import Actor, Role
from app.publishing import queries as publishing
from app.stories import queries as stories
from app.supporters import service as supporters
from app.transparency import service as log
from seed import (
    asking,
    books,
    collecting,
    facts,
    following,
    history,
    inbox,
    insights,
    lasting,
    moderating,
    notices,
    participation,
    pictures,
    receipts,
    schema,
    trouble,
    visiting,
    voices,
)
from seed.schema import DemoCampaign, DemoInfluencer

PREPARED_DAYS = 45  # how long before its first day a campaign of the demo was begun
STATES = (State.READY, State.LIVE, State.DRIVE, State.REPORTING, State.CLOSED)


@dataclass(frozen=True)
class Stage:
    """A campaign of the demo as it is being told."""

    session: Session
    actor: Actor
    finance: Actor
    second: Actor  # another who may publish; the same where there is none
    campaign: Campaign
    told: DemoCampaign

    def at(self, day: int, hour: str = "09:00", minutes: int = 0) -> datetime:
        """The instant of an hour on campaign day `day` (1 is the first), so many minutes later."""
        on = self.campaign.starts_on + timedelta(days=day - 1)
        wall = clock.resolve_wall(on, time.fromisoformat(hour), self.campaign.timezone)
        return wall + timedelta(minutes=minutes)

    def after(self, days: int) -> datetime:
        """Late morning, so many days after the last day."""
        return self.at(self.campaign.length + days, "11:00")


def load_demo() -> list[tuple[str, str]]:
    """Build the demo unless it stands; returns the links worth opening, with what they are."""
    kept = get_settings().data_dir / "demo.json"
    with reading() as session:
        begun = session.exec(select(Organisation.id)).first() is not None
    if not begun:
        drawn = pictures.of_demo(schema.read_demo())
        with transaction() as session:
            secrets_kept = _build(session, drawn)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(secrets_kept), encoding="utf-8")
    elif kept.exists():
        inbox.follow_the_server()
    if not kept.exists():
        return []  # an instance with people of its own: nothing of the demo is added to it
    return _links(json.loads(kept.read_text(encoding="utf-8")))


def _links(kept: Mapping[str, str]) -> list[tuple[str, str]]:
    base = get_settings().base_url
    return [
        ("Public page (day 3 of the hope week)", f"{base}/c/lanternes"),
        ("Public page (its drive is open)", f"{base}/c/last-bus"),
        ("The proof (finished campaign)", f"{base}/c/douze-chaises/impact"),
        ("Influencer's brief", f"{base}{kept['brief']}"),
        ("A follower's private page", f"{base}{kept['mine']}"),
        (f"Studio, as {kept['email']} with the password {kept['password']}", f"{base}/studio"),
    ]


def _build(session: Session, drawn: Mapping[str, Mapping[str, media.Prepared]]) -> dict[str, str]:
    password = "-".join(secrets.choice(_WORDS) for _ in range(5))
    password_hash = passwords.hash_password(password)
    casts = {told.key: _organisation(session, told, password_hash) for told in schema.read_organisations()}
    for cast in casts.values():
        inbox.connect(session, cast[0])
    for one in schema.read_organisations():
        moderating.prepare(session, casts[one.key][0], one.language)
    receipts.declare(session, casts["lanternes"][0])
    kept = {"password": password, "email": schema.read_organisations()[0].members[0].email}
    for told in schema.read_demo():
        cast = casts[told.organisation]
        links = _campaign(session, cast, told, drawn[told.slug])
        if told.slug == "lanternes":
            kept["brief"] = links["maia"]
            kept["mine"] = _follower(session, cast[0])
    books.tell(session)
    insights.count(session)
    return kept


def _follower(session: Session, actor: Actor) -> str:
    """Someone of the public who keeps her days and her private link; returns its path."""
    someone = supporters.begin(
        session, organisation_id=actor.organisation_id, language="fr", email="lucie@exemple.example"
    )
    campaign = session.exec(select(Campaign).where(Campaign.slug == "lanternes")).one()
    participation.keep_days(session, actor, campaign, someone)
    return urlsplit(supporters.new_link(session, someone, mailed=True)).path


# Words for the demo's password: random for each data folder, easy to type.
_WORDS = ["atelier", "bougie", "cahier", "dimanche", "encre", "gomme", "hiver", "image", "jardin", "lampe"]


def _organisation(session: Session, told: schema.Organisation, password_hash: str) -> list[Actor]:
    """The organisation and its members; returns them as actors, in the order of the file."""
    values = told.model_dump(exclude={"key", "members", "legal_kind", "iban", "bic", "spending_limit_minor"})
    row = Organisation(**values, legal_kind=LegalKind(told.legal_kind))
    session.add(row)
    session.flush()
    actors = []
    for member in told.members:
        person = Person(
            email=member.email, name=member.name, language=told.language, password_hash=password_hash
        )
        session.add(person)
        session.flush()
        role = Role(member.role)
        session.add(Membership(person_id=person.id, organisation_id=row.id, role=role))
        actors.append(Actor(person.id, row.id, role, member.name))
    session.flush()
    collecting.name_account(session, actors[0], told)
    if told.spending_limit_minor:
        spending.set_limit(session, actors[0], told.spending_limit_minor)
    return actors


def _campaign(
    session: Session, cast: list[Actor], told: DemoCampaign, drawn: Mapping[str, media.Prepared]
) -> dict[str, str]:
    """One campaign with all that has happened to it; returns the personal links by the influencer's key."""
    starts_on = clock.today(told.campaign.timezone) + timedelta(days=told.starts_in_days)
    owner = cast[0]
    finance = next((one for one in cast if one.role is Role.FINANCE), owner)
    with _on(starts_on - timedelta(days=PREPARED_DAYS), told.campaign.timezone):
        campaign = blueprints.import_document(session, owner, _document(told, starts_on), drawn)
        first_slug = campaign.slug
        campaigns.change_slug(session, owner, campaign, slug=told.slug)
        for frame in stories.frames(session, campaign.id):
            frame.link_url = frame.link_url.replace(f"/c/{first_slug}", f"/c/{told.slug}")
        campaign.template, campaign.closing_note = told.template, told.closing_note
        if told.contact is not None:
            campaign.contact_name, campaign.contact_phone = told.contact.name, told.contact.phone
            campaign.contact_email = told.contact.email
        session.add(campaign)
        session.flush()
        history.prepare(session, owner, campaign, told)
    second = next((one for one in cast if one.role is Role.EDITOR), owner)
    stage = Stage(session, owner, finance, second, campaign, told)
    links = {one.key: link for one in told.influencers if (link := _influencer(stage, one))}
    with clock.frozen(min(stage.at(-7), clock.now()), everywhere=False):
        facts.check(stage)
    _live_through(stage, drawn)
    insights.tell(stage)
    insights.publish(stage)
    return links


def _document(told: DemoCampaign, starts_on: date) -> doc.Document:
    public = set(doc.Influencer.model_fields)
    return doc.Document(
        format="septaine-blueprint/1",
        campaign=told.campaign.model_copy(update={"starts_on": starts_on}),
        drive=told.drive,
        promises=told.promises,
        budget=told.budget,
        accounts=told.accounts,
        days=told.days,
        media=[
            item.model_copy(update={"file": f"{item.key}.png", "motif": None, "sha256": ""})
            for item in told.media
        ],
        influencers=[
            doc.Influencer.model_validate(one.model_dump(include=public)) for one in told.influencers
        ],
    )


def _influencer(stage: Stage, told: DemoInfluencer) -> str | None:
    """Decide, agree and invite as told; returns the path of the personal link of those who said yes."""
    session, actor, campaign = stage.session, stage.actor, stage.campaign
    person = session.exec(
        select(Influencer).where(Influencer.campaign_id == campaign.id, Influencer.name == told.name)
    ).one()
    person.email = told.email
    if told.stage == "shortlisted":
        return None
    on = campaign.starts_on - timedelta(days=told.decided_days_before or PREPARED_DAYS - 10)
    with _on(on, campaign.timezone):
        findings = [
            {"question": one.question, "answer": "yes" if one.ok else "no", "note": one.answer}
            for one in told.vetting
        ]
        influencers.decide(
            session,
            actor,
            person,
            approve=told.stage != "refused",
            note=told.decision_note,
            findings=findings,
        )
        if told.stage in ("refused", "approved") or told.agreement is None:
            return None
        influencers.set_terms(
            session,
            actor,
            person,
            agreement=Agreement(told.agreement),
            value_minor=told.agreement_value_minor,
            note="",
            disclosure=told.disclosure,
            contract_on=None,
        )
        if told.stage == "confirmed":
            influencers.record_yes(session, actor, campaign, person)
        url = influencers.issue_link(session, actor, campaign, person)
    return url.removeprefix(get_settings().base_url)


def _live_through(stage: Stage, drawn: Mapping[str, media.Prepared]) -> None:
    """Bring the campaign to its state, telling what happened on the way."""
    campaign, told = stage.campaign, stage.told
    goal = State(told.state)
    if goal is State.DRAFT:
        return
    moments = {
        State.READY: stage.at(-6),
        State.LIVE: launch.goes_live_at(campaign),
        State.DRIVE: launch.drive_opens_at(campaign),
        State.REPORTING: launch.drive_closes_at(campaign),
    }
    for state in STATES[: STATES.index(goal) + 1]:
        if state is State.CLOSED:
            history.prove(stage, drawn)
        moment = moments.get(
            state, max((stage.after(one.after_days) for one in told.updates), default=clock.now())
        )
        with clock.frozen(min(moment, clock.now()), everywhere=False):
            launch.advance(stage.session, stage.actor, campaign, state)
        if state is State.READY:
            visiting.lay(stage)
        if state is State.LIVE:
            posts = publishing.of_campaign(stage.session, campaign.id)
            history.tell_week(stage, posts)
            history.review(stage, posts)
            history.go_wrong(stage)
            asking.tell(stage)
            moderating.weather(stage)
            voices.tell(stage)
            facts.claim_later(stage)
            facts.correct(stage, before=True)
            notices.tell(stage)
            visiting.tell(stage)
            visiting.attribute_acts(stage)
            following.ask(stage)
            following.tell_days(stage)
        if state is State.DRIVE:
            history.give(stage)
            visiting.attribute(stage)
            trouble.tell(stage)
            collecting.tell(stage)
            receipts.tell(stage)
            moderating.read_gift_messages(stage, unread=moderating.UNREAD if goal is State.DRIVE else 0)
            facts.correct(stage, before=False)
            with clock.frozen(min(moment, clock.now()), everywhere=False):
                following.tell(stage)
    if goal in (State.DRIVE, State.REPORTING):
        history.prove(stage, drawn)
    lasting.tell(stage)
    following.end(stage)
    log.seal_now(stage.session, campaign)


@contextmanager
def _on(day: date, zone: str) -> Iterator[None]:
    """Act at nine in the morning of a day, but never in the future."""
    moment = clock.resolve_wall(day, time(9, 0), zone)
    with clock.frozen(min(moment, clock.now()), everywhere=False):
        yield
