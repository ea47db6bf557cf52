"""Curation is tested as curators do it: with a key, over HTTP, on both databases.

`desk` is a served copy of the seeds with a curator's key in every request; `key` makes others.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.db import Database
from app.db.api_keys import create_key, revoke_key
from app.db.tables import keys
from tests.conftest import served

MakeKey = Callable[..., str]


@pytest.fixture
def key(seeded: Database) -> MakeKey:
    """Make the token of a key: `key("curate")`, `key("admin", state="revoked")`."""

    def make(scope: str, *, state: str = "valid", name: str = "") -> str:
        with seeded.write() as connection:
            token = create_key(connection, scope=scope, name=name, expires="90d")
            key_id = token.split("_")[1]
            if state == "revoked":
                revoke_key(connection, key_id)
            if state == "expired":
                past = sa.update(keys).where(keys.c.id == key_id)
                connection.execute(past.values(expires_at="2001-01-01T00:00:00.000000Z"))
        return token

    return make


@pytest.fixture
def visitor(seeded_url: str) -> Iterator[TestClient]:
    """A client without a key, over the same data as `desk`."""
    with served(seeded_url) as client:
        yield client


@pytest.fixture
def desk(seeded_url: str, key: MakeKey) -> Iterator[TestClient]:
    """A client with a curator's key."""
    with served(seeded_url) as client:
        client.headers["Authorization"] = f"Bearer {key('curate', name='Aliya')}"
        yield client


def topic(record_id: str = "railways", **more: Any) -> dict[str, Any]:
    """The smallest record there is."""
    return {"id": record_id, "dataset": "reference", "name": "Railways"} | more


def match(client: TestClient, address: str) -> dict[str, str]:
    """The header that says one has read the record at an address."""
    return {"If-Match": client.get(address).headers["etag"]}
