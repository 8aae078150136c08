"""The demo's own tables around the campaign document: people, acts, money and updates, relative to today.

Keeps everything readable and countable. Refuses unknown fields and sums that do not add up.
Days are campaign days counted from 1; `after_days` counts from the campaign's last day.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.blueprints.document import Body, Document, Influencer
from app.blueprints.storyboard import Claim
from app.blueprints.values import Guidance, Hour, Key, Lead, Line, Minor, Plain, Summary, Title

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
DEMO = HERE / "demo"

Mail = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+@[a-z0-9.-]+\.example$")]
"""Demo addresses live under `.example`, which the name system never gives away (RFC 2606)."""


class Member(Plain):
    """Someone with an account."""

    name: Title
    email: Mail
    role: Literal["owner", "editor", "moderator", "finance"]


class Governor(Plain):
    """Someone who governs an organisation."""

    name: Title
    role: Title


class Accounts(Plain):
    """Accounts published for a year."""

    year: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    url: Line


class Organisation(Plain):
    """A made-up organisation with a number that passes its register's check."""

    key: Key
    name: Title
    language: Literal["fr", "en"]
    timezone: Title
    currency: Literal["EUR", "GBP"]
    country: Literal["FR", "GB"]
    legal_name: Title
    legal_kind: Literal["siren", "rna", "uk_charity"]
    legal_number: Title
    address: Line
    email: Mail
    phone: Title
    website: Line
    publication_director: Title
    hosting: Line
    governance: list[Governor] = Field(default_factory=list)
    accounts: list[Accounts] = Field(default_factory=list)
    iban: Title | Literal[""] = ""
    bic: Title | Literal[""] = ""
    spending_limit_minor: int = 0  # two must agree above it; 0: one is enough
    money_path: Summary = ""
    tax_status: Summary = ""
    members: Annotated[list[Member], Field(min_length=1)]


class Organisations(Plain):
    format: Literal["septaine-demo/1"]
    organisations: list[Organisation]


class Answer(Plain):
    """One vetting question, what was found, and whether it speaks for the person."""

    question: Line
    answer: Line
    ok: bool


class DemoInfluencer(Influencer):
    """An influencer with what an export leaves out."""

    email: Mail
    stage: Literal["shortlisted", "approved", "refused", "invited", "confirmed", "declined"]
    vetting: list[Answer] = Field(default_factory=list)
    decision_note: Summary = ""
    decided_by: Mail | None = None
    agreement_value_minor: Annotated[int, Field(ge=0)] = 0  # of what they receive, excluding VAT
    decided_days_before: Annotated[int, Field(ge=0)] = 0


class Contact(Plain):
    """Whom to ring when the week goes wrong."""

    name: Title
    phone: Title
    email: Mail


class CrisisContact(Plain):
    """Whom to call, in their order."""

    name: Title
    role: Title
    phone: Title
    hours: Title


class Crisis(Plain):
    """The protocol; its statements are the product's own drafts."""

    decides: Line
    contacts: Annotated[list[CrisisContact], Field(min_length=1)]


class Incident(Plain):
    """Something that went wrong on a day of the campaign, and was put right. Minutes from its opening."""

    day: Annotated[int, Field(ge=1)]
    hour: Hour
    title: Line
    alert: Summary
    note: Summary
    situation: Literal["wrong", "attack", "danger", "money"]
    told: Summary
    lasted: Annotated[int, Field(ge=30)]
    lessons: Summary


class Words(Plain):
    """What a follower told with an act, and what became of it. The text is for the team only."""

    level: Annotated[int, Field(ge=1, le=3)]
    text: Lead = ""
    pseudonym: Annotated[str, StringConstraints(max_length=40)] = ""
    group: Annotated[str, StringConstraints(max_length=80)] = ""
    place: Annotated[str, StringConstraints(max_length=80)] = ""
    link: Annotated[str, StringConstraints(max_length=300)] = ""
    quantity: Annotated[int | float, Field(gt=0)] = 1
    stands: Literal["accepted", "pending", "returned", "rejected"] = "accepted"
    reason: Summary = ""


class Acts(Plain):
    """How many people took a day's challenge, by level; `late` of them told it after the day."""

    day: Annotated[int, Field(ge=1)]
    levels: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=3, max_length=3)]
    late: Annotated[int, Field(ge=0)] = 0
    words: list[Words] = Field(default_factory=list)
    teams: list[Key] = Field(default_factory=list)  # whose teams took part


class Missed(Plain):
    """What stood in the way of a day's challenge, so many times."""

    day: Annotated[int, Field(ge=1)]
    obstacle: Literal["time", "forgot", "hard", "alone", "place", "health", "other"]
    count: Annotated[int, Field(ge=1)] = 1
    text: Lead = ""


class Voice(Plain):
    """What somebody told: when, under which name, for which uses, and what became of it."""

    day: Annotated[int, Field(ge=1)]
    hour: Hour
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    language: Annotated[str, StringConstraints(max_length=2)] = ""  # the campaign's unless it says another
    naming: Literal["first_name", "pseudonym", "anonymous"] = "first_name"
    name: Annotated[str, StringConstraints(max_length=60)] = ""
    email: Mail | Literal[""] = ""
    uses: Annotated[list[Literal["page", "story", "report"]], Field(min_length=1)]
    state: Literal["pending", "accepted", "returned"] = "accepted"
    reason: Summary = ""
    chosen: bool = False
    card_on: Annotated[int, Field(ge=0)] = 0  # the day its card joins; 0 for none
    taken_back_after: Annotated[int, Field(ge=0)] = 0  # days; 0 for never


class OnDevice(Plain):
    """Browsers that follow on a device from one moment on: nobody knows whose, so they are only counted."""

    day: int  # before the first day: 0 and less
    hour: Hour
    many: Annotated[int, Field(ge=1, le=200)]
    language: Literal["fr", "en", ""] = ""  # the campaign's unless it says another
    topics: list[Literal["story", "challenge", "drive", "accounts", "corrections"]] = Field(
        default_factory=list
    )


class Follower(Plain):
    """An address that follows by e-mail, and what became of it."""

    day: int  # before the first day: 0 and less
    hour: Hour
    email: Mail
    influencer: Key | None = None  # by whose link they came
    language: Literal["fr", "en", ""] = ""  # the campaign's unless it says another
    topics: list[Literal["story", "challenge", "drive", "accounts", "corrections", "log"]] = Field(
        default_factory=list
    )
    rhythm: Literal["each", "daily", "weekly"] = "each"
    state: Literal["asked", "active", "paused", "left", "bounced"] = "active"
    shown: bool = False  # the demo's mailbox shows the letters of the past


class Posted(Plain):
    """A post that went out, so many minutes after its hour."""

    day: Annotated[int, Field(ge=1)]
    post: Annotated[int, Field(ge=1)]
    after_minutes: Annotated[int, Field(ge=0)]


class Review(Plain):
    """A planned post that was given back for a change and is on its way to approval again."""

    day: Annotated[int, Field(ge=1)]
    post: Annotated[int, Field(ge=1)]
    asked: Lead  # why it was given back: inside the team
    caption: Annotated[str, StringConstraints(max_length=2200)] = ""  # as it reads since
    outside: Lead = ""  # what the team wrote to the influencer
    stands: Literal["draft", "sent", "approved"]


class Check(Plain):
    """What a claim of a frame was found to be worth, a week before the first day, by the second member."""

    day: Annotated[int, Field(ge=1)]
    frame: Annotated[int, Field(ge=1)]
    claim: Annotated[int, Field(ge=1)] = 1
    verdict: Literal["true", "mostly_true", "opinion"] = "true"
    note: Lead = ""
    counts_days: Annotated[int, Field(ge=0)] | None = None  # from today


class LaterClaim(Claim):
    """A claim the second member made some hours ago, which nobody has checked."""

    day: Annotated[int, Field(ge=1)]
    frame: Annotated[int, Field(ge=1)]


class Correction(Plain):
    """What was corrected in public, and how the story reads since."""

    day: Annotated[int, Field(ge=1)]
    frame: Annotated[int, Field(ge=1)]
    claim: Annotated[int, Field(ge=1)] = 1
    on_day: Annotated[int, Field(ge=1)]  # of the campaign
    hour: Hour
    right: Lead
    why: Lead
    source_title: Line = ""
    source_url: Line = ""
    caption: Annotated[str, StringConstraints(max_length=2200)] = ""
    claims_now: Lead = ""  # the words of that caption that are claimed and checked instead


class Wave(Plain):
    """An hour of attacks: questions that came six minutes apart, all refused, and what the team did about it."""

    day: Annotated[int, Field(ge=1)]
    hour: Hour
    texts: Annotated[list[Lead], Field(min_length=5)]
    note: Lead


class Notice(Plain):
    """Something reported as illegal, with what was decided if it was, and why it was contested if it was."""

    day: Annotated[int, Field(ge=1)]
    hour: Hour
    act: Annotated[int, Field(ge=0)] = 0  # the place of the act's words on that day; 0: the day's page
    author: Mail | Literal[""] = ""  # who wrote them
    category: Literal["privacy", "work", "fraud", "person", "hate"]
    reason: Summary
    name: Title
    email: Mail
    after_hours: int = 0  # between notice and decision; 0: nobody decided yet
    outcome: Literal["keep", "hide", "remove"] = "keep"
    basis: Summary = ""
    facts: Summary = ""
    unfounded: bool = False
    contested: Summary = ""


class Gift(Plain):
    """A gift, or `count` equal ones spread over the day from `hour` on."""

    key: Key | None = None
    day: Annotated[int, Field(ge=1)]
    hour: Hour
    amount_minor: Minor
    fee_minor: Minor
    count: Annotated[int, Field(ge=1)] = 1
    name: Title | Literal[""] = ""
    visibility: Literal["public", "organisation", "nobody"] = "organisation"
    message: Annotated[str, StringConstraints(max_length=400)] = ""
    influencer: Key | None = None


class Match(Plain):
    """A sponsor who adds to each gift between two hours of the campaign."""

    sponsor: Title
    percent: Annotated[int, Field(ge=1, le=1000)] = 100
    cap_minor: Minor
    day: Annotated[int, Field(ge=1)]
    hour: Hour
    until_day: Annotated[int, Field(ge=1)]
    until_hour: Hour
    rest_given: bool = False
    paid_minor: Annotated[int, Field(ge=0)] = 0


class Offline(Plain):
    """A gift that came by hand; `waits` when it is so large that a second member has to see it."""

    day: Annotated[int, Field(ge=1)]
    way: Literal["cash", "cheque", "in_kind"]
    amount_minor: Minor
    name: Title | Literal[""] = ""
    company: Title | Literal[""] = ""
    visibility: Literal["public", "organisation", "nobody"] = "organisation"
    proof: Line
    waits: bool = False


class BankLine(Plain):
    """Money on a statement; `named` when the payer wrote the campaign's reference."""

    day: Annotated[int, Field(ge=1)]
    amount_minor: Minor
    payer: Title
    text: Line = ""
    named: bool = False


class Link(Plain):
    """A short link the team made for a place of its own."""

    label: Line
    place: Literal["campaign", "day", "challenge", "donate", "voices", "impact", "sources"] = "campaign"
    day: Annotated[int, Field(ge=0)] = 0
    influencer: Key | None = None
    channel: Literal["", "paper", "mail", "instagram", "facebook", "whatsapp"] = ""


class Declared(Plain):
    """A sum another service received."""

    day: Annotated[int, Field(ge=1)]
    amount_minor: Minor
    origin: Line


class Refund(Plain):
    """Money given back; the payment fee is not returned."""

    gift: Key
    amount_minor: Minor
    after_days: Annotated[int, Field(ge=0)]
    reason: Line


class Paper(Plain):
    """An invoice the demo draws; `boxes` are covered in the public copy, in thousandths of the page."""

    title: Title
    sender: list[Title]
    recipient: list[Title]
    rows: list[list[Title]]
    boxes: list[list[int]] = Field(default_factory=list)


class Inquiry(Plain):
    """What a bank asked about a gift, by Stripe's words, and what it was answered; days after the last day."""

    donor: Line
    reason: Line
    after_days: Annotated[int, Field(ge=0)]
    closed_after_days: Annotated[int, Field(ge=0)]
    answer: dict[str, Summary]


class LaterWords(Plain):
    """What somebody wrote weeks later, and whether it lasted for them; nothing of that from who only gave."""

    lasted: Literal["still", "sometimes", "stopped", ""] = ""
    text: Lead


class FollowUps(Plain):
    """What a round of questions weeks later brought: how many still do it, do it at times, stopped; their words."""

    days: Literal[30, 90]
    people: Annotated[int, Field(ge=1)]
    lasted: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=3, max_length=3)]
    words: list[LaterWords] = Field(default_factory=list)


class Spend(Plain):
    """Money used, with what proves it."""

    key: Key
    after_days: Annotated[int, Field(ge=0)]
    amount_minor: Minor
    category: Literal["missions", "fundraising", "running"]
    note: Line
    payee: Title
    withheld: Annotated[str, StringConstraints(max_length=200)] = ""
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    paper: Paper | None = None
    waits: bool = False  # above the limit, and nobody has agreed yet


class PlanChange(Plain):
    """A line added to the budget after the drive had opened."""

    after_days: Annotated[int, Field(ge=0)]
    category: Literal["missions", "fundraising", "running"]
    label: Title
    amount_minor: Minor
    reason: Line


class Unspent(Plain):
    """What was said of the money that remains."""

    after_days: Annotated[int, Field(ge=0)]
    words: Summary
    use_by_days: Annotated[int, Field(ge=0)]


class Figure(Plain):
    """A measured value of a promise, counted from 1."""

    promise: Annotated[int, Field(ge=1)]
    value: Annotated[int | float, Field(ge=0)]


class UpdateCorrection(Plain):
    """What was wrong in an update, what is right, and why; figures that change with it."""

    after_days: Annotated[int, Field(ge=0)]
    said: Guidance
    right: Guidance
    why: Annotated[str, StringConstraints(min_length=3, max_length=600)]
    figures: list[Figure] = Field(default_factory=list)


class Update(Plain):
    """A dated account of what happened, the spending it accounts for and what was measured."""

    after_days: Annotated[int, Field(ge=0)]
    title: Title
    body: Guidance
    motif: Key | None = None
    alt_text: Lead = ""
    place: Annotated[str, StringConstraints(max_length=120)] = ""
    video_url: Annotated[str, StringConstraints(max_length=500)] = ""
    video_title: Annotated[str, StringConstraints(max_length=160)] = ""
    video_shown: bool = False  # the update's picture stands for the video
    spends: list[Key] = Field(default_factory=list)
    figures: list[Figure] = Field(default_factory=list)
    corrections: list[UpdateCorrection] = Field(default_factory=list)


class Closing(Plain):
    """What the ledger must say when it is added up. Every sum in minor units."""

    gifts: Annotated[int, Field(ge=0)]
    raised_minor: Annotated[int, Field(ge=0)]
    fees_minor: Annotated[int, Field(ge=0)]
    refunded_minor: Annotated[int, Field(ge=0)]
    spent_minor: Annotated[int, Field(ge=0)]
    beside_minor: Annotated[int, Field(ge=0)] = 0  # paid by sponsors and collected elsewhere
    remaining_minor: Annotated[int, Field(ge=0)]


class Source(Plain):
    """Where an answer can be checked."""

    title: Line
    publisher: Title | Literal[""] = ""
    url: Line | Literal[""] = ""
    date: Title | Literal[""] = ""


class PutRight(Plain):
    """What was corrected in public of an answer's first claim, and how the answer reads since."""

    day: Annotated[int, Field(ge=1)]
    hour: Hour
    right: Lead
    why: Lead
    text: Guidance
    claims_now: Lead  # the words of that text that are claimed and checked instead


class Reply(Plain):
    """A published answer; `before` is what it said for five hours, until the correction.

    `claims` are words of the text that were checked; their sources are the answer's own.
    """

    day: Annotated[int, Field(ge=1)]
    hour: Hour
    text: Guidance
    by_name: Title
    by_role: Title | Literal[""] = ""
    session: Key | Literal[""] = ""
    sources: list[Source] = Field(default_factory=list)
    before: Guidance = ""
    correction: Lead = ""
    claims: list[Lead] = Field(default_factory=list)
    put_right: PutRight | None = None


class Asked(Plain):
    """A question of the public, its author among the votes."""

    key: Key
    day: Annotated[int, Field(ge=1)]
    hour: Hour
    text: Annotated[str, StringConstraints(min_length=8, max_length=400)]
    name: Title | Literal[""] = ""
    votes: Annotated[int, Field(ge=1)] = 1
    state: Literal["accepted", "pending"] = "accepted"
    same_as: Key | Literal[""] = ""
    answer: Reply | None = None


class LiveSession(Plain):
    """An hour of answers on a day of the campaign; `now`: on air while the demo runs."""

    key: Key
    title: Title
    about: Lead = ""
    day: Annotated[int, Field(ge=1)] = 1
    hour: Hour = "18:00"
    minutes: Annotated[int, Field(ge=10, le=240)] = 60
    host: Title | Literal[""] = ""
    now: bool = False
    on_air: Key | Literal[""] = ""


class Cost(Plain):
    """What something of the week cost, or the time it took."""

    day: int
    kind: Literal["hours", "fee", "goods", "service"]
    label: Title
    minutes: Annotated[int, Field(ge=0)] = 0
    amount_minor: Annotated[int, Field(ge=0)] = 0
    influencer: str = ""


class DemoCampaign(Body):
    """One campaign of the demo with all that has happened to it so far."""

    format: Literal["septaine-demo/1"]
    slug: Key
    organisation: Key
    template: Key
    state: Literal["draft", "ready", "live", "drive", "reporting", "closed"]
    starts_in_days: int
    contact: Contact | None = None
    crisis: Crisis | None = None
    incidents: list[Incident] = Field(default_factory=list)
    influencers: list[DemoInfluencer] = Field(default_factory=list)
    acts: list[Acts] = Field(default_factory=list)
    missed: list[Missed] = Field(default_factory=list)
    voices: list[Voice] = Field(default_factory=list)
    followers: list[Follower] = Field(default_factory=list)
    devices: list[OnDevice] = Field(default_factory=list)
    posted: list[Posted] = Field(default_factory=list)
    approval: Literal["none", "team", "both"] = "none"
    reviews: list[Review] = Field(default_factory=list)
    checks: list[Check] = Field(default_factory=list)
    needs_no_source: list[Lead] = Field(default_factory=list)
    later_claims: list[LaterClaim] = Field(default_factory=list)
    corrections: list[Correction] = Field(default_factory=list)
    notices: list[Notice] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)
    visitors: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list)  # people, day by day
    gifts: list[Gift] = Field(default_factory=list)
    matches: list[Match] = Field(default_factory=list)
    offline: list[Offline] = Field(default_factory=list)
    bank_lines: list[BankLine] = Field(default_factory=list)
    declared: list[Declared] = Field(default_factory=list)
    refunds: list[Refund] = Field(default_factory=list)
    inquiry: Inquiry | None = None
    followups: list[FollowUps] = Field(default_factory=list)
    costs: list[Cost] = Field(default_factory=list)
    spends: list[Spend] = Field(default_factory=list)
    changes: list[PlanChange] = Field(default_factory=list)
    unspent: Unspent | None = None
    updates: list[Update] = Field(default_factory=list)
    questions: list[Asked] = Field(default_factory=list)
    sessions: list[LiveSession] = Field(default_factory=list)
    wave: Wave | None = None
    closing_note: Summary = ""
    ledger: Closing | None = None

    def added_up(self) -> Closing:
        """The ledger's sums, counted from the gifts, refunds and spends of this file."""
        by_hand = [one.amount_minor for one in self.offline if one.way != "in_kind" and not one.waits]
        by_hand += [one.amount_minor for one in self.bank_lines if one.named]
        raised = sum(gift.amount_minor * gift.count for gift in self.gifts) + sum(by_hand)
        elsewhere = sum(one.amount_minor for one in self.declared) + sum(
            one.paid_minor for one in self.matches
        )
        fees = sum(gift.fee_minor * gift.count for gift in self.gifts)
        refunded = sum(refund.amount_minor for refund in self.refunds)
        spent = sum(spend.amount_minor for spend in self.spends if not spend.waits)
        return Closing(
            gifts=sum(gift.count for gift in self.gifts) + len(by_hand),
            raised_minor=raised,
            fees_minor=fees,
            refunded_minor=refunded,
            spent_minor=spent,
            beside_minor=elsewhere,
            remaining_minor=raised + elsewhere - fees - refunded - spent,
        )

    @model_validator(mode="after")
    def _ledger_adds_up(self) -> Self:
        if self.gifts and self.ledger != self.added_up():
            raise ValueError(f"the ledger says {self.ledger}, its lines say {self.added_up()}")
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        gifts = {gift.key for gift in self.gifts if gift.key}
        spends = {spend.key for spend in self.spends}
        if {refund.gift for refund in self.refunds} - gifts:
            raise ValueError("a refund names a gift that is not there")
        if {key for update in self.updates for key in update.spends} - spends:
            raise ValueError("an update names a spend that is not there")
        if any(figure.promise > len(self.promises) for update in self.updates for figure in update.figures):
            raise ValueError("a figure names a promise that is not there")
        told = [(one.day, one.post) for one in self.posted] + [(one.day, one.post) for one in self.reviews]
        for day, post in told:
            if day > len(self.days) or post > len(self.days[day - 1].posts):
                raise ValueError("a post that went out, or waits for approval, was not planned")
        return self


@cache
def read_templates() -> dict[tuple[str, str], Document]:
    """The templates by key and language, in the order of their file names."""
    found: dict[tuple[str, str], Document] = {}
    for path in sorted(TEMPLATES.glob("*.toml")):
        document = Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        if document.template is None:
            raise ValueError(f"{path.name} has no [template]")
        found[document.template.key, document.campaign.language] = document
    return found


def read_organisations() -> list[Organisation]:
    """The demo's organisations with their members."""
    text = (DEMO / "organisations.toml").read_text(encoding="utf-8")
    return Organisations.model_validate(tomllib.loads(text)).organisations


def read_demo() -> list[DemoCampaign]:
    """The demo's campaigns, in the order of their file names."""
    paths = sorted(path for path in DEMO.glob("*.toml") if path.stem != "organisations")
    return [DemoCampaign.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths]
