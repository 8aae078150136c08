"""What remains to be accounted for: money alone, never the value of things."""

from sqlmodel import Session

from app.core import clock
from app.donations import ledger
from app.donations.queries import pending, totals
from app.donations.rules import EntryKind
from tests.donations.stage import drive


def test_things_given_are_no_money_that_remains(session: Session) -> None:
    campaign = drive(session)

    def enter(kind: EntryKind, amount: int, corrects: int | None = None) -> int:
        entry = ledger.record(
            session,
            campaign,
            kind=kind,
            amount_minor=amount,
            source=f"test:{kind}:{amount}:{corrects}",
            on_date=clock.today(campaign.timezone),
            corrects_id=corrects,
        )
        return entry.id

    def left() -> tuple[int, int]:
        told = totals(session, campaign.id).remaining_minor
        return pending(session, [campaign.id])[campaign.id].remaining_minor, told

    gift = enter(EntryKind.GIFT, 4000)
    piano = enter(EntryKind.IN_KIND, 90_000)
    enter(EntryKind.IN_KIND, 500)
    assert left() == (4000, 4000)
    enter(EntryKind.CORRECTION, -90_000, piano)
    assert left() == (4000, 4000)
    spent = enter(EntryKind.SPEND, -1000)
    enter(EntryKind.CORRECTION, 1000, spent)
    enter(EntryKind.CORRECTION, -4000, gift)
    assert left() == (0, 0)
