"""From shortlist to the brief: the decision, the terms, the link and its end."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden
from app.core.ids import token_hash
from app.influencers import queries, service
from app.influencers.models import Influencer, PersonalLink
from app.influencers.rules import CONTRACT_POINTS, Agreement, Stage
from app.mail.models import OutgoingMail
from app.people.rules import Actor, Role
from tests import factories

ANSWERS = {"tie": "yes", "record": "yes", "audience": "yes", "promises": "unsure", "care": "yes"}
FINDINGS = [{"key": key, "answer": answer, "note": ""} for key, answer in ANSWERS.items()]


def _stage(session: Session) -> tuple[Actor, Campaign]:
    org = factories.organisation(session)
    return factories.member(session, org), factories.campaign(session, org)


def _approved(session: Session, actor: Actor, campaign: Campaign) -> Influencer:
    maia = service.add(session, actor, campaign, name="Maïa", email="maia@example.org", language="fr")
    service.decide(session, actor, maia, approve=True, note="Elle l’a vécu.", findings=FINDINGS)
    service.set_terms(
        session,
        actor,
        maia,
        agreement=Agreement.VOLUNTEER,
        value_minor=0,
        note="",
        disclosure="",
        contract_on=None,
    )
    return maia


def test_no_link_before_a_decision_and_no_invitation_before_terms(session: Session) -> None:
    actor, campaign = _stage(session)
    maia = service.add(session, actor, campaign, name="Maïa", email="maia@example.org")
    with pytest.raises(Conflict):
        service.issue_link(session, actor, campaign, maia)
    service.decide(session, actor, maia, approve=True, note="Juste.", findings=FINDINGS)
    with pytest.raises(Conflict):
        service.invite(session, actor, campaign, maia, message="")
    assert maia.stage is Stage.APPROVED


def test_the_invitation_carries_the_only_copy_of_the_link(session: Session) -> None:
    actor, campaign = _stage(session)
    maia = _approved(session, actor, campaign)
    url = service.invite(session, actor, campaign, maia, message="Veux-tu & peux-tu ?")
    token = url.rsplit("/", 1)[1]
    mail = session.exec(select(OutgoingMail)).one()
    assert url in mail.text
    assert url in mail.html
    assert "Veux-tu & peux-tu ?" in mail.text
    link = session.exec(select(PersonalLink)).one()
    assert link.token_hash == token_hash(token)
    assert token not in repr(link)
    assert link.expires_at > service.ends_at(campaign)


def test_a_new_link_ends_the_old_one_and_a_refusal_ends_both(session: Session) -> None:
    actor, campaign = _stage(session)
    maia = _approved(session, actor, campaign)
    first = service.issue_link(session, actor, campaign, maia).rsplit("/", 1)[1]
    second = service.issue_link(session, actor, campaign, maia).rsplit("/", 1)[1]
    session.flush()
    assert queries.link_by_token(session, first) is None
    assert queries.link_by_token(session, second) is not None
    service.decide(session, actor, maia, approve=False, note="Finalement non.", findings=[])
    session.expire_all()
    assert queries.link_by_token(session, second) is None


def test_the_link_dies_a_month_after_the_campaign(session: Session) -> None:
    actor, campaign = _stage(session)
    maia = _approved(session, actor, campaign)
    token = service.issue_link(session, actor, campaign, maia).rsplit("/", 1)[1]
    with clock.frozen(service.ends_at(campaign) + timedelta(days=30, seconds=1)):
        assert queries.link_by_token(session, token) is None


def test_moderators_may_look_but_not_decide(session: Session) -> None:
    actor, campaign = _stage(session)
    maia = service.add(session, actor, campaign, name="Maïa")
    moderator = Actor(actor.person_id, actor.organisation_id, Role.MODERATOR, "Mo")
    with pytest.raises(Forbidden):
        service.decide(session, moderator, maia, approve=True, note="x", findings=FINDINGS)


def test_the_studio_road(session: Session, client: TestClient) -> None:
    actor, campaign = _stage(session)
    csrf = factories.sign_in(session, client, actor)
    base = f"/studio/campaigns/{campaign.pid}/influencers"
    assert "Who can tell this story" in client.get(base).text

    refused = client.post(f"{base}/new", data={"csrf": csrf, "name": "", "tie": "Elle y a appris à lire."})
    assert refused.status_code == 422
    assert "Elle y a appris à lire." in refused.text

    added = client.post(
        f"{base}/new",
        data={
            "csrf": csrf,
            "name": "Maïa",
            "email": "Maia@Example.org",
            "language": "fr",
            "network": "Instagram",
            "handle": "@maia",
            "audience": "41000",
        },
    )
    assert added.status_code == 303, added.text
    one = added.headers["location"].split("?")[0]
    assert client.get(one).status_code == 200

    wrong = client.post(
        f"{one}/decision", data={"csrf": csrf, "decision": "approve", "note": "Oui, vraiment.", "tie": "no"}
    )
    assert wrong.status_code == 422
    assert "Oui, vraiment." in wrong.text
    answers = {"csrf": csrf, "decision": "approve", "note": "Oui, vraiment.", **ANSWERS}
    assert client.post(f"{one}/decision", data=answers).status_code == 303

    early = client.post(f"{one}/invite", data={"csrf": csrf, "message": "Bonjour Maïa"})
    assert early.status_code == 409
    assert "Bonjour Maïa" in early.text
    terms = {"csrf": csrf, "agreement": "paid", "value": "1 500", "disclosure": "Publicité"}
    assert client.post(f"{one}/terms", data=terms).status_code == 303
    assert "written contract" in client.get(one).text
    terms["contract_on"] = "2027-02-01"
    assert client.post(f"{one}/terms", data=terms).status_code == 303
    assert "void without each of its points" in client.get(one).text
    whole = {**terms, "contract_points": list(CONTRACT_POINTS)}
    assert client.post(f"{one}/terms", data=whole).status_code == 303

    invited = client.post(f"{one}/invite", data={"csrf": csrf, "message": ""})
    assert invited.status_code == 200
    assert re.search(r"/brief/[\w-]{43}", invited.text)
    with reading() as seen:
        maia = seen.exec(select(Influencer)).one()
    assert (maia.stage, maia.email, maia.agreement_value_minor) == (
        Stage.INVITED,
        "maia@example.org",
        150_000,
    )
    assert client.post(f"{one}/link/revoke", data={"csrf": csrf}).status_code == 303


def test_strangers_see_nothing(session: Session, client: TestClient) -> None:
    actor, campaign = _stage(session)
    maia = _approved(session, actor, campaign)
    other = factories.organisation(session, "Autre")
    factories.campaign(session, other)
    stranger = factories.member(session, other, name="Charlie")
    csrf = factories.sign_in(session, client, stranger)
    base = f"/studio/campaigns/{campaign.pid}/influencers"
    assert client.get(base).status_code == 404
    assert client.get(f"{base}/{maia.pid}").status_code == 404
    assert client.post(f"{base}/{maia.pid}/link", data={"csrf": csrf}).status_code == 404
