"""A drive opened by hand and filled in many ways: a sponsor, cash, a thing, a transfer, a card, another service.

In French without script, in English with it, each by a demo of its own; what each act becomes is read on the public
page, on a phone.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as NotYet

from app.core import i18n
from tests.journeys.cast import CASTS, known_pids, password, sign_in
from tests.journeys.conftest import Visit, own_demo
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK

AT_MOST = 90  # seconds until a job has rung, on a busy machine
STATEMENT = "Date;Crédit;Libellé;Donneur\n{day};12,00;pour les chaises;M. NADAL\n{day};5,00;loyer;RÉGIE\n"
DONATE = "/c/lanternes/donate"


@dataclass
class Drive:
    """The studio of the French organisation, a donor's phone, and the path of the campaign's studio pages."""

    team: Hand
    donor: Hand
    base: str

    def open(self, path: str) -> None:
        """A page of the campaign in the studio."""
        self.team.page.goto(f"{self.base}{path}")

    def press(self, words: str) -> None:
        """A button of the studio; nothing is refused."""
        self.team.press(words)
        expect(self.team.page.locator(".errors")).to_have_count(0)

    def euros(self, amount: int) -> str:
        with i18n.speaking(self.donor.language):
            return i18n.money(amount * 100, "EUR")

    def reads(self, text: str, **known: str) -> None:
        """The donation page says a sentence of the interface now, whatever stands for the values not named."""
        self.donor.page.goto(f"{DONATE}?lang={self.donor.language}")
        parts = re.split(r"%\((\w+)\)s", self.donor.words(text))
        shape = "".join(
            (re.escape(_plain(known[part])) if part in known else ".+?")
            if place % 2
            else re.escape(_plain(part))
            for place, part in enumerate(parts)
        )
        said = _plain(self.donor.page.locator("main").inner_text())
        assert re.search(shape, said), (shape, said)

    def stands_at(self, amount: int) -> None:
        """The public sum."""
        self.reads("%(amount)s of %(goal)s, %(share)s", amount=self.euros(amount))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(params=[("fr", False), ("en", True)], ids=["fr-no-script", "en-script"])
def drive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, visit: Visit
) -> Iterator[Drive]:
    language, javascript = request.param
    with own_demo(f"collected-{language}", tmp_path_factory) as running:
        page = visit(running, "/", language=language, javascript=javascript, size=DESK)
        sign_in(page, CASTS["fr"].organiser, password(running))
        page.goto("/studio/account")
        page.locator("[name=language]").select_option(language)
        with page.expect_event("load"):
            page.locator("form:has([name=language]) button").first.click()
        public = visit(running, DONATE, language=language, javascript=javascript)
        base = f"/studio/campaigns/{known_pids(running)['live']}"
        team, donor = (Hand(one, language, javascript=javascript) for one in (page, public))
        yield Drive(team, donor, base)


def test_a_drive_by_other_ways(drive: Drive) -> None:
    open_by_hand(drive)
    double_each_gift(drive)
    enter_by_hand(drive)
    pay_what_was_promised(drive)
    decide_about_transfers(drive)
    give_with_a_receipt(drive)
    collect_elsewhere(drive)


def open_by_hand(drive: Drive) -> None:
    drive.open("/drive")
    drive.team.page.locator("[name=drive_start][value=hand]").check()
    drive.press("Save")
    drive.reads("The drive is not open yet")
    settle_the_facts(drive)
    drive.open("/readiness")
    drive.press("Open the drive")
    drive.reads("The drive is open")
    expect(drive.donor.page.locator("[data-amount-button]")).to_be_visible()


def settle_the_facts(drive: Drive) -> None:
    """What the drive asks for still lacks two things: a claim nobody checked, a sentence without a source."""
    page = drive.team.page
    drive.open("/facts")
    page.locator("section:has(> #open) .checks a").first.click()
    page.locator("[name=verdict]").select_option("opinion")
    drive.press("Give this verdict")
    drive.open("/facts")
    drive.team.send(page.locator("form[action*='/facts/dismiss'] button").first)


def double_each_gift(drive: Drive) -> None:
    drive.open("/drive")
    drive.team.unfold("Add a sponsor")
    today = date.today()  # noqa: DTZ011 - as the form's fields, wide enough for any zone
    values = {
        "sponsor": "Boulangerie Hugo",
        "cap": "500",
        "starts_on": (today - timedelta(days=1)).isoformat(),
        "starts_time": "00:00",
        "ends_on": (today + timedelta(days=3)).isoformat(),
        "ends_time": "20:00",
    }
    for name, value in values.items():
        drive.team.page.locator(f"#f-m-{name}").fill(value)
    drive.press("Announce it")


def enter_by_hand(drive: Drive) -> None:
    for way, amount, proof in (("Cash", "80", ""), ("In kind", "240", "Douze chaises")):
        drive.open("/offline")
        drive.team.tick(way)
        drive.team.page.locator("#f-amount").fill(amount)
        drive.team.page.locator("#f-proof").fill(proof)
        drive.press("Enter the gift")
    drive.stands_at(80)
    drive.reads(
        "%(sponsor)s doubles each gift up to %(cap)s, until %(end)s, %(end_time)s: %(so_far)s so far.",
        sponsor="Boulangerie Hugo",
        so_far=drive.euros(80),
    )
    assert _plain(drive.euros(240)) in _plain(drive.donor.page.locator("main").inner_text())


def pay_what_was_promised(drive: Drive) -> None:
    page = drive.team.page
    drive.open("/drive")
    page.get_by_role("link", name="Boulangerie Hugo").click()
    drive.team.unfold("Enter a payment")
    page.locator("#f-p-amount").fill("80")
    page.locator("#f-p-on_date").fill(date.today().isoformat())  # noqa: DTZ011 - as above
    page.locator("#f-p-note").fill("Virement du jour")
    drive.press("Enter it")
    drive.stands_at(160)


def decide_about_transfers(drive: Drive) -> None:
    page = drive.team.page
    page.goto("/studio/transfers")
    day = f"{date.today():%d/%m/%Y}"  # noqa: DTZ011 - as above
    page.locator("[name=statement]").set_input_files(
        {"name": "releve.csv", "mimeType": "text/csv", "buffer": STATEMENT.format(day=day).encode()}
    )
    drive.press("Read it")
    if page.locator("[name=column_date]").count():  # a layout nobody named yet
        drive.press("Read it")
    line = page.locator("article", has_text="M. NADAL")
    line.locator("[name=campaign]").select_option(drive.base.rpartition("/")[2])
    drive.team.press("It is a gift", line)
    expect(page.locator("#done + .rows li, section:has(#done) li", has_text="NADAL")).to_have_count(1)
    drive.team.send(page.locator("article", has_text="RÉGIE").get_by_role("button").last)
    expect(page.locator("article", has_text="RÉGIE")).to_have_count(0)


def give_with_a_receipt(drive: Drive) -> None:
    """By card, with an address: once the money is there the tax receipt is on the donor's own page."""
    public, language = drive.donor.page, drive.donor.language
    public.goto(f"{DONATE}?lang={language}")
    for name in ("donor_name", "receipt"):
        public.locator(f"details:has([name={name}]) > summary").click()
    public.locator("[name=donor_name]").fill("Lucie Marchal")
    public.locator("[name=receipt]").check()
    for name, value in (("line", "4 quai du Lavoir"), ("postcode", "00000"), ("city", "Brasmes")):
        public.locator(f"[name={name}]").fill(value)
    public.locator("[name=amount]").fill("28")
    public.locator("[data-amount-button]").click()
    public.wait_for_url("**/sandbox/stripe/pay/*")
    public.locator("button[value=pay]").click()
    public.wait_for_url("**/thanks?*")
    public.goto(f"/gift/receipts?lang={language}")
    tax = public.get_by_role("link", name=drive.donor.words("Tax receipt"))
    before = time.monotonic()
    while not _comes(tax) and time.monotonic() - before < AT_MOST:  # a job writes it
        public.reload()
    paper = public.request.get(str(tax.get_attribute("href")))
    assert (paper.ok, paper.headers["content-type"], paper.body()[:5]) == (True, "application/pdf", b"%PDF-")
    assert _plain(drive.euros(28)) in _plain(public.locator("article").first.inner_text())


def _comes(awaited: Locator) -> bool:
    try:
        awaited.wait_for(timeout=1_000)
    except NotYet:
        return False
    return True


def collect_elsewhere(drive: Drive) -> None:
    page, public = drive.team.page, drive.donor.page
    drive.stands_at(200)
    drive.open("/drive")
    page.locator("#f-external_url").fill("https://collecte.example/lanternes")
    page.locator("#f-external_name").fill("Collecte Exemple")
    drive.press("Save")
    drive.team.unfold("Enter a sum")
    page.locator("#f-d-amount").fill("300")
    page.locator("#f-d-on_date").fill(date.today().isoformat())  # noqa: DTZ011 - as above
    page.locator("#f-d-note").fill("Relevé de Collecte Exemple")
    drive.press("Enter it")
    drive.stands_at(500)
    assert _plain(drive.euros(300)) in _plain(public.locator("main").inner_text())
    expect(public.locator("a[href='https://collecte.example/lanternes']")).to_be_visible()
    assert public.locator("[data-amount-button]").count() == 0
    poster = public.request.get("/c/lanternes/poster.pdf?paper=a3")
    assert (poster.ok, poster.body()[:5]) == (True, b"%PDF-")
