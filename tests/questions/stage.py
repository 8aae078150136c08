"""A running campaign with questions of the public, for the tests of questions and of their pages."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.influencers.models import Influencer
from app.influencers.rules import Stage as Step
from app.intake import queries as intake
from app.intake import screening
from app.intake import service as items
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.people.models import Organisation
from app.people.rules import Actor
from app.questions import answering, hosting, service
from app.questions.answering import Said
from app.questions.hosting import Plan
from app.questions.models import Answer, QaSession, Question
from app.questions.queries import Voter
from app.questions.service import Words
from app.supporters import service as supporters
from app.supporters.models import Supporter
from tests import factories

SAID = Said(
    "Yes, on Tuesdays.", "Nora", "teacher", [{"title": "The hours", "publisher": "Us", "url": "", "date": ""}]
)


@dataclass
class Stage:
    session: Session
    organisation: Organisation
    campaign: Campaign
    owner: Actor

    def supporter(self, email: str = "") -> Supporter:
        return supporters.begin(
            self.session, organisation_id=self.organisation.id, language="en", email=email
        )

    def ask(
        self,
        text: str,
        *,
        accept: bool = True,
        who: str = "",
        supporter: Supporter | None = None,
        **words: Any,
    ) -> Question:
        """A question as it arrives, accepted unless told otherwise; `who` is its author's participant hash."""
        sent = screening.Sent(text=text, address="192.0.2.7", agent="test")
        question = service.ask(
            self.session,
            self.campaign,
            supporter or self.supporter(),
            words=Words(text, **words),
            screening=screening.screen(self.session, self.campaign, sent),
            uses={"page": "It may be shown."},
            participant=who or f"author of {text}"[:43],
        )
        if accept:
            assert items.move(self.session, self.item(question), ItemState.ACCEPTED)
        return question

    def item(self, question: Question) -> Item:
        item = intake.of_subject(self.session, Kind.QUESTION, question.id)
        assert item is not None
        return item

    def vote(
        self, question: Question, who: str, *, wants: bool = True, supporters: tuple[int, ...] = ()
    ) -> int:
        """One person's vote; returns how many there are then."""
        voter = Voter(who, supporters)
        return service.vote(self.session, self.campaign, question.pid, voter=voter, wants=wants).votes

    def answer(
        self, question: Question, said: Said = SAID, *, version: int = 0, publish: bool = True, **more: Any
    ) -> Answer:
        return answering.write(
            self.session,
            self.owner,
            self.campaign,
            question,
            version=version,
            said=said,
            publish=publish,
            **more,
        )

    def qa(self, *, opened: bool = False, **values: Any) -> QaSession:
        """A session that begins in two hours, or is on air."""
        day = clock.today(self.campaign.timezone)
        announced = Plan(
            **{
                "title": "Ask Maïa",
                "about": "One hour, your questions.",
                "on_date": day,
                "at_time": time(13),
                "zone": self.campaign.timezone,
                "minutes": 60,
                **values,
            }
        )
        qa = hosting.plan(self.session, self.owner, self.campaign, None, version=0, announced=announced)
        if opened:
            hosting.open_session(self.session, self.owner, self.campaign, qa)
        return qa

    def host(self, name: str = "Maïa") -> Influencer:
        row = Influencer(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            name=name,
            stage=Step.CONFIRMED,
        )
        self.session.add(row)
        self.session.flush()
        return row


def stage(session: Session, **values: Any) -> Stage:
    """A campaign whose third day is today, and the member who answers."""
    organisation = factories.organisation(session)
    campaign = factories.campaign(session, organisation, **{"language": "en", **values})
    return Stage(session, organisation, campaign, factories.member(session, organisation))
