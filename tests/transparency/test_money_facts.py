"""The plan and the evidence in the log: a public change holds, a silent one shows, a copy taken back says so."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.impact import evidencing, planning, spending
from app.impact.money_rules import Category
from app.impact.plan_models import BudgetLine
from app.transparency import jobs, queries, service, verifying
from tests.impact.stage import Stage, photo, stage, used
from tests.transparency.test_log import _under_the_triggers


@pytest.fixture
def planned(session: Session) -> Stage:
    """A plan of two lines and a promised account, fixed by the drive and sealed."""
    told = stage(session)
    for label, amount in (("Formatrices", 700_000), ("Manuels", 300_000)):
        planning.save_line(
            session,
            told.owner,
            told.campaign,
            None,
            category=Category.MISSIONS,
            label=label,
            amount_minor=amount,
        )
    day = clock.today(told.campaign.timezone)
    planning.save_commitment(session, told.owner, told.campaign, None, title="Premiers comptes", due_on=day)
    told.campaign.drive_opened_at = clock.now()
    session.flush()
    service.seal_now(session, told.campaign)
    session.commit()
    return told


def _broken(told: Stage) -> str | None:
    with reading() as seen:
        broken = verifying.verify(seen, seen.get_one(Campaign, told.campaign.id)).broken
    return broken.kind if broken else None


def test_a_change_with_its_reason_holds(session: Session, planned: Stage) -> None:
    line = session.exec(select(BudgetLine).where(BudgetLine.label == "Manuels")).one()
    planning.save_line(
        session,
        planned.owner,
        planned.campaign,
        line,
        category=Category.MISSIONS,
        label="Manuels et cahiers",
        amount_minor=350_000,
        reason="Le prix du papier a monté.",
    )
    session.commit()
    assert _broken(planned) is None
    assert jobs.seal_what_is_public() == 1
    other = session.exec(select(BudgetLine).where(BudgetLine.label == "Formatrices")).one()
    planning.remove_line(session, planned.owner, planned.campaign, other, reason="Elles sont bénévoles.")
    session.commit()
    assert jobs.seal_what_is_public() == 1
    assert _broken(planned) is None


def test_a_silent_change_shows(session: Session, planned: Stage, engine: Engine) -> None:
    assert _broken(planned) is None
    _under_the_triggers(engine, "UPDATE budget_line SET amount_minor = 600000 WHERE label = 'Formatrices'")
    assert _broken(planned) == "plan"


def test_a_promised_day_moved_in_silence_shows(session: Session, planned: Stage, engine: Engine) -> None:
    _under_the_triggers(engine, "UPDATE report_commitment SET due_on = '2028-01-01'")
    assert _broken(planned) == "plan"


def test_covered_copies_are_sealed_and_leave_by_right(session: Session, planned: Stage) -> None:
    spend = spending.enter(session, planned.finance, planned.campaign, used(planned.campaign))
    page = evidencing.attach(session, planned.finance, spend, photo(), "facture.jpg")[0]
    evidencing.publish(session, planned.finance, spend, page, boxes=[(0, 0, 500, 100)])
    session.commit()
    assert jobs.seal_what_is_public() == 2  # the entry and its copy
    assert _broken(planned) is None
    evidencing.publish(session, planned.finance, spend, page, boxes=[(0, 0, 900, 200)])
    session.commit()
    assert _broken(planned) is None
    assert jobs.seal_what_is_public() == 2  # the new copy, and that the former one left
    evidencing.withdraw(session, planned.finance, spend, page)
    session.commit()
    assert _broken(planned) is None
    assert [jobs.seal_what_is_public(), jobs.seal_what_is_public()] == [1, 0]
    with reading() as seen:
        found = list(queries.entries(seen, planned.campaign.id))
    assert [one.content is None for one in found if one.kind == "evidence"] == [True, True]
    assert [one.kind for one in found][-1] == "withdrawn"
    assert _broken(planned) is None


def test_who_was_paid_is_part_of_what_is_sealed(session: Session, planned: Stage, engine: Engine) -> None:
    spending.enter(session, planned.finance, planned.campaign, used(planned.campaign))
    session.commit()
    jobs.seal_what_is_public()
    assert _broken(planned) is None
    _under_the_triggers(engine, "UPDATE spend SET payee = 'Une autre librairie'")
    assert _broken(planned) == "ledger"


def test_what_becomes_of_what_remains_is_sealed(session: Session, planned: Stage, engine: Engine) -> None:
    planning.say_unspent(
        session, planned.owner, planned.campaign, words="Pour la session de janvier.", use_by=None
    )
    session.commit()
    assert jobs.seal_what_is_public() == 1
    _under_the_triggers(engine, "UPDATE unspent_word SET words = 'Pour autre chose.'")
    assert _broken(planned) == "unspent"
