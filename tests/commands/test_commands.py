"""The commands, as an operator types them, each on an instance of its own."""

import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app import cli as program
from app.campaigns.rules import State
from app.core import db, migrations
from app.core.settings import get_settings
from app.core.tables import JobRun
from app.mail import queries, service
from app.mail.models import MailState
from tests import factories

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An instance in an empty folder; the process forgets it afterwards."""
    monkeypatch.setenv("SEPTAINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SEPTAINE_DATABASE_URL", "")
    _forget()
    yield tmp_path / "data"
    _forget()


def _forget() -> None:
    if db.get_engine.cache_info().currsize:
        db.get_engine().dispose()
    get_settings.cache_clear()
    db.get_engine.cache_clear()


@pytest.fixture
def run(home: Path) -> Run:
    def command(*words: str) -> Result:
        return CliRunner().invoke(program.cli, list(words))

    return command


def test_help_explains_every_command(run: Run) -> None:
    text = run("--help").output
    for name in (
        "run",
        "serve",
        "worker",
        "migrate",
        "demo",
        "doctor",
        "mails",
        "user",
        "backup",
        "restore",
        "export",
        "import",
        "reconcile",
    ):
        assert name in text
        assert "Usage" in run(name, "--help").output


def test_migrate_is_safe_to_repeat(run: Run) -> None:
    assert f"now at version {migrations.head()}" in run("migrate").output
    assert "already at version" in run("migrate").output


def test_production_without_a_key_is_refused_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPTAINE_ENVIRONMENT", "production")
    monkeypatch.setenv("SEPTAINE_SECRET_KEY", "short")
    get_settings.cache_clear()
    refused = run("serve")
    assert refused.exit_code == 1
    assert "SEPTAINE_SECRET_KEY" in refused.output


def test_the_demo_makes_its_own_key_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPTAINE_SECRET_KEY", "")
    get_settings.cache_clear()
    first = get_settings().secret_key.get_secret_value()
    get_settings.cache_clear()
    assert get_settings().secret_key.get_secret_value() == first
    assert len(first) >= 32
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_taken_port_is_said_before_anything_happens(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("SEPTAINE_PORT", str(taken.getsockname()[1]))
        get_settings.cache_clear()
        refused = run("serve")
    assert refused.exit_code == 1
    assert "SEPTAINE_PORT" in refused.output


def test_the_set_up_link_exists_until_someone_has_an_account(run: Run) -> None:
    run("migrate")
    assert "/setup/" in run("user", "setup").output
    unknown = run("user", "reset", "nobody@example.org")
    assert unknown.exit_code == 1
    assert "Traceback" not in unknown.output


def test_doctor_names_what_production_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("migrate")
    poor = run("doctor")
    assert poor.exit_code == 1
    for word in ("SEPTAINE_ENVIRONMENT", "SEPTAINE_SMTP_URL", "SEPTAINE_STRIPE_API_KEY", "septaine backup"):
        assert word in poor.output
    for name, value in {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "k" * 40,
        "PUBLIC_URL": "https://story.example.org",
        "SMTP_URL": "smtps://user:hidden-password@mail.example.org",
        "MAIL_FROM": "Story <story@example.org>",
        "STRIPE_API_KEY": "sk_live_0000000000",
        "STRIPE_WEBHOOK_SECRET": "whsec_0000000000",
    }.items():
        monkeypatch.setenv(f"SEPTAINE_{name}", value)
    get_settings.cache_clear()
    assert run("backup").exit_code == 0
    from datetime import timedelta

    from app.core import leases

    leases.hold("scheduler", "someone", ttl=timedelta(seconds=60))
    rich = run("doctor")
    lacks = [line for line in rich.output.splitlines() if line.startswith("LACKS") and "disk" not in line]
    assert lacks == []
    assert "hidden-password" not in rich.output
    assert "sk_live" not in rich.output


def test_a_campaign_travels_as_a_file(run: Run, home: Path) -> None:
    run("migrate")
    with db.transaction() as session:
        ours = factories.organisation(session)
        draft = factories.campaign(session, ours, slug="hope", state=State.DRAFT)
        title = draft.title
    file = home.parent / "hope.zip"
    assert run("export", "nowhere", str(file)).exit_code == 1
    assert run("export", "hope", str(file)).exit_code == 0
    assert run("export", "hope", str(file)).exit_code == 1, "never over another file"
    brought = run("import", str(file))
    assert brought.exit_code == 0, brought.output
    assert f"{title}: https://testserver/studio/campaigns/" in brought.output
    with db.transaction() as session:
        factories.organisation(session, "Second")
    assert "--organisation" in run("import", str(file)).output
    assert run("import", str(file), "--organisation", "Second").exit_code == 0
    (home.parent / "bad.zip").write_bytes(b"PK nothing")
    assert (
        "campaign archive" in run("import", str(home.parent / "bad.zip"), "--organisation", "Second").output
    )


def test_failed_mails_are_listed_and_tried_again(run: Run) -> None:
    run("migrate")
    with db.transaction() as session:
        mail = service.queue(session, kind="test", to="nora@example.org", language="en", context={})
        mail.state, mail.error = MailState.FAILED, "550 no such person"
    assert "550 no such person" in run("mails").output
    assert "queued once more" in run("mails", "--retry").output
    with db.reading() as session:
        assert queries.counts(session)[MailState.QUEUED] == 1


def test_a_copy_brings_everything_back(run: Run, home: Path) -> None:
    run("migrate")
    (home / "media" / "ab").mkdir(parents=True)
    (home / "media" / "ab" / "one.webp").write_bytes(b"picture")
    with db.transaction() as session:
        service.queue(session, kind="test", to="nora@example.org", language="en", context={})
    made = run("backup", str(home.parent / "copy.tar"))
    assert made.exit_code == 0, made.output
    copy = home.parent / "copy.tar"
    assert copy.stat().st_mode & 0o077 == 0
    with tarfile.open(copy) as tar:
        names = tar.getnames()
    assert "secret.key" not in " ".join(names)
    assert run("backup", str(copy)).exit_code == 1, "never over another copy"

    refused = run("restore", str(copy))
    assert refused.exit_code == 1
    assert "--force" in refused.output
    (home / "media" / "ab" / "one.webp").write_bytes(b"spoilt")
    (home / "media" / "later.webp").write_bytes(b"later")
    db.get_engine().dispose()
    assert run("restore", str(copy), "--force").exit_code == 0
    assert (home / "media" / "ab" / "one.webp").read_bytes() == b"picture"
    assert not (home / "media" / "later.webp").exists()
    with db.reading() as session:
        assert queries.counts(session)[MailState.QUEUED] == 1
        assert session.get(JobRun, "backup") is None, "the note came after the copy"


@pytest.mark.parametrize("harm", ["content", "list", "extra", "rubbish"])
def test_a_damaged_copy_changes_nothing(run: Run, home: Path, harm: str) -> None:
    run("migrate")
    (home / "media").mkdir()
    (home / "media" / "one.webp").write_bytes(b"picture")
    copy, harmed = home.parent / "copy.tar", home.parent / "harmed.tar"
    run("backup", str(copy))
    if harm == "rubbish":
        harmed.write_bytes(b"not a copy" * 1000)
    else:
        _harm(copy, harmed, harm)
    before = (home / "septaine.db").read_bytes()
    refused = run("restore", str(harmed), "--force")
    assert refused.exit_code == 1
    assert "septaine:" in refused.output
    assert (home / "septaine.db").read_bytes() == before
    assert (home / "media" / "one.webp").read_bytes() == b"picture"


def _harm(copy: Path, harmed: Path, harm: str) -> None:
    folder = copy.parent / "work"
    with tarfile.open(copy) as tar:
        tar.extractall(folder, filter="data")
    if harm == "content":
        (folder / "media" / "one.webp").write_bytes(b"forged!")
    elif harm == "extra":
        (folder / "media" / "two.webp").write_bytes(b"smuggled")
    else:
        contents = json.loads((folder / "contents.json").read_text())
        (folder / "contents.json").write_text(json.dumps({**contents, "format": "septaine-backup/9"}))
    with tarfile.open(harmed, "w") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False)
