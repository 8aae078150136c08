"""Reads of impact: promises with their standing, spending with its evidence. Updates: `accounts`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.i18n import Message
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact import rules, spend_queries
from app.impact.models import Figure, Promise, Revision, Update
from app.impact.money_rules import FORMER_WORDS, Category, category_of
from app.impact.rules import Standing
from app.impact.spend_models import Spend
from app.impact.spend_queries import PageView
from app.media import queries as media
from app.media.queries import MediaUrls


def promises(session: Session, campaign: Campaign) -> Sequence[Promise]:
    """The promises in their order."""
    return session.exec(
        select(Promise)
        .where(Promise.campaign_id == campaign.id)
        .order_by(col(Promise.position), col(Promise.id))
    ).all()


def promises_told(session: Session, campaign_ids: Collection[int]) -> dict[int, list[tuple[Promise, bool]]]:
    """The promises of some campaigns, each with whether a published update gave its figure, in one query."""
    told = (
        exists()
        .where(col(Figure.promise_id) == col(Promise.id), col(Update.published_at).is_not(None))
        .where(col(Update.id) == col(Figure.update_id))
    )
    rows = session.exec(
        select(Promise, told)
        .where(col(Promise.campaign_id).in_(campaign_ids))
        .order_by(col(Promise.position), col(Promise.id))
    ).all()
    found: dict[int, list[tuple[Promise, bool]]] = {}
    for one, is_told in rows:
        found.setdefault(one.campaign_id, []).append((one, bool(is_told)))
    return found


def published(session: Session, campaign_ids: Collection[int]) -> dict[int, int]:
    """How many updates of some campaigns are published; a campaign without any is absent."""
    return dict(
        session.exec(
            select(Update.campaign_id, func.count(col(Update.id)))
            .where(col(Update.campaign_id).in_(campaign_ids), col(Update.published_at).is_not(None))
            .group_by(col(Update.campaign_id))
        ).all()
    )


def promise(session: Session, campaign: Campaign, pid: str) -> Promise | None:
    """A promise of this campaign."""
    return session.exec(select(Promise).where(Promise.pid == pid, Promise.campaign_id == campaign.id)).first()


@dataclass(frozen=True)
class PromiseView:
    """A promise with the latest published value; `days_late` counts the lateness, also of one kept late."""

    promise: Promise
    value: Decimal | None
    standing: Standing
    days_late: int


def standings(session: Session, campaign: Campaign) -> list[PromiseView]:
    """Each promise as it stands today in the campaign's zone, by the figures of published updates."""
    told = session.exec(
        select(Update.id, Update.published_at, col(Figure.promise_id), col(Figure.value))
        .join(Update, col(Update.id) == Figure.update_id)
        .where(Update.campaign_id == campaign.id, col(Update.published_at).is_not(None))
        .order_by(col(Update.published_at), col(Figure.id))
    ).all()
    latest = {promise_id: value for _, _, promise_id, value in told}  # the last one told wins
    revisions = revisions_of(session, {update_id for update_id, _, _, _ in told})
    zone, today = ZoneInfo(campaign.timezone), clock.today(campaign.timezone)
    views = []
    for one in promises(session, campaign):
        moments = [
            since
            for update_id, at, promise_id, value in told
            if promise_id == one.id and at is not None
            for since in [
                rules.reached_since(
                    one.baseline, one.target, _figure_over_time(one, at, value, revisions.get(update_id, ()))
                )
            ]
            if since is not None
        ]
        value = latest.get(one.id)
        where, late = rules.standing(
            baseline=one.baseline,
            target=one.target,
            due_on=one.due_on,
            value=value,
            told_on=min(moments).astimezone(zone).date() if moments else None,
            today=today,
        )
        views.append(PromiseView(one, value, where, late))
    return views


def revisions_of(session: Session, updates: Collection[int]) -> dict[int, list[Revision]]:
    """The corrections of some updates, the latest first."""
    found: dict[int, list[Revision]] = {}
    rows = session.exec(
        select(Revision).where(col(Revision.update_id).in_(updates)).order_by(col(Revision.id).desc())
    )
    for one in rows:
        found.setdefault(one.update_id, []).append(one)
    return found


def _figure_over_time(
    promise: Promise, published_at: datetime, value: Decimal, revisions: Sequence[Revision]
) -> list[tuple[datetime, Decimal | None]]:
    """What an update gave as the figure of a promise, from its publication on; its corrections, the latest first."""
    in_order = revisions[::-1]
    before = [one.old_figures.get(promise.pid) for one in in_order]
    instants = [published_at, *(one.at for one in in_order)]
    values = [*(Decimal(text) if text is not None else None for text in before), value]
    return list(zip(instants, values, strict=True))


@dataclass(frozen=True)
class SpendView:
    """Money used, with its evidence; `undone` once an opposite entry cancels it.

    `spend` is None, and `former` may hold the one picture, for what was entered before evidence had pages.
    """

    entry: LedgerEntry
    spend: Spend | None
    category: Category
    pages: Sequence[PageView]
    former: MediaUrls | None
    undone: bool

    @property
    def evidence(self) -> MediaUrls | None:
        """The first page anyone may see; before, in the studio, what the team alone sees."""
        published = next((one.copy for one in self.pages if one.copy is not None), None)
        original = next((one.original for one in self.pages if one.original is not None), None)
        return published or self.former or original

    @property
    def evidence_is_public(self) -> bool:
        """Whether a page of it is shown in public."""
        return self.evidence is not None and self.evidence.is_public

    @property
    def label(self) -> Message | None:
        """What kind of use it was called before there were three categories."""
        return FORMER_WORDS.get(self.entry.category)


def spending(session: Session, campaign: Campaign, *, studio: bool = False) -> list[SpendView]:
    """Every spending entry, the latest first; outside the studio with nothing of an original."""
    entries = session.exec(
        select(LedgerEntry)
        .where(
            LedgerEntry.campaign_id == campaign.id,
            col(LedgerEntry.kind).in_([EntryKind.SPEND, EntryKind.CORRECTION]),
        )
        .order_by(col(LedgerEntry.on_date).desc(), col(LedgerEntry.id).desc())
    ).all()
    corrected = {entry.corrects_id for entry in entries if entry.corrects_id is not None}
    spends = [entry for entry in entries if entry.kind is EntryKind.SPEND]
    files = media.urls(session, [entry.evidence_media_id for entry in spends])
    entered = spend_queries.of_entries(session, [entry.id for entry in spends])
    pages = spend_queries.pages(session, [one.id for one in entered.values()], studio=studio)
    views = []
    for entry in spends:
        spend = entered.get(entry.id)
        former = files.get(entry.evidence_media_id or 0)
        views.append(
            SpendView(
                entry,
                spend,
                category_of(entry.category),
                pages.get(spend.id, []) if spend else [],
                former if former and (studio or former.is_public) else None,
                entry.id in corrected,
            )
        )
    return views
