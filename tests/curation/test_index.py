"""The index answers as the rows do: whatever is written, undone or superseded, and whoever asks."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.analysis.positions import Candidate, decide
from app.dates import OPEN_START
from app.db import Database
from app.db.known_at import as_known
from app.db.releases import current_release
from app.db.tables import opinions, releases
from app.index import storage
from app.index.verification import differences
from tests.conftest import served
from tests.curation.conftest import match

HOLDERS = ("KAZ", "RUS", "nato", "azimbai-gali", "most-analysts")
QUESTIONS = ("kazakhstan-full-nato-membership", "kazakhstan-military-cooperation-with-nato")
STANCES = ("support", "oppose", "neutral", "ambivalent", "no_position")
ATTRIBUTIONS = ("direct_quote", "paraphrase", "analyst_assessment")
DATES = (None, "1996", "1996-05-27", "2004-21", "2005-01-01/2005-06-30", "../1999", "2006-12-20")
DAYS = ("1995-01-01", "1996-05-27", "2004-03-01", "2005-12-31")
IDS = tuple(f"coded-{number}" for number in range(6))
SORTS = ("id", "-id", "name", "-name", "stated", "-stated", "recorded_at", "-recorded_at")

#: Up to two sorts, each once.
ORDERS = st.lists(
    st.sampled_from(SORTS),
    max_size=2,
    unique_by=lambda sort: sort.lstrip("-").replace("name", "id"),
)

RECORDS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(IDS),
        "holder": st.sampled_from(HOLDERS),
        "question": st.sampled_from(QUESTIONS),
        "stance": st.sampled_from(STANCES),
        "attribution": st.sampled_from(ATTRIBUTIONS),
        "stated": st.sampled_from(DATES),
    }
)
WRITES = st.tuples(st.sampled_from(("put", "put", "put", "delete", "undone", "store")), RECORDS)
#: Each filter with what it asks of a row.
FILTERS: dict[str, tuple[Sequence[str], Callable[[Any, str], bool]]] = {
    "holder": (HOLDERS, lambda row, one: row.holder == one),
    "question": (QUESTIONS, lambda row, one: row.question == one),
    "stance": (STANCES, lambda row, one: row.stance == one),
    "attribution": (ATTRIBUTIONS, lambda row, one: row.attribution == one),
    "holder_kind": (("country", "person", "group"), lambda row, one: row.holder_kind == one),
    "country": (("KAZ", "RUS"), lambda row, one: row.holder_country == one),
    "document": (("kazakhstan-nato-analysis",), lambda row, one: row.document == one),
}
PERIODS: dict[str, Callable[[Any, str], bool]] = {
    "stated_from": lambda row, day: row.stated_earliest != "" and row.stated_latest >= day,
    "stated_to": lambda row, day: row.stated_earliest != "" and row.stated_earliest <= day,
    "as_of": lambda row, day: row.counts_earliest != "" and row.counts_earliest <= day,
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the parameters of a list of opinions."""
    names = draw(st.lists(st.sampled_from(sorted(FILTERS)), unique=True, max_size=3))
    asked: dict[str, Any] = {
        name: draw(st.lists(st.sampled_from(FILTERS[name][0]), min_size=1, max_size=2, unique=True))
        for name in names
    }
    for name in draw(st.lists(st.sampled_from(sorted(PERIODS)), unique=True, max_size=1)):
        asked[name] = draw(st.sampled_from(DAYS))
    return asked


@pytest.fixture
def rows(seeded: Database) -> Callable[[int | None], list[Any]]:
    """The rows that count at a release, read by SQL."""

    def read(release: int | None) -> list[Any]:
        with seeded.read() as connection:
            return list(connection.execute(as_known(sa.select(opinions), release)).all())

    return read


def let_through(rows: Iterable[Any], asked: dict[str, Any]) -> list[Any]:
    """Those rows that the parameters let through, one looked at after the other."""
    found = list(rows)
    for name, given_ in asked.items():
        if name in FILTERS:
            test = FILTERS[name][1]
            found = [row for row in found if any(test(row, one) for one in given_)]
        else:
            found = [row for row in found if PERIODS[name](row, given_)]
    return found


def stated_day(row: Any) -> str:
    """The first day it can be of; where its beginning is open, the last."""
    open_start = row.stated_earliest == OPEN_START
    return str(row.stated_latest if open_start else row.stated_earliest)


def in_order(rows: Iterable[Any], sorts: Sequence[str]) -> list[str]:
    """Their ids in an order: by one sort after the other, the last one's way also by id."""
    columns = {"recorded_at": "release", "name": "id", "id": "id"}
    found = sorted(rows, key=lambda row: row.id, reverse=bool(sorts) and sorts[-1][0] == "-")
    for sort in reversed(sorts):
        name = sort.lstrip("-")
        by = stated_day if name == "stated" else attrgetter(columns[name])
        found.sort(key=by, reverse=sort[0] == "-")
    return [row.id for row in found]


def parameters(asked: dict[str, Any]) -> dict[str, str]:
    return {k: ",".join(v) if isinstance(v, list) else v for k, v in asked.items()}


def every_page(client: TestClient, address: str, query: dict[str, str]) -> Iterator[Any]:
    answer = client.get(address, params=query)
    while True:
        assert answer.status_code == 200, answer.text
        yield answer.json()
        following = answer.json()["links"]["next"]
        if following is None:
            return
        answer = client.get(following)


def write(desk: TestClient, seeded: Database, what: str, record: dict[str, Any]) -> None:
    """Write a record, remove it, begin to write and take it back, or store the index."""
    full = record | {
        "dataset": "kazakhstan-nato",
        "evidence": [
            {"document": "kazakhstan-nato-analysis", "paragraph": 1, "start": 1, "end": 9}
        ],
    }
    address = f"/v1/opinions/{record['id']}"
    there = desk.get(address).status_code == 200
    if what == "put" and there:
        assert desk.put(address, json=full, headers=match(desk, address)).status_code == 200
    elif what == "put":
        assert desk.post("/v1/opinions", json=full).status_code == 201
    elif what == "delete" and there:
        assert desk.delete(address, headers=match(desk, address)).status_code == 204
    elif what == "undone":
        assert desk.post("/v1/opinions", json=full | {"holder": "nobody"}).status_code in (409, 422)
    elif what == "store":
        with seeded.write() as connection:
            storage.store(connection, current_release(connection))


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    written=st.lists(WRITES, min_size=1, max_size=6),
    asked=st.lists(st.tuples(questions(), ORDERS), max_size=6),
    data=st.data(),
)
def test_lists_answer_as_the_rows_do(
    desk: TestClient,
    seeded: Database,
    seeded_url: str,
    rows: Callable[[int | None], list[Any]],
    written: list[tuple[str, dict[str, Any]]],
    asked: list[tuple[dict[str, Any], list[str]]],
    data: st.DataObject,
) -> None:
    for what, record in written:
        write(desk, seeded, what, record)
    with seeded.read() as connection:
        newest = current_release(connection)
        moments = dict(connection.execute(sa.select(releases.c.id, releases.c.at)).all())
        assert list(differences(connection, newest)) == []
    with served(seeded_url) as started:  # which loads what is stored, and reads what came since
        for question, sorts in asked:
            known = data.draw(st.sampled_from([None, *moments]), label="known")
            when = {} if known is None else {"known_at": moments[known]}
            wanted = let_through(rows(known), question)
            query = parameters(question) | when | ({"sort": ",".join(sorts)} if sorts else {})
            query |= {"limit": "7", "facets": "holder,stance"}
            for client in (desk, started):
                pages = list(every_page(client, "/v1/opinions", query))
                ids = [one["id"] for page in pages for one in page["data"]]
                assert ids == in_order(wanted, sorts)
                meta = pages[0]["meta"]
                assert meta["total"] == len(wanted)
                assert meta["facets"]["holder"] == Counter(row.holder for row in wanted)
                assert meta["facets"]["stance"] == Counter(row.stance for row in wanted)
            _compare_positions(started, question, when, wanted, rows(known))


def _compare_positions(
    client: TestClient,
    question: dict[str, Any],
    when: dict[str, str],
    wanted: list[Any],
    every: list[Any],
) -> None:
    """Positions are those that the opinions let through decide; `stance` applies to them."""
    stances = question.get("stance")
    chosen = let_through(every, {k: v for k, v in question.items() if k != "stance"})
    by_subject: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for row in chosen if stances else wanted:
        one = Candidate(*(getattr(row, name) for name in Candidate._fields))
        by_subject[one.holder, one.question].append(one)
    decided = {key: decide(found) for key, found in by_subject.items()}
    expected = [
        (*key, decision.decides.stance, decision.changed, decision.conflicting)
        for key, decision in sorted(decided.items())
        if stances is None or decision.decides.stance in stances
    ]
    pages = list(every_page(client, "/v1/positions", parameters(question) | when | {"limit": "5"}))
    found = [
        (
            one["holder"]["id"],
            one["question"]["id"],
            one["stance"],
            one["changed"],
            one["conflicting"],
        )
        for page in pages
        for one in page["data"]
    ]
    assert found == expected
    assert pages[0]["meta"]["total"] == len(expected)


def test_a_change_behind_the_service_is_named(seeded: Database) -> None:
    with seeded.write() as connection:
        release = current_release(connection)
        storage.store(connection, release)
        connection.execute(
            sa.update(opinions)
            .where(opinions.c.id == "gali-full-membership")
            .values(stance="support")
        )
        found = list(differences(connection, release))
    assert any(one.startswith("stance 'support'") for one in found)
