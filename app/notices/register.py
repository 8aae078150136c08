"""The register of notices as a CSV file; no line of it can be taken for a formula, no notifier's address is in it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from app.core.spreadsheet import line
from app.notices.queries import Line

HEADER = (
    *("reference", "received_utc", "category", "page", "reason", "notifier", "state"),
    *(
        "outcome",
        "ground",
        "basis",
        "facts",
        "unfounded",
        "decided_utc",
        "round",
        "done_utc",
        "authority_utc",
    ),
)


def register_lines(lines: Iterable[Line]) -> Iterator[str]:
    """The header, then one line a notice with its latest decision."""
    yield line(HEADER)
    for one in lines:
        notice, decision = one.notice, one.decision
        yield line(
            (
                notice.reference,
                _instant(notice.created_at),
                notice.category.value,
                notice.address,
                notice.reason,
                notice.name,
                notice.state.value,
                decision.outcome.value if decision else "",
                decision.ground.value if decision and decision.ground else "",
                decision.basis if decision else "",
                decision.facts if decision else "",
                ("yes" if decision.unfounded else "no") if decision else "",
                _instant(decision.at) if decision else "",
                str(decision.round) if decision else "",
                _instant(decision.done_at) if decision else "",
                _instant(notice.authority_at),
            )
        )


def _instant(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds") if value else ""
