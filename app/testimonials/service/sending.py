"""Somebody tells something: its row, its files, its consents and its place in the inbox, at once or not at all."""

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.intake import service as intake
from app.intake.rules import Kind
from app.intake.screening import Screening
from app.media import service as media
from app.media.service import Prepared
from app.supporters.models import Supporter
from app.testimonials.models import Testimonial
from app.testimonials.rules import Words
from app.testimonials.service.telling import agree, agreed, write


def send(
    session: Session,
    campaign: Campaign,
    supporter: Supporter,
    words: Words,
    *,
    screening: Screening,
    picture: Prepared | None = None,
    voice: Prepared | None = None,
    person_id: int | None = None,
    link_id: int | None = None,
) -> Testimonial:
    """Keep what somebody told; `person_id` is the member they are signed in as, who may not judge it.
    `link_id`: the short link they came by.

    Files lose their names: people put their own into them. Raises media.Refused when there is no room.
    """
    organisation = campaigns.organisation(session, campaign)
    row = Testimonial(
        campaign_id=campaign.id, supporter_id=supporter.id, person_id=person_id, link_id=link_id
    )
    write(row, words)
    if picture is not None:
        row.picture_id = media.keep(session, organisation, picture, "", public=True).id
    if voice is not None:
        row.voice_id = media.keep(session, organisation, voice, "", public=True).id
    session.add(row)
    session.flush()
    agree(session, supporter, row, agreed(row))
    intake.file(
        session,
        campaign,
        kind=Kind.TESTIMONIAL,
        subject_id=row.id,
        screening=screening,
        supporter_id=supporter.id,
    )
    return row
