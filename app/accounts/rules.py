"""How a connection stands. Pure decisions."""

from enum import StrEnum


class AccountState(StrEnum):
    CONNECTED = "connected"
    RECONNECT = "reconnect"  # the platform ended the permission: its posts wait for a person
    DISCONNECTED = "disconnected"  # by us; the row stays for the history of its posts
