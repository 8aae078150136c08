"""The facts of a demo campaign: checked before its first day, claimed and corrected since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.claims import correcting, queries, service
from app.claims.queries import ClaimView
from app.claims.rules import SubjectKind, Verdict
from app.core import clock
from app.launch import service as launch
from app.publishing import board
from app.stories import queries as stories
from app.stories.models import Frame
from app.stories.service import FrameText

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage


def check(stage: Stage) -> None:
    """The second member checks what the owner claimed, and the owner says what needs no source."""
    session, campaign = stage.session, stage.campaign
    if not (stage.told.checks or stage.told.needs_no_source):
        return
    told, today = _claims(stage), clock.today(campaign.timezone)
    soon = stage.at(stage.told.campaign.length).date()
    for one in stage.told.checks:
        view = told[one.day, one.frame, one.claim]
        ends = None
        if one.counts_days is not None:
            ends = max(soon, today) + timedelta(days=one.counts_days)
        service.check(
            session,
            stage.second,
            campaign,
            view.claim,
            shown=view.shown,
            verdict=Verdict(one.verdict),
            note=one.note,
            valid_until=ends,
            checked_as=stage.second.name,
        )
    for sentence in stage.told.needs_no_source:
        service.dismiss(session, stage.actor, campaign, sentence=sentence)
    session.flush()


def claim_later(stage: Stage) -> None:
    """What was claimed some hours ago, and nobody has checked."""
    session, campaign = stage.session, stage.campaign
    frames = _frames(stage)
    with clock.frozen(clock.now() - timedelta(hours=5), everywhere=False):
        for one in stage.told.later_claims:
            claim = service.lay(
                session,
                campaign,
                SubjectKind.FRAME,
                frames[one.day, one.frame].pid,
                words=one.words,
                author_id=stage.second.person_id,
            )
            for source in one.sources:
                service.lay_source(session, claim, **source.model_dump())
    session.flush()


def correct(stage: Stage, *, before: bool) -> None:
    """What was corrected, on its day: `before` the drive opened, or since."""
    session, campaign = stage.session, stage.campaign
    frames, opens = _frames(stage), launch.drive_opens_at(stage.campaign)
    for told in stage.told.corrections:
        moment = stage.at(told.on_day, told.hour)
        if moment > clock.now() or (moment < opens) is not before:
            continue
        view = _claims(stage)[told.day, told.frame, told.claim]
        with clock.frozen(moment, everywhere=False):
            correcting.correct(
                session,
                stage.actor,
                campaign,
                view.claim,
                right=told.right,
                why=told.why,
                since=stage.at(told.day).date(),
                source_title=told.source_title,
                source_url=told.source_url,
            )
            if told.caption:
                _reword(stage, frames[told.day, told.frame], told.caption)
            if told.claims_now:
                _claim_instead(stage, frames[told.day, told.frame], told)
    session.flush()


def _reword(stage: Stage, frame: Frame, caption: str) -> None:
    fields = FrameText.__dataclass_fields__
    text = FrameText(**{**{name: getattr(frame, name) for name in fields}, "caption": caption})
    board.edit_frame(stage.session, stage.second, stage.campaign, frame.pid, version=frame.version, text=text)


def _claim_instead(stage: Stage, frame: Frame, told: schema.Correction) -> None:
    """The second member claims the right words, and the owner checks them."""
    session, campaign = stage.session, stage.campaign
    subject = service.subject_of(session, campaign, SubjectKind.FRAME, frame.pid)
    claim = service.add(session, stage.second, campaign, subject, words=told.claims_now)
    service.lay_source(
        session,
        claim,
        title=told.source_title,
        publisher="",
        url=told.source_url,
        published_on=None,
        quote="",
        archive="",
    )
    view = next(one for one in queries.of_subject(session, campaign, subject) if one.claim.pid == claim.pid)
    service.check(
        session,
        stage.actor,
        campaign,
        claim,
        shown=view.shown,
        verdict=Verdict.TRUE,
        checked_as=stage.actor.name,
    )


def _frames(stage: Stage) -> dict[tuple[int, int], Frame]:
    """Frames by day number and place, both from 1."""
    numbers = {day.id: day.number for day in stories.days(stage.session, stage.campaign.id)}
    return {
        (numbers[one.day_id], one.position + 1): one
        for one in stories.frames(stage.session, stage.campaign.id)
    }


def _claims(stage: Stage) -> dict[tuple[int, int, int], ClaimView]:
    """Claims by day number, frame and place among its claims, all from 1."""
    place = {frame.pid: key for key, frame in _frames(stage).items()}
    found: dict[tuple[int, int, int], ClaimView] = {}
    counted: dict[tuple[int, int], int] = {}
    for view in sorted(queries.views(stage.session, stage.campaign), key=lambda one: one.claim.id):
        if view.claim.subject is not SubjectKind.FRAME:
            continue
        key = place[view.claim.subject_pid]
        counted[key] = counted.get(key, 0) + 1
        found[(*key, counted[key])] = view
    return found
