"""From a gift to the letters: a donor follows, confirms from the mailbox, is told of an account, changes and leaves."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import make_engine
from app.impact.models import Update
from tests.journeys.cast import Demo
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings, small_boxes, too_wide
from tests.journeys.stage import Instance

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
ANY = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
Donor = Callable[..., Hand]
TOLD_WITHIN = 90  # seconds: the job that finds what was published rings every twenty


@pytest.fixture
def donor(lived_in: Demo, visit: Visit) -> Donor:
    """A phone that opens the giving page of the open drive."""

    def open_page(language: str, *, javascript: bool) -> Hand:
        address = f"/c/last-bus/donate?lang={language}"
        page = visit(lived_in.running, address, language=language, javascript=javascript)
        return Hand(page, language, javascript=javascript)

    return open_page


def _look(hand: Hand) -> None:
    if hand.javascript:
        assert findings(hand.page) == []
    assert too_wide(hand.page) == []
    assert small_boxes(hand.page, 24) == []


def _published(running: Instance, title: str) -> None:
    """The organisation publishes an account; its own journey is another test."""
    url = running.environment["SEPTAINE_DATABASE_URL"] or f"sqlite:///{running.data_dir / 'septaine.db'}"
    engine = make_engine(url)
    with Session(engine.execution_options(writing=True)) as session:
        campaign = session.exec(select(Campaign).where(Campaign.slug == "last-bus")).one()
        body = "The first night bus ran on Friday, with eleven people on board."
        session.add(Update(campaign_id=campaign.id, title=title, body=body, published_at=clock.now()))
        session.commit()
    engine.dispose()


def _open_mail(hand: Hand, recipient: str, subject: str) -> None:
    """Wait for a letter in the mailbox of the demo, and open it."""
    letters = hand.page.locator("ul.mailbox li", has_text=recipient).filter(has_text=subject)
    for _ in range(TOLD_WITHIN):
        hand.page.goto("/sandbox/mail")
        if letters.count():
            break
        hand.page.wait_for_timeout(1000)
    letters.first.locator("a").click()
    hand.page.wait_for_load_state()


def _link(hand: Hand, part: str) -> str:
    link = hand.page.locator(f"main a[href*='{part}']").first
    return urlsplit(link.get_attribute("href") or "").path


@BOTH
@ANY
def test_a_donor_follows_until_one_click(
    donor: Donor, lived_in: Demo, language: str, *, javascript: bool
) -> None:
    hand = donor(language, javascript=javascript)
    email = f"giver.{language}.{'script' if javascript else 'plain'}@sample.example"
    hand.press("Give %(amount)s" if javascript else "Give")
    hand.page.wait_for_url("**/sandbox/stripe/pay/*")
    hand.press("Pay %(amount)s")
    hand.page.wait_for_url("**/thanks?*")
    hand.fill("Your e-mail address", email)
    _look(hand)
    hand.press("Follow by e-mail")
    hand.sees("Look into your mail.")
    _look(hand)

    _open_mail(hand, email, hand.words("Confirm: you want to follow %(title)s", title="").strip())
    hand.page.goto(_link(hand, "/follow/confirm/"))
    hand.sees("One press, and you follow.")
    _look(hand)
    hand.press("Yes, write to me")
    hand.sees("You follow the campaign.")
    _look(hand)

    title = f"The night bus runs ({email})"
    _published(lived_in.running, title)
    _open_mail(hand, email, title)
    own, stop = _link(hand, "/follow/"), _link(hand, "/follow/stop/")
    expect(hand.page.locator("main")).to_contain_text("eleven people on board")
    hand.page.goto(own)
    hand.sees("What you follow")
    _look(hand)
    hand.page.locator("[name=topics][value=challenge]").uncheck()
    hand.page.locator("[name=rhythm][value=weekly]").check()
    hand.press("Save")
    expect(hand.page.locator("[name=rhythm][value=weekly]")).to_be_checked()
    expect(hand.page.locator("[name=topics][value=challenge]")).not_to_be_checked()

    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    one_click = {"List-Unsubscribe": "One-Click"}
    assert hand.page.request.post(stop, form=one_click, headers=elsewhere).status == 200
    hand.page.goto(stop)
    hand.sees("Nothing more is sent.")
    _look(hand)
    assert hand.page.request.get(own).status == 410
    assert re.search(r"/follow/stop/", hand.page.url)
