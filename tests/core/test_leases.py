"""One holder at a time; a lease that is not renewed passes on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlmodel import Session

from app.core import clock, leases

TTL = timedelta(seconds=60)


def test_one_holds_and_renews(session: Session) -> None:
    session.rollback()
    assert leases.hold("x", "a", ttl=TTL)
    assert not leases.hold("x", "b", ttl=TTL)
    assert leases.hold("y", "b", ttl=TTL)
    with clock.frozen(clock.now() + timedelta(seconds=59)):
        assert not leases.hold("x", "b", ttl=TTL)
        assert leases.hold("x", "a", ttl=TTL)
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert not leases.hold("x", "b", ttl=TTL), "it was renewed"


def test_a_lease_passes_on_when_it_ends_or_is_given_back(session: Session) -> None:
    session.rollback()
    assert leases.hold("x", "a", ttl=TTL)
    with clock.frozen(clock.now() + TTL):
        assert leases.hold("x", "b", ttl=TTL)
        assert not leases.hold("x", "a", ttl=TTL)
        leases.release("x", "a")
        assert not leases.hold("x", "c", ttl=TTL), "only the holder gives it back"
        leases.release("x", "b")
        assert leases.hold("x", "c", ttl=TTL)


def test_of_many_at_once_one_wins(session: Session) -> None:
    session.rollback()
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda who: leases.hold("x", f"p{who}", ttl=TTL), range(24)))
    assert won.count(True) == 1
