"""What every command needs: the program itself, a line to say, an honest failure, the settings."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from app.core.settings import Settings, get_settings

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Septaine: week-long story campaigns for a cause. Settings come from SEPTAINE_* variables or .env.",
)
users = typer.Typer(no_args_is_help=True, help="Accounts: the first one, and links for who cannot sign in.")
cli.add_typer(users, name="user")


def say(line: str = "") -> None:
    typer.echo(line)


def fail(reason: object) -> typer.Exit:
    typer.echo(f"septaine: {reason}", err=True)
    return typer.Exit(1)


@contextmanager
def loading() -> Iterator[None]:
    """Load the product for a process that stays: what is loaded is not looked through for what nobody needs.

    Loading makes no such thing, yet the looking took a quarter of the start; and each later look, in the midst of
    somebody's page, would have begun with all that was loaded (0.2 s).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def ready_settings() -> Settings:
    """The settings, once what every working command needs is there."""
    settings = get_settings()
    if len(settings.secret_key.get_secret_value()) < 32:
        raise fail(
            "SEPTAINE_SECRET_KEY is missing or shorter than 32 characters. `septaine doctor` says what else "
            "production lacks; `septaine run` starts a demo that needs no setting."
        )
    return settings
