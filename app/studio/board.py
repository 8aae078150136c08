"""The week as the board shows it: columns of frames, challenge and posts, read across the rooms at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.campaigns.drawers import Drawer, drawers
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import queries as challenges
from app.challenges.models import Challenge
from app.core import clock
from app.influencers import rules as influencer_rules
from app.media import queries as media
from app.media.queries import MediaUrls
from app.people.rules import Actor, Permission
from app.publishing import queries as publishing
from app.publishing.queries import PlannedPost
from app.stories import queries as stories
from app.stories import rules
from app.stories.models import Day, Frame
from app.stories.queries import Step
from app.stories.rules import Gap


@dataclass(frozen=True)
class Tile:
    """A frame on the board: its picture, what it lacks, and whether a paid carrier's label is missing."""

    frame: Frame
    picture: MediaUrls | None
    gaps: Sequence[Gap]
    blanks: int
    label_missing: bool

    @property
    def ready(self) -> bool:
        return not self.gaps and not self.label_missing


@dataclass(frozen=True)
class Column:
    """A day of the board."""

    day: Day
    on: date
    is_today: bool
    tiles: Sequence[Tile]
    challenge: Challenge | None
    acts: int
    posts: Sequence[PlannedPost]
    blanks: int

    @property
    def weekday(self) -> int:
        return self.on.weekday()


@dataclass(frozen=True)
class Board:
    """The whole week, the step that can be undone, and whether this person may change anything."""

    columns: Sequence[Column]
    drawers: Sequence[Drawer]
    step: Step | None
    editable: bool

    @property
    def frames(self) -> int:
        return sum(len(column.tiles) for column in self.columns)


def board(session: Session, actor: Actor, campaign: Campaign) -> Board:
    """The week of a campaign, in a fixed number of queries. Call it while speaking the page's language."""
    frames = stories.frames(session, campaign.id)
    pictures = media.urls(session, [frame.media_id for frame in frames], studio=True)
    posts = publishing.posts(session, campaign)
    tiles = {frame.id: tile(frame, pictures.get(frame.media_id or 0), _of(posts, frame)) for frame in frames}
    acts = challenges.counts(session, campaign.id)
    shown = drawers(campaign, href=lambda number: f"#day-{number}")
    columns = []
    days = challenges.by_day(session, [campaign.id]).get(campaign.id, [])
    for (day, challenge), drawer in zip(days, shown, strict=False):
        here = [frame for frame in frames if frame.day_id == day.id]
        columns.append(
            Column(
                day=day,
                on=drawer.on,
                is_today=drawer.on == clock.today(campaign.timezone),
                tiles=[tiles[frame.id] for frame in here],
                challenge=challenge,
                acts=acts.of(challenge.id).total if challenge else 0,
                posts=[one for one in posts if one.post.on_date == drawer.on],
                blanks=len(stories.day_blanks(day)),
            )
        )
    return Board(columns, shown, stories.last_step(session, campaign.id), may_edit(actor, campaign))


def may_edit(actor: Actor, campaign: Campaign) -> bool:
    """Whether this member may change the week now."""
    return actor.may(Permission.EDIT) and campaign.state is not State.CLOSED


def tile(frame: Frame, picture: MediaUrls | None, posts: Sequence[PlannedPost]) -> Tile:
    """A frame with what it lacks."""
    facts = stories.facts(frame)
    unlabelled = any(
        one.influencer is not None
        and influencer_rules.unlabelled(one.influencer.agreement, one.influencer.disclosure, [frame.label])
        for one in posts
    )
    return Tile(frame, picture, rules.gaps(facts), len(facts.blanks), unlabelled)


def _of(posts: Sequence[PlannedPost], frame: Frame) -> list[PlannedPost]:
    return [one for one in posts if one.post.frame_id == frame.id]
