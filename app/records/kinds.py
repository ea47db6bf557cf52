"""Kinds of record: the name of each, its class, its table and its columns.

A new kind is one row here, beside its class and its table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Table

from app.dates import UNKNOWN, VagueDate
from app.db.tables import KIND_TABLES
from app.records.actors import Country, Group, Organization, Person
from app.records.agreements import Agreement
from app.records.base import Record
from app.records.events import Event
from app.records.opinions import Opinion
from app.records.questions import Question, Topic
from app.records.references import MARK
from app.records.sources import Dataset, Document
from app.vocabulary import Attribution, fold

_RANK = {word: rank for rank, word in enumerate(Attribution)}


#: What a date says that follows from its `edtf`.
_COMPUTED = ("earliest", "latest", "precision")


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    Attributes:
        name: as refs say it (`opinion`).
        path: as addresses and seed files say it (`opinions`).
        record: the class of its records.
        columns: what its table holds of a record, for filters and sorting.
        references: the columns that hold an id, with the space of ids it is in.
        linked: whether references in lists are kept in `links`.
        cited: whether other records may refer to its records.
        example: the id of a record that the shipped data has, which OpenAPI shows.
    """

    name: str
    path: str
    record: type[Record]
    columns: Callable[[Any], dict[str, Any]]
    references: Mapping[str, str] = field(default_factory=dict)
    linked: bool = True
    cited: bool = True
    example: str | None = None

    @property
    def table(self) -> Table:
        """The table of its current versions."""
        return KIND_TABLES[self.name]

    @property
    def example_id(self) -> str:
        """The id in the example of an address: made up where no record is stated."""
        return self.example or f"some-{self.name}"


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


def _bounds(prefix: str, date: VagueDate | None) -> dict[str, str]:
    earliest, latest = date.keys if date else (UNKNOWN, UNKNOWN)
    return {f"{prefix}_earliest": earliest, f"{prefix}_latest": latest}


def _country(record: Country) -> dict[str, Any]:
    return {
        "alpha2": record.iso3166_1_alpha2,
        "numeric": record.iso3166_1_numeric,
        "m49_region": record.m49_region,
        "m49_subregion": record.m49_subregion,
    }


def _organization(record: Organization) -> dict[str, Any]:
    return {
        "classification": record.classification,
        "country": record.country,
        "parent": record.parent,
    }


def _person(record: Person) -> dict[str, Any]:
    return {"country": record.country}


def _group(record: Group) -> dict[str, Any]:
    return {"classification": record.classification.value, "country": record.country}


def _agreement(record: Agreement) -> dict[str, Any]:
    return {
        "agreement_type": record.agreement_type.value,
        "status": record.status.value,
        **_bounds("signed", record.signed),
    }


def _topic(record: Topic) -> dict[str, Any]:
    return {"parent": record.parent}


def _question(record: Question) -> dict[str, Any]:
    return {"kind": record.kind.value, "agreement": record.agreement}


def _opinion(record: Opinion) -> dict[str, Any]:
    return {
        "holder": record.holder,
        "speaker": record.speaker,
        "on_behalf_of": record.on_behalf_of,
        "question": record.question,
        "stance": record.stance.value,
        "score": record.stance.score,
        "attribution": record.attribution.value,
        "attribution_rank": _RANK[record.attribution],
        "confidence": record.confidence.value if record.confidence else None,
        "document": record.evidence[0].document,
        **_bounds("stated", record.stated),
    }


def _event(record: Event) -> dict[str, Any]:
    return {
        "event_type": record.event_type.value,
        "agreement": record.agreement,
        **_bounds("date", record.date),
    }


def _document(record: Document) -> dict[str, Any]:
    return {
        "publisher": record.publisher,
        "source_type": record.source_type.value,
        **_bounds("published", record.published),
    }


def _dataset(_record: Dataset) -> dict[str, Any]:
    return {}


#: In the order in which a load can write them so that most references are already there.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("dataset", "datasets", Dataset, _dataset, example="kazakhstan-nato"),
        Kind("document", "documents", Document, _document, example="kazakhstan-nato-analysis"),
        Kind("topic", "topics", Topic, _topic, {"parent": "topic"}, example="nuclear-weapons"),
        Kind("country", "countries", Country, _country, example="KAZ"),
        Kind(
            "organization",
            "organizations",
            Organization,
            _organization,
            {"country": "country", "parent": "organization"},
            example="nato",
        ),
        Kind("person", "people", Person, _person, {"country": "country"}, example="azimbai-gali"),
        Kind("group", "groups", Group, _group, {"country": "country"}, example="most-analysts"),
        Kind("agreement", "agreements", Agreement, _agreement, example="partnership-for-peace"),
        Kind(
            "question",
            "questions",
            Question,
            _question,
            {"agreement": "agreement"},
            example="kazakhstan-full-nato-membership",
        ),
        Kind(
            "event",
            "events",
            Event,
            _event,
            {"agreement": "agreement"},
            cited=False,
            example="kazakhstan-nato-1996-agreement-signed",
        ),
        Kind(
            "opinion",
            "opinions",
            Opinion,
            _opinion,
            {
                "holder": "actor",
                "speaker": "actor",
                "on_behalf_of": "actor",
                "question": "question",
                "document": "document",
            },
            linked=False,
            cited=False,
            example="gali-full-membership",
        ),
    )
}
PATHS: dict[str, Kind] = {kind.path: kind for kind in KINDS.values()}
