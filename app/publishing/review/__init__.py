"""Approval of posts: none, the team's, or the team's and then the influencer's who carries the post.

What is approved is the content as it goes out (`content`); any later change of it reopens the post. Two doors for
the rest of the house: `reopen_if_changed` after any change, and `is_as_approved` before anything is sent. Beside
them stands `unproven`: no word lets out a fact that nobody has checked.
"""

from app.publishing.review import carrier, proof, team, waiting
from app.publishing.review.content import content, contents
from app.publishing.review.guard import (
    is_as_approved,
    not_as_approved,
    reopen_changed,
    reopen_if_changed,
    unapproved,
)
from app.publishing.review.proof import Unproven, not_proven, unproven, unproven_frames

__all__ = [
    "Unproven",
    "carrier",
    "content",
    "contents",
    "is_as_approved",
    "not_as_approved",
    "not_proven",
    "proof",
    "reopen_changed",
    "reopen_if_changed",
    "team",
    "unapproved",
    "unproven",
    "unproven_frames",
    "waiting",
]
