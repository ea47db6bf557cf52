"""Scope of an analysis: the holders, the questions and the period that a request asks about.

Standings of a few holders are read by themselves, those of all are cached for the release.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import partial

from app.analysis.measures.directions import Directions
from app.analysis.standings import Period, Standings
from app.opinions.filters import cache_key, opinion_rows, questions_asked
from app.opinions.positions import decide_rows
from app.records.conditions import belonging_to
from app.web.parameters import day_parameter
from app.web.requests.context import ReadContext

FROM = day_parameter("from", "Opinions stated on or after that day, perhaps.", "1992-01-01")
TO = day_parameter("to", "Opinions stated on or before that day, perhaps.", "2019-12-31")

#: What is applied to standings after they are read, so that one reading serves every request.
_AFTERWARDS = ("as_of", "question", "topic", "subject", "holder", "holder_kind", "country")


def standings(
    context: ReadContext, holders: Collection[str] | None = None
) -> tuple[Standings, int]:
    """The standings of holders, and the questions asked about as a set of their numbers.

    Args:
        context: the request; `as_of`, `from` and `to` are for `period` to apply.
        holders: the holders it is about, where they are known.
    """
    columns, decide = context.index.column, partial(decide_rows, context)
    name = cache_key(context)
    if holders is not None:
        theirs = columns("holder").any_of(holders)
        found = Standings(columns, opinion_rows(context, but=("as_of",)) & theirs, decide)
        return found, found.everything
    if name is None:
        found = Standings(columns, opinion_rows(context, but=("as_of",)), decide)
        return found, found.everything
    everybody = opinion_rows(context, but=_AFTERWARDS)
    found = context.cached(name, lambda: Standings(columns, everybody, decide))
    asked = questions_asked(context)
    return found, found.everything if asked is None else found.numbers(asked)


def period(context: ReadContext) -> Period:
    """The days that `from`, `to` and `as_of` leave."""
    everything = Period()
    last = min(context.values.get("to", everything.last), context.as_of or everything.last)
    return Period(context.values.get("from", everything.first), last)


def standings_by_holder(context: ReadContext) -> tuple[Standings, dict[str, Directions]]:
    """The directions of each holder asked about, on the questions and in the period asked for."""
    found, numbers = standings(context)
    within = found.within(period(context), partial(decide_rows, context))
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
