"""Sheets: rows as CSV (RFC 4180), for spreadsheets and notebooks.

UTF-8, a fixed header, words rather than symbols, a date as four columns so that no reader turns
1996 into 1 January 1996, and no cell that a spreadsheet would run as a formula: text that begins
with = + - @ or a control is given an apostrophe first. Numbers are never touched.

A sheet is made by columns, a thousand rows at once: what is done for each cell is most of what an
export costs. For the same reason cells are quoted here and not by the csv module, which looks at
every character of every one; a test holds the two against each other.
"""

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
from app.web.asking import Ask

Column = Sequence[Any]
Cells = Callable[[Ask, Column], list[Sequence[str]]]


def sheets(ask: Ask, shape: type[BaseModel], parts: Iterable[list[bytes]]) -> Iterator[bytes]:
    """A whole result as CSV by parts: the header, then the rows."""
    wanted = ask.values.get("fields")
    fields = [(n, form, names) for n, form, names in laid_out(shape) if not wanted or n in wanted]
    yield csv_text([[column] for _, _, columns in fields for column in columns])
    forms = {name: _FORMS[form] for name, form, _ in fields}
    read = _reader(forms)
    for part in filter(None, parts):
        values = zip(*map(astuple, map(read, part)), strict=True)
        told = zip(forms.values(), values, strict=True)
        yield csv_text([cells for form, column in told for cells in form.cells(ask, column)])


def _reader(forms: dict[str, "Form"]) -> Callable[[bytes], Any]:
    """What reads a row's JSON text, marks still in it: only what its columns show, as they take it.

    The rest is passed over, and no dictionaries are made: to read took half of an export.
    """
    row = msgspec.defstruct("Row", [(name, form.read_as) for name, form in forms.items()], gc=False)
    return msgspec.json.Decoder(row).decode


def csv_text(columns: Sequence[Sequence[str]]) -> bytes:
    """Columns of cells as lines; a row that would be an empty line has a quoted nothing."""
    texts = [_quoted(column) for column in columns]
    if len(texts) == 1:
        texts = [[cell or '""' for cell in texts[0]]]
    lines = map(",".join, zip(*texts, strict=True))
    return b"\r\n".join([*map(str.encode, lines), b""])


def _quoted(texts: Sequence[str]) -> Sequence[str]:
    """Cells, those in quotes that need it; most columns have none."""
    together = "\0".join(texts)
    if not any(mark in together for mark in ',"\n\r'):
        return texts
    return [
        f'"{text.replace(_QUOTE, _DOUBLED)}"'
        if _QUOTE in text or "," in text or "\n" in text or "\r" in text
        else text
        for text in texts
    ]


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


#: What a spreadsheet takes for the beginning of a formula.
_RUN = frozenset("=+-@\t\r")


# Each lays out the values of a field, of many records at once, in columns.


def _safe(cells: Sequence[str]) -> Sequence[str]:
    """Texts that no spreadsheet runs."""
    if _RUN.isdisjoint({cell[:1] for cell in set(cells)}):
        return cells
    return [f"'{cell}" if cell[:1] in _RUN and cell else cell for cell in cells]


def _scalar(_ask: Ask, values: Column) -> list[Sequence[str]]:
    kinds = set(map(type, values))
    if kinds == {type(None)}:
        return [[""] * len(values)]
    if type(None) in kinds:
        values = ["" if value is None else value for value in values]
    if kinds <= {str, type(None)}:
        return [_safe(values)]
    if kinds.isdisjoint({str, type(None)}):
        return [list(map(str, values))]
    return [[_safe([v])[0] if isinstance(v, str) else str(v) for v in values]]


def _computed(ask: Ask, values: Column) -> list[Sequence[str]]:
    """A computed field does not say in its type what its mark becomes."""
    meant = ask.names.meaning(ask.connection, values) if str in set(map(type, values)) else values
    if any(isinstance(one, dict) for one in meant):
        return _json(ask, [Raw(orjson.dumps(one)) for one in meant])
    return _scalar(ask, meant)


class Date(msgspec.Struct, gc=False):
    """What a sheet shows of a date."""

    text: str | None
    earliest: str | None
    latest: str | None
    precision: str | None


_NO_DATE = ("",) * len(Date.__struct_fields__)


def _date(ask: Ask, values: Column) -> list[Sequence[str]]:
    if not any(values):
        return [[""] * len(values)] * len(_NO_DATE)
    dates = [astuple(value) if value else _NO_DATE for value in values]
    return [cells for column in zip(*dates, strict=True) for cells in _scalar(ask, column)]


class Named(msgspec.Struct, frozen=True, gc=False):
    """What a sheet shows of a ref, where a row has the ref and no mark."""

    id: str
    name: str | None


def _ref(ask: Ask, values: Column) -> list[Sequence[str]]:
    refs = list(set(values))
    meant = ask.names.meaning(ask.connection, refs)
    known = [asdict(one) if isinstance(one, Named) else one for one in meant]
    ids = [ref["id"] if ref else "" for ref in known]
    names = _safe([(ref["name"] or "") if ref else "" for ref in known])
    told = (dict(zip(refs, cells, strict=True)) for cells in (ids, names))
    return [[cells[ref] for ref in values] for cells in told]


def _refs(_ask: Ask, values: Column) -> list[Sequence[str]]:
    return [["; ".join(mark.partition(":")[2] for mark in value or ()) for value in values]]


def _texts(_ask: Ask, values: Column) -> list[Sequence[str]]:
    if not any(values):
        return [[""] * len(values)]
    return [_safe(["; ".join(map(str, value)) if value else "" for value in values])]


def _json(ask: Ask, values: Column) -> list[Sequence[str]]:
    texts = ask.fill(b"\n".join(values)).split(b"\n")
    return [["" if text == b"null" else text.decode() for text in texts]]


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
