"""Acts with words, a proof or an unusual quantity, as the inbox shows them. A decision needs nothing more:
an act counts while its item is accepted."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges import quantities
from app.challenges.models import Challenge, ChallengeAct
from app.core import i18n
from app.core.errors import Conflict
from app.core.i18n import Message, mark
from app.influencers.models import Influencer
from app.intake.models import Item
from app.intake.rules import ItemState
from app.media.models import Media
from app.moderation.desks.base import Shown
from app.people.rules import Actor
from app.stories.models import Day


class ActsDesk:
    """Challenges taken. Its author may change them; the team only decides."""

    name = mark("Challenge act")

    def show(self, session: Session, items: Sequence[Item]) -> Mapping[int, Shown]:
        """Three queries, whatever the number of items."""
        rows = session.exec(
            select(ChallengeAct, Challenge, Day, Campaign)
            .join(Challenge, col(Challenge.id) == col(ChallengeAct.challenge_id))
            .join(Day, col(Day.id) == col(Challenge.day_id))
            .join(Campaign, col(Campaign.id) == col(ChallengeAct.campaign_id))
            .where(col(ChallengeAct.id).in_([item.subject_id for item in items]))
        ).all()
        found = {row[0].id: row for row in rows}
        photos = _photos(session, [act for act, *_ in rows])
        teams = _teams(session, [act for act, *_ in rows])
        return {
            item.id: _shown(*found[item.subject_id], photos, teams)
            if item.subject_id in found
            else Shown(text="")
            for item in items
        }

    def edit(self, session: Session, actor: Actor, item: Item, words: Mapping[str, str]) -> None:  # noqa: ARG002
        """Nobody corrects an act for its author. Raises Conflict."""
        raise Conflict(mark("Only its author can change an act. Return it with a reason instead."))

    def refuses(self, session: Session, items: Sequence[Item], after: ItemState) -> Mapping[int, Message]:  # noqa: ARG002
        """An act may be accepted, returned and refused."""
        return {}

    def decided(self, session: Session, actor: Actor, items: Sequence[Item]) -> None:
        """Nothing to do: counts and pages read the item."""

    def authors(self, session: Session, items: Sequence[Item]) -> Mapping[int, int]:  # noqa: ARG002
        """Acts come without an account: no member is known as their author."""
        return {}


def _photos(session: Session, acts: Sequence[ChallengeAct]) -> Mapping[int, Media]:
    ids = [act.proof_media_id for act in acts if act.proof_media_id is not None]
    return {one.id: one for one in session.exec(select(Media).where(col(Media.id).in_(ids)))} if ids else {}


def _teams(session: Session, acts: Sequence[ChallengeAct]) -> Mapping[int, str]:
    ids = {act.team_id for act in acts if act.team_id is not None}
    if not ids:
        return {}
    return {one.id: one.name for one in session.exec(select(Influencer).where(col(Influencer.id).in_(ids)))}


def _shown(
    act: ChallengeAct,
    challenge: Challenge,
    day: Day,
    campaign: Campaign,
    photos: Mapping[int, Media],
    teams: Mapping[int, str],
) -> Shown:
    facts: list[tuple[Message, str]] = [
        (mark("Challenge"), f"{day.number} · {challenge.title}"),
        (
            mark("Step"),
            challenge.levels[act.level].get("title", "") if act.level < len(challenge.levels) else "",
        ),
    ]
    if challenge.most:
        amount = quantities.shown(act.quantity, challenge.unit_one, challenge.unit_many, campaign.language)
        facts.append((mark("How much"), amount))
    facts += [
        (mark("Done on"), i18n.day(act.done_on) if act.done_on else ""),
        (mark("Place"), act.place),
        (mark("Group"), act.group_name),
        (mark("Team"), teams.get(act.team_id or 0, "")),
    ]
    photo = photos.get(act.proof_media_id or 0)
    return Shown(
        text=act.text,
        author=act.pseudonym,
        facts=[(label, value) for label, value in facts if value],
        media=[photo] if photo is not None else [],
        link=act.link,
        href=f"/studio/campaigns/{campaign.pid}/participation",
    )
