"""The commands of an instance, each thin: settle the settings, call a service, say what happened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.core.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.people.rules import Actor

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Septaine: week-long story campaigns for a cause. Settings come from SEPTAINE_* variables or .env.",
)
users = typer.Typer(no_args_is_help=True, help="Accounts: the first one, and links for who cannot sign in.")
cli.add_typer(users, name="user")


def main() -> None:
    """The `septaine` program."""
    cli()


def _say(line: str = "") -> None:
    typer.echo(line)


def _fail(reason: object) -> typer.Exit:
    typer.echo(f"septaine: {reason}", err=True)
    return typer.Exit(1)


def _ready_settings() -> Settings:
    """The settings, once what every working command needs is there."""
    settings = get_settings()
    if len(settings.secret_key.get_secret_value()) < 32:
        raise _fail(
            "SEPTAINE_SECRET_KEY is missing or shorter than 32 characters. `septaine doctor` says what else "
            "production lacks; `septaine run` starts a demo that needs no setting."
        )
    return settings


@cli.command()
def run() -> None:
    """Start a demo: database, demo campaigns, sandbox payments and mails, all on this machine."""
    given = Settings()
    for name, value in (("environment", "development"), ("log_format", "console")):
        if name not in given.model_fields_set:
            os.environ[f"SEPTAINE_{name.upper()}"] = value
    get_settings.cache_clear()
    with _served() as links:
        links += _demo()


@cli.command()
def serve() -> None:
    """Serve the pages (and, unless SEPTAINE_SCHEDULER=off, work the jobs)."""
    with _served():
        pass


@contextmanager
def _served() -> Iterator[list[tuple[str, str]]]:
    """Take the port, bring the tables up to date, let the caller add links to print, then serve."""
    from app import server
    from app.core import migrations

    settings = _ready_settings()
    try:
        listening = server.listen(settings)
    except server.PortTaken as error:
        raise _fail(error) from error
    if migrations.upgrade():
        _say("The database is at the newest version.")
    links: list[tuple[str, str]] = [("Public pages", f"{settings.base_url}/")]
    yield links
    shown = {address for _, address in links}
    links += [(label, address) for label, address in _first_steps(settings) if address not in shown]

    def when_ready() -> None:
        width = max(len(label) for label, _ in links)
        _say("\nSeptaine answers.")
        for label, address in links:
            _say(f"  {label:<{width}}  {address}")
        _say("\nCtrl+C stops it.")

    raise typer.Exit(server.serve(settings, listening, when_ready))


def _first_steps(settings: Settings) -> list[tuple[str, str]]:
    """Where the organiser begins: the set-up link while nobody has an account, else the sign-in page."""
    from app.core.db import transaction
    from app.people import service as people

    with transaction() as session:
        setup = people.setup_link(session)
    found = [("Set up (first organiser)", setup)] if setup else [("Studio", f"{settings.base_url}/studio")]
    if settings.development and not settings.smtp_url.get_secret_value():
        found.append(("Mails of the demo", f"{settings.base_url}/sandbox/mail"))
    return found


def _demo() -> list[tuple[str, str]]:
    """Load the demo through the services; safe to repeat. Returns the links worth opening."""
    if find_spec("seed.load") is None:
        return []
    return list(import_module("seed.load").load_demo())


@cli.command()
def worker() -> None:
    """Work the jobs in a process of its own (with SEPTAINE_SCHEDULER=off on the servers)."""
    from app import worker as room
    from app.core import logs

    logs.configure(_ready_settings())
    code = room.run_until_stopped()
    if code:
        os._exit(code)  # a job did not finish in time and its thread would hold the process
    raise typer.Exit(code)


@cli.command()
def migrate() -> None:
    """Bring the tables to this version. Safe to repeat; back up first."""
    from app.core import migrations

    changed = migrations.upgrade()
    _say(f"The database is {'now' if changed else 'already'} at version {migrations.head()}.")


@cli.command()
def demo() -> None:
    """Load the demo campaigns into this instance, relative to today. Safe to repeat."""
    from app.core import migrations

    _ready_settings()
    migrations.upgrade()
    for label, address in _demo():
        _say(f"{label}: {address}")


@cli.command()
def doctor(
    mail: Annotated[str, typer.Option(help="Also send a trial mail to this address.")] = "",
) -> None:
    """Say what a production set-up still lacks; ends with 1 when something does."""
    from app.doctor import Level, examine

    findings = examine(get_settings())
    marks = {Level.FINE: "ok    ", Level.ADVICE: "advice", Level.LACKS: "LACKS "}
    for finding in findings:
        _say(f"{marks[finding.level]}  {finding.name:<17} {finding.words}")
    if mail:
        _trial_mail(mail)
    lacking = sum(finding.level is Level.LACKS for finding in findings)
    _say(f"\n{lacking} things are missing." if lacking else "\nNothing is missing.")
    raise typer.Exit(1 if lacking else 0)


def _trial_mail(address: str) -> None:
    from app.core.db import transaction
    from app.mail import service

    settings = get_settings()
    if not settings.smtp_url.get_secret_value():
        raise _fail("no trial without SEPTAINE_SMTP_URL")
    try:
        with transaction() as session:
            service.queue(session, kind="test", to=address, language="en", context={})
    except service.UnsafeAddress as error:
        raise _fail(f"not a mail address: {address}") from error
    _say(f"A trial mail to {address} is queued; the scheduler sends it. `septaine mails` shows a failure.")


@cli.command()
def mails(
    retry: Annotated[bool, typer.Option("--retry", help="Queue all of them once more.")] = False,
) -> None:
    """List the mails that could not be sent, and try them again."""
    from app.core.db import transaction
    from app.mail import queries, service

    with transaction() as session:
        failed = queries.failed(session)
        for mail in failed:
            _say(f"{mail.created_at:%Y-%m-%d %H:%M}  {mail.kind:<12} {mail.recipient:<32} {mail.error}")
            if retry:
                service.try_again(session, mail)
    _say(f"{len(failed)} mails {'queued once more' if retry else 'could not be sent'}.")


@users.command("setup")
def user_setup() -> None:
    """Print the link where the first organiser makes their account (good for a day)."""
    from app.core.db import transaction
    from app.people import service as people

    _ready_settings()
    with transaction() as session:
        address = people.setup_link(session)
    if address is None:
        raise _fail("this instance is set up: organisers invite others, `septaine user reset` helps back in")
    _say(address)


@users.command("reset")
def user_reset(email: str) -> None:
    """Print a sign-in link, good for ten minutes, for someone who can neither sign in nor get mail."""
    from app.core.db import transaction
    from app.core.errors import DomainError
    from app.people import service as people

    _ready_settings()
    try:
        with transaction() as session:
            address = people.reset_link(session, email=email.strip().lower())
    except DomainError as error:
        raise _fail(error.message) from error
    _say(address)


def _for_the_machine(organisation_id: int) -> "Actor":
    """The instance itself, acting for an organisation from the command line."""
    from app.people.rules import Actor, Role

    return Actor(None, organisation_id, Role.OWNER, "septaine")


@cli.command("export")
def export_campaign(
    slug: Annotated[str, typer.Argument(help="As in /c/SLUG.")],
    target: Annotated[Path | None, typer.Argument(help="A new file; SLUG.zip by default.")] = None,
) -> None:
    """Write a campaign as one file: what it plans and shows, nothing private."""
    from app.blueprints import service as blueprints
    from app.campaigns import queries as campaigns
    from app.core.db import reading

    path = target or Path(f"{slug}.zip")
    with reading() as session:
        found = campaigns.slug_owner(session, slug)
        campaign = campaigns.by_id(session, found) if found is not None else None
        if campaign is None:
            raise _fail(f"no campaign has the address /c/{slug}")
        data = blueprints.export_archive(session, _for_the_machine(campaign.organisation_id), campaign)
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise _fail(f"{path}: {error.strerror}") from error
    _say(f"{path} ({len(data) / 1_000_000:.1f} MB)")


@cli.command("import")
def import_campaign(
    source: Path,
    organisation: Annotated[str, typer.Option(help="Its name, when the instance has several.")] = "",
) -> None:
    """Lay down a campaign from a file made by `septaine export`, as a draft."""
    from app.blueprints import archive
    from app.blueprints import service as blueprints
    from app.core.db import reading, transaction
    from app.core.errors import DomainError
    from app.people import queries as people

    _ready_settings()
    with reading() as session:
        known = {row.name: row.id for row in people.all_organisations(session)}
    owner = known.get(organisation) if organisation or len(known) != 1 else next(iter(known.values()))
    if owner is None:
        raise _fail(f"--organisation takes one of: {', '.join(sorted(known)) or 'none exists yet'}")
    try:
        unpacked = archive.unpack(source.read_bytes())
        prepared = blueprints.prepare_media(unpacked)
        with transaction() as session:
            actor = _for_the_machine(owner)
            campaign = blueprints.import_document(session, actor, unpacked.document, prepared)
    except (archive.BadArchive, DomainError, OSError) as error:
        raise _fail(error) from error
    _say(f"{campaign.title}: {get_settings().base_url}/studio/campaigns/{campaign.pid}")


@cli.command()
def reconcile() -> None:
    """Compare every gift with what Stripe says and put right what differs. Safe to repeat."""
    from app.donations.service import reconciling
    from app.payments.base import PaymentError
    from app.payments.door import door

    _ready_settings()
    try:
        looked_at = reconciling.reconcile(door().gateway)
    except PaymentError as error:
        raise _fail(f"Stripe does not answer: {error}") from error
    _say(f"{looked_at} things put right or looked at.")


@cli.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="A new file; by default one in the data folder.")
    ] = None,
) -> None:
    """Copy the database and the media into one file while the server runs. Keep the secret key apart."""
    from app.core import backup as copies
    from app.core import clock
    from app.core.db import transaction
    from app.core.tables import JobRun
    from app.doctor import BACKUP

    settings = get_settings()
    started = clock.now()
    name = target or settings.data_dir / "backups" / f"septaine-{started:%Y%m%d-%H%M%S}.tar"
    try:
        copies.backup(settings, name)
    except copies.BackupError as error:
        raise _fail(error) from error
    with transaction() as session:
        session.merge(JobRun(name=BACKUP, started_at=started, finished_at=clock.now(), handled=1))
    _say(f"{name} ({name.stat().st_size / 1_000_000:.1f} MB)")


@cli.command()
def restore(
    source: Path,
    force: Annotated[bool, typer.Option("--force", help="Replace the data this instance holds.")] = False,
) -> None:
    """Put a copy made by `septaine backup` in place. Stop the server first."""
    from app.core import backup as copies

    try:
        contents = copies.restore(get_settings(), source, force=force)
    except copies.BackupError as error:
        raise _fail(error) from error
    _say(f"Restored the copy of {contents['made_at']}: {len(contents['files'])} files, all as listed.")


if __name__ == "__main__":
    main()
