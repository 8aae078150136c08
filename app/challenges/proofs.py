"""The photo that proves an act: written anew, without what the camera noted in it; for the team alone."""

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.core.i18n import mark
from app.media import service as media
from app.media.models import Media, MediaKind
from app.media.service import Prepared, Refused


def prepare(data: bytes) -> Prepared:
    """A photo written anew, outside any transaction. Raises Refused for what is no picture."""
    made = media.prepare(data)
    if made.kind is not MediaKind.IMAGE:
        raise Refused(mark("Send a picture: JPEG, PNG or WebP."))
    return made


def keep(session: Session, campaign: Campaign, act: ChallengeAct, photo: Prepared) -> None:
    """Keep a photo with its act, in place of an earlier one. Raises Refused when the organisation's room is full."""
    organisation = campaigns.organisation(session, campaign)
    kept = media.keep(session, organisation, photo, "proof", public=False)
    drop(session, act)
    act.proof_media_id = kept.id
    session.add(act)


def drop(session: Session, act: ChallengeAct) -> None:
    """Forget the photo of an act; its files go with the commit."""
    known = session.get(Media, act.proof_media_id) if act.proof_media_id is not None else None
    act.proof_media_id = None
    session.add(act)
    session.flush()
    if known is not None:
        media.erase(session, known)
