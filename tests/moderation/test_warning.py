"""The early warning on a campaign: one alert a wave, mailed once, with masked examples, answered by a person."""

from datetime import timedelta

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.mail.models import OutgoingMail
from app.moderation import jobs, queries, warning
from app.moderation.models import Alert
from app.moderation.rules import AlertKind
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.conftest import NOW
from tests.moderation.conftest import Notebook, arrive

ATTACKS = (
    "Bande de connards, voleurs",
    "Sale pute",
    "On va te retrouver",
    "Rentre dans ton pays",
    "Va mourir",
)


def attacked(session: Session, campaign: Campaign, notebook: Notebook) -> None:
    for number, text in enumerate(ATTACKS):
        arrive(
            session,
            campaign,
            notebook,
            f"{text} 06 12 34 56 7{number}",
            agent=f"A{number}",
            address=f"192.0.2.{number}",
        )
    session.commit()


def alerts(session: Session) -> list[Alert]:
    session.expire_all()
    return list(session.exec(select(Alert)).all())


def test_a_wave_rings_once(
    session: Session,
    organisation: Organisation,
    campaign: Campaign,
    notebook: Notebook,
    nora: Actor,
    owner: Actor,
) -> None:
    factories.member(session, organisation, Role.FINANCE, "Fin")
    arrive(session, campaign, notebook, "Bande de connards, voleurs de poules")
    session.commit()
    assert jobs.warn() == 0, "one voice rings nothing"
    attacked(session, campaign, notebook)
    assert jobs.warn() == 1
    assert jobs.warn() == 0
    [alert] = alerts(session)
    assert (alert.kind, alert.count, alert.total) == (AlertKind.HOSTILE, 6, 6)
    assert len(alert.examples) == 3
    shown = queries.examples_of(session, [alert])
    assert len(shown) == 3
    assert not [one for one in shown.values() if "06 12" in one.excerpt]
    assert not [one for one in alert.examples if set(one) != {"pid"}], (
        "the words stay with who may take them back"
    )
    mails = session.exec(select(OutgoingMail)).all()
    assert len(mails) == 2, "who moderates, not who keeps the money"
    session.refresh(campaign)
    assert campaign.alert_at is not None
    warning.answer(session, nora, campaign, pid=alert.pid, note="Nous lisons.")
    warning.answer(session, owner, campaign, pid=alert.pid, note="Trop tard.")
    assert (alert.acknowledged_by, alert.note) == (nora.person_id, "Nous lisons.")
    assert campaign.alert_at is None


def test_a_new_wave_after_the_calm_rings_again(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    attacked(session, campaign, notebook)
    assert jobs.warn() == 1
    with clock.frozen(NOW + timedelta(hours=1, minutes=30)):
        assert jobs.warn() == 0, "the wave is not over yet"
    with clock.frozen(NOW + timedelta(hours=3)):
        assert jobs.warn() == 1
    [alert] = alerts(session)
    assert alert.calm_at is not None
    with clock.frozen(NOW + timedelta(hours=5)):
        attacked(session, campaign, notebook)
        assert jobs.warn() == 1
    assert len(alerts(session)) == 2


def test_a_flood_rings_and_a_campaign_not_running_does_not(
    session: Session, organisation: Organisation, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    draft = factories.campaign(session, organisation, state=State.READY, slug="not-yet")
    for number in range(70):
        arrive(session, campaign, notebook, f"Promotion sur les chaussures {number} euros", proven=False)
    attacked(session, draft, notebook)
    assert jobs.warn() == 1
    [alert] = alerts(session)
    assert (alert.kind, alert.campaign_id, alert.count) == (AlertKind.FLOOD, campaign.id, 70)
    assert queries.open_alerts(session, nora)[0][0].id == alert.id
