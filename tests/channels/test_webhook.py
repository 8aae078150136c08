"""The webhook: signed, repeatable, and kept out of private networks."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.channels import net, registry
from app.channels.base import Account, Outcome, Shape, Ticket
from app.channels.webhook import sign
from app.core import clock
from app.core.settings import get_settings
from tests.channels.bench import Bench, Desk, a_piece, picture, webhook
from tests.channels.fakes.receiver import SECRET, Receiver
from tests.channels.fakes.wire import Wire


@pytest.fixture
def bench() -> Iterator[Bench]:
    with webhook() as opened:
        yield opened


def test_a_delivery_carries_everything(bench: Bench, tmp_path: Path) -> None:
    piece = a_piece(media=(picture(tmp_path),), shape=Shape.STORY)
    report = bench.publish(piece)
    assert (report.outcome, report.url) == (Outcome.SENT, "https://receiver.example/posts/1")
    content = bench.seen()[0]["content"]
    assert content["type"] == "post.due"
    assert content["label"] == "Collaboration non rémunérée"
    assert content["hashtags"] == ["#Lire", "#École"]
    assert content["shape"] == "story"
    assert content["due_at"] == "2027-03-03T10:00:00+00:00"
    assert content["media"][0]["type"] == "image/jpeg"


def test_the_signature_is_the_documented_one() -> None:
    made = sign("secret", 1_804_068_000, b'{"type":"ping"}')
    assert made == "v1=915b02b6a18deeba58c15ba9b340aad758bfc8a8c3cd0a5363930b405cf6eb25"


def test_a_wrong_secret_is_refused(bench: Bench) -> None:
    stranger = replace(bench.account, secrets={**bench.account.secrets, "secret": "another"})
    report = bench.channel.publish(stranger, a_piece(), Desk().ticket(bench, a_piece()))
    assert (report.outcome, report.detail) == (Outcome.REFUSED, "status 401")


def test_each_try_is_signed_anew_and_known_by_its_delivery(bench: Bench) -> None:
    desk, piece = Desk(), a_piece()
    bench.wire.fail(".", cut="after")
    assert bench.publish(piece, desk).outcome is Outcome.LATER
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert bench.publish(piece, desk).outcome is Outcome.SENT
    first, second = bench.wire.asked
    assert first.headers["septaine-delivery"] == second.headers["septaine-delivery"]
    assert first.headers["septaine-signature"] != second.headers["septaine-signature"]
    assert first.body == second.body
    assert len(bench.seen()) == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, Outcome.REFUSED),
        (400, Outcome.REFUSED),
        (404, Outcome.REFUSED),
        (408, Outcome.LATER),
        (410, Outcome.RECONNECT),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
        (504, Outcome.LATER),
    ],
)
def test_what_a_status_means(bench: Bench, status: int, outcome: Outcome) -> None:
    bench.wire.fail(".", status=status, body={}, headers={"Location": "/elsewhere"})
    assert bench.publish(a_piece()).outcome is outcome
    assert bench.wire.count("elsewhere") == 0


def test_production_keeps_out_of_private_networks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    report = bench.publish(a_piece())
    assert report.outcome is Outcome.REFUSED
    assert "private network" in report.detail
    assert bench.wire.asked == []


def test_the_name_is_sent_to_the_address_that_was_checked(bench: Bench) -> None:
    port = bench.wire.url.rpartition(":")[2]
    secrets = {"address": f"http://localhost:{port}/hooks/x?y=1", "secret": SECRET}
    account = replace(bench.account, secrets=secrets)
    report = bench.channel.publish(account, a_piece(), Desk().ticket(bench, a_piece()))
    assert report.outcome is Outcome.SENT, report
    assert bench.wire.asked[0].headers["host"] == f"localhost:{port}"
    assert bench.wire.asked[0].query == "y=1"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for hooks.example that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, SHA256())
    )
    form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    path = tmp_path / "hooks.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM) + key.private_bytes(*form))
    return path


@pytest.mark.parametrize(
    ("host", "outcome"), [("hooks.example", Outcome.SENT), ("else.example", Outcome.LATER)]
)
def test_the_certificate_must_bear_the_name_that_was_typed(
    host: str, outcome: Outcome, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the connection goes to the address that was checked."""
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    serving.load_cert_chain(certificate)
    trusting.load_verify_locations(certificate)
    monkeypatch.setattr(net, "_tls", lambda: trusting)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    ask_anybody = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda name, *more, **kw: found if name == host else ask_anybody(name, *more, **kw),
    )
    state = Receiver()
    with Wire(state.handle, serving) as wire:
        port = wire.url.rpartition(":")[2]
        secrets = {"address": f"https://{host}:{port}/hooks", "secret": SECRET}
        account = Account("pid", "", "hooks", host, secrets)
        ticket = Ticket("key", clock.now())
        assert registry.get("webhook").publish(account, a_piece(), ticket).outcome is outcome
    assert len(state.public) == (outcome is Outcome.SENT)


def test_connecting_pings(bench: Bench) -> None:
    who = bench.channel.identify(bench.account)
    receiver = bench.wire.handle.__self__
    assert isinstance(receiver, Receiver)
    assert receiver.pings == 1
    assert who.handle == "127.0.0.1"
    assert "secret-path" not in who.remote_id
