"""All tables of the database; the data is a graph, so they stand together.

A **kind** of record has two: the current versions (`opinions`), and those they superseded
(`opinions_history`), with the same columns. A row holds the record's canonical JSON (`body`), the
columns that filters and sorts need, and when it counted:

* `row_id` numbers the rows of all kinds, current and superseded, in the order in which they came;
  the index of a release (`app.index`) knows rows by it;
* `revision` numbers the record's changes, `release` is the one that made this revision;
* `since` is the release from which this row counts. It is later than `release` only where a
  derived column changed because a neighbour did (the holder's country, the document's date);
* `until`, in history, is the release that superseded the row, and `op` says how.

`known_at` reads both tables as they were (see `app.db.known_at`). History and its satellites,
`links` and `search_entries`, are keyed by revision and only ever grow.

Text that is compared is compared by code point in every database: SQLite does so by itself,
PostgreSQL by `COLLATE "C"`. Days are ISO text, so an unknown or open one has a place too.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from app.db.packed_json import PackedJson

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = Text().with_variant(Text(collation="C"), "postgresql")
Serial = BigInteger().with_variant(Integer(), "sqlite")

#: Current table -> its history.
HISTORY: dict[Table, Table] = {}


def _key(name: str, **options: Any) -> Column[str]:
    """Make a column of text that is compared, sorted or looked up."""
    return Column(name, Key, **options)


def _dates(prefix: str) -> tuple[Column[str], Column[str]]:
    """Make the columns of a vague date's bounds; see `app.dates` for unknown and open ends."""
    return (
        _key(f"{prefix}_earliest", nullable=False, server_default=""),
        _key(f"{prefix}_latest", nullable=False, server_default=""),
    )


def _stored() -> list[Column[Any]]:
    """Make the columns that every stored record has."""
    return [
        Column("row_id", Serial, primary_key=True, autoincrement=False),
        _key("id", nullable=False),
        _key("dataset", nullable=False),
        Column("revision", Integer, nullable=False),
        Column("release", Integer, nullable=False),
        Column("since", Integer, nullable=False),
        _key("recorded_at", nullable=False),
        _key("origin", nullable=False),
        _key("name", nullable=False),
        _key("sort_name", nullable=False),
    ]


#: The columns that the table of every kind has.
SHARED_COLUMNS = frozenset(column.name for column in _stored()) | {"body"}


def _copy(column: Column[Any]) -> Column[Any]:
    """The same column of another table."""
    return Column(
        column.name,
        column.type,
        nullable=column.nullable,
        primary_key=column.primary_key,
        autoincrement=False,
    )


def _versioned(
    name: str,
    *own: Column[Any],
    indexes: tuple[tuple[str, ...], ...] = (),
    dataset: tuple[str, ...] = ("dataset", "id"),
) -> Table:
    """Make a kind's table and its history; `body` comes last so that SQLite can stop before it.

    Moments need no index: each is that of its release, and they sort alike.
    """
    current = Table(
        name,
        metadata,
        *_stored(),
        *own,
        Column("body", PackedJson, nullable=False),
        UniqueConstraint("id"),
    )
    for columns in (dataset, ("release", "id"), *indexes):
        Index(None, *(current.c[c] for c in columns))
    history = Table(
        f"{name}_history",
        metadata,
        *(_copy(column) for column in current.c),
        Column("until", Integer, nullable=False),
        _key("op", nullable=False),
    )
    Index(None, history.c.id, history.c.revision)
    Index(None, history.c.until)
    Index(None, history.c.release, history.c.id)
    HISTORY[current] = history
    return current


countries = _versioned(
    "countries",
    _key("alpha2"),
    _key("numeric"),
    _key("m49_region"),
    _key("m49_subregion"),
    *_dates("valid_from"),
    *_dates("valid_to"),
    indexes=(("alpha2",), ("numeric",)),
)
organizations = _versioned(
    "organizations",
    _key("classification"),
    _key("country"),
    _key("parent"),
    *_dates("founded"),
    *_dates("dissolved"),
    indexes=(("country", "id"), ("parent",)),
)
people = _versioned("people", _key("country"), indexes=(("country", "id"),))
groups = _versioned(
    "groups",
    _key("classification"),
    _key("country"),
    indexes=(("country", "id"),),
)
agreements = _versioned(
    "agreements",
    _key("agreement_type", nullable=False),
    _key("status", nullable=False),
    *_dates("signed"),
    *_dates("in_force"),
    *_dates("terminated"),
    # The first day of any of it, and the types of obligation, as words in order.
    _key("begun", nullable=False, server_default=""),
    _key("obligation_types", nullable=False, server_default=""),
)
topics = _versioned("topics", _key("parent"), indexes=(("parent", "id"),))
questions = _versioned(
    "questions",
    _key("kind", nullable=False),
    _key("agreement"),
    *_dates("date"),
    # The last says which revision is current without the row, for the thousands of a topic.
    indexes=(("kind", "id"), ("agreement", "id"), ("id", "revision")),
)
opinions = _versioned(
    "opinions",
    _key("holder", nullable=False),
    _key("holder_kind", nullable=False),
    _key("holder_country"),
    _key("speaker"),
    _key("on_behalf_of"),
    _key("question", nullable=False),
    _key("stance", nullable=False),
    Column("score", SmallInteger),
    _key("attribution", nullable=False),
    Column("attribution_rank", SmallInteger, nullable=False),
    _key("confidence"),
    _key("document", nullable=False),
    *_dates("stated"),
    # When it counts: its own date, else its document's.
    *_dates("counts"),
    # Whose references they are, for who is changed or removed: there may be millions of them, so
    # an index is as narrow as it can be. What lists ask is in the index of the release.
    indexes=(("holder",), ("question",), ("document",)),
    dataset=("dataset",),
)
#: Nobody asks for those without, which are nearly all, so they have no place in the index; on
#: PostgreSQL neither (see `migrations/env.py`).
for _seldom in (opinions.c.speaker, opinions.c.on_behalf_of):
    _given = _seldom.is_not(None)
    Index(None, _seldom, sqlite_where=_given)
events = _versioned(
    "events",
    _key("event_type", nullable=False),
    _key("agreement"),
    *_dates("date"),
    indexes=(("agreement", "id"), ("date_earliest", "id")),
)
documents = _versioned(
    "documents",
    _key("publisher"),
    _key("source_type", nullable=False),
    *_dates("published"),
)
datasets = _versioned("datasets")

#: References that a column does not hold: parties, participants, memberships, topics, evidence, …
links = Table(
    "links",
    metadata,
    Column("n", Serial, primary_key=True),
    _key("kind", nullable=False),
    _key("id", nullable=False),
    Column("revision", Integer, nullable=False),
    _key("field", nullable=False),
    _key("space", nullable=False),
    _key("target", nullable=False),
    _key("role"),
    Column("paragraph", Integer),
)
Index(None, links.c.kind, links.c.id, links.c.revision)
Index(None, *(links.c[name] for name in ("target", "kind", "field", "id", "revision")))

#: The folded words of every version; full text stands beside it (`app.db.search`). An entry counts
#: from release `since` and before `until`, the one thing of it that is ever set later.
search_entries = Table(
    "search_entries",
    metadata,
    Column("n", Serial, primary_key=True),
    _key("kind", nullable=False),
    _key("id", nullable=False),
    Column("revision", Integer, nullable=False),
    _key("names", nullable=False),
    _key("words", nullable=False),
    _key("dataset", nullable=False, server_default=""),
    Column("since", Integer, nullable=False, server_default="0"),
    Column("until", Integer),
    UniqueConstraint("kind", "id", "revision"),
)
#: The texts that this deployment holds of its documents; never part of an export.
document_texts = Table(
    "document_texts",
    metadata,
    _key("document", primary_key=True),
    Column("since", Integer, nullable=False),
    Column("text", Text, nullable=False),
)

#: The hash of the words that a record was given with for a place, while the text is not held: they
#: are nobody's to keep, but when the text comes, it must have them there.
stated_quotes = Table(
    "stated_quotes",
    metadata,
    _key("document", nullable=False),
    _key("kind", nullable=False),
    _key("id", nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    _key("sha256", nullable=False),
    PrimaryKeyConstraint("document", "kind", "id", "start", "end"),
)

#: What files last said of a record, where that is not the version that a load last wrote: it was
#: merged, decided about, or was so already. A null body: the files no longer have it.
loaded_records = Table(
    "loaded_records",
    metadata,
    _key("door", nullable=False),
    _key("kind", nullable=False),
    _key("id", nullable=False),
    _key("dataset", nullable=False),
    Column("body", Text),
    PrimaryKeyConstraint("door", "kind", "id"),
)

#: One row for each committed change. Its number is the release that every answer names.
releases = Table(
    "releases",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _key("at", nullable=False),
    _key("origin", nullable=False),
    _key("by", nullable=False),
    _key("reason", nullable=False),
    Column("counts", Text, nullable=False),
    # The highest row id that it has: what came later is beyond it.
    Column("last_row", BigInteger, nullable=False, server_default="0"),
    _key("previous_hash", nullable=False),
    _key("hash", nullable=False),
)
Index(None, releases.c.at)

#: The index of a release, by parts (`app.index.storage`); made from the rows at any time.
index_parts = Table(
    "index_parts",
    metadata,
    _key("name", primary_key=True),
    Column("release", Integer, nullable=False),
    _key("made_of", nullable=False),
    Column("data", LargeBinary, nullable=False),
)

#: Who may change data. A token is shown once; only its SHA-256 is stored.
keys = Table(
    "keys",
    metadata,
    _key("id", primary_key=True),
    _key("sha256", nullable=False),
    _key("name", nullable=False),
    _key("scope", nullable=False),
    _key("created_at", nullable=False),
    _key("expires_at"),
    _key("revoked_at"),
)

#: Each use of a key and each refusal, without secrets; it only grows.
audit_events = Table(
    "audit_events",
    metadata,
    Column("n", Serial, primary_key=True),
    _key("at", nullable=False),
    _key("key"),
    _key("outcome", nullable=False),
    _key("method", nullable=False),
    _key("path", nullable=False),
    _key("address", nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("release", Integer),
)
Index(None, audit_events.c.key, audit_events.c.at)

#: The first answer to each `Idempotency-Key`, written in the transaction that it answers.
idempotent_answers = Table(
    "idempotent_answers",
    metadata,
    _key("principal", nullable=False),
    _key("key", nullable=False),
    _key("route", nullable=False),
    _key("body_hash", nullable=False),
    _key("at", nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("principal", "key"),
)
Index(None, idempotent_answers.c.at)

KIND_TABLES: dict[str, Table] = {
    "country": countries,
    "organization": organizations,
    "person": people,
    "group": groups,
    "agreement": agreements,
    "topic": topics,
    "question": questions,
    "opinion": opinions,
    "event": events,
    "document": documents,
    "dataset": datasets,
}
ACTOR_KINDS = ("country", "organization", "person", "group")
#: The field of each kind that dates its records.
DATE_FIELDS = {
    "opinion": "stated",
    "event": "date",
    "agreement": "signed",
    "document": "published",
    "question": "date",
}
