"""`septaine export --static`: a finished campaign's public pages as files, asked of the application in this process."""

import asyncio
import logging
from pathlib import Path

from app.archive import service, writing
from app.archive.service import Subject
from app.cli.base import fail, ready_settings, say


def keep_pages(slug: str, folder: Path) -> None:
    """Write the archive of the campaign of that slug, or of the only finished one, and say what was written."""
    from app.core import logs
    from app.main import create_app

    settings = ready_settings()
    logs.configure(settings)
    logging.getLogger().setLevel(logging.WARNING)  # not a line for each page
    kept = _subject(slug)
    app = create_app(settings)
    try:
        writing.check_place(folder.resolve(), kept)
        files = service.files(app, kept, app.state.paths)
        written = asyncio.run(writing.into_folder(folder, kept, files))
    except (writing.NotOurs, service.NotAnswered) as error:
        raise fail(error) from error
    except OSError as error:
        raise fail(f"{folder}: {error.strerror}") from error
    say(f"{folder}: {written.count} files, {written.size / 1_000_000:.1f} MB. Open {folder / 'index.html'}.")


def _subject(slug: str) -> Subject:
    from app.archive.rules import OVER
    from app.campaigns import queries as campaigns
    from app.core.db import reading

    with reading() as session:
        if not slug:
            over = [campaigns.by_id(session, one) for one in campaigns.ids_in(session, *OVER)]
            slugs = sorted(one.slug for one in over if one is not None)
            if len(slugs) != 1:
                raise fail(f"--campaign takes one of: {', '.join(slugs) or 'no campaign is over yet'}")
            slug = slugs[0]
        campaign = campaigns.public_campaign(session, slug)
        if campaign is None:
            raise fail(f"no public campaign has the address /c/{slug}")
        try:
            return service.subject(session, campaign)
        except service.StillRunning as error:
            raise fail(error) from error
