"""A campaign with its week, its owner, and her browser: what the tests of the studio's rooms stand on."""

from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from app.campaigns.models import Campaign
from app.core import db
from app.people.rules import Actor
from app.stories import queries
from app.stories.models import Frame
from tests.stories import week

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Stage:
    """A campaign with its week, Alice who owns it, and her browser."""

    client: TestClient
    alice: Actor
    campaign: Campaign
    token: str

    @property
    def base(self) -> str:
        return f"/studio/campaigns/{self.campaign.pid}"

    def post(self, path: str, *, partial: bool = False, **fields: Any) -> Any:
        headers = PARTIAL if partial else {}
        return self.client.post(self.base + path, data={"csrf": self.token, **fields}, headers=headers)

    def soup(self, path: str) -> BeautifulSoup:
        answer = self.client.get(self.base + path)
        assert answer.status_code == 200
        return BeautifulSoup(answer.text, "html.parser")

    def frame(self, day: int = 1, place: int = 0) -> Frame:
        with db.reading() as session:
            found = queries.day(session, self.campaign.id, day)
            assert found is not None
            return week.frame_at(session, found, place)

    def titles(self, day: int) -> list[str]:
        with db.reading() as session:
            found = queries.day(session, self.campaign.id, day)
            assert found is not None
            return week.titles(session, found)

    def step(self) -> str:
        with db.reading() as session:
            found = queries.last_step(session, self.campaign.id)
            assert found is not None
            return found.pid
