"""The plan is free until the drive opens; from then on each change has a reason, and anyone reads it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import clock, db
from app.core.errors import Conflict, Forbidden
from app.impact import plan_queries, planning
from app.impact.money_rules import Category
from app.impact.plan_models import BudgetLine, PlanChange
from app.impact.planning import ReasonMissing
from app.people.rules import Role
from tests import factories
from tests.impact.stage import Stage, stage


def _line(made: Stage, **values: object) -> BudgetLine:
    given = {"category": Category.MISSIONS, "label": "Deux formatrices", "amount_minor": 50_000, **values}
    return planning.save_line(made.session, made.owner, made.campaign, None, **given)


def test_before_the_drive_changes_are_nobodys_business(session: Session) -> None:
    made = stage(session, state=State.DRAFT)
    line = _line(made)
    planning.save_line(
        session, made.owner, made.campaign, line, category=Category.RUNNING, label="Assurance", amount_minor=1
    )
    planning.remove_line(session, made.owner, made.campaign, line)
    plan = plan_queries.plan_of(session, made.campaign)
    assert (plan.lines, plan.changes, plan.total) == ([], [], 0)


def test_after_it_each_change_is_kept_with_its_reason(session: Session) -> None:
    made = stage(session)
    line = _line(made)
    made.campaign.drive_opened_at = clock.now()
    with pytest.raises(ReasonMissing):
        planning.save_line(
            session, made.owner, made.campaign, line, category=line.category, label="X", amount_minor=1
        )
    session.refresh(line)
    planning.save_line(
        session,
        made.owner,
        made.campaign,
        line,
        category=line.category,
        label=line.label,
        amount_minor=70_000,
        reason="une formatrice de plus",
    )
    due = planning.save_commitment(
        session,
        made.owner,
        made.campaign,
        None,
        title="Premier compte",
        due_on=made.campaign.starts_on + timedelta(days=30),
        reason="demandé par les donateurs",
    )
    planning.remove_commitment(session, made.owner, made.campaign, due, reason="déjà donné")
    removed, added, changed = plan_queries.plan_of(session, made.campaign).changes
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before["amount_minor"], changed.after["amount_minor"]) == (50_000, 70_000)
    assert (added.before, removed.after, removed.reason) == (None, None, "déjà donné")


def test_saving_what_stands_is_no_change(session: Session) -> None:
    made = stage(session)
    line = _line(made)
    made.campaign.drive_opened_at = clock.now()
    planning.save_line(
        session,
        made.owner,
        made.campaign,
        line,
        category=line.category,
        label=line.label,
        amount_minor=line.amount_minor,
    )
    assert session.exec(select(PlanChange)).all() == []


def test_a_second_press_adds_nothing(session: Session) -> None:
    made = stage(session, state=State.REPORTING)
    due = made.campaign.starts_on + timedelta(days=30)
    for _ in range(2):
        _line(made)
        planning.save_commitment(session, made.owner, made.campaign, None, title="Premier compte", due_on=due)
        planning.say_unspent(session, made.finance, made.campaign, words="Pour la suite.", use_by=None)
    _line(made, amount_minor=1)
    plan = plan_queries.plan_of(session, made.campaign)
    assert [one.amount_minor for one in plan.lines] == [50_000, 1]
    assert (len(plan_queries.commitments(session, made.campaign)), len(plan.unspent)) == (1, 1)
    for words in ("Pour la garde.", "Pour la suite."):
        planning.say_unspent(session, made.finance, made.campaign, words=words, use_by=None)
    said = [one.words for one in plan_queries.plan_of(session, made.campaign).unspent]
    assert said == ["Pour la suite.", "Pour la garde.", "Pour la suite."]


def test_what_remains_is_told_after_the_week(session: Session) -> None:
    made = stage(session, state=State.DRIVE)
    with pytest.raises(Conflict):
        planning.say_unspent(session, made.finance, made.campaign, words="Pour la suite.", use_by=None)
    made.campaign.state = State.REPORTING
    planning.say_unspent(session, made.finance, made.campaign, words="Pour la suite.", use_by=None)
    later = made.campaign.starts_on + timedelta(days=90)
    with clock.frozen(clock.now() + timedelta(days=1)):
        planning.say_unspent(session, made.finance, made.campaign, words="Pour la garde.", use_by=later)
    first, second = plan_queries.plan_of(session, made.campaign).unspent
    assert (first.words, first.amount_minor, second.words) == ("Pour la garde.", 1_000_000, "Pour la suite.")


def test_roles_hold(session: Session) -> None:
    made = stage(session)
    org = factories.organisation(session, "Autre")
    editor = factories.member(session, org, Role.EDITOR, "Ed")
    with pytest.raises(Forbidden):
        _line(Stage(session, made.finance, made.finance, made.campaign))
    with pytest.raises(Forbidden):
        planning.say_unspent(session, editor, made.campaign, words="Pour la suite.", use_by=None)


def test_the_plan_in_the_studio_and_in_public(session: Session, client: TestClient) -> None:
    made = stage(session, goal_minor=80_000)
    csrf = factories.sign_in(session, client, made.owner)
    line = {"csrf": csrf, "category": "missions", "label": "Deux formatrices", "amount": "cinq cents"}
    refused = client.post(f"{made.base}/plan/lines", data=line)
    assert refused.status_code == 422
    assert "Deux formatrices" in refused.text
    assert client.post(f"{made.base}/plan/lines", data={**line, "amount": "500"}).status_code == 303
    due = (made.campaign.starts_on - timedelta(days=1)).isoformat()
    account = {"csrf": csrf, "title": "Premier compte", "due_on": due}
    assert client.post(f"{made.base}/plan/accounts", data=account).status_code == 303
    with db.transaction() as other:
        campaign = other.get(type(made.campaign), made.campaign.id)
        assert campaign is not None
        campaign.drive_opened_at = clock.now()
    with db.reading() as seen:
        row = seen.exec(select(BudgetLine)).one()
    here = f"{made.base}/plan/lines/{row.pid}"
    assert "Why the plan changes" in client.get(here).text
    changed = {**line, "amount": "650"}
    assert client.post(here, data=changed).status_code == 422
    assert client.post(f"{here}/remove", data={"csrf": csrf}).status_code == 422
    why = {**changed, "reason": "une formatrice de plus"}
    assert client.post(here, data=why).status_code == 303
    told = {"csrf": csrf, "words": "Le reste paie la garde d’enfants de la session suivante."}
    assert client.post(f"{made.base}/plan/unspent", data=told).status_code == 303
    client.cookies.clear()
    page = client.get(f"/c/{made.campaign.slug}/impact?lang=en").text
    for text in ("€650.00", "€500.00", "une formatrice de plus", "3 days late", "la session suivante"):
        assert text in page


def test_strangers_reach_no_plan(session: Session, client: TestClient) -> None:
    made = stage(session)
    line = _line(made)
    stranger = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    csrf = factories.sign_in(session, client, stranger)
    assert client.get(f"{made.base}/plan/lines/{line.pid}").status_code == 404
    assert client.post(f"{made.base}/plan/lines/{line.pid}/remove", data={"csrf": csrf}).status_code == 404
