"""A whole organisation with one object of each kind, for the matrices that walk over all routes.

A new kind of object: add its row to `World`, then one line to `OBJECTS` in test_tenants.py.
"""

import io
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from PIL import Image
from sqlmodel import Session, select

from app.accounts import service as accounts
from app.accounts.models import ChannelAccount
from app.books.models import Finding
from app.books.rules import Cause
from app.campaigns.models import Campaign
from app.challenges.models import Challenge, ChallengeAct, Streak
from app.channels.base import Identity
from app.claims.models import Claim, Correction, Source
from app.claims.rules import SubjectKind
from app.core import clock
from app.core.db import Row
from app.core.ids import new_token, token_hash
from app.crisis.models import CrisisReader, CrisisWord, Incident
from app.donations.aftermath.models import Dispute, FraudWarning
from app.donations.models import EntryKind, Gift, Giver, GivingPlan, LedgerEntry
from app.donations.rules import GiftState, PlanState, Way
from app.drive.models import BankLine, GiftEntry, SponsorMatch
from app.followers.models import Dispatch
from app.impact.models import Picture as UpdatePicture
from app.impact.models import Promise, Update
from app.impact.money_rules import Category as Purpose
from app.impact.money_rules import SpendState
from app.impact.plan_models import BudgetLine, Commitment
from app.impact.spend_models import Evidence, Spend
from app.influencers.models import Agreement, AgreementEntry, BriefSession, Influencer, PersonalLink, Stage
from app.insights.models import Cost
from app.insights.rules import CostKind
from app.intake import queries as items
from app.intake import screening
from app.intake import service as intake
from app.intake.models import Item, LexiconWord
from app.intake.rules import ItemState, Kind, Watch
from app.intake.screening import Sent
from app.links.models import TrackedLink
from app.links.rules import new_code
from app.media import service as media
from app.media.models import Media
from app.moderation.models import Alert, Reason
from app.moderation.rules import AlertKind, Verb
from app.notices.models import Notice, NoticeDecision
from app.notices.rules import Category, NoticeState, Outcome
from app.people import sessions
from app.people.models import Invitation, Membership, Organisation, Person, SignInSession
from app.people.rules import INVITATION_LIFE, Actor, Role
from app.publishing.models import Post
from app.questions.models import Answer, QaSession, Question
from app.receipts import issuing
from app.receipts.models import GiftAid, Receipt
from app.reminders import service as reminders
from app.reminders.models import ReminderTarget
from app.stories import service as stories
from app.stories.models import Day, Edit, Frame, FrameKind
from app.supporters import service as supporters
from app.supporters.models import Supporter
from app.testimonials import service as testimonials
from app.testimonials.models import Testimonial
from app.testimonials.rules import Naming, Use, Words
from tests import factories

R = TypeVar("R", bound=Row)


@dataclass
class World:
    """One organisation, its owner and one of everything. Made lazily: a test pays for what it asks for."""

    session: Session
    name: str

    def keep(self, row: R) -> R:
        self.session.add(row)
        self.session.flush()
        return row

    @cached_property
    def organisation(self) -> Organisation:
        return factories.organisation(self.session, self.name)

    @cached_property
    def supporter(self) -> Supporter:
        """Someone without an account, who sent what `World` holds of the public's things."""
        return supporters.begin(
            self.session, organisation_id=self.organisation.id, language="fr", email="someone@example.org"
        )

    @cached_property
    def owner(self) -> Actor:
        return factories.member(self.session, self.organisation, name=f"Owner of {self.name[-1]}")

    @cached_property
    def colleague(self) -> Membership:
        actor = factories.member(self.session, self.organisation, Role.EDITOR, "Colleague")
        return self.session.exec(select(Membership).where(Membership.person_id == actor.person_id)).one()

    @cached_property
    def browser(self) -> SignInSession:
        """A browser of the owner."""
        person = self.session.get_one(Person, self.owner.person_id)
        token = sessions.start(self.session, person, device="Firefox, Linux")
        self.session.flush()
        found = sessions.find(self.session, token)
        assert found is not None
        return found.session

    @cached_property
    def invitation(self) -> Invitation:
        assert self.owner.person_id is not None
        row = Invitation(
            organisation_id=self.organisation.id,
            email="newcomer@example.org",
            role=Role.EDITOR,
            token_hash=token_hash(new_token()),
            invited_by=self.owner.person_id,
            expires_at=clock.now() + INVITATION_LIFE,
        )
        return self.keep(row)

    @cached_property
    def campaign(self) -> Campaign:
        return factories.campaign(self.session, self.organisation)

    @cached_property
    def day(self) -> Day:
        return self.keep(Day(campaign_id=self.campaign.id, number=3, headline="Lire", beat="Son histoire"))

    @cached_property
    def account(self) -> ChannelAccount:
        return accounts.connect(
            self.session,
            self.owner,
            channel="webhook",
            server="",
            who=Identity("of-an-address", "tool.example.org"),
            secrets={"address": "http://127.0.0.1:9", "secret": "for-tests-only"},
        )

    @cached_property
    def medium(self) -> Media:
        picture = io.BytesIO()
        Image.new("RGB", (54, 96), "#7136cf").save(picture, "PNG")
        return media.store_image(self.session, self.owner, picture.getvalue(), "lire.png")

    @cached_property
    def frame(self) -> Frame:
        row = Frame(
            campaign_id=self.campaign.id,
            day_id=self.day.id,
            position=0,
            kind=FrameKind.IMAGE,
            title="Lire",
            caption="Le premier mot.",
            media_id=self.medium.id,
            alt_text="Un livre ouvert",
        )
        return self.keep(row)

    @cached_property
    def cost(self) -> Cost:
        row = Cost(
            campaign_id=self.campaign.id,
            kind=CostKind.GOODS,
            label="Cartes postales",
            on_date=self.campaign.starts_on,
            amount_minor=2400,
        )
        return self.keep(row)

    @cached_property
    def step(self) -> Edit:
        """A step of the storyboard that can be undone: the frame's words as they were."""
        stories.edit_frame(
            self.session,
            self.owner,
            self.campaign,
            self.frame.pid,
            version=self.frame.version,
            text=stories.FrameText(FrameKind.IMAGE, title="Écrire", alt_text="Un livre ouvert"),
        )
        self.session.flush()
        return self.session.exec(select(Edit).where(Edit.campaign_id == self.campaign.id)).one()

    @cached_property
    def challenge(self) -> Challenge:
        levels = [{"title": f"Niveau {number}", "detail": ""} for number in (1, 2, 3)]
        row = Challenge(
            campaign_id=self.campaign.id,
            day_id=self.day.id,
            title="Lire à voix haute",
            unit_one="lecture",
            unit_many="lectures",
            levels=levels,
        )
        return self.keep(row)

    @cached_property
    def claim(self) -> Claim:
        row = Claim(
            campaign_id=self.campaign.id,
            subject=SubjectKind.FRAME,
            subject_pid=self.frame.pid,
            words="Le premier mot",
        )
        return self.keep(row)

    @cached_property
    def source(self) -> Source:
        return self.keep(Source(claim_id=self.claim.id, title="Un livre", url="http://127.0.0.1:9/livre"))

    @cached_property
    def correction(self) -> Correction:
        row = Correction(
            campaign_id=self.campaign.id,
            claim_id=self.claim.id,
            said="Le premier mot",
            right="Le second mot",
            why="Nous avions mal compté.",
            since=clock.today(self.campaign.timezone),
        )
        return self.keep(row)

    @cached_property
    def dispatch(self) -> Dispatch:
        return self.keep(Dispatch(campaign_id=self.campaign.id, key="day:1", topics=1, title="Un jour"))

    @cached_property
    def act(self) -> ChallengeAct:
        row = ChallengeAct(
            campaign_id=self.campaign.id,
            challenge_id=self.challenge.id,
            participant="someone",
            text="Fait.",
        )
        return self.keep(row)

    @cached_property
    def gift(self) -> Gift:
        row = Gift(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            amount_minor=2500,
            currency="EUR",
            message="Bravo à toutes et à tous.",
        )
        return self.keep(row)

    @cached_property
    def dispute(self) -> Dispute:
        return self.keep(
            Dispute(
                organisation_id=self.organisation.id,
                campaign_id=self.campaign.id,
                gift_id=self.gift.id,
                remote_id=f"du_{self.gift.pid}",
                amount_minor=2500,
                currency="EUR",
                cause="fraudulent",
                status="needs_response",
                opened_at=clock.now(),
            )
        )

    @cached_property
    def fraud_warning(self) -> FraudWarning:
        return self.keep(
            FraudWarning(
                organisation_id=self.organisation.id,
                campaign_id=self.campaign.id,
                gift_id=self.gift.id,
                remote_id=f"issfr_{self.gift.pid}",
                warned_at=clock.now(),
            )
        )

    def _paid(self) -> Gift:
        return self.keep(
            Gift(
                organisation_id=self.organisation.id,
                campaign_id=self.campaign.id,
                amount_minor=4000,
                currency="EUR",
                state=GiftState.PAID,
            )
        )

    @cached_property
    def own_gift(self) -> Gift:
        """A gift of the supporter's browser."""
        gift = self._paid()
        self.keep(Giver(gift_id=gift.id, supporter_id=self.supporter.id))
        return gift

    @cached_property
    def own_plan(self) -> GivingPlan:
        """A monthly gift of the supporter."""
        row = GivingPlan(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            amount_minor=1500,
            currency="EUR",
            state=PlanState.ACTIVE,
            supporter_id=self.supporter.id,
        )
        return self.keep(row)

    @cached_property
    def own_receipt(self) -> Receipt:
        """A proof of payment of the supporter's gift."""
        return self._receipt_of(self.own_gift)

    @cached_property
    def own_gift_aid(self) -> GiftAid:
        """The supporter's declaration, by their address."""
        self.gift_aid.email = self.supporter.email
        return self.keep(self.gift_aid)

    @cached_property
    def receipt(self) -> Receipt:
        """A proof of payment of a gift of its own."""
        return self._receipt_of(self._paid())

    def _receipt_of(self, gift: Gift) -> Receipt:
        row = LedgerEntry(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            kind=EntryKind.GIFT,
            amount_minor=4000,
            currency="EUR",
            gift_id=gift.id,
            source=f"gift:{gift.pid}",
            on_date=clock.today(self.campaign.timezone),
        )
        self.keep(row)
        return issuing.settle(self.session, gift.id)[0]

    @cached_property
    def finding(self) -> Finding:
        """A fee that Stripe took by itself."""
        row = Finding(
            organisation_id=self.organisation.id,
            key=f"txn_{self.organisation.pid}",
            cause=Cause.ADJUSTMENT,
            stripe_minor=-290,
            ledger_minor=0,
            currency="EUR",
        )
        return self.keep(row)

    @cached_property
    def gift_aid(self) -> GiftAid:
        row = GiftAid(
            organisation_id=self.organisation.id,
            first_name="Ann",
            last_name="Lee",
            house="12",
            postcode="LS2 8EX",
            wording="I want to Gift Aid my donations.",
        )
        return self.keep(row)

    @cached_property
    def item(self) -> Item:
        """What the public sent: the word that came with the gift."""
        row = Item(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            kind=Kind.GIFT_MESSAGE,
            subject_id=self.gift.id,
            excerpt=self.gift.message,
        )
        return self.keep(row)

    @cached_property
    def alert(self) -> Alert:
        row = Alert(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            kind=AlertKind.HOSTILE,
            count=7,
        )
        return self.keep(row)

    @cached_property
    def lexicon_word(self) -> LexiconWord:
        return self.keep(
            LexiconWord(organisation_id=self.organisation.id, word="Moïse Kandé", watch=Watch.PERSONAL)
        )

    @cached_property
    def reason(self) -> Reason:
        row = Reason(
            organisation_id=self.organisation.id,
            verb=Verb.RETURN,
            title="Une date",
            text_fr="Dites-nous quand c’était, s’il vous plaît.",
            text_en="Please tell us when it was.",
        )
        return self.keep(row)

    @cached_property
    def streak(self) -> Streak:
        """The supporter asked to keep their days."""
        return self.keep(Streak(supporter_id=self.supporter.id, campaign_id=self.campaign.id))

    @cached_property
    def kept_challenge(self) -> Challenge:
        """A challenge of a campaign whose days the supporter keeps."""
        assert self.streak
        return self.challenge

    @cached_property
    def own_act(self) -> ChallengeAct:
        """An act the supporter keeps."""
        row = ChallengeAct(
            campaign_id=self.campaign.id,
            challenge_id=self.challenge.id,
            participant="the supporter",
            supporter_id=self.supporter.id,
        )
        return self.keep(row)

    @cached_property
    def question(self) -> Question:
        """A question anyone may read, with its answer, asked by the world's supporter."""
        row = self.keep(
            Question(campaign_id=self.campaign.id, supporter_id=self.supporter.id, text="Est-ce gratuit ?")
        )
        self.keep(
            Item(
                organisation_id=self.organisation.id,
                campaign_id=self.campaign.id,
                kind=Kind.QUESTION,
                subject_id=row.id,
                supporter_id=self.supporter.id,
                state=ItemState.ACCEPTED,
                public=True,
            )
        )
        self.keep(Answer(question_id=row.id, text="Oui.", by_name="Nora", published_at=clock.now()))
        return row

    @cached_property
    def qa_session(self) -> QaSession:
        """A live session announced for tomorrow."""
        day = clock.today(self.campaign.timezone) + timedelta(days=1)
        return self.keep(
            QaSession(
                campaign_id=self.campaign.id,
                title="Une heure avec Maïa",
                on_date=day,
                at_time=time(18, 30),
                zone=self.campaign.timezone,
                starts_at=clock.resolve_wall(day, time(18, 30), self.campaign.timezone),
            )
        )

    @cached_property
    def influencer(self) -> Influencer:
        row = Influencer(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            name="Maïa",
            email="maia@example.org",
            language="en",
            stage=Stage.CONFIRMED,
            agreement=Agreement.VOLUNTEER,
        )
        return self.keep(row)

    @cached_property
    def agreement(self) -> AgreementEntry:
        row = AgreementEntry(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            influencer_id=self.influencer.id,
            kind=Agreement.IN_KIND,
            amount_minor=8500,
            currency="EUR",
            on_date=clock.today(self.campaign.timezone),
        )
        return self.keep(row)

    @cached_property
    def post(self) -> Post:
        today = clock.today(self.campaign.timezone)
        row = Post(
            campaign_id=self.campaign.id,
            frame_id=self.frame.id,
            influencer_id=self.influencer.id,
            on_date=today,
            at_time=time(9),
            zone=self.campaign.timezone,
            due_at=clock.resolve_wall(today, time(9), self.campaign.timezone),
            send_at=clock.resolve_wall(today, time(9), self.campaign.timezone),
        )
        return self.keep(row)

    @cached_property
    def phone(self) -> str:
        """The cookie of the influencer's phone."""
        token = new_token()
        ends = clock.now() + INVITATION_LIFE
        link = self.keep(
            PersonalLink(
                influencer_id=self.influencer.id, token_hash=token_hash(new_token()), expires_at=ends
            )
        )
        self.keep(BriefSession(token_hash=token_hash(token), link_id=link.id, expires_at=ends))
        return token

    @cached_property
    def reminder_target(self) -> ReminderTarget:
        """A way to remind the influencer, by a server on this machine where nobody listens."""
        address = "ntfy://127.0.0.1:9/word"
        return reminders.add_address(self.session, self.influencer, address=address, label="ntfy")

    @cached_property
    def incident(self) -> Incident:
        return self.keep(Incident(campaign_id=self.campaign.id, title="Une rumeur"))

    @cached_property
    def crisis_word(self) -> CrisisWord:
        word = self.keep(CrisisWord(incident_id=self.incident.id, text="Ne publiez rien."))
        self.keep(CrisisReader(word_id=word.id, influencer_id=self.influencer.id))
        return word

    @cached_property
    def testimonial(self) -> Testimonial:
        """Accepted, with a picture."""
        words = Words(
            text="J’ai lu le nom de ma rue.",
            naming=Naming.FIRST_NAME,
            name="Leïla",
            alt_text="Une plaque de rue",
            uses=frozenset(Use),
            may_correct=True,
        )
        sent = Sent(words.text, "192.0.2.1", "Firefox")
        row = testimonials.send(
            self.session,
            self.campaign,
            self.supporter,
            words,
            screening=screening.screen(self.session, self.campaign, sent),
        )
        row.picture_id = self.medium.id
        item = items.of_subject(self.session, Kind.TESTIMONIAL, row.id)
        assert item is not None
        assert intake.move(self.session, item, ItemState.ACCEPTED)
        return self.keep(row)

    @cached_property
    def promise(self) -> Promise:
        due = clock.today(self.campaign.timezone)
        return self.keep(
            Promise(
                campaign_id=self.campaign.id, indicator="adultes inscrits", target=Decimal(20), due_on=due
            )
        )

    @cached_property
    def spend(self) -> LedgerEntry:
        row = LedgerEntry(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            kind=EntryKind.SPEND,
            amount_minor=-4200,
            currency="EUR",
            category="materials",
            note="Vingt livres",
            source=f"spend:{self.campaign.pid}",
            on_date=clock.today(self.campaign.timezone),
        )
        return self.keep(row)

    @cached_property
    def waiting_spend(self) -> Spend:
        row = Spend(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            amount_minor=61_200,
            category=Purpose.MISSIONS,
            note="Soixante jeux de lampes",
            payee="Cycles du Port",
            on_date=clock.today(self.campaign.timezone),
            state=SpendState.WAITING,
            entered_by=self.colleague.person_id,
        )
        return self.keep(row)

    @cached_property
    def evidence(self) -> Evidence:
        return self.keep(Evidence(spend_id=self.waiting_spend.id, original_id=self.medium.id))

    @cached_property
    def budget_line(self) -> BudgetLine:
        row = BudgetLine(campaign_id=self.campaign.id, category=Purpose.MISSIONS, label="Formatrices")
        return self.keep(row)

    @cached_property
    def commitment(self) -> Commitment:
        due = clock.today(self.campaign.timezone)
        return self.keep(Commitment(campaign_id=self.campaign.id, title="Premier compte", due_on=due))

    @cached_property
    def link(self) -> TrackedLink:
        return self.keep(TrackedLink(campaign_id=self.campaign.id, code=new_code(), label="Vitrine"))

    @cached_property
    def match(self) -> SponsorMatch:
        """A sponsor who adds to each gift until tomorrow."""
        row = SponsorMatch(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            sponsor="Boulangerie Hugo",
            percent=100,
            cap_minor=200_000,
            currency="EUR",
            starts_at=clock.now() - timedelta(days=1),
            ends_at=clock.now() + timedelta(days=1),
        )
        return self.keep(row)

    def _entry(self, kind: EntryKind, source: str) -> LedgerEntry:
        row = LedgerEntry(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            kind=kind,
            amount_minor=4200,
            currency="EUR",
            note="Un virement",
            source=f"{source}:1",
            on_date=clock.today(self.campaign.timezone),
        )
        return self.keep(row)

    @cached_property
    def match_payment(self) -> LedgerEntry:
        return self._entry(EntryKind.MATCH, f"match:{self.match.pid}")

    @cached_property
    def declared(self) -> LedgerEntry:
        return self._entry(EntryKind.DECLARED, f"declared:{self.campaign.pid}")

    @cached_property
    def offline_gift(self) -> Gift:
        """A cheque that waits for a second member to see it."""
        row = self.keep(
            Gift(
                organisation_id=self.organisation.id,
                campaign_id=self.campaign.id,
                amount_minor=150_000,
                currency="EUR",
                way=Way.CHEQUE,
                state=GiftState.PENDING,
            )
        )
        self.keep(GiftEntry(gift_id=row.id, on_date=clock.today(self.campaign.timezone), needs_second=True))
        return row

    @cached_property
    def bank_line(self) -> BankLine:
        row = BankLine(
            organisation_id=self.organisation.id,
            bank_id="B1",
            booked_on=clock.today(self.campaign.timezone),
            amount_minor=2500,
            currency="EUR",
            payer="Léa Martin",
        )
        return self.keep(row)

    @cached_property
    def update(self) -> Update:
        return self.keep(Update(campaign_id=self.campaign.id, title="Les livres sont là", body="Vingt."))

    @cached_property
    def update_picture(self) -> UpdatePicture:
        """A picture of a draft: only its own organisation describes it."""
        return self.keep(UpdatePicture(update_id=self.update.id, media_id=self.medium.id))

    @cached_property
    def notice(self) -> Notice:
        row = Notice(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            category=Category.THREAT,
            address=f"/c/{self.campaign.slug}",
            reason="The second sentence calls for violence against a person.",
        )
        return self.keep(row)

    @cached_property
    def own_decision(self) -> NoticeDecision:
        """A decision about something the supporter wrote."""
        self.decision.supporter_id = self.supporter.id
        return self.keep(self.decision)

    @cached_property
    def decision(self) -> NoticeDecision:
        """A decision that leaves something to do on a page of the organisation's own."""
        self.notice.state = NoticeState.DECIDED
        row = NoticeDecision(
            notice_id=self.notice.id,
            round=1,
            outcome=Outcome.HIDE,
            facts="It calls for violence.",
            task_by=clock.now(),
        )
        return self.keep(row)
