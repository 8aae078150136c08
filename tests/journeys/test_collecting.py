"""A drive opened by hand and filled in many ways: a sponsor, cash, a thing, a transfer, a card, another service.

Without script and in French, by a demo of its own; what each act becomes is read on the public page.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotYet

from tests.journeys.cast import EMAILS, known_pids, password, sign_in
from tests.journeys.conftest import Visit, own_demo
from tests.journeys.looking import DESK
from tests.journeys.pages import Who

AT_MOST = 90  # seconds until a job has rung, on a busy machine
STATEMENT = "Date;Crédit;Libellé;Donneur\n{day};12,00;pour les chaises;M. NADAL\n{day};5,00;loyer;RÉGIE\n"


def press(page: Page, name: str) -> None:
    """The button of that name that can be seen; nothing is refused."""
    button = page.get_by_role("button", name=name, exact=True).locator("visible=true").first
    with page.expect_event("load"):
        button.click()
    expect(page.locator(".errors")).to_have_count(0)


def fold(page: Page, name: str) -> None:
    page.locator("summary", has_text=name).first.click()


@pytest.fixture
def studio(tmp_path_factory: pytest.TempPathFactory, visit: Visit) -> Iterator[tuple[Page, Page, str]]:
    """The studio of the French organisation, a donor's browser, and the path of the campaign's studio pages."""
    with own_demo("collected", tmp_path_factory) as running:
        page = visit(running, "/", language="fr", javascript=False, size=DESK)
        sign_in(page, EMAILS[Who.ORGANISER], password(running))
        public = visit(running, "/c/lanternes/donate", language="fr", javascript=False)
        yield page, public, f"/studio/campaigns/{known_pids(running)['live']}"


def test_a_drive_by_other_ways(studio: tuple[Page, Page, str]) -> None:
    page, public, base = studio
    open_by_hand(page, public, base)
    double_each_gift(page, base)
    enter_by_hand(page, public, base)
    pay_what_was_promised(page, public, base)
    decide_about_transfers(page, base)
    give_with_a_receipt(public)
    collect_elsewhere(page, public, base)


def donate(public: Page) -> str:
    """What the donation page says now."""
    public.goto("/c/lanternes/donate")
    return public.locator("main").inner_text().replace("\u202f", " ").replace("\xa0", " ")


def open_by_hand(page: Page, public: Page, base: str) -> None:
    page.goto(f"{base}/drive")
    page.get_by_label("À la main").check()
    press(page, "Enregistrer")
    assert "La collecte n’est pas encore ouverte" in donate(public)
    settle_the_facts(page, base)
    page.goto(f"{base}/readiness")
    press(page, "Ouvrir la collecte")
    assert "La collecte est ouverte" in donate(public)
    expect(public.locator("[data-amount-button]")).to_be_visible()


def settle_the_facts(page: Page, base: str) -> None:
    """What the drive asks for still lacks two things: a claim nobody checked, a sentence without a source."""
    page.goto(f"{base}/facts")
    page.locator("section:has(> #open) .checks a").first.click()
    page.locator("[name=verdict]").select_option("opinion")
    press(page, "Rendre ce verdict")
    page.goto(f"{base}/facts")
    with page.expect_event("load"):
        page.locator("form[action*='/facts/dismiss'] button").first.click()


def double_each_gift(page: Page, base: str) -> None:
    page.goto(f"{base}/drive")
    fold(page, "Ajouter un mécène")
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
        page.locator(f"#f-m-{name}").fill(value)
    press(page, "L’annoncer")


def enter_by_hand(page: Page, public: Page, base: str) -> None:
    for way, amount, proof in (("Espèces", "80", ""), ("En nature", "240", "Douze chaises")):
        page.goto(f"{base}/offline")
        page.get_by_label(way, exact=True).check()
        page.locator("#f-amount").fill(amount)
        page.locator("#f-proof").fill(proof)
        press(page, "Saisir le don")
    said = donate(public)
    for part in ("80 € sur", "Boulangerie Hugo double", "80 € à ce jour", "240 €"):
        assert part in said, said


def pay_what_was_promised(page: Page, public: Page, base: str) -> None:
    page.goto(f"{base}/drive")
    page.get_by_role("link", name="Boulangerie Hugo").click()
    fold(page, "Saisir un versement")
    page.locator("#f-p-amount").fill("80")
    page.locator("#f-p-on_date").fill(date.today().isoformat())  # noqa: DTZ011 - as above
    page.locator("#f-p-note").fill("Virement du jour")
    press(page, "Inscrire")
    assert "160 € sur" in donate(public)


def decide_about_transfers(page: Page, base: str) -> None:
    page.goto("/studio/transfers")
    day = f"{date.today():%d/%m/%Y}"  # noqa: DTZ011 - as above
    page.locator("[name=statement]").set_input_files(
        {"name": "releve.csv", "mimeType": "text/csv", "buffer": STATEMENT.format(day=day).encode()}
    )
    press(page, "Lire")
    if page.locator("[name=column_date]").count():  # a layout nobody named yet
        press(page, "Lire")
    line = page.locator("article", has_text="M. NADAL")
    line.locator("[name=campaign]").select_option(base.rpartition("/")[2])
    with page.expect_event("load"):
        line.get_by_role("button", name="C’est un don").click()
    expect(page.locator("#done + .rows li, section:has(#done) li", has_text="NADAL")).to_have_count(1)
    with page.expect_event("load"):
        page.locator("article", has_text="RÉGIE").get_by_role("button").last.click()
    expect(page.locator("article", has_text="RÉGIE")).to_have_count(0)


def give_with_a_receipt(public: Page) -> None:
    """By card, with an address: once the money is there the tax receipt is on the donor's own page."""
    donate(public)
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
    public.goto("/gift/receipts")
    tax = public.get_by_role("link", name="Reçu fiscal")
    before = time.monotonic()
    while not _comes(tax) and time.monotonic() - before < AT_MOST:  # a job writes it
        public.reload()
    paper = public.request.get(str(tax.get_attribute("href")))
    assert (paper.ok, paper.headers["content-type"], paper.body()[:5]) == (True, "application/pdf", b"%PDF-")
    assert "28 €" in public.locator("article").first.inner_text().replace("\xa0", " ")


def _comes(awaited: Locator) -> bool:
    try:
        awaited.wait_for(timeout=1_000)
    except NotYet:
        return False
    return True


def collect_elsewhere(page: Page, public: Page, base: str) -> None:
    assert "200 € sur" in donate(public)
    page.goto(f"{base}/drive")
    page.locator("#f-external_url").fill("https://collecte.example/lanternes")
    page.locator("#f-external_name").fill("Collecte Exemple")
    press(page, "Enregistrer")
    fold(page, "Saisir une somme")
    page.locator("#f-d-amount").fill("300")
    page.locator("#f-d-on_date").fill(date.today().isoformat())  # noqa: DTZ011 - as above
    page.locator("#f-d-note").fill("Relevé de Collecte Exemple")
    press(page, "Inscrire")
    said = donate(public)
    assert "500 € sur" in said, said
    assert "300 €" in said
    expect(public.locator("a[href='https://collecte.example/lanternes']")).to_be_visible()
    assert public.locator("[data-amount-button]").count() == 0
    poster = public.request.get("/c/lanternes/poster.pdf?paper=a3")
    assert (poster.ok, poster.body()[:5]) == (True, b"%PDF-")
