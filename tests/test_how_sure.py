"""What is served says how sure it is: whose words or reading it rests on, and how well."""

from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

READING = {"attribution": "analyst_assessment", "confidence": "high", "speaker": "azimbai-gali"}
QUESTION = "kazakhstan-to-check-russia-and-china"


def data(client: TestClient, address: str) -> Any:
    answer = client.get(f"/v1/{address}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def known(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in READING} | {"speaker": (one["speaker"] or {}).get("id")}


@pytest.mark.parametrize("address", ["positions?", "matrix?"])
def test_a_position_says_whose_reading_it_is(client: TestClient, address: str) -> None:
    found = data(client, f"{address}holder=USA&question={QUESTION}")
    [position] = found["cells"] if "cells" in found else found
    assert known(position) == READING


def test_a_position_that_its_holder_voiced_has_no_speaker(client: TestClient) -> None:
    [position] = data(client, "positions?holder=sagadat-nurmagambetov&stance=strong_oppose")
    assert known(position) == {"attribution": "paraphrase", "confidence": "high", "speaker": None}


def test_a_tie_of_the_network_says_so_too_and_in_graphml(client: TestClient) -> None:
    ties = data(client, f"network?holder=USA&question={QUESTION}&tie=stance")["ties"]
    stance, *about = sorted(ties, key=lambda tie: tie["stance"] is None)
    assert known(stance) == READING
    assert all(known(tie) == dict.fromkeys(READING) for tie in about)
    address = f"/v1/network?holder=USA&question={QUESTION}&tie=stance&format=graphml"
    texts = {one.text for one in ElementTree.fromstring(client.get(address).text).iter()}
    assert set(READING.values()) <= texts


def test_a_camp_says_how_each_position_and_reason_is_known(client: TestClient) -> None:
    [divide] = data(client, f"divides?question={QUESTION}")
    camp = divide["favour"]
    assert [one["holder"]["id"] for one in camp["positions"]] == ["USA", "western-states"]
    assert all(known(one) == READING for one in camp["positions"])
    [read] = data(client, "divides?question=uzbekistan-satisfactory-to-nato")
    [reason] = read["against"]["reasons"]
    assert reason["holder"]["id"] == "nato"
    assert known(reason)["speaker"] == "author-of-kazakhstan-nato-analysis"


def test_no_reason_is_put_into_the_mouth_of_whom_an_analyst_reads(client: TestClient) -> None:
    """Gali says what the West would like, and gives no reason of the West's for it."""
    for holder in ("USA", "western-states"):
        [opinion] = data(client, f"opinions?holder={holder}&question={QUESTION}")
        assert opinion["reasons"] == []


@pytest.mark.parametrize("page", [f"questions/{QUESTION}", "actors/western-states"])
def test_a_page_says_who_reads_a_position_so(client: TestClient, page: str) -> None:
    shown = client.get(f"/{page}").text
    assert "as read by" in shown
    assert "Azimbai Gali" in shown.partition("as read by")[2][:200]


def test_a_country_s_page_says_who_reads_a_position_so(client: TestClient) -> None:
    shown = client.get("/countries/KAZ").text
    assert "as read by" in shown
    assert "as an analyst reads it" not in shown
