"""The brief as an app: its helper, its manifest, the pasted link, and what a phone forgets when the link ends."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import clock
from tests.briefs.stage import Phone, Scene


def test_the_helper_may_see_the_brief_and_is_never_stale(session: Session, client: TestClient) -> None:
    answer = client.get("/brief/sw.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["service-worker-allowed"] == "/brief"
    assert answer.headers["cache-control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["content-security-policy"]
    icon = re.findall(r'ICON = "([^"]+)"', answer.text)[0]
    assert client.get(icon).headers["content-type"] == "image/png"


def test_the_manifest_names_no_link(session: Session, client: TestClient) -> None:
    answer = client.get("/brief/manifest.webmanifest", headers={"Accept-Language": "fr"})
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/brief", "/brief", "standalone")
    assert told["name"] == "Septaine – Votre brief"
    for icon in told["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == "image/png"


def test_pages_of_the_brief_name_both(session: Session, client: TestClient) -> None:
    page = Phone(session, client, Scene(session).maia).get("/brief")
    assert '<link rel="manifest" href="/brief/manifest.webmanifest">' in page
    assert "hidden data-away" in page, "the helper takes `hidden` away when it shows its copy"


def test_when_the_link_ends_the_phone_forgets(session: Session, client: TestClient) -> None:
    scene = Scene(session)
    phone = Phone(session, client, scene.maia)
    assert "clear-site-data" not in client.get("/brief").headers
    scene.change(phone.link, revoked_at=clock.now())
    answer = client.get("/brief")
    assert answer.status_code == 410
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "/brief/enter" in answer.text
    client.cookies.clear()
    assert "clear-site-data" not in client.get("/brief").headers, "a stranger's browser is left alone"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://testserver/brief/abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE",
        "  https://testserver/brief/abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE?lang=fr ",
        "/brief/abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE",
    ],
)
def test_a_pasted_link_leads_where_it_would(session: Session, client: TestClient, pasted: str) -> None:
    answer = client.post("/brief/enter", data={"link": pasted})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/brief/abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE"


@pytest.mark.parametrize(
    "pasted", ["", "bonjour", "https://evil.example/", "/brief/../studio/audit-log-of-all"]
)
def test_anything_else_is_refused(session: Session, client: TestClient, pasted: str) -> None:
    assert client.get("/brief/enter").status_code == 200
    answer = client.post("/brief/enter", data={"link": pasted})
    assert answer.status_code == 422
    assert 'id="f-link-error"' in answer.text
