"""Kinds of record: the name of each, its class, its table and its columns.

A new kind is one row here, beside its class and its table (`app/db/tables.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Table

from app.db.tables import KIND_TABLES
from app.records.actors import Country, Group, Organization, Person
from app.records.agreements import Agreement
from app.records.base import Record
from app.records.columns import ColumnReader, column_readers, references_in
from app.records.events import Event
from app.records.opinions import Opinion
from app.records.questions import Question, Topic
from app.records.references import MARK
from app.records.sources import Dataset, Document
from app.vocabulary import Attribution, fold

#: The parts of a date that follow from its `edtf`.
_COMPUTED = ("earliest", "latest", "precision")


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    Only its name and its class must be stated, and its table in `app/db/tables.py`.

    Attributes:
        name: as refs say it (`opinion`).
        record: the class of its records.
        plural: as addresses and seed files say it, where it is not the name with an s.
        extra_columns: how the columns of its table are filled that no field fills.
        extra_references: the space of ids of each of these that refers to a record.
        derived_columns: columns that other records decide (`app/records/storage`).
        linked: whether references in lists are kept in `links`.
        cited: whether other records may refer to its records.
        example: the id of a record that the shipped data has, which OpenAPI shows.

    Raises:
        ValueError: when its table is missing, or a column of it that nothing fills.
    """

    name: str
    record: type[Record]
    plural: str | None = None
    extra_columns: Mapping[str, ColumnReader] = field(default_factory=dict)
    extra_references: Mapping[str, str] = field(default_factory=dict)
    derived_columns: tuple[str, ...] = ()
    linked: bool = True
    cited: bool = True
    example: str | None = None

    def __post_init__(self) -> None:
        """Check that the kind has a table, and that every column of it is filled."""
        if self.name not in KIND_TABLES:
            raise ValueError(
                f"app/db/tables.py: KIND_TABLES has no table for the kind {self.name!r}, "
                "which app/records/kinds.py states"
            )
        try:
            self._readers  # noqa: B018  made once, here
        except ValueError as error:
            raise ValueError(f"app/records/kinds.py: Kind({self.name!r}, …): {error}") from None

    @property
    def path(self) -> str:
        """The word for the kind in addresses and seed files (`opinions`)."""
        return self.plural or f"{self.name}s"

    @property
    def table(self) -> Table:
        """The table of its current versions."""
        return KIND_TABLES[self.name]

    @property
    def example_id(self) -> str:
        """The id in the example of an address: made up where no record is stated."""
        return self.example or f"some-{self.name}"

    @cached_property
    def references(self) -> dict[str, str]:
        """The columns that refer to a record, each with the space of ids it is in."""
        names = self.table.columns.keys()
        return {**dict(references_in(self.record, names)), **self.extra_references}

    def columns(self, record: Record) -> dict[str, Any]:
        """Return the columns that a record fills, for filters and sorting."""
        return {name: read(record) for name, read in self._readers.items()}

    @cached_property
    def _readers(self) -> dict[str, ColumnReader]:
        names = self.table.columns.keys()
        return column_readers(self.record, names, self.extra_columns, self.derived_columns)


def body_of(record: Record) -> str:
    """Return the record's canonical JSON: own fields, summary, evidence; marks for refs."""
    content = record.model_dump(mode="json")
    del content["id"], content["dataset"]
    for last in ("summary", "evidence"):
        content[last] = content.pop(last)
    return orjson.dumps(content).decode()


def row_of(kind: "Kind", record: Record) -> dict[str, Any]:
    """Return the columns that a record decides; a change adds release, time and origin."""
    return {
        "id": record.id,
        "dataset": record.dataset,
        "name": record.label,
        "sort_name": fold(record.label),
        **kind.columns(record),
        "body": body_of(record),
    }


def written(kind: Kind, record_id: str, dataset: str, body: str) -> dict[str, Any]:
    """Return a stored record as it is given: ids for references, nothing computed."""
    content = orjson.loads(body)
    own = {k: _as_given(v) for k, v in content.items() if k not in kind.record.derived}
    return {"id": record_id, "dataset": dataset, **own}


def _as_given(value: Any) -> Any:
    match value:
        case str() if value.startswith(MARK):
            space, _, target = value[1:].partition(":")
            return None if space == "exact" else target
        case list():
            return [_as_given(each) for each in value]
        case dict():
            computed = _COMPUTED if "edtf" in value else ()
            return {k: _as_given(v) for k, v in value.items() if k not in computed}
        case _:
            return value


#: The rank of each attribution, so that a list can be sorted by how an opinion is known.
_RANKS = {word: rank for rank, word in enumerate(Attribution)}

#: In the order in which a load can write them so that most references are already there.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("dataset", Dataset, example="kazakhstan-nato"),
        Kind("document", Document, example="kazakhstan-nato-analysis"),
        Kind("topic", Topic, example="nuclear-weapons"),
        Kind(
            "country",
            Country,
            plural="countries",
            extra_columns={
                "alpha2": lambda country: country.iso3166_1_alpha2,
                "numeric": lambda country: country.iso3166_1_numeric,
            },
            example="KAZ",
        ),
        Kind("organization", Organization, example="nato"),
        Kind("person", Person, plural="people", example="azimbai-gali"),
        Kind("group", Group, example="most-analysts"),
        Kind(
            "agreement",
            Agreement,
            extra_columns={
                "begun": lambda agreement: agreement.begun,
                "obligation_types": lambda agreement: agreement.obligation_types,
            },
            example="partnership-for-peace",
        ),
        Kind("question", Question, example="kazakhstan-full-nato-membership"),
        Kind("event", Event, cited=False, example="kazakhstan-nato-1996-agreement-signed"),
        Kind(
            "opinion",
            Opinion,
            extra_columns={
                "score": lambda opinion: opinion.stance.score,
                "attribution_rank": lambda opinion: _RANKS[opinion.attribution],
                "document": lambda opinion: opinion.evidence[0].document,
            },
            extra_references={"document": "document"},
            derived_columns=("holder_kind", "holder_country", "counts_earliest", "counts_latest"),
            linked=False,
            cited=False,
            example="gali-full-membership",
        ),
    )
}
PATHS: dict[str, Kind] = {kind.path: kind for kind in KINDS.values()}
