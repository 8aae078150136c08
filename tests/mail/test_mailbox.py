"""The mailbox of the demo: there in development without a mail server, nowhere else."""

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import Session

from app.core.settings import get_settings
from app.mail import jobs, service
from app.mail.routes import with_links
from app.mail.rules import Attachment


def test_mails_of_the_demo_can_be_read_and_followed(session: Session, client: TestClient) -> None:
    assert "No mail yet" in client.get("/sandbox/mail").text
    mail = service.queue(session, kind="test", to="nora@example.org", language="fr", context={})
    session.commit()
    assert jobs.send_due_mails() == 1
    assert f'href="/sandbox/mail/{mail.pid}"' in client.get("/sandbox/mail").text
    shown = client.get(f"/sandbox/mail/{mail.pid}").text
    assert '<a href="https://testserver/">' in shown
    assert "&lt;!doctype html&gt;" in shown
    assert client.get("/sandbox/mail/unknown").status_code == 404


def test_what_is_attached_can_be_opened(session: Session, client: TestClient) -> None:
    file = Attachment("story.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR\r\n")
    with_file, without = (
        service.queue(
            session, kind="test", to="nora@example.org", language="en", context={}, attachment=attached
        )
        for attached in (file, None)
    )
    session.commit()
    assert "story.ics" in client.get(f"/sandbox/mail/{with_file.pid}").text
    answer = client.get(f"/sandbox/mail/{with_file.pid}/attached")
    assert answer.content == file.content
    assert answer.headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert client.get(f"/sandbox/mail/{without.pid}/attached").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"), [("environment", "production"), ("smtp_url", SecretStr("smtp://localhost"))]
)
def test_elsewhere_there_is_no_mailbox(
    session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    mail = service.queue(session, kind="test", to="nora@example.org", language="en", context={})
    session.commit()
    monkeypatch.setattr(get_settings(), name, value)
    assert client.get("/sandbox/mail").status_code == 404
    assert client.get(f"/sandbox/mail/{mail.pid}").status_code == 404


def test_production_without_a_mail_server_keeps_mails_queued(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = service.queue(session, kind="test", to="nora@example.org", language="en", context={})
    session.commit()
    monkeypatch.setattr(get_settings(), "environment", "production")
    assert jobs.send_due_mails() == 0
    session.refresh(mail)
    assert mail.state == "queued"


def test_only_addresses_become_links() -> None:
    made = with_links("<b>see</b> https://a.example/x?y=1&z=2 and javascript:alert(1)")
    assert str(made) == (
        "&lt;b&gt;see&lt;/b&gt; "
        '<a href="https://a.example/x?y=1&amp;z=2">https://a.example/x?y=1&amp;z=2</a>'
        " and javascript:alert(1)"
    )
