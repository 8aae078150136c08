"""A finished campaign with what must be kept, and with what must not."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.campaigns.rules import State
from app.core import clock
from app.donations.models import Gift
from app.donations.rules import GiftState, Visibility
from app.impact.models import Update
from app.media import service as media
from app.stories.models import Frame, FrameKind
from app.testimonials import service as testimonials
from app.testimonials.models import Testimonial
from app.testimonials.rules import Naming
from tests.testimonials.scenes import Scene, picture

SECRETS = (
    "Kestrelword",
    "Leïlakestrel",
    "Kestreltranscript",
    "Hiddendonor",
    "Draftaccount",
    "Unreadwords",
    "Privatephoto",
)
"""Words of what was taken back, of a donor nobody may see, of drafts, of what nobody accepted, of a private picture."""


class Finished(Scene):
    """Told, proved and closed: one testimonial stands, one was taken back."""

    def __init__(self, session: Session, **values: Any) -> None:
        start = clock.today("Europe/Paris") - timedelta(days=30)
        super().__init__(session, **{"state": State.DRIVE, "starts_on": start, **values})
        self.withdrawn = self.accept(self.told(files=True))
        self.stands: Testimonial = self.accept(
            self.told(
                text="Je suis restée jusqu’au bout.",
                name="Solange",
                naming=Naming.FIRST_NAME,
                files=True,
                alt_text="Une chaise vide",
                transcript="Bonsoir à tous.",
            )
        )
        self.told(text="Unreadwords : personne ne m’a lue.")
        shown = media.store_image(session, self.owner, picture(), "a.jpg", public=True)
        private = media.store_image(session, self.owner, picture(), "b.jpg")
        self.shown, self.private = shown, private
        frame = {"campaign_id": self.campaign.id, "kind": FrameKind.IMAGE, "alt_text": "Une porte"}
        session.add_all(
            [
                Frame(day_id=self.days[0].id, position=0, title="La porte", media_id=shown.id, **frame),
                Frame(day_id=self.days[0].id, position=1, title="", media_id=private.id, **frame),
                Update(
                    campaign_id=self.campaign.id,
                    title="Draftaccount",
                    body="Draftaccount",
                    media_id=private.id,
                    alt_text="Privatephoto",
                ),
                self._gift("Hiddendonor", Visibility.NOBODY),
                self._gift("Hiddendonor of the team", Visibility.ORGANISATION),
            ]
        )
        testimonials.withdraw(session, self.campaign, self.withdrawn)
        self.campaign.state, self.campaign.closed_at = State.CLOSED, clock.now() - timedelta(days=3)
        session.add(self.campaign)
        session.commit()

    def _gift(self, name: str, visibility: Visibility) -> Gift:
        return Gift(
            organisation_id=self.campaign.organisation_id,
            campaign_id=self.campaign.id,
            amount_minor=2000,
            currency=self.campaign.currency,
            state=GiftState.PAID,
            paid_at=clock.now(),
            donor_name=name,
            visibility=visibility,
        )
