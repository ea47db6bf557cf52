"""How fast the service answers, against the raw limit and against what people would use instead.

    uv run python -m benchmarks.serving votes.db
    uv run python -m benchmarks.serving votes.db --rounds 5 --no-peers

`votes.db` is a database that `positions import un-votes` has filled. Everything is measured in one
run, in turns, and medians are taken; `wrk` and `sqlite3` must be installed. The table is printed
and, with `--write`, kept in `benchmarks/README.md`.
"""

import os
import pickle
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from benchmarks import services
from benchmarks.load import POSITIONS, Figure, Process, interleaved, need, running

HERE = Path(__file__).parent
CONNECTIONS, MANY = 16, 64
STATES = ("SWE", "FRA", "DEU", "CHN", "IND", "BRA", "GBR", "TUR", "POL", "JPN", "MEX", "EGY")
CHOICES = [(c, s, o) for c in STATES for s in ("support", "oppose") for o in ("-stated", "stated")]
LISTS = [f"/v1/opinions?country={c}&stance={s}&sort={o}&limit=20" for c, s, o in CHOICES]
#: The same of the peers that have no refs.
PLAIN = [f"/opinions?country={c}&stance={s}&sort={o}&limit=20" for c, s, o in CHOICES]
ITEMS = [f"un-{call}-{c.lower()}" for call in (3456, 5025) for c in ("USA", "FRA", "GBR", "POL")]
WORDS = ("disarmament", "nuclear", "palestine", "rights", "budget", "apartheid", "cyprus", "ocean")
BEGIN, END = "<!-- the last run -->", "<!-- its end -->"

Row = tuple[str, str, str, str]


Rounds = Annotated[int, typer.Option(min=1, help="Windows of a second for each figure.")]


def main(
    database: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="What `positions import un-votes` has filled."
        ),
    ],
    rounds: Rounds = 3,
    *,
    peers: Annotated[bool, typer.Option(help="Measure what people would use instead.")] = True,
    write: Annotated[bool, typer.Option("--write", help="Keep the table in the README.")] = False,
) -> None:
    """How fast the service answers, beside the raw limit and what people would use instead.

    Starts every service over DATABASE on a port of 127.0.0.1, loads them in turns, and prints a
    table of medians (three rounds take about three minutes). What the rows mean:
    benchmarks/README.md.
    """
    need("wrk", "sqlite3", "curl", *(["uv"] if peers else []))
    has_the_votes(database)
    rows: list[Row] = []
    url = f"sqlite:///{database}"
    with ExitStack() as stack:
        stored = stack.enter_context(services.ours(url))
        fresh = stack.enter_context(services.ours(url, cache=0))
        idle = fresh.resident()
        rows += alone(stack, url, stored, fresh, rounds)
        if peers:
            services.environment_is_made()
            rows += against_peers(stack, database, fresh, rounds)
    with services.ours(url) as process:
        dump = ["sqlite3", "-csv", str(database), "SELECT * FROM opinions"]
        rows += exports(process, dump, rounds)
    rows += [resident(idle), starts(database, rounds)]
    table = as_table(rows)
    print(table)
    if write:
        write_table(table)


def has_the_votes(database: Path) -> None:
    """End, in words, where a file is not a database with the UN votes: none is made of it."""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            some = "SELECT count(*) FROM (SELECT 1 FROM opinions LIMIT 500000)"
            [(number,)] = connection.execute(some)
    except sqlite3.DatabaseError as fault:
        raise SystemExit(f"{database} is no database of this service: {fault}") from fault
    if number < 500_000:
        raise SystemExit(
            f"{database} has {number} opinions, and a benchmark needs the UN votes; "
            f"DATABASE_URL=sqlite:///{database} positions import un-votes FOLDER imports them"
        )


def alone(stack: ExitStack, url: str, stored: Process, fresh: Process, rounds: int) -> list[Row]:
    """What the service does by itself, on either database."""
    return [
        *against_raw(stack, url, stored, fresh, rounds),
        *queues(fresh, rounds),
        *depth(fresh, rounds),
        two_workers(stack, url, fresh, rounds),
    ]


def against_raw(
    stack: ExitStack, url: str, stored: Process, fresh: Process, rounds: int
) -> list[Row]:
    """Lists and 304s against an application that sends the same bytes and does nothing else."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    answers, tagged = answers_of(stored)
    (folder / "answers").write_bytes(pickle.dumps(answers))
    limit = stack.enter_context(services.raw(folder / "answers", LISTS[0]))
    counting = stack.enter_context(services.counting(url))
    jobs = {
        "raw": (limit, LISTS),
        "cached": (stored, LISTS),
        "fresh": (fresh, LISTS),
        "counting": (counting, LISTS),
        "raw 304": (limit, tagged),
        "304": (stored, tagged),
    }
    got = interleaved(jobs, connections=CONNECTIONS, rounds=rounds)
    return [
        share("cached list of 20, of raw", got["cached"], got["raw"], ".60", ".80"),
        share("304, of a raw 304", got["304"], got["raw 304"], ".60", ".80"),
        share("uncached list of 20, of raw", got["fresh"], got["raw"], ".13", ".25"),
        share("the same, its total counted anew, of raw", got["counting"], got["raw"], "", ""),
    ]


def answers_of(
    process: Process,
) -> tuple[dict[str, tuple[list[tuple[bytes, bytes]], bytes]], list[str]]:
    """What the service answers at each address, and the addresses with their tags."""
    answers, tagged = {}, []
    with httpx.Client(base_url=process.address) as client:
        del client.headers["Accept-Encoding"]  # wrk sends none, and the tag depends on it
        for path in LISTS:
            answer = client.get(path).raise_for_status()
            headers = [(k.lower(), v) for k, v in answer.headers.raw if k.lower() != b"date"]
            answers[path] = (headers, answer.content)
            tagged.append(f"{path}\t{answer.headers['etag']}")
    return answers, tagged


def queues(fresh: Process, rounds: int) -> list[Row]:
    """How much longer the slowest wait than most, when many ask at once."""
    got = interleaved({"": (fresh, LISTS)}, connections=MANY, rounds=rounds)[""]
    figure = f"{got.p99_ms / got.p50_ms:.1f}× ({got.p99_ms:.0f} ms of {got.p50_ms:.0f} ms)"
    return [(f"p99 of the median, {MANY} connections, uncached", figure, "≤ 3×", "≤ 2×")]


def depth(fresh: Process, rounds: int) -> list[Row]:
    """What a page of 870,000 rows costs: against one of some thousand, and far from the first."""
    first, far = ends_of("/v1/opinions?sort=id&limit=20", fresh)
    small = [f"/v1/opinions?holder={one}&limit=20" for one in ("KAZ", "UZB", "ERI")]
    jobs = {
        "all": (fresh, ["/v1/opinions?limit=20"]),
        "some": (fresh, small),
        "first": (fresh, [first]),
        "far": (fresh, [far]),
    }
    got = interleaved(jobs, connections=CONNECTIONS, rounds=rounds)

    def ratio(one: str, other: str) -> str:
        cpu, beside = got[one].cpu_us, got[other].cpu_us
        return f"{cpu / beside:.2f} ({cpu:.0f} µs of CPU, {beside:.0f})"

    return [
        (
            "CPU of a page of 870,000 rows, of one of some thousand",
            ratio("all", "some"),
            "≤ 1.2",
            "1.05",
        ),
        (
            "CPU of a keyset page at the far end, of one at the first",
            ratio("far", "first"),
            "≤ 1.3",
            "1.05",
        ),
    ]


def ends_of(address: str, process: Process) -> tuple[str, str]:
    """The second page of 20, and one among the last 500 rows, walked to from page to page."""
    longest = address.replace("limit=20", "limit=500")
    with httpx.Client(base_url=process.address, timeout=30) as client:

        def page(address: str) -> dict[str, Any]:
            found: dict[str, Any] = client.get(address).raise_for_status().json()
            return found

        first = page(address)["links"]["next"]
        far = page(longest)["links"]["next"]
        while following := page(far)["links"]["next"]:
            far = following
        far = far.replace("limit=500", "limit=20")  # a cursor holds a place, and no limit
        if len(page(far)["data"]) != 20:
            raise SystemExit(f"{far} is not a whole page")
    return first, far


def two_workers(stack: ExitStack, url: str, one: Process, rounds: int) -> Row:
    """What a request costs where two workers share the callers, against one worker."""
    two = stack.enter_context(services.ours(url, cache=0, workers=2))
    jobs = {"one": (one, LISTS), "two": (two, LISTS)}
    got = interleaved(jobs, connections=CONNECTIONS, rounds=rounds)
    figure = f"{got['two'].cpu_us / got['one'].cpu_us:.2f} ({got['two'].cpu_us:.0f} µs)"
    return ("CPU of an uncached list with two workers, of one", figure, "≤ 1.15", "1")


def against_peers(stack: ExitStack, database: Path, fresh: Process, rounds: int) -> list[Row]:
    """Lists, items and searches against the peers."""
    table = stack.enter_context(services.datasette(database))
    orm = stack.enter_context(services.textbook(f"sqlite+aiosqlite:///{database}"))
    django = stack.enter_context(services.django_rest(database))
    name = f"/{database.stem}"
    rows = [
        f"{name}/opinions.json?holder_country={c}&stance={s}&_size=20&_shape=objects&_nocount=1&"
        + ("_sort_desc" if o.startswith("-") else "_sort")
        + "=stated_earliest"
        for c, s, o in CHOICES
    ]
    found = [
        f"{name}/search_entries.json?_search={w}&_fts_table=search_index&_fts_pk=n&_size=20"
        for w in WORDS
    ]
    lists = {
        "ours": (fresh, LISTS),
        "datasette": (table, rows),
        "django": (django, PLAIN),
        "textbook": (orm, PLAIN),
        "counting": (stack.enter_context(services.counting(f"sqlite:///{database}")), LISTS),
        "datasette counting": (table, [row.replace("&_nocount=1", "") for row in rows]),
    }
    got = interleaved(lists, connections=CONNECTIONS, rounds=rounds)
    rest = {
        "item": (fresh, [f"/v1/opinions/{one}" for one in ITEMS]),
        "row": (table, [f"{name}/opinions/{one}.json?_shape=objects" for one in ITEMS]),
        "search": (fresh, [f"/v1/search?q={word}&limit=20" for word in WORDS]),
        "fts": (table, found),
    }
    other = interleaved(rest, connections=CONNECTIONS, rounds=rounds)
    return [
        times("uncached list, of Datasette", got["ours"], got["datasette"], "10×", "20×"),
        times("uncached list, of Django REST framework", got["ours"], got["django"], "6×", "12×"),
        times("uncached list, of FastAPI + async ORM", got["ours"], got["textbook"], "6×", "12×"),
        *(
            times(f"its total counted anew, of {name}", got["counting"], got[peer], "", "")
            for name, peer in (
                ("Datasette that counts", "datasette counting"),
                ("Django REST framework", "django"),
                ("FastAPI + async ORM", "textbook"),
            )
        ),
        times("one item, uncached, of Datasette's row", other["item"], other["row"], "4×", "8×"),
        times("full-text search, of Datasette's", other["search"], other["fts"], "3×", "6×"),
    ]


def exports(process: Process, dump: list[str], rounds: int) -> list[Row]:
    """All opinions over HTTP, in rows a second, against a dump by the database's own shell."""
    idle = process.resident()
    most = [idle]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            most.append(process.resident())

    watching = threading.Thread(target=watch)
    watching.start()
    took: dict[str, list[float]] = {"shell": [], "ndjson": [], "csv": []}
    for _ in range(min(rounds, 3)):
        took["shell"].append(seconds_of(dump))
        for name in ("ndjson", "csv"):
            address = f"{process.address}/v1/opinions?format={name}"
            took[name].append(seconds_of(["curl", "-sS", "--fail", address]))
    over.set()
    watching.join()
    s = {name: statistics.median(seconds) for name, seconds in took.items()}
    goals = {"ndjson": (".4", ".6"), "csv": (".3", ".5")}
    rows = [
        (
            f"{name.upper()} of all opinions, of the shell's dump",
            f"{s['shell'] / s[name]:.2f} ({s[name]:.1f} s, the shell {s['shell']:.1f} s)",
            *goals[name],
        )
        for name in goals
    ]
    grown = f"{max(most) - idle:.0f} MB"
    return [*rows, ("memory over idle while exporting everything", grown, "≤ 64 MB", "32 MB")]


def seconds_of(command: list[str]) -> float:
    """How long a command takes whose output nobody keeps."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def starts(database: Path, rounds: int) -> Row:
    """How long until the first 200, against an empty FastAPI application."""
    given = {"DATABASE_URL": f"sqlite:///{database}", "POSITIONS_LOG_LEVEL": "error"}
    commands = {
        "ours": ([POSITIONS, "serve", "--port={port}"], "/readyz", given),
        "empty": (
            [sys.executable, "-m", "uvicorn", "benchmarks.peers.empty:app", *services.UVICORN],
            "/",
            {},
        ),
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, path, environment) in commands.items():
            began = time.monotonic()
            with running(name, command, path=path, environment=environment):
                took[name].append(time.monotonic() - began)
    ours, empty = (statistics.median(took[name]) for name in ("ours", "empty"))
    figure = f"{ours / empty:.1f}× ({ours:.1f} s of {empty:.1f} s)"
    return ("`positions serve` to the first 200, of an empty FastAPI", figure, "≤ 2×", "1.3×")


def resident(megabytes: float) -> Row:
    """Memory of a service that has answered nothing yet."""
    return ("resident memory, idle", f"{megabytes:.0f} MB", "≤ 120 MB", "90 MB")


def share(what: str, ours: Figure, theirs: Figure, floor: str, stretch: str) -> Row:
    """Requests a second as a share of the limit; CPU of a request beside it."""
    figure = f"{ours.rate / theirs.rate:.2f} ({ours.cpu_us:.0f} µs of CPU, raw {theirs.cpu_us:.0f})"
    return (what, figure, floor, stretch)


def times(what: str, ours: Figure, theirs: Figure, floor: str, stretch: str) -> Row:
    """How many times a peer's requests a second; CPU of a request beside it."""
    figure = (
        f"{ours.rate / theirs.rate:.1f}× ({ours.cpu_us:.0f} µs of CPU, theirs {theirs.cpu_us:.0f})"
    )
    return (what, figure, floor, stretch)


def as_table(rows: list[Row]) -> str:
    """Write the table, with the day and the shape of the machine."""
    shape = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    load = f"load {os.getloadavg()[2]:.1f} in the last quarter of an hour"
    lines = [
        f"Run on {datetime.now(UTC):%Y-%m-%d}; {shape}, {load}.",
        "",
        "| what | this run | floor | stretch |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines)


def write_table(table: str) -> None:
    """Put the table in the README in the place of the last one."""
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
