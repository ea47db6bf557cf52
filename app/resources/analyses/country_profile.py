"""Resource of a country's profile: everything there is about one state, with its sources."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Response
from pydantic import Field
from pyroaring import BitMap

from app.analysis.country_profile import (
    MINIMUM_N,
    CountryRecords,
    count_votes,
    marks,
    questions_about,
    questions_not_voted_on,
    rank_neighbours,
    read_places,
    read_votes,
)
from app.analysis.measures.directions import NO_DIRECTIONS, Directions
from app.analysis.standings import Standings, cited_datasets, number_undated
from app.dates import VagueDate
from app.opinions.filters import filters_named, opinion_rows
from app.opinions.positions import Position, PositionRow, decide_rows, position_json, position_rows
from app.opinions.scope import period, standings
from app.records.base import Evidence
from app.records.references import MARK, Ref
from app.vocabulary import (
    AgreementStatus,
    AgreementType,
    EventType,
    MembershipStatus,
    PartyRole,
)
from app.web.endpoints.computed_list import minimum_n
from app.web.endpoints.operation import operation, path_id, problems_of_id
from app.web.formats.responses import item_response
from app.web.parameters import KNOWN_AT
from app.web.query.ids import resolve_filters, resolve_one
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item, Shape

router = APIRouter()


class ProfileAgreement(Shape):
    """An agreement, and what the country is in it."""

    agreement: Annotated[Ref, Field(description="Which.")]
    agreement_type: Annotated[AgreementType, Field(description="What form it has.")]
    status: Annotated[AgreementStatus, Field(description="How far the agreement has come.")]
    signed: Annotated[VagueDate | None, Field(description="Null where not known.")]
    in_force: Annotated[VagueDate | None, Field(description="Null where not known.")]
    party: Annotated[Ref, Field(description="The country, or one of its organizations.")]
    role: Annotated[PartyRole, Field(description="As what.")]
    party_status: Annotated[AgreementStatus, Field(description="How far it has come for it.")]


class ProfileOffice(Shape):
    """An office in the country or one of its organizations, and who held it."""

    holder: Annotated[Ref, Field(description="Who.")]
    organization: Annotated[Ref, Field(description="In what.")]
    role: Annotated[str, Field(description="The office.")]
    status: Annotated[MembershipStatus, Field(description="As of the document that says so.")]
    start: Annotated[VagueDate | None, Field(description="Null where unknown.")]
    end: Annotated[VagueDate | None, Field(description="Null where unknown.")]
    evidence: Annotated[list[Evidence], Field(description="The places that say so.")]


class ProfileEvent(Shape):
    """An event that the country, or somebody of it, had part in, or that happened there."""

    event: Annotated[Ref, Field(description="Which.")]
    event_type: Annotated[EventType, Field(description="What kind.")]
    date: Annotated[VagueDate | None, Field(description="When; null where not known.")]
    place: Annotated[str | None, Field(description="Where; null where not said.")]
    participants: Annotated[list[Ref], Field(description="Who took part.")]


class ProfileThreat(Shape):
    """A threat named in connection with the country."""

    question: Annotated[Ref, Field(description="The proposition that names it.")]
    threats: Annotated[list[Ref], Field(description="Who or what is named as the threat.")]
    positions: Annotated[list[Position], Field(description="Who holds it true, and who not.")]


class ProfileNeighbour(Shape):
    """A state that aligns with the country, or does not."""

    country: Annotated[Ref, Field(description="Which.")]
    n: Annotated[int, Field(description="Questions on which both took a direction.")]
    coincidence: Annotated[float | None, Field(description="As `/alignment` gives it.")]
    s: Annotated[float | None, Field(description="As `/alignment` gives it; the order goes by it.")]


class ProfileVotes(Shape):
    """How the country voted, counted; the votes themselves are at `/positions`."""

    n: Annotated[int, Field(description="Roll calls it took a direction in.")]
    favour: Annotated[int, Field(description="Yes.")]
    neither: Annotated[int, Field(description="Abstained.")]
    against: Annotated[int, Field(description="No.")]


class Profile(Shape):
    """Everything there is about one state."""

    country: Annotated[Ref, Field(description="Which state.")]
    summary: Annotated[str | None, Field(description="What it is, in our words.")]
    organizations: Annotated[list[Ref], Field(description="Organizations that belong to it.")]
    people: Annotated[list[Ref], Field(description="Persons and groups that belong to it.")]
    agreements: Annotated[list[ProfileAgreement], Field(description="What it is party to.")]
    offices: Annotated[list[ProfileOffice], Field(description="Its offices, and who held them.")]
    positions: Annotated[
        list[Position],
        Field(description="What it and those who belong to it hold, votes apart."),
    ]
    votes: ProfileVotes
    shifts: Annotated[
        list[Position], Field(description="Positions of the state that changed or conflict.")
    ]
    held_about: Annotated[
        list[Position], Field(description="What others hold on questions about it.")
    ]
    events: Annotated[list[ProfileEvent], Field(description="What happened, by date.")]
    threats: Annotated[
        list[ProfileThreat],
        Field(description="Threats that somebody is recorded as taking a position on."),
    ]
    closest: Annotated[
        list[ProfileNeighbour], Field(description="States that align most with it, by S.")
    ]
    farthest: Annotated[
        list[ProfileNeighbour], Field(description="States that align least with it, by S.")
    ]


_METHOD = (
    "Positions are derived from the opinions that count; votes are counted apart. Closest and "
    "farthest are states by Signorino and Ritter's S with at least minimum_n common questions."
)


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, FILTERS)
    country = resolve_one(context, "country", context.request.path_params["id"])
    values = context.values
    records = CountryRecords(context.rows, country, values.get("dataset"), context.as_of)
    parts = {
        **_record_parts(context, country, records),
        **_alignment_parts(context, country),
    }
    texts = {name: orjson.dumps(value) for name, value in parts.items()}
    texts |= _position_parts(context, country, records.threats())
    data = b",".join(b'"%b":%b' % (name.encode(), texts[name]) for name in Profile.model_fields)
    cited = records.cited | _cited(context, country, with_neighbours=bool(parts["closest"]))
    meta = context.meta(
        cited,
        method=_METHOD,
        minimum_n=values.get("minimum_n", MINIMUM_N),
        undated=_undated(context, country) if context.as_of else None,
    )
    return item_response(context, context.fill(b"{%b}" % data), meta)


def _record_parts(context: ReadContext, country: str, records: CountryRecords) -> dict[str, Any]:
    belonging = records.belonging
    return {
        "country": f"{MARK}actor:{country}",
        "summary": records.body["summary"],
        "organizations": marks(belonging["organization"]),
        "people": marks([*belonging["person"], *belonging["group"]]),
        "agreements": records.agreements(),
        "offices": records.offices(),
        "events": records.events(
            context.cached("event places", partial(read_places, context.rows))
        ),
    }


def _cited(context: ReadContext, country: str, *, with_neighbours: bool) -> set[str]:
    """The datasets of the opinions that the profile draws on."""
    rows = opinion_rows(context)
    drawn = (
        rows if with_neighbours else rows & (_held_in(context, country) | _about(context, country))
    )
    return cited_datasets(context.index.column, drawn)


def _undated(context: ReadContext, country: str) -> int:
    rows = opinion_rows(context, but=("as_of",)) & _held_in(context, country)
    return number_undated(context.index.column, rows)


def _held_in(context: ReadContext, country: str) -> BitMap:
    """The opinions of a state and of those who belong to it."""
    return context.index.column("holder_country").rows(country)


def _about(context: ReadContext, country: str) -> BitMap:
    """The opinions of others on questions about a state."""
    asked = [row.id for row in context.rows(questions_about(country))]
    return context.index.column("question").any_of(asked) - _held_in(context, country)


# -- positions --------------------------------------------------------------------------------


def _position_parts(
    context: ReadContext, country: str, threats: Mapping[str, list[str]]
) -> dict[str, bytes]:
    rows, index = position_rows(context), context.index
    not_votes = [row.id for row in context.rows(questions_not_voted_on())]
    theirs = rows & _held_in(context, country)
    return {
        "positions": _positions(context, theirs & index.column("question").any_of(not_votes)),
        "shifts": _shifts(context, rows & index.column("holder").rows(country)),
        "held_about": _positions(context, rows & _about(context, country)),
        "threats": _threats(context, threats),
    }


def _positions(context: ReadContext, rows: BitMap) -> bytes:
    """Positions as JSON text, by question and holder."""
    return b"[%b]" % b",".join(text for _, text in _derived(context, rows))


def _shifts(context: ReadContext, rows: BitMap) -> bytes:
    """The positions that changed, or on which reports conflict: each rests on several opinions."""
    several = rows & context.index.shared("opinion")
    texts = (text for _, text in _derived(context, several))
    return b"[%b]" % b",".join(
        text for text in texts if b'"changed":true' in text or b'"conflicting":true' in text
    )


def _derived(context: ReadContext, rows: BitMap) -> Iterator[tuple[str, bytes]]:
    """The question of each position, and the position as JSON text."""
    order = [("question", False), ("holder", False)]
    read = context.rows_in_order("opinion", rows, order, PositionRow._fields)
    found = list(map(PositionRow._make, read))
    return zip((row.question for row in found), position_json(context, found), strict=True)


def _threats(context: ReadContext, threats: Mapping[str, list[str]]) -> bytes:
    """The questions that name a threat, each with the positions on it, as JSON text."""
    texts: dict[str, list[bytes]] = defaultdict(list)
    if threats:
        about = context.index.column("question").any_of(threats)
        for question, text in _derived(context, position_rows(context) & about):
            texts[question].append(text)
    return b"[%b]" % b",".join(
        _threat(one, threats[one], texts[one]) for one in threats if one in texts
    )


def _threat(question: str, threats: Sequence[str], texts: Sequence[bytes]) -> bytes:
    named = orjson.dumps({"question": f"{MARK}question:{question}", "threats": threats})
    return b'%b,"positions":[%b]}' % (named[:-1], b",".join(texts))


# -- votes and alignment ----------------------------------------------------------------------


def _alignment_parts(context: ReadContext, country: str) -> dict[str, Any]:
    known, within = standings(context)
    by_holder = known.within(period(context), partial(decide_rows, context))
    closest, farthest = _neighbours(context, country, by_holder, within)
    return {
        "votes": _votes(context, by_holder.get(country, NO_DIRECTIONS), known, within),
        "closest": closest,
        "farthest": farthest,
    }


def _votes(context: ReadContext, mine: Directions, known: Standings, within: int) -> dict[str, int]:
    votes = context.cached("vote questions", partial(read_votes, context.rows))
    return count_votes(mine.within(within & known.numbers(votes)))


def _neighbours(
    context: ReadContext, country: str, by_holder: Mapping[str, Directions], within: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    others = [holder for holder in by_holder if holder != country]
    states = context.references.refs(context.connection, "country", others)
    return rank_neighbours(
        by_holder.get(country, NO_DIRECTIONS).within(within),
        {state: by_holder[state] for state in states},
        context.values.get("minimum_n", MINIMUM_N),
    )


FILTERS = filters_named("topic", "as_of", "dataset")

operation(
    router,
    "/countries/{id}/profile",
    _answer,
    name="get_country_profile",
    summary="Show a country's profile",
    description=(
        "The dossier: agreements and roles, offices and who held them, what the country and those "
        "who belong to it hold, what others hold about it, events, threats named, and which "
        "states stand closest to it and farthest from it. An empty list means that nothing is "
        "recorded, not that there is nothing."
    ),
    tag="Analysis",
    shape=Item[Profile],
    parameters=(*(one.parameter for one in FILTERS), KNOWN_AT, minimum_n(MINIMUM_N)),
    path_parameters=(path_id("country", "KAZ"),),
    costly=True,
    problems=problems_of_id("country"),
)
