"""The schedule forgets what its time has passed, not a day sooner, and says beforehand what it would forget."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.donations.models import Gift
from app.donations.rules import GiftState
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Kind
from app.intake.screening import Sent, screen
from app.notices.models import Notice
from app.notices.rules import Category, NoticeState
from app.people.rules import Actor
from app.privacy import jobs, queries, retention
from app.privacy.models import RetentionRun
from app.supporters import service as supporters
from app.supporters.models import SupporterLink, SupporterVisit
from app.supporters.rules import LINK_LIFE, VISIT_LIFE
from tests import factories
from tests.privacy import stage

YEAR = timedelta(days=365)
RULES = {rule.name: rule for rule in retention.RULES}


@pytest.fixture
def owner(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def campaign(session: Session, owner: Actor) -> Campaign:
    return session.exec(select(Campaign)).first() or _campaign(session, owner)


def _campaign(session: Session, owner: Actor) -> Campaign:
    from app.people.models import Organisation

    return factories.campaign(session, session.get_one(Organisation, owner.organisation_id))


def _visit(session: Session, owner: Actor, campaign: Campaign) -> None:
    someone = supporters.begin(session, organisation_id=owner.organisation_id, language="fr")
    supporters.open_visit(session, someone)


def _link(session: Session, owner: Actor, campaign: Campaign) -> None:
    someone = supporters.begin(session, organisation_id=owner.organisation_id, language="fr")
    supporters.new_link(session, someone)


def _supporter(session: Session, owner: Actor, campaign: Campaign) -> None:
    supporters.begin(session, organisation_id=owner.organisation_id, language="fr", email="a@example.org")


def _item(session: Session, owner: Actor, campaign: Campaign) -> None:
    sent = Sent("Un mot assez long pour être reconnu", "192.0.2.1", "Firefox")
    intake.file(
        session, campaign, kind=Kind.TESTIMONIAL, subject_id=1, screening=screen(session, campaign, sent)
    )


def _unpaid(session: Session, owner: Actor, campaign: Campaign) -> None:
    stage.gift(session, campaign, GiftState.EXPIRED)


def _paid(session: Session, owner: Actor, campaign: Campaign) -> None:
    stage.gift(session, campaign)


def _shortlisted(session: Session, owner: Actor, campaign: Campaign) -> None:
    stage.influencer(session, owner, campaign, stage=Stage.SHORTLISTED)


def _notice(session: Session, owner: Actor, campaign: Campaign) -> None:
    notice = Notice(
        organisation_id=owner.organisation_id,
        campaign_id=campaign.id,
        category=Category.PERSON,
        address=f"/c/{campaign.slug}",
        reason="The second sentence names my brother.",
        name="Paul Martin",
        email="paul@example.org",
        state=NoticeState.DECIDED,
    )
    session.add(notice)


Maker = Callable[[Session, Actor, Campaign], None]
CASES: dict[str, tuple[Maker, timedelta]] = {
    "visits": (_visit, VISIT_LIFE),
    "links": (_link, LINK_LIFE),
    "sources": (_item, timedelta(days=30)),
    "unpaid": (_unpaid, timedelta(days=90)),
    "supporters": (_supporter, 3 * YEAR),
    "notices": (_notice, timedelta(days=548)),
    "never-with-us": (_shortlisted, 3 * YEAR),
    "givers": (_paid, 10 * YEAR),
}


def due(name: str) -> int:
    with reading() as session:
        return {line.rule.name: line.due for line in queries.schedule(session)}[name]


@pytest.mark.parametrize("name", CASES)
def test_a_rule_forgets_when_its_time_has_passed(
    session: Session, owner: Actor, campaign: Campaign, name: str
) -> None:
    make, after = CASES[name]
    begun = clock.now()
    make(session, owner, campaign)
    session.commit()
    with clock.frozen(begun + after - timedelta(seconds=1)):
        assert due(name) == 0
        jobs.keep_to_schedule()
    with clock.frozen(begun + after + timedelta(seconds=1)):
        assert due(name) == 1, "a dry run says so before"
        assert due(name) == 1, "and changes nothing"
        assert jobs.keep_to_schedule() >= 1
        assert due(name) == 0
        with reading() as fresh:
            assert fresh.exec(select(RetentionRun).order_by(RetentionRun.id.desc())).first().counts[name] == 1  # type: ignore[union-attr,attr-defined]
        assert jobs.keep_to_schedule() == 0


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == set(RULES)


def test_what_is_forgotten_is_gone(session: Session, owner: Actor, campaign: Campaign) -> None:
    for make, _ in CASES.values():
        make(session, owner, campaign)
    session.commit()
    with clock.frozen(clock.now() + 10 * YEAR + timedelta(days=1)):
        jobs.keep_to_schedule()
    with reading() as fresh:
        assert fresh.exec(select(SupporterVisit)).all() == []
        assert fresh.exec(select(SupporterLink)).all() == []
        item = fresh.exec(select(Item)).one()
        assert (item.source, item.likeness) == ("", "")
        notice = fresh.exec(select(Notice)).one()
        assert (notice.reason, notice.email, notice.category) == ("", "", Category.PERSON)
        assert all(not one.donor_email and one.amount_minor for one in fresh.exec(select(Gift)))
        assert fresh.exec(select(Influencer)).one().email == ""


def test_a_backlog_is_worked_off_in_batches(
    session: Session, owner: Actor, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        _unpaid(session, owner, campaign)
    session.commit()
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert [jobs.keep_to_schedule() for _ in range(4)] == [2, 2, 1, 0]
