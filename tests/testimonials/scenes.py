"""A campaign with a testimonial, as tests of the room need it."""

import io
from datetime import time
from typing import Any

import av
import numpy as np
from PIL import Image
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import stamps
from app.influencers.models import Agreement, Influencer, Stage
from app.intake import queries as items
from app.intake import screening
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent
from app.media import service as media
from app.media.models import Media
from app.people.rules import Actor
from app.print import cards
from app.publishing import service as publishing
from app.publishing.models import Post
from app.stories.models import Day, Frame
from app.supporters import service as supporters
from app.supporters.models import Supporter
from app.testimonials import service
from app.testimonials.models import Testimonial
from app.testimonials.rules import Naming, Use, Words
from tests import factories

WORDS = "Kestrelword : j’ai lu le nom de ma rue à quarante ans."


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 160), "#7136cf").save(out, "JPEG")
    return out.getvalue()


def recording(seconds: float = 2, kind: str = "ogg") -> bytes:
    """A tone as a browser would record it."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as made:
        track = made.add_stream("libopus", rate=48_000, layout="mono")
        wave = (0.3 * np.sin(np.arange(int(seconds * 48_000)) / 40)).astype(np.float32)
        for start in range(0, len(wave), 960):
            frame = av.AudioFrame.from_ndarray(wave[start : start + 960].reshape(1, -1), "flt", "mono")
            frame.sample_rate, frame.pts = 48_000, start
            made.mux(track.encode(frame))
        made.mux(track.encode(None))
    return out.getvalue()


class Scene:
    """An organisation, its campaign on its third day, and somebody who tells."""

    def __init__(self, session: Session, **values: Any) -> None:
        self.session = session
        self.organisation = factories.organisation(session)
        self.owner: Actor = factories.member(session, self.organisation)
        self.campaign: Campaign = factories.campaign(session, self.organisation, slug="maia", **values)
        self.days = [Day(campaign_id=self.campaign.id, number=number) for number in range(1, 8)]
        session.add_all(self.days)
        self.supporter: Supporter = supporters.begin(
            session, organisation_id=self.organisation.id, language="fr", email="leila@example.org"
        )
        session.flush()

    def screened(self, words: Words) -> screening.Screening:
        sent = Sent(words.shown, "192.0.2.1", "Firefox", stamp=stamps.form_stamp())
        return screening.screen(self.session, self.campaign, sent)

    def told(self, *, files: bool = False, **values: Any) -> Testimonial:
        given: dict[str, Any] = {
            "text": WORDS,
            "naming": Naming.FIRST_NAME,
            "name": "Leïlakestrel",
            "uses": frozenset(Use),
            "may_correct": True,
        }
        if files:
            given |= {"alt_text": "Kestrelphoto d’une plaque", "transcript": "Kestreltranscript : bonjour"}
        words = Words(**{**given, **values})
        return service.send(
            self.session,
            self.campaign,
            self.supporter,
            words,
            screening=self.screened(words),
            picture=media.prepare(picture()) if files else None,
            voice=media.prepare_voice(recording()) if files else None,
        )

    def item(self, row: Testimonial) -> Item:
        found = items.of_subject(self.session, Kind.TESTIMONIAL, row.id)
        assert found is not None
        return found

    def accept(self, row: Testimonial) -> Testimonial:
        item = self.item(row)
        assert intake.move(self.session, item, ItemState.ACCEPTED, person_id=self.owner.person_id)
        service.decided(self.session, row, item)
        return row

    def drawn(self, row: Testimonial) -> list[Media]:
        """Its cards, drawn and kept."""
        drawing = service.drawing(self.session, self.owner, self.campaign, row, weekday=2, language="fr")
        pictures = [(media.prepare(one.png), one.text) for one in cards.draw(drawing.quotation)]
        kept = service.keep_cards(self.session, self.owner, self.campaign, row, drawing, pictures)
        return [self.session.get_one(Media, card.media_id) for card in kept]

    def in_week(self, row: Testimonial, number: int = 3) -> list[Frame]:
        return service.into_week(self.session, self.owner, self.campaign, row, self.days[number - 1])

    def influencer(self) -> Influencer:
        row = Influencer(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            name="Maïa",
            email="maia@example.org",
            language="fr",
            stage=Stage.CONFIRMED,
            agreement=Agreement.VOLUNTEER,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def planned(self, frame: Frame, hour: int, carrier: Influencer | None = None) -> Post:
        return publishing.add_post(
            self.session, self.owner, self.campaign, frame.pid, at_time=time(hour), influencer=carrier
        )
