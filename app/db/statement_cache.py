"""Statements by their shape: written once, kept as SQL, asked again with other values.

To write a statement with SQLAlchemy and to look it up among the compiled costs several times what
SQLite then takes to answer it. But what is asked a thousand times has few shapes: the same filters
with as many values, the same order. So a statement is written once with a blank in the place of
each value; what comes of it is SQL, with the place of every blank, and is kept.

Where a blank does not come out as it went in (a search cuts its text into words), the shape cannot
be kept, and the statement is written for each question: the same code writes it either way.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select

from app.db.driver import driver_of, fetch
from app.db.releases import as_known

Values = Mapping[str, Any]
Write = Callable[[Values], Select[Any]]
MOST_KEPT = 2000
#: Shapes with more values are seldom the same twice.
MOST_VALUES = 40
#: What compares alike whatever its value is: None would be written `IS NULL`.
_PLAIN = {str, int}


class Statements:
    """The statements of a process, by shape."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._kept: dict[Any, _Kept | None] = {}

    def rows(
        self,
        connection: Connection,
        what: Any,
        values: Values,
        write: Write,
        known: int | None = None,
        *,
        named: bool = True,
    ) -> Sequence[Any]:
        """The rows of a statement that is written from these values.

        Args:
            connection: what is asked.
            what: what the statement is about; with the shape of the values it decides the SQL.
            values: texts, whole numbers, and lists of them.
            write: writes the statement, and may look at the values in no other way.
            known: the earlier release to ask, of which no statement is kept; None is now.
            named: whether values are asked for by name; else by place alone, which is quicker.
        """
        flat = _flat(values)
        types = tuple(map(type, flat))
        if known is not None or len(flat) > MOST_VALUES or not _PLAIN.issuperset(types):
            return connection.execute(as_known(write(values), known)).all()
        sizes = (len(value) if isinstance(value, list) else None for value in values.values())
        shape = (what, connection.dialect.name, named, types, *values, *sizes)
        written = self._kept
        if shape in written:
            kept = written[shape]
        else:
            kept = _write(connection, values, write, named=named)
            if len(written) >= MOST_KEPT:  # a new one: another thread may be reading the old
                self._kept = written = {}
            written[shape] = kept
        if kept is None:
            return connection.execute(write(values)).all()
        return kept.rows(connection, flat)


def in_parts(
    connection: Connection, statement: Select[Any], size: int, *, named: bool
) -> Iterator[Sequence[Any]]:
    """The rows of a long result by parts, as the driver gives them.

    Args:
        connection: what is asked.
        statement: what is asked of it.
        size: the rows of a part.
        named: whether values are asked for by name; to name them costs a third of reading them.
    """
    if connection.dialect.name != "sqlite":
        rows = connection.execute(statement, execution_options={"yield_per": size})
        yield from rows.partitions(size)
        return
    written = _compiled(connection, statement)
    given = tuple(written.construct_params()[name] for name in written.positiontup)
    make = _row(statement) if named else None
    cursor = driver_of(connection).execute(str(written), given)
    while part := cursor.fetchmany(size):
        yield list(map(make, part)) if make else part


@dataclass(frozen=True)
class _Kept:
    """SQL, the values that are the same each time, and how to put those of a question in."""

    sql: str
    constants: list[Any]
    bind: Callable[[list[Any]], Any]
    row: Callable[[Iterable[Any]], Any] | None

    def rows(self, connection: Connection, flat: list[Any]) -> Sequence[Any]:
        rows = fetch(connection, self.sql, self.bind([*flat, *self.constants]))
        return list(map(self.row, rows)) if self.row else rows


def _write(connection: Connection, values: Values, write: Write, *, named: bool) -> _Kept | None:
    """Write a statement with blanks, and find them again; None where one is not as it was."""
    blanks = _blanks(values)
    statement = write(blanks)
    compiled = _compiled(connection, statement)
    params = compiled.construct_params()
    at = {blank: place for place, blank in enumerate(_flat(blanks))}
    if not at.keys() <= set(params.values()):
        return None
    names = compiled.positiontup or list(params)
    constants = [params[name] for name in names if params[name] not in at]
    if any(map(_made_of_a_blank, constants)):
        return None
    later = iter(range(len(at), len(at) + len(constants)))
    places = [at[params[name]] if params[name] in at else next(later) for name in names]
    bind = partial(_bind, places, None if compiled.positiontup else names)
    return _Kept(str(compiled), constants, bind, _row(statement) if named else None)


def _compiled(connection: Connection, statement: Select[Any]) -> Any:
    """A statement as this database writes it, with lists written out."""
    return statement.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )


def _row(statement: Select[Any]) -> Callable[[Iterable[Any]], Any]:
    """Makes rows whose values have the names of the statement's columns."""
    columns = [column.key or "" for column in statement.selected_columns]
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]  # known by then
    return partial(tuple.__new__, row)  # `_make` counts first what the statement has counted


def _bind(places: Sequence[int], names: Sequence[str] | None, values: list[Any]) -> Any:
    """Values as the driver takes them: in order, or by name."""
    given = [values[place] for place in places]
    return tuple(given) if names is None else dict(zip(names, given, strict=True))


def _blanks(values: Values) -> dict[str, Any]:
    """Values that nobody can have meant: each is found again wherever it comes out."""
    number = 0

    def blank(value: Any) -> Any:
        nonlocal number
        number += 1
        return _BLANK - number if isinstance(value, int) else f"\x1f{_BLANK_WORD} {number}\x1f"

    return {
        name: [blank(one) for one in value] if isinstance(value, list) else blank(value)
        for name, value in values.items()
    }


_BLANK, _BLANK_WORD = -(10**15), "qblankq"


def _made_of_a_blank(value: Any) -> bool:
    """Whether a value of a statement looks like a blank that something was done to."""
    if isinstance(value, str):
        return _BLANK_WORD in value
    return isinstance(value, int) and abs(value) > abs(_BLANK) // 2


def _flat(values: Values) -> list[Any]:
    """Every value in order."""
    flat: list[Any] = []
    for value in values.values():
        if isinstance(value, list):
            flat += value
        else:
            flat.append(value)
    return flat
