"""Mails of testimonials: to the author what became of it, to the team and the carriers what ended. Quotes nobody."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.influencers import queries as influencers
from app.mail import service as mail
from app.supporters import service as supporters
from app.supporters.models import Supporter
from app.testimonials import wording
from app.testimonials.models import Testimonial, TestimonialUse
from app.testimonials.rules import Fate, Place, Why

_CARRIED = frozenset({Place.CARD, Place.FRAME, Place.POST})


def tell_recalled(session: Session, campaign: Campaign, ended: Sequence[TestimonialUse], why: Why) -> int:
    """Tell organisers what ended, and those who carry the campaign when a card or story did; returns how many."""
    context = {
        "campaign": campaign,
        "why": why.value,
        "gone": [one for one in ended if one.fate is not Fate.NOT_RECALLED],
        "left": [one for one in ended if one.fate is Fate.NOT_RECALLED],
        "say": wording,
    }
    told = {
        address: (language, absolute(f"/studio/campaigns/{campaign.pid}/voices#ended"), False)
        for address, language in campaigns.organiser_mails(session, campaign)
    }
    if any(one.place in _CARRIED for one in ended):
        for person in influencers.confirmed(session, campaign):
            if person.email and person.email not in told:
                told[person.email] = (person.language, absolute("/brief"), True)
    for address, (language, url, carries) in told.items():
        mail.queue(
            session,
            kind="voice-recalled",
            to=address,
            language=language,
            context={**context, "url": url, "carries": carries},
        )
    return len(told)


def tell_accepted(session: Session, rows: Sequence[Testimonial]) -> None:
    """Tell authors that their words are accepted, where they left an address; a no is told by the inbox."""
    told = session.exec(
        select(Supporter, Campaign)
        .join(Testimonial, col(Testimonial.supporter_id) == col(Supporter.id))
        .join(Campaign, col(Campaign.id) == col(Testimonial.campaign_id))
        .where(col(Testimonial.id).in_([row.id for row in rows]), Supporter.email != "")
        .order_by(col(Testimonial.id))
    ).all()
    for supporter, campaign in told:
        mail.queue(
            session,
            kind="voice-accepted",
            to=supporter.email,
            language=supporter.language,
            context={
                "campaign": campaign,
                "organisation": campaigns.organisation(session, campaign),
                "public_url": absolute(f"/c/{campaign.slug}/voices"),
                "url": supporters.new_link(session, supporter, mailed=True),
            },
        )
