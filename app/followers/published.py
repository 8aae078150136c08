"""What there is to tell followers, and its words: read anew when a letter is made, so that it tells what stands.

Refuses what is not public: a day to come, a draft, anything of a paused campaign.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.campaigns.drawers import now_of
from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date
from app.challenges import queries as challenges
from app.claims import queries as claims
from app.claims.rules import quoted
from app.core import clock, i18n
from app.followers.rules import EVENING, MORNING, Topic
from app.impact import accounts as impact
from app.impact.models import Update
from app.stories.models import Day, Frame
from app.transparency import queries as log

FRESH = timedelta(days=2)
"""What became public longer ago is not told as news: after an outage nobody wants last week's letters."""

AT_REST = timedelta(minutes=10)
"""So long before the evening the log's newest entry is taken: whoever was sealing then has committed since."""

LONGEST = 1_200  # characters of a text in a letter; the page has the rest


@dataclass(frozen=True)
class Publication:
    """One thing to tell: `key` is for ever, `title` is for the team."""

    key: str
    topics: frozenset[Topic]
    title: str


@dataclass(frozen=True)
class Piece:
    """One part of a letter, in the campaign's language; `path` is below the campaign's page."""

    topic: Topic
    kicker: str  # in the reader's language
    title: str
    text: str
    path: str
    more: str  # the words of the link, in the reader's language
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)


def publications(session: Session, campaign: Campaign) -> list[Publication]:
    """What a campaign has published lately that followers may be told. Speaks the campaign's language.

    In a pause, accounts and corrections alone: they are noted on their day and told when it ends, however long it is.
    """
    if campaign.state in (State.DRAFT, State.READY):
        return []
    since = clock.now() - FRESH
    found = [*_updates(session, campaign, since), *_corrections(session, campaign, since)]
    if campaign.paused_at is not None:
        return found
    return [*_day(session, campaign), *_drive(campaign, since), *found, *_seal(session, campaign)]


def pieces(session: Session, campaign: Campaign, key: str) -> list[Piece]:
    """The words of one publication as they stand now; nothing when it is public no more."""
    kind, _, which = key.partition(":")
    return _PIECES[kind](session, campaign, which)


def _day(session: Session, campaign: Campaign) -> list[Publication]:
    """Today's story and challenge, from the morning on."""
    local = clock.now().astimezone(ZoneInfo(campaign.timezone))
    number = now_of(campaign).today
    if campaign.state not in (State.LIVE, State.DRIVE) or number is None or local.time() < MORNING:
        return []
    told = _day_pieces(session, campaign, str(number))
    topics = frozenset(one.topic for one in told)
    title = i18n.gettext("Day %(number)s: %(title)s") % {
        "number": number,
        "title": told[0].title if told else "",
    }
    return [Publication(f"day:{number}", topics, title)] if told else []


def _drive(campaign: Campaign, since: datetime) -> list[Publication]:
    opened = campaign.drive_opened_at
    if campaign.state is not State.DRIVE or opened is None or opened < since:
        return []
    title = i18n.gettext("The drive is open")
    return [Publication("drive:open", frozenset({Topic.DRIVE}), campaign.drive_title or title)]


def _updates(session: Session, campaign: Campaign, since: datetime) -> list[Publication]:
    rows = session.exec(
        select(Update)
        .where(
            Update.campaign_id == campaign.id,
            col(Update.published_at) >= since,
            col(Update.withdrawn_at).is_(None),
        )
        .order_by(col(Update.published_at))
    ).all()
    return [Publication(f"update:{one.pid}", frozenset({Topic.ACCOUNTS}), one.title) for one in rows]


def _corrections(session: Session, campaign: Campaign, since: datetime) -> list[Publication]:
    found = [one for one, _ in claims.corrections(session, campaign) if one.at >= since]
    topics = frozenset({Topic.CORRECTIONS})
    return [Publication(f"correction:{one.pid}", topics, one.right[:160]) for one in reversed(found)]


def _seal(session: Session, campaign: Campaign) -> list[Publication]:
    """From the evening on, the newest entry of the day until then: one letter, however much is sealed later."""
    local = clock.now().astimezone(ZoneInfo(campaign.timezone))
    if local.time() < EVENING:
        return []
    newest = log.sealed_by(
        session, campaign, clock.resolve_wall(local.date(), EVENING, campaign.timezone) - AT_REST
    )
    if not newest:
        return []
    title = i18n.gettext("The seal of the log, entry %(number)s") % {"number": newest}
    return [Publication(f"log:{newest}", frozenset({Topic.LOG}), title)]


def _day_pieces(session: Session, campaign: Campaign, which: str) -> list[Piece]:
    number = int(which)
    day = session.exec(select(Day).where(Day.campaign_id == campaign.id, Day.number == number)).first()
    if day is None or number > now_of(campaign).shown:
        return []
    return [*_story(session, campaign, day), *_challenge(session, campaign, day)]


def _story(session: Session, campaign: Campaign, day: Day) -> list[Piece]:
    frames = session.exec(select(Frame).where(Frame.day_id == day.id).order_by(col(Frame.position))).all()
    told = [one.caption or one.title for one in frames if one.caption or one.title]
    text = _short("\n\n".join(part for part in (day.lead, *told) if part))
    title = day.headline or day.beat
    if not (title or text):
        return []
    on = i18n.day(day_date(campaign.starts_on, day.number), "EEEE d MMMM")
    kicker = i18n.gettext("Day %(number)s of %(length)s, %(day)s") % {
        "number": day.number,
        "length": campaign.length,
        "day": on,
    }
    more = i18n.gettext("See the story")
    return [Piece(Topic.STORY, kicker, title or campaign.title, text, f"/days/{day.number}", more)]


def _challenge(session: Session, campaign: Campaign, day: Day) -> list[Piece]:
    row = challenges.of_day(session, campaign_id=campaign.id, day_id=day.id)
    if row is None or not row.title:
        return []
    kicker, more = i18n.gettext("Today’s challenge"), i18n.gettext("Take the challenge")
    levels = [(str(one.get("title", "")), str(one.get("detail", ""))) for one in row.levels]
    return [
        Piece(
            Topic.CHALLENGE,
            kicker,
            row.title,
            _short(row.how_to),
            f"/days/{day.number}#challenge",
            more,
            tuple(one for one in levels if one[0]),
        )
    ]


def _drive_pieces(_session: Session, campaign: Campaign, _which: str) -> list[Piece]:
    if campaign.state is not State.DRIVE:
        return []
    kicker, more = i18n.gettext("The drive is open"), i18n.gettext("Give")
    facts = (
        ((i18n.gettext("Goal"), i18n.money(campaign.goal_minor, campaign.currency)),)
        if campaign.goal_minor
        else ()
    )
    title = campaign.drive_title or campaign.title
    return [Piece(Topic.DRIVE, kicker, title, _short(campaign.drive_ask), "/donate", more, facts)]


def _update_pieces(session: Session, campaign: Campaign, which: str) -> list[Piece]:
    view = impact.update(session, campaign, which)
    if view is None or view.update.published_at is None or view.update.withdrawn_at is not None:
        return []
    kicker, more = i18n.gettext("What became of the money"), i18n.gettext("Read the account")
    facts = [
        (one.promise.indicator, " ".join(part for part in (i18n.number(one.value), one.promise.unit) if part))
        for one in view.figures
    ]
    facts += [
        (one.entry.note, i18n.money(-one.entry.amount_minor, one.entry.currency, cents=True))
        for one in view.spends
        if not one.undone
    ]
    row = view.update
    if row.video_url:
        facts.append((row.video_title or i18n.gettext("Video"), row.video_url))
    path = f"/impact#update-{row.pid}"
    return [Piece(Topic.ACCOUNTS, kicker, row.title, _short(row.body), path, more, tuple(facts))]


def _correction_pieces(session: Session, campaign: Campaign, which: str) -> list[Piece]:
    found = claims.correction(session, campaign, which)
    if found is None:
        return []
    one, _ = found
    kicker, more = i18n.gettext("Correction"), i18n.gettext("See the correction and its source")
    said = i18n.gettext("We said: “%(said)s” That was wrong.") % {"said": quoted(one.said)}
    path = f"/sources#correction-{one.pid}"
    return [Piece(Topic.CORRECTIONS, kicker, one.right, _short(f"{said}\n\n{one.why}"), path, more)]


def _seal_pieces(session: Session, campaign: Campaign, which: str) -> list[Piece]:
    found = log.hash_at(session, campaign, int(which))
    if found is None:
        return []
    kicker, more = i18n.gettext("The log"), i18n.gettext("Compare it with the log")
    title = i18n.gettext("The seal of the log, entry %(number)s") % {"number": which}
    said = i18n.gettext(
        "Keep this letter. If the log ever shows another code for this entry, something before it was changed."
    )
    return [Piece(Topic.LOG, kicker, title, said, "/log", more, ((i18n.gettext("Code"), found),))]


def _short(text: str) -> str:
    """A text as long as a letter bears, cut at a word."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


_PIECES = {
    "day": _day_pieces,
    "drive": _drive_pieces,
    "update": _update_pieces,
    "correction": _correction_pieces,
    "log": _seal_pieces,
}
