"""Who of the studio may fetch which file. What the public may see is the public face's."""

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.media import service
from app.people.rules import Role
from tests import factories
from tests.media import samples


def test_a_private_picture_is_for_the_organisation_alone(session: Session, client: TestClient) -> None:
    lanterns = factories.organisation(session)
    alice = factories.member(session, lanterns)
    bob = factories.member(session, lanterns, Role.MODERATOR, "Bob")
    charlie = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    media = service.store_image(session, alice, samples.picture(), "a.png")
    session.commit()
    own = f"/studio/media/{media.pid}/small.webp"
    assert client.get(f"/media/{media.pid}/small.webp").status_code == 404
    assert client.get(f"/studio/media/{media.pid}/share.png").status_code == 303
    assert client.get(own).status_code == 303  # to the sign-in page
    for actor, status in ((alice, 200), (bob, 200), (charlie, 404)):
        factories.sign_in(session, client, actor)
        answer = client.get(own)
        assert answer.status_code == status
        if status == 200:
            assert answer.headers["cache-control"].startswith("private")
            assert client.get(f"/studio/media/{media.pid}/share.png").status_code == 404
