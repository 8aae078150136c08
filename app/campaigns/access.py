"""What routes ask for: a campaign of the member's own organisation, or a public one by its slug."""

from typing import Annotated

from fastapi import Depends, Request

from app.campaigns import queries
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import DomainError, NotFound
from app.core.i18n import Message
from app.core.pages import speak
from app.people.access import Member


def _own(pid: str, session: Db, actor: Member) -> Campaign:
    campaign = queries.own_campaign(session, actor, pid)
    if campaign is None:
        raise NotFound
    return campaign


OwnCampaign = Annotated[Campaign, Depends(_own)]
"""The campaign named by `{pid}` in the path; another organisation's is a 404."""


class Moved(DomainError):
    """The campaign has another slug now; the old address leads to it for ever."""

    status = 308

    def __init__(self, location: str) -> None:
        super().__init__(Message(""), headers={"Location": location})


def find_public(slug: str, request: Request, session: Db) -> Campaign:
    """The public campaign of a slug, its language spoken. For routes that hold no session meanwhile.

    Raises NotFound, or Moved when the slug is an old one.
    """
    found = queries.public_with_organisation(session, slug)
    if found is not None:
        campaign, request.state.organisation = found
        speak(request, campaign.language)
        return campaign
    renamed = queries.slug_now(session, slug)
    if renamed is None:
        raise NotFound
    query = f"?{request.url.query}" if request.url.query else ""
    raise Moved(request.url.path.replace(f"/c/{slug}", f"/c/{renamed}", 1) + query)


PublicCampaign = Annotated[Campaign, Depends(find_public)]
"""The campaign named by `{slug}` in the path, once it is public; old slugs redirect."""
