"""The demo's receipts: what the French organisation declared, some tax receipts, one voided and replaced.

They are receipts of a test: every paper says so, and their numbers are a sequence of their own.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from sqlmodel import Session, col, select

from app.core import clock
from app.donations.models import Gift
from app.donations.rules import Visibility
from app.media import service as media
from app.people.rules import Actor
from app.receipts import declaring, issuing, queries
from app.receipts.forms import ProfileForm
from app.receipts.rules import Quality, Regime, Voided

if TYPE_CHECKING:
    from seed.load import Stage

STREET = {"postcode": "00000", "city": "Brasmes", "country": "FR"}
DONORS = (
    {"donor_name": "Lucie Marchal", "donor_email": "lucie@exemple.example", "line": "4 quai du Lavoir"},
    {"donor_name": "Paul Renaud", "donor_email": "paul@renaud.example", "line": "17 rue Haute"},
    {"donor_name": "Aïcha Benali", "donor_email": "aicha@benali.example", "line": "2 place du Puits"},
    {"donor_name": "Jeanne Corbel", "donor_email": "", "line": "31 rue des Forges"},
)
BAKERY = {"company": "Boulangerie du Pont", "company_number": "000000026", "form": "EURL"}


def declare(session: Session, actor: Actor) -> None:
    """What an owner of the French organisation declared, with a signature."""
    form = ProfileForm(
        regime=Regime.FR_GENERAL,
        quality=Quality.GENERAL_INTEREST,
        object="Apprendre à lire, à écrire et à compter à l’âge adulte, par des ateliers gratuits",
        companies=True,
        signatory_name="Odile Kermarec",
        signatory_title="Présidente",
        agreed="1",
    )
    declaring.declare(session, actor, form, media.store_image(session, actor, _signature(), "signature.png"))


def tell(stage: Stage) -> None:
    """Donors of a finished drive who left their address have their receipt; one was written to a wrong street."""
    if stage.told.slug != "douze-chaises":
        return
    session = stage.session
    gifts = session.exec(
        select(Gift)
        .where(
            Gift.campaign_id == stage.campaign.id,
            Gift.visibility == Visibility.ORGANISATION,
            Gift.donor_name == "",
        )
        .order_by(col(Gift.id))
        .limit(len(DONORS))
    ).all()
    for gift, donor in zip(gifts, DONORS, strict=True):
        gift.donor_name, gift.donor_email = donor["donor_name"], donor["donor_email"]
        gift.address = {"line": donor["line"], **STREET}
    bakery = session.exec(
        select(Gift).where(Gift.campaign_id == stage.campaign.id, Gift.donor_name == BAKERY["company"])
    ).first()
    if bakery is not None:
        bakery.company, bakery.company_number = BAKERY["company"], BAKERY["company_number"]
        bakery.address = {"line": "1 place du Pont", **STREET, "form": BAKERY["form"]}
    session.add_all(gifts)
    session.flush()
    for gift in (*gifts, *([bakery] if bakery is not None else [])):
        with clock.frozen((gift.paid_at or clock.now()) + timedelta(minutes=1), everywhere=False):
            issuing.settle(session, gift.id)
    _put_right(stage, gifts[1])


def _put_right(stage: Stage, gift: Gift) -> None:
    """The donor had moved: the receipt is voided and another takes its place."""
    last = queries.last_tax(stage.session, gift.id)
    if last is None:
        return
    right = replace(issuing.donor_of(gift), line="8 rue Basse")
    with clock.frozen(min(stage.after(12), clock.now()), everywhere=False):
        issuing.void(
            stage.session,
            stage.finance,
            last,
            why=Voided.MISTAKE,
            note="L’adresse était l’ancienne.",
            donor=right,
        )


def _signature() -> bytes:
    """A pen’s line on white."""
    picture = Image.new("RGB", (640, 220), "#ffffff")
    line = [
        (30, 170),
        (90, 50),
        (130, 180),
        (190, 90),
        (240, 150),
        (300, 60),
        (330, 170),
        (420, 110),
        (600, 140),
    ]
    ImageDraw.Draw(picture).line(line, fill="#14151a", width=7, joint="curve")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
