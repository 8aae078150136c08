"""The decisions of giving, by table."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from app.campaigns.rules import State
from app.core import clock
from app.core.i18n import Message
from app.donations.export import ledger_lines
from app.donations.facts import ledger_facts
from app.donations.forms import GiftForm, read_amount
from app.donations.models import LedgerEntry
from app.donations.rules import (
    EntryKind,
    GiftState,
    Opening,
    advance,
    mismatch,
    opening,
    state_of,
)
from app.donations.scales import suggestions
from app.payments.base import CheckoutSession, PaymentFacts, RefundFacts
from tests.conftest import NOW

PAID = PaymentFacts(
    payment_intent="pi_1",
    gift_ref="g1",
    status="succeeded",
    amount_minor=4000,
    currency="EUR",
    livemode=False,
    charge_id="ch_1",
    paid_at=NOW,
    fee_minor=85,
    refunds=(),
    disputed=False,
)
PAGE = CheckoutSession(
    id="cs_1",
    gift_ref="g1",
    url=None,
    status="complete",
    payment_status="paid",
    amount_minor=4000,
    currency="EUR",
    payment_intent="pi_1",
    metadata={},
    created=NOW,
    expires_at=NOW,
    livemode=False,
    customer_email=None,
    customer_name=None,
)


@pytest.mark.parametrize(
    ("state", "paused", "expected"),
    [
        (State.DRAFT, False, Opening.COMING),
        (State.READY, False, Opening.COMING),
        (State.LIVE, False, Opening.COMING),
        (State.LIVE, True, Opening.COMING),
        (State.DRIVE, False, Opening.OPEN),
        (State.DRIVE, True, Opening.PAUSED),
        (State.REPORTING, True, Opening.OVER),
        (State.CLOSED, False, Opening.OVER),
    ],
)
def test_when_gifts_are_taken(state: State, paused: bool, expected: Opening) -> None:  # noqa: FBT001
    assert opening(state, paused=paused) is expected


@pytest.mark.parametrize(
    ("page", "facts", "expected"),
    [
        (PAGE, PAID, GiftState.PAID),
        (replace(PAGE, status="open", payment_status="unpaid"), None, GiftState.CHECKOUT),
        (replace(PAGE, status="expired", payment_status="unpaid"), None, GiftState.EXPIRED),
        (replace(PAGE, payment_status="unpaid"), replace(PAID, status="processing"), GiftState.PENDING),
        (replace(PAGE, payment_status="unpaid"), None, GiftState.PENDING),
        (
            replace(PAGE, payment_status="unpaid"),
            replace(PAID, status="requires_payment_method"),
            GiftState.FAILED,
        ),
        (replace(PAGE, payment_status="unpaid"), replace(PAID, status="canceled"), GiftState.FAILED),
    ],
)
def test_what_stripe_says_of_a_gift(
    page: CheckoutSession, facts: PaymentFacts | None, expected: GiftState
) -> None:
    assert state_of(page, facts) is expected


def test_news_in_any_order_end_the_same() -> None:
    story = (GiftState.CHECKOUT, GiftState.PENDING, GiftState.PAID)
    for order in permutations(story):
        state = GiftState.INTENT
        for news in order:
            state = advance(state, news)
        assert state is GiftState.PAID
    assert advance(GiftState.FAILED, GiftState.PENDING) is GiftState.FAILED


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"amount_minor": 4001}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"livemode": True}, "livemode"),
        ({"id": "cs_2"}, "checkout"),
    ],
)
def test_a_page_that_does_not_agree(change: dict[str, object], word: str) -> None:
    def told(page: CheckoutSession) -> str:
        return mismatch(amount_minor=4000, currency="EUR", livemode=False, checkout_id="cs_1", told=page)

    assert told(PAGE) == ""
    assert told(replace(PAGE, **change)).startswith(word)  # type: ignore[arg-type]


def test_lines_of_a_payment() -> None:
    back = RefundFacts("re_1", 1000, "succeeded", NOW + timedelta(days=1))
    bounced = RefundFacts("re_2", 500, "failed", NOW + timedelta(days=2))
    facts = replace(PAID, refunds=(bounced, back))
    assert [(fact.kind, fact.amount_minor, fact.source) for fact in ledger_facts(facts)] == [
        (EntryKind.GIFT, 4000, "stripe:charge:ch_1"),
        (EntryKind.FEE, -85, "stripe:fee:ch_1"),
        (EntryKind.REFUND, -1000, "stripe:refund:re_1"),
        (EntryKind.REFUND, -500, "stripe:refund:re_2"),
        (EntryKind.CORRECTION, 500, "stripe:refund-returned:re_2"),
    ]
    assert ledger_facts(facts)[-1].corrects == "stripe:refund:re_2"
    assert [fact.kind for fact in ledger_facts(replace(PAID, fee_minor=None))] == [EntryKind.GIFT]
    assert ledger_facts(replace(PAID, status="processing")) == []
    assert ledger_facts(replace(PAID, charge_id=None)) == []


@pytest.mark.parametrize(
    ("pick", "amount", "currency", "expected"),
    [
        (4000, "", "EUR", 4000),
        (4000, "12,50", "EUR", 1250),
        (None, "12.50", "EUR", 1250),
        (None, "1 250", "EUR", 125_000),
        (None, "25 €", "EUR", 2500),
        (None, "1500", "XOF", 1500),
        (None, "2", "EUR", 200),
        (None, "10000", "EUR", 1_000_000),
        (None, "", "EUR", "Choose an amount, or write one."),
        (9999, "", "EUR", 9999),  # what is suggested may have changed since the page was drawn
        (199, "", "EUR", "Choose an amount, or write one."),
        (1_000_001, "", "EUR", "Choose an amount, or write one."),
        (4000, "douze", "EUR", "Write an amount, such as 25 or 12.50."),
        (None, "-5", "EUR", "Write an amount, such as 25 or 12.50."),
        (None, "1e3", "EUR", "Write an amount, such as 25 or 12.50."),
        (None, "12,50", "XOF", "Write an amount without decimals, such as 5000."),
        (None, "12,505", "EUR", "Write an amount, such as 25 or 12.50."),
        (None, "0", "EUR", "The smallest gift is €2."),
        (None, "1,99", "EUR", "The smallest gift is €2."),
        (None, "10000,01", "EUR", "The largest gift here is €10,000. For more, write to the organisation:"),
        (None, "5", "XYZ", "Gifts cannot be taken in this currency."),
    ],
)
def test_amounts_as_people_write_them(
    pick: int | None, amount: str, currency: str, expected: int | str
) -> None:
    read = read_amount(GiftForm(pick=pick, amount=amount), currency)
    if isinstance(expected, str):
        assert isinstance(read, Message)
        assert str(read).startswith(expected)
    else:
        assert read == expected


def test_suggestions_stay_within_what_can_be_given() -> None:
    assert suggestions("EUR", [4000, 1500, 1500, 1, 99_999_999]) == [1500, 4000]
    assert suggestions("EUR", []) == [1500, 4000, 12_000]
    assert suggestions("XYZ", [100]) == []
    assert suggestions("EUR", [4000], 3_700) == [2_000, 4_000, 8_000], "around what people gave here"
    assert suggestions("XOF", [], 7_300) == [4_000, 8_000, 15_000]
    assert suggestions("EUR", [4000], 150) == [4000], "too little around it can be given"


def test_the_open_ledger_is_plain_csv() -> None:
    def entry(**values: object) -> LedgerEntry:
        common = {
            "kind": EntryKind.SPEND,
            "currency": "EUR",
            "on_date": clock.now().date(),
            "pid": "e1",
            "note": "",
        }
        return LedgerEntry(**{**common, "category": "people", **values})

    told = "".join(
        ledger_lines(
            [
                entry(amount_minor=-125_050, note='=HYPERLINK("x"), "quoted"'),
                entry(amount_minor=500, currency="XOF", note="Deux\nlignes"),
            ]
        )
    )
    assert told.split("\r\n") == [
        "date,kind,amount,currency,category,note,entry",
        '2027-03-03,spend,-1250.50,EUR,people,"\'=HYPERLINK(""x""), ""quoted""",e1',
        '2027-03-03,spend,500,XOF,people,"Deux\nlignes",e1',
        "",
    ]
