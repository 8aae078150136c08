"""The public pages of questions as data: who looks, what waits, what was answered, what a session shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.i18n import Message
from app.intake import queries as intake
from app.intake.models import Item
from app.intake.rules import Kind
from app.intake.screening import Sent
from app.questions import claimed, queries, rules, sessions
from app.questions.forms import AskForm
from app.questions.models import Question
from app.questions.queries import Asked, Voter
from app.questions.rules import Stage
from app.questions.sessions import Held
from app.supporters.queries import Visit

LIVE_LIST = 30


@dataclass(frozen=True)
class Own:
    """A question of the visitor's own that is not public, and where it stands."""

    question: Question
    item: Item


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def agent_of(request: Request) -> str:
    return request.headers.get("user-agent", "")


def supporters_of(campaign: Campaign, visit: Visit | None) -> Sequence[int]:
    """The visitor's rows at this organisation; another organisation's supporter is a stranger here."""
    if visit is None or visit.supporter.organisation_id != campaign.organisation_id:
        return ()
    return (visit.supporter.id, *(one for one in visit.ids if one != visit.supporter.id))


def voter_of(request: Request, session: Session, campaign: Campaign, visit: Visit | None) -> Voter:
    """Who looks at a page; nothing is written."""
    return queries.known_voter(
        session,
        campaign,
        address=address_of(request),
        agent=agent_of(request),
        supporters=supporters_of(campaign, visit),
    )


def sent(request: Request, asked: AskForm) -> Sent:
    """A question with what came along."""
    return Sent(
        text=f"{asked.text}\n{asked.name}" if asked.name else asked.text,
        address=address_of(request),
        agent=agent_of(request),
        stamp=asked.stamp,
        trap=asked.website,
        proof=asked.proof,
    )


def uses() -> dict[str, str]:
    """What its author agrees to, in the sentence that stands beside the button, in the current language."""
    return {"page": i18n.gettext(PAGE_USE)}


def corrections() -> dict[str, str]:
    """What the box about corrections says, in the current language."""
    return {"edit": i18n.gettext(EDIT_USE)}


PAGE_USE = i18n.mark(
    "By sending it you agree that your question, with the name you give, is shown on this page, "
    "may be read aloud in a live session, and stays with its answer."
).text
EDIT_USE = i18n.mark("The team may correct spelling and shorten it.").text


def own_waiting(session: Session, campaign: Campaign, visit: Visit | None) -> list[Own]:
    """The visitor's questions on this campaign that nobody else sees, for them alone."""
    ids = supporters_of(campaign, visit)
    if not ids:
        return []
    rows = [one for one in queries.of_supporters(session, ids) if one.campaign_id == campaign.id and one.text]
    found = intake.of_subjects(session, Kind.QUESTION, [one.id for one in rows])
    return [Own(one, found[one.id]) for one in rows if one.id in found and not found[one.id].public]


def closed_words(campaign: Campaign) -> Message | None:
    """Why nothing is asked now, None when it is; said in the language of the page."""
    why = rules.closed(campaign.state, paused=campaign.paused_at is not None)
    return rules.CLOSED_WORDS[why] if why else None


def coming(session: Session, campaign: Campaign) -> list[tuple[Held, Stage]]:
    """The sessions to come or on air, the next first."""
    now = clock.now()
    rows = [
        (held, rules.stage(held.session.course, now)) for held in sessions.of_campaign(session, campaign.id)
    ]
    return [(held, stands) for held, stands in rows if stands in (Stage.COLLECTING, *rules.RUNNING)]


def past(session: Session, campaign: Campaign) -> list[Held]:
    """The sessions that took place, the latest first."""
    now = clock.now()
    return [
        held
        for held in reversed(sessions.of_campaign(session, campaign.id))
        if held.session.opened_at and rules.stage(held.session.course, now) is Stage.OVER
    ]


def state(session: Session, campaign: Campaign, held: Held, voter: Voter | None) -> dict[str, Any]:
    """Everything on a session's page that moves. Without a voter: as everyone sees it."""
    qa = held.session
    stands = rules.stage(qa.course, clock.now())
    waiting = queries.shown(session, campaign.id, answered=False, voter=voter, limit=LIVE_LIST)
    on_air = _on_air(session, campaign, qa.on_air_id, voter) if stands in rules.RUNNING else None
    ended = stands in (Stage.OVER, Stage.CANCELLED)
    return {
        "campaign": campaign,
        "held": held,
        "qa": qa,
        "stands": stands.value,
        "on_air": on_air,
        "waiting": []
        if ended
        else [one for one in waiting.rows if on_air is None or one.question.id != on_air.question.id],
        "waiting_total": waiting.total,
        "answered": queries.answered_in(session, qa),
        "corrected": claimed.corrected(session, campaign),
        "voting": not closed_words(campaign) and not ended,
        "live": qa.pid,
    }


def _on_air(session: Session, campaign: Campaign, number: int | None, voter: Voter | None) -> Asked | None:
    return next(iter(queries.some(session, campaign.id, [number] if number else [], voter=voter)), None)
