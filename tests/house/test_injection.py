"""Whatever people write stays words: every text of the demo replaced by vectors, then every page and file read.

Nothing names rooms: tables, forms, mails and pages that come later are read from the day they come.
"""

import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from markupsafe import escape
from pydantic import BaseModel
from sqlmodel import Session, select

import app
from app.campaigns.models import Campaign
from app.core import db
from app.core.fields import FormModel
from app.mail.models import OutgoingMail
from app.mail.plain import halves, subject_of
from app.mail.smtp import compose
from app.main import routers
from app.people.models import Membership, Organisation, Person
from app.people.rules import Actor, Role
from app.stories.models import Day
from app.tables import metadata
from seed.load import load_demo
from tests import factories
from tests.conftest import BASE_URL
from tests.house.inert import (
    calendar_troubles,
    csv_troubles,
    html_troubles,
    json_troubles,
    xml_troubles,
)
from tests.house.poison import CANARY, LINES, SCHEMES, SIGNS, VECTORS, everything, poison, texts
from tests.house.poisoned_mails import MAILS, poisoned_mail
from tests.house.test_tenants import Case, form_of
from tests.house.world import World

ROUTES = [route for router in routers() for route in router.routes if isinstance(route, APIRoute)]
PER_ROUTE = 3  # so many addresses of each route are read by each person
# The export refuses words longer than any form takes, as those of the poison are.
LEFT = {"/studio/campaigns/{pid}/export", "/assets/{digest}/{name:path}", "/media/{pid}/{variant}"}


def test_there_are_vectors_enough() -> None:
    assert len(set(VECTORS)) >= 100
    assert all(CANARY in one for one in (*VECTORS, *LINES))


def test_the_reader_sees_each_markup_vector_that_comes_alive() -> None:
    """The instrument itself: raw, a vector is found; escaped, it is not."""
    for one in VECTORS:
        assert html_troubles(f'<p title="{escape(one)}">{escape(one)}</p>') == [], one
    raw = [one for one in VECTORS if re.search(r"<[a-zA-Z!?]", one)]
    blind = [one for one in raw if not html_troubles(f"<p>{one}</p>")]
    assert len(raw) > 80
    assert len(blind) <= 6, blind  # those whose harm lies in the place they are put


def _everybody(session: Session) -> list[tuple[str, Actor]]:
    rows = session.exec(
        select(Person, Membership, Organisation)
        .join(Membership, Membership.person_id == Person.id)  # type: ignore[arg-type]
        .join(Organisation, Organisation.id == Membership.organisation_id)  # type: ignore[arg-type]
        .where(Membership.role == Role.OWNER)
    ).all()
    return [
        (organisation.pid, Actor(person.id, organisation.id, membership.role, person.name))
        for person, membership, organisation in rows
    ]


@pytest.fixture
def demo(session: Session) -> dict[str, str]:
    """The demo with every text poisoned; the links it printed."""
    session.rollback()
    links = dict(load_demo())
    with db.get_engine().execution_options(writing=True).begin() as connection:
        assert poison(connection, metadata) > 500
    return links


class Crawl:
    """One person's walk from page to page; `troubles` holds what came alive, `seen` the routes that were read."""

    def __init__(self, client: TestClient, *starts: str) -> None:
        self.client = client
        self.queue = list(starts)
        self.seen: dict[str, int] = defaultdict(int)
        self.met: set[str] = set(starts)
        self.troubles: list[str] = []

    def walk(self) -> "Crawl":
        while self.queue:
            self._read(self.queue.pop(0))
        return self

    def _read(self, path: str) -> None:
        route = _route_of(path)
        if route is None or route in LEFT or self.seen[route] >= PER_ROUTE:
            return
        self.seen[route] += 1
        answer = self.client.get(path)
        if answer.status_code >= 500:
            self.troubles.append(f"{path}: {answer.status_code}")
        if answer.status_code in (303, 308):
            self._meet(path, answer.headers["location"])
        kind = answer.headers.get("content-type", "").split(";")[0]
        for name, value in answer.headers.items():
            if CANARY in name or re.search(r"[\r\n]", value):
                self.troubles.append(f"{path}: header {name}")
        self.troubles += [f"{path}: {one}" for one in _troubles(kind, answer.content, answer.text)]
        if kind == "text/html":
            soup = BeautifulSoup(answer.text, "html.parser")
            for one in soup.select("a[href], link[rel=alternate]"):
                self._meet(path, str(one["href"]))

    def _meet(self, path: str, href: str) -> None:
        found = urlsplit(urljoin(f"{BASE_URL}{path}", href))
        if f"{found.scheme}://{found.netloc}" != BASE_URL or "lang=" in found.query or CANARY in found.path:
            return
        address = found.path + (f"?{found.query}" if found.query else "")
        if address not in self.met:
            self.met.add(address)
            self.queue.append(address)


def _troubles(kind: str, content: bytes, written: str) -> list[str]:
    if kind == "text/html":
        return html_troubles(written, BASE_URL)
    if kind == "text/csv":
        return list(csv_troubles(written))
    if kind == "text/calendar":
        return list(calendar_troubles(written))
    if kind.endswith("xml") and "svg" not in kind:
        return list(xml_troubles(content))
    return list(json_troubles(written)) if kind.endswith("json") else []


def _route_of(path: str) -> str | None:
    plain = urlsplit(path).path
    return next((one.path for one in ROUTES if "GET" in one.methods and one.path_regex.match(plain)), None)


def test_every_page_of_the_demo_stays_words(
    session: Session, client: TestClient, demo: dict[str, str]
) -> None:
    """HTML, JSON-LD, feeds, calendars, ledgers, exports: for anyone, for an influencer, for both owners."""
    slugs = ("lanternes", "last-bus", "douze-chaises")
    files = ("feed.atom", "calendar.ics", "ledger.csv", "og.png", "how-we-count", "impact", "donate")
    starts = ["/", "/sitemap.xml", "/manifest.webmanifest", "/notice", "/notice/figures", "/sandbox/mail"]
    for slug in slugs:
        starts += [f"/c/{slug}", f"/c/{slug}/days/1", f"/c/{slug}/days/3"]
        starts += [f"/c/{slug}/{name}" for name in files]
    crawls = [Crawl(client, *starts).walk()]
    brief = next(address for address in demo.values() if "/brief/" in address)
    crawls.append(Crawl(client, urlsplit(brief).path, "/brief", "/brief?day=1", "/brief/agree").walk())
    with db.reading() as reading:
        everybody = _everybody(reading)
    for _, actor in everybody:
        client.cookies.clear()
        factories.sign_in(session, client, actor)
        crawls.append(Crawl(client, "/studio", "/studio/audit").walk())
    troubles = [one for crawl in crawls for one in crawl.troubles]
    assert troubles == [], "\n".join(troubles[:40])
    seen = set().union(*(crawl.seen for crawl in crawls))
    pages = {route.path for route in ROUTES if "GET" in route.methods}
    assert len(seen) > 0.6 * len(pages), f"not met: {sorted(pages - seen)}"


def test_the_poison_reaches_the_pages(client: TestClient, demo: dict[str, str]) -> None:
    """Or the test above would prove nothing. PostgreSQL keeps no more of a text than its column holds."""
    assert demo
    page = client.get("/c/lanternes/days/1").text
    with db.reading() as reading:
        lead = reading.exec(
            select(Day.lead).join(Campaign).where(Campaign.slug == "lanternes", Day.number == 1)
        ).one()
    tags = [one for one in VECTORS if one.startswith("<") and "\x0c" not in one and one.isascii()]
    kept = [one for one in tags if one in lead]
    assert len(kept) == len(tags) if db.get_engine().dialect.name == "sqlite" else len(kept) > 8
    for one in kept:
        assert str(escape(one)) in page, one


# ---------------------------------------------------------------------------------------------- forms


def _forms() -> dict[str, type[FormModel]]:
    """Every form schema of the house, by its full name."""
    found: dict[str, type[FormModel]] = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.rsplit(".", 1)[-1] != "forms" and ".forms" not in module.name:
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, FormModel) and value is not FormModel:
                found[f"{value.__module__}.{value.__name__}"] = value
    return found


FORMS = _forms()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_takes_words_as_they_are_or_refuses_them(name: str) -> None:
    """One-line fields refuse line breaks, addresses refuse schemes that run; nothing is rewritten on the way."""
    form = FORMS[name]
    for field, value in _each_field(form, [*VECTORS, *LINES]):
        kept = _kept(form, field, value)
        if kept is None:
            continue
        assert kept in (value, value.strip()), f"{name}.{field} rewrote {value!r}"
        if field in ("website", "link_url", "url") or field.endswith("_url"):
            assert not _is_address(form, field) or re.match("https?:", kept), f"{name}.{field} took {value!r}"
        if _is_line(form, field):
            assert len(kept.splitlines()) <= 1, f"{name}.{field} took a line break"


def _each_field(form: type[FormModel], values: list[str]) -> Iterator[tuple[str, str]]:
    for field, info in form.model_fields.items():
        if info.annotation is str:
            for value in values:
                yield field, value


def _kept(form: type[FormModel], field: str, value: str) -> str | None:
    """What one field makes of a text, whatever the others lack; None when it refuses."""
    from pydantic import ValidationError

    try:
        made: BaseModel = form.model_validate({field: value})
    except ValidationError as error:
        if any(one["loc"][:1] == (field,) for one in error.errors()) or not _alone(error, field):
            return None
        return value.strip()
    return str(getattr(made, field))


def _alone(error: Any, field: str) -> bool:
    return all(one["loc"] and one["loc"][0] != field for one in error.errors())


def _metadata(form: type[FormModel], field: str) -> str:
    return " ".join(repr(one) for one in form.model_fields[field].metadata)


def _is_line(form: type[FormModel], field: str) -> bool:
    return "_single_line" in _metadata(form, field)


def _is_address(form: type[FormModel], field: str) -> bool:
    return "_web_address" in _metadata(form, field)


@pytest.mark.parametrize("value", SCHEMES)
def test_an_address_has_a_scheme_that_shows_pages(value: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    from app.core.fields import WebAddress

    with pytest.raises(ValidationError):
        TypeAdapter(WebAddress).validate_python(value)


def _schemas(route: APIRoute) -> list[type[FormModel]]:
    """The schemas a route reads its form with, as its source says."""
    endpoint = route.endpoint
    found = []
    for name in re.findall(r"\.parse\(\s*([A-Za-z_.]+)", inspect.getsource(endpoint)):
        value: Any = endpoint.__globals__.get(name.split(".")[0])
        for part in name.split(".")[1:]:
            value = getattr(value, part, None)
        if inspect.isclass(value) and issubclass(value, FormModel):
            found.append(value)
    return found


POSTED = [route for route in ROUTES if "POST" in route.methods and _schemas(route)]


@pytest.mark.parametrize("route", POSTED, ids=lambda route: route.path)
def test_a_refused_form_shows_what_was_typed_as_words(
    session: Session, visit: TestClient, route: APIRoute
) -> None:
    """Every text field of every form filled with every vector: whatever the answer, nothing comes alive."""
    world = World(session, "Les Lanternes")
    url = _url(route, world)
    if url is None:
        pytest.skip("its address is a secret: read by the room's own tests")
    keys = _keys(Case("POST", route.path), world)  # before the commit: what it makes must be there
    csrf = factories.sign_in(session, visit, world.owner)
    for schema in _schemas(route):
        typed: Mapping[str, str] = {name: everything(lines=True) for name in schema.model_fields}
        answer = visit.post(url, data={**typed, **keys, "csrf": csrf})
        assert answer.status_code < 500
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert html_troubles(answer.text, BASE_URL) == []
        one_by_one = {name: VECTORS[place] for place, name in enumerate(schema.model_fields)}
        answer = visit.post(url, data={**one_by_one, "csrf": csrf})
        assert answer.status_code < 500
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert html_troubles(answer.text, BASE_URL) == []


def _keys(case: Case, world: World) -> dict[str, str]:
    return {name: value for name, value in form_of(case, world).items() if name in ("step", "after")}


def _url(route: APIRoute, world: World) -> str | None:
    from tests.house.test_tenants import OBJECTS

    case = Case("POST", route.path)
    if all(prefix in OBJECTS for prefix in case.prefixes()):
        return case.url(world) if "{" in route.path else route.path
    known = {"{slug}": world.campaign.slug, "{number}": str(world.day.number), "{pid}": world.campaign.pid}
    assert world.challenge
    url = route.path
    for name in re.findall(r"\{\w+(?::\w+)?\}", url):
        if name not in known:
            return None
        url = url.replace(name, known[name])
    return url


# ---------------------------------------------------------------------------------------------- mails


@pytest.mark.parametrize("kind", MAILS)
def test_a_mail_says_words(kind: str) -> None:
    """Whatever a mail is told, its HTML half is inert and its subject stays one header."""
    html = poisoned_mail(kind)
    made = halves(html)
    assert html_troubles(_without_frame(html), BASE_URL) == []
    assert CANARY in html or kind == "test"  # which speaks of nobody
    mail = OutgoingMail(
        kind=kind,
        recipient="a@example.org",
        subject=made.subject,
        text=made.text,
        html=html,
        language="en",
    )
    message = compose(mail)
    assert set(message.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }
    assert b"Bcc:" not in message.as_bytes().partition(b"\r\n\r\n")[0]


def _without_frame(html: str) -> str:
    """A mail without the frame's own style sheet, which mail programs need inside."""
    return re.sub(
        r"<style>.*?</style>|<meta http-equiv[^>]*>| style=\"[^\"]*\"", "", html, count=0, flags=re.DOTALL
    )


@pytest.mark.parametrize("line", [*LINES, *SIGNS, f"{CANARY}\x0bBcc: x", f"{CANARY}\x85Bcc: x"])
def test_no_line_break_reaches_a_header(line: str) -> None:
    """Whatever ends a line anywhere, a subject is one line: a mail that cannot be composed would never leave."""
    subject = subject_of(f"{line}\n\nThe text.")
    mail = OutgoingMail(
        kind="x", recipient="a@example.org", subject=subject, text="x", html="<p>x</p>", language="en"
    )
    assert set(compose(mail).keys()).isdisjoint({"Bcc", CANARY})


def test_every_table_of_words_is_poisoned() -> None:
    """A table somebody writes into has at least one text that the poison reaches."""
    reached = {table.name for table in metadata.sorted_tables if list(texts(table))}
    for name in (
        "organisation",
        "campaign",
        "day",
        "frame",
        "gift",
        "challenge_act",
        "impact_update",
        "notice",
    ):
        assert name in reached
