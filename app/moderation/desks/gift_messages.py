"""The words that came with gifts: read before anyone sees them, never changed, and never sent back to be."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from app.core.errors import Conflict
from app.core.i18n import Message, gettext, mark, money
from app.donations.models import Gift
from app.donations.rules import Visibility
from app.intake.models import Item
from app.intake.rules import ItemState
from app.moderation.desks.base import Shown
from app.people.rules import Actor


class GiftMessages:
    """The desk of donors' words."""

    name = mark("Word with a gift")

    def show(self, session: Session, items: Sequence[Item]) -> Mapping[int, Shown]:
        gifts = _gifts(session, items)
        return {item.id: _shown(gifts[item.subject_id]) for item in items if item.subject_id in gifts} | {
            item.id: Shown("", may_return=False) for item in items if item.subject_id not in gifts
        }

    def edit(self, session: Session, actor: Actor, item: Item, words: Mapping[str, str]) -> None:  # noqa: ARG002
        raise Conflict(mark("A donor’s words are shown as they are, or not at all."))

    def refuses(self, session: Session, items: Sequence[Item], after: ItemState) -> Mapping[int, Message]:  # noqa: ARG002
        why = mark("A donor’s words cannot go back: accept or refuse them.")
        return dict.fromkeys((item.id for item in items), why) if after is ItemState.RETURNED else {}

    def decided(self, session: Session, actor: Actor, items: Sequence[Item]) -> None:
        """Nothing more: pages follow the item."""

    def authors(self, session: Session, items: Sequence[Item]) -> Mapping[int, int]:  # noqa: ARG002
        return {}  # donors have no account


def _gifts(session: Session, items: Sequence[Item]) -> dict[int, Gift]:
    wanted = {item.subject_id for item in items}
    return {gift.id: gift for gift in session.exec(select(Gift).where(col(Gift.id).in_(wanted)))}


def _shown(gift: Gift) -> Shown:
    named = gift.visibility is Visibility.PUBLIC
    facts = [
        (mark("Gift"), money(gift.amount_minor, gift.currency)),
        (mark("Name"), gettext("shown to all") if named else gettext("not shown")),
    ]
    return Shown(gift.message, author=gift.donor_name if named else "", facts=facts, may_return=False)
