"""What every question costs, not one: CPU of each, against the plainest page of the same run.

    uv run python -m benchmarks.questions sqlite:////data/votes.db
    uv run python -m benchmarks.questions URL --path /v1/positions --seed 7
    uv run python -m benchmarks.questions URL --ask three --ask analyses --ask pages --ask duckdb

The questions are drawn from the description of the API and from the data, by a seed. Answers are
not kept (`POSITIONS_CACHE_MEGABYTES=0`). CPU is that of the service's processes, from their own
clocks, which tick in nanoseconds, so that one request is enough. `first` is a question that nobody
asked before in this release, of a kind that was (its statements are known): the median of several
draws. `again` is the same question, the median of several times. The plainest page, `?limit=20`, is
asked between them all. On PostgreSQL the server's own CPU is not counted.
"""

import json
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import combinations, cycle, islice
from pathlib import Path
from random import Random
from typing import Annotated, NamedTuple

import httpx
import sqlalchemy as sa
import typer

from benchmarks import services
from benchmarks.draw import Draw, address, described
from benchmarks.load import Process
from benchmarks.peers.duckdb_scan import ASKABLE

DRAWS, TIMES, PLAINEST_EVERY, PAGES_ROUNDS = 3, 5, 8, 3
PAGE = {"limit": "20"}
PERCENTILES = (50, 90, 99, 100)
ANALYSES = ("/v1/blocs", "/v1/divides", "/v1/alignment", "/v1/contradictions", "/v1/timeline")
PAGES = ("/", "/countries/KAZ", "/timeline")
ASKED = ("grid", "three", "analyses", "pages", "duckdb")


class Kind(NamedTuple):
    """Questions alike but for their values: one to warm up with, and those that are measured."""

    warm: dict[str, str]
    drawn: list[dict[str, str]]


class Cost(NamedTuple):
    """What a question cost, in milliseconds: the first time, and again."""

    first: float
    again: float
    asked: str
    total: int | None = None


class Meter:
    """Asks a service, and reads what each answer cost it."""

    def __init__(self, process: Process) -> None:
        """Read the clocks of the service's processes; it starts no other ones later."""
        self._clocks = [_clock(pid) for pid in process.pids]
        self._client = httpx.Client(base_url=process.address, timeout=120)
        self.refused: Counter[int] = Counter()

    def total(self, path: str) -> int | None:
        """Return the exact total of a list; None where there is none, as in a refusal."""
        answer = self._client.get(f"{path}&total=exact").json()
        found: int | None = answer.get("meta", {}).get("total")
        return found

    def ask(self, path: str) -> float:
        """Return the milliseconds of CPU that one answer takes."""
        began = self._spent()
        answer = self._client.get(path)
        time.sleep(0.0005)  # what is left to do when the answer is out, as a line of the log
        spent = self._spent() - began
        if answer.status_code != 200:
            self.refused[answer.status_code] += 1
        return spent * 1000

    def _spent(self) -> float:
        return sum(map(time.clock_gettime, self._clocks))


def _clock(pid: int) -> int:
    """The clock of the CPU that a process uses, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | 2


def grid(path: str, filters: list[str], sorts: list[str], chance: Random) -> Iterator[list[str]]:
    """Yield each filter alone with every order, then all pairs, again and again, with one."""
    orders = ["", *sorts]
    yield from ([name, order] for name in filters for order in orders)
    pairs = list(combinations(filters, 2))
    for one, other in cycle(pairs):
        yield [one, other, chance.choice(orders)]


def kinds_of_grid(path: str, draw: Draw, chance: Random, number: int) -> Iterator[Kind]:
    """Yield the grid's questions: at least once through it, and as many as were asked for."""
    _, filters, sorts, _ = described(path, draw.description)
    once = len(filters) * (len(sorts) + 1) + len(filters) * (len(filters) - 1) // 2
    for *names, order in islice(grid(path, filters, sorts, chance), max(once, number)):
        given = {"sort": order} if order else {}
        drawn = [draw.filled(path, names) | given for _ in range(DRAWS + 1)]
        yield Kind(drawn[0], drawn[1:])


def kinds_of_three(path: str, draw: Draw, chance: Random, number: int) -> Iterator[Kind]:
    """Yield questions of three filters and two facets."""
    _, filters, _, facets = described(path, draw.description)
    for _ in range(number):
        names, counted = chance.sample(filters, 3), ",".join(chance.sample(facets, 2))
        drawn = [draw.filled(path, names) | {"facets": counted} for _ in range(2)]
        yield Kind(drawn[0], drawn[1:])


def questions_of_analyses(draw: Draw, chance: Random, number: int) -> Iterator[str]:
    """Yield addresses of analyses within a topic, a period, or both, none of them twice."""
    seen: set[str] = set()
    paths = cycle(ANALYSES)
    while len(seen) < number:
        path = next(paths)
        _, filters, _, _ = described(path, draw.description)
        period = ("from", "to") if "from" in filters else ("stated_from", "stated_to")
        within = chance.choice((("topic",), period, ("topic", *period)))
        given = draw.filled(path, within)
        if period[0] in given:
            given |= dict(zip(period, sorted(given[one] for one in period), strict=True))
        if path == "/v1/alignment":
            given |= {"a": draw.filled(path, ["a"])["a"].partition(",")[0], "by": "year"}
        asked = address(path, given | PAGE)
        if asked not in seen:
            seen.add(asked)
            yield asked


def measured(
    meter: Meter, path: str, kinds: Iterable[Kind], chance: Random
) -> tuple[float, list[Cost]]:
    """Return what the plainest page costs, and each question, asked in a random order."""
    plainest, costs = [], []
    shuffled = list(kinds)
    chance.shuffle(shuffled)
    page = address(path, PAGE)
    for _ in range(10):
        meter.ask(page)
    for number, kind in enumerate(shuffled):
        meter.ask(address(path, kind.warm | PAGE))
        drawn = [address(path, given | PAGE) for given in kind.drawn]
        firsts = [meter.ask(one) for one in drawn]
        again = [meter.ask(drawn[0]) for _ in range(TIMES)]
        total = meter.total(drawn[0])
        costs.append(Cost(statistics.median(firsts), statistics.median(again), drawn[0], total))
        if number % PLAINEST_EVERY == 0:
            plainest.append(meter.ask(page))
    return statistics.median(plainest), costs


def percentile(numbers: Iterable[float], share: int) -> float:
    """Return the number that so many of a hundred do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def row(what: str, numbers: list[float], unit: float) -> str:
    """Return a line of the table: milliseconds, and in brackets how many of the unit."""
    found = [percentile(numbers, share) for share in PERCENTILES]
    cells = " | ".join(f"{one:.2f} ms ({one / unit:.1f}×)" for one in found)
    return f"| {what} | {len(numbers)} | {cells} |"


def heading(plainest: float, path: str) -> None:
    print(f"\nThe plainest page, {path}?limit=20: {plainest:.3f} ms of CPU.\n")
    print("| what | questions | median | p90 | p99 | worst |\n|---|---|---|---|---|---|")


def print_costs(what: str, plainest: float, costs: list[Cost]) -> None:
    """Print the rows of a set of questions."""
    print(row(f"{what}, first", [one.first for one in costs], plainest))
    print(row(f"{what}, again", [one.again for one in costs], plainest))


def print_worst(costs: list[Cost], plainest: float) -> None:
    """Print the ten that cost most."""
    print("\nThe ten that cost most the first time, and again, in milliseconds:\n")
    for cost in sorted(costs, reverse=True)[:10]:
        again = f" ({cost.again:9.2f})" if cost.again else ""
        print(f"{cost.first:9.2f} {cost.first / plainest:6.0f}×{again}  {cost.asked}")


def ask_lists(meter: Meter, path: str, draw: Draw, given: "Given", kind: str) -> None:
    """Measure a list's grid, or its questions of three filters and two facets."""
    make: Callable[..., Iterator[Kind]] = kinds_of_grid if kind == "grid" else kinds_of_three
    kinds = list(make(path, draw, given.chance, given.number))
    plainest, costs = measured(meter, path, kinds, given.chance)
    heading(plainest, path)
    print_costs("grid" if kind == "grid" else "three filters, two facets", plainest, costs)
    print_worst(costs, plainest)
    if kind == "grid" and "duckdb" in given.asks:
        compare_with_scans(given.file, path, kinds, costs, plainest)


def compare_with_scans(
    file: Path, path: str, kinds: list[Kind], costs: list[Cost], plainest: float
) -> None:
    """Ask DuckDB what it can be asked of the same grid, and print it beside ours."""
    if path != "/v1/opinions" or not file.is_file():
        raise SystemExit("DuckDB is asked for /v1/opinions of a SQLite file")
    asked = [k.drawn[0] for k in kinds if set(k.drawn[0]) <= ASKABLE]
    program = str(services.HERE / "peers/duckdb_scan.py")
    command = [*services.PEERS, "python", program, str(file)]
    told = subprocess.run(
        command, input=json.dumps(asked), text=True, check=True, stdout=subprocess.PIPE
    ).stdout
    found = [
        (address(path, a | PAGE), *of_a) for a, of_a in zip(asked, json.loads(told), strict=True)
    ]
    print("\nDuckDB scanning the same columns in memory, one thread, page and exact total:\n")
    print(row("DuckDB, what it can be asked", [spent for _, spent, _ in found], plainest))
    ours = {cost.asked: cost for cost in costs}
    shares = [ours[one].first / spent for one, spent, _ in found]
    cells = ", ".join(f"{percentile(shares, share):.2f}" for share in PERCENTILES)
    print(f"\nOurs of DuckDB's, question by question (median, p90, p99, worst): {cells};")
    print(f"{sum(s > 0.5 for s in shares)} of {len(shares)} cost more than half of it.")
    other = [one for one, _, total in found if ours[one].total not in (None, total)]
    print(f"Totals that differ from DuckDB's: {len(other)} {other[:3] or ''}")


def ask_analyses(meter: Meter, draw: Draw, given: "Given") -> None:
    """Measure analyses that nobody asked for before."""
    asked = list(questions_of_analyses(draw, given.chance, given.number))
    for path in ANALYSES:  # what a process does once is not the answer's cost
        meter.ask(next(one for one in questions_of_analyses(draw, Random(0), 20) if path in one))
    page = address("/v1/opinions", PAGE)
    plainest = statistics.median(meter.ask(page) for _ in range(20))
    costs = [Cost(meter.ask(one), 0, one) for one in asked]
    heading(plainest, "/v1/opinions")
    for path in ANALYSES:
        of_path = [one.first for one in costs if one.asked.startswith(path)]
        print(row(f"{path}, first", of_path, plainest))
    print(row("all of them, first", [one.first for one in costs], plainest))
    print_worst(costs, plainest)


def ask_pages(url: str) -> None:
    """Measure the explorer's first pages in a process that has kept nothing, as after an import."""
    print("\n| the first page of a process | median CPU | most |\n|---|---|---|")
    for page in PAGES:
        spent = []
        for _ in range(PAGES_ROUNDS):
            with services.ours(url, cache=0) as process:
                meter = Meter(process)
                meter.ask("/guide")  # templates are loaded by whatever page is first
                spent.append(meter.ask(page))
        print(f"| {page} | {statistics.median(spent):.0f} ms | {max(spent):.0f} ms |")


class Given(NamedTuple):
    """What the command line says."""

    asks: list[str]
    chance: Random
    number: int
    file: Path


def main(
    url: Annotated[str, typer.Argument(help="A database that has the UN votes.")],
    ask: Annotated[list[str] | None, typer.Option(help=f"What: {', '.join(ASKED)}.")] = None,
    path: Annotated[str, typer.Option(help="The list that is asked.")] = "/v1/opinions",
    seed: Annotated[int, typer.Option(help="Another seed draws other questions.")] = 1,
    number: Annotated[int, typer.Option(min=1, help="At least so many questions.")] = 320,
) -> None:
    """What every question costs, against the plainest page of the same run."""
    asks = ask or ["grid"]
    if unknown := set(asks) - set(ASKED):
        raise SystemExit(f"--ask is one of {', '.join(ASKED)}, not {', '.join(unknown)}")
    if "duckdb" in asks and "grid" not in asks:
        asks = ["grid", *asks]
    file = Path(sa.make_url(url).database or "")
    given = Given(asks, Random(seed), number, file)
    with ExitStack() as stack:
        process = stack.enter_context(services.ours(url, cache=0))
        meter = Meter(process)
        draw = Draw(process.address, given.chance)
        print(f"seed {seed}; memory after a start: {process.resident():.0f} MB", end="")
        for kind in ("grid", "three"):
            if kind in asks:
                ask_lists(meter, path, draw, given, kind)
        if "analyses" in asks:
            ask_analyses(meter, draw, given)
        print(f"\nmemory: {process.resident():.0f} MB; not answered: {dict(meter.refused) or 0}")
    if "pages" in asks:
        ask_pages(url)


if __name__ == "__main__":
    typer.run(main)
