"""The pages of approval: what waits, the answers, what is refused, and to whom."""

import io
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.core import clock
from app.core.db import reading, transaction
from app.media import service as media
from app.people.models import Membership
from app.people.rules import Actor
from app.publishing import board, review
from app.publishing.models import Post, PostWord
from app.publishing.rules import PostState, WordKind
from app.stories.models import FrameKind
from app.stories.service import FrameText
from tests import factories
from tests.publishing.test_review import MORNING, Cast


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.frozen(MORNING):
        yield


class Desk:
    """A signed-in member in front of the pages of one campaign."""

    def __init__(self, session: Session, client: TestClient, cast: Cast, actor: Actor) -> None:
        self.client, self.cast = client, cast
        self.csrf = factories.sign_in(session, client, actor)
        self.base = f"/studio/campaigns/{cast.campaign.pid}"
        self.page = f"{self.base}/posts/{cast.post.pid}/review"

    def get(self, path: str = "") -> str:
        answer = self.client.get(path or self.page)
        assert answer.status_code == 200
        return answer.text

    def shown(self) -> str:
        found = re.search(r'name="shown" value="([0-9a-f]{32})"', self.get())
        assert found is not None
        return found[1]

    def post(self, path: str, **data: str) -> tuple[int, str]:
        answer = self.client.post(path, data={"csrf": self.csrf, **data})
        return answer.status_code, answer.text

    def state(self) -> PostState:
        with reading() as session:
            return session.exec(select(Post.state).where(Post.pid == self.cast.post.pid)).one()

    def edit(self, caption: str) -> None:
        with transaction() as session:
            cast = self.cast
            frame = session.merge(cast.frame)
            text = FrameText(frame.kind, title="Lire", caption=caption)
            campaign = session.merge(cast.campaign)
            board.edit_frame(session, cast.alice, campaign, frame.pid, version=frame.version, text=text)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def test_a_draft_is_sent_approved_and_waits_for_the_influencer(
    session: Session, client: TestClient, cast: Cast
) -> None:
    alice = Desk(session, client, cast, cast.alice)
    assert "Not sent for approval yet." in alice.get()
    assert alice.post(f"{alice.page}/submit", text="Tout est là.")[0] == 303
    page = alice.get()
    assert "Tout est là." in page
    assert "someone else of the team approves it" in page
    assert f'formaction="{alice.page}/approve"' not in page
    assert alice.post(f"{alice.page}/approve", shown=alice.shown())[0] == 409
    bruno = Desk(session, client, cast, cast.bruno)
    assert bruno.post(f"{bruno.page}/approve", shown=bruno.shown())[0] == 303
    assert "Waits for the word of Maïa." in bruno.get()
    assert bruno.state() is PostState.IN_REVIEW


def test_a_stale_page_decides_nothing_and_keeps_the_words(
    session: Session, client: TestClient, cast: Cast
) -> None:
    cast.submit()
    bruno = Desk(session, client, cast, cast.bruno)
    seen = bruno.shown()
    bruno.edit("Un autre texte.")
    for act in ("approve", "changes"):
        status, page = bruno.post(f"{bruno.page}/{act}", shown=seen, text="Mes mots à garder")
        assert status == 409
        assert "This post was changed meanwhile." in page
        assert "Mes mots à garder" in page
        assert "Un autre texte." in page
    assert bruno.state() is PostState.IN_REVIEW
    assert bruno.post(f"{bruno.page}/approve", shown=bruno.shown())[0] == 303


def test_words_are_needed_to_ask_for_changes(session: Session, client: TestClient, cast: Cast) -> None:
    cast.submit()
    bruno = Desk(session, client, cast, cast.bruno)
    status, page = bruno.post(f"{bruno.page}/changes", shown=bruno.shown())
    assert status == 422
    assert 'aria-invalid="true"' in page
    assert bruno.post(f"{bruno.page}/say", text="Bien.", surprise="x")[0] == 422
    assert bruno.post(f"{bruno.page}/say", text="x" * 1201)[0] == 422
    data = {"shown": bruno.shown(), "text": "Plus court.", "outside": "1"}
    assert bruno.post(f"{bruno.page}/changes", **data)[0] == 303
    assert bruno.state() is PostState.DRAFT
    with reading() as own:
        word = own.exec(select(PostWord).where(PostWord.kind == WordKind.CHANGES)).one()
        assert (word.text, word.inside, word.influencer_id) == ("Plus court.", False, cast.maia.id)


def test_what_changed_is_shown_to_who_approves(session: Session, client: TestClient, cast: Cast) -> None:
    cast.agreed()
    bruno = Desk(session, client, cast, cast.bruno)
    bruno.edit("Un autre texte.")
    page = bruno.get()
    assert "What changed since it was agreed" in page
    assert "<del>" in page
    assert "Texte : Lire" in page
    assert "Alice changed it" in page
    assert "Un autre texte." in bruno.get(f"{bruno.base}/review")


def test_the_queue_sends_and_approves_at_once(session: Session, client: TestClient, cast: Cast) -> None:
    cast.a_post(cast.a_frame(5, "Écrire"))
    alice = Desk(session, client, cast, cast.alice)
    page = alice.get(f"{alice.base}/review")
    assert "Send all 2 for approval" in page
    on = cast.post.on_date.isoformat()
    assert alice.post(f"{alice.base}/review/submit", day="2027-02-31")[0] == 422
    assert alice.post(f"{alice.base}/review/submit", day=on)[0] == 303
    assert "One draft" in alice.get(f"{alice.base}/review")
    assert alice.post(f"{alice.base}/review/submit")[0] == 303
    bruno = Desk(session, client, cast, cast.bruno)
    items = re.findall(r'name="item" value="([^"]+)"', bruno.get(f"{bruno.base}/review"))
    assert len(items) == 2
    assert bruno.post(f"{bruno.base}/review/approve")[0] == 422
    bruno.edit("Changé entre-temps.")
    answer = client.post(f"{bruno.base}/review/approve", data={"csrf": bruno.csrf, "item": items})
    assert answer.status_code == 409
    assert "Approved: 1. Not approved: 1" in answer.text
    items = re.findall(r'name="item" value="([^"]+)"', bruno.get(f"{bruno.base}/review"))
    answer = client.post(f"{bruno.base}/review/approve", data={"csrf": bruno.csrf, "item": items})
    assert answer.status_code == 303
    assert "2 posts wait for their influencer" in bruno.get(f"{bruno.base}/review")


@pytest.mark.parametrize("act", ["submit", "approve", "changes", "say"])
def test_a_lesser_role_reads_and_a_stranger_finds_nothing(
    session: Session, client: TestClient, cast: Cast, act: str
) -> None:
    cast.submit()
    odile = Desk(session, client, cast, cast.odile)
    page = odile.get()
    assert f"{odile.page}/{act}" not in page
    assert odile.post(f"{odile.page}/{act}", text=".")[0] == 403
    org = factories.organisation(session, "Les Phares")
    stranger = Desk(session, client, cast, factories.member(session, org, name="Zoé"))
    assert client.get(stranger.page).status_code == 404
    assert stranger.post(f"{stranger.page}/{act}", text=".")[0] == 404
    assert client.get(f"{stranger.base}/review").status_code == 404


def test_the_choice_on_the_settings_page(session: Session, client: TestClient) -> None:
    cast = Cast(session, Approval.NONE)
    alice = Desk(session, client, cast, cast.alice)
    assert "No approval is asked" in alice.get(f"{alice.base}/review")
    at = f"{alice.base}/settings/approval"
    assert alice.post(at, version="1", approval="everyone")[0] == 422
    assert alice.post(at, version="99", approval="team")[0] == 409
    assert alice.post(at, version=str(cast.campaign.version), approval="both")[0] == 303
    page = alice.get(f"{alice.base}/settings")
    assert "One planned post stays as it was agreed before." in page
    assert alice.state() is PostState.SCHEDULED
    assert "it stays as it is, until someone changes it" in alice.get()


def test_pictures_of_days_to_come_are_shown_to_the_team(
    session: Session, client: TestClient, cast: Cast
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (54, 96), "#7136cf").save(picture, "PNG")
    medium = media.store_image(session, cast.alice, picture.getvalue(), "lire.png", public=True)
    cast.frame.kind, cast.frame.media_id = FrameKind.IMAGE, medium.id
    cast.submit()
    bruno = Desk(session, client, cast, cast.bruno)
    for path in (bruno.page, f"{bruno.base}/review", f"{bruno.base}/posts/{cast.post.pid}"):
        found = re.search(r'src="(/[^"]*media/[^"]+)"', bruno.get(path))
        assert found is not None, path
        assert client.get(found[1]).status_code == 200


def test_readiness_says_what_waits(session: Session, client: TestClient, cast: Cast) -> None:
    alice = Desk(session, client, cast, cast.alice)
    page = alice.get(f"{alice.base}/readiness")
    assert "One post is not agreed yet." in page
    assert f"{alice.base}/review" in page


def test_one_member_alone_may_approve_their_own(session: Session, client: TestClient) -> None:
    cast = Cast(session, Approval.TEAM)
    campaign = session.get_one(Campaign, cast.campaign.id)
    bruno = session.exec(select(Membership).where(Membership.person_id == cast.bruno.person_id)).one()
    session.delete(bruno)
    session.flush()
    assert review.team.able(session, campaign) == 1
    cast.submit()
    alice = Desk(session, client, cast, cast.alice)
    assert alice.post(f"{alice.page}/approve", shown=alice.shown())[0] == 303
    assert alice.state() is PostState.SCHEDULED
