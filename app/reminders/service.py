"""Choose and lose ways of being reminded; claim and record each reminder. Refuses to tell anybody twice."""

import json
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core import clock, vault
from app.core.db import insert_into
from app.core.errors import Conflict, NotFound
from app.core.i18n import clock_time, gettext, mark, speaking
from app.core.ids import new_pid
from app.core.templating import absolute
from app.influencers.models import Influencer
from app.mail import service as mail
from app.mail.rules import Attachment
from app.publishing import ics
from app.push.rules import Notice
from app.reminders import queries, rules
from app.reminders.models import Occasion, Reminder, ReminderTarget, Way
from app.reminders.queries import Story, Waiting
from app.reminders.ways import Told, place

MAIL_KINDS = {Occasion.DUE: "post-due", Occasion.MISSED: "post-missed"}


def add_address(session: Session, influencer: Influencer, *, address: str, label: str) -> ReminderTarget:
    """Keep an address of Apprise that `addresses.checked` has let through. Raises Conflict beyond six ways."""
    return _add(session, influencer, Way.APPRISE, address, label)


def add_phone(
    session: Session, influencer: Influencer, *, subscription: Mapping[str, str], label: str
) -> ReminderTarget:
    """Keep a browser that `push.door.checked` has let through; the same browser again renews itself."""
    for one in queries.targets(session, influencer):
        if one.way is Way.PUSH and _endpoint(influencer, one) == subscription["endpoint"]:
            session.delete(one)
    session.flush()
    return _add(session, influencer, Way.PUSH, json.dumps(dict(subscription)), label)


def remove(session: Session, influencer: Influencer, pid: str) -> None:
    """Forget a way. Raises NotFound."""
    found = queries.target(session, influencer, pid)
    if found is None:
        raise NotFound
    session.delete(found)


def _add(session: Session, influencer: Influencer, way: Way, secret: str, label: str) -> ReminderTarget:
    if len(queries.targets(session, influencer)) >= rules.MOST_TARGETS:
        raise Conflict(mark("You have six ways already. Remove one first."))
    pid = new_pid()
    sealed = vault.seal(secret, bound_to=place(influencer.pid, pid))
    target = ReminderTarget(pid=pid, influencer_id=influencer.id, way=way, label=label[:80], sealed=sealed)
    session.add(target)
    session.flush()
    return target


def _endpoint(influencer: Influencer, target: ReminderTarget) -> str:
    try:
        kept = json.loads(vault.unseal(target.sealed, bound_to=place(influencer.pid, target.pid)))
    except vault.CannotOpen:
        return ""
    return str(kept["endpoint"])


def claim(session: Session, one: Waiting) -> tuple[int, Story] | None:
    """Take one reminder for this process: its row's id and what to tell.

    None when another process has it, or when the post went out, moved or was stopped meanwhile.
    """
    told = queries.story(session, one)
    if told is None:
        return None
    statement = (
        insert_into(session, Reminder)
        .values(
            post_id=one.post_id,
            influencer_id=one.influencer_id,
            occasion=one.occasion,
            way=one.way,
            target_id=one.target_id,
            due_at=one.due_at,
            at=clock.now(),
            problem="",
        )
        .on_conflict_do_nothing()
        .returning(col(Reminder.id))
    )
    taken = session.execute(statement).scalar_one_or_none()
    return (int(taken), told) if taken is not None else None


def queue_mail(session: Session, reminder_id: int, one: Waiting, told: Story) -> None:
    """Queue the reminder's mail in the transaction of its claim: both are kept, or neither."""
    try:
        mail.queue(
            session,
            kind=MAIL_KINDS[one.occasion],
            to=told.influencer.email,
            language=told.influencer.language,
            context={"told": told, "url": absolute(told.path)},
            attachment=calendar_file(told),
        )
    except mail.UnsafeAddress:
        _row(session, reminder_id).problem = "the address cannot be written to"
        return
    _row(session, reminder_id).sent_at = clock.now()


def calendar_file(told: Story) -> Attachment:
    """The post as a file that calendar programs take."""
    post, frame = told.post, told.frames[0]
    entry = ics.Entry(
        pid=post.pid,
        sequence=ics.sequence(post, frame, told.campaign),
        due_at=post.due_at,
        summary=told.title,
        text="\n\n".join([*told.texts, *(frame.sticker for frame in told.frames if frame.sticker)]),
        url=absolute(told.path),
    )
    content = ics.calendar(told.campaign.title, "Reminder", [entry], every=timedelta(hours=1))
    return Attachment(f"story-{post.pid[:6]}.ics", "text/calendar; method=PUBLISH", content)


def notice(one: Waiting, told: Story) -> Notice:
    """The short form, for phones: hour, title, and the brief's clean address."""
    with speaking(told.influencer.language):
        hour = clock_time(told.post.due_at, told.campaign.timezone)
        late = one.occasion is Occasion.MISSED
        body = (
            gettext("Late since %(hour)s: post it now, or say that you can’t.")
            if late
            else gettext("It is %(hour)s: your story is ready in your brief.")
        )
        return Notice(told.title, body % {"hour": hour}, absolute(told.path))


def trial(influencer: Influencer) -> Notice:
    """What a try says."""
    with speaking(influencer.language):
        return Notice(gettext("A try"), gettext("This is how your reminders arrive."), absolute("/brief"))


def record(session: Session, reminder_id: int, target_id: int, outcome: Told) -> None:
    """Note what became of a reminder that went by a chosen way."""
    row = _row(session, reminder_id)
    if outcome is Told.YES:
        row.sent_at = clock.now()
    else:
        row.problem = outcome.value
    session.add(row)
    count(session, target_id, outcome)


def count(session: Session, target_id: int, outcome: Told) -> None:
    """Count failures in a row: after ten a way is left alone; one that has ended is left alone at once."""
    target = queries.target_by_id(session, target_id)
    if target is None:
        return  # removed meanwhile
    if outcome is Told.YES:
        target.failures, target.failed_at = 0, None
    else:
        ended = outcome is Told.NEVER
        target.failures = rules.LEFT_ALONE_AFTER if ended else target.failures + 1
        target.failed_at = clock.now()
    session.add(target)


def replace_seal(session: Session, target_id: int, *, before: str, after: str) -> bool:
    """Put a new seal in place of the one that was read; False when another came in between."""
    statement = (
        update(ReminderTarget)
        .where(col(ReminderTarget.id) == target_id, col(ReminderTarget.sealed) == before)
        .values(sealed=after)
    )
    return session.exec(statement).rowcount == 1


def forget(session: Session, influencer_id: int) -> None:
    """Delete every way to reach an influencer."""
    session.execute(delete(ReminderTarget).where(col(ReminderTarget.influencer_id) == influencer_id))


def _row(session: Session, reminder_id: int) -> Reminder:
    return session.get_one(Reminder, reminder_id)
