"""What the demo's drives collect beside the payment page: sponsors, gifts by hand, transfers, another service.

Nothing that lies in the future is told.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from app.core import clock
from app.donations.rules import Visibility, Way
from app.drive import rules
from app.drive.service import matching, offline, transfers
from app.drive.service.offline import Given
from app.drive.statements import Line

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from app.people.rules import Actor
    from seed import schema
    from seed.load import Stage


def name_account(session: Session, owner: Actor, told: schema.Organisation) -> None:
    """Where transfers go."""
    if told.iban:
        transfers.keep_account(
            session, owner, holder=told.name, iban=told.iban, bic=told.bic, currency=told.currency
        )


def tell(stage: Stage) -> None:
    """Everything of the file, each at its moment."""
    _sponsors(stage)
    _by_hand(stage)
    _statement(stage)
    for one in stage.told.declared:
        with clock.frozen(_morning(stage, one.day), everywhere=False):
            offline.declare(
                stage.session,
                stage.finance,
                stage.campaign,
                amount_minor=one.amount_minor,
                on_date=_date(stage, one.day),
                origin=one.origin,
            )


def _date(stage: Stage, day: int) -> date:
    return min(stage.campaign.starts_on + timedelta(days=day - 1), clock.today(stage.campaign.timezone))


def _morning(stage: Stage, day: int) -> datetime:
    return min(stage.at(day, "09:30"), clock.now())


def _sponsors(stage: Stage) -> None:
    zone = stage.campaign.timezone
    for one in stage.told.matches:
        until = stage.campaign.starts_on + timedelta(days=one.until_day - 1)
        with clock.frozen(min(stage.at(one.day, one.hour), clock.now()), everywhere=False):
            row = matching.add_match(
                stage.session,
                stage.finance,
                stage.campaign,
                sponsor=one.sponsor,
                percent=one.percent,
                cap_minor=one.cap_minor,
                starts_at=stage.at(one.day, one.hour),
                ends_at=clock.resolve_wall(until, time.fromisoformat(one.until_hour), zone),
                rest_given=one.rest_given,
            )
        if one.paid_minor:
            matching.book_payment(
                stage.session,
                stage.finance,
                stage.campaign,
                row,
                amount_minor=one.paid_minor,
                on_date=clock.today(zone),
                note=f"{one.sponsor}, {clock.today(zone).isoformat()}",
            )


def _by_hand(stage: Stage) -> None:
    for one in stage.told.offline:
        given = Given(
            way=Way(one.way),
            amount_minor=one.amount_minor,
            on_date=_date(stage, one.day),
            donor_name=one.name,
            company=one.company,
            visibility=Visibility(one.visibility),
            proof=one.proof,
        )
        with clock.frozen(_morning(stage, one.day), everywhere=False):
            offline.enter_gift(stage.session, stage.finance, stage.campaign, given)


def _statement(stage: Stage) -> None:
    code = rules.spaced(rules.reference(stage.campaign.pid))
    lines = [
        Line(
            bank_id=f"demo:{stage.campaign.pid}:{number}",
            booked_on=_date(stage, one.day),
            amount_minor=one.amount_minor,
            currency=stage.campaign.currency,
            payer=one.payer,
            text=f"{one.text} {code}".strip() if one.named else one.text,
        )
        for number, one in enumerate(stage.told.bank_lines)
    ]
    if lines:
        transfers.take_in(stage.session, stage.finance, lines)
