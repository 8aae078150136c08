"""The people of the demo and the places only the running demo knows: who signs in how, which row a path names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page
from sqlalchemy import text
from sqlmodel import Session

from app.core.db import make_engine
from tests.journeys.pages import Who
from tests.journeys.stage import Instance

GUEST = "guest@leslanternes.example"
EMAILS = {Who.ORGANISER: "claire@leslanternes.example", Who.COLLEAGUE_ABROAD: "ruth@secondchain.example"}


@dataclass(frozen=True)
class Cast:
    """Who plays in one language: the campaign, its people, its zone."""

    campaign: str  # its name in the table of places
    slug: str
    organiser: str
    colleague: str
    carrier: str
    zone: ZoneInfo
    today: int  # the day of the campaign on which the demo begins


CASTS = {
    "fr": Cast(
        "live",
        "lanternes",
        "claire@leslanternes.example",
        "bastien@leslanternes.example",
        "Maïa",
        ZoneInfo("Europe/Paris"),
        3,
    ),
    "en": Cast(
        "drive",
        "last-bus",
        "ruth@secondchain.example",
        "alun@secondchain.example",
        "Dev",
        ZoneInfo("Europe/London"),
        7,
    ),
}


# Those of the demo who hold the private address of a notice.
NOTICE_READERS = {
    "notice_receipt": "gerard@poulain.example",
    "notice_decided": "leila@benali.example",
    "notice_author": "ines@courrier.example",
}

ASKED_LATER = "solene@exemple.example"
FOLLOWS, ASKED = "samira@exemple.example", "theo@exemple.example"  # by e-mail; and who has not confirmed

# Rows by the demo's own slugs; each answers one public id.
PIDS = {
    "live": "SELECT pid FROM campaign WHERE slug = 'lanternes'",
    "drive": "SELECT pid FROM campaign WHERE slug = 'last-bus'",
    "closed": "SELECT pid FROM campaign WHERE slug = 'douze-chaises'",
    "draft": "SELECT pid FROM campaign WHERE state = 'draft'",
    "live_frame": "SELECT f.pid FROM frame f JOIN campaign c ON c.id = f.campaign_id "
    "WHERE c.slug = 'lanternes' AND f.media_id IS NOT NULL ORDER BY f.id",
    "draft_frame": "SELECT f.pid FROM frame f JOIN campaign c ON c.id = f.campaign_id "
    "WHERE c.state = 'draft' ORDER BY f.id",
    "waiting_post": "SELECT p.pid FROM post p JOIN campaign c ON c.id = p.campaign_id "
    "WHERE c.slug = 'lanternes' AND p.state = 'in_review' ORDER BY p.id",
    "posted_post": "SELECT p.pid FROM post p JOIN campaign c ON c.id = p.campaign_id "
    "WHERE c.slug = 'lanternes' AND p.state = 'sent' ORDER BY p.id",
    "planned_post": "SELECT p.pid FROM post p JOIN campaign c ON c.id = p.campaign_id "
    "JOIN post_following_frame f ON f.post_id = p.id "
    "WHERE c.slug = 'lanternes' AND p.state = 'scheduled' ORDER BY p.id",
    "live_challenge": "SELECT h.pid FROM challenge h JOIN campaign c ON c.id = h.campaign_id "
    "WHERE c.slug = 'lanternes' ORDER BY h.id",
    "returned_act": "SELECT a.pid FROM challenge_act a JOIN intake_item i ON i.kind = 'act' AND i.subject_id = a.id "
    "WHERE i.state = 'returned' AND a.supporter_id IS NOT NULL ORDER BY a.id",
    "missed_challenge": "SELECT h.pid FROM challenge h JOIN day d ON d.id = h.day_id "
    "JOIN campaign c ON c.id = h.campaign_id WHERE c.slug = 'lanternes' AND d.number = 2",
    "live_influencer": "SELECT i.pid FROM influencer i JOIN campaign c ON c.id = i.campaign_id "
    "WHERE c.slug = 'lanternes' AND i.name LIKE 'Ma%' ORDER BY i.id",
    "shortlisted": "SELECT i.pid FROM influencer i JOIN campaign c ON c.id = i.campaign_id "
    "WHERE c.state = 'draft' AND i.stage = 'shortlisted' ORDER BY i.id",
    "own_testimonial": "SELECT t.pid FROM testimonial t JOIN supporter s ON s.id = t.supporter_id "
    "WHERE s.email = 'lucie@exemple.example' ORDER BY t.id",
    "organisation": "SELECT o.pid FROM organisation o JOIN campaign c ON c.organisation_id = o.id "
    "WHERE c.slug = 'lanternes'",
    "notice_waiting": "SELECT n.pid FROM notice n JOIN campaign c ON c.id = n.campaign_id "
    "WHERE c.slug = 'lanternes' AND n.state = 'received' ORDER BY n.id",
    "notice_done": "SELECT n.pid FROM notice n JOIN campaign c ON c.id = n.campaign_id "
    "WHERE c.slug = 'lanternes' AND n.state = 'decided' ORDER BY n.id",
    "live_promise": "SELECT p.pid FROM promise p JOIN campaign c ON c.id = p.campaign_id "
    "WHERE c.slug = 'lanternes' ORDER BY p.id",
    "waiting_item": "SELECT i.pid FROM intake_item i JOIN campaign c ON c.id = i.campaign_id "
    "WHERE c.slug = 'last-bus' AND i.state = 'pending' ORDER BY i.urgency DESC, i.id",
    "closed_incident": "SELECT i.pid FROM incident i JOIN campaign c ON c.id = i.campaign_id "
    "WHERE c.slug = 'douze-chaises' ORDER BY i.id",
    "answered_question": "SELECT q.pid FROM question q JOIN campaign c ON c.id = q.campaign_id "
    "JOIN question_answer a ON a.question_id = q.id WHERE c.slug = 'last-bus' ORDER BY q.id",
    "waiting_question": "SELECT q.pid FROM question q JOIN campaign c ON c.id = q.campaign_id "
    "WHERE c.slug = 'lanternes' ORDER BY q.id",
    "coming_session": "SELECT s.pid FROM qa_session s JOIN campaign c ON c.id = s.campaign_id "
    "WHERE c.slug = 'lanternes' ORDER BY s.id",
    "past_session": "SELECT s.pid FROM qa_session s JOIN campaign c ON c.id = s.campaign_id "
    "WHERE c.slug = 'last-bus' AND s.closed_at IS NOT NULL ORDER BY s.id",
    "link": "SELECT l.pid FROM tracked_link l JOIN campaign c ON c.id = l.campaign_id "
    "WHERE c.slug = 'lanternes' AND l.laid_key IS NULL ORDER BY l.id",
    "match": "SELECT m.pid FROM sponsor_match m JOIN campaign c ON c.id = m.campaign_id "
    "WHERE c.slug = 'last-bus' ORDER BY m.id",
    "drive_gift": "SELECT g.pid FROM gift g JOIN campaign c ON c.id = g.campaign_id "
    "WHERE c.slug = 'last-bus' AND g.state = 'paid' ORDER BY g.id",
    "live_session": "SELECT s.pid FROM qa_session s JOIN campaign c ON c.id = s.campaign_id "
    "WHERE c.slug = 'last-bus' AND s.closed_at IS NULL ORDER BY s.id",
    "live_line": "SELECT b.pid FROM budget_line b JOIN campaign c ON c.id = b.campaign_id "
    "WHERE c.slug = 'lanternes' ORDER BY b.id",
    "closed_account": "SELECT r.pid FROM report_commitment r JOIN campaign c ON c.id = r.campaign_id "
    "WHERE c.slug = 'douze-chaises' ORDER BY r.id",
    "closed_evidence": "SELECT e.pid FROM spend_evidence e JOIN spend s ON s.id = e.spend_id "
    "JOIN campaign c ON c.id = s.campaign_id WHERE c.slug = 'douze-chaises' ORDER BY e.id",
    "closed_update": "SELECT u.pid FROM impact_update u JOIN campaign c ON c.id = u.campaign_id "
    "WHERE c.slug = 'douze-chaises' ORDER BY u.id",
    "tax_receipt": "SELECT r.pid FROM receipt r WHERE r.replaces_id IS NOT NULL ORDER BY r.id",
    "void_receipt": "SELECT r.pid FROM receipt r WHERE r.voided_at IS NOT NULL ORDER BY r.id",
    "own_gift": "SELECT g.pid FROM gift g WHERE g.donor_email = 'lucie@exemple.example' ORDER BY g.id",
    "unreceipted_gift": "SELECT g.pid FROM gift g JOIN campaign c ON c.id = g.campaign_id "
    "WHERE c.slug = 'douze-chaises' AND g.donor_name = 'Idriss' ORDER BY g.id",
    "dispute": "SELECT d.pid FROM dispute d JOIN campaign c ON c.id = d.campaign_id "
    "WHERE c.slug = 'douze-chaises' ORDER BY d.id",
    "closed_fact": "SELECT o.pid FROM claim o JOIN claim_correction r ON r.claim_id = o.id "
    "JOIN campaign c ON c.id = o.campaign_id WHERE c.slug = 'douze-chaises' ORDER BY o.id",
}


def find_pids(session: Session) -> dict[str, str]:
    """The public ids the table of pages names."""
    return {
        name: str(session.connection().execute(text(query)).scalar_one())
        for name, query in ((name, f"{query} LIMIT 1") for name, query in PIDS.items())
    }


def password(running: Instance) -> str:
    """The demo's password, as the server printed it."""
    found = re.search(r"with the password (\S+)", running.said())
    assert found is not None
    return found[1]


def sign_in(page: Page, email: str, password: str) -> None:
    """By the form, in whichever language it stands."""
    page.goto("/studio/sign-in")
    form = page.locator("#sign-in form")
    form.locator("[name=email]").fill(email)
    form.locator("[name=password]").fill(password)
    form.locator("button").click()
    page.wait_for_url("**/studio")


def brief_link(running: Instance) -> str:
    return next(address for address in running.links.values() if "/brief/" in address)


def mine_link(running: Instance) -> str:
    return next(address for address in running.links.values() if "/mine/" in address)


def enter(page: Page, running: Instance, who: Who) -> None:
    """Make this browser the browser of that person."""
    if who in EMAILS:
        sign_in(page, EMAILS[who], password(running))
    elif who is Who.INFLUENCER:
        page.goto(brief_link(running))
    elif who is Who.FOLLOWER:
        page.goto(mine_link(running))


@dataclass(frozen=True)
class Demo:
    """A running demo and the places in it."""

    running: Instance
    places: Mapping[str, str]
    browser: Browser

    def path(self, pattern: str) -> str:
        if pattern == "{sign_in_link}":  # asked for when it is opened: it is good for minutes
            return ask_for_link(self.browser, self.running)
        return pattern.format_map(self.places)


def known_pids(running: Instance) -> dict[str, str]:
    """The public ids the table of pages names, as the running demo has them."""
    url = running.environment["SEPTAINE_DATABASE_URL"] or f"sqlite:///{running.data_dir / 'septaine.db'}"
    engine = make_engine(url)
    with Session(engine) as session:
        found = find_pids(session)
    engine.dispose()
    return found


def prepare(running: Instance, browser: Browser) -> Demo:
    """Do once what pages need to have something to show: a gift paid and one not, an invitation."""
    places = known_pids(running)
    context = browser.new_context(base_url=running.url, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(15_000)
    places["unpaid"] = _checkout(page)
    places["paid"] = _checkout(page)
    page.locator("button[value=pay]").click()
    page.wait_for_url("**/thanks?*")
    enter(page, running, Who.ORGANISER)
    page.goto("/studio/members")
    page.locator("form[action*='/members/invite'] [name=email]").fill(GUEST)
    page.locator("form[action*='/members/invite'] button").click()
    page.wait_for_load_state()
    places["join"] = mailed_path(page, GUEST, "/join/")
    places["mail"] = urlsplit(page.url).path
    for name, reader in NOTICE_READERS.items():
        places[name] = mailed_path(page, reader, "/notice/")
    places["after_asked"] = mailed_path(page, ASKED_LATER, "/after/")
    places["follow_own"] = mailed_path(page, FOLLOWS, "/follow/")
    places["follow_stop"] = mailed_path(page, FOLLOWS, "/follow/stop/")
    places["follow_confirm"] = mailed_path(page, ASKED, "/follow/confirm/")
    context.close()
    return Demo(running, places, browser)


def ask_for_link(browser: Browser, running: Instance) -> str:
    """Ask for a link to sign in by; returns its path."""
    context = browser.new_context(base_url=running.url, locale="fr-FR")
    page = context.new_page()
    page.goto("/studio/sign-in")
    page.locator("#f-link-email").fill(EMAILS[Who.ORGANISER])
    page.locator("form[action$='/sign-in/link'] button").click()
    page.wait_for_load_state()
    path = mailed_path(page, EMAILS[Who.ORGANISER], "/studio/sign-in/")
    context.close()
    return path


def _checkout(page: Page) -> str:
    """Open a payment page of the sandbox from the English drive; returns the session's id."""
    page.goto("/c/last-bus/donate")
    page.locator("details:has([name=donor_name]) > summary").click()
    page.locator("[name=donor_name]").fill("Jo Marsh")
    page.locator("[data-amount-button]").click()
    page.wait_for_url("**/sandbox/stripe/pay/*")
    return urlsplit(page.url).path.rsplit("/", 1)[1]


def mailed_path(page: Page, recipient: str, part: str) -> str:
    """The path of the link in the newest mail to somebody; the page is left on that mail."""
    page.goto("/sandbox/mail")
    page.locator("ul.mailbox li", has_text=recipient).first.locator("a").click()
    page.wait_for_load_state()
    link = page.locator(f"main a[href*='{part}']").first
    return urlsplit(link.get_attribute("href") or "").path


def session_of(address: str) -> str:
    """The checkout session a thanks page speaks of."""
    return parse_qs(urlsplit(address).query)["session"][0]
