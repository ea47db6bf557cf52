"""Resource of exports: a dataset as a Frictionless data package in one zip archive.

Every kind of record has its CSV, the same that `format=csv` gives; a table without rows is there
too, and means that none were recorded. Positions are left out, because they follow from the
opinions; so are the words at the places that are cited, because a source's text is not ours to give
away. The archive leaves while it is made, so that its size is bounded by nothing but the data, and
the same release gives the same bytes.
"""

import re
from collections.abc import Generator, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from app.db.engines.deadlines import renew_deadline
from app.db.tables import datasets, releases
from app.records.kinds import KINDS, Kind
from app.web.endpoints.operation import operation, path_id
from app.web.endpoints.records import collection_of
from app.web.formats.codebook import CODEBOOK, Term
from app.web.formats.csv import write_csv
from app.web.formats.table_schema import table_schema
from app.web.formats.zip import Archive
from app.web.parameters import KNOWN_AT
from app.web.query.answers import parts_of
from app.web.query.ids import resolve_one
from app.web.requests.context import ReadContext, open_context
from app.web.requests.service import Service
from app.web.requests.streaming import Stream
from app.web.response_schemas import stored

router = APIRouter()
MEDIA = "application/zip"
#: The mark of the words at a cited place, as JSON text writes it.
_EXACT = re.compile(rb'"\\u001fexact:[^"]*"')


def _export(context: ReadContext) -> Response:
    dataset = resolve_one(context, "dataset", context.request.path_params["dataset"])
    name = f"{dataset}_release-{context.release_shown}.zip"
    return Stream(
        context.service.executor.streams,
        _stream(context.service, context.request, {**context.values, "dataset": [dataset]}),
        media_type=MEDIA,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _stream(
    service: Service, request: Request, values: dict[str, Any]
) -> Generator[bytes, None, None]:
    """The archive by parts, over a connection that lives as long as the stream."""
    with open_context(service, request, values) as context:
        about = _about(context, values["dataset"][0])
        archive = Archive(datetime.fromisoformat(about["created"]))
        yield from archive.add("README.txt", [_readme(about).encode()])
        yield from archive.add("codebook.csv", write_csv(context, Term, [_terms()]))
        for kind in KINDS.values():
            yield from archive.add(f"{kind.path}.csv", _table(context, kind))
        package = about | {"resources": [_resource(member) for member in archive.members[1:]]}
        text = orjson.dumps(package, option=orjson.OPT_INDENT_2)
        yield from archive.add("datapackage.json", [text])
        yield archive.close()


def _table(context: ReadContext, kind: Kind) -> Iterator[bytes]:
    """A kind's records in the dataset, as CSV."""
    shape = stored(kind.record)
    parts = parts_of(collection_of(kind, shape, ()), context)
    wordless = ([_EXACT.sub(b"null", text) for text in part] for part in parts)
    return renew_deadline(context.connection, write_csv(context, shape, wordless))


def _terms() -> list[bytes]:
    return list(map(orjson.dumps, CODEBOOK))


def _about(context: ReadContext, dataset: str) -> dict[str, Any]:
    """The properties of the package (specs.frictionlessdata.io/data-package)."""
    [row] = context.rows(sa.select(datasets.c.body).where(datasets.c.id == dataset))
    body = orjson.loads(row.body)
    about = {
        "profile": "tabular-data-package",
        "name": dataset,
        "title": body["title"],
        "description": body["summary"],
        "version": body["version"],
        "homepage": body["url"],
        "created": _moment(context),
        "release": context.release_shown,
        "licenses": [_licence(body["licence"])],
        "citation": body["citation"],
    }
    return {name: value for name, value in about.items() if value is not None}


def _moment(context: ReadContext) -> str:
    """The moment of the release; the same for ever, as the archive is."""
    at: str = context.scalar(sa.select(releases.c.at).where(releases.c.id == context.release_shown))
    return at


def _licence(licence: str) -> dict[str, str]:
    """A licence in the form its name must have there, and as the dataset words it."""
    return {"name": re.sub(r"[^-A-Za-z0-9._]+", "-", licence), "title": licence}


def _resource(member: dict[str, Any]) -> dict[str, Any]:
    """A table of the package, with the length and the hash of its file."""
    name = member["path"].removesuffix(".csv")
    return {
        "profile": "tabular-data-resource",
        "name": name,
        **member,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": _schemas()[name],
    }


@cache
def _schemas() -> dict[str, Any]:
    """The schema of each table: its columns, and the key of its rows."""
    stored_kinds = {kind.path: table_schema(stored(kind.record)) for kind in KINDS.values()}
    keyed = {path: schema | {"primaryKey": ["id"]} for path, schema in stored_kinds.items()}
    return keyed | {"codebook": table_schema(Term) | {"primaryKey": ["vocabulary", "term"]}}


def _readme(about: dict[str, Any]) -> str:
    return f"""\
{about["title"]}

Cite as: {about["citation"]}
Licence: {about["licenses"][0]["title"]}
Release: {about["release"]}, of {about["created"]}

One CSV file (UTF-8, RFC 4180) for each kind of record; an empty one means that none were recorded.
datapackage.json says what every column holds, codebook.csv what every word means.
A cell that begins with ' and one of = + - @ is text that a spreadsheet would else run as a formula.
Positions are not among the files: they follow from opinions.csv.
"""


operation(
    router,
    "/export/{dataset}.zip",
    _export,
    name="export_dataset",
    summary="Take a dataset away",
    description=(
        "A Frictionless data package: a CSV for every kind of record (the columns of "
        "`format=csv`), the codebook, a `datapackage.json` with the schema, length and SHA-256 of "
        "each file, citation and licence. A table without rows means that none were recorded. The "
        "same release gives the same bytes. Positions are left out: they follow from the opinions. "
        "No words of a source are part of it: `exact` is null throughout."
    ),
    tag="Sources",
    shape=None,
    parameters=(KNOWN_AT,),
    path_parameters=({**path_id("dataset", "kazakhstan-nato"), "name": "dataset"},),
    costly=True,
    problems=(404,),
    media=(MEDIA,),
)
