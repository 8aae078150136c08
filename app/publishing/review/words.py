"""What has been said about posts: adding a word, and reading what the words amount to. Takes none back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.influencers.models import Influencer
from app.people.rules import Actor
from app.publishing.consent import Content
from app.publishing.models import Post, PostWord
from app.publishing.rules import WordKind

_AGREED = (WordKind.APPROVED, WordKind.AGREED, WordKind.KEPT)
_WRITTEN = (WordKind.SUBMITTED, WordKind.REOPENED)
_ENDS_KEPT = (WordKind.REOPENED, WordKind.CHANGES, WordKind.REFUSED)


@dataclass(frozen=True)
class Record:
    """What the words about one post amount to.

    `agreed` holds the content last agreed to; `carrier` that which an influencer agreed to; `written` is the
    last word of who sent or changed the post.
    """

    agreed: PostWord | None = None
    carrier: PostWord | None = None
    written: PostWord | None = None
    kept: bool = False

    @property
    def author(self) -> int | None:
        return self.written.person_id if self.written else None


def records(session: Session, posts: Sequence[Post]) -> dict[int, Record]:
    """The records of several posts by row id, in one query."""
    said: dict[int, list[PostWord]] = {post.id: [] for post in posts}
    rows = session.exec(
        select(PostWord)
        .where(
            col(PostWord.post_id).in_(said),
            col(PostWord.kind).in_([*_AGREED, *_WRITTEN, *_ENDS_KEPT]),
        )
        .order_by(col(PostWord.id))
    ).all()
    for row in rows:
        said[row.post_id].append(row)
    return {post_id: _record(own) for post_id, own in said.items()}


def _record(said: Sequence[PostWord]) -> Record:
    agreed = [one for one in said if one.kind in _AGREED]
    carrier = [one for one in said if one.kind is WordKind.AGREED]
    written = [one for one in said if one.kind in _WRITTEN]
    about_kept = [one for one in said if one.kind is WordKind.KEPT or one.kind in _ENDS_KEPT]
    return Record(
        agreed=agreed[-1] if agreed else None,
        carrier=carrier[-1] if carrier else None,
        written=written[-1] if written else None,
        kept=bool(about_kept) and about_kept[-1].kind is WordKind.KEPT,
    )


def add(
    session: Session,
    post: Post,
    kind: WordKind,
    *,
    actor: Actor | None = None,
    person: Influencer | None = None,
    text: str = "",
    content: Content | None = None,
    inside: bool = True,
) -> PostWord:
    """Note a word of a member, of an influencer, or of the clock.

    A word that is not inside is between the team and one influencer: it names them, so that another who
    carries the post later does not read it.
    """
    word = PostWord(
        post_id=post.id,
        kind=kind,
        person_id=actor.person_id if actor else None,
        influencer_id=person.id if person else None if inside else post.influencer_id,
        inside=inside,
        text=text,
        content=dict(content or {}),
    )
    session.add(word)
    return word
