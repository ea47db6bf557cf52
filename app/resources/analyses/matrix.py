"""Resource of the matrix: holders by questions, sparse, paged both ways."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Response
from pydantic import Field
from pyroaring import BitMap

from app.index.release_index import IndexView
from app.opinions.filters import OPINION_FILTERS, opinion_rows, undated
from app.opinions.positions import Position, PositionRow, position_json, position_rows
from app.records.references import MARK, Ref
from app.web.endpoints.operation import operation
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.formats.responses import enveloped, json_response
from app.web.parameters import KNOWN_AT, Parameter, integer, word_of
from app.web.query.cursors import Cursor, is_number, is_text
from app.web.query.filters import FORMAT
from app.web.query.ids import resolve_filters
from app.web.query.pages import CHUNK, PageRows, read_page
from app.web.requests.context import ReadContext
from app.web.response_schemas import Links, Meta, Shape

router = APIRouter()

DEFAULT_SIDE, MOST_SIDE = 50, 200
FORMATS = ("json", "csv", "ndjson")


class Matrix(Shape):
    """A part of the matrix: some holders, some questions, and the positions there are."""

    holders: Annotated[list[Ref], Field(description="The rows of this part, in order.")]
    questions: Annotated[list[Ref], Field(description="The columns of this part, in order.")]
    cells: Annotated[
        list[Position],
        Field(description="The positions there are; a cell that is missing is not recorded."),
    ]


class MatrixMeta(Meta):
    """About the matrix: besides, how large the whole is."""

    holders: Annotated[int, Field(description="Holders of the whole matrix.")]
    questions: Annotated[int, Field(description="Questions of the whole matrix.")]
    method: Annotated[str, Field(description="How the cells are made.")]


class MatrixLinks(Links):
    """The addresses of this part and the next ones."""

    next_holders: Annotated[str | None, Field(description="The next holders; null at the end.")]
    next_questions: Annotated[str | None, Field(description="The next questions; null at the end.")]


class MatrixPage(Shape):
    """A part of the matrix."""

    data: Matrix
    meta: MatrixMeta
    links: MatrixLinks


_METHOD = (
    "Cells are positions, derived from the opinions that the filters let through. "
    "A missing cell is not recorded, which is neither neutral nor no_position."
)


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, OPINION_FILTERS)
    name = negotiated_format(context, FORMATS)
    if name != "json":
        return download(context, name, "matrix", Position, _parts)
    all_holders, all_questions = _sorted_ids(context, "holder"), _sorted_ids(context, "question")
    holder_page = _side(context, "holder", all_holders)
    question_page = _side(context, "question", all_questions)
    holders, questions = ([one for _, one in page.rows] for page in (holder_page, question_page))
    index = context.index
    here = index.column("holder").any_of(holders) & index.column("question").any_of(questions)
    cells = b",".join(position_json(context, _cells(context, position_rows(context) & here)))
    marks = [
        orjson.dumps([f"{MARK}{space}:{one}" for one in ids])
        for space, ids in (("actor", holders), ("question", questions))
    ]
    data = context.fill(b'{"holders":%b,"questions":%b,"cells":[%b]}' % (*marks, cells))
    meta = context.meta(
        set(map(str, index.column("dataset").counts(opinion_rows(context) & here))),
        holders=len(all_holders),
        questions=len(all_questions),
        method=_METHOD,
        undated=undated(context),
    )
    links = {
        "next_holders": holder_page.next_address,
        "next_questions": question_page.next_address,
    }
    return json_response(enveloped(data, meta, self=context.address, **links))


def _parts(context: ReadContext) -> Iterator[list[bytes]]:
    """Every cell that the filters let through, by holder and question, whatever the page."""
    cells = _cells(context, position_rows(context))
    for start in range(0, len(cells), CHUNK):
        yield position_json(context, cells[start : start + CHUNK])


def _cells(context: ReadContext, rows: BitMap) -> list[PositionRow]:
    """The rows of positions, by holder and question."""
    order = [("holder", False), ("question", False)]
    found = context.rows_in_order("opinion", rows, order, PositionRow._fields)
    return list(map(PositionRow._make, found))


#: An id with the number it is sorted by before it.
SortedId = tuple[int, str]


def _side(context: ReadContext, side: str, every: Sequence[SortedId]) -> PageRows[SortedId]:
    """The ids of one side on this page."""

    def ids_after(values: Sequence[Any] | None, most: int) -> Sequence[SortedId]:
        return [one for one in every if values is None or one > tuple(values)][:most]

    cursor = Cursor[SortedId](lambda one: one, (is_number, is_text), f"{side}_")
    return read_page(context, cursor, ids_after, DEFAULT_SIDE)


def _sorted_ids(context: ReadContext, column: str) -> Sequence[SortedId]:
    """Every holder, or question, that the filters let through, in order."""
    number = _ORDERS[context.values.get("order", "id")]
    rows, values = opinion_rows(context), context.index.column(column)
    return sorted(
        (number(context.index, rows & values.rows(value), size), str(value))
        for value, size in values.counts(rows).items()
    )


def _latest(index: IndexView, rows: BitMap, _size: int) -> int:
    """The last day by which some opinions have their place, as a number that falls."""
    day, _ = next(index.column("counts_day").groups(rows, descending=True))
    return -int(str(day).replace("-", "") or 0)


#: The number that a holder, or question, is sorted by, from its opinions and how many they are.
_ORDERS: dict[str, Callable[[IndexView, BitMap, int], int]] = {
    "id": lambda _index, _rows, _size: 0,
    "recorded": lambda _index, _rows, size: -size,
    "latest": _latest,
}


ORDER = word_of(
    "order",
    list(_ORDERS),
    "The order of both sides: `id`, `recorded` (those with the most opinions first) or `latest` "
    "(those with the latest opinion first). Left out: `id`.",
    many=False,
)
_SIDES = ("holder_cursor", "holder_limit", "question_cursor", "question_limit", "order", "dataset")


def _shaping(side: str) -> tuple[Parameter, Parameter]:
    return (
        integer(
            f"{side}_limit",
            f"{side.capitalize()}s on a page (1 to {MOST_SIDE}; {DEFAULT_SIDE} if left out).",
            1,
            MOST_SIDE,
            20,
        ),
        Parameter(
            f"{side}_cursor",
            f"Where the {side}s of the page begin: `links.next_{side}s` has it. Opaque.",
        ),
    )


operation(
    router,
    "/matrix",
    _answer,
    name="get_matrix",
    summary="Show positions as a matrix",
    description=(
        "Holders by questions, both in the order asked for and paged apart: take "
        "`links.next_holders` for more rows, `links.next_questions` for more columns. Only cells "
        "that hold a position are given: a missing one is *not recorded*, which is neither "
        "`neutral` nor `no_position`. CSV and NDJSON have a row for each cell of the whole matrix, "
        "with the columns of `/positions`."
    ),
    tag="Analysis",
    shape=MatrixPage,
    parameters=(
        *(one.parameter for one in OPINION_FILTERS),
        KNOWN_AT,
        ORDER,
        *_shaping("holder"),
        *_shaping("question"),
        FORMAT,
    ),
    costly=True,
    formats=FORMATS,
)
