"""An organisation with a public word somebody sent, a page of its own, and people who may decide."""

from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.core import stamps
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.mail.models import OutgoingMail
from app.notices import service
from app.notices.models import Notice
from app.notices.rules import Category
from app.notices.service import Report
from app.people.rules import Actor, Role
from app.supporters import service as supporters
from tests import factories
from tests.challenges import stage as challenges

REASON = "The third sentence accuses my brother by his full name of a theft he did not commit."
FACTS = "The sentence names a private person and accuses him of a crime, without any proof."


@dataclass
class Stage:
    session: Session
    owner: Actor
    nora: Actor
    campaign: Campaign
    item: Item
    act: ChallengeAct

    @property
    def address(self) -> str:
        return f"/c/{self.campaign.slug}/days/3#act-{self.act.pid}"

    def report(self, **values: object) -> Notice:
        return self.report_with_token(**values)[0]

    def report_with_token(self, **values: object) -> tuple[Notice, str]:
        given = {
            "address": self.address,
            "category": Category.PERSON,
            "reason": REASON,
            "name": "Paul Martin",
            "email": "paul@example.org",
            "language": "en",
            "stamp": an_old_stamp(),
            "source": "somewhere",
            **values,
        }
        return service.file(self.session, Report(**given))  # type: ignore[arg-type]

    def mails(self, kind: str) -> list[OutgoingMail]:
        from sqlmodel import select

        rows = self.session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind)).all()
        return list(rows)


def an_old_stamp(seconds: int = 60) -> str:
    """The mark of a form that was shown a minute ago."""
    from datetime import timedelta

    from app.core import clock

    with clock.frozen(clock.now() - timedelta(seconds=seconds)):
        return stamps.form_stamp()


def stage(session: Session) -> Stage:
    made = challenges.stage(session)
    owner = factories.member(session, made.organisation, Role.OWNER, "Alice")
    nora = factories.member(session, made.organisation, Role.MODERATOR, "Nora")
    supporter = supporters.begin(
        session, organisation_id=made.organisation.id, language="fr", email="lea@example.org"
    )
    act = ChallengeAct(
        campaign_id=made.campaign.id,
        challenge_id=made.challenges[3].id,
        participant="someone",
        text="Jean Durand stole the books.",
    )
    session.add(act)
    session.flush()
    item = Item(
        organisation_id=made.organisation.id,
        campaign_id=made.campaign.id,
        kind=Kind.ACT,
        subject_id=act.id,
        supporter_id=supporter.id,
        state=ItemState.ACCEPTED,
        public=True,
        excerpt="Jean Durand stole the books.",
    )
    session.add(item)
    session.flush()
    return Stage(session, owner, nora, made.campaign, item, act)
