"""The words of templates and demo: one format, languages alike, help for every blank, clean typography."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.blueprints.document import Body, Document
from app.blueprints.values import CAPTION_LIMIT
from seed.schema import DEMO, TEMPLATES, read_templates

FILES = sorted([*TEMPLATES.glob("*.toml"), *DEMO.glob("*.toml")])
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
