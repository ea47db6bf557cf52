"""How fast `positions import un-votes` is, against the `sqlite3` shell's `.import`.

    uv run python benchmarks/import_votes.py PATH_TO_THE_VOTES [--rounds 3]

PATH is what the command takes, such as the folder of the R package's three files. In each round,
one after the other:

* ours: `positions import un-votes PATH` into a migrated, empty database: reading, checking,
  opinions with history and release, the questions and the seeds;
* the shell's: `.import` of the very rows of `opinions` that ours made, as CSV, into a bare table
  with the same columns, key and indexes;
* the shell's at its best: the same, with the indexes made afterwards.

Printed are medians: rows per second, the ratio of ours to each (wall clock; and CPU, which says
more on a machine that others use), the peak of resident memory, and the size of the database.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What one run took: seconds by the clock, of CPU, and bytes of memory at most."""

    wall: float
    cpu: float
    peak: int


def measured(command: list[str], **environment: str) -> Run:
    """Run a command to its end; its children count as it."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    unit = 1 if sys.platform == "darwin" else 1024
    wall = time.perf_counter() - begun
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def ours(votes: Path, database: Path) -> Run:
    """Import into a migrated, empty database."""
    address = f"sqlite:///{database}"
    run = [str(Path(sys.executable).with_name("positions"))]
    measured([*run, "migrate"], DATABASE_URL=address)
    return measured([*run, "import", "un-votes", str(votes)], DATABASE_URL=address)


def shells(rows: Path, before: str, after: str, database: Path) -> Run:
    """Import the same rows with the shell: SQL before, the rows, SQL after."""
    with sqlite3.connect(database) as connection:
        connection.executescript(before)
    script = database.with_suffix(".sql")
    script.write_text(f".import --csv {rows} opinions\n{after}\n", "utf-8")
    return measured(["sqlite3", "-init", str(script), str(database), "SELECT 1"])


def schema_of(database: Path) -> tuple[str, str]:
    """How to make the table of opinions, and its indexes."""
    with sqlite3.connect(database) as connection:
        found = connection.execute(
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'opinions' AND sql IS NOT NULL "
            "AND type IN ('table', 'index')"
        ).fetchall()
    made: dict[str, list[str]] = defaultdict(list)
    for kind, statement in found:
        made[kind].append(f"{statement};")
    return "\n".join(made["table"]), "\n".join(made["index"])


def dump(database: Path, rows: Path) -> int:
    """Write the imported opinions as CSV, in the order in which they were written."""
    where = "WHERE dataset = 'un-votes'"
    query = f"SELECT * FROM opinions {where} ORDER BY rowid"
    with rows.open("wb") as out:
        subprocess.run(["sqlite3", "-csv", str(database), query], stdout=out, check=True)
    with sqlite3.connect(database) as connection:
        number: int = connection.execute(f"SELECT count(*) FROM opinions {where}").fetchone()[0]
    return number


def main() -> None:
    """Measure, interleaved, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("votes", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="import-votes-") as folder:
        print_report(*compare(given.votes, given.rounds, Path(folder)))


def compare(votes: Path, rounds: int, folder: Path) -> tuple[dict[str, list[Run]], int, int]:
    """The runs of each contestant, how many rows they wrote, and the size of our database."""
    database, rows = folder / "ours.db", folder / "rows.csv"
    runs: dict[str, list[Run]] = defaultdict(list)
    number = 0
    for _ in range(rounds):
        database.unlink(missing_ok=True)
        runs["ours"].append(ours(votes, database))
        number = number or dump(database, rows)
        table, indexes = schema_of(database)
        contestants: dict[str, Callable[[Path], Run]] = {
            "shell": lambda to: shells(rows, table + indexes, "", to),  # noqa: B023
            "shell, indexes last": lambda to: shells(rows, table, indexes, to),  # noqa: B023
        }
        for name, run in contestants.items():
            bare = folder / "bare.db"
            runs[name].append(run(bare))
            bare.unlink()
    return runs, number, database.stat().st_size


def print_report(runs: dict[str, list[Run]], number: int, size: int) -> None:
    """Print the medians."""
    wall = {name: statistics.median(run.wall for run in each) for name, each in runs.items()}
    cpu = {name: statistics.median(run.cpu for run in each) for name, each in runs.items()}
    print(f"{number:,} opinions; medians of {len(runs['ours'])} interleaved rounds\n")
    print("| | seconds | CPU s | rows/s | ours, as a ratio | by CPU |")
    print("|---|---|---|---|---|---|")
    for name in runs:
        ratio, by_cpu = wall[name] / wall["ours"], cpu[name] / cpu["ours"]
        rate = number / wall[name]
        ratios = f"{ratio:.2f} | {by_cpu:.2f}" if name != "ours" else "| "
        print(f"| {name} | {wall[name]:.1f} | {cpu[name]:.1f} | {rate:,.0f} | {ratios} |")
    peak = max(run.peak for run in runs["ours"])
    print(f"\npeak of memory {peak / 2**20:,.0f} MB, database {size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
