"""A load undoes nobody's work: the file as loaded last, the file now and the record now.

Only what changed in the file is changed. Where a record was changed as well, and otherwise, nothing
is loaded, and each conflict names file, line, field, both values, who changed it and when.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.db.api_keys import create_key
from app.errors import Refused
from app.records.faults import FaultyRecords
from app.records.loads.merging import Decisions
from app.records.seeds import load_seeds
from app.records.storage.change import Outcome
from tests.conftest import served, write_seeds

PEOPLE = """- id: ann
  name: Ann
  summary: A minister.
- id: bob
  name: Bob
  summary: A general.
"""


class Desk(NamedTuple):
    """A folder, the database it is loaded into, and a curator of it."""

    folder: Path
    database: Database
    client: TestClient

    def load(self, people: str | None = None, **decided: set[str]) -> Outcome:
        if people is not None:
            (self.folder / "people.yaml").write_text(people)
        decisions = Decisions(**{side: frozenset(ids) for side, ids in decided.items()})
        return load_seeds(self.database, [self.folder], decisions=decisions)

    def conflicts(self, people: str | None = None, **decided: set[str]) -> list[str]:
        with pytest.raises(FaultyRecords) as refused:
            self.load(people, **decided)
        return [str(one).replace(f"{self.folder}/", "") for one in refused.value.faults]

    def tag(self, person: str) -> str:
        return str(self.client.get(f"/v1/people/{person}").headers["etag"])

    def patch(self, person: str, **fields: Any) -> None:
        answer = self.client.patch(
            f"/v1/people/{person}", json=fields, headers={"If-Match": self.tag(person)}
        )
        assert answer.status_code == 200, answer.text

    def delete(self, person: str) -> None:
        answer = self.client.delete(f"/v1/people/{person}", headers={"If-Match": self.tag(person)})
        assert answer.status_code == 204, answer.text

    def person(self, person: str) -> dict[str, Any] | None:
        answer = self.client.get(f"/v1/people/{person}")
        found: dict[str, Any] | None = answer.json().get("data")
        return found


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    folder = write_seeds(tmp_path / "small", people=PEOPLE)
    load_seeds(database, [folder])
    with database.write() as connection:
        token = create_key(connection, scope="curate", name="Aliya", expires="1h")
    with served(database_url) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield Desk(folder, database, client)


def test_the_same_files_again_leave_a_correction_alone(desk: Desk) -> None:
    desk.patch("ann", summary="A former minister.")
    outcome = desk.load()
    assert (outcome.altered, outcome.kept) == (False, {"people": 1})
    person = desk.person("ann")
    assert person
    assert (person["summary"], person["revision"]) == ("A former minister.", 2)


def test_only_what_changed_in_the_file_is_changed_however_often(desk: Desk) -> None:
    desk.patch("ann", summary="A former minister.")
    files = PEOPLE.replace("name: Ann", "name: Anne")
    outcome = desk.load(files)
    assert outcome.changed == {"people": 1}
    for _ in range(2):
        person = desk.person("ann")
        assert person
        assert (person["name"], person["summary"]) == ("Anne", "A former minister.")
        assert not desk.load(files).altered
    desk.load(files.replace("Anne", "Anna"))
    person = desk.person("ann")
    assert person
    assert (person["name"], person["summary"]) == ("Anna", "A former minister.")


def test_a_conflict_names_file_line_field_both_values_and_who_when(desk: Desk) -> None:
    desk.patch("ann", summary="A former minister.", name="Anne")
    desk.patch("bob", summary="A colonel.")
    [told] = desk.conflicts(
        PEOPLE.replace("A minister", "A deputy minister").replace("name: Bob", "name: Bobby")
    )
    when = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(
        r'people\.yaml:3 summary: people/ann: the file says "A deputy minister\.", the record '
        rf'"A former minister\." \(Aliya.*, {when}\); the file said "A minister\." when it was '
        r"loaded last; --theirs people/ann takes the file's, --ours people/ann keeps what is here",
        told,
    ), told
    bob = desk.person("bob")
    assert bob
    assert bob["name"] == "Bob", "nothing is loaded while there is a conflict"


def test_both_sides_agreeing_is_no_conflict(desk: Desk) -> None:
    desk.patch("ann", summary="A deputy minister.")
    files = PEOPLE.replace("A minister", "A deputy minister")
    assert not desk.load(files).altered
    desk.patch("ann", summary="A former minister.")
    assert desk.load(files).kept == {"people": 1}, "the file did not change since it was loaded"


@pytest.mark.parametrize("named", ["ann", "people/ann", "all"])
@pytest.mark.parametrize(
    ("side", "right"), [("theirs", "A deputy minister."), ("ours", "A former minister.")]
)
def test_a_conflict_is_decided_by_record_or_for_all_and_stays_decided(
    desk: Desk, side: str, right: str, named: str
) -> None:
    desk.patch("ann", summary="A former minister.")
    files = PEOPLE.replace("A minister", "A deputy minister").replace("name: Ann", "name: Anne")
    desk.load(files, **{side: {named}})
    person = desk.person("ann")
    assert person
    assert (person["summary"], person["name"]) == (right, "Anne")
    assert not desk.load(files).altered


def test_each_conflict_is_decided_by_itself(desk: Desk) -> None:
    desk.patch("ann", summary="A former minister.")
    desk.patch("bob", summary="A colonel.")
    files = PEOPLE.replace("A minister", "A deputy minister").replace("A general", "A major")
    [left] = desk.conflicts(files, theirs={"ann"})
    assert "people/bob" in left
    desk.load(files, theirs={"ann"}, ours={"all"})
    people = [desk.person("ann"), desk.person("bob")]
    assert [one and one["summary"] for one in people] == ["A deputy minister.", "A colonel."]


def test_a_decision_about_what_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match=r"'anm' is not the id of a record of these files; .*'ann'"):
        desk.load(theirs={"anm"})
    with pytest.raises(Refused, match="not both"):
        desk.load(theirs={"ann"}, ours={"ann"})


def test_what_a_curator_removed_does_not_come_back_by_itself(desk: Desk) -> None:
    desk.delete("bob")
    outcome = desk.load()
    assert (outcome.altered, outcome.kept, desk.person("bob")) == (False, {"people": 1}, None)


@pytest.mark.parametrize(("side", "there"), [("theirs", True), ("ours", False)])
def test_what_was_removed_here_and_changed_in_the_file_is_decided(
    desk: Desk, side: str, there: bool
) -> None:
    desk.delete("bob")
    files = PEOPLE.replace("A general", "A major")
    [told] = desk.conflicts(files)
    assert "the file has it changed, the database no longer has it (Aliya" in told
    desk.load(files, **{side: {"bob"}})
    assert (desk.person("bob") is not None) == there
    assert not desk.load(files).altered


@pytest.mark.parametrize(("side", "there"), [("theirs", False), ("ours", True)])
def test_what_was_changed_here_and_left_out_of_the_file_is_decided(
    desk: Desk, side: str, there: bool
) -> None:
    desk.patch("bob", summary="A colonel.")
    files = PEOPLE.partition("- id: bob")[0]
    [told] = desk.conflicts(files)
    assert told.startswith("people.yaml:1 record: people/bob: the file no longer has it, ")
    desk.load(files, **{side: {"bob"}})
    assert (desk.person("bob") is not None) == there
    assert not desk.load(files).altered
    desk.load(PEOPLE, **({} if side == "theirs" else {"theirs": {"bob"}}))
    bob = desk.person("bob")
    assert bob
    assert bob["summary"] == "A general."


def test_what_a_curator_made_is_not_taken_over(desk: Desk) -> None:
    made = {"id": "eve", "dataset": "small", "name": "Eve"}
    assert desk.client.post("/v1/people", json=made).status_code == 201
    assert desk.load().removed == {}
    assert not desk.load(PEOPLE + "- {id: eve, name: Eve}\n").altered
    assert desk.load(PEOPLE + "- {id: eve, name: Eva}\n").changed == {"people": 1}


def test_a_database_that_a_curator_filled_is_not_overwritten(desk: Desk) -> None:
    made = {"id": "eve", "dataset": "small", "name": "Eve"}
    desk.client.post("/v1/people", json=made)
    [told] = desk.conflicts(PEOPLE + "- {id: eve, name: Eva}\n")
    assert "it was not loaded from a file before; --theirs people/eve" in told


def test_the_folder_may_be_moved_and_renamed_between_loads(desk: Desk) -> None:
    desk.patch("ann", summary="A former minister.")
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    moved = desk._replace(folder=desk.folder.with_name("elsewhere"))
    assert moved.load(PEOPLE.replace("name: Ann", "name: Anne")).changed == {"people": 1}
    assert moved.load(PEOPLE.partition("- id: bob")[0]).removed == {"people": 1}
    person = desk.person("ann")
    assert person
    assert person["summary"] == "A former minister."


def test_a_check_says_the_same_beforehand(desk: Desk) -> None:
    desk.patch("ann", summary="A former minister.")
    (desk.folder / "people.yaml").write_text(PEOPLE.replace("A minister", "A deputy minister"))
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(desk.database, [desk.folder], commit=False)
    [told] = refused.value.faults
    assert (told.line, told.field) == (3, "summary")
    kept = load_seeds(
        desk.database, [desk.folder], commit=False, decisions=Decisions(ours=frozenset({"ann"}))
    )
    assert kept.kept == {"people": 1}
    assert desk.conflicts(), "what a check was told to decide is not decided"
