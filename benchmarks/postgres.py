"""The same table on PostgreSQL, against the textbook service there.

    DATABASE_URL=postgresql+psycopg://… uv run positions import un-votes FOLDER
    uv run python -m benchmarks.postgres postgresql+psycopg://…

The database is one that `positions import un-votes` has filled; `psql` dumps it. CPU is that of a
service alone, without PostgreSQL's own.
"""

from contextlib import ExitStack
from typing import Annotated

import sqlalchemy as sa
import typer

from benchmarks import services
from benchmarks.load import interleaved, need
from benchmarks.serving import (
    CONNECTIONS,
    ITEMS,
    LISTS,
    PLAIN,
    Rounds,
    Row,
    alone,
    as_table,
    exports,
    resident,
    times,
)


def main(
    url: Annotated[str, typer.Argument(help="A database that has the UN votes.")],
    rounds: Rounds = 3,
) -> None:
    """The table of `benchmarks.serving` on PostgreSQL, against the textbook service there."""
    need("wrk", "psql", "curl", "uv")
    rows: list[Row] = []
    with ExitStack() as stack:
        stored = stack.enter_context(services.ours(url))
        fresh = stack.enter_context(services.ours(url, cache=0))
        idle = fresh.resident()
        rows += alone(stack, url, stored, fresh, rounds)
        services.environment_is_made()
        orm = stack.enter_context(services.textbook(_for_driver("postgresql+asyncpg", url)))
        jobs = {
            "list": (fresh, LISTS),
            "their list": (orm, PLAIN),
            "counting": (stack.enter_context(services.counting(url)), LISTS),
            "item": (fresh, [f"/v1/opinions/{one}" for one in ITEMS]),
            "their item": (orm, [f"/opinions/{one}" for one in ITEMS]),
        }
        got = interleaved(jobs, connections=CONNECTIONS, rounds=rounds)
        rows += [
            times(f"{what}, of FastAPI + async ORM", got[ours], got[f"their {theirs}"], *goals)
            for what, ours, theirs, goals in (
                ("uncached list", "list", "list", ("6×", "12×")),
                ("its total counted anew", "counting", "list", ("", "")),
                ("one item, uncached", "item", "item", ("", "")),
            )
        ]
    with services.ours(url) as process:
        dump = "COPY opinions TO STDOUT (FORMAT csv)"
        rows += exports(process, ["psql", _for_driver("postgresql", url), "-c", dump], rounds)
    rows.append(resident(idle))
    print(as_table(rows))


def _for_driver(driver: str, url: str) -> str:
    return sa.make_url(url).set(drivername=driver).render_as_string(hide_password=False)


if __name__ == "__main__":
    typer.run(main)
