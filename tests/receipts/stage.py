"""A drive with gifts in the ledger, an organisation that declared, and what stands in a PDF."""

import io
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pypdf import PdfReader
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.ids import new_pid
from app.donations import ledger
from app.donations.models import Gift
from app.donations.rules import EntryKind, GiftState, Way
from app.mail.models import OutgoingMail
from app.people.identity import LegalKind
from app.people.models import Organisation
from app.people.rules import Actor
from app.receipts import issuing
from app.receipts.models import Receipt, TaxProfile
from app.receipts.rules import Regime
from tests import factories

ADDRESS = {"line": "3 rue du Nord", "postcode": "59000", "city": "Lille", "country": "FR"}


@dataclass
class Drive:
    """One organisation with an open drive; each gift is entered as fulfilment enters it."""

    session: Session
    name: str = "Les Lanternes"
    regime: Regime | None = Regime.FR_GENERAL
    currency: str = "EUR"

    @cached_property
    def body(self) -> Organisation:
        values: dict[str, Any] = {}
        if self.regime is Regime.UK_GIFT_AID:
            values = {"legal_kind": LegalKind.UK_CHARITY, "legal_number": "1123456", "language": "en"}
        if self.regime is Regime.US_501C3:
            values = {"legal_kind": LegalKind.US_EIN, "legal_number": "530196605", "language": "en"}
        body = factories.organisation(self.session, self.name, **values)
        if self.regime is not None:
            self.session.add(
                TaxProfile(
                    organisation_id=body.id,
                    regime=self.regime,
                    object="Apprendre à lire à tout âge",
                    companies=True,
                    signatory_name="Nora Belkacem",
                    signatory_title="Présidente",
                    words="…",
                    declared_name="Nora",
                )
            )
            self.session.flush()
        return body

    @cached_property
    def owner(self) -> Actor:
        return factories.member(self.session, self.body)

    @cached_property
    def campaign(self) -> Campaign:
        return factories.campaign(self.session, self.body, currency=self.currency)

    def gift(self, amount: int = 5_000, *, on: date | None = None, enter: bool = True, **values: Any) -> Gift:
        """A paid gift with its lines in the ledger; `address={}` for a donor who asked for no tax receipt."""
        cover = values.get("cover_minor", 0)
        row = Gift(
            organisation_id=self.body.id,
            campaign_id=self.campaign.id,
            amount_minor=amount,
            currency=self.currency,
            **{
                "state": GiftState.PAID,
                "donor_name": "Camille Roy",
                "donor_email": "Camille@Example.org",
                "address": ADDRESS,
                "livemode": True,
                "method": "card",
                "language": "fr" if self.body.language == "fr" else "en",
                "paid_at": clock.now(),
                **values,
            },
        )
        self.session.add(row)
        self.session.flush()
        if enter:
            kind = EntryKind.IN_KIND if row.way is Way.IN_KIND else EntryKind.GIFT
            self.enter(row, kind, amount, on=on)
            if cover:
                self.enter(row, EntryKind.COVER, cover, on=on)
            self.enter(row, EntryKind.FEE, -100, on=on)
        return row

    def enter(
        self, gift: Gift, kind: EntryKind, amount: int, *, on: date | None = None, corrects: int | None = None
    ) -> int:
        """A line of the ledger about a gift; returns its id."""
        entry = ledger.record(
            self.session,
            self.campaign,
            kind=kind,
            amount_minor=amount,
            source=f"test:{new_pid()}",
            on_date=on or clock.today(self.campaign.timezone),
            gift_id=gift.id,
            corrects_id=corrects,
        )
        return entry.id

    def settle(self, gift: Gift) -> list[Receipt]:
        return issuing.settle(self.session, gift.id)

    def receipts(self, *, tax: bool = True) -> list[Receipt]:
        """All receipts in the order of their numbers."""
        self.session.flush()
        rows = self.session.exec(select(Receipt).order_by(col(Receipt.id))).all()
        return [row for row in rows if row.series.tax is tax]

    def mails(self, kind: str) -> list[OutgoingMail]:
        return list(self.session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind)))


def words_of(pdf: bytes) -> str:
    """The text of a PDF on one line, plain spaces for all blanks."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
