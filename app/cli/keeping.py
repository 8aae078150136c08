"""Commands about what an instance keeps: campaigns as files, copies of everything, erasure, the books."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.archive import keep_pages
from app.cli.base import cli, fail, ready_settings, say
from app.core.settings import get_settings

if TYPE_CHECKING:
    from app.people.rules import Actor


def _for_the_machine(organisation_id: int) -> "Actor":
    """The instance itself, acting for an organisation from the command line."""
    from app.people.rules import Actor, Role

    return Actor(None, organisation_id, Role.OWNER, "septaine")


@cli.command("export")
def export_campaign(
    slug: Annotated[str, typer.Argument(help="As in /c/SLUG.")] = "",
    target: Annotated[Path | None, typer.Argument(help="A new file; SLUG.zip by default.")] = None,
    static: Annotated[
        Path | None,
        typer.Option(help="Write the public pages of a finished campaign to this folder instead."),
    ] = None,
    campaign: Annotated[str, typer.Option(help="The same as SLUG.")] = "",
) -> None:
    """Write a campaign as one file: what it plans and shows, nothing private. Or, with --static, as web pages."""
    if slug and campaign and slug != campaign:
        raise fail(f"{slug} or {campaign}? Name one campaign")
    named = slug or campaign
    if static is not None:
        if target is not None:
            raise fail("--static writes to its own folder and takes no other target")
        return keep_pages(named, static)
    if not named:
        raise fail("name a campaign, as in /c/SLUG")
    return _export_file(named, target or Path(f"{named}.zip"))


def _export_file(slug: str, path: Path) -> None:
    from app.blueprints import service as blueprints
    from app.campaigns import queries as campaigns
    from app.core.db import reading

    with reading() as session:
        found = campaigns.slug_owner(session, slug)
        campaign = campaigns.by_id(session, found) if found is not None else None
        if campaign is None:
            raise fail(f"no campaign has the address /c/{slug}")
        data = blueprints.export_archive(session, _for_the_machine(campaign.organisation_id), campaign)
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise fail(f"{path}: {error.strerror}") from error
    say(f"{path} ({len(data) / 1_000_000:.1f} MB)")


@cli.command("import")
def import_campaign(
    source: Path,
    organisation: Annotated[str, typer.Option(help="Its name, when the instance has several.")] = "",
) -> None:
    """Lay down a campaign from a file made by `septaine export`, as a draft."""
    from app.blueprints import archive
    from app.blueprints import service as blueprints
    from app.core.db import transaction
    from app.core.errors import DomainError

    ready_settings()
    owner = _owner(organisation)
    try:
        unpacked = archive.unpack(source.read_bytes())
        prepared = blueprints.prepare_media(unpacked)
        with transaction() as session:
            actor = _for_the_machine(owner)
            campaign = blueprints.import_document(session, actor, unpacked.document, prepared)
    except (archive.BadArchive, DomainError, OSError) as error:
        raise fail(error) from error
    say(f"{campaign.title}: {get_settings().base_url}/studio/campaigns/{campaign.pid}")


def _owner(organisation: str) -> int:
    """The organisation of that name, or the only one there is."""
    from app.core.db import reading
    from app.people import queries as people

    with reading() as session:
        known = {row.name: row.id for row in people.all_organisations(session)}
    owner = known.get(organisation) if organisation or len(known) != 1 else next(iter(known.values()))
    if owner is None:
        raise fail(f"--organisation takes one of: {', '.join(sorted(known)) or 'none exists yet'}")
    return owner


@cli.command()
def erase(
    email: str,
    organisation: Annotated[str, typer.Option(help="Its name, when the instance has several.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without, only say what is kept.")] = False,
) -> None:
    """Erase everything about the person with an address, down to what the law keeps."""
    from app.core.db import transaction
    from app.privacy import service as privacy

    ready_settings()
    with transaction() as session:
        subject = privacy.of_address(session, _owner(organisation), email)
        for held in privacy.held(session, subject):
            say(f"{held.count:6}  {held.title}")
        if not yes:
            say("Nothing was changed. `--yes` erases.")
            return
        done = privacy.erase(session, subject)
    for kept in done.kept:
        say(f"kept {kept['count']}: {kept['what']}. {kept['why']}")
    say("Erased.")


@cli.command()
def retention(
    now: Annotated[bool, typer.Option("--now", help="Forget it now; the scheduler does by itself.")] = False,
) -> None:
    """Say what the schedule of retention would forget at this moment."""
    from app.core.db import reading
    from app.privacy import queries
    from app.privacy import retention as schedule

    ready_settings()
    with reading() as session:
        for line in queries.schedule(session):
            say(f"{line.due:6}  {line.rule.title}: {line.rule.period}")
    if now:
        say(f"{schedule.forget_due()} rows forgotten.")


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
        raise fail(error) from error
    with transaction() as session:
        session.merge(JobRun(name=BACKUP, started_at=started, finished_at=clock.now(), handled=1))
    say(f"{name} ({name.stat().st_size / 1_000_000:.1f} MB)")


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
        raise fail(error) from error
    say(f"Restored the copy of {contents['made_at']}: {len(contents['files'])} files, all as listed.")
