"""The influencer's word: what waits, the three answers, and nothing of the inside, nor of anybody else's."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.briefs.access import cookie_name
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import reading, transaction
from app.core.ids import new_token, token_hash
from app.influencers.models import BriefSession, Influencer, PersonalLink
from app.mail.models import OutgoingMail
from app.people.rules import SETUP_LINK_LIFE
from app.publishing import review
from app.publishing.models import Post
from app.publishing.rules import PostState
from tests.publishing.test_review import MORNING, Cast

INSIDE = "Elle hésite, restons doux."


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.frozen(MORNING):
        yield


@pytest.fixture
def cast(session: Session) -> Cast:
    """A post of Maïa that the team has approved, with words inside and outside."""
    made = Cast(session)
    made.submit()
    review.team.comment(session, made.alice, made.campaign, made.post, text=INSIDE, inside=True)
    review.team.comment(session, made.alice, made.campaign, made.post, text="Ça te va ?", inside=False)
    made.approve()
    session.commit()
    return made


class Phone:
    """The browser of an influencer."""

    def __init__(self, session: Session, client: TestClient, person: Influencer) -> None:
        self.client = client
        token, ends = new_token(), clock.now() + SETUP_LINK_LIFE
        link = PersonalLink(influencer_id=person.id, token_hash=token_hash(new_token()), expires_at=ends)
        session.add(link)
        session.flush()
        session.add(BriefSession(token_hash=token_hash(token), link_id=link.id, expires_at=ends))
        session.commit()
        client.cookies.clear()
        client.cookies.set(cookie_name(), token)
        self.csrf = keyed_hash("csrf-brief", token_hash(token))

    def page(self) -> str:
        answer = self.client.get("/brief/agree")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        return answer.text

    def answer(self, post: Post, answer: str, **data: str) -> tuple[int, str]:
        found = re.search(r'name="shown" value="([0-9a-f]{32})"', self.page())
        values = {"csrf": self.csrf, "answer": answer, "shown": found[1] if found else "", **data}
        got = self.client.post(f"/brief/posts/{post.pid}/answer", data=values)
        return got.status_code, got.text


def _state(post: Post) -> PostState:
    with reading() as session:
        return session.exec(select(Post.state).where(Post.pid == post.pid)).one()


def _mails(kind: str) -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind)).all())


def test_what_waits_is_shown_and_nothing_of_the_inside(
    session: Session, client: TestClient, cast: Cast
) -> None:
    phone = Phone(session, client, cast.maia)
    page = phone.page()
    for words in ("one story waits for your word", "Texte : Lire", "Ça te va ?", "I will not post this"):
        assert words in page
    assert INSIDE not in page
    assert "Bruno" not in page
    today = client.get("/brief").text
    assert "/brief/agree" in today
    assert INSIDE not in today


def test_i_agree(session: Session, client: TestClient, cast: Cast) -> None:
    phone = Phone(session, client, cast.maia)
    assert phone.answer(cast.post, "agree", text="Avec joie.")[0] == 303
    assert _state(cast.post) is PostState.SCHEDULED
    assert "nothing waits for your word" in phone.page()
    status, page = phone.answer(cast.post, "agree", text="Encore.")
    assert status == 409
    assert "Encore." in page, "what was typed is not lost"


def test_ask_for_changes_needs_words_and_tells_the_team(
    session: Session, client: TestClient, cast: Cast
) -> None:
    phone = Phone(session, client, cast.maia)
    status, page = phone.answer(cast.post, "changes")
    assert status == 422
    assert "Write a few words first." in page
    assert phone.answer(cast.post, "changes", text="Pas ce mot.")[0] == 303
    assert _state(cast.post) is PostState.DRAFT
    assert len(_mails("review-answer")) == 2


def test_refuse_without_a_reason(session: Session, client: TestClient, cast: Cast) -> None:
    phone = Phone(session, client, cast.maia)
    assert phone.answer(cast.post, "refuse")[0] == 303
    assert _state(cast.post) is PostState.DECLINED
    assert "will not post" in _mails("review-answer")[0].subject


def test_only_write_to_the_team(session: Session, client: TestClient, cast: Cast) -> None:
    phone = Phone(session, client, cast.maia)
    assert phone.answer(cast.post, "say", text="Je regarde ce soir.")[0] == 303
    assert _state(cast.post) is PostState.IN_REVIEW
    assert "Je regarde ce soir." in phone.page()


def test_changed_meanwhile(session: Session, client: TestClient, cast: Cast) -> None:
    phone = Phone(session, client, cast.maia)
    status, page = phone.answer(cast.post, "agree", shown="0" * 32, text="Mes mots")
    assert status == 409
    assert "This post was changed meanwhile." in page
    assert "Mes mots" in page
    assert _state(cast.post) is PostState.IN_REVIEW


@pytest.mark.parametrize("data", [{"answer": "approve"}, {"answer": "agree", "state": "sent"}, {}])
def test_a_forged_answer_is_refused(
    session: Session, client: TestClient, cast: Cast, data: dict[str, str]
) -> None:
    phone = Phone(session, client, cast.maia)
    got = client.post(f"/brief/posts/{cast.post.pid}/answer", data={"csrf": phone.csrf, **data})
    assert got.status_code == 422
    assert _state(cast.post) is PostState.IN_REVIEW


def test_nobody_answers_for_another(session: Session, client: TestClient, cast: Cast) -> None:
    idriss = cast.influencer("Idriss")
    phone = Phone(session, client, idriss)
    assert "Texte : Lire" not in phone.page()
    for answer in ("agree", "changes", "refuse", "say"):
        assert phone.answer(cast.post, answer, text=".")[0] == 404
    with transaction() as own:
        own.merge(cast.campaign).paused_at = MORNING
    client.cookies.clear()
    assert client.get("/brief/agree").status_code == 410
    assert client.post(f"/brief/posts/{cast.post.pid}/answer", data={"answer": "agree"}).status_code == 410
    assert _state(cast.post) is PostState.IN_REVIEW
