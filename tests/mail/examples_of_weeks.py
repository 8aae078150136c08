"""Examples of letters to those who prepare and carry a week: stories, approval, lateness, channels, accounts."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.channels.base import Attachment
from app.channels.text import Parts
from app.claims.models import Claim
from app.claims.rules import SubjectKind
from app.core.templating import absolute
from app.impact.reminding import Due
from app.launch.checks import CHECKS
from app.launch.rules import Finding
from app.people.rules import Role
from app.people.wording import ROLE_NAMES
from app.publishing.models import Outage
from app.publishing.review.telling import Line
from app.publishing.rules import Standing
from app.questions.models import QaSession
from app.reminders.queries import Story
from tests.mail.scene import AT, Scene


def story(here: Scene, *, bare: bool = False) -> dict[str, Any]:
    empty = {"caption": "", "sticker": "", "link_url": "", "label": ""}
    frame = here.frame.model_copy(update=empty if bare else {})
    told = Story(here.post, [frame], here.carrier, here.campaign)
    return {"told": told, "url": absolute(told.path)}


def declined(here: Scene, reason: str) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "post": here.post.model_copy(update={"declined_reason": reason}),
        "title": here.frame.title,
        "who": here.carrier.name,
        "url": here.studio(f"posts/{here.post.pid}"),
    }


def mailed_post(here: Scene, *, picture: bool, words: bool) -> dict[str, Any]:
    address = absolute("/media/m3kx8w2q5rt7vndb/large?until=1804264200&sig=5hC9mEaGiT1vKxQ4sRe")
    shown = Attachment(Path("picture.jpg"), "image/jpeg", here.say("frame"), 560, 420, address)
    parts = Parts(here.say("label"), here.say("caption"), "#Lire #Septaine", absolute("/c/lanternes"))
    return {
        "subject": here.say("frame"),
        "parts": parts if words else Parts("", "" if picture else here.say("caption"), "", ""),
        "pictures": [shown] if picture else [],
        "sender": here.organisation.name,
        "language": here.language,
    }


def answer(here: Scene, text: str, *, refused: bool) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "person": here.carrier,
        "line": Line(here.frame.title, here.post),
        "text": text,
        "refused": refused,
        "url": here.studio(f"posts/{here.post.pid}/review"),
    }


def asked(here: Scene, before: int) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "person": here.carrier,
        "lines": [Line(one, here.post) for one in (here.frame.title, "")],
        "asked_before": before,
        "url": absolute("/brief/agree"),
    }


def waiting(here: Scene, *titles: str, last: bool) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "lines": [Line(one, here.post) for one in titles],
        "last": last,
        "url": here.studio("review"),
    }


def troubled(here: Scene, *told: tuple[Standing, str]) -> dict[str, Any]:
    posts = [
        {
            "title": here.frame.title if note else "",
            "due_at": AT,
            "zone": "Europe/Paris",
            "standing": state,
            "note": note,
            "url": here.studio(f"posts/{here.post.pid}"),
        }
        for state, note in told
    ]
    return {"campaign": here.campaign, "posts": posts}


def late(here: Scene, **counts: int) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "outage": Outage(campaign_id=1, oldest_due_at=AT, **counts),
        "url": here.studio("calendar"),
    }


def held_back(here: Scene, after: str, *lacking: tuple[str, Any]) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "missing": [Finding(CHECKS[key], said) for key, said in lacking],
        "after": after,
        "url": here.studio("readiness"),
    }


def ending_checks(here: Scene) -> dict[str, Any]:
    claim = Claim(
        campaign_id=1,
        subject=SubjectKind.FRAME,
        subject_pid="f",
        words=here.say("fact"),
        valid_until=date(2027, 3, 9),
    )
    return {
        "campaign": here.campaign,
        "ending": [SimpleNamespace(claim=claim)],  # a ClaimView, of which it reads the claim only
        "url": here.studio("facts"),
    }


def account_due(here: Scene, days: int) -> dict[str, Any]:
    due = Due(1, "c4rk8x2w5nq7vtmd", here.say("update"), date(2027, 3, 3) + timedelta(days=days))
    return {"campaign": here.campaign, "due": due, "days": days, "url": here.studio("impact#updates")}


def session_soon(here: Scene, *, holds: bool, host: str, waiting: int) -> dict[str, Any]:
    qa = QaSession(
        campaign_id=1,
        title=here.say("live"),
        on_date=date(2027, 3, 4),
        at_time=time(20, 0),
        zone="America/New_York",
        starts_at=datetime.combine(AT.date() + timedelta(days=2), time(1, 0), AT.tzinfo),
    )
    url = absolute("/c/lanternes/voices/live/q") if holds else here.studio("sessions/q")
    return {
        "campaign": here.campaign,
        "qa": qa,
        "host": host,
        "waiting": waiting,
        "holds": holds,
        "url": url,
    }


def crisis_word(here: Scene, statement: str) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "person": here.carrier,
        "organisation": here.organisation,
        "text": here.say("pause"),
        "statement": statement,
        "url": absolute("/brief"),
    }


def influencer_invitation(here: Scene, message: str) -> dict[str, Any]:
    return {
        "person": here.carrier,
        "campaign": here.campaign,
        "organisation": here.organisation,
        "url": here.private("/p"),
        "message": message,
        "sender": "Claire Aubry",
    }


def invitation(here: Scene) -> dict[str, Any]:
    return {
        "link": here.private("/join"),
        "inviter": "Claire Aubry",
        "organisation": here.organisation.name,
        "role": ROLE_NAMES[Role.EDITOR],
        "days": 7,
    }


def sign_in(here: Scene) -> dict[str, Any]:
    return {"link": here.private("/studio/sign-in"), "minutes": 15}


def channel_code(here: Scene) -> dict[str, Any]:
    return {
        "code": "48291306",
        "organisation": here.organisation.name,
        "person": "Claire Aubry",
        "minutes": 30,
    }


def channel_lost(here: Scene, problem: str) -> dict[str, Any]:
    return {
        "channel": "Bluesky",
        "handle": "lanternes.bsky.social",
        "problem": problem,
        "organisation": here.organisation.name,
        "link": absolute("/studio/channels"),
    }
