"""Where time acts on followers: what was published becomes letters, letters leave, counts are kept."""

from functools import cache

from app.followers import announcing
from app.followers.room import Room

PIECES = 10
"""Pieces of a list written in one ring, 20 000 followers: mails to one person wait some seconds at most."""


def tell_followers() -> int:
    """Find what was published and write down whom to tell; returns how many rows were made or closed."""
    made = announcing.announce()
    for _ in range(PIECES):
        piece = announcing.fill()
        made += piece
        if not piece:
            break
    return made + announcing.close_what_is_done()


@cache
def room() -> Room:
    """The room of this process, made at its first ring."""
    return Room()


def send_letters() -> int:
    """Ring the room; returns how many letters were settled since the last ring."""
    return room().ring()


def stop_sending(timeout: float) -> bool:
    """Take no more letters and let the one at work be settled, for `timeout` seconds."""
    finished = room().stop(timeout) if room.cache_info().currsize else True
    room.cache_clear()
    return finished
