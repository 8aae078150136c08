"""The donor's own page: opened by the browser that gave or a mailed link; what they change, end, copy and erase."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core.crypto import keyed_hash
from app.core.db import reading
from app.core.ids import token_hash
from app.donations.models import Gift, Giver, GivingPlan
from app.donations.rules import GiftState, PlanState, Tribute, Visibility
from app.donations.service import monthly
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState
from app.mail.models import OutgoingMail
from app.privacy import service as privacy
from app.receipts import jobs as receipts
from app.supporters.access import cookie_name
from app.supporters.models import SupporterLink
from tests.conftest import BASE_URL
from tests.donations import stage
from tests.donations.stage import Till, tell_all

FORM = {"pick": "4000", "visibility": "organisation"}
EMAIL = "lea@example.org"  # as the test payment page is told


def _give(stripe: Till, campaign: Campaign, client: TestClient, **values: str) -> str:
    """A gift from this browser, paid; the id of its payment page."""
    answer = client.post(f"/c/{campaign.slug}/donate", data={**FORM, **values})
    assert answer.status_code == 303, answer.text
    checkout = answer.headers["location"].rpartition("/")[2]
    stripe.does(checkout, "pay")
    tell_all(stripe)
    return checkout


def _gifts() -> list[Gift]:
    with reading() as session:
        return list(session.exec(select(Gift).order_by(Gift.id)).all())  # type: ignore[arg-type]


def _plan() -> GivingPlan:
    with reading() as session:
        return session.exec(select(GivingPlan)).one()


def _mails(kind: str) -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind)).all())


def _csrf(client: TestClient) -> str:
    return keyed_hash("csrf-mine", token_hash(client.cookies[cookie_name()]))


def _post(client: TestClient, path: str, **values: str) -> Any:
    return client.post(path, data={"csrf": _csrf(client), **values})


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(answer.text, "html.parser").get_text(" "))


def _link(mail: OutgoingMail) -> str:
    found = re.search(rf"{BASE_URL}(/gift/(?!receipts/)\S+)", mail.text)
    assert found is not None
    return found[1]


def test_the_browser_that_gave_opens_the_page(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    asked = client.get("/gift?lang=en")
    assert "a link opens it" in asked.text
    _give(stripe, campaign, client, donor_name="Léa", message="Bravo")
    text = _text(client.get("/gift?lang=en"))
    assert "€40" in text
    assert campaign.title in text
    assert "Your word waits to be read." in text
    client.cookies.clear()
    assert "€40" not in client.get("/gift?lang=en").text
    (gift,) = _gifts()
    assert client.get(f"/gift/gifts/{gift.pid}").status_code == 410


def test_a_link_is_mailed_and_who_asks_learns_nothing(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    _give(stripe, campaign, client)
    client.cookies.clear()
    known = client.post("/gift/link?lang=en", data={"email": EMAIL.upper()})
    unknown = client.post("/gift/link?lang=en", data={"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(EMAIL, "x") == unknown.text.replace("nobody@example.org", "x")
    (mail,) = _mails("gift-link")
    assert mail.recipient == EMAIL
    opened = client.get(_link(mail), follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, "/gift")
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert "€40" in client.get("/gift?lang=en").text
    assert client.post("/gift/link", data={"email": "not an address"}).status_code == 422
    client.cookies.clear()
    assert client.get("/gift/" + "x" * 43).status_code == 410


def test_each_organisation_sends_its_own_link(
    stripe: Till, campaign: Campaign, session: Session, client: TestClient
) -> None:
    other = stage.drive(session)
    _give(stripe, campaign, client)
    client.cookies.clear()
    _give(stripe, other, client)
    client.cookies.clear()
    client.post("/gift/link", data={"email": EMAIL})
    mails = _mails("gift-link")
    assert len(mails) == 2
    client.get(_link(mails[0]))
    assert (
        len(BeautifulSoup(client.get("/gift").text, "html.parser").select("[aria-labelledby=given] li")) == 1
    )


def test_mails_are_asked_for_sparingly(session: Session, client: TestClient) -> None:
    assert session is not None  # an empty count
    statuses = [client.post("/gift/link", data={"email": EMAIL}).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_an_address_typed_into_a_form_opens_nothing(
    stripe: Till, campaign: Campaign, client: TestClient, session: Session
) -> None:
    """Another browser whose supporter carries the same address, typed and never proven, sees nothing."""
    _give(stripe, campaign, client)
    client.cookies.clear()
    _give(stripe, campaign, client, pick="1500")
    _post(client, "/mine/address", email=EMAIL)
    text = _text(client.get("/gift?lang=en"))
    assert "€15" in text
    assert "€40" not in text


@pytest.mark.parametrize(
    ("values", "status", "kept"),
    [
        ({"visibility": "public", "donor_name": "Léa B."}, 303, (Visibility.PUBLIC, "Léa B.", EMAIL)),
        ({"visibility": "public", "donor_name": ""}, 422, (Visibility.ORGANISATION, "Léa", EMAIL)),
        (
            {"visibility": "public", "donor_name": "www.buy.example/x"},
            422,
            (Visibility.ORGANISATION, "Léa", EMAIL),
        ),
        ({"visibility": "nobody", "donor_name": "Léa"}, 303, (Visibility.NOBODY, "", "")),
        ({"visibility": "friends"}, 422, (Visibility.ORGANISATION, "Léa", EMAIL)),
        ({"visibility": "public", "amount_minor": "1"}, 422, (Visibility.ORGANISATION, "Léa", EMAIL)),
    ],
)
def test_who_may_see_the_name_is_changed_later(
    stripe: Till, campaign: Campaign, client: TestClient, values: dict[str, str], status: int, kept: Any
) -> None:
    _give(stripe, campaign, client, donor_name="Léa")
    (gift,) = _gifts()
    path = f"/gift/gifts/{gift.pid}"
    assert "Léa" in client.get(path).text
    answer = _post(client, path, **{"donor_name": "Léa", "message": "", **values})
    assert answer.status_code == status
    (after,) = _gifts()
    assert (after.visibility, after.donor_name, after.donor_email) == kept
    assert client.get(path).status_code == 200, "its own browser still finds it"


def test_nobody_still_finds_it_by_the_mailed_link_it_was_changed_from(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    _give(stripe, campaign, client, donor_name="Léa", company="Atelier", company_number="123")
    client.cookies.clear()
    client.post("/gift/link", data={"email": EMAIL})
    client.get(_link(_mails("gift-link")[0]))
    (gift,) = _gifts()
    assert _post(client, f"/gift/gifts/{gift.pid}", visibility="nobody").status_code == 303
    (after,) = _gifts()
    assert (after.company, after.company_number, after.address) == ("", "", {})
    assert client.get(f"/gift/gifts/{gift.pid}").status_code == 200
    with reading() as session:
        about = privacy.of_address(session, campaign.organisation_id, EMAIL)
        assert "gifts" not in {one.name for one in privacy.held(session, about)}, "an owner is not told"


def test_a_company_is_named_without_a_person(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    _give(stripe, campaign, client, company="Atelier du Nord")
    (gift,) = _gifts()
    assert _post(client, f"/gift/gifts/{gift.pid}", visibility="public").status_code == 303


def test_a_changed_word_is_read_again(
    stripe: Till, campaign: Campaign, client: TestClient, session: Session
) -> None:
    _give(stripe, campaign, client, message="Bravo à tous", visibility="public", donor_name="Léa")
    item = session.exec(select(Item)).one()
    assert intake.move(session, item, ItemState.ACCEPTED)
    session.commit()
    page = f"/c/{campaign.slug}/donate"
    assert "Bravo à tous" in client.get(page).text
    (gift,) = _gifts()
    path = f"/gift/gifts/{gift.pid}"
    _post(client, path, visibility="public", donor_name="Léa", message="Bravo à tous")
    assert "Bravo à tous" in client.get(page).text, "what did not change is not read again"
    _post(client, path, visibility="public", donor_name="Léa", message="Autre chose")
    text = client.get(page).text
    assert "Bravo à tous" not in text
    assert "Autre chose" not in text
    with reading() as fresh:
        assert fresh.exec(select(Item)).one().state is ItemState.PENDING
    _post(client, path, visibility="public", donor_name="Léa", message="")
    with reading() as fresh:
        assert fresh.exec(select(Item)).one().state is ItemState.WITHDRAWN


def test_a_refused_payment_changes_nothing(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    answer = client.post(f"/c/{campaign.slug}/donate", data=FORM)
    checkout = answer.headers["location"].rpartition("/")[2]
    stripe.does(checkout, "delay")
    stripe.does(checkout, "fail")
    client.get(f"/c/{campaign.slug}/thanks?session={checkout}")
    (gift,) = _gifts()
    assert gift.state is GiftState.FAILED
    assert "refused" in client.get("/gift?lang=en").text
    path = f"/gift/gifts/{gift.pid}"
    assert "Nothing was taken" in client.get(f"{path}?lang=en").text
    assert _post(client, path, visibility="public", donor_name="Léa").status_code == 409


def test_what_was_given_back_is_said(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    checkout = _give(stripe, campaign, client)
    stripe.does(checkout, "refund", amount="10")
    client.get(f"/c/{campaign.slug}/thanks?session={checkout}")
    assert "€10 given back" in _text(client.get("/gift?lang=en"))


def test_what_covers_the_fees_is_given_and_given_back_too(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    checkout = _give(stripe, campaign, client, cover="1")
    (gift,) = _gifts()
    for path in ("/gift", f"/gift/gifts/{gift.pid}"):
        assert "given back" not in _text(client.get(f"{path}?lang=en")).lower()
    stripe.does(checkout, "refund", amount="40.87")
    client.get(f"/c/{campaign.slug}/thanks?session={checkout}")
    assert "€40.87 given back" in _text(client.get("/gift?lang=en"))


def test_a_monthly_gift_its_card_and_its_end(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    checkout = _give(stripe, campaign, client, every="month", donor_name="Léa")
    thanks = _text(client.get(f"/c/{campaign.slug}/thanks?session={checkout}&lang=en"))
    assert "€40 each month. Thank you." in thanks
    plan = _plan()
    assert plan.state is PlanState.ACTIVE
    text = _text(client.get("/gift?lang=en"))
    assert "€40 each month" in text
    assert "next on" in text
    base = f"/gift/plans/{plan.pid}"
    portal = _post(client, f"{base}/card")
    assert portal.headers["location"].startswith(f"{stage.BASE}/pages/portal/")
    assert client.post(f"{base}/end").status_code == 403, "a press needs the token of the page"
    stripe.line.down = True
    assert _post(client, f"{base}/end").status_code == 503
    assert _post(client, f"{base}/card").status_code == 503
    stripe.line.down = False
    assert _plan().state is PlanState.ACTIVE
    ended = _post(client, f"{base}/end")
    assert (ended.status_code, ended.headers["location"]) == (303, "/gift?ok=ended")
    assert _plan().state is PlanState.ENDED
    (subscription,) = stripe.all("subscription")
    assert subscription["status"] == "canceled"
    assert "since" in _text(client.get("/gift?lang=en"))
    assert _post(client, f"{base}/end").status_code == 303, "twice is once"
    assert _post(client, f"{base}/card").status_code == 409


def test_a_monthly_debit_is_not_said_to_be_here_before_it_is(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    answer = client.post(f"/c/{campaign.slug}/donate", data={**FORM, "every": "month"})
    checkout = answer.headers["location"].rpartition("/")[2]
    thanks = f"/c/{campaign.slug}/thanks?session={checkout}&lang=en"
    stripe.does(checkout, "delay")
    assert "€40 on its way. Thank you." in _text(client.get(thanks))
    with (
        stripe.sandbox.store.transaction() as book
    ):  # as Stripe has it for debits: active before the money is here
        book.put(book.newest("subscription", limit=1)[0][0] | {"status": "active"})
    assert "€40 on its way. Thank you." in _text(client.get(thanks))
    stripe.does(checkout, "arrive")
    assert "has received the first month" in _text(client.get(thanks))


def test_a_monthly_gift_ended_at_stripe_runs_out(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    _give(stripe, campaign, client, every="month")
    with stripe.sandbox.store.transaction() as book:
        plan = book.newest("subscription", limit=1)[0][0] | {"cancel_at_period_end": True}
        book.put(plan)
    monthly.refresh(stripe.gateway, plan["id"])
    page = client.get("/gift?lang=en")
    assert "ending Nothing more is taken from now on." in _text(page)
    assert f"/gift/plans/{_plan().pid}/end" not in page.text


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)


def test_a_monthly_gift_is_nobody_elses(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    _give(stripe, campaign, client, every="month")
    plan = _plan()
    client.cookies.clear()
    _give(stripe, campaign, client)
    for deed in ("card", "end"):
        assert _post(client, f"/gift/plans/{plan.pid}/{deed}").status_code == 404
    assert _plan().state is PlanState.ACTIVE


def test_a_monthly_gift_changes_for_the_months_to_come(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    checkout = _give(stripe, campaign, client, every="month", donor_name="Léa")
    (first,) = _gifts()
    _post(client, f"/gift/gifts/{first.pid}", visibility="nobody")
    stripe.does(checkout, "month")
    tell_all(stripe)
    months = _gifts()
    assert len(months) == 2
    assert [(one.visibility, one.donor_name, one.donor_email) for one in months] == [
        (Visibility.NOBODY, "", "")
    ] * 2


def test_a_month_under_nobody_never_gets_the_address_back(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    """The donor hides one month and later shows themselves again: Stripe's news of the plan's page is of the others."""
    checkout = _give(stripe, campaign, client, every="month")
    stripe.does(checkout, "month")
    tell_all(stripe)
    hidden, shown = _gifts()
    _post(client, f"/gift/gifts/{hidden.pid}", visibility="nobody")
    _post(client, f"/gift/gifts/{shown.pid}", visibility="organisation")
    client.get(f"/c/{campaign.slug}/thanks?session={checkout}")
    assert [one.donor_email for one in _gifts()] == ["", EMAIL]


def test_one_press_gives_the_same_again(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    page = f"/c/{campaign.slug}/donate"
    assert client.post(f"{page}/again").headers["location"] == page, "nobody knows what 'again' would be"
    _give(
        stripe,
        campaign,
        client,
        pick="",
        amount="12,50",
        message="Bravo",
        tribute="memory",
        tribute_name="Ida",
        donor_name="Léa",
    )
    again = BeautifulSoup(client.get(f"{page}?lang=en").text, "html.parser").select_one(
        f"form[action^='{page}/again']"
    )
    assert again is not None
    assert "Give €12.50 again" in again.get_text()
    answer = client.post(f"{page}/again")
    assert answer.headers["location"].startswith(f"{stage.BASE}/pages/pay/")
    first, second = _gifts()
    assert (second.amount_minor, second.donor_name, second.donor_email) == (1250, "Léa", EMAIL)
    assert (second.message, second.tribute) == ("", Tribute.NONE), "those belonged to that day"
    with reading() as session:
        givers = session.exec(select(Giver.supporter_id)).all()
    assert len(set(givers)) == 1
    assert first.pid != second.pid


def test_a_gift_nobody_may_know_of_is_not_tied_to_a_known_mailbox(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    _give(stripe, campaign, client)
    client.cookies.clear()
    client.post("/gift/link", data={"email": EMAIL})
    client.get(_link(_mails("gift-link")[0]))
    known = client.cookies[cookie_name()]
    _give(stripe, campaign, client, visibility="nobody", donor_name="Léa")
    assert client.cookies[cookie_name()] != known
    hidden = _gifts()[-1]
    assert (hidden.donor_name, hidden.donor_email) == ("", "")
    assert client.get(f"/gift/gifts/{hidden.pid}").status_code == 200


@pytest.mark.parametrize("every", ["once", "month"])
def test_a_company_nobody_may_know_of_is_written_down_nowhere(
    stripe: Till, campaign: Campaign, client: TestClient, every: str
) -> None:
    company = {"company": "Dupont SARL", "company_number": "732829320"}
    _give(stripe, campaign, client, visibility="nobody", every=every, **company)
    (gift,) = _gifts()
    with reading() as session:
        rows = [gift, *session.exec(select(GivingPlan))]
    assert {(row.company, row.company_number, str(row.address)) for row in rows} == {("", "", "{}")}


def test_the_thanks_mail_comes_once_with_the_way_to_the_page(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    checkout = _give(stripe, campaign, client)
    for _ in range(2):
        tell_all(stripe)
        client.get(f"/c/{campaign.slug}/thanks?session={checkout}")
    for _ in range(2):
        receipts.settle_receipts()
    (mail,) = _mails("gift-thanks")
    assert (mail.recipient, mail.language) == (EMAIL, "fr")
    client.cookies.clear()
    client.get(_link(mail))
    assert "40" in _text(client.get("/gift"))


def test_erasing_waits_for_the_end_of_a_monthly_gift(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    _give(stripe, campaign, client, every="month", donor_name="Léa", message="Bravo", company="Atelier")
    assert "End it first" in client.get("/mine/erase?lang=en").text
    assert _post(client, "/mine/erase", sure="yes").status_code == 409
    copied = _post(client, "/mine/copy")
    with zipfile.ZipFile(io.BytesIO(copied.content)) as archive:
        (plan,) = json.loads(archive.read("monthly-gifts.json"))
        (gift,) = json.loads(archive.read("gifts.json"))
    assert (plan["amount_minor"], gift["name"], gift["message"]) == (4000, "Léa", "Bravo")
    _post(client, f"/gift/plans/{_plan().pid}/end")
    assert _post(client, "/mine/erase", sure="yes").status_code == 200
    (after,), plan_after = _gifts(), _plan()
    for row in (after, plan_after):
        assert (row.donor_name, row.donor_email, row.company, row.message) == ("", "", "", "")
        assert row.visibility is Visibility.NOBODY
    with reading() as session:
        assert session.exec(select(Giver)).all() == []
        assert session.exec(select(SupporterLink)).all() == []
    assert client.get("/gift").status_code == 200
    assert "40" not in _text(client.get("/gift"))
