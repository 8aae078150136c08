"""Every route, whatever it answers, carries the security headers and says what it is."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.edge import security_headers
from app.core.errors import DomainError
from app.core.settings import Settings, get_settings
from app.main import create_app, routers


def routes() -> Iterator[tuple[str, str]]:
    for router in routers():
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods - {"HEAD"}):
                    yield method, re.sub(r"\{[^}]+\}", "0000000000000000", route.path)


ALL = sorted(set(routes()))


@pytest.mark.parametrize(("method", "path"), ALL)
def test_each_route_carries_the_headers(session: Session, client: TestClient, method: str, path: str) -> None:
    session.rollback()
    answer = client.request(method, path)
    assert answer.status_code != 500, answer.text[:400]
    _assert_safe(dict(answer.headers), answer.status_code)


@pytest.mark.parametrize("status", [403, 404, 409, 410, 413, 422, 429, 500, 503])
def test_each_error_carries_the_headers(engine: object, status: int) -> None:
    app = create_app()

    @app.get("/probe")
    def probe() -> None:
        if status == 500:
            raise RuntimeError("secret detail")
        error = DomainError("probe")
        error.status = status
        raise error

    answer = _client(app).get("/probe")
    assert answer.status_code == status
    assert "secret detail" not in answer.text
    _assert_safe(dict(answer.headers), status)


def test_https_instances_insist_on_it() -> None:
    plain, safe = (
        security_headers(Settings(public_url=url)) for url in ("http://a.example", "https://a.example")
    )
    assert "strict-transport-security" not in plain
    assert "max-age=63072000" in safe["strict-transport-security"]
    assert "upgrade-insecure-requests" in safe["content-security-policy"]


def _client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=get_settings().base_url, raise_server_exceptions=False)


def _assert_safe(headers: dict[str, str], status: int) -> None:
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for directive in ("script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"]
    assert "strict-transport-security" in headers
    assert headers["x-request-id"]
    assert "server" not in headers
    if status not in (204, 303, 304, 307) and headers.get("content-length") != "0":
        kind = headers["content-type"]
        assert not kind.startswith("text/") or "charset=" in kind
