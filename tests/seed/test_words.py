"""The words of templates and demo: one format, languages alike, true sums, clean typography, nobody real."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from stdnum.fr import siren

from app.blueprints.document import CAPTION_LIMIT, Body, Document
from seed.schema import DEMO, TEMPLATES, DemoCampaign, read_demo, read_organisations, read_templates

FILES = sorted([*TEMPLATES.glob("*.toml"), *DEMO.glob("*.toml")])
CAMPAIGNS = {campaign.slug: campaign for campaign in read_demo()}
ORGANISATIONS = {organisation.key: organisation for organisation in read_organisations()}
MOTIFS = {
    *("sun-path", "bars", "figure", "dots", "book", "stairs"),
    *("hands", "table", "lantern", "window", "hills", "key"),
}
BLANK = re.compile(r"\[[^\[\]]+\]")
REAL = (
    *("croix-rouge", "red cross", "restos du c", "secours populaire", "secours catholique", "emmaüs"),
    *("unicef", "oxfam", "wwf", "greenpeace", "médecins sans", "amnesty", "handicap international"),
    *("save the children", "barnardo", "shelter", "crisis", "age uk", "fondation de france"),
    *("bibliothèques sans frontières", "sustrans", "re-cycle", "cleanwalker", "on est prêt"),
)
MONTHS = re.compile(
    r"\b(janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|noël"
    r"|january|february|march|april|june|july|august|september|october|november|december|christmas)\b",
    re.IGNORECASE,
)


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a parsed file with where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from texts(inner, f"{path}[{number}]")


def parsed(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def prose(path: Path) -> list[tuple[str, str]]:
    """The strings people read: no codes, hours, addresses or numbers."""
    codes = (".format", ".timezone", ".email", ".phone", ".website", ".hour", ".opens", ".decided_by")
    return [(where, text) for where, text in texts(parsed(path)) if not where.endswith(codes)]


def is_french(path: Path) -> bool:
    return ".fr." in path.name


def by_name(paths: list[Path]) -> Any:
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name)


# Format


def test_each_template_exists_in_both_languages_and_is_named_after_its_key() -> None:
    templates = read_templates()
    assert {key for key, _ in templates} == {"hope-week", "habit-month", "cleanup-week"}
    assert {f"{key}.{language}.toml" for key, language in templates} == {p.name for p in TEMPLATES.iterdir()}
    assert len(templates) == 6


def test_unknown_fields_are_refused() -> None:
    document = parsed(TEMPLATES / "hope-week.en.toml")
    document["days"][0]["frames"][0]["captoin"] = "lost"
    with pytest.raises(ValidationError, match="captoin"):
        Document.model_validate(document)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"link": "url"}, "link_url goes with"),
        ({"link_url": "https://a.example"}, "link_url goes with"),
        ({"caption": "x" * (CAPTION_LIMIT + 1)}, "2200"),
        ({"media": "nowhere"}, "not there"),
    ],
)
def test_a_frame_that_cannot_be_right_is_refused(change: dict[str, str], message: str) -> None:
    document = parsed(TEMPLATES / "hope-week.en.toml")
    frame = document["days"][0]["frames"][0]
    frame.update(change)
    with pytest.raises(ValidationError, match=message):
        Document.model_validate(document)


def test_a_post_of_a_missing_frame_is_refused() -> None:
    document = parsed(TEMPLATES / "hope-week.en.toml")
    document["days"][0]["posts"].append({"frame": 9, "hour": "12:00"})
    with pytest.raises(ValidationError, match="names a frame that is not there"):
        Document.model_validate(document)


def outline(body: Body) -> dict[str, Any]:
    """What must be the same in every language."""
    drive = body.drive
    return {
        "length": body.campaign.length,
        "lists": [len(body.campaign.vetting), len(body.campaign.readiness), len(body.campaign.hashtags)],
        "drive": drive and [drive.day, drive.opens, [use.percent for use in drive.money_use]],
        "promises": [(p.baseline, p.target, p.due_in_days) for p in body.promises],
        "days": [
            {
                "frames": [(frame.kind, frame.link) for frame in day.frames],
                "posts": [(post.frame, post.hour, post.carrier) for post in day.posts],
                "window": day.challenge and day.challenge.window_days,
            }
            for day in body.days
        ],
    }


@pytest.mark.parametrize("key", ["hope-week", "habit-month", "cleanup-week"])
def test_both_languages_have_the_same_structure(key: str) -> None:
    templates = read_templates()
    assert outline(templates[key, "fr"]) == outline(templates[key, "en"])


@pytest.mark.parametrize(
    "document", read_templates().values(), ids=lambda d: f"{d.template.key}.{d.campaign.language}"
)
def test_a_template_is_whole(document: Document) -> None:
    assert document.template
    assert document.drive
    assert sum(use.percent for use in document.drive.money_use) == 100
    assert document.promises
    assert not document.influencers
    assert len(document.days) == document.campaign.length or document.template.repeat
    for day in document.days:
        assert 2 <= len(day.frames) <= 4
        assert day.challenge
        assert day.headline
        assert day.headline_help
        assert day.guidance
        assert {post.frame for post in day.posts} == set(range(1, len(day.frames) + 1))
        assert all(frame.caption and frame.alt_hint and frame.sticker for frame in day.frames)


def tables(value: Any) -> Iterator[dict[str, Any]]:
    """Every table of a parsed file."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from tables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from tables(inner)


@by_name(sorted(TEMPLATES.glob("*.toml")))
def test_each_blank_has_its_help_and_each_help_its_blank(path: Path) -> None:
    for table in tables(parsed(path)):
        written = {
            blank
            for field, text in table.items()
            if isinstance(text, str) and field not in ("blank", "help", "label")
            for blank in BLANK.findall(text)
        }
        assert {blank["blank"] for blank in table.get("blanks", [])} == written, table


# Demo


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
    for text in (text for _, text in texts(campaign.model_dump(include={"campaign", "drive", "days"}))):
        assert not BLANK.search(text)


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
    assert {update.motif for update in campaign.updates} <= MOTIFS
    assert all(update.alt_text for update in campaign.updates)


@pytest.mark.parametrize("slug", ["last-bus", "douze-chaises"])
def test_the_ledger_adds_up(slug: str) -> None:
    campaign = CAMPAIGNS[slug]
    ledger = campaign.ledger
    assert ledger
    assert ledger == campaign.added_up()
    assert (
        ledger.raised_minor - ledger.fees_minor - ledger.refunded_minor - ledger.spent_minor
        == ledger.remaining_minor
        >= 0
    )
    for gift in campaign.gifts:  # the published card rate of the sandbox: 1.5 % and 25 minor units
        assert gift.fee_minor == (gift.amount_minor * 15 + 500) // 1000 + 25


def test_a_ledger_that_does_not_add_up_is_refused() -> None:
    campaign = parsed(DEMO / "3-lanternes-douze-chaises.fr.toml")
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
    assert campaign.drive
    assert {spend.category for spend in campaign.spends} <= {use.label for use in campaign.drive.money_use}


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


# Words


@by_name(FILES)
def test_nobody_real_is_named(path: Path) -> None:
    everything = " ".join(text for _, text in texts(parsed(path))).lower()
    assert not [name for name in REAL if re.search(rf"\b{re.escape(name)}", everything)]


@by_name([path for path in FILES if path.parent == DEMO])
def test_the_demo_names_no_month(path: Path) -> None:
    for where, text in prose(path):
        unsourced = re.sub(r"Source : .*", "", text.replace("\u00a0", " "))
        assert not MONTHS.search(unsourced), where


@by_name(FILES)
def test_no_straight_quotes_exclamations_or_emoji(path: Path) -> None:
    for where, text in prose(path):
        assert not re.search(r"[\"'!]", text), where
        assert not re.search(r"[\U0001F000-\U0001FAFF\u2600-\u27BF]", text), where
        assert "..." not in text, where
        assert text == text.strip(), where


@by_name([path for path in FILES if is_french(path)])
def test_french_typography(path: Path) -> None:
    for where, text in prose(path):
        assert not re.search(r"(?<![\u202f\u00a0\s])[;?!](?=\s|$)|[ \t][;?!]", text), where
        assert not re.search(r"(?<!\u00a0):(?=\s|$)", text), where
        assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", text), where
        assert not re.search(r"\d[ ](?=\d{3}\b|[€%])", text), where
        assert "“" not in text, where


@by_name([path for path in FILES if not is_french(path) and path.stem != "organisations"])
def test_english_typography(path: Path) -> None:
    for where, text in prose(path):
        assert text.count("“") == text.count("”"), where
        assert "«" not in text, where
        assert not re.search(r"\s[;:?]", text), where


def test_both_guides_have_the_same_chapters() -> None:
    docs = DEMO.parents[1] / "docs"
    shapes = []
    for language in ("fr", "en"):
        lines = (docs / f"guide.{language}.md").read_text(encoding="utf-8").splitlines()
        shapes.append([line.split(" ")[0] for line in lines if re.match(r"#|\d\.|-", line)])
    assert shapes[0] == shapes[1]
