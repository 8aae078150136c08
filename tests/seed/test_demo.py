"""The demo: four moments of a campaign, sums that are true, promises told as they went, nobody real."""

import re
import tomllib

import pytest
from pydantic import ValidationError
from stdnum.fr import siren

from seed.schema import DEMO, DemoCampaign, read_demo, read_organisations

CAMPAIGNS = {campaign.slug: campaign for campaign in read_demo()}
ORGANISATIONS = {organisation.key: organisation for organisation in read_organisations()}
BLANK = re.compile(r"\[[^\[\]]+\]")
MOTIFS = {
    *("sun-path", "bars", "figure", "dots", "book", "stairs"),
    *("hands", "table", "lantern", "window", "hills", "key"),
}


def test_the_demo_shows_four_moments() -> None:
    assert [campaign.state for campaign in read_demo()] == ["live", "drive", "closed", "draft"]
    assert CAMPAIGNS["lanternes"].starts_in_days == -2
    assert CAMPAIGNS["last-bus"].organisation != CAMPAIGNS["lanternes"].organisation
    assert len(CAMPAIGNS["douze-chaises"].updates) == 3
    assert len(CAMPAIGNS["douze-chaises"].refunds) == 1


@pytest.mark.parametrize("slug", ["lanternes", "last-bus", "douze-chaises"])
def test_a_campaign_that_ran_has_no_gap(slug: str) -> None:
    campaign = CAMPAIGNS[slug]
    assert len(campaign.days) == campaign.campaign.length
    assert campaign.contact
    assert campaign.promises
    assert campaign.drive
    assert campaign.drive.goal_minor
    assert sum(use.percent for use in campaign.drive.money_use) == 100
    for day in campaign.days:
        assert day.challenge
        assert {post.frame for post in day.posts} == set(range(1, len(day.frames) + 1))
        for frame in day.frames:
            assert frame.caption
            assert (frame.kind == "image") == bool(frame.media) == bool(frame.alt_text)
    told = campaign.model_dump_json(include={"campaign", "drive", "days"}).replace("[]", "")
    assert not re.search(r"\[[a-zà-ÿA-ZÀ-Ÿ]", told)


def test_the_draft_lacks_what_the_readiness_page_must_find() -> None:
    draft = CAMPAIGNS["cher-bailleur"]
    frames = [frame for day in draft.days for frame in day.frames]
    assert not draft.promises
    assert not draft.contact
    assert draft.drive
    assert not draft.drive.goal_minor
    assert any(day.challenge is None for day in draft.days)
    assert any(not day.frames for day in draft.days)
    assert any(frame.media and not frame.alt_text for frame in frames)
    assert any(BLANK.search(frame.caption) for frame in frames)


@pytest.mark.parametrize("campaign", CAMPAIGNS.values(), ids=CAMPAIGNS.keys())
def test_people_named_exist(campaign: DemoCampaign) -> None:
    organisation = ORGANISATIONS[campaign.organisation]
    members = {member.email for member in organisation.members}
    influencers = {person.key for person in campaign.influencers}
    carriers = {post.influencer for day in campaign.days for post in day.posts if post.influencer}
    assert {person.decided_by for person in campaign.influencers if person.decided_by} <= members
    assert carriers | {gift.influencer for gift in campaign.gifts if gift.influencer} <= influencers
    assert all(person.decision_note for person in campaign.influencers if person.stage != "shortlisted")
    assert {item.motif for item in campaign.media} <= MOTIFS
    assert {update.motif for update in campaign.updates if update.motif} <= MOTIFS
    assert all(update.alt_text for update in campaign.updates if update.motif)


@pytest.mark.parametrize("slug", ["last-bus", "douze-chaises"])
def test_the_ledger_adds_up(slug: str) -> None:
    campaign = CAMPAIGNS[slug]
    ledger = campaign.ledger
    assert ledger
    assert ledger == campaign.added_up()
    assert (
        ledger.raised_minor
        + ledger.beside_minor
        - ledger.fees_minor
        - ledger.refunded_minor
        - ledger.spent_minor
        == ledger.remaining_minor
        >= 0
    )
    for gift in campaign.gifts:  # the published card rate of the sandbox: 1.5 % and 25 minor units
        assert gift.fee_minor == (gift.amount_minor * 15 + 500) // 1000 + 25


def test_a_ledger_that_does_not_add_up_is_refused() -> None:
    text = (DEMO / "3-lanternes-douze-chaises.fr.toml").read_text(encoding="utf-8")
    campaign = tomllib.loads(text)
    campaign["spends"][0]["amount_minor"] += 1
    with pytest.raises(ValidationError, match="its lines say"):
        DemoCampaign.model_validate(campaign)


def test_gifts_come_only_once_the_drive_is_open() -> None:
    for campaign in CAMPAIGNS.values():
        drive = campaign.drive
        assert drive
        for gift in campaign.gifts:
            assert (gift.day, gift.hour) >= (drive.day, drive.opens)


def test_every_spend_is_accounted_for_by_one_update_after_it() -> None:
    campaign = CAMPAIGNS["douze-chaises"]
    told = [(key, update.after_days) for update in campaign.updates for key in update.spends]
    assert sorted(key for key, _ in told) == sorted(spend.key for spend in campaign.spends)
    when = {spend.key: spend.after_days for spend in campaign.spends}
    assert all(when[key] <= after for key, after in told)
    assert {spend.category for spend in campaign.spends} <= {line.category for line in campaign.budget}


@pytest.mark.parametrize("slug", ["lanternes", "last-bus", "douze-chaises"])
def test_the_budget_adds_up_to_the_goal(slug: str) -> None:
    campaign = CAMPAIGNS[slug]
    assert campaign.drive
    assert sum(line.amount_minor for line in campaign.budget) == campaign.drive.goal_minor
    assert campaign.accounts


def test_one_promise_was_kept_late_and_the_rest_in_time() -> None:
    campaign = CAMPAIGNS["douze-chaises"]
    lateness = []
    for number, promise in enumerate(campaign.promises, 1):
        kept = [
            update.after_days
            for update in campaign.updates
            for figure in update.figures
            if figure.promise == number and figure.value >= promise.target
        ]
        lateness.append(max(0, min(kept) - promise.due_in_days))
    assert lateness == [0, 0, 9, 0]
    assert "neuf jours de retard" in campaign.updates[-1].title
    remaining = campaign.added_up().remaining_minor
    assert f"{remaining // 100},{remaining % 100:02d}\u00a0€" in campaign.updates[-1].body


def test_legal_numbers_pass_their_registers_check() -> None:
    checks = {
        "siren": siren.is_valid,
        "rna": lambda number: bool(re.fullmatch(r"W\d{9}", number)),
        "uk_charity": lambda number: bool(re.fullmatch(r"[1-9]\d{5,6}", number)),
    }
    for organisation in ORGANISATIONS.values():
        assert checks[organisation.legal_kind](organisation.legal_number)
        assert any(word in organisation.legal_name for word in ("fictive", "fictional"))
        assert any(member.role == "owner" for member in organisation.members)
