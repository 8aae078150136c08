"""Mails against a real SMTP server on this machine: accepted, refused, postponed, and left in doubt."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from pydantic import SecretStr
from sqlmodel import Session as Db

from app.core import clock
from app.core.settings import get_settings
from app.mail import jobs, queries, rules, service
from app.mail.models import MailState, OutgoingMail
from app.mail.rules import ATTEMPTS, Attachment


class Office:
    """A mail server that answers as the test wishes and keeps what it was handed."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.rcpt = self.data = "250 OK"
        self.break_after_data = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        if self.break_after_data:
            assert server.transport is not None
            server.transport.abort()
        return self.data


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _point_to(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(get_settings(), "smtp_url", SecretStr(url))


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The office is open and the instance is set to send through it."""
    handler, port = Office(), _free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    _point_to(monkeypatch, f"smtp://127.0.0.1:{port}")
    yield handler
    controller.stop()


def _queued(session: Db, to: str = "nora@example.org", language: str = "en") -> OutgoingMail:
    mail = service.queue(session, kind="test", to=to, language=language, context={})
    session.commit()
    return mail


def _now(session: Db, mail: OutgoingMail) -> OutgoingMail:
    session.refresh(mail)
    session.commit()
    return mail


def test_a_mail_is_sent_once_with_equal_halves(session: Db, office: Office) -> None:
    mail = _queued(session, language="fr")
    assert jobs.send_due_mails() == 1
    assert jobs.send_due_mails() == 0
    [message] = office.received
    assert message["To"] == "nora@example.org"
    assert message["Subject"] == "Un essai de Septaine"
    assert message["Message-ID"] == f"<{mail.pid}@testserver>"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for half in (text, html):
        assert "Ce serveur sait envoyer" in half.get_content()
        assert "https://testserver/" in half.get_content()
    sent = _now(session, mail)
    assert (sent.state, sent.sent_at, sent.text, sent.html) == (MailState.SENT, clock.now(), "", "")


def test_a_file_arrives_as_it_was_and_is_not_kept(session: Db, office: Office) -> None:
    file = Attachment("story.ics", "text/calendar; method=PUBLISH", "SUMMARY:Été\r\n".encode())
    mail = service.queue(
        session, kind="test", to="nora@example.org", language="fr", context={}, attachment=file
    )
    session.commit()
    assert jobs.send_due_mails() == 1
    (message,) = office.received
    assert message.get_body(("plain",)) is not None
    assert message.get_body(("html",)) is not None
    (part,) = message.iter_attachments()
    assert part.get_filename() == "story.ics"
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "PUBLISH"
    assert part.get_payload(decode=True) == file.content
    assert _now(session, mail).attachment == b""


def test_a_mail_leaves_only_with_its_cause(session: Db, office: Office) -> None:
    service.queue(session, kind="test", to="nora@example.org", language="en", context={})
    session.rollback()
    assert jobs.send_due_mails() == 0
    assert office.received == []


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example\nSubject: x",
        "a@b.example, c@d.example",
        "no-address",
        "a b@c.example",
        "<a@b.example>",
        f"{'a' * 250}@b.example",
    ],
)
def test_addresses_that_forge_headers_are_refused(session: Db, address: str) -> None:
    with pytest.raises(service.UnsafeAddress):
        service.queue(session, kind="test", to=address, language="en", context={})


def test_a_line_starting_with_a_dot_arrives_whole(session: Db, office: Office) -> None:
    mail = _queued(session)
    mail.text = "one\n.\n..two\nthree\n"
    session.add(mail)
    session.commit()
    jobs.send_due_mails()
    body = office.received[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["one", ".", "..two", "three"]


def test_one_conversation_serves_many_and_a_refusal_spoils_none(session: Db, office: Office) -> None:
    mails = [_queued(session, f"p{number}@example.org") for number in range(3)]
    mails[1].recipient = "p\u00e9@example.org"  # the office speaks SMTPUTF8
    session.add(mails[1])
    session.commit()
    assert jobs.send_due_mails() == 3
    assert len(office.received) == 3


@pytest.mark.parametrize("reply", ["451 later, please", "421 closing"])
@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_not_now_is_tried_again_after_a_wait(session: Db, office: Office, step: str, reply: str) -> None:
    mail = _queued(session)
    setattr(office, step, reply)
    jobs.send_due_mails()
    waiting = _now(session, mail)
    assert waiting.state is MailState.QUEUED
    assert waiting.unsure == 0
    assert reply[:3] in waiting.error
    assert jobs.send_due_mails() == 0, "not before its hour"
    setattr(office, step, "250 OK")
    with clock.frozen(waiting.next_try_at):
        assert jobs.send_due_mails() == 1
    assert _now(session, mail).state is MailState.SENT


def test_a_plain_no_is_final_and_visible(session: Db, office: Office) -> None:
    mail = _queued(session)
    office.rcpt = "550 no such person"
    jobs.send_due_mails()
    session.expire_all()
    [failed] = queries.failed(session)
    assert failed.pid == mail.pid
    assert "no such person" in failed.error
    session.commit()
    office.rcpt = "250 OK"
    service.try_again(session, failed)
    session.commit()
    assert jobs.send_due_mails() == 1
    assert _now(session, mail).state is MailState.SENT


def test_a_broken_line_after_the_text_is_tried_once_more_and_no_further(session: Db, office: Office) -> None:
    mail = _queued(session)
    office.break_after_data = True
    jobs.send_due_mails()
    doubtful = _now(session, mail)
    assert (doubtful.state, doubtful.unsure) == (MailState.QUEUED, 1)
    with clock.frozen(doubtful.next_try_at):
        jobs.send_due_mails()
    given_up = _now(session, mail)
    assert (given_up.state, given_up.unsure) == (MailState.FAILED, 2)
    assert {message["Message-ID"] for message in office.received} == {f"<{mail.pid}@testserver>"}
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert jobs.send_due_mails() == 0


def test_a_process_that_died_while_sending_leaves_a_doubt(session: Db, office: Office) -> None:
    mail = _queued(session)
    assert jobs._claim(mail.id) is not None
    assert jobs._claim(mail.id) is None, "claimed by one only"
    assert jobs.send_due_mails() == 0
    with clock.frozen(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.send_due_mails() == 1
        revived = _now(session, mail)
        assert (revived.state, revived.unsure) == (MailState.QUEUED, 1)
    with clock.frozen(revived.next_try_at):
        jobs.send_due_mails()
    assert _now(session, mail).state is MailState.SENT
    assert len(office.received) == 1


def test_a_server_out_of_reach_loses_nothing_and_is_given_up_in_the_end(
    session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = _queued(session)
    _point_to(monkeypatch, f"smtp://127.0.0.1:{_free_port()}")
    moment = clock.now()
    for attempt in range(1, ATTEMPTS + 1):
        with clock.frozen(moment):
            jobs.send_due_mails()
        row = _now(session, mail)
        assert (row.attempts, row.unsure) == (attempt, 0)
        moment = row.next_try_at
    assert row.state is MailState.FAILED
    assert row.text


def test_a_password_is_not_sent_in_the_clear(session: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def authenticator(*given: Any) -> AuthResult:
        seen.append(given)
        return AuthResult(success=True)

    port = _free_port()
    controller = Controller(
        Office(), hostname="127.0.0.1", port=port, authenticator=authenticator, auth_require_tls=False
    )
    controller.start()
    try:
        _point_to(monkeypatch, f"smtp://user:secret@127.0.0.1:{port}")
        mail = _queued(session)
        jobs.send_due_mails()
    finally:
        controller.stop()
    assert seen == []
    assert "STARTTLS" in _now(session, mail).error


def test_old_mails_are_forgotten(session: Db, office: Office) -> None:
    _queued(session)
    jobs.send_due_mails()
    assert jobs.forget_old_mails() == 0
    with clock.frozen(clock.now() + rules.KEPT + timedelta(seconds=1)):
        assert jobs.forget_old_mails() == 1
