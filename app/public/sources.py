"""The public sources of a campaign: corrections first, then every checked claim of what is public already."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import Around, around_of
from app.campaigns.sharing import ld_json, sharing
from app.claims import queries, rules
from app.claims.queries import ClaimView
from app.claims.rules import Standing
from app.core import i18n
from app.core.deps import Db
from app.core.pages import page
from app.core.templating import absolute

router = APIRouter()

_SHOWN = frozenset({Standing.CHECKED, Standing.FAILED, Standing.EXPIRED})


@router.get("/c/{slug}/sources", name="public:sources")
def sources(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """What was corrected, and where each fact told so far comes from. Nothing of the days to come."""
    around = around_of(request, session, campaign)
    found = [one for one in queries.views(session, campaign) if one.is_public]
    with i18n.speaking(request.state.language):
        title = i18n.gettext("Sources and corrections")
    context = {
        "campaign": campaign,
        "around": around,
        "claims": [one for one in found if one.standing in _SHOWN and one.claim.verdict],
        "corrections": sorted(
            ((one, view) for view in found for one in view.corrections),
            key=lambda pair: pair[0].id,
            reverse=True,
        ),
        "verdict_words": rules.VERDICT_WORDS,
        "reviews": ld_json({"@context": "https://schema.org", "@graph": claim_reviews(around, found)}),
        "sharing": sharing(request, around, "/sources", title=title),
    }
    return page(request, "public/sources.html", context)


def claim_reviews(around: Around, found: Sequence[ClaimView]) -> list[dict[str, Any]]:
    """schema.org/ClaimReview of each claim whose check counts now; opinions are not rated."""
    return [
        _review(around, one)
        for one in found
        if one.standing in (Standing.CHECKED, Standing.FAILED) and one.claim.verdict in rules.RATINGS
    ]


def _review(around: Around, view: ClaimView) -> dict[str, Any]:
    claim, subject, organisation = view.claim, view.subject, around.organisation
    base = f"/c/{around.campaign.slug}"
    keeper = {"@type": "Organization", "name": organisation.legal_name or organisation.name}
    if organisation.website:
        keeper["url"] = organisation.website
    reviewed: dict[str, Any] = {"@type": "Claim", "author": keeper}
    if subject is not None and subject.public_since is not None:
        reviewed["datePublished"] = subject.public_since.isoformat()
        reviewed["appearance"] = {"@type": "CreativeWork", "url": absolute(base + subject.path)}
    assert claim.verdict is not None  # noqa: S101 - `claim_reviews` chose it
    with i18n.speaking(around.campaign.language):
        verdict = str(rules.VERDICT_WORDS[claim.verdict])
    return {
        "@type": "ClaimReview",
        "url": absolute(f"{base}/sources") + f"#claim-{claim.pid}",
        "datePublished": claim.checked_at.date().isoformat() if claim.checked_at else None,
        "inLanguage": around.campaign.language,
        "claimReviewed": claim.words,
        "itemReviewed": reviewed,
        "author": keeper,
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": rules.RATINGS[claim.verdict],
            "bestRating": rules.BEST,
            "worstRating": rules.WORST,
            "alternateName": verdict,
        },
    }
