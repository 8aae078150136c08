"""Lay a document down as a campaign: from a template, as a copy, or from an archive. Refuses other roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from app.blueprints import archive, queries, rules
from app.blueprints import document as doc
from app.blueprints.archive import Unpacked
from app.blueprints.templates import Template
from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, last_date
from app.challenges import editing as challenges
from app.challenges import quantities
from app.challenges.rules import ProofWish
from app.channels.base import Shape
from app.claims import service as claims
from app.claims.rules import SubjectKind
from app.core import clock, i18n
from app.core.i18n import gettext
from app.core.templating import absolute
from app.crisis import service as crisis
from app.impact import laying as promises
from app.influencers import laying as influencers
from app.influencers.rules import NETWORKS, Agreement
from app.media import service as media
from app.media.models import Media
from app.people import audit
from app.people.rules import Actor, Permission
from app.publishing import laying as publishing
from app.publishing.rules import Late
from app.stories import laying as stories
from app.stories.models import Day, Frame, FrameKind

GUIDANCE_LIMIT = 2000
_AHEAD = timedelta(days=14)  # a document without dates leaves two weeks to prepare


@dataclass(frozen=True)
class _Ground:
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

    told: doc.Day
    day: Day
    frames: list[Frame]


def create_from_template(
    session: Session,
    actor: Actor,
    template: Template,
    *,
    title: str,
    starts_on: date,
    length: int,
    timezone: str,
    carrier: str = "",
) -> Campaign:
    """A draft with the template's days, frames, challenges, posts and promises, its gaps still open.

    `carrier` is the influencer's name; while nobody is found, someone "to be found" stands on the
    shortlist and carries the posts.
    """
    document = template.document
    drive = document.drive
    campaign = campaigns.create(
        session,
        actor,
        title=title,
        starts_on=starts_on,
        length=length,
        timezone=timezone,
        language=template.language,
        currency=drive.currency if drive else "EUR",
        template=template.key,
    )
    _describe(campaign, document)
    campaign.title, campaign.drive_day = title, length
    with i18n.speaking(template.language):
        name = carrier or gettext("To be found")
    person = influencers.lay_influencer(session, campaign, name=name, language=template.language)
    ground = _Ground(session, campaign, {}, person.id, {}, actor.person_id)
    _lay_days(ground, rules.laid(document.days, length, repeat=template.repeat))
    _lay_promises(ground, document)
    session.flush()
    return campaign


def clone(session: Session, actor: Actor, campaign: Campaign, *, title: str, starts_on: date) -> Campaign:
    """A draft with everything the campaign says, on other dates. Acts, gifts and decisions stay behind."""
    whole = queries.whole(session, campaign)
    copy = _lay_down(
        session,
        actor,
        whole.document,
        title=title,
        starts_on=starts_on,
        kept=whole.media,
        approval=campaign.approval,
    )
    copy.contact_name, copy.contact_phone = campaign.contact_name, campaign.contact_phone
    copy.contact_email = campaign.contact_email
    crisis.copy_plan(session, campaign, copy)
    audit.record(session, actor, "campaign.cloned", subject=title, subject_pid=copy.pid, of=campaign.pid)
    return copy


def export_archive(session: Session, actor: Actor, campaign: Campaign) -> bytes:
    """The campaign as one file. Holds nothing private; see docs/blueprint.md."""
    actor.require(Permission.VIEW)
    whole = queries.whole(session, campaign)
    files = {}
    for item in whole.document.media:
        variant = "video.mp4" if item.kind == "video" else "share.jpg"
        files[item.key] = media.open_variant(whole.media[item.key], variant).path
    return archive.pack(whole.document, files)


def prepare_media(unpacked: Unpacked) -> dict[str, media.Prepared]:
    """Write the archive's media anew, by key; takes seconds, so call it outside a transaction.

    Raises media.Refused.
    """
    return {key: media.prepare(data) for key, data in unpacked.files.items()}


def import_document(
    session: Session, actor: Actor, document: doc.Document, prepared: Mapping[str, media.Prepared]
) -> Campaign:
    """A draft that says what the document says; dates default to those of the file, else two weeks ahead.

    Raises media.Refused when the organisation's room is full.
    """
    actor.require(Permission.EDIT)
    kept = {
        item.key: media.keep(session, actor, prepared[item.key], item.file, public=True)
        for item in document.media
    }
    starts_on = document.campaign.starts_on or clock.today(document.campaign.timezone) + _AHEAD
    campaign = _lay_down(
        session, actor, document, title=document.campaign.title, starts_on=starts_on, kept=kept
    )
    audit.record(session, actor, "campaign.imported", subject=campaign.title, subject_pid=campaign.pid)
    return campaign


def _lay_down(
    session: Session,
    actor: Actor,
    document: doc.Document,
    *,
    title: str,
    starts_on: date,
    kept: Mapping[str, Media],
    approval: Approval = Approval.NONE,
) -> Campaign:
    told = document.campaign
    campaign = campaigns.create(
        session,
        actor,
        title=title,
        starts_on=starts_on,
        length=told.length,
        timezone=told.timezone,
        language=told.language,
        currency=document.drive.currency if document.drive else "EUR",
        template=told.made_from or "",
    )
    _describe(campaign, document)
    campaign.title, campaign.approval = title, approval
    people = {one.key: _lay_person(session, campaign, one) for one in document.influencers}
    ground = _Ground(session, campaign, people, next(iter(people.values()), None), kept, actor.person_id)
    _lay_days(ground, [*document.days, *[None] * (told.length - len(document.days))])
    _lay_promises(ground, document)
    session.flush()
    return campaign


def _describe(campaign: Campaign, document: doc.Document) -> None:
    told, drive = document.campaign, document.drive
    campaign.cause, campaign.headline = told.cause, told.headline
    campaign.summary, campaign.objective = told.summary, told.objective
    campaign.hashtags, campaign.hold_statement = list(told.hashtags), told.hold_statement
    if drive is None:
        return
    campaign.drive_day, campaign.drive_opens = drive.day, time.fromisoformat(drive.opens)
    campaign.drive_close_days = drive.closes_after_days
    campaign.drive_title, campaign.drive_ask = drive.title, drive.ask
    campaign.goal_minor, campaign.suggested_minor = drive.goal_minor, list(drive.suggested_minor)
    campaign.money_use = [use.model_dump() for use in drive.money_use]


def _lay_person(session: Session, campaign: Campaign, told: doc.Influencer) -> int:
    names = {rules.network_key(name): name for name in NETWORKS}
    handles = [{**one.model_dump(), "network": names.get(one.network, one.network)} for one in told.handles]
    person = influencers.lay_influencer(
        session,
        campaign,
        name=told.name,
        public_role=told.public_role,
        tie=told.tie,
        language=told.language,
        handles=handles,
        agreement=Agreement(told.agreement) if told.agreement else None,
        disclosure=told.disclosure,
    )
    return person.id


def _lay_days(ground: _Ground, days: list[doc.Day | None]) -> None:
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
            guidance=_guidance(told.guidance, told.headline_help, told.blanks),
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


def _guidance(text: str, helped: str, blanks: list[doc.Blank]) -> str:
    """Advice as one text: the paragraphs, then what each gap asks for."""
    lines = [f"{one.blank} {one.help}" for one in blanks]
    parts = [part.strip() for part in (text, helped, "\n".join(lines)) if part.strip()]
    return "\n\n".join(parts)[:GUIDANCE_LIMIT]


def _frame_values(ground: _Ground, number: int, told: doc.Frame) -> dict[str, Any]:
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
        "guidance": _guidance(told.guidance, told.alt_hint, []),
        "blanks": [one.model_dump() for one in told.blanks],
    }


def _lay_claims(ground: _Ground, frame: Frame, told: list[doc.Claim]) -> None:
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


def _lay_challenge(ground: _Ground, day: Day, told: doc.Challenge | None) -> None:
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


def _lay_posts(ground: _Ground, here: _Laid, week: list[_Laid]) -> None:
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


def _following(here: _Laid, week: list[_Laid], then: list[doc.FrameAt]) -> list[Frame]:
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


def _lay_promises(ground: _Ground, document: doc.Document) -> None:
    campaign = ground.campaign
    end = last_date(campaign.starts_on, campaign.length)
    for position, told in enumerate(document.promises):
        promises.lay_promise(
            ground.session,
            campaign,
            position,
            indicator=told.indicator,
            unit=told.unit,
            baseline=Decimal(str(told.baseline)),
            target=Decimal(str(told.target)),
            due_on=end + timedelta(days=told.due_in_days),
            method=told.method,
        )
