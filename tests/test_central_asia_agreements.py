"""The shipped agreements of Central Asia: two sources for each day, and who was bound when."""

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

FIVE = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
DATASET = "central-asia-agreements"


@pytest.fixture(scope="module")
def publishers(client: TestClient) -> dict[str, str]:
    documents = client.get(f"/v1/documents?dataset={DATASET}&format=ndjson").text.splitlines()
    return {one["id"]: one["publisher"] or one["id"] for one in map(orjson.loads, documents)}


def agreements(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    text = client.get(f"/v1/agreements?dataset={DATASET}&format=ndjson{query}").text
    return [orjson.loads(line) for line in text.splitlines()]


def bound(client: TestClient, state: str, day: str) -> set[str]:
    """The agreements that bind a state on a day."""
    return {
        one["id"]
        for one in agreements(client, f"&party={state}&as_of={day}")
        for party in one["parties"]
        if party["actor"]["id"] == state and party["status"] == "in_effect"
    }


def test_the_first_start_loads_fifty_agreements_beside_the_document(client: TestClient) -> None:
    assert len(agreements(client)) == 50
    datasets = client.get("/v1/datasets").json()["data"]
    assert {"kazakhstan-nato", DATASET} <= {one["id"] for one in datasets}


def test_each_is_of_the_five_states_or_made_for_them(client: TestClient) -> None:
    without = {
        one["id"]
        for one in agreements(client)
        if not {party["actor"]["id"] for party in one["parties"]}.intersection(FIVE)
    }
    assert without == {"semipalatinsk-protocol-2014"}  # outside powers promise, to the zone


def test_each_act_of_high_confidence_has_two_publishers(
    client: TestClient, publishers: dict[str, str]
) -> None:
    for one in agreements(client):
        for act in (act for party in one["parties"] for act in party["acts"]):
            sources = {publishers[cited["document"]] for cited in act["evidence"]}
            assert sources
            assert act["date"], one["id"]
            assert len(sources) > 1 or act["confidence"] == "medium", (one["id"], act)


def test_acts_lie_within_their_spells_and_in_the_order_of_time(client: TestClient) -> None:
    for one in agreements(client):
        for party in one["parties"]:
            days = [act["date"]["earliest"] or "" for act in party["acts"]]
            start, end = party["start"], party["end"]
            assert not (start and days) or (start["earliest"] or "") <= min(days), one["id"]
            assert not (end and days) or days[-1] <= end["latest"], one["id"]
            assert days == sorted(days), (one["id"], party["actor"])


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        ("1993-01-01", False),  # signed, not yet in force
        ("1995-01-01", True),
        ("2000-01-01", False),
        ("2006-12-31", True),
        ("2013-01-01", False),
    ],
)
def test_uzbekistan_left_collective_security_and_came_back(
    client: TestClient, day: str, stands: bool
) -> None:
    assert ("collective-security-treaty-1992" in bound(client, "UZB", day)) is stands


def test_what_binds_kazakhstan_and_russia_on_a_day(client: TestClient) -> None:
    both = bound(client, "KAZ", "2010-01-01") & bound(client, "RUS", "2010-01-01")
    assert {
        "collective-security-treaty-1992",
        "csto-charter-2002",
        "russia-kazakhstan-friendship-1992",
        "sco-charter-2002",
    } <= both
    assert "russia-kazakhstan-alliance-2013" not in both


def test_partners_joined_on_their_own_days(client: TestClient) -> None:
    [partnership] = client.get(
        "/v1/agreements?id=partnership-for-peace-framework-1994&as_of=1994-06-30"
    ).json()["data"]
    partners = {party["actor"]["id"] for party in partnership["parties"]}
    assert partners == {"nato", "KAZ", "KGZ", "RUS", "TKM"}
