"""The studio's pages of influencers: shortlist, one person, decision, terms, invitation, link."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.money import NotAnAmount, decimal_string, parse_amount
from app.core.pages import page, redirect
from app.influencers import forms, ledger, queries, rules, service
from app.influencers.models import Influencer
from app.influencers.rules import AGREEMENT_WORDS, KIND_WORDS, NETWORKS, STAGE_WORDS, VETTING, Agreement
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter(prefix="/studio/campaigns/{pid}/influencers")
EDIT = [may(Permission.EDIT)]


def _person(iid: str, campaign: OwnCampaign, session: Db) -> Influencer:
    person = queries.one(session, campaign, iid)
    if person is None:
        raise NotFound
    return person


Person = Annotated[Influencer, Depends(_person)]


@router.get("", name="influencers:list")
def shortlist(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """Everyone considered, and where each stands."""
    return page(
        request,
        "influencers/list.html",
        {
            "campaign": campaign,
            "room": "influencers",
            "people": queries.of_campaign(session, campaign),
            "stages": STAGE_WORDS,
        },
    )


@router.get("/new", name="influencers:new", dependencies=EDIT)
def new(request: Request, campaign: OwnCampaign) -> Response:
    return _new_page(request, campaign, FormState(values={"language": campaign.language}))


@router.post("/new", name="influencers:add", dependencies=EDIT)
def add(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.ProfileForm)
    if parsed.data is None:
        return _new_page(request, campaign, parsed, status=422)
    person = service.add(session, actor, campaign, **_profile(parsed.data))
    return redirect(request, f"/studio/campaigns/{campaign.pid}/influencers/{person.pid}", ok="created")


@router.get("/{iid}", name="influencers:one")
def one(request: Request, session: Db, campaign: OwnCampaign, person: Person) -> Response:
    """One person: who, why, on what terms, and their link."""
    return _one_page(request, session, campaign, person)


@router.post("/{iid}", name="influencers:change", dependencies=EDIT)
def change(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person, form: FormData
) -> Response:
    parsed = form.parse(forms.ProfileForm)
    if parsed.data is None:
        return _one_page(request, session, campaign, person, profile=parsed, status=422)
    service.change_profile(session, actor, person, **_profile(parsed.data))
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/decision", name="influencers:decide", dependencies=EDIT)
def decide(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person, form: FormData
) -> Response:
    parsed = form.parse(forms.DecisionForm)
    if parsed.data is None:
        return _one_page(request, session, campaign, person, decision=parsed, status=422)
    data = parsed.data
    service.decide(
        session, actor, person, approve=data.decision == "approve", note=data.note, findings=data.findings
    )
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/terms", name="influencers:terms", dependencies=EDIT)
def terms(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person, form: FormData
) -> Response:
    parsed = form.parse(forms.TermsForm)
    if parsed.data is None:
        return _one_page(request, session, campaign, person, terms=parsed, status=422)
    data = parsed.data
    try:
        value = parse_amount(data.value, campaign.currency) if data.value else 0
    except NotAnAmount:
        wrong = parsed.with_error("value", mark("Write an amount, such as 250 or 250.50."))
        return _one_page(request, session, campaign, person, terms=wrong, status=422)
    service.set_terms(
        session,
        actor,
        person,
        agreement=data.agreement,
        value_minor=value,
        note=data.agreement_note,
        disclosure=data.disclosure,
        contract_on=data.contract_on,
        contract_points=data.contract_points,
    )
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/agreements", name="influencers:enter-agreement", dependencies=EDIT)
def enter_agreement(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person, form: FormData
) -> Response:
    """Something more that they receive."""
    parsed = form.parse(forms.AgreementForm)
    data = parsed.data
    if data is None:
        return _one_page(request, session, campaign, person, entry=parsed, status=422)
    try:
        amount = parse_amount(data.amount, campaign.currency)
        ledger.enter(
            session,
            actor,
            campaign,
            person,
            kind=Agreement(data.kind),
            amount_minor=amount,
            on_date=data.on_date,
            note=data.note,
        )
    except NotAnAmount:
        wrong = parsed.with_error("amount", mark("Write an amount, such as 250 or 250.50."))
        return _one_page(request, session, campaign, person, entry=wrong, status=422)
    except Conflict as refused:
        wrong = parsed.with_error("amount", refused.message)
        return _one_page(request, session, campaign, person, entry=wrong, status=409)
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/agreements/{eid}/correct", name="influencers:correct-agreement", dependencies=EDIT)
def correct_agreement(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    person: Person,
    eid: str,
    form: FormData,
) -> Response:
    """Undo an entry by its opposite."""
    parsed = form.parse(forms.CorrectForm)
    if parsed.data is None:
        return _one_page(request, session, campaign, person, entry=parsed, status=422)
    ledger.correct(session, actor, person, eid, note=parsed.data.note)
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/same", name="influencers:same-person", dependencies=EDIT)
def same_person(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person, form: FormData
) -> Response:
    """Say who of another campaign is the same person, so that the year is summed rightly."""
    parsed = form.parse(forms.SameForm)
    if parsed.data is None:
        return _one_page(request, session, campaign, person, status=422)
    ledger.same_as(session, actor, person, parsed.data.other)
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/invite", name="influencers:invite", dependencies=EDIT)
def invite(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person, form: FormData
) -> Response:
    parsed = form.parse(forms.InviteForm)
    if parsed.data is None:
        return _one_page(request, session, campaign, person, invitation=parsed, status=422)
    try:
        url = service.invite(session, actor, campaign, person, message=parsed.data.message)
    except Conflict as refusal:
        wrong = parsed.with_error("message", refusal.message)
        return _one_page(request, session, campaign, person, invitation=wrong, status=409)
    return _one_page(request, session, campaign, person, fresh_link=url)


@router.post("/{iid}/yes", name="influencers:yes", dependencies=EDIT)
def record_yes(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person
) -> Response:
    service.record_yes(session, actor, campaign, person)
    return _back(request, campaign, person, "saved")


@router.post("/{iid}/link", name="influencers:link", dependencies=EDIT)
def new_link(request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person) -> Response:
    """A new link, shown once: only its hash is kept."""
    url = service.issue_link(session, actor, campaign, person)
    return _one_page(request, session, campaign, person, fresh_link=url)


@router.post("/{iid}/link/revoke", name="influencers:revoke", dependencies=EDIT)
def revoke(request: Request, session: Db, actor: Member, campaign: OwnCampaign, person: Person) -> Response:
    service.revoke_link(session, actor, person)
    return _back(request, campaign, person, "revoked")


def _back(request: Request, campaign: OwnCampaign, person: Influencer, ok: str) -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/influencers/{person.pid}", ok=ok)


def _profile(data: forms.ProfileForm) -> dict[str, Any]:
    return {
        "name": data.name,
        "public_role": data.public_role,
        "tie": data.tie,
        "email": (data.email or "").lower(),
        "language": data.language,
        "handles": data.handles,
    }


def _new_page(request: Request, campaign: OwnCampaign, form: FormState, status: int = 200) -> Response:
    context = {
        "campaign": campaign,
        "room": "influencers",
        "profile": form,
        "networks": [(name, name) for name in NETWORKS],
    }
    return page(request, "influencers/new.html", context, status=status)


def _one_page(
    request: Request,
    session: Db,
    campaign: OwnCampaign,
    person: Influencer,
    *,
    status: int = 200,
    fresh_link: str | None = None,
    **refused: FormState,
) -> Response:
    """The person's page; a refused form keeps what was typed, the others show what is stored."""
    context = {
        "campaign": campaign,
        "room": "influencers",
        "person": person,
        "stages": STAGE_WORDS,
        "agreements": AGREEMENT_WORDS,
        "kinds": KIND_WORDS,
        "networks": [(name, name) for name in NETWORKS],
        "questions": VETTING,
        "asked": {question.key: question.text for question in VETTING},
        "link_view": queries.link_view(session, person),
        "fresh_link": fresh_link,
        **_agreed(session, campaign, person),
        "profile": refused.get("profile") or FormState(values=_stored_profile(person)),
        "decision": refused.get("decision") or FormState(values=_stored_decision(person)),
        "terms": refused.get("terms") or FormState(values=_stored_terms(person, campaign.currency)),
        "entry": refused.get("entry") or FormState(values=_new_entry(campaign)),
        "invitation": refused.get("invitation"),
    }
    return page(request, "influencers/one.html", context, status=status)


def _agreed(session: Db, campaign: OwnCampaign, person: Influencer) -> dict[str, Any]:
    """The person's year: what they received in all campaigns, against the threshold of the law."""
    year = ledger.this_year()
    worth = ledger.worth(session, campaign.organisation_id, year).get(person.id, 0)
    rows = ledger.person_rows(session, person)
    others = ledger.others(session, person)
    return {
        "missing": ledger.terms_missing(campaign, person, worth),
        "agreed": ledger.lines(session, campaign.organisation_id, year, rows),
        "year": year,
        "year_minor": worth,
        "near": rules.threshold_share(worth) >= rules.WARN_FROM,
        "contract_due": rules.threshold_share(worth) >= 1,
        "threshold": rules.WRITTEN_CONTRACT_FROM_MINOR,
        "points": list(rules.CONTRACT_POINTS.items()),
        "others": [(one.pid, f"{one.name} – {title}") for one, title in others],
        "same": [f"{one.name} – {title}" for one, title in others if one.id in rows],
        "linked": next(
            (one.pid for one, _ in others if one.person_key and one.person_key == person.person_key), ""
        ),
    }


def _new_entry(campaign: OwnCampaign) -> dict[str, str]:
    return {"kind": "in_kind", "on_date": clock.today(campaign.timezone).isoformat()}


def _stored_profile(person: Influencer) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(person, name) for name in ("name", "public_role", "tie", "email", "language")
    }
    for suffix, row in zip(("", "_2"), person.handles, strict=False):
        values[f"network{suffix}"] = row["network"]
        values[f"handle{suffix}"] = row["handle"]
        values[f"audience{suffix}"] = "" if row["audience"] is None else row["audience"]
    return values


def _stored_decision(person: Influencer) -> dict[str, Any]:
    values: dict[str, Any] = {"note": person.decision_note}
    for row in person.vetting:
        if key := row.get("key"):
            values |= {key: row["answer"], f"{key}_note": row["note"]}
    return values


def _stored_terms(person: Influencer, currency: str) -> dict[str, Any]:
    value = person.agreement_value_minor
    return {
        "agreement": person.agreement or "",
        "value": decimal_string(value, currency) if value else "",
        "agreement_note": person.agreement_note,
        "disclosure": person.disclosure,
        "contract_on": person.contract_on.isoformat() if person.contract_on else "",
        "contract_points": person.contract_points,
    }
