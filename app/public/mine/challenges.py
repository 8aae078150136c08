"""The days someone keeps: which challenges they did, what the team returned, what stood in the way."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.models import Campaign
from app.challenges import diary, keeping, taking, telling, writing
from app.challenges.comparing import MIN_TEAMS
from app.challenges.forms import MissForm
from app.challenges.models import Challenge, ChallengeAct
from app.challenges.rules import OBSTACLE_WORDS
from app.challenges.telling import Terms
from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.intake import queries as intake
from app.intake.models import Item
from app.intake.rules import Kind
from app.media.service import Refused
from app.people.models import Organisation
from app.public import days
from app.public.forms import TakeForm
from app.public.mine.base import Part
from app.public.sent import Photo, sent_of
from app.stories.models import Day
from app.supporters.access import Mine
from app.supporters.queries import Visit

router = APIRouter(prefix="/mine/challenges")
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _load(session: Session, visit: Visit) -> Any:
    return diary.diaries(session, visit)


PART = Part("public/mine/_challenges.html", _load)


@dataclass(frozen=True)
class Own:
    """An act of theirs with what decides whether it may change."""

    act: ChallengeAct
    challenge: Challenge
    day: Day
    campaign: Campaign
    item: Item | None
    terms: Terms
    choices: list[Influencer]

    @property
    def may_change(self) -> bool:
        return taking.may_change(self.campaign, self.terms.calendar, self.act, self.item)


def _own(session: Session, visit: Visit, pid: str) -> Own:
    found = diary.own_act(session, visit, pid)
    if found is None:
        raise NotFound
    act, challenge, day, campaign = found
    people = influencers.confirmed(session, campaign) if challenge.teams else []
    choices = list(people) if len(people) >= MIN_TEAMS else []
    dates = taking.calendar(campaign, challenge, day.number)
    return Own(
        act,
        challenge,
        day,
        campaign,
        intake.of_subject(session, Kind.ACT, act.id) if act.filed else None,
        Terms(challenge, dates, clock.today(campaign.timezone), {one.pid: one.id for one in choices}),
        choices,
    )


def _act_page(request: Request, session: Session, own: Own, form: FormState, status: int = 200) -> Response:
    context = days.fields_context(own.terms, own.choices, own.campaign.language, form) | {
        "organisation": session.get_one(Organisation, own.campaign.organisation_id),
        "campaign": own.campaign,
        "day": own.day,
        "act": own.act,
        "item": own.item,
        "form": form,
        "may_change": own.may_change,
    }
    return page(request, "public/mine/act.html", context, status=status, headers=PRIVATE)


@router.get("/acts/{act_pid}", name="public:mine-act")
def act_page(request: Request, session: Db, visit: Mine, act_pid: str) -> Response:
    """One act of theirs, to change or to take back."""
    own = _own(session, visit, act_pid)
    team = next((one.pid for one in own.choices if one.id == own.act.team_id), "")
    return _act_page(request, session, own, telling.shown(own.act, team, request.state.language))


@router.post("/acts/{act_pid}", name="public:mine-edit-act")
def edit_act(
    request: Request, photo: Photo, session: Db, visit: Mine, act_pid: str, form: FormData
) -> Response:
    """Change an act; the team reads anew what it had reason to read."""
    own = _own(session, visit, act_pid)
    parsed = form.parse(TakeForm)
    if parsed.data is None:
        return _act_page(request, session, own, parsed, 422)
    if not own.may_change:
        raise Conflict(mark("This act can no longer be changed. You can still take it back."))
    sent_photo = None if isinstance(photo, Message) else photo
    told, wrong = telling.resolve(
        own.terms, parsed.data, sent_photo, has_photo=own.act.proof_media_id is not None
    )
    if isinstance(photo, Message):
        wrong = {**wrong, "photo": photo}
    if wrong:
        return _act_page(request, session, own, FormState(parsed.values, wrong), 422)
    sent = sent_of(request, parsed.data)
    try:
        writing.write(session, own.campaign, own.terms, own.act, own.item, told, sent)
    except Refused as refused:
        session.rollback()
        own = _own(session, visit, act_pid)
        return _act_page(request, session, own, FormState(parsed.values, {"photo": refused.message}), 422)
    return redirect(request, "/mine#days", ok="saved")


@router.post("/acts/{act_pid}/withdraw", name="public:mine-withdraw-act")
def withdraw_act(request: Request, session: Db, visit: Mine, act_pid: str) -> Response:
    """Take an act back: out of the counts, its words and proof forgotten."""
    writing.withdraw(session, _own(session, visit, act_pid).act)
    return redirect(request, "/mine#days", ok="removed")


def _missed(session: Session, visit: Visit, pid: str) -> tuple[Challenge, Day, Campaign]:
    found = diary.own_challenge(session, visit, pid)
    if found is None or taking.is_coming(found[2], found[0], found[1].number):
        raise NotFound
    return found


def _missed_page(
    request: Request, session: Session, visit: Visit, pid: str, form: FormState | None, status: int = 200
) -> Response:
    challenge, day, campaign = _missed(session, visit, pid)
    known = diary.miss_of(session, visit, challenge)
    if form is None and known is not None:
        form = FormState({"obstacle": known.obstacle.value, "text": known.text})
    context = {
        "organisation": session.get_one(Organisation, campaign.organisation_id),
        "campaign": campaign,
        "challenge": challenge,
        "day": day,
        "form": form,
        "obstacles": [(one.value, words) for one, words in OBSTACLE_WORDS.items()],
        "late": taking.refusal(campaign, taking.calendar(campaign, challenge, day.number)) is None,
    }
    return page(request, "public/mine/missed.html", context, status=status, headers=PRIVATE)


@router.get("/missed/{challenge_pid}", name="public:mine-missed")
def missed_page(request: Request, session: Db, visit: Mine, challenge_pid: str) -> Response:
    """Say what stood in the way of a challenge."""
    return _missed_page(request, session, visit, challenge_pid, None)


@router.post("/missed/{challenge_pid}", name="public:mine-note-missed")
def note_missed(request: Request, session: Db, visit: Mine, challenge_pid: str, form: FormData) -> Response:
    """Keep what stood in the way."""
    challenge, _, _ = _missed(session, visit, challenge_pid)
    parsed = form.parse(MissForm)
    if parsed.data is None:
        return _missed_page(request, session, visit, challenge_pid, parsed, 422)
    keeping.note_miss(session, visit, challenge, obstacle=parsed.data.obstacle, text=parsed.data.text)
    return redirect(request, "/mine#days", ok="saved")


@router.post("/days/{streak_pid}/stop", name="public:mine-stop-days")
def stop_days(request: Request, session: Db, visit: Mine, streak_pid: str) -> Response:
    """No longer keep the days of a campaign; its acts stay counted and are nobody's again."""
    found = diary.own_streak(session, visit, streak_pid)
    if found is None:
        raise NotFound
    keeping.stop(session, visit, found[1].id)
    return redirect(request, "/mine", ok="removed")
