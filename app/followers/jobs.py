"""Where time acts on followers: what was published becomes letters and notices, these leave, counts are kept."""

from functools import cache

from app.core import vault
from app.core.db import reading, transaction
from app.followers import announcing, devices, noticing, parcels, queries
from app.followers.noticing import Notifier
from app.followers.room import Room
from app.followers.sending import Sender

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
    """Where letters leave in this process, made at its first ring."""
    return Room("letters", parcels.anything, lambda stopping: Sender(stopping=stopping))


@cache
def screens() -> Room:
    """Where devices are told in this process, made at its first ring."""
    return Room("notices", noticing.anything, lambda stopping: Notifier(stopping=stopping))


def send_letters() -> int:
    """Ring the room; returns how many letters were settled since the last ring."""
    return room().ring()


def stop_sending(timeout: float) -> bool:
    """Take no more letters and let the one at work be settled, for `timeout` seconds."""
    finished = room().stop(timeout) if room.cache_info().currsize else True
    room.cache_clear()
    return finished


def tell_devices() -> int:
    """Ring the other room; returns how many notices were settled since the last ring."""
    return screens().ring()


def stop_telling(timeout: float) -> bool:
    """Take no more notices and let those at work be settled, for `timeout` seconds."""
    finished = screens().stop(timeout) if screens.cache_info().currsize else True
    screens.cache_clear()
    return finished


def seal_again() -> int:
    """Seal with the newest key where devices are called, so that an older one may be dropped; returns how many."""
    with reading() as session:
        old = [row for row in queries.sealed_devices(session) if not vault.is_current(row[2])]
    return sum(_seal_again(*row) for row in old)


def _seal_again(device_id: int, pid: str, before: str) -> bool:
    """Only if its browser has not renewed itself since it was read."""
    try:
        after = vault.sealed_again(before, bound_to=devices.place(pid))
    except vault.CannotOpen:
        return False  # a lost key: the device goes at the next notice
    with transaction() as session:
        return devices.replace_seal(session, device_id, before=before, after=after)
