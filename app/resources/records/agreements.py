"""Resource of agreements: treaties, accords, programmes, arrangements, and talks about them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pyroaring import BitMap
from sqlalchemy import ColumnElement

from app.analysis.agreement_as_of import standing_on, stands
from app.dates import UNKNOWN
from app.db.rows import rows_by_id
from app.db.tables import agreements
from app.index.columns import day_of
from app.records.conditions import belonging_to, in_role, refers_to
from app.records.references import MARK
from app.vocabulary import AgreementStatus, AgreementType, ObligationType, PartyRole
from app.web.endpoints.records import register
from app.web.parameters import day_parameter, identifier, word
from app.web.query.filters import Filter, equal, linked, overlapping
from app.web.query.index_plan import let_through
from app.web.references import record_json
from app.web.requests.context import ReadContext

router = APIRouter()

AS_OF = day_parameter(
    "as_of",
    "Agreements that there were by that day, with the parties, acts and status of that day; "
    "`party`, `country` and `role` then ask for parties that stood. A vague date counts from its "
    "earliest day; agreements without any date are left out and counted in `meta.undated`.",
    "2006-12-31",
)


def _of_countries(countries: Sequence[str]) -> ColumnElement[bool]:
    """The condition that one of the countries is a party, or an organization of it."""
    bodies = belonging_to(countries)["organization"]
    return sa.or_(
        refers_to("agreement", "parties", countries), refers_to("agreement", "parties", bodies)
    )


def _obliging_to(context: ReadContext, words: Sequence[str]) -> BitMap:
    """The agreements that oblige to one of these, all of their parties or some."""
    column = context.index.column("obligation_types")
    asked = set(words)
    return column.any_of([one for one in column.values if not asked.isdisjoint(str(one).split())])


def _standing(context: ReadContext, values: Mapping[str, Any]) -> BitMap:
    """The agreements that there were by the day, in which those who are asked for stood."""
    begun = context.index.column("begun")
    found = begun.between(last=values["as_of"]) - begun.rows(UNKNOWN)
    if not {"party", "country", "role"} & values.keys():
        return found
    asked = [one for one in FILTERS if one.parameter.name in ("party", "country", "role")]
    rows = let_through(context, "agreement", asked, found & context.index.live("agreement"))
    actors = _asked_actors(context, values)
    return BitMap(
        row
        for row, body in rows_by_id(
            context.connection, context.tables("agreement"), ("row_id", "body"), list(rows)
        )
        if _has_party(standing_on(orjson.loads(body), values["as_of"]), actors, values.get("role"))
    )


def _asked_actors(context: ReadContext, values: Mapping[str, Any]) -> list[set[str]]:
    """The marks of the actors of which one stands, for `party` and for `country`."""
    actors = [set(values["party"])] if "party" in values else []
    if "country" in values:
        bodies = context.rows(belonging_to(values["country"])["organization"])
        actors.append({*values["country"], *(row.id for row in bodies)})
    return [{f"{MARK}actor:{one}" for one in ids} for ids in actors]


def _has_party(
    body: Mapping[str, Any], actors: Sequence[set[str]], roles: Sequence[str] | None
) -> bool:
    standing = [one for one in body["parties"] if stands(one)]
    if roles:
        standing = [one for one in standing if one["role"] in roles]
    return bool(standing) and all(any(one["actor"] in ids for one in standing) for ids in actors)


def _render(context: ReadContext, rows: Sequence[Any]) -> list[bytes]:
    """The JSON text of each agreement, under `as_of` as it stood."""
    if (day := context.as_of) is None:
        return record_json(rows)
    then = (standing_on(orjson.loads(row.body), day) for row in rows)
    texts = (orjson.dumps(body).decode() for body in then)
    return record_json([row._replace(body=text) for row, text in zip(rows, texts, strict=True)])


def _undated(context: ReadContext) -> int:
    """The number of agreements that `as_of` leaves out because nothing dates them."""
    others = [one for one in COLLECTION.filters if one.parameter.name != "as_of"]
    rows = let_through(context, "agreement", others, context.index.live("agreement"))
    return rows.intersection_cardinality(context.index.column("begun").rows(UNKNOWN))


FILTERS = (
    linked(
        "agreement",
        identifier(
            "party", "Agreements that these are in, in any role if `role` is left out.", "KAZ"
        ),
        "parties",
        space="actor",
    ),
    Filter(
        identifier("country", "Agreements that these or an organization of theirs is in.", "KAZ"),
        _of_countries,
        "country",
    ),
    Filter(
        word(
            "role",
            PartyRole,
            "Agreements that somebody is in, as this; with `party`, that one of those is in.",
        ),
        in_role("agreement", "parties", "role", "party"),
        takes_all_values=True,
    ),
    Filter(
        word("obligation", ObligationType, "What it obliges its parties to, or some of them."),
        rows=_obliging_to,
    ),
    Filter(AS_OF, rows=_standing, takes_all_values=True),
    equal(
        word("agreement_type", AgreementType, "What form it has."),
        agreements.c.agreement_type,
    ),
    equal(word("status", AgreementStatus, "How far it has come."), agreements.c.status),
    overlapping(
        day_parameter("signed_from", "Signed on or after that day, perhaps.", "1996-01-01"),
        agreements.c.signed_earliest,
        agreements.c.signed_latest,
        start=True,
    ),
    overlapping(
        day_parameter("signed_to", "Signed on or before that day, perhaps.", "1996-12-31"),
        agreements.c.signed_earliest,
        agreements.c.signed_latest,
        start=False,
    ),
)

COLLECTION = register(
    router,
    "agreement",
    tag="Agreements and events",
    about="Treaties, accords, programmes and arrangements, with parties, roles and status.",
    absence="A null date means that the source does not state it; a candidate is not a party.",
    filters=FILTERS,
    sorts={
        "signed": day_of("signed"),
        "in_force": day_of("in_force"),
        "terminated": day_of("terminated"),
    },
    render=_render,
    undated=_undated,
)
