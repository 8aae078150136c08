"""What the page of a post shows: its stories, its plan, what will happen, what was tried and what can be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.accounts import queries as accounts
from app.accounts.models import ChannelAccount
from app.campaigns.models import Campaign
from app.channels import graphemes
from app.channels.base import Limits, Shape
from app.core.errors import NotFound
from app.core.i18n import Message, clock_time, day, mark
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.media import queries as media
from app.media.queries import MediaUrls
from app.people.rules import Actor
from app.publishing import plans, queries, rules, settle
from app.publishing.models import Attempt
from app.publishing.plans import Plan
from app.publishing.rules import Decision, Hold, Late, PostState, Standing
from app.publishing.service.following import MOST
from app.stories import queries as stories
from app.stories.models import Day, Frame
from app.stories.queries import Step
from app.studio.board import may_edit

HOLDS = {
    Hold.LATE: mark("its hour passed and it was too late to send it without asking"),
    Hold.PAUSE: mark("its hour passed while the campaign was paused"),
    Hold.ACCOUNT: mark("it has no account that is connected"),
    Hold.PERSON: mark("somebody stopped it"),
    Hold.WITHDRAWN: mark("whoever told it took it back"),
    Hold.CLAIM: mark("a fact in it was not checked at its hour"),
}


@dataclass(frozen=True)
class Choices:
    """What a plan can be made of."""

    days: Sequence[tuple[Day, Sequence[Frame]]]
    people: Sequence[Influencer]
    accounts: Sequence[tuple[ChannelAccount, str]]  # with the channel's name
    frames: Sequence[Frame]


@dataclass(frozen=True)
class Sheet:
    """The page of one post."""

    plan: Plan
    choices: Choices
    attempts: Sequence[Attempt]
    decisions: Sequence[Decision]
    outlook: Message
    posted_on: date | None  # by its own zone
    late_by: int  # minutes after its hour that it was posted
    limits: Limits | None
    length: int  # of the longest piece, in characters
    around: int  # of which label, hashtags and link
    proof: MediaUrls | None
    step: Step | None
    editable: bool  # by this person, now

    @property
    def is_silent(self) -> bool:
        """Whether the channel shows the picture only: no words stand on its stories."""
        takes = self.limits is not None and Shape.STORY in self.limits.shapes
        return takes and self.plan.post.shape is Shape.STORY

    @property
    def changeable(self) -> bool:
        """Whether the plan may still be changed."""
        closed = (Standing.SENDING, Standing.SENT, Standing.PARTIAL, Standing.UNCONFIRMED)
        return self.editable and self.plan.standing not in closed

    @property
    def addable(self) -> list[tuple[Day, list[Frame]]]:
        """The stories that may still follow, by day."""
        if len(self.plan.frames) > MOST:
            return []
        here = {frame.id for frame in self.plan.frames}
        left = [(held, [one for one in frames if one.id not in here]) for held, frames in self.choices.days]
        return [(held, frames) for held, frames in left if frames]


def sheet(session: Session, actor: Actor, campaign: Campaign, pid: str) -> Sheet:
    """The page of a post, in a fixed number of queries. Raises NotFound."""
    plan = next((one for one in plans.plans(session, campaign) if one.post.pid == pid), None)
    if plan is None:
        raise NotFound
    proof_id = plan.post.proof_media_id
    pieces = plans.pieces(plan, campaign)
    longest = max(pieces, key=plans.length)
    posted_at = plan.post.posted_at
    return Sheet(
        plan=plan,
        choices=choices(session, campaign),
        attempts=queries.attempts(session, plan.post.id),
        decisions=settle.open_decisions(plan.post),
        outlook=outlook(plan),
        posted_on=posted_at.astimezone(ZoneInfo(plan.post.zone)).date() if posted_at else None,
        late_by=_late_by(plan),
        limits=plans.limits_of(plan.post.channel, plan.account),
        length=plans.length(longest),
        around=plans.length(longest) - graphemes.count(longest.text.strip()),
        proof=media.urls(session, [proof_id], studio=True).get(proof_id) if proof_id else None,
        step=stories.last_step(session, campaign.id),
        editable=may_edit(actor, campaign),
    )


def choices(session: Session, campaign: Campaign) -> Choices:
    """What a plan of this campaign can be made of."""
    frames = stories.frames(session, campaign.id)
    days = [
        (one, [frame for frame in frames if frame.day_id == one.id])
        for one in stories.days(session, campaign.id)
    ]
    rows = accounts.accounts(session, campaign.organisation_id)
    return Choices(
        days=[(one, held) for one, held in days if held],
        people=influencers.of_campaign(session, campaign),
        accounts=[(row, plans.name_of(row.channel)) for row in rows],
        frames=frames,
    )


def _late_by(plan: Plan) -> int:
    """Minutes after its hour; a thumb is given the minutes that an account is not."""
    post = plan.post
    if plan.by_hand or post.posted_at is None:
        return rules.minutes_late(post.posted_at, post.due_at)
    return max(0, int((post.posted_at - post.due_at).total_seconds() // 60))


def outlook(plan: Plan) -> Message:
    """What happens at the hour, or has happened, in one sentence. Shown while the page's language is spoken."""
    post = plan.post
    at = {"day": day(post.on_date, "EEEE d MMMM"), "time": clock_time(post.due_at, post.zone)}
    if post.state is PostState.HELD:
        why = HOLDS[post.hold] if post.hold else HOLDS[Hold.PERSON]
        return mark("Nothing goes out: %(why)s.").with_values(why=why)
    if plan.standing in _STANDS:
        return _STANDS[plan.standing].with_values(**at)
    if plan.standing is Standing.MISSED:
        left = _LEFT_BY_HAND if post.state is PostState.MISSED else _MISSED_BY_HAND
        said = left if plan.by_hand else _MISSED
        return said.with_values(**at)
    if plan.by_hand and plan.influencer is None:
        return _BY_TEAM.with_values(**at)
    if plan.by_hand and plan.influencer is not None:
        return _BY_INFLUENCER.with_values(**at, who=plan.influencer.name)
    name = f"{plan.channel_name} ({plan.account.handle})" if plan.account else plan.channel_name
    return _BY_ITSELF[post.late].with_values(**at, where=name, minutes=post.late_minutes)


_STANDS = {
    Standing.DRAFT: mark("It is a draft: nothing goes out before it is approved."),
    Standing.IN_REVIEW: mark("It waits for approval: nothing goes out before."),
    Standing.APPROVED: mark("It is approved, but its hour has passed: give it another one."),
    Standing.SENDING: mark("It is on its way at this moment. Look again in a minute."),
    Standing.SENT: mark("It is out."),
    Standing.PARTIAL: mark("Part of it is out. Sending the rest does not repeat what people have seen."),
    Standing.UNCONFIRMED: mark("Nobody knows whether it went out. Look on the channel, then say so here."),
    Standing.FAILED: mark("The channel refused it. Change what it says below, or send it once more."),
    Standing.DECLINED: mark("Its carrier cannot post it. Give it to somebody else, or plan it again."),
}
_MISSED = mark("It did not go out on %(day)s at %(time)s. Send it now, give it another hour, or leave it.")
_MISSED_BY_HAND = mark("Nobody has said that it went out on %(day)s at %(time)s. It can still be posted.")
_LEFT_BY_HAND = mark(
    "It was left out on %(day)s at %(time)s, and its carrier is told so. Give it another hour to plan it again."
)
_BY_TEAM = mark("On %(day)s at %(time)s somebody of the team publishes it and says so here.")
_BY_INFLUENCER = mark("On %(day)s at %(time)s %(who)s is reminded, publishes it by hand and says so.")
_BY_ITSELF = {
    Late.SEND: mark(
        "On %(day)s at %(time)s it goes out by itself on %(where)s. If something keeps it back, it still goes out up to"
        " %(minutes)s minutes late; after that you are asked."
    ),
    Late.ASK: mark(
        "On %(day)s at %(time)s it goes out by itself on %(where)s. If something keeps it back, you are asked first."
    ),
    Late.MISS: mark(
        "On %(day)s at %(time)s it goes out by itself on %(where)s. If something keeps it back, it is marked as missed."
    ),
}

__all__ = ["Choices", "Sheet", "choices", "outlook", "sheet"]
