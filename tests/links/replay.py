"""Writes the log of one evening: people and machines, from a seed, so that it is the same again.

User agents are as their makers document them or as they were seen: Instagram's and Facebook's browsers, Safari and
Chrome on phones, and for machines the names their pages give. People sit at home or behind a carrier whose addresses
hundreds share (CGNAT, RFC 6598); models and versions of phones are about as frequent as they are in the street.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.links.noting import Look
from app.links.rules import Place

IPHONES = (
    ("iPhone12,8", 5, "2.00", "750x1334"),
    ("iPhone13,2", 9, "3.00", "1170x2532"),
    ("iPhone14,5", 12, "3.00", "1170x2532"),
    ("iPhone14,7", 8, "3.00", "1170x2532"),
    ("iPhone15,2", 9, "3.00", "1179x2556"),
    ("iPhone15,4", 10, "3.00", "1179x2556"),
    ("iPhone16,1", 11, "3.00", "1179x2556"),
    ("iPhone17,3", 13, "3.00", "1179x2556"),
    ("iPhone12,1", 14, "2.00", "828x1792"),
    ("iPhone11,8", 6, "2.00", "828x1792"),
)
IOS = (("18_5", "22F76", 40), ("18_4_1", "22E252", 14), ("18_3_2", "22D82", 8), ("17_7_2", "21H221", 9))
GALAXIES = (
    ("SM-A156B", "a15x", 15),
    ("SM-A546B", "a54x", 12),
    ("SM-A346B", "a34x", 9),
    ("SM-S911B", "dm1q", 8),
    ("SM-S921B", "e1s", 7),
    ("SM-A256B", "a25x", 7),
    ("2201117TY", "spes", 8),
    ("23090RA98G", "ruby", 6),
    ("Pixel 8", "shiba", 5),
    ("Pixel 7a", "lynx", 4),
    ("CPH2557", "OP573DL1", 5),
    ("moto g54 5G", "cancunf", 4),
)
INSTAGRAMS = (("381.0.0.48.79", 30), ("380.0.0.28.75", 34), ("379.1.0.43.80", 12), ("378.0.0.35.77", 7))
CHROMES = (("136.0.7103.125", 34), ("136.0.7103.60", 20), ("135.0.7049.111", 18), ("134.0.6998.135", 7))
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS {0} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
DESKTOPS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:138.0) Gecko/20100101 Firefox/138.0",
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4"
        " Safari/605.1.15"
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/136.0.0.0 Safari/537.36 Edg/136.0.0.0"
    ),
)
MACHINES = (
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 14),
    (
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/136.0.7103.92 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
        ),
        12,
    ),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 10),
    (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        9,
    ),
    (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        7,
    ),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 7),
    ("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", 6),
    ("Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko; compatible; Bytespider)", 5),
    (
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1"
            " Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)"
        ),
        4,
    ),
    ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", 6),
    ("python-requests/2.32.3", 4),
    ("curl/8.5.0", 3),
    ("Go-http-client/1.1", 3),
    ("", 2),
    (
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/136.0.7103.59"
            " Safari/537.36"
        ),
        4,
    ),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 22),
    ("facebookexternalhit/1.1 Facebot Twitterbot/1.0", 8),
    ("WhatsApp/2.23.20.0 A", 16),
    ("Twitterbot/1.0", 6),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", 4),
    ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", 4),
    ("TelegramBot (like TwitterBot)", 7),
    ("Mastodon/4.3.8 (http.rb/5.2.0; +https://piaille.fr/) Bot", 9),
    ("Bluesky Cardyb/1.1; +mailto:support@bsky.app", 4),
    ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", 4),
)
PATHS = (Place.CAMPAIGN, Place.DAY, Place.DAY, Place.VOICES, Place.DONATE, Place.SOURCES)


@dataclass(frozen=True)
class Evening:
    """What the log holds, and who was really there."""

    looks: Sequence[Look]
    people: int
    machines: int


def evening(seed: int, at: datetime, *, people: int, machines: int, movers: float) -> Evening:
    """A log in the order of the clock. `movers`: the share of people who change networks between two looks."""
    dice = random.Random(seed)  # noqa: S311 - a log to replay, not a secret
    looks = [look for _ in range(people) for look in _person(dice, at, movers=movers)]
    looks += [_machine(dice, at) for _ in range(machines)]
    return Evening(sorted(looks, key=lambda one: one.at), people, machines)


def _person(dice: random.Random, at: datetime, *, movers: float) -> Iterator[Look]:
    on_phone = dice.random() < 0.84
    agent = _phone(dice) if on_phone else dice.choice(DESKTOPS)
    address = _carrier(dice) if on_phone and dice.random() < 0.5 else _home(dice)
    moment = at + timedelta(seconds=dice.uniform(0, 4 * 3600))
    for number in range(1 + min(12, int(dice.expovariate(0.55)))):
        if number and dice.random() < movers:
            address = _home(dice) if dice.random() < 0.5 else _carrier(dice)
        ahead = number == 0 and dice.random() < 0.06  # the app read the page before it was opened
        if ahead:
            yield _look(moment - timedelta(seconds=2), address, agent, Place.CAMPAIGN, ahead=True)
        place = Place.CAMPAIGN if number == 0 else dice.choice(PATHS)
        yield _look(moment, address, agent, place, inside=number > 0)
        moment += timedelta(seconds=dice.uniform(4, 240))


def _machine(dice: random.Random, at: datetime) -> Look:
    agents, weights = zip(*MACHINES, strict=True)
    agent = dice.choices(agents, weights)[0]
    address = f"{dice.choice((66, 157, 173, 185, 52, 34))}.{dice.randrange(256)}.{dice.randrange(256)}.7"
    moment = at + timedelta(seconds=dice.uniform(0, 4 * 3600))
    return _look(moment, address, agent, dice.choice(PATHS))


def _look(at: datetime, address: str, agent: str, place: Place, **values: bool) -> Look:
    flags = {"ahead": False, "inside": False, **values}
    return Look(at, "maia", place, "", address, agent, "", "", "fr", **flags)


def _phone(dice: random.Random) -> str:
    """Half of those who come from a story are in the app's own browser."""
    inside = dice.random() < 0.62
    if dice.random() < 0.42:
        version, build, _ = _one(dice, IOS)
        model, _, scale, size = _one(dice, IPHONES, 1)
        system = SAFARI.format(version)
        if not inside:
            return f"{system} Version/{version.replace('_', '.')} Mobile/15E148 Safari/604.1"
        app, _ = _one(dice, INSTAGRAMS)
        os_words = f"{model}; iOS {version}; fr_FR; fr; scale={scale}; {size}; 743234567"
        return f"{system} Mobile/{build} Instagram {app} ({os_words})"
    if not inside:
        return (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
            f" Chrome/{dice.choice(('136', '136', '135', '134'))}.0.0.0 Mobile Safari/537.36"
        )
    model, board, _ = _one(dice, GALAXIES)
    chrome, _ = _one(dice, CHROMES)
    app, _ = _one(dice, INSTAGRAMS)
    android = dice.choice((13, 14, 14, 15, 15))
    return (
        f"Mozilla/5.0 (Linux; Android {android}; {model} Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like"
        f" Gecko) Version/4.0 Chrome/{chrome} Mobile Safari/537.36 Instagram {app} Android ({android + 20}/{android};"
        f" 450dpi; 1080x2125; {board}; fr_FR; 745612345)"
    )


def _one(dice: random.Random, rows: Sequence[tuple], weight: int = -1) -> tuple:
    return dice.choices(rows, [row[weight] for row in rows])[0]


def _home(dice: random.Random) -> str:
    """A household's own: two thirds by IPv6, whose first 48 bits a provider gives to a region of some homes."""
    if dice.random() < 0.66:
        return (
            f"2a01:{dice.choice(('e0a', 'cb00', '0e34', 'e35')):>4}:{dice.randrange(65536):x}:1::5".replace(
                " ", "0"
            )
        )
    return f"{dice.choice((78, 82, 86, 90, 92, 176))}.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"


def _carrier(dice: random.Random) -> str:
    """Four carriers, each with forty networks of shared addresses; by IPv6 with a few hundred ranges of 48 bits."""
    carrier = dice.randrange(4)
    if dice.random() < 0.6:
        return f"2a0{carrier}:8440:{dice.randrange(400):x}:{dice.randrange(65536):x}::2"
    return f"{(37, 80, 92, 176)[carrier]}.{160 + carrier}.{dice.randrange(40)}.{dice.randrange(256)}"
