"""What a restricted key must be allowed to do, tried by requests that change nothing.

Stripe checks a key before it looks at parameters and ids: a request that cannot succeed still tells whether the
key may make it (https://docs.stripe.com/keys/restricted-api-keys).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from stripe._v1_services import V1Services

from app.payments.stripe_line import refuses

_FEW: Any = {"limit": 1}
_NOBODY: Any = {}

# In the words of Stripe's own page for keys; the part after the colon is the level to choose there.
NEEDED: tuple[tuple[str, Callable[[V1Services], object]], ...] = (
    ("Checkout Sessions: Write", lambda v1: v1.checkout.sessions.create(_NOBODY)),
    ("PaymentIntents: Read", lambda v1: v1.payment_intents.list(_FEW)),
    ("Charges and Refunds: Write", lambda v1: v1.refunds.create(_NOBODY)),
    ("Disputes: Write", lambda v1: v1.disputes.update("dp_none", _NOBODY)),
    ("Radar: Read", lambda v1: v1.radar.early_fraud_warnings.list(_FEW)),
    ("Subscriptions: Write", lambda v1: v1.subscriptions.cancel("sub_none")),
    ("Invoices: Read", lambda v1: v1.invoices.list(_FEW)),
    ("Customer portal: Write", lambda v1: v1.billing_portal.sessions.create(_NOBODY)),
    ("Balance: Read", lambda v1: v1.balance_transactions.list(_FEW)),
    ("Payouts: Read", lambda v1: v1.payouts.list(_FEW)),
    ("Events: Read", lambda v1: v1.events.list(_FEW)),
)


NAMES: tuple[str, ...] = tuple(name for name, _ in NEEDED)


def missing(v1: V1Services) -> tuple[str, ...]:
    """The needed permissions that a key lacks. Raises PaymentError."""
    return tuple(name for name, call in NEEDED if refuses(partial(call, v1)))
