"""Whether what a post tells is proven: a story with a claim that is not checked now keeps its posts from going out."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from app.claims import queries as claims
from app.claims import subjects
from app.claims.models import Claim
from app.claims.rules import SubjectKind
from app.core.errors import Conflict
from app.core.i18n import mark
from app.publishing.models import Post
from app.publishing.review.content import frames_of
from app.stories.models import Frame


class Unproven(Conflict):
    """A claim of the post's stories is not checked, or does not hold."""

    def __init__(self) -> None:
        super().__init__(mark("A fact in this story is not checked: check it under “Facts”, then approve."))


class BeingChecked(Conflict):
    """The same, as the influencer reads it."""

    def __init__(self) -> None:
        super().__init__(mark("A fact in this story is still being checked. You can agree once it is."))


def unproven_frames(session: Session, frames: Collection[Frame]) -> set[int]:
    """Those of some stories, by row id, that hold a claim which is not checked now. One query."""
    texts = {one.pid: subjects.frame_text(one) for one in frames}
    found = claims.with_open_claims(session, SubjectKind.FRAME, texts)
    return {one.id for one in frames if one.pid in found}


def unproven(session: Session, posts: Sequence[Post]) -> set[int]:
    """Those of some posts, by row id, that must not go out before a claim in them is checked. Three queries."""
    if not posts:
        return set()
    frames = frames_of(session, posts)
    held = unproven_frames(session, {one.id: one for own in frames.values() for one in own}.values())
    return {post_id for post_id, own in frames.items() if any(one.id in held for one in own)}


def not_proven(session: Session, post_ids: Collection[int], campaign_ids: Collection[int]) -> set[int]:
    """The same by row ids, for what is about to be sent: one statement where no campaign claims anything."""
    claiming = session.exec(
        select(Claim.campaign_id).where(col(Claim.campaign_id).in_(campaign_ids)).distinct()
    ).all()
    if not claiming:
        return set()
    rows = select(Post).where(col(Post.id).in_(post_ids), col(Post.campaign_id).in_(claiming))
    return unproven(session, session.exec(rows).all())
