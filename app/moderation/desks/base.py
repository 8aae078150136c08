"""What the inbox asks of a kind: to show its items, to let a moderator edit them, to act on a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlmodel import Session

from app.core.i18n import Message
from app.intake.models import Item
from app.intake.rules import ItemState
from app.media.models import Media
from app.people.rules import Actor


@dataclass(frozen=True)
class Field:
    """A text a moderator may edit with the author's consent: its name in forms, its label, its words, its limit."""

    name: str
    label: Message
    value: str
    limit: int
    lines: int = 1


@dataclass(frozen=True)
class Shown:
    """One item as a moderator reads it."""

    text: str
    author: str = ""  # the name that would be shown; empty for anonymous
    facts: Sequence[tuple[Message, str]] = ()  # consents, place, quantity…
    media: Sequence[Media] = ()  # pictures, the voice note
    link: str = ""  # an address somebody gave; never opened by us
    href: str = ""  # where in the studio more can be done with it
    may_edit: bool = False  # the author agreed to corrections
    may_return: bool = True  # the author can change it and send it again
    fields: Sequence[Field] = ()
    before: Mapping[str, str] = field(default_factory=dict)  # the fields as last decided, for the difference


class Desk(Protocol):
    """One kind of item. Raises nothing for an item whose row is gone: it shows it as empty."""

    name: Message  # « Témoignage »

    def show(self, session: Session, items: Sequence[Item]) -> Mapping[int, Shown]:
        """Some items of this kind, by item id, in a number of queries that does not grow with them."""
        ...

    def edit(self, session: Session, actor: Actor, item: Item, words: Mapping[str, str]) -> None:
        """Change the words of an item; the author's own stay known. Raises Conflict without consent."""
        ...

    def refuses(self, session: Session, items: Sequence[Item], after: ItemState) -> Mapping[int, Message]:
        """Which items may not come to stand there as they are, and why, by item id: these stay where they were."""
        ...

    def decided(self, session: Session, actor: Actor, items: Sequence[Item]) -> None:
        """Some items were decided, or their decision taken back, in this transaction: count, show, let go.

        The reason of a return or a refusal is mailed by the inbox itself, once it can no longer be taken back.
        """
        ...

    def authors(self, session: Session, items: Sequence[Item]) -> Mapping[int, int]:
        """The members (person ids) who wrote some items themselves, by item id: nobody reviews their own."""
        ...
