"""One's own testimonials on the private page: where they stand, to change, to take back from everywhere at once."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import client_address, limited
from app.intake import screening
from app.intake.models import Item
from app.intake.screening import Sent
from app.media import queries as media
from app.media.queries import MediaUrls
from app.media.serving import BY_NOBODY, sent
from app.public.mine.base import Part
from app.supporters.access import Mine
from app.supporters.queries import Visit
from app.testimonials import queries, rules, service
from app.testimonials.forms import ChangeForm, missing
from app.testimonials.models import Testimonial

router = APIRouter(prefix="/mine/testimonials")
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Told:
    """One testimonial as its author sees it."""

    row: Testimonial
    item: Item
    campaign: Campaign
    picture: MediaUrls | None
    voice: MediaUrls | None

    @property
    def uses(self) -> list[rules.Use]:
        return [use for use in rules.Use if use in service.uses_of(self.row)]


def _load(session: Session, visit: Visit) -> list[Told]:
    return [Told(*one, None, None) for one in queries.of_supporters(session, visit.ids)]


PART = Part("public/mine/_testimonials.html", _load)


@router.get("/{pid}", name="public:mine-testimonial")
def show(pid: str, request: Request, session: Db, visit: Mine) -> Response:
    """What was told, with the form to change it."""
    return _page(request, _own(session, visit, pid))


@router.post(
    "/{pid}",
    name="public:change-testimonial",
    dependencies=[limited("change-testimonial", times=40, seconds=3600)],
)
def change(pid: str, request: Request, session: Db, visit: Mine, form: FormData) -> Response:
    """Change the words, the name or what it may be used for."""
    told = _own(session, visit, pid)
    parsed = form.parse(ChangeForm)
    drop = parsed.data.drop if parsed.data else []
    lacking = missing(
        parsed.data,
        picture=told.row.picture_id is not None and "picture" not in drop,
        voice=told.row.voice_id is not None and "voice" not in drop,
    )
    if parsed.data is None or lacking:
        return _page(request, told, FormState(parsed.values, {**parsed.errors, **lacking}), status=422)
    words = parsed.data.words()
    came = Sent(
        text=words.shown,
        address=client_address(request),
        agent=request.headers.get("user-agent", ""),
        stamp=parsed.data.stamp,
    )
    service.change(
        session,
        told.campaign,
        told.row,
        told.item,
        visit.supporter,
        words,
        screening=screening.screen(session, told.campaign, came),
        drop=drop,
    )
    return redirect(request, f"/mine/testimonials/{pid}", ok="saved")


@router.post("/{pid}/withdraw", name="public:withdraw-testimonial")
def withdraw(pid: str, request: Request, session: Db, visit: Mine) -> Response:
    """Take it back: every use ends in this transaction."""
    told = _own(session, visit, pid)
    service.withdraw(session, told.campaign, told.row)
    return redirect(request, "/mine", ok="withdrawn")


@router.get("/{pid}/{file}", name="public:mine-testimonial-file")
def file(pid: str, file: str, session: Db, visit: Mine) -> Response:
    """The picture or the recording of one's own, published or not."""
    told = _own(session, visit, pid)
    found = {"picture": (told.row.picture_id, "full.webp"), "voice": (told.row.voice_id, "voice.m4a")}
    medium_id, variant = found.get(file, (None, ""))
    medium = media.by_ids(session, [medium_id]).get(medium_id) if medium_id is not None else None
    if medium is None:
        raise NotFound
    return sent(medium, variant, kept=BY_NOBODY)


def _own(session: Session, visit: Visit, pid: str) -> Told:
    """One of theirs, with the addresses only they may open. Raises NotFound."""
    found = queries.of_supporter(session, visit.ids, pid)
    if found is None:
        raise NotFound
    row, item, campaign = found
    files = media.urls(session, [row.picture_id, row.voice_id])
    return Told(row, item, campaign, files.get(row.picture_id or 0), files.get(row.voice_id or 0))


def _page(request: Request, told: Told, form: FormState | None = None, status: int = 200) -> Response:
    row = told.row
    shown: dict[str, Any] = {
        **{name: getattr(row, name) for name in ("text", "language", "alt_text", "transcript", "name")},
        "naming": row.naming.value,
        "age": "minor" if row.guardian else "adult",
        "guardian": row.guardian,
        "uses": [use.value for use in told.uses],
        "may_correct": "1" if row.may_correct else "",
    }
    context = {
        "told": told,
        "form": form or FormState(shown),
        "rules": rules,
        "uses": [(use.value, rules.USE_NAMES[use], rules.USE_WORDS[use]) for use in rules.Use],
        "was": _first_words(row),
    }
    return page(request, "public/mine/testimonial.html", context, status=status, headers=PRIVATE)


def _first_words(row: Testimonial) -> str:
    """What the author wrote, where a moderator corrected it since."""
    return row.original.get("text") or row.original.get("transcript") or ""
