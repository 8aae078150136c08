"""The team's page about someone's data, and a person's own rights on their private page."""

import io
import re
import zipfile

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core.db import reading
from app.people.rules import Actor, Role
from app.privacy.models import Erasure
from app.supporters import service as supporters
from app.supporters.access import cookie_name
from app.supporters.models import Supporter
from tests import factories
from tests.privacy import stage
from tests.privacy.stage import EMAIL


@pytest.fixture
def owner(session: Session) -> Actor:
    made, _ = stage.everything(session)
    session.commit()
    return made


def erasures() -> int:
    with reading() as session:
        return len(session.exec(select(Erasure)).all())


def test_an_owner_looks_up_copies_and_erases(session: Session, client: TestClient, owner: Actor) -> None:
    csrf = factories.sign_in(session, client, owner)
    assert "Ten years after the gift" in client.get("/studio/privacy").text
    found = client.post("/studio/privacy/find", data={"csrf": csrf, "email": EMAIL})
    assert found.status_code == 200
    assert "Gifts" in found.text
    copied = client.post("/studio/privacy/copy", data={"csrf": csrf, "email": EMAIL})
    assert copied.headers["cache-control"] == "no-store"
    assert "gifts.json" in zipfile.ZipFile(io.BytesIO(copied.content)).namelist()
    unsure = client.post("/studio/privacy/erase", data={"csrf": csrf, "email": EMAIL})
    assert unsure.status_code == 422
    assert EMAIL in unsure.text
    assert erasures() == 0
    done = client.post("/studio/privacy/erase", data={"csrf": csrf, "email": EMAIL, "sure": "yes"})
    assert "Accounts are kept for ten years" in done.text
    assert EMAIL not in stage.dump()
    again = client.post("/studio/privacy/find", data={"csrf": csrf, "email": EMAIL})
    assert "Nothing is kept" in again.text


def test_a_wrong_address_is_told_beside_the_field(session: Session, client: TestClient, owner: Actor) -> None:
    csrf = factories.sign_in(session, client, owner)
    for what in ("find", "copy", "erase"):
        answer = client.post(f"/studio/privacy/{what}", data={"csrf": csrf, "email": "nobody"})
        assert answer.status_code == 422
        assert 'value="nobody"' in answer.text


def test_another_organisation_finds_nothing(session: Session, client: TestClient, owner: Actor) -> None:
    stranger = factories.member(session, factories.organisation(session, "Les Phares"))
    csrf = factories.sign_in(session, client, stranger)
    assert "Nothing is kept" in client.post("/studio/privacy/find", data={"csrf": csrf, "email": EMAIL}).text
    client.post("/studio/privacy/erase", data={"csrf": csrf, "email": EMAIL, "sure": "yes"})
    assert EMAIL in stage.dump()


def test_lesser_roles_are_refused(session: Session, client: TestClient, owner: Actor) -> None:
    from app.people.models import Organisation

    organisation = session.get_one(Organisation, owner.organisation_id)
    editor = factories.member(session, organisation, Role.EDITOR, "Eva")
    csrf = factories.sign_in(session, client, editor)
    assert client.get("/studio/privacy").status_code == 403
    for what in ("find", "copy", "erase"):
        data = {"csrf": csrf, "email": EMAIL, "sure": "yes"}
        assert client.post(f"/studio/privacy/{what}", data=data).status_code == 403
    assert EMAIL in stage.dump()


def _visit(session: Session, client: TestClient, *, mailed: bool) -> str:
    row = session.exec(select(Supporter)).one()
    client.cookies.set(cookie_name(), supporters.open_visit(session, row, mailed=mailed))
    session.commit()
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/mine").text)
    assert found is not None
    return found[1]


def test_a_person_takes_a_copy_and_erases_everything(
    session: Session, client: TestClient, owner: Actor
) -> None:
    csrf = _visit(session, client, mailed=True)
    copied = client.post("/mine/copy", data={"csrf": csrf})
    assert {"gifts.json", "supporter.json"} <= set(zipfile.ZipFile(io.BytesIO(copied.content)).namelist())
    assert "Gifts" in client.get("/mine/erase").text or "Dons" in client.get("/mine/erase").text
    assert client.post("/mine/erase", data={"csrf": csrf}).status_code == 422
    done = client.post("/mine/erase", data={"csrf": csrf, "sure": "yes"})
    assert done.status_code == 200
    assert EMAIL not in stage.dump()
    assert client.get("/mine").status_code == 410


def test_a_typed_address_gives_no_right_to_the_mailbox(
    session: Session, client: TestClient, owner: Actor
) -> None:
    csrf = _visit(session, client, mailed=False)
    copied = client.post("/mine/copy", data={"csrf": csrf})
    assert set(zipfile.ZipFile(io.BytesIO(copied.content)).namelist()) == {"README.txt", "supporter.json"}


def test_other_sites_erase_nobody(session: Session, client: TestClient, owner: Actor) -> None:
    _visit(session, client, mailed=True)
    assert client.post("/mine/erase", data={"sure": "yes"}).status_code == 403
    assert client.post("/mine/copy").status_code == 403
    assert EMAIL in stage.dump()
