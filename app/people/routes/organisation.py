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
from app.people.forms import NewOrganisationForm, OrganisationForm
from app.people.identity import written
from app.people.routes.choices import place_choices, register_choices
from app.people.rules import Permission
from app.people.wording import ROLE_NAMES

router = APIRouter()


def _organisation(request: Request, form: FormState, status: int = 200) -> Response:
    context = {"form": form, "registers": register_choices(), **place_choices()}
    return page(request, "people/organisation.html", context, block="organisation_form", status=status)


@router.get("/studio/organisation", name="people:organisation", dependencies=[may(Permission.ADMIN)])
def show_organisation(request: Request, session: Db, actor: Member) -> Response:
    kept = queries.organisation(session, actor)
    values = {name: getattr(kept, name) for name in OrganisationForm.model_fields}
    if kept.legal_kind and kept.legal_number:
        values["legal_number"] = written(kept.legal_kind, kept.legal_number)
    return _organisation(request, FormState(values=values))


@router.post("/studio/organisation", dependencies=[may(Permission.ADMIN)])
def describe_organisation(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(OrganisationForm)
    if parsed.data is None:
        return _organisation(request, parsed, 422)
    service.describe_organisation(session, actor, parsed.data)
    return redirect(request, "/studio/organisation", ok="saved")


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
