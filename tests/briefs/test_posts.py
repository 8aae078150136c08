"""What the brief says of each post, and what its carrier says back: posted with a proof, late, or "I can't"."""

from datetime import time, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core import clock
from app.core.db import reading
from app.media import service as media
from app.media.models import Media
from app.people.models import Organisation
from app.people.rules import Role
from app.publishing.models import Post
from app.publishing.rules import Hold, PostState
from app.stories.models import Frame
from tests import factories
from tests.briefs.stage import Phone, Scene, stored
from tests.media import samples
from tests.reminders.stage import mails


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def phone(scene: Scene, client: TestClient) -> Phone:
    return Phone(scene.session, client, scene.maia)


def _screenshot(name: str = "picture") -> dict[str, tuple[str, bytes, str]]:
    return {name: ("IMG_1.png", samples.picture(size=(90, 160)), "image/png")}


def test_posted_late_is_said_honestly(scene: Scene, phone: Phone) -> None:
    with clock.frozen(scene.hour + timedelta(minutes=35)):
        assert "Late since 12:30" in phone.get("/brief")
        assert phone.send(f"/brief/posts/{scene.post.pid}/posted").status_code == 303
        page = phone.get("/brief")
    assert "Posted at 13:05" in page
    assert "35 min late" in page
    row = stored(scene.post)
    assert (row.state, row.posted_at) == (PostState.SENT, scene.hour + timedelta(minutes=35))


def test_punctual_says_nothing_of_lateness(scene: Scene, phone: Phone) -> None:
    with clock.frozen(scene.hour + timedelta(minutes=4)):
        page = phone.get("/brief")
        assert "Late since" not in page
        assert "It is time: post it now" in page
        phone.send(f"/brief/posts/{scene.post.pid}/posted")
        assert "min late" not in phone.get("/brief")


def test_a_screenshot_is_private_to_team_and_carrier(scene: Scene, phone: Phone, client: TestClient) -> None:
    answer = phone.send(f"/brief/posts/{scene.post.pid}/posted", files=_screenshot())
    assert answer.status_code == 303
    with reading() as session:
        kept = session.exec(select(Media)).one()
    assert kept.is_public is False
    assert kept.organisation_id == scene.campaign.organisation_id
    path = f"/brief/media/{kept.pid}/full.webp"
    assert path in phone.get("/brief")
    assert client.get(path).headers["content-type"] == "image/webp"
    assert client.get(f"/media/{kept.pid}/full.webp").status_code == 404
    idriss = scene.carrier("Idriss")
    client.cookies.clear()
    Phone(scene.session, client, idriss)
    assert client.get(path).status_code == 404
    client.cookies.clear()
    factories.sign_in(scene.session, client, scene.owner)
    frame = f"/studio/campaigns/{scene.campaign.pid}/frames/"
    studio = client.get(frame + _frame_pid(scene)).text
    assert f"/studio/media/{kept.pid}/full.webp" in studio
    assert client.get(f"/studio/media/{kept.pid}/full.webp").status_code == 200


def _frame_pid(scene: Scene) -> str:
    with reading() as session:
        return session.get_one(Frame, scene.post.frame_id).pid


@pytest.mark.parametrize("data", [b"no picture", b"%PDF-1.7", b""])
def test_what_is_no_picture_is_refused_and_nothing_is_said(scene: Scene, phone: Phone, data: bytes) -> None:
    files = {"picture": ("x.png", data, "image/png")}
    answer = phone.send(
        f"/brief/posts/{scene.post.pid}/posted", {"proof_url": "https://a.example/1"}, files=files
    )
    assert answer.status_code == 422
    assert 'value="https://a.example/1"' in answer.text
    assert stored(scene.post).state is PostState.SCHEDULED


def test_a_film_is_no_screenshot(scene: Scene, phone: Phone) -> None:
    files = {"picture": ("x.mp4", samples.video(), "video/mp4")}
    answer = phone.send(f"/brief/posts/{scene.post.pid}/posted", files=files)
    assert answer.status_code == 422
    assert "a screenshot of what you posted" in answer.text


def test_taken_back_the_proof_is_gone(scene: Scene, phone: Phone) -> None:
    at = f"/brief/posts/{scene.post.pid}"
    phone.send(f"{at}/posted", {"proof_url": "https://a.example/1"}, files=_screenshot())
    phone.send(f"{at}/again")
    row = stored(scene.post)
    assert (row.state, row.proof_url, row.proof_media_id) == (PostState.SCHEDULED, "", None)
    with reading() as session:
        assert session.exec(select(Media)).all() == []


def test_a_second_screenshot_replaces_the_first(scene: Scene, phone: Phone) -> None:
    for _ in range(2):
        phone.send(f"/brief/posts/{scene.post.pid}/posted", files=_screenshot())
    with reading() as session:
        (kept,) = session.exec(select(Media)).all()
    assert stored(scene.post).proof_media_id == kept.id


def test_i_cant_tells_those_who_may_publish_once(scene: Scene, phone: Phone) -> None:
    organisation = scene.session.get_one(Organisation, scene.owner.organisation_id)
    for role in Role:
        factories.member(scene.session, organisation, role, role.value)
    scene.session.commit()
    at = f"/brief/posts/{scene.post.pid}/cannot"
    for _ in range(2):
        assert phone.send(at, {"reason": "Train en retard"}).status_code == 303
    told = mails()
    assert sorted(mail.recipient.split("-")[0] for mail in told) == ["alice", "editor", "owner"]
    for mail in told:
        assert mail.subject == "Maïa can’t post “Le midi”"
        for said in (
            "Train en retard",
            "12:30",
            f"/studio/campaigns/{scene.campaign.pid}/posts/{scene.post.pid}",
        ):
            assert said in mail.text
            assert said in mail.html


def test_no_reason_is_owed(scene: Scene, phone: Phone) -> None:
    phone.send(f"/brief/posts/{scene.post.pid}/cannot")
    assert "none is owed" in mails()[0].text


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED])
def test_what_is_not_agreed_is_nobodys_task(scene: Scene, phone: Phone, state: PostState) -> None:
    scene.change(scene.post, state=state)
    page = phone.get("/brief")
    assert "Le midi" not in page
    assert "nothing to post today" in page
    for verb in ("posted", "cannot", "again"):
        assert phone.send(f"/brief/posts/{scene.post.pid}/{verb}").status_code == 404
    assert stored(scene.post).state is state


def test_a_held_post_is_not_posted_yet(scene: Scene, phone: Phone) -> None:
    scene.change(scene.post, state=PostState.HELD, hold=Hold.PERSON)
    page = phone.get("/brief")
    assert "Do not post this one yet" in page
    assert f"/brief/posts/{scene.post.pid}/posted" not in page
    for verb in ("posted", "cannot", "again"):
        assert phone.send(f"/brief/posts/{scene.post.pid}/{verb}").status_code == 409


def test_a_post_the_team_left_out_is_not_posted_any_more(scene: Scene, phone: Phone) -> None:
    scene.change(scene.post, state=PostState.MISSED)
    page = phone.get("/brief")
    assert "Do not post this one any more" in page
    assert "nothing to post today" in page or "all done" in page
    assert f"/brief/posts/{scene.post.pid}/posted" not in page
    for verb in ("posted", "cannot", "again"):
        assert phone.send(f"/brief/posts/{scene.post.pid}/{verb}").status_code == 409


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PostState.SCHEDULED, "Goes out by itself at 12:30"),
        (PostState.SENDING, "Goes out by itself at 12:30"),
        (PostState.FAILED, "The team is looking after this one"),
        (PostState.UNCONFIRMED, "The team is looking after this one"),
        (PostState.MISSED, "The team is looking after this one"),
    ],
)
def test_what_an_account_publishes_asks_nothing(
    scene: Scene, phone: Phone, state: PostState, said: str
) -> None:
    scene.change(scene.post, channel="mastodon", state=state)
    page = phone.get("/brief")
    assert said in page
    assert f"/brief/posts/{scene.post.pid}/posted" not in page
    assert "nothing to post today" in page or "all done" in page
    assert phone.send(f"/brief/posts/{scene.post.pid}/posted").status_code == 409


def test_several_frames_stand_in_order_each_with_its_words(scene: Scene, phone: Phone) -> None:
    scene.follow(scene.post, scene.add_frame("La suite", "Le deuxième mot.", sticker="Sondage"), 1)
    scene.follow(scene.post, scene.add_frame("La fin", "Le troisième mot."), 2)
    scene.change(scene.post, text="D’autres mots.")
    page = phone.get("/brief")
    order = [
        "1 of 3",
        "D’autres mots.",
        "2 of 3",
        "Sondage",
        "Le deuxième mot.",
        "3 of 3",
        "Le troisième mot.",
    ]
    assert sorted(order, key=page.index) == order
    assert "Le premier mot." not in page
    assert page.count("All of it is posted") == 1


def test_the_files_of_following_frames_are_theirs(scene: Scene, phone: Phone, client: TestClient) -> None:
    kept = media.store_image(scene.session, scene.owner, samples.picture(size=(90, 160)), "a.png")
    scene.follow(scene.post, scene.add_frame("La suite", "Encore.", media_id=kept.id), 1)
    scene.session.commit()
    assert f"/brief/media/{kept.pid}/share.jpg" in phone.get("/brief")
    assert client.get(f"/brief/media/{kept.pid}/share.jpg").status_code == 200


def test_a_form_without_its_token_changes_nothing(scene: Scene, phone: Phone, client: TestClient) -> None:
    for verb in ("posted", "cannot", "again"):
        assert client.post(f"/brief/posts/{scene.post.pid}/{verb}").status_code == 403
    assert stored(scene.post).state is PostState.SCHEDULED


def test_posts_of_the_organisation_are_not_shown(scene: Scene, phone: Phone) -> None:
    scene.add_post(scene.carrier("Idriss"), time(18))
    post = scene.add_post(scene.maia, time(19))
    scene.change(post, influencer_id=None)
    assert "19:00" not in phone.get("/brief")
    with reading() as session:
        assert len(session.exec(select(Post)).all()) == 3
