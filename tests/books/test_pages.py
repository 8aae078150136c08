"""What a treasurer sees: the sums, where the money is, in which payout it came; the chart of accounts."""

from datetime import date

import pytest
import typer
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.books.chart import DEFAULTS, Use, bounds, year_label, year_of
from app.books.models import AccountPlan
from app.books.service import closing
from app.campaigns.models import Campaign
from app.cli.books import reconcile
from app.core.db import reading
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.books import bank
from tests.donations.stage import Till


def test_before_anything_came(client: TestClient, session: Session, treasurer: Actor) -> None:
    factories.sign_in(session, client, treasurer)
    text = client.get("/studio/money").text
    assert "Not compared yet." in text
    assert "Stripe has not sent anything" in text


def test_where_the_money_is(
    stripe: Till, campaign: Campaign, session: Session, treasurer: Actor, client: TestClient
) -> None:
    bank.gives(stripe, campaign, 4000, cover_minor=85)
    bank.arrives(stripe, bank.pays_out(stripe))
    bank.gives(stripe, campaign, 1500)
    csrf = factories.sign_in(session, client, treasurer)
    assert client.post("/studio/money/compare", data={"csrf": csrf}).status_code == 303
    for path in ("/studio/money", f"/studio/campaigns/{campaign.pid}/money"):
        text = client.get(path).text
        assert "To the cent." in text
        assert "at the bank" in text
        assert "€0.00" in text
    assert "€55.00" in text
    stripe.line.down = True
    answer = client.post("/studio/money/compare", data={"csrf": csrf})
    assert answer.status_code == 502
    assert "Stripe does not answer" in answer.text


def test_money_is_for_who_looks_after_it(client: TestClient, session: Session, campaign: Campaign) -> None:
    body = session.get_one(Organisation, campaign.organisation_id)
    csrf = factories.sign_in(session, client, factories.member(session, body, Role.EDITOR))
    for path in ("", "/ledger.csv", "/movements.csv", "/books.xlsx", "/fec.txt?year=2027", "/accounts"):
        assert client.get(f"/studio/money{path}").status_code == 403
    assert client.post("/studio/money/compare", data={"csrf": csrf}).status_code == 403
    stranger = factories.member(session, factories.organisation(session, "La Jetée"), Role.FINANCE)
    factories.sign_in(session, client, stranger)
    assert client.get(f"/studio/campaigns/{campaign.pid}/money").status_code == 404


def test_the_chart_of_accounts(client: TestClient, session: Session, treasurer: Actor) -> None:
    csrf = factories.sign_in(session, client, treasurer)
    page = "/studio/money/accounts"
    assert DEFAULTS[Use.GIFTS].number in client.get(page).text
    answer = client.post(page, data={"csrf": csrf, "company_number": "123456789", "number": ["5", ""]})
    assert answer.status_code == 422
    assert "A SIREN has nine figures" in answer.text
    assert "An account has a number" in answer.text
    sent = {
        "csrf": csrf,
        "company_number": "732 829 320",
        "first_month": "9",
        "number": ["517100", *[""] * 11],
        "label": ["Compte Stripe", *[""] * 11],
    }
    assert client.post(page, data=sent).status_code == 303
    with reading() as read:
        kept = read.exec(select(AccountPlan)).one()
        assert kept.company_number == "732829320"
        assert kept.accounts == {"stripe": {"number": "517100", "label": "Compte Stripe"}}
    assert "517100" in client.get(page).text
    assert "2026–2027" in client.get("/studio/money").text


@pytest.mark.parametrize(
    ("day", "month", "year"), [("2027-03-03", 1, 2027), ("2027-03-03", 9, 2026), ("2027-09-01", 9, 2027)]
)
def test_years_of_account(day: str, month: int, year: int) -> None:
    first, last = bounds(year, month)
    assert year_of(date.fromisoformat(day), month) == year
    assert first <= date.fromisoformat(day) <= last
    assert year_label(year, month) == (str(year) if month == 1 else f"{year}–{year + 1}")


def test_the_command_says_what_differs(
    stripe: Till, campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    bank.gives(stripe, campaign, 4000)
    for code, line in ((0, "0 not explained"), (1, "-2.90 EUR"), (2, "not compared")):
        if code == 1:
            bank.moves(stripe, -290, "stripe_fee")
        stripe.line.down = code == 2
        with pytest.raises(typer.Exit) as left:
            reconcile()
        assert left.value.exit_code == code
        assert line in capsys.readouterr().out
    assert closing.is_due("") is False
