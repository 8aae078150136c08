"""The organisation's public card, the lines beside the give button, and the form that writes the card."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.rules import State
from app.core.db import reading
from app.core.templating import environment
from app.influencers.models import Influencer
from app.influencers.rules import Agreement, Stage
from app.people.identity import LegalKind, register_url
from app.people.models import Organisation
from app.people.rules import Role
from tests import factories


@pytest.mark.parametrize(
    ("kind", "number", "part"),
    [
        (LegalKind.SIREN, "732829320", "annuaire-entreprises.data.gouv.fr/entreprise/732829320"),
        (LegalKind.RNA, "W751234567", "journal-officiel.gouv.fr"),
        (LegalKind.UK_CHARITY, "1188192", "charitycommission.gov.uk/charity-details/?regid=1188192"),
        (
            LegalKind.UK_CHARITY,
            "SC047995",
            "oscr.org.uk/about-charities/search-the-register/charity-details?number=SC",
        ),
        (LegalKind.UK_CHARITY, "NIC100123", "charitycommissionni.org.uk/charity-details/?regid=100123"),
        (LegalKind.US_EIN, "530196605", "apps.irs.gov/app/eos"),
    ],
)
def test_where_a_number_is_looked_up(kind: LegalKind, number: str, part: str) -> None:
    url = register_url(kind, number)
    assert url.startswith("https://")
    assert part in url


@pytest.mark.parametrize(
    ("written", "number"),
    [("+33 (0)6 12 34 56 78", "+33612345678"), ("01 99 00 12 34", "0199001234"), ("", "")],
)
def test_a_telephone_number_as_a_link(written: str, number: str) -> None:
    assert environment().filters["tel"](written) == number


def test_the_card_says_what_is_declared_and_what_is_not(session: Session, client: TestClient) -> None:
    org = factories.organisation(session, legal_kind=None, legal_number="")
    campaign = factories.campaign(session, org)
    session.commit()
    bare = client.get(f"/c/{campaign.slug}/who?lang=en")
    assert bare.status_code == 200
    assert bare.text.count("not declared") == 2
    org.legal_kind, org.legal_number = LegalKind.SIREN, "732829320"
    org.governance = [{"name": "Odile <K>", "role": "présidente"}]
    org.accounts = [{"year": "2025", "url": "https://lanternes.example/2025.pdf"}]
    org.money_path, org.tax_status = "Personne n’est payé au don.", "Aucun reçu."
    session.add(org)
    session.commit()
    page = client.get(f"/c/{campaign.slug}/who?lang=en").text
    for part in (
        "732 829 320",
        "annuaire-entreprises.data.gouv.fr/entreprise/732829320",
        "Odile &lt;K&gt;",
        "https://lanternes.example/2025.pdf",
        "Personne n’est payé au don.",
        "Aucun reçu.",
    ):
        assert part in page
    assert f"/c/{campaign.slug}/who" in client.get(f"/c/{campaign.slug}").text


def test_the_ties_stand_beside_the_give_button(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    campaign = factories.campaign(session, org, state=State.DRIVE, suggested_minor=[1000])
    session.add(
        Influencer(
            organisation_id=org.id,
            campaign_id=campaign.id,
            name="Dev",
            stage=Stage.CONFIRMED,
            agreement=Agreement.IN_KIND,
            disclosure="Vélo offert",
        )
    )
    session.commit()
    page = client.get(f"/c/{campaign.slug}/donate?lang=en").text
    form = page[page.index("data-amount-button") : page.index("</form>")]
    assert "Dev is not paid for this story, but is given things in kind. Each post says: Vélo offert." in form
    assert f"/c/{campaign.slug}/who" in page


def test_the_card_is_written_by_owners(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    csrf = factories.sign_in(session, client, owner)
    form: dict[str, str | list[str]] = {
        "csrf": csrf,
        "governance_name": ["Odile", "", "Samira"],
        "governance_role": ["présidente", "", ""],
        "account_year": ["2024", "2025"],
        "account_url": ["https://x.example/4", "https://x.example/5"],
        "money_path": "Sur notre compte.",
        "tax_status": "",
    }
    path = "/studio/organisation/card"
    for wrong in (
        {"account_year": ["2024", ""]},
        {"account_year": ["last", "2025"]},
        {"account_url": ["javascript:1", "x"]},
    ):
        refused = client.post(path, data={**form, **wrong})
        assert refused.status_code == 422
        assert 'value="Samira"' in refused.text
    assert client.post(path, data=form).status_code == 303
    with reading() as fresh:
        kept = fresh.get_one(Organisation, org.id)
        assert [one["name"] for one in kept.governance] == ["Odile", "Samira"]
        assert [one["year"] for one in kept.accounts] == ["2025", "2024"]
        assert kept.name == org.name
    editor = factories.member(session, org, Role.EDITOR, "Bruno")
    csrf = factories.sign_in(session, client, editor)
    assert client.post(path, data={**form, "csrf": csrf}).status_code == 403
