"""The inbox full: 5 000 things waiting, then a flood of 10 000 from 50 addresses with one honest voice among them.

    make bench-inbox

Prints the server time of the list, of filters, of opening, deciding and deciding fifty at once, in milliseconds
(median and worst of twenty), on a SQLite file; then how long a text of the flood takes, and where the honest one is.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta

os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-measuring-only-0123456789abcdef",
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-bench-"),
        "SEPTAINE_SCHEDULER": "off",
    }
)

from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.campaigns.models import Campaign
from app.core import clock, db, stamps
from app.core.settings import get_settings
from app.donations.models import Gift
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Kind
from app.intake.screening import Sent, screen, screen_words
from app.main import create_app
from app.moderation import queries
from app.moderation.rules import Filters
from app.people.rules import Actor, Role
from app.tables import metadata
from tests import factories
from tests.intake.proving import solved

WAITING, FLOOD, SENDERS, TRIES = 5_000, 10_000, 50, 20


def prepare() -> tuple[int, Actor]:
    """An organisation, a moderator and five thousand words that came with gifts."""
    metadata.create_all(db.get_engine())
    with db.transaction() as session:
        organisation = factories.organisation(session)
        actor = factories.member(session, organisation, Role.MODERATOR, "Nora")
        campaign = factories.campaign(session, organisation)
        for number in range(WAITING):
            keep(session, campaign, f"Bravo pour la journée {number}, on continue avec vous.", screen_words)
        return campaign.id, actor


def keep(session: db.Session, campaign: Campaign, text: str, look: Callable[..., object]) -> Item:
    gift = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=1_500,
        currency="EUR",
        message=text,
    )
    session.add(gift)
    session.flush()
    seen = look(session, campaign, text)
    return intake.file(session, campaign, kind=Kind.GIFT_MESSAGE, subject_id=gift.id, screening=seen)  # type: ignore[arg-type]


def measured(name: str, act: Callable[[], object]) -> None:
    taken = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - begun))
    print(f"{name:<32} median {statistics.median(taken):6.1f} ms   worst {max(taken):6.1f} ms")


def pages(client: TestClient, csrf: str) -> None:
    """What a moderator does all day, with everything waiting."""

    def ok(answer: object, *statuses: int) -> None:
        assert getattr(answer, "status_code", 0) in statuses, answer

    def waiting(count: int) -> list[str]:
        with db.reading() as session:
            rows = session.exec(
                select(Item).where(Item.state == "pending").order_by(col(Item.id)).limit(count)
            )
            return [f"{row.pid}:{row.version}" for row in rows]

    ok(client.get("/studio/inbox"), 200)
    measured("the list", lambda: ok(client.get("/studio/inbox"), 200))
    measured("its last page", lambda: ok(client.get("/studio/inbox?page=90"), 200))
    measured("filtered", lambda: ok(client.get("/studio/inbox?signal=link&age=4&language=fr"), 200))
    pids = iter([one.partition(":")[0] for one in waiting(2 * TRIES)])
    measured("opening one", lambda: ok(client.get(f"/studio/inbox/{next(pids)}"), 200))
    accept = {"csrf": csrf, "version": "1", "verb": "accept"}
    measured("deciding one", lambda: ok(client.post(f"/studio/inbox/{next(pids)}", data=accept), 303))
    batches = iter([waiting(50 * (number + 1))[-50:] for number in range(TRIES)])
    bulk = {"csrf": csrf, "what": "accept"}
    measured(
        "deciding fifty", lambda: ok(client.post("/studio/inbox", data={**bulk, "item": next(batches)}), 303)
    )


def flood(campaign_id: int, actor: Actor) -> None:
    """Ten thousand different texts from fifty addresses, and one voice with a browser's proof behind one of them."""
    begun = time.perf_counter()
    for number in range(FLOOD):
        with db.transaction() as session:
            campaign = session.get_one(Campaign, campaign_id)
            sender = number % SENDERS
            text = f"Gagnez {number} euros, offre {number * 7} pour vous seulement"
            keep(session, campaign, text, looker(f"198.51.100.{sender}", f"Bot {number % 3}", ""))
            if number == FLOOD // 2:
                said = "J’ai appris à lire à trente ans grâce à vous."
                honest = keep(session, campaign, said, looker("198.51.100.1", "her telephone", solved()))
    each = 1000 * (time.perf_counter() - begun) / FLOOD
    with db.reading() as session:
        lines, _ = queries.lines(session, actor, Filters(), page=1)
        shown = len(session.exec(select(Item.id).where(col(Item.public).is_(True), Item.network != "")).all())
        place = [line.item.id for line in lines].index(honest.id) + 1
    print(
        f"one text of the flood            {each:.1f} ms; the honest one is number {place} of the list; {shown} public"
    )


def looker(address: str, agent: str, proof: str) -> Callable[..., object]:
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        stamp = stamps.form_stamp()
    return lambda session, campaign, text: screen(
        session, campaign, Sent(text, address, agent, stamp=stamp, proof=proof)
    )


def main() -> None:
    campaign_id, actor = prepare()
    base = get_settings().base_url
    with TestClient(create_app(), base_url=base, headers={"Origin": base}, follow_redirects=False) as client:
        with db.transaction() as session:
            csrf = factories.sign_in(session, client, actor)
        pages(client, csrf)
    with db.transaction() as session:
        for item in session.exec(select(Item).where(Item.state == "pending")):
            session.delete(item)
    flood(campaign_id, actor)


if __name__ == "__main__":
    main()
