"""A campaign that claims something: a story of today, its author, a checker and another organisation's member."""

from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.claims import queries, service
from app.claims.models import Claim
from app.claims.queries import ClaimView
from app.claims.rules import SubjectKind, Verdict
from app.people.models import Organisation
from app.people.rules import Actor, Role
from app.stories.models import Day, Frame, FrameKind
from tests import factories

CAPTION = "En France, un adulte sur dix lit avec peine. Maïa en faisait partie."
WORDS = "un adulte sur dix lit avec peine"


@dataclass
class Stage:
    """What a test of claims stands on."""

    session: Session
    organisation: Organisation
    author: Actor
    checker: Actor
    campaign: Campaign
    day: Day
    frame: Frame
    claim: Claim

    @property
    def view(self) -> ClaimView:
        found = queries.view(self.session, self.campaign, self.claim.pid)
        assert found is not None
        return found

    def source(self) -> None:
        service.save_source(
            self.session,
            self.author,
            self.claim,
            None,
            title="Insee Première nº 1993",
            publisher="Insee",
            url="https://www.insee.fr/",
            published_on=None,
            quote="Un adulte sur dix.",
            archive="",
        )

    def check(self, verdict: Verdict = Verdict.TRUE, actor: Actor | None = None, **values: object) -> None:
        service.check(
            self.session,
            actor or self.checker,
            self.campaign,
            self.claim,
            shown=self.view.shown,
            verdict=verdict,
            **values,  # type: ignore[arg-type]
        )


def set_up(session: Session, **values: object) -> Stage:
    organisation = factories.organisation(session)
    author = factories.member(session, organisation, Role.EDITOR, "Bastien")
    checker = factories.member(session, organisation, Role.OWNER, "Claire")
    campaign = factories.campaign(session, organisation, **values)
    day = Day(campaign_id=campaign.id, number=3, headline="Lire", beat="La cause")
    session.add(day)
    session.flush()
    frame = Frame(
        campaign_id=campaign.id,
        day_id=day.id,
        position=0,
        kind=FrameKind.TEXT,
        title="Un sur dix",
        caption=CAPTION,
    )
    session.add(frame)
    session.flush()
    subject = service.subject_of(session, campaign, SubjectKind.FRAME, frame.pid)
    claim = service.add(session, author, campaign, subject, words=WORDS)
    return Stage(session, organisation, author, checker, campaign, day, frame, claim)
