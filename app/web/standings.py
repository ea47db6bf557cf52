"""Where holders stand, as a request asks: read apart for a few, else kept for the release."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial

import sqlalchemy as sa

from app.analysis.directions import Directions
from app.analysis.standings import Period, Standings
from app.db.tables import ACTOR_KINDS, KIND_TABLES, opinions
from app.web.asking import Ask
from app.web.holdings import chosen, kept_as, questions_asked
from app.web.parameters import day_parameter

FROM = day_parameter("from", "Opinions stated on or after that day, perhaps.", "1992-01-01")
TO = day_parameter("to", "Opinions stated on or before that day, perhaps.", "2019-12-31")

#: So many holders are read by themselves; for more, all are read and kept for the release.
READ_APART = 8
#: What is applied to standings after they are read, so that one reading serves every request.
_AFTERWARDS = ("as_of", "question", "topic", "subject", "holder", "holder_kind", "country")


def standings(ask: Ask, holders: Collection[str] | None = None) -> tuple[Standings, int]:
    """Where holders stand, and the questions asked about as a set of their numbers.

    Args:
        ask: the request; `as_of`, `from` and `to` are for `period` to apply.
        holders: whom it is about, where that is known.
    """
    name = kept_as(ask)
    if holders is not None and len(holders) <= READ_APART:
        where = [*chosen(ask, but=("as_of",)), opinions.c.holder.in_(holders)]
        found = Standings(ask.rows, where)
        return found, found.everything
    if name is None:
        found = Standings(ask.rows, chosen(ask, but=("as_of",)))
        return found, found.everything
    everybody = chosen(ask, but=_AFTERWARDS)
    found = ask.kept(name, partial(Standings, ask.rows, everybody))
    asked = questions_asked(ask)
    return found, found.everything if asked is None else found.numbers(asked)


def period(ask: Ask) -> Period:
    """The days that `from`, `to` and `as_of` leave; by `as_of`, what began by then counts."""
    everything = Period()
    last = min(ask.values.get("to", everything.last), ask.as_of or everything.last)
    return Period(ask.values.get("from", everything.first), last, ask.as_of or everything.by)


def held(ask: Ask) -> tuple[Standings, dict[str, Directions]]:
    """Where those asked about stand on the questions asked about, in the period asked for."""
    found, numbers = standings(ask)
    within = found.within(period(ask), ask.rows)
    return found, {one: within[one].within(numbers) for one in holders_asked(ask, within)}


def holders_asked(ask: Ask, known: Mapping[str, object]) -> list[str]:
    """Those of the holders that `holder`, `holder_kind` and `country` let through."""
    found: Iterable[str] = known
    if "holder" in ask.values:
        found = [one for one in found if one in ask.values["holder"]]
    if "holder_kind" in ask.values:
        refs = ask.names.refs(ask.connection, "actor", found)
        found = [one for one in found if refs[one]["kind"] in ask.values["holder_kind"]]
    if "country" in ask.values:
        theirs = _belonging(ask, ask.values["country"])
        found = [one for one in found if one in theirs]
    return list(found)


def _belonging(ask: Ask, countries: list[str]) -> set[str]:
    """Countries, and the actors that belong to them."""
    found = set(countries)
    for kind in ACTOR_KINDS[1:]:
        table = KIND_TABLES[kind].c
        rows = ask.rows(sa.select(table.id).where(table.country.in_(countries)))
        found.update(row.id for row in rows)
    return found
