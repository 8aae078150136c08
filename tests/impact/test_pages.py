"""The promise is fixed by the drive, money used is entered once, and the public page adds up."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden
from app.donations import ledger
from app.donations.models import LedgerEntry
from app.donations.queries import Pending, pending, totals
from app.donations.rules import EntryKind
from app.impact import queries, service, spending, updating
from app.impact.models import Promise, Update
from app.impact.money_rules import Category
from app.impact.spend_models import Evidence
from app.impact.spending import Used
from app.people.rules import Actor, Role
from tests import factories


def _stage(session: Session, **values: Any) -> tuple[Actor, Campaign]:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    campaign = factories.campaign(session, org, **{"state": State.REPORTING, **values})
    return owner, campaign


def _promise(session: Session, actor: Actor, campaign: Campaign, **values: Any) -> Promise:
    defaults: dict[str, Any] = {
        "indicator": "adultes inscrits",
        "unit": "adultes",
        "baseline": Decimal(0),
        "target": Decimal(20),
        "due_on": campaign.starts_on + timedelta(days=30),
        "method": "",
    }
    return service.add_promise(session, actor, campaign, **{**defaults, **values})


def _gift(session: Session, campaign: Campaign, amount: int, source: str) -> None:
    ledger.record(
        session,
        campaign,
        kind=EntryKind.GIFT,
        amount_minor=amount,
        source=source,
        on_date=campaign.starts_on,
    )


def _used(campaign: Campaign, amount_minor: int, **values: Any) -> Used:
    defaults: dict[str, Any] = {
        "category": Category.MISSIONS,
        "note": "Formatrices, mars",
        "on_date": clock.today(campaign.timezone),
        "payee": "Librairie du Centre",
    }
    return Used(amount_minor=amount_minor, **{**defaults, **values})


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "#0a7446").save(buffer, "JPEG")
    return buffer.getvalue()


def test_promises_are_fixed_once_the_drive_opens(session: Session) -> None:
    owner, campaign = _stage(session)
    promise = _promise(session, owner, campaign)
    campaign.drive_opened_at = clock.now()
    with pytest.raises(Conflict):
        service.change_promise(session, owner, campaign, promise, target=Decimal(2))
    with pytest.raises(Conflict):
        service.remove_promise(session, owner, campaign, promise)
    with pytest.raises(Conflict):
        _promise(session, owner, campaign)


def test_spending_lowers_what_remains_and_its_opposite_restores_it(session: Session) -> None:
    owner, campaign = _stage(session)
    _gift(session, campaign, 10_000, "g1")
    spend = spending.enter(session, owner, campaign, _used(campaign, 2_500))
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == spend.ledger_entry_id)).one()
    assert totals(session, campaign.id).remaining_minor == 7_500
    assert pending(session, [campaign.id])[campaign.id].remaining_minor == 7_500
    spending.undo(session, owner, campaign, entry, reason="saisi deux fois")
    now = totals(session, campaign.id)
    assert (now.remaining_minor, now.spent_minor) == (10_000, 0)
    assert pending(session, [campaign.id]) == {campaign.id: Pending(remaining_minor=10_000, gifts=0)}
    with pytest.raises(Conflict):
        spending.undo(session, owner, campaign, entry, reason="encore")


def test_a_fact_enters_the_ledger_once(session: Session) -> None:
    _, campaign = _stage(session)
    _gift(session, campaign, 10_000, "stripe:ch_1")
    _gift(session, campaign, 10_000, "stripe:ch_1")
    assert totals(session, campaign.id).raised_minor == 10_000


def test_money_of_a_day_to_come_is_refused_and_roles_hold(session: Session) -> None:
    owner, campaign = _stage(session)
    tomorrow = clock.today(campaign.timezone) + timedelta(days=1)
    with pytest.raises(Conflict):
        spending.enter(session, owner, campaign, _used(campaign, 100, on_date=tomorrow))
    org = factories.organisation(session, "Autre")
    editor = factories.member(session, org, Role.EDITOR, "Ed")
    with pytest.raises(Forbidden):
        spending.enter(session, editor, campaign, _used(campaign, 100))


def test_the_whole_road_in_the_browser(session: Session, client: TestClient) -> None:
    owner, campaign = _stage(session)
    promise = _promise(session, owner, campaign)
    _gift(session, campaign, 123_456, "g1")
    csrf = factories.sign_in(session, client, owner)
    base = f"/studio/campaigns/{campaign.pid}/impact"

    refused = client.post(f"{base}/spends", data={"csrf": csrf, "amount": "douze", "note": "Manuels"})
    assert refused.status_code == 422
    assert 'value="douze"' in refused.text
    assert "Manuels" in refused.text

    answer = client.post(
        f"{base}/spends",
        data={
            "csrf": csrf,
            "amount": "684,50",
            "category": "missions",
            "note": "Manuels",
            "payee": "Librairie du Centre",
            "on_date": campaign.starts_on.isoformat(),
            "evidence_note": "facture et photo",
        },
        files={"evidence": ("facture.jpg", _picture(), "image/jpeg")},
    )
    assert answer.status_code == 303, answer.text
    with reading() as seen:
        spend = seen.exec(select(LedgerEntry).where(LedgerEntry.kind == EntryKind.SPEND)).one()
    assert spend.amount_minor == -68_450
    with reading() as seen:
        page = seen.exec(select(Evidence)).one()
    assert page.copy_id is None
    answer = client.post(
        f"{base}/evidence/{page.pid}",
        data={
            "csrf": csrf,
            "left": ["10", ""],
            "top": ["10", ""],
            "width": ["50", ""],
            "height": ["5,5", ""],
            "then": "publish",
        },
    )
    assert answer.status_code == 303, answer.text

    update = {
        "csrf": csrf,
        "title": "La rentrée",
        "body": "Nous avions promis vingt places. La salle en tenait vingt-quatre.",
        f"figure-{promise.pid}": "24",
        "spends": spend.pid,
        "video_url": "https://video.example/rentree",
        "then": "draft",
    }
    answer = client.post(f"{base}/updates/new", data=update)
    assert answer.status_code == 303, answer.text
    with reading() as seen:
        row = seen.exec(select(Update)).one()
    here = f"{base}/updates/{row.pid}"
    shown = {"csrf": csrf, "alt_text": "Une salle de classe", "place": "Roubaix", "shows": "nobody"}
    files = {"picture": ("salle.jpg", _picture(), "image/jpeg")}
    assert client.post(f"{here}/pictures", data=shown).status_code == 422
    assert client.post(f"{here}/pictures", data=shown, files=files).status_code == 303
    answer = client.post(here, data={**update, "then": "publish"})
    assert answer.status_code == 303, answer.text
    with reading() as seen:
        row = seen.exec(select(Update)).one()
    assert row.published_at is not None
    assert client.post(here, data=update).status_code == 409
    assert client.post(f"{here}/pictures", data=shown, files=files).status_code == 409

    client.cookies.clear()
    public = client.get(f"/c/{campaign.slug}/impact?lang=en")
    assert public.status_code == 200
    for text in (
        "La rentrée",
        "€1,234.56",
        "€684.50",
        "€550.06",
        "kept",
        "facture et photo",
        "Librairie du Centre",
    ):
        assert text in public.text
    assert "/media/" in public.text
    assert 'href="https://video.example/rentree"' in public.text
    assert "<iframe" not in public.text


def test_strangers_and_lesser_roles(session: Session, client: TestClient) -> None:
    _, campaign = _stage(session)
    other = factories.organisation(session, "Autre")
    stranger = factories.member(session, other, name="Charlie")
    base = f"/studio/campaigns/{campaign.pid}/impact"
    csrf = factories.sign_in(session, client, stranger)
    assert client.get(base).status_code == 404
    assert client.post(f"{base}/promises", data={"csrf": csrf}).status_code == 404
    home = factories.organisation(session, "Encore")
    moderator = factories.member(session, home, Role.MODERATOR, "Mo")
    own = factories.campaign(session, home)
    csrf = factories.sign_in(session, client, moderator)
    assert client.get(f"/studio/campaigns/{own.pid}/impact").status_code == 200
    answer = client.post(f"/studio/campaigns/{own.pid}/impact/promises", data={"csrf": csrf})
    assert answer.status_code == 403


def test_only_published_accounts_move_a_promise(session: Session) -> None:
    owner, campaign = _stage(session)
    promise = _promise(session, owner, campaign, due_on=campaign.starts_on)
    draft = updating.write_update(
        session,
        owner,
        campaign,
        update=None,
        title="Un point",
        body="x" * 30,
        figures={promise.id: Decimal(25)},
        spends=[],
    )
    assert queries.standings(session, campaign)[0].days_late == 2
    updating.publish_update(session, owner, campaign, draft)
    view = queries.standings(session, campaign)[0]
    assert (view.value, view.standing.value, view.days_late) == (Decimal(25), "kept", 2)
