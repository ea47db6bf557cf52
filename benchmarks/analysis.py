"""What analysis costs over all UN votes: CPU of each answer, first and again, beside its target.

    uv run python -m benchmarks.analysis sqlite:////data/votes.db [--oracle FILE]

The database holds the votes already (`positions import un-votes`); it is only read. Every answer
is asked twice of a service of its own that has kept nothing: `first` includes what is read and
kept for the release, `again` does not (the cache of answers is off). Times are CPU of the process,
in milliseconds, the least of three rounds; the ratio is to the target.

With `--oracle`, the figures of alignment are compared with those of a file: a JSON object with
`rows` of `{a, b, from, to, topic, n, coincidence, s, kappa, pi}`, topic by name or null.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from starlette.testclient import TestClient

from app.logs import configure_logging
from app.main import create_app
from app.settings import Settings

ROUNDS = 3
#: Address, and the most CPU in milliseconds it may take: the first time, and again.
TARGETS: tuple[tuple[str, float, float], ...] = (
    ("positions?country=KAZ&topic=nuclear-weapons", 50, 50),
    ("countries/KAZ/profile", 500, 50),
    ("alignment?a=KAZ&b=RUS", 50, 50),
    ("alignment?a=KAZ&b=RUS&from=2000-01-01&to=2009-12-31&topic=nuclear-weapons", 50, 50),
    ("alignment?a=KAZ", 500, 500),
    ("alignment?a=KAZ&by=year", 1000, 500),
    ("alignment?a=KAZ&b=RUS&dataset=un-votes", 50, 50),
    ("alignment?a=KAZ&b=RUS&attribution=vote", 50, 50),
    ("blocs", 2000, 2000),
    ("blocs?dataset=un-votes", 2000, 2000),
    ("blocs?from=1992-01-01&to=2019-12-31", 2000, 2000),
    ("divides", 2000, 2000),
    ("divides?dataset=un-votes", 2000, 2000),
    ("contradictions", 500, 500),
    ("matrix?country=KAZ", 100, 50),
    ("timeline?country=KAZ", 50, 50),
    ("positions", 50, 50),
    ("positions?sort=-last_stated", 50, 50),
)
FIGURES = ("n", "coincidence", "s", "kappa", "pi")


def milliseconds(client: TestClient, address: str) -> float:
    """The CPU that one answer takes."""
    began = time.process_time()
    answer = client.get(f"/v1/{address}")
    spent = time.process_time() - began
    if answer.status_code != 200:
        sys.exit(f"{address}: {answer.text}")
    return spent * 1000


def measured(url: str, address: str) -> tuple[float, float]:
    """The least CPU of a first answer and of a second one."""
    firsts, seconds = [], []
    for _ in range(ROUNDS):
        app = create_app(Settings(database_url=url, cache_megabytes=0))
        with TestClient(app) as client:
            client.get("/v1/topics?limit=1")  # what a process does once is not the answer's cost
            firsts.append(milliseconds(client, address))
            seconds.append(milliseconds(client, address))
    return min(firsts), min(seconds)


def compare(url: str, oracle: Path) -> None:
    """Print how far the figures of alignment are from an oracle's."""
    rows = json.loads(oracle.read_text())["rows"]
    worst = 0.0
    with TestClient(create_app(Settings(database_url=url))) as client:
        named = client.get("/v1/topics?limit=500").json()["data"]
        topics = {topic["name"]: topic["id"] for topic in named}
        for row in rows:
            asked = {name: row[name] for name in ("a", "b", "from", "to")}
            if row["topic"]:
                asked["topic"] = _topic(row["topic"], topics)
            [found] = client.get("/v1/alignment", params=asked).json()["data"]
            worst = max(worst, *(abs(found[name] - row[name]) for name in FIGURES))
    print(f"{len(rows)} rows compared; the largest difference is {worst:.7f}")


def _topic(name: str, topics: dict[str, str]) -> str:
    """The topic whose name begins the oracle's, which may say more."""
    return next(one for known, one in topics.items() if name.lower().startswith(known.lower()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--oracle", type=Path)
    given = parser.parse_args()
    configure_logging("error")
    print(f"{'':74} first  ratio    again  ratio")
    for address, first_target, again_target in TARGETS:
        first, again = measured(given.url, address)
        print(
            f"{address:72} {first:7.1f}  {first / first_target:5.2f}  "
            f"{again:7.1f}  {again / again_target:5.2f}"
        )
    if given.oracle:
        compare(given.url, given.oracle)


if __name__ == "__main__":
    main()
