"""Addresses by which a platform fetches one file itself: what they open, for how long, and nothing else."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import clock
from app.core.errors import NotFound
from app.media import service
from tests import factories
from tests.conftest import BASE_URL, NOW
from tests.media import samples


def _signed(session: Session) -> tuple[str, str]:
    """A private picture, and the path a platform is given to fetch it for an hour."""
    actor = factories.member(session, factories.organisation(session))
    media = service.store_image(session, actor, samples.picture(), "a.png")
    session.commit()
    url = service.signed_url(media, "share.jpg", NOW + timedelta(hours=1))
    assert url.startswith(f"{BASE_URL}/media/signed/{media.pid}/share.jpg?until=")
    return media.pid, url.removeprefix(BASE_URL)


def test_a_platform_fetches_a_private_picture_by_its_signed_address(
    session: Session, client: TestClient
) -> None:
    pid, path = _signed(session)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert client.head(path).headers["content-length"] == str(len(answer.content))
    assert client.get(path, headers={"Range": "bytes=0-9"}).status_code == 206
    assert client.get(f"/media/{pid}/share.jpg").status_code == 404, "by no other address"


def test_a_signed_address_says_one_file_and_one_end(session: Session, client: TestClient) -> None:
    pid, path = _signed(session)
    other, _ = _signed(session)
    query = path.partition("?")[2]
    until = query.partition("&")[0].removeprefix("until=")
    for changed in (
        path.replace(pid, other),
        path.replace("share.jpg", "full.webp"),
        path.replace(f"until={until}", f"until={int(until) + 1}"),
        path[:-1] + ("A" if path[-1] != "A" else "B"),
        path.partition("&")[0],
        path.partition("?")[0],
        path.replace(f"until={until}", "until=never"),
    ):
        assert client.get(changed).status_code == 404, changed
    with clock.frozen(NOW + timedelta(minutes=59, seconds=59)):
        assert client.get(path).status_code == 200
    with clock.frozen(NOW + timedelta(hours=1)):
        assert client.get(path).status_code == 410


def test_only_what_is_made_to_be_published_is_signed(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    media = service.store_image(session, actor, samples.picture(), "a.png")
    with pytest.raises(NotFound):
        service.signed_url(media, "full.webp", NOW)
