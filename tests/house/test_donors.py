"""No output shows a donor who did not ask to be shown: generated over every page, feed, export, card and mail.

Each gift and monthly gift of the demo gets words found nowhere else, by who may see them; then everything is read that
anyone, an influencer or a member can reach by links, and every public route besides. Nothing names rooms.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock, db
from app.donations.models import Gift, GivingPlan
from app.donations.rules import GiftState, PlanState, Tribute, Visibility
from app.mail.models import OutgoingMail
from app.main import routers
from app.people.models import Membership, Organisation, Person
from app.people.rules import Actor, Role
from seed.load import load_demo
from tests import factories
from tests.conftest import BASE_URL

ROUTES = [route for router in routers() for route in router.routes if isinstance(route, APIRoute)]
SLUGS = ("lanternes", "last-bus", "douze-chaises")
PER_ROUTE = 4
SHOWN, TEAM, HIDDEN, ADDRESS = "Qshown", "Qteam", "Qhidden", "qaddress"
"""What may be seen by everyone, by the team only, by nobody at all, and by those who handle money."""

NAMES = {Visibility.PUBLIC: SHOWN, Visibility.ORGANISATION: TEAM, Visibility.NOBODY: HIDDEN}
# A stream stays open; it draws what its page draws. Styles and scripts say nothing of anybody.
STREAMS = {route.path for route in ROUTES if route.path.endswith("/stream")}
LEFT = STREAMS | {"/assets/{digest}/{name:path}"}


def _mark(session: Session) -> None:
    """Every gift says who gave it, in words of its own; one more of each kind so that all three are there."""
    for campaign in session.exec(select(Campaign)).all():
        for visibility in Visibility:
            common = {
                "organisation_id": campaign.organisation_id,
                "campaign_id": campaign.id,
                "amount_minor": 2000,
                "currency": campaign.currency,
                "visibility": visibility,
            }
            session.add(Gift(state=GiftState.PAID, paid_at=clock.now(), **common))
            session.add(GivingPlan(state=PlanState.ACTIVE, **common))
    session.flush()
    for table in (Gift, GivingPlan):
        for row in session.exec(select(table)).all():
            word = NAMES[row.visibility]
            row.donor_name = f"{word} {row.pid}"
            row.donor_email = f"{ADDRESS}-{row.pid}@donors.example"
            row.address = {"line": f"1 {ADDRESS} street", "postcode": "1", "city": ADDRESS, "country": "FR"}
            row.company_number = f"{ADDRESS} 1"
            row.tribute, row.tribute_name = Tribute.HONOUR, f"{TEAM if word == SHOWN else word} tribute"
            session.add(row)


@pytest.fixture
def demo(session: Session) -> dict[str, str]:
    session.rollback()
    links = dict(load_demo())
    with db.transaction() as writing:
        _mark(writing)
    return links


ASKING_ELSEWHERE = {"app.accounts.jobs", "app.donations.jobs", "app.mail.jobs", "app.publishing.jobs"}


class Reader:
    """Follows every link from some places and keeps what it read: the address and the words."""

    def __init__(self, client: TestClient, *starts: str) -> None:
        self.client = client
        self.queue = list(starts)
        self.met = set(starts)
        self.seen: dict[str, int] = defaultdict(int)
        self.read: list[tuple[str, str]] = []

    def walk(self) -> "Reader":
        while self.queue:
            path = self.queue.pop(0)
            route = _route_of(path)
            if route is None or route in LEFT or self.seen[route] >= PER_ROUTE:
                continue
            self.seen[route] += 1
            self._take(path)
        return self

    def _take(self, path: str) -> None:
        answer = self.client.get(path)
        assert answer.status_code != 500, path
        if answer.status_code in (303, 308):
            self._meet(path, answer.headers["location"])
        kind = answer.headers.get("content-type", "").split(";")[0]
        headers = " ".join(answer.headers.values())
        self.read.append((path, f"{headers} {_words(kind, answer.content)}"))
        if kind == "text/html":
            soup = BeautifulSoup(answer.text, "html.parser")
            for one in soup.select("a[href], link[href], img[src], iframe[src], meta[content^=http]"):
                self._meet(path, str(one.get("href") or one.get("src") or one.get("content")))

    def _meet(self, path: str, href: str) -> None:
        found = urlsplit(urljoin(f"{BASE_URL}{path}", href))
        if f"{found.scheme}://{found.netloc}" != BASE_URL or found.path.startswith(
            ("/sandbox", "/mine/", "/gift/")
        ):
            return  # the sandbox shows every mail to whoever tries the product
        address = found.path + (f"?{found.query}" if found.query and "lang=" not in found.query else "")
        if address not in self.met:
            self.met.add(address)
            self.queue.append(address)

    def holding(self, *words: str) -> list[str]:
        """Where any of some words was read."""
        return [path for path, text in self.read if any(one.lower() in text.lower() for one in words)]


def _words(kind: str, content: bytes) -> str:
    if kind == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "ignore")


def _route_of(path: str) -> str | None:
    plain = urlsplit(path).path
    return next((one.path for one in ROUTES if "GET" in one.methods and one.path_regex.match(plain)), None)


def _public_paths() -> Iterator[str]:
    """Every public address that can be written from a campaign's name and a day, linked or not."""
    for route in ROUTES:
        path = route.path
        if "GET" not in route.methods or path.startswith(
            ("/studio", "/brief", "/mine", "/gift/", "/sandbox")
        ):
            continue
        for slug in SLUGS:
            made = re.sub(r"\{number(:int)?\}", "1", path.replace("{slug}", slug))
            if "{" not in made:
                yield made


def _members(session: Session) -> list[Actor]:
    rows = session.exec(
        select(Person, Membership, Organisation)
        .join(Membership, Membership.person_id == Person.id)  # type: ignore[arg-type]
        .join(Organisation, Organisation.id == Membership.organisation_id)  # type: ignore[arg-type]
        .where(Membership.role == Role.OWNER)
    ).all()
    return [Actor(one.id, body.id, member.role, one.name) for one, member, body in rows]


def test_nobody_outside_reads_of_a_hidden_donor(client: TestClient, demo: dict[str, str]) -> None:
    anyone = Reader(client, "/", *_public_paths()).walk()
    brief = next(address for address in demo.values() if "/brief/" in address)
    influencer = Reader(client, urlsplit(brief).path, "/brief", "/brief?day=1", "/brief/agree").walk()
    for reader in (anyone, influencer):
        assert reader.holding(TEAM, HIDDEN, ADDRESS) == []
    assert anyone.holding(SHOWN), "or the test would prove nothing: a donor who wishes it is shown"
    kinds = {path.rsplit(".", 1)[-1] for path in anyone.met if "." in path.rsplit("/", 1)[-1]}
    assert {"atom", "ics", "csv", "png", "pdf"} <= kinds, kinds
    unread = {one.path for one in ROUTES if one.path.startswith("/c/{slug}") and "GET" in one.methods}
    unread -= set(anyone.seen) | LEFT
    assert all("{" in path.removeprefix("/c/{slug}") for path in unread), sorted(unread)


def test_a_member_reads_no_name_that_nobody_may_know(
    session: Session, client: TestClient, demo: dict[str, str]
) -> None:
    assert demo
    team = False
    for actor in _members(session):
        client.cookies.clear()
        factories.sign_in(session, client, actor)
        reader = Reader(client, "/studio").walk()
        assert reader.holding(HIDDEN) == []
        team = team or bool(reader.holding(TEAM))
    assert team, "what the organisation may see, it sees"


def test_no_mail_to_somebody_else_names_a_hidden_donor(session: Session, demo: dict[str, str]) -> None:
    """Whatever the demo queued and every job queues now, in text and in HTML."""
    from app.worker import JOBS

    assert demo
    session.rollback()
    for job in JOBS:
        if job.run.__module__ not in ASKING_ELSEWHERE:
            job.run()
    with db.reading() as reading:
        mails = reading.exec(select(OutgoingMail)).all()
    assert mails
    for mail in mails:
        if not mail.recipient.startswith(ADDRESS):
            text = f"{mail.subject} {mail.text} {mail.html}".lower()
            assert not [one for one in (TEAM, HIDDEN, ADDRESS) if one.lower() in text], mail.kind
