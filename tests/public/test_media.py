"""Pictures and films of public pages: everyone's from their day on, nobody's before, the studio's always."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.donations import ledger
from app.donations.rules import EntryKind
from app.impact.models import Picture, Update
from app.media import service as media
from app.media.models import Media
from app.people.rules import Actor, Role
from app.stories.models import Frame, FrameKind
from tests import factories
from tests.challenges.stage import Stage, stage
from tests.conftest import NOW
from tests.media import samples
from tests.watching import statements


@dataclass
class World:
    made: Stage
    owner: Actor
    pictures: dict[int, Media]  # by the number of their day

    @property
    def campaign(self) -> Campaign:
        return self.made.campaign


def world(session: Session, days: tuple[int, ...] = (2, 3, 4), **values: Any) -> World:
    """A campaign whose third day is today, with a real picture in a story of some of its days."""
    made = stage(session, slug="hope", **values)
    owner = factories.member(session, made.organisation)
    pictures = {}
    for number in days:
        picture = media.store_image(session, owner, samples.picture(), "a.png", public=True)
        carry(session, made, number, picture)
        pictures[number] = picture
    session.commit()
    return World(made, owner, pictures)


def carry(session: Session, made: Stage, number: int, picture: Media) -> None:
    frame = Frame(
        campaign_id=made.campaign.id,
        day_id=made.days[number].id,
        position=0,
        kind=FrameKind(picture.kind.value),
        title="Lire",
        alt_text="Un livre",
        media_id=picture.id,
    )
    session.add(frame)
    session.flush()


def seen(client: TestClient, medium: Media, variant: str = "full.webp") -> bool:
    answer = client.get(f"/media/{medium.pid}/{variant}")
    assert answer.status_code in (200, 404)
    assert ("immutable" in answer.headers["cache-control"]) is (answer.status_code == 200)
    return answer.status_code == 200


def test_a_story_shows_its_picture_from_its_day_on(session: Session, client: TestClient) -> None:
    here = world(session)
    assert [seen(client, one) for one in here.pictures.values()] == [True, True, False]
    midnight = datetime(2027, 3, 3, 23, 0, tzinfo=UTC)  # in Paris
    with clock.frozen(midnight - timedelta(seconds=1)):
        assert not seen(client, here.pictures[4])
    with clock.frozen(midnight):
        assert seen(client, here.pictures[4])


@pytest.mark.parametrize(
    ("state", "days_on", "shown"),
    [
        (State.DRAFT, 0, [False, False, False]),
        (State.READY, 0, [False, False, False]),
        (State.LIVE, -5, [False, False, False]),
        (State.DRIVE, 9, [True, True, True]),
        (State.CLOSED, 90, [True, True, True]),
    ],
)
def test_each_state_shows_what_its_page_shows(
    session: Session, client: TestClient, state: State, days_on: int, shown: list[bool]
) -> None:
    here = world(session, state=state)
    with clock.frozen(NOW + timedelta(days=days_on)):
        assert [seen(client, one) for one in here.pictures.values()] == shown


def test_a_public_picture_is_kept_for_ever_by_browsers(session: Session, client: TestClient) -> None:
    picture = world(session, (3,)).pictures[3]
    answer = client.get(f"/media/{picture.pid}/full.webp")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.content[:4] == b"RIFF"
    assert "set-cookie" not in answer.headers
    assert client.get(f"/media/{picture.pid}/share.jpg").headers["content-type"] == "image/jpeg"
    assert client.get(f"/media/{picture.pid}/share.png").status_code == 404
    assert client.get("/media/0000000000000000/full.webp").status_code == 404
    assert client.get("/media/..%2f..%2fseptaine/full.webp").status_code == 404


def test_a_phone_may_ask_for_a_part_of_a_video(session: Session, client: TestClient) -> None:
    here = world(session, ())
    film = media.store_video(session, here.owner, samples.video(), "a.mp4", public=True)
    carry(session, here.made, 3, film)
    session.commit()
    answer = client.get(f"/media/{film.pid}/video.mp4", headers={"Range": "bytes=0-99"})
    assert answer.status_code == 206
    assert len(answer.content) == 100
    assert answer.headers["content-type"] == "video/mp4"


def test_two_queries_decide(session: Session, client: TestClient) -> None:
    here = world(session)
    with statements() as sent:
        assert seen(client, here.pictures[3])
        assert not seen(client, here.pictures[4])
    assert len(sent) == 4, "a page's own pictures, then what people told"


def test_a_copy_of_the_campaign_hides_nothing_again(session: Session, client: TestClient) -> None:
    here = world(session)
    later = factories.campaign(session, here.made.organisation, slug="copy", state=State.DRAFT)
    for number in (3, 4):
        frame = Frame(
            campaign_id=later.id,
            day_id=here.made.days[5].id,
            position=9,
            kind=FrameKind.IMAGE,
            media_id=here.pictures[number].id,
        )
        session.add(frame)
    session.commit()
    assert seen(client, here.pictures[3])
    assert not seen(client, here.pictures[4])


def test_accounts_and_evidence(session: Session, client: TestClient) -> None:
    here = world(session, (), state=State.REPORTING)

    def picture(*, public: bool = True) -> Media:
        return media.store_image(session, here.owner, samples.picture(), "a.png", public=public)

    told, draft, proof, private, loose = picture(), picture(), picture(), picture(public=False), picture()
    taken_back = picture()
    now = clock.now()
    for one, at, gone in ((told, now, None), (draft, None, None), (taken_back, now, now)):
        row = Update(
            campaign_id=here.campaign.id, title="Les livres", body="Là.", published_at=at, withdrawn_at=gone
        )
        session.add(row)
        session.flush()
        session.add(Picture(update_id=row.id, media_id=one.id))
    for one in (proof, private):
        ledger.record(
            session,
            here.campaign,
            kind=EntryKind.SPEND,
            amount_minor=-100,
            source=f"spend:{one.pid}",
            on_date=clock.today("Europe/Paris"),
            evidence_media_id=one.id,
        )
    session.commit()
    pictures = {"told": told, "draft": draft, "proof": proof, "private": private, "loose": loose}
    pictures["taken back"] = taken_back
    assert [name for name, one in pictures.items() if seen(client, one)] == ["told", "proof"]


def test_the_studio_sees_every_picture_by_its_own_addresses(session: Session, client: TestClient) -> None:
    here = world(session)
    moderator = factories.member(session, here.made.organisation, Role.MODERATOR, "Mo")
    stranger = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    own = f"/studio/media/{here.pictures[4].pid}/full.webp"
    session.commit()
    assert client.get(own).status_code == 303
    for actor, status in ((moderator, 200), (stranger, 404)):
        factories.sign_in(session, client, actor)
        assert client.get(own).status_code == status
        assert not seen(client, here.pictures[4])
    factories.sign_in(session, client, here.owner)
    week = BeautifulSoup(client.get(f"/studio/campaigns/{here.campaign.pid}/week").text, "html.parser")
    shown = [str(one["src"]) for one in week.select("img.thumb")]
    assert len(shown) == 3
    for address in shown:
        assert address.startswith("/studio/media/")
        assert client.get(address).status_code == 200
