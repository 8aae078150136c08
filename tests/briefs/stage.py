"""A phone in Maïa's hand: her cookie, the token of its forms, and the posts of her third day."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.briefs.access import cookie_name
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import reading
from app.core.ids import new_token, token_hash
from app.influencers.models import BriefSession, Influencer, PersonalLink
from app.publishing.models import Post
from tests.reminders.stage import Scene


class Phone:
    """A browser that holds an influencer's cookie."""

    def __init__(self, session: Session, client: TestClient, person: Influencer) -> None:
        token, ends = new_token(), clock.now() + timedelta(days=30)
        self.client = client
        link = session.exec(select(PersonalLink).where(PersonalLink.influencer_id == person.id)).first()
        if link is None:
            link = PersonalLink(influencer_id=person.id, token_hash=token_hash(new_token()), expires_at=ends)
            session.add(link)
            session.flush()
        self.link = link
        session.add(BriefSession(token_hash=token_hash(token), link_id=link.id, expires_at=ends))
        session.commit()
        client.cookies.set(cookie_name(), token)
        self.csrf = keyed_hash("csrf-brief", token_hash(token))

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text[:300]
        return answer.text

    def send(self, path: str, data: dict[str, str] | None = None, **more: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **(data or {})}, **more)


def stored(post: Post) -> Post:
    with reading() as session:
        return session.get_one(Post, post.id)


__all__ = ["Phone", "Scene", "stored"]
