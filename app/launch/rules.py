"""The steps a campaign can take, and the checks each of them asks for. Pure decisions."""

from dataclasses import dataclass

from app.campaigns.rules import State
from app.core.i18n import Message, mark
from app.launch.checks import CHECKS, Check
from app.launch.facts import Facts

_STORY = (
    "identity",
    "frames",
    "blanks",
    "media",
    "alt",
    "portraits",
    "challenges",
    "people",
    "terms",
    "contact",
    "hold",
    "claims",
    "approval",
)
_DRIVE = ("promise", "plan", "ask", "use", "legal", "claims", "contact")

REQUIRED: dict[tuple[State, State], tuple[str, ...]] = {
    # The protocol is asked for here only: a campaign declared ready without one still goes live at its hour.
    (State.DRAFT, State.READY): ("dates", *_STORY, "crisis", "at-once"),
    (State.READY, State.DRAFT): (),
    (State.READY, State.LIVE): ("first-day", "not-paused", *_STORY),
    (State.LIVE, State.DRIVE): ("not-paused", *_DRIVE),
    (State.LIVE, State.REPORTING): ("days-over",),
    (State.DRIVE, State.REPORTING): ("days-over",),
    (State.REPORTING, State.DRIVE): ("not-paused", *_DRIVE),
    (State.REPORTING, State.CLOSED): ("settled", "figures", "balance", "update"),
}
"""What each change of state asks for; a change that is not here does not exist."""

FORWARD: dict[State, State] = {
    State.DRAFT: State.READY,
    State.READY: State.LIVE,
    State.LIVE: State.DRIVE,
    State.DRIVE: State.REPORTING,
    State.REPORTING: State.CLOSED,
}

STEP_WORDS: dict[State, Message] = {
    State.READY: mark("Declare it ready"),
    State.LIVE: mark("Go live"),
    State.DRIVE: mark("Open the drive"),
    State.REPORTING: mark("End the week and report"),
    State.CLOSED: mark("Close the campaign"),
    State.DRAFT: mark("Back to draft"),
}

STEP_MEANS: dict[State, Message] = {
    State.READY: mark("The public page opens with the promise and the date. The days stay hidden."),
    State.LIVE: mark("The days become public one by one, challenges count, briefs are open."),
    State.DRIVE: mark("Gifts are taken, and the promises can no longer be changed."),
    State.REPORTING: mark("Gifts are closed. From here on you prove what the money did."),
    State.CLOSED: mark("Nothing can be changed any more. Everything stays readable."),
    State.DRAFT: mark("The public page disappears until it is ready again."),
}


@dataclass(frozen=True)
class Finding:
    """A check as it stands: `missing` is None when it holds."""

    check: Check
    missing: Message | None

    @property
    def holds(self) -> bool:
        return self.missing is None


def findings(before: State, after: State, facts: Facts) -> list[Finding]:
    """Every check that a change of state asks for. Raises KeyError when there is no such change."""
    checks = [CHECKS[key] for key in REQUIRED[before, after]]
    return [Finding(check, check.holds(facts)) for check in checks if check.asked(facts)]


def lacking(before: State, after: State, facts: Facts) -> list[Finding]:
    """Only what is missing."""
    return [one for one in findings(before, after, facts) if not one.holds]
