"""Letters that come back, as real mail servers write of it: believed only at an address of ours."""

from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli import cli
from app.core import db
from app.core.settings import get_settings
from app.followers import bounces, service, tokens
from app.followers.bounces import Meaning
from app.followers.models import Follower
from app.followers.rules import Ending, FollowState
from tests.followers.stage import stage

RETURNED = Path(__file__).parent / "returned"


@pytest.fixture(autouse=True)
def _a_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "bounce_address", "bounces@story.example.org")


@pytest.fixture
def row(session: Session) -> Follower:
    made = stage(session).follower("gone@example.net")
    session.commit()
    return made


def returned(name: str, row: Follower) -> bytes:
    text = (RETURNED / f"{name}.eml").read_text(encoding="utf-8")
    path = tokens.return_path(row.pid)
    assert path is not None
    return text.replace("@RETURN@", path).replace("@STOP@", service.stop_url(row)).encode()


@pytest.mark.parametrize(
    ("name", "meaning", "ending"),
    [
        ("postfix-unknown", Meaning.HARD, Ending.BOUNCED),
        ("exim-full", Meaning.SOFT, Ending.NONE),
        ("exchange-policy", Meaning.SAID_NOTHING, Ending.NONE),
        ("sendmail-delayed", Meaning.SAID_NOTHING, Ending.NONE),
        ("postfix-expired", Meaning.SOFT, Ending.NONE),
        ("complaint", Meaning.COMPLAINT, Ending.COMPLAINED),
    ],
)
def test_what_servers_write(
    session: Session, row: Follower, name: str, meaning: Meaning, ending: Ending
) -> None:
    assert bounces.take(session, returned(name, row)) is meaning
    assert row.ending is ending
    assert row.soft_bounces == (meaning is Meaning.SOFT)


def test_four_times_full_is_gone(session: Session, row: Follower) -> None:
    for _ in range(4):
        bounces.take(session, returned("exim-full", row))
    assert (row.state, row.ending) == (FollowState.ENDED, Ending.BOUNCED)


def test_a_forged_report_drops_nobody(session: Session, row: Follower) -> None:
    path = tokens.return_path(row.pid)
    assert path is not None
    forged = returned("postfix-unknown", row).replace(
        path.encode(), f"bounces+{row.pid}-{'0' * 20}@story.example.org".encode()
    )
    assert bounces.take(session, forged) is Meaning.NOT_OURS
    named = returned("postfix-unknown", row).replace(path.encode(), b"bounces@story.example.org")
    assert bounces.take(session, named) is Meaning.NOT_OURS
    assert row.state is FollowState.ACTIVE


def test_a_complaint_with_a_forged_link_drops_nobody(session: Session, row: Follower) -> None:
    link = service.stop_url(row).encode()
    forged = returned("complaint", row).replace(link, link[:-4] + b"AAAA")
    assert bounces.take(session, forged) is Meaning.NOT_OURS
    assert row.state is FollowState.ACTIVE


def test_servers_fold_case_and_pass_the_address_beside(session: Session, row: Follower) -> None:
    path = tokens.return_path(row.pid)
    assert path is not None
    assert tokens.returned_to(path.upper()) == row.pid
    raw = returned("postfix-unknown", row).replace(path.encode(), b"someone@story.example.org")
    assert bounces.take(session, raw, envelope_to=path) is Meaning.HARD


@pytest.mark.parametrize(
    ("headers", "meaning"),
    [
        ("Subject: unsubscribe\n", Meaning.LEFT),
        ("Subject: Unsubscribe\n", Meaning.LEFT),
        ("Subject: unsubscribe\nAuto-Submitted: auto-replied\n", Meaning.SAID_NOTHING),
        ("Subject: I am away\nAuto-Submitted: auto-replied\n", Meaning.SAID_NOTHING),
        ("", Meaning.SAID_NOTHING),
    ],
)
def test_a_mail_that_asks_to_end(session: Session, row: Follower, headers: str, meaning: Meaning) -> None:
    raw = f"From: gone@example.net\nTo: {tokens.return_path(row.pid)}\n{headers}\nHello.\n".encode()
    assert bounces.take(session, raw) is meaning
    assert (row.ending is Ending.LEFT) == (meaning is Meaning.LEFT)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/report; boundary=x\n\n--x\n"]
)
def test_anything_may_come_by_mail(session: Session, raw: bytes) -> None:
    assert bounces.take(session, raw) is Meaning.NOT_OURS


def test_the_command_reads_its_input(session: Session, row: Follower) -> None:
    done = CliRunner().invoke(cli, ["bounce"], input=returned("postfix-unknown", row))
    assert done.exit_code == 0
    assert "nothing more is sent" in done.stdout
    with db.reading() as read:
        found = read.get(Follower, row.id)
    assert found is not None
    assert found.ending is Ending.BOUNCED
    done = CliRunner().invoke(cli, ["bounce", "--to", "x@example.org"], input=b"From: a@b.example\n\nHi.\n")
    assert (done.exit_code, "not for us" in done.stdout) == (0, True)


def test_a_forgotten_follower_is_nobody(session: Session, row: Follower) -> None:
    raw = returned("postfix-unknown", row)
    service.forget(session, [row.id])
    assert bounces.take(session, raw) is Meaning.NOT_OURS
