"""Writes looks at pages down as counts, many at once. Keeps of a person a keyed hash; refuses to keep an address.

The marks of a campaign and their key are deleted when it closes; from then on only looks are counted, not people.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import tuple_
from sqlmodel import Session, col, delete, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import insert_into
from app.core.ids import new_token
from app.core.recognising import participant
from app.links import sorting
from app.links.models import TrackedLink, VisitCount, VisitKey, VisitMark
from app.links.rules import PLACE_BITS, TARGET_PLACES, Channel, Place
from app.links.sorting import Kind

MARKS_KEPT = timedelta(days=395)
"""Thirteen months: what CNIL allows at most for what recognises a visitor, where a campaign stays open so long."""
_FIGURES = ("people", "newcomers", "reached", "came", "visits", "bots", "previews")
_FIGURE_OF = {Kind.PERSON: "visits", Kind.BOT: "bots", Kind.PREVIEW: "previews"}
_KEPT = ("on_date", "places", "links", "channel")  # of a mark
_NEVER = date(1, 1, 1)
_ROWS = 500  # in one statement: SQLite binds at most 32 766 values


@dataclass(frozen=True, slots=True)
class Look:
    """One request for a page, as it came; in memory alone, and for about a second."""

    at: datetime
    slug: str  # "" when only a code is known
    place: Place | None  # None: where the link leads
    code: str  # of the short link it came by, or ""
    address: str
    agent: str
    referrer: str
    utm_source: str
    language: str
    ahead: bool  # read before anybody asked for it
    inside: bool  # from another page of ours


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a count is told apart by."""

    campaign_id: int
    on_date: date
    place: Place
    link_id: int
    influencer_id: int
    channel: Channel
    language: str


Counts = dict[_Cell, dict[str, int]]


def note(session: Session, looks: Sequence[Look]) -> int:
    """Add looks to the counts; returns how many belonged to a public campaign. All or, if it raises, none."""
    links = _links(session, {one.code for one in looks if one.code})
    campaigns = _campaigns(session, looks, links)
    counts: Counts = defaultdict(lambda: dict.fromkeys(_FIGURES, 0))
    people: list[tuple[_Cell, Look]] = []
    noted = 0
    for look in looks:
        link = links.get(look.code)
        campaign = campaigns.get(look.slug or (link.campaign_id if link else ""))
        if campaign is None:
            continue
        noted += 1
        cell = _cell(campaign, look, link if link and link.campaign_id == campaign.id else None)
        figure = _FIGURE_OF[sorting.kind_of(look.agent, ahead=look.ahead)]
        if figure != "visits" or campaign.state is State.CLOSED:
            counts[cell][figure] += 1
        else:
            people.append((cell, look))
    _note_people(session, people, counts)
    _write(session, counts)
    return noted


def _links(session: Session, codes: set[str]) -> Mapping[str, TrackedLink]:
    if not codes:
        return {}
    return {
        one.code: one for one in session.exec(select(TrackedLink).where(col(TrackedLink.code).in_(codes)))
    }


def _campaigns(
    session: Session, looks: Sequence[Look], links: Mapping[str, TrackedLink]
) -> Mapping[str | int, Campaign]:
    """The public campaigns of some looks, by slug and by id."""
    slugs = {one.slug for one in looks if one.slug}
    ids = {one.campaign_id for one in links.values()}
    rows = session.exec(
        select(Campaign).where(
            col(Campaign.slug).in_(slugs) | col(Campaign.id).in_(ids), Campaign.state != State.DRAFT
        )
    ).all()
    return {**{row.slug: row for row in rows}, **{row.id: row for row in rows}}


def _cell(campaign: Campaign, look: Look, link: TrackedLink | None) -> _Cell:
    place = look.place or (TARGET_PLACES[link.place] if link is not None else Place.OTHER)
    return _Cell(
        campaign.id,
        look.at.astimezone(ZoneInfo(campaign.timezone)).date(),
        place,
        link.id if link is not None else 0,
        (link.influencer_id or 0) if link is not None else 0,
        _channel(look, link),
        look.language,
    )


def _channel(look: Look, link: TrackedLink | None) -> Channel:
    """What the link says, else what the address says, else what the browser tells of the page before."""
    if link is not None and link.channel:
        return Channel(link.channel)
    told = sorting.channel_of_utm(look.utm_source)
    return told or sorting.channel_of("" if look.inside else look.referrer, look.agent)


def _note_people(session: Session, people: Sequence[tuple[_Cell, Look]], counts: Counts) -> None:
    """Count persons once: a day, a place, a link."""
    keys = _keys(session, sorted({cell.campaign_id for cell, _ in people}))
    seen = [
        (cell, look, (cell.campaign_id, participant(keys[cell.campaign_id], look.address, look.agent)))
        for cell, look in people
    ]
    marks = _marks(session, sorted({key for _, _, key in seen}))
    for cell, look, key in sorted(seen, key=lambda one: one[1].at):
        mark = marks[key]
        if look.inside and cell.channel is Channel.DIRECT and mark.on_date == cell.on_date:
            cell = replace(
                cell, channel=mark.channel
            )  # the page before is ours: the way is that of the first
        mark.count(cell, counts[cell])
    _keep(session, marks)


@dataclass(slots=True)
class _Mark:
    """What is known of one visitor: when they last came and, of that day, what they saw."""

    on_date: date
    places: int
    links: list[int]
    channel: Channel

    def count(self, cell: _Cell, figures: dict[str, int]) -> None:
        """Count a look, and the person where it is their first."""
        figures["visits"] += 1
        if self.on_date < cell.on_date:
            figures["people"] += 1
            figures["newcomers"] += self.on_date == _NEVER
            self.on_date, self.places, self.links, self.channel = cell.on_date, 0, [], cell.channel
        if not self.places & PLACE_BITS[cell.place]:
            self.places |= PLACE_BITS[cell.place]
            figures["reached"] += 1
        if cell.link_id and cell.link_id not in self.links:
            self.links = [*self.links, cell.link_id]
            figures["came"] += 1


def _keys(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The key of each campaign's marks, made when it has none: with the instance's own, so that a stolen
    database alone cannot be tried against addresses."""
    if not ids:
        return {}
    session.execute(
        insert_into(session, VisitKey)
        .values([{"campaign_id": one, "key": new_token()} for one in ids])
        .on_conflict_do_nothing(index_elements=["campaign_id"])
    )
    rows = session.exec(select(VisitKey).where(col(VisitKey.campaign_id).in_(ids)))
    return {row.campaign_id: keyed_hash("visitor", row.key) for row in rows}


def _marks(session: Session, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], _Mark]:
    """The marks of some visitors, made where there are none and locked, so that two processes take turns."""
    found: dict[tuple[int, str], _Mark] = {}
    key = tuple_(col(VisitMark.campaign_id), col(VisitMark.mark))
    fresh = {"on_date": _NEVER, "places": 0, "links": [], "channel": Channel.DIRECT}
    for part in _parts(wanted):
        session.execute(
            insert_into(session, VisitMark)
            .values([{"campaign_id": campaign_id, "mark": mark, **fresh} for campaign_id, mark in part])
            .on_conflict_do_nothing(index_elements=["campaign_id", "mark"])
        )
        rows = session.exec(
            select(VisitMark)
            .where(key.in_(part))
            .order_by(col(VisitMark.campaign_id), col(VisitMark.mark))
            .with_for_update()
        )
        for row in rows:
            found[row.campaign_id, row.mark] = _Mark(row.on_date, row.places, row.links, row.channel)
            session.expunge(row)  # written in one statement, not row by row
    return found


def _keep(session: Session, marks: Mapping[tuple[int, str], _Mark]) -> None:
    for part in _parts(sorted(marks)):
        rows = [
            {"campaign_id": key[0], "mark": key[1], **{name: getattr(marks[key], name) for name in _KEPT}}
            for key in part
        ]
        insert = insert_into(session, VisitMark).values(rows)
        changed = {name: insert.excluded[name] for name in _KEPT}
        session.execute(insert.on_conflict_do_update(index_elements=["campaign_id", "mark"], set_=changed))


def _write(session: Session, counts: Counts) -> None:
    table: Any = VisitCount.__table__  # type: ignore[attr-defined]
    cells = sorted(
        counts, key=lambda one: tuple(str(getattr(one, name)) for name in _Cell.__slots__)
    )  # in one order, so that two processes never wait for each other
    for part in _parts(cells):
        insert = insert_into(session, VisitCount).values(
            [{**{name: getattr(cell, name) for name in _Cell.__slots__}, **counts[cell]} for cell in part]
        )
        session.execute(
            insert.on_conflict_do_update(
                index_elements=list(_Cell.__slots__),
                set_={name: table.c[name] + insert.excluded[name] for name in _FIGURES},
            )
        )


def forget_visitors(session: Session, *, campaign_id: int) -> None:
    """Delete the marks of a campaign and their key, when it closes: nobody can be recognised any more."""
    session.execute(delete(VisitMark).where(col(VisitMark.campaign_id) == campaign_id))
    session.execute(delete(VisitKey).where(col(VisitKey.campaign_id) == campaign_id))


def forget_old_marks(session: Session) -> int:
    """Delete what is older than `MARKS_KEPT`; returns how many."""
    before = clock.now().date() - MARKS_KEPT
    gone = session.execute(
        delete(VisitMark).where(col(VisitMark.on_date) < before).returning(col(VisitMark.mark))
    )
    return len(gone.all())


def _parts(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS))
