"""The table of checks: each looks at the facts and says what is missing, and where to put it right. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.i18n import Message, mark
from app.launch.facts import DayFacts, Facts


@dataclass(frozen=True)
class Check:
    """One thing to have in order: what it is, where it is put right, and how to tell.

    `fix` is a path within the campaign's studio pages; `holds` returns None when all is well, else what
    is missing, in words.
    """

    key: str
    title: Message
    fix: str
    holds: Callable[[Facts], Message | None]
    asked: Callable[[Facts], bool] = lambda _: True  # whether it concerns this campaign


def _when(wrong: object, said: Message) -> Message | None:
    return said if wrong else None


def _numbers(days: Sequence[DayFacts]) -> str:
    return ", ".join(str(day.number) for day in days)


def _identity(facts: Facts) -> Message | None:
    missing = not (facts.title and facts.cause and (facts.summary or facts.headline))
    return _when(missing, mark("Write a title, the cause in one sentence, and a summary."))


def _dates(facts: Facts) -> Message | None:
    return _when(
        facts.starts_on < facts.today, mark("The first day has passed. Choose today or a day to come.")
    )


def _frames(facts: Facts) -> Message | None:
    empty = [day for day in facts.days if not day.frames]
    if not facts.days:
        return mark("There is no day yet.")
    said = mark("Nothing to tell yet on: day %(days)s.")
    return said.with_values(days=_numbers(empty)) if empty else None


def _blanks(facts: Facts) -> Message | None:
    days = [day for day in facts.days if day.blanks]
    count = (
        sum(day.blanks for day in days) + facts.campaign_blanks + facts.drive_blanks + facts.promise_blanks
    )
    if not count:
        return None
    if not days:
        return mark("Gaps left to fill in: %(count)s, in the settings or the promise.").with_values(
            count=count
        )
    said = mark("Gaps left to fill in: %(count)s, among others on day %(days)s.")
    return said.with_values(count=count, days=_numbers(days))


def _media(facts: Facts) -> Message | None:
    days = [day for day in facts.days if day.without_media]
    said = mark("A picture or a film is announced but missing on: day %(days)s.")
    return said.with_values(days=_numbers(days)) if days else None


def _alt(facts: Facts) -> Message | None:
    days = [day for day in facts.days if day.without_alt]
    said = mark("A picture nobody described on: day %(days)s.")
    return said.with_values(days=_numbers(days)) if days else None


def _portraits(facts: Facts) -> Message | None:
    days = [day for day in facts.days if day.unagreed]
    said = mark("A picture of somebody whose agreement is withdrawn or ends before the day: day %(days)s.")
    return said.with_values(days=_numbers(days)) if days else None


def _challenges(facts: Facts) -> Message | None:
    days = [day for day in facts.days if not day.has_challenge]
    said = mark("No whole challenge (title, unit, three levels) on: day %(days)s.")
    return said.with_values(days=_numbers(days)) if days else None


def _people(facts: Facts) -> Message | None:
    if not facts.people:
        return mark("Nobody carries the story yet.")
    waiting = [one.name for one in facts.people if not one.confirmed]
    said = mark("Not confirmed yet: %(names)s.")
    return said.with_values(names=", ".join(waiting)) if waiting else None


def _terms(facts: Facts) -> Message | None:
    lacking = [one.name for one in facts.people if one.terms_missing]
    said = mark("Terms or label missing for: %(names)s.")
    return said.with_values(names=", ".join(lacking)) if lacking else None


def _contact(facts: Facts) -> Message | None:
    lacks = not (facts.contact_name and facts.contact_reach)
    return _when(lacks, mark("Name who answers in a crisis, with a telephone number or an address."))


def _hold(facts: Facts) -> Message | None:
    return _when(not facts.hold_statement, mark("Write what the public reads if everything is paused."))


def _crisis(facts: Facts) -> Message | None:
    said = mark("Still missing: %(what)s.")
    return said.with_values(what=facts.crisis_lacks[0]) if facts.crisis_lacks else None


def _approval(facts: Facts) -> Message | None:
    said = mark("Posts of the first day that are not approved: %(count)s.")
    waiting = facts.first_day_unapproved if facts.approval_asked else 0
    return said.with_values(count=waiting) if waiting else None


def _not_paused(facts: Facts) -> Message | None:
    return _when(facts.paused, mark("Everything is paused. Resume first."))


def _first_day(facts: Facts) -> Message | None:
    said = mark("The first day has not come. The campaign goes live by itself at its first hour.")
    return _when(facts.today < facts.starts_on, said)


def _legal(facts: Facts) -> Message | None:
    said = mark("Donors must know who receives: legal name, register number and address.")
    return _when(not facts.legal_identity, said)


def _promise(facts: Facts) -> Message | None:
    if not facts.promises:
        return mark("Promise at least one thing that will be true, before anyone gives.")
    part = [one.indicator for one in facts.promises if not one.whole]
    said = mark("Each promise needs a start, a target that differs and a way to measure: %(names)s.")
    return said.with_values(names=", ".join(part)) if part else None


def _ask(facts: Facts) -> Message | None:
    lacks = not (facts.drive_title and facts.drive_ask and facts.goal_minor and facts.suggested)
    return _when(lacks, mark("Write what the drive asks, its goal and at least one amount."))


def _claims(facts: Facts) -> Message | None:
    if facts.open_claims:
        said = mark("Facts that nobody has checked, or that do not hold: %(count)s.")
        return said.with_values(count=facts.open_claims)
    if facts.unsourced:
        said = mark("Sentences that look like facts and have no source: %(count)s.")
        return said.with_values(count=facts.unsourced)
    stated = facts.claims or facts.nothing_to_source
    return _when(not stated, mark("Give the facts their sources, or state that nothing here needs one."))


def _use(facts: Facts) -> Message | None:
    if facts.money_use_total == 100:
        return None
    said = mark("Where the money goes adds up to %(total)s %%, not to 100 %%.")
    return said.with_values(total=facts.money_use_total)


def _plan(facts: Facts) -> Message | None:
    if facts.budget_minor != facts.goal_minor:
        return mark("Break the goal down into a budget: its lines add up to the goal.")
    return _when(not facts.accounts_promised, mark("Promise a day on which people will read an account."))


def _at_once(facts: Facts) -> Message | None:
    found = (look(facts) for look in (_promise, _plan, _ask, _use, _legal))
    return next((missing for missing in found if missing is not None), None)


def _days_over(facts: Facts) -> Message | None:
    said = mark("The last day is not over. Reporting begins after it.")
    return _when(facts.today <= facts.ends_on, said)


def _settled(facts: Facts) -> Message | None:
    said = mark("Payments still under way: %(count)s. They settle within some days.")
    return said.with_values(count=facts.gifts_under_way) if facts.gifts_under_way else None


def _figures(facts: Facts) -> Message | None:
    open_ = [one.indicator for one in facts.promises if not one.has_figure]
    said = mark("Without a figure and without an explanation: %(names)s.")
    return said.with_values(names=", ".join(open_)) if open_ and not facts.closing_note else None


def _balance(facts: Facts) -> Message | None:
    said = mark("The balance is not zero. Say in public what becomes of it.")
    explained = facts.closing_note or facts.unspent_said
    return _when(facts.balance_minor != 0 and not explained, said)


def _update(facts: Facts) -> Message | None:
    said = mark("Publish at least one update: what became of the gifts.")
    return _when(facts.drive_was_open and not facts.updates, said)


CHECKS: dict[str, Check] = {
    check.key: check
    for check in (
        Check("identity", mark("The campaign says who, what and why"), "/settings#details", _identity),
        Check("dates", mark("The first day is today or to come"), "/settings#calendar", _dates),
        Check("frames", mark("Each day has something to tell"), "/week", _frames),
        Check("blanks", mark("No gap is left open"), "/week", _blanks),
        Check("media", mark("Each announced picture or film is there"), "/week", _media),
        Check("alt", mark("Each picture is described"), "/week", _alt),
        Check("portraits", mark("Whoever is pictured agrees"), "/week", _portraits),
        Check("challenges", mark("Each day has a challenge in three levels"), "/week", _challenges),
        Check("people", mark("Each influencer has said yes"), "/influencers", _people),
        Check("terms", mark("Terms and labels are settled"), "/influencers", _terms),
        Check("contact", mark("Someone answers in a crisis"), "/settings#care", _contact),
        Check("hold", mark("The words for a pause are ready"), "/settings#care", _hold),
        Check("crisis", mark("The crisis protocol is written"), "/crisis/protocol", _crisis),
        Check("approval", mark("Nothing of the first day waits for approval"), "/review", _approval),
        Check("first-day", mark("The first day has come"), "/settings#calendar", _first_day),
        Check("not-paused", mark("Nothing is paused"), "/pause", _not_paused),
        Check("legal", mark("The organisation's legal identity stands"), "organisation", _legal),
        Check("promise", mark("A promise can be checked by anyone"), "/impact", _promise),
        Check("plan", mark("The goal is broken down, and an account promised"), "/impact#plan", _plan),
        Check("ask", mark("The drive says what it asks"), "/settings#drive", _ask),
        Check("claims", mark("The facts are checked"), "/facts", _claims),
        Check("use", mark("Where the money goes adds up"), "/settings#drive", _use),
        Check(
            "at-once",
            mark("The drive can open with the first minute"),
            "/settings#drive",
            _at_once,
            asked=lambda facts: facts.drive_at_once,
        ),
        Check("days-over", mark("The last day is over"), "/settings#calendar", _days_over),
        Check("settled", mark("No payment is under way"), "/gifts", _settled),
        Check("figures", mark("Each promise has a figure or an honest word"), "/impact", _figures),
        Check("balance", mark("The balance is explained"), "/impact#spending", _balance),
        Check("update", mark("The public knows what became of the gifts"), "/impact", _update),
    )
}
