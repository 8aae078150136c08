"""The ground holds: transactions, types, the edge and the error pages."""

from datetime import date, datetime, time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from app.core import clock, db
from app.core.tables import JobRun


def test_instants_keep_their_moment_and_refuse_naive_ones(session: Session) -> None:
    session.add(JobRun(name="a", started_at=clock.now()))
    session.flush()
    session.expire_all()
    row = session.get(JobRun, "a")
    assert row is not None
    assert row.started_at == clock.now()
    assert row.started_at.tzinfo is not None
    session.add(JobRun(name="b", started_at=datetime(2027, 1, 1)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="naive"):
        session.flush()


def test_a_reading_session_refuses_to_write(engine: Engine) -> None:
    with db.reading() as session:
        session.add(JobRun(name="x", started_at=clock.now()))
        with pytest.raises(db.ReadOnlySession):
            session.commit()


@pytest.mark.parametrize(
    ("day", "wall", "zone", "instant"),
    [
        (date(2027, 3, 28), time(2, 30), "Europe/Paris", "2027-03-28T01:00:00+00:00"),
        (date(2027, 10, 31), time(2, 30), "Europe/Paris", "2027-10-31T00:30:00+00:00"),
        (date(2027, 3, 14), time(2, 30), "America/New_York", "2027-03-14T07:00:00+00:00"),
        (date(2027, 1, 1), time(12, 0), "Asia/Kathmandu", "2027-01-01T06:15:00+00:00"),
    ],
)
def test_wall_times_resolve(day: date, wall: time, zone: str, instant: str) -> None:
    assert clock.resolve_wall(day, wall, zone).isoformat() == instant


def test_unknown_page_is_html_in_the_readers_language(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    assert 'lang="fr"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_cross_site_posts_are_refused(client: TestClient) -> None:
    assert client.post("/nowhere").status_code == 404
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert client.post("/nowhere", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/c/a%00b", "/c/a%00b/days/1", "/?lang=%00"])
def test_an_address_with_a_nul_does_not_exist(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
