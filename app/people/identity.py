"""Legal numbers of organisations, by the rule of each register; refuses what none could have given."""

import re
from enum import StrEnum

from stdnum.exceptions import ValidationError
from stdnum.fr import siren
from stdnum.us import ein

from app.core.i18n import Message, mark


class LegalKind(StrEnum):
    """Which register vouches for the organisation."""

    SIREN = "siren"
    RNA = "rna"
    UK_CHARITY = "uk_charity"
    US_EIN = "us_ein"


KIND_NAMES: dict[LegalKind, Message] = {
    LegalKind.SIREN: mark("SIREN number (France)"),
    LegalKind.RNA: mark("RNA number (France, associations)"),
    LegalKind.UK_CHARITY: mark("Charity number (United Kingdom)"),
    LegalKind.US_EIN: mark("EIN (United States)"),
}

_HINTS: dict[LegalKind, Message] = {
    LegalKind.SIREN: mark("A SIREN number has 9 digits, such as 732 829 320. One of them is wrong here."),
    LegalKind.RNA: mark("An RNA number is the letter W and 9 characters, such as W751234567."),
    LegalKind.UK_CHARITY: mark(
        "A charity number has 6 or 7 digits in England and Wales, or looks like SC012345 in Scotland "
        "and NIC100123 in Northern Ireland."
    ),
    LegalKind.US_EIN: mark("An EIN has 9 digits, such as 53-0196605. One of them is wrong here."),
}

# W, the department (Corsica and overseas use a letter), one digit of the prefecture, six of the association:
# https://www.associations.gouv.fr/le-rna-repertoire-national-des-associations.html. No check digit exists.
_RNA = re.compile(r"W[0-9][0-9A-Z][0-9]{7}")
# Charity Commission: 6 or 7 digits. OSCR (Scotland): SC and 6 digits. CCNI (Northern Ireland): NIC and 6.
_UK = re.compile(r"[1-9][0-9]{5,6}|SC0[0-9]{5}|NIC1[0-9]{5}")


class NotALegalNumber(ValueError):
    """No register gives such a number; `message` says what one looks like."""

    def __init__(self, kind: LegalKind) -> None:
        super().__init__(kind.value)
        self.message = _HINTS[kind]


def compact(kind: LegalKind, typed: str) -> str:
    """The number as the register writes it, without spaces. Raises NotALegalNumber.

    SIREN carries a Luhn digit and EIN an allotted prefix, both checked by python-stdnum; the RNA and the
    British registers have no check digit, so only their form is checked.
    """
    bare = re.sub(r"[\s.\u00a0\u202f-]", "", typed).upper()
    try:
        if kind is LegalKind.SIREN:
            return str(siren.validate(bare))
        if kind is LegalKind.US_EIN:
            return str(ein.validate(bare))
    except ValidationError:
        raise NotALegalNumber(kind) from None
    if not (_RNA if kind is LegalKind.RNA else _UK).fullmatch(bare):
        raise NotALegalNumber(kind)
    return bare


def register_url(kind: LegalKind, number: str) -> str:
    """Where anyone may look a compact number up. The IRS and the French gazette have a search page only.

    Addresses: annuaire-entreprises.data.gouv.fr (State register of companies and associations), the gazette of
    associations (journal-officiel.gouv.fr), the Charity Commission (`regid`), OSCR and CCNI in the United Kingdom,
    the IRS's Tax Exempt Organization Search.
    """
    if kind is LegalKind.SIREN:
        return f"https://annuaire-entreprises.data.gouv.fr/entreprise/{number}"
    if kind is LegalKind.RNA:
        return "https://www.journal-officiel.gouv.fr/pages/associations-recherche/"
    if kind is LegalKind.US_EIN:
        return "https://apps.irs.gov/app/eos/"
    if number.startswith("SC"):
        return f"https://www.oscr.org.uk/about-charities/search-the-register/charity-details?number={number}"
    if number.startswith("NIC"):
        return f"https://www.charitycommissionni.org.uk/charity-details/?regid={number[3:]}&subid=0"
    return f"https://register-of-charities.charitycommission.gov.uk/charity-details/?regid={number}&subid=0"


REGISTER_NAMES: dict[LegalKind, Message] = {
    LegalKind.SIREN: mark("the State’s directory of companies and associations"),
    LegalKind.RNA: mark("the official gazette of associations (search by the number)"),
    LegalKind.UK_CHARITY: mark("the register of charities"),
    LegalKind.US_EIN: mark("the IRS search of tax-exempt organisations (search by the number)"),
}


def written(kind: LegalKind, number: str) -> str:
    """A compact number as people read it."""
    if kind is LegalKind.SIREN:
        return " ".join((number[:3], number[3:6], number[6:]))
    return str(ein.format(number)) if kind is LegalKind.US_EIN else number
