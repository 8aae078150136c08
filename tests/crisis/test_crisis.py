"""From an alert to the report: what each act changes, who may, and that the log only grows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.briefs import access as briefs
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import reading
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.ids import new_token, token_hash
from app.crisis import queries, service
from app.crisis.models import CrisisReader, IncidentEntry
from app.crisis.rules import Kind
from app.influencers.models import Agreement, BriefSession, Influencer, PersonalLink, Stage
from app.mail.models import OutgoingMail
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories

NOON = datetime(2027, 3, 3, 11, 0, tzinfo=UTC)
SAID = {"fr": "Nous vérifions <b>tout</b>.", "en": "We are checking everything."}


@pytest.fixture
def at_noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def alice(session: Session, at_noon: None) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def campaign(session: Session, alice: Actor) -> Campaign:
    return factories.campaign(session, session.get_one(Organisation, alice.organisation_id))


@pytest.fixture
def maia(session: Session, campaign: Campaign) -> Influencer:
    row = Influencer(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        name="Maïa",
        email="maia@example.org",
        language="fr",
        stage=Stage.CONFIRMED,
        agreement=Agreement.VOLUNTEER,
    )
    session.add(row)
    session.flush()
    return row


def plan(session: Session, actor: Actor, campaign: Campaign) -> None:
    service.write_plan(
        session,
        actor,
        campaign,
        contacts=[
            {"name": "Nora", "role": "décide", "phone": "+33 (0)6 12 34 56 78", "hours": "jour et nuit"}
        ],
        decides="Nora",
        statements=[{"key": "attack", **SAID}],
        checks=["Corrigé partout.", "Maïa va bien."],
    )


def kinds(session: Session, campaign: Campaign) -> list[Kind]:
    incident = queries.of_campaign(session, campaign)[0]
    return [entry.kind for entry in queries.entries(session, incident)]


def phone_of(session: Session, client: TestClient, person: Influencer) -> str:
    token, ends = new_token(), clock.now() + timedelta(days=30)
    link = PersonalLink(influencer_id=person.id, token_hash=token_hash(new_token()), expires_at=ends)
    session.add(link)
    session.flush()
    session.add(BriefSession(token_hash=token_hash(token), link_id=link.id, expires_at=ends))
    session.commit()
    client.cookies.set(briefs.cookie_name(), token)
    return keyed_hash("csrf-brief", token_hash(token))


def test_the_whole_way_is_in_the_log(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    plan(session, alice, campaign)
    service.open_incident(session, alice, campaign, title="Une rumeur", alert="Huit messages hostiles")
    with clock.frozen(NOON + timedelta(minutes=4)):
        service.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
        service.pause(session, alice, campaign, reason="rumeur, suite", statement="Nous vérifions.")
    with clock.frozen(NOON + timedelta(minutes=9)):
        service.publish_statement(session, alice, campaign, statement=SAID)
        service.publish_statement(session, alice, campaign, statement=SAID)
        word = service.tell(session, alice, campaign, text="Ne publiez rien.")
        service.see(session, maia, word.pid)
        service.see(session, maia, word.pid)
        with pytest.raises(NotFound):
            service.see(session, maia, "unknown")
    with clock.frozen(NOON + timedelta(minutes=30)):
        with pytest.raises(service.NotTrueYet):
            service.resume(session, alice, campaign, {})
        assert campaign.paused_at is not None
        service.tick(session, alice, campaign, [0, 1])
        service.tick(session, alice, campaign, [0, 1])
        with pytest.raises(Conflict):
            service.close(session, alice, campaign, lessons="")
        service.resume(session, alice, campaign, {})
    with clock.frozen(NOON + timedelta(minutes=40)):
        service.withdraw_statement(session, alice, campaign)
        incident = service.close(session, alice, campaign, lessons="Relire à deux.")
    assert kinds(session, campaign) == [
        Kind.OPENED,
        Kind.ALERT,
        Kind.PAUSED,
        Kind.STATEMENT,
        Kind.TOLD,
        Kind.TRUE,
        Kind.TRUE,
        Kind.RESUMED,
        Kind.STATEMENT_WITHDRAWN,
        Kind.CLOSED,
    ]
    told = queries.told(session, incident)
    figures = queries.report(incident, queries.entries(session, incident), told)
    assert (figures.minutes, figures.to_pause, figures.to_statement) == (40, 4, 9)
    assert (figures.paused, figures.statement) == (26, 31)
    assert (figures.mails, figures.told, figures.seen, figures.alerts) == (1, 1, 1, 1)
    mail = session.exec(select(OutgoingMail).where(OutgoingMail.recipient == "maia@example.org")).one()
    assert "Ne publiez rien." in mail.text
    assert SAID["fr"] in mail.text


def test_whoever_acts_first_opens_the_incident(session: Session, alice: Actor, campaign: Campaign) -> None:
    service.pause(
        session, alice, campaign, reason="Une photo montre une adresse", statement="Nous vérifions."
    )
    incident = queries.current(session, campaign)
    assert incident is not None
    assert incident.title == "Une photo montre une adresse"
    service.publish_statement(session, alice, campaign, statement=SAID)
    assert len(queries.of_campaign(session, campaign)) == 1


def test_without_a_protocol_nothing_stands_in_the_way(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    service.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    service.resume(session, alice, campaign, {})
    assert campaign.paused_at is None


def test_what_is_refused(session: Session, alice: Actor, campaign: Campaign) -> None:
    org = session.get_one(Organisation, alice.organisation_id)
    odile = factories.member(session, org, Role.MODERATOR, "Odile")
    with pytest.raises(Forbidden):
        service.publish_statement(session, odile, campaign, statement=SAID)
    with pytest.raises(Conflict):
        service.publish_statement(session, alice, campaign, statement={"fr": " ", "en": "Only English."})
    with pytest.raises(Conflict):
        service.tell(session, alice, campaign, text="Il n’y a personne.")
    with pytest.raises(Conflict):
        service.note(session, alice, campaign, text="Rien n’est ouvert.")
    service.open_incident(session, odile, campaign, title="Une rumeur")
    with pytest.raises(Conflict):
        service.note(session, odile, campaign, text="Demain.", happened_at=NOON + timedelta(days=1))
    campaign.state = State.DRAFT
    with pytest.raises(Conflict):
        service.publish_statement(session, alice, campaign, statement=SAID)


def test_a_line_by_hand_stands_where_it_happened_and_says_when_it_was_written(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    service.open_incident(session, alice, campaign, title="Une rumeur")
    before = NOON - timedelta(minutes=20)
    service.note(session, alice, campaign, text="Un appel.", happened_at=before)
    incident = queries.current(session, campaign)
    assert incident is not None
    entry = queries.entries(session, incident)[0]
    assert (entry.kind, entry.happened_at, entry.at) == (Kind.NOTE, before, NOON)


PAGES = ("", "/days/1", "/donate", "/impact", "/how-we-count")


@pytest.mark.parametrize("paused", [False, True])
def test_the_statement_is_on_every_public_page_and_in_the_feed(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign, *, paused: bool
) -> None:
    if paused:
        service.pause(session, alice, campaign, reason="rumeur", statement="Mots de la pause.")
    service.publish_statement(session, alice, campaign, statement=SAID)
    session.commit()
    for path in PAGES:
        french = client.get(f"/c/{campaign.slug}{path}?lang=fr").text
        assert "Nous vérifions &lt;b&gt;tout&lt;/b&gt;." in french, path
        assert SAID["en"] in client.get(f"/c/{campaign.slug}{path}?lang=en").text, path
    feed = client.get(f"/c/{campaign.slug}/feed.atom").text
    assert feed.index("Nous vérifions") < (feed.index("<entry>") + 900)
    assert feed.count("<entry>") >= 1
    service.withdraw_statement(session, alice, campaign)
    session.commit()
    assert "Nous vérifions" not in client.get(f"/c/{campaign.slug}?lang=fr").text
    assert "Nous vérifions" not in client.get(f"/c/{campaign.slug}/feed.atom").text


def test_a_statement_in_one_language_is_marked_as_such_on_the_other_page(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign
) -> None:
    service.publish_statement(session, alice, campaign, statement={"fr": "Nous vérifions.", "en": ""})
    session.commit()
    page = client.get(f"/c/{campaign.slug}?lang=en").text
    assert '<div lang="fr"><p>Nous vérifions.</p></div>' in page


def test_the_brief_shows_it_first_and_one_press_says_that_it_was_read(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    service.publish_statement(session, alice, campaign, statement=SAID)
    word = service.tell(session, alice, campaign, text="Ne publiez rien.")
    service.pause(session, alice, campaign, reason="rumeur", statement="Mots de la pause.")
    csrf = phone_of(session, client, maia)
    page = client.get("/brief").text
    assert page.index("Ne publiez rien.") < page.index("<h1>")
    assert "Mots de la pause." not in page, "the statement stands in their place"
    assert 'href="tel:+33600000000"' in page
    assert client.post(f"/brief/crisis/{word.pid}/seen", data={"csrf": csrf}).status_code == 303
    with reading() as fresh:
        assert fresh.exec(select(CrisisReader)).one().seen_at == NOON
    assert "/seen" not in client.get("/brief").text


def test_the_page_runs_it_all_without_script(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    plan(session, alice, campaign)
    csrf = factories.sign_in(session, client, alice)
    base = f"/studio/campaigns/{campaign.pid}/crisis"

    def post(path: str, **data: str) -> int:
        return client.post(base + path, data={"csrf": csrf, **data}).status_code

    page = client.get(f"{base}?alert=Huit+messages+%3Chostiles%3E").text
    assert "Huit messages &lt;hostiles&gt;" in page
    assert 'href="tel:+33612345678"' in page
    assert post("/alert", alert="Huit messages <hostiles>") == 303
    assert post("/pause", reason="x", statement="") == 422
    assert post("/pause", reason="rumeur", statement="Nous vérifions.") == 303
    assert SAID["en"] in client.get(f"{base}?words=attack").text, "the prepared words stand in the form"
    assert post("/statement", fr="", en="Only English.") == 409
    assert post("/statement", **SAID) == 303
    assert post("/tell", text="") == 422
    assert post("/tell", text="Ne publiez rien.") == 303
    assert post("/log", text="Un appel.", at="2027-03-03T11:50") == 303
    assert post("/log", text="Demain.", at="2027-03-04T11:50") == 409
    assert post("/checks", holds="0") == 303
    assert post("/checks", holds="1") == 303
    assert post("/checks", holds="x") == 422
    assert post("/close", lessons="") == 409, "everything is paused"
    with reading() as fresh:
        said = fresh.exec(select(IncidentEntry).order_by(IncidentEntry.id)).all()  # type: ignore[arg-type]
        assert [one.kind for one in said if one.kind in (Kind.TRUE, Kind.UNTRUE)] == [
            Kind.TRUE,
            Kind.UNTRUE,
            Kind.TRUE,
        ]
    incident = queries.current(session, campaign)
    assert incident is not None
    report = client.get(f"{base}/incidents/{incident.pid}")
    assert "Un appel." in report.text
    assert "Huit messages &lt;hostiles&gt;" in report.text


def test_the_protocol_begins_with_drafts_and_keeps_what_is_written(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign
) -> None:
    csrf = factories.sign_in(session, client, alice)
    path = f"/studio/campaigns/{campaign.pid}/crisis/protocol"
    assert "signalons ce qui doit l’être" in client.get(path).text
    wrong = client.post(path, data={"csrf": csrf, "contact_name": "Nora", "contact_phone": "call me"})
    assert wrong.status_code == 422
    assert 'value="call me"' in wrong.text
    form = {
        "csrf": csrf,
        "contact_name": ["Nora", "", "Samir"],
        "contact_role": ["décide", "", ""],
        "contact_phone": ["+33 6 00", "", ""],
        "contact_hours": ["", "", ""],
        "decides": "Nora",
        "wrong_fr": "Non.",
        "wrong_en": "No.",
        "checks": "Un\n\nDeux\nUn",
    }
    assert client.post(path, data=form).status_code == 303
    with reading() as fresh:
        kept = queries.plan_of(fresh, campaign)
        assert kept is not None
        assert [one["name"] for one in kept.contacts] == ["Nora", "Samir"]
        assert kept.checks == ["Un", "Deux"]
        assert kept.statements == [{"key": "wrong", "fr": "Non.", "en": "No."}]


def test_another_organisation_finds_nothing(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign
) -> None:
    stranger = factories.member(session, factories.organisation(session, "Les Phares"))
    incident = service.open_incident(session, alice, campaign, title="Une rumeur")
    csrf = factories.sign_in(session, client, stranger)
    base = f"/studio/campaigns/{campaign.pid}/crisis"
    for path in ("", "/protocol", f"/incidents/{incident.pid}"):
        assert client.get(base + path).status_code == 404
    assert client.post(f"{base}/open", data={"csrf": csrf, "title": "Une autre"}).status_code == 404


def test_what_is_said_to_hold_while_going_on_is_in_the_log(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    plan(session, alice, campaign)
    service.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    with pytest.raises(service.NotTrueYet):
        service.resume(session, alice, campaign, {}, [0])
    assert Kind.TRUE not in kinds(session, campaign)
    service.resume(session, alice, campaign, {}, [0, 1])
    assert campaign.paused_at is None
    assert kinds(session, campaign)[-3:] == [Kind.TRUE, Kind.TRUE, Kind.RESUMED]
