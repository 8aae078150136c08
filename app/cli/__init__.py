"""The commands of an instance, each thin: settle the settings, call a service, say what happened."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer

from app.cli import books, keeping, proof
from app.cli.base import cli, fail, loading, ready_settings, say, users
from app.core.settings import Settings, get_settings

__all__ = ["books", "cli", "keeping", "main", "proof"]


def main() -> None:
    """The `septaine` program."""
    cli()


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
    with loading():
        from app import server
        from app.core import migrations

    settings = ready_settings()
    try:
        listening = server.listen(settings)
    except server.PortTaken as error:
        raise fail(error) from error
    if migrations.upgrade():
        say("The database is at the newest version.")
    links: list[tuple[str, str]] = [("Public pages", f"{settings.base_url}/")]
    yield links
    shown = {address for _, address in links}
    links += [(label, address) for label, address in _first_steps(settings) if address not in shown]

    def when_ready() -> None:
        width = max(len(label) for label, _ in links)
        say("\nSeptaine answers.")
        for label, address in links:
            say(f"  {label:<{width}}  {address}")
        say("\nCtrl+C stops it.")

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
    with loading():
        from app import worker as room
        from app.core import logs

    logs.configure(ready_settings())
    code = room.run_until_stopped()
    if code:
        os._exit(code)  # a job did not finish in time and its thread would hold the process
    raise typer.Exit(code)


@cli.command()
def migrate() -> None:
    """Bring the tables to this version. Safe to repeat; back up first."""
    from app.core import migrations

    changed = migrations.upgrade()
    say(f"The database is {'now' if changed else 'already'} at version {migrations.head()}.")


@cli.command()
def demo() -> None:
    """Load the demo campaigns into this instance, relative to today. Safe to repeat."""
    from app.core import migrations

    ready_settings()
    migrations.upgrade()
    for label, address in _demo():
        say(f"{label}: {address}")


@cli.command()
def doctor(
    mail: Annotated[str, typer.Option(help="Also send a trial mail to this address.")] = "",
) -> None:
    """Say what a production set-up still lacks; ends with 1 when something does."""
    from app.doctor import Level, examine

    findings = examine(get_settings())
    marks = {Level.FINE: "ok    ", Level.ADVICE: "advice", Level.LACKS: "LACKS "}
    for finding in findings:
        say(f"{marks[finding.level]}  {finding.name:<17} {finding.words}")
    if mail:
        _trial_mail(mail)
    lacking = sum(finding.level is Level.LACKS for finding in findings)
    say(f"\n{lacking} things are missing." if lacking else "\nNothing is missing.")
    raise typer.Exit(1 if lacking else 0)


def _trial_mail(address: str) -> None:
    from app.core.db import transaction
    from app.mail import service

    settings = get_settings()
    if not settings.smtp_url.get_secret_value():
        raise fail("no trial without SEPTAINE_SMTP_URL")
    try:
        with transaction() as session:
            service.queue(session, kind="test", to=address, language="en", context={})
    except service.UnsafeAddress as error:
        raise fail(f"not a mail address: {address}") from error
    say(f"A trial mail to {address} is queued; the scheduler sends it. `septaine mails` shows a failure.")


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
            say(f"{mail.created_at:%Y-%m-%d %H:%M}  {mail.kind:<12} {mail.recipient:<32} {mail.error}")
            if retry:
                service.try_again(session, mail)
    say(f"{len(failed)} mails {'queued once more' if retry else 'could not be sent'}.")


@cli.command()
def bounce(
    to: Annotated[
        str, typer.Option(help="Where the mail was delivered, when its headers do not say so.")
    ] = "",
) -> None:
    """Read a mail that came back from standard input, and stop writing to a mailbox that is gone.

    For a mail server that pipes to a program: always ends with 0, or the server would send a report of the report.
    """
    from app.core.db import transaction
    from app.followers import bounces

    ready_settings()
    raw = sys.stdin.buffer.read(bounces.MOST)
    with transaction() as session:
        meaning = bounces.take(session, raw, envelope_to=to)
    say(meaning.value)


@users.command("setup")
def user_setup() -> None:
    """Print the link where the first organiser makes their account (good for a day)."""
    from app.core.db import transaction
    from app.people import service as people

    ready_settings()
    with transaction() as session:
        address = people.setup_link(session)
    if address is None:
        raise fail("this instance is set up: organisers invite others, `septaine user reset` helps back in")
    say(address)


@users.command("reset")
def user_reset(email: str) -> None:
    """Print a sign-in link, good for ten minutes, for someone who can neither sign in nor get mail."""
    from app.core.db import transaction
    from app.core.errors import DomainError
    from app.people import service as people

    ready_settings()
    try:
        with transaction() as session:
            address = people.reset_link(session, email=email.strip().lower())
    except DomainError as error:
        raise fail(error.message) from error
    say(address)
