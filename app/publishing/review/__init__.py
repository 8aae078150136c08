"""Approval of posts: none, the team's, or the team's and then the influencer's who carries the post.

What is approved is the content as it goes out (`content`); any later change of it reopens the post. Two doors for
the rest of the house: `reopen_if_changed` after any change, and `is_as_approved` before anything is sent.
"""

from app.publishing.review import carrier, team, waiting
from app.publishing.review.content import content, contents
from app.publishing.review.guard import (
    is_as_approved,
    not_as_approved,
    reopen_changed,
    reopen_if_changed,
    unapproved,
)

__all__ = [
    "carrier",
    "content",
    "contents",
    "is_as_approved",
    "not_as_approved",
    "reopen_changed",
    "reopen_if_changed",
    "team",
    "unapproved",
    "waiting",
]
