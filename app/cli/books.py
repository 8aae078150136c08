"""The command that compares the books with Stripe."""

import typer

from app.cli.base import cli, ready_settings, say


@cli.command()
def reconcile() -> None:
    """Compare the ledger with Stripe, to the cent; ends with 1 when something is not explained."""
    from app.books.rules import CAUSE_WORDS
    from app.books.service import closing
    from app.core import logs
    from app.core.money import decimal_string

    logs.configure(ready_settings())
    rounds = closing.close_all()
    for one in rounds:
        name = one.account or "instance"
        if one.failure:
            say(f"{name}: not compared: {one.failure}")
            continue
        say(
            f"{name}: {one.caught_up} things caught up with, {one.movements} new movements, {one.mended} differences "
            f"mended, {len(one.open)} not explained"
        )
        for left in one.open:
            amount = decimal_string(left.amount_minor, left.currency)
            say(f"  {amount:>12} {left.currency}  {left.key:<32} {CAUSE_WORDS[left.cause]}")
    if any(one.failure for one in rounds):
        raise typer.Exit(2)
    raise typer.Exit(1 if any(one.open for one in rounds) else 0)
