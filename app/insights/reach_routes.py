"""`…/insights/reach`: what a platform shows under each frame, typed by hand or pasted from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core import clock
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.insights import forms, queries, service, words
from app.insights.forms import PasteForm, ReachForm
from app.insights.rules import METRICS
from app.insights.view import around, base
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.stories import queries as stories
from app.stories.models import Day, Frame

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/insights/reach"
CHANNELS = ("instagram", "facebook", "tiktok", "youtube", "threads", "bluesky", "mastodon", "x", "telegram")


@dataclass(frozen=True)
class Choice:
    """Whose frames of which day, on which channel. `account` is None for the organisation's own."""

    day: Day
    frames: Mapping[str, Frame]
    account: Influencer | None
    channel: str

    @property
    def query(self) -> str:
        who = self.account.pid if self.account else ""
        return f"?day={self.day.number}&account={who}&channel={self.channel}"


def _choice(
    session: Session, campaign: Campaign, day: int | None, account: str, channel: str
) -> Choice | None:
    """What was chosen; the last one that has come where none was. None in a campaign without days.

    Raises NotFound for what the campaign does not have.
    """
    days = {one.number: one for one in stories.days(session, campaign.id)}
    if not days:
        return None
    chosen = days.get(day or _latest(session, campaign, list(days.values())))
    who = influencers.one(session, campaign, account) if account else None
    if chosen is None or (account and who is None) or channel not in CHANNELS:
        raise NotFound
    frames = {one.pid: one for one in stories.frames_of_day(session, chosen.id)}
    return Choice(chosen, frames, who, channel)


def _latest(session: Session, campaign: Campaign, days: Sequence[Day]) -> int:
    """The last day with frames that has come: its figures are the ones to type now."""
    counts = stories.counts(session, campaign.id)
    told = [one.number for one in days if counts.get(one.id)] or [days[0].number]
    today = (clock.today(campaign.timezone) - campaign.starts_on).days + 1
    return max((number for number in told if number <= today), default=told[0])


def _first_account(session: Session, campaign: Campaign) -> str:
    """Stories are carried by influencers: the first who said yes, or the organisation where nobody did."""
    return next((one.pid for one in influencers.confirmed(session, campaign)), "")


@router.get(ROOM, name="insights:reach")
def reach(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    day: Annotated[int | None, Query(ge=1, le=31)] = None,
    account: Annotated[str | None, Query(max_length=16)] = None,
    channel: Annotated[str, Query(max_length=20)] = CHANNELS[0],
) -> Response:
    """The form of one day and account, with what was typed."""
    who = _first_account(session, campaign) if account is None else account
    return _show(request, session, actor, campaign, _choice(session, campaign, day, who, channel))


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    choice: Choice | None,
    *,
    form: FormState | None = None,
    paste: FormState | None = None,
    status: int = 200,
) -> Response:
    typed = queries.typed_days(session, campaign)
    context: dict[str, Any] = {
        "choice": choice,
        "days": [(one, typed.get(one.number, 0)) for one in stories.days(session, campaign.id)],
        "accounts": influencers.confirmed(session, campaign),
        "channels": [(name, words.CHANNELS[name]) for name in CHANNELS],
        "metrics": METRICS,
        "kept": _kept(session, campaign, choice) if choice else {},
        "form": form,
        "paste": paste,
    }
    return page(
        request, "insights/reach.html", {**around(campaign, actor, "/reach"), **context}, status=status
    )


def _kept(session: Session, campaign: Campaign, choice: Choice) -> Mapping[str, list[str]]:
    """What was typed, as the lists of the form: one entry a frame for each metric."""
    ids = [one.id for one in choice.frames.values()]
    rows = queries.reach_rows(
        session, campaign, ids, choice.account.id if choice.account else 0, choice.channel
    )

    def cell(frame_id: int, name: str) -> str:
        value = getattr(rows[frame_id], name) if frame_id in rows else None
        return "" if value is None else str(value)

    return {name: [cell(one, name) for one in ids] for name in METRICS}


@router.post(ROOM, name="insights:type-reach", dependencies=[may(Permission.EDIT)])
def type_reach(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    parsed = form.parse(ReachForm)
    data = parsed.data
    if data is None:
        return _again(request, session, actor, campaign, form=parsed)
    choice = _choice(session, campaign, data.day, data.account, data.channel)
    told, wrong = forms.frames_of(data)
    if choice is None or wrong:
        said = forms.with_errors(parsed, wrong)
        return _show(request, session, actor, campaign, choice, form=said, status=422)
    _keep(session, actor, campaign, choice, told)
    return redirect(request, base(campaign) + "/reach" + choice.query, ok="saved")


def _again(
    request: Request, session: Session, actor: Actor, campaign: Campaign, **forms_: FormState
) -> Response:
    choice = _choice(session, campaign, None, "", CHANNELS[0])
    return _show(request, session, actor, campaign, choice, status=422, **forms_)


def _keep(
    session: Session, actor: Actor, campaign: Campaign, choice: Choice, told: Mapping[str, forms.Row]
) -> None:
    service.keep_reach(
        session,
        actor,
        campaign,
        day=choice.day,
        frames=choice.frames,
        account=choice.account,
        channel=choice.channel,
        told=told,
    )


@router.post(ROOM + "/paste", name="insights:paste-reach", dependencies=[may(Permission.EDIT)])
def paste_reach(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Rows copied from a table; nothing is kept while one of them cannot be read."""
    parsed = form.parse(PasteForm)
    data = parsed.data
    if data is None:
        return _again(request, session, actor, campaign, paste=parsed)
    choice = _choice(session, campaign, data.day, data.account, data.channel)
    if choice is None:
        raise NotFound
    read = forms.pasted(data.rows)
    by_number = dict(enumerate(choice.frames, 1))
    strange = [number for number in read.rows if number not in by_number]
    if read.wrong or strange or not read.rows:
        line, said = next(iter(read.wrong), (strange[0] if strange else 1, NO_SUCH_FRAME))
        wrong = {"rows": said.with_values(line=line, number=line, count=len(by_number))}
        shown = forms.with_errors(parsed, wrong)
        return _show(request, session, actor, campaign, choice, paste=shown, status=422)
    _keep(session, actor, campaign, choice, {by_number[one]: row for one, row in read.rows.items()})
    return redirect(request, base(campaign) + "/reach" + choice.query, ok="saved")


NO_SUCH_FRAME = mark("There is no frame %(number)s on this day: it has %(count)s.")
