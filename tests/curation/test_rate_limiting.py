"""Limits are off until set; then each key and each address has its own."""

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.errors import Unavailable
from app.settings import Settings
from app.web.requests import auth
from tests.conftest import served
from tests.curation.conftest import MakeKey, topic


def test_there_is_no_limit_until_one_is_set(visitor: TestClient) -> None:
    assert "ratelimit" not in visitor.get("/v1/topics").headers


def test_reads_are_limited_by_address_and_by_valid_key(seeded_url: str, key: MakeKey) -> None:
    with served(seeded_url, rate_limit_reads="3/hour") as client:
        told = [client.get("/v1/topics").headers["ratelimit"] for _ in range(3)]
        assert [one.split(";")[1] for one in told] == ["r=2", "r=1", "r=0"]
        refused = client.get("/v1/topics")
        assert refused.status_code == 429
        assert refused.headers["ratelimit-policy"] == '"reads";q=3;w=3600'
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert refused.json()["code"] == "too_many_requests"
        made_up = {"Authorization": f"Bearer pos_{'0' * 12}_{'A' * 43}"}
        assert client.get("/v1/topics", headers=made_up).status_code == 429
        own = {"Authorization": f"Bearer {key('read')}"}
        assert client.get("/v1/topics", headers=own).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_changes_have_a_limit_of_their_own(seeded_url: str, key: MakeKey) -> None:
    headers = {"Authorization": f"Bearer {key('curate')}"}
    with served(seeded_url, rate_limit_changes="1/hour") as client:
        assert client.post("/v1/topics", json=topic("a"), headers=headers).status_code == 201
        assert client.post("/v1/topics", json=topic("b"), headers=headers).status_code == 429
        assert client.get("/v1/topics/b", headers=headers).status_code == 404


def test_a_caller_who_cannot_be_looked_up_is_told_to_come_again(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_connection: sa.Connection, _token: str) -> None:
        raise Unavailable("the database cannot be reached", headers={"Retry-After": "2"})

    monkeypatch.setattr(auth, "find_key", away)
    with served(seeded_url, rate_limit_reads="3/hour") as client:
        answer = client.get("/v1/topics", headers={"Authorization": "Bearer any"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["code"] == "unavailable"


def test_a_limit_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="rate_limit_reads"):
        Settings(rate_limit_reads="many")
