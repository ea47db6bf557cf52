"""The doctor finds whatever was changed beside the records, and nothing where all is well."""

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from app.cli.main import app as commands
from app.db import Database
from app.db.history_guards import guards_lifted
from app.db.packed_json import PHRASES
from app.errors import Refused
from tests.conftest import served


def examined(url: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("NO_COLOR", "1")
    return CliRunner().invoke(commands, ["doctor"])


def changed(url: str, statement: str) -> None:
    """Change what is stored behind the service's back, past what guards the table."""
    database, table = Database(url), statement.split()[1]
    with database.write() as connection, guards_lifted(connection, table):
        assert connection.execute(sa.text(statement)).rowcount > 0
    database.close()


def test_nothing_is_found_where_nothing_was_changed(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = examined(seeded_url, monkeypatch)
    assert (result.exit_code, result.exception) == (0, None), result.output
    assert "all that is stored twice agrees" in result.output


#: A change behind the service's back, and what is said of it.
CHANGES = [
    (
        "UPDATE opinions SET stance = 'oppose' WHERE id = 'gali-full-membership'",
        "opinion 'gali-full-membership', revision 1: stance is 'oppose', its record says",
    ),
    (
        "UPDATE opinions SET holder_kind = 'group' WHERE id = 'gali-full-membership'",
        "holder_kind is 'group', its record says 'person'",
    ),
    (
        "UPDATE opinions SET counts_latest = '1999-01-01' WHERE id = 'gali-full-membership'",
        "counts_latest is '1999-01-01', its record says",
    ),
    (
        "UPDATE questions SET name = 'Another' WHERE id = 'kazakhstan-full-nato-membership'",
        "name is 'Another', its record says",
    ),
    (
        "UPDATE links SET target = 'RUS' WHERE kind = 'agreement' AND target = 'KAZ'",
        "what it refers to is noted otherwise",
    ),
    (
        "UPDATE search_entries SET words = 'nothing' WHERE kind = 'topic'",
        "its words are noted otherwise",
    ),
    (
        "UPDATE topics SET body = replace(body, 'summary', 'sumary')",
        "topic 'nuclear-weapons', revision 1: its text is no record",
    ),
    (
        "UPDATE organizations SET body = replace(body, 'NATO', 'ANTO') WHERE id = 'nato'",
        "does not have the records that its hash was made of",
    ),
]


@pytest.mark.parametrize(("statement", "said"), CHANGES)
def test_a_change_behind_the_service_is_named(
    seeded_url: str, statement: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(seeded_url, statement)
    result = examined(seeded_url, monkeypatch)
    assert isinstance(result.exception, Refused)
    assert said in result.output


def test_no_record_is_served_in_the_form_that_is_stored(seeded_url: str) -> None:
    database = Database(seeded_url)
    with database.read() as connection:
        stored = connection.execute(sa.text("SELECT body FROM opinions")).scalars().all()
    database.close()
    assert sum(phrase in text for phrase in PHRASES for text in stored) > len(stored)
    with served(seeded_url) as client:
        for address in ("/v1/opinions?limit=100", "/v1/opinions?format=ndjson", "/v1/changes"):
            text = client.get(address).text
            assert not any(phrase in text for phrase in PHRASES)
