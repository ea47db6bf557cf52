"""Number the rows in the order in which they came, and store the index of a release.

The index says which rows a list has and in which order, so the indexes of tables that only served
lists go.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Connection

from app.db.history_guards import guards_lifted

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = (
    "countries",
    "organizations",
    "people",
    "groups",
    "agreements",
    "topics",
    "questions",
    "opinions",
    "events",
    "documents",
    "datasets",
)
TABLES = (*KINDS, *(f"{kind}_history" for kind in KINDS))
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERED = " UNION ALL ".join(
    f"SELECT since, {number} AS place, id FROM {table}" for number, table in enumerate(TABLES)
)

#: Indexes that only served lists.
OF_LISTS = {
    "agreements": (
        ("agreement_type", "id"),
        ("signed_earliest", "id"),
        ("sort_name", "id"),
        ("status", "id"),
    ),
    "countries": (
        ("m49_region", "id"),
        ("m49_subregion", "id"),
        ("sort_name", "id"),
    ),
    "datasets": (("sort_name", "id"),),
    "documents": (
        ("published_earliest", "id"),
        ("publisher", "id"),
        ("sort_name", "id"),
        ("source_type", "id"),
    ),
    "events": (
        ("event_type", "id"),
        ("sort_name", "id"),
    ),
    "groups": (
        ("classification", "id"),
        ("sort_name", "id"),
    ),
    "opinions": (
        ("attribution", "id"),
        ("counts_earliest", "id"),
        ("dataset", "id"),
        ("document", "id"),
        ("holder_country", "holder", "question"),
        ("holder_country", "id"),
        ("holder_country", "question", "id"),
        ("holder_country", "stance", "stated_earliest", "id"),
        ("holder_country", "stated_earliest", "id", "stance"),
        ("holder", "id"),
        ("holder_kind", "id"),
        ("holder", "question", "score", "dataset", "attribution"),
        ("on_behalf_of", "id"),
        ("question", "holder", "counts_earliest", "counts_latest"),
        ("question", "id"),
        ("speaker", "id"),
        ("stance", "id"),
        ("stated_earliest", "id"),
        ("stated_latest", "stated_earliest", "id"),
    ),
    "organizations": (
        ("classification", "id"),
        ("sort_name", "id"),
    ),
    "people": (("sort_name", "id"),),
    "questions": (("sort_name", "id"),),
    "topics": (("sort_name", "id"),),
}
#: Opinions by what they refer to, for what is changed or removed.
OF_REFERENCES = ("holder", "question", "document", "dataset")
SELDOM = ("speaker", "on_behalf_of")


def upgrade() -> None:
    for table, indexes in OF_LISTS.items():
        for columns in indexes:
            op.drop_index(op.f(_named(table, columns)), table)
    connection = op.get_bind()
    op.execute(
        "CREATE TEMPORARY TABLE numbering AS SELECT row_number() OVER "
        f"(ORDER BY since, place, id) AS row_id, since, place, id FROM ({NUMBERED}) AS every"
    )
    op.execute("CREATE UNIQUE INDEX ix_numbering ON numbering (place, id, since)")
    add = _add_on_sqlite if connection.dialect.name == "sqlite" else _add_on_postgresql
    for number, table in enumerate(TABLES):
        add(connection, number, table)
    op.add_column(
        "releases", sa.Column("last_row", sa.BigInteger(), nullable=False, server_default="0")
    )
    _without_guards(
        connection,
        "UPDATE releases SET last_row = "
        "COALESCE((SELECT max(row_id) FROM numbering WHERE since <= releases.id), 0)",
        "releases",
    )
    op.execute("DROP TABLE numbering")
    for column in (*OF_REFERENCES, *SELDOM):
        _create_index("opinions", (column,))
    op.create_table(
        "index_parts",
        sa.Column("name", KEY, nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("made_of", KEY, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_index_parts")),
    )


def _named(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"


def _create_index(table: str, columns: tuple[str, ...]) -> None:
    """Make an index; of columns that few rows have, over these rows alone."""
    seldom = sa.text(f"{columns[0]} IS NOT NULL") if columns[0] in SELDOM else None
    where = {} if seldom is None else {"sqlite_where": seldom, "postgresql_where": seldom}
    op.create_index(op.f(_named(table, columns)), table, list(columns), **where)  # type: ignore[arg-type]


def _add_on_postgresql(connection: Connection, number: int, table: str) -> None:
    op.add_column(table, sa.Column("row_id", sa.BigInteger()))
    fill = (
        f"UPDATE {table} SET row_id = numbering.row_id FROM numbering "
        f"WHERE place = {number} AND numbering.id = {table}.id AND numbering.since = {table}.since"
    )
    _without_guards(connection, fill, table)
    op.alter_column(table, "row_id", nullable=False)
    if table in KINDS:
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.create_unique_constraint(op.f(f"uq_{table}_id"), table, ["id"])
    op.create_primary_key(op.f(f"pk_{table}"), table, ["row_id"])


def _add_on_sqlite(connection: Connection, number: int, table: str) -> None:
    source = (
        f"FROM numbering JOIN {table} ON {table}.id = numbering.id "
        f"AND {table}.since = numbering.since WHERE place = {number} ORDER BY numbering.row_id"
    )
    unique = [sa.UniqueConstraint("id", name=op.f(f"uq_{table}_id"))] if table in KINDS else []
    key = sa.PrimaryKeyConstraint("row_id", name=op.f(f"pk_{table}"))
    row_id = sa.Column("row_id", SERIAL, nullable=False)
    _make_anew(connection, table, [row_id], [key, *unique], ["numbering.row_id"], source)


def _make_anew(
    connection: Connection,
    table: str,
    first: "list[Column[int]]",
    constraints: list[sa.Constraint],
    values: list[str],
    source: str,
) -> None:
    """Copy a table into one with another key: SQLite changes none. What hangs on it is kept."""
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type <> 'table'"
    hanging = [sql for (sql,) in connection.execute(sa.text(made), {"table": table}) if sql]
    before = sa.Table(table, sa.MetaData(), autoload_with=connection)
    columns = [_copy(column) for column in before.c if column.name != "row_id"]
    op.create_table(f"{table}_anew", *first, *columns, *constraints)
    names = [f'"{column.name}"' for column in columns]
    into = ", ".join([*(column.name for column in first), *names])
    given = ", ".join([*values, *(f"{table}.{name}" for name in names)])
    op.execute(f"INSERT INTO {table}_anew ({into}) SELECT {given} {source}")
    op.drop_table(table)
    op.rename_table(f"{table}_anew", table)
    for statement in hanging:
        op.execute(statement)


def _copy(column: "Column[object]") -> "Column[object]":
    copied: Column[object] = sa.Column(
        column.name, column.type, nullable=column.nullable, server_default=column.server_default
    )
    return copied


def _without_guards(connection: Connection, statement: str, table: str) -> None:
    """Change a table that refuses it."""
    with guards_lifted(connection, table):
        op.execute(statement)


def downgrade() -> None:
    connection = op.get_bind()
    op.drop_table("index_parts")
    for column in (*OF_REFERENCES, *SELDOM):
        op.drop_index(op.f(_named("opinions", (column,))), "opinions")
    op.drop_column("releases", "last_row")
    for table in TABLES:
        keys = [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))] if table in KINDS else []
        if connection.dialect.name == "sqlite":
            _make_anew(connection, table, [], keys, [], f"FROM {table} ORDER BY row_id")
            continue
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.drop_column(table, "row_id")
        if table in KINDS:
            op.drop_constraint(op.f(f"uq_{table}_id"), table)
            op.create_primary_key(op.f(f"pk_{table}"), table, ["id"])
    for table, indexes in OF_LISTS.items():
        for columns in indexes:
            _create_index(table, columns)
