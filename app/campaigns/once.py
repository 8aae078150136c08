"""One press of a button makes one row, however often it arrives: known by the key of its form and by what it says.

The same key with other words is no second press but an old page filled in anew: it counts by itself.
"""

import hashlib

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core.ids import new_pid


def take_turns(session: Session, campaign: Campaign) -> None:
    """Two presses at one moment come one after the other; donors to the campaign wait for neither."""
    session.exec(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True)).one()


def name(key: str, *said: object) -> str:
    """The public id of what a press makes: the same at each arrival, another where the form carried no key.

    ``said`` is what is entered; the campaign's own id goes before it, so that no form reaches another's rows.
    """
    if not key:
        return new_pid()
    return hashlib.sha256("\x1f".join((key, *map(str, said))).encode()).hexdigest()[:16]
