"""The files of the books: read back they equal the books, no cell is a formula, the accounting file balances."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from app.books import chart, fec, figures, recorded
from app.books.chart import DEFAULTS, Use
from app.books.models import AccountPlan
from app.books.recorded import Moved, Recorded
from app.books.rules import Place
from app.books.service import closing
from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading, transaction
from app.core.money import minor_digits
from app.core.spreadsheet import inert, line
from app.donations import ledger
from app.donations.rules import EntryKind
from app.people.rules import Actor
from tests import factories
from tests.books import bank
from tests.donations.stage import Till

ZONE = "Europe/Paris"
FORMULA = '=HYPERLINK("http://x.test")'


def plain(cell: str) -> str:
    """A cell as it was before the guard."""
    return cell[1:] if cell.startswith("'") and inert(cell[1:]) == cell else cell


def rows(text: str) -> list[dict[str, str]]:
    table = list(csv.reader(io.StringIO(text, newline="")))
    return [dict(zip(table[0], map(plain, row), strict=True)) for row in table[1:]]


def minor(text: str, currency: str) -> int:
    return int(Decimal(text).scaleb(minor_digits(currency)))


@pytest.fixture
def busy(stripe: Till, campaign: Campaign, treasurer: Actor) -> Campaign:
    """Gifts with every kind of trouble, a payout at the bank, spending, things given in kind."""
    bank.gives(stripe, campaign, 4000, cover_minor=85, deeds=("pay", "refund 10"))
    bank.gives(stripe, campaign, 2500, deeds=("pay", "dispute", "win"))
    bank.gives(stripe, campaign, 7777, deeds=("pay", "refund 5,01", "dispute", "lose"))
    bank.arrives(stripe, bank.pays_out(stripe))
    bank.gives(stripe, campaign, 1500)
    with transaction() as session:
        for kind, amount, note in (
            (EntryKind.SPEND, -1234, FORMULA),
            (EntryKind.IN_KIND, 5000, "'=quoted"),
            (EntryKind.MATCH, 10000, 'a line\r\nand another, with "quotes"'),
            (EntryKind.DECLARED, 321, "\t"),
        ):
            made = ledger.record(
                session,
                campaign,
                kind=kind,
                amount_minor=amount,
                source=f"test:{kind}",
                on_date=clock.today(ZONE),
                note=note,
            )
        ledger.record(
            session,
            campaign,
            kind=EntryKind.CORRECTION,
            amount_minor=-made.amount_minor,
            source="test:undone",
            on_date=date(2026, 12, 31),
            corrects_id=made.id,
        )
    closing.close(stripe.gateway)
    return campaign


def as_recorded(row: dict[str, str]) -> tuple[object, ...]:
    return (
        row["date"],
        row["entry"],
        row["kind"],
        row["counts_as"],
        minor(row["amount"], row["currency"]),
        row["currency"],
        row["campaign"],
        row["category"],
        row["note"],
        row["way"],
        row["gift"],
        row["corrects"],
        row["source"],
    )


def expected(one: Recorded) -> tuple[object, ...]:
    return (
        one.on_date.isoformat(),
        one.pid,
        one.kind.value,
        one.as_kind.value,
        one.amount_minor,
        one.currency,
        one.campaign,
        one.category,
        one.note,
        one.way.value if one.way else "",
        one.gift,
        one.corrects,
        one.source,
    )


def as_moved(row: dict[str, str]) -> Moved:
    code = row["currency"]
    return Moved(
        remote_id=row["movement"],
        on_date=date.fromisoformat(row["date"]),
        kind=row["kind"],
        amount_minor=minor(row["amount"], code),
        fee_minor=minor(row["fee"], code),
        net_minor=minor(row["net"], code),
        currency=code,
        source=row["source"],
        payout=row["payout"],
        campaign=row["campaign"],
        description=row["description"],
    )


def test_csv_read_back_equals_the_books(
    busy: Campaign, session: Session, treasurer: Actor, client: TestClient
) -> None:
    factories.sign_in(session, client, treasurer)
    with reading() as read:
        entries = recorded.entries(read, busy.organisation_id)
        movements = recorded.movements(read, busy.organisation_id, ZONE)
    text = client.get("/studio/money/ledger.csv").text
    assert [as_recorded(row) for row in rows(text)] == [expected(one) for one in entries]
    assert f"'{FORMULA[:5]}" in text
    told = rows(client.get("/studio/money/movements.csv").text)
    assert [as_moved(row) for row in told] == movements
    old = client.get("/studio/money/ledger.csv?year=2026").text
    assert [row["kind"] for row in rows(old)] == ["correction"]
    assert client.get("/studio/money/fec.txt").status_code == 404


def test_the_workbook_read_back_equals_the_books(
    busy: Campaign, session: Session, treasurer: Actor, client: TestClient
) -> None:
    factories.sign_in(session, client, treasurer)
    with reading() as read:
        entries = recorded.entries(read, busy.organisation_id)
        movements = recorded.movements(read, busy.organisation_id, ZONE)
        (statement,) = figures.statements(read, busy.organisation_id, [busy])
        sent = figures.sendings(read, busy.organisation_id, {busy.id: busy})
    answer = client.get("/studio/money/books.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Sums", "Ledger", "Stripe", "Payouts"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    cents = lambda cell: int(Decimal(str(cell.value)).scaleb(2).to_integral_exact())  # noqa: E731
    told = list(book["Ledger"].iter_rows(min_row=2))
    assert [(row[1].value, cents(row[4]), row[0].value.date()) for row in told] == [
        (one.pid, one.amount_minor, one.on_date) for one in entries
    ]
    assert [plain(row[8].value or "") for row in told] == [one.note.replace("\r\n", "\n") for one in entries]
    assert [(row[1].value, cents(row[5])) for row in book["Stripe"].iter_rows(min_row=2)] == [
        (one.remote_id, one.net_minor) for one in movements
    ]
    assert [(row[1].value, cents(row[3])) for row in book["Payouts"].iter_rows(min_row=2)] == [
        (one.remote_id, one.amount_minor) for one in sent
    ]
    assert [cents(row[1]) for row in book["Sums"].iter_rows(min_row=2)] == [
        amount for _, amount in statement.told()
    ]


@given(st.lists(st.text(alphabet=st.sampled_from("'=+-@\t\r\n ,\"a1.%|\u200b＝"), max_size=6), min_size=1))
def test_each_cell_comes_back_as_it_was(cells: list[str]) -> None:
    (back,) = csv.reader(io.StringIO(line(cells), newline=""))
    assert [plain(cell) for cell in back] == cells


def pairs(text: str) -> Iterator[tuple[list[str], list[str]]]:
    found = [one.split("\t") for one in text.split("\r\n")[1:-1]]
    assert all(len(one) == len(fec.COLUMNS) for one in found)
    return zip(found[::2], found[1::2], strict=True)


def centimes(text: str) -> int:
    assert re.fullmatch(r"\d+,\d\d", text)
    return int(text.replace(",", ""))


def test_the_accounting_file_balances_and_ends_where_the_money_is(
    busy: Campaign, session: Session, treasurer: Actor, client: TestClient
) -> None:
    session.add(AccountPlan(organisation_id=busy.organisation_id, company_number="732829320"))
    session.commit()
    factories.sign_in(session, client, treasurer)
    answer = client.get("/studio/money/fec.txt?year=2027")
    assert 'filename="732829320FEC20271231.txt"' in answer.headers["content-disposition"]
    assert answer.text.startswith("JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum")
    balances: dict[str, int] = defaultdict(int)
    numbers: dict[str, list[int]] = defaultdict(list)
    for gains, loses in pairs(answer.text):
        assert gains[:4] == loses[:4]
        assert centimes(gains[11]) == centimes(loses[12]) > 0
        assert (gains[12], loses[11]) == ("0,00", "0,00")
        assert gains[3] <= gains[15]
        numbers[gains[0]].append(int(gains[2].removeprefix(gains[0])))
        balances[gains[4]] += centimes(gains[11])
        balances[loses[4]] -= centimes(loses[12])
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    with reading() as read:
        (one,) = figures.statements(read, busy.organisation_id, [busy])
    assert balances[DEFAULTS[Use.STRIPE].number] == one.places[Place.STRIPE]
    assert balances[DEFAULTS[Use.BANK].number] == one.places[Place.BANK] - 1234 + 10000
    assert balances[DEFAULTS[Use.FEES].number] == one.totals.fees_minor
    assert -balances[DEFAULTS[Use.SPONSORS].number] == one.totals.matched_minor
    assert balances[DEFAULTS[Use.IN_KIND_USED].number] == one.totals.in_kind_minor
    assert sum(balances.values()) == 0
    old = list(pairs(client.get("/studio/money/fec.txt?year=2026").text))
    assert [(gains[4], loses[4]) for gains, loses in old] == [
        (DEFAULTS[Use.GIFTS].number, DEFAULTS[Use.ELSEWHERE].number)
    ]


def test_a_later_file_gives_each_entry_the_same_number(busy: Campaign, stripe: Till) -> None:
    def told() -> list[str]:
        with reading() as read:
            found = fec.booked(
                recorded.entries(read, busy.organisation_id), recorded.sent(read, busy.organisation_id, ZONE)
            )
        return list(fec.lines(found, chart.accounts({}), chart.bounds(2027, 1), ZONE))

    before = told()
    bank.gives(stripe, busy, 3300)
    bank.pays_out(stripe)
    closing.close(stripe.gateway)
    after = told()
    assert len(after) > len(before)
    assert set(before) <= set(after)
