"""What cites a document, paragraph by paragraph."""

from typing import Any

from starlette.testclient import TestClient

CLAIMS = "/v1/documents/kazakhstan-nato-analysis/claims"


def claims(client: TestClient, query: str = "") -> Any:
    answer = client.get(f"{CLAIMS}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_claims_come_in_the_order_of_the_text(client: TestClient) -> None:
    found = claims(client)
    places = [(claim["paragraph"], claim["evidence"][0]["start"]) for claim in found["data"]]
    assert places == sorted(places)
    assert {paragraph for paragraph, _ in places} == {1, 2, 3, 4, 5, 6}
    assert found["meta"]["total"] == len(places)
    assert "total_relation" not in found["meta"]


def test_a_limit_shows_the_first_claims_and_counts_them_all(client: TestClient) -> None:
    everything = claims(client)
    few = claims(client, "limit=3")
    assert few["data"] == everything["data"][:3]
    assert few["meta"]["total"] == everything["meta"]["total"]


def test_a_limit_holds_within_a_paragraph(client: TestClient) -> None:
    fourth = claims(client, "paragraph=4")
    few = claims(client, "paragraph=4&limit=3")
    assert [claim["paragraph"] for claim in few["data"]] == [4, 4, 4]
    assert few["data"] == fourth["data"][:3]
    assert few["meta"]["total"] == fourth["meta"]["total"] == len(fourth["data"])
