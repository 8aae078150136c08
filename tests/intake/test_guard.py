"""What a form of the public carries, and that its worker can be fetched."""

from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.fields import FormState
from app.core.stamps import age
from app.core.templating import environment


def guard(form: FormState | None = None) -> BeautifulSoup:
    made = environment().from_string("{{ ui.guard(form) }}").render(form=form)
    return BeautifulSoup(made, "html5lib")


def test_a_form_carries_a_stamp_a_trap_and_a_place_for_the_proof(
    session: Session, client: TestClient
) -> None:
    shown = guard()
    fields = {str(one["name"]): one for one in shown.select("input")}
    assert set(fields) == {"stamp", "website", "proof"}
    assert age(str(fields["stamp"]["value"])) is not None
    assert fields["proof"]["value"] == ""
    assert client.get(str(fields["proof"]["data-proof"])).status_code == 200
    worker = client.get(str(fields["proof"]["data-worker"]))
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "PBKDF2" in worker.text


def test_a_form_shown_again_keeps_its_stamp() -> None:
    first = str(guard().select_one("[name=stamp]")["value"])  # type: ignore[index]
    again = guard(FormState({"stamp": first, "proof": "spent"}))
    assert again.select_one("[name=stamp]")["value"] == first  # type: ignore[index]
    assert again.select_one("[name=proof]")["value"] == ""  # type: ignore[index]
