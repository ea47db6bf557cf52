"""What is kept is what would have been computed: statements by their shape, answers by release."""

from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.db import Database, statement_cache
from app.db.api_keys import create_key
from tests.conftest import Queries, served

#: Pairs of one shape, so that the second is asked by the statement of the first.
ADDRESSES = [
    "/v1/opinions?country=KAZ&limit=3",
    "/v1/opinions?country=RUS&limit=7",
    "/v1/opinions?country=KAZ,RUS&stance=support&sort=-stated&limit=5",
    "/v1/opinions?country=RUS,USA&stance=oppose&sort=-stated&limit=5",
    "/v1/opinions?country=RUS,USA&stance=oppose&sort=stated&limit=5",
    "/v1/opinions?topic=nato&sort=-stated,id&limit=4",
    "/v1/opinions?topic=regional-security&sort=-stated,id&limit=4",
    "/v1/opinions?stated_from=1996-01-01&as_of=2004-01-01",
    "/v1/opinions?stated_from=1990-01-01&as_of=2010-01-01",
    "/v1/opinions?q=nato",
    "/v1/opinions?q=russia nato",
    "/v1/countries?sort=-name&limit=2",
    "/v1/countries?sort=name&limit=2",
    "/v1/positions?country=KAZ&limit=4",
    "/v1/positions?country=RUS&limit=4",
    "/v1/search?q=nato",
    "/v1/search?q=russia",
    "/v1/search?q=military threat&kind=question,topic",
    "/v1/search?q=full membership&kind=opinion,question",
    "/v1/search?q=!?",
    "/v1/countries/KAZ",
    "/v1/countries/RUS",
    "/v1/countries/kz",
]


def test_a_kept_statement_answers_as_a_new_one(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(seeded_url, cache_megabytes=0) as client:

        def walked(address: str) -> list[tuple[int, bytes]]:
            """A page and the three after it."""
            answers = []
            for _ in range(4):
                answer = client.get(address)
                answers.append((answer.status_code, answer.content))
                links = answer.json().get("links", {})
                if not links.get("next"):
                    break
                address = links["next"]
            return answers

        for address in ADDRESSES:
            walked(address)
        shapes = client.app.state.service.statements._statements.values()  # type: ignore[attr-defined]
        assert len([one for one in shapes if one is not None]) > 5
        kept = [walked(address) for address in ADDRESSES]
        monkeypatch.setattr(statement_cache, "MOST_VALUES", -1)
        assert kept == [walked(address) for address in ADDRESSES]
        assert any(len(pages) > 1 for pages in kept)


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [("one", "two", lambda text: text.split()[0] + "!"), (1, 2, lambda number: number + 1)],
)
def test_a_value_that_also_stands_changed_is_not_kept(
    seeded: Database, first: Any, second: Any, change: Any
) -> None:
    def build(values: Any) -> Any:
        return sa.select(sa.literal(values["a"]), sa.literal(change(values["a"])))

    cache = statement_cache.StatementCache()
    with seeded.read() as connection:
        for value in (first, second):
            rows = cache.rows(connection, "changed", {"a": value}, build, named=False)
            assert [tuple(row) for row in rows] == [(value, change(value))]


#: What has no statement of its own, or none that is kept.
MORE = [
    "/v1/opinions?country=KAZ&fields=id,stance",
    "/v1/opinions?facets=stance,holder&total=exact",
    "/v1/opinions?known_at=2036-01-01&limit=3",
    "/v1/opinions?country=RUS&limit=2&cursor=nonsense",
    "/v1/alignment?a=KAZ",
    "/v1/contradictions",
    "/v1/matrix",
    "/v1/reconcile",
    "/v1/changes",
    "/",
    "/countries/KAZ",
    "/questions/kazakhstan-full-nato-membership",
    "/openapi.json",
]


@pytest.mark.parametrize("accepted", ["identity", "gzip", "br", "zstd"])
def test_a_stored_answer_is_the_computed_one(
    seeded_url: str, queries: Queries, accepted: str
) -> None:
    headers = {"Accept-Encoding": accepted}

    def answered(client: TestClient, address: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """The status, the headers that are not of the moment, and the bytes as they were sent."""
        with client.stream("GET", address, headers=headers) as answer:
            sent = [one for one in answer.headers.multi_items() if one[0] != "x-request-id"]
            return answer.status_code, sent, b"".join(answer.iter_raw())

    with served(seeded_url) as client, served(seeded_url, cache_megabytes=0) as computing:
        for address in [*ADDRESSES, *MORE]:
            first = answered(client, address)
            queries.clear()
            again = answered(client, address)
            assert queries.count <= 1 or first[0] != 200, "more than a look at the release"
            assert first == again == answered(computing, address)


def test_a_change_is_seen_by_the_next_request_to_any_process(seeded_url: str) -> None:
    with served(seeded_url) as one, served(seeded_url) as other:
        database = one.app.state.service.database  # type: ignore[attr-defined]
        with database.write() as connection:
            key = create_key(connection, scope="curate", name="Aliya", expires="90d")
        headers = {"Authorization": f"Bearer {key}"}
        topic = {"id": "seen", "dataset": "reference", "name": "0"}
        assert one.post("/v1/topics", json=topic, headers=headers).status_code == 201
        for i in range(1, 30):
            writing, reading = (one, other) if i % 2 else (other, one)
            for address in ("/v1/topics/seen", "/v1/topics?sort=-recorded_at&limit=1"):
                reading.get(address)
            tag = writing.get("/v1/topics/seen").headers["etag"]
            changed = writing.patch(
                "/v1/topics/seen", json={"name": str(i)}, headers={**headers, "If-Match": tag}
            )
            assert changed.status_code == 200, changed.text
            assert reading.get("/v1/topics/seen").json()["data"]["name"] == str(i)
            newest = reading.get("/v1/topics?sort=-recorded_at&limit=1").json()["data"]
            assert newest[0]["name"] == str(i)
