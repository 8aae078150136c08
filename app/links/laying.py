"""Gives each planned post its short link, by itself: one for each carrier, day, frame and channel.

A post whose frame leads elsewhere gets none, and a frame that leads to a page of its campaign keeps that page.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.settings import get_settings
from app.links import queries, rules, service
from app.links.models import TrackedLink
from app.links.rules import Channel, Target
from app.stories.models import Frame


@dataclass(frozen=True)
class Carried:
    """What a post's link is told apart by. `leads`: the address the frame gives, or ""."""

    frame_id: int
    frame_pid: str
    day_number: int
    leads: str
    influencer_id: int | None
    channel: str  # of publishing; "hand" where a person posts

    @property
    def key(self) -> str:
        """One link for each of these; by the frame's public id, which a frame that was restored keeps."""
        return f"{self.influencer_id or 0}:{self.day_number}:{self.frame_pid}:{self.channel}"


def lay(session: Session, campaign: Campaign, carried: Carried) -> TrackedLink | None:
    """The link of a post, made when there is none; None when its frame leads elsewhere."""
    found = target_of(campaign, carried)
    if found is None:
        return None
    place, number = found
    known = queries.by_key(session, campaign.id, carried.key)
    if known is not None:
        return known
    return service.add(
        session,
        campaign,
        place=place,
        day_number=number,
        influencer_id=carried.influencer_id,
        frame_id=carried.frame_id,
        channel=carried.channel if carried.channel in set(Channel) else "",
        laid_key=carried.key,
    )


def target_of(campaign: Campaign, carried: Carried) -> tuple[Target, int] | None:
    """Where the link of a post leads: what its frame says; else the day's page, the donation page once it is open."""
    if carried.leads:
        return rules.target_in(_path(carried.leads), campaign.slug)
    if carried.day_number >= campaign.drive_day:
        return Target.DONATE, 0
    return Target.DAY, carried.day_number


def leads_to(link: TrackedLink, frame: Frame | None, slug: str) -> tuple[Target, int]:
    """The target of a link as of now: a frame that was given another address takes its posts' links along."""
    said = rules.target_in(_path(frame.link_url), slug) if frame is not None and link.laid_key else None
    return said or (link.place, link.day_number)


def is_ours(address: str, slug: str) -> bool:
    """Whether an address is that of a page of the campaign, which a short link may stand for."""
    return rules.target_in(_path(address), slug) is not None


def is_own(address: str) -> bool:
    """Whether an address is one of this instance's campaigns."""
    return _path(address).startswith("/c/")


def _path(address: str) -> str:
    """The path of an address of this instance; "" for any other."""
    parts = urlsplit(address)
    base = urlsplit(get_settings().base_url)
    return parts.path if (parts.scheme, parts.netloc) == (base.scheme, base.netloc) else ""
