"""Pure decisions about people, by table."""

from datetime import timedelta

import pytest

from app.core.errors import Conflict
from app.people import identity, passwords
from app.people.identity import LegalKind, NotALegalNumber
from app.people.rules import (
    Permission,
    Role,
    SignInWay,
    allows,
    device_label,
    keep_an_owner,
    may_skip_old_password,
)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.OWNER, "view edit moderate money publish admin"),
        (Role.EDITOR, "view edit moderate publish"),
        (Role.MODERATOR, "view moderate"),
        (Role.FINANCE, "view money"),
    ],
)
def test_each_role_allows_exactly_this(role: Role, allowed: str) -> None:
    assert {one.value for one in Permission if allows(role, one)} == set(allowed.split())


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (LegalKind.SIREN, "732 829 320", "732829320"),
        (LegalKind.SIREN, "732.829.320", "732829320"),
        (LegalKind.SIREN, "732829321", None),
        (LegalKind.SIREN, "73282932", None),
        (LegalKind.SIREN, "", None),
        (LegalKind.RNA, "w751234567", "W751234567"),
        (LegalKind.RNA, "W2A1001234", "W2A1001234"),
        (LegalKind.RNA, "W9N1001234", "W9N1001234"),
        (LegalKind.RNA, "751234567", None),
        (LegalKind.RNA, "W75123456", None),
        (LegalKind.RNA, "W7512345678", None),
        (LegalKind.UK_CHARITY, "1089464", "1089464"),
        (LegalKind.UK_CHARITY, "207544", "207544"),
        (LegalKind.UK_CHARITY, "SC012345", "SC012345"),
        (LegalKind.UK_CHARITY, "sc 012345", "SC012345"),
        (LegalKind.UK_CHARITY, "NIC100123", "NIC100123"),
        (LegalKind.UK_CHARITY, "NI100123", None),
        (LegalKind.UK_CHARITY, "12345", None),
        (LegalKind.UK_CHARITY, "12345678", None),
        (LegalKind.US_EIN, "53-0196605", "530196605"),
        (LegalKind.US_EIN, "53 0196605", "530196605"),
        (LegalKind.US_EIN, "07-0196605", None),
        (LegalKind.US_EIN, "٥٣٠١٩٦٦٠٥", None),
    ],
)
def test_legal_numbers(kind: LegalKind, typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(NotALegalNumber):
            identity.compact(kind, typed)
    else:
        assert identity.compact(kind, typed) == kept
        assert identity.compact(kind, identity.written(kind, kept)) == kept


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("neuf lettr", True),
        ("neuf.mots", False),
        ("motdepasse1", False),
        ("Motdepasse2024!", False),
        ("PASSWORD123", False),
        ("azertyuiop", False),
        ("aaaaaaaaaaaa", False),
        ("abababababab", False),
        ("camille.roux", False),
        ("CamilleRoux1", False),
        ("camille@example.org", False),
        ("la lanterne de Camille Roux éclaire", True),
        ("correct horse battery", True),
        ("é" * 3 + "abcdefgxyz", True),
        ("qx" * 3 + "z7 " * 83 + "a", True),
        ("qx7z" * 64 + "a", False),
        ("12 tasses, 3 chats", True),
    ],
)
def test_passwords(password: str, *, fine: bool) -> None:
    found = passwords.weakness(password, personal=("Camille Roux", "camille@example.org"))
    assert (found is None) == fine


def test_the_list_of_common_passwords_is_long_enough_to_count() -> None:
    common = passwords._common()
    assert len(common) > 5000
    assert all(len(one) >= 8 and one == one.lower() for one in common)


def test_hashes_are_argon2id_and_keep_every_character() -> None:
    long = "ñandú y pingüino " * 15
    kept = passwords.hash_password(long)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(kept, long)
    assert not passwords.matches(kept, long[:-1])
    assert passwords.matches(passwords.hash_password("Ame\u0301lie au pays"), "Amélie au pays")
    assert not passwords.matches("", "the password of nobody")
    assert not passwords.matches("not a hash", long)
    assert not passwords.outdated(kept)


@pytest.mark.parametrize(
    ("owners", "leaving", "refused"), [([1], 1, True), ([1, 2], 1, False), ([2], 1, False)]
)
def test_the_last_owner_stays(owners: list[int], leaving: int, *, refused: bool) -> None:
    if refused:
        with pytest.raises(Conflict):
            keep_an_owner(owners, leaving)
    else:
        keep_an_owner(owners, leaving)


@pytest.mark.parametrize(
    ("way", "minutes", "skips"),
    [
        (SignInWay.LINK, 9, True),
        (SignInWay.LINK, 11, False),
        (SignInWay.PASSWORD, 1, False),
        (SignInWay.INVITATION, 1, False),
    ],
)
def test_only_a_fresh_link_replaces_the_old_password(way: SignInWay, minutes: int, *, skips: bool) -> None:
    assert may_skip_old_password(way, timedelta(minutes=minutes)) is skips


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_devices_have_names_people_know(user_agent: str, label: str) -> None:
    assert device_label(user_agent) == label
