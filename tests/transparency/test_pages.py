"""The log, the report and the open data in public: what they say, that they agree, and who may not see what."""

import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlmodel import Session
from typer.testing import CliRunner

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.cli import cli
from app.core import clock
from app.donations import ledger
from app.donations.rules import EntryKind
from app.impact import planning, spending
from app.impact import service as impact
from app.impact.money_rules import Category
from app.people.models import Organisation
from app.transparency import files
from tests import factories
from tests.impact.stage import promise_adults, used
from tests.transparency import stage


def _told(session: Session, **values: Any) -> Campaign:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    defaults: dict[str, Any] = {
        "state": State.REPORTING,
        "money_use": [{"label": "Formatrices", "percent": 70}, {"label": "Livres", "percent": 30}],
    }
    campaign = factories.campaign(session, org, **{**defaults, **values})
    promise = promise_adults(session, owner, campaign, campaign.starts_on)
    for number, (kind, amount) in enumerate(
        [
            (EntryKind.GIFT, 123_456),
            (EntryKind.COVER, 321),
            (EntryKind.FEE, -1_789),
            (EntryKind.REFUND, -2_500),
            (EntryKind.IN_KIND, 40_000),
        ]
    ):
        ledger.record(
            session,
            campaign,
            kind=kind,
            amount_minor=amount,
            source=f"{campaign.pid}:{number}",
            on_date=campaign.starts_on,
            note="=1+1" if kind is EntryKind.GIFT else "",
        )
    spend = spending.enter(session, owner, campaign, used(campaign, 68_450, note="Manuels"))
    stage.spend_and_undo(session, owner, campaign, 999, "Deux fois")
    stage.tell(session, owner, campaign, promise, [spend.ledger_entry_id or 0])
    return campaign


def test_the_page_checks_and_says_what_it_means(session: Session, client: TestClient) -> None:
    campaign = _told(session)
    page = client.get(f"/c/{campaign.slug}/log?lang=en")
    assert page.status_code == 200
    for words in (
        "Nothing was changed.",
        "checked just now",
        "What it does not prove",
        "La rentrée",
        "€1,234.56",
    ):
        assert words in page.text
    assert client.get(f"/c/{campaign.slug}/log?before=3&lang=fr").status_code == 200
    session.get_one(Campaign, campaign.id).state = State.DRAFT
    session.commit()
    for tail in ("log", "log.json", "report.pdf", "open-data.json", "open-data.csv"):
        assert client.get(f"/c/{campaign.slug}/{tail}").status_code == 404


def test_an_empty_log_says_so(session: Session, client: TestClient) -> None:
    campaign = factories.campaign(session, factories.organisation(session))
    session.commit()
    assert "Nothing is sealed yet." in client.get(f"/c/{campaign.slug}/log?lang=en").text
    assert json.loads(client.get(f"/c/{campaign.slug}/log.json").content)["entries"] == []


def test_the_file_verifies_and_is_read_once(session: Session, client: TestClient) -> None:
    campaign = _told(session)
    answer = client.get(f"/c/{campaign.slug}/log.json")
    assert answer.headers["content-type"] == "application/json"
    verdict = files.verify_file(answer.content.splitlines(keepends=True))
    assert verdict.broken is None
    assert verdict.header.through == len(json.loads(answer.content)["entries"]) == 11
    again = client.get(f"/c/{campaign.slug}/log.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = client.get(f"/c/{campaign.slug}/log.json?after=4")
    found = files.verify_file(part.content.splitlines(keepends=True))
    assert (found.broken, found.header.after, next(iter(found.hashes))) == (None, 4, 5)
    assert client.head(f"/c/{campaign.slug}/log.json").status_code == 200


def test_the_command_names_what_does_not_hold(session: Session, client: TestClient, tmp_path: Any) -> None:
    campaign = _told(session)
    raw = client.get(f"/c/{campaign.slug}/log.json").content
    kept = tmp_path / "log.json"
    kept.write_bytes(raw)
    run = CliRunner().invoke
    found = run(cli, ["verify", str(kept)])
    assert found.exit_code == 0, found.output
    assert f"still has all of them at /c/{campaign.slug}" in found.output
    assert run(cli, ["verify"]).exit_code == 0
    kept.write_bytes(raw.replace(b"1234.56", b"1334.56"))
    found = run(cli, ["verify", "--alone", str(kept)])
    assert found.exit_code == 1
    assert "BROKEN at entry 2 (ledger " in found.output
    kept.write_bytes(b"{}")
    assert run(cli, ["verify", str(kept)]).exit_code == 1
    assert run(cli, ["verify", str(tmp_path / "none")]).exit_code == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_report_is_tagged_and_says_the_sums(session: Session, client: TestClient, language: str) -> None:
    campaign = _told(session)
    answer = client.get(f"/c/{campaign.slug}/report.pdf?lang={language}")
    assert answer.status_code == 200
    document = PdfReader(io.BytesIO(answer.content))
    root: Any = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == {"fr": "fr-FR", "en": "en-GB"}[language]
    text = " ".join("".join(page.extract_text() for page in document.pages).split())
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    assert {"fr": "1 237,77 €", "en": "€1,237.77"}[language] in text
    assert {"fr": "684,50 €", "en": "€684.50"}[language] in text
    assert "Deux fois" not in text
    assert "Vingt-quatre adultes" in text


def test_the_report_says_what_changed_in_the_plan_and_why(session: Session, client: TestClient) -> None:
    campaign = _told(session)
    campaign.drive_opened_at = clock.now()
    owner = factories.member(session, session.get_one(Organisation, campaign.organisation_id), name="Olga")
    plan = {"category": Category.MISSIONS, "label": "Livres", "reason": "On n’y avait pas pensé."}
    line = planning.save_line(session, owner, campaign, None, amount_minor=10_000, **plan)
    planning.save_line(session, owner, campaign, line, amount_minor=20_000, **plan)
    planning.remove_line(session, owner, campaign, line, reason="Un don en nature les remplace.")
    day = {"title": "Premier compte", "due_on": campaign.starts_on, "reason": "Promis au public."}
    planning.save_commitment(session, owner, campaign, None, **day)
    session.commit()
    text = client.get(f"/c/{campaign.slug}/report.pdf?lang=en").content
    said = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(text)).pages).split())
    for words in (
        "What changed since the drive opened",
        "Added: Livres: €100.00",
        "Livres: €200.00 instead of Livres: €100.00",
        "Taken out: Livres: €200.00 Why: Un don en nature les remplace.",
        "Added: Premier compte: ",
    ):
        assert words in said


def test_open_data_agree_with_the_page_and_their_schema(session: Session, client: TestClient) -> None:
    campaign = _told(session)
    told = client.get(f"/c/{campaign.slug}/open-data.json").json()
    schema = client.get("/open-data.schema.json").json()
    assert faults(told, schema) == []
    moved = [one for one in told["transactions"] if one["iati"]]
    assert sum(Decimal(one["amount"]) for one in moved) == Decimal(told["sums"]["remaining"])
    parts = told["sums"]
    out = sum(Decimal(parts[name]) for name in ("fees", "given_back", "used"))
    assert Decimal(parts["raised"]) - out == Decimal(parts["remaining"])
    assert (told["indicators"][0]["actual"], told["indicators"][0]["standing"]) == ("24.00", "kept")
    assert told["indicators"][0]["days_late"] == 2
    lines = client.get(f"/c/{campaign.slug}/open-data.csv").text.splitlines()
    assert [line.split(",")[0] for line in lines].count("transaction") == len(told["transactions"]) == 8
    assert any("'=1+1" in line for line in lines)


def test_the_schema_refuses_what_it_does_not_know(session: Session, client: TestClient) -> None:
    campaign = _told(session)
    told = client.get(f"/c/{campaign.slug}/open-data.json").json()
    schema = client.get("/open-data.schema.json").json()
    told["transactions"][0]["donor"] = "Alice"
    told["sums"]["used"] = 12
    del told["log"]["hash"]
    assert sorted(faults(told, schema)) == [
        "log.hash is missing",
        "sums.used is no string",
        "transactions.0.donor is not known",
    ]


_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "object": dict,
    "array": list,
    "null": type(None),
}


def faults(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """What breaks a JSON Schema, for the words our own uses; an unknown word fails the test."""
    known = {"$schema", "title", "type", "properties", "required", "additionalProperties", "items"}
    assert set(schema) <= known | {"enum", "const", "pattern", "minLength"}, set(schema)
    allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, _TYPES[one]) for one in allowed):
        return [f"{at} is no {allowed[0]}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at} is none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is not {schema['const']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{at} does not match")
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        found.append(f"{at} is too short")
    for number, one in enumerate(value if isinstance(value, list) else []):
        found += faults(one, schema["items"], f"{at}.{number}".strip("."))
    if isinstance(value, dict):
        fields = schema["properties"]
        found += [f"{at}.{one} is missing".strip(".") for one in schema["required"] if one not in value]
        found += [f"{at}.{one} is not known".strip(".") for one in value if one not in fields]
        for name, one in value.items():
            if name in fields:
                found += faults(one, fields[name], f"{at}.{name}".strip("."))
    return found


def test_a_promise_to_come_has_no_figure(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    campaign = factories.campaign(session, org)
    impact.add_promise(
        session,
        owner,
        campaign,
        indicator="arbres plantés",
        unit="",
        baseline=Decimal(0),
        target=Decimal(300),
        due_on=campaign.starts_on + timedelta(days=90),
        method="",
    )
    session.commit()
    told = client.get(f"/c/{campaign.slug}/open-data.json").json()
    assert faults(told, client.get("/open-data.schema.json").json()) == []
    assert (told["indicators"][0]["actual"], told["indicators"][0]["fixed"]) == (None, None)
    assert client.get(f"/c/{campaign.slug}/report.pdf?lang=fr").status_code == 200
