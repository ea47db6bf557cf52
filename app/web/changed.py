"""What every change says of itself: what it did, when, by whom, where from and why."""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row

from app.vocabulary import ChangeReason
from app.web.response_schemas import Shape

_REASONS = {reason.value for reason in ChangeReason}


class Changed(Shape):
    """A change of a record."""

    op: Annotated[str, Field(description="add, modify or delete.")]
    release: Annotated[int, Field(description="The release that made it.")]
    at: Annotated[
        str, Field(description="When (RFC 3339).", json_schema_extra={"format": "date-time"})
    ]
    by: Annotated[str, Field(description="Who: a key by name and prefix, or the operator.")]
    origin: Annotated[str, Field(description="How: through the API, an import, a load of seeds.")]
    change_reason: Annotated[
        ChangeReason | None, Field(description="Why; null where nobody said so.")
    ]


def told(row: Row[Any]) -> dict[str, Any]:
    """What a change says of itself, from its row."""
    return {
        "op": row.op,
        "release": row.release,
        "at": row.at,
        "by": row.by,
        "origin": row.origin,
        "change_reason": row.reason if row.reason in _REASONS else None,
    }
