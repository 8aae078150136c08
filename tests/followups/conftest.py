"""A campaign that is over, people who took part in it and people who gave."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State, last_date
from app.challenges import keeping
from app.core import clock
from app.core.ids import new_token
from app.donations.models import Gift
from app.donations.rules import GiftState
from app.followups import rules
from app.people.models import Organisation
from app.people.rules import Actor
from app.supporters import service as supporters
from tests import factories


@dataclass
class Over:
    session: Session
    org: Organisation
    campaign: Campaign
    alice: Actor

    def at(self, days: int) -> datetime:
        """When a round begins."""
        campaign = self.campaign
        return rules.asks_at(last_date(campaign.starts_on, campaign.length), days, campaign.timezone)

    def follower(self, email: str, *, ask: bool = True, confirmed: bool = True, language: str = "fr") -> None:
        kept = keeping.keep(
            self.session,
            self.campaign,
            visit=None,
            participant=new_token(),
            told="",
            wording="Retenir mes défis.",
            language=language,
            ask="Demandez-moi." if ask else "",
        )
        kept.supporter.email = email
        if confirmed:
            supporters.open_visit(self.session, kept.supporter, mailed=True)
        self.session.flush()

    def donor(self, email: str, *, state: GiftState = GiftState.PAID) -> None:
        self.session.add(
            Gift(
                organisation_id=self.campaign.organisation_id,
                campaign_id=self.campaign.id,
                amount_minor=2000,
                currency="EUR",
                state=state,
                donor_email=email,
                paid_at=clock.now(),
            )
        )
        self.session.flush()


@pytest.fixture
def over(session: Session) -> Over:
    org = factories.organisation(session)
    alice = factories.member(session, org)
    campaign = factories.campaign(session, org, state=State.REPORTING)
    return Over(session, org, campaign, alice)
