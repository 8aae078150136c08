"""The pages of a gift that is given back, disputed or suspected: for those who look after the money, nobody else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.donations import queries
from app.donations.aftermath import disputing
from app.donations.aftermath.models import Dispute, FraudWarning, Refund
from app.donations.models import Gift
from app.donations.rules import Visibility
from app.impact.models import Update
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry, Organisation
from app.people.rules import Role
from tests import factories
from tests.donations.stage import Till, give, lines, now, tell_all


class Desk:
    """Someone of the team at the studio."""

    def __init__(self, session: Session, client: TestClient, campaign: Campaign, role: Role) -> None:
        org = session.get_one(Organisation, campaign.organisation_id)
        actor = factories.member(session, org, role, role.value)
        self.client, self.csrf = client, factories.sign_in(session, client, actor)

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text[:2000]
        return BeautifulSoup(answer.text, "html.parser")

    def send(self, path: str, **values: str) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **values})


@pytest.fixture
def desk(session: Session, client: TestClient, campaign: Campaign) -> Desk:
    return Desk(session, client, campaign, Role.FINANCE)


def paid(stripe: Till, campaign: Campaign, **values: Any) -> Gift:
    gift = give(stripe, campaign, **values)
    stripe.does(gift.checkout_id or "", "pay")
    tell_all(stripe)
    return now(gift)


def path_of(campaign: Campaign, gift: Gift) -> str:
    return f"/studio/campaigns/{campaign.pid}/gifts/{gift.pid}"


def refund_form(page: BeautifulSoup) -> dict[str, str]:
    form = page.select_one("form[action$='/refund']")
    assert form is not None
    key = form.select_one("[name=form_key]")
    amount = form.select_one("[name=amount]")
    assert key is not None
    assert amount is not None
    return {"form_key": str(key["value"]), "amount": str(amount["value"]), "reason": "donor", "note": ""}


def refunds() -> list[tuple[int, str, str]]:
    with reading() as session:
        rows = session.exec(select(Refund).order_by(col(Refund.id))).all()
        return [(one.amount_minor, one.state.value, one.reason.value) for one in rows]


def mails(kind: str) -> list[str]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail.recipient).where(OutgoingMail.kind == kind)).all())


def test_a_gift_is_given_back_and_every_sum_says_so(stripe: Till, campaign: Campaign, desk: Desk) -> None:
    gift = paid(stripe, campaign, cover_minor=100)
    listed = desk.page(f"/studio/campaigns/{campaign.pid}/gifts")
    assert listed.select_one(f"a[href$='/gifts/{gift.pid}']") is not None
    form = refund_form(desk.page(path_of(campaign, gift)))
    assert form["amount"] == "41.00"
    answer = desk.send(f"{path_of(campaign, gift)}/refund", **form)
    assert answer.status_code == 303
    assert refunds() == [(4100, "done", "donor")]
    page = desk.page(path_of(campaign, gift))
    assert "given back" in page.get_text()
    assert page.select_one("form[action$='/refund']") is None
    assert "It is given back already." in page.get_text()
    with reading() as session:
        assert queries.totals(session, campaign.id).net_minor == 0
    public = desk.client.get(f"/c/{campaign.slug}/impact?lang=en").text
    assert "Léa" not in public
    again = desk.send(f"{path_of(campaign, gift)}/refund", **form)  # the same press, sent twice by a browser
    assert again.status_code == 303
    assert len(stripe.all("refund")) == 1


def test_a_part_goes_back_as_people_write_it(stripe: Till, campaign: Campaign, desk: Desk) -> None:
    gift = paid(stripe, campaign)
    form = {**refund_form(desk.page(path_of(campaign, gift))), "amount": "12,50", "reason": "mistake"}
    assert desk.send(f"{path_of(campaign, gift)}/refund", **form).status_code == 303
    assert refunds() == [(1250, "done", "mistake")]
    assert refund_form(desk.page(path_of(campaign, gift)))["amount"] == "27.50"
    assert ("refund", -1250) in lines(campaign)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "dix"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "40.01"}, "amount"),
        ({"reason": ""}, "reason"),
        ({"reason": "stripe"}, "reason"),
        ({"note": "a" * 401}, "note"),
        ({"pid": "x"}, None),
    ],
)
def test_a_bad_form_gives_nothing_back(
    stripe: Till, campaign: Campaign, desk: Desk, values: dict[str, str], field: str | None
) -> None:
    gift = paid(stripe, campaign)
    form = {**refund_form(desk.page(path_of(campaign, gift))), **values}
    answer = desk.send(f"{path_of(campaign, gift)}/refund", **form)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one(".errors") is not None
    if field:
        assert page.select_one(f"#f-{field}-error") is not None
    assert stripe.all("refund") == []


def test_what_cannot_go_back_says_why(stripe: Till, campaign: Campaign, desk: Desk) -> None:
    gift = paid(stripe, campaign)
    form = refund_form(desk.page(path_of(campaign, gift)))
    stripe.befalls(gift.checkout_id or "", "dispute")
    tell_all(stripe)
    answer = desk.send(f"{path_of(campaign, gift)}/refund", **form)
    assert answer.status_code == 409
    assert "Giving it back here too would pay it twice." in answer.text
    assert stripe.all("refund") == []


def test_a_gift_is_the_business_of_money_people(
    session: Session, stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    gift = paid(stripe, campaign)
    editor = Desk(session, client, campaign, Role.EDITOR)
    editor.page(path_of(campaign, gift), status=403)
    assert editor.send(f"{path_of(campaign, gift)}/refund", amount="40", reason="donor").status_code == 403
    editor.page("/studio/disputes", status=403)
    other = factories.organisation(session, "Ailleurs")
    stranger = factories.member(session, other, Role.OWNER, "Oscar")
    csrf = factories.sign_in(session, client, stranger)
    assert client.get(path_of(campaign, gift)).status_code == 404
    sent = client.post(f"{path_of(campaign, gift)}/refund", data={"csrf": csrf, "amount": "40"})
    assert sent.status_code == 404
    assert stripe.all("refund") == []


def test_a_donor_who_asked_not_to_be_named_is_not(stripe: Till, campaign: Campaign, desk: Desk) -> None:
    gift = paid(stripe, campaign, visibility=Visibility.NOBODY)
    text = desk.page(path_of(campaign, gift)).get_text()
    assert "Asked not to be named" in text
    assert "Léa" not in text
    assert "lea@example.org" not in text


def one_dispute() -> Dispute:
    with reading() as session:
        return session.exec(select(Dispute)).one()


def test_a_dispute_from_its_opening_to_its_outcome(
    session: Session, stripe: Till, campaign: Campaign, desk: Desk
) -> None:
    session.add(
        Update(campaign_id=campaign.id, title="Cinq cahiers sont là", published_at=clock.now(), body="Oui.")
    )
    session.commit()
    gift = paid(stripe, campaign)
    stripe.befalls(gift.checkout_id or "", "dispute")
    tell_all(stripe)
    assert len(mails("gift-disputed")) == 1
    with reading() as reads:
        assert queries.totals(reads, campaign.id).net_minor == 0
    row = one_dispute()
    path = f"/studio/disputes/{row.pid}"
    assert desk.page("/studio/disputes").select_one(f"a[href$='{path}']") is not None
    page = desk.page(path)
    filled = {
        str(one["name"]): one.get_text() or str(one.get("value", "")) for one in page.select(".field [name]")
    }
    assert "Cinq cahiers sont là" in filled["uncategorized_text"]
    assert filled["customer_email_address"] == "lea@example.org"
    assert row.due_at is not None
    with clock.frozen(row.due_at - timedelta(days=2)):
        assert disputing.warn_of_deadlines() == 1
        disputing.warn_of_deadlines()
        assert len(mails("dispute-due")) == 1
    words = {name: text for name, text in filled.items() if name not in ("do", "sure", "csrf")}
    assert desk.send(path, do="draft", **{**words, "customer_name": "Léa Petit"}).status_code == 303
    assert one_dispute().draft["customer_name"] == "Léa Petit"
    assert desk.send(path, do="submit", **words).status_code == 422  # not said to be sure
    assert one_dispute().submitted_at is None
    assert desk.send(path, do="submit", sure="1", **words).status_code == 303
    (kept,) = stripe.all("dispute")
    assert kept["status"] == "under_review"
    assert "Cinq cahiers" in kept["evidence"]["uncategorized_text"]
    assert desk.send(path, do="submit", sure="1", **words).status_code == 409
    stripe.befalls(gift.checkout_id or "", "win")
    tell_all(stripe)
    assert "Won." in desk.page(path).get_text()
    assert len(mails("dispute-over")) == 1
    with reading() as reads:
        assert queries.totals(reads, campaign.id).net_minor == 4000
        done = reads.exec(select(AuditEntry.action)).all()
    assert done.count("money.dispute_answered") == 1


def test_stripe_out_of_reach_keeps_the_draft(
    stripe: Till, campaign: Campaign, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)
    gift = paid(stripe, campaign)
    stripe.befalls(gift.checkout_id or "", "dispute")
    tell_all(stripe)
    path = f"/studio/disputes/{one_dispute().pid}"
    stripe.line.down = True
    answer = desk.send(path, do="submit", sure="1", customer_name="Léa Petit")
    assert answer.status_code == 503
    assert "Your draft is kept" in answer.text
    assert one_dispute().draft == {"customer_name": "Léa Petit"}
    stripe.line.down = False
    assert desk.send(path, do="submit", sure="1", customer_name="Léa Petit").status_code == 303


def test_a_lost_dispute_stays_out_of_the_sums(stripe: Till, campaign: Campaign, desk: Desk) -> None:
    gift = paid(stripe, campaign)
    stripe.befalls(gift.checkout_id or "", "dispute")
    stripe.befalls(gift.checkout_id or "", "lose")
    tell_all(stripe)
    assert "Lost." in desk.page(f"/studio/disputes/{one_dispute().pid}").get_text()
    assert "would pay it twice" in desk.page(path_of(campaign, gift)).get_text()


def test_a_warning_is_answered_by_a_refund_or_by_keeping_it(
    stripe: Till, campaign: Campaign, desk: Desk
) -> None:
    first, second = paid(stripe, campaign), paid(stripe, campaign)
    for gift in (first, second):
        stripe.befalls(gift.checkout_id or "", "warn")
    tell_all(stripe)
    assert len(mails("fraud-warning")) == 2
    assert len(desk.page("/studio/disputes").select("#warned ~ ul li")) == 2
    page = desk.page(path_of(campaign, first))
    assert re.search(r"pay about €20", page.get_text())
    assert (
        desk.send(
            f"{path_of(campaign, first)}/refund", **{**refund_form(page), "reason": "fraud"}
        ).status_code
        == 303
    )
    keep = desk.page(path_of(campaign, second)).select_one("form[action$='/keep']")
    assert keep is not None
    assert desk.send(str(keep["action"]).partition("?")[0]).status_code == 303
    with reading() as session:
        rows = session.exec(select(FraudWarning).order_by(col(FraudWarning.id))).all()
    assert [one.kept_at is not None for one in rows] == [False, True]
    assert desk.page(path_of(campaign, second)).select_one("form[action$='/keep']") is None
