"""CSV (RFC 4180) of rows, for spreadsheets and notebooks.

UTF-8, a fixed header, words rather than symbols, a date as seven columns so that no reader turns
1996 into 1 January 1996, a set of dates into all days between, or a guess into what was stated, and
no cell that a spreadsheet would run as a formula: text that begins with = + - @ or a control is
given an apostrophe first. Numbers are never touched.

A file is made by columns, hundreds of rows at once: what is done for each cell is most of what an
export costs. For the same reason cells are quoted here and not by the csv module, which looks at
every character of every one; a test holds the two against each other.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, get_args, get_origin

import msgspec
import orjson
from msgspec import Raw
from msgspec.structs import asdict, astuple
from pydantic import BaseModel
from pydantic.fields import ComputedFieldInfo, FieldInfo

from app.dates import VagueDate
from app.records.references import Ref, Reference
from app.web.requests.context import ReadContext

Column = Sequence[Any]
Cells = Callable[["CsvFile", Column], list[Sequence[str]]]
#: The refs that a file under way remembers at the most.
MOST_REFS = 10_000


class CsvFile(NamedTuple):
    """A CSV file under way.

    Attributes:
        context: the request.
        refs: the id and the name of each ref met so far; few are new in a part.
    """

    context: ReadContext
    refs: dict[Any, tuple[str, str]]


def write_csv(
    context: ReadContext, shape: type[BaseModel], parts: Iterable[list[bytes]]
) -> Iterator[bytes]:
    """A whole result as CSV by parts: the header, then the rows."""
    wanted = context.values.get("fields")
    fields = [field for field in columns_of(shape) if not wanted or field[0] in wanted]
    yield csv_text([[column] for _, _, columns in fields for column in columns])
    formats = {name: FORMATS[format_name] for name, format_name, _ in fields}
    read, file = _reader(formats), CsvFile(context, {})
    for part in filter(None, parts):
        values = zip(*map(astuple, map(read, part)), strict=True)
        columns = zip(formats.values(), values, strict=True)
        yield csv_text([cells for one, column in columns for cells in _cells(file, one, column)])


def _reader(formats: dict[str, "ColumnFormat"]) -> Callable[[bytes], Any]:
    """The reader of a row's JSON text, marks still in it: only of the fields that are shown.

    The rest is passed over, and no dictionaries are made: to read took half of an export.
    """
    row = msgspec.defstruct("Row", [(name, one.read_as) for name, one in formats.items()], gc=False)
    return msgspec.json.Decoder(row).decode


def _cells(file: CsvFile, column_format: "ColumnFormat", column: Column) -> list[Sequence[str]]:
    """The columns of a field; many say the same, or nothing, all through a part."""
    first, number = column[0], len(column)
    if first == column[-1] and column.count(first) == number and len(set(map(type, column))) == 1:
        return [[cells[0]] * number for cells in column_format.cells(file, column[:1])]
    return column_format.cells(file, column)


def csv_text(columns: Sequence[Sequence[str]]) -> bytes:
    """Columns of cells as lines; a row that would be an empty line has a quoted nothing."""
    if len(columns) == 1:
        columns = [[cell or '""' for cell in columns[0]]]
    lines = map(",".join, zip(*columns, strict=True))
    return b"\r\n".join([*map(str.encode, lines), b""])


def cells_of(texts: Sequence[str]) -> Sequence[str]:
    """Texts as the cells of a column: none that a spreadsheet runs, in quotes where they need it.

    Most columns have neither, so all their texts are looked at together first.
    """
    together = "\0".join(["", *texts])
    if _RUNS.search(together):
        texts = [f"'{text}" if text.startswith(_RUN) else text for text in texts]
    if not any(mark in together for mark in ',"\n\r'):
        return texts
    return [
        f'"{text.replace(_QUOTE, _DOUBLED)}"'
        if _QUOTE in text or "," in text or "\n" in text or "\r" in text
        else text
        for text in texts
    ]


#: The characters that a spreadsheet takes for the beginning of a formula.
_RUN = ("=", "+", "-", "@", "\t", "\r")
_RUNS = re.compile("\0[=+@\t\r-]")
_QUOTE, _DOUBLED = '"', '""'


def columns_of(shape: type[BaseModel]) -> Iterator[tuple[str, str, list[str]]]:
    """The fields of a shape in order: name, the name of its column format, and its columns."""
    for name, info in _fields(shape):
        format_name = _format_of(info)
        yield name, format_name, [f"{name}{suffix}" for suffix in FORMATS[format_name].suffixes]


def _fields(shape: type[BaseModel]) -> Iterator[tuple[str, FieldInfo | ComputedFieldInfo]]:
    yield from shape.model_fields.items()
    yield from shape.model_computed_fields.items()


def _format_of(info: FieldInfo | ComputedFieldInfo) -> str:
    """The column format of a field, by its type."""
    if isinstance(info, ComputedFieldInfo):
        return "computed"
    if any(isinstance(each, Reference) for each in info.metadata):
        return "ref"
    return _format_of_type(info.annotation)


def _format_of_type(annotation: Any) -> str:
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, VagueDate):
        return "date"
    if isinstance(annotation, type) and issubclass(annotation, Ref):
        return "ref"
    if origin in (tuple, list):
        inner = _format_of_type(arguments[0])
        return {"ref": "refs", "scalar": "texts"}.get(inner, "json")
    if origin is dict or isinstance(annotation, type) and issubclass(annotation, BaseModel | dict):
        return "json"
    if any(isinstance(a, Reference) for a in arguments):
        return "ref"
    formats = {_format_of_type(a) for a in arguments if not isinstance(a, Reference)} - {"scalar"}
    return formats.pop() if formats else "scalar"


# Each makes the columns of a field from its values in many records at once.


def _scalar(_file: CsvFile, values: Column) -> list[Sequence[str]]:
    kinds = set(map(type, values))
    if type(None) in kinds:
        values = ["" if value is None else value for value in values]
    if kinds <= {str, type(None)}:
        return [cells_of(values)]
    if kinds.isdisjoint({str, type(None)}):
        return [list(map(str, values))]
    return [[cells_of([v])[0] if isinstance(v, str) else str(v) for v in values]]


def _computed(file: CsvFile, values: Column) -> list[Sequence[str]]:
    """A computed field does not say in its type what its mark becomes."""
    meant = file.context.meaning(values) if str in set(map(type, values)) else values
    if dict in set(map(type, meant)):
        return _json(file, [Raw(orjson.dumps(one)) for one in meant])
    return _scalar(file, meant)


class Date(msgspec.Struct, gc=False):
    """A date, as far as columns show it."""

    text: str | None
    earliest: str | None
    latest: str | None
    precision: str | None
    edtf: str | None
    basis: str | None
    reason: str | None


_NO_DATE = ("",) * len(Date.__struct_fields__)


def _date(file: CsvFile, values: Column) -> list[Sequence[str]]:
    dates = [astuple(value) if value else _NO_DATE for value in values]
    return [cells for column in zip(*dates, strict=True) for cells in _scalar(file, column)]


class Named(msgspec.Struct, frozen=True, gc=False):
    """A ref, as far as columns show it, where a row has the ref and no mark."""

    id: str
    name: str | None


def _ref(file: CsvFile, values: Column) -> list[Sequence[str]]:
    cells = file.refs
    if len(cells) > MOST_REFS:
        cells.clear()
    if new := list(set(values).difference(cells)):
        known = [
            asdict(one) if isinstance(one, Named) else one for one in file.context.meaning(new)
        ]
        ids = [ref["id"] if ref else "" for ref in known]
        names = cells_of([(ref["name"] or "") if ref else "" for ref in known])
        cells.update(zip(new, zip(ids, names, strict=True), strict=True))
    return list(zip(*map(cells.__getitem__, values), strict=True))


def _refs(_file: CsvFile, values: Column) -> list[Sequence[str]]:
    """Ids alone; these, here and in `_ref`, have nothing that is quoted or runs."""
    return [["; ".join(mark.partition(":")[2] for mark in value or ()) for value in values]]


def _texts(_file: CsvFile, values: Column) -> list[Sequence[str]]:
    return [cells_of(["; ".join(map(str, value)) if value else "" for value in values])]


def _json(file: CsvFile, values: Column) -> list[Sequence[str]]:
    """JSON is quoted here: nearly all of it needs that, and it has no breaks and never runs."""
    filled = file.context.fill(b"\n".join(values)).replace(b'"', b'""').decode().split("\n")
    texts = ["" if text == "null" else text for text in filled]
    return [[f'"{text}"' if _QUOTE in text or "," in text else text for text in texts]]


class ColumnFormat(NamedTuple):
    """The columns of a field: their suffixes, the type it is read as, and what makes the cells."""

    suffixes: tuple[str, ...]
    read_as: Any
    cells: Cells


FORMATS = {
    "scalar": ColumnFormat(("",), Any, _scalar),
    "computed": ColumnFormat(("",), Any, _computed),
    "date": ColumnFormat(tuple(f"_{name}" for name in Date.__struct_fields__), Date | None, _date),
    "ref": ColumnFormat(("", "_name"), str | Named | None, _ref),
    "refs": ColumnFormat(("",), list[str] | None, _refs),
    "texts": ColumnFormat(("",), list[Any] | None, _texts),
    "json": ColumnFormat(("",), Raw, _json),
}
