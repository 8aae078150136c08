"""Machines, previews and people by their user agents; families of channels by the page before."""

import pytest

from app.links.rules import Channel
from app.links.sorting import Kind, channel_of, channel_of_utm, kind_of, kind_of_agent
from tests.links.conftest import INSTAGRAM, PHONE
from tests.links.replay import DESKTOPS, MACHINES

PEOPLE = (
    PHONE,
    INSTAGRAM,
    *DESKTOPS,
    (
        "Mozilla/5.0 (Linux; Android 13; CUBOT X30 Build/RP1A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0"
        " Mobile Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Version/4.0 Chrome/142.0.7444.142 Mobile Safari/537.36 Instagram 406.0.0.58.159 Android (35/15; 480dpi;"
        " 1080x2400; OPPO; CPH2557; OP573DL1; mt6833; fr_FR; 822918295; IABMV/1) NV/1"
    ),
    (
        "Mozilla/5.0 (Linux; Android 16; Pixel 10 Pro XL Build/CP1A.260305.018; wv) AppleWebKit/537.36 (KHTML, like"
        " Gecko) Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 MetaIAB Facebook"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Mobile/22E252 [FBAN/FBIOS;FBAV/513.0.0.53.109;FBDV/iPhone15,2;FBSN/iOS;FBSV/18.4.1;FBLC/fr_FR;FBOP/80]"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76"
        " musical_ly_39.5.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/fr Region/FR BytedanceWebview/d8a21c6"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76"
        " Snapchat/13.42.0.39 (like Safari/8621.2.5.10.10, panda)"
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0"
        " Mobile Safari/537.36"
    ),
    "Mozilla/5.0 (Android 14; Mobile; rv:138.0) Gecko/138.0 Firefox/138.0",
)
PREVIEWS = {agent for agent, _ in MACHINES} & {
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "WhatsApp/2.23.20.0 A",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "Mastodon/4.3.8 (http.rb/5.2.0; +https://piaille.fr/) Bot",
    "Bluesky Cardyb/1.1; +mailto:support@bsky.app",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
}
MESSAGES = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1"
    " Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_of_people(agent: str) -> None:
    assert kind_of_agent(agent) is Kind.PERSON
    assert kind_of(agent, ahead=True) is Kind.PREVIEW


@pytest.mark.parametrize("agent", [agent for agent, _ in MACHINES])
def test_machines(agent: str) -> None:
    assert kind_of_agent(agent) is (Kind.PREVIEW if agent in PREVIEWS else Kind.BOT)


def test_messages_on_an_iphone_is_a_preview() -> None:
    assert len(PREVIEWS) == 10
    assert kind_of_agent(MESSAGES) is Kind.PREVIEW


@pytest.mark.parametrize(
    ("referrer", "channel"),
    [
        ("https://l.instagram.com/", Channel.INSTAGRAM),
        ("https://m.facebook.com/story?x=1", Channel.FACEBOOK),
        ("https://l.threads.net/", Channel.THREADS),
        ("https://t.co/abc", Channel.X),
        ("https://piaille.fr/@moi", Channel.MASTODON),
        ("https://mastodon.zaclys.com/", Channel.MASTODON),
        ("https://bsky.app/", Channel.BLUESKY),
        ("https://web.telegram.org/", Channel.TELEGRAM),
        ("android-app://org.telegram.messenger/", Channel.TELEGRAM),
        ("android-app://com.google.android.gm/", Channel.MAIL),
        ("https://mail.google.com/", Channel.MAIL),
        ("https://webmail.example.org/", Channel.MAIL),
        ("https://www.google.fr/", Channel.SEARCH),
        ("https://duckduckgo.com/", Channel.SEARCH),
        ("https://www.lavoixdunord.fr/article", Channel.OTHER),
        ("https://notinstagram.com/", Channel.OTHER),
        ("https://google.evil.example/", Channel.OTHER),
        ("javascript:alert(1)", Channel.DIRECT),
        ("https://[::1", Channel.DIRECT),
        ("", Channel.DIRECT),
    ],
)
def test_families(referrer: str, channel: Channel) -> None:
    assert channel_of(referrer, PHONE) is channel


def test_the_app_speaks_where_no_page_does() -> None:
    assert channel_of("", INSTAGRAM) is Channel.INSTAGRAM
    assert channel_of("https://t.co/x", INSTAGRAM) is Channel.X


def test_utm_sources() -> None:
    assert channel_of_utm("IG") is Channel.INSTAGRAM
    assert channel_of_utm("newsletter") is Channel.MAIL
    assert channel_of_utm("direct") is None
    assert channel_of_utm("whatever") is None
