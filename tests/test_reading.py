"""What the lists and items answer, where a caller writes things another way."""

import pytest
from starlette.testclient import TestClient


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
