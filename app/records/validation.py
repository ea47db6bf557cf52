"""Validation of records: content to a record, or to all its faults.

Seed files, importers and the API's writes all pass here, so a record is checked in one way.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.records.base import Record
from app.records.faults import RecordFault, SourceLocation, explain
from app.records.kinds import Kind


@dataclass(frozen=True)
class GivenRecord:
    """A valid record and the location it was given at.

    Attributes:
        expected_revision: the revision that its giver has read and means to change (0: none);
            None where a change is made from the stored record, whatever it is.
    """

    kind: Kind
    record: Record
    location: SourceLocation
    expected_revision: int | None = None


def validate(
    kind: Kind, content: dict[str, Any], location: SourceLocation
) -> GivenRecord | list[RecordFault]:
    """Return the record of some content, or everything that is wrong with it."""
    try:
        return GivenRecord(kind, kind.record.model_validate(content), location)
    except ValidationError as error:
        return list(explain(error, kind.record, location))
