"""Influencers: what is personal goes, but for who is with a running campaign, and for paid agreements in the books."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import Message, mark
from app.influencers import queries, service
from app.influencers.service import Forgotten
from app.privacy.base import Holder, Kept, Rows, Subject
from app.reminders import service as reminders


def _copy(session: Session, subject: Subject) -> Rows:
    return [
        {
            "name": one.name,
            "role": one.public_role,
            "tie": one.tie,
            "email": one.email,
            "language": one.language,
            "accounts": one.handles,
            "vetting": one.vetting,
            "decision": one.decision_note,
            "stage": one.stage,
            "agreement": one.agreement,
            "agreement_value_minor": one.agreement_value_minor,
            "agreement_note": one.agreement_note,
            "contract_on": one.contract_on,
            "label": one.disclosure,
            "added_at": one.created_at,
            "answered_at": one.answered_at,
        }
        for one in queries.by_email(session, subject.organisation_id, subject.emails)
    ]


_WHY: dict[Forgotten, tuple[Message, Message]] = {
    Forgotten.RUNNING: (
        mark("Their place in a campaign that runs"),
        mark("They are with it now. Take them out first, or wait for its end."),
    ),
    Forgotten.BOOKED: (
        mark("Name and terms of a paid or in-kind agreement"),
        mark("Accounts are kept for ten years (French commercial code, article L123-22)."),
    ),
}


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    done: list[Forgotten] = []
    for one in queries.by_email(session, subject.organisation_id, subject.emails):
        outcome = service.forget(session, one)
        done.append(outcome)
        if outcome is not Forgotten.RUNNING:
            reminders.forget(session, one.id)
    return [Kept(what, why, done.count(outcome)) for outcome, (what, why) in _WHY.items()]


HOLDER = Holder("influencers", mark("Influencers"), _copy, _erase)
