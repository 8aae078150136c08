"""A day's page with its challenge, in every state: to be taken, just told, refused beside its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.challenges import diary, keeping, quantities
from app.challenges.models import Challenge
from app.challenges.rules import ProofWish
from app.challenges.taking import Taken
from app.challenges.telling import Terms
from app.core.fields import FormState
from app.core.pages import page
from app.influencers.models import Influencer
from app.public import views, words
from app.public.views import DayView
from app.supporters.queries import Visit


@dataclass(frozen=True)
class After:
    """What the page says once something was told: nothing, on a first visit.

    `form` is the challenge's form and `keep` the one that asks to keep one's days, as they were sent.
    """

    taken: words.Told | None = None
    form: FormState | None = None
    keep: FormState | None = None
    kept: bool = False  # this browser keeps its days here


def just_taken(request: Request, session: Session, campaign: Campaign, visit: Visit | None) -> After:
    """What to say right after the form was sent without script; a key in the address chooses it."""
    asked = request.query_params
    outcome = words.OUTCOME_BY_KEY.get(asked.get("ok", ""))
    values: dict[str, Any] = {"team": asked["with"]} if "with" in asked else {}
    if outcome is None:
        return After(form=FormState(values) if values else None)
    level = asked.get("level", "0")
    values["level"] = level if level in ("0", "1", "2") else "0"
    if asked.get("quantity"):
        values["quantity"] = asked["quantity"][:20]
    token = asked.get("told", "")
    return After(
        taken=words.told(
            Taken(outcome, int(values["level"]), late=False), token if keeping.act_of(token) else ""
        ),
        form=FormState(values),
        kept=diary.streak_of(session, campaign.id, visit) is not None,
    )


def day_page(request: Request, view: DayView, after: After, status: int = 200) -> Response:
    """The page of a day, or its challenge alone when htmx asks for it."""
    campaign, number = view.around.campaign, view.drawer.number
    context = {
        "campaign": campaign,
        "around": view.around,
        "current": number,
        "drawer": view.drawer,
        "beat": view.beat,
        "day": view.day,
        "stories": view.stories,
        "corrections": view.corrections,
        "sharing": sharing(
            request,
            view.around,
            f"/days/{number}",
            title=view.day.headline if view.day and view.day.headline else view.beat,
            description=view.day.lead if view.day else "",
        ),
        **challenge_context(request, view.asked, campaign.language, after),
    }
    return page(request, "public/day.html", context, block="challenge", status=status)


def challenge_context(
    request: Request, asked: views.Asked | None, language: str, after: After
) -> Mapping[str, Any]:
    """What `public/_challenge.html` reads."""
    context: dict[str, Any] = {
        "asked": asked,
        "taken": after.taken,
        "form": after.form,
        "keep": after.keep,
        "kept": after.kept,
        "keep_wording": keeping.WORDING,
        "ask_wording": keeping.ASK_WORDING,
    }
    if asked is None:
        return context
    challenge = asked.shown.challenge
    chosen = request.query_params.get("with")
    return (
        context
        | fields_context(asked.terms, asked.choices, language, after.form)
        | {
            "sum": sum_of(challenge, asked.shown.quantity, language),
            "signed": [signature(challenge, act, language) for act in asked.signed],
            "team": next((one.pid for one in asked.choices if one.pid == chosen), ""),
        }
    )


def fields_context(
    terms: Terms, choices: Sequence[Influencer], language: str, form: FormState | None
) -> dict[str, Any]:
    """What `public/_act_fields.html` reads; `language` is the campaign's."""
    challenge = terms.challenge
    open_fold = form is not None and any(form.values.get(name) for name in WORDS)
    return {
        "challenge": challenge,
        "levels": [
            (n, one.get("title", ""), one.get("detail", "")) for n, one in enumerate(challenge.levels)
        ],
        "most": quantities.plain(challenge.most) if challenge.most else None,
        "usual": quantities.shown(challenge.usual, challenge.unit_one, challenge.unit_many, language),
        "team": "",
        "team_options": [(one.pid, one.name) for one in choices],
        "proof": challenge.proof if challenge.proof is not ProofWish.NONE else None,
        "days": terms.days,
        "today": terms.today,
        "has_words": open_fold,
    }


WORDS = ("text", "place", "pseudonym", "group")


def sum_of(challenge: Challenge, quantity: int, language: str) -> str:
    """« 812 gestes »; empty for a challenge without a unit or without acts."""
    if not challenge.unit_one or not quantity:
        return ""
    return quantities.shown(quantity, challenge.unit_one, challenge.unit_many, language)


@dataclass(frozen=True)
class Signature:
    """An accepted act as its author signed it."""

    who: str = ""
    details: list[str] = field(default_factory=list)


def signature(challenge: Challenge, act: Any, language: str) -> Signature:
    """The name or group first, then place and quantity."""
    names = [one for one in (act.pseudonym, act.group_name, act.place) if one]
    amount = [sum_of(challenge, act.quantity, language)] if challenge.most else []
    return Signature(names[0], [*names[1:], *(one for one in amount if one)])
