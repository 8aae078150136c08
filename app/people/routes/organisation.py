"""`/studio/organisation`: the identity people can check. `/studio/organisations`: changing between them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.people import queries, service
from app.people.access import Account, Member, may
from app.people.forms import (
    ACCOUNTS_SHOWN,
    GOVERNORS_SHOWN,
    NewOrganisationForm,
    OrganisationForm,
    PublicCardForm,
)
from app.people.identity import written
from app.people.models import Organisation
from app.people.routes.choices import place_choices, register_choices
from app.people.rules import Permission
from app.people.wording import ROLE_NAMES

router = APIRouter()


def _organisation(
    request: Request, form: FormState, card: FormState, status: int = 200, block: str = "organisation_form"
) -> Response:
    context = {
        "form": form,
        "card": card,
        "governors": GOVERNORS_SHOWN,
        "books": ACCOUNTS_SHOWN,
        "registers": register_choices(),
        **place_choices(),
    }
    return page(request, "people/organisation.html", context, block=block, status=status)


def _identity(kept: Organisation) -> FormState:
    values = {name: getattr(kept, name) for name in OrganisationForm.model_fields}
    if kept.legal_kind and kept.legal_number:
        values["legal_number"] = written(kept.legal_kind, kept.legal_number)
    return FormState(values=values)


def _card(kept: Organisation) -> FormState:
    return FormState(
        values={
            "governance_name": [one["name"] for one in kept.governance],
            "governance_role": [one["role"] for one in kept.governance],
            "account_year": [one["year"] for one in kept.accounts],
            "account_url": [one["url"] for one in kept.accounts],
            "money_path": kept.money_path,
            "tax_status": kept.tax_status,
        }
    )


@router.get("/studio/organisation", name="people:organisation", dependencies=[may(Permission.ADMIN)])
def show_organisation(request: Request, session: Db, actor: Member) -> Response:
    kept = queries.organisation(session, actor)
    return _organisation(request, _identity(kept), _card(kept))


@router.post("/studio/organisation", dependencies=[may(Permission.ADMIN)])
def describe_organisation(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(OrganisationForm)
    if parsed.data is None:
        return _organisation(request, parsed, _card(queries.organisation(session, actor)), 422)
    service.describe_organisation(session, actor, parsed.data)
    return redirect(request, "/studio/organisation", ok="saved")


@router.post("/studio/organisation/card", name="people:public-card", dependencies=[may(Permission.ADMIN)])
def describe_card(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Governance, accounts, the way of the money, tax: what people look for before they give."""
    parsed = form.parse(PublicCardForm)
    if parsed.data is None:
        kept = queries.organisation(session, actor)
        return _organisation(request, _identity(kept), parsed, 422, "public_card")
    service.describe_card(session, actor, parsed.data)
    return redirect(request, "/studio/organisation#card", ok="saved")


def _organisations(
    request: Request, session: Db, me: Account, form: FormState | None = None, status: int = 200
) -> Response:
    context = {
        "me": me,
        "mine": queries.organisations_of(session, me.person.id),
        "role_names": ROLE_NAMES,
        "may_create": me.actor is not None and me.actor.may(Permission.ADMIN),
        "form": form or FormState(values=_defaults(me)),
        **place_choices(),
    }
    return page(request, "people/organisations.html", context, status=status)


def _defaults(me: Account) -> dict[str, str]:
    if me.organisation is None:
        return {"language": me.person.language, "timezone": "Europe/Paris", "currency": "EUR"}
    return {
        "language": me.organisation.language,
        "timezone": me.organisation.timezone,
        "currency": me.organisation.currency,
    }


@router.get("/studio/organisations", name="people:organisations")
def show_organisations(request: Request, session: Db, me: Account) -> Response:
    return _organisations(request, session, me)


@router.post(
    "/studio/organisations",
    dependencies=[limited("organisations", times=10, seconds=3600), may(Permission.ADMIN)],
)
def create_organisation(
    request: Request, session: Db, me: Account, actor: Member, form: FormData
) -> Response:
    parsed = form.parse(NewOrganisationForm)
    if parsed.data is None:
        return _organisations(request, session, me, parsed, 422)
    service.create_organisation(session, me, actor, parsed.data)
    return redirect(request, "/studio/organisation", ok="created")


@router.post("/studio/organisations/{pid}/enter")
def enter_organisation(request: Request, session: Db, me: Account, pid: str) -> Response:
    service.enter_organisation(session, me, pid)
    return redirect(request, "/studio")
