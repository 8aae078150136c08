"""Examples of letters about money: thanks and receipts to donors, trouble and spending to those who look after it."""

from datetime import date
from typing import Any

from app.books.models import Finding
from app.books.rules import CAUSE_WORDS, Cause
from app.core.templating import absolute
from app.donations.aftermath.models import Dispute, Refund
from app.donations.aftermath.rules import (
    CAUSE_WORDS as DISPUTE_CAUSES,
)
from app.donations.aftermath.rules import (
    OTHER_CAUSE,
    RefundReason,
    dispute_fee,
    failure_words,
)
from app.impact.money_rules import Category, SpendState
from app.impact.spend_models import Spend
from app.receipts.models import Receipt
from app.receipts.rules import Kind, Series
from tests.mail.scene import AT, TOKEN, Scene


def _receipt(here: Scene, number: int, *, tax: bool, **values: Any) -> Receipt:
    return Receipt(
        pid=f"r{number}kx8w2q5rt7vndb",
        organisation_id=1,
        kind=Kind.FR_PERSON if tax else Kind.PLAIN,
        series=Series.TAX if tax else Series.PLAIN,
        year=2027,
        number=number,
        label=f"2027-{number:05}",
        amount_minor=125000,
        currency="EUR",
        language=here.language,
        paper={},
        **values,
    )


def _paper(receipt: Receipt) -> str:
    return absolute(f"/gift/receipts/{receipt.pid}.pdf?until=1835712000&sig={TOKEN}")


def thanks(here: Scene, *, tax: bool, monthly: bool, promised: bool, by_hand: bool = False) -> dict[str, Any]:
    plain, fiscal = _receipt(here, 812, tax=False), _receipt(here, 41, tax=True)
    return {
        "organisation": here.organisation,
        "campaign": here.campaign,
        "receipt": plain,
        "url": _paper(plain),
        "tax": fiscal if tax else None,
        "tax_url": _paper(fiscal) if tax else "",
        "monthly": monthly,
        "mine_url": here.private("/gift"),
        "impact_url": absolute("/c/lanternes/impact"),
        "report_on": date(2027, 6, 30) if promised else None,
        "statement": "" if by_hand else "LANTERNES 1901",
        "gift_aid": by_hand,
    }


def receipt_ready(here: Scene, *, summary: bool) -> dict[str, Any]:
    receipt = _receipt(here, 41, tax=True, summary=summary)
    return {"organisation": here.organisation, "receipt": receipt, "url": _paper(receipt)}


def receipt_voided(here: Scene, note: str, *, replaced: bool) -> dict[str, Any]:
    after = _receipt(here, 42, tax=True) if replaced else None
    return {
        "organisation": here.organisation,
        "receipt": _receipt(here, 41, tax=True, void_note=note),
        "after": after,
        "url": _paper(after) if after else "",
    }


def _refund(amount: int) -> Refund:
    return Refund(
        organisation_id=1,
        campaign_id=1,
        gift_id=1,
        amount_minor=amount,
        currency="EUR",
        reason=RefundReason.DONOR,
    )


def refunded(here: Scene, *, whole: bool) -> dict[str, Any]:
    return {
        "organisation": here.organisation,
        "campaign": here.campaign,
        "refund": _refund(here.gift.charged_minor if whole else 25000),
        "gift": here.gift,
        "whole": whole,
        "impact_url": absolute("/c/lanternes/impact"),
    }


def _of_gift(here: Scene, **more: Any) -> dict[str, Any]:
    return {
        "organisation": here.organisation,
        "campaign": here.campaign,
        "gift": here.gift,
        "link": here.studio(f"gifts/{here.gift.pid}"),
        **more,
    }


def refund_failed(here: Scene) -> dict[str, Any]:
    return _of_gift(here, refund=_refund(25000), why=failure_words("expired_or_canceled_card"))


def fraud(here: Scene, currency: str) -> dict[str, Any]:
    return _of_gift(here, fee=dispute_fee(currency))


def dispute(here: Scene, status: str, cause: str = "fraudulent", *, dated: bool = True) -> dict[str, Any]:
    row = Dispute(
        organisation_id=1,
        campaign_id=1,
        gift_id=1,
        remote_id="dp_1",
        amount_minor=128500,
        currency="EUR",
        cause=cause,
        status=status,
        due_at=AT if dated else None,
        opened_at=AT,
    )
    link = absolute("/studio/disputes/d2kx8w5q7rt3vndb")
    said = DISPUTE_CAUSES.get(cause, OTHER_CAUSE)
    return _of_gift(here) | {"dispute": row, "cause": said, "link": link}


def cards_tried(here: Scene) -> dict[str, Any]:
    return {"organisation": here.organisation, "when": AT, "link": absolute("/studio/defence")}


def books_differ(here: Scene, count: int) -> dict[str, Any]:
    causes = (Cause.MISSED, Cause.FEE, Cause.PAYOUT)
    findings = [
        Finding(key=f"txn_{n}", cause=causes[n % 3], stripe_minor=290 * n, ledger_minor=500, currency="EUR")
        for n in range(count)
    ]
    return {
        "findings": findings[:20],
        "causes": CAUSE_WORDS,
        "count": count,
        "url": absolute("/studio/money/differences"),
    }


def spend(here: Scene, state: SpendState) -> dict[str, Any]:
    row = Spend(
        organisation_id=1,
        campaign_id=1,
        amount_minor=48250,
        category=Category.MISSIONS,
        note=here.say("note"),
        on_date=date(2027, 3, 2),
        state=state,
        refusal=here.say("refusal"),
    )
    return {
        "organisation": here.organisation,
        "campaign": here.campaign,
        "spend": row,
        "by": "Samira Haddou",
        "link": here.studio("impact#spend-s3kx8w2q5rt7vndb"),
    }
