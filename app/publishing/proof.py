"""The screenshot that proves a post: kept with it, private to the team and its carrier, gone when it is taken back."""

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core.i18n import mark
from app.media import service as media
from app.media.models import Media, MediaKind
from app.media.service import Prepared, Refused
from app.publishing.models import Post


def prepare(data: bytes) -> Prepared:
    """A screenshot written anew, outside any transaction. Raises Refused for what is no picture."""
    made = media.prepare(data)
    if made.kind is not MediaKind.IMAGE:
        raise Refused(mark("Send a picture: a screenshot of what you posted."))
    return made


def keep(session: Session, campaign: Campaign, post: Post, made: Prepared, name: str) -> Media:
    """Keep a screenshot with its post. Raises Refused when the organisation's room is full."""
    organisation = campaigns.organisation(session, campaign)
    kept = media.keep(session, organisation, made, name, public=False)
    drop(session, post)
    post.proof_media_id = kept.id
    session.add(post)
    return kept


def drop(session: Session, post: Post) -> None:
    """Forget the screenshot of a post; its files follow with the next sweep."""
    known = session.get(Media, post.proof_media_id) if post.proof_media_id is not None else None
    post.proof_media_id = None
    session.add(post)
    session.flush()
    if known is not None:
        media.remove(session, known)
