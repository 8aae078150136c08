"""Health, figures, logs and compression, as an operator and a stranger see them."""

import gzip
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import brotli
import pytest
import structlog
from fastapi.testclient import TestClient
from opentelemetry import trace
from pydantic import SecretStr
from sqlmodel import Session

from app.core import clock, db, health, leases, logs, migrations
from app.core.compression import WORTH_IT, chosen
from app.core.settings import Settings, get_settings
from app.core.tables import JobRun


def test_alive_without_asking_anything(client: TestClient) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")


def test_ready_says_codes_only(session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    session.rollback()
    monkeypatch.setattr(migrations, "at_head", lambda: True)
    late = client.get("/readyz")
    expected = {"ready": False, "troubles": ["scheduler", "publishing"]}
    assert (late.status_code, late.json()) == (503, expected)
    leases.hold("scheduler", "someone", ttl=timedelta(seconds=60))
    _rang()
    assert client.get("/readyz").json() == {"ready": True, "troubles": []}
    with clock.frozen(clock.now() + timedelta(seconds=91)):
        _rang()
        assert client.get("/readyz").json()["troubles"] == ["scheduler"]
    monkeypatch.setattr(migrations, "at_head", lambda: False)
    monkeypatch.setattr(health, "free_disk", lambda _: 0.09)
    assert client.get("/readyz").json()["troubles"] == ["migrations", "disk"]


def test_what_can_be_borne_takes_no_instance_out_of_traffic(
    session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    monkeypatch.setattr(migrations, "at_head", lambda: True)
    leases.hold("scheduler", "someone", ttl=timedelta(seconds=60))
    _rang()
    monkeypatch.setitem(health._watched, "books", lambda _: True)
    told = client.get("/readyz")
    assert (told.status_code, told.json()) == (200, {"ready": True, "troubles": ["books"]})


def test_no_collector_of_telemetry_is_told_anything(
    session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when the process it lives in has one: what it would be told holds what people wrote."""
    session.rollback()
    asked: list[str] = []

    class Collector(trace.TracerProvider):
        def get_tracer(self, name: str, *_: object, **__: object) -> trace.Tracer:
            asked.append(name)
            return trace.NoOpTracer()

    monkeypatch.setattr(trace, "get_tracer_provider", Collector)
    assert client.get("/healthz").status_code == 200
    assert asked == []


def _rang() -> None:
    with db.transaction() as session:
        session.merge(JobRun(name="publish what is due", started_at=clock.now()))


def test_figures_exist_only_for_the_token(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer = {"Authorization": "Bearer a-long-token"}
    assert client.get("/metrics", headers=bearer).status_code == 404
    monkeypatch.setattr(get_settings(), "metrics_token", SecretStr("a-long-token"))
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    client.get("/brief/a-very-secret-personal-token")
    text = client.get("/metrics", headers=bearer).text
    assert 'septaine_requests_total{method="GET",route="/metrics",status="404"}' in text
    assert 'septaine_mails{state="queued"}' in text
    assert "a-very-secret" not in text


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("gzip;q=0, *", "br"),
        ("BR", "br"),
    ],
)
def test_the_browser_chooses_the_encoding(header: str, encoding: str | None) -> None:
    assert chosen(header) == encoding


def test_pages_are_compressed_and_say_so(client: TestClient) -> None:
    def raw(encoding: str) -> tuple[bytes, dict[str, str]]:
        with client.stream("GET", "/nowhere", headers={"Accept-Encoding": encoding}) as answer:
            return b"".join(answer.iter_raw()), dict(answer.headers)

    plain, headers = raw("identity")
    assert len(plain) > WORTH_IT
    assert "content-encoding" not in headers
    assert "Accept-Encoding" in headers["vary"]
    for encoding, undo in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        body, headers = raw(encoding)
        assert headers["content-encoding"] == encoding
        assert int(headers["content-length"]) == len(body) < len(plain)
        assert b"</html>" in undo(body)
    assert "content-encoding" not in client.get("/healthz").headers, "too small to be worth it"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the process would write, as JSON; everything is put back afterwards."""
    root = logging.getLogger()
    before, level, structured = list(root.handlers), root.level, structlog.get_config()
    logs.configure(Settings(log_format="json"))
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**structured)


def _written(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_logs_hide_secrets_by_name_and_by_shape(lines: io.StringIO) -> None:
    log = structlog.get_logger("probe")
    log.info("sign-in", password="hunter2 hunter2", headers={"Authorization": "Bearer abc", "Accept": "*/*"})
    log.info("opened /brief/abcdefghijklmnopqrstuvwxyz by nora@example.org", key="sk_live_0123456789")
    logging.getLogger("library").warning("postgresql+psycopg://user:secret@db/x, Bearer abcdefghijk")
    try:
        int("nora@example.org")
    except ValueError:
        log.exception("broken")
    text = lines.getvalue()
    for secret in ("hunter2", "abcdefghijk", "nora@", "0123456789", "user:secret", "Bearer abc"):
        assert secret not in text
    assert len(_written(lines)) == 4
    assert _written(lines)[0]["headers"] == {"Authorization": logs.HIDDEN, "Accept": "*/*"}


def test_no_value_can_forge_a_line(lines: io.StringIO) -> None:
    structlog.get_logger("probe").info("agent", said='x\r\n{"event":"forged"}')
    assert [line["event"] for line in _written(lines)] == ["agent"]
    event = logs.one_line(None, "", {"event": "a\nb", "said": "\x1b[31m\r\n"})
    assert event == {"event": "a\\nb", "said": "\\x1b[31m\\r\\n"}


def test_the_request_line_names_the_route_and_not_the_path(client: TestClient, lines: io.StringIO) -> None:
    client.get("/sandbox/mail/secret-in-the-path?lang=fr", headers={"X-Request-Id": "abcdefgh-1"})
    [line] = [line for line in _written(lines) if line["event"] == "request"]
    assert line["route"] == "/sandbox/mail/{pid}"
    assert (line["method"], line["status"], line["request_id"]) == ("GET", 404, "abcdefgh-1")
    assert "secret-in-the-path" not in lines.getvalue()
