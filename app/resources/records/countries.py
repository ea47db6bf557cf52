"""Resource of countries: states, present and former."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy import ColumnElement, Select

from app.db.tables import KIND_TABLES, agreements, countries, links, organizations
from app.index.columns import day_of
from app.records.conditions import has_entry, refers_to
from app.vocabulary import REGION_NAMES, AgreementStatus, PartyRole, fold
from app.web.endpoints.records import register
from app.web.parameters import Parameter, identifier
from app.web.query.filters import Filter

router = APIRouter()

_REGIONS = {fold(name).replace(" ", "-"): code for code, name in REGION_NAMES.items()}


def _region(text: str) -> str:
    code = _REGIONS.get(fold(text).replace(" ", "-"), text)
    if code not in REGION_NAMES:
        known = ", ".join(f"{code} ({name})" for code, name in sorted(REGION_NAMES.items()))
        raise ValueError(f"{text!r} is not an M49 region; known here: {known}")
    return code


def _in_region(codes: Sequence[str]) -> ColumnElement[bool]:
    return sa.or_(countries.c.m49_region.in_(codes), countries.c.m49_subregion.in_(codes))


#: An agreement that nobody made yet, and a party that is none yet.
_UNMADE = [AgreementStatus.CONSIDERED.value, AgreementStatus.UNDER_DISCUSSION.value]
_CANDIDATE = PartyRole.CANDIDATE.value


def _parties(condition: ColumnElement[bool]) -> Select[Any]:
    """Parties to the agreements that a condition holds for."""
    current = sa.select(agreements.c.id, agreements.c.revision).where(condition)
    return sa.select(links.c.target).where(
        links.c.kind == "agreement",
        links.c.field == "parties",
        sa.tuple_(links.c.id, links.c.revision).in_(current),
    )


def _party_to(values: Sequence[str]) -> ColumnElement[bool]:
    return countries.c.id.in_(_parties(agreements.c.id.in_(values)))


def _tied_to(values: Sequence[str]) -> ColumnElement[bool]:
    """Countries with ties to an organization, of their own or by an organization of theirs."""
    by_others = sa.select(organizations.c.country).where(_tied("organization", values))
    return sa.or_(_tied("country", values), countries.c.id.in_(by_others))


def _tied(kind: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Members of an organization, and parties to an agreement that it is a party to, too."""
    not_candidate = links.c.role != _CANDIDATE
    made = sa.and_(
        has_entry("agreement", "parties", links.c.target.in_(values), not_candidate),
        agreements.c.status.not_in(_UNMADE),
    )
    parties = _parties(made).where(not_candidate)
    return sa.or_(refers_to(kind, "memberships", values), KIND_TABLES[kind].c.id.in_(parties))


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
                "Members of these organizations, and parties to an agreement they are party to, "
                "themselves or by an organization of theirs. Candidates, and what is only "
                "considered or discussed, do not count.",
                "nato",
            ),
            _tied_to,
            "organization",
        ),
        Filter(
            identifier(
                "agreement",
                "Parties to these agreements, in any role, candidates and hosts among them.",
                "partnership-for-peace",
            ),
            _party_to,
            "agreement",
        ),
    ),
    sorts={"valid_from": day_of("valid_from"), "valid_to": day_of("valid_to")},
)
