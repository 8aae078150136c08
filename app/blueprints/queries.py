"""A whole campaign read as a document, with the media it shows. Leaves out what is private, and what people told:
they agreed to this campaign, not to copies of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, cast

from sqlmodel import Session, col, select

from app.blueprints import document as doc
from app.blueprints import storyboard, values
from app.blueprints.rules import link_kind, network_key, one_line
from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date, last_date
from app.challenges import quantities
from app.challenges import queries as challenges
from app.challenges.models import Challenge
from app.claims import queries as claims
from app.claims.models import Claim, Source
from app.core.templating import absolute
from app.impact import plan_queries as planning
from app.impact import queries as impact
from app.impact.models import Promise
from app.impact.plan_models import BudgetLine, Commitment
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.media.models import Media, MediaKind
from app.publishing import queries as publishing
from app.publishing.models import Post
from app.stories import queries as stories
from app.stories.models import Day, Frame
from app.testimonials import queries as testimonials


@dataclass(frozen=True)
class Whole:
    """A campaign as a document, and the media rows by their key in it."""

    document: doc.Document
    media: Mapping[str, Media]


@dataclass(frozen=True)
class _Around:
    """What the parts of a document refer to: keys of media and influencers, the campaign's own addresses."""

    campaign: Campaign
    slugs: Sequence[str]
    media: Mapping[int, str]
    influencers: Mapping[int, str]
    claims: Mapping[str, Sequence[tuple[Claim, Sequence[Source]]]]  # by the frame's public id


@dataclass
class _Week:
    """The days with their frames and posts, and which frames follow in which post, by row id."""

    days: Sequence[Day]
    frames: Sequence[Frame]
    posts: Sequence[Post]
    following: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def has(self, frame_id: int) -> bool:
        """Whether the document tells of a frame."""
        return any(one.id == frame_id for one in self.frames)

    def place(self, frame_id: int) -> storyboard.FrameAt:
        """Where a frame stands in the document."""
        frame = next(one for one in self.frames if one.id == frame_id)
        day = next(one for one in self.days if one.id == frame.day_id)
        here = [one.id for one in self.frames if one.day_id == day.id]
        return storyboard.FrameAt(day=day.number, frame=here.index(frame_id) + 1)


def whole(session: Session, campaign: Campaign) -> Whole:
    """The campaign as an export carries it."""
    told = testimonials.relaying_frames(session, campaign.id)
    frames = [one for one in stories.frames(session, campaign.id) if one.id not in told]
    people = influencers.of_campaign(session, campaign)
    ids = dict.fromkeys(frame.media_id for frame in frames if frame.media_id is not None)
    rows = {row.id: row for row in session.exec(select(Media).where(col(Media.id).in_(list(ids)))).all()}
    keys = {media_id: f"media-{number}" for number, media_id in enumerate(ids, start=1)}
    around = _Around(
        campaign,
        [campaign.slug, *campaigns.past_slugs(session, campaign.id)],
        keys,
        {person.id: f"influencer-{number}" for number, person in enumerate(people, start=1)},
        claims.of_frames(session, campaign),
    )
    document = doc.Document(
        format="septaine-blueprint/1",
        campaign=_campaign(campaign),
        drive=_drive(campaign),
        promises=[_promise(campaign, one) for one in impact.promises(session, campaign)],
        budget=[_line(one) for one in planning.lines(session, campaign)],
        accounts=[_account(campaign, one.commitment) for one in planning.commitments(session, campaign)],
        days=_days(session, around, frames),
        media=[_media(keys[media_id], rows[media_id]) for media_id in ids],
        influencers=[_influencer(around.influencers[one.id], one) for one in people],
    )
    return Whole(document, {keys[media_id]: rows[media_id] for media_id in ids})


def _campaign(campaign: Campaign) -> doc.Campaign:
    return doc.Campaign(
        title=one_line(campaign.title),
        language=cast("Literal['fr', 'en']", campaign.language),
        timezone=campaign.timezone,
        length=campaign.length,
        cause=one_line(campaign.cause),
        headline=one_line(campaign.headline),
        summary=campaign.summary,
        objective=campaign.objective,
        hashtags=list(campaign.hashtags),
        starts_on=campaign.starts_on,
        hold_statement=campaign.hold_statement,
        made_from=campaign.template or None,
    )


def _drive(campaign: Campaign) -> doc.Drive:
    return doc.Drive(
        day=campaign.drive_day,
        opens=campaign.drive_opens.strftime("%H:%M"),
        closes_after_days=campaign.drive_close_days,
        title=one_line(campaign.drive_title),
        ask=campaign.drive_ask,
        currency=campaign.currency,
        goal_minor=campaign.goal_minor,
        stretch_minor=campaign.stretch_minor,
        mini_goals=[doc.MiniGoal(**one) for one in campaign.mini_goals if one["day"] <= campaign.length],
        start=campaign.drive_start.value,
        external_url=campaign.external_url,
        external_name=campaign.external_name,
        suggested_minor=list(campaign.suggested_minor),
        money_use=[doc.MoneyUse(**use) for use in campaign.money_use],
    )


def _promise(campaign: Campaign, promise: Promise) -> doc.Promise:
    return doc.Promise(
        indicator=one_line(promise.indicator),
        unit=one_line(promise.unit),
        baseline=_number(promise.baseline),
        target=_number(promise.target),
        due_in_days=(promise.due_on - last_date(campaign.starts_on, campaign.length)).days,
        method=promise.method,
    )


def _line(line: BudgetLine) -> doc.BudgetLine:
    return doc.BudgetLine(
        category=line.category.value, label=one_line(line.label), amount_minor=line.amount_minor
    )


def _account(campaign: Campaign, commitment: Commitment) -> doc.Account:
    end = last_date(campaign.starts_on, campaign.length)
    return doc.Account(title=one_line(commitment.title), due_in_days=(commitment.due_on - end).days)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _days(session: Session, around: _Around, frames: Sequence[Frame]) -> list[storyboard.Day]:
    campaign_id = around.campaign.id
    acts = {one.day_id: one for one in challenges.of_campaign(session, campaign_id)}
    week = _Week(stories.days(session, campaign_id), frames, publishing.of_campaign(session, campaign_id))
    week.following = publishing.following(session, [post.id for post in week.posts])
    return [_day(around, week, day, acts.get(day.id)) for day in week.days]


def _day(around: _Around, week: _Week, day: Day, act: Challenge | None) -> storyboard.Day:
    frames = [frame for frame in week.frames if frame.day_id == day.id]
    place = {frame.id: number for number, frame in enumerate(frames, start=1)}
    return storyboard.Day(
        number=day.number,
        beat=one_line(day.beat),
        headline=one_line(day.headline),
        lead=day.lead,
        guidance=day.guidance,
        frames=[_frame(around, day, frame) for frame in frames],
        challenge=_challenge(act) if act is not None else None,
        posts=[_post(around, week, post, day) for post in week.posts if post.frame_id in place],
    )


def _frame(around: _Around, day: Day, frame: Frame) -> storyboard.Frame:
    kind, url = link_kind(frame.link_url, base=absolute(""), slugs=around.slugs, number=day.number)
    return storyboard.Frame(
        title=one_line(frame.title),
        kind=frame.kind.value,
        caption=frame.caption,
        media=around.media.get(frame.media_id) if frame.media_id is not None else None,
        alt_text=frame.alt_text,
        sticker=one_line(frame.sticker),
        link=cast("storyboard.LinkKind", kind),
        link_url=url,
        label=one_line(frame.label),
        guidance=frame.guidance,
        blanks=[values.Blank(**blank) for blank in frame.blanks],
        claims=[_claim(one, sources) for one, sources in around.claims.get(frame.pid, ())],
    )


def _claim(claim: Claim, sources: Sequence[Source]) -> storyboard.Claim:
    return storyboard.Claim(
        words=claim.words,
        sources=[
            storyboard.Source(
                title=one.title,
                publisher=one.publisher,
                url=one.url,
                published_on=one.published_on,
                quote=one.quote,
                archive=one.archive,
            )
            for one in sources
        ],
    )


def _challenge(act: Challenge) -> storyboard.Challenge:
    levels: list[dict[str, Any]] = [*act.levels, {}, {}, {}][:3]
    return storyboard.Challenge(
        title=one_line(act.title),
        unit_one=one_line(act.unit_one),
        unit_many=one_line(act.unit_many),
        how_to=act.how_to,
        guidance=act.guidance,
        window_days=act.window_days,
        quantity=_quantity(act),
        proof=act.proof.value,
        teams=act.teams,
        levels=[
            storyboard.Level(title=one_line(level.get("title", "")), detail=one_line(level.get("detail", "")))
            for level in levels
        ],
    )


def _quantity(act: Challenge) -> storyboard.Quantity | None:
    if not act.most:
        return None
    usual, most = _number(quantities.plain(act.usual)), _number(quantities.plain(act.most))
    return storyboard.Quantity(usual=usual, most=most, decimals=act.decimals)


def _post(around: _Around, week: _Week, post: Post, day: Day) -> storyboard.Post:
    key = around.influencers.get(post.influencer_id) if post.influencer_id is not None else None
    return storyboard.Post(
        frame=week.place(post.frame_id).frame,
        hour=post.at_time.strftime("%H:%M"),
        carrier="influencer" if key else "organisation",
        influencer=key,
        days_off=(post.on_date - day_date(around.campaign.starts_on, day.number)).days,
        channel=post.channel,
        shape=post.shape.value,
        text=post.text,
        late=post.late.value,
        late_minutes=post.late_minutes,
        then=[week.place(one) for one in week.following.get(post.id, ()) if week.has(one)],
    )


def _media(key: str, row: Media) -> doc.Media:
    video = row.kind is MediaKind.VIDEO
    return doc.Media(key=key, kind="video" if video else "image", file=f"{key}.{'mp4' if video else 'jpg'}")


def _influencer(key: str, person: Influencer) -> doc.Influencer:
    return doc.Influencer(
        key=key,
        name=one_line(person.name),
        public_role=one_line(person.public_role),
        tie=person.tie,
        language=cast("Literal['fr', 'en']", person.language),
        handles=[
            doc.Handle(
                network=network_key(str(one.get("network", ""))),
                handle=one_line(str(one.get("handle", "")))[:120],
                audience=int(one.get("audience") or 0),
            )
            for one in person.handles
            if str(one.get("handle", "")).strip()
        ],
        agreement=person.agreement.value if person.agreement else None,
        disclosure=one_line(person.disclosure),
    )
