"""Mails about notices: receipt, decision, statement of reasons, and word to the team. Never quotes the notice.

Words typed by a stranger are not mailed to an address typed by the same stranger.
"""

from sqlmodel import Session

from app.core import clock
from app.core.templating import absolute
from app.mail import service as mail
from app.notices import queries
from app.notices.models import Notice, NoticeDecision
from app.notices.rules import CATEGORY_WORDS, GROUND_WORDS, OUTCOME_WORDS, Category, Outcome
from app.people.models import Organisation


def _about(session: Session, notice: Notice) -> dict[str, object]:
    return {
        "notice": notice,
        "organisation": session.get_one(Organisation, notice.organisation_id),
        "category": CATEGORY_WORDS[notice.category],
        "page": absolute(notice.address.partition("#")[0].partition("?")[0]),
    }


def receipt(session: Session, notice: Notice, token: str) -> None:
    """Article 16, 4: the notice has arrived."""
    mail.queue(
        session,
        kind="notice-received",
        to=notice.email,
        language=notice.language,
        context={**_about(session, notice), "url": absolute(f"/notice/{token}")},
    )


def arrived(session: Session, notice: Notice) -> None:
    """Tell the team, at most once an hour each; a danger to life goes to the owners at once (article 18)."""
    hour = f"{clock.now():%Y%m%d%H}"
    context = _about(session, notice) | {"url": absolute(f"/studio/notices/{notice.pid}")}
    if notice.category is Category.THREAT:
        for person in queries.owners(session, notice.organisation_id):
            key = f"notice-urgent:{person.id}:{notice.source[:16]}:{hour}"
            mail.queue_once(
                session,
                key=key,
                kind="notice-urgent",
                to=person.email,
                language=person.language,
                context=context,
            )
    team_waits(session, notice)


def team_waits(session: Session, notice: Notice) -> None:
    """Tell who may decide that something waits, at most once an hour each."""
    hour = f"{clock.now():%Y%m%d%H}"
    context = _about(session, notice) | {
        "url": absolute("/studio/notices"),
        "waiting": queries.waiting(session, notice.organisation_id),
    }
    for person in queries.team(session, notice.organisation_id):
        mail.queue_once(
            session,
            key=f"notice-waits:{notice.organisation_id}:{person.id}:{hour}",
            kind="notice-waits",
            to=person.email,
            language=person.language,
            context=context,
        )


def _said(decision: NoticeDecision) -> dict[str, object]:
    return {
        "decision": decision,
        "outcome": OUTCOME_WORDS[decision.outcome],
        "ground": GROUND_WORDS[decision.ground] if decision.ground else "",
        "restricted": decision.outcome is not Outcome.KEEP,
        "again": decision.round > 1,
    }


def to_notifier(session: Session, notice: Notice, decision: NoticeDecision, token: str) -> None:
    """Article 16, 5: what was decided, and how to contest it."""
    mail.queue(
        session,
        kind="notice-decided",
        to=notice.email,
        language=notice.language,
        context={
            **_about(session, notice),
            **_said(decision),
            "url": absolute(f"/notice/{token}"),
        },
    )


def to_author(session: Session, notice: Notice, decision: NoticeDecision, token: str) -> None:
    """Article 17: the statement of reasons, to whoever wrote what is restricted or shown again."""
    mail.queue(
        session,
        kind="notice-author",
        to=decision.author_email,
        language=decision.author_language,
        context={
            **_about(session, notice),
            **_said(decision),
            "url": absolute(f"/notice/{token}"),
        },
    )
