"""The plan as the report has it: budget against actual, the accounts that were promised, what changed since."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.campaigns.models import Campaign
from app.core import i18n
from app.impact.account import Account
from app.impact.money_rules import CATEGORY_WORDS, Planned
from app.impact.plan_models import PlanChange


def plans(campaign: Campaign, account: Account) -> list[dict[str, Any]]:
    """Budget against actual, the accounts that were promised, what changed; else the shares that donors read."""
    found = [_budget(campaign, account)] if account.plan.lines else []
    if not found and campaign.money_use:
        found.append(_shares(campaign))
    if account.plan.commitments:
        rows = [
            [
                one.commitment.title,
                i18n.day(one.commitment.due_on, "d MMMM yyyy"),
                _answered(one.answer.told_on, one.answer.days_late),
            ]
            for one in account.plan.commitments
        ]
        heads = [i18n.gettext("What"), i18n.gettext("Promised for"), i18n.gettext("Account given")]
        found.append(
            {"title": i18n.gettext("Accounts we promised"), "lines": [], "heads": heads, "rows": rows}
        )
    if account.plan.changes:
        found.append(_changes(campaign, account.plan.changes))
    return found


def _changes(campaign: Campaign, changes: Sequence[PlanChange]) -> dict[str, Any]:
    """What changed since the drive opened, the latest first, as the public page has it."""
    rows = [
        [
            f"{_changed(campaign, one)}\n{i18n.gettext('Why')}{i18n.gettext(': ')}{one.reason}",
            i18n.moment(one.changed_at, campaign.timezone, "d MMMM yyyy"),
        ]
        for one in changes
    ]
    heads = [i18n.gettext("What"), i18n.gettext("Day")]
    title = i18n.gettext("What changed since the drive opened")
    return {"title": title, "lines": [], "heads": heads, "rows": rows}


def _changed(campaign: Campaign, one: PlanChange) -> str:
    def told(value: Mapping[str, Any]) -> str:
        if one.kind is Planned.LINE:
            amount = i18n.money(value["amount_minor"], campaign.currency, cents=True)
            return f"{value['label']}{i18n.gettext(': ')}{amount}"
        return f"{value['title']}{i18n.gettext(': ')}{i18n.day(one.day(value), 'd MMMM yyyy')}"

    if one.before is not None and one.after is not None:
        return f"{told(one.after)} {i18n.gettext('instead of')} {told(one.before)}"
    if one.after is not None:
        return f"{i18n.gettext('Added')}{i18n.gettext(': ')}{told(one.after)}"
    return f"{i18n.gettext('Taken out')}{i18n.gettext(': ')}{told(one.before or {})}"


def _budget(campaign: Campaign, account: Account) -> dict[str, Any]:
    def amount(minor: int) -> str:
        return i18n.money(minor, campaign.currency, cents=True)

    rows = [
        [str(CATEGORY_WORDS[one.category]), amount(one.planned), amount(one.used)] for one in account.measured
    ]
    rows.append([i18n.gettext("Used, fees included"), amount(account.plan.total), amount(account.used)])
    return {
        "title": i18n.gettext("Planned and used"),
        "lines": [[one.label, amount(one.amount_minor)] for one in account.plan.lines],
        "heads": [i18n.gettext("For what"), i18n.gettext("Planned"), i18n.gettext("Used")],
        "rows": rows,
    }


def _answered(told_on: date | None, late: int) -> str:
    if told_on is None and not late:
        return i18n.gettext("its day has not come")
    counted = {"num": i18n.number(late)}
    if told_on is None:
        return i18n.ngettext("one day late", "%(num)s days late", late) % counted
    day = i18n.day(told_on, "d MMMM yyyy")
    if not late:
        return day
    return f"{day}, {i18n.ngettext('one day late', '%(num)s days late', late) % counted}"


def _shares(campaign: Campaign) -> dict[str, Any]:
    rows = [
        [str(one["label"]), i18n.percent(int(one["percent"]) / 100)]
        for one in campaign.money_use
        if "label" in one and "percent" in one
    ]
    heads = [i18n.gettext("For what"), i18n.gettext("Share of the gifts")]
    return {"title": i18n.gettext("The plan"), "lines": [], "heads": heads, "rows": rows}
