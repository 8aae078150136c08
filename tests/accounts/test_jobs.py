"""What time does to connections: due and not yet, claimed by another, refused, out of reach, and a dead process."""

from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from app import doctor
from app.accounts import agreeing, jobs, sealing, service
from app.accounts.models import ChannelAccount, ChannelApp, Connecting
from app.accounts.rules import CONNECT_LIFE, KINDS, AccountState, must_extend, name_of, offered
from app.channels.base import Identity, ReconnectNeeded, Renewed, Unreachable
from app.core import clock, db, vault
from app.core.db import reading
from app.core.settings import get_settings
from app.mail.models import OutgoingMail
from app.people.rules import Actor
from tests.accounts.fakes import TOKEN, Lasting, Platform
from tests.conftest import NOW

ENDS = NOW + timedelta(days=60)
DUE = ENDS - timedelta(days=10)


@pytest.fixture
def account(session: Session, owner: Actor) -> ChannelAccount:
    return _account(session, owner, "threads")


def _account(session: Session, owner: Actor, channel: str, remote_id: str = "17") -> ChannelAccount:
    row = service.connect(
        session,
        owner,
        channel=channel,
        server="",
        who=Identity(remote_id, f"@ecole{remote_id}"),
        secrets={"token": TOKEN},
        expires_at=ENDS,
    )
    session.commit()
    return row


def _now(row: ChannelAccount) -> ChannelAccount:
    with reading() as session:
        return session.get_one(ChannelAccount, row.id)


@pytest.mark.parametrize(
    ("before", "now", "due"),
    [
        (timedelta(days=10), DUE - timedelta(seconds=1), False),
        (timedelta(days=10), DUE, True),
        (timedelta(days=10), ENDS + timedelta(days=1), True),
        (None, ENDS - timedelta(seconds=1), False),
        (None, ENDS, True),
    ],
)
def test_when_a_permission_must_be_extended(before: timedelta | None, now: datetime, *, due: bool) -> None:
    assert must_extend(ENDS, before, now) is due


def test_platforms_are_offered_as_this_instance_knows_them() -> None:
    assert [kind.code for kind in offered({"webhook", "mastodon"})] == ["mastodon", "webhook"]
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert (name_of("mastodon"), name_of("fax")) == ("Mastodon", "fax")


def test_a_permission_is_extended_before_it_ends(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lasting, "renewed", Renewed({"token": "the-next"}, DUE + timedelta(days=60)))
    with clock.frozen(DUE - timedelta(minutes=1)):
        assert jobs.extend_permissions() == 0
    with clock.frozen(DUE):
        assert jobs.extend_permissions() == 1
        assert jobs.extend_permissions() == 0
    row = _now(account)
    assert service.opened(row).secrets == {"token": "the-next"}
    assert (row.expires_at, row.renewed_at) == (DUE + timedelta(days=60), DUE)
    assert [asked.secrets for asked in Lasting.asked] == [{"token": TOKEN}]


def test_an_answer_that_does_not_come_is_asked_for_again_in_an_hour(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lasting, "renewed", Unreachable("timed out"))
    with clock.frozen(DUE):
        assert jobs.extend_permissions() == 1
    with clock.frozen(DUE + timedelta(minutes=59)):
        assert jobs.extend_permissions() == 0
    with clock.frozen(DUE + timedelta(hours=1)):
        assert jobs.extend_permissions() == 1
    row = _now(account)
    assert (row.state, row.sealed) == (AccountState.CONNECTED, account.sealed)


def test_a_refusal_loses_that_account_only_and_writes_to_its_owners(
    session: Session, owner: Actor, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _account(session, owner, "mastodon", "18")
    monkeypatch.setattr(Lasting, "renewed", ReconnectNeeded("Session has been invalidated"))
    with clock.frozen(DUE):
        assert jobs.extend_permissions() == 1
    lost = _now(account)
    assert (lost.state, lost.problem) == (AccountState.RECONNECT, "Session has been invalidated")
    assert _now(other).state is AccountState.CONNECTED
    with reading() as fresh:
        assert [mail.kind for mail in fresh.exec(select(OutgoingMail)).all()] == ["channel-lost"]


def test_a_term_that_cannot_be_extended_is_over_when_it_ends(session: Session, owner: Actor) -> None:
    row = _account(session, owner, "mastodon")
    with clock.frozen(ENDS - timedelta(seconds=1)):
        assert jobs.extend_permissions() == 0
    with clock.frozen(ENDS):
        assert jobs.extend_permissions() == 1
    assert _now(row).problem == "Sa durée est écoulée.", "in the organisation's language"


def test_two_processes_ask_once(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reads before the first claims: its claim finds another row than it read."""
    seen: list[int] = []

    class Meanwhile:
        def __get__(self, instance: object, owner: object) -> Renewed:
            if not seen:
                seen.append(1)
                seen.append(jobs.extend_permissions())
            return Renewed({"token": "the-next"}, DUE + timedelta(days=60))

    monkeypatch.setattr(Lasting, "renewed", Meanwhile())
    with clock.frozen(DUE):
        stale = _now(account)
        assert jobs.extend_permissions() == 1
        assert jobs._claim(stale) is False
    assert seen == [1, 0]


def test_a_process_that_died_while_asking_costs_an_hour(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lasting, "renewed", KeyboardInterrupt())

    def dies(_self: Lasting, _account: object) -> Renewed:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, clock.frozen(DUE):
        patch.setattr(Lasting, "renew", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.extend_permissions()
    assert service.opened(_now(account)).secrets == {"token": TOKEN}, "the permission it had is still there"
    monkeypatch.setattr(Lasting, "renewed", Renewed({"token": "the-next"}, ENDS + timedelta(days=50)))
    with clock.frozen(DUE + timedelta(hours=1)):
        assert jobs.extend_permissions() == 1
    assert service.opened(_now(account)).secrets == {"token": "the-next"}


@pytest.mark.parametrize("outcome", [Renewed({"token": "stale"}), ReconnectNeeded("of the old one")])
def test_what_a_person_connected_meanwhile_stands(
    owner: Actor, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch, outcome: object
) -> None:
    def meanwhile(_self: Lasting, _account: object) -> Renewed:
        with clock.frozen(DUE + timedelta(minutes=1)), db.transaction() as session:
            service.connect(
                session,
                owner,
                channel="threads",
                server="",
                who=Identity("17", "@ecole17"),
                secrets={"token": "of-the-person"},
            )
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, Renewed)
        return outcome

    monkeypatch.setattr(Lasting, "renew", meanwhile)
    with clock.frozen(DUE):
        assert jobs.extend_permissions() == 1
    row = _now(account)
    assert row.state is AccountState.CONNECTED
    assert service.opened(row).secrets == {"token": "of-the-person"}


def test_a_key_dropped_too_early_asks_to_connect_again(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "secret_key", SecretStr("another-key-for-tests-0123456789abcdef"))
    with clock.frozen(DUE):
        assert jobs.extend_permissions() == 1
    assert _now(account).state is AccountState.RECONNECT
    assert Lasting.asked == []


def test_connections_that_are_over_are_forgotten(session: Session, owner: Actor, platform: Platform) -> None:
    session.commit()
    agreeing.begin(owner, KINDS[0], server=platform.address)
    with clock.frozen(NOW + CONNECT_LIFE - timedelta(seconds=1)):
        assert jobs.forget_connecting() == 0
    with clock.frozen(NOW + CONNECT_LIFE):
        assert jobs.forget_connecting() == 1
    with reading() as fresh:
        assert fresh.exec(select(Connecting)).all() == []


def test_old_seals_are_replaced_so_that_the_old_key_may_go(
    session: Session,
    owner: Actor,
    account: ChannelAccount,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agreeing.begin(owner, KINDS[0], server=platform.address)
    settings = get_settings()
    monkeypatch.setattr(settings, "old_secret_keys", settings.secret_key)
    monkeypatch.setattr(settings, "secret_key", SecretStr("another-key-for-tests-0123456789abcdef"))
    assert jobs.seal_again() == 2
    assert jobs.seal_again() == 0
    monkeypatch.setattr(settings, "old_secret_keys", SecretStr(""))
    row = _now(account)
    assert vault.is_current(row.sealed)
    assert service.opened(row).secrets == {"token": TOKEN}
    with reading() as fresh:
        app = fresh.exec(select(ChannelApp)).one()
    assert sealing.open_app(app)["secret"] == "app-secret"


def test_a_seal_that_no_key_opens_stays_as_it_is(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "secret_key", SecretStr("another-key-for-tests-0123456789abcdef"))
    assert jobs.seal_again() == 0
    assert _now(account).sealed == account.sealed


def test_the_doctor_says_when_a_former_key_may_go(
    session: Session, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = get_settings()
    (before,) = doctor._seals(session)
    assert (before.level, before.words) == (doctor.Level.FINE, "1, all by the present key")
    monkeypatch.setattr(settings, "old_secret_keys", settings.secret_key)
    monkeypatch.setattr(settings, "secret_key", SecretStr("another-key-for-tests-0123456789abcdef"))
    (during,) = doctor._seals(session)
    assert during.level is doctor.Level.ADVICE
    assert during.words.startswith("1 by a former key")
    session.rollback()
    assert jobs.seal_again() == 1
    (after,) = doctor._seals(session)
    assert after.level is doctor.Level.FINE
