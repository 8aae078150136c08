"""After a withdrawal nothing of a testimonial is found: on no page, in no feed, card, export or table."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.briefs import access as briefs
from app.core import clock, db
from app.core.ids import new_token, token_hash
from app.core.settings import get_settings
from app.influencers.models import BriefSession, PersonalLink
from app.mail.models import OutgoingMail
from app.main import routers
from app.media.models import Media
from app.people.rules import INVITATION_LIFE
from app.publishing import service as publishing
from app.publishing.models import Post
from app.publishing.rules import Hold, PostState
from app.stories import queries as stories
from app.supporters import service as supporters
from app.supporters.access import cookie_name
from app.supporters.models import Consent
from app.tables import metadata
from app.testimonials import models, queries, service
from app.testimonials.rules import Fate, Place, Why
from tests import factories
from tests.testimonials.scenes import Scene

MARK = re.compile("kestrel", re.IGNORECASE)


class Stage(Scene):
    """Everything a testimonial can be used for, used."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.row = self.accept(self.told(files=True))
        service.feature(session, self.owner, self.campaign, self.row, on=True)
        self.cards = self.drawn(self.row)
        self.frames = self.in_week(self.row)
        self.carrier = self.influencer()
        self.sent = self.planned(self.frames[0], 9, self.carrier)
        publishing.mark_posted(session, self.sent, by="Maïa", proof_url="https://social.example/kept")
        self.coming = self.planned(self.frames[0], 18, self.carrier)
        self.coming.text = "Kestrel, en mots de Maïa"
        own = (self.row.picture_id, self.row.voice_id)
        files = [*(session.get_one(Media, one) for one in own if one is not None), *self.cards]
        self.addresses = [
            f"/media/{one.pid}/{'voice.m4a' if one.kind.value == 'voice' else 'share.jpg'}" for one in files
        ]
        root = get_settings().data_dir / "media"
        self.folders: list[Path] = [root / one.pid[:2] / one.pid[2:4] / one.pid for one in files]
        self.own = [f"/studio/inbox/{self.item(self.row).pid}", f"/mine/testimonials/{self.row.pid}"]
        self.pid, self.frame_pids = self.campaign.pid, [one.pid for one in self.frames]
        session.flush()

    def phone(self) -> str:
        """The cookie of the influencer's phone."""
        ends, token = clock.now() + INVITATION_LIFE, new_token()
        link = PersonalLink(
            influencer_id=self.carrier.id, token_hash=token_hash(new_token()), expires_at=ends
        )
        self.session.add(link)
        self.session.flush()
        self.session.add(BriefSession(token_hash=token_hash(token), link_id=link.id, expires_at=ends))
        return token


def _addresses(stage: Stage) -> list[str]:
    """Every GET address of the house that can be made for this campaign, its objects included."""
    given = {
        "{slug}": "maia",
        "{number}": "3",
        "{number:int}": "3",
        "{fid}": stage.frame_pids[0],
        "{post}": stage.coming.pid,
        "{iid}": stage.carrier.pid,
    }
    found = []
    for router in routers():
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in route.methods:
                path = route.path.replace("/studio/campaigns/{pid}", f"/studio/campaigns/{stage.pid}")
                for name, value in given.items():
                    path = path.replace(name, value)
                # A stream stays open; it draws what the page beside it draws.
                if "{" not in path and not path.endswith("/stream"):
                    found.append(path)
    assert len(found) > 60, "the crawl has lost its way"
    return [*found, *stage.own, "/c/maia/voices?lang=en", "/c/maia?lang=en", "/brief?day=3"]


def _crawl(client: TestClient, stage: Stage) -> dict[str, bool]:
    """Which addresses answered with words of the testimonial."""
    found = {}
    for path in _addresses(stage):
        answer = client.get(path)
        assert answer.status_code != 500, path
        found[path] = bool(MARK.search(_unpacked(answer.content).decode("utf-8", "ignore")))
    return found


def _unpacked(content: bytes) -> bytes:
    """What an archive holds; anything else as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def _told_in_tables() -> list[str]:
    """The tables that hold a word of it."""
    found = set()
    with db.get_engine().connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(table.select())
            if any(MARK.search(str(value)) for row in rows for value in row):
                found.add(table.name)
    return sorted(found)


@pytest.fixture
def stage(session: Session, client: TestClient) -> Stage:
    made = Stage(session)
    phone, mine = made.phone(), supporters.open_visit(session, made.supporter)
    factories.sign_in(session, client, made.owner)
    client.cookies.set(briefs.cookie_name(), phone)
    client.cookies.set(cookie_name(), mine)
    return made


def test_after_a_withdrawal_nothing_is_found(session: Session, client: TestClient, stage: Stage) -> None:
    base, studio = "/c/maia", f"/studio/campaigns/{stage.pid}"
    before = _crawl(client, stage)
    public = [base, f"{base}/voices", f"{base}/days/3", f"{base}/feed.atom"]
    inside = [f"{studio}/voices", f"{studio}/voices.csv", f"{studio}/frames/{stage.frame_pids[0]}"]
    for path in [*public, *inside, *stage.own, "/brief", "/mine"]:
        assert before[path], f"{path} does not show it: the crawl would prove nothing"
    assert not before[f"{studio}/export"], "it stays with the campaign it was told to"
    assert {client.get(path).status_code for path in stage.addresses} == {200}
    assert all(one.is_dir() for one in stage.folders)
    assert "testimonial" in _told_in_tables()

    service.withdraw(session, stage.campaign, stage.row)
    session.commit()

    assert [path for path, shown in _crawl(client, stage).items() if shown] == []
    assert {client.get(path).status_code for path in stage.addresses} == {404}
    assert not any(one.exists() for one in stage.folders)
    assert _told_in_tables() == []
    assert "deleted-entry" in client.get(f"{base}/feed.atom").text


def test_what_became_of_each_use_is_logged_and_told(session: Session, stage: Stage) -> None:
    service.withdraw(session, stage.campaign, stage.row)
    session.commit()
    with db.reading() as fresh:
        uses = fresh.exec(select(models.TestimonialUse)).all()
        assert {(use.place, use.fate) for use in uses} == {
            (Place.PAGE, Fate.REMOVED),
            (Place.CAMPAIGN, Fate.REMOVED),
            (Place.FEED, Fate.REMOVED),
            (Place.REPORT, Fate.REMOVED),
            (Place.CARD, Fate.REMOVED),
            (Place.FRAME, Fate.REMOVED),
            (Place.POST, Fate.HELD),
            (Place.POST, Fate.NOT_RECALLED),
        }
        left = next(use for use in uses if use.fate is Fate.NOT_RECALLED)
        assert (left.url, left.carrier) == ("https://social.example/kept", "Maïa")
        assert {use.why for use in uses} == {Why.WITHDRAWN}
        post = fresh.exec(select(Post).where(Post.pid == stage.coming.pid)).one()
        assert (post.state, post.hold, post.text) == (PostState.HELD, Hold.WITHDRAWN, "")
        assert fresh.exec(select(models.Card)).all() == []
        assert all(one.withdrawn_at for one in fresh.exec(select(Consent)).all())
        mails = fresh.exec(select(OutgoingMail).where(OutgoingMail.kind == "voice-recalled")).all()
        assert len(mails) == 2
        assert all("https://social.example/kept" in mail.text for mail in mails)


def test_when_its_time_is_over_it_goes_as_if_taken_back(session: Session, stage: Stage) -> None:
    service.lapse(session, stage.campaign, stage.row, stage.item(stage.row))
    session.commit()
    assert _told_in_tables() == []
    assert not any(one.exists() for one in stage.folders)
    with db.reading() as fresh:
        assert {use.why for use in fresh.exec(select(models.TestimonialUse))} == {Why.LAPSED}
        mails = fresh.exec(select(OutgoingMail).where(OutgoingMail.kind == "voice-recalled")).all()
        assert mails
        assert not any("took it back" in mail.text or "moderator" in mail.text for mail in mails)


def test_the_brief_says_not_to_post(session: Session, client: TestClient, stage: Stage) -> None:
    service.withdraw(session, stage.campaign, stage.row)
    session.commit()
    assert "Do not post this one: whoever told it took it back" in client.get("/brief?lang=en").text


def test_a_step_back_does_not_bring_it_back(session: Session, stage: Stage) -> None:
    service.withdraw(session, stage.campaign, stage.row)
    session.commit()
    assert stories.last_edit(session, stage.campaign.id) is None


def test_a_frame_that_never_went_out_leaves_the_week(session: Session) -> None:
    scene = Scene(session)
    row = scene.accept(scene.told())
    scene.drawn(row)
    scene.in_week(row)
    service.withdraw(session, scene.campaign, row)
    assert stories.frames(session, scene.campaign.id) == []


def test_a_withdrawal_that_fails_leaves_all_as_it_was(session: Session, stage: Stage) -> None:
    service.withdraw(session, stage.campaign, stage.row)
    session.rollback()
    assert all(one.is_dir() for one in stage.folders)
    found, count = queries.page(session, stage.campaign, 1)
    assert count == 1
    assert found[0].row.text.startswith("Kestrelword")
    session.commit()
    assert all(one.is_dir() for one in stage.folders)


def test_the_author_takes_it_back_on_their_page(session: Session, client: TestClient, stage: Stage) -> None:
    pid = stage.row.pid
    page = client.get(f"/mine/testimonials/{pid}")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    assert client.post(f"/mine/testimonials/{pid}/withdraw", data={"csrf": "made up"}).status_code == 403
    answer = client.post(f"/mine/testimonials/{pid}/withdraw", data={"csrf": csrf[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/mine?ok=withdrawn")
    with db.reading() as fresh:
        assert fresh.exec(select(models.Testimonial.text)).one() == ""
    assert client.get(f"/mine/testimonials/{pid}").status_code == 404
