"""The pages of the drive: what each role may do, what others may show, what the public reads."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import DriveStart
from app.core.db import reading
from app.donations import queries as donations
from app.donations.models import Gift
from app.donations.rules import GiftState
from app.drive import forms, queries, rules
from app.drive.models import BankAccount, BankLine, SponsorMatch
from app.drive.rules import LineState
from app.drive.service import offline, transfers
from app.drive.service.offline import Given, Way
from app.people.models import Organisation
from app.people.rules import Role
from tests import factories
from tests.conftest import NOW
from tests.drive.conftest import Team
from tests.drive.test_by_other_ways import IBAN
from tests.drive.test_statements import FRENCH, FRENCH_COLUMNS, camt, detail, entry

TODAY = NOW.date().isoformat()
GOALS = {
    "drive_start": "emergency",
    "stretch": "30000",
    "mini_day": ["3", "5", ""],
    "mini_amount": ["500", "250,50", ""],
    "mini_title": ["Livres", "Cahiers", ""],
    "external_url": "https://collecte.example/lanternes",
    "external_name": "Collecte Exemple",
}
MATCH = {
    "sponsor": "Boulangerie Hugo",
    "percent": "100",
    "cap": "2000",
    "starts_on": TODAY,
    "starts_time": "09:00",
    "ends_on": "2027-03-05",
    "ends_time": "20:00",
    "rest_given": "1",
}
OFFLINE = {
    "way": "cash",
    "amount": "25",
    "on_date": TODAY,
    "donor_name": "Paul",
    "visibility": "organisation",
}


@pytest.fixture
def csrf(team: Team, client: TestClient) -> str:
    return factories.sign_in(team.session, client, team.owner)


def kept(campaign: Campaign) -> Campaign:
    with reading() as session:
        return session.get_one(Campaign, campaign.id)


def totals(campaign: Campaign) -> donations.Totals:
    with reading() as session:
        return donations.totals(session, campaign.id)


def one(table: Any) -> Any:
    with reading() as session:
        return session.exec(select(table)).one()


def words(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())


def test_goals_are_kept(team: Team, client: TestClient, csrf: str) -> None:
    url = f"/studio/campaigns/{team.campaign.pid}/drive"
    data = {"csrf": csrf, "version": str(team.campaign.version), **GOALS}
    answer = client.post(f"{url}/goals", data=data)
    assert answer.status_code == 303, words(answer.text)
    row = kept(team.campaign)
    assert (row.drive_start, row.stretch_minor) == (DriveStart.EMERGENCY, 3_000_000)
    assert row.mini_goals == [
        {"day": 5, "amount_minor": 25_050, "title": "Cahiers"},
        {"day": 3, "amount_minor": 50_000, "title": "Livres"},
    ]
    assert (row.external_url, row.external_name) == ("https://collecte.example/lanternes", "Collecte Exemple")
    shown = client.get(url)
    assert shown.status_code == 200
    assert 'value="250.50"' in shown.text
    assert client.post(f"{url}/goals", data=data).status_code == 409  # somebody saved since


@pytest.mark.parametrize(
    ("amounts", "titles", "shown"),
    [
        ([], [], 1),
        (["500"], ["Livres"], 2),
        (["", "", "20"], ["", "", ""], 4),  # what was typed is in sight, wherever it was
        (["", ""], ["", "Cahiers"], 3),
        (["1"] * 7, ["Livres"] * 7, 7),
    ],
)
def test_one_empty_mini_goal_is_in_sight_and_the_others_unfold(
    amounts: list[str], titles: list[str], shown: int
) -> None:
    assert forms.minis_open({"mini_amount": amounts, "mini_title": titles}) == shown


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"stretch": "douze"}, "stretch"),
        ({"stretch": "100"}, "stretch"),  # below the goal
        ({"mini_day": ["9", "1", ""]}, "mini_title"),  # the campaign has seven days
        ({"mini_title": ["", "Cahiers", ""]}, "mini_title"),
        ({"mini_amount": ["0", "1", ""]}, "mini_title"),
        ({"external_url": "http://collecte.example"}, "external_url"),
        ({"external_url": "javascript:alert(1)"}, "external_url"),
        ({"external_url": "https://me:secret@collecte.example"}, "external_url"),
        ({"external_name": ""}, "external_name"),
        ({"drive_start": "later"}, "drive_start"),
    ],
)
def test_wrong_goals_are_told_beside_the_field(
    team: Team, client: TestClient, csrf: str, values: dict[str, Any], field: str
) -> None:
    data = {"csrf": csrf, "version": str(team.campaign.version), **GOALS, **values}
    answer = client.post(f"/studio/campaigns/{team.campaign.pid}/drive/goals", data=data)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert kept(team.campaign).stretch_minor == 0


def test_a_sponsor_from_announcement_to_payment(team: Team, client: TestClient, csrf: str) -> None:
    base = f"/studio/campaigns/{team.campaign.pid}/drive"
    assert client.post(f"{base}/matches", data={"csrf": csrf, **MATCH}).status_code == 303
    row = one(SponsorMatch)
    assert (row.cap_minor, row.rest_given, row.starts_at.hour) == (200_000, True, 8)  # 9:00 in Paris
    page = client.get(f"{base}/matches/{row.pid}")
    assert "doubles each gift up to €2,000" in words(page.text)
    pay = {"csrf": csrf, "amount": "500", "on_date": TODAY, "note": "Transfer of today"}
    assert client.post(f"{base}/matches/{row.pid}/payments", data=pay).status_code == 303
    assert totals(team.campaign).matched_minor == 50_000
    too_much = client.post(f"{base}/matches/{row.pid}/payments", data={**pay, "amount": "1501"})
    assert too_much.status_code == 409
    with reading() as session:
        (payment,) = queries.payments(session, team.campaign, row)
    undo = f"{base}/matches/{row.pid}/payments/{payment.pid}/cancel"
    assert client.post(undo, data={"csrf": csrf}).status_code == 422
    assert client.post(undo, data={"csrf": csrf, "reason": "Typed twice"}).status_code == 303
    assert totals(team.campaign).matched_minor == 0
    lower = client.post(f"{base}/matches/{row.pid}", data={"csrf": csrf, **MATCH, "cap": "1000"})
    assert lower.status_code == 409
    assert (
        client.post(f"{base}/matches/{row.pid}", data={"csrf": csrf, **MATCH, "cap": "x"}).status_code == 422
    )
    assert (
        client.post(f"{base}/matches/{row.pid}", data={"csrf": csrf, **MATCH, "cap": "3000"}).status_code
        == 303
    )
    assert client.post(f"{base}/matches/{row.pid}/end", data={"csrf": csrf}).status_code == 303


@pytest.mark.parametrize(
    "values", [{"cap": "0"}, {"ends_on": TODAY, "ends_time": "09:00"}, {"percent": "0"}, {"sponsor": ""}]
)
def test_a_match_that_is_none(team: Team, client: TestClient, csrf: str, values: dict[str, str]) -> None:
    url = f"/studio/campaigns/{team.campaign.pid}/drive/matches"
    assert client.post(url, data={"csrf": csrf, **MATCH, **values}).status_code == 422


def test_a_match_whose_end_has_passed(team: Team, client: TestClient, csrf: str) -> None:
    past = {**MATCH, "starts_on": "2027-03-01", "ends_on": "2027-03-02"}
    url = f"/studio/campaigns/{team.campaign.pid}/drive/matches"
    assert client.post(url, data={"csrf": csrf, **past}).status_code == 422


def test_declared_sums(team: Team, client: TestClient, csrf: str) -> None:
    base = f"/studio/campaigns/{team.campaign.pid}/drive"
    data = {"csrf": csrf, "amount": "70", "on_date": TODAY, "note": "HelloAsso, 3 March"}
    assert client.post(f"{base}/declared", data={**data, "amount": "x"}).status_code == 422
    assert client.post(f"{base}/declared", data={**data, "on_date": "2027-04-01"}).status_code == 409
    assert client.post(f"{base}/declared", data=data).status_code == 303
    public = words(client.get(f"/c/{team.campaign.slug}?lang=en").text)
    assert "€70 collected elsewhere, as declared by the organisation" in public
    with reading() as session:
        ((row, _),) = queries.declared(session, team.campaign)
    assert client.post(f"{base}/declared/{row.pid}/cancel", data={"csrf": csrf}).status_code == 422
    undo = client.post(f"{base}/declared/{row.pid}/cancel", data={"csrf": csrf, "reason": "Too early"})
    assert (undo.status_code, totals(team.campaign).declared_minor) == (303, 0)


def test_a_gift_by_hand(team: Team, client: TestClient, csrf: str) -> None:
    url = f"/studio/campaigns/{team.campaign.pid}/offline"
    receipt = {
        "line": "1 rue Haute",
        "postcode": "59100",
        "city": "Roubaix",
        "donor_email": "paul@example.org",
    }
    assert client.post(url, data={"csrf": csrf, **OFFLINE, **receipt}).status_code == 303
    gift = one(Gift)
    assert gift.address == {"line": "1 rue Haute", "postcode": "59100", "city": "Roubaix", "country": "FR"}
    assert totals(team.campaign).raised_minor == 2_500
    assert "Entered by Claire." in words(client.get(url).text)
    assert client.post(f"{url}/{gift.pid}/void", data={"csrf": csrf}).status_code == 422
    undo = client.post(f"{url}/{gift.pid}/void", data={"csrf": csrf, "reason": "Counted twice"})
    assert (undo.status_code, totals(team.campaign).raised_minor) == (303, 0)
    assert 'value="25.00"' in client.get(f"{url}?like={gift.pid}").text
    assert "cancelled" in words(client.get(f"/studio/campaigns/{team.campaign.pid}/gifts").text)


@pytest.mark.parametrize(
    ("values", "field", "status"),
    [
        ({"amount": "0"}, "amount", 422),
        ({"way": "online"}, "way", 422),
        ({"way": "in_kind"}, "proof", 422),
        ({"country": "FRA"}, "country", 422),
        ({"donor_email": "paul"}, "donor_email", 422),
        ({"on_date": "2027-04-01"}, "on_date", 409),
    ],
)
def test_a_gift_by_hand_that_is_none(
    team: Team, client: TestClient, csrf: str, values: dict[str, str], field: str, status: int
) -> None:
    url = f"/studio/campaigns/{team.campaign.pid}/offline"
    answer = client.post(url, data={"csrf": csrf, **OFFLINE, **values})
    assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (status, True)


def test_a_large_gift_is_seen_by_another(team: Team, client: TestClient, csrf: str) -> None:
    url = f"/studio/campaigns/{team.campaign.pid}/offline"
    client.post(url, data={"csrf": csrf, **OFFLINE, "amount": "1500", "way": "cheque"})
    gift = one(Gift)
    assert client.post(f"{url}/{gift.pid}/see", data={"csrf": csrf}).status_code == 403
    token = factories.sign_in(team.session, client, team.finance)
    assert "I have seen it" in client.get(url).text
    assert client.post(f"{url}/{gift.pid}/see", data={"csrf": token}).status_code == 303
    assert one(Gift).state is GiftState.PAID


def test_one_press_is_one_entry_however_often_it_arrives(team: Team, client: TestClient, csrf: str) -> None:
    """A double click, or a page sent again after a slow answer; other words from the same page count by themselves."""
    base = f"/studio/campaigns/{team.campaign.pid}"
    key = BeautifulSoup(client.get(f"{base}/offline").text, "html.parser").select_one("[name=form_key]")
    assert key is not None
    again = {"csrf": csrf, "form_key": str(key["value"])}
    for values in (OFFLINE, OFFLINE, {**OFFLINE, "amount": "30"}, {**OFFLINE, "amount": "30"}):
        assert client.post(f"{base}/offline", data={**again, **values}).status_code == 303
    assert totals(team.campaign).raised_minor == 2_500 + 3_000
    for _ in range(2):
        client.post(f"{base}/drive/matches", data={**again, **MATCH})
    match = one(SponsorMatch)
    paid = {"amount": "80", "on_date": TODAY, "note": "Virement"}
    for _ in range(2):
        client.post(f"{base}/drive/declared", data={**again, **paid})
        client.post(f"{base}/drive/matches/{match.pid}/payments", data={**again, **paid})
    found = totals(team.campaign)
    assert (found.declared_minor, found.matched_minor) == (8_000, 8_000)
    assert client.post(f"{base}/offline", data={**again, **OFFLINE, "form_key": "x"}).status_code == 422


def name_account(team: Team) -> BankAccount:
    transfers.keep_account(
        team.session, team.owner, holder="Les Lanternes", iban=IBAN, bic="AGRIFRPP", currency="EUR"
    )
    team.session.commit()
    return one(BankAccount)


def test_the_account(team: Team, client: TestClient, csrf: str) -> None:
    data = {
        "csrf": csrf,
        "holder": "Les Lanternes",
        "iban": "FR76 3000 6000 0112 3456 7890 188",
        "currency": "EUR",
    }
    assert client.post("/studio/transfers/account", data=data).status_code == 422
    good = {**data, "iban": "fr76 3000 6000 0112 3456 7890 189", "bic": "AGRIFRPP"}
    assert client.post("/studio/transfers/account", data={**good, "bic": "AG"}).status_code == 422
    assert client.post("/studio/transfers/account", data={**good, "currency": "ZZZ"}).status_code == 422
    assert client.post("/studio/transfers/account", data=good).status_code == 303
    assert one(BankAccount).iban == IBAN
    page = words(client.get(f"/c/{team.campaign.slug}/donate").text)
    assert "FR76 3000 6000 0112 3456 7890 189" in page
    assert rules.spaced(rules.reference(team.campaign.pid)) in page


def upload(client: TestClient, csrf: str, name: str, data: bytes) -> Any:
    return client.post("/studio/transfers/import", data={"csrf": csrf}, files={"statement": (name, data)})


def test_a_csv_asks_for_its_columns_once(team: Team, client: TestClient, csrf: str) -> None:
    assert upload(client, csrf, "a.csv", FRENCH.encode()).status_code == 422  # no account yet
    name_account(team)
    text = FRENCH.replace("RF07 4S7Y 0T", rules.spaced(rules.reference(team.campaign.pid)))
    asked = upload(client, csrf, "a.csv", text.encode("cp1252"))
    assert (asked.status_code, totals(team.campaign).gifts) == (200, 0)
    soup = BeautifulSoup(asked.text, "html.parser")
    carried = soup.select_one("textarea[name=csv]")
    assert carried is not None
    chosen = {f"column_{use}": name for use, name in FRENCH_COLUMNS.items()}
    missing = client.post(
        "/studio/transfers/columns", data={"csrf": csrf, "csv": carried.text, **chosen, "column_date": ""}
    )
    assert missing.status_code == 422
    answer = client.post("/studio/transfers/columns", data={"csrf": csrf, "csv": carried.text, **chosen})
    assert "One line became a gift." in words(answer.text)
    assert (totals(team.campaign).raised_minor, totals(team.campaign).gifts) == (125_000, 1)
    again = upload(client, csrf, "b.csv", text.encode())
    assert "2 were known already." in words(again.text)
    assert totals(team.campaign).gifts == 1


def test_a_camt_is_read_at_once(team: Team, client: TestClient, csrf: str) -> None:
    name_account(team)
    code = rules.reference(team.campaign.pid)
    more = f"<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>{detail(code)}</NtryDtls>"
    other = upload(client, csrf, "a.xml", camt(entry("25.00", more), iban="GB33BUKB20201555555555"))
    assert other.status_code == 409
    assert upload(client, csrf, "a.xml", b"<!DOCTYPE a><a/>").status_code == 422
    assert upload(client, csrf, "a.txt", b"nothing").status_code == 422
    assert client.post("/studio/transfers/import", data={"csrf": csrf}).status_code == 422
    assert upload(client, csrf, "a.xml", camt(entry("25.00", more))).status_code == 200
    assert totals(team.campaign).raised_minor == 2_500


def test_lines_that_wait(team: Team, client: TestClient, csrf: str) -> None:
    name_account(team)
    upload(client, csrf, "a.xml", camt(entry("25.00") + entry("30.00")))
    with reading() as session:
        second, first = queries.lines(session, team.owner.organisation_id, LineState.OPEN)
    theirs = factories.campaign(team.session, factories.organisation(team.session, "Les Phares"))
    team.session.commit()
    url = f"/studio/transfers/lines/{first.pid}"
    assert client.post(f"{url}/take", data={"csrf": csrf, "campaign": theirs.pid}).status_code == 422
    mine = {"csrf": csrf, "campaign": team.campaign.pid, "donor_name": "Léa"}
    assert client.post(f"{url}/take", data=mine).status_code == 303
    assert client.post(f"{url}/take", data=mine).status_code == 409
    url = f"/studio/transfers/lines/{second.pid}"
    assert client.post(f"{url}/aside", data={"csrf": csrf}).status_code == 303
    assert client.post(f"{url}/again", data={"csrf": csrf}).status_code == 303
    with reading() as session:
        assert [
            row.pid for row in session.exec(select(BankLine).where(BankLine.state == LineState.OPEN))
        ] == [second.pid]


def test_the_widget_may_be_framed_and_runs_nothing(team: Team, client: TestClient) -> None:
    for language, word in (("fr", "Donner"), ("en", "Give")):
        answer = client.get(f"/c/{team.campaign.slug}/widget?lang={language}")
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors *" in policy
        assert "script-src 'none'" in policy
        assert "x-frame-options" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert word in words(answer.text)
    assert client.get(f"/c/{team.campaign.slug}").headers["x-frame-options"] == "DENY"
    assert client.get("/c/nowhere/widget").headers["x-frame-options"] == "DENY"


def test_the_overlay_loads_itself_anew_without_script(team: Team, client: TestClient) -> None:
    answer = client.get(f"/c/{team.campaign.slug}/overlay")
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in answer.text
    part = client.get(f"/c/{team.campaign.slug}/overlay/state")
    assert part.status_code == 200
    assert "<html" not in part.text


@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_the_poster(team: Team, client: TestClient, paper: str) -> None:
    answer = client.get(f"/c/{team.campaign.slug}/poster.pdf?paper={paper}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert client.get(f"/c/{team.campaign.slug}/poster.pdf?paper=a2").status_code in (404, 422)


def test_letters_no_typeface_has(team: Team, client: TestClient) -> None:
    team.campaign.title = "お祭り"
    team.session.add(team.campaign)
    team.session.commit()
    assert client.get(f"/c/{team.campaign.slug}/poster.pdf").status_code == 409


def test_collecting_elsewhere_takes_nothing_here(team: Team, client: TestClient) -> None:
    team.campaign.external_url, team.campaign.external_name = "https://collecte.example/l", "Collecte Exemple"
    team.session.add(team.campaign)
    team.session.commit()
    page = client.get(f"/c/{team.campaign.slug}/donate?lang=en")
    soup = BeautifulSoup(page.text, "html.parser")
    assert soup.select_one('a[href="https://collecte.example/l"]') is not None
    assert soup.select_one("form[data-amount]") is None
    form = {"pick": "4000", "amount": "", "visibility": "organisation"}
    assert client.post(f"/c/{team.campaign.slug}/donate", data=form).status_code == 409
    with reading() as session:
        assert session.exec(select(Gift)).all() == []


def test_the_stretch_goal_shows_once_the_first_is_reached(team: Team, client: TestClient) -> None:
    team.campaign.goal_minor, team.campaign.stretch_minor = 10_000, 20_000
    team.session.add(team.campaign)
    team.session.commit()
    assert "The next one" not in client.get(f"/c/{team.campaign.slug}/donate?lang=en").text
    for _ in range(5):
        offline.enter_gift(team.session, team.finance, team.campaign, Given(Way.CASH, 5_000, NOW.date()))
    team.session.commit()
    said = words(client.get(f"/c/{team.campaign.slug}/donate?lang=en").text)
    assert "The goal of €100 is reached. The next one: €200." in said
    assert "€250 of €200, 125%" in said


@pytest.mark.parametrize("role", [Role.EDITOR, Role.MODERATOR])
def test_money_is_not_everybodys(team: Team, client: TestClient, role: Role) -> None:
    organisation = team.session.get_one(Organisation, team.campaign.organisation_id)
    token = factories.sign_in(
        team.session, client, factories.member(team.session, organisation, role, "Other")
    )
    base = f"/studio/campaigns/{team.campaign.pid}"
    assert client.get(f"{base}/drive").status_code == 200
    assert client.post(f"{base}/drive/matches", data={"csrf": token, **MATCH}).status_code == 403
    assert client.post(f"{base}/offline", data={"csrf": token, **OFFLINE}).status_code == 403
    assert client.get("/studio/transfers").status_code == 403


def test_strangers_find_nothing(team: Team, client: TestClient, session: Session) -> None:
    stranger = factories.member(session, factories.organisation(session, "Les Phares"), name="Stranger")
    token = factories.sign_in(session, client, stranger)
    base = f"/studio/campaigns/{team.campaign.pid}"
    for path in ("drive", "offline"):
        assert client.get(f"{base}/{path}").status_code == 404
    assert client.post(f"{base}/drive/declared", data={"csrf": token}).status_code == 404
