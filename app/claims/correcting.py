"""Correct in public what was said wrong. Refuses to correct what nobody outside has read: that is simply edited."""

from datetime import date

from sqlmodel import Session

from app.campaigns.drawers import now_of
from app.campaigns.models import Campaign
from app.claims import rules, service
from app.claims.models import Claim, Correction
from app.claims.rules import SubjectKind
from app.core import clock, i18n
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.core.templating import absolute
from app.people import audit
from app.people.rules import Actor, Permission
from app.stories import queries as stories_queries
from app.stories import service as stories
from app.stories.models import Frame, FrameKind
from app.stories.service import FrameText


def correct(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    claim: Claim,
    *,
    right: str,
    why: str,
    since: date,
    source_title: str,
    source_url: str,
) -> Correction:
    """Say in public what is right instead of a claim, whose check ends. It can never be changed or taken back.

    Raises Forbidden; Conflict while nobody outside has read the claim, or for a day to come.
    """
    actor.require(Permission.PUBLISH)
    subject = service.subject_of(session, campaign, claim.subject, claim.subject_pid)
    if subject.public_since is None:
        raise Conflict(mark("Nobody outside has read this yet: change the words where they stand."))
    if since > clock.today(campaign.timezone):
        raise Conflict(mark("It cannot have stood there since a day to come."))
    row = Correction(
        campaign_id=campaign.id,
        claim_id=claim.id,
        said=claim.words,
        right=right,
        why=why,
        since=since,
        source_title=source_title,
        source_url=source_url,
        person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    service.reopen(session, actor, claim)  # whatever it was worth: it is not what stands now
    audit.record(session, actor, "claim.corrected", subject=claim.words, subject_pid=row.pid)
    return row


def make_frame(session: Session, actor: Actor, campaign: Campaign, correction: Correction) -> Frame:
    """A story that corrects, in today's day, with its words and sources, ready to be planned.

    What it says is a claim of its own, which somebody else checks before it goes out. Made once: the second time
    the same story is given. Raises Forbidden, Conflict once the campaign is closed.
    """
    stories.check_editable(actor, campaign)
    made = stories_queries.frame(session, campaign.id, correction.frame_pid) if correction.frame_pid else None
    if made is not None:
        return made
    day = stories_queries.day(session, campaign.id, _day_number(campaign))
    if day is None:
        raise NotFound
    with i18n.speaking(campaign.language):
        title = i18n.gettext("Correction")
    text = FrameText(
        FrameKind.TEXT, title=title, caption=caption(campaign, correction), link_url=sources_address(campaign)
    )
    frame = stories.add_frame(session, actor, campaign, day.pid, text=text)
    correction.frame_pid = frame.pid
    session.add(correction)
    _claim_it(session, actor, campaign, correction, frame)
    return frame


def _claim_it(
    session: Session, actor: Actor, campaign: Campaign, correction: Correction, frame: Frame
) -> None:
    words = correction.right.splitlines()[0][:600]
    claim = service.lay(
        session, campaign, SubjectKind.FRAME, frame.pid, words=words, author_id=actor.person_id
    )
    if correction.source_title:
        service.save_source(
            session,
            actor,
            claim,
            None,
            title=correction.source_title,
            publisher="",
            url=correction.source_url,
            published_on=None,
            quote="",
            archive="",
        )


def _day_number(campaign: Campaign) -> int:
    """Today's day; the first before the week, the last after it."""
    now = now_of(campaign)
    return now.today or (campaign.length if now.shown else 1)


def sources_address(campaign: Campaign) -> str:
    """Where the public reads every source and correction."""
    return absolute(f"/c/{campaign.slug}/sources")


def caption(campaign: Campaign, correction: Correction) -> str:
    """What a story, or an influencer, says to correct: in the campaign's language, with the source."""
    with i18n.speaking(campaign.language):
        said = i18n.gettext("We said: “%(said)s” That was wrong.") % {"said": rules.quoted(correction.said)}
        lines = [said, correction.right]
        if correction.source_title:
            lines.append(i18n.gettext("Source: %(title)s") % {"title": correction.source_title})
    return "\n\n".join(lines)
