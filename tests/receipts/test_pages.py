"""The pages of receipts: the studio's, the donor's, and the address that comes with the mail."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import reading
from app.core.ids import token_hash
from app.donations.models import Gift, Giver
from app.donations.rules import EntryKind, Way
from app.people.rules import Role
from app.receipts import jobs
from app.receipts.models import GiftAid, Receipt, ReceiptRun, TaxProfile
from app.receipts.rules import Kind, Regime
from app.supporters import service as supporters
from app.supporters.access import cookie_name
from app.supporters.models import Supporter
from tests import factories
from tests.conftest import NOW
from tests.receipts.stage import ADDRESS, Drive

PROFILE = {
    "regime": "fr_general",
    "object": "Apprendre à lire à tout âge",
    "quality": "general_interest",
    "companies": "1",
    "signatory_name": "Nora Belkacem",
    "signatory_title": "Présidente",
    "agreed": "1",
}
DONOR = {"name": "Camille Roy", **ADDRESS}


def _enter(drive: Drive, client: TestClient, role: Role = Role.OWNER) -> str:
    return factories.sign_in(drive.session, client, factories.member(drive.session, drive.body, role))


def test_nothing_is_issued_before_the_declaration(session: Session, client: TestClient) -> None:
    drive = Drive(session, regime=None)
    drive.settle(drive.gift())
    csrf = _enter(drive, client)
    assert "has not declared" in client.get("/studio/receipts").text
    assert "Complete it" not in client.get("/studio/receipts/settings").text
    answer = client.post("/studio/receipts/settings", data={"csrf": csrf, **PROFILE, "agreed": ""})
    assert answer.status_code == 422
    answer = client.post("/studio/receipts/settings", data={"csrf": csrf, **PROFILE})
    assert answer.status_code == 303
    with reading() as read:
        kept = read.exec(select(TaxProfile)).one()
        assert kept.declared_name == "Alice"
        assert "1740 A" in kept.words
    assert "Tax receipts are issued." in client.get("/studio/receipts/settings").text
    client.post("/studio/receipts/settings/stop", data={"csrf": csrf})
    assert "Not every association may" in client.get("/studio/receipts/settings").text


def test_without_a_legal_identity_there_is_no_declaration(session: Session, client: TestClient) -> None:
    drive = Drive(session, regime=None)
    drive.body.legal_number = ""
    csrf = _enter(drive, client)
    answer = client.post("/studio/receipts/settings", data={"csrf": csrf, **PROFILE})
    assert answer.status_code == 409
    assert "First write the legal name" in answer.text


def test_the_register_and_its_csv(drive: Drive, client: TestClient) -> None:
    gift = drive.gift(5_000, donor_name="=Camille")
    drive.settle(gift)
    drive.enter(gift, EntryKind.REFUND, -1_000)
    drive.settle(gift)
    _enter(drive, client, Role.FINANCE)
    page = client.get("/studio/receipts").text
    assert "T-2027-00002" in page
    assert "€40.00" in page
    assert "P-2027-00001" in client.get("/studio/receipts?plain=1").text
    assert "Nothing found" in client.get("/studio/receipts?q=nobody").text
    lines = client.get("/studio/receipts/register.csv?year=2027").text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["T-2027-00001", "T-2027-00002"]
    assert "'=Camille" in lines[1]
    assert ",2027-03-03,money," in lines[1]
    assert lines[2].split(",")[-2] == "T-2027-00001"


def test_an_editor_sees_no_receipts(drive: Drive, client: TestClient) -> None:
    drive.settle(drive.gift())
    _enter(drive, client, Role.EDITOR)
    assert client.get("/studio/receipts").status_code == 403


def test_a_member_issues_voids_and_replaces(drive: Drive, client: TestClient) -> None:
    gift = drive.gift(address={})
    drive.settle(gift)
    csrf = _enter(drive, client)
    path = f"/studio/receipts/gifts/{gift.pid}"
    assert client.get(path).status_code == 200
    refused = client.post(path, data={"csrf": csrf, "name": "Camille Roy"})
    assert refused.status_code == 409
    assert "full address is missing" in refused.text
    wrong = client.post(path, data={"csrf": csrf, **DONOR, "company": "A", "company_number": "123"})
    assert wrong.status_code == 422
    answer = client.post(path, data={"csrf": csrf, **DONOR})
    place = answer.headers["location"].partition("?")[0]
    assert client.get(f"{place}/pdf").content.startswith(b"%PDF")
    assert client.post(f"{place}/void", data={"csrf": csrf, "why": "mistake"}).status_code == 422
    fields = {
        "csrf": csrf,
        "why": "mistake",
        "note": "Le nom",
        "replace": "1",
        **DONOR,
        "name": "Camille Leroy",
    }
    answer = client.post(f"{place}/void", data=fields)
    after = client.get(answer.headers["location"]).text
    assert "Camille Leroy" in after
    assert "It takes the place of" in after
    assert "This receipt is void." in client.get(place).text
    assert client.post(f"{place}/void", data=fields).status_code == 409


def test_the_preview_of_a_year_names_what_a_member_took_back(drive: Drive, client: TestClient) -> None:
    gift = drive.gift(livemode=False, on=NOW.date() - timedelta(days=90))
    (tax,) = [one for one in drive.settle(gift) if one.series.tax]
    csrf = _enter(drive, client)
    client.post(
        f"/studio/receipts/{tax.pid}/void",
        data={"csrf": csrf, "why": "mistake", "note": "Le nom"},
    )
    page = client.get(f"/studio/receipts/yearly?year={(NOW - timedelta(days=90)).year}").text
    assert f"A member voided {tax.label}: the run would issue another." in page


def test_the_yearly_run_is_looked_at_first(drive: Drive, client: TestClient) -> None:
    for month in (1, 2):
        gift = drive.gift(
            1_000, livemode=False, address={}, on=(NOW - timedelta(days=30 * month + 60)).date()
        )
        drive.settle(gift)
        gift.address = ADDRESS
        drive.session.add(gift)
    drive.settle(drive.gift(livemode=False, address={}, donor_name="", donor_email=""))
    csrf = _enter(drive, client)
    page = client.get("/studio/receipts/yearly?year=2026").text
    assert "One receipt would be issued" in page
    this = client.get("/studio/receipts/yearly?year=2027").text
    assert "No gift waits" in this
    assert "One gift came without a name or an address" in this
    assert client.post("/studio/receipts/yearly", data={"csrf": csrf, "year": "2027"}).status_code == 409
    client.post("/studio/receipts/yearly", data={"csrf": csrf, "year": "2026"})
    assert "under way" in client.get("/studio/receipts/yearly?year=2026").text
    assert jobs.carry_on_yearly_runs() == 1
    with reading() as read:
        assert read.exec(select(ReceiptRun)).one().issued == 1
    assert "The last run issued one receipt" in client.get("/studio/receipts/yearly?year=2026").text


def _donor(
    drive: Drive, client: TestClient, email: str = "", *, mailed: bool = False
) -> tuple[str, Supporter]:
    someone = supporters.begin(drive.session, organisation_id=drive.body.id, language="en", email=email)
    token = supporters.open_visit(drive.session, someone, mailed=mailed)
    drive.session.commit()
    client.cookies.clear()
    client.cookies.set(cookie_name(), token)
    return keyed_hash("csrf-mine", token_hash(token)), someone


def test_the_browser_that_gave_sees_its_receipts_and_no_other(drive: Drive, client: TestClient) -> None:
    gift, strange = drive.gift(), drive.gift(donor_email="x@example.org")
    plain, tax = drive.settle(gift)
    other, _ = drive.settle(strange)
    _, someone = _donor(drive, client)
    drive.session.add(Giver(gift_id=gift.id, supporter_id=someone.id))
    drive.session.commit()
    page = client.get("/gift/receipts").text
    assert plain.pid in page
    assert tax.pid in page
    assert other.pid not in page
    assert "€33" in page
    assert client.get("/mine").text.count("/gift/receipts") == 1
    assert client.get(f"/gift/receipts/{tax.pid}.pdf").content.startswith(b"%PDF")
    assert client.get(f"/gift/receipts/{other.pid}.pdf").status_code == 404
    client.cookies.clear()
    assert client.get("/gift/receipts").status_code == 410
    assert client.get(f"/gift/receipts/{tax.pid}.pdf").status_code == 404


def test_a_typed_address_shows_nothing_and_a_mailed_link_does(drive: Drive, client: TestClient) -> None:
    plain, _ = drive.settle(drive.gift())
    _donor(drive, client, "camille@example.org")
    assert plain.pid not in client.get("/gift/receipts").text
    _donor(drive, client, "camille@example.org", mailed=True)
    assert plain.pid in client.get("/gift/receipts").text


def test_the_address_of_the_mail_opens_one_receipt_until_it_ends(drive: Drive, client: TestClient) -> None:
    plain, tax = drive.settle(drive.gift())
    (mail,) = drive.mails("gift-thanks")
    drive.session.commit()
    first, second = (
        found.removeprefix("https://testserver")
        for found in re.findall(r"https://\S+/gift/receipts/\S+", mail.text)
    )
    assert tax.pid in first
    assert plain.pid in second
    answer = client.get(first)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert client.get(first.replace(tax.pid, plain.pid)).status_code == 404
    assert client.get(first.replace("until=1", "until=2")).status_code == 404
    with clock.frozen(NOW + timedelta(days=401)):
        assert client.get(first).status_code == 404


def test_who_comes_before_the_paper_is_written_is_told_so(drive: Drive, client: TestClient) -> None:
    gift = drive.gift()
    _, someone = _donor(drive, client)
    drive.session.add(Giver(gift_id=gift.id, supporter_id=someone.id))
    drive.session.commit()
    assert "is being written" in client.get("/gift/receipts").text
    drive.settle(gift)
    drive.session.commit()
    assert "is being written" not in client.get("/gift/receipts").text


def test_a_donor_asks_afterwards(drive: Drive, client: TestClient) -> None:
    gift = drive.gift(address={}, donor_name="")
    drive.settle(gift)
    csrf, someone = _donor(drive, client)
    drive.session.add(Giver(gift_id=gift.id, supporter_id=someone.id))
    drive.session.commit()
    page = client.get("/gift/receipts")
    assert (page.status_code, "Ask for a tax receipt" in page.text) == (200, True)
    path = f"/gift/receipts/{gift.pid}/ask"
    refused = client.post(path, data={"csrf": csrf, "name": "Camille Roy"})
    assert refused.status_code == 409
    assert "full address is missing" in refused.text
    with reading() as read:
        assert read.exec(select(Gift)).one().donor_name == ""
    assert client.post(path, data={"csrf": csrf, **DONOR}).status_code == 303
    assert "T-2027-00001" in client.get("/gift/receipts").text
    with reading() as read:
        assert read.exec(select(Gift)).one().address["city"] == "Lille"
        receipts = read.exec(select(Receipt)).all()
        assert {one.donor["name"] for one in receipts if one.series.tax} == {"Camille Roy"}
    stranger, _ = _donor(drive, client)
    assert client.post(path, data={"csrf": stranger, **DONOR}).status_code == 404


@pytest.fixture
def charity(session: Session) -> Drive:
    return Drive(session, "The Lights", Regime.UK_GIFT_AID, "GBP")


DECLARATION = {
    "first_name": "Ann",
    "last_name": "Lee",
    "house": "12",
    "postcode": "LS2 8EX",
    "agreed": "1",
}


def test_a_donor_declares_gift_aid_and_cancels(charity: Drive, client: TestClient) -> None:
    charity.settle(charity.gift())
    csrf, _ = _donor(charity, client, "camille@example.org")
    assert "Gift Aid" not in client.get("/gift/receipts").text
    assert client.post("/gift/gift-aid", data={"csrf": csrf, **DECLARATION}).status_code == 404
    csrf, _ = _donor(charity, client, "camille@example.org", mailed=True)
    assert client.post("/gift/gift-aid", data={"csrf": csrf, "postcode": "75001"}).status_code == 422
    client.post("/gift/gift-aid", data={"csrf": csrf, **DECLARATION})
    assert "You declared Gift Aid" in client.get("/gift/receipts").text
    with reading() as read:
        pid = read.exec(select(GiftAid)).one().pid
    client.post(f"/gift/gift-aid/{pid}/cancel", data={"csrf": csrf})
    with reading() as read:
        assert read.exec(select(GiftAid)).one().cancelled_at is not None
    assert client.post(f"/gift/gift-aid/{pid}/cancel", data={"csrf": csrf}).status_code == 404


def test_the_thanks_say_that_gift_aid_may_be_declared(charity: Drive) -> None:
    charity.settle(charity.gift(address={}))
    giftaid = GiftAid(
        organisation_id=charity.body.id,
        email="sam@example.org",
        first_name="Sam",
        last_name="Hill",
        house="4",
        postcode="LS2 8EX",
        wording="…",
    )
    charity.session.add(giftaid)
    charity.settle(charity.gift(address={}, donor_email="sam@example.org"))
    charity.settle(charity.gift(address={}, company="Hill Ltd"))
    charity.settle(charity.gift(address={}, way=Way.CASH))
    mails = [mail.text for mail in charity.mails("gift-thanks")]
    assert ["declare Gift Aid" in text for text in mails] == [True, False, False, True]
    assert ["Your statement shows" in text for text in mails] == [True, True, True, False]


def test_the_team_enters_paper_and_takes_the_schedule(charity: Drive, client: TestClient) -> None:
    charity.gift(10_000)
    csrf = _enter(charity, client)
    fields = {"csrf": csrf, **DECLARATION, "email": "camille@example.org", "given_on": "2027-03-01"}
    assert client.post("/studio/receipts/gift-aid", data={**fields, "postcode": "x"}).status_code == 422
    client.post("/studio/receipts/gift-aid", data=fields)
    page = client.get("/studio/receipts/gift-aid").text
    assert "£25.00" in page
    schedule = client.get("/studio/receipts/gift-aid/schedule.csv?since=2027-01-01&until=2027-12-31")
    assert schedule.text.splitlines()[1].endswith(",03/03/27,100.00")
    with reading() as read:
        pid = read.exec(select(GiftAid)).one().pid
    client.post(f"/studio/receipts/gift-aid/{pid}/cancel", data={"csrf": csrf})
    assert "cancelled on" in client.get("/studio/receipts/gift-aid").text


@pytest.mark.parametrize(
    ("regime", "cost"),
    [(Regime.FR_GENERAL, "€10.20"), (Regime.FR_AID, "€7.50"), (Regime.US_501C3, ""), (None, "")],
)
def test_the_giving_page_says_what_a_gift_costs_after_tax(
    session: Session, client: TestClient, regime: Regime | None, cost: str
) -> None:
    drive = Drive(session, regime=regime, currency="USD" if regime is Regime.US_501C3 else "EUR")
    drive.campaign.state, drive.campaign.suggested_minor = State.DRIVE, [1_500, 3_000, 6_000]
    session.commit()
    page = client.get(f"/c/{drive.campaign.slug}/donate?lang=en").text
    assert ("costs you" in page) is bool(cost)
    assert cost in page


def test_a_company_is_told_what_its_receipt_lacks_before_it_pays(drive: Drive, client: TestClient) -> None:
    drive.campaign.state, drive.campaign.suggested_minor = State.DRIVE, [1_500, 3_000]
    drive.session.commit()
    path = f"/c/{drive.campaign.slug}/donate?lang=en"
    firm = {"company": "Atelier Roy", "receipt": "1", **ADDRESS, "pick": "3000"}
    for more, fields in (
        ({}, ["company_number", "legal_form"]),
        ({"legal_form": "SARL", "company_number": "732829321"}, ["company_number"]),
    ):
        answer = client.post(path, data={**firm, **more})
        assert answer.status_code == 422
        assert [
            name for name in ("company_number", "legal_form") if f'id="f-{name}-error"' in answer.text
        ] == fields
        assert "Atelier Roy" in answer.text
    profile = drive.session.get_one(TaxProfile, drive.body.id)
    profile.companies = False
    drive.session.add(profile)
    drive.session.commit()
    whole = {**firm, "legal_form": "SARL", "company_number": "732829320"}
    assert "to private persons only" in client.post(path, data=whole).text
    with reading() as read:
        assert read.exec(select(Gift)).all() == []


def test_what_is_wrong_stands_beside_its_own_field(drive: Drive, client: TestClient) -> None:
    """A refusal of the whole form is no message about a company's legal form."""
    gift = drive.gift(address={})
    csrf = _enter(drive, client)
    answer = client.post(f"/studio/receipts/gifts/{gift.pid}", data={"csrf": csrf, "name": "Camille Roy"})
    assert answer.status_code == 409
    assert "full address is missing" in answer.text
    assert 'id="f-legal_form-error"' not in answer.text
    firm = {"company": "Atelier Roy", "company_number": "732 829 320", "legal_form": "SARL", **ADDRESS}
    assert client.post(f"/studio/receipts/gifts/{gift.pid}", data={"csrf": csrf, **firm}).status_code == 303
    with reading() as read:
        made = read.exec(select(Receipt).where(Receipt.kind == Kind.FR_COMPANY)).one()
        assert made.donor["form"] == "SARL"
