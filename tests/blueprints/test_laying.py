"""Templates of any length, calendars that lose nothing, copies and archives that say the same to the letter."""

import io
import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import Session, select

from app.blueprints import archive, calendar, queries, rules, service, templates
from app.blueprints.archive import BadArchive
from app.campaigns.models import Campaign
from app.campaigns.rules import DriveStart, State, day_date
from app.challenges import queries as challenges
from app.channels.base import Shape
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.impact.models import Promise
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.media import service as media
from app.people.rules import Actor, Role
from app.publishing import service as service_posts
from app.publishing.models import FollowingFrame, Post, PostState
from app.publishing.rules import Hold, Late
from app.stories import queries as stories
from app.stories.models import Frame
from tests import factories
from tests.launch import stage

KEYS = sorted({(one.key, one.language) for lang in ("fr", "en") for one in templates.templates(lang)})


@pytest.mark.parametrize(
    ("length", "repeat", "expected"),
    [
        (7, False, "1234567"),
        (3, False, "127"),
        (9, False, "123456..7"),
        (9, True, "123456127"),
        (20, True, "12345612345612345617"),
    ],
)
def test_the_last_day_stays_last(*, length: int, repeat: bool, expected: str) -> None:
    days = rules.laid(list("1234567"), length, repeat=repeat)
    assert "".join(day or "." for day in days) == expected


@pytest.mark.parametrize("length", [3, 7, 8, 31])
@pytest.mark.parametrize(("key", "language"), KEYS)
def test_each_template_lays_down_every_length(session: Session, key: str, language: str, length: int) -> None:
    actor = factories.member(session, factories.organisation(session))
    template = templates.template(key, language)
    assert template is not None
    campaign = service.create_from_template(
        session,
        actor,
        template,
        title="Une semaine",
        starts_on=date(2027, 3, 15),
        length=length,
        timezone="Europe/Paris",
    )
    days = stories.days(session, campaign.id)
    assert [day.number for day in days] == list(range(1, length + 1))
    assert campaign.drive_day == length
    assert days[-1].beat == template.document.days[-1].beat
    for post in session.exec(select(Post).where(Post.campaign_id == campaign.id)):
        number = next(
            day.number
            for day in days
            for frame in stories.frames_of_day(session, day.id)
            if frame.id == post.frame_id
        )
        assert post.on_date == day_date(campaign.starts_on, number)
        assert post.due_at == clock.resolve_wall(post.on_date, post.at_time, "Europe/Paris")
    assert queries.whole(session, campaign).document.campaign.made_from == key


def test_the_place_of_the_influencer_is_kept_until_someone_is_found(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    (person,) = session.exec(select(Influencer).where(Influencer.campaign_id == campaign.id)).all()
    assert (person.name, person.stage) == ("À trouver", Stage.SHORTLISTED)
    carried = session.exec(select(Post.influencer_id).where(Post.campaign_id == campaign.id)).all()
    assert set(carried) == {person.id, None}


def test_a_link_follows_the_campaign_it_is_in(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    links = {frame.link_url for frame in stories.frames(session, campaign.id) if frame.link_url}
    assert f"https://testserver/c/{campaign.slug}/donate" in links
    assert all(link.startswith(f"https://testserver/c/{campaign.slug}") for link in links)
    copy = service.clone(session, actor, campaign, title="Encore", starts_on=campaign.starts_on)
    copied = {frame.link_url for frame in stories.frames(session, copy.id) if frame.link_url}
    assert all(link.startswith(f"https://testserver/c/{copy.slug}") for link in copied)


def test_moderators_begin_nothing(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session), Role.MODERATOR)
    with pytest.raises(Forbidden):
        stage.from_template(session, actor)


def _change(session: Session, actor: Actor, campaign: Campaign, **values: Any) -> None:
    now = {"starts_on": campaign.starts_on, "length": campaign.length, "timezone": campaign.timezone}
    calendar.change_calendar(session, actor, campaign, version=campaign.version, **{**now, **values})


def test_days_that_hold_something_are_never_dropped(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    with pytest.raises(calendar.DaysHeld) as refused:
        _change(session, actor, campaign, length=5)
    assert "6" in str(refused.value.message)
    assert "7" in str(refused.value.message)
    assert len(stories.days(session, campaign.id)) == campaign.length == 7


def test_empty_days_come_and_go_and_the_drive_stays_last(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    _change(session, actor, campaign, length=9)
    assert (len(stories.days(session, campaign.id)), campaign.drive_day) == (9, 9)
    _change(session, actor, campaign, length=7)
    assert (len(stories.days(session, campaign.id)), campaign.drive_day) == (7, 7)


def test_planned_posts_follow_their_day_and_posted_ones_stay(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    first, *others = session.exec(select(Post).where(Post.campaign_id == campaign.id)).all()
    first.state = PostState.SENT
    before = {post.pid: (post.on_date, post.at_time) for post in (first, *others)}
    _change(
        session,
        actor,
        campaign,
        starts_on=campaign.starts_on + timedelta(days=7),
        timezone="America/Montreal",
    )
    assert first.on_date == before[first.pid][0]
    for post in others:
        assert (post.on_date, post.at_time) == (
            before[post.pid][0] + timedelta(days=7),
            before[post.pid][1],
        )
        assert post.due_at == clock.resolve_wall(post.on_date, post.at_time, "America/Montreal")


def test_a_campaign_that_has_begun_keeps_its_first_day_and_may_grow(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    campaign.state = State.LIVE
    with pytest.raises(Conflict):
        _change(session, actor, campaign, starts_on=campaign.starts_on + timedelta(days=1))
    _change(session, actor, campaign, length=8)
    assert campaign.length == 8


def _picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (270, 480), colour).save(out, "PNG")
    return out.getvalue()


def _round_trip(session: Session, actor: Actor, campaign: Campaign) -> Campaign:
    unpacked = archive.unpack(service.export_archive(session, actor, campaign))
    return service.import_document(session, actor, unpacked.document, service.prepare_media(unpacked))


def _json(session: Session, campaign: Campaign) -> str:
    return queries.whole(session, campaign).document.model_dump_json(exclude_defaults=True)


def test_an_archive_with_pictures_comes_back_the_same(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    for frame, colour in zip(stories.frames(session, campaign.id), ("#2746d8", "#f6bd1b"), strict=False):
        kept = media.store_image(session, actor, _picture(colour), "photo.png", public=True)
        frame.media_id, frame.alt_text = kept.id, "Un aplat de couleur"
        session.add(frame)
    session.flush()
    stranger = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    arrived = _round_trip(session, stranger, campaign)
    assert arrived.organisation_id == stranger.organisation_id
    assert arrived.state is State.DRAFT
    assert _json(session, arrived) == _json(session, campaign)
    assert _json(session, _round_trip(session, actor, arrived)) == _json(session, campaign)
    ids = {frame.media_id for frame in stories.frames(session, arrived.id)} - {None}
    assert len(ids) == 2
    assert ids.isdisjoint({frame.media_id for frame in stories.frames(session, campaign.id)})


LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60).map(str.strip)
LONG = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=200)


def _vary_posts(session: Session, campaign: Campaign, data: st.DataObject) -> None:
    """Some posts on another day and channel, in their own words, with frames that follow."""
    frames = stories.frames(session, campaign.id)
    for post in session.exec(select(Post).where(Post.campaign_id == campaign.id)).all():
        if data.draw(st.integers(0, 3)):
            continue
        post.on_date += timedelta(data.draw(st.integers(-3, 3)))
        post.channel = data.draw(st.sampled_from(["hand", "bluesky", "mastodon"]))
        post.shape, post.late = data.draw(st.sampled_from(Shape)), data.draw(st.sampled_from(Late))
        post.text, post.late_minutes = data.draw(LONG), data.draw(st.integers(5, 1440))
        post.state = data.draw(st.sampled_from([PostState.SCHEDULED, PostState.SENT, PostState.HELD]))
        others = [frame for frame in frames if frame.id != post.frame_id]
        for position, frame in enumerate(
            data.draw(st.permutations(others))[: data.draw(st.integers(0, 3))], 1
        ):
            session.add(FollowingFrame(post_id=post.id, frame_id=frame.id, position=position))
        service_posts.set_due(post)
        session.add(post)


def _vary_drive(campaign: Campaign, data: st.DataObject) -> None:
    """Another hour or another way to open, further goals, gifts collected elsewhere."""
    campaign.drive_opens = data.draw(st.times()).replace(second=0, microsecond=0)
    campaign.drive_start = data.draw(st.sampled_from(DriveStart))
    campaign.stretch_minor = data.draw(st.integers(0, 10**12))
    campaign.mini_goals = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "day": st.integers(1, campaign.length),
                    "amount_minor": st.integers(1, 10**9),
                    "title": LINE.filter(bool),
                }
            ),
            max_size=7,
        )
    )
    named = data.draw(st.booleans())
    campaign.external_url = "https://collecte.example/une-page?lang=fr" if named else ""
    campaign.external_name = data.draw(LINE.filter(bool)) if named else ""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_campaign_comes_back_the_same(session: Session, data: st.DataObject) -> None:
    """export(import(export(x))) == export(x), whatever was written in it."""
    actor = factories.member(session, factories.organisation(session))
    template = templates.template(*data.draw(st.sampled_from(KEYS)))
    assert template is not None
    campaign = service.create_from_template(
        session,
        actor,
        template,
        title=data.draw(LINE.filter(bool)),
        starts_on=data.draw(st.dates(date(2020, 1, 1), date(2040, 1, 1))),
        length=data.draw(st.integers(3, 31)),
        timezone=data.draw(st.sampled_from(["Europe/Paris", "America/Montreal", "Pacific/Apia"])),
    )
    campaign.cause, campaign.summary = data.draw(LINE), data.draw(LONG)
    campaign.hashtags = data.draw(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), max_size=3))
    campaign.goal_minor = data.draw(st.integers(0, 10**12))
    campaign.money_use = [{"label": "Une part", "percent": data.draw(st.integers(1, 100))}]
    _vary_drive(campaign, data)
    for frame in stories.frames(session, campaign.id):
        if data.draw(st.integers(0, 4)) == 0:
            frame.title, frame.caption, frame.label = data.draw(LINE), data.draw(LONG), data.draw(LINE)
            frame.link_url = data.draw(st.sampled_from(["", "https://example.org/page", frame.link_url]))
    _vary_posts(session, campaign, data)
    for promise in session.exec(select(Promise).where(Promise.campaign_id == campaign.id)):
        promise.target = Decimal(data.draw(st.integers(0, 10**9))) / 100
        promise.due_on = promise.due_on + timedelta(days=data.draw(st.integers(0, 300)))
    for person in session.exec(select(Influencer).where(Influencer.campaign_id == campaign.id)):
        person.handles = [{"network": "Instagram", "handle": "@maia", "audience": 12_000}]
        person.tie = data.draw(LONG)
    session.flush()
    said = _json(session, campaign)
    arrived = _round_trip(session, actor, campaign)
    assert _json(session, arrived) == said
    assert arrived.slug != campaign.slug
    drive = ("drive_start", "stretch_minor", "mini_goals", "external_url", "external_name")
    assert [getattr(arrived, name) for name in drive] == [getattr(campaign, name) for name in drive]


def test_a_channel_travels_and_its_account_does_not(session: Session) -> None:
    """Where it arrives, the one account there is takes it; without one, or with two, somebody must choose."""
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    home = factories.account(session, campaign.organisation_id, handle="@us")
    post = session.exec(select(Post).where(Post.campaign_id == campaign.id)).first()
    assert post is not None
    post.channel, post.account_id = home.channel, home.id
    session.flush()

    def arrived(other: Actor) -> Post:
        found = _round_trip(session, other, campaign)
        return session.exec(
            select(Post).where(Post.campaign_id == found.id, Post.channel == home.channel)
        ).one()

    copied = service.clone(session, actor, campaign, title="Encore", starts_on=campaign.starts_on)
    same = session.exec(select(Post).where(Post.campaign_id == copied.id, Post.channel == home.channel)).one()
    assert (same.account_id, same.state) == (home.id, PostState.SCHEDULED)
    stranger = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    alone = arrived(stranger)
    assert (alone.account_id, alone.state, alone.hold) == (None, PostState.HELD, Hold.ACCOUNT)
    theirs = factories.account(session, stranger.organisation_id, handle="@them")
    assert arrived(stranger).account_id == theirs.id
    factories.account(session, stranger.organisation_id, handle="@them too")
    assert arrived(stranger).account_id is None
    assert home.handle not in _json(session, campaign)


def test_what_is_private_never_travels(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    (person,) = session.exec(select(Influencer).where(Influencer.campaign_id == campaign.id)).all()
    person.email, person.agreement_value_minor = "maia@secret.example", 987_654
    person.vetting = [{"key": "tie", "answer": "réponse-privée"}]
    session.flush()
    data = service.export_archive(session, actor, campaign)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        text = opened.read("campaign.json").decode()
    for secret in (
        "maia@secret.example",
        "987654",
        "réponse-privée",
        "+33 6",
        "Nora",
        campaign.pid,
        campaign.slug,
    ):
        assert secret not in text
    assert data == service.export_archive(session, actor, campaign)


def _zip(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in entries:
            opened.writestr(name, data)
    return out.getvalue()


MINIMAL: dict[str, Any] = {
    "format": "septaine-blueprint/1",
    "campaign": {"title": "Une semaine", "language": "fr", "timezone": "Europe/Paris", "length": 7},
}


def _document(**campaign: Any) -> bytes:
    return json.dumps({**MINIMAL, "campaign": {**MINIMAL["campaign"], **campaign}}).encode()


PICTURED = {**MINIMAL, "media": [{"key": "a", "file": "a.jpg"}]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a zip",
        b"PK\x03\x04 cut short",
        _zip(("other.json", b"{}")),
        _zip(("campaign.json", b"{")),
        _zip(("campaign.json", b"{}")),
        _zip(("campaign.json", _document(title=""))),
        _zip(("campaign.json", _document(length=99))),
        _zip(("campaign.json", _document(timezone="Mars/Olympus"))),
        _zip(("campaign.json", _document(starts_on="9999-12-31"))),
        _zip(("campaign.json", _document(summary="a\u0000b"))),
        _zip(("campaign.json", _document(owner="me"))),
        _zip(("campaign.json", json.dumps(PICTURED).encode())),
        _zip(("campaign.json", json.dumps(PICTURED).encode()), ("../a.jpg", b"x")),
        _zip(("campaign.json", b" " * (archive.DOCUMENT_LIMIT + 1))),
        _zip(*[(f"media/{n}.jpg", b"") for n in range(archive.ENTRIES_LIMIT + 1)]),
        _zip(
            ("campaign.json", json.dumps(PICTURED).encode()),
            ("media/a.jpg", b"\0" * (archive.FILE_LIMIT + 1)),
        ),
    ],
    ids=lambda data: f"{len(data)}b",
)
def test_a_bad_archive_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadArchive) as bad:
        archive.unpack(data)
    assert str(bad.value.said)


def test_a_file_that_names_itself_elsewhere_is_not_read() -> None:
    sneaky = {**MINIMAL, "media": [{"key": "a", "file": "../../etc/passwd"}]}
    with pytest.raises(BadArchive):
        archive.unpack(_zip(("campaign.json", json.dumps(sneaky).encode()), ("media/../../etc/passwd", b"x")))


def test_a_minimal_document_becomes_an_empty_week(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    unpacked = archive.unpack(_zip(("campaign.json", _document())))
    campaign = service.import_document(session, actor, unpacked.document, {})
    assert len(stories.days(session, campaign.id)) == 7
    assert not challenges.of_campaign(session, campaign.id)
    assert not session.exec(select(Frame).where(Frame.campaign_id == campaign.id)).all()
