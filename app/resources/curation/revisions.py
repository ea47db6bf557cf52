"""Resource of the revisions of a record: each as it was, with who changed it, when and why."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response
from jsonpatch import make_patch
from pydantic import Field
from sqlalchemy import Row, Select

from app.db.tables import HISTORY
from app.errors import NotFound
from app.records.kinds import KINDS, Kind, written
from app.records.storage.history import ADD, DELETE, revisions_of
from app.web.endpoints.operation import operation, path_id, problems_of_id
from app.web.formats.responses import item_response
from app.web.parameters import is_id
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.ids import resolve_one
from app.web.references import ReferenceFiller, record_json
from app.web.requests.context import ReadContext
from app.web.response_schemas import Changed, Item, Page, change_fields, stored

router = APIRouter()
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class Revision(Changed):
    """One change of a record."""

    revision: Annotated[int, Field(description="Its number; a removal has that of the removed.")]
    diff: Annotated[
        list[dict[str, Any]] | None,
        Field(
            description="JSON Patch (RFC 6902) from the revision before, in the shape records are "
            "written in: references are ids. Null for an addition and a removal."
        ),
    ]


def _source(kind: Kind, context: ReadContext) -> Select[Any]:
    return revisions_of(kind, _record_id(kind, context))


def _record_id(kind: Kind, context: ReadContext) -> str:
    """The id of a record that is there, or was.

    Raises:
        NotFound: when there never was one.
    """
    given: str = context.request.path_params["id"]
    table, past = kind.table, HISTORY[kind.table]
    known = sa.union_all(
        sa.select(table.c.id).where(table.c.id == given),
        sa.select(past.c.id).where(past.c.id == given),
    )
    if is_id(given) and context.connection.execute(known).first():
        return given
    return resolve_one(context, kind.name, given)


def _render(kind: Kind, context: ReadContext, rows: Sequence[Row[Any]]) -> list[bytes]:
    before = _bodies(
        kind, context, [row.revision - 1 for row in rows if row.op not in (ADD, DELETE)]
    )
    return [
        orjson.dumps(
            {"revision": row.revision, **change_fields(row), "diff": _diff(kind, row, before)}
        )
        for row in rows
    ]


def _bodies(kind: Kind, context: ReadContext, numbers: list[int]) -> dict[int, Any]:
    if not numbers:
        return {}
    found = revisions_of(kind, _record_id(kind, context)).subquery()
    kept = sa.select(found).where(found.c.revision.in_(numbers), found.c.op != DELETE)
    rows = context.connection.execute(kept)
    return {row.revision: row for row in rows}


def _diff(kind: Kind, row: Row[Any], before: dict[int, Any]) -> Any:
    if row.op in (ADD, DELETE):
        return None
    old, new = before[row.revision - 1], row
    return make_patch(
        written(kind, old.id, old.dataset, old.body), written(kind, new.id, new.dataset, new.body)
    ).patch


def _collection(kind: Kind) -> Collection:
    release = sa.literal_column("revisions.release", sa.Integer())
    return Collection(
        name=f"{kind.name}-revisions",
        kinds=(),
        columns=(),
        key={"release": release},
        sorts={"release": release},
        filters=(),
        fields=[*Revision.model_fields],
        render=partial(_render, kind),
        source=partial(_source, kind),
        clocks=(),
    )


def _revision(kind: Kind, context: ReadContext) -> Response:
    """One revision of a record, with the names its references had then."""
    number = context.request.path_params["number"]
    row = (
        _bodies(kind, context, [int(number)]).get(int(number))
        if _NUMBER.fullmatch(number)
        else None
    )
    if row is None:
        raise NotFound(
            f"there is no revision {number[:20]!r}; the list of revisions says which are"
        )
    references = ReferenceFiller(
        context.release, row.release if row.release < context.release else None
    )
    text = references.fill(context.connection, record_json([row])[0])
    return item_response(context, text, context.meta({row.dataset}))


_IN_ADDRESS = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The number of the revision.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
    "example": "1",
}


def _register(kind: Kind) -> None:
    collection = _collection(kind)
    shape: Any = stored(kind.record)
    operation(
        router,
        f"/{kind.path}/{{id}}/revisions",
        lambda context: answer(context, collection, Revision),
        name=f"list_{kind.name}_revisions",
        summary=f"List the revisions of one {kind.name}",
        description="Every change of a record, also of one that was removed, oldest first.",
        tag="Curation",
        shape=Page[Revision],
        parameters=collection.parameters,
        path_parameters=(path_id(kind.name, kind.example_id),),
        formats=("json", "csv", "ndjson"),
        problems=problems_of_id(kind.name),
    )
    operation(
        router,
        f"/{kind.path}/{{id}}/revisions/{{number}}",
        partial(_revision, kind),
        name=f"get_{kind.name}_revision",
        summary=f"Get one revision of one {kind.name}",
        description="The record as it was, with the names its references had then.",
        tag="Curation",
        shape=Item[shape],
        path_parameters=(
            path_id(kind.name, kind.example_id),
            _IN_ADDRESS,
        ),
        problems=problems_of_id(kind.name),
    )


for _kind in KINDS.values():
    _register(_kind)
