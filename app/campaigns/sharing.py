"""What other sites and machines are told about a public page: addresses, cards, structured data.
Refuses to name anything of a day that has not come."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from markupsafe import Markup

from app.campaigns.around import Around
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core.i18n import LANGUAGES
from app.core.templating import absolute, with_query
from app.people.models import Organisation


@dataclass(frozen=True)
class Sharing:
    """The head of a page. Addresses are full; `data` is JSON-LD, safe inside a script element."""

    title: str
    description: str
    canonical: str
    alternates: Sequence[tuple[str, str]]
    picture: str = ""
    picture_alt: str = ""
    data: Markup | None = None


def alternates(path: str) -> list[tuple[str, str]]:
    """The page in each language and, for everyone else, the address that chooses by itself."""
    pairs = [(language, absolute(with_query(path, "lang", language))) for language in LANGUAGES]
    return [*pairs, ("x-default", absolute(path))]


def sharing(
    request: Request, around: Around, tail: str = "", *, title: str = "", description: str = ""
) -> Sharing:
    """The head of `/c/{slug}` and of what lies below it at `tail`, in the language the person chose."""
    campaign = around.campaign
    path = f"/c/{campaign.slug}{tail}"
    chosen = request.state.language_asked and request.state.language != campaign.language
    return Sharing(
        title=f"{title} – {campaign.title}" if title else campaign.title,
        description=" ".join((description or campaign.summary or campaign.cause).split())[:300],
        canonical=absolute(with_query(path, "lang", request.state.language) if chosen else path),
        alternates=alternates(path),
        picture=absolute(f"/c/{campaign.slug}/og.png"),
        picture_alt=f"{campaign.title} – {around.organisation.name}",
        data=ld_json(_structured(campaign, around.organisation, giving=around.giving)),
    )


def _structured(campaign: Campaign, organisation: Organisation, *, giving: bool) -> dict[str, Any]:
    """schema.org: the campaign as an event online, and giving as an action while gifts are taken."""
    address = absolute(f"/c/{campaign.slug}")
    keeper: dict[str, Any] = {"@type": "Organization", "name": organisation.legal_name or organisation.name}
    if organisation.website:
        keeper["url"] = organisation.website
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": campaign.title,
        "description": campaign.summary or campaign.cause,
        "startDate": campaign.starts_on.isoformat(),
        "endDate": day_date(campaign.starts_on, campaign.length).isoformat(),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "eventStatus": "https://schema.org/EventScheduled",
        "location": {"@type": "VirtualLocation", "url": address},
        "image": absolute(f"/c/{campaign.slug}/og.png"),
        "inLanguage": campaign.language,
        "organizer": keeper,
        "url": address,
    }
    if giving:
        event["potentialAction"] = {
            "@type": "DonateAction",
            "recipient": keeper,
            "priceSpecification": {"@type": "PriceSpecification", "priceCurrency": campaign.currency},
            "target": absolute(f"/c/{campaign.slug}/donate"),
        }
    return event


def ld_json(data: dict[str, Any]) -> Markup:
    """JSON that cannot end the script element it stands in, whatever people wrote."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 – every character that HTML knows is escaped above
