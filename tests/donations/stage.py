"""A drive that is open, the sandbox as Stripe without a network between, and donors."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from fastapi.testclient import TestClient
from requests.adapters import BaseAdapter
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.donations import queries
from app.donations.models import Gift, GivingPlan, LedgerEntry
from app.donations.rules import Visibility
from app.donations.service import giving, inbox
from app.payments import signature
from app.payments.base import CheckoutSession, Event
from app.payments.door import standing_in
from app.payments.sandbox.api import Ask
from app.payments.sandbox.app import Sandbox, create_sandbox
from app.payments.stripe_gateway import StripeGateway
from app.receipts.models import TaxProfile
from app.receipts.rules import Regime
from tests import factories

SECRET_KEY = "sk_test_0123456789abcdef"
WEBHOOK_SECRET = "whsec_0123456789abcdef"
BASE = "http://stripe.test"


class NoNetwork(BaseAdapter):
    """Carries what Stripe's kit sends straight to the sandbox; ``down`` cuts the line."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.down = False
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if self.down:
            raise requests.exceptions.ConnectionError
        url = urlsplit(str(request.url))
        self.asked.append(f"{request.method} {url.path}")
        body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        ask = Ask(
            str(request.method),
            url.path.lstrip("/"),
            request.headers.get("Authorization", ""),
            request.headers.get("Idempotency-Key", ""),
            url.query if request.method in ("GET", "DELETE") else str(body),
        )
        answer = self.sandbox._api.answer(ask)
        made = requests.Response()
        made.status_code = answer.status
        made.raw = BytesIO(answer.body.encode())
        made.headers.update(answer.headers)
        return made

    def close(self) -> None:
        pass


@dataclass
class Till:
    """Stripe, as a test sees it: what donors do, and what Stripe then sends."""

    sandbox: Sandbox
    gateway: StripeGateway
    line: NoNetwork
    sent: list[tuple[bytes, str]] = field(default_factory=list)

    def does(self, checkout_id: str, do: str, **fields: str) -> None:
        """Press a button of the test payment page."""
        self.sandbox._pages.act(checkout_id, {"do": do, "email": "lea@example.org", **fields})

    def befalls(self, checkout_id: str, deed: str) -> None:
        """A deed in words: "refund 10" of the latest payment, "return" of the latest refund, "win" …"""
        do, _, amount = deed.partition(" ")
        needed = {"return": "refund", "escalate": "dispute", "win": "dispute", "lose": "dispute"}
        kind = needed.get(do, "charge")
        found = [item for item in self.all(kind) if item.get("_page") == checkout_id]
        if kind == "charge":
            found = [item for item in found if item["paid"]]
        self.does(checkout_id, do, amount=amount, **({kind: found[0]["id"]} if found else {}))

    def news(self) -> list[bytes]:
        """The bodies of all webhooks sent so far, in order."""
        self.sandbox.courier.deliver_due()
        return [body for body, _ in self.sent]

    def events(self, skip: int = 0) -> list[Event]:
        """The same, read; all but the first ``skip``."""
        return [
            self.gateway.read_event(
                body,
                signature.sign(body, WEBHOOK_SECRET, int(clock.now().timestamp())),
                [WEBHOOK_SECRET],
                clock.now(),
            )
            for body in self.news()[skip:]
        ]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The latest thousand objects of a kind at Stripe."""
        with self.sandbox.store.transaction() as book:
            return book.newest(kind, limit=1000)[0]

    def every(self, kind: str) -> list[dict[str, Any]]:
        """Every object of a kind at Stripe, however many."""
        with self.sandbox.store.transaction() as book:
            return book.newest(kind, limit=1_000_000)[0]


@contextmanager
def till(folder: Path) -> Iterator[Till]:
    """Stripe for the length of the block, for the whole process."""
    made: list[Till] = []

    def arrive(_url: str, body: bytes, headers: Mapping[str, str]) -> int:
        made[0].sent.append((body, headers["Stripe-Signature"]))
        return 200

    sandbox = create_sandbox(
        folder / "stripe.db",
        secret_key=SECRET_KEY,
        webhook_secret=WEBHOOK_SECRET,
        webhook_url="http://nowhere.test",
        public_base=f"{BASE}/pages",
        deliver=arrive,
    )
    gateway, line = StripeGateway(SECRET_KEY, BASE), NoNetwork(sandbox)
    gateway._line.connections.mount(BASE, line)
    made.append(Till(sandbox, gateway, line))
    with standing_in(gateway, [WEBHOOK_SECRET]):
        yield made[0]


def drive(session: Session, **values: Any) -> Campaign:
    """A campaign whose drive is open; committed."""
    org = factories.organisation(session)
    made = factories.campaign(
        session, org, **{"state": State.DRIVE, "suggested_minor": [1500, 4000], **values}
    )
    session.commit()
    return made


ADDRESS = {"line": "3 rue du Nord", "postcode": "59000", "city": "Lille", "country": "FR"}


def declare(session: Session, campaign: Campaign) -> None:
    """The organisation may issue French tax receipts: theirs are the numbers that may have no gap; committed."""
    session.add(
        TaxProfile(
            organisation_id=campaign.organisation_id,
            regime=Regime.FR_GENERAL,
            object="Apprendre à lire à tout âge",
            companies=True,
            signatory_name="Nora Belkacem",
            signatory_title="Présidente",
            words="…",
            declared_name="Nora",
        )
    )
    session.commit()


def wish(amount_minor: int = 4000, **values: Any) -> giving.Wish:
    defaults: dict[str, Any] = {
        "visibility": Visibility.ORGANISATION,
        "donor_name": "Léa",
        "message": "Bravo",
        "language": "fr",
    }
    return giving.Wish(amount_minor, **{**defaults, **values})


def open_page(stripe: Till, campaign: Campaign, **values: Any) -> str:
    """A gift, or a monthly plan, is begun; its payment page."""
    url = giving.give(
        stripe.gateway,
        campaign,
        wish(**values),
        organisation="Les Lanternes",
        places=giving.Places("https://x.test/thanks?session={CHECKOUT_SESSION_ID}", "https://x.test/donate"),
    )
    return url.rpartition("/")[2]


def give(stripe: Till, campaign: Campaign, **values: Any) -> Gift:
    """A gift with its payment page open."""
    checkout_id = open_page(stripe, campaign, **values)
    with reading() as session:
        return session.exec(select(Gift).where(Gift.checkout_id == checkout_id)).one()


def promise(stripe: Till, campaign: Campaign, **values: Any) -> GivingPlan:
    """A monthly plan with its payment page open."""
    checkout_id = open_page(stripe, campaign, monthly=True, **values)
    with reading() as session:
        return session.exec(select(GivingPlan).where(GivingPlan.checkout_id == checkout_id)).one()


def take_in(stripe: Till, event: Event) -> bool:
    """What the webhook does with an event."""
    with transaction() as session:
        new = inbox.receive(session, event, livemode=False)
    return new and inbox.handle(stripe.gateway, event.id)


def tell_all(stripe: Till) -> None:
    """Every webhook arrives, once, in order."""
    for event in stripe.events():
        take_in(stripe, event)


def page_of(stripe: Till, gift: Gift) -> CheckoutSession:
    return stripe.gateway.get_checkout(gift.checkout_id or "")


def now(gift: Gift) -> Gift:
    """The gift as the database has it now."""
    with reading() as session:
        return session.exec(select(Gift).where(Gift.pid == gift.pid)).one()


def lines(campaign: Campaign) -> list[tuple[str, int]]:
    """The ledger: kinds and amounts, in the order entered."""
    with reading() as session:
        return [
            (entry.kind.value, entry.amount_minor) for entry in queries.ledger_entries(session, campaign.id)
        ]


def sources(campaign: Campaign) -> set[tuple[str, str, int]]:
    with reading() as session:
        rows = session.exec(select(LedgerEntry).where(LedgerEntry.campaign_id == campaign.id)).all()
        return {(row.source, row.kind.value, row.amount_minor) for row in rows}


def post_webhook(client: TestClient, body: bytes, *, header: str | None = None) -> int:
    """Deliver a webhook to the server as Stripe does; the status."""
    stamp = int(clock.now().timestamp())
    headers = {
        "Stripe-Signature": header if header is not None else signature.sign(body, WEBHOOK_SECRET, stamp)
    }
    return client.post("/webhooks/stripe", content=body, headers=headers).status_code


def edited(body: bytes, **values: Any) -> bytes:
    return json.dumps({**json.loads(body), **values}).encode()
