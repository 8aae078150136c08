"""Every word of a receipt, written once when it is issued: what the law asks for, in the receipt's language.

French tax receipts are written in French and American ones in English, whatever the donor's language. Sources: the
mentions of Cerfa 11580*05 (form 2041-RD) and 16216*02 (2041-MEC-SD), any layout being allowed (BOI-IR-RICI-250-40,
rescript of 21 June 2023 for companies); IRS publication 1771 for the American acknowledgement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core import i18n
from app.core.i18n import Message, french_spacing, gettext, mark
from app.donations.rules import Way
from app.people.identity import LegalKind, written
from app.people.models import Organisation
from app.receipts.models import TaxProfile
from app.receipts.rules import Donor, Kind, Quality
from app.receipts.words import amount_in_words

LAYOUT = 1
"""The layout a paper was written for: a later one leaves old receipts as they are."""

LANGUAGES = {Kind.FR_PERSON: "fr", Kind.FR_COMPANY: "fr", Kind.US: "en"}
"""The language the law's authority reads."""

QUALITIES: dict[Quality, Message] = {
    Quality.GENERAL_INTEREST: mark("Charity or body of general interest"),
    Quality.PUBLIC_UTILITY: mark("Association or foundation recognised as of public utility"),
    Quality.ENDOWMENT: mark("Endowment fund"),
    Quality.AID: mark(
        "Non-profit body that provides free meals or care to people in difficulty, helps to house them, "
        "or supports victims of domestic violence"
    ),
    Quality.COMPANY_FOUNDATION: mark("Company foundation"),
    Quality.WORSHIP: mark("Association for worship or charity, allowed to receive gifts"),
    Quality.HERITAGE: mark("Body for the protection of cultural property"),
    Quality.OTHER: mark("Other body"),
}

# Stripe's words for how a payment was made, and ours for what came another way.
_MEANS: dict[str, Message] = {
    "card": mark("Payment card"),
    "sepa_debit": mark("Direct debit"),
    "bacs_debit": mark("Direct debit"),
    "customer_balance": mark("Bank transfer"),
    Way.TRANSFER: mark("Bank transfer"),
    Way.CASH: mark("Cash"),
    Way.CHEQUE: mark("Cheque"),
    Way.IN_KIND: mark("In kind"),
}
_ONLINE = mark("Online payment")


@dataclass(frozen=True)
class Line:
    """One gift on a receipt: the day the money came, what stays given in minor units, how it came."""

    on: date
    amount_minor: int
    way: Way = Way.ONLINE
    method: str = ""


@dataclass(frozen=True)
class Facts:
    """What a receipt is written from."""

    kind: Kind
    number: str
    organisation: Organisation
    profile: TaxProfile | None
    donor: Donor
    lines: Sequence[Line]
    currency: str
    issued_on: date
    language: str
    replaces: str = ""
    test: bool = False

    @property
    def amount_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def in_kind(self) -> bool:
        return any(line.way is Way.IN_KIND for line in self.lines)


def language_of(kind: Kind, wanted: str) -> str:
    """The language a receipt is written in."""
    return LANGUAGES.get(kind, wanted)


def write(facts: Facts) -> dict[str, Any]:
    """The paper of a receipt: plain values, kept with it."""
    with i18n.speaking(facts.language):
        paper = {
            "layout": LAYOUT,
            "lang": facts.language,
            "region": "FR" if facts.language == "fr" else "US" if facts.kind is Kind.US else "GB",
            "title": _title(facts.kind),
            "subtitle": _subtitle(facts),
            "number_label": gettext("Receipt number"),
            "number": facts.number,
            "issuer": _issuer(facts.organisation),
            "notes": _notes(facts),
            "sections": [_beneficiary(facts), _giver(facts), _nature(facts)],
            "sum": _sum(facts),
            "list": _list(facts),
            "statements": _statements(facts),
            **_signed(facts),
            "stamp": gettext("Test") if facts.test else "",
            "foot": f"{facts.organisation.legal_name or facts.organisation.name} · {facts.number}",
        }
    return _spaced(paper) if facts.language == "fr" else paper


def _title(kind: Kind) -> str:
    return {
        Kind.PLAIN: gettext("Receipt of a gift"),
        Kind.FR_PERSON: gettext("Tax receipt for gifts and payments made by private persons"),
        Kind.FR_COMPANY: gettext("Tax receipt for gifts and payments made by companies"),
        Kind.US: gettext("Acknowledgement of your contribution"),
    }[kind]


def _subtitle(facts: Facts) -> str:
    if facts.kind is Kind.FR_PERSON:
        return gettext(
            "Under articles 200 and 978 of the French general tax code (mentions of form 2041-RD, Cerfa 11580*05)"
        )
    if facts.kind is Kind.FR_COMPANY:
        return gettext(
            "Under article 238 bis of the French general tax code (mentions of form 2041-MEC-SD, Cerfa 16216*02)"
        )
    if facts.kind is Kind.US:
        return gettext("Section 170(f)(8) of the Internal Revenue Code")
    return gettext("This receipt proves the payment. It is not a tax receipt.")


def _notes(facts: Facts) -> list[str]:
    found = []
    if facts.replaces:
        found.append(gettext("Cancels and replaces receipt %(number)s.") % {"number": facts.replaces})
    if facts.test:
        found.append(gettext("Made in test mode: no money moved, and this paper proves nothing."))
    return found


def _issuer(organisation: Organisation) -> list[str]:
    lines = [organisation.legal_name or organisation.name, *organisation.address.split("\n")]
    return [line.strip() for line in lines if line.strip()]


_NUMBERS: dict[LegalKind, Message] = {
    LegalKind.SIREN: mark("SIREN number"),
    LegalKind.RNA: mark("RNA number"),
    LegalKind.UK_CHARITY: mark("Charity number"),
    LegalKind.US_EIN: mark("EIN"),
}


def _beneficiary(facts: Facts) -> dict[str, Any]:
    body, profile = facts.organisation, facts.profile
    rows = [[gettext("Name"), body.legal_name or body.name]]
    if body.legal_kind and body.legal_number:
        rows.append([str(_NUMBERS[body.legal_kind]), written(body.legal_kind, body.legal_number)])
    if body.address:
        rows.append([gettext("Address"), ", ".join(_issuer(body)[1:])])
    if facts.kind is not Kind.PLAIN and profile is not None:
        rows.append([gettext("Object"), profile.object])
        if facts.kind is not Kind.US:
            quality = str(QUALITIES[profile.quality])
            rows.append(
                [
                    gettext("Quality"),
                    f"{quality} – {profile.quality_note}" if profile.quality_note else quality,
                ]
            )
    return {"title": gettext("Beneficiary of the gifts"), "rows": rows}


def _giver(facts: Facts) -> dict[str, Any]:
    donor = facts.donor
    rows = []
    if donor.company:
        rows.append([gettext("Company name"), donor.company])
        rows += [[gettext("Legal form"), donor.form]] if donor.form else []
        number = donor.company_number
        rows += [[gettext("SIREN number"), _siren(number)]] if number else []
    elif donor.name:
        rows.append([gettext("Name"), donor.name])
    else:
        rows.append([gettext("Name"), gettext("Not given, as the donor chose")])
    if donor.has_address:
        rows.append([gettext("Address"), address_of(donor)])
    title = (
        gettext("Company that gave") if donor.company and facts.kind is Kind.FR_COMPANY else gettext("Donor")
    )
    return {"title": title, "rows": rows}


def _siren(number: str) -> str:
    return written(LegalKind.SIREN, number) if len(number) == 9 and number.isdecimal() else number


def address_of(donor: Donor) -> str:
    """A donor's address on one line."""
    country = "" if donor.country in ("", "FR") else donor.country
    return ", ".join(part for part in (donor.line, f"{donor.postcode} {donor.city}".strip(), country) if part)


def _nature(facts: Facts) -> dict[str, Any]:
    """When, in what form and by what means: on French receipts the form's own words."""
    days = sorted({line.on for line in facts.lines})
    first, last = (i18n.day(one, "d MMMM yyyy") for one in (days[0], days[-1]))
    rows = [[gettext("Date of the payment"), first]]
    if len(days) > 1:
        period = gettext("From %(first)s to %(last)s, listed below") % {"first": first, "last": last}
        rows = [[gettext("Dates of the payments"), period]]
    if facts.kind in (Kind.FR_PERSON, Kind.FR_COMPANY):
        rows.append([gettext("Form of the gift"), gettext("Manual gift (no deed)")])
        kind = gettext("Other: gift in kind") if facts.in_kind else gettext("Sum of money")
        rows.append([gettext("Nature of the gift"), kind])
    rows.append([gettext("Means of payment"), i18n.join(_means(facts.lines))])
    if facts.donor.described:
        rows.append([gettext("What was given"), facts.donor.described])
    if facts.donor.valued and facts.kind is not Kind.US:
        rows.append([gettext("How it was valued"), facts.donor.valued])
    return {"title": gettext("The gift"), "rows": rows}


def means(line: Line) -> str:
    """How one gift was paid, in the language being spoken."""
    key = line.method if line.way is Way.ONLINE else line.way
    return str(_MEANS.get(key, _ONLINE))


def _means(lines: Sequence[Line]) -> list[str]:
    return sorted({means(line) for line in lines})


def _sum(facts: Facts) -> dict[str, str]:
    if facts.kind is Kind.US and facts.in_kind:
        return {}  # the donor values what they gave: publication 1771 asks for a description, no value
    figures = i18n.money(facts.amount_minor, facts.currency, cents=True)
    words = amount_in_words(facts.amount_minor, facts.currency, facts.language)
    label = {
        Kind.PLAIN: gettext("Received with thanks"),
        Kind.US: gettext("Amount of your contribution"),
    }.get(
        facts.kind,
        gettext(
            "The beneficiary acknowledges having received, as gifts that open a right to a tax reduction"
        ),
    )
    if facts.kind is Kind.PLAIN:
        return {"label": label, "figures": figures, "words": ""}
    return {"label": label, "figures": f"*** {figures} ***", "words": words[0].upper() + words[1:]}


def _list(facts: Facts) -> dict[str, Any]:
    rows = [
        [
            i18n.day(one.on, "d MMMM yyyy"),
            means(one),
            i18n.money(one.amount_minor, facts.currency, cents=True),
        ]
        for one in sorted(facts.lines, key=lambda one: one.on)
    ]
    return {
        "title": gettext("The payments"),
        "heads": [gettext("Date"), gettext("Means"), gettext("Amount")],
        "rows": rows if len(rows) > 1 else [],
    }


def _statements(facts: Facts) -> list[str]:
    profile = facts.profile
    if facts.kind is Kind.FR_PERSON and profile is not None:
        if profile.wealth:
            said = gettext(
                "The beneficiary certifies on its honour that the gifts and payments it receives open a right to the "
                "tax reductions of articles 200 and 978 of the French general tax code."
            )
        else:
            said = gettext(
                "The beneficiary certifies on its honour that the gifts and payments it receives open a right to the "
                "tax reduction of article 200 of the French general tax code."
            )
        return [said]
    if facts.kind is Kind.FR_COMPANY:
        said = gettext(
            "The beneficiary certifies on its honour that the gifts and payments it receives open a right to the "
            "tax reduction of article 238 bis of the French general tax code."
        )
        return [said, *([_valued_by_company()] if facts.in_kind else [])]
    if facts.kind is Kind.US:
        return [
            gettext("No goods or services were provided in exchange for this contribution."),
            gettext(
                "The organisation is exempt under section 501(c)(3) of the Internal Revenue Code. Keep this "
                "acknowledgement for your tax return."
            ),
        ]
    return [gettext("Thank you.")]


def _valued_by_company() -> str:
    return gettext("The value of what was given in kind was determined by the company.")


def _signed(facts: Facts) -> dict[str, str]:
    profile = facts.profile
    if facts.kind is Kind.PLAIN or profile is None:
        said = gettext("Issued on %(day)s.") % {"day": i18n.day(facts.issued_on, "d MMMM yyyy")}
        return {"signed": said, "signatory": "", "signatory_title": "", "signature_alt": ""}
    said = gettext("Issued and signed on %(day)s by") % {"day": i18n.day(facts.issued_on, "d MMMM yyyy")}
    return {
        "signed": said,
        "signatory": profile.signatory_name,
        "signatory_title": profile.signatory_title,
        "signature_alt": gettext("Signature of %(name)s") % {"name": profile.signatory_name},
    }


def _spaced(value: Any) -> Any:
    """French typographic spaces in every word of a paper, names and addresses included."""
    if isinstance(value, str):
        return french_spacing(value)
    if isinstance(value, dict):
        return {key: _spaced(one) for key, one in value.items()}
    return [_spaced(one) for one in value] if isinstance(value, list) else value
