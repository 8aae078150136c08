"""The whole account of a campaign as a tagged PDF: sums, promise, spending, updates, how it is counted, the seal.

Every sum is that of the public page at the same moment; nothing is in it that the page does not show.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.templating import absolute
from app.donations import queries as donations
from app.donations.queries import Totals
from app.impact import accounts, queries
from app.impact.account import Account, account_of
from app.impact.accounts import RevisionView, UpdateView
from app.impact.bar import bar_of
from app.impact.money_rules import CATEGORY_WORDS
from app.impact.queries import PromiseView, SpendView
from app.impact.rules import Standing
from app.media import service as media
from app.media.models import Media, MediaKind
from app.print.documents import pdf
from app.transparency import queries as log
from app.transparency.report_plan import plans
from app.transparency.rules import canonical

PICTURES = 24  # at most; more would be a book
PRINTED = "small.webp"
WIDE = 1.6  # so much wider than high, a picture has the page's width, and nothing beside it


def report(session: Session, campaign: Campaign) -> bytes:
    """The report as it stands now, in the current language. The same facts on the same day give the same bytes."""
    updates = accounts.updates(session, campaign, published_only=True)
    files = _pictures(session, updates)
    return _set(canonical(_data(session, campaign, updates, files)), tuple(sorted(files.items())))


@lru_cache(maxsize=8)
def _set(data: str, files: tuple[tuple[str, bytes], ...]) -> bytes:
    return pdf("report.typ", json.loads(data), dict(files))


def _data(
    session: Session, campaign: Campaign, updates: Sequence[UpdateView], files: Mapping[str, bytes]
) -> dict[str, Any]:
    organisation = campaigns.organisation(session, campaign)
    today = i18n.day(clock.today(campaign.timezone), "d MMMM yyyy")
    language = i18n.current_language()
    totals = donations.totals(session, campaign.id)
    account = account_of(session, campaign, totals)
    headline = next((one.update.title for one in updates if one.update.title), campaign.title)
    return {
        "title": headline,
        "campaign": campaign.title,
        "organisation": organisation.legal_name or organisation.name,
        "lang": language,
        "region": {"fr": "FR", "en": "GB"}[language],
        "text_lang": campaign.language,
        "weekday": campaign.starts_on.weekday(),
        "made": i18n.gettext("Report of %(day)s, summed from the open ledger.") % {"day": today},
        "foot": absolute(f"/c/{campaign.slug}/impact"),
        "money": _money(campaign, totals, account),
        "promises": _promises(queries.standings(session, campaign)),
        "plans": plans(campaign, account),
        "spending": _spending(account.standing),
        "updates": {
            "title": i18n.gettext("What happened, as it was told"),
            "items": [_update(campaign, one, files) for one in updates],
        },
        "counted": {"title": i18n.gettext("How this is counted"), "lines": _counted()},
        "seal": _seal(session, campaign),
    }


def _money(campaign: Campaign, totals: Totals, account: Account) -> dict[str, Any]:
    balance = account.sum
    notes = []
    if totals.in_kind_minor:
        worth = i18n.money(totals.in_kind_minor, campaign.currency)
        notes.append(
            i18n.gettext("Given in kind beside it, worth %(amount)s and not counted above.")
            % {"amount": worth}
        )
    if balance.remaining < 0:
        more = i18n.money(-balance.remaining, campaign.currency, cents=True)
        notes.append(i18n.gettext("More was used than came in: %(amount)s.") % {"amount": more})
    notes += [one.words for one in account.plan.unspent[:1]] or [campaign.closing_note] * bool(
        campaign.closing_note
    )
    return {
        "title": i18n.gettext("The money"),
        "figure": i18n.money(balance.raised, campaign.currency),
        "note": i18n.ngettext("given by one person", "in %(num)s gifts", totals.gifts)
        % {"num": i18n.number(totals.gifts)},
        "parts": bar_of(balance, campaign.currency),
        "total": [i18n.gettext("Raised"), i18n.money(balance.raised, campaign.currency, cents=True)],
        "notes": notes,
    }


def _promises(found: Sequence[PromiseView]) -> dict[str, Any]:
    return {
        "title": i18n.gettext("Promised, kept, late"),
        "heads": [i18n.gettext("What"), i18n.gettext("Promised"), i18n.gettext("Measured")],
        "rows": [_promise(one) for one in found],
    }


def _promise(view: PromiseView) -> dict[str, str]:
    one = view.promise
    promised = i18n.gettext("%(target)s %(unit)s by %(day)s") % {
        "target": i18n.number(one.target.normalize()),
        "unit": one.unit,
        "day": i18n.day(one.due_on, "d MMMM yyyy"),
    }
    return {
        "what": one.indicator,
        "method": one.method,
        "promised": promised,
        "told": f"{i18n.number(view.value.normalize())} {one.unit}".strip()
        if view.value is not None
        else "–",
        "standing": _standing(view),
    }


def _standing(view: PromiseView) -> str:
    late = view.days_late
    counted = {"num": i18n.number(late)}
    if view.standing is Standing.KEPT:
        if not late:
            return i18n.gettext("kept")
        return i18n.ngettext("kept, one day late", "kept, %(num)s days late", late) % counted
    if view.standing is Standing.LATE:
        return i18n.ngettext("one day late", "%(num)s days late", late) % counted
    return i18n.gettext("its day has not come")


def _spending(found: Sequence[SpendView]) -> dict[str, Any]:
    return {
        "title": i18n.gettext("The money used"),
        "heads": [i18n.gettext("Day"), i18n.gettext("For what"), i18n.gettext("Amount")],
        "rows": [
            {
                "day": i18n.day(one.entry.on_date, "d MMM yyyy"),
                "note": one.entry.note,
                "category": _said_of(one),
                "evidence": one.entry.evidence_note,
                "amount": i18n.money(-one.entry.amount_minor, one.entry.currency, cents=True),
            }
            for one in reversed(found)
        ],
    }


def _said_of(one: SpendView) -> str:
    """The category of an expense, and who was paid or why that is not said."""
    words = str(CATEGORY_WORDS[one.category])
    if one.spend is None or not (one.spend.payee or one.spend.withheld):
        return words
    if one.spend.withheld:
        paid = i18n.gettext("name not shown: %(reason)s") % {"reason": one.spend.withheld}
    else:
        paid = i18n.gettext("paid to %(name)s") % {"name": one.spend.payee}
    return f"{words} · {paid}"


def _update(campaign: Campaign, view: UpdateView, files: Mapping[str, bytes]) -> dict[str, Any]:
    row = view.update
    at = row.published_at or row.created_at
    gone = row.withdrawn_at is not None
    day = i18n.moment(at, campaign.timezone, "d MMMM yyyy")
    title = row.title or i18n.gettext("Update of %(day)s") % {"day": day}
    return {
        "day": day,
        "title": title,
        "body": i18n.gettext(
            "The words and pictures of this update were erased because the law gives somebody that right. "
            "Its figures stay."
        )
        if gone
        else row.body,
        "pictures": [
            {
                "file": _name(one.picture.pid),
                "alt": one.picture.alt_text,
                "place": one.picture.place,
                "wide": one.urls.width > WIDE * one.urls.height,
            }
            for one in view.pictures
            if _name(one.picture.pid) in files
        ],
        "video": [i18n.gettext("Video"), row.video_title, row.video_url] if row.video_url else [],
        "figures": [
            [one.promise.indicator, f"{i18n.number(one.value.normalize())} {one.promise.unit}".strip()]
            for one in view.figures
        ],
        "corrections": [] if gone else [_revision(campaign, one) for one in view.revisions],
    }


def _revision(campaign: Campaign, view: RevisionView) -> dict[str, Any]:
    one = view.revision
    was = [
        i18n.gettext("%(what)s: %(before)s before, %(after)s now")
        % {"what": change.promise.indicator, "before": _number(change.before), "after": _number(change.after)}
        for change in view.changes
    ]
    if view.title_changed:
        was.append(i18n.gettext("It was called: “%(title)s”") % {"title": one.old_title})
    if view.still_changed:
        was.append(str(view.still_changed))
    if view.body_changed:
        was.append(i18n.gettext("What it said before stands on the public page."))
    day = i18n.moment(one.at, campaign.timezone, "d MMMM yyyy")
    return {"day": i18n.gettext("Corrected on %(day)s") % {"day": day}, "why": one.why, "was": was}


def _number(text: str | None) -> str:
    return "–" if text is None else i18n.number(Decimal(text).normalize())


def _counted() -> list[str]:
    return [
        i18n.gettext("A gift counts once the payment company confirms that it is paid, not before."),
        i18n.gettext("Refunds and disputed payments are taken off in the open; payment fees are told apart."),
        i18n.gettext("Gifts in kind and what sponsors have promised but not paid are in no sum."),
        i18n.gettext(
            "A promise is kept when a published figure reaches its target; lateness is counted in days."
        ),
        i18n.gettext("Nothing in the ledger is changed: what was wrong is cancelled by its opposite."),
        i18n.gettext("Updates are corrected in the open, with what they said before and why."),
    ]


def _seal(session: Session, campaign: Campaign) -> dict[str, str]:
    head = log.head(session, campaign)
    return {
        "title": i18n.gettext("The seal"),
        "words": i18n.gettext(
            "Every entry behind this report is chained to the one before it. Keep the number below: if anything "
            "that stood before it is changed later, it no longer fits, and anyone can show it."
        ),
        "label": i18n.gettext("Entry %(number)s of the log") % {"number": i18n.number(head.seq)},
        "hash": head.hash,
        "address": absolute(f"/c/{campaign.slug}/log"),
    }


def _name(pid: str) -> str:
    return f"{pid}.webp"


def _pictures(session: Session, updates: Sequence[UpdateView]) -> dict[str, bytes]:
    """The files of the pictures that may be shown, the latest updates first."""
    shown = [(one.picture.pid, one.picture.media_id) for view in updates for one in view.pictures][:PICTURES]
    rows = session.exec(select(Media).where(col(Media.id).in_([media_id for _, media_id in shown])))
    kept = {row.id: row for row in rows if row.kind is MediaKind.IMAGE}
    return {
        _name(pid): media.open_variant(kept[media_id], PRINTED).path.read_bytes()
        for pid, media_id in shown
        if media_id in kept
    }
