"""Full-text search behind one function: SQLite's FTS5 and PostgreSQL's text search.

The indexed text and the query are folded and cut into words by the same code, so both
databases see the same words, and nothing a user types is ever query syntax: each word is quoted,
and each may be the beginning of a word.
"""

import re

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from app.db.tables import DATE_FIELDS, KIND_TABLES, search_entries
from app.vocabulary import fold

_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12
#: Word for word the expression of the index that a migration made.
POSTGRESQL_VECTOR = (
    "to_tsvector('simple'::regconfig, search_entries.names || ' ' || search_entries.words)"
)
#: SQLite's index; a column called like the table stands for all of its columns (FTS5, §3).
_INDEX = sa.table(
    "search_index", sa.column("rowid", sa.Integer), sa.column("search_index", sa.Text)
)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return _WORD.findall(fold(text))


def index_text(*texts: str | None) -> str:
    """Return the text that is indexed: folded words, in order, each once."""
    return " ".join(dict.fromkeys(word for text in texts if text for word in words_of(text)))


def query_words(text: str) -> list[str]:
    """Return the words to search for, each once, and none with which another one begins."""
    words = list(dict.fromkeys(words_of(text)))[:MOST_WORDS]
    return [one for one in words if not any(w.startswith(one) for w in words if w != one)]


def fts_query(text: str, *, sqlite: bool) -> str:
    """Return the full-text query for a text; empty for one without a word in it («!?»)."""
    words = query_words(text)
    if sqlite:
        return " AND ".join(f'"{word}"*' for word in words)
    return " & ".join(f"'{word}':*" for word in words)


def matches_text(text: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Make the condition on `search_entries` that they have every word of a text, or a prefix.

    Text without a word in it matches nothing.
    """
    query = fts_query(text, sqlite=sqlite)
    return matches_query(query, sqlite=sqlite) if query else sa.false()


def counts_at(release: int | None) -> ColumnElement[bool]:
    """Make the condition that an entry counts at a release; None means now."""
    since, until = search_entries.c.since, search_entries.c.until
    if release is None:
        return until.is_(None)
    return sa.and_(since <= release, sa.or_(until.is_(None), until > release))


def matches_query(query: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Make the condition on `search_entries` that they match a query as `fts_query` writes it.

    On SQLite it joins them with the index, so it stands among conditions that all must hold, and
    in no other.
    """
    if sqlite:
        # With the nothing added, the index is searched once for all entries, and never for each.
        entry = _INDEX.c.rowid + sa.literal_column("0")
        return sa.and_(_INDEX.c.search_index.op("MATCH")(query), entry == search_entries.c.n)
    return sa.literal_column(POSTGRESQL_VECTOR).op("@@")(sa.func.to_tsquery("simple", query))


def record_day(
    kind: ColumnElement[str], record_id: ColumnElement[str], end: str
) -> ColumnElement[str]:
    """Return the first or last day that a record may be of; no text where nothing dates it.

    Args:
        kind: its kind.
        record_id: its id.
        end: `earliest` or `latest`.
    """
    # An opinion without a day of its own counts from its document's.
    prefixes = {**DATE_FIELDS, "opinion": "counts"}
    days = {
        name: sa.select(KIND_TABLES[name].c[f"{prefix}_{end}"])
        .where(KIND_TABLES[name].c.id == record_id)
        .scalar_subquery()
        for name, prefix in prefixes.items()
    }
    found = sa.case(*((kind == name, day) for name, day in days.items()), else_="")
    return sa.func.coalesce(found, "")
