"""The timeline, the matrix, the network and the profile: what there is, put side by side."""

from io import StringIO
from typing import Any

import networkx as nx
import pytest
from starlette.testclient import TestClient

from tests.conftest import World
from tests.reports import COUNTRIES, PAPERS, opinion, questions

ORGANIZATIONS = """
- id: army
  name: Army of Kazakhstan
  country: KAZ
- {id: pact, name: The Pact}
"""
OFFICERS = """
- id: ann
  name: Ann
  country: KAZ
  memberships:
    - {organization: army, role: General, status: current, start: 2002,
       evidence: [{document: paper, paragraph: 1, start: 1, end: 9}]}
- {id: bob, name: Bob}
- {id: cid, name: Cid}
"""
EVIDENCE = "evidence: [{document: paper, paragraph: 1, start: 1, end: 9}]"
AGREEMENTS = f"""
- id: treaty
  title: The treaty
  agreement_type: treaty
  status: in_effect
  signed: 2001-04-05
  in_force: 2002
  parties:
    - {{actor: KAZ, role: signatory, status: in_effect}}
    - {{actor: pact, role: signatory, status: in_effect}}
  {EVIDENCE}
- id: talks
  title: The talks
  agreement_type: talks
  status: under_discussion
  parties: [{{actor: RUS, role: candidate, status: considered}}]
  {EVIDENCE}
"""
EVENTS = f"""
- id: visit
  title: A visit
  event_type: visit
  date: 2004-21
  participants: [{{actor: ann, role: visitor}}]
  {EVIDENCE}
- id: clash
  title: A clash
  event_type: clash
  place: The border of Kazakhstan
  participants: [{{actor: bob, role: actor}}]
  {EVIDENCE}
"""
OPINIONS = (
    opinion("a1", "ann", "join", "oppose", "2001"),
    opinion("a2", "ann", "join", "support", "2003"),
    opinion("b1", "bob", "join", "support"),
    opinion("k1", "KAZ", "pay", "neutral", "2001-04-05"),
    opinion("r1", "RUS", "pay", "ambivalent", "2002", document="second"),
    opinion("u1", "cid", "pay", "no_position", document="undated"),
)


def small(world: World, *opinions: str) -> TestClient:
    return world(
        people=OFFICERS,
        countries=COUNTRIES,
        organizations=ORGANIZATIONS,
        documents=PAPERS,
        agreements=AGREEMENTS,
        events=EVENTS,
        questions=questions("join", "pay"),
        opinions="".join(opinions or OPINIONS),
    )


def asked(client: TestClient, address: str) -> Any:
    answer = client.get(f"/v1/{address}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def entries(client: TestClient, query: str = "") -> list[tuple[str, str]]:
    return [
        (row["record"]["id"], row["what"]) for row in asked(client, f"timeline?{query}")["data"]
    ]


IN_ORDER = [
    ("a1", "oppose"),
    ("treaty", "signed"),
    ("k1", "neutral"),
    ("treaty", "in_force"),
    ("r1", "ambivalent"),
    ("a2", "support"),
    ("visit", "visit"),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", IN_ORDER),
        (
            "undated=true",
            [("talks", "signed"), ("clash", "clash"), ("b1", "support"), ("u1", "no_position")],
        ),
        ("kind=event", [("visit", "visit")]),
        ("kind=agreement&from=2002-06-01", [("treaty", "in_force")]),
        ("from=2004-05-01&to=2004-05-02", [("visit", "visit")]),
        ("from=2004-06-01", []),
        ("to=2001-04-05", IN_ORDER[:3]),
        ("as_of=2001-04-05", IN_ORDER[:3]),
        ("as_of=2005-05-31&undated=true", []),
        (
            "as_of=2005-06-01&undated=true",
            [("talks", "signed"), ("clash", "clash"), ("b1", "support")],
        ),
        ("country=KAZ", [one for one in IN_ORDER if one[0] != "r1"]),
        ("actor=ann", [("a1", "oppose"), ("a2", "support"), ("visit", "visit")]),
        ("actor=pact", [("treaty", "signed"), ("treaty", "in_force")]),
        ("question=join", [("a1", "oppose"), ("a2", "support")]),
        ("agreement=treaty", [("treaty", "signed"), ("treaty", "in_force")]),
        ("document=second", [("r1", "ambivalent")]),
        (
            "dataset=small&kind=opinion",
            [one for one in IN_ORDER if one[0] in ("a1", "a2", "k1", "r1")],
        ),
    ],
)
def test_the_timeline_runs_by_date(
    query: str, expected: list[tuple[str, str]], world: World
) -> None:
    assert entries(small(world), query) == expected


def test_what_has_no_beginning_stands_where_it_ends_and_counts_by_every_day(world: World) -> None:
    """The source does not say that it was before all else, nor that it was not yet so."""
    client = small(
        world,
        opinion("said-by-2003", "ann", "join", "support", "../2003-12-31"),
        opinion("said-in-2001", "bob", "join", "oppose", "2001"),
        opinion("said-since-2004", "cid", "join", "oppose", "2004/.."),
        opinion("said-by-1999", "KAZ", "join", "oppose", "/1999"),
    )
    said = ["said-by-1999", "said-in-2001", "said-by-2003", "said-since-2004"]
    listed = asked(client, "timeline?kind=opinion&limit=1")
    assert [one for one, _ in every_entry(client, listed)] == said
    assert [one for one, _ in entries(client, "kind=opinion&as_of=1980-01-01")] == [
        "said-by-1999",
        "said-by-2003",
    ]
    for sort, order in (("stated", said), ("-stated", said[::-1])):
        listed = asked(client, f"opinions?sort={sort}&limit=1")
        assert [one for one, _ in every_entry(client, listed)] == order
        table = client.get(f"/v1/opinions?sort={sort}&fields=id&format=csv").text
        assert table.split()[1:] == order


def every_entry(client: TestClient, page: Any) -> list[tuple[str, str]]:
    """The rows of all pages, each by id."""
    found = [(row.get("record", row)["id"], row["stance"]) for row in page["data"]]
    following = page["links"]["next"]
    return found + (every_entry(client, client.get(following).json()) if following else [])


def test_the_early_view_is_never_later_than_the_one_that_followed_it(client: TestClient) -> None:
    """What the document calls the mood at first counts on every day by which its later one does."""
    early = "opinion-in-kazakhstan-nato-protects-early"
    for day in ("2005-03-24", "2006-12-19", "2006-12-20"):
        found = asked(client, f"opinions?holder=opinion-in-kazakhstan&as_of={day}")["data"]
        assert early in [one["id"] for one in found], day
    listed = [one["record"]["id"] for one in asked(client, "timeline?limit=500")["data"]]
    assert listed.index("kazakhstan-cooperation-1996") < listed.index(early)


def test_vague_dates_stay_vague_and_undated_ones_are_counted(world: World) -> None:
    answer = asked(small(world), "timeline")
    assert answer["meta"]["undated"] == 4
    assert answer["meta"]["total"] == len(IN_ORDER)
    assert answer["data"][-1]["date"]["edtf"] == "2004-21"
    assert answer["data"][-1]["date"]["precision"] == "season"
    assert [one["id"] for one in answer["data"][1]["actors"]] == ["KAZ", "pact"]


def test_the_pages_of_the_timeline_follow_one_another(world: World) -> None:
    client = small(world)
    address, seen = "timeline?limit=2", []
    while address:
        page = asked(client, address)
        seen += [(row["record"]["id"], row["what"]) for row in page["data"]]
        address = (page["links"]["next"] or "").removeprefix("/v1/")
    assert seen == IN_ORDER
    lines = client.get("/v1/timeline?format=ndjson").text.splitlines()
    assert len(lines) == len(IN_ORDER)
    header = client.get("/v1/timeline?format=csv").text.splitlines()[0]
    dates = ("text", "earliest", "latest", "precision", "edtf", "basis", "reason")
    assert header.startswith(",".join([*(f"date_{part}" for part in dates), "kind,what"]))


def test_the_matrix_is_sparse_and_paged_both_ways(world: World) -> None:
    client = small(world)
    whole = asked(client, "matrix")
    assert [one["id"] for one in whole["data"]["holders"]] == ["KAZ", "RUS", "ann", "bob", "cid"]
    assert [one["id"] for one in whole["data"]["questions"]] == ["join", "pay"]
    cells = {(c["holder"]["id"], c["question"]["id"]): c for c in whole["data"]["cells"]}
    assert sorted(cells) == [
        ("KAZ", "pay"), ("RUS", "pay"), ("ann", "join"), ("bob", "join"), ("cid", "pay"),
    ]  # fmt: skip
    assert (cells["ann", "join"]["opinions"], cells["ann", "join"]["changed"]) == (2, True)
    assert cells["KAZ", "pay"]["stance"] == "neutral"
    assert cells["cid", "pay"]["stance"] == "no_position"
    paged: dict[Any, Any] = {}
    across = "matrix?holder_limit=2&question_limit=1"
    while across:
        down = across
        while down:
            page = asked(client, down)
            assert (page["meta"]["holders"], page["meta"]["questions"]) == (5, 2)
            paged |= {(c["holder"]["id"], c["question"]["id"]): c for c in page["data"]["cells"]}
            down = (page["links"]["next_holders"] or "").removeprefix("/v1/")
        across = (asked(client, across)["links"]["next_questions"] or "").removeprefix("/v1/")
    assert paged == cells
    early = asked(client, "matrix?as_of=2001-12-31")
    assert [(c["holder"]["id"], c["stance"]) for c in early["data"]["cells"]] == [
        ("KAZ", "neutral"),
        ("ann", "oppose"),
    ]


def test_a_cursor_of_one_side_is_not_one_of_the_other(world: World) -> None:
    client = small(world)
    following = asked(client, "matrix?holder_limit=2")["links"]["next_holders"]
    swapped = following.replace("holder_cursor", "question_cursor")
    assert client.get(swapped).status_code == 422


def ties(client: TestClient, query: str = "") -> set[tuple[str, str, str]]:
    found = asked(client, f"network?{query}")["data"]["ties"]
    return {(tie["source"], tie["relation"], tie["target"]) for tie in found}


def test_the_network_ties_parties_members_and_positions(world: World) -> None:
    client = small(world)
    assert ties(client, "tie=party,member") == {
        ("actor:KAZ", "party_to", "agreement:treaty"),
        ("actor:pact", "party_to", "agreement:treaty"),
        ("actor:RUS", "party_to", "agreement:talks"),
        ("actor:ann", "member_of", "actor:army"),
    }
    assert ties(client, "tie=stance&holder=ann,cid") == {
        ("actor:ann", "for", "question:join"),
        ("actor:cid", "no_position", "question:pay"),
        ("question:join", "about", "actor:KAZ"),
        ("question:join", "about", "actor:RUS"),
        ("question:pay", "about", "actor:KAZ"),
        ("question:pay", "about", "actor:RUS"),
    }
    assert ("actor:ann", "against", "question:join") in ties(client, "as_of=2001-12-31")
    assert ties(client, "as_of=2001-12-31&tie=party,member") == {
        ("actor:KAZ", "party_to", "agreement:treaty"),
        ("actor:pact", "party_to", "agreement:treaty"),
    }
    assert ties(client, "question_kind=vote&tie=stance") == set()


def test_other_programs_read_the_graphml(world: World) -> None:
    client = small(world)
    answer = client.get("/v1/network", headers={"Accept": "application/graphml+xml"})
    assert answer.headers["content-type"].startswith("application/graphml+xml")
    graph = nx.read_graphml(StringIO(answer.text), force_multigraph=True)
    data = asked(client, "network")["data"]
    assert sorted(graph) == [node["id"] for node in data["nodes"]]
    assert graph.number_of_edges() == len(data["ties"])
    assert graph.nodes["actor:pact"]["label"] == "The Pact"


def test_the_profile_holds_what_there_is_about_a_country(world: World) -> None:
    told = asked(small(world), "countries/kaz/profile")["data"]
    assert told["country"] == {"id": "KAZ", "kind": "country", "name": "Kazakhstan"}
    assert [one["id"] for one in told["organizations"]] == ["army"]
    assert [one["id"] for one in told["people"]] == ["ann"]
    assert [(a["agreement"]["id"], a["role"]) for a in told["agreements"]] == [
        ("treaty", "signatory")
    ]
    assert [(o["holder"]["id"], o["role"], o["organization"]["id"]) for o in told["offices"]] == [
        ("ann", "General", "army")
    ]
    held = [(p["holder"]["id"], p["question"]["id"], p["stance"]) for p in told["positions"]]
    assert held == [("ann", "join", "support"), ("KAZ", "pay", "neutral")]
    about = [(p["holder"]["id"], p["question"]["id"]) for p in told["held_about"]]
    assert about == [("bob", "join"), ("RUS", "pay"), ("cid", "pay")]
    assert [event["event"]["id"] for event in told["events"]] == ["visit", "clash"]
    assert [[one["id"] for one in threat["threats"]] for threat in told["threats"]] == [["RUS"]] * 2
    assert told["votes"] == {"n": 0, "favour": 0, "neither": 0, "against": 0}
    assert (told["closest"], told["farthest"], told["shifts"]) == ([], [], [])


def test_the_profile_as_of_a_day_knows_no_more_than_that_day(world: World) -> None:
    answer = asked(small(world), "countries/KAZ/profile?as_of=2001-04-30")
    told = answer["data"]
    assert [one["agreement"]["id"] for one in told["agreements"]] == ["treaty"]
    assert told["offices"] == []
    assert told["events"] == []
    assert [(p["holder"]["id"], p["stance"]) for p in told["positions"]] == [
        ("ann", "oppose"),
        ("KAZ", "neutral"),
    ]
    assert told["held_about"] == []
    assert answer["meta"]["as_of"] == "2001-04-30"


def test_a_profile_of_no_country_is_not_found(client: TestClient) -> None:
    answer = client.get("/v1/countries/KAS/profile")
    assert answer.status_code == 404
    assert "no country has the id" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["timeline", "matrix", "network", "countries/KAZ/profile"])
def test_an_earlier_state_of_the_data_is_shown_as_it_was(address: str, world: World) -> None:
    before = small(world)
    moment = asked(before, "opinions/a1")["data"]["recorded_at"]
    then = asked(before, address)["data"]
    after = small(world, *OPINIONS[:2])
    assert asked(after, address)["data"] != then
    assert asked(after, f"{address}?known_at={moment}")["data"] == then


def test_the_seeds_profile_tells_of_kazakhstan(client: TestClient) -> None:
    told = asked(client, "countries/KAZ/profile")["data"]
    assert "partnership-for-peace" in [one["agreement"]["id"] for one in told["agreements"]]
    assert "nursultan-nazarbayev" in [one["holder"]["id"] for one in told["offices"]]
    assert told["threats"]
