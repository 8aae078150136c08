"""The pages: what they show, who may write, what stays another organisation's, and the files they give."""

import csv
import io
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock, db
from app.core.i18n import money
from app.core.ids import new_pid
from app.core.money import minor_of
from app.donations.models import Gift
from app.influencers.models import Influencer
from app.insights import counting, hiding, open_data, publishing, queries
from app.insights.models import Cost, OpenData, Reach
from app.insights.rules import Measure
from app.people.models import AuditEntry, Organisation
from app.people.rules import Role
from app.stories.models import Frame
from tests import factories
from tests.insights.events import Crowd


@pytest.fixture
def people(session: Session) -> Crowd:
    """A week that has been running for three days, with its crowd counted."""
    org = factories.organisation(session)
    crowd = Crowd(session, factories.campaign(session, org), 7).stage()
    crowd.acts(300)
    crowd.words(40)
    crowd.gifts(60)
    crowd.visits(3)
    session.flush()
    counting.keep(session, crowd.campaign, counting.count(session, crowd.campaign))
    session.commit()
    return crowd


def enter(session: Session, client: TestClient, campaign: Campaign, role: Role = Role.OWNER) -> str:
    org = campaign.organisation_id
    actor = factories.member(session, session.get_one(Organisation, org), role, name=f"M{new_pid()[:4]}")
    return factories.sign_in(session, client, actor)


def room(campaign: Campaign, tail: str = "") -> str:
    return f"/studio/campaigns/{campaign.pid}/insights{tail}"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "tail",
    ["", "/compared", "/compared?by=frame", "/compared?by=challenge", "/compared?by=channel",
     "/compared?by=language", "/reach", "/costs", "/weeks", "/debrief", "/open"],
)  # fmt: skip
def test_every_page_opens_with_figures_and_without(
    session: Session, client: TestClient, people: Crowd, tail: str, language: str
) -> None:
    bare = factories.campaign(session, session.get_one(Organisation, people.campaign.organisation_id))
    enter(session, client, people.campaign)
    for campaign in (people.campaign, bare):
        url = room(campaign, tail)
        answer = client.get(f"{url}{'&' if '?' in url else '?'}lang={language}")
        assert answer.status_code == 200
        assert "<svg" in answer.text or campaign is bare or tail not in ("", "/compared", "/debrief")


def test_the_first_page_says_the_week(session: Session, client: TestClient, people: Crowd) -> None:
    enter(session, client, people.campaign)
    text = client.get(room(people.campaign) + "?lang=en").text
    figures = queries.figures_of(session, people.campaign)
    assert f"{figures.number(Measure.NEWCOMERS):,} people came." in text
    assert "the one in the middle is" in text
    assert "How we count" in text
    assert "Nobody has typed what the platform shows" in text


def test_count_again_now(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.MODERATOR)
    before = queries.figures_of(session, people.campaign).actions()
    people.gifts(5)
    session.commit()
    answer = client.post(room(people.campaign, "/count"), data={"csrf": csrf}, follow_redirects=False)
    assert answer.status_code == 303
    with db.reading() as fresh:
        assert queries.figures_of(fresh, people.campaign).actions() == before + 5


def typed(people: Crowd, csrf: str, **values: object) -> dict[str, object]:
    with db.reading() as fresh:
        frame = fresh.get_one(Frame, people.frames[2])
    return {"csrf": csrf, "day": "3", "channel": "instagram", "frame": frame.pid, **values}


def test_reach_is_typed_changed_and_taken_out(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.EDITOR)
    url = room(people.campaign, "/reach")
    client.post(url, data=typed(people, csrf, views="1.2K", reached="1 100", link_taps="14"))
    with db.reading() as fresh:
        row = fresh.exec(select(Reach)).one()
        assert (row.views, row.reached, row.link_taps, row.exits) == (1200, 1100, 14, None)
        assert queries.reach(fresh, people.campaign, "day")[3].get("views") == 1200
        assert fresh.exec(select(AuditEntry).where(AuditEntry.action == "insight.reach_typed")).one()
    shown = client.get(url + "?day=3&lang=en").text
    assert 'value="1200"' in shown
    client.post(url, data=typed(people, csrf, views=""))
    with db.reading() as fresh:
        assert fresh.exec(select(Reach)).first() is None


def test_a_wrong_figure_keeps_what_was_typed(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.EDITOR)
    answer = client.post(
        room(people.campaign, "/reach?lang=en"), data=typed(people, csrf, views="lots", exits="4")
    )
    assert answer.status_code == 422
    assert "Write whole numbers" in answer.text
    assert 'value="lots"' in answer.text
    assert 'value="4"' in answer.text
    with db.reading() as fresh:
        assert fresh.exec(select(Reach)).first() is None


def test_reach_is_pasted_for_an_influencer(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.EDITOR)
    with db.reading() as fresh:
        maia = fresh.get_one(Influencer, people.carriers[0])
    data = {"csrf": csrf, "day": "3", "account": maia.pid, "channel": "instagram"}
    url = room(people.campaign, "/reach/paste")
    refused = client.post(url, data={**data, "rows": "1\t10\n2\t20"})
    assert refused.status_code == 422  # the day has one frame
    client.post(url, data={**data, "rows": "Frame\tViews\tExits\n1\t2 400\t31"})
    with db.reading() as fresh:
        row = fresh.exec(select(Reach)).one()
        assert (row.influencer_id, row.views, row.exits) == (maia.id, 2400, 31)


def test_who_may_not_write(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.MODERATOR)
    assert client.post(room(people.campaign, "/reach"), data=typed(people, csrf)).status_code == 403
    assert client.get(room(people.campaign, "/costs")).status_code == 403
    assert client.post(room(people.campaign, "/open"), data={"csrf": csrf}).status_code == 403
    assert "/insights/costs" not in client.get(room(people.campaign)).text


def test_a_strangers_frame_is_refused(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.EDITOR)
    other = Crowd(
        session, factories.campaign(session, factories.organisation(session, "Les Phares")), 3
    ).stage()
    session.commit()
    with db.reading() as fresh:
        strange = fresh.get_one(Frame, other.frames[2]).pid
    data = {"csrf": csrf, "day": "3", "channel": "instagram", "frame": strange, "views": "10"}
    assert client.post(room(people.campaign, "/reach"), data=data).status_code == 404
    assert client.get(room(other.campaign)).status_code == 404


def test_costs_are_written_down_and_taken_out(session: Session, client: TestClient, people: Crowd) -> None:
    csrf = enter(session, client, people.campaign, Role.FINANCE)
    url = room(people.campaign, "/costs")
    on = people.campaign.starts_on.isoformat()
    client.post(
        url, data={"csrf": csrf, "kind": "hours", "label": "Répondre", "on_date": on, "hours": "2:30"}
    )
    [drawn] = re.findall(r'name="form_key" value="([0-9a-z]{16})"', client.get(url).text)
    cards = {"kind": "goods", "label": "Cartes", "on_date": on, "amount": "24,50", "form_key": drawn}
    for _ in range(2):  # pressed twice
        client.post(url, data={"csrf": csrf, **cards})
    with db.reading() as fresh:
        rows = fresh.exec(select(Cost).order_by("id")).all()
        assert [(one.minutes, one.amount_minor) for one in rows] == [(150, 0), (0, 2450)]
    shown = client.get(url + "?lang=en").text
    assert "€24.50" in shown
    assert "2.5 h" in shown
    refused = client.post(
        url + "?lang=en", data={"csrf": csrf, "kind": "goods", "label": "Cartes", "on_date": on}
    )
    assert refused.status_code == 422
    assert "Write what it cost." in refused.text
    client.post(f"{url}/{rows[1].pid}/remove", data={"csrf": csrf})
    with db.reading() as fresh:
        assert len(fresh.exec(select(Cost)).all()) == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_debrief_is_one_tagged_page(
    session: Session, client: TestClient, people: Crowd, language: str
) -> None:
    enter(session, client, people.campaign)
    answer = client.get(room(people.campaign, f"/debrief.pdf?lang={language}"))
    assert answer.headers["content-type"] == "application/pdf"
    document = PdfReader(io.BytesIO(answer.content))
    assert len(document.pages) == 1
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = document.pages[0].extract_text()
    assert people.campaign.title in text
    assert ("De l’attention à l’action" if language == "fr" else "From attention to action") in text
    assert text.count("Abonnements" if language == "fr" else "Follows") == 2, "by day and by influencer"


def test_money_stands_in_the_debrief_for_those_who_may_see_it(
    session: Session, client: TestClient, people: Crowd
) -> None:
    session.add(
        Cost(
            campaign_id=people.campaign.id,
            kind="goods",
            label="Cartes",
            on_date=people.campaign.starts_on,
            amount_minor=2450,
        )
    )
    enter(session, client, people.campaign, Role.EDITOR)
    assert "The week cost" not in client.get(room(people.campaign, "/debrief?lang=en")).text
    enter(session, client, people.campaign, Role.FINANCE)
    assert "The week cost" in client.get(room(people.campaign, "/debrief?lang=en")).text


def test_every_sum_is_in_the_files(session: Session, client: TestClient, people: Crowd) -> None:
    enter(session, client, people.campaign)
    text = client.get(room(people.campaign, "/figures.csv")).text
    rows = list(csv.DictReader(io.StringIO(text)))
    figures = queries.figures_of(session, people.campaign)
    gifts = [row for row in rows if row["measure"] == "gifts"]
    assert sum(int(row["number"]) for row in gifts) == figures.number(Measure.GIFTS)
    cents = sum(round(float(row["amount"]) * 100) for row in gifts)
    assert cents == figures.amount(Measure.GIFTS)
    content = client.get(room(people.campaign, "/figures.xlsx?lang=en")).content
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == [
        "Day by day",
        "By influencer",
        "By frame",
        "By challenge",
        "By way",
        "By language",
    ]
    last = [cell.value for cell in list(book["Day by day"].rows)[-1]]
    assert last[4] == figures.number(Measure.ACTS)
    assert last[9] == pytest.approx(figures.amount(Measure.GIFTS) / 100)


def over(session: Session, people: Crowd) -> None:
    people.campaign.starts_on = clock.today("Europe/Paris") - timedelta(days=20)
    people.campaign.state = State.REPORTING
    session.add(people.campaign)
    session.flush()
    counting.keep(session, people.campaign, counting.count(session, people.campaign))
    session.commit()


def test_open_data_are_published_once_after_the_week(
    session: Session, client: TestClient, people: Crowd
) -> None:
    csrf = enter(session, client, people.campaign)
    url, public = room(people.campaign, "/open"), f"/c/{people.campaign.slug}/data"
    assert client.post(url, data={"csrf": csrf}).status_code == 409
    over(session, people)
    assert client.get(public).status_code == 404
    assert client.post(url, data={"csrf": csrf}).status_code == 409  # nothing was prepared
    client.post(url + "/prepare", data={"csrf": csrf})
    assert client.get(public).status_code == 404
    client.post(url, data={"csrf": csrf})
    first = client.get(public + ".json").json()
    document = open_data.Document.model_validate(first)
    assert document.threshold == hiding.THRESHOLD
    page = client.get(public + "?lang=en")
    given = next(one.total for one in document.lists if one.measure == "gifts")
    assert given.amount is not None
    assert money(minor_of(given.amount, "EUR"), "EUR") in page.text
    assert client.get(public + ".schema.json").json()["properties"]["lists"]
    lines = list(csv.DictReader(io.StringIO(client.get(public + ".csv").text)))
    told = sum(len(one.groups) + 1 for one in document.lists)
    assert len(lines) == told
    client.post(url + "/withdraw", data={"csrf": csrf})
    assert client.get(public + ".json").status_code == 404
    people.gifts(40)
    session.commit()
    assert client.post(url + "/prepare", data={"csrf": csrf}).status_code == 409
    client.post(url, data={"csrf": csrf})
    assert client.get(public + ".json").json() == first  # never made anew


def test_no_list_of_the_open_data_tells_a_small_group(session: Session, people: Crowd) -> None:
    over(session, people)
    made = open_data.build(session, people.campaign)
    plans = {(one.measure, one.by): one for one in open_data.plans(session, people.campaign)}
    for one in made.lists:
        plan = plans[one.measure, one.by]
        real = {cell.key: cell for cell in plan.cells}
        for group in one.groups:
            cell = real[group.key]
            if group.number is not None and not cell.is_nothing:
                assert cell.people >= hiding.THRESHOLD
        hidden = [real[group.key] for group in one.groups if group.number is None]
        if one.total.number is not None and hidden:
            assert len(hidden) > 1
            assert hiding.safe(hidden, apart=plan.apart)


def test_gifts_without_an_address_are_one_person_s_and_tell_nothing(session: Session, people: Crowd) -> None:
    over(session, people)
    told = [one.total for one in open_data.build(session, people.campaign).lists if one.measure == "gifts"]
    assert [one.number for one in told] == [60, 60, 60]
    for gift in session.exec(select(Gift)):
        gift.donor_email = ""
        session.add(gift)
    session.flush()
    hidden = [one for one in open_data.build(session, people.campaign).lists if one.measure == "gifts"]
    assert {(one.total.number, one.total.amount) for one in hidden} == {(None, None)}
    assert {group.amount for one in hidden for group in one.groups} == {None}


def test_publishing_needs_a_public_week(session: Session, people: Crowd) -> None:
    over(session, people)
    people.campaign.state = State.DRAFT
    assert not publishing.can_publish(people.campaign)
    assert session.get(OpenData, people.campaign.id) is None


def test_past_weeks_stand_beside_or_say_why_not(session: Session, client: TestClient, people: Crowd) -> None:
    org = session.get_one(Organisation, people.campaign.organisation_id)
    begin = people.campaign.starts_on - timedelta(days=70)
    like = Crowd(
        session, factories.campaign(session, org, starts_on=begin, title="La semaine d’avant"), 9
    ).stage()
    like.acts(40)
    like.visits(7)
    longer = factories.campaign(session, org, starts_on=begin, length=10, title="Dix jours")
    for one in (like.campaign, longer):
        counting.keep(session, one, counting.count(session, one))
    enter(session, client, people.campaign)
    text = client.get(room(people.campaign, "/weeks?lang=en")).text
    assert "Each week up to the end of day 3." in text
    assert "La semaine d’avant" in text
    assert "it has another number of days" in text
