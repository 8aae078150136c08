"""Use cases of following: asked, confirmed by whoever reads the mailbox, changed, paused, ended.

Tells nobody who follows.
"""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, delete, select, update

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.db import insert_into
from app.core.errors import Conflict
from app.core.i18n import mark
from app.core.templating import absolute
from app.followers import due, queries, tokens
from app.followers.models import Delivery, DeviceNotice, Dispatch, Follower
from app.followers.rules import (
    ASK_AGAIN_AFTER,
    ASKED_LIFE,
    LONGEST_PAUSE,
    TOLD_AGAIN_AFTER,
    Bounce,
    DeliveryState,
    DispatchState,
    Ending,
    FollowState,
    NoticeState,
    Wish,
    after_soft,
    mask_of,
)
from app.mail import service as mail
from app.people import audit
from app.people.rules import Actor, Permission
from app.supporters import service as supporters
from app.supporters.models import Subject

WORDING = mark(
    "By following you ask %(organisation)s to write to this address about this campaign. "
    "Each letter ends it at one click."
)


def ask(session: Session, campaign: Campaign, *, email: str, wish: Wish, link_id: int | None = None) -> None:
    """Someone typed an address: its owner is asked, or told that it follows already. Says nothing of which.

    Whoever complained is never written to again; nobody gets the same letter twice in a short while. `link_id`: the
    short link they came by, kept for an address that does not follow yet.
    """
    address = email.strip().lower()
    row = _of(session, campaign, address, wish)
    if row.ending is Ending.COMPLAINED or _told_lately(row):
        return
    if row.state is not FollowState.ACTIVE:
        if row.state is FollowState.ENDED:
            row.link_id = None
        if row.state is FollowState.ENDED or clock.now() - row.asked_at > TOLD_AGAIN_AFTER:
            row.asked_at = clock.now()  # the new letter says that its link is good for a week
        row.link_id = link_id or row.link_id  # who asks again without a link still came by the first one
        row.state, row.ending = FollowState.ASKED, Ending.NONE
        row.topics, row.rhythm, row.language = mask_of(wish.topics), wish.rhythm, wish.language
    row.mailed_at = clock.now()
    session.add(row)
    session.flush()
    _write(session, campaign, row)


def _of(session: Session, campaign: Campaign, address: str, wish: Wish) -> Follower:
    """The row of an address, locked; two browsers that send one address at once get one row."""
    new = Follower(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        email=address,
        language=wish.language,
        topics=mask_of(wish.topics),
    )
    session.execute(
        insert_into(session, Follower)
        .values(**new.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["campaign_id", "email"])
    )
    return session.exec(
        select(Follower)
        .where(Follower.campaign_id == campaign.id, Follower.email == address)
        .with_for_update()
    ).one()


def _told_lately(row: Follower) -> bool:
    wait = TOLD_AGAIN_AFTER if row.state is FollowState.ACTIVE else ASK_AGAIN_AFTER
    return row.mailed_at is not None and clock.now() - row.mailed_at < wait


def _write(session: Session, campaign: Campaign, row: Follower) -> None:
    """The letter about the following itself; it goes through the mail room, before any letter to many."""
    asked = row.state is FollowState.ASKED
    mail.queue(
        session,
        kind="follow-confirm" if asked else "follow-known",
        to=row.email,
        language=row.language,
        context={
            "campaign": campaign,
            "organisation": campaigns.organisation(session, campaign),
            "url": confirm_url(row) if asked else page_url(row),
            "stop_url": stop_url(row),
        },
    )


def confirm_url(row: Follower) -> str:
    made = tokens.token(tokens.CONFIRM, row.pid, tokens.round_of(row.asked_at))
    return absolute(f"/follow/confirm/{made}")


def page_url(row: Follower) -> str:
    """The page of one following: what, how often, until when."""
    return absolute(page_path(row))


def page_path(row: Follower) -> str:
    return f"/follow/{tokens.token(tokens.PAGE, row.pid)}"


def stop_url(row: Follower) -> str:
    """What ends it: as a page with a button, and at once for a mail program (RFC 8058)."""
    return absolute(stop_path(row))


def stop_path(row: Follower) -> str:
    return f"/follow/stop/{tokens.token(tokens.STOP, row.pid)}"


def to_confirm(session: Session, given: str) -> tuple[Follower, Campaign] | None:
    """What a link of confirmation confirms; None when it is not ours, was answered by an ending, or is too old."""
    found = queries.by_pid(session, given[: tokens.PID])
    if found is None:
        return None
    row, campaign = found
    if tokens.pid_of(tokens.CONFIRM, given, tokens.round_of(row.asked_at)) is None:
        return None
    over = row.state is FollowState.ENDED
    late = row.state is FollowState.ASKED and clock.now() - row.asked_at > ASKED_LIFE
    return None if over or late else (row, campaign)


def confirm(session: Session, campaign: Campaign, row: Follower) -> None:
    """Whoever reads the mailbox said yes. What they agreed to is kept as a proof, in its words."""
    if row.state is FollowState.ACTIVE:
        return
    row.state, row.ending, row.ended_at = FollowState.ACTIVE, Ending.NONE, None
    row.confirmed_at, row.paused_until = clock.now(), None
    row.soft_bounces, row.soft_at = 0, None
    session.add(row)
    someone = supporters.of_mailbox(
        session, organisation_id=row.organisation_id, email=row.email, language=row.language
    )
    organisation = campaigns.organisation(session, campaign)
    with i18n.speaking(row.language):
        wording = str(WORDING.with_values(organisation=organisation.name))
    supporters.agree(session, someone, subject=Subject.FOLLOW, subject_pid=row.pid, uses={"letters": wording})


def change(session: Session, campaign: Campaign, row: Follower, wish: Wish, *, pause: date | None) -> None:
    """Follow other things, at another rhythm, in another language, or nothing before a day.

    Raises Conflict for a pause of more than a year. What waits for a digest moves to the new hour.
    """
    today = clock.today(campaign.timezone)
    if pause is not None and pause - today > LONGEST_PAUSE:
        raise Conflict(mark("A pause lasts a year at most. For longer, stop following."))
    moved = row.rhythm is not wish.rhythm
    row.topics, row.rhythm, row.language = mask_of(wish.topics), wish.rhythm, wish.language
    row.paused_until = pause if pause is not None and pause > today else None
    session.add(row)
    if moved:
        session.execute(
            update(Delivery)
            .where(col(Delivery.follower_id) == row.id, col(Delivery.state) == DeliveryState.WAITING)
            .values(due_at=due.due_at(wish.rhythm, campaign.timezone))
        )


def end(session: Session, row: Follower, why: Ending) -> None:
    """Nothing more is sent from this moment on, not even what is queued. A complaint is never overwritten."""
    if row.state is FollowState.ENDED and row.ending in (why, Ending.COMPLAINED):
        return
    row.state, row.ending, row.ended_at, row.paused_until = FollowState.ENDED, why, clock.now(), None
    session.add(row)
    session.execute(
        update(Delivery)
        .where(col(Delivery.follower_id) == row.id, col(Delivery.state) == DeliveryState.WAITING)
        .values(state=DeliveryState.SKIPPED, settled_at=clock.now())
    )
    supporters.take_back(session, subject=Subject.FOLLOW, subject_pid=row.pid)


def bounced(session: Session, row: Follower, what: Bounce) -> None:
    """A letter came back, or the mail server refused the mailbox."""
    if what is Bounce.COMPLAINT:
        end(session, row, Ending.COMPLAINED)
    elif what is Bounce.HARD:
        end(session, row, Ending.BOUNCED)
    elif what is Bounce.SOFT and row.state is FollowState.ACTIVE:
        row.soft_bounces, too_many = after_soft(row.soft_bounces, row.soft_at, clock.now())
        row.soft_at = clock.now()
        session.add(row)
        if too_many:
            end(session, row, Ending.BOUNCED)


def forget(session: Session, ids: Collection[int]) -> int:
    """Delete followers with what is known of their letters; returns how many. Consents stay, closed."""
    pids = session.exec(select(Follower.pid).where(col(Follower.id).in_(ids))).all()
    for pid in pids:
        supporters.take_back(session, subject=Subject.FOLLOW, subject_pid=pid)
    session.execute(delete(Delivery).where(col(Delivery.follower_id).in_(ids)))
    session.execute(delete(Follower).where(col(Follower.id).in_(ids)))
    return len(pids)


def stop(session: Session, actor: Actor, campaign: Campaign, dispatch: Dispatch) -> None:
    """Send a thing to nobody more. What has left has left. Raises Conflict when it is over."""
    actor.require(Permission.PUBLISH)
    if dispatch.state not in (DispatchState.FILLING, DispatchState.SENDING):
        raise Conflict(mark("All letters of this have left already."))
    dispatch.state = DispatchState.STOPPED
    session.add(dispatch)
    session.execute(
        update(Delivery)
        .where(col(Delivery.dispatch_id) == dispatch.id, col(Delivery.state) == DeliveryState.WAITING)
        .values(state=DeliveryState.SKIPPED, settled_at=clock.now())
    )
    session.execute(
        update(DeviceNotice)
        .where(col(DeviceNotice.dispatch_id) == dispatch.id, col(DeviceNotice.state) == NoticeState.WAITING)
        .values(state=NoticeState.SKIPPED, settled_at=clock.now())
    )
    audit.record(session, actor, "followers.stopped", subject=dispatch.title, subject_pid=campaign.pid)


def exported(session: Session, actor: Actor, campaign: Campaign, many: int) -> None:
    """Addresses were taken out of the house: it is written down by whom."""
    actor.require(Permission.ADMIN)
    audit.record(
        session, actor, "followers.exported", subject=campaign.title, subject_pid=campaign.pid, count=many
    )
