"""Examples of letters to the public and about what it sends: followers, voices, questions, moderation, notices."""

from typing import Any

from app.core.i18n import gettext, money
from app.core.templating import absolute
from app.followers.published import Piece
from app.followers.rules import Topic
from app.moderation.models import Alert
from app.moderation.rules import STEP_WORDS, AlertKind, Step
from app.notices.models import Notice, NoticeDecision
from app.notices.rules import CATEGORY_WORDS, GROUND_WORDS, OUTCOME_WORDS, Category, Ground, Outcome
from app.questions.models import Question
from app.testimonials import wording
from app.testimonials.models import TestimonialUse
from app.testimonials.rules import Fate, Place, Why
from tests.mail.scene import AT, Scene


def following(here: Scene, *, asked: bool) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "organisation": here.organisation,
        "url": here.private("/follow/confirm" if asked else "/follow"),
        "stop_url": here.private("/follow/stop"),
    }


def letter(here: Scene, *topics: Topic) -> dict[str, Any]:
    told = {
        Topic.STORY: Piece(
            *(Topic.STORY, here.say("day"), here.say("frame"), here.say("caption"), "/days/3"),
            more=gettext("See the story"),
        ),
        Topic.DRIVE: Piece(
            *(Topic.DRIVE, gettext("The drive is open"), here.say("cause"), here.say("statement"), "/give"),
            more=gettext("Give"),
            facts=((gettext("Goal"), money(2500000, "EUR")),),
        ),
        Topic.ACCOUNTS: Piece(
            *(Topic.ACCOUNTS, gettext("What became of the money"), here.say("update"), here.say("told")),
            path="/impact",
            more=gettext("Read the account"),
            facts=((here.say("note"), money(48250, "EUR")), (here.say("fact"), "")),
        ),
    }
    pieces = [told[one] for one in topics]
    return {
        "campaign": here.campaign,
        "organisation": here.organisation,
        "subject": pieces[0].title,
        "pieces": pieces,
        "page_url": here.private("/follow"),
        "stop_url": here.private("/follow/stop"),
    }


def follow_up(here: Scene, days: int, *, took_part: bool) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "organisation": here.organisation,
        "days": days,
        "took_part": took_part,
        "url": here.private("/after"),
    }


def private_link(here: Scene, page: str) -> dict[str, Any]:
    return {"organisation": here.organisation, "url": here.private(page)}


def accepted(here: Scene) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "organisation": here.organisation,
        "public_url": absolute("/c/lanternes/voices"),
        "url": here.private("/mine"),
    }


def _use(place: Place, fate: Fate, **values: Any) -> TestimonialUse:
    return TestimonialUse(testimonial_id=1, campaign_id=1, place=place, fate=fate, at=AT, **values)


def recalled(here: Scene, why: Why, *, carries: bool, left: bool) -> dict[str, Any]:
    gone = [_use(Place.PAGE, Fate.REMOVED), _use(Place.FRAME, Fate.HELD, day=3)]
    kept = [
        _use(Place.POST, Fate.NOT_RECALLED, carrier="Maïa", channel="hand", due_at=AT),
        _use(Place.CARD, Fate.NOT_RECALLED, part=1, url=absolute("/assets/5hC9mEaG/card.png")),
    ]
    return {
        "campaign": here.campaign,
        "why": why.value,
        "gone": gone,
        "left": kept if left else [],
        "say": wording,
        "url": absolute("/brief") if carries else here.studio("voices#ended"),
        "carries": carries,
    }


def answered(here: Scene) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "organisation": here.organisation,
        "question": Question(campaign_id=1, text=here.say("question")),
        "url": absolute("/c/lanternes/voices/questions/q7kx8w2q5rt3vndb"),
    }


def decided(here: Scene, *, returned: bool) -> dict[str, Any]:
    return {
        "campaign": here.campaign,
        "organisation": here.organisation,
        "returned": returned,
        "reason": here.say("why"),
        "url": here.private("/mine"),
    }


def escalated(here: Scene) -> dict[str, Any]:
    return {"who": "Bastien Ferrand", "url": absolute("/studio/inbox/i7kx8w2q5rt3vndb")}


def alert(here: Scene, kind: AlertKind, step: Step) -> dict[str, Any]:
    seen = Alert(organisation_id=1, campaign_id=1, kind=kind, count=34, total=1210, usual=2.25)
    return {"campaign": here.campaign, "alert": seen, "step": STEP_WORDS[step], "url": here.studio("alerts")}


def notice(here: Scene, category: Category, **more: Any) -> dict[str, Any]:
    row = Notice(
        pid="n7kx8w2q5rt3vndb",
        organisation_id=1,
        category=category,
        address="/c/lanternes/voices",
        reason="…",
        language=here.language,
    )
    return {
        "notice": row,
        "organisation": here.organisation,
        "category": CATEGORY_WORDS[category],
        "page": absolute("/c/lanternes/voices"),
        "url": here.private("/notice"),
        **more,
    }


def decision(here: Scene, outcome: Outcome, ground: Ground | None, turn: int = 1) -> dict[str, Any]:
    row = NoticeDecision(
        notice_id=1,
        round=turn,
        outcome=outcome,
        ground=ground,
        basis=here.say("basis"),
        facts=here.say("why"),
    )
    return notice(
        here,
        Category.PRIVACY,
        decision=row,
        outcome=OUTCOME_WORDS[outcome],
        ground=GROUND_WORDS[ground] if ground else "",
        restricted=outcome is not Outcome.KEEP,
        again=turn > 1,
    )
