"""Who looks at a page: a person, a machine, or a service that draws a card of it. Pure; keeps nothing.

Decides by what the request says of itself, as it must: a machine that poses as a browser is counted as a person.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from app.links.rules import Channel


class Kind(StrEnum):
    """What is counted apart from what."""

    PERSON = "person"
    BOT = "bot"
    PREVIEW = "preview"


# Services that read a page to show a card of it where somebody shared the link. Their own pages:
# facebookexternalhit https://developers.facebook.com/docs/sharing/webmasters/web-crawlers
# Twitterbot https://developer.x.com/en/docs/x-for-websites/cards/guides/troubleshooting-cards
# Slackbot https://api.slack.com/robots – TelegramBot, Discordbot, Mastodon and Cardyb by what they send.
# Messages on an iPhone calls itself "facebookexternalhit/1.1 Facebot Twitterbot/1.0" and so is among them.
_PREVIEW = re.compile(
    r"facebookexternalhit|facebot|meta-external(hit|fetcher)|twitterbot|slackbot|slack-imgproxy|discordbot"
    r"|telegrambot|^whatsapp|linkedinbot|pinterestbot|pinterest\.com/bot|redditbot|skypeuripreview|mastodon/"
    r"|pleroma|akkoma|misskey|summalybot|lemmy|friendica|cardyb|blueskypreview|^viber|^line/|linespider"
    r"|snap url preview|snapurlpreview|embedly|iframely|opengraph|link ?preview|unfurl|^signal|valve/steam"
    r"|bitlybot|google-pagerenderer|googleimageproxy|yahoomailproxy|bingpreview|microsoftpreview|applebot-preview"
    r"|keybasebot|mattermost|rocket\.chat|zulip|discourse forum onebox|flipboardproxy|vkshare|odklbot",
    re.IGNORECASE,
)

# Words no browser of a person says. Cubot is a maker of phones.
_MACHINE = re.compile(
    r"(?<!cu)bot\b|(?<!cu)bot[/_;\-]|crawl|spider|slurp|scrape|headless|phantomjs|https?://|\+http|@[\w-]+\.[a-z]"
    r"|^(curl|wget|python|java|ruby|perl|php|go-http|okhttp|axios|node|libwww|apache-http|guzzle|httpie|postman)",
    re.IGNORECASE,
)

_CHUNK = 50  # patterns looked for at once: the engine is slower with all in one


@cache
def _crawlers() -> tuple[re.Pattern[str], ...]:
    lines = (Path(__file__).parent / "crawlers.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return tuple(re.compile("|".join(kept[at : at + _CHUNK])) for at in range(0, len(kept), _CHUNK))


@lru_cache(maxsize=4096)
def kind_of_agent(agent: str) -> Kind:
    """What a user agent says of itself. Without one, nobody looks: every browser has one."""
    if _PREVIEW.search(agent):
        return Kind.PREVIEW
    # What begins otherwise is no browser: they all say Mozilla since 1994, but Opera's old ones.
    if not agent.startswith(("Mozilla/", "Opera/")) or _MACHINE.search(agent):
        return Kind.BOT
    return Kind.BOT if any(one.search(agent) for one in _crawlers()) else Kind.PERSON


def kind_of(agent: str, *, ahead: bool) -> Kind:
    """What looks at a page. `ahead`: the page is read before anybody asked for it (HEAD, prefetch, prerender)."""
    kind = kind_of_agent(agent)
    return Kind.PREVIEW if ahead and kind is Kind.PERSON else kind


_HOSTS: Mapping[str, Channel] = {
    "instagram.com": Channel.INSTAGRAM,
    "facebook.com": Channel.FACEBOOK,
    "fb.com": Channel.FACEBOOK,
    "fb.me": Channel.FACEBOOK,
    "messenger.com": Channel.FACEBOOK,
    "threads.net": Channel.THREADS,
    "threads.com": Channel.THREADS,
    "tiktok.com": Channel.TIKTOK,
    "youtube.com": Channel.YOUTUBE,
    "youtu.be": Channel.YOUTUBE,
    "x.com": Channel.X,
    "twitter.com": Channel.X,
    "t.co": Channel.X,
    "bsky.app": Channel.BLUESKY,
    "bsky.social": Channel.BLUESKY,
    "telegram.org": Channel.TELEGRAM,
    "telegram.me": Channel.TELEGRAM,
    "t.me": Channel.TELEGRAM,
    "whatsapp.com": Channel.WHATSAPP,
    "wa.me": Channel.WHATSAPP,
    "duckduckgo.com": Channel.SEARCH,
    "ecosia.org": Channel.SEARCH,
    "qwant.com": Channel.SEARCH,
    "startpage.com": Channel.SEARCH,
    "lilo.org": Channel.SEARCH,
    "search.brave.com": Channel.SEARCH,
    "baidu.com": Channel.SEARCH,
    "kagi.com": Channel.SEARCH,
    "mastodon.social": Channel.MASTODON,
    "mastodon.online": Channel.MASTODON,
    "piaille.fr": Channel.MASTODON,
    "mamot.fr": Channel.MASTODON,
    "framapiaf.org": Channel.MASTODON,
}
_SEARCH = re.compile(r"(^|\.)(google|bing|yahoo|yandex|ask|aol)\.[a-z.]{2,6}$")
_MAIL = re.compile(r"^(webmail|mail|outlook|messagerie|imp|zimbra|roundcube)\d*\.|\.mail\.")
_MASTODON = re.compile(r"(^|\.)(mastodon|mstdn|toot|masto)[\w-]*\.")
_APPS: Mapping[str, Channel] = {  # Android tells the app: android-app://org.telegram.messenger/
    "com.instagram.android": Channel.INSTAGRAM,
    "com.facebook.katana": Channel.FACEBOOK,
    "com.facebook.orca": Channel.FACEBOOK,
    "com.instagram.barcelona": Channel.THREADS,
    "com.twitter.android": Channel.X,
    "xyz.blueskyweb.app": Channel.BLUESKY,
    "org.joinmastodon.android": Channel.MASTODON,
    "org.telegram.messenger": Channel.TELEGRAM,
    "com.whatsapp": Channel.WHATSAPP,
    "com.google.android.gm": Channel.MAIL,
    "com.google.android.googlequicksearchbox": Channel.SEARCH,
}
# The browser inside an app names the app, where it tells no page before.
_INSIDE = (
    ("Instagram ", Channel.INSTAGRAM),
    ("Barcelona ", Channel.THREADS),
    ("FBAN/", Channel.FACEBOOK),
    ("FB_IAB/", Channel.FACEBOOK),
    ("MetaIAB", Channel.FACEBOOK),
    ("BytedanceWebview", Channel.TIKTOK),
    ("Twitter for ", Channel.X),
    ("Telegram-", Channel.TELEGRAM),
)


def channel_of(referrer: str, agent: str) -> Channel:
    """The family of where somebody came from: the page before, else the app whose browser it is, else unknown."""
    scheme, host = split(referrer)
    if scheme == "android-app":
        return _APPS.get(host, Channel.OTHER)
    if not host:
        return next((channel for word, channel in _INSIDE if word in agent), Channel.DIRECT)
    return _of_host(host.partition(":")[0])


def split(referrer: str) -> tuple[str, str]:
    """Scheme and host, with its port, of the page before; both empty for what is no such address. Never raises."""
    found = _ADDRESS.match(referrer)
    return (found[1].lower(), found[2].lower()) if found else ("", "")


@lru_cache(maxsize=1024)
def _of_host(host: str) -> Channel:
    if _MAIL.search(host):  # before its owner: mail.google.com is no search
        return Channel.MAIL
    labels = host.split(".")
    for start in range(len(labels) - 1):
        known = _HOSTS.get(".".join(labels[start:]))
        if known is not None:
            return known
    if _SEARCH.search(host):
        return Channel.SEARCH
    return Channel.MASTODON if _MASTODON.search(host) else Channel.OTHER


_ADDRESS = re.compile(
    r"(https?|android-app)://([\w.-]{1,253}(?::\d{1,5})?)(?:[/?#]|$)", re.ASCII | re.IGNORECASE
)

_UTM: Mapping[str, Channel] = {
    **{one.value: one for one in Channel if one not in (Channel.DIRECT, Channel.OTHER)},
    "ig": Channel.INSTAGRAM,
    "fb": Channel.FACEBOOK,
    "twitter": Channel.X,
    "bsky": Channel.BLUESKY,
    "email": Channel.MAIL,
    "newsletter": Channel.MAIL,
    "poster": Channel.PAPER,
    "flyer": Channel.PAPER,
}


def channel_of_utm(source: str) -> Channel | None:
    """What `utm_source` says, where it names a family we know."""
    return _UTM.get(source.strip().lower())
