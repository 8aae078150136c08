"""A desk of the tests' own, and things in the inbox: what the room needs to stand alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock, stamps
from app.core.errors import Conflict
from app.core.i18n import Message, mark
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent, screen
from app.moderation.desks import DESKS
from app.moderation.desks.base import Field, Shown
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.intake.proving import solved


@dataclass
class Notebook:
    """A kind whose words stand in memory: it remembers what was decided, and refuses what it is told to refuse."""

    name = mark("Question")
    words: dict[int, str] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)
    wrote: dict[int, int] = field(default_factory=dict)  # subject → person
    seen: list[tuple[int, ItemState]] = field(default_factory=list)
    refuses_subjects: set[int] = field(default_factory=set)
    consents: bool = True

    def show(self, session: Session, items: Sequence[Item]) -> Mapping[int, Shown]:
        return {item.id: self._shown(item.subject_id) for item in items}

    def _shown(self, subject: int) -> Shown:
        text = self.words.get(subject, "")
        before = {"text": self.before[subject]} if subject in self.before else {}
        fields = [Field("text", mark("Question"), text, 500, 4)]
        return Shown(text, author="Léa", may_edit=self.consents, fields=fields, before=before)

    def edit(self, session: Session, actor: Actor, item: Item, words: Mapping[str, str]) -> None:
        if not self.consents:
            raise Conflict(mark("Their author did not agree to corrections."))
        self.before.setdefault(item.subject_id, self.words[item.subject_id])
        self.words[item.subject_id] = words["text"]

    def refuses(self, session: Session, items: Sequence[Item], after: ItemState) -> Mapping[int, Message]:
        refused = [item.id for item in items if item.subject_id in self.refuses_subjects]
        return dict.fromkeys(refused, mark("Not as it is."))

    def decided(self, session: Session, actor: Actor, items: Sequence[Item]) -> None:
        self.seen += [(item.subject_id, item.state) for item in items]

    def authors(self, session: Session, items: Sequence[Item]) -> Mapping[int, int]:
        return {item.id: self.wrote[item.subject_id] for item in items if item.subject_id in self.wrote}


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    made = Notebook()
    monkeypatch.setitem(DESKS, Kind.QUESTION, made)  # type: ignore[arg-type]
    return made


@pytest.fixture
def organisation(session: Session) -> Organisation:
    return factories.organisation(session)


@pytest.fixture
def campaign(session: Session, organisation: Organisation) -> Campaign:
    return factories.campaign(session, organisation)


@pytest.fixture
def nora(session: Session, organisation: Organisation) -> Actor:
    return factories.member(session, organisation, Role.MODERATOR, "Nora")


@pytest.fixture
def yann(session: Session, organisation: Organisation) -> Actor:
    return factories.member(session, organisation, Role.EDITOR, "Yann")


@pytest.fixture
def owner(session: Session, organisation: Organisation) -> Actor:
    return factories.member(session, organisation, Role.OWNER, "Alice")


def arrive(
    session: Session,
    campaign: Campaign,
    notebook: Notebook,
    text: str,
    *,
    proven: bool = True,
    address: str = "192.0.2.1",
    agent: str = "Firefox",
    supporter_id: int | None = None,
) -> Item:
    """Something new in the inbox, sent by the public's own road."""
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        stamp = stamps.form_stamp()
    subject = len(notebook.words) + 1
    notebook.words[subject] = text
    proof = solved() if proven else ""
    seen = screen(session, campaign, Sent(text, address, agent, stamp=stamp, proof=proof))
    return intake.file(
        session,
        campaign,
        kind=Kind.QUESTION,
        subject_id=subject,
        screening=seen,
        supporter_id=supporter_id,
    )
