"""The first words of an update, made from the ledger and its pictures since the last one. Promises nothing: a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact import queries, updating
from app.impact.models import Update
from app.impact.queries import PromiseView, SpendView
from app.impact.rules import Standing
from app.media import service as media
from app.media.queries import by_ids
from app.people.rules import Actor

PICTURES = 3  # that a draft takes from the evidence
_CAME_IN = (EntryKind.GIFT, EntryKind.COVER, EntryKind.MATCH, EntryKind.DECLARED)


@dataclass(frozen=True)
class Since:
    """What the ledger says since the last update: sums in minor units, and the spending not told about yet."""

    last: datetime | None
    came_minor: int
    gifts: int
    spends: Sequence[SpendView]
    remaining_minor: int

    @property
    def used_minor(self) -> int:
        return -sum(one.entry.amount_minor for one in self.spends)


def since(session: Session, campaign: Campaign, *, remaining_minor: int) -> Since:
    """What happened to the money since the last published update; all of it when there is none."""
    last = session.exec(select(func.max(Update.published_at)).where(Update.campaign_id == campaign.id)).one()
    own: list[Any] = [LedgerEntry.campaign_id == campaign.id, col(LedgerEntry.kind).in_(_CAME_IN)]
    if last is not None:
        own.append(col(LedgerEntry.created_at) > last)
    came, gifts = session.exec(
        select(
            func.coalesce(func.sum(LedgerEntry.amount_minor), 0),
            func.count(func.distinct(LedgerEntry.gift_id)),
        ).where(*own)
    ).one()
    told = {
        key
        for ids in session.exec(
            select(Update.ledger_entry_ids).where(
                Update.campaign_id == campaign.id, col(Update.published_at).is_not(None)
            )
        )
        for key in ids
    }
    spends = [
        one for one in queries.spending(session, campaign) if not one.undone and one.entry.id not in told
    ]
    return Since(last, int(came), int(gifts), spends, remaining_minor)


def title(campaign: Campaign) -> str:
    """What a draft is called until somebody finds better words. Speaks the current language."""
    day = i18n.day(clock.today(campaign.timezone), "d MMMM yyyy")
    return i18n.gettext("Where we are on %(day)s") % {"day": day}


def body(campaign: Campaign, found: Since, promises: Sequence[PromiseView]) -> str:
    """The facts as paragraphs, in the current language; what a person must say stands in square brackets."""
    parts = [_money(campaign, found)]
    if found.spends:
        parts.append("\n".join(_spend(campaign, one) for one in reversed(found.spends)))
    waiting = [one for one in promises if one.standing is not Standing.KEPT]
    parts += [_promise(one) for one in waiting]
    parts.append(
        i18n.gettext("[In your own words: what changed, for whom, and what went otherwise than planned.]")
    )
    return "\n\n".join(parts)


def _money(campaign: Campaign, found: Since) -> str:
    values = {
        "day": i18n.moment(found.last, campaign.timezone, "d MMMM") if found.last else "",
        "came": i18n.money(found.came_minor, campaign.currency),
        "used": i18n.money(found.used_minor, campaign.currency),
        "left": i18n.money(found.remaining_minor, campaign.currency),
    }
    if found.last is None:
        return i18n.gettext("So far %(came)s came in and %(used)s were used. %(left)s remain.") % values
    if found.came_minor:
        return (
            i18n.gettext(
                "Since our update of %(day)s, %(came)s came in and %(used)s were used. %(left)s remain."
            )
            % values
        )
    return i18n.gettext("Since our update of %(day)s, %(used)s were used. %(left)s remain.") % values


def _spend(campaign: Campaign, one: SpendView) -> str:
    amount = i18n.money(-one.entry.amount_minor, campaign.currency, cents=True)
    said = f"– {one.entry.note}{i18n.gettext(': ')}{amount}"
    return f"{said} ({one.entry.evidence_note})" if one.entry.evidence_note else said


def _promise(one: PromiseView) -> str:
    values = {
        "what": one.promise.indicator,
        "target": i18n.number(one.promise.target),
        "day": i18n.day(one.promise.due_on, "d MMMM yyyy"),
    }
    if one.standing is Standing.LATE:
        return (
            i18n.gettext("We promised %(target)s %(what)s by %(day)s. [How many today, and why it is late.]")
            % values
        )
    return i18n.gettext("We promised %(target)s %(what)s by %(day)s. [How many today.]") % values


def draft(session: Session, actor: Actor, campaign: Campaign, *, remaining_minor: int) -> Update:
    """Write a draft from what happened since the last update, with the public pictures of what was spent.

    In the campaign's language, everything in it to be changed. Raises Forbidden.
    """
    found = since(session, campaign, remaining_minor=remaining_minor)
    with i18n.speaking(campaign.language):
        row = updating.write_update(
            session,
            actor,
            campaign,
            update=None,
            title=title(campaign),
            body=body(campaign, found, queries.standings(session, campaign)),
            figures={},
            spends=[one.entry.id for one in found.spends],
        )
    _take_pictures(session, actor, row, found.spends)
    return row


def _take_pictures(session: Session, actor: Actor, row: Update, spends: Sequence[SpendView]) -> None:
    """The first published pages of what was spent, as pictures of their own: the evidence may be replaced alone."""
    shown = [
        (one, page.evidence.copy_id)
        for one in spends
        for page in one.pages
        if page.copy is not None and page.evidence.copy_id is not None
    ][:PICTURES]
    kept = by_ids(session, [media_id for _, media_id in shown])
    for one, media_id in shown:
        file = media.open_variant(kept[media_id], "share.jpg").path.read_bytes()
        own = media.store_image(session, actor, file, "evidence.jpg", public=True)
        alt = one.entry.evidence_note or one.entry.note
        updating.add_picture(session, actor, row, own, alt_text=alt, place="")
