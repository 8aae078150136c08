"""What happened to a campaign of the demo: posts, acts, gifts, refunds, spending and updates, at their moments.

Nothing that lies in the future is told. Gifts come without Stripe, under names like its own (`seed.books`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.core import clock
from app.crisis import queries as crises
from app.crisis import service as crisis
from app.crisis.rules import CHECKS, SITUATIONS
from app.donations import ledger
from app.donations.models import Gift
from app.donations.rules import EntryKind, GiftState, Visibility
from app.impact import queries as impact
from app.impact import updating
from app.impact.models import Picture, Promise, Update
from app.influencers.models import Influencer
from app.media import portraits
from app.media import service as media
from app.media.rules import Shows
from app.people.rules import Actor
from app.publishing import board
from app.publishing import service as publishing
from app.publishing.consent import digest
from app.publishing.models import Post
from app.publishing.review import content, team
from app.stories import queries as stories
from app.stories.models import Frame
from app.stories.service import FrameText
from seed import following, participation, spending

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage


def tell_week(stage: Stage, posts: Sequence[Post]) -> None:
    """Mark what was posted and count who took the challenges."""
    numbers = _post_numbers(stage, posts)
    for told in stage.told.posted:
        post = numbers.get((told.day, told.post))
        moment = post.due_at + timedelta(minutes=told.after_minutes) if post else clock.now()
        if post is not None and moment <= clock.now():
            with clock.frozen(moment, everywhere=False):
                publishing.mark_posted(stage.session, post, by="demo", at=moment)
    for acts in stage.told.acts:
        participation.tell(stage, acts)
    participation.miss(stage)
    stage.session.flush()


def prepare(session: Session, owner: Actor, campaign: Campaign, told: schema.DemoCampaign) -> None:
    """Write the crisis protocol, with the product's own drafts as its statements."""
    if told.crisis is None:
        return
    crisis.write_plan(
        session,
        owner,
        campaign,
        contacts=[one.model_dump() for one in told.crisis.contacts],
        decides=told.crisis.decides,
        statements=[{"key": one.key, **one.drafts} for one in SITUATIONS],
        checks=list(CHECKS[campaign.language]),
    )


def go_wrong(stage: Stage) -> None:
    """What went wrong while the campaign ran: stopped, said, told, put right, and kept as a report."""
    for told in stage.told.incidents:
        begun = stage.at(told.day, told.hour)
        said = next(one.drafts for one in SITUATIONS if one.key == told.situation)
        who = stage.session, stage.actor, stage.campaign

        def at(part: float, begun: datetime = begun, lasted: int = told.lasted) -> Any:
            return clock.frozen(begun + timedelta(minutes=int(lasted * part)), everywhere=False)

        with at(0):
            crisis.open_incident(*who, title=told.title, alert=told.alert)
        with at(0.05):
            crisis.pause(*who, reason=told.title, statement=stage.campaign.hold_statement)
        with at(0.1):
            crisis.publish_statement(*who, statement=said)
        with at(0.15):
            word = crisis.tell(*who, text=told.told)
        with at(0.3):
            for _, person in crises.readers_of(stage.session, word):
                crisis.see(stage.session, person, word.pid)
        with at(0.6):
            crisis.note(*who, text=told.note)
        with at(0.9):
            crisis.tick(*who, range(len(CHECKS[stage.campaign.language])))
            crisis.resume(*who, {})
        with at(0.95):
            crisis.withdraw_statement(*who)
        with at(1):
            crisis.close(*who, lessons=told.lessons)


def review(stage: Stage, posts: Sequence[Post]) -> None:
    """Let the campaign ask for approval, and bring the posts that were given back to where they stand.

    The owner gives a post back, the second member changes and sends it, the owner approves.
    """
    approval = Approval(stage.told.approval)
    if approval is Approval.NONE:
        return
    numbers = _post_numbers(stage, posts)
    with clock.frozen(clock.now() - timedelta(hours=5), everywhere=False):
        team.change_mode(
            stage.session, stage.actor, stage.campaign, version=stage.campaign.version, approval=approval
        )
    for told in stage.told.reviews:
        _review_one(stage, numbers[told.day, told.post], told)


def _review_one(stage: Stage, post: Post, told: schema.Review) -> None:
    session, owner, second, campaign = stage.session, stage.actor, stage.second, stage.campaign
    with clock.frozen(clock.now() - timedelta(hours=4), everywhere=False):
        team.ask_changes(session, owner, campaign, post, text=told.asked)
    with clock.frozen(clock.now() - timedelta(hours=3), everywhere=False):
        frame = session.get_one(Frame, post.frame_id)
        if told.caption:
            fields = FrameText.__dataclass_fields__
            words = FrameText(**{**{name: getattr(frame, name) for name in fields}, "caption": told.caption})
            board.edit_frame(session, second, campaign, frame.pid, version=frame.version, text=words)
        if told.outside:
            team.comment(session, second, campaign, post, text=told.outside, inside=False)
        if told.stands != "draft":
            team.submit(session, second, campaign, post)
    if told.stands == "approved":
        with clock.frozen(clock.now() - timedelta(hours=2), everywhere=False):
            shown = digest(content(session, post))
            team.approve(session, owner, campaign, post, shown=shown)


def _post_numbers(stage: Stage, posts: Sequence[Post]) -> dict[tuple[int, int], Post]:
    """Posts by day number and place in the document; rows keep the order they were laid down in."""
    frames = {frame.id: frame for frame in stories.frames(stage.session, stage.campaign.id)}
    days = {day.id: day.number for day in stories.days(stage.session, stage.campaign.id)}
    found: dict[tuple[int, int], Post] = {}
    counted: dict[int, int] = {}
    for post in sorted(posts, key=lambda one: one.id):
        frame: Frame = frames[post.frame_id]
        number = days[frame.day_id]
        counted[number] = counted.get(number, 0) + 1
        found[number, counted[number]] = post
    return found


def give(stage: Stage) -> None:
    """Enter the gifts with their fees, then what was given back."""
    session, campaign, told = stage.session, stage.campaign, stage.told
    people = {
        one.key: session.exec(
            select(Influencer.id).where(Influencer.campaign_id == campaign.id, Influencer.name == one.name)
        ).one()
        for one in told.influencers
    }
    made: dict[str, Gift] = {}
    first: dict[str, int] = {}  # of who gave under a name
    for group, gift in enumerate(told.gifts):
        who = first.setdefault(gift.name or str(group), group)
        start = stage.at(gift.day, gift.hour)
        for number in range(gift.count):
            at = start + timedelta(minutes=7 * number)
            if at > clock.now():
                at = clock.now()
            row = Gift(
                organisation_id=campaign.organisation_id,
                campaign_id=campaign.id,
                amount_minor=gift.amount_minor,
                currency=campaign.currency,
                state=GiftState.PAID,
                donor_name=gift.name,
                donor_email=_address(stage, gift, who, number),
                visibility=Visibility(gift.visibility),
                message=gift.message,
                language=campaign.language,
                method="card",
                influencer_id=people.get(gift.influencer or ""),
                checkout_id=f"cs_demo{campaign.pid}{group:02d}{number:03d}",
                created_at=at,
                paid_at=at,
            )
            session.add(row)
            session.flush()
            charge = f"ch_demo{campaign.pid}{group:02d}{number:03d}"
            _enter(stage, EntryKind.GIFT, gift.amount_minor, f"stripe:charge:{charge}", at, row)
            _enter(stage, EntryKind.FEE, -gift.fee_minor, f"stripe:fee:{charge}", at, row)
            if gift.key:
                made[gift.key] = row
    for number, refund in enumerate(told.refunds):
        at = min(stage.after(refund.after_days), clock.now())
        source = f"stripe:refund:re_demo{campaign.pid}{number:02d}"
        row = made[refund.gift]
        _enter(stage, EntryKind.REFUND, -refund.amount_minor, source, at, row, note=refund.reason)
        if refund.amount_minor == row.amount_minor:
            row.state = _given_back(row.state)
            session.add(row)
    session.flush()


def _address(stage: Stage, gift: schema.Gift, who: int, number: int) -> str:
    """Who pays online leaves an address, unless nobody may see who they are. While the drive is open none has one
    here: the demo's mailbox would hold a letter of thanks to each.
    """
    if stage.told.state != "closed" or gift.visibility == "nobody":
        return ""
    return f"don-{who:02d}-{number:02d}@exemple.example"


def _given_back(state: GiftState) -> GiftState:
    """The state of a gift given back whole, where the room knows one."""
    return next((one for one in GiftState if one.value == "refunded"), state)


def _enter(
    stage: Stage, kind: EntryKind, amount: int, source: str, at: datetime, gift: Gift, note: str = ""
) -> None:
    with clock.frozen(at, everywhere=False):
        ledger.record(
            stage.session,
            stage.campaign,
            kind=kind,
            amount_minor=amount,
            source=source,
            on_date=at.astimezone(ZoneInfo(stage.campaign.timezone)).date(),
            note=note,
            gift_id=gift.id,
        )


def prove(stage: Stage, pictures: Mapping[str, media.Prepared]) -> None:
    """Spending with its evidence, and the updates with their figures, each on its day."""
    session, campaign, told = stage.session, stage.campaign, stage.told
    entries = spending.tell(stage)
    spending.change(stage)
    promises = impact.promises(session, campaign)
    drawn = 0
    for update in told.updates:
        with clock.frozen(min(stage.after(update.after_days), clock.now()), everywhere=False):
            words: dict[str, Any] = {
                "title": update.title,
                "body": update.body,
                "figures": {promises[one.promise - 1].id: Decimal(str(one.value)) for one in update.figures},
                "spends": [entries[key] for key in update.spends],
                "video_url": update.video_url,
                "video_title": update.video_title,
            }
            row = updating.write_update(session, stage.actor, campaign, update=None, **words)
            if update.motif:
                picture = _picture(stage, row, update, f"update-{drawn}", pictures)
                drawn += 1
                if update.video_shown:
                    words["video_picture"] = picture.pid
                    updating.write_update(session, stage.actor, campaign, update=row, **words)
            updating.publish_update(session, stage.actor, campaign, row)
            session.flush()
            following.tell(stage)
        _revise(stage, row, update, promises)
    spending.say_unspent(stage)


def _picture(
    stage: Stage, row: Update, told: schema.Update, name: str, pictures: Mapping[str, media.Prepared]
) -> Picture:
    """The drawing of an update, in which nobody can be recognised."""
    kept = media.keep(stage.session, stage.actor, pictures[name], f"{name}.png", public=True)
    portraits.declare(stage.session, stage.actor, kept, shows=Shows.NOBODY)
    return updating.add_picture(
        stage.session, stage.actor, row, kept, alt_text=told.alt_text, place=told.place
    )


def _revise(stage: Stage, row: Update, told: schema.Update, promises: Sequence[Promise]) -> None:
    """The corrections of an update, each on its day."""
    for one in told.corrections:
        with clock.frozen(stage.after(one.after_days), everywhere=False):
            updating.revise_update(
                stage.session,
                stage.actor,
                row,
                title=row.title,
                body=row.body.replace(one.said, one.right),
                figures={promises[item.promise - 1].id: Decimal(str(item.value)) for item in one.figures},
                why=one.why,
            )
