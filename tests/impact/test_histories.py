"""The arithmetic of the impact page equals the ledger, in ten thousand histories nobody thought of.

All ten thousand are added up by the page's rules on each run. Through the database go three hundred, and the whole
ten thousand with `--exhaustive`; sixty are read off the page itself and compared with the published CSV.
"""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.donations import queries as donations
from app.donations.days import Moved
from app.donations.queries import Totals
from app.donations.rules import EntryKind
from app.impact import money_rules
from app.impact.account import account_of, sum_of
from app.impact.bar import bar_of
from app.impact.money_rules import Category
from app.impact.rules import Sum
from tests import factories
from tests.impact.histories import BEGINS, Line, Pencil, by_pencil, history, lay

WHOLE = 10_000
SOME = 300
READ = 60
SEED = 20_270_104


def _histories(count: int) -> Iterator[list[Line]]:
    random = Random(SEED)  # noqa: S311
    for _ in range(count):
        yield history(random)


def _totals(lines: list[Line]) -> Totals:
    """Line by line, as the page's rules sum what the database groups."""
    kinds = [lines[one.cancels].kind if one.cancels is not None else one.kind for one in lines]
    return donations.totals_of(
        Moved(kind, BEGINS, line.minor, -1 if line.cancels is not None else 1)
        for kind, line in zip(kinds, lines, strict=True)
    )


def _agree(balance: Sum, told: Pencil) -> None:
    """What the bar and the figure above it say is what the pencil found, and the parts make the whole."""
    assert (balance.raised, balance.fees) == (told.raised, told.fees)
    assert (balance.refunds, balance.spent) == (told.back, told.spent)
    assert balance.remaining == told.plain
    parts = bar_of(balance, "EUR")
    assert sum(one["minor"] for one in parts) == told.raised + max(0, -told.plain)


def test_ten_thousand_histories_add_up() -> None:
    seen = set()
    for lines in _histories(WHOLE):
        told = by_pencil(lines)
        balance = sum_of(_totals(lines))
        _agree(balance, told)
        used = money_rules.measured({}, told.by_category, balance.fees)
        assert sum(one.used for one in used) + told.handed_on == balance.spent + balance.fees
        seen.add((told.plain < 0, told.handed_on > 0, any(line.cancels is not None for line in lines)))
    assert len(seen) == 8  # more spent than came in, money handed on, cancelled lines: in every mixture


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    return WHOLE if request.config.getoption("--exhaustive") else SOME


def _laid(session: Session, count: int) -> list[tuple[Campaign, Pencil, list[Line]]]:
    written = list(_histories(count))
    organisation = factories.organisation(session)
    campaigns = [
        factories.campaign(session, organisation, slug=f"h-{number}", state=State.REPORTING)
        for number in range(count)
    ]
    lay(session, campaigns, written, Random(SEED))  # noqa: S311
    return list(zip(campaigns, map(by_pencil, written), written, strict=True))


def test_the_database_adds_up_the_same(session: Session, count: int) -> None:
    for campaign, told, lines in _laid(session, count):
        account = account_of(session, campaign, donations.totals(session, campaign.id))
        _agree(account.sum, told)
        used = {one.category: one.used for one in account.measured}
        used[Category.FUNDRAISING] -= told.fees
        assert used == told.by_category
        assert account.used == account.sum.spent + account.sum.fees
        listed = -sum(view.entry.amount_minor for view in account.standing)
        assert listed + account.handed_on == account.sum.spent
        assert len(account.expenses) == sum(line.kind is EntryKind.SPEND for line in lines)


def _minor(text: str) -> int:
    """A sum as the English page writes it."""
    found = re.search(r"(-?)€([\d,]+\.\d\d)", text.replace("\u2212", "-"))
    assert found, text
    sign, digits = found.groups()
    return int(Decimal(digits.replace(",", "")) * 100) * (-1 if sign else 1)


def _rows(html: str, heading: str) -> dict[str, int]:
    """The rows of the part with this heading: words and sums."""
    page = BeautifulSoup(html, "html5lib")
    part = page.find(id=heading)
    block = part.find_parent("section") if part else None
    if block is None:
        return {}
    found = {}
    for row in block.select("dl.rows > div"):
        label, value = row.select_one("dt"), row.select_one("dd")
        if label and value and "€" in value.get_text():
            found[label.find(string=True, recursive=True).strip() or label.get_text()] = _minor(
                value.get_text()
            )
    return found


def test_the_page_says_what_the_published_ledger_says(session: Session, client: TestClient) -> None:
    laid = _laid(session, READ)
    session.commit()
    for campaign, told, _ in laid:
        html = client.get(f"/c/{campaign.slug}/impact?lang=en").text
        file = client.get(f"/c/{campaign.slug}/ledger.csv").text
        published = list(csv.DictReader(io.StringIO(file)))
        kind_of = {line["entry"]: line["kind"] for line in published}
        assert len(kind_of) == len(published)
        if told.raised:
            rows = _rows(html, "money")
            assert rows["Raised"] == told.raised
            assert rows["Used"] == told.spent
            assert rows["Payment fees"] == told.fees
            assert rows["Given back"] == told.back
            assert rows["Remaining"] == max(0, told.plain)
        expenses = _rows(html, "expenses")
        if expenses:
            assert expenses["Used in all"] == told.spent
