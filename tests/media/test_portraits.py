"""A picture of somebody is shown while they agree, to the last day, and by nothing and nobody afterwards."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.briefs import queries as briefs
from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date
from app.core import clock
from app.core.db import reading
from app.core.errors import Forbidden
from app.influencers.models import Influencer
from app.launch import queries as launch
from app.media import portraits, rules
from app.media import queries as media_queries
from app.media import service as media
from app.media.models import Media, Portrait
from app.media.rules import Agreed, Shows
from app.people.models import Organisation
from app.people.rules import Actor, Role
from app.publishing import plans
from app.publishing.flags import FlagKind
from app.stories import service as stories
from app.stories.models import FrameKind
from tests import factories
from tests.house.world import World
from tests.media.samples import picture

TODAY = date(2027, 3, 3)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("shows", "expires_on", "withdrawn", "stands"),
    [
        (Shows.NOBODY, None, False, Agreed.FREE),
        (Shows.NOBODY, TODAY - DAY, True, Agreed.FREE),
        (Shows.ADULT, None, False, Agreed.HOLDS),
        (Shows.ADULT, TODAY, False, Agreed.HOLDS),
        (Shows.ADULT, TODAY - DAY, False, Agreed.ENDED),
        (Shows.CHILD, TODAY + DAY, True, Agreed.WITHDRAWN),
        (Shows.CHILD, TODAY - DAY, True, Agreed.WITHDRAWN),
    ],
)
def test_where_an_agreement_stands(
    shows: Shows, expires_on: date | None, *, withdrawn: bool, stands: Agreed
) -> None:
    assert rules.agreement(shows, expires_on=expires_on, withdrawn=withdrawn, today=TODAY) is stands


@pytest.fixture
def ours(session: Session) -> World:
    return World(session, "Les Lanternes")


def _pictured(session: Session, world: World) -> Media:
    """The world's frame with a picture that a public page shows today."""
    kept = media.store_image(session, world.owner, picture(), "a.png", public=True)
    frame = world.frame
    frame.media_id, frame.kind, frame.alt_text = kept.id, FrameKind.IMAGE, "Maïa lit"
    session.add(frame)
    session.flush()
    return kept


def _agreed(session: Session, world: World, kept: Media, expires_on: date | None = None) -> None:
    portraits.declare(
        session, world.owner, kept, shows=Shows.ADULT, who="Maïa", agreed_on=TODAY, expires_on=expires_on
    )


def test_a_withdrawal_ends_every_showing(session: Session, client: TestClient, ours: World) -> None:
    kept = _pictured(session, ours)
    _agreed(session, ours, kept)
    session.commit()
    address = f"/media/{kept.pid}/full.webp"
    shown = client.get(address)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "public, max-age=300", "nobody keeps it for long"
    signed = media.signed_url(kept, "share.jpg", clock.now() + DAY).removeprefix("https://testserver")
    assert client.get(signed).status_code == 200
    portraits.withdraw(session, ours.owner, kept)
    session.commit()
    assert client.get(address).status_code == 404
    assert client.get(signed).status_code == 404
    with reading() as fresh:
        assert media_queries.urls(fresh, [kept.id]) == {}
        assert kept.id in media_queries.urls(fresh, [kept.id], studio=True), "the team still sees it"


def test_it_is_shown_to_its_last_day(session: Session, ours: World) -> None:
    kept = _pictured(session, ours)
    _agreed(session, ours, kept, expires_on=TODAY + DAY)
    with clock.frozen(clock.now() + DAY):
        assert portraits.may_show(session, kept)
    with clock.frozen(clock.now() + 2 * DAY):
        assert not portraits.may_show(session, kept)


def test_a_new_agreement_shows_it_again(session: Session, ours: World) -> None:
    kept = _pictured(session, ours)
    _agreed(session, ours, kept)
    portraits.withdraw(session, ours.owner, kept)
    assert not portraits.may_show(session, kept)
    _agreed(session, ours, kept)
    assert portraits.may_show(session, kept)
    assert len(session.exec(select(Portrait)).all()) == 1


def test_what_nobody_declared_is_shown(session: Session, ours: World) -> None:
    assert portraits.may_show(session, _pictured(session, ours))


def test_ending_soon(session: Session, ours: World) -> None:
    kept = _pictured(session, ours)
    for days, soon in ((14, True), (15, False), (-1, False)):
        _agreed(session, ours, kept, expires_on=TODAY + days * DAY)
        found = portraits.of_media(session, [kept.id])[kept.id]
        assert portraits.ends_soon(found) is soon, days


def test_the_brief_leaves_the_picture_out(session: Session, ours: World) -> None:
    kept = _pictured(session, ours)
    post = ours.post
    _agreed(session, ours, kept)
    portraits.withdraw(session, ours.owner, kept)
    session.commit()
    with reading() as fresh:
        campaign = fresh.get_one(Campaign, ours.campaign.id)
        influencer = fresh.get_one(Influencer, ours.influencer.id)
        number = (post.on_date - campaign.starts_on).days + 1
        assert day_date(campaign.starts_on, number) == post.on_date
        (item,) = briefs.brief_day(fresh, campaign, influencer, number).items
        assert item.parts[0].is_withheld
        assert briefs.own_media(fresh, influencer, kept.pid) is None


def test_lesser_roles_say_nothing_of_pictures(session: Session, ours: World) -> None:
    kept = _pictured(session, ours)
    organisation = session.get_one(Organisation, ours.organisation.id)
    moderator: Actor = factories.member(session, organisation, Role.MODERATOR, "Mo")
    with pytest.raises(Forbidden):
        portraits.declare(session, moderator, kept, shows=Shows.NOBODY)


def test_the_page_asks_for_what_an_agreement_needs(session: Session, client: TestClient, ours: World) -> None:
    _pictured(session, ours)
    stories.get_frame(session, ours.campaign, ours.frame.pid)
    csrf = factories.sign_in(session, client, ours.owner)
    session.commit()
    here = f"/studio/campaigns/{ours.campaign.pid}/frames/{ours.frame.pid}"
    assert "Not said yet" in client.get(here).text
    bare = client.post(f"{here}/portrait", data={"csrf": csrf, "shows": "child"})
    assert bare.status_code == 422
    for words in ("Say who it is", "Say which parent", "Give the day"):
        assert words in bare.text
    turned = client.post(
        f"{here}/portrait",
        data={
            "csrf": csrf,
            "shows": "adult",
            "who": "Maïa",
            "agreed_on": "2027-03-01",
            "expires_on": "2027-02-01",
        },
    )
    assert turned.status_code == 422
    assert "The last day comes after" in turned.text
    whole = {"csrf": csrf, "shows": "adult", "who": "Maïa", "agreed_on": "2027-03-01"}
    assert client.post(f"{here}/portrait", data=whole).status_code == 303
    assert "They agreed." in client.get(here).text
    assert client.post(f"{here}/portrait/withdraw", data={"csrf": csrf}).status_code == 303
    assert "nothing shows it any more" in client.get(here).text


@pytest.mark.parametrize(("days", "flagged"), [(-1, True), (0, False), (1, False)])
def test_a_post_after_the_last_day_is_flagged(
    session: Session, ours: World, days: int, *, flagged: bool
) -> None:
    """On the calendar, the post and among what readiness asks for."""
    kept = _pictured(session, ours)
    assert ours.post
    _agreed(session, ours, kept, ours.post.due_at.date() + timedelta(days=days))
    [plan] = [one for one in plans.plans(session, ours.campaign) if one.post.pid == ours.post.pid]
    assert (FlagKind.PORTRAIT in {one.kind for one in plan.flags}) is flagged
    ours.campaign.state = State.DRAFT  # the step whose checks look at pictures
    told_on = ours.campaign.starts_on + timedelta(days=ours.day.number - 1)
    day = next(one for one in launch.gather(session, ours.campaign).days if one.number == ours.day.number)
    assert bool(day.unagreed) is (told_on > ours.post.due_at.date() + timedelta(days=days))


def test_a_withdrawn_picture_is_flagged_at_once(session: Session, ours: World) -> None:
    kept = _pictured(session, ours)
    _agreed(session, ours, kept)
    portraits.withdraw(session, ours.owner, kept)
    assert ours.post
    [plan] = [one for one in plans.plans(session, ours.campaign) if one.post.pid == ours.post.pid]
    assert FlagKind.PORTRAIT in {one.kind for one in plan.flags}
    assert plan.stops
