"""Where time acts on posts: publishing what is due, judging what is late, following zones, asking for approval."""

from functools import cache

from app.publishing.engine.engine import Engine
from app.publishing.engine.lateness import judge_late_posts
from app.publishing.engine.troubles import tell_troubles
from app.publishing.engine.zones import follow_zone_rules
from app.publishing.review.rounds import remind_reviewers, reopen_what_changed
from app.publishing.shortened import lay_links

__all__ = [
    "follow_zone_rules",
    "judge_late_posts",
    "lay_links",
    "publish_due",
    "remind_reviewers",
    "reopen_what_changed",
    "stop_publishing",
    "tell_troubles",
]


@cache
def engine() -> Engine:
    """The engine of this process, made at its first ring."""
    return Engine()


def publish_due() -> int:
    """Start work on the posts that are due; returns how many tries ended since the last ring."""
    return engine().ring()


def stop_publishing(timeout: float) -> bool:
    """Claim no more and let what is being sent finish, for `timeout` seconds; False when it did not.

    The next ring, if there is one, begins with a new engine.
    """
    finished = engine().stop(timeout) if engine.cache_info().currsize else True
    engine.cache_clear()
    return finished
