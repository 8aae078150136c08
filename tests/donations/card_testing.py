"""Machines that try cards on a donation page while people give: the whole application, an injected clock."""

import base64
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from app.campaigns.models import Campaign
from app.core import clock
from app.donations.models import Gift
from tests.conftest import BASE_URL
from tests.donations.stage import Till, now, take_in
from tests.intake.proving import solved

FORM = {"pick": "4000", "visibility": "organisation"}
Browser = Callable[[str], TestClient]


@dataclass
class Person:
    """Someone with a browser: with script it does its sums, without it they wait."""

    address: str
    script: bool
    came: int
    press_at: int
    ticket: str = ""
    guarded: bool = False
    gave_at: int | None = None


@dataclass
class Drill:
    """What happened; instants are seconds after the first try."""

    stripe: Till
    campaign: Campaign
    browser: Browser
    statuses: Counter[int] = field(default_factory=Counter)
    said: set[str] = field(default_factory=set)  # what attackers read, figures apart
    cards: int = 0
    told: int = 0
    refused_at: list[int] = field(default_factory=list)  # when a donor was turned away
    shut: list[int] = field(default_factory=list)  # seconds in which the page rested

    def run(self, *, attempts: int, addresses: int, donors: int, seconds: int, seed: int = 1) -> list[Person]:
        dice, began = Random(seed), clock.now()  # noqa: S311 - a test's dice
        tries = Counter(dice.randrange(seconds) for _ in range(attempts))
        people = [
            Person(f"10.0.{n // 200}.{n % 200}", n % 5 != 0, at := dice.randrange(seconds), at)
            for n in range(donors)
        ]
        for second in range(seconds + 120):
            if not tries[second] and not any(one.press_at == second for one in people):
                continue
            with clock.frozen(began + timedelta(seconds=second)):
                for _ in range(tries[second]):
                    self._attack(f"192.0.2.{dice.randrange(addresses)}", sums=dice.random() < 0.5, dice=dice)
                for one in people:
                    if one.press_at == second and one.gave_at is None:
                        self._give(one, second)
        return people

    def _attack(self, address: str, *, sums: bool, dice: Random) -> None:
        proof = solved() if sums else base64.b64encode(dice.randbytes(30)).decode()
        answer = self._post(address, {**FORM, "amount": "2", "pick": "", "proof": proof})
        self.statuses[answer.status_code] += 1
        if answer.status_code != 303:
            self.said.add(_words(answer.text))
            return
        self.cards += 1
        page = answer.headers["location"].rpartition("/")[2]
        self.stripe.does(page, "decline")
        self._tell()

    def _give(self, one: Person, second: int) -> None:
        proof = {"proof": solved()} if one.script and one.guarded else {}
        answer = self._post(one.address, {**FORM, **proof, **({"ticket": one.ticket} if one.ticket else {})})
        if answer.status_code == 303:
            self.stripe.does(answer.headers["location"].rpartition("/")[2], "pay")
            self._tell()
            one.gave_at = second
            return
        assert answer.status_code == 429, answer.status_code
        self.refused_at.append(second)
        form = BeautifulSoup(answer.text, "html.parser").select_one("form[data-amount]")
        assert form is not None
        ticket = form.select_one("[name=ticket]")
        assert ticket is not None
        one.ticket, one.guarded = str(ticket["value"]), form.select_one("[data-proof]") is not None
        wait = int(answer.headers["retry-after"])
        one.press_at = second + (wait if not one.script or wait > 15 else 1)

    def _post(self, address: str, form: dict[str, str]) -> Any:
        return self.browser(address).post(f"/c/{self.campaign.slug}/donate", data=form)

    def _tell(self) -> None:
        """Stripe's news arrive at once."""
        fresh = self.stripe.events(self.told)
        self.told += len(fresh)
        for event in fresh:
            take_in(self.stripe, event)


def browsers(app: Any) -> Browser:
    """A browser for each address, without cookies of its own."""
    kept: dict[str, TestClient] = {}

    def of(address: str) -> TestClient:
        if address not in kept:
            kept[address] = TestClient(
                app,
                base_url=BASE_URL,
                headers={"Origin": BASE_URL, "Accept-Language": "en"},
                follow_redirects=False,
                client=(address, 50_000),
            )
        return kept[address]

    return of


def gift_is_paid(gift: Gift) -> bool:
    return now(gift).state.value == "paid"


def _words(html: str) -> str:
    """What a page says of the form, without the figures: attackers should read one sentence, whatever they met."""
    found = BeautifulSoup(html, "html.parser").select_one(".errors")
    return re.sub(r"\d+", "N", found.get_text(" ", strip=True)) if found else html[:60]
