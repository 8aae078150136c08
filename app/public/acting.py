"""Taking a day's challenge, and asking to keep one's days: no account, no cookie unless someone asks for it."""

from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.models import Campaign
from app.challenges import diary, keeping, taking, telling
from app.challenges.rules import LEVELS
from app.challenges.taking import Outcome, Taken, Taker
from app.core import i18n
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState, Parsed
from app.core.forms import FormData
from app.core.i18n import Message
from app.core.pages import is_partial, redirect, via
from app.core.ratelimit import check, limited
from app.intake.gate import sparing
from app.links import queries as links
from app.media.service import Refused
from app.public import days, views, words
from app.public.days import After
from app.public.forms import KeepForm, TakeForm
from app.public.sent import Photo, sent_of
from app.public.views import DayView
from app.supporters.access import Known, set_cookie
from app.supporters.queries import Visit

router = APIRouter()

MAILS_AN_HOUR = 3  # to one address, whoever asks


@router.post(
    "/c/{slug}/days/{number}/challenge",
    name="public:take-challenge",
    dependencies=[sparing("challenge", times=30, seconds=600)],
)
def take_challenge(
    request: Request,
    photo: Photo,
    session: Db,
    campaign: PublicCampaign,
    number: int,
    form: FormData,
    known: Known,
) -> Response:
    """Count that someone did a day's challenge, or let the team read it first; once a person."""
    view = views.day_view(request, session, campaign, number)
    if view is None or view.asked is None:
        raise NotFound
    parsed = form.parse(TakeForm)
    if parsed.data is None:
        return days.day_page(request, view, After(form=parsed), 422)
    taking.check(campaign, view.asked.terms.calendar)
    told, wrong = telling.resolve(
        view.asked.terms, parsed.data, None if isinstance(photo, Message) else photo
    )
    if isinstance(photo, Message):
        wrong = {**wrong, "photo": photo}
    if wrong:
        return days.day_page(request, view, After(form=FormState(parsed.values, wrong)), 422)
    if parsed.data.website:  # a machine filled in what people do not see: thanked and not counted
        taken = Taken(Outcome.TAKEN, min(told.level, LEVELS - 1), late=False)
    else:
        sent = sent_of(request, parsed.data)
        taker = _taker(request, session, campaign, known)
        try:
            taken = taking.take(session, campaign, view.asked.terms, taker=taker, told=told, sent=sent)
        except Refused as refused:
            session.rollback()
            return days.day_page(
                request, view, After(form=FormState(parsed.values, {"photo": refused.message})), 422
            )
    return _thanks(request, session, view, taken, parsed, known)


def _taker(request: Request, session: Session, campaign: Campaign, known: Visit | None) -> Taker:
    streak = diary.streak_of(session, campaign.id, known)
    return Taker(
        _participant(request, session, campaign),
        streak.supporter_id if streak is not None else None,
        known.ids if streak is not None and known is not None else (),
        links.link_id(session, campaign.id, via(request)),
    )


def _participant(request: Request, session: Session, campaign: Campaign) -> str:
    return taking.recognise(
        session,
        campaign,
        address=request.client.host if request.client else "",
        agent=request.headers.get("user-agent", ""),
    )


def _thanks(
    request: Request,
    session: Session,
    view: DayView,
    taken: Taken,
    parsed: Parsed[TakeForm],
    known: Visit | None,
) -> Response:
    campaign, number = view.around.campaign, view.drawer.number
    token = keeping.token(taken.fresh)
    if is_partial(request):
        session.flush()
        fresh = views.day_view(request, session, campaign, number) or view
        after = After(
            taken=words.told(taken, token),
            form=FormState({**parsed.values, "level": str(taken.level)}),
            kept=diary.streak_of(session, campaign.id, known) is not None,
        )
        return days.day_page(request, fresh, after)
    where = f"/c/{campaign.slug}" if view.around.now.today == number else f"/c/{campaign.slug}/days/{number}"
    said = {"level": str(taken.level), "told": token}
    said |= {name: str(parsed.values.get(name, "")) for name in ("quantity", "team")}
    said["with"] = said.pop("team")
    query = urlencode({name: value for name, value in said.items() if value})
    return redirect(request, f"{where}?{query}#challenge", ok=words.KEY_BY_OUTCOME[taken.outcome])


def _sparing_mails(form: FormData) -> None:
    """One mailbox gets a few links an hour, whoever asks for them; no address asks for nothing."""
    to = form.get("email").strip().lower()
    if to:
        check("keep-days-to", to, times=MAILS_AN_HOUR, seconds=3600)


@router.post(
    "/c/{slug}/days/{number}/keep",
    name="public:keep-days",
    dependencies=[limited("keep-days", times=20, seconds=3600), Depends(_sparing_mails)],
)
def keep_days(
    request: Request, session: Db, campaign: PublicCampaign, number: int, form: FormData, known: Known
) -> Response:
    """Remember the challenges of whoever asks, on their private page; a link to it by mail if they like."""
    view = views.day_view(request, session, campaign, number)
    if view is None or view.asked is None:
        raise NotFound
    parsed = form.parse(KeepForm)
    if parsed.data is None:
        return days.day_page(request, view, After(keep=parsed), 422)
    if parsed.data.website:
        return redirect(request, f"/c/{campaign.slug}/days/{number}#challenge")
    taking.check(campaign, view.asked.terms.calendar)  # once it is over nobody may be recognised any more
    with i18n.speaking(request.state.language):
        wording = str(keeping.WORDING)
    kept = keeping.keep(
        session,
        campaign,
        visit=known,
        participant=_participant(request, session, campaign),
        told=parsed.data.told,
        wording=wording,
        language=request.state.language,
        email=parsed.data.email,
    )
    answer = redirect(request, "/mine#days", ok="sent" if parsed.data.email else "saved")
    if kept.cookie is not None:
        set_cookie(answer, kept.cookie)
    return answer
