"""How far holders agree: the figures, the periods, and what does not count."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import assembly
from tests.assembly import FILES, STATES, votes
from tests.conftest import Make, World
from tests.reports import COUNTRIES, PAPERS, PEOPLE, opinion, questions


@pytest.fixture(scope="module")
def client_of_assembly(
    make_database: Make, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    with assembly.assembly(make_database, tmp_path_factory.mktemp("assembly")) as client:
        yield client


def rows(client: TestClient, query: str) -> list[Any]:
    answer = client.get(f"/v1/alignment?{query}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["data"]
    return found


def figures(row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in ("n", "coincidence", "s", "kappa", "pi")]


def by_the_book(pairs: list[tuple[int, int]], least: int = 1) -> list[Any]:
    """The figures as their authors define them, each from the votes themselves."""
    n = len(pairs)
    if n < least:
        return [n, None, None, None, None]
    same = sum(Fraction(2 - abs(a - b), 2) for a, b in pairs) / n
    observed = Fraction(sum(abs(a - b) for a, b in pairs), n)
    own = Fraction(sum(abs(a - b) for a, _ in pairs for _, b in pairs), n * n)
    pool = [vote for pair in pairs for vote in pair]
    common = Fraction(sum(abs(a - b) for a in pool for b in pool), len(pool) ** 2)
    kappa = 1 - observed / own if own else None
    pi = 1 - observed / common if common else None
    return [
        n,
        *(None if f is None else round(float(f), 6) for f in (same, 1 - observed, kappa, pi)),
    ]


@pytest.mark.parametrize(("a", "b"), list(combinations(STATES, 2)))
def test_the_figures_are_those_of_the_book(a: str, b: str, client_of_assembly: TestClient) -> None:
    [row] = rows(client_of_assembly, f"a={a}&b={b}&minimum_n=1")
    assert (row["a"]["id"], row["b"]["id"], row["period"]) == (a, b, None)
    assert figures(row) == by_the_book(votes(a, b))


PARTS = {
    "year": {
        "1995": ("1995-01-01", "1995-12-31"),
        "1996": ("1996-01-01", "1996-12-31"),
        "1999": ("1999-01-01", "1999-12-31"),
        "2000": ("2000-01-01", "2000-12-31"),
    },
    "decade": {"199X": ("1990-01-01", "1999-12-31"), "200X": ("2000-01-01", "2009-12-31")},
    "session": {
        "49": ("1995-03-01", "1995-03-02"),
        "50": ("1995-11-01", "1996-03-01"),
        "51": ("1996-11-01", "1996-11-02"),
        "54": ("1999-11-01", "2000-02-01"),
        "55": ("2000-11-01", "2000-12-02"),
    },
}


@pytest.mark.parametrize("by", PARTS)
def test_each_period_has_a_row(by: str, client_of_assembly: TestClient) -> None:
    found = rows(client_of_assembly, f"a=KAZ&b=RUS,USA&by={by}&minimum_n=1")
    expected = {
        (b, name): by_the_book(votes("KAZ", b, days))
        for b in ("RUS", "USA")
        for name, days in PARTS[by].items()
    }
    assert [(row["b"]["id"], row["period"]) for row in found] == sorted(expected)
    assert {(row["b"]["id"], row["period"]): figures(row) for row in found} == expected


def test_a_topic_has_what_is_below_it_too(client_of_assembly: TestClient) -> None:
    found = rows(client_of_assembly, "a=KAZ&b=USA&by=topic&minimum_n=1")
    assert [(row["period"], row["topic"]["name"]) for row in found] == [
        ("arms", "Arms"),
        ("security", "Security"),
    ]
    assert figures(found[0]) == by_the_book(votes("KAZ", "USA", topics="arms"))
    assert figures(found[1]) == by_the_book(votes("KAZ", "USA", topics="arms security"))
    for row in found:
        [alone] = rows(client_of_assembly, f"a=KAZ&b=USA&topic={row['period']}&minimum_n=1")
        assert figures(alone) == figures(row)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("from=1995-11-01&to=1999-11-01", ("1995-11-01", "1999-11-01")),
        ("from=1999-11-02", ("1999-11-02", "~")),
        ("to=1996-11-01", ("", "1996-11-01")),
        ("as_of=1996-11-01", ("", "1996-11-01")),
        ("from=1996-01-01&to=2000-12-31&as_of=1999-11-01", ("1996-01-01", "1999-11-01")),
        ("dataset=small", ("", "~")),
        ("attribution=vote&document=rolls", ("", "~")),
    ],
)
def test_a_period_is_as_asked_for_two_and_for_all(
    query: str, days: tuple[str, str], client_of_assembly: TestClient
) -> None:
    [pair] = rows(client_of_assembly, f"a=KAZ&b=GBR&minimum_n=1&{query}")
    assert figures(pair) == by_the_book(votes("KAZ", "GBR", days))
    among_all = {
        row["b"]["id"]: row for row in rows(client_of_assembly, f"a=KAZ&minimum_n=1&{query}")
    }
    assert sorted(among_all) == sorted(set(STATES) - {"KAZ"})
    assert among_all["GBR"] == pair


def test_below_minimum_n_the_figures_are_null_and_say_so(client_of_assembly: TestClient) -> None:
    answer = client_of_assembly.get("/v1/alignment?a=KAZ&b=RUS&to=1995-12-31").json()
    assert figures(answer["data"][0]) == [4, None, None, None, None]
    assert answer["meta"]["minimum_n"] == 10
    assert "Häge 2011" in answer["meta"]["method"]
    assert [one["dataset"] for one in answer["meta"]["citations"]] == ["small"]
    assert figures(rows(client_of_assembly, "a=KAZ&b=RUS")[0])[0] >= 10


def test_pages_follow_one_another_and_the_files_hold_the_whole(
    client_of_assembly: TestClient,
) -> None:
    query = "a=KAZ,USA&by=year&minimum_n=2"
    whole = rows(client_of_assembly, f"{query}&limit=500")
    address, paged = f"/v1/alignment?{query}&limit=5", []
    while address:
        page = client_of_assembly.get(address).json()
        assert page["meta"]["total"] == len(whole)
        paged += page["data"]
        address = page["links"]["next"]
    assert paged == whole
    lines = client_of_assembly.get(f"/v1/alignment?{query}&format=ndjson").text.splitlines()
    assert len(lines) == len(whole)
    table = client_of_assembly.get(f"/v1/alignment?{query}&format=csv").text.splitlines()
    assert table[0] == "a,a_name,b,b_name,period,topic,topic_name,n,coincidence,s,kappa,pi"
    assert len(table) == len(whole) + 1
    ordered = rows(client_of_assembly, f"{query}&sort=-s&limit=500")
    known = [row["s"] for row in ordered if row["s"] is not None]
    assert known == sorted(known, reverse=True)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("b=KAZ", "'a' is needed"),
        ("a=KAZ&by=month", "by"),
        ("a=KAZZ", "KAZ"),
        ("a=KAZ&topc=arms", "topic"),
        ("a=KAZ&minimum_n=0", "minimum_n"),
        ("a=KAZ&limit=2&cursor=bm9uc2Vuc2U", "cursor"),
    ],
)
def test_what_is_wrong_is_refused(query: str, says: str, client_of_assembly: TestClient) -> None:
    answer = client_of_assembly.get(f"/v1/alignment?{query}")
    assert answer.status_code == 422
    assert says in answer.text


def test_a_cursor_serves_its_own_query_only(client_of_assembly: TestClient) -> None:
    following = client_of_assembly.get("/v1/alignment?a=KAZ&limit=1").json()["links"]["next"]
    other = following.replace("a=KAZ", "a=RUS")
    assert client_of_assembly.get(other).status_code == 422


def test_experts_compare_by_the_same_code(client: TestClient) -> None:
    [row] = rows(client, "a=azimbai-gali&b=sagadat-nurmagambetov&minimum_n=1")
    assert figures(row)[:3] == [1, 0.0, -1.0]


def test_what_has_no_number_does_not_count(world: World) -> None:
    client = world(
        people=PEOPLE,
        countries=COUNTRIES,
        documents=PAPERS,
        questions=questions("join", "pay", "go", "stay"),
        opinions=opinion("o1", "ann", "join", "support")
        + opinion("o2", "bob", "join", "ambivalent")
        + opinion("o3", "ann", "pay", "no_position")
        + opinion("o4", "bob", "pay", "oppose")
        + opinion("o5", "ann", "go", "strong_support")
        + opinion("o6", "bob", "go", "support")
        + opinion("o7", "ann", "stay", "neutral"),
    )
    [row] = rows(client, "a=ann&b=bob&minimum_n=1")
    assert figures(row)[:3] == [1, 1.0, 1.0]


def test_a_period_knows_what_was_said_in_it(world: World) -> None:
    """Ann changed her mind; in each year the position is that of the year."""
    client = world(
        people=PEOPLE,
        countries=COUNTRIES,
        documents=PAPERS,
        questions=questions("join", "pay"),
        opinions=opinion("o1", "ann", "join", "oppose", "2001-02-03")
        + opinion("o2", "ann", "join", "support", "2003")
        + opinion("o3", "bob", "join", "support", "2001/2003")
        + opinion("o4", "bob", "pay", "support")
        + opinion("o5", "ann", "pay", "support", document="undated"),
    )
    found = rows(client, "a=ann&b=bob&by=year&minimum_n=1")
    assert [(row["period"], *figures(row)[:2]) for row in found] == [
        ("2001", 1, 0.0),
        ("2003", 1, 1.0),
    ]
    assert figures(rows(client, "a=ann&b=bob&minimum_n=1")[0])[:2] == [2, 1.0]
    early = client.get("/v1/alignment?a=ann&b=bob&minimum_n=1&as_of=2002-01-01").json()
    assert figures(early["data"][0])[:2] == [1, 0.0]
    assert (early["meta"]["as_of"], early["meta"]["undated"]) == ("2002-01-01", 1)
    assert rows(client, "a=ann&minimum_n=1&as_of=2002-01-01") == early["data"]


def test_an_earlier_state_of_the_data_answers_as_it_did(world: World) -> None:
    before = world(**FILES)
    moment = before.get("/v1/opinions/r01-kaz").json()["data"]["recorded_at"]
    query = "/v1/alignment?a=KAZ&b=USA&by=year&minimum_n=1"
    then = before.get(query).json()
    after = world(**FILES | {"opinions": FILES["opinions"].replace("oppose", "support")})
    assert after.get(query).json()["data"] != then["data"]
    assert after.get(f"{query}&known_at={moment}").json()["data"] == then["data"]
    all_then = before.get("/v1/alignment?a=KAZ&minimum_n=1").json()["data"]
    known = after.get(f"/v1/alignment?a=KAZ&minimum_n=1&known_at={moment}").json()["data"]
    assert {row["b"]["id"] for row in known} == set(STATES) - {"KAZ"}
    assert all_then != known  # the same service now answers from the newer release


def test_blocs_are_found_with_their_fit(client_of_assembly: TestClient) -> None:
    answer = client_of_assembly.get("/v1/blocs").json()
    blocs = [{one["actor"]["id"] for one in bloc["members"]} for bloc in answer["data"]]
    assert blocs == [{"USA", "GBR", "FRA"}, {"KAZ", "RUS"}]
    assert [bloc["bloc"] for bloc in answer["data"]] == [1, 2]
    pairs = [by_the_book(votes(a, b)) for a, b in combinations(("USA", "GBR", "FRA"), 2)]
    first = answer["data"][0]
    assert first["n"] == sum(pair[0] for pair in pairs)
    assert first["cohesion"] == pytest.approx(sum(pair[2] for pair in pairs) / 3, abs=2e-6)
    fits = [member["fit"] for member in first["members"]]
    assert fits == sorted(fits, reverse=True)
    assert answer["meta"]["minimum_n"] == 10
    assert answer["meta"]["unplaced"] == []


@pytest.mark.parametrize("clock", ["as_of=1995-12-31", "to=1995-12-31", "from=2000-12-02"])
def test_too_little_to_say_places_nobody(clock: str, client_of_assembly: TestClient) -> None:
    answer = client_of_assembly.get(f"/v1/blocs?{clock}").json()
    assert answer["data"] == []
    assert [one["id"] for one in answer["meta"]["unplaced"]] == sorted(STATES)
    assert answer["meta"]["pairs_left_out"] == 10


def test_blocs_of_an_earlier_state(world: World) -> None:
    before = world(**FILES)
    moment = before.get("/v1/opinions/r01-kaz").json()["data"]["recorded_at"]
    then = before.get("/v1/blocs").json()["data"]
    after = world(**FILES | {"opinions": FILES["opinions"].replace("oppose", "support")})
    assert after.get("/v1/blocs").json()["data"] != then
    assert after.get(f"/v1/blocs?known_at={moment}").json()["data"] == then


def test_the_same_release_gives_the_same_bytes(
    make_database: Make, tmp_path_factory: pytest.TempPathFactory, client_of_assembly: TestClient
) -> None:
    with assembly.assembly(make_database, tmp_path_factory.mktemp("again")) as other:
        for query in (
            "alignment?a=KAZ&by=year",
            "blocs",
            "divides",
            "matrix",
            "network",
            "timeline",
        ):
            first, second = (c.get(f"/v1/{query}").json() for c in (client_of_assembly, other))
            assert first["data"] == second["data"]
