"""Mails about spending: to those who may agree while one waits, to who entered it when it is refused."""

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.donations.aftermath.queries import treasurers
from app.impact.spend_models import Spend
from app.mail import service as mail
from app.people.models import Organisation, Person


def waits(session: Session, campaign: Campaign, spend: Spend, *, by: str) -> None:
    """Ask each member who may agree, once; never who entered it."""
    for person in treasurers(session, campaign.organisation_id):
        if person.id != spend.entered_by:
            _queue(session, "spend-waits", campaign, spend, person, by)


def refused(session: Session, campaign: Campaign, spend: Spend, *, by: str) -> None:
    """Tell who entered it why it does not count, if they still are somebody here."""
    person = session.get(Person, spend.entered_by) if spend.entered_by else None
    if person is not None and person.disabled_at is None:
        _queue(session, "spend-refused", campaign, spend, person, by)


def _queue(session: Session, kind: str, campaign: Campaign, spend: Spend, person: Person, by: str) -> None:
    context = {
        "organisation": session.get_one(Organisation, campaign.organisation_id),
        "campaign": campaign,
        "spend": spend,
        "by": by,
        "link": absolute(f"/studio/campaigns/{campaign.pid}/impact#spend-{spend.pid}"),
    }
    key = f"{kind}:{spend.pid}:{person.pid}"
    mail.queue_once(session, key=key, kind=kind, to=person.email, language=person.language, context=context)
