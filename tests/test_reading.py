"""What the lists and items answer, where a caller writes things another way."""

import pytest
from starlette.testclient import TestClient

from tests.conftest import World


def ids(client: TestClient, address: str) -> list[str]:
    """The ids that a list answers with."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/v1/countries?id=kz,RUS,840", ["KAZ", "RUS", "USA"]),
        ("/v1/countries?id=kz,KAZ,nowhere", ["KAZ"]),
        ("/v1/countries?id=nowhere", []),
        ("/v1/actors?id=kz,nato,kazakhstan,nobody", ["KAZ", "nato"]),
        ("/v1/organizations?id=nato,nobody", ["nato"]),
    ],
)
def test_a_batch_takes_ids_in_any_writing_and_leaves_out_the_unknown(
    client: TestClient, address: str, found: list[str]
) -> None:
    assert ids(client, address) == found


AGREED = """
- id: made
  title: Made
  agreement_type: treaty
  status: in_effect
  parties: [{actor: AAA, role: member, status: in_effect}, {actor: club, role: host, status: in_effect}]
  evidence: &here [{document: paper, paragraph: 1, start: 1, end: 9}]
- id: wooed
  title: Wooed
  agreement_type: treaty
  status: in_effect
  parties: [{actor: BBB, role: candidate, status: considered}, {actor: club, role: host, status: in_effect}]
  evidence: *here
- id: mooted
  title: Mooted
  agreement_type: talks
  status: under_discussion
  parties: [{actor: CCC, role: partner, status: under_discussion}, {actor: club, role: host, status: under_discussion}]
  evidence: *here
- id: watched
  title: Watched
  agreement_type: status
  status: in_effect
  parties: [{actor: diet, role: observer, status: in_effect}, {actor: club, role: host, status: in_effect}]
  evidence: *here
"""  # noqa: E501  a table


@pytest.fixture
def treaties(world: World) -> TestClient:
    """A club, and four countries with their ways to have to do with it."""
    return world(
        countries="".join(f"- {{id: {one}, name: Land {one}}}\n" for one in COUNTRIES),
        organizations="[{id: club, name: Club}, {id: diet, name: Diet, country: DDD}]",
        documents="- {id: paper, source_type: treaty_text, characters: 100, paragraphs: 3}",
        agreements=AGREED,
    )


COUNTRIES = ("AAA", "BBB", "CCC", "DDD")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("party=AAA&role=host", []),
        ("party=AAA&role=member", ["made"]),
        ("party=club&role=host,observer", ["made", "mooted", "watched", "wooed"]),
        ("party=AAA,BBB&role=candidate", ["wooed"]),
        ("role=candidate", ["wooed"]),
        ("party=BBB", ["wooed"]),
    ],
)
def test_a_party_and_a_role_are_of_the_same_party(
    treaties: TestClient, query: str, found: list[str]
) -> None:
    assert ids(treaties, f"/v1/agreements?{query}") == found


def test_countries_are_tied_to_an_organization_by_what_was_agreed(treaties: TestClient) -> None:
    assert ids(treaties, "/v1/countries?organization=club") == ["AAA", "DDD"]
    assert ids(treaties, "/v1/countries?agreement=wooed") == ["BBB"], "in any role"


def test_a_country_is_tied_to_an_assembly_by_its_parliament(client: TestClient) -> None:
    assert "KAZ" in ids(client, "/v1/countries?organization=nato-parliamentary-assembly")
    assert "KGZ" in ids(client, "/v1/countries?organization=nato"), "a partner since 1994"
    talking = ids(client, "/v1/countries?organization=kazakhstan-armed-forces")
    assert "USA" not in talking, "nothing is agreed"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/v1/search?q=accord 1996", "kazakhstan-nato-1996-security-agreement"),
        ("/v1/search?q=signing 1996", "kazakhstan-nato-1996-agreement-signed"),
        ("/v1/search?q=nurmaganbetov", "sagadat-nurmagambetov"),
        ("/v1/search?q=Nurmağambetov", "sagadat-nurmagambetov"),
    ],
)
def test_a_record_is_found_by_what_people_call_it(
    client: TestClient, address: str, found: str
) -> None:
    hits = client.get(address).json()["data"]
    assert found in [hit["record"]["id"] for hit in hits]


@pytest.mark.parametrize("asked", ["garcía", "garcia", "GARCÍA"])
def test_a_hit_shows_its_text_around_the_word(world: World, asked: str) -> None:
    summary = f"{'It goes on. ' * 40}Then it met García, and went home."
    client = world(topics=f"[{{id: walk, name: A walk, summary: {summary!r}}}]")
    [hit] = client.get(f"/v1/search?q={asked}").json()["data"]
    assert hit["record"]["name"] == "A walk"
    assert hit["snippet"].startswith("…")
    assert "met García" in hit["snippet"]


def test_a_code_that_is_nearly_right_is_told_as_answers_tell_it(client: TestClient) -> None:
    assert "'UZB'" in client.get("/v1/countries/uzp").json()["detail"]
    assert "'uzbekistan'" in client.get("/v1/countries/uzbekistam").json()["detail"]


def test_a_profile_as_of_a_day_lists_no_threat_that_nobody_named_yet(client: TestClient) -> None:
    now = client.get("/v1/countries/KAZ/profile").json()["data"]["threats"]
    assert now
    assert all(threat["positions"] for threat in now)
    then = client.get("/v1/countries/KAZ/profile?as_of=1990-01-01").json()["data"]["threats"]
    assert then == []
