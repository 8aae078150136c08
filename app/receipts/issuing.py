"""Issuing, voiding and replacing receipts, in the caller's transaction. Refuses a receipt for money that is not there.

`settle` is the one function that brings a gift's receipts to what the ledger says; it may run any number of times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlmodel import Session, col, update

from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.donations.models import Gift
from app.donations.rules import GiftState, Visibility, Way
from app.payments.door import door
from app.people import audit
from app.people.models import Organisation
from app.people.rules import Actor, Permission
from app.receipts import numbering, paper, queries, rules, telling
from app.receipts.models import Receipt, ReceiptGift, TaxProfile
from app.receipts.queries import Standing
from app.receipts.rules import Donor, Kind, Lack, Series, Voided

_LACKING = mark("This gift cannot have a tax receipt yet: %(why)s")
_TAKEN = mark("This gift already stands on a tax receipt.")
_VOID = mark("This receipt no longer stands.")
_PROOF = mark("A proof of payment follows its gift: nobody voids it by hand.")

ON_PAPER = ("name", "company", "company_number")
"""How a receipt names a donor whom everyone reads by another name; kept with the gift's address."""


@dataclass(frozen=True)
class Ground:
    """The organisation and what it declared."""

    body: Organisation
    profile: TaxProfile | None


def ground(session: Session, organisation_id: int) -> Ground:
    return Ground(queries.organisation(session, organisation_id), queries.profile(session, organisation_id))


def donor_of(gift: Gift) -> Donor:
    """The donor as the gift names them. Who asked that nobody knows stands on no receipt by name."""
    if gift.visibility is Visibility.NOBODY:
        return Donor()
    kept: dict[str, Any] = gift.address or {}
    fields = {name: str(kept.get(name) or "") for name in ("line", "postcode", "city", "country", "form")}
    shown = {"name": gift.donor_name, "company": gift.company, "company_number": gift.company_number}
    named = {name: str(kept.get(name) or "") for name in ON_PAPER} if "name" in kept else shown
    return Donor(email=gift.donor_email.lower(), **named, **fields)


def lacks(around: Ground, gift: Gift, standing: Standing | None, donor: Donor) -> list[Lack]:
    """What a gift lacks for a tax receipt to this donor."""
    return rules.lacking(
        queries.issuer(around.body, around.profile),
        donor,
        amount_minor=standing.amount_minor if standing else 0,
        currency=gift.currency,
        in_kind=gift.way is Way.IN_KIND,
    )


def settle(session: Session, gift_id: int) -> list[Receipt]:
    """Bring a gift's receipts to what the ledger says; returns those made.

    A paid gift has its plain receipt, and its tax receipt when the donor left a name and an address; the gifts of a
    monthly plan wait for the summary of their year. Money given or taken back voids what said otherwise.
    """
    # Those that stand with it too, before any number is taken: whoever locks gifts after counters may wait for ever.
    locked = queries.locked_gifts(session, queries.together(session, gift_id))
    gift = next(one for one in locked if one.id == gift_id)
    standing = queries.standings(session, [gift_id]).get(gift_id)
    around = ground(session, gift.organisation_id)
    made: list[Receipt] = []
    for tax in (False, True):
        found = queries.living(session, [gift_id], tax=tax)
        if found:
            made += _follow(session, found[0], standing)
        elif (donor := _due(session, around, gift, standing, tax=tax)) is not None:
            kind = _kind(around, donor) if tax else Kind.PLAIN
            made.append(_issue(session, around, [gift], kind, donor))
    telling.tell(session, around.body, gift, made)
    return made


def _follow(session: Session, found: tuple[ReceiptGift, Receipt], standing: Standing | None) -> list[Receipt]:
    link, receipt = found
    if link.amount_minor == (standing.amount_minor if standing else 0):
        return []
    after = _renewed(session, receipt, Voided.MONEY)
    return [after] if after is not None else []


def _due(
    session: Session, around: Ground, gift: Gift, standing: Standing | None, *, tax: bool
) -> Donor | None:
    """Whom to issue a receipt to, when one is due by itself."""
    if gift.state is not GiftState.PAID or standing is None or standing.amount_minor <= 0:
        return None
    if not tax:
        return donor_of(gift)
    donor = _tax_donor(session, gift)
    return donor if donor is not None and not lacks(around, gift, standing, donor) else None


def _tax_donor(session: Session, gift: Gift) -> Donor | None:
    """Who a tax receipt of its own names: after a dispute that was won, who stood on the one before.

    None for the months of a plan, and where a member took the receipt back: no other follows by itself.
    """
    last = queries.last_tax(session, gift.id)
    if last is not None:
        by_itself = last.voided_why is Voided.MONEY and not last.summary
        return Donor(**{**last.donor, "email": last.donor_email}) if by_itself else None
    return donor_of(gift) if gift.plan_id is None else None


def _kind(around: Ground, donor: Donor) -> Kind:
    if around.profile is None:
        raise Conflict(rules.LACKS[Lack.NOT_DECLARED])
    return rules.kind_for(around.profile.regime, donor)


def issue_tax(
    session: Session, actor: Actor | None, gifts: Sequence[Gift], donor: Donor, *, summary: bool = False
) -> Receipt:
    """Issue one tax receipt for gifts of one donor in one currency. Raises Conflict with what is missing."""
    locked = queries.locked_gifts(session, [gift.id for gift in gifts])
    around = ground(session, locked[0].organisation_id)
    _check(session, around, locked, donor)
    if queries.living(session, [gift.id for gift in locked], tax=True):
        raise Conflict(_TAKEN)
    made = _issue(session, around, locked, _kind(around, donor), donor, actor=actor, summary=summary)
    if actor is not None:
        audit.record(session, actor, "receipt.issued", subject=made.label, subject_pid=made.pid)
    telling.ready(session, around.body, made)
    return made


def _check(session: Session, around: Ground, gifts: Sequence[Gift], donor: Donor) -> None:
    standings = queries.standings(session, [gift.id for gift in gifts])
    for gift in gifts:
        wrong = lacks(around, gift, standings.get(gift.id), donor)
        if wrong:
            raise Conflict(_LACKING.with_values(why=rules.LACKS[wrong[0]]))


def void(
    session: Session, actor: Actor, receipt: Receipt, *, why: Voided, note: str, donor: Donor | None
) -> Receipt | None:
    """Void a tax receipt by hand; with a donor, another takes its place under a new number.

    Raises Conflict when it stands no more, and with what the other one would lack.
    """
    actor.require(Permission.MONEY)
    gifts = queries.locked_gifts(session, queries.gift_ids_of(session, receipt.id))
    session.refresh(receipt)
    if not receipt.series.tax:
        raise Conflict(_PROOF)
    if receipt.voided_at is not None:
        raise Conflict(_VOID)
    if donor is not None:
        _check(session, ground(session, receipt.organisation_id), gifts, donor)
    after = None
    if donor is None:
        _close(session, receipt, why, note, actor)
    else:
        after = _renewed(session, receipt, why, note=note, actor=actor, donor=donor)
    audit.record(
        session, actor, "receipt.voided", subject=receipt.label, subject_pid=receipt.pid, reason=note
    )
    telling.voided(session, queries.organisation(session, receipt.organisation_id), receipt, after)
    return after


def _close(
    session: Session, receipt: Receipt, why: Voided, note: str = "", actor: Actor | None = None
) -> None:
    receipt.voided_at, receipt.voided_why, receipt.void_note = clock.now(), why, note
    receipt.voided_by = actor.person_id if actor else None
    session.add(receipt)
    session.execute(update(ReceiptGift).where(col(ReceiptGift.receipt_id) == receipt.id).values(live=False))
    session.flush()


def _renewed(
    session: Session,
    receipt: Receipt,
    why: Voided,
    *,
    note: str = "",
    actor: Actor | None = None,
    donor: Donor | None = None,
) -> Receipt | None:
    """Void a receipt and issue another for what stays of its gifts; None when nothing stays."""
    gifts = queries.locked_gifts(session, queries.gift_ids_of(session, receipt.id))
    _close(session, receipt, why, note, actor)
    standings = queries.standings(session, [gift.id for gift in gifts])
    kept = [gift for gift in gifts if (one := standings.get(gift.id)) and one.amount_minor > 0]
    around = ground(session, receipt.organisation_id)
    after = None
    if kept:
        named = donor or Donor(**{**receipt.donor, "email": receipt.donor_email})
        after = _issue(
            session,
            around,
            kept,
            _kind(around, donor) if donor else receipt.kind,
            named,
            actor=actor,
            summary=receipt.summary,
            replaces=receipt,
        )
    if donor is None:
        telling.voided(session, around.body, receipt, after)
    return after


def _issue(
    session: Session,
    around: Ground,
    gifts: Sequence[Gift],
    kind: Kind,
    donor: Donor,
    *,
    actor: Actor | None = None,
    summary: bool = False,
    replaces: Receipt | None = None,
) -> Receipt:
    """Take the number, write the paper, tie the gifts to it: all or nothing, in the caller's transaction."""
    today = clock.today(around.body.timezone)
    live = all(is_live(gift) for gift in gifts)
    series = rules.series_for(kind, live=live)
    standings = queries.standings(session, [gift.id for gift in gifts])
    number = numbering.take(session, around.body.id, series, today.year)
    prefix = around.profile.prefix if around.profile else ""
    label = rules.written_number(series, prefix, today.year, number)
    facts = _facts(around, gifts, kind, donor, standings, label, replaces, live=live)
    made = _receipt(facts, series, today.year, number)
    made.donor_email = donor.email or gifts[0].donor_email.lower()
    made.summary, made.issued_by = summary, actor.person_id if actor else None
    made.replaces_id = replaces.id if replaces else None
    session.add(made)
    session.flush()
    _tie(session, made, gifts, standings)
    return made


def _facts(
    around: Ground,
    gifts: Sequence[Gift],
    kind: Kind,
    donor: Donor,
    standings: Mapping[int, Standing],
    label: str,
    replaces: Receipt | None,
    *,
    live: bool,
) -> paper.Facts:
    return paper.Facts(
        kind=kind,
        number=label,
        organisation=around.body,
        profile=around.profile if kind is not Kind.PLAIN else None,
        donor=donor,
        lines=[
            paper.Line(standings[one.id].on, standings[one.id].amount_minor, one.way, one.method)
            for one in gifts
        ],
        currency=gifts[0].currency,
        issued_on=clock.today(around.body.timezone),
        language=paper.language_of(kind, gifts[0].language),
        replaces=replaces.label if replaces else "",
        test=not live,
    )


def _receipt(facts: paper.Facts, series: Series, year: int, number: int) -> Receipt:
    return Receipt(
        organisation_id=facts.organisation.id,
        kind=facts.kind,
        series=series,
        year=year,
        number=number,
        label=facts.number,
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        donor=asdict(replace(facts.donor, email="")),
        language=facts.language,
        paper=paper.write(facts),
        signature_media_id=facts.profile.signature_media_id if facts.profile else None,
    )


def _tie(session: Session, made: Receipt, gifts: Sequence[Gift], standings: Mapping[int, Standing]) -> None:
    for gift in gifts:
        kept = standings[gift.id]
        session.add(
            ReceiptGift(
                receipt_id=made.id,
                gift_id=gift.id,
                series=made.series,
                amount_minor=kept.amount_minor,
                on_date=kept.on,
            )
        )
    session.flush()


def is_live(gift: Gift) -> bool:
    """Whether real money moved. What a member enters by hand is as real as the instance's payments are."""
    return gift.livemode if gift.way is Way.ONLINE else door().gateway.livemode
