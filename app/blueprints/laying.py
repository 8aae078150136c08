"""The days of a document laid down: frames and their claims, challenges, posts. Checks nobody: the service did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlmodel import Session

from app.blueprints import rules, storyboard, values
from app.campaigns.models import Campaign
from app.challenges import editing as challenges
from app.challenges import quantities
from app.challenges.rules import ProofWish
from app.channels.base import Shape
from app.claims import service as claims
from app.claims.rules import SubjectKind
from app.core.templating import absolute
from app.media.models import Media
from app.publishing import laying as publishing
from app.publishing.rules import Late
from app.stories import laying as stories
from app.stories.models import Day, Frame, FrameKind

GUIDANCE_LIMIT = 2000


@dataclass(frozen=True)
class Ground:
    """What the parts of a document stand on once the campaign exists."""

    session: Session
    campaign: Campaign
    people: Mapping[str, int]  # by key
    carrier: int | None  # who posts what a template gives to "the influencer"
    media: Mapping[str, Media]
    author: int | None = None  # of the claims: somebody else checks them


@dataclass(frozen=True)
class _Laid:
    """A day of the document and what it became."""

    told: storyboard.Day
    day: Day
    frames: list[Frame]


def lay_days(ground: Ground, days: list[storyboard.Day | None]) -> None:
    laid: list[_Laid] = []
    for number, told in enumerate(days, start=1):
        if told is None:
            stories.lay_day(ground.session, ground.campaign, number)
            continue
        day = stories.lay_day(
            ground.session,
            ground.campaign,
            number,
            beat=told.beat,
            headline=told.headline,
            lead=told.lead,
            guidance=guidance(told.guidance, told.headline_help, told.blanks),
        )
        frames = stories.lay_frames(
            ground.session, ground.campaign, day, [_frame_values(ground, number, one) for one in told.frames]
        )
        for written, frame in zip(told.frames, frames, strict=True):
            _lay_claims(ground, frame, written.claims)
        _lay_challenge(ground, day, told.challenge)
        laid.append(_Laid(told, day, frames))
    for one in laid:
        _lay_posts(ground, one, laid)


def guidance(text: str, helped: str, blanks: list[values.Blank]) -> str:
    """Advice as one text: the paragraphs, then what each gap asks for."""
    lines = [f"{one.blank} {one.help}" for one in blanks]
    parts = [part.strip() for part in (text, helped, "\n".join(lines)) if part.strip()]
    return "\n\n".join(parts)[:GUIDANCE_LIMIT]


def _frame_values(ground: Ground, number: int, told: storyboard.Frame) -> dict[str, Any]:
    path = rules.link_path(told.link, ground.campaign.slug, number)
    shown = ground.media.get(told.media) if told.media else None
    return {
        "kind": FrameKind(told.kind),
        "title": told.title,
        "caption": told.caption,
        "media_id": shown.id if shown else None,
        "alt_text": told.alt_text,
        "sticker": told.sticker,
        "link_url": absolute(path) if path else told.link_url,
        "label": told.label,
        "guidance": guidance(told.guidance, told.alt_hint, []),
        "blanks": [one.model_dump() for one in told.blanks],
    }


def _lay_claims(ground: Ground, frame: Frame, told: list[storyboard.Claim]) -> None:
    """Unchecked, whatever they were elsewhere: the eyes of this organisation have not seen them."""
    for one in told:
        claim = claims.lay(
            ground.session,
            ground.campaign,
            SubjectKind.FRAME,
            frame.pid,
            words=one.words,
            author_id=ground.author,
        )
        for source in one.sources:
            claims.lay_source(ground.session, claim, **source.model_dump())


def _lay_challenge(ground: Ground, day: Day, told: storyboard.Challenge | None) -> None:
    if told is None:
        return
    values = told.model_dump(exclude={"levels", "quantity", "proof"})
    values["proof"] = ProofWish(told.proof)
    if told.quantity is not None:
        values["decimals"] = told.quantity.decimals
        values["usual"] = quantities.scaled(told.quantity.usual)
        values["most"] = quantities.scaled(told.quantity.most)
    # A window never reaches beyond the last day.
    values["window_days"] = max(1, min(told.window_days, ground.campaign.length - day.number + 1))
    levels = [level.model_dump() for level in told.levels]
    challenges.lay_challenge(ground.session, ground.campaign, day, levels=levels, **values)


def _lay_posts(ground: Ground, here: _Laid, week: list[_Laid]) -> None:
    for post in here.told.posts:
        carrier = ground.people.get(post.influencer or "", ground.carrier)
        publishing.lay_post(
            ground.session,
            ground.campaign,
            here.day,
            here.frames[post.frame - 1],
            at_time=time.fromisoformat(post.hour),
            influencer_id=None if post.carrier == "organisation" else carrier,
            how=publishing.How(
                days_off=post.days_off,
                channel=post.channel,
                shape=Shape(post.shape),
                text=post.text,
                late=Late(post.late),
                late_minutes=post.late_minutes,
                following=_following(here, week, post.then),
            ),
        )


def _following(here: _Laid, week: list[_Laid], then: list[storyboard.FrameAt]) -> list[Frame]:
    """The frames that follow, from the day itself or the first that was made from the day they name.

    A template laid down shorter than it is leaves out what stood in the days it dropped.
    """
    found = []
    for at in then:
        source = here if here.told.number == at.day else None
        source = source or next((one for one in week if one.told.number == at.day), None)
        if source is not None:
            found.append(source.frames[at.frame - 1])
    return found
