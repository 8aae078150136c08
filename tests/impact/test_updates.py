"""Updates: drafted from the ledger, pictured with consent, corrected in the open, withdrawn by right, reminded of."""

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden
from app.donations import ledger
from app.donations.rules import EntryKind
from app.impact import (
    accounts,
    drafting,
    evidencing,
    jobs,
    planning,
    queries,
    rules,
    spending,
    updating,
)
from app.impact.models import Picture, Promise, Update
from app.mail.models import OutgoingMail
from app.media import portraits
from app.media import service as media
from app.media.models import Media
from app.media.rules import Shows
from app.people.rules import Actor, Role
from app.transparency import jobs as transparency
from app.transparency import queries as log
from app.transparency import service as sealing
from app.transparency import verifying
from tests import factories
from tests.impact.stage import photo, promise_adults, used


def _stage(session: Session, **values: Any) -> tuple[Actor, Campaign, Promise]:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    campaign = factories.campaign(session, org, **{"state": State.REPORTING, **values})
    due = clock.today(campaign.timezone) + timedelta(days=7)
    promise = promise_adults(session, owner, campaign, due)
    return owner, campaign, promise


def _write(session: Session, owner: Actor, campaign: Campaign, **values: Any) -> Update:
    defaults: dict[str, Any] = {
        "update": None,
        "title": "La rentrée",
        "body": "Nous avions promis vingt places, nous en avons vingt-quatre.",
        "figures": {},
        "spends": [],
    }
    return updating.write_update(session, owner, campaign, **{**defaults, **values})


def _media(session: Session, owner: Actor) -> Media:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "#0a7446").save(buffer, "JPEG")
    return media.store_image(session, owner, buffer.getvalue(), "salle.jpg", public=True)


def _spend(session: Session, owner: Actor, campaign: Campaign, note: str) -> int:
    made = spending.enter(
        session, owner, campaign, used(campaign, 68_450, note=note, evidence_note="facture, 2 pages")
    )
    assert made.ledger_entry_id is not None
    return made.ledger_entry_id


def test_a_draft_is_made_from_what_was_not_told_yet(session: Session) -> None:
    owner, campaign, _ = _stage(session, language="fr")
    ledger.record(
        session,
        campaign,
        kind=EntryKind.GIFT,
        amount_minor=200_000,
        source="g1",
        on_date=campaign.starts_on,
    )
    told = _spend(session, owner, campaign, "Location de la salle")
    first = _write(session, owner, campaign, spends=[told])
    updating.publish_update(session, owner, campaign, first)
    _spend(session, owner, campaign, "Manuels")
    row = drafting.draft(session, owner, campaign, remaining_minor=63_100)
    assert row.published_at is None
    assert "– Manuels : 684,50 € (facture, 2 pages)" in row.body.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Location" not in row.body
    assert "adultes inscrits" in row.body
    assert "631 €" in row.body.replace("\u00a0", " ").replace("\u202f", " ")
    assert row.ledger_entry_ids != [told]


def test_a_picture_needs_words_and_an_agreement(session: Session) -> None:
    owner, campaign, _ = _stage(session)
    row = _write(session, owner, campaign)
    kept = _media(session, owner)
    picture = updating.add_picture(session, owner, row, kept, alt_text="", place="Roubaix")
    with pytest.raises(Conflict, match="Describe"):
        updating.publish_update(session, owner, campaign, row)
    updating.change_picture(session, owner, row, picture, alt_text="Une salle", place="Roubaix")
    with pytest.raises(Conflict, match="who can be recognised"):
        updating.publish_update(session, owner, campaign, row)
    portraits.declare(session, owner, kept, shows=Shows.ADULT, who="Nora", agreed_on=campaign.starts_on)
    updating.publish_update(session, owner, campaign, row)
    assert [len(one.pictures) for one in accounts.updates(session, campaign, published_only=True)] == [1]
    sealing.seal_now(session, campaign)
    session.commit()
    portraits.withdraw(session, owner, kept)
    assert [len(one.pictures) for one in accounts.updates(session, campaign, published_only=True)] == [0]
    session.commit()
    assert transparency.seal_what_is_public() == 1
    assert transparency.seal_what_is_public() == 0
    with reading() as seen:
        kinds = {one.kind: one.content for one in log.entries(seen, campaign.id)}
        assert kinds["picture"] is None
        assert '"why":"consent"' in (kinds["withdrawn"] or "")
        assert verifying.verify(seen, campaign).broken is None


def test_a_draft_takes_published_pages_as_pictures_of_its_own(session: Session) -> None:
    owner, campaign, _ = _stage(session)
    spend = spending.enter(session, owner, campaign, used(campaign))
    page = evidencing.attach(session, owner, spend, photo(), "facture.jpg")[0]
    evidencing.publish(session, owner, spend, page, boxes=[(0, 0, 500, 100)])
    row = drafting.draft(session, owner, campaign, remaining_minor=0)
    picture = session.exec(select(Picture)).one()
    assert picture.media_id not in (page.original_id, page.copy_id)
    assert picture.alt_text == "facture, 1 page"
    evidencing.withdraw(session, owner, spend, page)
    session.commit()
    kept = session.get_one(Media, picture.media_id)
    portraits.declare(session, owner, kept, shows=Shows.NOBODY)
    updating.publish_update(session, owner, campaign, row)
    updating.refuse_picture(session, owner, picture)
    assert not portraits.may_show(session, kept)


def test_a_correction_keeps_what_was_said(session: Session, client: TestClient) -> None:
    owner, campaign, promise = _stage(session)
    row = _write(session, owner, campaign, figures={promise.id: Decimal(24)})
    updating.publish_update(session, owner, campaign, row)
    sealing.seal_now(session, campaign)
    csrf = factories.sign_in(session, client, owner)
    here = f"/studio/campaigns/{campaign.pid}/impact/updates/{row.pid}"
    said = {
        "csrf": csrf,
        "title": "La rentrée",
        "body": "Nous avions promis vingt places, nous en avons vingt-trois.",
        f"figure-{promise.pid}": "23",
        "why": "Une personne était comptée deux fois.",
    }
    assert client.post(f"{here}/correct", data={**said, "why": ""}).status_code == 422
    assert client.post(f"{here}/correct", data=said).status_code == 303
    assert client.post(f"{here}/correct", data=said).status_code == 409  # nothing would change
    client.cookies.clear()
    public = client.get(f"/c/{campaign.slug}/impact?lang=en").text
    for words in ("vingt-trois", "vingt-quatre", "comptée deux fois", "24 before, 23 now"):
        assert words in public
    feed = client.get(f"/c/{campaign.slug}/feed.atom").text
    assert "comptée deux fois" in feed
    with reading() as seen:
        own = seen.get_one(Campaign, campaign.id)
        assert queries.standings(seen, own)[0].value == Decimal(23)
    assert transparency.seal_what_is_public() == 1
    with reading() as seen:
        assert verifying.verify(seen, seen.get_one(Campaign, campaign.id)).broken is None


@pytest.mark.parametrize("told", [{}, {"first": Decimal(12)}])
def test_a_correction_never_makes_a_late_promise_punctual(session: Session, told: dict[str, Decimal]) -> None:
    owner, campaign, promise = _stage(session)
    first = {promise.id: told["first"]} if told else {}
    row = _write(session, owner, campaign, figures=first)
    updating.publish_update(session, owner, campaign, row)
    with clock.frozen(clock.now() + timedelta(days=20)):  # due after seven
        updating.revise_update(
            session, owner, row, title=row.title, body=row.body, figures={promise.id: Decimal(20)}, why="Oui"
        )
        [found] = queries.standings(session, campaign)
    assert (found.standing, found.days_late) == (rules.Standing.KEPT, 13)


def test_a_correction_of_what_was_reached_already_takes_no_day_from_it(session: Session) -> None:
    owner, campaign, promise = _stage(session)
    row = _write(session, owner, campaign, figures={promise.id: Decimal(24)})
    updating.publish_update(session, owner, campaign, row)
    with clock.frozen(clock.now() + timedelta(days=20)):
        for value in (Decimal(23), Decimal(25)):
            updating.revise_update(
                session, owner, row, title=row.title, body=row.body, figures={promise.id: value}, why="Oui"
            )
        [found] = queries.standings(session, campaign)
    assert (found.standing, found.days_late) == (rules.Standing.KEPT, 0)


def test_a_new_update_pressed_twice_is_published_once(session: Session, client: TestClient) -> None:
    owner, campaign, _ = _stage(session)
    csrf = factories.sign_in(session, client, owner)
    here = f"/studio/campaigns/{campaign.pid}/impact/updates"
    found = re.search(r'name="form_key" value="([0-9a-z]{16})"', client.get(f"{here}/new").text)
    assert found is not None
    said = {
        "csrf": csrf,
        "form_key": found[1],
        "title": "La rentrée",
        "body": "Vingt places, comme promis en juin.",
        "then": "publish",
    }
    answers = [client.post(f"{here}/new", data=said) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == [answers[0].headers["location"]] * 2
    with reading() as seen:
        assert len(seen.exec(select(Update)).all()) == 1
    other = client.post(f"{here}/new", data={**said, "body": "Une autre nouvelle, du lendemain."})
    assert other.headers["location"] != answers[0].headers["location"]
    with reading() as seen:
        assert len(seen.exec(select(Update)).all()) == 2


def test_a_draft_sent_again_from_the_page_before_is_the_same_draft(
    session: Session, client: TestClient
) -> None:
    owner, campaign, _ = _stage(session)
    csrf = factories.sign_in(session, client, owner)
    here = f"/studio/campaigns/{campaign.pid}/impact/updates/new"
    said = {
        "csrf": csrf,
        "form_key": "0123456789abcdef",
        "title": "La rentrée",
        "body": "Vingt places en juin.",
    }
    client.post(here, data=said)
    client.post(here, data={**said, "body": "Vingt et une places en juin."})
    with reading() as seen:
        assert [one.body for one in seen.exec(select(Update))] == ["Vingt et une places en juin."]


def test_words_are_erased_by_right_and_the_log_holds(session: Session, client: TestClient) -> None:
    owner, campaign, promise = _stage(session)
    row = _write(session, owner, campaign, figures={promise.id: Decimal(24)})
    kept = _media(session, owner)
    updating.add_picture(session, owner, row, kept, alt_text="Une salle", place="")
    portraits.declare(session, owner, kept, shows=Shows.NOBODY)
    with pytest.raises(Conflict):
        updating.withdraw_update(session, owner, row, why="Une décision")
    updating.publish_update(session, owner, campaign, row)
    updating.revise_update(
        session, owner, row, title=row.title, body=row.body + " Oui.", figures={}, why="Précision"
    )
    sealing.seal_now(session, campaign)
    editor = factories.member(session, factories.organisation(session, "Autre"), Role.EDITOR, "Ed")
    with pytest.raises(Forbidden):
        updating.withdraw_update(session, editor, row, why="Une décision")
    csrf = factories.sign_in(session, client, owner)
    here = f"/studio/campaigns/{campaign.pid}/impact/updates/{row.pid}"
    assert client.post(f"{here}/withdraw", data={"csrf": csrf, "why": "Une décision"}).status_code == 303
    client.cookies.clear()
    public = client.get(f"/c/{campaign.slug}/impact?lang=en").text
    assert "vingt-quatre" not in public
    assert "Une décision" in public
    assert "Une salle" not in public
    feed = client.get(f"/c/{campaign.slug}/feed.atom").text
    assert "vingt" not in feed
    assert f'ref="urn:septaine:update:{row.pid}"' in feed
    with reading() as seen:  # before the log has heard of it, too
        assert verifying.verify(seen, seen.get_one(Campaign, campaign.id)).broken is None
    assert transparency.seal_what_is_public() == 3
    with reading() as seen:
        assert seen.exec(select(Media).where(Media.id == kept.id)).first() is None
        silent = [one.kind for one in log.entries(seen, campaign.id) if one.content is None]
        assert sorted(silent) == ["picture", "revision", "update"]
        assert verifying.verify(seen, seen.get_one(Campaign, campaign.id)).broken is None
        assert queries.standings(seen, seen.get_one(Campaign, campaign.id))[0].value == Decimal(24)


def test_a_draft_is_thrown_away_whole_and_a_published_one_never(session: Session) -> None:
    owner, campaign, promise = _stage(session)
    row = _write(session, owner, campaign, figures={promise.id: Decimal(3)})
    updating.add_picture(session, owner, row, _media(session, owner), alt_text="x", place="")
    updating.remove_draft(session, owner, row)
    session.flush()
    assert session.exec(select(Picture)).first() is None
    other = _write(session, owner, campaign)
    updating.publish_update(session, owner, campaign, other)
    with pytest.raises(Conflict):
        updating.remove_draft(session, owner, other)


@pytest.mark.parametrize(
    ("left", "expected"), [(9, None), (8, None), (7, 7), (3, 7), (2, 2), (0, 2), (-1, None)]
)
def test_which_reminder_counts(left: int, expected: int | None) -> None:
    today = clock.today("UTC")
    assert rules.reminder_due(today + timedelta(days=left), today) == expected


def test_the_team_is_reminded_once_at_each_distance(session: Session) -> None:
    owner, campaign, promise = _stage(session)
    factories.member(session, factories.organisation(session, "Autre"), name="Ailleurs")
    session.commit()
    mails = select(OutgoingMail).where(col(OutgoingMail.kind) == "account-due")
    assert [jobs.remind_of_accounts(), jobs.remind_of_accounts()] == [1, 0]
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert jobs.remind_of_accounts() == 0
    with clock.frozen(clock.now() + timedelta(days=5)):
        assert [jobs.remind_of_accounts(), jobs.remind_of_accounts()] == [1, 0]
    with reading() as seen:
        told = seen.exec(mails.order_by(col(OutgoingMail.id))).all()
    assert ["in 7 days" in one.subject for one in told] == [True, False]
    assert "in 2 days" in told[1].subject
    row = _write(session, owner, campaign, figures={promise.id: Decimal(20)})
    updating.publish_update(session, owner, campaign, row)
    session.commit()
    with clock.frozen(clock.now() + timedelta(days=6)):
        assert jobs.remind_of_accounts() == 0


def test_a_promised_account_is_reminded_of_until_one_is_told(session: Session) -> None:
    owner, campaign, promise = _stage(session)
    session.delete(promise)
    today = clock.today(campaign.timezone)
    planning.save_commitment(
        session, owner, campaign, None, title="Premiers comptes", due_on=today + timedelta(days=2)
    )
    session.commit()
    assert [jobs.remind_of_accounts(), jobs.remind_of_accounts()] == [1, 0]
    with reading() as seen:
        mail = seen.exec(select(OutgoingMail)).one()
    assert "Premiers comptes" in mail.text
    assert "in 2 days" in mail.subject
