"""The short links of posts: made for what is planned, and put where a frame leads to a page of its campaign.

A link that somewhere else is kept as it was written; a post whose short link is not made yet keeps the long one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import String, cast, exists, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core.db import reading, transaction
from app.core.settings import get_settings
from app.core.templating import absolute
from app.links import laying, queries
from app.links.laying import Carried
from app.links.models import TrackedLink
from app.publishing.models import Post
from app.publishing.rules import OPEN
from app.stories.models import Day, Frame

Codes = Mapping[tuple[int, int | None, str], str]
AT_ONCE = 200  # links made in one transaction


class Leads(Protocol):
    """A frame, as far as its link goes."""

    @property
    def id(self) -> int: ...
    @property
    def link_url(self) -> str: ...


class Goes(Protocol):
    """A post, as far as its link goes."""

    @property
    def frame_id(self) -> int: ...
    @property
    def influencer_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...


def codes(session: Session, frames: Iterable[Leads]) -> Codes:
    """The codes of the posts of some frames. No query where no frame leads to a page of ours."""
    ours = [one.id for one in frames if one.link_url.startswith(get_settings().base_url)]
    return queries.laid(session, ours) if ours else {}


def link_of(post: Goes, frames: Sequence[Leads], slug: str, known: Codes) -> str:
    """The address a post carries: the first its frames give, as a short link where it is the campaign's."""
    leading = next((one for one in frames if one.link_url), None)
    if leading is None:
        return ""
    code = known.get((leading.id, post.influencer_id, post.channel))
    return short(code) if code and laying.is_ours(leading.link_url, slug) else leading.link_url


def by_hand(post: Goes, first: Leads, known: Codes) -> str:
    """The address a person puts on the story: the post's short link, unless its frame leads elsewhere."""
    code = known.get((first.id, post.influencer_id, post.channel))
    ours = not first.link_url or laying.is_own(first.link_url)
    return short(code) if code and ours else first.link_url


def short(code: str) -> str:
    """The full address of a short link."""
    return absolute(f"/r/{code}")


def lay_links() -> int:
    """Make the links that planned posts lack; returns how many."""
    with reading() as session:
        lacking = _lacking(session)
    made = 0
    for campaign_id in sorted({one for one, _ in lacking}):
        with transaction() as session:
            campaign = session.get_one(Campaign, campaign_id)
            made += sum(
                laying.lay(session, campaign, one) is not None for key, one in lacking if key == campaign_id
            )
    return made


def lay_links_of(session: Session, campaign: Campaign, *, most: int = AT_ONCE) -> int:
    """The same for one campaign in the caller's transaction; returns how many."""
    lacking = _lacking(session, [campaign.id], most=most)
    return sum(laying.lay(session, campaign, one) is not None for _, one in lacking)


def _lacking(
    session: Session, campaigns: Collection[int] = (), *, most: int = AT_ONCE
) -> list[tuple[int, Carried]]:
    """What posts of campaigns that are under way carry and no link is made for yet, each once."""
    key = (
        cast(func.coalesce(Post.influencer_id, 0), String)
        + ":"
        + cast(col(Day.number), String)
        + ":"
        + col(Frame.pid)
        + ":"
        + col(Post.channel)
    )
    made = exists().where(
        col(TrackedLink.campaign_id) == col(Post.campaign_id), col(TrackedLink.laid_key) == key
    )
    base = get_settings().base_url
    wanted = [
        ~made,
        col(Post.state).in_(OPEN),
        col(Campaign.state) != State.CLOSED,
        (col(Frame.link_url) == "") | col(Frame.link_url).startswith(base + "/c/", autoescape=True),
    ]
    if campaigns:
        wanted.append(col(Campaign.id).in_(campaigns))
    columns = (
        col(Campaign.id),
        col(Frame.id),
        col(Frame.pid),
        col(Day.number),
        col(Frame.link_url),
        col(Post.influencer_id),
        col(Post.channel),
    )
    rows = session.execute(
        sql_select(*columns)
        .select_from(Post)
        .join(Frame, col(Frame.id) == Post.frame_id)
        .join(Day, col(Day.id) == Frame.day_id)
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(*wanted)
        .distinct()
        .limit(most)
    )
    return [(row[0], Carried(*row[1:])) for row in rows]
