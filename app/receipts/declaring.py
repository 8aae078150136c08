"""What an organisation declares before it issues tax receipts: who declared, when, in which words. Owners only.

A wrongly issued receipt is fined (CGI article 1740 A), so the words say what is being promised, and are kept.
"""

from sqlmodel import Session

from app.core import clock, i18n
from app.core.errors import Conflict
from app.core.i18n import Message, mark
from app.media.models import Media
from app.people import audit
from app.people.models import Organisation
from app.people.rules import Actor, Permission
from app.receipts import queries
from app.receipts.forms import ProfileForm
from app.receipts.models import TaxProfile
from app.receipts.rules import REGISTERS, Regime

REGIMES: dict[Regime, Message] = {
    Regime.FR_GENERAL: mark("France: general interest (article 200, 66 percent)"),
    Regime.FR_AID: mark(
        "France: help to people in difficulty (article 200, 1 ter, 75 percent up to the ceiling)"
    ),
    Regime.UK_GIFT_AID: mark("United Kingdom: charity with Gift Aid"),
    Regime.US_501C3: mark("United States: 501(c)(3)"),
}

_FINE = mark(
    "I know that a receipt issued without the right to is fined at the rate of the tax reduction, on the sums it "
    "carries (article 1740 A)."
)
WORDS: dict[Regime, Message] = {
    Regime.FR_GENERAL: mark(
        "I declare for %(organisation)s that it is of general interest in the meaning of articles 200 and 238 bis of "
        "the French general tax code: its aim is one of those they list, its management is disinterested, it serves "
        "no restricted circle, and donors receive nothing in return."
    ),
    Regime.FR_AID: mark(
        "I declare for %(organisation)s that it is of general interest, and that it provides free meals or care to "
        "people in difficulty, helps to house them, or supports victims of domestic violence, in the meaning of "
        "article 200, 1 ter of the French general tax code; donors receive nothing in return."
    ),
    Regime.UK_GIFT_AID: mark(
        "I declare for %(organisation)s that HMRC recognises it as a charity for tax purposes and that it may claim "
        "Gift Aid; donors receive no benefit beyond what Gift Aid allows."
    ),
    Regime.US_501C3: mark(
        "I declare for %(organisation)s that it is exempt under section 501(c)(3) of the Internal Revenue Code and "
        "that contributions to it are deductible; donors receive no goods or services in exchange."
    ),
}
_UNIDENTIFIED = mark(
    "First write the legal name, the postal address and the number of this country’s register on the page Organisation."
)


def words(body: Organisation, regime: Regime) -> str:
    """What is declared, in the language being spoken."""
    said = str(WORDS[regime].with_values(organisation=body.legal_name or body.name))
    return f"{said} {_FINE}" if regime in (Regime.FR_GENERAL, Regime.FR_AID) else said


def identified(body: Organisation, regime: Regime) -> bool:
    """Whether the organisation's legal identity is complete for a regime."""
    return bool(
        body.legal_kind in REGISTERS[regime] and body.legal_number and body.legal_name and body.address
    )


def declare(session: Session, actor: Actor, form: ProfileForm, signature: Media | None) -> TaxProfile:
    """Declare, or declare anew with other words. Raises Conflict while the legal identity is incomplete."""
    actor.require(Permission.ADMIN)
    body = queries.organisation(session, actor.organisation_id)
    if not identified(body, form.regime):
        raise Conflict(_UNIDENTIFIED)
    row = queries.profile(session, actor.organisation_id) or TaxProfile(
        organisation_id=actor.organisation_id,
        regime=form.regime,
        signatory_name=form.signatory_name,
        signatory_title=form.signatory_title,
        words="",
        declared_name=actor.name,
    )
    for name, value in form.model_dump(exclude={"agreed"}).items():
        setattr(row, name, value)
    if signature is not None:
        row.signature_media_id = signature.id
    with i18n.speaking(body.language):
        row.words = words(body, form.regime)
    row.declared_by, row.declared_name = actor.person_id, actor.name
    row.declared_at, row.ended_at = clock.now(), None
    session.add(row)
    audit.record(session, actor, "receipt.declared", subject=body.name, subject_pid=body.pid)
    session.flush()
    return row


def stop(session: Session, actor: Actor) -> None:
    """Issue no tax receipt any more; those issued stand."""
    actor.require(Permission.ADMIN)
    row = queries.profile(session, actor.organisation_id)
    if row is None or row.ended_at is not None:
        return
    row.ended_at = clock.now()
    session.add(row)
    body = queries.organisation(session, actor.organisation_id)
    audit.record(session, actor, "receipt.stopped", subject=body.name, subject_pid=body.pid)
