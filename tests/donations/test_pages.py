"""The pages of giving, in French and English, for donors, for the organisation and for nobody else."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading
from app.donations.models import Gift, PaymentEvent
from app.donations.rules import GiftState, Tribute, Visibility
from app.donations.service.giving import PAGE_LIFE
from app.influencers.models import Influencer
from app.influencers.rules import Agreement, Stage
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import screen_words
from app.links import service as links
from app.payments import signature
from app.people.models import Organisation
from app.people.rules import Role
from tests import factories
from tests.donations import stage
from tests.donations.stage import WEBHOOK_SECRET, Till, edited, give, lines, post_webhook, tell_all

FORM = {"pick": "4000", "amount": "", "visibility": "organisation", "donor_name": "", "message": ""}


def _all_gifts() -> list[Gift]:
    with reading() as session:
        return list(session.exec(select(Gift)).all())


def _post(client: TestClient, campaign: Campaign, **values: str) -> Any:
    return client.post(f"/c/{campaign.slug}/donate", data={**FORM, **values})


def test_giving_leads_to_stripe(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    answer = _post(
        client, campaign, amount="12,50", visibility="public", donor_name="Léa", message="Bravo\nà vous"
    )
    assert answer.status_code == 303
    (gift,) = _all_gifts()
    assert answer.headers["location"] == f"{stage.BASE}/pages/pay/{gift.checkout_id}"
    assert (gift.amount_minor, gift.currency, gift.state) == (1250, "EUR", GiftState.CHECKOUT)
    assert (gift.visibility, gift.donor_name, gift.message) == (Visibility.PUBLIC, "Léa", "Bravo\nà vous")
    assert gift.language == "fr"  # the campaign's
    (page,) = stripe.all("checkout.session")
    assert page["success_url"].endswith(f"/c/{campaign.slug}/thanks?session={{CHECKOUT_SESSION_ID}}")
    assert (page["locale"], page["submit_type"]) == ("fr", "donate")
    assert page["metadata"] == {"campaign": campaign.pid, "gift": gift.pid}
    assert page["expires_at"] == int((clock.now() + PAGE_LIFE).timestamp())


def _word(
    session: Session, campaign: Campaign, text: str, visibility: Visibility, *, read: bool = True
) -> None:
    gift = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=2_000,
        currency="EUR",
        state=GiftState.PAID,
        donor_name="Ada Lang",
        visibility=visibility,
        message=text,
        language="fr",
        paid_at=clock.now(),
    )
    session.add(gift)
    session.flush()
    item = intake.file(
        session,
        campaign,
        kind=Kind.GIFT_MESSAGE,
        subject_id=gift.id,
        screening=screen_words(session, campaign, text),
    )
    if read:
        assert intake.move(session, item, ItemState.ACCEPTED)


def test_accepted_words_stand_on_the_page_as_their_donor_wishes(
    session: Session, campaign: Campaign, client: TestClient
) -> None:
    _word(session, campaign, "Pour la porte d’à côté", Visibility.PUBLIC)
    _word(session, campaign, "Bon courage à tous", Visibility.ORGANISATION)
    _word(session, campaign, "Ne le montrez pas", Visibility.NOBODY)
    _word(session, campaign, "Pas encore lu", Visibility.PUBLIC, read=False)
    session.commit()
    page = BeautifulSoup(client.get(f"/c/{campaign.slug}/donate?lang=en").text, "html.parser")
    shown = [one.get_text(" ", strip=True) for one in page.select("[aria-labelledby=words] li")]
    assert len(shown) == 2
    assert shown[0].startswith("Bon courage à tous Someone who gave")
    assert shown[1].startswith("Pour la porte d’à côté Ada Lang")
    assert "Ada" not in shown[0]
    text = page.get_text()
    assert "Ne le montrez pas" not in text
    assert "Pas encore lu" not in text
    assert "with your name only under “Everyone”" in text


def test_a_company_stands_by_its_word(session: Session, campaign: Campaign, client: TestClient) -> None:
    _word(session, campaign, "Nos équipes vous saluent", Visibility.PUBLIC)
    gift = session.exec(select(Gift)).one()
    gift.donor_name, gift.company = "", "Dupont SARL"
    session.add(gift)
    session.commit()
    assert "Someone who gave" not in (text := client.get(f"/c/{campaign.slug}/donate?lang=en").text)
    assert "Dupont SARL" in text


def test_a_hidden_word_leaves_the_page(session: Session, campaign: Campaign, client: TestClient) -> None:
    _word(session, campaign, "Pour la porte d’à côté", Visibility.PUBLIC)
    item = session.exec(select(Item)).one()
    assert intake.move(session, item, ItemState.RESTRICTED)
    session.commit()
    assert "Pour la porte" not in client.get(f"/c/{campaign.slug}/donate").text


def test_through_htmx_the_browser_itself_has_to_go_to_stripe(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    answer = client.post(f"/c/{campaign.slug}/donate", data=FORM, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"][: len(stage.BASE)]) == (204, stage.BASE)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "douze"}, "amount"),
        ({"amount": "1"}, "amount"),
        ({"amount": "20000"}, "amount"),
        ({"pick": ""}, "amount"),
        ({"pick": "199"}, "amount"),
        ({"pick": "x"}, "pick"),
        ({"visibility": "friends"}, "visibility"),
        ({"visibility": "public"}, "donor_name"),
        ({"donor_name": "a" * 121}, "donor_name"),
        ({"message": "a" * 401}, "message"),
        ({"currency": "XOF"}, None),
    ],
)
def test_bad_input_is_told_beside_the_field_and_kept(
    stripe: Till, campaign: Campaign, client: TestClient, values: dict[str, str], field: str | None
) -> None:
    answer = _post(client, campaign, **{"message": "Un mot à garder", **values})
    soup = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert answer.headers["cache-control"] == "no-store"
    assert soup.select_one(".errors") is not None
    if field:
        assert soup.select_one(f"#f-{field}-error") is not None
    if "message" not in values:
        assert "Un mot à garder" in answer.text
    assert _all_gifts() == []
    assert stripe.line.asked == []


def test_stripe_down_says_so_keeps_everything_and_doubles_nothing(
    stripe: Till, campaign: Campaign, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)
    stripe.line.down = True
    answer = _post(client, campaign, amount="25", message="Un mot à garder")
    assert answer.status_code == 503
    assert "Un mot à garder" in answer.text
    soup = BeautifulSoup(answer.text, "html.parser")
    retry = soup.select_one("input[name=retry]")
    assert retry is not None
    assert [gift.state for gift in _all_gifts()] == [GiftState.INTENT]
    stripe.line.down = False
    again = _post(client, campaign, amount="25", message="Un mot à garder", retry=str(retry["value"]))
    assert again.status_code == 303
    assert [gift.state for gift in _all_gifts()] == [GiftState.CHECKOUT]
    assert len(stripe.all("checkout.session")) == 1


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"state": State.READY}, "The drive opens on"),
        ({"state": State.LIVE}, "The drive opens on"),
        ({"paused_at": clock.now()}, "The drive is paused"),
        ({"state": State.REPORTING}, "The drive is over"),
        ({"state": State.CLOSED}, "The drive is over"),
    ],
)
def test_a_drive_that_is_not_open_says_so_and_takes_nothing(
    stripe: Till, session: Session, client: TestClient, values: dict[str, Any], word: str
) -> None:
    campaign = stage.drive(session, language="en", **values)
    page = client.get(f"/c/{campaign.slug}/donate")
    assert page.status_code == 200
    assert word in page.text
    assert "<form" not in page.text
    assert _post(client, campaign).status_code == 409
    assert _all_gifts() == []


def test_the_page_of_an_open_drive(stripe: Till, session: Session, client: TestClient) -> None:
    campaign = stage.drive(session, money_use=[{"label": "Livres", "percent": 62}], drive_title="Une place")
    soup = BeautifulSoup(client.get(f"/c/{campaign.slug}/donate").text, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == "fr"
    assert [label.get_text() for label in soup.select(".pick label:has([name=pick])")] == [
        "15\u00a0€",
        "40\u00a0€",
    ]
    assert soup.select_one("input[name=visibility][checked]")["value"] == "organisation"
    assert "Livres" in soup.get_text()
    assert "62\u202f%" in soup.get_text() or "62\u00a0%" in soup.get_text()
    assert not soup.select("[style], [onclick], script:not([src]):not([type='application/ld+json'])")


@pytest.mark.parametrize(
    ("terms", "word"),
    [
        (Agreement.VOLUNTEER, "Maïa carries this story as a volunteer and earns nothing."),
        (Agreement.IN_KIND, "Maïa is not paid for this story, but is given things in kind."),
        (Agreement.PAID, "Maïa is paid for this story."),
    ],
)
def test_donors_read_who_earns_what(
    stripe: Till, session: Session, client: TestClient, terms: Agreement, word: str
) -> None:
    campaign = stage.drive(session, language="en")
    common = {"organisation_id": campaign.organisation_id, "campaign_id": campaign.id, "agreement": terms}
    session.add(Influencer(name="Maïa", stage=Stage.CONFIRMED, **common))
    session.add(Influencer(name="Nobody yet", stage=Stage.INVITED, **common))
    session.commit()
    page = client.get(f"/c/{campaign.slug}/donate").text
    assert word in page
    assert "Nobody yet" not in page


def test_drafts_have_no_donation_page_and_old_slugs_lead_on(
    stripe: Till, session: Session, client: TestClient
) -> None:
    draft = stage.drive(session, state=State.DRAFT)
    for path in ("donate", "thanks", "ledger.csv"):
        assert client.get(f"/c/{draft.slug}/{path}").status_code == 404
    assert _post(client, draft).status_code == 404


def test_too_many_payment_pages_from_one_place(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    statuses = [_post(client, campaign).status_code for _ in range(61)]
    assert statuses == [303] * 60 + [429]
    assert len(_all_gifts()) == 60


@pytest.mark.parametrize(
    ("deeds", "word"),
    [
        (["pay"], "€40 given. Thank you."),
        (["delay"], "€40 on its way"),
        (["delay", "arrive"], "€40 given. Thank you."),
        (["delay", "fail"], "did not go through"),
        ([], "is still open"),
        (["decline"], "is still open"),
    ],
)
def test_thanks_says_what_stripe_says(
    stripe: Till, campaign: Campaign, client: TestClient, deeds: list[str], word: str
) -> None:
    gift = give(stripe, campaign)
    for deed in deeds:
        stripe.does(gift.checkout_id or "", deed)
    answer = client.get(f"/c/{campaign.slug}/thanks?session={gift.checkout_id}&lang=en")
    assert answer.status_code == 200
    assert word in answer.text
    assert "lea@example.org" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert bool(lines(campaign)) == ("given" in word)


def test_thanks_after_the_page_expired_or_while_stripe_is_silent(
    stripe: Till, campaign: Campaign, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)
    gift = give(stripe, campaign)
    address = f"/c/{campaign.slug}/thanks?session={gift.checkout_id}&lang=en"
    stripe.line.down = True
    assert "being checked" in client.get(address).text
    stripe.line.down = False
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert "has expired" in client.get(address).text


@pytest.mark.parametrize("given", ["", "cs_test_unknown", "../x", "cs_test_" + "a" * 200, "cs_live_1'--"])
def test_thanks_for_no_gift_of_ours(stripe: Till, campaign: Campaign, client: TestClient, given: str) -> None:
    assert client.get(f"/c/{campaign.slug}/thanks", params={"session": given}).status_code == 404
    assert stripe.line.asked == []


def test_thanks_of_another_campaign(
    stripe: Till, campaign: Campaign, session: Session, client: TestClient
) -> None:
    gift = give(stripe, campaign)
    other = stage.drive(session)
    assert client.get(f"/c/{other.slug}/thanks?session={gift.checkout_id}").status_code == 404


def test_the_open_ledger(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    stripe.does(gift.checkout_id or "", "refund", amount="10")
    tell_all(stripe)
    answer = client.get(f"/c/{campaign.slug}/ledger.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = [line.split(",") for line in answer.text.split("\r\n")]
    assert rows[0] == ["date", "kind", "amount", "currency", "category", "note", "entry"]
    assert [row[:4] for row in rows[1:-1]] == [
        ["2027-03-03", "gift", "40.00", "EUR"],
        ["2027-03-03", "fee", "-0.85", "EUR"],
        ["2027-03-03", "refund", "-10.00", "EUR"],
    ]
    assert "Léa" not in answer.text


def test_the_organisers_gifts(stripe: Till, campaign: Campaign, session: Session, client: TestClient) -> None:
    named, hidden = (
        give(stripe, campaign),
        give(stripe, campaign, visibility=Visibility.NOBODY, donor_name="Max"),
    )
    for gift in (named, hidden):
        stripe.does(gift.checkout_id or "", "pay")
    give(stripe, campaign)
    tell_all(stripe)
    path = f"/studio/campaigns/{campaign.pid}/gifts"
    assert client.get(path).status_code == 303
    org = session.merge(campaign).organisation_id
    organisation = session.get(factories.organisation(session).__class__, org)
    assert organisation is not None
    for role, sees_address in (
        (Role.OWNER, True),
        (Role.FINANCE, True),
        (Role.EDITOR, False),
        (Role.MODERATOR, False),
    ):
        factories.sign_in(session, client, factories.member(session, organisation, role))
        page = client.get(path)
        assert page.status_code == 200
        soup = BeautifulSoup(page.text, "html.parser")
        assert len(soup.select(".gifts li")) == 2
        assert "€80.00" in page.text
        assert "Léa" in page.text
        assert "Max" not in page.text
        assert ("lea@example.org" in page.text) is sees_address
    stranger = factories.member(session, factories.organisation(session, "Autre"))
    factories.sign_in(session, client, stranger)
    assert client.get(path).status_code == 404


def test_the_organisers_sums_add_up_and_say_what_befell_each_gift(
    stripe: Till, campaign: Campaign, session: Session, client: TestClient
) -> None:
    whole = give(stripe, campaign, cover_minor=100, tribute=Tribute.MEMORY, tribute_name="Rosa")
    taken = give(stripe, campaign, donor_name="", company="Dupont SARL")
    for gift in (whole, taken):
        stripe.does(gift.checkout_id or "", "pay")
    stripe.befalls(whole.checkout_id or "", "refund 40")
    stripe.befalls(taken.checkout_id or "", "dispute")
    tell_all(stripe)
    org = session.get_one(Organisation, session.merge(campaign).organisation_id)
    factories.sign_in(session, client, factories.member(session, org, Role.FINANCE))
    path = f"/studio/campaigns/{campaign.pid}/gifts"
    soup = BeautifulSoup(client.get(path).text, "html.parser")
    told = [one.get_text().replace("−", "-") for one in soup.select("[aria-labelledby=sums] dd")]
    sums = [Decimal(re.sub(r"[^0-9.-]", "", one)) for one in told]
    assert (sum(sums[:-1]), len(sums)) == (sums[-1], 6), told
    cards = [card.get_text(" ", strip=True) for card in soup.select(".gifts li")]
    assert "Dupont SARL" in cards[0]
    assert "taken back by the bank" in cards[0]
    assert "€40 given back" in cards[1], "of the 41 that were charged"
    assert "In memory of Rosa" in cards[1]
    assert "Rosa" in client.get(f"{path}/{whole.pid}").text


def test_the_gifts_come_in_pages(
    stripe: Till, campaign: Campaign, session: Session, client: TestClient
) -> None:
    for _ in range(51):
        session.add(
            Gift(
                organisation_id=campaign.organisation_id,
                campaign_id=campaign.id,
                amount_minor=500,
                currency="EUR",
                state=GiftState.PAID,
                paid_at=clock.now(),
            )
        )
    member = factories.member(
        session, session.get_one(type(factories.organisation(session)), campaign.organisation_id)
    )
    factories.sign_in(session, client, member)
    path = f"/studio/campaigns/{campaign.pid}/gifts"
    counts = [
        len(BeautifulSoup(client.get(f"{path}?page={n}").text, "html.parser").select(".gifts li"))
        for n in (1, 2, 3)
    ]
    assert counts == [50, 1, 0]
    assert client.get(f"{path}?page=0").status_code == 404


BAD = {
    "none": lambda _: "",
    "v0 only": lambda body: signature.sign(body, WEBHOOK_SECRET, _stamp()).replace("v1", "v0"),
    "bad hex": lambda _: f"t={_stamp()},v1=zz",
    "other secret": lambda body: signature.sign(body, "whsec_other", _stamp()),
    "edited body": lambda body: signature.sign(body + b" ", WEBHOOK_SECRET, _stamp()),
    "old": lambda body: signature.sign(body, WEBHOOK_SECRET, _stamp() - 301),
    "ahead": lambda body: signature.sign(body, WEBHOOK_SECRET, _stamp() + 301),
}


def _stamp() -> int:
    return int(clock.now().timestamp())


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_signature_writes_nothing(
    stripe: Till, campaign: Campaign, client: TestClient, case: str
) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    body = stripe.news()[-1]
    assert post_webhook(client, body, header=BAD[case](body)) == 400
    with reading() as session:
        assert session.exec(select(PaymentEvent)).all() == []
    assert (stage.now(gift).state, lines(campaign)) == (GiftState.CHECKOUT, [])


def test_other_modes_and_other_events(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    body = stripe.news()[-1]
    assert post_webhook(client, edited(body, livemode=True, id="evt_live")) == 400
    assert post_webhook(client, edited(body, type="customer.created", id="evt_else")) == 200
    with reading() as session:
        kept = session.exec(select(PaymentEvent)).one()
        assert (kept.id, kept.handled_at, kept.attempts) == ("evt_else", clock.now(), 0)
    assert post_webhook(client, body) == 200
    assert post_webhook(client, body) == 200
    assert [kind for kind, _ in lines(campaign)] == ["gift", "fee"]
    assert client.get("/webhooks/stripe").status_code == 405


def test_a_gift_says_by_which_link_it_came(
    stripe: Till, session: Session, campaign: Campaign, client: TestClient
) -> None:
    person = Influencer(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        name="Inès",
        stage=Stage.CONFIRMED,
    )
    session.add(person)
    session.flush()
    link = links.add(session, campaign, label="Story", influencer_id=person.id)
    other = factories.campaign(session, session.get_one(Organisation, campaign.organisation_id))
    foreign = links.add(session, other, label="Autre")
    session.commit()
    shown = client.get(f"/c/{campaign.slug}/donate?via={link.code}").text
    assert f'action="/c/{campaign.slug}/donate?via={link.code}"' in shown
    for code in (link.code, foreign.code, "zzzzzz", ""):
        answer = client.post(f"/c/{campaign.slug}/donate?via={code}", data=FORM)
        assert answer.status_code == 303
    assert [(one.link_id, one.influencer_id) for one in _all_gifts()] == [(link.id, person.id)] + [
        (None, None)
    ] * 3
    back = [page["cancel_url"].rpartition("/")[2] for page in stripe.all("checkout.session")]
    assert sorted(back) == ["donate"] * 3 + [f"donate?via={link.code}"]
