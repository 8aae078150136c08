"""Who may tell us that money came: a table of notifications, true and false."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from app.core import clock
from app.payments import signature
from app.payments.base import BadSignature
from app.payments.stripe_gateway import StripeGateway

SECRET, OLD, OTHER = "whsec_new", "whsec_old", "whsec_other"
BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "created": 1_800_000_000,
        "livemode": False,
        "data": {"object": {"object": "checkout.session", "id": "cs_test_1", "payment_intent": "pi_1"}},
    }
).encode()


def stamp(offset: int = 0) -> int:
    return int(clock.now().timestamp()) + offset


def header(secret: str = SECRET, offset: int = 0, body: bytes = BODY) -> str:
    return signature.sign(body, secret, stamp(offset))


@pytest.fixture
def gateway() -> StripeGateway:
    return StripeGateway("sk_test_x")


@pytest.mark.parametrize(
    ("offset", "secrets"), [(0, [SECRET]), (-300, [SECRET]), (300, [SECRET]), (0, [SECRET, OLD])]
)
@pytest.mark.parametrize("secret", [SECRET])
def test_true_notifications_are_read(
    gateway: StripeGateway, offset: int, secrets: list[str], secret: str
) -> None:
    event = gateway.read_event(BODY, header(secret, offset), secrets, clock.now())
    assert (event.id, event.type, event.livemode) == ("evt_1", "checkout.session.completed", False)
    assert (event.checkout_id, event.payment_intent) == ("cs_test_1", "pi_1")
    assert event.created == datetime.fromtimestamp(1_800_000_000, UTC)


def test_the_old_secret_counts_while_it_is_replaced(gateway: StripeGateway) -> None:
    assert gateway.read_event(BODY, header(OLD), [SECRET, OLD], clock.now()).id == "evt_1"
    both = f"{header(OTHER)},v1={header(SECRET).partition('v1=')[2]}"
    assert gateway.read_event(BODY, both, [SECRET], clock.now()).id == "evt_1"


FALSE = {
    "no header": lambda: (BODY, None, [SECRET]),
    "empty header": lambda: (BODY, "", [SECRET]),
    "no timestamp": lambda: (BODY, header().partition(",")[2], [SECRET]),
    "two timestamps": lambda: (BODY, f"t=1,{header()}", [SECRET]),
    "timestamp not a number": lambda: (BODY, header().replace(f"t={stamp()}", "t=١٢"), [SECRET]),
    "v0 only": lambda: (BODY, header().replace("v1=", "v0="), [SECRET]),
    "bad hex": lambda: (BODY, f"t={stamp()},v1=zz", [SECRET]),
    "not ascii": lambda: (BODY, f"t={stamp()},v1=é", [SECRET]),
    "other secret": lambda: (BODY, header(OTHER), [SECRET, OLD]),
    "edited body": lambda: (BODY.replace(b"evt_1", b"evt_2"), header(), [SECRET]),
    "body re-encoded": lambda: (BODY + b"\n", header(), [SECRET]),
    "301 s old": lambda: (BODY, header(offset=-301), [SECRET]),
    "301 s ahead": lambda: (BODY, header(offset=301), [SECRET]),
    "stamp moved": lambda: (BODY, header(offset=-600).replace(str(stamp(-600)), str(stamp())), [SECRET]),
    "no secret set": lambda: (BODY, header(""), []),
    "blank secret set": lambda: (BODY, header(" "), ["", " "]),
    "signed, not JSON": lambda: (b"{", header(body=b"{"), [SECRET]),
    "signed, not an event": lambda: (b"[]", header(body=b"[]"), [SECRET]),
    "signed, a thin event": lambda: (
        b'{"object":"v2.core.event"}',
        header(body=b'{"object":"v2.core.event"}'),
        [SECRET],
    ),
}


@pytest.mark.parametrize("case", FALSE)
def test_false_notifications_are_refused(gateway: StripeGateway, case: str) -> None:
    payload, given, secrets = FALSE[case]()
    with pytest.raises(BadSignature):
        gateway.read_event(payload, given, secrets, clock.now())


def test_stripes_own_kit_accepts_what_we_sign() -> None:
    with clock.frozen(datetime.now(UTC) - timedelta(seconds=5)):
        assert stripe.WebhookSignature.verify_header(BODY, header(), SECRET, tolerance=300)
