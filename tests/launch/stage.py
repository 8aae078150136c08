"""A campaign with nothing missing, to take things away from."""

from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, select

from app.blueprints import service, templates
from app.campaigns.models import Campaign
from app.campaigns.rules import last_date
from app.challenges.models import Challenge
from app.claims.models import NothingToSource
from app.core import clock
from app.crisis.models import CrisisPlan
from app.impact.models import Promise
from app.impact.plan_models import BudgetLine
from app.influencers.models import Influencer
from app.influencers.rules import Agreement, Stage
from app.people.rules import Actor
from app.stories.models import Day, Frame, FrameKind


def from_template(
    session: Session, actor: Actor, *, starts_on: date | None = None, length: int = 7
) -> Campaign:
    """The hope week as it is laid down, gaps and all."""
    template = templates.template("hope-week", "fr")
    assert template is not None
    return service.create_from_template(
        session,
        actor,
        template,
        title="La semaine de Maïa",
        starts_on=starts_on or clock.today("Europe/Paris") + timedelta(days=5),
        length=length,
        timezone="Europe/Paris",
    )


def whole(session: Session, actor: Actor, *, starts_on: date | None = None, length: int = 7) -> Campaign:
    """The same with every gap filled, everyone confirmed, the drive described, and nothing to source."""
    campaign = from_template(session, actor, starts_on=starts_on, length=length)
    campaign.cause, campaign.headline = "Apprendre à lire à tout âge", "Lire, enfin."
    campaign.summary, campaign.objective = "Maïa raconte.", "Ouvrir vingt places avant juin"
    campaign.drive_title, campaign.drive_ask = "Vingt places", "Une place coûte 1 250 €."
    campaign.goal_minor, campaign.suggested_minor = 2_500_000, [1500, 4000]
    campaign.money_use = [{"label": "L’atelier", "percent": 94}, {"label": "Frais", "percent": 6}]
    campaign.contact_name, campaign.contact_phone = "Nora", "+33 6 00 00 00 00"
    campaign.hold_statement = "Nous vérifions, et revenons vers vous ce soir."
    session.add(campaign)
    for day in session.exec(select(Day).where(Day.campaign_id == campaign.id)):
        day.headline, day.lead, day.beat = "Un titre", "Une phrase.", "Son histoire"
    for frame in session.exec(select(Frame).where(Frame.campaign_id == campaign.id)):
        frame.kind, frame.title, frame.caption = FrameKind.TEXT, "Titre", "Des mots entiers."
        frame.sticker = frame.alt_text = ""
    for act in session.exec(select(Challenge).where(Challenge.campaign_id == campaign.id)):
        act.title, act.how_to, act.unit_one, act.unit_many = "Lire", "Ce soir.", "page", "pages"
        act.levels = [{"title": name, "detail": ""} for name in ("Une", "Deux", "Trois")]
    for person in session.exec(select(Influencer).where(Influencer.campaign_id == campaign.id)):
        person.name, person.stage, person.agreement = "Maïa", Stage.CONFIRMED, Agreement.VOLUNTEER
    for promise in session.exec(select(Promise).where(Promise.campaign_id == campaign.id)):
        promise.indicator, promise.method, promise.unit = "adultes inscrits", "La feuille.", "adultes"
        promise.baseline, promise.target = Decimal(0), Decimal(20)
        promise.due_on = last_date(campaign.starts_on, campaign.length) + timedelta(days=60)
    line = session.exec(select(BudgetLine).where(BudgetLine.campaign_id == campaign.id)).first()
    assert line is not None
    line.amount_minor = campaign.goal_minor
    session.add(
        CrisisPlan(
            campaign_id=campaign.id,
            contacts=[{"name": "Nora", "role": "Présidente", "phone": "+33 6 00 00 00 00", "hours": ""}],
            decides="Nora, et Samir la nuit",
            statements=[{"key": "wrong", "fr": "Nous vérifions.", "en": "We are checking."}],
            checks=["Ce qui était faux est corrigé."],
        )
    )
    session.add(NothingToSource(campaign_id=campaign.id, person_id=actor.person_id))
    session.flush()
    return campaign
