"""Following a campaign on this device: what its script asks for. No account, no address, no cookie.

Whether a browser follows is the browser's own to know: its script asks it, and shows what the page holds ready.
"""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import homescreen, i18n
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import via
from app.core.ratelimit import limited
from app.followers import devices
from app.followers.forms import DeviceForm, EndpointForm
from app.followers.rules import TOPIC_WORDS, USUAL, Topic
from app.links import queries as links
from app.push import door
from app.push.rules import Refused

router = APIRouter()
HELPER = "/follow/sw.js"
HERE = "/c/{slug}/follow/device"
SPARING = [limited("follow-device", times=120, seconds=3600)]  # a school shares one address
ASKING = [limited("follow-device-known", times=600, seconds=3600)]


def offered(campaign: Campaign) -> dict[str, Any]:
    """What the page of following holds ready for browsers that can. Nothing is told of what is over."""
    return {
        "device_form": FormState({"topics": [one.value for one in Topic if one in USUAL]}),
        "device_topics": [(one.value, TOPIC_WORDS[one][0]) for one in Topic if one in USUAL],
        "push_key": door.public_key() if campaign.state is not State.CLOSED else "",
        "push_scope": scope(campaign),
    }


def scope(campaign: Campaign) -> str:
    """Where the helper of one campaign lives: its own, so that push services cannot tie two campaigns together.

    No page lies there, and the helper sees none.
    """
    return f"/follow/{campaign.pid}/"


@router.get(HELPER, name="public:follow-helper")
def helper() -> Response:
    """The script that shows notices in the background: checked for changes each time it is registered."""
    headers = {"Cache-Control": "no-cache"}
    return Response(
        homescreen.helper("follow.js"), media_type="text/javascript; charset=utf-8", headers=headers
    )


@router.get("/c/{slug}/follow.webmanifest", name="public:follow-manifest")
def manifest(campaign: PublicCampaign) -> Response:
    """How a campaign looks on a home screen: an iPhone shows notices of what stands there only."""
    told = {
        "id": scope(campaign),
        "name": campaign.title,
        "short_name": campaign.title[:30],
        "lang": campaign.language,
        "start_url": f"/c/{campaign.slug}/follow",
        "scope": f"/c/{campaign.slug}",
    }
    return homescreen.manifest(told)


@router.post(HERE, name="public:follow-device", dependencies=SPARING)
def follow(request: Request, session: Db, campaign: PublicCampaign, form: FormData) -> Response:
    """Keep this browser, which has just allowed notices. What is wrong is said in words its script shows."""
    parsed = form.parse(DeviceForm)
    if parsed.data is None:
        unread = mark("Your browser gave no answer. Press the button again.")
        return _refused(request, parsed.errors.get("topics", unread))
    try:
        devices.follow(
            session,
            campaign,
            subscription=door.checked(parsed.data.subscription()),
            topics=parsed.data.topics,
            language=parsed.data.language,
            link_id=links.link_id(session, campaign.id, via(request)),
        )
    except (Refused, Conflict) as refused:
        return _refused(request, refused.message)
    return Response(status_code=204)


@router.post(f"{HERE}/stop", name="public:follow-device-stop", dependencies=SPARING)
def stop(request: Request, session: Db, campaign: PublicCampaign, form: FormData) -> Response:
    """Forget this browser. Where it is called is known to it and to us alone, and proves whose it is."""
    parsed = form.parse(EndpointForm)
    if parsed.data is None:
        return _refused(request, mark("Your browser gave no answer. Press the button again."))
    devices.stop(session, campaign, parsed.data.endpoint)
    return Response(status_code=204)


@router.post(f"{HERE}/known", name="public:follow-device-known", dependencies=ASKING)
def known(session: Db, campaign: PublicCampaign, form: FormData) -> Response:
    """Whether this browser is still told: it may have been forgotten here without knowing. Keeps nothing."""
    parsed = form.parse(EndpointForm)
    found = parsed.data is not None and devices.find(session, campaign, parsed.data.endpoint) is not None
    return Response(status_code=204 if found else 404)


def _refused(request: Request, message: Message | str) -> Response:
    with i18n.speaking(request.state.language):
        return Response(str(message), status_code=422, media_type="text/plain; charset=utf-8")
