"""SQL conditions on records: what they refer to, in which role, and about which topics."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from app.db.tables import ACTOR_KINDS, KIND_TABLES, links, topics

#: The meaning of a filter in SQL, from the values that were given.
FilterCondition = Callable[[Any], ColumnElement[bool]]
#: Ids, or the statement that finds them.
Ids = Sequence[str] | Select[Any]


def has_entry(kind: str, field: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that one of a record's lists has an entry that conditions on `links` hold for.

    Args:
        kind: the kind of record.
        field: the list.
        conditions: conditions on `links`, all of which one entry meets.
    """
    table = KIND_TABLES[kind]
    found = sa.select(links.c.id, links.c.revision).where(
        links.c.kind == kind, links.c.field == field, *conditions
    )
    return sa.tuple_(table.c.id, table.c.revision).in_(found)


def refers_to(kind: str, field: str, targets: Ids) -> ColumnElement[bool]:
    """The condition that a record of a kind refers to one of the targets in one of its lists."""
    return has_entry(kind, field, links.c.target.in_(targets))


def in_role(kind: str, field: str, role: str, who: str) -> FilterCondition:
    """The condition that somebody is in one of a record's lists as one of these roles.

    Args:
        kind: the kind of record.
        field: the list.
        role: the parameter that names the roles.
        who: the parameter that says who; where it is given, it is one of those that has the role.
    """

    def condition(values: Mapping[str, Any]) -> ColumnElement[bool]:
        same = [links.c.target.in_(values[who])] if who in values else []
        return has_entry(kind, field, *same, links.c.role.in_(values[role]))

    return condition


def about_topics(values: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a question is of one of these topics, or of one below them."""
    return refers_to("question", "topics", topics_below(values))


def topics_below(values: Sequence[str]) -> Select[Any]:
    """These topics and all below them."""
    below = sa.select(topics.c.id).where(topics.c.id.in_(values)).cte(recursive=True)
    below = below.union(sa.select(topics.c.id).where(topics.c.parent == below.c.id))
    return sa.select(below.c.id)


def belonging_to(countries: Sequence[str]) -> dict[str, Select[Any]]:
    """By kind, the statement of the ids of the actors that belong to one of the countries."""
    tables = {kind: KIND_TABLES[kind].c for kind in ACTOR_KINDS[1:]}
    return {kind: sa.select(t.id).where(t.country.in_(countries)) for kind, t in tables.items()}
