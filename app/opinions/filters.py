"""Filters of opinions, which everything derived from opinions takes as well."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from pyroaring import BitMap

from app.dates import UNKNOWN
from app.db.tables import opinions, questions
from app.records.conditions import FilterCondition, about_topics, refers_to
from app.vocabulary import ActorKind, Attribution, Stance
from app.web.parameters import AS_OF, day_parameter, identifier, word
from app.web.query.filters import DATASET, Filter, equal, overlapping
from app.web.query.index_plan import let_through
from app.web.requests.context import ReadContext


def _rows_on(
    name: str, condition: FilterCondition, context: ReadContext, values: Sequence[str]
) -> BitMap:
    """The opinions on the questions for which a condition holds of one of the values."""
    sets = [
        BitMap.deserialize(
            context.cached(
                ("opinions on", name, value), partial(_read_rows_on, condition, context, value)
            )
        )
        for value in values
    ]
    return BitMap.union(*sets)


def _read_rows_on(condition: FilterCondition, context: ReadContext, value: str) -> bytes:
    """The opinions on the questions for which a condition holds of a value, as bytes."""
    rows = context.rows(sa.select(questions.c.id).where(condition([value])))
    found: bytes = context.index.column("question").any_of([row.id for row in rows]).serialize()
    return found


def _rows_by_then(context: ReadContext, day: str) -> BitMap:
    """The opinions that count by a day: those whose date can have begun."""
    first = context.index.column("counts_earliest")
    return first.between(last=day) - first.rows(UNKNOWN)


STANCE = word("stance", Stance, "The stance towards the question's proposition.")
#: The filters of opinions, whatever is then made of them; which are sets of rows in the index.
OPINION_FILTERS: tuple[Filter, ...] = (
    equal(
        identifier("holder", "Whose opinion it is; countries by any code.", "azimbai-gali"),
        opinions.c.holder,
        "actor",
    ),
    equal(
        identifier("country", "The holder's country, or the holder itself.", "KAZ"),
        opinions.c.holder_country,
        "country",
    ),
    equal(
        identifier("speaker", "Who voiced it, where that was not the holder."),
        opinions.c.speaker,
        "actor",
    ),
    equal(
        identifier("on_behalf_of", "For whom the speaker spoke."),
        opinions.c.on_behalf_of,
        "actor",
    ),
    equal(
        identifier("question", "What it is about.", "kazakhstan-full-nato-membership"),
        opinions.c.question,
        "question",
    ),
    Filter(
        identifier("topic", "Questions of these topics, and of those below them."),
        space="topic",
        rows=partial(_rows_on, "topic", about_topics),
    ),
    Filter(
        identifier("subject", "Questions about these actors.", "KAZ"),
        space="actor",
        rows=partial(_rows_on, "subject", partial(refers_to, "question", "subjects")),
    ),
    equal(
        identifier("document", "The document that reports it.", "kazakhstan-nato-analysis"),
        opinions.c.document,
        "document",
    ),
    overlapping(
        day_parameter("stated_from", "Said on or after that day, perhaps.", "1996-01-01"),
        opinions.c.stated_earliest,
        opinions.c.stated_latest,
        start=True,
    ),
    overlapping(
        day_parameter("stated_to", "Said on or before that day, perhaps.", "2006-12-31"),
        opinions.c.stated_earliest,
        opinions.c.stated_latest,
        start=False,
    ),
    Filter(AS_OF, rows=_rows_by_then),
    equal(word("holder_kind", ActorKind, "What the holder is."), opinions.c.holder_kind),
    equal(word("attribution", Attribution, "How the source comes by it."), opinions.c.attribution),
    equal(DATASET, opinions.c.dataset, "dataset"),
)


def opinion_rows(context: ReadContext, *, but: Sequence[str] = ()) -> BitMap:
    """The rows of the opinions that the request's filters let through.

    Args:
        context: the request.
        but: filters that are left out.
    """
    given = (one for one in OPINION_FILTERS if one.parameter.name not in but)
    return let_through(context, "opinion", given, context.index.live("opinion"))


def filters_named(*names: str) -> tuple[Filter, ...]:
    """Pick some of the filters of opinions by name."""
    by_name = {one.parameter.name: one for one in OPINION_FILTERS}
    return tuple(by_name[name] for name in names)


#: Filters that say whose opinions and on what, so that they let whole positions through or none.
_WHOLE = ("holder", "holder_kind", "country", "question", "topic", "subject", "as_of")
#: Filters that pick, with so few values that what each leaves may be cached.
_FEW = ("dataset", "attribution")


def cache_key(context: ReadContext) -> tuple[Any, ...] | None:
    """The key under which what is made of all opinions is cached for the release.

    None where a filter picks among the opinions that a position rests on: there is no end to
    such choices, so what is made of them is not cached.
    """
    picking = {one.parameter.name for one in OPINION_FILTERS}.difference(_WHOLE, _FEW)
    few = [(name, *context.values[name]) for name in _FEW if name in context.values]
    if picking.intersection(context.values) or any(len(given) > 2 for given in few):
        return None
    return ("standings", *few)


def questions_asked(context: ReadContext) -> list[str] | None:
    """The questions that `question`, `topic` and `subject` let through; None for all."""
    conditions: dict[str, FilterCondition] = {
        "question": questions.c.id.in_,
        "topic": about_topics,
        "subject": partial(refers_to, "question", "subjects"),
    }
    given = [
        condition(context.values[n]) for n, condition in conditions.items() if n in context.values
    ]
    if not given:
        return None
    return [row.id for row in context.rows(sa.select(questions.c.id).where(*given))]


def undated(context: ReadContext) -> int | None:
    """The number of opinions `as_of` leaves out because nothing dates them; None without it."""
    if "as_of" not in context.values:
        return None
    rows = opinion_rows(context, but=("as_of",))
    return rows.intersection_cardinality(context.index.column("counts_earliest").rows(UNKNOWN))
