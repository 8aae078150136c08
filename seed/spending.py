"""What the demo's campaigns spent: entered by one, agreed to by another above the limit, with invoices it draws."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlmodel import select

from app.campaigns.rules import last_date
from app.core import clock
from app.impact import evidencing, planning, spending
from app.impact.money_rules import Category, SpendState
from app.impact.spend_models import Evidence, Spend
from app.impact.spending import Used
from app.print.documents import pdf
from seed import schema

if TYPE_CHECKING:
    from seed.load import Stage


def tell(stage: "Stage") -> Mapping[str, int]:
    """Enter each spending on its day; returns the ledger lines of those that count, by the file's keys."""
    entries = {}
    for told in stage.told.spends:
        at = min(stage.after(told.after_days), clock.now())
        with clock.frozen(at, everywhere=False):
            used = Used(
                amount_minor=told.amount_minor,
                category=Category(told.category),
                note=told.note,
                on_date=at.astimezone(ZoneInfo(stage.campaign.timezone)).date(),
                payee=told.payee,
                withheld=told.withheld,
                evidence_note=told.evidence,
            )
            spend = spending.enter(stage.session, stage.finance, stage.campaign, used)
            if spend.state is SpendState.WAITING and not told.waits:
                with clock.frozen(at + timedelta(hours=3), everywhere=False):
                    spending.agree(stage.session, stage.actor, stage.campaign, spend)
            if told.paper is not None:
                _prove(stage, spend, told.paper)
        if spend.ledger_entry_id is not None:
            entries[told.key] = spend.ledger_entry_id
    return entries


def _prove(stage: "Stage", spend: Spend, paper: schema.Paper) -> None:
    """The invoice, and its covered copy where the file says what is covered."""
    drawn = pdf("demo-paper.typ", {**paper.model_dump(), "lang": stage.campaign.language}, {})
    evidencing.attach(stage.session, stage.finance, spend, drawn, "facture.pdf")
    if not paper.boxes:
        return
    page = stage.session.exec(select(Evidence).where(Evidence.spend_id == spend.id)).one()
    boxes = [(box[0], box[1], box[2], box[3]) for box in paper.boxes]
    evidencing.publish(stage.session, stage.finance, spend, page, boxes=boxes)


def change(stage: "Stage") -> None:
    """The lines added to the budget after the drive had opened, each on its day."""
    for told in stage.told.changes:
        with clock.frozen(stage.after(told.after_days), everywhere=False):
            planning.save_line(
                stage.session,
                stage.actor,
                stage.campaign,
                None,
                category=Category(told.category),
                label=told.label,
                amount_minor=told.amount_minor,
                reason=told.reason,
            )


def say_unspent(stage: "Stage") -> None:
    """What becomes of the money that remains."""
    told = stage.told.unspent
    if told is None:
        return
    last = last_date(stage.campaign.starts_on, stage.campaign.length)
    with clock.frozen(stage.after(told.after_days), everywhere=False):
        planning.say_unspent(
            stage.session,
            stage.finance,
            stage.campaign,
            words=told.words,
            use_by=last + timedelta(days=told.use_by_days),
        )
