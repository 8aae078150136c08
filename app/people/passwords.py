"""Passwords: kept as argon2id hashes; refuses short, common and personal ones, and nothing else."""

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import DomainError
from app.core.i18n import Message, mark

MIN_LENGTH, MAX_LENGTH = 10, 256
_COMMON = Path(__file__).with_name("common_passwords.txt")

# The library's defaults (RFC 9106, low memory: t=3, 64 MiB, p=4) are above what ASVS 5.0, 11.4.2 asks for.
_hasher = PasswordHasher()
# Each hash takes 64 MiB: a burst of sign-ins waits in line rather than taking all the memory.
_turns = threading.BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    with _turns:
        return _hasher.hash(_normal(password))


@cache
def _nobodys_hash() -> str:
    return hash_password("the password of nobody")


def matches(password_hash: str, password: str) -> bool:
    """Whether a password is the one hashed. An empty hash takes the same time and never matches."""
    expected = password_hash or _nobodys_hash()
    with _turns:
        try:
            _hasher.verify(expected, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(password_hash)


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def weakness(password: str, *, personal: tuple[str, ...] = ()) -> Message | None:
    """Why a password is refused, or None. `personal` are names and addresses it may not consist of.

    Length and the list of common passwords are the only rules (NIST SP 800-63B, 3.1.1.2; ASVS 5.0, 6.2):
    any character is welcome and nothing is cut off.
    """
    if len(password) < MIN_LENGTH:
        return mark("Use at least %(least)s characters. Several words make a good password.").with_values(
            least=MIN_LENGTH
        )
    if len(password) > MAX_LENGTH:
        return mark("Use at most %(most)s characters.").with_values(most=MAX_LENGTH)
    plain = password.lower()
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    if {plain, stem} & _common() or len(set(plain)) < 4:
        return mark("Many people use this password, so it is tried first. Choose another.")
    if any(_says_only(plain, word.lower()) for word in personal):
        return mark("This password is your name or your address. Choose another.")
    return None


class WeakPassword(DomainError):
    """A password its owner may not choose, for what `weakness` says."""

    status = 422


def refuse_weak(password: str, *, personal: tuple[str, ...]) -> None:
    """Raises WeakPassword, knowing more of the owner than the form did."""
    if found := weakness(password, personal=personal):
        raise WeakPassword(found)


def _says_only(plain: str, word: str) -> bool:
    """Whether a password is a part of a word, or the word with a few more characters."""
    bare_word, bare = (re.sub(r"[\W_]", "", text) for text in (word, plain))
    if len(bare_word) < 4:
        return False
    return bare in bare_word or (bare_word in bare and len(bare) - len(bare_word) < 5)


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _normal(password: str) -> str:
    """One form for characters that keyboards send in two (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
