"""Above the limit two must agree: never the same person, never twice, and nothing counts before."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import Conflict, Forbidden
from app.donations import ledger
from app.donations.models import LedgerEntry
from app.donations.queries import totals
from app.donations.rules import EntryKind
from app.impact import queries, spend_queries, spending
from app.impact.money_rules import SpendState
from app.impact.spend_models import Spend
from app.mail.models import OutgoingMail
from app.people.rules import Actor, Role
from tests import factories
from tests.impact.stage import Stage, stage, used


def _waiting(made: Stage) -> Spend:
    spending.set_limit(made.session, made.owner, 50_000)
    return spending.enter(made.session, made.finance, made.campaign, used(made.campaign))


def test_below_the_limit_one_is_enough(session: Session) -> None:
    made = stage(session)
    spending.set_limit(session, made.owner, 60_000)
    spend = spending.enter(session, made.finance, made.campaign, used(made.campaign))
    assert spend.state is SpendState.COUNTED
    assert totals(session, made.campaign.id).spent_minor == 60_000
    (view,) = queries.spending(session, made.campaign)
    assert view.spend is not None
    assert (view.spend.payee, view.entry.category) == ("Librairie du Centre", "missions")


def test_above_it_a_second_member_agrees(session: Session) -> None:
    made = stage(session)
    spend = _waiting(made)
    assert spend.state is SpendState.WAITING
    assert totals(session, made.campaign.id).spent_minor == 0
    with pytest.raises(Forbidden):
        spending.agree(session, made.finance, made.campaign, spend)
    entry = spending.agree(session, made.owner, made.campaign, spend)
    assert (entry.amount_minor, entry.created_by) == (-60_000, made.finance.person_id)
    assert spend.decided_by == made.owner.person_id
    with pytest.raises(Conflict):
        spending.agree(session, made.owner, made.campaign, spend)
    with pytest.raises(Conflict):
        spending.refuse(session, made.owner, made.campaign, spend, reason="trop tard")


def test_a_refusal_says_why_and_nothing_counts(session: Session) -> None:
    made = stage(session)
    spend = _waiting(made)
    with pytest.raises(Forbidden):
        spending.refuse(session, made.finance, made.campaign, spend, reason="par moi-même")
    spending.refuse(session, made.owner, made.campaign, spend, reason="le devis disait 400 €")
    (told,) = spend_queries.not_counted(session, made.campaign)
    assert (told.spend.refusal, told.entered_by, told.decided_by) == (
        "le devis disait 400 €",
        "Samira",
        "Alice",
    )
    assert totals(session, made.campaign.id).spent_minor == 0
    mails = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all()
    assert [(one.kind, one.recipient.split("-")[0]) for one in mails] == [
        ("spend-waits", "alice"),
        ("spend-refused", "samira"),
    ]
    assert "le devis disait 400 €" in mails[1].text


def test_who_entered_it_may_take_it_back(session: Session) -> None:
    made = stage(session)
    spend = _waiting(made)
    with pytest.raises(Conflict):
        spending.withdraw(session, made.owner, spend)
    spending.withdraw(session, made.finance, spend)
    assert spend_queries.not_counted(session, made.campaign) == []
    with pytest.raises(Conflict):
        spending.agree(session, made.owner, made.campaign, spend)


def test_the_limit_is_the_owners(session: Session) -> None:
    made = stage(session)
    with pytest.raises(Forbidden):
        spending.set_limit(session, made.finance, 10)
    spending.set_limit(session, made.owner, 10)
    spending.set_limit(session, made.owner, None)
    session.flush()
    assert spend_queries.limit(session, made.campaign.organisation_id) is None
    spend = spending.enter(session, made.finance, made.campaign, used(made.campaign, 10**9))
    assert spend.state is SpendState.COUNTED


def test_two_who_decide_at_once_decide_once(session: Session) -> None:
    made = stage(session)
    spend = _waiting(made)
    others = [factories.member(session, _org(session, made), Role.FINANCE, f"T{n}") for n in range(3)]
    session.commit()
    campaign_id, pid = made.campaign.id, spend.pid

    def decide(actor: Actor) -> str:
        try:
            with db.transaction() as own:
                campaign = own.get(type(made.campaign), campaign_id)
                assert campaign is not None
                row = own.exec(select(Spend).where(Spend.pid == pid)).one()
                if actor.name == "T1":
                    spending.refuse(own, actor, campaign, row, reason="je ne suis pas d’accord")
                else:
                    spending.agree(own, actor, campaign, row)
        except Conflict:
            return "late"
        return "decided"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(decide, [made.owner, *others]))
    assert sorted(outcomes) == ["decided", "late", "late", "late"]
    with db.reading() as seen:
        row = seen.exec(select(Spend).where(Spend.pid == pid)).one()
        lines = seen.exec(select(LedgerEntry).where(LedgerEntry.kind == EntryKind.SPEND)).all()
    assert len(lines) == (1 if row.state is SpendState.COUNTED else 0)


def _org(session: Session, made: Stage) -> factories.Organisation:
    found = session.get(factories.Organisation, made.campaign.organisation_id)
    assert found is not None
    return found


def test_two_who_cancel_at_once_cancel_once(session: Session) -> None:
    made = stage(session)
    spend = spending.enter(session, made.finance, made.campaign, used(made.campaign))
    session.commit()
    campaign_id, entry_id = made.campaign.id, spend.ledger_entry_id

    def cancel(actor: Actor) -> str:
        try:
            with db.transaction() as own:
                campaign, entry = own.get(type(made.campaign), campaign_id), own.get(LedgerEntry, entry_id)
                assert campaign is not None
                assert entry is not None
                ledger.cancel(own, campaign, entry, reason="saisi deux fois", by=actor.person_id)
        except Conflict:
            return "late"
        return "cancelled"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(cancel, [made.owner, made.finance])) == ["cancelled", "late"]
    with db.reading() as seen:
        assert totals(seen, campaign_id).spent_minor == 0


def test_the_road_in_the_studio(session: Session, client: TestClient) -> None:
    made = stage(session)
    csrf = factories.sign_in(session, client, made.owner)
    wrong = client.post("/studio/settings/spending", data={"csrf": csrf, "limit": "beaucoup"})
    assert wrong.status_code == 422
    assert 'value="beaucoup"' in wrong.text
    assert client.post("/studio/settings/spending", data={"csrf": csrf, "limit": "500"}).status_code == 303
    csrf = factories.sign_in(session, client, made.finance)
    entered = {
        "csrf": csrf,
        "amount": "612,00",
        "category": "missions",
        "note": "Soixante jeux de lampes",
        "on_date": made.campaign.starts_on.isoformat(),
        "payee": "Cycles du Port",
        "withheld": "un artisan, à sa demande",
    }
    assert client.post(f"{made.base}/spends", data=entered).status_code == 303
    with db.reading() as seen:
        spend = seen.exec(select(Spend)).one()
    own = client.get(made.base).text
    assert "waits for a second member" in own
    assert "Alice" in own
    assert f"{spend.pid}/agree" not in own
    assert client.post(f"{made.base}/spending/{spend.pid}/agree", data={"csrf": csrf}).status_code == 403
    csrf = factories.sign_in(session, client, made.owner)
    empty = client.post(f"{made.base}/spending/{spend.pid}/refuse", data={"csrf": csrf})
    assert empty.status_code == 422
    assert client.post(f"{made.base}/spending/{spend.pid}/agree", data={"csrf": csrf}).status_code == 303
    again = client.post(f"{made.base}/spending/{spend.pid}/agree", data={"csrf": csrf})
    assert again.status_code == 409
    client.cookies.clear()
    page = client.get(f"/c/{made.campaign.slug}/impact?lang=en").text
    assert "un artisan, à sa demande" in page
    assert "Cycles du Port" not in page
    assert "€612.00" in page


def test_money_used_is_counted_once_however_often_its_form_is_sent(
    session: Session, client: TestClient
) -> None:
    made = stage(session)
    csrf = factories.sign_in(session, client, made.owner)
    shown = re.search(r'name="form_key" value="([0-9a-z]{16})"', client.get(made.base).text)
    assert shown is not None
    entered = {
        "csrf": csrf,
        "form_key": shown[1],
        "amount": "600",
        "category": "missions",
        "note": "Manuels",
        "payee": "Librairie du Centre",
        "on_date": made.campaign.starts_on.isoformat(),
    }
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: client.post(f"{made.base}/spends", data=entered), range(2)))
    assert [one.status_code for one in answers] == [303, 303]
    with db.reading() as seen:
        assert totals(seen, made.campaign.id).spent_minor == 60_000
    other = {**entered, "amount": "30"}  # the way back, and another sum: another spending
    assert client.post(f"{made.base}/spends", data=other).status_code == 303
    with db.reading() as seen:
        assert totals(seen, made.campaign.id).spent_minor == 63_000
    assert client.post(f"{made.base}/spends", data={**entered, "form_key": "<x>"}).status_code == 422


def test_a_sole_member_is_told(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    campaign = factories.campaign(session, org)
    spending.set_limit(session, owner, 100)
    spending.enter(session, owner, campaign, used(campaign))
    factories.sign_in(session, client, owner)
    page = client.get(f"/studio/campaigns/{campaign.pid}/impact").text
    assert "Nobody else may agree." in page
    assert "Only one member may handle money." in client.get("/studio/settings/spending").text


def test_the_name_is_not_its_own_reason(session: Session, client: TestClient) -> None:
    made = stage(session)
    csrf = factories.sign_in(session, client, made.finance)
    entered = {
        "csrf": csrf,
        "amount": "12",
        "category": "missions",
        "note": "Gardes",
        "on_date": made.campaign.starts_on.isoformat(),
        "payee": "Leïla B.",
        "withheld": "leïla b.",
    }
    assert client.post(f"{made.base}/spends", data=entered).status_code == 422
