"""A campaign with money, two who may handle it, and papers to cover."""

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import typst
from PIL import Image
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.donations import ledger
from app.donations.rules import EntryKind
from app.impact import service
from app.impact.models import Promise
from app.impact.money_rules import Category
from app.impact.spending import Used
from app.people.rules import Actor, Role
from tests import factories


@dataclass(frozen=True)
class Stage:
    session: Session
    owner: Actor
    finance: Actor
    campaign: Campaign

    @property
    def base(self) -> str:
        return f"/studio/campaigns/{self.campaign.pid}/impact"


def stage(session: Session, **values: Any) -> Stage:
    """Reporting, 10 000 in the ledger."""
    org = factories.organisation(session)
    owner = factories.member(session, org)
    finance = factories.member(session, org, Role.FINANCE, "Samira")
    campaign = factories.campaign(session, org, **{"state": State.REPORTING, **values})
    ledger.record(
        session,
        campaign,
        kind=EntryKind.GIFT,
        amount_minor=1_000_000,
        source=f"gift:{campaign.pid}",
        on_date=campaign.starts_on,
    )
    return Stage(session, owner, finance, campaign)


def promise_adults(session: Session, owner: Actor, campaign: Campaign, due_on: date) -> Promise:
    """Twenty adults by a day; fixed, as by the opening of the drive."""
    promise = service.add_promise(
        session,
        owner,
        campaign,
        indicator="adultes inscrits",
        unit="adultes",
        baseline=Decimal(0),
        target=Decimal(20),
        due_on=due_on,
        method="Sur la liste d’émargement",
    )
    service.fix_promises(session, campaign)
    return promise


def used(campaign: Campaign, amount_minor: int = 60_000, **values: Any) -> Used:
    defaults: dict[str, Any] = {
        "category": Category.MISSIONS,
        "note": "Manuels et cahiers",
        "on_date": clock.today(campaign.timezone),
        "payee": "Librairie du Centre",
        "evidence_note": "facture, 1 page",
    }
    return Used(amount_minor=amount_minor, **{**defaults, **values})


def photo(colour: str = "#e8b04b", size: tuple[int, int] = (800, 600)) -> bytes:
    """A photo that says in its metadata who took it."""
    picture = Image.new("RGB", size, colour)
    exif = Image.Exif()
    exif[0x013B] = "Nora Belkacem"  # the artist
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def paper(pages: int = 1) -> bytes:
    """A PDF of so many pages, each with a name on it."""
    sheet = "#set page(width: 210mm, height: 297mm, fill: rgb(250, 240, 220))\n"
    body = "#pagebreak()\n".join(f"Facture {number} pour Nora Belkacem\n" for number in range(1, pages + 1))
    return bytes(typst.compile((sheet + body).encode(), format="pdf"))
