"""Teams compared per participant, never by their totals. Pure; refuses to rank a team of a few people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.challenges.rules import SMALL_TEAM


@dataclass(frozen=True)
class Team:
    """The accepted acts of one influencer's team and how many people told them."""

    name: str
    acts: int = 0
    people: int = 0

    @property
    def is_small(self) -> bool:
        return self.people < SMALL_TEAM

    @property
    def per_person(self) -> float:
        """Acts per participant, to one decimal."""
        return round(self.acts / self.people, 1) if self.people else 0.0


@dataclass(frozen=True)
class Line:
    """A team in the table; equal teams share a rank, small ones have none."""

    team: Team
    rank: int | None = None


def table(teams: Iterable[Team]) -> Sequence[Line]:
    """The teams in their order: by acts per participant as it is shown, then by name; small teams last."""
    kept = sorted(teams, key=lambda one: (one.is_small, -_measure(one), one.name.casefold()))
    lines: list[Line] = []
    for place, team in enumerate(kept, start=1):
        if team.is_small:
            lines.append(Line(team))
        elif lines and _measure(lines[-1].team) == _measure(team):
            lines.append(Line(team, lines[-1].rank))
        else:
            lines.append(Line(team, place))
    return lines


def _measure(team: Team) -> Fraction:
    """What the order looks at: the shown figure, so that nobody stands above another with the same one."""
    return Fraction(str(team.per_person)) if not team.is_small else Fraction(0)
