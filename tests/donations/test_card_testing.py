"""Cards tried by machines: they get little, learn nothing, and people go on giving."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading, transaction
from app.defence import queries, service
from app.defence.models import GivingMinute, GivingSource, Shield
from app.defence.rules import PAGE_FAULTS, Mood
from app.donations.models import Gift
from app.donations.service import closing
from app.intake import proof
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry, Organisation
from app.people.rules import Role
from tests import factories
from tests.conftest import the_app
from tests.donations.card_testing import FORM, Drill, browsers
from tests.donations.stage import Till, give, tell_all
from tests.intake.proving import solved


def _watch(campaign: Campaign) -> None:
    with transaction() as session:
        session.add(
            Shield(organisation_id=campaign.organisation_id, watch_until=clock.now() + timedelta(hours=1))
        )


def test_everyone_gives_while_cards_are_tried(
    session: Session, stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    owner = factories.member(
        session, session.get_one(Organisation, campaign.organisation_id), Role.OWNER, "Odile"
    )
    session.commit()
    drill = Drill(stripe, campaign, browsers(the_app()))
    people = drill.run(attempts=300, addresses=20, donors=10, seconds=120)
    assert all(one.gave_at is not None for one in people)
    assert drill.cards < 120
    assert len(drill.said) == 1, "every attacker reads the same sentence"
    waits = [one.gave_at - one.came for one in people if one.gave_at is not None]
    assert max(waits) <= 60
    with reading() as reads:
        shield = reads.get_one(Shield, campaign.organisation_id)
        assert shield.tripped_at is not None
        assert shield.paused_until is not None
        assert shield.paused_until - shield.tripped_at < timedelta(minutes=1)
        paid = reads.exec(select(Gift).where(Gift.state == "paid")).all()
        mails = reads.exec(select(OutgoingMail).where(OutgoingMail.kind == "cards-tried")).all()
        addresses = [*reads.exec(select(GivingSource.source)).all()]
    assert len(paid) == 10
    assert len(mails) == 1
    assert owner.name
    assert not any("192.0.2" in one for one in addresses)


def test_in_calm_nobody_notices_anything(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    page = client.get(f"/c/{campaign.slug}/donate").text
    assert "data-proof" not in page
    assert client.post(f"/c/{campaign.slug}/donate", data=FORM).status_code == 303


def test_under_watch_a_sum_leads_through_once(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    _watch(campaign)
    page = BeautifulSoup(client.get(f"/c/{campaign.slug}/donate").text, "html.parser")
    assert page.select_one("form[data-amount] [data-proof]") is not None
    given = solved()
    assert client.post(f"/c/{campaign.slug}/donate", data={**FORM, "proof": given}).status_code == 303
    assert client.post(f"/c/{campaign.slug}/donate", data={**FORM, "proof": given}).status_code == 429


def _held(client: TestClient, campaign: Campaign, **values: str) -> str:
    answer = client.post(f"/c/{campaign.slug}/donate", data={**FORM, "message": "Un mot", **values})
    assert answer.status_code == 429
    assert answer.headers["cache-control"] == "no-store"
    page = BeautifulSoup(answer.text, "html.parser")
    assert "Un mot" in answer.text
    ticket = page.select_one("form[data-amount] [name=ticket]")
    assert ticket is not None
    return str(ticket["value"])


def test_without_sums_a_donor_waits_some_seconds(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    _watch(campaign)
    ticket = _held(client, campaign)
    assert _held(client, campaign, ticket=ticket) == ticket  # pressed too early: the same wait goes on
    with clock.frozen(clock.now() + timedelta(seconds=16)):
        again = {**FORM, "ticket": ticket}
        assert client.post(f"/c/{campaign.slug}/donate", data=again).status_code == 303
        assert client.post(f"/c/{campaign.slug}/donate", data=again).status_code == 429  # used up
    other = browsers(the_app())("198.51.100.7")
    with clock.frozen(clock.now() + timedelta(seconds=16)):
        fresh = _held(client, campaign)
        with clock.frozen(clock.now() + timedelta(seconds=16)):
            assert _held(other, campaign, ticket=fresh) != fresh  # a ticket is of one address


@pytest.mark.parametrize("ticket", ["x", "1.2.3", "9999999999.abc.def", "a" * 200, "é.é.é"])
def test_a_forged_ticket_is_none(stripe: Till, campaign: Campaign, client: TestClient, ticket: str) -> None:
    _watch(campaign)
    assert _held(client, campaign, ticket=ticket) != ticket


def test_should_the_sums_break_nobody_is_shut_out(
    stripe: Till, campaign: Campaign, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _watch(campaign)

    def broken(*_: object) -> bool:
        raise RuntimeError("no sums today")

    monkeypatch.setattr(proof, "spend", broken)
    ticket = _held(client, campaign, proof="anything")
    with clock.frozen(clock.now() + timedelta(seconds=16)):
        again = {**FORM, "proof": "anything", "ticket": ticket}
        assert client.post(f"/c/{campaign.slug}/donate", data=again).status_code == 303


def test_while_it_rests_it_says_until_when_and_opens_by_itself(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    with transaction() as session:
        until = clock.now() + timedelta(seconds=40)
        session.add(Shield(organisation_id=campaign.organisation_id, paused_until=until, watch_until=until))
    answer = client.post(f"/c/{campaign.slug}/donate", data={**FORM, "proof": solved()})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "41")
    with clock.frozen(until):
        assert client.post(f"/c/{campaign.slug}/donate", data=FORM).status_code == 303


def test_a_page_where_card_after_card_is_declined_is_closed(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign, source="somewhere")
    for _ in range(PAGE_FAULTS - 1):
        stripe.does(gift.checkout_id or "", "decline")
    tell_all(stripe)
    assert closing.close_worn() == 0
    stripe.does(gift.checkout_id or "", "decline")
    tell_all(stripe)
    assert closing.close_worn() == 1
    assert stripe.all("checkout.session")[0]["status"] == "expired"
    assert closing.close_worn() == 0


def test_news_told_twice_count_once(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign, source="somewhere")
    stripe.does(gift.checkout_id or "", "decline")
    stripe.does(gift.checkout_id or "", "pay")
    tell_all(stripe)
    tell_all(stripe)
    with reading() as session:
        (minute,) = session.exec(select(GivingMinute)).all()
        assert (minute.admitted, minute.refused, minute.paid) == (1, 1, 1)
        assert session.exec(select(GivingSource)).all() == []


def test_what_has_lapsed_is_forgotten(stripe: Till, campaign: Campaign) -> None:
    give(stripe, campaign, source="somewhere")
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert service.forget_old() == 1
        with reading() as session:
            assert session.exec(select(GivingMinute)).all() == []


def test_the_team_watches_and_rehearses(session: Session, campaign: Campaign, client: TestClient) -> None:
    org = session.get_one(Organisation, campaign.organisation_id)
    csrf = factories.sign_in(session, client, factories.member(session, org, Role.FINANCE, "Fatou"))
    assert "All is calm." in client.get("/studio/defence").text
    sent = client.post("/studio/defence/watch", data={"csrf": csrf, "do": "begin"})
    assert sent.status_code == 303
    with reading() as reads:
        assert queries.state(reads, org.id).mood(clock.now()) is Mood.WATCH
        assert "money.watch_begun" in reads.exec(select(AuditEntry.action)).all()
    assert "under watch" in client.get("/studio/defence").text
    client.post("/studio/defence/watch", data={"csrf": csrf, "do": "end"})
    assert "All is calm." in client.get("/studio/defence").text
    figures = {"attempts": "2000", "addresses": "50", "minutes": "5", "clever": "50", "donors": "20"}
    played = client.post("/studio/defence/drill", data={"csrf": csrf, **figures})
    assert played.status_code == 200
    assert "20 of 20" in played.text
    wrong = client.post("/studio/defence/drill", data={"csrf": csrf, **figures, "attempts": "many"})
    assert wrong.status_code == 422
    assert client.post("/studio/defence/watch", data={"csrf": csrf, "do": "x"}).status_code == 422
