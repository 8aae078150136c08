"""Everything that is kept about people outside the team: one visible table, in the order of a copy.

Erasure goes through it in this order: what others hang on comes last.
"""

from app.privacy.base import Holder
from app.privacy.holders import carriers, givers, mailboxes, notices, supporters

HOLDERS: tuple[Holder, ...] = (
    givers.HOLDER,
    carriers.HOLDER,
    mailboxes.INVITATIONS,
    mailboxes.MEMBERSHIPS,
    mailboxes.MAILS,
    notices.HOLDER,
    supporters.HOLDER,
)
