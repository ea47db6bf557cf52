"""Endpoints of a kind of record: its list and its item."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.db.statement_cache import Values
from app.errors import NotFound
from app.records.kinds import KINDS, Kind
from app.web.endpoints.operation import operation, path_id, problems_of_id
from app.web.formats.responses import enveloped, json_response
from app.web.parameters import KNOWN_AT, identifier, is_id
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.filters import DATASET, ID, Filter, equal, linked
from app.web.query.ids import resolve_one
from app.web.references import record_json
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item, Page, stored


def collection_of(
    kind: Kind, shape: type[BaseModel], filters: Sequence[Filter], **options: Any
) -> Collection:
    """A stored kind's collection, with the filters that all of them have."""
    table = kind.table
    sorts = {
        "id": table.c.id,
        "name": table.c.sort_name,
        "recorded_at": table.c.release,  # which has one moment, and an index
        **options.pop("sorts", {}),
    }
    every_kind = (
        _batch(kind),
        equal(DATASET, table.c.dataset, "dataset"),
    )
    cited: tuple[Filter, ...] = ()
    if kind.linked:
        cited = (
            linked(
                kind.name,
                identifier("document", "Only records that cite these documents."),
                "evidence",
                space="document",
            ),
        )
    return Collection(
        name=kind.path,
        space=kind.name,
        kinds=(kind.name,),
        columns=(table.c.id, table.c.dataset, table.c.revision, table.c.recorded_at, table.c.body),
        key={"id": table.c.id},
        sorts=sorts,
        filters=(*filters, *cited, *every_kind),
        fields=[*shape.model_fields, *shape.model_computed_fields],
        **options,
    )


def _batch(kind: Kind) -> Filter:
    """The filter that fetches some records by id: countries by any of their codes."""
    space = "country" if kind.name == "country" else None
    return Filter(ID, kind.table.c.id.in_, space, skips_unknown=True)


def register(
    router: APIRouter,
    kind_name: str,
    *,
    tag: str,
    filters: Sequence[Filter] = (),
    about: str,
    absence: str,
    **options: Any,
) -> Collection:
    """Give a kind its list and its item.

    Args:
        router: where they are registered.
        kind_name: the kind.
        tag: the heading it stands under in OpenAPI.
        filters: the filters of its own.
        about: what its records are, in a sentence.
        absence: what it means that something is not there.
        options: more of the `Collection`, such as `sorts`.

    Returns:
        The collection, for answers that are made of it elsewhere.

    Raises:
        ValueError: when there is no such kind.
    """
    kind = _kind(kind_name)
    shape: Any = stored(kind.record)
    collection = collection_of(kind, shape, filters, **options)
    operation(
        router,
        f"/{kind.path}",
        partial(answer, collection=collection, shape=shape),
        name=f"list_{kind.path}",
        summary=f"List {kind.path}",
        description=f"{about} {absence}",
        tag=tag,
        shape=Page[shape],
        parameters=collection.parameters,
        formats=("json", "csv", "ndjson"),
    )
    operation(
        router,
        f"/{kind.path}/{{id}}",
        partial(item, kind=kind),
        name=f"get_{kind.name}",
        summary=f"Get one {kind.name}",
        description=f"{about} 404 means that no such record is (or, under `known_at`, was) held.",
        tag=tag,
        shape=Item[shape],
        parameters=(KNOWN_AT,),
        path_parameters=(path_id(kind.name, kind.example_id),),
        problems=problems_of_id(kind.name),
    )
    return collection


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise ValueError(f"app/records/kinds.py: KINDS has no row for the kind {name!r}")
    return KINDS[name]


def item(context: ReadContext, kind: Kind) -> Response:
    """Answer with one record by its id."""
    row = read_row(context, kind, context.request.path_params["id"])
    context.request.scope["positions.revision"] = row.revision
    return json_response(item_text(context, row, context.address))


def read_row(context: ReadContext, kind: Kind, given: str) -> Any:
    """The row of a record by its id, as callers write it.

    Raises:
        NotFound: with the nearest id that exists.
    """
    row = _read(context, kind, given) if is_id(given) else None
    if row is None:
        row = _read(context, kind, resolve_one(context, kind.name, given))
    if row is None:
        raise NotFound(f"no {kind.name} has the id {given[:100]!r}")
    return row


def item_text(context: ReadContext, row: Any, address: str) -> bytes:
    """The JSON text of one record in its envelope."""
    text = context.fill(record_json([row])[0])
    return enveloped(text, context.meta({row.dataset}), self=address)


def _read(context: ReadContext, kind: Kind, record_id: str) -> Any:
    table = kind.table
    columns = (table.c.id, table.c.dataset, table.c.revision, table.c.recorded_at, table.c.body)

    def write(values: Values) -> sa.Select[Any]:
        return sa.select(*columns).where(table.c.id == values["id"])

    rows = context.cached_rows(table.name, {"id": record_id}, write)
    return rows[0] if rows else None
