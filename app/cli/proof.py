"""The command that checks logs: an instance's own, and files it or another instance published."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.base import cli, fail, ready_settings, say

if TYPE_CHECKING:
    from app.transparency.files import FileVerdict
    from app.transparency.rules import Broken


@cli.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="A file saved from /c/SLUG/log.json; without one, every log here.")
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Check the file by itself, without this instance's database.")
    ] = False,
) -> None:
    """Check that nothing published was changed since; names the first entry that does not hold and ends with 1."""
    if file is not None:
        _verify_file(file, alone=alone)
        return
    from app.core.db import reading
    from app.transparency import queries, verifying

    ready_settings()
    wrong = 0
    with reading() as session:
        for campaign in queries.logged_campaigns(session):
            verdict = verifying.verify(session, campaign)
            say(f"/c/{campaign.slug}: {verdict.seq} entries, newest {verdict.hash}")
            if verdict.broken is None:
                say("  every one is as it was sealed, and the database says the same")
            else:
                wrong += 1
                say(f"  {_named(verdict.broken)}")
    raise typer.Exit(1 if wrong else 0)


def _verify_file(path: Path, *, alone: bool) -> None:
    from app.transparency import files

    try:
        with path.open("rb") as opened:
            verdict = files.verify_file(opened)
    except OSError as error:
        raise fail(f"{path}: {error.strerror}") from error
    except files.NotALog:
        say(f"{path}: its first line is not that of a log as published, or was changed")
        raise typer.Exit(1) from None
    told = verdict.header
    say(f"{path}: entries {told.after + 1} to {told.through}, newest {told.hash}")
    broken = verdict.broken
    if broken is None:
        say("  every one is as it was published")
        broken = None if alone else _compared(verdict)
    if broken is not None:
        say(f"  {_named(broken)}")
    raise typer.Exit(1 if broken else 0)


def _compared(verdict: "FileVerdict") -> "Broken | None":
    """What this instance has otherwise than the file; says when it cannot know."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.core.db import reading
    from app.transparency import queries, verifying

    try:
        with reading() as session:
            campaign = queries.logged_campaign(session, verdict.header.campaign)
            broken = verifying.compare(session, campaign, verdict) if campaign is not None else None
    except SQLAlchemyError:
        campaign, broken = None, None
    if campaign is None:
        say("  this instance has no such log: the file was checked by itself")
    elif broken is None:
        say(f"  this instance still has all of them at /c/{campaign.slug}")
    return broken


def _named(broken: "Broken") -> str:
    which = f" ({broken.kind} {broken.subject})" if broken.subject else ""
    place = f"entry {broken.seq}" if broken.seq else "the head of the file"
    return f"BROKEN at {place}{which}: {broken.why}"
