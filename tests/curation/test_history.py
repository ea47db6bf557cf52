"""The past stays readable: who changed what, when and why, and how it was before."""

import csv
import json
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

import jsonpatch
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli import main
from app.db import Database
from app.db.tables import HISTORY, releases, topics
from app.records.faults import SourceLocation
from app.records.kinds import KINDS
from app.records.storage.change import Change
from app.records.validation import GivenRecord, validate
from tests.conftest import Make, served
from tests.curation.conftest import match, topic

PATHS = [kind.path for kind in KINDS.values()]
RAILWAYS = "/v1/topics/railways"


def _edit(desk: TestClient) -> None:
    """Make a topic, change it, remove it, make it again."""
    desk.post("/v1/topics?change_reason=new_source", json=topic())
    desk.patch(
        f"{RAILWAYS}?change_reason=correction",
        json={"name": "Rails", "summary": "Tracks"},
        headers=match(desk, RAILWAYS),
    )
    desk.delete(f"{RAILWAYS}?change_reason=withdrawal", headers=match(desk, RAILWAYS))
    desk.post("/v1/topics", json=topic(name="Again"))


def test_revisions_say_who_what_why_and_how(desk: TestClient) -> None:
    _edit(desk)
    answer = desk.get(f"{RAILWAYS}/revisions").json()
    told = [(r["revision"], r["op"], r["change_reason"]) for r in answer["data"]]
    assert told == [
        (1, "add", "new_source"),
        (2, "modify", "correction"),
        (2, "delete", "withdrawal"),
        (3, "add", None),
    ]
    assert all(r["by"].startswith("Aliya (") for r in answer["data"])
    assert answer["meta"]["total"] == 4


def test_a_diff_makes_one_revision_of_the_other(desk: TestClient) -> None:
    _edit(desk)
    diff = desk.get(f"{RAILWAYS}/revisions").json()["data"][1]["diff"]
    first, second = (desk.get(f"{RAILWAYS}/revisions/{n}").json()["data"] for n in (1, 2))
    for record in (first, second):
        del record["revision"], record["recorded_at"]
    assert jsonpatch.apply_patch(first, diff) == second
    assert (first["name"], second["name"]) == ("Railways", "Rails")


def test_revisions_are_a_table_too(desk: TestClient) -> None:
    _edit(desk)
    rows = list(csv.DictReader(desk.get(f"{RAILWAYS}/revisions?format=csv").text.splitlines()))
    assert [row["revision"] for row in rows] == ["1", "2", "2", "3"]
    assert [bool(row["diff"]) for row in rows] == [False, True, False, False]
    assert json.loads(rows[1]["diff"])[0]["op"] == "replace"


@pytest.mark.parametrize("number", ["0", "4", "x", "-1", "1.5", "99999999999"])
def test_a_revision_that_never_was_is_not_there(desk: TestClient, number: str) -> None:
    _edit(desk)
    assert desk.get(f"{RAILWAYS}/revisions/{number}").status_code == 404


def test_a_revision_shows_the_names_of_its_time(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic("land", name="Land"))
    desk.post("/v1/topics", json=topic(parent="land"))
    desk.patch("/v1/topics/land", json={"name": "Soil"}, headers=match(desk, "/v1/topics/land"))
    desk.patch(RAILWAYS, json={"summary": "Tracks"}, headers=match(desk, RAILWAYS))
    then = desk.get(f"{RAILWAYS}/revisions/1").json()["data"]
    now = desk.get(f"{RAILWAYS}/revisions/2").json()["data"]
    assert (then["parent"]["name"], now["parent"]["name"]) == ("Land", "Soil")


def test_changes_come_in_one_order_with_tombstones(desk: TestClient) -> None:
    since = desk.get("/v1/topics").json()["meta"]["release"]
    _edit(desk)
    changes = desk.get("/v1/changes", params={"since": since}).json()
    assert [(c["op"], c["id"], c["record"] and c["record"]["name"]) for c in changes["data"]] == [
        ("add", "railways", "Railways"),
        ("modify", "railways", "Rails"),
        ("delete", "railways", None),
        ("add", "railways", "Again"),
    ]
    assert [c["release"] for c in changes["data"]] == [since + n for n in (1, 2, 3, 4)]
    assert changes["meta"]["total"] == 4
    assert desk.get("/v1/changes", params={"since": since + 4}).json()["data"] == []


@pytest.mark.parametrize("limit", [1, 7, 100, 500])
def test_pages_of_changes_have_each_change_once(desk: TestClient, limit: int) -> None:
    _edit(desk)
    whole = [json.loads(line) for line in desk.get("/v1/changes?format=ndjson").text.splitlines()]
    address = f"/v1/changes?since={0 if limit > 1 else 1}&limit={limit}"
    paged: list[Any] = []
    while address:
        page = desk.get(address).json()
        paged += page["data"]
        address = page["links"]["next"]
    assert paged == [c for c in whole if limit > 1 or c["release"] > 1]
    places = [(c["release"], c["kind"], c["id"]) for c in paged]
    assert places == sorted(set(places))


@pytest.mark.parametrize("form", ["json", "ndjson", "atom"])
def test_a_copy_of_another_history_is_told_so(desk: TestClient, form: str) -> None:
    newest = desk.get("/v1/changes").json()["meta"]["release"]
    assert desk.get(f"/v1/changes?since={newest}&format={form}").status_code == 200
    answer = desk.get(f"/v1/changes?since={newest + 1}&format={form}")
    assert answer.status_code == 422
    assert f"no release {newest + 1} here" in answer.text


def test_a_cursor_of_other_changes_is_refused(desk: TestClient) -> None:
    following = desk.get("/v1/changes?limit=1").json()["links"]["next"]
    assert desk.get(following + "&since=1").status_code == 422


def test_the_feed_is_atom_newest_first(desk: TestClient) -> None:
    _edit(desk)
    answer = desk.get("/v1/changes?format=atom&limit=4")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    names = {"a": "http://www.w3.org/2005/Atom"}
    entries = ElementTree.fromstring(answer.text).findall("a:entry", names)
    titles = [entry.findtext("a:title", namespaces=names) for entry in entries]
    assert titles == [
        f"{done}: topic railways" for done in ("Added", "Removed", "Changed", "Added")
    ]


def test_who_follows_the_changes_holds_what_is_served(
    desk: TestClient, make_database: Make
) -> None:
    """Replay into a second database; every list is the same to the byte."""
    _edit(desk)
    desk.patch(
        "/v1/countries/KAZ", json={"name": "Qazaqstan"}, headers=match(desk, "/v1/countries/KAZ")
    )
    opinion = desk.get("/v1/opinions?limit=1").json()["data"][0]["id"]
    address = f"/v1/opinions/{opinion}"
    desk.patch(address, json={"stance": "neutral"}, headers=match(desk, address))
    desk.delete(address, headers=match(desk, address))
    with make_database("migrated") as url:
        database = Database(url)
        _follow(desk, database)
        database.close()
        with served(url) as copy:
            for path in PATHS:
                asked = f"/v1/{path}?format=ndjson"
                assert copy.get(asked).content == desk.get(asked).content, path


def _follow(client: TestClient, database: Database) -> None:
    """Apply the changes of each release together, in the order they come in."""
    lines = map(json.loads, client.get("/v1/changes?format=ndjson").text.splitlines())
    for _, group in groupby(lines, key=lambda change: change["release"]):
        changes = list(group)
        first = changes[0]
        with database.write() as connection:
            change = Change(connection, origin="copy", by=first["by"], at=first["at"])
            change.put(_given(c) for c in changes if c["record"])
            for removed in (c for c in changes if c["op"] == "delete"):
                change.remove(KINDS[removed["kind"]], removed["id"])
            change.commit_release()


def _given(change: dict[str, Any]) -> GivenRecord:
    given = validate(KINDS[change["kind"]], change["record"], SourceLocation("changes", 1))
    assert isinstance(given, GivenRecord), given
    return given


# -- known_at ---------------------------------------------------------------------------------

IDS = ("alpha", "beta", "gamma")
EDITS = st.lists(
    st.tuples(
        st.sampled_from(("put", "delete")),
        st.sampled_from(IDS),
        st.sampled_from(("North", "South")),
        st.sampled_from((None, *IDS)),
    ),
    min_size=1,
    max_size=12,
)
ASKED = (
    "/v1/topics?q=n&known_at={}",
    "/v1/topics?id=alpha,beta,gamma&known_at={}",
    "/v1/topics/alpha?known_at={}",
    "/v1/datasets/reference?known_at={}",
    "/v1/positions?limit=5&known_at={}",
    "/v1/matrix?holder=KAZ&known_at={}",
    "/v1/opinions?format=ndjson&holder=KAZ&known_at={}",
)


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=EDITS)
def test_known_at_gives_what_was_served_then(
    desk: TestClient, seeded: Database, edits: list[tuple[str, str, str, str | None]]
) -> None:
    """Random edits, each answer kept; asked again at the end, each is the same."""
    kept: list[tuple[str, int, bytes]] = []
    for verb, record_id, name, parent in edits:
        _apply(desk, verb, record_id, name, parent)
        moment = _newest(seeded)
        kept += [(asked.format(moment), *_heard(desk, asked.format(moment))) for asked in ASKED]
    for address, status, body in kept:
        assert _heard(desk, address) == (status, body), address


def _apply(desk: TestClient, verb: str, record_id: str, name: str, parent: str | None) -> None:
    address = f"/v1/topics/{record_id}"
    there = desk.get(address)
    if verb == "delete":
        if there.status_code == 200:
            desk.delete(address, headers={"If-Match": there.headers["etag"]})
    elif there.status_code == 200:
        headers = {"If-Match": there.headers["etag"]}
        desk.put(address, json=topic(record_id, name=name, parent=parent), headers=headers)
    else:
        desk.post("/v1/topics", json=topic(record_id, name=name, parent=parent))


def _newest(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(sa.select(sa.func.max(releases.c.at))).scalar())


def _heard(client: TestClient, address: str) -> tuple[int, bytes]:
    """An answer without what may rightly differ: a problem names nearby ids of today."""
    answer = client.get(address)
    return answer.status_code, answer.content if answer.status_code == 200 else b""


# -- the chain --------------------------------------------------------------------------------


@pytest.fixture
def command(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Run commands on the test's database."""
    monkeypatch.setenv("DATABASE_URL", seeded_url)
    return CliRunner()


def test_history_is_whole_and_says_its_head(desk: TestClient, command: CliRunner) -> None:
    _edit(desk)
    result = command.invoke(main.app, ["verify-history"])
    assert result.exit_code == 0, result.output
    assert "release 5 " in result.stdout


@pytest.mark.parametrize(
    "tampering",
    [
        sa.update(topics).where(topics.c.id == "railways").values(body='{"name":"Forged"}'),
        sa.delete(topics).where(topics.c.id == "railways"),
    ],
)
def test_tampering_is_seen(
    desk: TestClient, seeded: Database, command: CliRunner, tampering: Any
) -> None:
    _edit(desk)
    with seeded.write() as connection:
        connection.execute(tampering)
    assert command.invoke(main.app, ["verify-history"]).exit_code != 0


def test_history_cannot_be_rewritten(desk: TestClient, seeded: Database) -> None:
    _edit(desk)
    for table in (releases, HISTORY[topics]):
        column = next(iter(table.c))
        for statement in (sa.delete(table), sa.update(table).values({column: column})):
            with pytest.raises(sa.exc.DBAPIError), seeded.write() as connection:
                connection.execute(statement)
    with seeded.read() as connection:
        triggers = connection.execute(sa.text(_TRIGGERS[connection.dialect.name])).scalars()
        guarded = " ".join(triggers)
    assert all(table.name in guarded for table in HISTORY.values())


def test_history_is_not_emptied_or_replaced_past_its_guards(
    desk: TestClient, seeded: Database
) -> None:
    _edit(desk)
    ways = {
        "sqlite": "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "postgresql": "TRUNCATE {0}",
    }
    way = ways["sqlite" if seeded.is_sqlite else "postgresql"]
    for table in ("releases", "search_entries", "links", "audit_events"):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            seeded.write() as connection,
        ):
            connection.execute(sa.text(way.format(table)))


_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
