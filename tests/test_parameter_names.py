"""A parameter by another name is told the right one, by what it means and not by its letters."""

import pytest
from starlette.testclient import TestClient

SAID = {
    "/v1/agreements?who=KAZ": "here it is 'party'",
    "/v1/events?state=KAZ": "here it is 'participant'",
    "/v1/events?country=KAZ": "here it is 'participant'",
    "/v1/events?treaty=partnership-for-peace": "here it is 'agreement'",
    "/v1/opinions?motion=x": "here it is 'question'",
    "/v1/opinions?source=x": "here it is 'document' or 'dataset'",
    "/v1/opinions?since=2001": "here it is 'stated_from'",
    "/v1/agreements?until=2001": "here it is 'signed_to'",
    "/v1/opinions?page=2": "here it is 'cursor'",
    "/v1/opinions?per_page=2": "here it is 'limit'",
    "/v1/opinions?order_by=stated": "here it is 'sort'",
    "/v1/opinions?search=nato": "here it is 'q'",
    "/v1/opinions?columns=id": "here it is 'fields'",
    "/v1/opinions?questoin=x": "did you mean 'question'?",
}


@pytest.mark.parametrize(("address", "said"), SAID.items())
def test_a_parameter_by_another_name_is_told_the_right_one(
    client: TestClient, address: str, said: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert fault["detail"].endswith(f"; {said}"), fault["detail"]
