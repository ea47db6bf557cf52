"""Response schemas for OpenAPI: page, item, `meta`, and the fields that every change has."""

from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from app.vocabulary import ChangeReason

T = TypeVar("T")


class Shape(BaseModel):
    """A part of an answer; every field is always there, and null is a statement.

    Built when OpenAPI is first asked for; a service starts without them.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=True, defer_build=True)


class Citation(Shape):
    """How to cite a dataset that an answer draws on."""

    dataset: Annotated[str, Field(description="The dataset's id.")]
    citation: Annotated[str, Field(description="How to cite it.")]
    licence: Annotated[str, Field(description="Its licence.")]
    url: Annotated[str | None, Field(description="Where it comes from.")]


class Meta(Shape):
    """About an answer: the state of the data, and whom to cite."""

    model_config = ConfigDict(extra="allow")

    release: Annotated[int, Field(description="The state of the data; it only grows.")]
    citations: Annotated[list[Citation], Field(description="The datasets it draws on.")]


class PageMeta(Meta):
    """About a page: besides, how much there is."""

    total: Annotated[int, Field(description="Rows of the whole result, exact up to 10,000.")]
    limit: Annotated[int, Field(description="The most rows a page has.")]


class Links(Shape):
    """The address of the answer."""

    self: Annotated[str, Field(description="This answer.")]


class PageLinks(Links):
    """The addresses of the page and the next one."""

    next: Annotated[str | None, Field(description="The next page; null on the last.")]


class Page(Shape, Generic[T]):
    """One page of a collection."""

    data: Annotated[list[T], Field(description="The rows.")]
    meta: PageMeta
    links: PageLinks


class SparsePage(Shape):
    """One page of a collection whose rows have only the fields that `fields=` asked for."""

    data: Annotated[
        list[dict[str, Any]],
        Field(description="The rows; each field as in a whole row."),
    ]
    meta: PageMeta
    links: PageLinks


class Item(Shape, Generic[T]):
    """One record, or one computed answer."""

    data: T
    meta: Meta
    links: Links


class Stored(BaseModel):
    """The fields that the service itself adds to a stored record."""

    revision: Annotated[int, Field(description="How often it was changed; `If-Match` compares it.")]
    recorded_at: Annotated[
        str,
        Field(
            description="When this revision was recorded (RFC 3339).",
            json_schema_extra={"format": "date-time"},
        ),
    ]


@cache
def stored(record: type[BaseModel]) -> Any:
    """The shape in which a record is read: itself, with its revision and when it was recorded."""
    name = record.__name__
    return type(
        name,
        (record, Stored),
        {
            "__module__": __name__,
            "__doc__": record.__doc__,
            "model_config": ConfigDict(
                title=name, json_schema_serialization_defaults_required=True, defer_build=True
            ),
        },
    )


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


def change_fields(row: Row[Any]) -> dict[str, Any]:
    """The fields of a change, from its row."""
    return {
        "op": row.op,
        "release": row.release,
        "at": row.at,
        "by": row.by,
        "origin": row.origin,
        "change_reason": row.reason if row.reason in _REASONS else None,
    }
