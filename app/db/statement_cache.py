"""Statement cache: a statement is compiled once for each shape, then run with other values.

To build a statement with SQLAlchemy and to look it up among the compiled costs several times what
SQLite then takes to answer it. But what is asked a thousand times has few shapes: the same filters
with as many values, the same order. So a statement is built once with a placeholder for each
value; the SQL that comes of it, and where each placeholder stands in it, is cached.

Where a placeholder does not come out as it went in (a search cuts its text into words), the shape
cannot be cached, and the statement is built for each request: the same code builds it either way.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select

from app.db.engines.driver import driver_of, fetch
from app.db.known_at import as_known
from app.db.packed_json import change_places, packed_places, unpack

Values = Mapping[str, Any]
Build = Callable[[Values], Select[Any]]
MOST_STATEMENTS = 2000
#: Shapes with more values are seldom the same twice.
MOST_VALUES = 40
#: Types that compare alike whatever the value is: None would be written `IS NULL`.
_PLAIN = {str, int}


class StatementCache:
    """The compiled statements of a process, by shape."""

    def __init__(self) -> None:
        """Begin empty."""
        self._statements: dict[Any, _CachedStatement | None] = {}

    def rows(
        self,
        connection: Connection,
        shape_key: Any,
        values: Values,
        build: Build,
        known: int | None = None,
        *,
        named: bool = True,
    ) -> Sequence[Any]:
        """Return the rows of the statement that is built from these values.

        Args:
            connection: where the statement runs.
            shape_key: what decides the SQL besides the number and the types of the values.
            values: texts, whole numbers, and lists of them.
            build: builds the statement, and may look at the values in no other way.
            known: the earlier release to read; None is now.
            named: whether the values of a row have names; rows without are read quicker.
        """
        if known is not None:
            values, build = {**values, _KNOWN: known}, partial(_as_known, build)
        flat = _flat(values)
        types = tuple(map(type, flat))
        if len(flat) > MOST_VALUES or not _PLAIN.issuperset(types):
            return connection.execute(build(values)).all()
        sizes = (len(value) if isinstance(value, list) else None for value in values.values())
        shape = (shape_key, connection.dialect.name, named, types, *values, *sizes)
        statements = self._statements
        if shape in statements:
            cached = statements[shape]
        else:
            cached = _compile(connection, values, build, named=named)
            if len(statements) >= MOST_STATEMENTS:  # a new one: a thread may be reading the old
                self._statements = statements = {}
            statements[shape] = cached
        if cached is None:
            return connection.execute(build(values)).all()
        return cached.rows(connection, flat)


def in_parts(
    connection: Connection, statement: Select[Any], size: int, *, named: bool
) -> Iterator[Sequence[Any]]:
    """Yield the rows of a long result by parts, as the driver gives them.

    Args:
        connection: where the statement runs.
        statement: the statement.
        size: the rows of a part.
        named: whether the values of a row have names; to name them costs a third of reading them.
    """
    if connection.dialect.is_async:  # whose cursors of the server nobody closes in time
        every = connection.execute(statement).all()
        yield from (every[start : start + size] for start in range(0, len(every), size))
        return
    if connection.dialect.name != "sqlite":
        rows = connection.execute(statement, execution_options={"yield_per": size})
        try:
            yield from rows.partitions(size)
        finally:
            rows.close()
        return
    compiled = _compiled(connection, statement)
    params = compiled.construct_params()
    values = tuple(params[name] for name in compiled.positiontup)
    make = _row_maker(statement) if named else None
    packed = packed_places(statement.selected_columns)
    cursor = driver_of(connection).execute(str(compiled), values)
    while part := cursor.fetchmany(size):
        part = change_places(part, packed, unpack) if packed else part
        yield list(map(make, part)) if make else part


@dataclass(frozen=True)
class _CachedStatement:
    """Compiled SQL, its constants, and how to bind the values of a request.

    Attributes:
        sql: the SQL.
        constants: values that are the same each time.
        bind: arranges values and constants as the driver takes them.
        make_row: names the values of a row; None leaves plain tuples.
        packed: the places of the values that are stored packed.
    """

    sql: str
    constants: list[Any]
    bind: Callable[[list[Any]], Any]
    make_row: Callable[[Iterable[Any]], Any] | None
    packed: Sequence[int]

    def rows(self, connection: Connection, flat: list[Any]) -> Sequence[Any]:
        rows = fetch(connection, self.sql, self.bind([*flat, *self.constants]))
        rows = change_places(rows, self.packed, unpack) if self.packed else rows
        return list(map(self.make_row, rows)) if self.make_row else rows


def _compile(
    connection: Connection, values: Values, build: Build, *, named: bool
) -> _CachedStatement | None:
    """Build a statement with placeholders, and find them again; None where one was altered."""
    placeholders = _placeholders(values)
    statement = build(placeholders)
    compiled = _compiled(connection, statement)
    params = compiled.construct_params()
    index_of = {placeholder: index for index, placeholder in enumerate(_flat(placeholders))}
    if not index_of.keys() <= set(params.values()):
        return None
    names = compiled.positiontup or list(params)
    constants = [params[name] for name in names if params[name] not in index_of]
    if any(map(_is_altered_placeholder, constants)):
        return None
    rest = iter(range(len(index_of), len(index_of) + len(constants)))
    indexes = [index_of[params[name]] if params[name] in index_of else next(rest) for name in names]
    bind = partial(_bind, indexes, None if compiled.positiontup else names)
    make_row = _row_maker(statement) if named else None
    packed = packed_places(statement.selected_columns)
    return _CachedStatement(str(compiled), constants, bind, make_row, packed)


def _compiled(connection: Connection, statement: Select[Any]) -> Any:
    """Compile a statement for this database, with lists written out."""
    return statement.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )


def _row_maker(statement: Select[Any]) -> Callable[[Iterable[Any]], Any]:
    """Return a function that makes rows with the names of the statement's columns."""
    columns = [column.key or "" for column in statement.selected_columns]
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]  # known by then
    return partial(tuple.__new__, row)  # `_make` counts first what the statement has counted


def _bind(indexes: Sequence[int], names: Sequence[str] | None, values: list[Any]) -> Any:
    """Arrange values as the driver takes them: in order, or by name."""
    arranged = [values[index] for index in indexes]
    return tuple(arranged) if names is None else dict(zip(names, arranged, strict=True))


def _placeholders(values: Values) -> dict[str, Any]:
    """Put in the place of each value one that nobody can have meant, and that is found again."""
    number = 0

    def placeholder(value: Any) -> Any:
        nonlocal number
        number += 1
        if isinstance(value, int):
            return _PLACEHOLDER - number
        return f"\x1f{_PLACEHOLDER_WORD} {number}\x1f"

    return {
        name: [placeholder(one) for one in value] if isinstance(value, list) else placeholder(value)
        for name, value in values.items()
    }


_PLACEHOLDER, _PLACEHOLDER_WORD = -(10**15), "qblankq"


def _is_altered_placeholder(value: Any) -> bool:
    """Tell whether a value of a statement looks like a placeholder that was computed with."""
    if isinstance(value, str):
        return _PLACEHOLDER_WORD in value
    return isinstance(value, int) and abs(value) > abs(_PLACEHOLDER) // 2


#: The value that is the release to read, beside those of the statement.
_KNOWN = "known release"


def _as_known(build: Build, values: Values) -> Select[Any]:
    """The statement of some values as of an earlier release, which is one of them."""
    own = {name: value for name, value in values.items() if name != _KNOWN}
    return as_known(build(own), values[_KNOWN])


def _flat(values: Values) -> list[Any]:
    """List every value in order."""
    flat: list[Any] = []
    for value in values.values():
        if isinstance(value, list):
            flat += value
        else:
            flat.append(value)
    return flat
