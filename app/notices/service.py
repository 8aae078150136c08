"""Taking a notice in: kept whatever a machine thinks of it, answered at once, told to those who must act."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app.core import stamps
from app.core.errors import NotFound
from app.core.ids import new_token, token_hash
from app.notices import queries, rules, subjects, telling
from app.notices.models import Notice, NoticeLink
from app.notices.rules import Category, Side
from app.people.queries import organisation_by_pid

LEAST_TYPING = timedelta(seconds=3)


@dataclass(frozen=True)
class Report:
    """A notice as it came. `trap` is the field people do not see, `source` a keyed hash of where it came from."""

    address: str
    category: Category
    reason: str
    name: str
    email: str
    language: str
    org: str = ""  # whose page it is, where the address does not tell
    stamp: str = ""
    trap: str = ""
    source: str = ""


def file(session: Session, report: Report, *, may_mail: bool = True) -> tuple[Notice, str]:
    """Keep a notice and answer it; returns it with the token of its private page.

    A notice that a machine may have sent is kept and read as any other; only no mail goes to the address in it,
    which anyone could have typed. Nor does one with `may_mail` False. Raises NotFound on an empty instance.
    """
    item = subjects.find_item(session, report.address)
    campaign = queries.campaign_of(session, rules.slug_in(report.address))
    organisation = organisation_by_pid(session, report.org) if report.org else None
    organisation = organisation or queries.first_organisation(session)
    if organisation is None:
        raise NotFound
    typed = stamps.age(report.stamp)
    notice = Notice(
        organisation_id=organisation.id,
        category=report.category,
        address=report.address,
        reason=report.reason,
        name=report.name,
        email=report.email,
        language=report.language,
        doubtful=bool(report.trap) or typed is None or typed < LEAST_TYPING,
        source=report.source,
    )
    if campaign is not None:
        notice.organisation_id, notice.campaign_id = campaign.organisation_id, campaign.id
    if item is not None:
        notice.organisation_id, notice.campaign_id = item.organisation_id, item.campaign_id
        notice.item_id, notice.quoted = item.id, subjects.words_of(session, item)
    else:
        notice.quoted = subjects.piece_at(session, campaign, report.address).quoted
    session.add(notice)
    session.flush()
    token = open_link(session, notice, Side.NOTIFIER)
    telling.arrived(session, notice)
    if notice.email and may_mail and not notice.doubtful:
        telling.receipt(session, notice, token)
    return notice, token


def open_link(session: Session, notice: Notice, side: Side) -> str:
    """A new private address of a notice for one side, as its token; earlier ones stay good."""
    token = new_token()
    session.add(NoticeLink(notice_id=notice.id, side=side, token_hash=token_hash(token)))
    session.flush()
    return token
