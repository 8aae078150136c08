"""How the inbox shows a question, corrects it as its author allowed, and tells live pages of a decision."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core.errors import Conflict
from app.core.i18n import Message, mark
from app.intake.models import Item
from app.intake.rules import ItemState
from app.moderation.desks.base import Field, Shown
from app.people import audit
from app.people.models import Membership, Person
from app.people.rules import Actor
from app.questions.models import Question
from app.questions.rules import NAME_LIMIT, TEXT_LIMIT
from app.supporters.models import Supporter


class QuestionDesk:
    """Questions of the public."""

    name = mark("Question")

    def show(self, session: Session, items: Sequence[Item]) -> Mapping[int, Shown]:
        """By item id, in two queries; a question that was taken back is shown as empty."""
        rows = {
            row.id: (row, campaign)
            for row, campaign in session.exec(
                select(Question, Campaign)
                .join(Campaign, col(Campaign.id) == col(Question.campaign_id))
                .where(col(Question.id).in_([item.subject_id for item in items]))
            )
        }
        return {
            item.id: _shown(*rows[item.subject_id]) if item.subject_id in rows else Shown("")
            for item in items
        }

    def edit(self, session: Session, actor: Actor, item: Item, words: Mapping[str, str]) -> None:
        """Correct it; the author's own words stay known. Raises Conflict without consent."""
        question = session.get(Question, item.subject_id)
        if question is None or not question.may_edit:
            raise Conflict(mark("Its author did not agree to corrections. Return it with a reason instead."))
        text = words.get("text", question.text).strip()[:TEXT_LIMIT]
        if not text:
            raise Conflict(mark("A question needs its words."))
        if text != question.text:
            question.original = question.original or question.text
        question.text = text
        question.name = words.get("name", question.name).strip()[:NAME_LIMIT]
        question.version += 1
        session.add(question)
        audit.record(session, actor, "question.edited", subject=text, subject_pid=question.pid)

    def refuses(self, session: Session, items: Sequence[Item], after: ItemState) -> Mapping[int, Message]:  # noqa: ARG002
        """A question may be accepted, returned and refused."""
        return {}

    def decided(self, session: Session, actor: Actor, items: Sequence[Item]) -> None:
        """Nothing more: public pages follow the item, and the pulse of a live page counts it."""

    def authors(self, session: Session, items: Sequence[Item]) -> Mapping[int, int]:
        """The members whose own address a question carries, by item id."""
        rows = session.exec(
            select(Item.id, Person.id)
            .join(Supporter, col(Supporter.id) == col(Item.supporter_id))
            .join(Person, func.lower(col(Person.email)) == col(Supporter.email))
            .join(
                Membership,
                (col(Membership.person_id) == col(Person.id))
                & (col(Membership.organisation_id) == col(Item.organisation_id)),
            )
            .where(col(Item.id).in_([item.id for item in items]), col(Supporter.email) != "")
        )
        return dict(rows.all())


def _shown(question: Question, campaign: Campaign) -> Shown:
    before = {"text": question.original} if question.original else {}
    return Shown(
        text=question.text,
        author=question.name,
        facts=[(mark("May be corrected"), "✓")] if question.may_edit else [],
        href=f"/studio/campaigns/{campaign.pid}/questions/{question.pid}",
        may_edit=question.may_edit,
        fields=[
            Field("text", mark("Question"), question.text, TEXT_LIMIT, lines=3),
            Field("name", mark("Name"), question.name, NAME_LIMIT),
        ],
        before=before,
    )
