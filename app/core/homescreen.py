"""What a page that goes on a home screen has besides: its manifest, and a helper that shows notices."""

import json
from functools import cache

from starlette.responses import Response

from app.core.assets import STATIC, asset

_ICONS = (
    ("img/icon-192.png", 192, "any"),
    ("img/icon-512.png", 512, "any"),
    ("img/icon-maskable-512.png", 512, "maskable"),
)


def manifest(told: dict[str, str], *, vary: str = "") -> Response:
    """A web app manifest (W3C): what the caller tells of its page, in the product's colours and with its icons."""
    icons = [
        {"src": asset(name).url, "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for name, side, purpose in _ICONS
    ]
    ours = {"display": "standalone", "background_color": "#ffffff", "theme_color": "#14151a", "icons": icons}
    headers = {"Cache-Control": "public, max-age=3600", **({"Vary": vary} if vary else {})}
    content = json.dumps({**told, **ours}, ensure_ascii=False)
    return Response(content, media_type="application/manifest+json", headers=headers)


@cache
def helper(name: str) -> str:
    """The script of a service worker, with the address of its icon."""
    written = (STATIC / "worker" / name).read_text(encoding="utf-8")
    return written.replace("{icon}", asset("img/icon-192.png").url)
