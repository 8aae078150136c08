"""docs/settings.md names every setting, its default and its meaning, and nothing else."""

import re
from pathlib import Path

from app.core.settings import Settings

TABLE = Path(__file__).parents[2] / "docs" / "settings.md"


def rows() -> list[str]:
    """The table as the settings themselves would write it."""
    made = []
    for name, field in Settings.model_fields.items():
        default = field.default
        secret = getattr(default, "get_secret_value", None)
        shown = secret() if secret else default
        made.append(
            f"| `SEPTAINE_{name.upper()}` | {f'`{shown}`' if str(shown) else 'empty'} | {field.description} |"
        )
    return made


def test_the_table_is_complete() -> None:
    text = TABLE.read_text(encoding="utf-8")
    for row in rows():
        assert row in text, f"docs/settings.md lacks or misstates: {row}"
    named = set(re.findall(r"^\| `SEPTAINE_(\w+)`", text, flags=re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}
