"""What stands on the paper: each field the law asks for, read back from the PDF; the same bytes each time."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlmodel import Session

from app.core import clock
from app.donations.rules import Way
from app.media import service as media
from app.receipts import drawing, issuing
from app.receipts.models import Receipt
from app.receipts.rules import Donor, Quality, Regime, Voided
from tests.conftest import NOW
from tests.receipts.stage import ADDRESS, Drive, words_of

WHOLE = Donor(name="Camille Roy", line="3 rue du Nord", postcode="59000", city="Lille", country="FR")


def _text(drive: Drive, receipt: Receipt) -> str:
    drive.session.flush()
    return words_of(drawing.pdf_of(drive.session, receipt))


def _holds(text: str, *fields: str) -> None:
    bare = re.sub(r"\s", "", text)
    missing = [one for one in fields if re.sub(r"\s", "", one) not in bare]
    assert not missing, f"{missing} in {text}"


def test_a_french_private_person(drive: Drive) -> None:
    """The mentions of Cerfa 11580*05."""
    _, tax = drive.settle(drive.gift(12_345, on=date(2027, 2, 1)))
    _holds(
        _text(drive, tax),
        "Reçu des dons et versements effectués par les particuliers",
        "articles 200 et 978 du code général des impôts",
        "Numéro d’ordre du reçu",
        "T-2027-00001",
        "Association Les Lanternes",
        "Numéro RNA",
        "W751234567",
        "12 rue des Forges, 59100 Roubaix",
        "Objet",
        "Apprendre à lire à tout âge",
        "Œuvre ou organisme d’intérêt général",
        "Camille Roy",
        "3 rue du Nord, 59000 Lille",
        "*** 123,45 € ***",
        "Cent vingt-trois euros et quarante-cinq centimes",
        "Date du versement",
        "1er février 2027",
        "Forme du don",
        "Don manuel",
        "Nature du don",
        "Numéraire",
        "Mode de versement",
        "Carte bancaire",
        "certifie sur l’honneur",
        "prévue à l’article 200 du code général des impôts",
        "Établi et signé le 3 mars 2027",
        "Nora Belkacem",
        "Présidente",
    )


def test_wealth_quality_and_the_receipt_it_replaces(drive: Drive, session: Session) -> None:
    gift = drive.gift()
    profile = issuing.ground(session, drive.body.id).profile
    assert profile is not None
    profile.wealth, profile.quality = True, Quality.PUBLIC_UTILITY
    profile.quality_note = "décret du 4 mai 1998"
    _, tax = drive.settle(gift)
    after = issuing.void(
        session,
        drive.owner,
        tax,
        why=Voided.MISTAKE,
        note="Le prénom",
        donor=replace(WHOLE, name="Camille R."),
    )
    assert after is not None
    _holds(
        _text(drive, after),
        "Annule et remplace le reçu T-2027-00001.",
        "reconnue d’utilité publique – décret du 4 mai 1998",
        "prévues aux articles 200 et 978 du code",
        "Camille R.",
    )
    assert "ANNULÉ" not in _text(drive, after)
    _holds(_text(drive, tax), "ANNULÉ")


def test_a_french_company(drive: Drive) -> None:
    """The mentions of Cerfa 16216, for a gift in kind the company valued."""
    gift = drive.gift(80_000, way=Way.IN_KIND, company="Atelier Roy", company_number="732829320")
    donor = Donor(
        company="Atelier Roy",
        company_number="732829320",
        form="SARL",
        described="Vingt dictionnaires neufs",
        valued="Prix de revient, facture du 2 janvier 2027",
        **ADDRESS,
    )
    tax = issuing.issue_tax(drive.session, drive.owner, [gift], donor)
    _holds(
        _text(drive, tax),
        "effectués par les entreprises",
        "article 238 bis",
        "Entreprise donatrice",
        "Atelier Roy",
        "Forme juridique",
        "SARL",
        "732 829 320",
        "3 rue du Nord, 59000 Lille",
        "Autre : don en nature",
        "En nature",
        "Vingt dictionnaires neufs",
        "Prix de revient, facture du 2 janvier 2027",
        "800,00 €",
        "Huit cents euros",
        "La valeur de ce qui a été donné en nature a été déterminée par l’entreprise.",
        "prévue à l’article 238 bis",
    )


def test_a_year_of_monthly_gifts(drive: Drive) -> None:
    gifts = [drive.gift(1_000, on=date(2026, month, 5)) for month in (1, 2, 12)]
    tax = issuing.issue_tax(drive.session, None, gifts, WHOLE, summary=True)
    _holds(
        _text(drive, tax),
        "Du 5 janvier 2026 au 5 décembre 2026",
        "5 février 2026",
        "10,00 €",
        "*** 30,00 € ***",
        "Trente euros",
    )


@pytest.mark.parametrize(
    ("language", "fields"),
    [
        ("fr", ("Reçu de don", "Ce n’est pas un reçu fiscal.", "50,00 €", "Établi le 3 mars 2027.")),
        ("en", ("Receipt of a gift", "It is not a tax receipt.", "€50.00", "Issued on 3 March 2027.")),
    ],
)
def test_a_proof_of_payment(drive: Drive, language: str, fields: tuple[str, ...]) -> None:
    (plain,) = drive.settle(drive.gift(address={}, language=language))
    _holds(_text(drive, plain), *fields, "P-2027-00001", "Camille Roy", "Association Les Lanternes")


def test_an_american_acknowledgement(session: Session) -> None:
    """IRS publication 1771: the name, the amount, no goods or services; in kind a description and no value."""
    drive = Drive(session, "The Lanterns", Regime.US_501C3, "USD")
    _, tax = drive.settle(drive.gift(25_000, address={}))
    _holds(
        _text(drive, tax),
        "Association The Lanterns",
        "53-0196605",
        "US$250.00",
        "Two hundred and fifty US dollars",
        "No goods or services were provided in exchange for this contribution.",
        "501(c)(3)",
        "3 March 2027",
        "Payment card",
    )
    books = drive.gift(40_000, way=Way.IN_KIND, address={})
    donor = Donor(name="Ann Lee", described="Twenty dictionaries")
    text = _text(drive, issuing.issue_tax(session, drive.owner, [books], donor))
    _holds(text, "Ann Lee", "Twenty dictionaries", "No goods or services")
    assert "400" not in text


def test_money_of_a_test_is_said_to_be(drive: Drive) -> None:
    _, tax = drive.settle(drive.gift(livemode=False))
    _holds(_text(drive, tax), "ESSAI", "TEST-T-2027-00001", "aucun argent n’a circulé")


def test_the_same_bytes_tagged_with_typefaces_inside_and_signed(drive: Drive, session: Session) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (300, 120), "#14151a").save(picture, "PNG")
    profile = issuing.ground(session, drive.body.id).profile
    assert profile is not None
    profile.signature_media_id = media.store_image(session, drive.owner, picture.getvalue(), "s.png").id
    _, tax = drive.settle(drive.gift())
    first = drawing.pdf_of(session, tax)
    profile.object, profile.signature_media_id = "Autre chose, plus tard", None
    drive.body.legal_name = "Un autre nom"
    session.flush()
    with clock.frozen(NOW.replace(year=2030)):
        session.expire_all()
        assert drawing.pdf_of(session, session.get_one(Receipt, tax.id)) == first
    reader = PdfReader(io.BytesIO(first))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "fr-FR"
    fonts = reader.pages[0]["/Resources"]["/Font"]
    for name in fonts:
        inner = fonts[name].get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(inner.get_object())
    assert len(reader.pages[0].images) == 1
    assert reader.metadata is not None
    assert reader.metadata.title == "Reçu des dons et versements effectués par les particuliers T-2027-00001"


def test_words_of_people_stay_words(drive: Drive) -> None:
    """What looks like Typst or like a path is text."""
    name = '#read("/etc/passwd") *gras* $x$ <script>'
    _, tax = drive.settle(drive.gift(donor_name=name, address={**ADDRESS, "line": "= Titre\n#pagebreak()"}))
    text = _text(drive, tax)
    _holds(text, name, "#pagebreak()")
    assert "root:" not in text
