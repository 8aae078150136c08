"""`/studio/campaigns/{pid}/links`: short links, what came by each, their codes and papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import OwnCampaign
from app.campaigns.drawers import now_of
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date, flood_day
from app.core import i18n
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import Message, gettext, mark
from app.core.pages import page, redirect
from app.donations import days as giving
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.links import laying, queries, rules, service
from app.links.forms import LabelForm, LinkForm
from app.links.models import TrackedLink
from app.links.queries import LinkView
from app.links.rules import CHANNEL_WORDS, PLACE_WORDS, TARGET_WORDS, Channel, Target
from app.people.access import Member, may
from app.people.rules import Permission
from app.print import cards
from app.print.poster import Poster, poster
from app.print.typesetting import Unprintable
from app.publishing.shortened import short

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/links"
EDIT = [may(Permission.EDIT)]
BARS = 14

_DAYS_ONLY = mark("This campaign has no such day.")
_UNPRINTABLE = mark("This campaign is written in letters the poster's typeface does not have.")
_LEADS = {
    Target.DAY: mark("The page of day %(day)s"),
    Target.CHALLENGE: mark("The challenge of day %(day)s"),
}
_NOT_THEIRS = mark("Choose an influencer of this campaign.")


@dataclass(frozen=True)
class Line:
    """A link in the list, with the gifts that came by it; the sum only for who may see money."""

    seen: LinkView
    name: str
    leads: str
    address: str
    gifts: int
    sum_minor: int | None

    @property
    def link(self) -> TrackedLink:
        return self.seen.link


def _link(lid: str, campaign: OwnCampaign, session: Db) -> TrackedLink:
    found = queries.own(session, campaign.id, lid)
    if found is None:
        raise NotFound
    return found


OwnLink = Annotated[TrackedLink, Depends(_link)]
"""The link named by `{lid}` of the member's campaign."""


@router.get(ROOM, name="studio:links")
def links(request: Request, session: Db, campaign: OwnCampaign, actor: Member) -> Response:
    """Every link with what came by it; a form for one's own."""
    return _list(request, session, campaign, sees_money=actor.may(Permission.MONEY))


def _list(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    sees_money: bool,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    with i18n.speaking(request.state.language):
        lines = _lines(session, campaign, queries.views(session, campaign), sees_money=sees_money)
    figures, different = queries.totals(session, campaign.id)
    people = influencers.confirmed(session, campaign)
    context = {
        "campaign": campaign,
        "room": "links",
        "form": form,
        "own": [one for one in lines if one.link.laid_key is None],
        "laid": _by_day([one for one in lines if one.link.laid_key is not None]),
        "figures": figures,
        "different": different,
        "channels": queries.people_by_channel(session, campaign.id),
        "places": queries.people_by_place(session, campaign.id),
        "channel_words": CHANNEL_WORDS,
        "place_words": PLACE_WORDS,
        "targets": [(one.value, words) for one, words in TARGET_WORDS.items()],
        "people": [(one.pid, one.name) for one in people],
        "days": _days(campaign, request.state.language),
        "ways": [(one.value, CHANNEL_WORDS[one]) for one in Channel if one not in rules.UNSAID],
        "sees_money": sees_money,
    }
    return page(request, "studio/links.html", context, status=status)


def _days(campaign: Campaign, language: str) -> list[tuple[int, str]]:
    with i18n.speaking(language):
        return [
            (number, i18n.day(day_date(campaign.starts_on, number), "EEEE d MMMM"))
            for number in range(1, campaign.length + 1)
        ]


def _by_day(lines: Sequence[Line]) -> list[tuple[int, list[Line]]]:
    found: dict[int, list[Line]] = {}
    for one in lines:
        found.setdefault(int((one.link.laid_key or "0:0").split(":")[1]), []).append(one)
    return sorted(found.items())


def _lines(session: Session, campaign: Campaign, seen: Sequence[LinkView], *, sees_money: bool) -> list[Line]:
    gifts = giving.by_link(session, campaign.id)
    made = []
    for one in seen:
        number, total = gifts.get(one.link.id, (0, 0))
        place, day = laying.leads_to(one.link, one.frame, campaign.slug)
        leads = str(_LEADS.get(place, TARGET_WORDS[place]).with_values(day=day))
        money = total if sees_money else None
        made.append(Line(one, _name(one), leads, short(one.link.code), number, money))
    return made


def _name(one: LinkView) -> str:
    """What the team called it; else who carries which frame where."""
    if one.link.label:
        return one.link.label
    who = one.influencer.name if one.influencer else gettext("The organisation")
    where = str(CHANNEL_WORDS[Channel(one.link.channel)]) if one.link.channel else ""
    return " · ".join(part for part in (who, one.frame.title if one.frame else "", where) if part)


@router.post(ROOM, name="studio:make-link", dependencies=EDIT)
def make(request: Request, session: Db, campaign: OwnCampaign, actor: Member, form: FormData) -> Response:
    """Make a link of one's own, and show it."""
    parsed = form.parse(LinkForm)
    wrong: dict[str, Message] = {}
    person: Influencer | None = None
    if parsed.data is not None:
        if parsed.data.place in rules.OF_A_DAY and parsed.data.day > campaign.length:
            wrong["day"] = _DAYS_ONLY
        if parsed.data.influencer:
            people = influencers.confirmed(session, campaign)
            person = next((one for one in people if one.pid == parsed.data.influencer), None)
            if person is None:
                wrong["influencer"] = _NOT_THEIRS
    if parsed.data is None or wrong:
        refused = FormState(parsed.values, {**parsed.errors, **wrong})
        sees = actor.may(Permission.MONEY)
        return _list(request, session, campaign, sees_money=sees, form=refused, status=422)
    wanted = service.Wanted(
        parsed.data.label,
        parsed.data.place,
        parsed.data.day,
        person,
        parsed.data.channel.value if parsed.data.channel else "",
        parsed.data.utm,
    )
    made = service.make(session, actor, campaign, wanted)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/links/{made.pid}", ok="created")


@router.get(ROOM + "/{lid}", name="studio:link")
def link(request: Request, session: Db, campaign: OwnCampaign, own_link: OwnLink, actor: Member) -> Response:
    """One link: its code, its papers, what came by it day by day."""
    return _one(request, session, campaign, own_link, sees_money=actor.may(Permission.MONEY))


def _one(
    request: Request,
    session: Session,
    campaign: Campaign,
    row: TrackedLink,
    *,
    sees_money: bool,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    with i18n.speaking(request.state.language):
        view = queries.view(session, campaign, row)
        [line] = _lines(session, campaign, [view], sees_money=sees_money)
    by_day = queries.people_by_day(session, campaign.id, row.id)
    context: dict[str, Any] = {
        "campaign": campaign,
        "room": "links",
        "line": line,
        "form": form,
        "bars": _bars(by_day, request.state.language),
        "channels": queries.people_by_channel(session, campaign.id, row.id),
        "channel_words": CHANNEL_WORDS,
    }
    return page(request, "studio/link.html", context, status=status)


def _bars(by_day: Mapping[date, int], language: str) -> list[dict[str, Any]]:
    """The last fourteen days up to the last on which somebody came, without gaps."""
    if not by_day:
        return []
    last = max(by_day)
    first = max(min(by_day), last - timedelta(days=BARS - 1))
    days = [first + timedelta(days=more) for more in range((last - first).days + 1)]
    with i18n.speaking(language):
        return [
            {
                "weekday": on.weekday(),
                "short": i18n.day(on, "d/M"),
                "label": i18n.day(on, "EEEE d MMMM"),
                "value": by_day.get(on, 0),
                "text": i18n.number(by_day.get(on, 0)),
            }
            for on in days
        ]


@router.post(ROOM + "/{lid}", name="studio:rename-link", dependencies=EDIT)
def rename(
    request: Request, session: Db, campaign: OwnCampaign, own_link: OwnLink, actor: Member, form: FormData
) -> Response:
    """Call it something else."""
    parsed = form.parse(LabelForm)
    if parsed.data is None:
        sees = actor.may(Permission.MONEY)
        return _one(request, session, campaign, own_link, sees_money=sees, form=parsed, status=422)
    service.rename(session, actor, own_link, label=parsed.data.label)
    return _back(request, campaign, own_link)


@router.post(ROOM + "/{lid}/retire", name="studio:retire-link", dependencies=EDIT)
def retire(
    request: Request, session: Db, campaign: OwnCampaign, own_link: OwnLink, actor: Member
) -> Response:
    """End it: it leads to the campaign's page from now on."""
    service.retire(session, actor, own_link)
    return _back(request, campaign, own_link)


@router.post(ROOM + "/{lid}/restore", name="studio:restore-link", dependencies=EDIT)
def restore(
    request: Request, session: Db, campaign: OwnCampaign, own_link: OwnLink, actor: Member
) -> Response:
    """Let it lead where it led."""
    service.restore(session, actor, own_link)
    return _back(request, campaign, own_link)


def _back(request: Request, campaign: Campaign, row: TrackedLink) -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/links/{row.pid}", ok="saved")


@router.get(ROOM + "/{lid}/qr.svg", name="studio:link-code")
def code(campaign: OwnCampaign, own_link: OwnLink) -> Response:
    """The link as a code to scan, a drawing of any size."""
    body = cards.qr_drawing(short(own_link.code))
    return _file(body, "image/svg+xml", f"{campaign.slug}-{own_link.code}.svg")


@router.get(ROOM + "/{lid}/qr.png", name="studio:link-code-picture")
def code_picture(campaign: OwnCampaign, own_link: OwnLink) -> Response:
    """The same as a picture."""
    body = cards.qr_picture(short(own_link.code))
    return _file(body, "image/png", f"{campaign.slug}-{own_link.code}.png")


@router.get(ROOM + "/{lid}/poster.pdf", name="studio:link-poster")
def paper(
    request: Request,
    session: Db,
    campaign: OwnCampaign,
    own_link: OwnLink,
    paper: Literal["a4", "a3", "a6", "a6x4"] = "a4",
) -> Response:
    """A poster or table cards whose code is this link's. Raises Conflict for letters no typeface here has."""
    told = _told(session, campaign, own_link, paper, request.state.language)
    try:
        body = _drawn(told)
    except Unprintable:
        raise Conflict(_UNPRINTABLE) from None
    return _file(body, "application/pdf", f"{campaign.slug}-{own_link.code}-{paper}.pdf")


def _told(session: Session, campaign: Campaign, row: TrackedLink, paper: str, language: str) -> Poster:
    place, day = laying.leads_to(row, queries.view(session, campaign, row).frame, campaign.slug)
    driving = place is Target.DONATE
    number = campaign.drive_day if driving else day or flood_day(now_of(campaign), campaign.length)
    with i18n.speaking(language):
        words = str(rules.SCAN_WORDS[place])
    return Poster(
        title=(campaign.drive_title if driving else "") or campaign.title,
        ask=(campaign.drive_ask if driving else "") or campaign.cause,
        organisation=campaigns.organisation(session, campaign).name,
        code_words=words,
        address=short(row.code),
        link=short(row.code),
        weekday=day_date(campaign.starts_on, min(number, campaign.length)).weekday(),
        paper=paper,
        language=language,
        text_language=campaign.language,
    )


@lru_cache(maxsize=64)
def _drawn(told: Poster) -> bytes:
    return poster(told)


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
