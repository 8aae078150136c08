"""Lay a document down as a campaign: from a template, as a copy, or from an archive. Refuses other roles."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal

from sqlmodel import Session

from app.blueprints import archive, queries, rules
from app.blueprints import document as doc
from app.blueprints.archive import Unpacked
from app.blueprints.laying import Ground, lay_days
from app.blueprints.templates import Template
from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, DriveStart, last_date
from app.core import clock, i18n
from app.core.i18n import gettext
from app.crisis import service as crisis
from app.impact import laying as promises
from app.impact.money_rules import Category
from app.influencers import laying as influencers
from app.influencers.rules import NETWORKS, Agreement
from app.media import service as media
from app.media.models import Media
from app.people import audit
from app.people.rules import Actor, Permission

_AHEAD = timedelta(days=14)  # a document without dates leaves two weeks to prepare


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
    ground = Ground(session, campaign, {}, person.id, {}, actor.person_id)
    lay_days(ground, rules.laid(document.days, length, repeat=template.repeat))
    _lay_plan(ground, document)
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
    ground = Ground(session, campaign, people, next(iter(people.values()), None), kept, actor.person_id)
    lay_days(ground, [*document.days, *[None] * (told.length - len(document.days))])
    _lay_plan(ground, document)
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
    campaign.stretch_minor = drive.stretch_minor
    campaign.mini_goals = [one.model_dump() for one in drive.mini_goals]
    campaign.drive_start = DriveStart(drive.start)
    campaign.external_url, campaign.external_name = drive.external_url, drive.external_name
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


def _lay_plan(ground: Ground, document: doc.Document) -> None:
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
    for line in document.budget:
        promises.lay_line(
            ground.session,
            campaign,
            category=Category(line.category),
            label=line.label,
            amount_minor=line.amount_minor,
        )
    for account in document.accounts:
        due_on = end + timedelta(days=account.due_in_days)
        promises.lay_commitment(ground.session, campaign, title=account.title, due_on=due_on)
