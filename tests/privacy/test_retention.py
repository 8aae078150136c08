"""The schedule forgets what its time has passed, not a day sooner, and says beforehand what it would forget."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges.models import Challenge, ChallengeAct, ChallengeMiss
from app.challenges.rules import Obstacle
from app.core import clock
from app.core.db import reading
from app.core.ids import new_pid
from app.crisis.models import CrisisPlan
from app.donations.models import Gift, GivingPlan
from app.donations.rules import GiftState, PlanState
from app.followers import service as following
from app.followers.models import Delivery, DeviceNotice, Dispatch, FollowDevice, Follower
from app.followers.rules import Ending, FollowState
from app.followups.models import FollowUp, FollowUpAsked
from app.followups.rules import Lasted
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.intake import queries as items
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent, screen
from app.media.models import Media, MediaKind, Portrait
from app.media.rules import Shows
from app.moderation.models import Look
from app.notices.models import Notice
from app.notices.rules import Category, NoticeState
from app.people.rules import Actor
from app.privacy import jobs, queries, retention, schedule
from app.privacy.models import RetentionRun
from app.questions import service as questions
from app.questions.models import Question
from app.questions.service import Words
from app.stories.models import Day
from app.supporters import service as supporters
from app.supporters.models import SupporterLink, SupporterVisit
from app.supporters.rules import LINK_LIFE, VISIT_LIFE
from tests import factories
from tests.privacy import stage

YEAR = timedelta(days=365)
RULES = {rule.name: rule for rule in schedule.RULES}


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
    _sent(session, campaign)


def _sent(session: Session, campaign: Campaign) -> Item:
    """A question as it arrives, with its item."""
    someone = supporters.begin(session, organisation_id=campaign.organisation_id, language="fr")
    text = "Un mot assez long pour être reconnu"
    asked = questions.ask(
        session,
        campaign,
        someone,
        words=Words(text, "Lucie"),
        screening=screen(session, campaign, Sent(text, "192.0.2.1", "Firefox")),
        uses={},
        participant=f"{someone.id}",
    )
    item = items.of_subject(session, Kind.QUESTION, asked.id)
    assert item is not None
    return item


def _refused(session: Session, owner: Actor, campaign: Campaign) -> None:
    assert intake.move(session, _sent(session, campaign), ItemState.REJECTED, reason_text="Non, Lucie.")


def _restricted(session: Session, owner: Actor, campaign: Campaign) -> None:
    item = _sent(session, campaign)
    assert intake.move(session, item, ItemState.ACCEPTED)
    assert intake.move(session, item, ItemState.RESTRICTED)


def _accepted(session: Session, owner: Actor, campaign: Campaign) -> None:
    assert intake.move(session, _sent(session, campaign), ItemState.ACCEPTED)


def _challenge(session: Session, campaign: Campaign) -> Challenge:
    found = session.exec(select(Challenge).where(Challenge.campaign_id == campaign.id)).first()
    if found is not None:
        return found
    day = Day(campaign_id=campaign.id, number=1)
    session.add(day)
    session.flush()
    made = Challenge(campaign_id=campaign.id, day_id=day.id, title="Lire")
    session.add(made)
    session.flush()
    return made


def _proof(session: Session, owner: Actor, campaign: Campaign) -> None:
    asked = _challenge(session, campaign)
    act = ChallengeAct(
        campaign_id=campaign.id, challenge_id=asked.id, participant="x", link="https://a.example"
    )
    session.add(act)


def _obstacle(session: Session, owner: Actor, campaign: Campaign) -> None:
    asked = _challenge(session, campaign)
    miss = ChallengeMiss(
        campaign_id=campaign.id, challenge_id=asked.id, obstacle=Obstacle.TIME, text="Ma fille"
    )
    session.add(miss)


def _look(session: Session, owner: Actor, campaign: Campaign) -> None:
    session.add(Look(item_id=_sent(session, campaign).id, person_id=owner.person_id or 0))


def _portrait(session: Session, owner: Actor, campaign: Campaign) -> None:
    medium = Media(
        organisation_id=owner.organisation_id,
        kind=MediaKind.IMAGE,
        mime="image/jpeg",
        width=1,
        height=1,
        bytes=1,
        sha256="x",
    )
    session.add(medium)
    session.flush()
    session.add(Portrait(media_id=medium.id, shows=Shows.ADULT, who="Lucie", withdrawn_at=clock.now()))


def _contacts(session: Session, owner: Actor, campaign: Campaign) -> None:
    _closed(session, campaign)
    campaign.contact_name = campaign.contact_phone = campaign.contact_email = ""
    session.add(CrisisPlan(campaign_id=campaign.id, contacts=[{"name": "Nora", "phone": "06"}]))


def _closed(session: Session, campaign: Campaign) -> None:
    campaign.state, campaign.closed_at = State.CLOSED, clock.now()
    session.add(campaign)


def _carried(session: Session, owner: Actor, campaign: Campaign) -> None:
    stage.influencer(session, owner, campaign)
    _closed(session, campaign)


def _unpaid(session: Session, owner: Actor, campaign: Campaign) -> None:
    stage.gift(session, campaign, GiftState.EXPIRED)


def _ended_plan(session: Session, _owner: Actor, campaign: Campaign) -> None:
    """A monthly gift that has ended; one that runs is no longer than needed either, and not yet over."""
    common = {
        "organisation_id": campaign.organisation_id,
        "campaign_id": campaign.id,
        "amount_minor": 1_500,
        "currency": "EUR",
        "donor_name": "Lucie Marchand",
    }
    session.add(GivingPlan(state=PlanState.ENDED, ended_at=clock.now(), **common))
    session.add(GivingPlan(state=PlanState.ACTIVE, **common))


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


def _follower(session: Session, owner: Actor, campaign: Campaign, **values: Any) -> Follower:
    count = len(session.exec(select(Follower)).all())
    row = Follower(
        organisation_id=owner.organisation_id,
        campaign_id=campaign.id,
        email=f"lucie{count}@example.org",
        language="fr",
        topics=1,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def _asked(session: Session, owner: Actor, campaign: Campaign) -> None:
    _follower(session, owner, campaign)


def _left(session: Session, owner: Actor, campaign: Campaign) -> None:
    following.end(session, _follower(session, owner, campaign, state=FollowState.ACTIVE), Ending.LEFT)


def _complained(session: Session, owner: Actor, campaign: Campaign) -> None:
    following.end(session, _follower(session, owner, campaign, state=FollowState.ACTIVE), Ending.COMPLAINED)


def _followed(session: Session, owner: Actor, campaign: Campaign) -> None:
    _follower(session, owner, campaign, state=FollowState.ACTIVE)
    campaign.state, campaign.closed_at = State.CLOSED, clock.now()
    session.add(campaign)


def _told(session: Session, owner: Actor, campaign: Campaign) -> None:
    row = _follower(session, owner, campaign, state=FollowState.ACTIVE)
    done = Dispatch(campaign_id=campaign.id, key=f"day:{row.id}", topics=1, title="x", ended_at=clock.now())
    session.add(done)
    session.flush()
    session.add(Delivery(dispatch_id=done.id, follower_id=row.id, due_at=clock.now()))


def _device(session: Session, owner: Actor, campaign: Campaign) -> FollowDevice:
    row = FollowDevice(
        organisation_id=owner.organisation_id,
        campaign_id=campaign.id,
        endpoint_hash=new_pid(),
        sealed="",
        language="fr",
        topics=1,
    )
    session.add(row)
    session.flush()
    return row


def _on_device(session: Session, owner: Actor, campaign: Campaign) -> None:
    _device(session, owner, campaign)
    campaign.state, campaign.closed_at = State.CLOSED, clock.now()
    session.add(campaign)


def _noticed(session: Session, owner: Actor, campaign: Campaign) -> None:
    row = _device(session, owner, campaign)
    done = Dispatch(campaign_id=campaign.id, key="day:1", topics=1, title="x", ended_at=clock.now())
    session.add(done)
    session.flush()
    session.add(DeviceNotice(dispatch_id=done.id, device_id=row.id, due_at=clock.now()))


def _asked_later(session: Session, _owner: Actor, campaign: Campaign) -> None:
    round_ = FollowUp(campaign_id=campaign.id, days=30)
    session.add(round_)
    session.flush()
    answered = {"lasted": Lasted.STILL, "changed": "Une page, le soir.", "answered_at": clock.now()}
    session.add(FollowUpAsked(follow_up_id=round_.id, language="fr", **answered))


CASES: dict[str, tuple[Maker, timedelta]] = {
    "unconfirmed": (_asked, timedelta(days=7)),
    "left": (_left, timedelta(days=90)),
    "complained": (_complained, 3 * YEAR),
    "told": (_told, timedelta(days=90)),
    "noticed": (_noticed, timedelta(days=90)),
    "visits": (_visit, VISIT_LIFE),
    "links": (_link, LINK_LIFE),
    "sources": (_item, timedelta(days=30)),
    "refused": (_refused, timedelta(days=90)),
    "restricted": (_restricted, timedelta(days=548)),
    "sent": (_accepted, 3 * YEAR),
    "proofs": (_proof, timedelta(days=183)),
    "obstacles": (_obstacle, YEAR),
    "followups": (_asked_later, YEAR),
    "looks": (_look, YEAR),
    "portraits": (_portrait, 3 * YEAR),
    "contacts": (_contacts, YEAR),
    "was-with-us": (_carried, 3 * YEAR),
    "unpaid": (_unpaid, timedelta(days=90)),
    "supporters": (_supporter, 3 * YEAR),
    "notices": (_notice, timedelta(days=548)),
    "never-with-us": (_shortlisted, 3 * YEAR),
    "givers": (_paid, 10 * YEAR),
    "plans": (_ended_plan, 3 * YEAR),
    "devices": (_on_device, timedelta(days=90)),  # the last two close the campaign
    "followed": (_followed, 3 * YEAR),
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
        for item in fresh.exec(select(Item)):
            assert (item.source, item.network, item.likeness) == ("", "", "")
            assert (item.excerpt, item.reason_text) == ("", "")
            assert item.forgotten_at is not None
        assert {item.state for item in fresh.exec(select(Item))} == {
            ItemState.REJECTED,
            ItemState.RESTRICTED,
            ItemState.WITHDRAWN,
        }
        assert {(one.text, one.name) for one in fresh.exec(select(Question))} == {("", "")}
        assert fresh.exec(select(ChallengeAct.link)).one() == ""
        assert fresh.exec(select(ChallengeMiss.text)).one() == ""
        assert fresh.exec(select(Look)).all() == []
        assert fresh.exec(select(Portrait.who)).one() == ""
        assert fresh.exec(select(CrisisPlan.contacts)).one() == []
        notice = fresh.exec(select(Notice)).one()
        assert (notice.reason, notice.email, notice.category) == ("", "", Category.PERSON)
        assert all(not one.donor_email and one.amount_minor for one in fresh.exec(select(Gift)))
        assert {one.email for one in fresh.exec(select(Influencer))} == {""}


def test_a_backlog_is_worked_off_in_batches(
    session: Session, owner: Actor, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        _unpaid(session, owner, campaign)
    session.commit()
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert [jobs.keep_to_schedule() for _ in range(4)] == [2, 2, 1, 0]
