"""The same on PostgreSQL: lists against the raw limit, and against the textbook there.

    DATABASE_URL=postgresql+psycopg://… uv run positions import un-votes FOLDER
    uv run python -m benchmarks.postgres postgresql+psycopg://…

The database is one that `positions import un-votes` has filled. CPU is that of
the service alone, without PostgreSQL's own.
"""

from contextlib import ExitStack

import sqlalchemy as sa
import typer

from benchmarks import services
from benchmarks.load import interleaved
from benchmarks.serving import CHOICES, CONNECTIONS, LISTS, against_raw, queues, times, told


def main(url: str, rounds: int = 3) -> None:
    """Measure, and print the table."""
    theirs = sa.make_url(url).set(drivername="postgresql+asyncpg")
    plain = [f"/opinions?country={c}&stance={s}&sort={o}&limit=20" for c, s, o in CHOICES]
    with ExitStack() as stack:
        stored = stack.enter_context(services.ours(url))
        fresh = stack.enter_context(services.ours(url, cache=0))
        rows = against_raw(stack, stored, fresh, rounds)
        rows += queues(fresh, rounds)
        services.environment_is_made()
        orm = stack.enter_context(services.textbook(theirs.render_as_string(hide_password=False)))
        jobs = {"ours": (fresh, LISTS), "textbook": (orm, plain)}
        got = interleaved(jobs, connections=CONNECTIONS, rounds=rounds)
        what = "uncached list, of FastAPI + async ORM"
        rows.append(times(what, got["ours"], got["textbook"], "6×", "12×"))
    print(told(rows))


if __name__ == "__main__":
    typer.run(main)
