"""What each letter is told, as the services tell it: a row a kind, an example for each turn that letter takes.

`tests/conftest.py` holds the table against every letter that any test queues: its facts must have these names and
these types.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.core.i18n import mark
from app.followers.rules import Topic
from app.impact.money_rules import SpendState
from app.moderation.rules import AlertKind, Step
from app.notices.rules import Category, Ground, Outcome
from app.publishing.rules import Standing
from app.testimonials.rules import Why
from tests.mail import examples_of_money as money
from tests.mail import examples_of_public as public
from tests.mail import examples_of_weeks as weeks
from tests.mail.scene import Scene

Example = Callable[[Scene], dict[str, Any]]

WEEKS: Mapping[str, Sequence[Example]] = {
    "account-due": [lambda s: weeks.account_due(s, 7), lambda s: weeks.account_due(s, 0)],
    "channel-code": [weeks.channel_code],
    "channel-lost": [
        lambda s: weeks.channel_lost(s, "Token has been revoked"),
        lambda s: weeks.channel_lost(s, ""),
    ],
    "checks-ending": [weeks.ending_checks],
    "crisis-word": [
        lambda s: weeks.crisis_word(s, s.say("statement")),
        lambda s: weeks.crisis_word(s, ""),
    ],
    "held-back": [
        lambda s: weeks.held_back(s, "live", ("blanks", mark("Something is still missing."))),
        lambda s: weeks.held_back(s, "drive", ("claims", mark("Something is still missing."))),
    ],
    "influencer-invitation": [
        lambda s: weeks.influencer_invitation(s, s.say("why")),
        lambda s: weeks.influencer_invitation(s, ""),
    ],
    "invitation": [weeks.invitation],
    "late-posts": [lambda s: weeks.late(s, respaced=3, asked=1, missed=2), lambda s: weeks.late(s, missed=1)],
    "post": [
        lambda s: weeks.mailed_post(s, picture=True, words=True),
        lambda s: weeks.mailed_post(s, picture=True, words=False),
        lambda s: weeks.mailed_post(s, picture=False, words=False),
    ],
    "post-declined": [lambda s: weeks.declined(s, s.say("why")), lambda s: weeks.declined(s, "")],
    "post-due": [weeks.story, lambda s: weeks.story(s, bare=True)],
    "post-missed": [weeks.story],
    "posts-waiting": [
        lambda s: weeks.troubled(s, (Standing.UNCONFIRMED, "timeout"), (Standing.MISSED, "")),
        lambda s: weeks.troubled(s, (Standing.FAILED, "413 Content Too Large")),
    ],
    "review-answer": [
        lambda s: weeks.answer(s, s.say("refusal"), refused=False),
        lambda s: weeks.answer(s, "", refused=True),
    ],
    "review-asked": [lambda s: weeks.asked(s, 0), lambda s: weeks.asked(s, 2)],
    "review-waiting": [
        lambda s: weeks.waiting(s, s.frame.title, "", last=False),
        lambda s: weeks.waiting(s, s.frame.title, last=True),
    ],
    "session-soon": [
        lambda s: weeks.session_soon(s, holds=True, host="Maïa", waiting=12),
        lambda s: weeks.session_soon(s, holds=False, host="Maïa", waiting=1),
        lambda s: weeks.session_soon(s, holds=False, host="", waiting=0),
    ],
    "sign-in": [weeks.sign_in],
    "test": [lambda _: {}],
}
MONEY: Mapping[str, Sequence[Example]] = {
    "books-differ": [lambda s: money.books_differ(s, 1), lambda s: money.books_differ(s, 34)],
    "cards-tried": [money.cards_tried],
    "dispute-due": [lambda s: money.dispute(s, "needs_response")],
    "dispute-over": [
        lambda s: money.dispute(s, "won"),
        lambda s: money.dispute(s, "lost"),
        lambda s: money.dispute(s, "warning_closed"),
    ],
    "fraud-warning": [lambda s: money.fraud(s, "EUR"), lambda s: money.fraud(s, "JPY")],
    "gift-disputed": [
        lambda s: money.dispute(s, "needs_response"),
        lambda s: money.dispute(s, "needs_response", "unheard_of", dated=False),
    ],
    "gift-refunded": [lambda s: money.refunded(s, whole=True), lambda s: money.refunded(s, whole=False)],
    "gift-thanks": [
        lambda s: money.thanks(s, tax=True, monthly=False, promised=True),
        lambda s: money.thanks(s, tax=False, monthly=True, promised=False),
        lambda s: money.thanks(s, tax=False, monthly=False, promised=True, by_hand=True),
    ],
    "receipt-ready": [
        lambda s: money.receipt_ready(s, summary=False),
        lambda s: money.receipt_ready(s, summary=True),
    ],
    "receipt-voided": [
        lambda s: money.receipt_voided(s, s.say("refusal"), replaced=True),
        lambda s: money.receipt_voided(s, "", replaced=False),
    ],
    "refund-failed": [money.refund_failed],
    "spend-refused": [lambda s: money.spend(s, SpendState.REFUSED)],
    "spend-waits": [lambda s: money.spend(s, SpendState.WAITING)],
}
PUBLIC: Mapping[str, Sequence[Example]] = {
    "follow-confirm": [lambda s: public.following(s, asked=True)],
    "follow-known": [lambda s: public.following(s, asked=False)],
    "follow-letter": [
        lambda s: public.letter(s, Topic.STORY),
        lambda s: public.letter(s, Topic.DRIVE, Topic.ACCOUNTS),
    ],
    "follow-up": [
        lambda s: public.follow_up(s, 30, took_part=True),
        lambda s: public.follow_up(s, 90, took_part=False),
    ],
    "gift-link": [lambda s: public.private_link(s, "/gift")],
    "item-decided": [lambda s: public.decided(s, returned=True), lambda s: public.decided(s, returned=False)],
    "item-escalated": [public.escalated],
    "mine-link": [lambda s: public.private_link(s, "/mine")],
    "moderation-alert": [
        lambda s: public.alert(s, AlertKind.HOSTILE, Step.PROTOCOL),
        lambda s: public.alert(s, AlertKind.FLOOD, Step.READ),
    ],
    "notice-author": [
        lambda s: public.decision(s, Outcome.HIDE, Ground.LAW),
        lambda s: public.decision(s, Outcome.KEEP, None, 2),
    ],
    "notice-decided": [
        lambda s: public.decision(s, Outcome.REMOVE, Ground.RULE),
        lambda s: public.decision(s, Outcome.KEEP, None, 2),
    ],
    "notice-received": [
        lambda s: public.notice(s, Category.THREAT),
        lambda s: public.notice(s, Category.PRIVACY),
    ],
    "notice-urgent": [lambda s: public.notice(s, Category.THREAT)],
    "notice-waits": [
        lambda s: public.notice(s, Category.HATE, waiting=1),
        lambda s: public.notice(s, Category.WORK, waiting=6),
    ],
    "question-answered": [public.answered],
    "voice-accepted": [public.accepted],
    "voice-recalled": [
        *(lambda s, why=why: public.recalled(s, why, carries=True, left=True) for why in Why),
        lambda s: public.recalled(s, Why.WITHDRAWN, carries=False, left=False),
    ],
}
EXAMPLES: Mapping[str, Sequence[Example]] = {**WEEKS, **MONEY, **PUBLIC}


def unlike_examples(kind: str, context: Mapping[str, Any]) -> list[str]:
    """The facts of a real letter that no example has, or has of another type. Raises KeyError for an unknown kind."""
    told = [example(Scene("en")) for example in EXAMPLES[kind]]
    names = set(context) ^ set(told[0])
    return sorted(names) + [
        f"{name}: {type(fact).__name__}"
        for name, fact in context.items()
        if name not in names and not any(isinstance(fact, type(one[name])) for one in told)
    ]
