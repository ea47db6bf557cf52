"""The answers that the API's description shows are those that the service gives."""

import pytest
from starlette.testclient import TestClient

from app.web.openapi.examples import addresses, is_shown, read_examples, shortened
from tests.description import DESCRIPTION

ADDRESSES = {path: one for path, one in addresses(DESCRIPTION).items() if is_shown(path)}
EXAMPLES = read_examples()


def test_every_address_that_answers_with_json_shows_an_answer() -> None:
    assert set(EXAMPLES) == set(ADDRESSES), "run `uv run scripts/refresh-examples`"
    for path, example in EXAMPLES.items():
        answered = DESCRIPTION["paths"][path]["get"]["responses"]["200"]["content"]
        assert answered["application/json"]["example"] == example


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_answer_shown_is_the_one_given(client: TestClient, path: str) -> None:
    answer = client.get(ADDRESSES[path])
    assert answer.status_code == 200, f"{ADDRESSES[path]}: {answer.text}"
    now = shortened(answer.json())
    assert now == EXAMPLES.get(path), "run `uv run scripts/refresh-examples`"
