"""What the books call things, in the reader's language."""

from collections.abc import Mapping

from app.books.rules import Place
from app.core.i18n import Message, mark
from app.donations.rules import EntryKind

KIND_WORDS: Mapping[EntryKind, Message] = {
    EntryKind.GIFT: mark("Gift"),
    EntryKind.COVER: mark("Added for the fees"),
    EntryKind.FEE: mark("Payment fee"),
    EntryKind.REFUND: mark("Refund"),
    EntryKind.DISPUTE: mark("Disputed payment"),
    EntryKind.MATCH: mark("Payment of a sponsor"),
    EntryKind.IN_KIND: mark("Gift in kind"),
    EntryKind.DECLARED: mark("Collected elsewhere"),
    EntryKind.SPEND: mark("Money used"),
    EntryKind.TRANSFER: mark("Money handed on"),
    EntryKind.CORRECTION: mark("Correction"),
}
# Where the money of a payout is.
PAYOUT_WORDS: Mapping[Place, Message] = {
    Place.BANK: mark("at the bank"),
    Place.COMING: mark("on its way"),
    Place.STRIPE: mark("came back"),
}
