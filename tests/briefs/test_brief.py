"""The personal link, the day in clock order, posted or not, and everything that must not open."""

from datetime import time, timedelta

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import Session, select

from app.briefs.access import cookie_name
from app.campaigns.models import Campaign
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import reading, transaction
from app.core.ids import token_hash
from app.influencers import service as influencers
from app.influencers.models import Influencer
from app.influencers.rules import Agreement
from app.people.rules import Actor
from app.publishing.models import Post, PostState
from app.stories.models import Day, Frame
from tests import factories


class World:
    """Maïa on her third day, with two posts of hers and one of somebody else's."""

    def __init__(self, session: Session) -> None:
        org = factories.organisation(session)
        self.owner = factories.member(session, org)
        self.campaign = factories.campaign(session, org)
        self.maia, self.path = person(session, self.owner, self.campaign, "Maïa")
        self.idriss, self.other_path = person(session, self.owner, self.campaign, "Idriss")
        day = Day(campaign_id=self.campaign.id, number=3, beat="L’atelier")
        session.add(day)
        session.flush()
        self.late = post(session, self.campaign, day, self.maia, time(20, 30), "Le soir")
        self.early = post(session, self.campaign, day, self.maia, time(12, 30), "Le midi")
        self.others = post(session, self.campaign, day, self.idriss, time(18, 0), "L’autre")
        session.commit()

    def csrf(self, client: TestClient) -> str:
        return keyed_hash("csrf-brief", token_hash(str(client.cookies.get(cookie_name()))))


def person(session: Session, actor: Actor, campaign: Campaign, name: str) -> tuple[Influencer, str]:
    row = influencers.add(session, actor, campaign, name=name, language="en")
    influencers.decide(session, actor, row, approve=True, note="Juste.", findings=[])
    influencers.set_terms(
        session,
        actor,
        row,
        agreement=Agreement.VOLUNTEER,
        value_minor=0,
        note="",
        disclosure="Bénévole",
        contract_on=None,
    )
    influencers.record_yes(session, actor, campaign, row)
    url = influencers.issue_link(session, actor, campaign, row)
    return row, url.removeprefix("https://testserver")


def post(session: Session, campaign: Campaign, day: Day, carrier: Influencer, at: time, title: str) -> Post:
    frame = Frame(campaign_id=campaign.id, day_id=day.id, position=0, title=title, caption=f"Texte : {title}")
    session.add(frame)
    session.flush()
    on = clock.today(campaign.timezone)
    row = Post(
        campaign_id=campaign.id,
        frame_id=frame.id,
        influencer_id=carrier.id,
        on_date=on,
        at_time=at,
        zone=campaign.timezone,
        due_at=clock.resolve_wall(on, at, campaign.timezone),
        send_at=clock.resolve_wall(on, at, campaign.timezone),
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def _state(pid: str) -> PostState:
    with reading() as session:
        return session.exec(select(Post.state).where(Post.pid == pid)).one()


def test_the_link_becomes_a_cookie_and_a_clean_address(world: World, client: TestClient) -> None:
    answer = client.get(world.path)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/brief"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-septaine-brief=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    page = client.get("/brief")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.text.index("Le midi") < page.text.index("Le soir")
    assert "L’autre" not in page.text
    assert "Bénévole" in page.text


def test_no_link_no_brief(world: World, client: TestClient) -> None:
    assert client.get("/brief").status_code == 410
    assert client.get("/brief/not-a-link-at-all").status_code == 410
    client.get(world.path)
    with transaction() as session:
        influencers.revoke_link(session, world.owner, session.merge(world.maia))
    assert client.get("/brief").status_code == 410
    assert client.get(world.path).status_code == 410


def test_guessing_is_slowed(world: World, client: TestClient) -> None:
    answers = [client.get(f"/brief/guess-{number}").status_code for number in range(22)]
    assert answers[:20] == [410] * 20
    assert answers[20:] == [429, 429]


def test_posted_with_proof_taken_back_and_declined(world: World, client: TestClient) -> None:
    client.get(world.path)
    csrf = world.csrf(client)
    at = f"/brief/posts/{world.early.pid}"
    proof = {"csrf": csrf, "proof_url": "https://instagram.example/p/1"}
    assert client.post(f"{at}/posted", data=proof).status_code == 303
    assert _state(world.early.pid) is PostState.SENT
    page = client.get("/brief").text
    assert "Posted at 11:00" in page
    assert "https://instagram.example/p/1" in page
    assert client.post(f"{at}/again", data={"csrf": csrf}).status_code == 303
    assert _state(world.early.pid) is PostState.SCHEDULED
    assert client.post(f"{at}/cannot", data={"csrf": csrf, "reason": "Train en retard"}).status_code == 303
    assert _state(world.early.pid) is PostState.DECLINED


@pytest.mark.parametrize("address", ["javascript:alert(1)", "pas une adresse", "ftp://x.example/1"])
def test_a_proof_is_a_web_address(world: World, client: TestClient, address: str) -> None:
    client.get(world.path)
    data = {"csrf": world.csrf(client), "proof_url": address}
    answer = client.post(f"/brief/posts/{world.early.pid}/posted", data=data)
    assert answer.status_code == 422
    assert f'value="{address}"' in answer.text
    assert _state(world.early.pid) is PostState.SCHEDULED


def test_other_peoples_posts_and_forms_without_a_token(world: World, client: TestClient) -> None:
    client.get(world.path)
    csrf = world.csrf(client)
    assert client.post(f"/brief/posts/{world.others.pid}/posted", data={"csrf": csrf}).status_code == 404
    assert client.post(f"/brief/posts/{world.early.pid}/posted").status_code == 403
    assert _state(world.others.pid) is PostState.SCHEDULED


def test_a_pause_turns_the_brief_around(world: World, client: TestClient) -> None:
    client.get(world.path)
    with clock.frozen(world.early.due_at + timedelta(minutes=40)):
        assert "post it now" in client.get("/brief").text
        with transaction() as session:
            campaign = session.merge(world.campaign)
            campaign.paused_at, campaign.pause_reason = clock.now(), "A source is being checked."
            campaign.hold_statement = "Nous vérifions."
        page = client.get("/brief").text
    assert "Do not post" in page
    assert "post it now" not in page
    assert "A source is being checked." in page
    assert "Nous vérifions." in page
    assert f"/brief/posts/{world.early.pid}/posted" not in page


def test_the_calendar_needs_only_its_address(world: World, client: TestClient) -> None:
    client.get(world.path)
    page = client.get("/brief").text
    path = page.split('href="')[
        [("/brief/calendar/" in part) for part in page.split('href="')].index(True)
    ].split('"')[0]
    client.cookies.clear()
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert {str(event["UID"]) for event in events} == {
        f"post-{one.pid}@septaine" for one in (world.early, world.late)
    }
    assert client.get(path.replace("-", "-x", 1)).status_code == 404
