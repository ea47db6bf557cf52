"""Properties of actors: what they are called, and what each actor has."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app.db.bulk import batched
from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.records.kinds import KINDS
from app.vocabulary import fold
from app.web.requests.context import ReadContext

#: The name of each property in words, and what it holds.
PROPERTIES = {
    "country": ("Country", "The state that the actor belongs to."),
    "other_names": ("Other names", "Other names and spellings, as sources use them."),
    "official_name": ("Official name", "The official name of a state."),
    "iso3166_1_alpha2": ("ISO 3166-1 alpha-2 code", "The two letters of a state, such as KZ."),
    "iso3166_1_alpha3": ("ISO 3166-1 alpha-3 code", "The three letters of a state, such as KAZ."),
    "iso3166_1_numeric": ("ISO 3166-1 numeric code", "The number of a state, such as 398."),
    "m49_region": ("UN M49 region", "The code of the region, such as 142 (Asia)."),
    "m49_subregion": ("UN M49 subregion", "The code of the subregion, such as 143 (Central Asia)."),
    "classification": ("Classification", "What an organization or group is, such as alliance."),
    "founded": ("Founded", "When an organization was founded."),
    "summary": ("Summary", "What the actor is, in our words."),
}
#: Properties that no two present states have alike.
TELLING = frozenset({"iso3166_1_alpha2", "iso3166_1_alpha3", "iso3166_1_numeric"})
_ROWS_AT_ONCE = 500


def described(name: str) -> dict[str, str]:
    """Return a property as the protocol has it; one that is not known keeps its name."""
    label, description = PROPERTIES.get(name, (name, ""))
    return {"id": name, "name": label, **({"description": description} if description else {})}


def properties_of(kind: str | None) -> list[str]:
    """Return the properties that actors of a kind, or of any, can have."""
    shapes = [KINDS[one].record for one in ([kind] if kind else ACTOR_KINDS)]
    return [name for name in PROPERTIES if any(name in shape.model_fields for shape in shapes)]


def read_records(context: ReadContext, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read the records of actors, by id; an id that nobody has is left out."""
    found: dict[str, dict[str, Any]] = {}
    for some in batched(dict.fromkeys(ids), _ROWS_AT_ONCE):
        for kind in ACTOR_KINDS:
            table = KIND_TABLES[kind]
            statement = sa.select(table.c.id, table.c.body).where(table.c.id.in_(some))
            for row in context.rows(statement):
                found[row.id] = {**orjson.loads(context.fill(row.body.encode())), "kind": kind}
    return found


def read_texts(context: ReadContext, name: str) -> dict[str, set[str]]:
    """Read the values of a property, folded, of every actor that has it."""
    found: dict[str, set[str]] = {}
    for kind in ACTOR_KINDS:
        if name in KINDS[kind].record.model_fields:
            table = KIND_TABLES[kind]
            for row in context.rows(sa.select(table.c.id, table.c.body)):
                value = orjson.loads(row.body).get(name)
                found[row.id] = {fold(text) for text in texts_in(values_of(value))}
    return {one: texts for one, texts in found.items() if texts}


def texts_in(values: Sequence[dict[str, Any]]) -> list[str]:
    """Return the texts of values in the protocol's form."""
    return [str(one.get("str", one.get("id"))) for one in values]


def values_of(value: Any) -> list[dict[str, Any]]:
    """Return a field of a record in the protocol's form."""
    match value:
        case None | "":
            return []
        case list():
            return [each for one in value for each in values_of(one)]
        case {"edtf": edtf, "text": text}:
            return values_of(edtf or text)
        case {"id": one, "name": name}:
            return [{"id": one, "name": name}]
        case _:
            return [{"str": str(value)}]
