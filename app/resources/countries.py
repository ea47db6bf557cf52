"""States, present and former."""

from collections.abc import Sequence

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy import ColumnElement

from app.db.tables import agreements, countries, links
from app.vocabulary import fold
from app.web.identities import REGION_NAMES
from app.web.listing import Filter
from app.web.parameters import Parameter, identifier
from app.web.stored import refers_to, register

router = APIRouter()

_REGIONS = {fold(name).replace(" ", "-"): code for code, name in REGION_NAMES.items()}


def _region(text: str) -> str:
    code = _REGIONS.get(fold(text).replace(" ", "-"), text)
    if code not in REGION_NAMES:
        told = ", ".join(f"{code} ({name})" for code, name in sorted(REGION_NAMES.items()))
        raise ValueError(f"{text!r} is not an M49 region; known here: {told}")
    return code


def _in_region(codes: Sequence[str]) -> ColumnElement[bool]:
    return sa.or_(countries.c.m49_region.in_(codes), countries.c.m49_subregion.in_(codes))


def _parties(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Parties to the agreements that some conditions hold for."""
    current = sa.select(agreements.c.id, agreements.c.revision).where(*conditions)
    parties = sa.select(links.c.target).where(
        links.c.kind == "agreement",
        links.c.field == "parties",
        sa.tuple_(links.c.id, links.c.revision).in_(current),
    )
    return countries.c.id.in_(parties)


def _party_to(values: Sequence[str]) -> ColumnElement[bool]:
    return _parties(agreements.c.id.in_(values))


def _tied_to(values: Sequence[str]) -> ColumnElement[bool]:
    """Members of an organization, and parties to an agreement that it is a party to, too."""
    members = refers_to("country", "memberships", values)
    return sa.or_(members, _parties(refers_to("agreement", "parties", values)))


COLLECTION = register(
    router,
    "country",
    tag="Actors",
    about="States, present and former, with their codes.",
    absence="A state that is not there was not needed yet; `valid_to` is null for present states.",
    filters=(
        Filter(
            Parameter(
                "region",
                "M49 region or subregion, by code or name (143 or central-asia).",
                parse=_region,
                many=True,
                example="143",
            ),
            _in_region,
        ),
        Filter(
            identifier(
                "organization",
                "Members of these organizations, and parties to an agreement they are party to.",
                "nato",
            ),
            _tied_to,
            "organization",
        ),
        Filter(
            identifier(
                "agreement", "Parties to these agreements, in any role.", "partnership-for-peace"
            ),
            _party_to,
            "agreement",
        ),
    ),
)
