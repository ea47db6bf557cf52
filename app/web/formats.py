"""The formats of a whole result: CSV and NDJSON, streamed so that memory stays bounded.

CSV is for spreadsheets and notebooks: UTF-8, a fixed header, words rather than symbols, a date as
four columns so that no reader turns 1996 into 1 January 1996, and no cell that a spreadsheet
would run as a formula: text that begins with = + - @ or a control is given an apostrophe first.
Numbers are never touched.
"""

import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import lru_cache, partial
from typing import Any, get_args, get_origin

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from pydantic.fields import ComputedFieldInfo, FieldInfo

from app.dates import VagueDate
from app.db.clock import as_known
from app.db.statements import in_parts
from app.errors import NotAcceptable
from app.records.references import Ref, Reference
from app.web.asking import Ask, Service, asked
from app.web.identities import resolve_filters
from app.web.listing import Collection, every, page
from app.web.problems import MEDIA_TYPES
from app.web.streams import Stream

CHUNK = 1000
NEW_LINE = "\n"
Cells = Callable[[list[Any]], list[list[Any]]]


def answer(ask: Ask, collection: Collection, shape: type[BaseModel]) -> Response:
    """A collection in the format asked for."""
    resolve_filters(ask, collection.filters)
    name = chosen(ask, ("json", "csv", "ndjson"))
    if name == "json":
        return page(ask, collection)
    every(ask, collection)  # refuses now what could not be refused once the stream has begun
    return streamed(ask, name, collection.name, shape, partial(parts_of, collection))


def parts_of(collection: Collection, ask: Ask) -> Iterator[list[str]]:
    """The JSON texts of a whole result by parts, marks still in them."""
    statement = as_known(every(ask, collection), ask.known)
    for part in in_parts(ask.connection, statement, CHUNK):
        yield collection.render(ask, part)


def streamed(
    ask: Ask,
    name: str,
    what: str,
    shape: type[BaseModel],
    parts: Callable[[Ask], Iterable[list[str]]],
) -> Response:
    """A whole result, streamed.

    Args:
        ask: the request.
        name: the format: csv or ndjson.
        what: what the file is called by.
        shape: the shape of a row.
        parts: gives the JSON texts of the rows by parts, marks still in them; it is asked again,
            over a connection that lives as long as the stream.
    """
    lines = _csv if name == "csv" else _ndjson
    body = _stream(ask.service, ask.request, ask.values, shape, parts, lines)
    disposition = f'attachment; filename="{_file_name(ask, what)}.{name}"'
    media = {"csv": "text/csv; charset=utf-8; header=present"}.get(name, MEDIA_TYPES[name])
    links = '</v1/codebook>; rel="describedby", </v1/datasets>; rel="license"'
    headers = {"Content-Disposition": disposition, "Link": links}
    return Stream(ask.service, body, media_type=media, headers=headers)


def chosen(ask: Ask, offered: tuple[str, ...]) -> str:
    """The format that `format=` or `Accept` asks for; the first offered where neither does.

    Raises:
        NotAcceptable: when none that is offered is accepted.
    """
    if "format" in ask.values:
        return str(ask.values["format"])
    lines = [value for name, value in ask.request.scope["headers"] if name == b"accept"]
    wanted = _most_wanted(b",".join(lines).decode("latin-1") or "*/*", offered)
    if wanted is None:
        shown = ", ".join(MEDIA_TYPES[name] for name in offered)
        raise NotAcceptable(f"this address serves {shown}")
    return wanted


@lru_cache(maxsize=256)
def _most_wanted(header: str, offered: tuple[str, ...]) -> str | None:
    accepted = _accepted(header)
    weights = {name: _weight(accepted, MEDIA_TYPES[name]) for name in offered}
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] > 0 else None


def _accepted(header: str) -> dict[str, float]:
    """The media ranges of an Accept header with their weights (RFC 9110 §12.5.1)."""
    wanted = {}
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [p[2:] for p in parameters if p.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        if media:
            wanted[media] = weight
    return wanted


def _weight(accepted: dict[str, float], media: str) -> float:
    """How much a media type is wanted: the most specific range that names it decides."""
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((accepted[one] for one in ranges if one in accepted), 0.0)


def _stream(
    service: Service,
    request: Request,
    values: dict[str, Any],
    shape: type[BaseModel],
    parts: Callable[[Ask], Iterable[list[str]]],
    lines: Callable[[Ask, str, type[BaseModel]], str],
) -> Generator[str, None, None]:
    """The result by parts, over a connection of its own that lives as long as the stream."""
    with asked(service, request, values) as ask:
        if lines is _csv:
            yield _csv_text([header(shape, values.get("fields"))])
        for part in parts(ask):
            if part:
                yield lines(ask, ask.fill("\n".join(part)), shape)


def csv_lines(ask: Ask, shape: type[BaseModel], parts: Iterable[list[str]]) -> Iterator[str]:
    """A whole result as CSV by parts: the header, then the rows with their marks filled."""
    yield _csv_text([header(shape)])
    for part in filter(None, parts):
        yield _csv(ask, ask.fill("\n".join(part)), shape)


def _ndjson(ask: Ask, text: str, _shape: type[BaseModel]) -> str:
    if wanted := ask.values.get("fields"):
        records = (orjson.loads(line) for line in text.split("\n"))
        kept = ({k: v for k, v in record.items() if k in wanted} for record in records)
        text = "\n".join(orjson.dumps(record).decode() for record in kept)
    return text + "\n"


def _csv(ask: Ask, text: str, shape: type[BaseModel]) -> str:
    records = orjson.loads(f"[{text.replace(NEW_LINE, ',')}]")
    columns = [
        column
        for name, cells in _writers(shape, ask.values.get("fields"))
        for column in cells([record[name] for record in records])
    ]
    return _csv_text(zip(*columns, strict=True))


def _csv_text(rows: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def header(shape: type[BaseModel], wanted: list[str] | None = None) -> list[str]:
    """The columns of a shape's CSV."""
    return [
        column
        for name, _, columns in laid_out(shape)
        if not wanted or name in wanted
        for column in columns
    ]


def laid_out(shape: type[BaseModel]) -> Iterator[tuple[str, str, list[str]]]:
    """The fields of a shape in order: name, the form it is laid out in, and its columns."""
    for name, info in _fields(shape):
        form = _form(info)
        yield name, form, [f"{name}{suffix}" for suffix in _FORMS[form][0]]


def _writers(shape: type[BaseModel], wanted: list[str] | None) -> list[tuple[str, Cells]]:
    return [
        (name, _FORMS[form][1]) for name, form, _ in laid_out(shape) if not wanted or name in wanted
    ]


def _fields(shape: type[BaseModel]) -> Iterator[tuple[str, FieldInfo | ComputedFieldInfo]]:
    yield from shape.model_fields.items()
    yield from shape.model_computed_fields.items()


def _form(info: FieldInfo | ComputedFieldInfo) -> str:
    """How a field of this type is laid out in columns."""
    if isinstance(info, ComputedFieldInfo):
        return "scalar" if info.return_type is not dict else "json"
    if any(isinstance(each, Reference) for each in info.metadata):
        return "ref"
    return _form_of(info.annotation)


def _form_of(annotation: Any) -> str:
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, VagueDate):
        return "date"
    if isinstance(annotation, type) and issubclass(annotation, Ref):
        return "ref"
    if origin in (tuple, list):
        inner = _form_of(arguments[0])
        return {"ref": "refs", "scalar": "texts"}.get(inner, "json")
    if origin is dict or isinstance(annotation, type) and issubclass(annotation, BaseModel | dict):
        return "json"
    if any(isinstance(a, Reference) for a in arguments):
        return "ref"
    forms = {_form_of(a) for a in arguments if not isinstance(a, Reference)} - {"scalar"}
    return forms.pop() if forms else "scalar"


#: What a spreadsheet takes for the beginning of a formula.
_RUN = frozenset("=+-@\t\r")
Column = list[Any]


# Each lays out the values of a field, of many records at once, in columns: what is done for each
# cell is most of what an export costs.


def _safe(cells: Column) -> Column:
    """Texts that no spreadsheet runs."""
    if _RUN.isdisjoint([cell[:1] for cell in cells]):
        return cells
    return [f"'{cell}" if cell[:1] in _RUN and cell else cell for cell in cells]


def _scalar(values: Column) -> list[Column]:
    kinds = set(map(type, values))
    if dict in kinds:  # a computed field does not say in its type what its mark becomes
        return _json(values)
    if type(None) in kinds:
        values = ["" if value is None else value for value in values]
    if kinds <= {str, type(None)}:
        return [_safe(values)]
    return [[_safe([value])[0] if isinstance(value, str) else value for value in values]]


def _date(values: Column) -> list[Column]:
    dates = [value or {} for value in values]
    parts = ("text", "earliest", "latest", "precision")
    return [_safe([date.get(part) or "" for date in dates]) for part in parts]


def _ref(values: Column) -> list[Column]:
    return [
        [value["id"] if value else "" for value in values],
        _safe([(value["name"] or "") if value else "" for value in values]),
    ]


def _refs(values: Column) -> list[Column]:
    return [["; ".join(one["id"] for one in value or ()) for value in values]]


def _texts(values: Column) -> list[Column]:
    return [_safe(["; ".join(map(str, value)) if value else "" for value in values])]


def _json(values: Column) -> list[Column]:
    return [["" if value is None else _text(value) for value in values]]


def _text(value: Any) -> str:
    return "[]" if value == [] else orjson.dumps(value).decode()


_FORMS: dict[str, tuple[tuple[str, ...], Cells]] = {
    "scalar": (("",), _scalar),
    "date": (("_text", "_earliest", "_latest", "_precision"), _date),
    "ref": (("", "_name"), _ref),
    "refs": (("",), _refs),
    "texts": (("",), _texts),
    "json": (("",), _json),
}


def _file_name(ask: Ask, what: str) -> str:
    """A name that says what was asked: the collection, its filters, the release."""
    shaping = {"format", "sort", "limit", "cursor", "total", "facets", "fields", "q"}
    parts = [
        f"{name}-{'-'.join(value) if isinstance(value, list) else value}"
        for name, value in sorted(ask.values.items())
        if name not in shaping
    ]
    name = "_".join([what, *parts, f"release-{ask.release_told}"])
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)[:150]
