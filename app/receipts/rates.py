"""What the law gives back for a gift, by the day it was given: rates and ceilings as data, each with its source.

Amounts are minor units (cents). Refuses to say more than the law: what depends on the donor's income is a limit
told in words, never part of a figure.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Law(StrEnum):
    """Whose tax is lowered, and by which article."""

    FR_GENERAL = "fr_general"  # people, CGI article 200, 1
    FR_AID = "fr_aid"  # people, CGI article 200, 1 ter
    FR_COMPANY = "fr_company"  # companies, CGI article 238 bis
    FR_COMPANY_AID = "fr_company_aid"  # companies, for help to people in difficulty
    FR_WEALTH = "fr_wealth"  # tax on real estate wealth, CGI article 978
    UK_GIFT_AID = "uk_gift_aid"  # what the charity claims on top


@dataclass(frozen=True)
class Rate:
    """From `since` on: `share` up to `ceiling_minor` of gifts in a tax year, `beyond` for what is above it."""

    law: Law
    since: date
    share: Fraction
    ceiling_minor: int | None
    beyond: Fraction
    source: str


_AID = "https://bofip.impots.gouv.fr/bofip/5873-PGP.html (CGI art. 200, 1 ter; "
_GENERAL, _REST = Fraction(66, 100), Fraction(66, 100)

RATES: tuple[Rate, ...] = (
    Rate(Law.FR_GENERAL, date(2005, 1, 1), _GENERAL, None, _REST, "CGI art. 200, 1; loi 2005-32, art. 127"),
    Rate(Law.FR_AID, date(2019, 1, 1), Fraction(3, 4), 54_600, _REST, _AID + "546 € in 2019)"),
    Rate(Law.FR_AID, date(2020, 1, 1), Fraction(3, 4), 100_000, _REST, _AID + "loi 2020-473, art. 14)"),
    Rate(
        Law.FR_AID,
        date(2025, 10, 14),
        Fraction(3, 4),
        200_000,
        _REST,
        "CGI art. 200, 1 ter as changed by the finance act for 2026: gifts since 14 October 2025;"
        " https://www.service-public.gouv.fr/particuliers/vosdroits/F426 as of 20 February 2026",
    ),
    Rate(
        Law.FR_COMPANY,
        date(2020, 1, 1),
        Fraction(60, 100),
        200_000_000,
        Fraction(40, 100),
        "CGI art. 238 bis; loi 2019-1479, art. 134: 40 % beyond 2 000 000 €",
    ),
    Rate(
        Law.FR_COMPANY_AID,
        date(2020, 1, 1),
        Fraction(60, 100),
        None,
        Fraction(60, 100),
        "CGI art. 238 bis, 2: no lower rate beyond 2 000 000 € for help to people in difficulty",
    ),
    Rate(
        Law.FR_WEALTH,
        date(2018, 1, 1),
        Fraction(3, 4),
        None,
        Fraction(3, 4),
        "CGI art. 978: 75 %, at most 50 000 € of tax a year",
    ),
    Rate(
        Law.UK_GIFT_AID,
        date(2008, 4, 6),
        Fraction(1, 4),
        None,
        Fraction(1, 4),
        "https://www.gov.uk/donating-to-charity/gift-aid: basic rate 20 %, so 25p for each £1",
    ),
)


def rate_on(law: Law, day: date) -> Rate | None:
    """The rate of a day; None before the first one known."""
    known = [rate for rate in RATES if rate.law is law and rate.since <= day]
    return max(known, key=lambda rate: rate.since, default=None)


def relief(law: Law, day: date, amount_minor: int, *, given_before_minor: int = 0) -> int:
    """By how much tax falls for a gift of a day, in minor units rounded down; 0 before any rate is known.

    `given_before_minor` is what the donor gave under the same law earlier in the tax year: it uses the ceiling up.
    The limits that depend on income or turnover (20 % of taxable income, 20 000 € or 0.5 % of turnover) are not
    known here and not applied.
    """
    rate = rate_on(law, day)
    if rate is None or amount_minor <= 0:
        return 0
    if rate.ceiling_minor is None:
        return int(amount_minor * rate.share)
    room = max(0, rate.ceiling_minor - given_before_minor)
    within = min(amount_minor, room)
    return int(within * rate.share + (amount_minor - within) * rate.beyond)
