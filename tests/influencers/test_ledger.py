"""The ledger of agreements: one person's year in all campaigns, the threshold, opposite entries, the CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden, NotFound
from app.influencers import ledger, rules, service
from app.influencers.models import AgreementEntry, Influencer
from app.influencers.rules import CONTRACT_POINTS, Agreement, Known, Stage, same_people
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories

NOW = datetime(2027, 3, 3, 11, 0, tzinfo=UTC)
TODAY = date(2027, 3, 3)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def alice(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


def campaign(session: Session, actor: Actor, **values: str) -> Campaign:
    return factories.campaign(session, session.get_one(Organisation, actor.organisation_id), **values)


def person(session: Session, of: Campaign, name: str = "Maïa", **values: str) -> Influencer:
    row = Influencer(
        organisation_id=of.organisation_id, campaign_id=of.id, name=name, stage=Stage.APPROVED, **values
    )
    session.add(row)
    session.flush()
    return row


def settle(
    session: Session,
    actor: Actor,
    who: Influencer,
    minor: int,
    agreement: Agreement = Agreement.PAID,
    **more: object,
) -> None:
    values: dict[str, object] = {"contract_on": None, **more}
    service.set_terms(
        session,
        actor,
        who,
        agreement=agreement,
        value_minor=minor,
        note="",
        disclosure="Publicité",
        **values,  # type: ignore[arg-type]
    )


def amounts(session: Session) -> list[int]:
    rows = session.exec(select(AgreementEntry).order_by(AgreementEntry.id)).all()  # type: ignore[arg-type]
    return [row.amount_minor for row in rows]


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([Known(1, "a@x.org", ""), Known(2, "A@x.org", "")], {1: 1, 2: 1}),
        ([Known(1, "", ""), Known(2, "", "")], {1: 1, 2: 2}),
        ([Known(1, "a@x.org", "k"), Known(2, "b@x.org", "k")], {1: 1, 2: 1}),
        (
            [
                Known(1, "a@x.org", ""),
                Known(2, "b@x.org", ""),
                Known(3, "b@x.org", "k"),
                Known(4, "a@x.org", "k"),
            ],
            {1: 1, 2: 1, 3: 1, 4: 1},
        ),
        ([Known(1, "a@x.org", ""), Known(2, "", "k"), Known(3, "a@x.org", "k")], {1: 1, 2: 1, 3: 1}),
    ],
)
def test_who_is_the_same_person(rows: list[Known], groups: dict[int, int]) -> None:
    assert same_people(rows) == groups


def test_the_year_of_one_person_is_summed_over_campaigns(session: Session, alice: Actor) -> None:
    first, second = campaign(session, alice), campaign(session, alice)
    maia, again = (
        person(session, first, email="maia@x.org"),
        person(session, second, email="Maia@x.org".lower()),
    )
    other = person(session, second, "Idriss", email="idriss@x.org")
    settle(session, alice, maia, 60_000)
    settle(session, alice, again, 30_000, Agreement.IN_KIND)
    settle(session, alice, other, 10_000)
    worth = ledger.worth(session, alice.organisation_id)
    assert (worth[maia.id], worth[again.id], worth[other.id]) == (90_000, 90_000, 10_000)
    assert rules.threshold_share(90_000) >= rules.WARN_FROM
    assert ledger.terms_missing(second, again, worth[again.id]) is None
    ledger.enter(session, alice, second, again, kind=Agreement.PAID, amount_minor=10_000, on_date=TODAY)
    worth = ledger.worth(session, alice.organisation_id)
    assert ledger.terms_missing(second, again, worth[again.id]) is not None, "1,000 € with all campaigns"
    with pytest.raises(Conflict):
        service.record_yes(session, alice, second, again)


def test_another_year_and_another_organisation_do_not_count(session: Session, alice: Actor) -> None:
    ours = campaign(session, alice)
    maia = person(session, ours, email="maia@x.org")
    settle(session, alice, maia, 50_000)
    ledger.enter(
        session, alice, ours, maia, kind=Agreement.PAID, amount_minor=90_000, on_date=date(2026, 12, 31)
    )
    stranger = factories.member(session, factories.organisation(session, "Les Phares"))
    theirs = person(session, campaign(session, stranger), email="maia@x.org")
    settle(session, stranger, theirs, 70_000)
    assert ledger.worth(session, alice.organisation_id)[maia.id] == 50_000
    assert ledger.worth(session, alice.organisation_id, 2026)[maia.id] == 90_000
    assert ledger.years(session, alice.organisation_id) == [2027, 2026]


def test_a_contract_is_whole_only_with_each_of_its_points(session: Session, alice: Actor) -> None:
    maia = person(session, campaign(session, alice), email="maia@x.org")
    ours = session.get_one(Campaign, maia.campaign_id)
    settle(session, alice, maia, 150_000, contract_on=TODAY, contract_points=["parties", "tax", "nonsense"])
    assert maia.contract_points == ["parties", "tax"]
    assert ledger.terms_missing(ours, maia, 150_000) is not None
    settle(session, alice, maia, 150_000, contract_on=TODAY, contract_points=list(CONTRACT_POINTS))
    assert ledger.terms_missing(ours, maia, 150_000) is None


def test_another_currency_asks_for_a_contract_whenever_paid(session: Session, alice: Actor) -> None:
    pounds = campaign(session, alice, currency="GBP")
    maia = person(session, pounds)
    settle(session, alice, maia, 100)
    assert ledger.worth(session, alice.organisation_id)[maia.id] == 0
    assert ledger.terms_missing(pounds, maia, 0) is not None


def test_the_ledger_follows_the_terms_and_only_grows(session: Session, alice: Actor) -> None:
    maia = person(session, campaign(session, alice))
    settle(session, alice, maia, 60_000)
    settle(session, alice, maia, 60_000)
    settle(session, alice, maia, 80_000)
    settle(session, alice, maia, 80_000, Agreement.VOLUNTEER)
    assert amounts(session) == [60_000, -60_000, 80_000, -80_000]
    assert ledger.worth(session, alice.organisation_id)[maia.id] == 0


def test_a_correction_is_the_opposite_entry_once(session: Session, alice: Actor) -> None:
    ours = campaign(session, alice)
    maia, other = person(session, ours), person(session, ours, "Idriss")
    entry = ledger.enter(
        session, alice, ours, maia, kind=Agreement.IN_KIND, amount_minor=4_000, on_date=date(2027, 1, 5)
    )
    with pytest.raises(NotFound):
        ledger.correct(session, alice, other, entry.pid, note="")
    undone = ledger.correct(session, alice, maia, entry.pid, note="Compté deux fois")
    assert (undone.amount_minor, undone.on_date) == (-4_000, date(2027, 1, 5))
    for pid in (entry.pid, undone.pid):
        with pytest.raises(Conflict):
            ledger.correct(session, alice, maia, pid, note="")


@pytest.mark.parametrize(("minor", "day"), [(0, TODAY), (-5, TODAY), (100, date(2027, 3, 4))])
def test_what_is_no_entry(session: Session, alice: Actor, minor: int, day: date) -> None:
    ours = campaign(session, alice)
    with pytest.raises(Conflict):
        ledger.enter(
            session, alice, ours, person(session, ours), kind=Agreement.PAID, amount_minor=minor, on_date=day
        )


def test_who_may(session: Session, alice: Actor) -> None:
    ours = campaign(session, alice)
    samira = factories.member(
        session, session.get_one(Organisation, alice.organisation_id), Role.FINANCE, "Samira"
    )
    with pytest.raises(Forbidden):
        ledger.enter(
            session, samira, ours, person(session, ours), kind=Agreement.PAID, amount_minor=1, on_date=TODAY
        )


def test_the_browser_enters_corrects_links_and_exports(
    session: Session, client: TestClient, alice: Actor
) -> None:
    first, second = campaign(session, alice), campaign(session, alice)
    maia, again = person(session, first, "=HYPERLINK(1)"), person(session, second, "Maïa L.")
    csrf = factories.sign_in(session, client, alice)
    base = f"/studio/campaigns/{first.pid}/influencers/{maia.pid}"

    def post(path: str, **data: str) -> int:
        return client.post(base + path, data={"csrf": csrf, **data}).status_code

    assert post("/agreements", kind="paid", amount="much", on_date="2027-03-01") == 422
    assert post("/agreements", kind="volunteer", amount="5", on_date="2027-03-01") == 422
    assert post("/agreements", kind="paid", amount="5", on_date="2027-04-01") == 409
    assert post("/agreements", kind="paid", amount="850", on_date="2027-03-01", note="+1") == 303
    assert "Close to the threshold" in client.get(f"{base}?lang=en").text
    assert post("/same", other="nobody") == 404
    assert post("/same", other=again.pid) == 303
    with reading() as fresh:
        assert ledger.worth(fresh, alice.organisation_id)[again.id] == 85_000
        pid = fresh.exec(select(AgreementEntry)).one().pid
    page = client.get("/studio/agreements?lang=en")
    assert "close to the threshold" in page.text
    assert post(f"/agreements/{pid}/correct", note="Double") == 303
    answer = client.get("/studio/agreements/export.csv?year=2027")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["person"], row["amount_excl_vat"], row["note"]) for row in rows] == [
        ("'=HYPERLINK(1)", "850.00", "'+1"),
        ("'=HYPERLINK(1)", "-850.00", "Double"),
    ]
    assert rows[1]["corrects"] == rows[0]["entry"]
    assert post("/same", other="") == 303


def test_who_is_forgotten_stays_one_person_in_the_books(session: Session, alice: Actor) -> None:
    first, second = campaign(session, alice), campaign(session, alice)
    maia, again = person(session, first, email="maia@x.org"), person(session, second, email="maia@x.org")
    settle(session, alice, maia, 60_000)
    settle(session, alice, again, 30_000)
    assert service.forget(session, maia) is service.Forgotten.BOOKED
    assert (maia.email, maia.name) == ("", "Maïa")
    assert ledger.worth(session, alice.organisation_id)[again.id] == 90_000


def test_the_sheet_is_the_organisations_alone(session: Session, client: TestClient, alice: Actor) -> None:
    maia = person(session, campaign(session, alice))
    settle(session, alice, maia, 60_000)
    stranger = factories.member(session, factories.organisation(session, "Les Phares"))
    factories.sign_in(session, client, stranger)
    assert "Maïa" not in client.get("/studio/agreements").text
    assert "Maïa" not in client.get("/studio/agreements/export.csv").text
