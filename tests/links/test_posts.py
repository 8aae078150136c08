"""Each planned post gets its short link by itself; what it then carries, and what the brief says."""

from datetime import time
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.briefs import queries as briefs
from app.campaigns.models import Campaign
from app.core.db import reading
from app.core.settings import get_settings
from app.influencers.models import Influencer
from app.links.models import TrackedLink
from app.links.rules import Target
from app.publishing import plans, shortened
from app.publishing.models import Post
from app.publishing.service import Delivery, add_post
from app.stories.models import Frame
from tests import factories
from tests.links.conftest import House


def _post(house: House, *, hour: int = 12, channel: str = "", leads: str = "") -> Post:
    house.frame.link_url = leads
    house.session.add(house.frame)
    account = factories.account(house.session, house.organisation.id, channel=channel) if channel else None
    made = add_post(
        house.session,
        house.owner,
        house.campaign,
        house.frame.pid,
        at_time=time(hour),
        influencer=None if channel else house.influencer,
        delivery=Delivery(account=account) if account else Delivery(),
    )
    house.session.commit()
    return made


def _links() -> list[TrackedLink]:
    with reading() as session:
        return list(session.exec(select(TrackedLink)).all())


def _base(path: str = "") -> str:
    return f"{get_settings().base_url}/c/maia{path}"


def test_a_post_by_hand_has_its_link_in_the_brief(house: House, client: TestClient) -> None:
    _post(house)
    _post(house, hour=18)  # the same frame again: the same link
    assert shortened.lay_links() == 1
    assert shortened.lay_links() == 0
    (link,) = _links()
    assert (link.place, link.day_number, link.influencer_id) == (Target.DAY, 3, house.influencer.id)
    assert (link.frame_id, link.channel) == (house.frame.id, "")
    with reading() as session:
        campaign = session.get_one(Campaign, house.campaign.id)
        person = session.get_one(Influencer, house.influencer.id)
        day = briefs.brief_day(session, campaign, person, 3)
    assert {item.link for item in day.items} == {f"{get_settings().base_url}/r/{link.code}"}
    assert urlsplit(client.get(f"/r/{link.code}").headers["location"]).path == "/c/maia/days/3"


@pytest.mark.parametrize(
    ("path", "target"), [("", Target.CAMPAIGN), ("/donate", Target.DONATE), ("/voices", Target.VOICES)]
)
def test_a_post_on_a_channel_carries_its_own_link(house: House, path: str, target: Target) -> None:
    _post(house, channel="bluesky", leads=_base(path))
    shortened.lay_links()
    (link,) = _links()
    assert (link.place, link.channel, link.influencer_id) == (target, "bluesky", None)
    with reading() as session:
        campaign = session.get_one(Campaign, house.campaign.id)
        (plan,) = plans.plans(session, campaign)
        (piece,) = plans.pieces(plan, campaign)
    assert piece.link == f"{get_settings().base_url}/r/{link.code}"


def test_a_link_elsewhere_stays_as_it_was_written(house: House) -> None:
    _post(house, channel="bluesky", leads="https://example.org/livre")
    assert shortened.lay_links() == 0
    with reading() as session:
        campaign = session.get_one(Campaign, house.campaign.id)
        (plan,) = plans.plans(session, campaign)
        assert plans.pieces(plan, campaign)[0].link == "https://example.org/livre"


def test_a_frame_without_a_link_adds_none_to_its_post(house: House) -> None:
    """What the team approved is what goes out: a link of ours is for the person who posts by hand."""
    _post(house, channel="bluesky")
    shortened.lay_links()
    with reading() as session:
        campaign = session.get_one(Campaign, house.campaign.id)
        (plan,) = plans.plans(session, campaign)
        assert plans.pieces(plan, campaign)[0].link == ""


def test_on_the_day_of_the_drive_a_post_leads_to_the_gift(house: House) -> None:
    house.campaign.drive_day = 3
    house.session.add(house.campaign)
    _post(house)
    shortened.lay_links()
    assert [one.place for one in _links()] == [Target.DONATE]


def test_a_frame_given_another_address_takes_its_links_along(house: House, client: TestClient) -> None:
    _post(house, channel="bluesky", leads=_base("/voices"))
    shortened.lay_links()
    (link,) = _links()
    house.frame.link_url = _base("/donate")
    house.session.add(house.frame)
    house.session.commit()
    assert urlsplit(client.get(f"/r/{link.code}").headers["location"]).path == "/c/maia/donate"


def test_a_frame_that_goes_leaves_its_link(house: House, client: TestClient) -> None:
    _post(house)
    shortened.lay_links()
    (link,) = _links()
    for row in (*house.session.exec(select(Post)).all(), house.session.get_one(Frame, house.frame.id)):
        house.session.delete(row)
        house.session.flush()
    house.session.commit()
    (left,) = _links()
    assert (left.code, left.frame_id) == (link.code, None)
    assert urlsplit(client.get(f"/r/{link.code}").headers["location"]).path == "/c/maia/days/3"
