"""The pages of facts, in the studio and in public: they work, a lesser role is refused, a stranger finds nothing."""

import json

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.claims import fetching, queries
from app.core import clock, db
from app.core.i18n import mark
from app.people.rules import Role
from tests import factories
from tests.claims.stage import WORDS, Stage, set_up


def _base(stage: Stage) -> str:
    return f"/studio/campaigns/{stage.campaign.pid}/facts"


def _fact(stage: Stage) -> str:
    return f"{_base(stage)}/{stage.claim.pid}"


def test_from_a_sentence_to_a_checked_fact(session: Session, client: TestClient) -> None:
    stage = set_up(session)
    csrf = factories.sign_in(session, client, stage.author)
    source = {"csrf": csrf, "title": "Insee", "url": "https://www.insee.fr/", "archive": "Un sur dix."}
    assert client.post(f"{_fact(stage)}/sources", data=source).status_code == 303
    wrong = client.post(f"{_fact(stage)}/sources", data={**source, "url": "javascript:1", "quote": "gardé"})
    assert wrong.status_code == 422
    assert "gardé" in wrong.text
    page = client.get(_fact(stage)).text
    assert "someone else of the team checks it" in page
    shown, claim_pid = stage.view.shown, stage.claim.pid
    session.commit()
    refused = client.post(f"{_fact(stage)}/check", data={"csrf": csrf, "shown": shown, "verdict": "true"})
    assert refused.status_code == 409
    csrf = factories.sign_in(session, client, stage.checker)
    form = BeautifulSoup(client.get(_fact(stage)).text, "html.parser").select_one("form[action$='/check']")
    assert form is not None
    (hidden,) = form.select("[name=shown]")
    data = {"csrf": csrf, "shown": hidden["value"], "verdict": "mostly_true", "note": "Ordre de grandeur."}
    assert client.post(f"{_fact(stage)}/check", data=data).status_code == 303
    with db.reading() as reader:
        row = queries.claim(reader, stage.campaign, claim_pid)
        assert row is not None
        assert row.verdict == "mostly_true"
        assert row.checked_as == ""


def test_a_page_is_read_on_request_and_failure_blocks_nothing(
    session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = set_up(session)
    stage.source()
    source = stage.view.sources[0]
    csrf = factories.sign_in(session, client, stage.author)
    at = f"{_fact(stage)}/sources/{source.pid}/fetch"
    claim_id, source_pid = stage.claim.id, source.pid
    session.commit()

    def fails(_: str) -> str:
        raise fetching.Unreadable(mark("The page could not be reached. Paste the passage instead."))

    monkeypatch.setattr(fetching, "read_page", fails)
    refused = client.post(at, data={"csrf": csrf})
    assert refused.status_code == 422
    assert "Paste the passage instead" in refused.text
    monkeypatch.setattr(fetching, "read_page", lambda _: "Un adulte sur dix.")
    assert client.post(at, data={"csrf": csrf}).status_code == 303
    with db.reading() as reader:
        kept = queries.source(reader, claim_id, source_pid)
        assert kept is not None
        assert (kept.archive, kept.fetched, len(kept.archive_sha256)) == ("Un adulte sur dix.", True, 64)
    stranger = factories.member(session, factories.organisation(session, "Les Phares"), name="Stranger")
    csrf = factories.sign_in(session, client, stranger)
    assert client.post(at, data={"csrf": csrf}).status_code == 404
    finance = factories.member(session, stage.organisation, Role.FINANCE, "Samira")
    csrf = factories.sign_in(session, client, finance)
    assert client.post(at, data={"csrf": csrf}).status_code == 403


def test_correct_in_public_and_make_the_story(session: Session, client: TestClient) -> None:
    stage = set_up(session)
    stage.source()
    csrf = factories.sign_in(session, client, stage.checker)
    told = {
        "csrf": csrf,
        "right": "Un adulte sur onze </script>.",
        "why": "Ancienne enquête.",
        "since": clock.today(stage.campaign.timezone).isoformat(),
    }
    assert client.post(f"{_fact(stage)}/correct", data={**told, "right": ""}).status_code == 422
    assert client.post(f"{_fact(stage)}/correct", data=told).status_code == 303
    page = BeautifulSoup(client.get(_fact(stage)).text, "html.parser")
    (make,) = page.select("form[action*='/facts/corrections/']")
    made = client.post(str(make["action"]), data={"csrf": csrf})
    assert made.status_code == 303
    assert "/frames/" in made.headers["location"]
    assert "#posts" in made.headers["location"]
    assert "Un adulte sur onze" in client.get(made.headers["location"]).text
    slug = stage.campaign.slug
    for path in (f"/c/{slug}", f"/c/{slug}/days/3", f"/c/{slug}/sources", f"/c/{slug}/feed.atom"):
        assert "Un adulte sur onze" in client.get(path).text, path
    assert "Un adulte sur onze" not in client.get(f"/c/{slug}/days/2").text


def test_the_sources_are_public_with_claim_reviews_and_no_day_to_come(
    session: Session, client: TestClient
) -> None:
    stage = set_up(session)
    stage.source()
    stage.check(note="</script><b>x", checked_as="Claire Aubry")
    session.commit()
    page = client.get(f"/c/{stage.campaign.slug}/sources")
    assert page.status_code == 200
    soup = BeautifulSoup(page.text, "html.parser")
    assert WORDS in soup.select_one("main").text  # type: ignore[union-attr]
    assert "Checked by Claire Aubry" in page.text or "Vérifié par Claire Aubry" in page.text
    (review,) = json.loads(soup.select("script[type='application/ld+json']")[-1].text)["@graph"]
    assert review["@type"] == "ClaimReview"
    assert review["reviewRating"]["ratingValue"] == 5
    assert review["claimReviewed"] == WORDS
    stage.day.number = 6
    session.commit()
    assert WORDS not in client.get(f"/c/{stage.campaign.slug}/sources").text


def test_the_word_that_nothing_needs_a_source(session: Session, client: TestClient) -> None:
    stage = set_up(session)
    csrf = factories.sign_in(session, client, stage.author)
    assert client.post(f"{_fact(stage)}/remove", data={"csrf": csrf}).status_code == 303
    page = BeautifulSoup(client.get(_base(stage)).text, "html.parser")
    form = page.select_one("form[action$='/facts/nothing']")
    assert form is not None
    shown = form.select("[name=shown]")[0]["value"]
    assert client.post(f"{_base(stage)}/nothing", data={"csrf": csrf, "shown": "x"}).status_code == 409
    assert client.post(f"{_base(stage)}/nothing", data={"csrf": csrf, "shown": shown}).status_code == 303
    assert "Stated by Bastien" in client.get(_base(stage)).text
