"""Letters to followers: written once for all who read the same, addressed for each when it leaves.

Text and HTML are made of the same pieces. No picture, no script and nothing that tells whether a letter was opened.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.settings import get_settings
from app.core.templating import absolute
from app.followers import published, service, tokens
from app.followers.models import Dispatch, Follower
from app.followers.published import Piece
from app.followers.rules import Topic, topics_of
from app.mail import service as mail
from app.mail.models import OutgoingMail
from app.mail.smtp import compose
from app.people.models import Organisation

KIND = "follow-letter"


@dataclass(frozen=True)
class Letter:
    """What is the same for all who read it. `page` and `stop` stand where each reader's own addresses will."""

    campaign: Campaign
    organisation: Organisation
    key: str  # names it in Message-IDs
    subject: str
    text: str
    html: str
    page: str
    stop: str


class Desk:
    """Writes letters while a batch is sent, each kind once. Made anew for every batch, so that words stay fresh."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._letters: dict[tuple[tuple[int, ...], str, int], Letter | None] = {}
        self._houses: dict[int, tuple[Campaign, Organisation]] = {}

    def letter(self, follower: Follower, told: Sequence[Dispatch]) -> Letter | None:
        """The letter about some dispatches, as a follower asked for it; None when none of it is public any more."""
        whole = 0
        for one in told:
            whole |= one.topics
        wanted = follower.topics & whole
        key = (tuple(one.id for one in told), follower.language, wanted)
        if key not in self._letters:
            self._letters[key] = self._write(follower.campaign_id, told, follower.language, wanted)
        return self._letters[key]

    def _write(self, campaign_id: int, told: Sequence[Dispatch], language: str, wanted: int) -> Letter | None:
        campaign, organisation = self._house(campaign_id)
        topics = topics_of(wanted)
        with i18n.speaking(language):
            found = [
                piece
                for one in told
                for piece in published.pieces(self._session, campaign, one.key)
                if piece.topic in topics
            ]
            if not found:
                return None
            subject = _subject(campaign, found)
        return _rendered(campaign, organisation, told, found, subject, language)

    def _house(self, campaign_id: int) -> tuple[Campaign, Organisation]:
        if campaign_id not in self._houses:
            campaign = self._session.get_one(Campaign, campaign_id)
            self._houses[campaign_id] = (campaign, campaigns.organisation(self._session, campaign))
        return self._houses[campaign_id]


def _subject(campaign: Campaign, found: Sequence[Piece]) -> str:
    """What it is about; of a day the story, of several days the first and how many more."""
    first = found[0]
    more = sum(one.topic is not Topic.CHALLENGE for one in found[1:])
    if more:
        said = i18n.ngettext("%(first)s, and one thing more", "%(first)s, and %(num)s things more", more)
        return said % {"first": first.title, "num": more}
    if first.topic is Topic.CORRECTIONS:
        return i18n.gettext("Correction: %(right)s") % {"right": first.title[:120]}
    return first.title if first.title == campaign.title else f"{first.title} – {campaign.title}"


def _rendered(
    campaign: Campaign,
    organisation: Organisation,
    told: Sequence[Dispatch],
    found: Sequence[Piece],
    subject: str,
    language: str,
) -> Letter:
    """Both halves, with slots no text can hold by chance where each reader's addresses will stand."""
    page, stop = (absolute(f"/follow/{name}{secrets.token_hex(16)}") for name in ("own-", "stop/"))
    context = {
        "campaign": campaign,
        "organisation": organisation,
        "subject": subject,
        "pieces": found,
        "page_url": page,
        "stop_url": stop,
    }
    made = mail.written(KIND, context, language=language)
    return Letter(
        campaign=campaign,
        organisation=organisation,
        key="-".join(one.pid for one in told[:1]) + (f"-{len(told)}" if len(told) > 1 else ""),
        subject=made.subject,
        text=made.text,
        html=made.html,
        page=page,
        stop=stop,
    )


def addressed(letter: Letter, follower: Follower) -> OutgoingMail:
    """The letter for one reader, in no queue: it is made, handed over and forgotten."""
    page, stop = service.page_url(follower), service.stop_url(follower)

    def own(half: str) -> str:
        return half.replace(letter.page, page).replace(letter.stop, stop)

    return OutgoingMail(
        pid=f"{letter.key}.{follower.pid}",
        kind=KIND,
        recipient=follower.email,
        subject=letter.subject,
        text=own(letter.text),
        html=own(letter.html),
        language=follower.language,
        created_at=clock.now(),
    )


def message(letter: Letter, follower: Follower) -> EmailMessage:
    """The letter as it travels, with what lets a mail program end it at one click (RFC 2369, 2919, 8058)."""
    host = urlsplit(get_settings().base_url).hostname
    name = re.sub(r"[^\w .,’\'-]", " ", letter.campaign.title).strip()
    stop = f"<{service.stop_url(follower)}>"
    more = {
        "List-Unsubscribe": f"{stop}, <mailto:{_mailbox(follower)}>" if _mailbox(follower) else stop,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"{name} <{letter.campaign.slug}.{host}>",
        "List-Archive": f"<{absolute(f'/c/{letter.campaign.slug}/feed.atom')}>",
        "Precedence": "bulk",
    }
    if letter.organisation.email:
        more["Reply-To"] = letter.organisation.email
    return compose(addressed(letter, follower), sender=letter.organisation.name, more=more)


def _mailbox(follower: Follower) -> str:
    """Where a mail program may write to end it, when letters come back to a mailbox that is read."""
    back = tokens.return_path(follower.pid)
    return f"{back}?subject=unsubscribe" if back else ""
