"""Kinds of record: what need not be stated, and the message where something must be."""

import pytest

from app.db.tables import KIND_TABLES, groups, topics
from app.records.actors import Group
from app.records.base import Record
from app.records.kinds import KINDS, Kind


def test_name_and_class_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KIND_TABLES, "faction", groups)
    kind = Kind("faction", Group)
    assert kind.path == "factions"
    assert kind.references == {"country": "country"}
    group = {"id": "g", "dataset": "d", "name": "G", "classification": "grouping", "country": "KAZ"}
    assert kind.columns(Group.model_validate(group)) == {
        "classification": "grouping",
        "country": "KAZ",
    }


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_fills_the_columns_of_its_references(name: str) -> None:
    kind = KINDS[name]
    assert set(kind.references) <= set(kind.table.columns.keys())


def test_a_kind_without_a_table_names_the_file() -> None:
    with pytest.raises(ValueError, match=r"^app/db/tables\.py: KIND_TABLES has no .*'faction'"):
        Kind("faction", Group)


@pytest.mark.parametrize(
    ("record", "stated", "message"),
    [
        (Record, (), "no field of Record fills the column parent; state it"),
        (Record, ("parent", "leader"), "the table has no column leader"),
    ],
)
def test_a_column_that_nothing_fills_names_the_file(
    record: type[Record], stated: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KIND_TABLES, "faction", topics)
    readers = dict.fromkeys(stated, lambda record: record.id)
    with pytest.raises(
        ValueError, match=rf"^app/records/kinds\.py: Kind\('faction', …\): {message}"
    ):
        Kind("faction", record, extra_columns=readers)
