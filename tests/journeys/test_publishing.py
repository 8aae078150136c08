"""Publishing as people live it: planned, agreed to, posted by hand or by an account, paused, and gone on with.

The French campaign of the demo is told in French, the English one in English; what goes out by itself is sent by
the worker of the instance, at the minute that was planned.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotYet

from tests.channels.pds import server
from tests.journeys.cast import CASTS, known_pids, password, sign_in
from tests.journeys.conftest import Visit, own_demo
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, PHONE, findings_by_day_and_night
from tests.journeys.stage import Instance
from tests.media import samples

PROOF = "https://instagram.example/stories/42"
REASON = "On vérifie une information."
STATEMENT = "Nous avons suspendu la campagne le temps de vérifier une information."
AT_MOST = 120  # seconds until the minute that was planned is over and the worker has been round
ROUND = 2_000  # milliseconds between two looks at a page


EVERY_WAY = [("fr", True), ("fr", False), ("en", True), ("en", False)]
TWO_WAYS = [("fr", True), ("en", False)]  # where the journey waits for a minute to pass


def _name(way: tuple[str, bool]) -> str:
    return f"{way[0]}-{'script' if way[1] else 'no-script'}"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A demo of its own: what these journeys change would be in the way of the others."""
    with own_demo("published", tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="module")
def bluesky() -> Iterator[server.Pds]:
    """The AT Protocol's own server."""
    if not server.is_installed():
        pytest.skip(server.MISSING)
    with server.running() as started:
        yield started


@dataclass
class Journey:
    """One telling: the instance, who plays, and the pages of the campaign in the studio."""

    running: Instance
    open: Callable[..., Page]
    language: str
    javascript: bool

    def __post_init__(self) -> None:
        self.cast = CASTS[self.language]
        self.base = f"/studio/campaigns/{known_pids(self.running)[self.cast.campaign]}"

    def member(self, email: str) -> Hand:
        """A member's own browser, signed in."""
        page = self._open("/studio/sign-in", DESK)
        sign_in(page, email, password(self.running))
        return Hand(page, self.language, javascript=self.javascript)

    def phone(self, path: str) -> Hand:
        """A browser of somebody without an account."""
        return Hand(self._open(path, PHONE), self.language, javascript=self.javascript)

    def _open(self, path: str, size: tuple[int, int]) -> Page:
        return self.open(self.running, path, language=self.language, javascript=self.javascript, size=size)

    def look(self, hand: Hand) -> None:
        """Pages that only these journeys meet are looked at here, by night and by day, where script can run."""
        if self.javascript:
            assert findings_by_day_and_night(hand.page) == []

    def now(self) -> datetime:
        """What the clock on the campaign's wall shows."""
        return datetime.now(UTC).astimezone(self.cast.zone)

    def soon(self) -> datetime:
        """The next minute, far enough to be planned for."""
        return (self.now() + timedelta(seconds=75)).replace(second=0, microsecond=0)


@pytest.mark.parametrize("way", EVERY_WAY, ids=_name)
def test_planned_agreed_to_and_posted_by_hand(
    published: Instance, visit: Visit, way: tuple[str, bool]
) -> None:
    """Plan, two words of approval, the brief, a proof; the organiser sees it on the calendar and on its page."""
    journey = Journey(published, visit, *way)
    organiser = journey.member(journey.cast.organiser)
    ask_for_approval(journey, organiser, "The team, then the influencer")
    last_minute = journey.now().replace(hour=23, minute=59 if journey.javascript else 58)
    post = plan(journey, organiser, at=last_minute, carrier=journey.cast.carrier)
    stands(organiser, post, "draft")
    organiser.press("Send for approval")
    stands(organiser, post, "in review")
    approve_as_a_colleague(journey, post)
    carrier = journey.phone(personal_link(journey, organiser))
    agree_in_the_brief(journey, carrier, post)
    organiser.page.goto(f"{journey.base}/posts/{post}")
    stands(organiser, post, "planned")
    post_with_proof(journey, carrier, post)
    see_the_proof(journey, organiser, post, on=last_minute)


@pytest.mark.parametrize("way", TWO_WAYS, ids=_name)
def test_goes_out_by_itself_to_the_inbox_of_the_demo(
    published: Instance, visit: Visit, way: tuple[str, bool]
) -> None:
    """An address is connected, a post planned for the next minute; it is on the calendar with where it arrived."""
    journey = Journey(published, visit, *way)
    organiser = journey.member(journey.cast.organiser)
    ask_for_approval(journey, organiser, "Nobody")
    connect_the_inbox(journey, organiser)
    at, words = journey.soon(), f"Par l’adresse {_name(way)}"
    post = plan(journey, organiser, at=at, account="Webhook – 127.0.0.1", words=words)
    stands(organiser, post, "planned")
    link = see_it_out(journey, organiser, post, on=at)
    organiser.page.goto(link)
    arrived = organiser.page.locator("article", has_text=words)
    expect(arrived).to_have_count(1)
    assert arrived.get_attribute("id") == urlsplit(link).fragment


@pytest.mark.bluesky
@pytest.mark.parametrize("way", TWO_WAYS, ids=_name)
def test_goes_out_by_itself_on_bluesky(
    published: Instance, bluesky: server.Pds, visit: Visit, way: tuple[str, bool]
) -> None:
    """The account is connected with an app password; the post is on the platform, once, and the calendar says where."""
    journey = Journey(published, visit, *way)
    session, secret = bluesky.account()
    organiser = journey.member(journey.cast.organiser)
    ask_for_approval(journey, organiser, "Nobody")
    connect_bluesky(journey, organiser, bluesky, session["handle"], secret)
    at, words = journey.soon(), f"Sept jours, une histoire {_name(way)}"
    post = plan(journey, organiser, at=at, account=f"Bluesky – {session['handle']}", words=words)
    stands(organiser, post, "planned")
    assert bluesky.posts(session["did"]) == []
    link = see_it_out(journey, organiser, post, on=at)
    (record,) = bluesky.posts(session["did"])
    assert words in record["value"]["text"]
    assert link == f"https://bsky.app/profile/{session['did']}/post/{record['uri'].rsplit('/', 1)[1]}"


@pytest.mark.parametrize("way", TWO_WAYS, ids=_name)
def test_paused_then_gone_on_with(published: Instance, visit: Visit, way: tuple[str, bool]) -> None:
    """What falls due in a pause is not sent and waits for a word: one post gets another moment, one is left."""
    journey = Journey(published, visit, *way)
    organiser = journey.member(journey.cast.organiser)
    ask_for_approval(journey, organiser, "Nobody")
    connect_the_inbox(journey, organiser)
    carrier = journey.phone(personal_link(journey, organiser))
    at, words = journey.soon(), f"Pendant la pause {_name(way)}"
    later = plan(journey, organiser, at=at, account="Webhook – 127.0.0.1", words=words)
    left = plan(journey, organiser, at=at, carrier=journey.cast.carrier)
    pause(journey, organiser)
    the_brief_says_stop(journey, carrier)
    organiser.page.goto(f"{journey.base}/pause")
    look_until(organiser, organiser.page.locator(f"#choice-{left}"))
    moment = go_on(journey, organiser, later=later, left=left)
    the_brief_is_back(journey, carrier, left)
    organiser.page.goto(f"{journey.base}/posts/{later}")
    stands(organiser, later, "planned")
    expect(organiser.field("Day")).to_have_value(moment.date().isoformat())
    expect(organiser.field("Hour")).to_have_value(f"{moment:%H:%M}")
    organiser.page.goto(f"{journey.base}/posts/{left}")
    stands(organiser, left, "missed")
    organiser.page.goto("/sandbox/webhook")
    expect(organiser.page.locator("article", has_text=words)).to_have_count(0)


def ask_for_approval(journey: Journey, hand: Hand, whose: str) -> None:
    """Choose in the settings who looks before a post goes out."""
    hand.page.goto(f"{journey.base}/settings")
    form = hand.form("/settings/approval")
    form.get_by_role("radio", name=re.compile(f"^{re.escape(hand.words(whose))}")).first.check()
    hand.press("Save", form)
    expect(hand.page.locator(".errors")).to_have_count(0)


def plan(
    journey: Journey, hand: Hand, *, at: datetime, carrier: str = "", account: str = "", words: str = ""
) -> str:
    """From the calendar: the day's story, at an hour, by somebody, on a channel. Returns the post's public id."""
    hand.page.goto(f"{journey.base}/calendar?view=day&on={at.date().isoformat()}")
    hand.follow("Plan a post")
    expect(hand.field("Day")).to_have_value(at.date().isoformat())
    hand.fill("Hour", f"{at:%H:%M}")
    hand.field("Carried by").select_option(label=carrier or hand.words("The organisation"))
    hand.field("Channel").select_option(label=account or hand.words("By hand"))
    if words:
        hand.tick("Post")
        hand.fill("Words for this channel", words)
    journey.look(hand)
    hand.press("Plan it")
    hand.page.wait_for_url(re.compile(r"/posts/(?!new)\w+(\?|$)"))
    return urlsplit(hand.page.url).path.rsplit("/", 1)[1]


def stands(hand: Hand, post: str, word: str) -> None:
    """The page of the post says so."""
    assert f"/posts/{post}" in hand.page.url
    expect(hand.page.locator("main .state").first).to_have_text(hand.words(word))


def approve_as_a_colleague(journey: Journey, post: str) -> None:
    """Whoever sent it may not; the colleague finds it among what waits, reads it and says yes."""
    colleague = journey.member(journey.cast.colleague)
    colleague.page.goto(f"{journey.base}/review")
    with colleague.page.expect_event("load"):
        colleague.page.locator(f"#post-{post} h3 a").click()
    journey.look(colleague)
    colleague.press("Approve", colleague.page.locator("#review"))
    colleague.sees("Approved by the team. Waits for the word of %(name)s.")


def personal_link(journey: Journey, hand: Hand) -> str:
    """The organiser makes the influencer a new personal link, and hands it over."""
    hand.page.goto(f"{journey.base}/influencers")
    hand.page.locator("main a", has_text=journey.cast.carrier).first.click()
    hand.press("Make a new link")
    return urlsplit(hand.page.locator("#personal-link").input_value()).path


def agree_in_the_brief(journey: Journey, hand: Hand, post: str) -> None:
    """The brief says that a story waits; it is nobody's task before the influencer has said yes."""
    hand.page.wait_for_url("**/brief*")
    expect(hand.page.locator(f"#post-{post}")).to_have_count(0)
    with hand.page.expect_event("load"):
        hand.page.locator(".to-agree a").click()
    waiting = hand.page.locator(f"#post-{post}")
    journey.look(hand)
    hand.press("I agree", waiting)
    expect(hand.page.locator(f"#post-{post} [name=answer]")).to_have_count(0)


def post_with_proof(journey: Journey, hand: Hand, post: str) -> None:
    """Posted, with its address and a screenshot from the phone's pictures."""
    hand.page.goto("/brief")
    item = hand.page.locator(f"#post-{post}")
    hand.unfold("Posted, with a proof", item)
    form = item.locator("form", has=hand.page.locator("[name=proof_url]"))
    hand.fill("Address of the post", f"{PROOF}/{post}", form)
    shot = {"name": "IMG_0042.png", "mimeType": "image/png", "buffer": samples.picture(size=(90, 160))}
    form.locator("input[type=file]").set_input_files(shot)
    hand.press("Posted", form)
    posted = hand.page.locator(f"#post-{post}.is-posted")
    expect(posted.locator(f"a[href='{PROOF}/{post}']")).to_be_visible()
    hand.sees("screenshot", posted)
    assert hand.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def see_the_proof(journey: Journey, hand: Hand, post: str, *, on: datetime) -> None:
    """The organiser: posted, with the link on the calendar; on its page the screenshot too."""
    link = on_the_calendar(journey, hand, post, on=on)
    assert link == f"{PROOF}/{post}"
    with hand.page.expect_event("load"):
        hand.page.locator(f"#open-{post}").click()
    stands(hand, post, "posted")
    expect(hand.page.locator(f".post-now a[href='{link}']")).to_be_visible()
    shot = hand.page.locator(".post-now img.proof")
    shot.scroll_into_view_if_needed()
    address = shot.get_attribute("src") or ""
    assert hand.page.request.get(address).headers["content-type"] == "image/webp"
    journey.look(hand)


def on_the_calendar(journey: Journey, hand: Hand, post: str, *, on: datetime) -> str:
    """The calendar of that day says that it is posted, and where; returns the link."""
    hand.page.goto(f"{journey.base}/calendar?view=day&on={on.date().isoformat()}")
    chip = hand.page.locator(f"#post-{post}")
    expect(chip.locator(".state").first).to_have_text(hand.words("posted"))
    journey.look(hand)
    return chip.locator("a.seen").get_attribute("href") or ""


def connect_the_inbox(journey: Journey, hand: Hand) -> None:
    """Connect the address of the demo's own inbox; its signing secret is shown once."""
    hand.page.goto("/studio/channels")
    with hand.page.expect_event("load"):
        hand.page.locator("a[href*='connect?to=webhook']").click()
    hand.fill("Address", f"{journey.running.url}/sandbox/webhook")
    hand.press("Connect")
    expect(hand.page.locator("#secret")).not_to_have_value("")
    journey.look(hand)
    hand.follow("I have it")
    expect(hand.page.locator("[id^=account-]", has_text="127.0.0.1").first).to_be_visible()


def see_it_out(journey: Journey, hand: Hand, post: str, *, on: datetime) -> str:
    """Look at the page of the post until it went out, then at the calendar; both show one link. Returns it."""
    hand.page.goto(f"{journey.base}/posts/{post}")
    link = hand.page.locator(".post-now a[rel~=nofollow]")
    look_until(hand, link)
    stands(hand, post, "posted")
    expect(hand.page.locator(".tries > li")).to_have_count(1)
    journey.look(hand)
    address = link.get_attribute("href") or ""
    assert on_the_calendar(journey, hand, post, on=on) == address
    return address


def look_until(hand: Hand, awaited: Locator) -> None:
    """Load the page again until it shows what time must bring."""
    before = time.monotonic()
    while not _comes(awaited) and time.monotonic() - before < AT_MOST:
        hand.page.reload()
    expect(awaited).to_be_visible()


def _comes(awaited: Locator) -> bool:
    try:
        awaited.wait_for(timeout=ROUND)
    except NotYet:
        return False
    return True


def connect_bluesky(journey: Journey, hand: Hand, pds: server.Pds, handle: str, secret: str) -> None:
    """A wrong app password is refused, with what was typed kept; the right one connects."""
    hand.page.goto("/studio/channels")
    with hand.page.expect_event("load"):
        hand.page.locator("a[href*='connect?to=bluesky']").click()
    hand.fill("Handle", f"@{handle}")
    hand.fill("App password", "not-the-right-word")
    hand.fill("Server", pds.url.replace("localhost", "127.0.0.1"))
    hand.press("Connect")
    expect(hand.page.get_by_role("alert")).to_be_visible()
    journey.look(hand)
    hand.fill("App password", secret)
    hand.press("Connect")
    account = hand.page.locator("[id^=account-]", has_text=handle)
    expect(account.locator(".state")).to_have_text(hand.words("connected"))
    journey.look(hand)


def pause(journey: Journey, hand: Hand) -> None:
    """One press stops everything; the words were prepared."""
    hand.page.goto(f"{journey.base}/pause")
    hand.fill("Why", REASON)
    hand.fill("What the public reads", STATEMENT)
    hand.press("Pause everything", hand.page.locator("#pause-form"))
    hand.sees("Resume")
    journey.look(hand)


def the_brief_says_stop(journey: Journey, hand: Hand) -> None:
    """Do not post, why, and what to answer; nothing on the page offers to post."""
    hand.page.goto("/brief")
    expect(hand.page.locator("h1")).to_have_text(hand.words("Do not post"))
    main = hand.page.locator("main")
    expect(main).to_contain_text(REASON)
    expect(hand.page.locator("#statement")).to_have_text(STATEMENT)
    expect(main.locator("form[action*='/posted'], form[action*='/cannot']")).to_have_count(0)
    journey.look(hand)


def go_on(journey: Journey, hand: Hand, *, later: str, left: str) -> datetime:
    """Tick what must be true and say what becomes of each post; returns the moment one of them was given."""
    boxes = hand.page.locator("#resume")
    moment = journey.now().replace(hour=12, minute=40, second=0, microsecond=0) + timedelta(days=1)
    boxes.locator(f"#choice-{later}").select_option("at")
    boxes.locator(f"#moment-{later}").fill(f"{moment:%Y-%m-%dT%H:%M}")
    boxes.locator(f"#choice-{left}").select_option("leave")
    journey.look(hand)
    hand.press("Resume", boxes)
    expect(hand.page.get_by_role("alert").first).to_be_visible()
    expect(boxes.locator(f"#choice-{later}")).to_have_value("at")
    expect(boxes.locator(f"#choice-{left}")).to_have_value("leave")
    for box in boxes.locator("[name=holds], [name=settled], [name=told]").all():
        box.check()
    hand.press("Resume", boxes)
    hand.page.wait_for_url("**/week*")
    return moment


def the_brief_is_back(journey: Journey, hand: Hand, left: str) -> None:
    """It says what is to be posted again, and of the post that was left that it is not."""
    hand.page.goto("/brief")
    expect(hand.page.locator("h1")).not_to_have_text(hand.words("Do not post"))
    expect(hand.page.locator("main")).not_to_contain_text(REASON)
    item = hand.page.locator(f"#post-{left}")
    hand.sees("Do not post this one any more: the team leaves it out", item)
    expect(item.locator("form")).to_have_count(0)
    journey.look(hand)
