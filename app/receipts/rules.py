"""Which receipt a gift may have, what it still lacks, how receipts are numbered. Pure decisions."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark
from app.people.identity import LegalKind


class Regime(StrEnum):
    """The law by which an organisation declares that gifts to it are relieved of tax."""

    FR_GENERAL = "fr_general"  # general interest, CGI article 200, 1
    FR_AID = "fr_aid"  # help to people in difficulty, CGI article 200, 1 ter
    UK_GIFT_AID = "uk_gift_aid"
    US_501C3 = "us_501c3"


class Quality(StrEnum):
    """What the organisation is, as the French form lists it (Cerfa 11580*05)."""

    GENERAL_INTEREST = "general_interest"
    PUBLIC_UTILITY = "public_utility"
    ENDOWMENT = "endowment"
    AID = "aid"
    COMPANY_FOUNDATION = "company_foundation"
    WORSHIP = "worship"
    HERITAGE = "heritage"
    OTHER = "other"


class Kind(StrEnum):
    """A form of receipt."""

    PLAIN = "plain"  # a proof of payment
    FR_PERSON = "fr_person"  # the mentions of Cerfa 11580
    FR_COMPANY = "fr_company"  # the mentions of Cerfa 16216
    US = "us"  # a written acknowledgement (IRS publication 1771)


class Series(StrEnum):
    """A sequence of numbers without gaps, one a year."""

    PLAIN = "plain"
    TAX = "tax"
    TEST_PLAIN = "test_plain"  # of an instance whose payments move no money: never mixed with the others
    TEST_TAX = "test_tax"

    @property
    def tax(self) -> bool:
        return self in (Series.TAX, Series.TEST_TAX)


class Voided(StrEnum):
    """Why a receipt no longer stands."""

    MONEY = "money"  # given or taken back, in part or whole, or come back after a dispute
    MISTAKE = "mistake"  # something on it was wrong
    ASKED = "asked"  # the donor asked for another
    SUMMARY = "summary"  # the gifts stand on another receipt


class Lack(StrEnum):
    """What keeps a gift from having a tax receipt."""

    NOT_DECLARED = "not_declared"
    IDENTITY = "identity"
    NO_MONEY = "no_money"
    CURRENCY = "currency"
    NAME = "name"
    ADDRESS = "address"
    COMPANIES = "companies"
    COMPANY_NUMBER = "company_number"
    COMPANY_FORM = "company_form"
    DESCRIPTION = "description"
    DECLARATION = "declaration"  # the United Kingdom has declarations of donors, not receipts


LACKS: dict[Lack, Message] = {
    Lack.NOT_DECLARED: mark("The organisation has not declared that it may issue tax receipts."),
    Lack.IDENTITY: mark("The organisation’s legal name, number or postal address is missing."),
    Lack.NO_MONEY: mark("The money is not there, or was given back."),
    Lack.CURRENCY: mark("A French tax receipt is written in euros, and this gift is not."),
    Lack.NAME: mark("The donor’s name is missing."),
    Lack.ADDRESS: mark("The donor’s full address is missing."),
    Lack.COMPANIES: mark("The organisation has not declared that it issues receipts to companies."),
    Lack.COMPANY_NUMBER: mark("The company’s SIREN number is missing."),
    Lack.COMPANY_FORM: mark("The company’s legal form is missing."),
    Lack.DESCRIPTION: mark("What was given in kind and how it was valued is missing."),
    Lack.DECLARATION: mark("In the United Kingdom a Gift Aid declaration takes the place of a tax receipt."),
}

REGISTERS: dict[Regime, tuple[LegalKind, ...]] = {
    Regime.FR_GENERAL: (LegalKind.SIREN, LegalKind.RNA),
    Regime.FR_AID: (LegalKind.SIREN, LegalKind.RNA),
    Regime.UK_GIFT_AID: (LegalKind.UK_CHARITY,),
    Regime.US_501C3: (LegalKind.US_EIN,),
}
"""The numbers by which the law of a regime knows an organisation."""

FRENCH = (Regime.FR_GENERAL, Regime.FR_AID)

KEPT_YEARS = 6
"""Years a tax receipt is kept (France: LPF article L102 B; HMRC: six years after the last claim)."""

THANKED_WITHIN = timedelta(days=7)
"""A gift that is found later than this has its receipt, and no mail: nobody is thanked for last year."""

LINK_LIFE = timedelta(days=400)
"""How long the address mailed with a receipt opens it: past the next tax return."""


@dataclass(frozen=True)
class Donor:
    """Who gave, as a receipt names them. `form` is a company's legal form."""

    name: str = ""
    email: str = ""
    line: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    company: str = ""
    company_number: str = ""
    form: str = ""
    described: str = ""  # what was given in kind
    valued: str = ""  # how its value was found, and by whom

    @property
    def shown(self) -> str:
        return self.company or self.name

    @property
    def has_address(self) -> bool:
        return bool(self.line and self.postcode and self.city)


@dataclass(frozen=True)
class Issuer:
    """What an organisation has declared, as far as it decides about receipts. `regime` is None without one."""

    regime: Regime | None
    identified: bool
    companies: bool


def lacking(issuer: Issuer, donor: Donor, *, amount_minor: int, currency: str, in_kind: bool) -> list[Lack]:
    """What a gift lacks for a tax receipt; nothing when it may have one. `amount_minor` is what stays given."""
    if issuer.regime is None:
        return [Lack.NOT_DECLARED]
    if issuer.regime is Regime.UK_GIFT_AID:
        return [Lack.DECLARATION]
    french = issuer.regime in FRENCH
    company = bool(donor.company)
    wrong = {
        Lack.IDENTITY: not issuer.identified,
        Lack.NO_MONEY: amount_minor <= 0,
        Lack.CURRENCY: french and currency != "EUR",
        Lack.NAME: not donor.shown,
        Lack.ADDRESS: french and not donor.has_address,
        Lack.COMPANIES: french and company and not issuer.companies,
        Lack.COMPANY_NUMBER: french and company and not donor.company_number,
        Lack.COMPANY_FORM: french and company and not donor.form,
        Lack.DESCRIPTION: in_kind and not (donor.described and (donor.valued or not french)),
    }
    return [lack for lack, holds in wrong.items() if holds]


def kind_for(regime: Regime, donor: Donor) -> Kind:
    """The form of tax receipt a donor is given under a regime that has receipts."""
    if regime is Regime.US_501C3:
        return Kind.US
    return Kind.FR_COMPANY if donor.company else Kind.FR_PERSON


def series_for(kind: Kind, *, live: bool) -> Series:
    """The sequence a receipt is numbered in."""
    if kind is Kind.PLAIN:
        return Series.PLAIN if live else Series.TEST_PLAIN
    return Series.TAX if live else Series.TEST_TAX


_LETTERS = {Series.PLAIN: "P", Series.TAX: "T", Series.TEST_PLAIN: "TEST-P", Series.TEST_TAX: "TEST-T"}


def written_number(series: Series, prefix: str, year: int, number: int) -> str:
    """A number as it stands on the receipt: "T-2026-00042", after the organisation's own letters if it has some."""
    own = f"{prefix}-" if prefix else ""
    return f"{own}{_LETTERS[series]}-{year}-{number:05d}"


def claimable_since(given_on: date) -> date:
    """The first day of gifts that a Gift Aid declaration given on a day may cover: four years before (HMRC)."""
    try:
        return given_on.replace(year=given_on.year - 4)
    except ValueError:  # the 29th of February
        return given_on.replace(year=given_on.year - 4, day=28)


def british_tax_year(day: date) -> int:
    """The year in which the British tax year of a day begins: it runs from 6 April to 5 April."""
    return day.year if (day.month, day.day) >= (4, 6) else day.year - 1
