"""What the giving page offers: amounts, what covers the fees, one press for who gave before. Takes nothing."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core.i18n import mark
from app.core.money import decimal_string, minor_digits
from app.donations import own, tracing
from app.donations.models import Gift
from app.donations.rules import GiftState, Tribute, Visibility, Way
from app.donations.scales import Scale, scale, step, suggestions
from app.payments.tariff import Tariff, cover, tariff
from app.supporters.queries import Visit

ENOUGH = 8
"""From so many gifts on, what people gave here is the better suggestion; fewer would show what one person gave."""


VISIBILITIES = (
    (Visibility.ORGANISATION.value, mark("The organisation only")),
    (Visibility.PUBLIC.value, mark("Everyone")),
    (
        Visibility.NOBODY.value,
        mark("Nobody"),
        mark("No name and no address is kept: no thanks, no receipt by mail."),
    ),
)
TRIBUTES = (
    (Tribute.NONE.value, mark("No")),
    (Tribute.HONOUR.value, mark("In honour of")),
    (Tribute.MEMORY.value, mark("In memory of")),
)
RHYTHMS = (("once", mark("Once")), ("month", mark("Each month")))


@dataclass(frozen=True)
class Offer:
    """What is offered in a campaign's currency, in minor units."""

    currency: str
    scale: Scale | None
    suggested: list[int]
    price: Tariff | None
    again: Gift | None  # the donor's last gift here, to give once more

    @property
    def preferred(self) -> int | None:
        """The one that is chosen already: never the largest."""
        return self.suggested[(len(self.suggested) - 1) // 2] if self.suggested else None

    @property
    def digits(self) -> int:
        return minor_digits(self.currency)

    @property
    def step(self) -> int:
        return step(self.currency)

    def written(self, amount_minor: int) -> str:
        """An amount as the open field takes it."""
        return decimal_string(amount_minor, self.currency)

    def cover(self, amount_minor: int) -> int:
        """What covers the fees of a gift; 0 where the price is not known."""
        return cover(amount_minor, self.price, self.step) if self.price else 0


def offer(session: Session, campaign: Campaign, visit: Visit | None = None) -> Offer:
    """What a campaign's page offers to everyone, or to the donor behind a browser."""
    currency = campaign.currency
    account = tracing.stripe_account(session, campaign.organisation_id)
    return Offer(
        currency,
        scale(currency),
        suggestions(currency, campaign.suggested_minor, _median(session, campaign)),
        tariff(account.country if account else "", currency),
        own.last(session, visit, campaign) if visit else None,
    )


def _median(session: Session, campaign: Campaign) -> int | None:
    """The middle one of what was given here at once, once there are enough gifts."""
    given = (
        Gift.campaign_id == campaign.id,
        Gift.state == GiftState.PAID,
        Gift.way == Way.ONLINE,
        Gift.currency == campaign.currency,
        col(Gift.plan_id).is_(None),
    )
    count = session.exec(select(func.count()).select_from(Gift).where(*given)).one()
    if count < ENOUGH:
        return None
    return session.exec(
        select(Gift.amount_minor).where(*given).order_by(col(Gift.amount_minor)).offset(count // 2).limit(1)
    ).one()
