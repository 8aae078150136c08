"""The follower's part of the private page: what the mailbox follows. Shown only to who came by a mailed link."""

from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.i18n import Message
from app.followers import queries, service
from app.followers.models import Follower
from app.followers.rules import RHYTHM_WORDS, TOPIC_WORDS, FollowState, topics_of
from app.public.mine.base import Part
from app.supporters.queries import Visit


@dataclass(frozen=True)
class Line:
    """One campaign that is followed, or that waits for its confirmation."""

    row: Follower
    campaign: Campaign
    topics: list[Message]
    rhythm: Message
    page: str
    stop: str

    @property
    def waits(self) -> bool:
        return self.row.state is FollowState.ASKED

    @property
    def paused(self) -> bool:
        until = self.row.paused_until
        return until is not None and until > clock.today(self.campaign.timezone)


def _load(session: Session, visit: Visit) -> list[Line]:
    if not (visit.mailed and visit.supporter.email):
        return []
    found = queries.with_emails(session, visit.supporter.organisation_id, [visit.supporter.email])
    return [
        Line(
            row,
            campaign,
            [TOPIC_WORDS[one][0] for one in topics_of(row.topics)],
            RHYTHM_WORDS[row.rhythm][0],
            service.page_path(row),
            service.stop_path(row),
        )
        for row, campaign in found
        if row.state is not FollowState.ENDED
    ]


PART = Part("followers/_mine.html", _load)
