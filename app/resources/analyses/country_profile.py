"""A country's profile: everything there is about one state, with what it was taken from."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Table

from app.analysis.agreement import agreement
from app.analysis.as_of import CountsBy
from app.analysis.directions import Directions
from app.analysis.figures import rounded
from app.analysis.positions import positions
from app.analysis.standings import Standings, cited_datasets, undated
from app.dates import OPEN_START, VagueDate
from app.db.search import words_of
from app.db.tables import (
    ACTOR_KINDS,
    KIND_TABLES,
    agreements,
    countries,
    events,
    links,
    opinions,
    people,
    questions,
)
from app.opinions.filters import filters_named, opinion_conditions
from app.opinions.positions import Position, position_json
from app.opinions.standings import period, standings
from app.records.base import Evidence
from app.records.conditions import has_entry, refers_to
from app.records.references import MARK, Ref
from app.vocabulary import (
    AgreementStatus,
    AgreementType,
    EventType,
    MembershipStatus,
    PartyRole,
    QuestionKind,
)
from app.web.endpoints.computed import minimum_n
from app.web.endpoints.operation import operation, path_id
from app.web.formats.responses import item_response
from app.web.parameters import KNOWN_AT
from app.web.query.ids import resolve_filters, resolve_one
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item, Shape

router = APIRouter()

MINIMUM_N = 10
NEIGHBOURS = 5
_VOTE = QuestionKind.VOTE.value


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


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, FILTERS)
    country = resolve_one(context, "country", context.request.path_params["id"])
    belonging = _belonging(context, country)
    cited: set[str] = set()
    parties = [country, *belonging["organization"]]
    everybody = [one for ids in ({"country": [country]} | belonging).values() for one in ids]
    record = _record(context, country, cited)
    known, within = standings(context)
    held = known.within(period(context), context.rows)
    closest, farthest = _neighbours(context, country, held, within)
    where, begun = opinion_conditions(context), CountsBy(context.rows, context.as_of)
    fields = {
        "country": f"{MARK}actor:{country}",
        "summary": record["summary"],
        "organizations": _marks(belonging["organization"]),
        "people": _marks([*belonging["person"], *belonging["group"]]),
        "agreements": _agreements(context, parties, begun, cited),
        "offices": _offices(context, parties, begun, cited),
        "votes": _votes(context, country, known, held, within),
        "events": _events(context, everybody, record, begun, cited),
        "closest": closest,
        "farthest": farthest,
    }
    here = {name: orjson.dumps(value) for name, value in fields.items()}
    here["positions"] = _positions(context, [*where, _of(country), _not_votes()])
    here["shifts"] = _positions(context, [*where, opinions.c.holder == country], _shifted)
    here["held_about"] = _positions(context, [*where, *_about(country)])
    here["threats"] = _threats(context, country)
    texts = b",".join(b'"%b":%b' % (name.encode(), here[name]) for name in Profile.model_fields)
    for conditions in ([_of(country)], _about(country)):
        cited |= cited_datasets(context.rows, [*where, *conditions])
    if closest:
        cited |= cited_datasets(context.rows, where)
    meta = context.meta(
        cited,
        method=_METHOD,
        minimum_n=context.values.get("minimum_n", MINIMUM_N),
        undated=undated(context.rows, [*opinion_conditions(context, but=("as_of",)), _of(country)])
        if context.as_of
        else None,
    )
    return item_response(context, context.fill(b"{%b}" % texts), meta)


_METHOD = (
    "Positions are derived from the opinions that count; votes are counted apart. Closest and "
    "farthest are states by Signorino and Ritter's S with at least minimum_n common questions."
)


def _marks(ids: Iterable[str]) -> list[str]:
    return [f"{MARK}actor:{one}" for one in ids]


def _belonging(context: ReadContext, country: str) -> dict[str, list[str]]:
    """Organizations, people and groups of the country, by id."""
    found = {}
    for kind in ACTOR_KINDS[1:]:
        table = KIND_TABLES[kind].c
        rows = context.rows(sa.select(table.id).where(table.country == country).order_by(table.id))
        found[kind] = [row.id for row in rows]
    return found


def _record(context: ReadContext, country: str, cited: set[str]) -> dict[str, Any]:
    table = countries.c
    row = context.rows(sa.select(table.dataset, table.body).where(table.id == country))[0]
    cited.add(row.dataset)
    body: dict[str, Any] = orjson.loads(row.body)
    return body


# -- what it is party to, who holds its offices, what happened ---------------------------------


def _bodies(
    context: ReadContext, table: Table, condition: ColumnElement[bool], cited: set[str]
) -> list[tuple[str, dict[str, Any]]]:
    """The records that a condition lets through, by id."""
    conditions = [condition]
    if "dataset" in context.values:
        conditions.append(table.c.dataset.in_(context.values["dataset"]))
    columns = (table.c.id, table.c.dataset, table.c.body)
    rows = context.rows(sa.select(*columns).where(*conditions).order_by(table.c.id))
    cited.update(row.dataset for row in rows)
    return [(row.id, orjson.loads(row.body)) for row in rows]


def _agreements(
    context: ReadContext, parties: Sequence[str], begun: CountsBy, cited: set[str]
) -> list[dict[str, Any]]:
    ours = set(_marks(parties))
    found = _bodies(context, agreements, refers_to("agreement", "parties", parties), cited)
    return [
        {
            "agreement": f"{MARK}agreement:{one}",
            **{name: body[name] for name in ("agreement_type", "status", "signed", "in_force")},
            "party": party["actor"],
            "role": party["role"],
            "party_status": party["status"],
        }
        for one, body in found
        for party in body["parties"]
        if party["actor"] in ours and begun(party["start"] or body["signed"], body["evidence"])
    ]


def _offices(
    context: ReadContext, parties: Sequence[str], begun: CountsBy, cited: set[str]
) -> list[dict[str, Any]]:
    ours = set(_marks(parties))
    found = _bodies(context, people, refers_to("person", "memberships", parties), cited)
    return [
        {"holder": f"{MARK}actor:{one}", **membership}
        for one, body in found
        for membership in body["memberships"]
        if membership["organization"] in ours and begun(membership["start"], membership["evidence"])
    ]


def _events(
    context: ReadContext,
    actors: Sequence[str],
    record: dict[str, Any],
    begun: CountsBy,
    cited: set[str],
) -> list[dict[str, Any]]:
    """Events it or those who belong to it took part in, of its agreements, or in it."""
    agreed = sa.select(agreements.c.id).where(refers_to("agreement", "parties", actors))
    condition = sa.or_(
        refers_to("event", "participants", actors),
        events.c.agreement.in_(agreed),
        events.c.id.in_(_placed(context, record)),
    )
    found = [
        (_earliest(body["date"]), one, body)
        for one, body in _bodies(context, events, condition, cited)
        if begun(body["date"], body["evidence"])
    ]
    return [
        {
            "event": f"{MARK}event:{one}",
            **{name: body[name] for name in ("event_type", "date", "place")},
            "participants": list(dict.fromkeys(p["actor"] for p in body["participants"])),
        }
        for _, one, body in sorted(found, key=lambda found: found[:2])
    ]


def _earliest(date: dict[str, Any] | None) -> str:
    """What dates sort by; the undated come last."""
    return (date["earliest"] or OPEN_START) if date and date["edtf"] is not None else "~"


def _placed(context: ReadContext, record: dict[str, Any]) -> list[str]:
    """Events whose place names the country."""
    names = [" ".join(words_of(name)) for name in (record["name"], *record["other_names"])]
    places = context.cached("event places", partial(_places, context))
    return [one for one, place in places if any(f" {name} " in place for name in names)]


def _places(context: ReadContext) -> list[tuple[str, str]]:
    rows = context.rows(sa.select(events.c.id, events.c.body))
    placed = ((row.id, orjson.loads(row.body)["place"]) for row in rows)
    return [(one, f" {' '.join(words_of(place))} ") for one, place in placed if place]


# -- positions --------------------------------------------------------------------------------


def _of(country: str) -> ColumnElement[bool]:
    return opinions.c.holder_country == country


def _not_votes() -> ColumnElement[bool]:
    return opinions.c.question.in_(sa.select(questions.c.id).where(questions.c.kind != _VOTE))


def _about(country: str) -> list[ColumnElement[bool]]:
    """Opinions of others on questions about the country."""
    about = sa.select(questions.c.id).where(refers_to("question", "subjects", [country]))
    country_of = opinions.c.holder_country
    return [
        opinions.c.question.in_(about),
        sa.or_(country_of.is_(None), country_of != country),
    ]


def _shifted(derived: Any) -> ColumnElement[bool]:
    return sa.or_(derived.changed == 1, derived.conflicting == 1)


def _positions(
    context: ReadContext, where: Sequence[ColumnElement[bool]], only: Any = None
) -> bytes:
    """Positions as JSON text, by question and holder."""
    return b"[%b]" % b",".join(text for _, text in _derived(context, where, only))


def _derived(
    context: ReadContext, where: Sequence[ColumnElement[bool]], only: Any = None
) -> list[tuple[str, bytes]]:
    """The question of each position, and the position as JSON text."""
    derived = positions(where)
    statement = sa.select(derived).order_by(derived.c.question, derived.c.holder)
    if only is not None:
        statement = statement.where(only(derived.c))
    rows = context.rows(statement)
    return [
        (row.question, text) for row, text in zip(rows, position_json(context, rows), strict=True)
    ]


def _threats(context: ReadContext, country: str) -> bytes:
    """Questions about the country that name somebody else as a threat, and who holds what."""
    condition = sa.and_(
        refers_to("question", "subjects", [country]),
        has_entry("question", "subjects", links.c.role == "threat"),
    )
    threats: dict[str, list[str]] = {}
    for one, body in _bodies(context, questions, condition, set()):
        by_whom = [s["actor"] for s in body["subjects"] if s["role"] == "threat"]
        if f"{MARK}actor:{country}" not in by_whom:
            threats[one] = by_whom
    held: dict[str, list[bytes]] = {one: [] for one in threats}
    if threats:
        for one, text in _derived(
            context, [*opinion_conditions(context), opinions.c.question.in_(threats)]
        ):
            held[one].append(text)
    named_by_then = [one for one in threats if held[one]]
    return b"[%b]" % b",".join(_threat(one, threats[one], held[one]) for one in named_by_then)


def _threat(question: str, threats: list[str], held: list[bytes]) -> bytes:
    head = orjson.dumps({"question": f"{MARK}question:{question}", "threats": threats})
    return b'%b,"positions":[%b]}' % (head[:-1], b",".join(held))


# -- alignment --------------------------------------------------------------------------------

_NOBODY = Directions(0, 0, 0)


def _votes(
    context: ReadContext, country: str, known: Standings, held: Any, within: int
) -> dict[str, int]:
    votes = context.cached("vote questions", lambda: _vote_questions(context))
    mine = held.get(country, _NOBODY).within(within & known.numbers(votes))
    counts = {name: getattr(mine, name).bit_count() for name in ("favour", "neither", "against")}
    return {"n": sum(counts.values()), **counts}


def _vote_questions(context: ReadContext) -> list[str]:
    return [
        row.id for row in context.rows(sa.select(questions.c.id).where(questions.c.kind == _VOTE))
    ]


def _neighbours(
    context: ReadContext, country: str, held: Any, within: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The states closest to a country and farthest from it, ties by id."""
    mine = held.get(country, _NOBODY).within(within)
    least = context.values.get("minimum_n", MINIMUM_N)
    ranked = []
    for other in context.references.refs(
        context.connection, "country", [h for h in held if h != country]
    ):
        figures = agreement(mine.table(held[other]), least)
        if figures.s is not None:
            ranked.append((-figures.s, other, figures))
    closest = sorted(ranked, key=lambda one: one[:2])[:NEIGHBOURS]
    farthest = sorted(ranked, key=lambda one: (-one[0], one[1]))[:NEIGHBOURS]
    return [_neighbour(*one[1:]) for one in closest], [_neighbour(*one[1:]) for one in farthest]


def _neighbour(other: str, figures: Any) -> dict[str, Any]:
    return {
        "country": f"{MARK}actor:{other}",
        "n": figures.n,
        "coincidence": rounded(figures.coincidence),
        "s": rounded(figures.s),
    }


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
    problems=(404,),
)
