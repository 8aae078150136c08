"""An organisation's own Stripe account: whose key it is, what it may touch, and that no secret is shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import Session, select

from app import doctor
from app.campaigns.models import Campaign
from app.core import clock, vault
from app.core.db import reading, transaction
from app.core.settings import get_settings
from app.donations import jobs, sealing, tracing
from app.donations.models import Gift, PaymentEvent, StripeAccount
from app.donations.rules import GiftState
from app.donations.service import doors, giving, inbox, own_account
from app.payments import door, signature
from app.payments.sandbox.keys import restricted_keys
from app.payments.stripe_line import Line
from app.people.models import AuditEntry, Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.donations import stage
from tests.donations.stage import BASE, SECRET_KEY, WEBHOOK_SECRET, Till

WHOLE, LESSER = restricted_keys(SECRET_KEY)
OWN_SECRET = "whsec_our_own_0123456789"
NEXT_SECRET = "whsec_our_next_0123456789"
HOME = "/studio/settings/payments"


@pytest.fixture
def line(stripe: Till, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """Every gateway made from a pasted key reaches the same Stripe."""
    real = Line.__init__

    def made(self: Line, api_key: str, api_base: str | None) -> None:
        real(self, api_key, api_base)
        self.connections.mount(BASE, stripe.line)

    monkeypatch.setattr(Line, "__init__", made)
    monkeypatch.setattr(get_settings(), "stripe_api_base", BASE)
    monkeypatch.setattr(get_settings(), "stripe_api_key", SecretStr(SECRET_KEY))
    yield stripe
    door._gateway.cache_clear()
    door.open_gateway.cache_clear()


@pytest.fixture
def owner(session: Session, campaign: Campaign) -> Actor:
    organisation = session.get_one(Organisation, campaign.organisation_id)
    made = factories.member(session, organisation)
    session.commit()
    return made


@pytest.fixture
def pid(session: Session, campaign: Campaign) -> str:
    found = session.get_one(Organisation, campaign.organisation_id).pid
    session.commit()  # or its transaction would stay open
    return found


def kept(actor: Actor) -> StripeAccount | None:
    with reading() as session:
        return tracing.stripe_account(session, actor.organisation_id)


def deliver(client: TestClient, body: bytes, secret: str, pid: str = "") -> int:
    stamp = int(clock.now().timestamp())
    url = f"/webhooks/stripe/{pid}" if pid else "/webhooks/stripe"
    headers = {"Stripe-Signature": signature.sign(body, secret, stamp)}
    return client.post(url, content=body, headers=headers).status_code


def test_a_key_is_tried_kept_sealed_and_never_shown(
    line: Till, session: Session, owner: Actor, pid: str, client: TestClient
) -> None:
    csrf = factories.sign_in(session, client, owner)
    assert "account of this server" in client.get(HOME).text
    answer = client.post(HOME, data={"csrf": csrf, "key": WHOLE}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}?ok=connected")
    row = kept(owner)
    assert row is not None
    assert (row.name, row.country, row.currency, row.livemode) == ("Test account", "FR", "EUR", False)
    assert WHOLE not in row.sealed
    assert sealing.unseal(row).key == WHOLE
    shown = client.get(HOME).text
    assert f"ends with {WHOLE[-4:]}" in shown
    assert WHOLE not in shown
    assert f"/webhooks/stripe/{pid}" in shown
    moved = StripeAccount(organisation_id=row.organisation_id + 1, pid=row.pid, sealed=row.sealed)
    with pytest.raises(vault.CannotOpen):
        sealing.unseal(moved)
    with reading() as reader:
        actions = [entry.action for entry in reader.exec(select(AuditEntry)).all()]
    assert actions == ["money.stripe-connected"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (LESSER, "Charges and Refunds: Write, Disputes: Write, Payouts: Read"),
        ("rk_test_nobody_knows_this", "does not know this key"),
        ("rk_live_0123456789", "another mode"),
        ("sk_test_0123456789", "which may do everything"),
        ("pk_test_0123456789", "publishable key"),
        ("whsec_0123456789", "other form"),
        ("hello", "begins with rk_live_ or rk_test_"),
        ("", "Fill this in"),
    ],
)
def test_a_key_that_cannot_serve_is_refused_with_the_reason(
    line: Till, session: Session, owner: Actor, client: TestClient, key: str, words: str
) -> None:
    csrf = factories.sign_in(session, client, owner)
    answer = client.post(HOME, data={"csrf": csrf, "key": key})
    assert answer.status_code == 422
    assert key == "" or key == "hello" or key not in answer.text
    assert kept(owner) is None
    if key:
        assert words in answer.text


def test_stripe_out_of_reach_keeps_what_was(
    line: Till, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)
    own_account.connect(owner, WHOLE)
    line.line.down = True
    with pytest.raises(own_account.Refused, match="does not answer"):
        own_account.connect(owner, WHOLE)
    assert kept(owner) is not None


@pytest.mark.parametrize("role", [Role.EDITOR, Role.FINANCE, Role.MODERATOR])
def test_only_owners_see_and_change_it(
    line: Till, session: Session, campaign: Campaign, client: TestClient, role: Role
) -> None:
    organisation = session.get_one(Organisation, campaign.organisation_id)
    csrf = factories.sign_in(session, client, factories.member(session, organisation, role, "Bob"))
    assert client.get(HOME).status_code == 403
    for path in ("", "/secrets", "/secrets/retire", "/check", "/remove"):
        assert client.post(HOME + path, data={"csrf": csrf}).status_code == 403


def test_its_webhook_answers_to_its_own_secrets_only(
    line: Till, session: Session, owner: Actor, campaign: Campaign, pid: str, client: TestClient
) -> None:
    gift = _give(owner, campaign)
    line.does(gift.checkout_id or "", "pay")
    body = line.news()[-1]
    assert deliver(client, body, OWN_SECRET, pid) == 404  # no secret yet: anybody could sign
    csrf = factories.sign_in(session, client, owner)
    assert client.post(f"{HOME}/secrets", data={"csrf": csrf, "secret": "x"}).status_code == 422
    for secret in (OWN_SECRET, NEXT_SECRET):
        client.post(f"{HOME}/secrets", data={"csrf": csrf, "secret": secret})
        assert secret not in client.get(HOME).text
    assert deliver(client, body, WEBHOOK_SECRET, pid) == 400
    assert deliver(client, body, "", pid) == 400
    assert deliver(client, body, OWN_SECRET, "nobody") == 404
    assert [deliver(client, body, secret, pid) for secret in (OWN_SECRET, NEXT_SECRET)] == [200, 200]
    assert stage.now(gift).state is GiftState.PAID
    client.post(f"{HOME}/secrets/retire", data={"csrf": csrf})
    assert [deliver(client, body, secret, pid) for secret in (OWN_SECRET, NEXT_SECRET)] == [400, 200]
    row = kept(owner)
    assert row is not None
    assert row.heard_at == clock.now()


def test_a_gift_goes_through_the_account_and_is_followed_there(
    line: Till, owner: Actor, campaign: Campaign, client: TestClient
) -> None:
    gift = _give(owner, campaign)
    account = kept(owner)
    assert account is not None
    assert gift.account == account.pid
    line.does(gift.checkout_id or "", "pay")
    # The instance's own address cannot speak of it: the event is kept and changes nothing.
    assert deliver(client, line.news()[-1], WEBHOOK_SECRET) == 200
    assert stage.now(gift).state is GiftState.CHECKOUT
    assert client.get(f"/c/{campaign.slug}/thanks?session={gift.checkout_id}").status_code == 200
    assert stage.now(gift).state is GiftState.PAID
    line.does(gift.checkout_id or "", "refund", amount="40")
    jobs.reconcile()
    assert [kind for kind, _ in stage.lines(campaign)] == ["gift", "fee", "refund"]


def test_no_account_can_speak_of_anothers_gifts(
    line: Till, session: Session, owner: Actor, campaign: Campaign, pid: str, client: TestClient
) -> None:
    """An owner opens a page at their own Stripe that names a gift of somebody else, and pays it."""
    victim = stage.give(line, stage.drive(session))
    own_account.connect(owner, WHOLE)
    own_account.add_secret(owner, OWN_SECRET)
    line.does(victim.checkout_id or "", "pay")
    for body in line.news():
        assert deliver(client, body, OWN_SECRET, pid) == 200
    assert inbox.handle_all() == 0
    assert stage.now(victim).state is GiftState.CHECKOUT
    # Nor can it take the place of an event that will come.
    for body in line.news():
        assert deliver(client, body, WEBHOOK_SECRET) == 200
    assert stage.now(victim).state is GiftState.PAID


def test_whether_notifications_arrive(
    line: Till, session: Session, owner: Actor, campaign: Campaign, pid: str, client: TestClient
) -> None:
    gift = _give(owner, campaign)
    assert own_account.listen(owner) == own_account.Heard(0, 0)
    own_account.add_secret(owner, OWN_SECRET)
    line.does(gift.checkout_id or "", "pay")
    deliver(client, line.news()[0], OWN_SECRET, pid)
    assert own_account.listen(owner) == own_account.Heard(4, 1)
    csrf = factories.sign_in(session, client, owner)
    assert "Of 4 events" in client.post(f"{HOME}/check", data={"csrf": csrf}).text


def test_removed_it_is_asked_nothing_more(
    line: Till, session: Session, owner: Actor, campaign: Campaign, pid: str, client: TestClient
) -> None:
    gift = _give(owner, campaign)
    own_account.add_secret(owner, OWN_SECRET)
    line.does(gift.checkout_id or "", "pay")
    with transaction() as writer:
        for event in line.events():
            inbox.receive(writer, event, livemode=False, account=gift.account)
    csrf = factories.sign_in(session, client, owner)
    assert client.post(f"{HOME}/remove", data={"csrf": csrf}, follow_redirects=False).status_code == 303
    assert kept(owner) is None
    with reading() as reader:
        assert reader.exec(select(StripeAccount.sealed)).all() == [""]
    assert deliver(client, line.news()[-1], OWN_SECRET, pid) == 404
    assert jobs.handle_waiting_events() == 4
    with reading() as reader:
        assert all(event.error and event.handled_at for event in reader.exec(select(PaymentEvent)).all())
    assert doors.gateway_of(owner.organisation_id).account == ""
    assert client.get(f"/c/{campaign.slug}/thanks?session={gift.checkout_id}").status_code == 200


def test_another_key_of_the_same_account_keeps_the_webhook(line: Till, owner: Actor) -> None:
    first = own_account.connect(owner, WHOLE)
    own_account.add_secret(owner, OWN_SECRET)
    again = own_account.connect(owner, WHOLE)
    assert (again.pid, again.secrets) == (first.pid, 1)


def test_sealed_again_by_the_newest_key(line: Till, owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    own_account.connect(owner, WHOLE)
    settings = get_settings()
    old = settings.secret_key
    monkeypatch.setattr(settings, "secret_key", SecretStr("n" * 40))
    assert jobs.seal_again() == 0  # nothing opens it any more
    assert doors.every_gateway() == [door.door().gateway]
    with pytest.raises(doors.NoDoor):
        doors.gateway_of(owner.organisation_id)
    monkeypatch.setattr(settings, "old_secret_keys", old)
    assert jobs.seal_again() == 1
    assert jobs.seal_again() == 0
    row = kept(owner)
    assert row is not None
    assert sealing.unseal(row).key == WHOLE


def _give(owner: Actor, campaign: Campaign, **values: Any) -> Gift:
    """A gift to an organisation that has connected its account."""
    if kept(owner) is None:
        own_account.connect(owner, WHOLE)
    url = giving.give(
        doors.gateway_of(owner.organisation_id),
        campaign,
        stage.wish(**values),
        organisation="Les Lanternes",
        places=giving.Places("https://x.test/thanks", "https://x.test/donate"),
    )
    with reading() as session:
        return session.exec(select(Gift).where(Gift.checkout_id == url.rpartition("/")[2])).one()


def test_the_doctor_names_accounts_that_hear_nothing(line: Till, session: Session, owner: Actor) -> None:
    assert list(doctor._own_accounts(session)) == []
    session.rollback()
    own_account.connect(owner, WHOLE)
    (deaf,) = doctor._own_accounts(session)
    assert deaf.level is doctor.Level.ADVICE
    assert "no signing secret" in deaf.words
    session.rollback()
    own_account.add_secret(owner, OWN_SECRET)
    (heard,) = doctor._own_accounts(session)
    assert (heard.level, heard.words) == (doctor.Level.FINE, "1 connected")
