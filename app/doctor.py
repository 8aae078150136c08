"""What a production set-up still lacks, each with what to do about it. Changes nothing."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from importlib.metadata import version
from zoneinfo import available_timezones

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app.accounts.models import ChannelAccount, ChannelApp
from app.core import clock, health, leases, migrations, vault
from app.core.db import reading
from app.core.settings import Settings
from app.core.tables import JobRun
from app.donations.models import StripeAccount
from app.mail import queries as mail
from app.mail.models import MailState
from app.reminders.models import ReminderTarget

BACKUP = "backup"  # the name under which `septaine backup` notes that it ran
BACKUP_AGE = timedelta(days=1)


class Level(StrEnum):
    FINE = "fine"
    ADVICE = "advice"
    LACKS = "lacks"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, how it stands, and what to do when it is not fine."""

    name: str
    level: Level
    words: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; the order is that of setting an instance up."""
    found: list[Finding] = []
    for check in CHECKS:
        found += check(settings)
    return found


def _one(name: str, *, fine: bool, good: str, bad: str, level: Level = Level.LACKS) -> Finding:
    return Finding(name, Level.FINE if fine else level, good if fine else bad)


def _environment(settings: Settings) -> Iterator[Finding]:
    yield _one(
        "environment",
        fine=not settings.development,
        good="production",
        bad="set SEPTAINE_ENVIRONMENT=production: development shows the mailbox and the kit to everyone",
    )
    yield _one(
        "secret key",
        fine=len(settings.secret_key.get_secret_value()) >= 32 and not settings.development,
        good="set",
        bad="set SEPTAINE_SECRET_KEY to 32 random characters or more, e.g. from `openssl rand -base64 48`",
    )


def _address(settings: Settings) -> Iterator[Finding]:
    yield _one(
        "public address",
        fine=settings.https,
        good=settings.base_url,
        bad="set SEPTAINE_PUBLIC_URL to the https:// address people will see",
    )
    yield _one(
        "proxies",
        fine="*" not in settings.trusted_proxies,
        good=f"trusted: {settings.trusted_proxies}",
        bad="SEPTAINE_TRUSTED_PROXIES=* lets anyone forge their address: name the proxy's",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    kind = settings.db_url.partition(":")[0].partition("+")[0]
    try:
        current = migrations.at_head()
    except SQLAlchemyError as error:
        yield Finding("database", Level.LACKS, f"{kind} does not answer: {type(error).__name__}")
        return
    yield _one(
        "database",
        fine=current,
        good=f"{kind}, at the newest version",
        bad="run `septaine migrate`: the tables are not at this version",
    )
    if not current:
        return
    with reading() as session:
        yield from _work(session, settings)
        yield from _backups(session)
        yield from _seals(session)
        yield from _own_accounts(session)


def _work(session: Session, settings: Settings) -> Iterator[Finding]:
    lease = leases.find(session, "scheduler")
    yield _one(
        "scheduler",
        fine=lease is not None and clock.now() - lease.beat_at < health.HEARTBEAT,
        good="beats",
        bad="nobody works the jobs: start `septaine serve`"
        + (" and `septaine worker`" if settings.scheduler == "off" else ""),
    )
    counts = mail.counts(session)
    yield _one(
        "mails in trouble",
        fine=counts[MailState.FAILED] == 0,
        good="none",
        bad=f"{counts[MailState.FAILED]} could not be sent: `septaine mails` lists them",
        level=Level.ADVICE,
    )


def _backups(session: Session) -> Iterator[Finding]:
    last = session.get(JobRun, BACKUP)
    yield _one(
        "backups",
        fine=last is not None and clock.now() - last.started_at < BACKUP_AGE,
        good="less than a day old",
        bad="run `septaine backup` every day and keep the files on another machine",
    )


def _seals(session: Session) -> Iterator[Finding]:
    """Whether a former key may be dropped, or was dropped too early."""
    columns = (
        col(ChannelAccount.sealed),
        col(ChannelApp.sealed),
        col(ReminderTarget.sealed),
        col(StripeAccount.sealed),
    )
    sealed = [one for column in columns for one in session.exec(select(column)).all() if one]
    older = sum(not vault.is_current(one) for one in sealed)
    yield _one(
        "sealed secrets",
        fine=older == 0,
        good=f"{len(sealed)}, all by the present key",
        bad=f"{older} by a former key: keep it in SEPTAINE_OLD_SECRET_KEYS until they are sealed again",
        level=Level.ADVICE,
    )


def _own_accounts(session: Session) -> Iterator[Finding]:
    """Organisations that are merchants of record themselves, and whether Stripe can tell them anything."""
    connected = session.exec(select(StripeAccount).where(col(StripeAccount.removed_at).is_(None))).all()
    silent = [one.name or one.remote_id or one.pid for one in connected if not one.secrets]
    if connected:
        yield _one(
            "Stripe accounts of organisations",
            fine=not silent,
            good=f"{len(connected)} connected",
            bad=f"no signing secret, so their gifts are found ten minutes late: {', '.join(silent)}",
            level=Level.ADVICE,
        )


def _post(settings: Settings) -> Iterator[Finding]:
    has_server = bool(settings.smtp_url.get_secret_value())
    yield _one(
        "mail server",
        fine=has_server,
        good="set; `septaine doctor --mail you@example.org` sends a trial",
        bad="set SEPTAINE_SMTP_URL: without it no invitation, receipt or sign-in link leaves",
    )
    yield _one(
        "mail sender",
        fine="localhost" not in settings.mail_from,
        good=settings.mail_from,
        bad="set SEPTAINE_MAIL_FROM to an address of your own domain",
    )


def _letters(settings: Settings) -> Iterator[Finding]:
    """What makes letters to many arrive. The name system is not asked: only its owner knows what must stand there."""
    if not settings.smtp_url.get_secret_value() or "localhost" in settings.mail_from:
        return
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    back = settings.bounce_address.rpartition("@")[2]
    yield _one(
        "letters come back",
        fine=bool(back),
        good=f"to {settings.bounce_address}: its server must pipe them to `septaine bounce`",
        bad="set SEPTAINE_BOUNCE_ADDRESS, or mailboxes that are gone are written to again and again",
        level=Level.ADVICE,
    )
    yield Finding(
        "letters arrive",
        Level.ADVICE if back and not _aligned(back, domain) else Level.FINE,
        f"check by a trial that SPF passes for {back or domain}, that DKIM signs as {domain} the headers From, Date, "
        f"Subject, List-Unsubscribe and List-Unsubscribe-Post, and that _dmarc.{domain} has a policy"
        + ("" if not back or _aligned(back, domain) else f"; {back} is not of {domain}: only DKIM can align"),
    )
    yield _one(
        "one click to leave",
        fine=settings.https,
        good="mail programs can end letters by themselves",
        bad="without https:// mail programs offer no button to leave, and readers complain instead",
        level=Level.ADVICE,
    )


def _aligned(one: str, other: str) -> bool:
    """Whether two domains are one, or one lies in the other (DMARC's relaxed alignment, without a public list)."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _payments(settings: Settings) -> Iterator[Finding]:
    key = settings.stripe_api_key.get_secret_value()
    yield _one(
        "payments",
        fine="_live_" in key,
        good="live",
        bad="test mode: no real money moves"
        if key
        else "set SEPTAINE_STRIPE_API_KEY: gifts go to the sandbox, no real money moves",
    )
    if key:
        yield _one(
            "payment webhook",
            fine=bool(settings.stripe_webhook_secret.get_secret_value()),
            good=f"signed; Stripe must call {settings.base_url}/webhooks/stripe",
            bad="set SEPTAINE_STRIPE_WEBHOOK_SECRET, shown by Stripe beside the webhook",
        )


def _machine(settings: Settings) -> Iterator[Finding]:
    free = health.free_disk(settings)
    yield _one(
        "disk",
        fine=free >= health.FREE_DISK,
        good=f"{free:.0%} free",
        bad=f"only {free:.0%} free: the instance stops calling itself ready under {health.FREE_DISK:.0%}",
    )
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=settings.data_dir):
            pass
        open_to_all = settings.data_dir.stat().st_mode & 0o007
        yield _one(
            "data folder",
            fine=not open_to_all or os.name == "nt",
            good=str(settings.data_dir),
            bad=f"other accounts of this machine can read it: chmod o= {settings.data_dir}",
            level=Level.ADVICE,
        )
    except OSError as error:
        yield Finding("data folder", Level.LACKS, f"{settings.data_dir} cannot be written: {error.strerror}")
    yield _one(
        "time zones",
        fine="Europe/Paris" in available_timezones(),
        good=f"tzdata {version('tzdata')}",
        bad="no time-zone data: reinstall the package tzdata",
    )
    if settings.db_url.startswith("postgresql"):
        yield _one(
            "pg_dump",
            fine=shutil.which("pg_dump") is not None,
            good="installed",
            bad="install PostgreSQL's client programs, or back the database up by its own means",
            level=Level.ADVICE,
        )


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _environment,
    _address,
    _database,
    _post,
    _letters,
    _payments,
    _machine,
)
