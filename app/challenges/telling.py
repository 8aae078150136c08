"""What someone tells of a challenge, checked against what it asks. Refuses what the challenge does not take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.challenges import quantities, rules
from app.challenges.forms import ActForm
from app.challenges.models import Challenge, ChallengeAct
from app.challenges.rules import LEVELS, UNIT, Calendar, ProofWish
from app.core.fields import FormState
from app.core.i18n import Message, mark
from app.media.service import Prepared


@dataclass(frozen=True)
class Told:
    """One telling, whole and checked. Quantities in thousandths of the unit."""

    level: int = 0
    quantity: int = UNIT
    text: str = ""
    place: str = ""
    pseudonym: str = ""
    group_name: str = ""
    link: str = ""
    team_id: int | None = None
    done_on: date | None = None  # None: today
    photo: Prepared | None = field(default=None, compare=False)

    def words(self) -> str:
        """Everything written, as one text for the screening."""
        said = (self.text, self.place, self.pseudonym, self.group_name, self.link)
        return "\n".join(one for one in said if one)


@dataclass(frozen=True)
class Terms:
    """What a challenge takes today, the date in the campaign's zone; `teams` are influencers' ids by public id."""

    challenge: Challenge
    calendar: Calendar
    today: date
    teams: Mapping[str, int] = field(default_factory=dict)

    @property
    def days(self) -> Sequence[date]:
        """The days on which it may have been done."""
        return list(rules.days_told(self.calendar, self.today))

    def read_first(self, told: Told, *, has_photo: bool = False) -> bool:
        """Whether the team reads this telling before it counts."""
        return rules.read_first(
            words=bool(told.text or told.place or told.pseudonym or told.group_name),
            proof=bool(told.link or told.photo or has_photo),
            quantity=told.quantity,
            usual=max(self.challenge.usual, UNIT),
        )


def resolve(
    terms: Terms, form: ActForm, photo: Prepared | None = None, *, has_photo: bool = False
) -> tuple[Told, Mapping[str, Message]]:
    """The telling of a form, and what is wrong with it by field. `has_photo`: one was sent earlier."""
    challenge, wrong = terms.challenge, {}
    quantity = UNIT
    if challenge.most:
        quantity, said = _quantity(challenge, form.quantity)
        if said is not None:
            wrong["quantity"] = said
    if form.done_on is not None and form.done_on not in terms.days:
        wrong["done_on"] = mark("Choose a day between this challenge's day and today.")
    if form.team and form.team not in terms.teams:
        wrong["team"] = mark("Choose one of the options.")
    takes_proof = challenge.proof is not ProofWish.NONE
    if challenge.proof is ProofWish.REQUIRED and not (form.link or photo or has_photo):
        wrong["photo"] = mark("This challenge asks for a photo or a link.")
    told = Told(
        level=min(int(form.level), LEVELS - 1),
        quantity=quantity,
        text=form.text,
        place=form.place,
        pseudonym=form.pseudonym,
        group_name=form.group,
        link=form.link if takes_proof else "",
        team_id=terms.teams.get(form.team),
        done_on=form.done_on,
        photo=photo if takes_proof else None,
    )
    return told, wrong


def _quantity(challenge: Challenge, text: str) -> tuple[int, Message | None]:
    try:
        quantity = quantities.read(text, challenge.decimals) if text else UNIT
    except quantities.NotAQuantity:
        if challenge.decimals:
            return UNIT, mark("Write a number, such as 3 or 2.5.")
        return UNIT, mark("Write a whole number.")
    if quantity <= 0:
        return UNIT, mark("The value must be more than %(gt)s.").with_values(gt=0)
    if quantity > challenge.most:
        limit = quantities.plain(challenge.most)
        return UNIT, mark("At most %(most)s at a time. For more, write to the team.").with_values(most=limit)
    return quantity, None


def shown(act: ChallengeAct, team: str, language: str) -> FormState:
    """The form filled in with what an act says now."""
    values = {
        "level": act.level,
        "quantity": quantities.typed(act.quantity, language),
        "team": team,
        "done_on": act.done_on.isoformat() if act.done_on else "",
        "text": act.text,
        "place": act.place,
        "pseudonym": act.pseudonym,
        "group": act.group_name,
        "link": act.link,
    }
    return FormState(values=values)
