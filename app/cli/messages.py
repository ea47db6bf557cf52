"""Messages of the commands: to a person, on standard error."""

import os

import typer

from app.records.storage.change import OPS, Outcome


def say(message: str) -> None:
    """Print a message on standard error, so that what programs read stands alone."""
    typer.echo(message, err=True)


def warn(message: str) -> None:
    """Print a message in red, where colours are wanted (no-color.org)."""
    typer.secho(message, err=True, fg=None if os.environ.get("NO_COLOR") else "red")


def say_outcome(outcome: Outcome, verb: str) -> None:
    """Print what a change did, by kind.

    Args:
        outcome: the change's.
        verb: begins the sentence that the release's number ends, such as `Loaded`.
    """
    if outcome.kept:
        kept = ", ".join(f"{n} {kind}" for kind, n in outcome.kept.items())
        say(f"Kept as others changed them, though the files say otherwise: {kept}.")
    for note in outcome.notes:
        say(note)
    if not outcome.altered:
        say(f"Nothing to change; release {outcome.release} stands.")
        return
    say(f"{verb} release {outcome.release}:")
    for op in OPS:
        counts = ", ".join(f"{n} {kind}" for kind, n in getattr(outcome, op).items())
        if counts:
            say(f"  {op}: {counts}")
