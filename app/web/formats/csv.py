"""Sheets: rows as CSV (RFC 4180), for spreadsheets and notebooks.

UTF-8, a fixed header, words rather than symbols, a date as four columns so that no reader turns
1996 into 1 January 1996, and no cell that a spreadsheet would run as a formula: text that begins
with = + - @ or a control is given an apostrophe first. Numbers are never touched.

A sheet is made by columns, hundreds of rows at once: what is done for each cell is most of what an
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
Cells = Callable[["Sheet", Column], list[Sequence[str]]]
#: The refs that a sheet remembers at the most.
MOST_KEPT = 10_000


class Sheet(NamedTuple):
    """A sheet under way.

    Attributes:
        context: what was asked.
        refs: the id and the name of each ref met so far; few are new in a part.
    """

    context: ReadContext
    refs: dict[Any, tuple[str, str]]


def sheets(
    context: ReadContext, shape: type[BaseModel], parts: Iterable[list[bytes]]
) -> Iterator[bytes]:
    """A whole result as CSV by parts: the header, then the rows."""
    wanted = context.values.get("fields")
    fields = [(n, form, names) for n, form, names in laid_out(shape) if not wanted or n in wanted]
    yield csv_text([[column] for _, _, columns in fields for column in columns])
    forms = {name: _FORMS[form] for name, form, _ in fields}
    read, sheet = _reader(forms), Sheet(context, {})
    for part in filter(None, parts):
        values = zip(*map(astuple, map(read, part)), strict=True)
        told = zip(forms.values(), values, strict=True)
        yield csv_text([cells for form, column in told for cells in _cells(sheet, form, column)])


def _reader(forms: dict[str, "Form"]) -> Callable[[bytes], Any]:
    """What reads a row's JSON text, marks still in it: only what its columns show, as they take it.

    The rest is passed over, and no dictionaries are made: to read took half of an export.
    """
    row = msgspec.defstruct("Row", [(name, form.read_as) for name, form in forms.items()], gc=False)
    return msgspec.json.Decoder(row).decode


def _cells(sheet: Sheet, form: "Form", column: Column) -> list[Sequence[str]]:
    """The columns of a field; many say the same, or nothing, all through a part."""
    first, number = column[0], len(column)
    if first == column[-1] and column.count(first) == number and len(set(map(type, column))) == 1:
        return [[cells[0]] * number for cells in form.cells(sheet, column[:1])]
    return form.cells(sheet, column)


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


#: What a spreadsheet takes for the beginning of a formula.
_RUN = ("=", "+", "-", "@", "\t", "\r")
_RUNS = re.compile("\0[=+@\t\r-]")
_QUOTE, _DOUBLED = '"', '""'


def laid_out(shape: type[BaseModel]) -> Iterator[tuple[str, str, list[str]]]:
    """The fields of a shape in order: name, the form it is laid out in, and its columns."""
    for name, info in _fields(shape):
        form = _form(info)
        yield name, form, [f"{name}{suffix}" for suffix in _FORMS[form].suffixes]


def _fields(shape: type[BaseModel]) -> Iterator[tuple[str, FieldInfo | ComputedFieldInfo]]:
    yield from shape.model_fields.items()
    yield from shape.model_computed_fields.items()


def _form(info: FieldInfo | ComputedFieldInfo) -> str:
    """How a field of this type is laid out in columns."""
    if isinstance(info, ComputedFieldInfo):
        return "computed"
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


# Each lays out the values of a field, of many records at once, in columns.


def _scalar(_sheet: Sheet, values: Column) -> list[Sequence[str]]:
    kinds = set(map(type, values))
    if type(None) in kinds:
        values = ["" if value is None else value for value in values]
    if kinds <= {str, type(None)}:
        return [cells_of(values)]
    if kinds.isdisjoint({str, type(None)}):
        return [list(map(str, values))]
    return [[cells_of([v])[0] if isinstance(v, str) else str(v) for v in values]]


def _computed(sheet: Sheet, values: Column) -> list[Sequence[str]]:
    """A computed field does not say in its type what its mark becomes."""
    meant = sheet.context.meaning(values) if str in set(map(type, values)) else values
    if dict in set(map(type, meant)):
        return _json(sheet, [Raw(orjson.dumps(one)) for one in meant])
    return _scalar(sheet, meant)


class Date(msgspec.Struct, gc=False):
    """What a sheet shows of a date."""

    text: str | None
    earliest: str | None
    latest: str | None
    precision: str | None


_NO_DATE = ("",) * len(Date.__struct_fields__)


def _date(sheet: Sheet, values: Column) -> list[Sequence[str]]:
    dates = [astuple(value) if value else _NO_DATE for value in values]
    return [cells for column in zip(*dates, strict=True) for cells in _scalar(sheet, column)]


class Named(msgspec.Struct, frozen=True, gc=False):
    """What a sheet shows of a ref, where a row has the ref and no mark."""

    id: str
    name: str | None


def _ref(sheet: Sheet, values: Column) -> list[Sequence[str]]:
    cells = sheet.refs
    if len(cells) > MOST_KEPT:
        cells.clear()
    if new := list(set(values).difference(cells)):
        known = [
            asdict(one) if isinstance(one, Named) else one for one in sheet.context.meaning(new)
        ]
        ids = [ref["id"] if ref else "" for ref in known]
        names = cells_of([(ref["name"] or "") if ref else "" for ref in known])
        cells.update(zip(new, zip(ids, names, strict=True), strict=True))
    return list(zip(*map(cells.__getitem__, values), strict=True))


def _refs(_sheet: Sheet, values: Column) -> list[Sequence[str]]:
    """Ids alone; these, here and in `_ref`, have nothing that is quoted or runs."""
    return [["; ".join(mark.partition(":")[2] for mark in value or ()) for value in values]]


def _texts(_sheet: Sheet, values: Column) -> list[Sequence[str]]:
    return [cells_of(["; ".join(map(str, value)) if value else "" for value in values])]


def _json(sheet: Sheet, values: Column) -> list[Sequence[str]]:
    """JSON is quoted here: nearly all of it needs that, and it has no breaks and never runs."""
    told = sheet.context.fill(b"\n".join(values)).replace(b'"', b'""').decode().split("\n")
    told = ["" if text == "null" else text for text in told]
    return [[f'"{text}"' if _QUOTE in text or "," in text else text for text in told]]


class Form(NamedTuple):
    """A way to lay out a field: the columns' suffixes, what it is read as, what makes the cells."""

    suffixes: tuple[str, ...]
    read_as: Any
    cells: Cells


_FORMS = {
    "scalar": Form(("",), Any, _scalar),
    "computed": Form(("",), Any, _computed),
    "date": Form(tuple(f"_{name}" for name in Date.__struct_fields__), Date | None, _date),
    "ref": Form(("", "_name"), str | Named | None, _ref),
    "refs": Form(("",), list[str] | None, _refs),
    "texts": Form(("",), list[Any] | None, _texts),
    "json": Form(("",), Raw, _json),
}
