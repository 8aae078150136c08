"""Posts with all that a calendar shows of them, read in a fixed number of queries. Asks no platform."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import Session

from app.accounts import queries as accounts
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import last_date
from app.channels import graphemes, registry, text
from app.channels.base import Attachment, Channel, Fault, Limits, Piece, Remembers, Shape
from app.core import clock
from app.influencers.models import Influencer
from app.influencers.rules import unlabelled
from app.media import portraits
from app.media import queries as media
from app.media.queries import MediaUrls
from app.publishing import flags, queries, review, rules, shortened
from app.publishing.flags import Around, Facts, Flag
from app.publishing.models import Post
from app.publishing.rules import HAND, Standing
from app.stories import queries as stories
from app.stories.models import Frame


@dataclass(frozen=True)
class Plan:
    """A post with its frames in order, their pictures, who carries it, where it goes, and what to see about it."""

    post: Post
    frames: Sequence[Frame]
    pictures: Mapping[int, MediaUrls]
    influencer: Influencer | None  # None: the organisation
    account: ChannelAccount | None
    unproven: bool = False  # a fact in its frames is not checked
    unagreed: bool = False  # a picture of it may not be shown at its hour
    link: str = ""  # the address it carries
    flags: Sequence[Flag] = ()

    @property
    def frame(self) -> Frame:
        return self.frames[0]

    @property
    def picture(self) -> MediaUrls | None:
        return self.pictures.get(self.frame.media_id or 0)

    @property
    def standing(self) -> Standing:
        return rules.standing(self.post.state, self.post.due_at, clock.now())

    @property
    def by_hand(self) -> bool:
        return self.post.channel == HAND

    @property
    def channel_name(self) -> str:
        """As people write it; empty by hand."""
        return name_of(self.post.channel)

    @property
    def stops(self) -> bool:
        return any(one.stops for one in self.flags)


def plans(session: Session, campaign: Campaign) -> list[Plan]:
    """Every post of a campaign in the order of the clock, in seven queries."""
    planned = queries.posts(session, campaign)
    after = queries.following(session, [one.post.id for one in planned])
    frames = {one.frame.id: one.frame for one in planned}
    frames |= stories.frames_by_id(
        session, sorted({at for ids in after.values() for at in ids} - set(frames))
    )
    pictures = media.urls(session, [frame.media_id for frame in frames.values()], studio=True)
    known = accounts.by_id(session, {one.post.account_id for one in planned if one.post.account_id})
    held = review.unproven_frames(session, frames.values())
    agreed = portraits.of_media(session, {one.media_id for one in frames.values() if one.media_id})
    known_links = shortened.codes(session, frames.values())
    read = [
        Plan(
            post=one.post,
            frames=[one.frame, *(frames[at] for at in after.get(one.post.id, ()))],
            pictures=pictures,
            influencer=one.influencer,
            account=known.get(one.post.account_id or 0),
            unproven=not held.isdisjoint([one.frame.id, *after.get(one.post.id, ())]),
            unagreed=any(
                portraits.is_refused_on(agreed.get(frames[at].media_id or 0), one.post.due_at.date())
                for at in (one.frame.id, *after.get(one.post.id, ()))
            ),
            link=shortened.link_of(
                one.post,
                [one.frame, *(frames[at] for at in after.get(one.post.id, ()))],
                campaign.slug,
                known_links,
            ),
        )
        for one in planned
    ]
    return flagged(read, campaign)


def flagged(read: Sequence[Plan], campaign: Campaign) -> list[Plan]:
    """The same plans with their flags: each is looked at among all."""
    around = Around(
        now=clock.now(),
        first=campaign.starts_on,
        last=last_date(campaign.starts_on, campaign.length),
        paused=campaign.paused_at is not None,
    )
    facts = [_facts(one, campaign) for one in read]
    near = _by_place(facts)
    return [
        replace(one, flags=flags.flags(fact, near[fact.where], around))
        for one, fact in zip(read, facts, strict=True)
    ]


def name_of(channel: str) -> str:
    """A channel's name; its code when this release does not know it; empty by hand."""
    if channel == HAND:
        return ""
    found = _channel(channel)
    return found.name if found else channel


def limits_of(channel: str, account: ChannelAccount | None) -> Limits | None:
    """What a channel takes, as far as is known without asking; None by hand, or when the channel is unknown."""
    found = _channel(channel)
    if found is None:
        return None
    return found.remembered(account.server) if account and isinstance(found, Remembers) else found.limits()


def pieces(plan: Plan, campaign: Campaign) -> list[Piece]:
    """What would be made public, for a look before: a story's frames one by one, all at once otherwise."""
    limits = limits_of(plan.post.channel, plan.account)
    stories_taken = limits is not None and Shape.STORY in limits.shapes
    if plan.post.shape is Shape.STORY and stories_taken:
        texts = [plan.post.text or plan.frame.caption, *(one.caption for one in plan.frames[1:])]
        return [
            _piece(plan, campaign, [frame], words, Shape.STORY)
            for frame, words in zip(plan.frames, texts, strict=True)
        ]
    words = plan.post.text or "\n\n".join(one.caption for one in plan.frames if one.caption)
    return [_piece(plan, campaign, plan.frames, words, Shape.POST)]


def length(piece: Piece) -> int:
    """Characters of a piece with label, hashtags and link: as people count, the channel may count otherwise."""
    return graphemes.count(text.compose(piece))


def _piece(plan: Plan, campaign: Campaign, frames: Sequence[Frame], words: str, shape: Shape) -> Piece:
    own = next((one.label for one in frames if one.label), "")
    return Piece(
        text=words,
        due_at=plan.post.due_at,
        label=(plan.influencer.disclosure if plan.influencer else "") or own,
        link=plan.link if any(one.link_url for one in frames) else "",
        hashtags=tuple(campaign.hashtags),
        language=campaign.language,
        media=tuple(
            _attachment(one, plan.pictures[one.media_id])
            for one in frames
            if one.media_id is not None and one.media_id in plan.pictures
        ),
        shape=shape,
    )


def _attachment(frame: Frame, urls: MediaUrls) -> Attachment:
    return Attachment(
        path=Path(urls.download_name),
        mime=urls.mime,
        alt=frame.alt_text,
        width=urls.width,
        height=urls.height,
        url=urls.download,
        seconds=urls.seconds,
    )


def _facts(plan: Plan, campaign: Campaign) -> Facts:
    post, person = plan.post, plan.influencer
    return Facts(
        pid=post.pid,
        state=post.state,
        title=plan.frame.title,
        on=post.on_date,
        at=post.at_time,
        zone=post.zone,
        due_at=post.due_at,
        frames=tuple(one.id for one in plan.frames),
        place=(plan.frame.day_id, plan.frame.position),
        carrier=post.influencer_id,
        channel=post.channel,
        account=post.account_id,
        account_lost=plan.account is not None and plan.account.state is not AccountState.CONNECTED,
        unlabelled=person is not None
        and unlabelled(person.agreement, person.disclosure, [one.label for one in plan.frames]),
        unproven=plan.unproven,
        unagreed=plan.unagreed,
        faults=_faults(plan, campaign),
    )


def _faults(plan: Plan, campaign: Campaign) -> tuple[tuple[str, int], ...]:
    channel = _channel(plan.post.channel)
    limits = limits_of(plan.post.channel, plan.account)
    if channel is None or limits is None or plan.post.state not in rules.OPEN:
        return ()
    numbers = {"too_many_media": limits.media, "video_too_long": limits.video_seconds}
    found: dict[str, int] = {}
    for piece in pieces(plan, campaign):
        for fault in channel.check(piece, limits):
            found.setdefault(fault.value, numbers.get(fault.value, 0))
            if fault is Fault.TOO_LONG and length(piece) > limits.text:
                found[fault.value] = limits.text
    return tuple(found.items())


def _by_place(facts: Sequence[Facts]) -> Mapping[tuple[str, int | None], list[Facts]]:
    found: dict[tuple[str, int | None], list[Facts]] = {}
    for one in facts:
        found.setdefault(one.where, []).append(one)
    return found


def _channel(code: str) -> Channel | None:
    if code == HAND:
        return None
    try:
        return registry.get(code)
    except registry.UnknownChannel:
        return None
