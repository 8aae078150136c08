"""Someone who used every room there is for those without an account, each as far as it goes."""

from typing import Any

from sqlmodel import Session, select

from app.challenges import keeping, taking
from app.challenges.models import Challenge
from app.challenges.rules import Obstacle, ProofWish
from app.challenges.taking import Taker
from app.challenges.telling import Terms, Told
from app.claims import service as claims
from app.claims.rules import SubjectKind, sentences
from app.core import clock
from app.donations.rules import Visibility
from app.followers import service as following
from app.followers.models import Delivery, Dispatch, Follower
from app.followers.rules import Wish
from app.intake import queries as items
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent, screen, screen_words
from app.mail.models import MailState, OutgoingMail
from app.media import service as media
from app.moderation import service as moderation
from app.moderation.models import Alert
from app.moderation.rules import AlertKind, Verb
from app.moderation.service import Ruling
from app.notices import service as notices
from app.notices.rules import Category
from app.notices.service import Report
from app.questions import answering
from app.questions import service as questions
from app.questions.answering import Said
from app.questions.models import Question
from app.questions.queries import Voter
from app.supporters import queries as supporters
from app.supporters import service as supporters_service
from app.testimonials import service as testimonials
from tests.privacy import stage as privacy
from tests.privacy.stage import EMAIL, NAME
from tests.testimonials.scenes import Scene, picture

TOLD = f"{NAME} a écrit sept lettres en 2019. {NAME} y a appris à lire."


class Rooms(Scene):
    """One campaign, one person in all of its rooms."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, goal_minor=100_000)
        self.supporter = supporters_service.begin(
            session, organisation_id=self.organisation.id, language="fr", email=EMAIL
        )
        self.cookie = supporters_service.open_visit(session, self.supporter, mailed=True)
        supporters_service.mail_link(session, self.supporter)
        session.flush()
        self.carrier = self.influencer()
        self.tell()
        self.ask()
        self.act()
        self.give()
        self.follow()
        self.report()
        for mail in session.exec(select(OutgoingMail)):
            mail.state = MailState.SENT
        session.flush()

    @property
    def visit(self) -> supporters.Visit:
        found = supporters.visit(self.session, self.cookie)
        assert found is not None
        return found

    def follow(self) -> None:
        """A campaign followed, and a letter that a mail server refused by name."""
        following.ask(self.session, self.campaign, email=EMAIL, wish=Wish(language="fr"))
        row = self.session.exec(select(Follower)).one()
        following.confirm(self.session, self.campaign, row)
        told = Dispatch(campaign_id=self.campaign.id, key="day:1", topics=1, title="Un jour")
        self.session.add(told)
        self.session.flush()
        refused = f"450 4.2.2 <{EMAIL}> is full"
        self.session.add(Delivery(dispatch_id=told.id, follower_id=row.id, due_at=clock.now(), error=refused))

    def tell(self) -> None:
        """A testimonial in every use, with a claim of it checked and dismissed; another sent back."""
        self.voice = self.accept(
            self.told(files=True, text=TOLD, name=NAME, alt_text=NAME, transcript=TOLD, guardian=NAME)
        )
        testimonials.correct(self.session, self.owner, self.voice, {"text": f"{TOLD} Merci."})
        testimonials.feature(self.session, self.owner, self.campaign, self.voice, on=True)
        self.drawn(self.voice)
        [frame, *_] = self.in_week(self.voice)
        subject = claims.subject_of(self.session, self.campaign, SubjectKind.FRAME, frame.pid)
        claims.add(self.session, self.owner, self.campaign, subject, words=f"{NAME} a écrit")
        claims.dismiss(self.session, self.owner, self.campaign, sentence=sentences(subject.text)[1])
        post = self.planned(frame, 18, self.carrier)
        post.text = TOLD
        returned = self.told(text=f"Une autre fois, {NAME} est revenue.")
        self.judged(self.item(returned), Verb.RETURN)

    def judged(self, item: Item, verb: Verb) -> None:
        """Passed to an owner, looked at, decided with words that name its author; an alert shows it."""
        moderation.escalate(
            self.session, self.owner, item, version=item.version, note=f"Est-ce vraiment {NAME} ?"
        )
        moderation.look(self.session, self.owner, item)
        code = "unclear" if verb is Verb.RETURN else ""
        ruling = Ruling(verb, code, f"Chère {NAME}, merci." if code else "")
        moderation.decide(self.session, self.owner, item, ruling, version=item.version)
        self.session.add(
            Alert(
                organisation_id=self.organisation.id,
                campaign_id=self.campaign.id,
                kind=AlertKind.HOSTILE,
                examples=[{"pid": item.pid}],
            )
        )

    def ask(self) -> None:
        """A question corrected, answered and merged, with a vote for somebody else's."""
        mine = self.asked(f"Moi, {NAME}, puis-je venir le mardi ?")
        same = self.asked(f"Le mardi, c’est possible ? {NAME}")
        answering.merge(self.session, self.owner, self.campaign, same, into=mine.pid)
        said = Said(f"Oui, {NAME}. 40 personnes viennent.", "Nora", "formatrice", [])
        answering.write(self.session, self.owner, self.campaign, mine, said=said, version=0, publish=True)
        stranger = supporters_service.begin(
            self.session, organisation_id=self.organisation.id, language="fr", email="autre@example.org"
        )
        self.foreign = self.asked("Où va l’argent ?", supporter_id=stranger.id, who="autre")
        voter = Voter("lucie", (self.supporter.id,))
        questions.vote(self.session, self.campaign, self.foreign.pid, voter=voter, wants=True)

    def asked(self, text: str, *, supporter_id: int | None = None, who: str = "lucie") -> Question:
        supporter = next(
            iter(supporters.by_ids(self.session, [supporter_id or self.supporter.id])), self.supporter
        )
        made = questions.ask(
            self.session,
            self.campaign,
            supporter,
            words=questions.Words(text, NAME if supporter is self.supporter else "", may_edit=True),
            screening=screen(self.session, self.campaign, Sent(text, "192.0.2.1", "Firefox")),
            uses={"page": "Elle peut être montrée."},
            participant=f"{who}{len(text)}",
        )
        item = items.of_subject(self.session, Kind.QUESTION, made.id)
        assert item is not None
        assert intake.move(self.session, item, ItemState.ACCEPTED, person_id=self.owner.person_id)
        return made

    def act(self) -> None:
        """A challenge taken for a team, with words, a link and a photo; another missed."""
        taken, missed = self.challenge(3), self.challenge(2)
        dates = taking.calendar(self.campaign, taken, 3)
        told: dict[str, Any] = {"text": f"Avec {NAME}", "place": "Chez Lucie", "pseudonym": NAME}
        told |= {"group_name": "Famille Marchand", "link": "https://example.org/lucie"}
        fresh = taking.take(
            self.session,
            self.campaign,
            Terms(taken, dates, clock.today(self.campaign.timezone)),
            taker=Taker("lucie"),
            told=Told(photo=media.prepare(picture()), team_id=self.carrier.id, **told),
            sent=Sent("", "192.0.2.1", "Firefox"),
        ).fresh
        keeping.keep(
            self.session,
            self.campaign,
            visit=self.visit,
            participant="lucie",
            told=keeping.token(fresh),
            wording=keeping.WORDING.text,
            language="fr",
        )
        keeping.note_miss(
            self.session, self.visit, missed, obstacle=Obstacle.TIME, text=f"{NAME} était malade"
        )

    def challenge(self, number: int) -> Challenge:
        made = Challenge(
            campaign_id=self.campaign.id,
            day_id=self.days[number - 1].id,
            title="Lire à voix haute",
            unit_one="lecture",
            unit_many="lectures",
            levels=[{"title": str(level), "detail": ""} for level in (1, 2, 3)],
            proof=ProofWish.OPTIONAL,
            teams=True,
        )
        self.session.add(made)
        self.session.flush()
        return made

    def give(self) -> None:
        """A gift with words for everyone."""
        self.gift = privacy.gift(self.session, self.campaign, visibility=Visibility.PUBLIC)
        item = intake.file(
            self.session,
            self.campaign,
            kind=Kind.GIFT_MESSAGE,
            subject_id=self.gift.id,
            screening=screen_words(self.session, self.campaign, self.gift.message),
        )
        self.judged(item, Verb.ACCEPT)

    def report(self) -> None:
        """A notice about something else, signed."""
        self.notice, _ = notices.file(
            self.session,
            Report(
                address=f"/c/{self.campaign.slug}",
                category=Category.PERSON,
                reason="La deuxième phrase nomme un enfant.",
                name=NAME,
                email=EMAIL,
                language="fr",
                source="x",
            ),
        )

    def reported(self) -> None:
        """Somebody else reports what this person told."""
        notices.file(
            self.session,
            Report(
                address=f"/c/{self.campaign.slug}/voices#{self.voice.pid}",
                category=Category.WORK,
                reason="Un texte de quelqu’un d’autre.",
                name="Paul",
                email="paul@example.org",
                language="fr",
                source="y",
            ),
        )
