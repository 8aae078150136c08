"""What the accounts of impact say, for the claims made in them."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.claims import subjects
from app.claims.rules import SubjectKind
from app.claims.subjects import Subject
from app.core.i18n import mark
from app.impact.models import Update


def text_of(update: Update) -> str:
    """Everything an account says."""
    return "\n".join(part for part in (update.title, update.body, update.video_title) if part)


def subject_of(update: Update) -> Subject:
    """An account as a text that may claim something."""
    return Subject(
        SubjectKind.UPDATE,
        update.pid,
        update.title,
        mark("Impact update"),
        text_of(update),
        desk=f"/impact/updates/{update.pid}",
        path=f"/impact#update-{update.pid}",
        public_since=update.published_at.date() if update.published_at else None,
    )


def _speak(session: Session, campaign: Campaign) -> Sequence[Subject]:
    rows = session.exec(
        select(Update).where(Update.campaign_id == campaign.id).order_by(col(Update.id))
    ).all()
    return [subject_of(row) for row in rows]


subjects.offer(SubjectKind.UPDATE, _speak)
