"""Differences with Stripe: found with their cause, mended by a click, told to the owners, and an alarm until then."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from app.books import figures, queries
from app.books.models import Finding
from app.books.rules import Cause, FindingState
from app.books.service import closing, mending
from app.campaigns.models import Campaign
from app.core import clock, health
from app.core.db import reading, transaction
from app.core.errors import Conflict
from app.core.settings import get_settings
from app.donations import ledger
from app.donations.models import PaymentPull
from app.donations.rules import EntryKind
from app.mail.models import OutgoingMail
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.books import bank
from tests.donations import stage
from tests.donations.stage import Till


def found() -> list[tuple[Cause, FindingState, int]]:
    with reading() as session:
        rows = session.exec(select(Finding).order_by(Finding.key)).all()  # type: ignore[arg-type]
        return [(row.cause, row.state, row.stripe_minor - row.ledger_minor) for row in rows]


def unexplained(campaign: Campaign) -> int:
    with reading() as session:
        (one,) = figures.statements(session, campaign.organisation_id, [campaign])
        return one.unexplained


def ghost(campaign: Campaign, stripe: Till) -> None:
    """A payment in the ledger of which Stripe has no trace."""
    gift = stage.give(stripe, campaign, amount_minor=3000)
    with transaction() as session:
        ledger.record(
            session,
            campaign,
            kind=EntryKind.GIFT,
            amount_minor=3000,
            source="stripe:charge:ch_ghost",
            on_date=clock.today(campaign.timezone),
            gift_id=gift.id,
        )


def test_an_account_that_agrees_leaves_no_finding(stripe: Till, campaign: Campaign) -> None:
    bank.gives(stripe, campaign, 4000, cover_minor=85, deeds=("pay", "refund 10"))
    done = closing.close(stripe.gateway)
    assert done.movements == 2
    assert done.open == ()
    assert found() == []
    assert unexplained(campaign) == 0
    assert closing.close(stripe.gateway).movements == 0, "known movements are not copied again"


def test_what_was_never_told_is_asked_for_and_written_down_as_mended(
    stripe: Till, campaign: Campaign
) -> None:
    page = bank.gives(stripe, campaign, 4000)
    closing.close(stripe.gateway)
    with clock.frozen(clock.now() + timedelta(days=40)):  # beyond what Stripe's list of events keeps
        stripe.befalls(page, "refund 10")
        with transaction() as session:
            session.merge(PaymentPull(name="test", through=clock.now() + timedelta(hours=2)))
        done = closing.close(stripe.gateway)
    assert done.mended == 1
    assert found() == [(Cause.REFUND, FindingState.MENDED, -1000)]
    assert stage.lines(campaign)[-1] == ("refund", -1000)
    assert unexplained(campaign) == 0


def test_a_fee_of_stripe_s_own_is_booked_to_a_campaign(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    bank.gives(stripe, campaign, 4000)
    bank.moves(stripe, -290, "stripe_fee")
    assert len(closing.close(stripe.gateway).open) == 1
    assert found() == [(Cause.ADJUSTMENT, FindingState.OPEN, -290)]
    assert unexplained(campaign) == -290
    with transaction() as session:
        row = session.exec(select(Finding)).one()
        mending.book_cost(session, treasurer, row, campaign)
    assert stage.lines(campaign)[-1] == ("fee", -290)
    assert unexplained(campaign) == 0
    assert closing.close(stripe.gateway).open == ()
    with transaction() as session, pytest.raises(Conflict):
        mending.book_cost(session, treasurer, session.exec(select(Finding)).one(), campaign)


def test_an_explanation_holds_while_the_amounts_stay(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    bank.gives(stripe, campaign, 4000)
    bank.moves(stripe, 9900, "charge", "ch_shop")
    closing.close(stripe.gateway)
    assert found() == [(Cause.FOREIGN, FindingState.OPEN, 9900)]
    with transaction() as session:
        mending.explain(session, treasurer, session.exec(select(Finding)).one(), "Our shop’s tea towels")
    assert closing.close(stripe.gateway).open == ()
    assert unexplained(campaign) == 0
    with reading() as session:
        (one,) = figures.statements(session, campaign.organisation_id, [campaign])
        assert one.not_ours == 9900
    bank.moves(stripe, -100, "charge", "ch_shop")
    assert len(closing.close(stripe.gateway).open) == 1, "another amount needs another word"
    assert found() == [(Cause.FOREIGN, FindingState.OPEN, 9800)]
    with transaction() as session:
        row = session.exec(select(Finding)).one()
        with pytest.raises(Conflict):
            mending.reopen(session, treasurer, row)
        mending.explain(session, treasurer, row, "And one sent back")
        mending.reopen(session, treasurer, row)
    assert found()[0][1] is FindingState.OPEN


def test_what_stripe_never_had_waits_then_is_taken_back(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    bank.gives(stripe, campaign, 4000)
    ghost(campaign, stripe)
    closing.close(stripe.gateway)
    assert found() == [], "Stripe may still book it"
    with reading() as session:
        (one,) = figures.statements(session, campaign.organisation_id, [campaign])
        assert (one.waiting, one.unexplained) == (3000, 0)
    with clock.frozen(clock.now() + timedelta(days=4)):
        closing.close(stripe.gateway)
        assert found() == [(Cause.UNBOOKED, FindingState.OPEN, -3000)]
        assert unexplained(campaign) == -3000
        with transaction() as session:
            mending.take_back(session, treasurer, session.exec(select(Finding)).one())
        assert stage.lines(campaign)[-1] == ("correction", -3000)
        assert unexplained(campaign) == 0
        assert closing.close(stripe.gateway).open == ()


def test_what_differs_adds_up_to_what_is_not_explained(stripe: Till, campaign: Campaign) -> None:
    bank.gives(stripe, campaign, 4000)
    ghost(campaign, stripe)
    for net, kind, source in (
        (-290, "stripe_fee", "fee_1"),
        (9900, "charge", "ch_shop"),
        (7, "adjustment", "x"),
    ):
        bank.moves(stripe, net, kind, source)
    with clock.frozen(clock.now() + timedelta(days=4)):
        closing.close(stripe.gateway)
        assert len(found()) == 4
        assert unexplained(campaign) == sum(amount for _, _, amount in found())


def test_owners_are_told_once_and_the_instance_says_it(
    stripe: Till, campaign: Campaign, session: Session, client: TestClient
) -> None:
    owner = factories.member(session, session.get_one(Organisation, campaign.organisation_id))
    session.commit()
    bank.gives(stripe, campaign, 4000)
    bank.moves(stripe, -290, "stripe_fee")
    factories.sign_in(session, client, owner)
    assert "do not agree" not in client.get("/studio").text
    closing.close_all()
    closing.close_all()
    with reading() as read:
        mails = read.exec(select(OutgoingMail).where(OutgoingMail.kind == "books-differ")).all()
        assert len(mails) == 1
        assert "A cost or correction by Stripe: −€2.90" in mails[0].text
    assert "books" in health.troubles(get_settings())
    assert "do not agree" in client.get("/studio").text


def test_two_organisations_of_one_account_see_their_own(
    stripe: Till, campaign: Campaign, session: Session
) -> None:
    other = factories.organisation(session, "La Jetée")
    theirs = factories.campaign(session, other, state=campaign.state, suggested_minor=[1500])
    session.commit()
    bank.gives(stripe, campaign, 4000)
    bank.gives(stripe, theirs, 1500)
    payout = bank.pays_out(stripe)
    bank.moves(stripe, -290, "stripe_fee")
    closing.close(stripe.gateway)
    with reading() as read:
        for one in (campaign, theirs):
            (statement,) = figures.statements(read, one.organisation_id, [one])
            assert statement.unexplained == 0
            assert statement.placed == statement.totals.remaining_minor
            (sent,) = figures.sendings(read, one.organisation_id, {one.id: one})
            assert (sent.remote_id, sent.amount_minor) == (payout, statement.placed)
        row = read.exec(select(Finding)).one()
        assert row.organisation_id is None, "what belongs to nobody is the instance's own matter"
        assert queries.anything_open(read)
        assert not queries.has_open(read, campaign.organisation_id)


def test_the_day_s_comparison_is_made_once_a_day(stripe: Till, campaign: Campaign) -> None:
    assert closing.close_due() == 0, "no gift, nothing to compare"
    bank.gives(stripe, campaign, 4000)
    assert closing.close_due() == 1
    assert closing.close_due() == 0
    with clock.frozen(clock.now() + timedelta(hours=21)):
        assert closing.close_due() == 1
        stripe.line.down = True
    with clock.frozen(clock.now() + timedelta(hours=42)):
        assert closing.close_due() == 0, "Stripe was silent: the next ring tries again"
        stripe.line.down = False
        assert closing.close_due() == 1


def test_what_stripe_told_is_never_changed(engine: Engine, stripe: Till, campaign: Campaign) -> None:
    bank.gives(stripe, campaign, 4000)
    closing.close(stripe.gateway)
    for change in ("UPDATE stripe_line SET net_minor = 1", "DELETE FROM stripe_line"):
        with pytest.raises(DBAPIError, match="is kept"), engine.begin() as connection:
            connection.execute(text(change))


def test_the_pages_of_differences(
    stripe: Till, campaign: Campaign, session: Session, treasurer: Actor, client: TestClient
) -> None:
    csrf = factories.sign_in(session, client, treasurer)
    page = "/studio/money/differences"
    assert "Everything is explained" in client.get(page).text
    bank.gives(stripe, campaign, 4000)
    for net, kind, source in ((-290, "stripe_fee", "fee_1"), (9900, "charge", "ch_shop")):
        bank.moves(stripe, net, kind, source)
    closing.close(stripe.gateway)
    with reading() as read:
        pids = {row.cause: row.pid for row in read.exec(select(Finding))}
    fee, shop = pids[Cause.ADJUSTMENT], pids[Cause.FOREIGN]
    shown = client.get(page).text
    assert "A cost or correction by Stripe" in shown
    assert "−€2.90" in shown

    def send(path: str, **fields: str) -> int:
        return client.post(f"{page}/{path}", data={"csrf": csrf, **fields}).status_code

    assert send(f"{fee}/book") == 422
    assert send(f"{fee}/book", campaign="elsewhere") == 422
    assert send(f"{fee}/take-back") == 409
    assert send(f"{fee}/ask") == 409
    assert send(f"{fee}/book", campaign=campaign.pid) == 303
    assert send(f"{fee}/book", campaign=campaign.pid) == 409
    assert send(f"{shop}/ask") == 303
    assert send(f"{shop}/explain") == 422
    assert send(f"{shop}/explain", note="Our shop") == 303
    assert "Our shop" in client.get(page).text
    assert send(f"{shop}/reopen") == 303
    stripe.line.down = True
    assert send(f"{shop}/ask") == 409
    factories.sign_in(
        session,
        client,
        factories.member(session, session.get_one(Organisation, campaign.organisation_id), Role.EDITOR),
    )
    assert client.get(page).status_code == 403
