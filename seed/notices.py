"""What was reported of a campaign of the demo, and what became of it. Nothing that lies ahead is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select

from app.challenges.models import Challenge, ChallengeAct
from app.core import clock, stamps
from app.intake import queries as intake
from app.intake import service as items
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent, screen
from app.notices import deciding
from app.notices.models import Notice
from app.notices.rules import Category, Ground, Outcome, Side
from app.notices.service import Report, file
from app.people.models import Membership, Person
from app.people.rules import Actor, Permission
from app.stories import queries as stories
from app.supporters import service as supporters

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage


def tell(stage: Stage) -> None:
    """Every notice of the file whose moment has come, in the order of their moments."""
    for told in stage.told.notices:
        at = stage.at(told.day, told.hour)
        if at > clock.now():
            continue
        with clock.frozen(at - timedelta(minutes=4), everywhere=False):
            stamp = stamps.form_stamp()
        with clock.frozen(at, everywhere=False):
            notice = _file(stage, told, stamp)
        _follow(stage, told, notice)


def _file(stage: Stage, told: schema.Notice, stamp: str) -> Notice:
    address = f"/c/{stage.campaign.slug}/days/{told.day}"
    if told.act:
        address += f"#item-{_item(stage, told).pid}"
    notice, _ = file(
        stage.session,
        Report(
            address=address,
            category=Category(told.category),
            reason=told.reason,
            name=told.name,
            email=told.email,
            language=stage.campaign.language,
            stamp=stamp,
            source=told.email,
        ),
    )
    return notice


def _item(stage: Stage, told: schema.Notice) -> Item:
    """The act's words as an accepted item of somebody with a mailbox."""
    session, campaign = stage.session, stage.campaign
    act = _act(stage, told)
    item = intake.of_subject(session, Kind.ACT, act.id)
    if item is None:
        seen = screen(session, campaign, Sent(text=act.text, address="192.0.2.1", agent="demo"))
        item = items.file(session, campaign, kind=Kind.ACT, subject_id=act.id, screening=seen)
    if item.supporter_id is None:
        author = supporters.begin(
            session,
            organisation_id=campaign.organisation_id,
            language=campaign.language,
            email=told.author,
        )
        item.supporter_id = author.id
        session.add(item)
        session.flush()
    if item.state is ItemState.PENDING:
        items.move(session, item, ItemState.ACCEPTED, person_id=stage.second.person_id)
    return item


def _act(stage: Stage, told: schema.Notice) -> ChallengeAct:
    words = next(acts.words for acts in stage.told.acts if acts.day == told.day)[told.act - 1]
    day = stories.day(stage.session, stage.campaign.id, told.day)
    return stage.session.exec(
        select(ChallengeAct)
        .join(Challenge, col(Challenge.id) == ChallengeAct.challenge_id)
        .where(Challenge.day_id == (day.id if day else 0), ChallengeAct.text == words.text)
    ).one()


def _follow(stage: Stage, told: schema.Notice, notice: Notice) -> None:
    """Decide and contest as told, by the first member who may."""
    decided_at = notice.created_at + timedelta(hours=told.after_hours)
    if not told.after_hours or decided_at > clock.now():
        return
    with clock.frozen(decided_at, everywhere=False):
        actor = next(one for one in _team(stage) if deciding.hindrance(stage.session, one, notice) is None)
        restricts = told.outcome != "keep"
        judgement = deciding.Judgement(
            outcome=Outcome(told.outcome),
            facts=told.facts,
            ground=Ground.LAW if restricts else None,
            basis=told.basis,
            unfounded=told.unfounded,
        )
        deciding.claim(stage.session, actor, notice)
        deciding.decide(stage.session, actor, notice, judgement, version=notice.version)
    contested_at = decided_at + timedelta(hours=2)
    if told.contested and contested_at <= clock.now():
        with clock.frozen(contested_at, everywhere=False):
            deciding.appeal(stage.session, notice, Side.NOTIFIER, told.contested)


def _team(stage: Stage) -> Iterator[Actor]:
    """The members who may decide, the youngest first: owners have other things to do."""
    rows = stage.session.exec(
        select(Person, Membership)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.organisation_id == stage.campaign.organisation_id)
        .order_by(col(Membership.id).desc())
    ).all()
    for person, membership in rows:
        actor = Actor(person.id, membership.organisation_id, membership.role, person.name)
        if actor.may(Permission.MODERATE):
            yield actor
