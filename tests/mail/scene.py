"""Somebody to write to and something to write about: an organisation, its week and those who carry it.

Nothing is stored: rows as the services would read them, in the language the letter speaks.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property

from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.donations.models import Gift
from app.influencers.models import Influencer
from app.people.models import Organisation
from app.publishing.models import Post
from app.stories.models import Frame

TOKEN = "nV3q8tZkXo0rLw2yPdF7uJbS5hC9mEaGiT1vKxQ4sRe"  # as long as ours
AT = datetime(2027, 3, 3, 17, 30, tzinfo=UTC)  # 18:30 in Paris

WORDS = {
    "fr": {
        "organisation": "Les Lanternes",
        "campaign": "La semaine de Maïa",
        "cause": "Apprendre à lire quand on est adulte, sans avoir à s’en cacher.",
        "frame": "La première page",
        "caption": "J’avais dix-neuf ans.\nJe tenais le livre à l’envers.\n\nOdile n’a pas ri : elle l’a retourné.",
        "sticker": "Question : quel livre vous a résisté ?",
        "label": "En soutien aux Lanternes",
        "note": "Manuels & cahiers, 20 exemplaires",
        "refusal": "La facture est au nom d’une autre association.",
        "statement": "Nous vérifions une information. Les dons sont en sécurité.",
        "question": "À qui va l’argent si le but est dépassé ?",
        "why": "Une phrase nomme quelqu’un qui n’a rien demandé.\n\nSans elle, vos mots conviennent.",
        "update": "Les vingt places sont prises",
        "told": "Dix-huit adultes viennent chaque soir.\n\nDeux ont demandé un autre horaire : <mardi & jeudi>.",
        "day": "Jour 3 sur 7, mercredi 3 mars",
        "live": "Vos questions à Maïa",
        "fact": "Deux millions et demi d’adultes lisent mal",
        "pause": "Ne publiez rien ce soir.\n\nNous vous écrivons demain à huit heures.",
        "basis": "Code civil, article 9",
    },
    "en": {
        "organisation": "Second Chain",
        "campaign": "Seven days by bike",
        "cause": "A working bicycle for everyone whose job starts before the first bus.",
        "frame": "The first ride",
        "caption": "It was still dark.\nThe chain held.\n\nI was early for the first time in a year.",
        "sticker": "Question: how do you get to work?",
        "label": "In support of Second Chain",
        "note": "Chains & brake pads, 40 of each",
        "refusal": "The invoice names another charity.",
        "statement": "We are checking one fact. Gifts are safe.",
        "question": "Who gets the money if the goal is passed?",
        "why": "One sentence names somebody who did not ask for it.\n\nWithout it your words are welcome.",
        "update": "All forty bicycles are out",
        "told": "Thirty-eight people ride every morning.\n\nTwo asked for another size: <52 & 58>.",
        "day": "Day 3 of 7, Wednesday 3 March",
        "live": "Your questions to Maïa",
        "fact": "One in five jobs here starts before six",
        "pause": "Post nothing tonight.\n\nWe write to you tomorrow at eight.",
        "basis": "Data Protection Act 2018, section 170",
    },
}


@dataclass(frozen=True)
class Scene:
    """What letters in one language speak of. Amounts are in minor units."""

    language: str

    def say(self, name: str) -> str:
        return WORDS[self.language][name]

    def studio(self, path: str) -> str:
        """A page of the campaign in the studio."""
        return absolute(f"/studio/campaigns/{self.campaign.pid}/{path}")

    def private(self, path: str) -> str:
        """An address with a secret in it, as the services make them."""
        return absolute(f"{path}/{TOKEN}")

    @cached_property
    def organisation(self) -> Organisation:
        return Organisation(
            id=1,
            name=self.say("organisation"),
            email="bonjour@story.example.org",
            legal_name="Lanternes 1901",
        )

    @cached_property
    def campaign(self) -> Campaign:
        return Campaign(
            id=1,
            pid="kx2mq7v4w9rt3nbz",
            organisation_id=1,
            slug="lanternes",
            title=self.say("campaign"),
            cause=self.say("cause"),
            language=self.language,
            starts_on=date(2027, 3, 1),
            contact_name="Claire Aubry",
            contact_phone="+33 1 99 00 12 34",
        )

    @cached_property
    def carrier(self) -> Influencer:
        return Influencer(id=1, organisation_id=1, campaign_id=1, name="Maïa", language=self.language)

    @cached_property
    def frame(self) -> Frame:
        return Frame(
            id=1,
            campaign_id=1,
            day_id=1,
            position=1,
            title=self.say("frame"),
            caption=self.say("caption"),
            sticker=self.say("sticker"),
            link_url=absolute("/l/k7Qm2x?via=maia&day=3"),
            label=self.say("label"),
        )

    @cached_property
    def post(self) -> Post:
        return Post(
            id=1,
            pid="p8wd3rk6x2vm5tnq",
            campaign_id=1,
            frame_id=1,
            influencer_id=1,
            on_date=date(2027, 3, 3),
            at_time=time(18, 30),
            zone="Europe/Paris",
            due_at=AT,
            send_at=AT,
        )

    @cached_property
    def gift(self) -> Gift:
        return Gift(
            id=1,
            pid="g5tn2xk8w4rq7vmd",
            organisation_id=1,
            campaign_id=1,
            amount_minor=125000,
            cover_minor=3500,
            currency="EUR",
            language=self.language,
        )
