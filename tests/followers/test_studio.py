"""The studio's page of followers: figures for all, addresses for owners alone, and nothing of other organisations."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core import db
from app.followers.models import Dispatch
from app.followers.rules import DispatchState, FollowState
from app.people.models import AuditEntry
from app.people.rules import Role
from tests import factories
from tests.followers.stage import Stage, deliveries, stage, tell


@pytest.fixture
def here(session: Session) -> Stage:
    made = stage(session)
    for number in range(3):
        made.follower(f"f{number}@example.org")
    made.follower("=cmd@example.org")
    made.follower("asked@example.org", state=FollowState.ASKED, confirmed_at=None)
    tell(session)
    return made


def room(here: Stage) -> str:
    return f"/studio/campaigns/{here.campaign.pid}/followers"


def test_figures_and_no_address(here: Stage, client: TestClient) -> None:
    factories.sign_in(here.session, client, factories.member(here.session, here.organisation, Role.MODERATOR))
    shown = client.get(room(here)).text
    assert "follow by e-mail" in shown
    assert "Day 3: Le mardi, on lit à voix haute." in shown
    assert "4 wait for their turn or their evening" in shown
    assert "@example.org" not in shown
    assert "Download the addresses" not in shown


def test_an_owner_takes_the_addresses_out_and_the_journal_keeps_it(here: Stage, client: TestClient) -> None:
    csrf = factories.sign_in(here.session, client, here.owner)
    assert "Download the addresses" in client.get(room(here)).text
    answer = client.post(f"{room(here)}/export", data={"csrf": csrf})
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["address"] for row in rows] == [*(f"f{n}@example.org" for n in range(3)), "'=cmd@example.org"]
    with db.reading() as read:
        entry = read.exec(select(AuditEntry).where(AuditEntry.action == "followers.exported")).one()
    assert entry.details == {"count": 4}
    assert client.post(f"{room(here)}/export").status_code == 403


def test_lesser_roles_and_strangers(here: Stage, client: TestClient) -> None:
    editor = factories.member(here.session, here.organisation, Role.EDITOR)
    csrf = factories.sign_in(here.session, client, editor)
    assert client.post(f"{room(here)}/export", data={"csrf": csrf}).status_code == 403
    other = factories.member(here.session, factories.organisation(here.session, "Les Phares"))
    csrf = factories.sign_in(here.session, client, other)
    assert client.get(room(here)).status_code == 404
    assert client.post(f"{room(here)}/export", data={"csrf": csrf}).status_code == 404


def test_a_mailing_is_stopped(here: Stage, client: TestClient) -> None:
    dispatch = here.session.exec(select(Dispatch)).one()
    csrf = factories.sign_in(here.session, client, here.owner)
    address = f"{room(here)}/told/{dispatch.pid}/stop"
    assert client.post(address, data={"csrf": csrf}).status_code == 303
    assert {state for _, _, state in deliveries()} == {"skipped"}
    here.session.refresh(dispatch)
    assert dispatch.state is DispatchState.STOPPED
    here.session.commit()
    assert client.post(address, data={"csrf": csrf}).status_code == 409
    assert "Stopped" in client.get(room(here)).text


def test_nobody_yet(session: Session, client: TestClient) -> None:
    here = stage(session)
    factories.sign_in(session, client, here.owner)
    assert "Nobody follows yet" in client.get(room(here)).text
