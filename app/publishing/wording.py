"""How a post stands, in a word, where no template can say it: calendar feeds."""

from app.core.i18n import Message, mark
from app.publishing.rules import Standing

STANDING_WORDS: dict[Standing, Message] = {
    Standing.DRAFT: mark("draft"),
    Standing.IN_REVIEW: mark("in review"),
    Standing.APPROVED: mark("needs another hour"),
    Standing.SCHEDULED: mark("planned"),
    Standing.DUE: mark("now"),
    Standing.SENDING: mark("on its way"),
    Standing.SENT: mark("posted"),
    Standing.PARTIAL: mark("partly posted"),
    Standing.MISSED: mark("missed"),
    Standing.UNCONFIRMED: mark("to be confirmed"),
    Standing.FAILED: mark("refused"),
    Standing.HELD: mark("held"),
    Standing.DECLINED: mark("cannot"),
}
