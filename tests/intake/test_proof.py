"""The proof of work: solved and given once it counts; forged, old or repeated it does not."""

import base64
import json
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import clock
from app.intake import jobs, proof
from tests.conftest import NOW
from tests.intake.proving import solved


def test_a_solved_sum_counts_once(session: Session) -> None:
    given = solved()
    assert proof.spend(session, given)
    assert not proof.spend(session, given)
    assert proof.spend(session, solved())


def test_the_same_sum_written_otherwise_is_the_same(session: Session) -> None:
    given = solved()
    again = base64.b64encode(json.dumps(json.loads(base64.b64decode(given)), indent=1).encode()).decode()
    assert again != given
    assert proof.spend(session, given)
    assert not proof.spend(session, again)


def test_nothing_forged_counts(session: Session) -> None:
    inside = json.loads(base64.b64decode(solved()))
    inside["challenge"]["parameters"]["data"]["until"] += 86_400
    longer = base64.b64encode(json.dumps(inside).encode()).decode()
    wrong = json.loads(base64.b64decode(solved()))
    wrong["solution"]["derivedKey"] = "00" * 32
    for forged in ("", "x", "é", "e30=", "W10=", "bnVsbA==", longer, "A" * 3000):
        assert not proof.spend(session, forged)
    assert not proof.spend(session, base64.b64encode(json.dumps(wrong).encode()).decode())


def test_an_old_sum_lapses(session: Session) -> None:
    given = solved()
    with clock.frozen(NOW + proof.LIFE + timedelta(seconds=1)):
        assert not proof.spend(session, given)


def test_a_browser_gets_a_sum_it_can_solve(session: Session, client: TestClient) -> None:
    answer = client.get("/guard/challenge")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "septaine" not in answer.headers.get("set-cookie", "")
    assert proof.spend(session, solved(answer.json()))


def test_lapsed_proofs_are_forgotten(session: Session) -> None:
    proof.spend(session, solved())
    session.commit()
    assert jobs.forget_proofs() == 0
    with clock.frozen(NOW + proof.LIFE + timedelta(minutes=1)):
        assert jobs.forget_proofs() == 1
