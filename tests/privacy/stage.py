"""Someone who did everything a person can do with an organisation, and the bytes a database keeps of them."""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import get_engine
from app.donations.models import Gift
from app.donations.rules import GiftState, Visibility
from app.influencers import service as influencers
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.mail import service as mail
from app.mail.models import MailState
from app.people.models import Invitation, Organisation
from app.people.rules import Actor, Role
from app.supporters import service as supporters
from app.supporters.models import Subject, Supporter
from app.tables import metadata
from tests import factories

EMAIL = "lucie.marchand@example.org"
NAME = "Lucie Marchand"


def supporter(session: Session, organisation: Organisation, email: str = EMAIL) -> Supporter:
    """With a link, a cookie and a consent that a guardian gave."""
    made = supporters.begin(session, organisation_id=organisation.id, language="fr", email=email)
    supporters.new_link(session, made, mailed=True)
    supporters.agree(
        session,
        made,
        subject=Subject.TESTIMONIAL,
        subject_pid="0123456789abcdef",
        uses={"page": "Vous pouvez le montrer."},
        guardian=NAME,
    )
    return made


def gift(session: Session, campaign: Campaign, state: GiftState = GiftState.PAID, **values: Any) -> Gift:
    made = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=4_000,
        currency="EUR",
        state=state,
        **{
            "donor_name": NAME,
            "donor_email": EMAIL,
            "message": f"De tout cœur, {NAME}",
            "visibility": Visibility.PUBLIC,
            "paid_at": clock.now(),
            **values,
        },
    )
    session.add(made)
    session.flush()
    return made


def influencer(session: Session, actor: Actor, campaign: Campaign, **values: Any) -> Influencer:
    made = influencers.add(session, actor, campaign, name=NAME, email=EMAIL, tie=f"{NAME} y a appris à lire")
    made.stage = Stage.CONFIRMED
    made.handles = [{"network": "Instagram", "handle": "lucie.marchand", "audience": 1200}]
    for name, value in values.items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    return made


def everything(session: Session) -> tuple[Actor, Campaign]:
    """A closed campaign of an organisation in which this person is everywhere."""
    organisation = factories.organisation(session)
    owner = factories.member(session, organisation)
    campaign = factories.campaign(session, organisation, state=State.CLOSED)
    supporter(session, organisation)
    gift(session, campaign)
    gift(session, campaign, GiftState.EXPIRED)
    influencer(session, owner, campaign)
    session.add(
        Invitation(
            organisation_id=organisation.id,
            email=EMAIL,
            role=Role.EDITOR,
            token_hash="x" * 64,
            invited_by=owner.person_id or 0,
            expires_at=clock.now(),
        )
    )
    sent = mail.queue(session, kind="test", to=EMAIL, language="fr", context={})
    sent.state = MailState.SENT
    session.flush()
    return owner, campaign


def dump() -> str:
    """Every value of every table, as text."""
    return "\n".join(dumped().values())


def dumped() -> dict[str, str]:
    """The same, table by table."""
    with get_engine().connect() as connection:
        return {
            # Rows as tuples: a row of SQLAlchemy's shortens long texts when it is shown.
            name: repr([tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))])  # noqa: S608
            for name in metadata.tables
        }
