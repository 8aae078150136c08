"""Reads of links and of what was counted. Says nobody's name: only sums leave here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.influencers.models import Influencer
from app.links import rules
from app.links.models import TrackedLink, VisitCount
from app.links.rules import Channel, Place
from app.stories.models import Frame


@dataclass(frozen=True)
class Figures:
    """What was counted of some looks. `people`: each once a day."""

    people: int = 0
    visits: int = 0
    bots: int = 0
    previews: int = 0


@dataclass(frozen=True)
class LinkView:
    """A link as the team sees it: whose it is, which frame carries it, what came by it."""

    link: TrackedLink
    influencer: Influencer | None
    frame: Frame | None
    figures: Figures


def by_code(session: Session, code: str) -> TrackedLink | None:
    """The link of a code."""
    return session.exec(select(TrackedLink).where(TrackedLink.code == code)).first()


def followed(session: Session, code: str) -> tuple[TrackedLink, str, Frame | None] | None:
    """A link of a campaign anyone may see, with the campaign's slug and the frame that carries it."""
    return session.exec(
        select(TrackedLink, Campaign.slug, Frame)
        .join(Campaign, col(Campaign.id) == TrackedLink.campaign_id)
        .join(Frame, col(Frame.id) == TrackedLink.frame_id, isouter=True)
        .where(TrackedLink.code == code, Campaign.state != State.DRAFT)
    ).first()


def came_by(session: Session, campaign_id: int, code: str) -> TrackedLink | None:
    """The campaign's own link of a code that an address brought; None without one. No query for no code."""
    if not rules.read_code(code):
        return None
    wanted = (TrackedLink.code == code, TrackedLink.campaign_id == campaign_id)
    return session.exec(select(TrackedLink).where(*wanted)).first()


def link_id(session: Session, campaign_id: int, code: str) -> int | None:
    """The row id of `came_by`, for what somebody did after it."""
    found = came_by(session, campaign_id, code)
    return found.id if found is not None else None


def codes(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The codes of some links by row id, for those who are told by which they came."""
    rows = session.exec(select(TrackedLink.id, TrackedLink.code).where(col(TrackedLink.id).in_(ids)))
    return dict(rows.all())


def own(session: Session, campaign_id: int, pid: str) -> TrackedLink | None:
    """A link of a campaign by its public id."""
    wanted = (TrackedLink.pid == pid, TrackedLink.campaign_id == campaign_id)
    return session.exec(select(TrackedLink).where(*wanted)).first()


def by_key(session: Session, campaign_id: int, key: str) -> TrackedLink | None:
    """The link made for a post."""
    wanted = (TrackedLink.campaign_id == campaign_id, TrackedLink.laid_key == key)
    return session.exec(select(TrackedLink).where(*wanted)).first()


def own_count(session: Session, campaign_id: int) -> int:
    """How many links a team made by hand."""
    wanted = (TrackedLink.campaign_id == campaign_id, col(TrackedLink.laid_key).is_(None))
    return session.exec(select(func.count()).select_from(TrackedLink).where(*wanted)).one()


def laid(session: Session, frames: Sequence[int]) -> Mapping[tuple[int, int | None, str], str]:
    """The codes of the links made for posts of some frames, by frame, carrier and channel; the latest counts."""
    rows = session.exec(
        select(TrackedLink.frame_id, TrackedLink.influencer_id, TrackedLink.laid_key, TrackedLink.code)
        .where(
            col(TrackedLink.frame_id).in_(frames),
            col(TrackedLink.laid_key).is_not(None),
            col(TrackedLink.retired_at).is_(None),
        )
        .order_by(col(TrackedLink.id))
    )
    return {
        (frame_id, influencer_id, (key or "").rpartition(":")[2]): code
        for frame_id, influencer_id, key, code in rows
        if frame_id is not None
    }


def views(session: Session, campaign: Campaign) -> list[LinkView]:
    """Every link of a campaign: those made by hand first, the newest first; then by day and carrier."""
    counted = _figures_by_link(session, campaign.id)
    rows = session.exec(
        select(TrackedLink, Influencer, Frame)
        .join(Influencer, col(Influencer.id) == TrackedLink.influencer_id, isouter=True)
        .join(Frame, col(Frame.id) == TrackedLink.frame_id, isouter=True)
        .where(TrackedLink.campaign_id == campaign.id)
    ).all()
    seen = [LinkView(link, who, frame, counted.get(link.id, Figures())) for link, who, frame in rows]
    return sorted(seen, key=_place_in_list)


def view(session: Session, campaign: Campaign, link: TrackedLink) -> LinkView:
    """One link of a campaign."""
    return LinkView(
        link,
        session.get(Influencer, link.influencer_id) if link.influencer_id else None,
        session.get(Frame, link.frame_id) if link.frame_id else None,
        _figures_by_link(session, campaign.id, link.id).get(link.id, Figures()),
    )


def _place_in_list(one: LinkView) -> tuple[int, int, str, int]:
    if one.link.laid_key is None:
        return (0, -one.link.id, "", 0)
    day = int(one.link.laid_key.split(":")[1])
    return (1, day, one.influencer.name if one.influencer else "", one.link.id)


def _figures_by_link(session: Session, campaign_id: int, link_id: int = 0) -> dict[int, Figures]:
    which = [col(VisitCount.campaign_id) == campaign_id, col(VisitCount.link_id) > 0]
    if link_id:
        which.append(col(VisitCount.link_id) == link_id)
    rows = session.execute(
        sql_select(col(VisitCount.link_id), *_sums(col(VisitCount.came)))
        .where(*which)
        .group_by(col(VisitCount.link_id))
    )
    return {one: Figures(*map(int, figures)) for one, *figures in rows}


def _sums(people: Any) -> list[ColumnElement[int]]:
    return [
        func.sum(one)
        for one in (people, col(VisitCount.visits), col(VisitCount.bots), col(VisitCount.previews))
    ]


def totals(session: Session, campaign_id: int) -> tuple[Figures, int]:
    """All that was counted for a campaign, and how many different people that were."""
    row = session.execute(
        sql_select(*_sums(col(VisitCount.people)), func.sum(col(VisitCount.newcomers))).where(
            col(VisitCount.campaign_id) == campaign_id
        )
    ).one()
    people, visits, bots, previews, newcomers = (int(one or 0) for one in row)
    return Figures(people, visits, bots, previews), newcomers


def people_by_day(session: Session, campaign_id: int, link_id: int = 0) -> dict[date, int]:
    """People a day: of the campaign, or of those who came by one link."""
    figure = VisitCount.came if link_id else VisitCount.people
    which = [col(VisitCount.campaign_id) == campaign_id]
    if link_id:
        which.append(col(VisitCount.link_id) == link_id)
    rows = session.execute(
        sql_select(col(VisitCount.on_date), func.sum(col(figure)))
        .where(*which)
        .group_by(col(VisitCount.on_date))
    )
    return {on: int(people) for on, people in rows if people}


def people_by_channel(session: Session, campaign_id: int, link_id: int = 0) -> list[tuple[Channel, int]]:
    """People by the way they came, the most first."""
    figure = VisitCount.came if link_id else VisitCount.people
    which = [col(VisitCount.campaign_id) == campaign_id]
    if link_id:
        which.append(col(VisitCount.link_id) == link_id)
    rows = session.execute(
        sql_select(col(VisitCount.channel), func.sum(col(figure)))
        .where(*which)
        .group_by(col(VisitCount.channel))
    )
    found = [(Channel(channel), int(people)) for channel, people in rows if people]
    return sorted(found, key=lambda one: (-one[1], one[0].value))


def people_by_place(session: Session, campaign_id: int) -> list[tuple[Place, int]]:
    """People who saw each place, each once a day, the most first."""
    rows = session.execute(
        sql_select(col(VisitCount.place), func.sum(col(VisitCount.reached)))
        .where(col(VisitCount.campaign_id) == campaign_id)
        .group_by(col(VisitCount.place))
    )
    found = [(Place(place), int(people)) for place, people in rows if people]
    return sorted(found, key=lambda one: (-one[1], one[0].value))
