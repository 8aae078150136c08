"""One press of a button is one entry, however often it arrives: known by the key its form carried and by what it says.

The same key with other words is no second press but an old page filled in anew: it counts by itself.
"""

import hashlib

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core.ids import new_pid


def take_turns(session: Session, campaign: Campaign) -> None:
    """Two presses at once come one after the other; donors to the campaign wait for neither."""
    session.exec(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True)).one()


def name(key: str, *said: object) -> str:
    """What a new entry is called: the same for each arrival of one press, new where the form carried no key."""
    if not key:
        return new_pid()
    return hashlib.sha256("\x1f".join((key, *map(str, said))).encode()).hexdigest()[:16]
