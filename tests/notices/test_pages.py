"""The pages of notices: a form without account and without script, private pages, the studio's desk."""

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, select

from app.core import db
from app.mail.models import OutgoingMail
from app.notices import queries
from app.notices.models import Notice, NoticeDecision
from app.notices.rules import Category, NoticeState, Side
from app.people.rules import Role
from app.supporters import access
from app.supporters import service as supporters
from app.supporters.models import Supporter
from tests import factories
from tests.notices.stage import FACTS, REASON, Stage, an_old_stamp, stage

DECIDE = {"outcome": "hide", "ground": "law", "basis": "Act of 1881, article 29", "facts": FACTS}


@pytest.fixture
def made(session: Session) -> Stage:
    return stage(session)


def _form(made: Stage, **values: str) -> dict[str, str]:
    return {
        "about": made.address,
        "category": "person",
        "reason": REASON,
        "name": "Paul Martin",
        "email": "paul@example.org",
        "good_faith": "1",
        "stamp": an_old_stamp(),
        "website": "",
        **values,
    }


def _notices() -> list[Notice]:
    with db.reading() as session:
        return list(session.exec(select(Notice).order_by(Notice.id)).all())  # type: ignore[arg-type]


def _errors(answer: Response) -> set[str]:
    soup = BeautifulSoup(answer.text, "html5lib")
    return {str(one["id"]).removeprefix("f-").removesuffix("-error") for one in soup.select(".error[id]")}


def test_a_link_on_each_public_page_fills_in_the_form(made: Stage, client: TestClient) -> None:
    made.session.commit()
    soup = BeautifulSoup(client.get(f"/c/{made.campaign.slug}/days/3").text, "html5lib")
    (href,) = [str(one["href"]) for one in soup.select("footer a") if "/notice?" in str(one["href"])]
    soup = BeautifulSoup(client.get(href).text, "html5lib")
    field = soup.select_one("#f-about")
    assert field is not None
    assert field["value"] == f"/c/{made.campaign.slug}/days/3"
    assert not soup.select("main script")


def test_the_form_quotes_a_public_word_and_never_another(made: Stage, client: TestClient) -> None:
    made.session.commit()
    assert "Jean Durand" in client.get("/notice", params={"about": made.address}).text
    made.item.public = False
    made.session.add(made.item)
    made.session.commit()
    assert "Jean Durand" not in client.get("/notice", params={"about": made.address}).text


def test_sent_the_private_page_is_the_receipt(made: Stage, client: TestClient) -> None:
    made.session.commit()
    answer = client.post("/notice", data=_form(made))
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    (notice,) = _notices()
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert notice.reference in page.text
    assert "receipt" in page.text
    assert not notice.doubtful
    with db.reading() as session:
        kinds = set(session.exec(select(OutgoingMail.kind)).all())
    assert kinds == {"notice-received", "notice-waits"}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"about": "https://elsewhere.example/x"}, {"about"}),
        ({"about": ""}, {"about"}),
        ({"category": "bad"}, {"category", "name", "email"}),
        ({"reason": "bad"}, {"reason"}),
        ({"name": ""}, {"name"}),
        ({"email": ""}, {"email"}),
        ({"email": "nobody"}, {"email"}),
        ({"good_faith": ""}, {"good_faith"}),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    made: Stage, client: TestClient, values: dict[str, str], wrong: set[str]
) -> None:
    made.session.commit()
    answer = client.post("/notice", data=_form(made, **values))
    assert answer.status_code == 422
    assert _errors(answer) <= wrong
    assert _errors(answer) & wrong
    if "reason" not in values:
        assert REASON in answer.text
    assert _notices() == []


def test_a_child_s_abuse_may_be_reported_by_anyone(made: Stage, client: TestClient) -> None:
    made.session.commit()
    answer = client.post("/notice", data=_form(made, category="child", name="", email=""))
    assert answer.status_code == 303
    assert _notices()[0].category is Category.CHILD


def test_a_danger_shows_whom_to_call(made: Stage, client: TestClient) -> None:
    made.session.commit()
    answer = client.post("/notice", data=_form(made, category="threat"))
    assert "112" in client.get(answer.headers["location"]).text


def test_unknown_fields_are_refused(made: Stage, client: TestClient) -> None:
    made.session.commit()
    assert client.post("/notice", data=_form(made, state="decided")).status_code == 422


def test_a_machine_is_thanked_as_anyone(made: Stage, client: TestClient) -> None:
    made.session.commit()
    answer = client.post("/notice", data=_form(made, website="https://cheap.example"))
    assert client.get(answer.headers["location"]).status_code == 200
    assert _notices()[0].doubtful
    with db.reading() as session:
        assert set(session.exec(select(OutgoingMail.kind)).all()) == {"notice-waits"}


def test_one_address_gets_few_receipts_and_one_network_sends_few_notices(
    made: Stage, client: TestClient
) -> None:
    made.session.commit()
    codes = [client.post("/notice", data=_form(made)).status_code for _ in range(21)]
    assert codes == [303] * 20 + [429]
    with db.reading() as session:
        sent = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "notice-received")).all()
    assert len(sent) == 5


def test_an_address_that_leads_nowhere(made: Stage, client: TestClient) -> None:
    made.session.commit()
    assert client.get("/notice/of-nobody").status_code == 410
    assert client.post("/notice/of-nobody/appeal", data={"text": "x" * 30}).status_code == 410


def test_notice_journey(made: Stage, session: Session, client: TestClient) -> None:
    """Receipt, decision, reasons to both, appeal by the author, decided by someone else."""
    session.commit()
    receipt = client.post("/notice", data=_form(made)).headers["location"]
    csrf = factories.sign_in(session, client, made.nora)
    (notice,) = _notices()
    desk = f"/studio/notices/{notice.pid}"
    assert notice.reference in client.get("/studio/notices").text
    assert client.post(f"{desk}/claim", data={"csrf": csrf}).status_code == 303
    assert 'name="outcome"' in client.get(desk).text
    bare = client.post(
        f"{desk}/decide", data={"csrf": csrf, "version": "1", "outcome": "hide", "facts": FACTS}
    )
    assert bare.status_code == 422
    assert FACTS in bare.text
    assert "the author has to be told" in bare.text
    data = {"csrf": csrf, "version": str(notice.version), **DECIDE}
    assert client.post(f"{desk}/decide", data=data).status_code == 303
    assert client.post(f"{desk}/decide", data=data).status_code == 409
    page = client.get(receipt).text
    assert "Hidden" in page
    assert FACTS in page
    assert "Nora" not in page
    author = urlsplit(_link("notice-author")).path
    page = client.get(author).text
    assert "Paul" not in page
    assert REASON not in page
    assert "Jean Durand stole the books." in page
    assert client.post(f"{author}/appeal", data={"text": "short"}).status_code == 422
    assert client.post(f"{author}/appeal", data={"text": "A court found so last spring."}).status_code == 303
    assert client.post(f"{receipt}/appeal", data={"text": "A court found so last spring."}).status_code == 409
    assert "someone else decides" in client.get(desk).text.lower()
    csrf = factories.sign_in(session, client, made.owner)
    client.post(f"{desk}/claim", data={"csrf": csrf})
    version = _notices()[0].version
    again = {"csrf": csrf, "version": str(version), "outcome": "keep", "facts": "A court found so indeed."}
    assert client.post(f"{desk}/decide", data=again).status_code == 303
    assert _notices()[0].state is NoticeState.DECIDED
    assert "Stays online" in client.get(author).text
    with db.reading() as reading:
        item = reading.get(type(made.item), made.item.id)
        assert item is not None
        assert item.public


def _link(kind: str) -> str:
    with db.reading() as session:
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind)).one()
    return next(word for word in mail.text.split() if "/notice/" in word)


def test_the_author_without_a_mailbox_reads_it_on_the_private_page(
    made: Stage, session: Session, client: TestClient
) -> None:
    notice = made.report()
    supporter = session.get_one(Supporter, made.item.supporter_id)
    decision = NoticeDecision(
        notice_id=notice.id, round=1, outcome="hide", facts=FACTS, supporter_id=supporter.id
    )
    notice.state = NoticeState.DECIDED
    session.add(decision)
    token = supporters.open_visit(session, supporter)
    stranger = supporters.begin(session, organisation_id=supporter.organisation_id, language="en")
    other = supporters.open_visit(session, stranger)
    session.commit()
    from app.core.crypto import keyed_hash
    from app.core.ids import token_hash

    for cookie, status in ((other, 404), (token, 303)):
        client.cookies.set(access.cookie_name(), cookie)
        csrf = keyed_hash("csrf-mine", token_hash(cookie))
        answer = client.post(f"/mine/notices/{decision.pid}", data={"csrf": csrf})
        assert answer.status_code == status
    page = client.get(answer.headers["location"])
    assert FACTS in page.text
    known = queries.by_token(session, answer.headers["location"].rsplit("/", 1)[1])
    assert known is not None
    assert known.side is Side.AUTHOR


@pytest.mark.parametrize("path", ["/studio/notices", "/studio/notices/register.csv", "/studio/notices/{pid}"])
def test_finance_sees_no_notifier(made: Stage, session: Session, client: TestClient, path: str) -> None:
    notice = made.report()
    organisation = queries.organisation_by_id(session, made.campaign.organisation_id)
    finance = factories.member(session, organisation, Role.FINANCE, "Felix")
    elsewhere = factories.member(session, factories.organisation(session, "Les Phares"))
    path = path.format(pid=notice.pid)
    factories.sign_in(session, client, finance)
    assert client.get(path).status_code == 403
    factories.sign_in(session, client, elsewhere)
    answer = client.get(path)
    assert answer.status_code == (404 if notice.pid in path else 200)
    assert notice.reference not in answer.text


def test_the_figures_are_everyones(made: Stage, session: Session, client: TestClient) -> None:
    made.report()
    session.commit()
    page = client.get("/notice/figures").text
    assert "Insults, harassment or false accusations" in page
    assert client.get("/notice/figures?org=nobody").status_code == 404
    factories.organisation(session, "Les Phares")
    session.commit()
    assert "Les Phares" in client.get("/notice/figures").text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_contact_point_stands_in_the_legal_notice(made: Stage, client: TestClient, language: str) -> None:
    made.session.commit()
    page = client.get(f"/legal?lang={language}").text
    assert "2022/2065" in page
    assert "/notice?org=" in page
    assert "bonjour@lanternes.example" in page


def test_a_draft_s_address_is_filed_with_its_organisation(made: Stage, client: TestClient) -> None:
    made.session.commit()
    answer = client.post("/notice", data=_form(made, about="/c/gone-long-ago"))
    assert answer.status_code == 303
    (notice,) = _notices()
    assert (notice.campaign_id, notice.organisation_id) == (None, made.campaign.organisation_id)
