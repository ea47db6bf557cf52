"""Sheets: rows as CSV (RFC 4180), for spreadsheets and notebooks.

UTF-8, a fixed header, words rather than symbols, a date as four columns so that no reader turns
1996 into 1 January 1996, and no cell that a spreadsheet would run as a formula: text that begins
with = + - @ or a control is given an apostrophe first. Numbers are never touched.

A sheet is made by columns, a thousand rows at once: what is done for each cell is most of what an
export costs. For the same reason cells are quoted here and not by the csv module, which looks at
every character of every one; a test holds the two against each other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, get_args, get_origin

import orjson
from pydantic import BaseModel
from pydantic.fields import ComputedFieldInfo, FieldInfo

from app.dates import VagueDate
from app.records.references import Ref, Reference
from app.web.asking import Ask

Column = Sequence[Any]
Cells = Callable[[Ask, Column], list[Sequence[str]]]


def sheets(ask: Ask, shape: type[BaseModel], parts: Iterable[list[str]]) -> Iterator[str]:
    """A whole result as CSV by parts: the header, then the rows."""
    wanted = ask.values.get("fields")
    writers = _writers(shape, wanted)
    yield _header(shape, wanted)
    for part in filter(None, parts):
        yield _sheet(ask, part, writers)


def _sheet(ask: Ask, part: list[str], writers: list[tuple[str, Cells]]) -> str:
    """Rows from their JSON texts, marks still in them: each form of column reads its own."""
    names, cells = zip(*writers, strict=True)
    chosen = itemgetter(*names)
    records = map(chosen, map(orjson.loads, part))
    values = zip(*records, strict=True) if len(names) > 1 else [list(records)]
    columns = [c for make, column in zip(cells, values, strict=True) for c in make(ask, column)]
    return csv_text(columns)


def csv_text(columns: Sequence[Sequence[str]]) -> str:
    """Columns of cells as lines; a row that would be an empty line has a quoted nothing."""
    texts = [_quoted(column) for column in columns]
    if len(texts) == 1:
        texts = [[cell or '""' for cell in texts[0]]]
    return "\r\n".join([*map(",".join, zip(*texts, strict=True)), ""])


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


def _header(shape: type[BaseModel], wanted: list[str] | None) -> str:
    """The line that names the columns of a shape."""
    return csv_text(
        [
            [column]
            for name, _, columns in laid_out(shape)
            if not wanted or name in wanted
            for column in columns
        ]
    )


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
    meant = ask.names.meaning(ask.connection, values)
    return (_json if any(isinstance(one, dict) for one in meant) else _scalar)(ask, meant)


_parts = itemgetter("text", "earliest", "latest", "precision")
_NO_DATE = ("",) * 4


def _date(ask: Ask, values: Column) -> list[Sequence[str]]:
    if not any(values):
        return [[""] * len(values)] * len(_NO_DATE)
    dates = [_parts(value) if value else _NO_DATE for value in values]
    return [_scalar(ask, column)[0] for column in zip(*dates, strict=True)]


def _ref(ask: Ask, values: Column) -> list[Sequence[str]]:
    refs = ask.names.meaning(ask.connection, values)
    if not any(refs):
        return [[""] * len(refs)] * 2
    return [
        [ref["id"] if ref else "" for ref in refs],
        _safe([(ref["name"] or "") if ref else "" for ref in refs]),
    ]


def _refs(_ask: Ask, values: Column) -> list[Sequence[str]]:
    return [["; ".join(mark.partition(":")[2] for mark in value or ()) for value in values]]


def _texts(_ask: Ask, values: Column) -> list[Sequence[str]]:
    if not any(values):
        return [[""] * len(values)]
    return [_safe(["; ".join(map(str, value)) if value else "" for value in values])]


def _json(ask: Ask, values: Column) -> list[Sequence[str]]:
    if not any(values):
        return [[_text(value) for value in values]]
    return [ask.fill("\n".join(map(_text, values))).split("\n")]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return "[]" if value == [] else orjson.dumps(value).decode()


_FORMS: dict[str, tuple[tuple[str, ...], Cells]] = {
    "scalar": (("",), _scalar),
    "computed": (("",), _computed),
    "date": (("_text", "_earliest", "_latest", "_precision"), _date),
    "ref": (("", "_name"), _ref),
    "refs": (("",), _refs),
    "texts": (("",), _texts),
    "json": (("",), _json),
}
