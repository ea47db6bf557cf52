"""Scope of an analysis: the holders, the questions and the period that a request asks about.

Standings of a few holders are read by themselves, those of all are cached for the release.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import partial

from app.analysis.measures.directions import Directions
from app.analysis.standings import Period, Standings
from app.db.tables import opinions
from app.opinions.filters import cache_key, opinion_conditions, questions_asked
from app.records.conditions import belonging_to
from app.web.parameters import day_parameter
from app.web.requests.context import ReadContext

FROM = day_parameter("from", "Opinions stated on or after that day, perhaps.", "1992-01-01")
TO = day_parameter("to", "Opinions stated on or before that day, perhaps.", "2019-12-31")

#: The most holders that are read by themselves; for more, all are read and cached.
READ_APART = 8
#: Filters that are applied to standings after they are read: one reading serves every request.
_APPLIED_AFTER = ("as_of", "question", "topic", "subject", "holder", "holder_kind", "country")


def standings(
    context: ReadContext, holders: Collection[str] | None = None
) -> tuple[Standings, int]:
    """The standings of holders, and the questions asked about as a set of their numbers.

    Args:
        context: the request; `as_of`, `from` and `to` are for `period` to apply.
        holders: the holders it is about, where they are known.
    """
    key = cache_key(context)
    if holders is not None and len(holders) <= READ_APART:
        where = [*opinion_conditions(context, but=("as_of",)), opinions.c.holder.in_(holders)]
        found = Standings(context.rows, where)
        return found, found.everything
    if key is None:
        found = Standings(context.rows, opinion_conditions(context, but=("as_of",)))
        return found, found.everything
    everybody = opinion_conditions(context, but=_APPLIED_AFTER)
    found = context.cached(key, partial(Standings, context.rows, everybody))
    asked = questions_asked(context)
    return found, found.everything if asked is None else found.numbers(asked)


def period(context: ReadContext) -> Period:
    """The days that `from`, `to` and `as_of` leave; by `as_of`, what began by then counts."""
    everything = Period()
    last = min(context.values.get("to", everything.last), context.as_of or everything.last)
    return Period(
        context.values.get("from", everything.first), last, context.as_of or everything.by
    )


def standings_by_holder(context: ReadContext) -> tuple[Standings, dict[str, Directions]]:
    """The directions of each holder asked about, on the questions and in the period asked for."""
    found, numbers = standings(context)
    within = found.within(period(context), context.rows)
    return found, {one: within[one].within(numbers) for one in holders_asked(context, within)}


def holders_asked(context: ReadContext, known: Mapping[str, object]) -> list[str]:
    """The holders that `holder`, `holder_kind` and `country` let through."""
    found: Iterable[str] = known
    if "holder" in context.values:
        found = [one for one in found if one in context.values["holder"]]
    if "holder_kind" in context.values:
        refs = context.references.refs(context.connection, "actor", found)
        found = [one for one in found if refs[one]["kind"] in context.values["holder_kind"]]
    if "country" in context.values:
        theirs = _belonging(context, context.values["country"])
        found = [one for one in found if one in theirs]
    return list(found)


def _belonging(context: ReadContext, countries: list[str]) -> set[str]:
    """Countries, and the actors that belong to them."""
    statements = belonging_to(countries).values()
    return {*countries, *(row.id for one in statements for row in context.rows(one))}
