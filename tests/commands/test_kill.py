"""What a page called done is still there when the process is killed right after the answer, at every step."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import col

from app.core import db
from app.core.tables import Lease
from seed.artwork import draw_story
from tests.commands.visitor import Visitor, typed
from tests.journeys.stage import ROOT, Instance, instance

OWNER, CARRIER = "nora@lanternes.example", "maia@lanternes.example"
BUDGET = ("4700", "150", "150")  # what the goal of 5 000 pays for, line by line
PROOF = "https://instagram.example/stories/maia/1"
LONG_PAST = datetime(2020, 1, 1, tzinfo=UTC)
TAKES_OVER_WITHIN = 30  # seconds, on a busy machine; the lease itself is ended by hand


@dataclass
class Week:
    """One instance with its people: who does what."""

    running: Instance
    organiser: Visitor
    carrier: Visitor
    follower: Visitor
    campaign: str = ""  # the path of its studio pages
    slug: str = ""

    def power_cut(self) -> None:
        """Kill the server where it stands and start it again on the same data."""
        self.running.kill()
        self.running.start()


@pytest.fixture
def running(own_database: Callable[[str], str]) -> Iterator[Instance]:
    """An instance nobody has set up yet, with the sandbox and the mailbox."""
    with instance(own_database("kill"), command="serve", environment="development") as made:
        yield made


def test_nothing_that_was_called_done_is_lost(running: Instance) -> None:
    with Visitor(running.url) as organiser, Visitor(running.url) as carrier, Visitor(running.url) as follower:
        week = Week(running, organiser, carrier, follower)
        set_up(week)
        begin(week)
        give_a_story_its_picture(week)
        write_the_rest(week)
        agree_with_the_carrier(week)
        go_live(week)
        post(week)
        take_the_challenge(week)
        give(week)
        account_for_it(week)


def set_up(week: Week) -> None:
    """The first account: the session of the answer opens the studio, and the link has served."""
    link = urlsplit(week.running.links["Set up (first organiser)"]).path
    week.organiser.send(
        link,
        link,
        organisation="Les Lanternes",
        name="Nora Belkacem",
        email=OWNER,
        password="quatre mots de passe longs",
    )
    week.power_cut()
    assert week.organiser.page("/studio")
    assert "Studio" in week.running.links
    assert week.follower.web.get(link).status_code == 410
    week.organiser.send(
        "/studio/organisation",
        "/organisation",
        legal_name="Association Les Lanternes",
        legal_kind="siren",
        legal_number="000000018",
        address="12 rue des Forges, 59100 Roubaix",
        publication_director="Nora Belkacem",
        hosting="Les Lanternes, 12 rue des Forges, 59100 Roubaix",
        email="bonjour@lanternes.example",
    )
    week.power_cut()
    assert "Association Les Lanternes" in str(week.organiser.page("/studio/organisation"))


def begin(week: Week) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date()
    led = week.organiser.send(
        "/studio/campaigns/new?template=hope-week",
        "/campaigns/new",
        title="La semaine de Maïa",
        carrier="Maïa",
        starts_on=today.isoformat(),
    )
    week.power_cut()
    week.campaign = urlsplit(led).path.removesuffix("/week")
    assert len(week.organiser.page(f"{week.campaign}/week").select("section.column")) == 7


def give_a_story_its_picture(week: Week) -> None:
    """The upload: the row, and the file beside the database."""
    (story, *_) = week.organiser.links(f"{week.campaign}/week", ".tile h3 a")
    file = {"file": ("maia.png", draw_story("dots", 0, 0), "image/png")}
    week.organiser.send(story, "/media", files=file)
    week.power_cut()
    shown = week.organiser.page(story).select_one(".frame img")
    assert shown is not None
    picture = week.organiser.web.get(str(shown["src"]))
    assert (picture.status_code, picture.content[:4]) == (200, b"RIFF")
    week.organiser.send(story, story, kind="image", alt_text="Maïa lit à voix haute.", caption="Un mot.")
    week.power_cut()
    assert "Maïa lit à voix haute." in str(week.organiser.page(story).select_one("#words"))


def write_the_rest(week: Week) -> None:
    """Everything readiness asks for; no power cut here."""
    who = week.organiser
    who.fill_gaps(f"{week.campaign}/week", "form[id^='form-day-']", "Maïa")
    first, *others = who.links(f"{week.campaign}/week", ".tile h3 a")
    who.fill_gaps(first, "#words", "Maïa")
    for story in others:
        who.send(story, story, kind="text")
        who.fill_gaps(story, "#words", "Maïa")
    for challenge in who.links(f"{week.campaign}/week", ".act h3 a"):
        who.fill_gaps(challenge, "#challenge-form", "Maïa")
    settings = f"{week.campaign}/settings"
    for part in ("details", "drive"):  # one after the other: a change of one makes the other page stale
        who.fill_gaps(settings, f"form[action$='/{part}']", "Maïa")
    who.send(settings, "/drive", currency="EUR", goal="5000")
    who.send(settings, "/care", contact_name="Nora Belkacem", contact_phone="+33 6 00 00 00 00")
    protocol = f"{week.campaign}/crisis/protocol"
    who.send(protocol, "/crisis/protocol")
    for promise in who.links(f"{week.campaign}/impact", "a[href*='/impact/promises/']"):
        who.fill_gaps(promise, f"form[action$='{promise}']", "Maïa")
    for line, amount in zip(
        who.links(f"{week.campaign}/impact", "a[href*='/impact/plan/lines/']"), BUDGET, strict=True
    ):
        who.send(line, line, amount=amount)


def agree_with_the_carrier(week: Week) -> None:
    """The invitation is queued with its cause; its link opens the brief, and the answer stands."""
    people = f"{week.campaign}/influencers"
    (person, *_) = week.organiser.links(people, "main a[href*='/influencers/']:not([href$='/new'])")
    tie = "On m’a appris à lire à dix-neuf ans, dans cet atelier."
    week.organiser.send(person, person, email=CARRIER, tie=tie)
    answers = dict.fromkeys(("tie", "record", "audience", "promises", "care"), "yes")
    why = "Sa propre histoire, racontée depuis trois ans."
    week.organiser.send(person, "/decision", **answers, note=why, decision="approve")
    week.organiser.send(person, "/terms", agreement="volunteer")
    week.organiser.send(person, "/invite")
    week.power_cut()
    mailed = [one for one in week.carrier.page("/sandbox/mail").select(".mailbox li") if CARRIER in one.text]
    (link,) = [str(one.a["href"]) for one in mailed if one.a]
    (brief, *_) = week.carrier.links(link, ".mail a[href*='/brief/']")
    assert week.carrier.web.get(brief).status_code == 303
    week.power_cut()
    week.carrier.send("/brief", "/brief/answer", answer="yes")
    week.power_cut()
    assert week.carrier.page("/brief").select_one("article.item") is not None


def go_live(week: Week) -> None:
    week.organiser.send(f"{week.campaign}/facts", "/facts/nothing")
    readiness = f"{week.campaign}/readiness"
    for after in ("ready", "live", "drive"):
        checks = week.organiser.page(readiness).select(".checks li")
        assert [one.get_text(" ", strip=True) for one in checks if one.select(".state-open")] == []
        take_the_step(week, readiness, after)
    week.power_cut()
    settings = week.organiser.page(f"{week.campaign}/settings")
    week.slug = str(settings.select("input[name=slug]")[0]["value"])
    assert week.follower.page(f"/c/{week.slug}/donate").select_one("[data-amount-button]") is not None


def take_the_step(week: Week, readiness: str, after: str) -> None:
    """By hand; but the first day has come, so that the clock may begin the week a moment before the hand does."""
    form = week.organiser.page(readiness).select_one("form[action$='/advance']")
    assert form is not None
    if typed(form)["after"] != [after]:
        assert after == "live"
        return
    answer = week.organiser.web.post(str(form["action"]), data=typed(form))
    assert answer.status_code == 303 or (answer.status_code == 409 and after == "live")


def post(week: Week) -> None:
    week.carrier.send("/brief", "/posted", proof_url=PROOF)
    week.power_cut()
    assert week.carrier.page("/brief").select_one(f"a[href='{PROOF}']") is not None


def take_the_challenge(week: Week) -> None:
    """Counted once, before the power cut and after it: the campaign's key is kept as well."""
    day = f"/c/{week.slug}/days/1"
    assert "challenge-taken" in week.follower.send(day, "/challenge", level="0")
    week.power_cut()
    assert "challenge-changed" in week.follower.send(day, "/challenge", level="1")
    assert re.search(r"\b1 accepted act\b", week.follower.page(f"{day}?lang=en").get_text(" "))


def give(week: Week) -> None:
    """The payment page outlives its server; a payment made just before the power cut is counted once."""
    till = week.follower.send(f"/c/{week.slug}/donate", "/donate", pick="", amount="25")
    till = urlsplit(till).path
    thanks = urlsplit(week.follower.send(till, till, do="pay"))
    week.power_cut()
    said = week.follower.page(f"{thanks.path}?{thanks.query}&lang=en")
    assert "given. Thank you." in said.get_text(" ")
    lines = week.follower.web.get(f"/c/{week.slug}/ledger.csv").text.splitlines()
    assert [line.split(",")[1:4] for line in lines if ",gift," in line] == [["gift", "25.00", "EUR"]]


def account_for_it(week: Week) -> None:
    impact = f"{week.campaign}/impact"
    week.organiser.send(
        f"{impact}/updates/new",
        "/updates/new",
        title="Les cinq premiers cahiers sont là.",
        body="Ils sont arrivés mardi.",
        then="publish",
    )
    week.power_cut()
    assert "Ils sont arrivés mardi." in week.follower.page(f"/c/{week.slug}/impact").get_text()


def test_a_second_process_takes_the_lease_of_one_that_was_killed(running: Instance) -> None:
    """The dead process gave nothing back; once its lease ends, whoever works takes it over."""
    assert running.troubles() == []
    engine = db.make_engine(
        running.environment["SEPTAINE_DATABASE_URL"] or f"sqlite:///{running.data_dir / 'septaine.db'}"
    )
    dead = _holder(engine)
    assert dead is not None
    running.kill()
    worker = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"], cwd=ROOT, env=dict(running.environment)
    )
    try:
        assert _holder(engine) == dead
        _end_the_lease(engine)
        ends = time.monotonic() + TAKES_OVER_WITHIN
        while _holder(engine) == dead:
            assert time.monotonic() < ends, "nobody took the lease over"
            with pytest.raises(subprocess.TimeoutExpired):  # it still works
                worker.wait(0.1)
    finally:
        worker.kill()
        worker.wait()
        engine.dispose()


def _holder(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return connection.execute(text("SELECT holder FROM lease WHERE name = 'scheduler'")).scalar()


def _end_the_lease(engine: Engine) -> None:
    """What a minute without a renewal does."""
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(Lease).where(col(Lease.name) == "scheduler").values(until=LONG_PAST))
