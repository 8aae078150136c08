"""Everything that is kept about people outside the team: one visible table, in the order of a copy.

Erasure goes through it in this order: what others are found by comes last, and notices first, which tell what they
quote by whose it is.
"""

from app.privacy.base import Holder
from app.privacy.holders import (
    carriers,
    challenges,
    followers,
    givers,
    mailboxes,
    notices,
    questions,
    receipts,
    supporters,
    testimonials,
)

HOLDERS: tuple[Holder, ...] = (
    notices.HOLDER,
    testimonials.HOLDER,
    givers.HOLDER,
    givers.PLANS,
    receipts.HOLDER,
    receipts.DECLARATIONS,
    carriers.HOLDER,
    mailboxes.INVITATIONS,
    mailboxes.MEMBERSHIPS,
    mailboxes.MAILS,
    challenges.ACTS,
    challenges.MISSES,
    questions.HOLDER,
    followers.HOLDER,
    supporters.HOLDER,
)
