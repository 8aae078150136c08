"""Keep a campaign as files: its own pages, asked of the application itself, so that what was public is what is kept.
Refuses a campaign that still runs, and an application that fails to answer."""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import httpx
from sqlmodel import Session

from app.archive import rewriting, rules
from app.archive.rewriting import KeptPage, Words
from app.archive.rules import Fate, Site, Target
from app.campaigns import queries
from app.campaigns.models import Campaign
from app.campaigns.rules import last_date
from app.core import clock, i18n
from app.core.errors import Conflict
from app.core.i18n import LANGUAGES, mark
from app.core.settings import get_settings

HTML = "text/html"
# Named as a machine: what counts visits counts people.
USER_AGENT = "Septaine-Archive/1 (bot)"
_SKIPPED = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405, 409, 410})


class StillRunning(Conflict):
    """The campaign asks something of the public yet: a kept page could not say that it ended."""

    def __init__(self) -> None:
        super().__init__(
            mark("This campaign is not over yet. It can be kept as files once its drive is closed.")
        )


class NotAnswered(Exception):
    """The application did not answer for a page; nothing half is kept."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"{path} answered {status}")


@dataclass(frozen=True)
class Subject:
    """A campaign to be kept, and what its files say of themselves."""

    site: Site
    title: str
    organisation: str
    ended_on: date
    kept_at: datetime
    timezone: str


@dataclass(frozen=True)
class File:
    """A file of the archive; `source` is the address that it answered at."""

    name: str
    content: bytes
    media_type: str
    source: str


def subject(session: Session, campaign: Campaign) -> Subject:
    """What is kept of a campaign now. Raises StillRunning."""
    if campaign.state not in rules.OVER:
        raise StillRunning
    organisation = queries.organisation(session, campaign)
    over = campaign.closed_at or campaign.drive_closed_at
    last = last_date(campaign.starts_on, campaign.length)
    return Subject(
        site=Site(get_settings().base_url, campaign.slug, campaign.language, organisation.pid),
        title=campaign.title,
        organisation=organisation.name,
        ended_on=_local(over, campaign.timezone) if over else last,
        kept_at=clock.now(),
        timezone=campaign.timezone,
    )


async def files(app: Any, kept: Subject, paths: Collection[str]) -> AsyncIterator[File]:
    """Every file of the archive, one after the other, the list of them last.

    `app` is the ASGI application, `paths` the paths of its routes. Raises NotAnswered.
    """
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=kept.site.base) as client:
        crawl = _Crawl(client, kept)
        listed: dict[str, Any] = {}
        async for file in crawl.files(paths):
            listed[file.name] = {
                "sha256": hashlib.sha256(file.content).hexdigest(),
                "bytes": len(file.content),
                "type": file.media_type,
                "from": file.source,
            }
            yield file
    yield File(rules.MANIFEST, _manifest(kept, listed), "application/json", "")


def _manifest(kept: Subject, listed: dict[str, Any]) -> bytes:
    """What the archive is: from where, when, by which version, and each file with its digest."""
    told = {
        "format": rules.FORMAT,
        "campaign": kept.site.slug,
        "title": kept.title,
        "organisation": kept.organisation,
        "language": kept.site.language,
        "from": kept.site.base + kept.site.root,
        "ended_on": kept.ended_on.isoformat(),
        "kept_at": kept.kept_at.isoformat(timespec="seconds"),
        "version": version("septaine"),
        "start": rules.START,
        "files": dict(sorted(listed.items())),
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


class _Crawl:
    """The way from page to page. A target is asked once; what is big is asked for when it is written."""

    def __init__(self, client: httpx.AsyncClient, kept: Subject) -> None:
        self._client = client
        self._kept = kept
        self._site = kept.site
        self._names: dict[Target, str | None] = {}
        self._same: dict[
            tuple[str, str], bytes
        ] = {}  # digests of what machines read, in the campaign's language
        self._waiting: deque[tuple[Target, str, httpx.Response | None]] = deque()

    async def files(self, paths: Collection[str]) -> AsyncIterator[File]:
        languages = sorted(LANGUAGES, key=lambda one: (one != self._site.language, one))
        for language in languages:
            for path in rules.seeds(paths, self._site):
                await self._name(Target(path, "", language))
            while self._waiting:
                target, name, answer = self._waiting.popleft()
                yield await self._file(target, name, await self._ask(target) if answer is None else answer)

    async def _ask(self, target: Target, method: str = "GET") -> httpx.Response:
        """One answer, in a task of its own: what a request binds to its context stays in it."""
        headers = {
            "User-Agent": USER_AGENT,
            "Accept-Language": target.language,
            "Accept-Encoding": "identity",
        }
        address = self._site.address(target)
        asked = self._client.request(method, address, headers=headers, follow_redirects=False)
        answer = await asyncio.create_task(asked)
        if answer.status_code != 200 and answer.status_code not in _SKIPPED:
            raise NotAnswered(address, answer.status_code)
        return answer

    async def _name(self, target: Target) -> str | None:
        """The file that a target will be; None when the application has none to show."""
        if target not in self._names:
            if target.language != self._site.language and not target.is_file:
                await self._name(Target(target.path, target.query, self._site.language))
            answer = await self._ask(target, "HEAD" if target.is_file else "GET")
            self._names[target] = self._noted(target, answer) if answer.status_code == 200 else None
        return self._names[target]

    def _noted(self, target: Target, answer: httpx.Response) -> str:
        """Give the target its name, and its place among what is to be written."""
        media_type = _type(answer)
        own, key = target.language == self._site.language, (target.path, target.query)
        if media_type != HTML and not target.is_file:
            digest = hashlib.sha256(answer.content).digest()
            if own:
                self._same[key] = digest
            elif key in self._same and (self._same[key] == digest or not _speaks(answer)):
                return self._site.name(target, media_type)
        name = self._site.name(target, media_type, own=own)
        self._waiting.append((target, name, None if target.is_file else answer))
        return name

    async def _file(self, target: Target, name: str, answer: httpx.Response) -> File:
        if answer.status_code != 200:  # taken back since a page named it: that page is not to be kept either
            raise NotAnswered(target.path, answer.status_code)
        media_type, content = _type(answer), answer.content
        if media_type == HTML:
            content = await self._page(target, name, content)
        elif media_type == "text/css":
            content = await self._sheet(target, name, content.decode())
        return File(name, content, media_type, self._site.address(target))

    async def _page(self, target: Target, name: str, html: bytes) -> bytes:
        page = await asyncio.to_thread(KeptPage, html)
        placed = await self._placed(target, name, page.addresses())
        return await asyncio.to_thread(page.placed, placed.__getitem__, self._words(target, name))

    async def _sheet(self, target: Target, name: str, css: str) -> bytes:
        placed = await self._placed(target, name, rewriting.sheet_addresses(css))
        return rewriting.sheet(css, placed.__getitem__).encode()

    async def _placed(self, here: Target, name: str, addresses: list[str]) -> dict[str, tuple[Fate, str]]:
        """What each address of a file becomes; targets nobody asked for yet are asked for now."""
        placed = {}
        for address in addresses:
            fate, target, anchor = self._site.target(address, seen_from=here)
            there = await self._name(target) if fate is Fate.KEPT else None
            if there is not None:
                placed[address] = Fate.KEPT, rules.relative(name, there, anchor)
            else:
                left = Fate.DROPPED if fate is Fate.DROPPED else Fate.OUTSIDE
                placed[address] = left, urljoin(self._site.base + here.path, address)
        return placed

    def _words(self, target: Target, name: str) -> Words:
        first = Target(self._site.root, "", target.language)
        start = rules.relative(name, self._names.get(first) or rules.START)
        with i18n.speaking(target.language):
            ended = i18n.gettext("This campaign ended on %(end)s. This page was kept on %(day)s.") % {
                "end": i18n.day(self._kept.ended_on, "d MMMM yyyy"),
                "day": i18n.day(_local(self._kept.kept_at, self._kept.timezone), "d MMMM yyyy"),
            }
            return Words(
                label=i18n.gettext("A kept page"),
                ended=ended,
                stood=i18n.gettext("It stood at") + " ",
                instead=i18n.gettext("Nothing can be sent from a kept page."),
                address=self._site.base + self._site.address(target),
                back=(start, self._kept.title, self._site.language) if target.path in rules.HOUSE else None,
            )


def _local(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def _speaks(answer: httpx.Response) -> bool:
    """Whether a file is another in another language."""
    return "accept-language" in str(answer.headers.get("vary", "")).lower()


def _type(answer: httpx.Response) -> str:
    declared = str(answer.headers.get("content-type", "application/octet-stream"))
    return declared.partition(";")[0].strip()
