"""The drive as everyone may see it: the sum and its aim, sponsors' words, mini-goals, donors, where to transfer.

Every figure is summed from the ledger at that moment, so that no label says what is not so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core import clock, i18n
from app.core.i18n import gettext
from app.donations import beside
from app.donations import queries as donations
from app.donations.days import Moved
from app.donations.queries import Totals
from app.drive import queries, rules
from app.drive.models import BankAccount
from app.drive.queries import MatchView, Wall
from app.drive.rules import Aim, Stage


@dataclass(frozen=True)
class MiniGoal:
    """A sum of the drive with a name; `on` is its day, `reached` the day since which it is there."""

    on: date
    amount_minor: int
    title: str
    reached: date | None


@dataclass(frozen=True)
class Transfer:
    """How to give by transfer."""

    account: BankAccount
    reference: str

    @property
    def shown(self) -> str:
        return rules.spaced(self.reference)

    @property
    def iban(self) -> str:
        return rules.spaced(self.account.iban)


@dataclass(frozen=True)
class DriveView:
    """What stands around the bar. `pledged` is promised by sponsors and not paid: it is no part of the sum."""

    totals: Totals
    aim: Aim
    matches: Sequence[MatchView]
    minis: Sequence[MiniGoal]

    @property
    def declared_minor(self) -> int:
        return self.totals.declared_minor

    @property
    def in_kind_minor(self) -> int:
        return self.totals.in_kind_minor

    @property
    def pledged_minor(self) -> int:
        return sum(one.pledged_minor for one in self.matches)


def drive_view(session: Session, campaign: Campaign, totals: Totals | None = None) -> DriveView:
    """The drive now, its totals too, in two queries; `totals` spares one where neither sponsor nor mini-goal is."""
    rows, come = queries.sponsors(session, campaign), _come(campaign)
    ledger = queries.moved(session, campaign, rows) if rows or come else []
    if rows or come:
        totals = donations.totals_of(ledger)
    elif totals is None:
        totals = donations.totals(session, campaign.id)
    return DriveView(
        totals=totals,
        aim=Aim(totals.net_minor, campaign.goal_minor, campaign.stretch_minor),
        matches=queries.views(rows, ledger),
        minis=_minis(campaign, come, ledger),
    )


def _come(campaign: Campaign) -> list[dict[str, Any]]:
    """The mini-goals whose day has come, in the order of their sums."""
    today = clock.today(campaign.timezone)
    come = [one for one in campaign.mini_goals if day_date(campaign.starts_on, one["day"]) <= today]
    return sorted(come, key=lambda one: one["amount_minor"])


def _minis(campaign: Campaign, come: Sequence[dict[str, Any]], ledger: Sequence[Moved]) -> list[MiniGoal]:
    days = queries.raised_by_day(ledger)
    return [
        MiniGoal(
            on=day_date(campaign.starts_on, one["day"]),
            amount_minor=one["amount_minor"],
            title=one["title"],
            reached=rules.reached_on(days, one["amount_minor"]),
        )
        for one in come
    ]


def match_words(one: MatchView, zone: str) -> str:
    """What a match says of itself, in the current language; every figure is that of this moment."""
    row = one.match
    values = {
        "sponsor": row.sponsor,
        "cap": i18n.money(row.cap_minor, row.currency),
        "so_far": i18n.money(one.matched_minor, row.currency),
        "rest": i18n.money(max(0, one.owed_minor - one.matched_minor), row.currency),
        "percent": row.percent,
        "start": i18n.moment(row.starts_at, zone, "d MMMM"),
        "start_time": i18n.clock_time(row.starts_at, zone),
        "end": i18n.moment(row.ends_at, zone, "d MMMM"),
        "end_time": i18n.clock_time(row.ends_at, zone),
    }
    return " ".join(sentence % values for sentence in _sentences(one))


def _sentences(one: MatchView) -> list[str]:
    how = {100: 0, 200: 1}.get(one.match.percent, 2)
    if one.stage is Stage.COMING:
        return [_coming()[how]]
    if one.stage is Stage.OVER:
        over = gettext("%(sponsor)s added to the gifts until %(end)s, %(end_time)s: %(so_far)s.")
        more = one.owed_minor > one.matched_minor
        return [over, gettext("%(sponsor)s gives the rest of the promise too: %(rest)s.")] if more else [over]
    told = _running()[how]
    if one.stage is Stage.FULL:
        return [
            gettext(
                "%(sponsor)s has added to each gift up to the %(cap)s promised: all of it is called upon."
            )
        ]
    promise = gettext("What is not reached by then is given all the same.")
    return [told, promise] if one.match.rest_given else [told]


def _coming() -> tuple[str, str, str]:
    return (
        gettext("From %(start)s, %(start_time)s, %(sponsor)s doubles each gift, up to %(cap)s."),
        gettext("From %(start)s, %(start_time)s, %(sponsor)s triples each gift, up to %(cap)s."),
        gettext(
            "From %(start)s, %(start_time)s, %(sponsor)s adds %(percent)s %% to each gift, up to %(cap)s."
        ),
    )


def _running() -> tuple[str, str, str]:
    return (
        gettext(
            "%(sponsor)s doubles each gift up to %(cap)s, until %(end)s, %(end_time)s: %(so_far)s so far."
        ),
        gettext(
            "%(sponsor)s triples each gift up to %(cap)s, until %(end)s, %(end_time)s: %(so_far)s so far."
        ),
        gettext(
            "%(sponsor)s adds %(percent)s %% to each gift up to %(cap)s, until %(end)s, %(end_time)s:"
            " %(so_far)s so far."
        ),
    )


def transfer(session: Session, campaign: Campaign) -> Transfer | None:
    """Where a transfer goes; None while the organisation has named no account of the campaign's currency."""
    account = queries.account(session, campaign.organisation_id)
    if account is None or account.currency != campaign.currency:
        return None
    return Transfer(account, rules.reference(campaign.pid))


def donors(session: Session, campaign: Campaign, totals: Totals) -> Wall | None:
    """The wall; no query below the number of gifts it takes."""
    return queries.wall(session, campaign) if totals.gifts >= rules.WALL_FROM else None


def _beside_the_form(session: Session, campaign: Campaign, totals: Totals) -> Mapping[str, Any]:
    return {
        "drive": drive_view(session, campaign, totals),
        "match_words": match_words,
        "wall": donors(session, campaign, totals),
        "transfer": transfer(session, campaign),
    }


beside.offer(_beside_the_form)
