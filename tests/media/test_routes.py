"""Who may fetch which file, and with what headers."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.media import service
from app.people.rules import Role
from tests import factories
from tests.media import samples


@pytest.fixture(autouse=True)
def _served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The media routes, whether or not the house has opened them yet."""
    from app import main
    from app.media.routes import router

    opened = main.routers()
    if router not in opened:
        monkeypatch.setattr(main, "routers", lambda: [*opened, router])


def test_a_public_picture_is_kept_for_ever_by_browsers(session: Session, client: TestClient) -> None:
    actor = factories.member(session, factories.organisation(session))
    media = service.store_image(session, actor, samples.picture(), "a.png", public=True)
    session.commit()
    answer = client.get(f"/media/{media.pid}/full.webp")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content[:4] == b"RIFF"
    assert "set-cookie" not in answer.headers
    assert client.get(f"/media/{media.pid}/share.jpg").headers["content-type"] == "image/jpeg"
    assert client.get(f"/media/{media.pid}/share.png").status_code == 404
    assert client.get("/media/0000000000000000/full.webp").status_code == 404
    assert client.get("/media/..%2f..%2fseptaine/full.webp").status_code == 404


def test_a_phone_may_ask_for_a_part_of_a_video(session: Session, client: TestClient) -> None:
    actor = factories.member(session, factories.organisation(session))
    media = service.store_video(session, actor, samples.video(), "a.mp4", public=True)
    session.commit()
    answer = client.get(f"/media/{media.pid}/video.mp4", headers={"Range": "bytes=0-99"})
    assert answer.status_code == 206
    assert len(answer.content) == 100
    assert answer.headers["content-type"] == "video/mp4"


def test_a_private_picture_is_for_the_organisation_alone(session: Session, client: TestClient) -> None:
    lanterns = factories.organisation(session)
    alice = factories.member(session, lanterns)
    bob = factories.member(session, lanterns, Role.MODERATOR, "Bob")
    charlie = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    media = service.store_image(session, alice, samples.picture(), "a.png")
    session.commit()
    own = f"/studio/media/{media.pid}/small.webp"
    assert client.get(f"/media/{media.pid}/small.webp").status_code == 404
    assert client.get(own).status_code == 303  # to the sign-in page
    for actor, status in ((alice, 200), (bob, 200), (charlie, 404)):
        factories.sign_in(session, client, actor)
        answer = client.get(own)
        assert answer.status_code == status
        if status == 200:
            assert answer.headers["cache-control"].startswith("private")
