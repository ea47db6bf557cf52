"""Actors, who hold positions or are their subject: countries, organizations, people, groups."""

from typing import Annotated

from pydantic import Field

from app.dates import VagueDate
from app.forms import ALPHA2, COUNTRY, THREE_DIGITS
from app.records.base import Evidence, Identifier, Part, Record
from app.records.references import ActorRef, CountryRef, OrganizationRef
from app.vocabulary import (
    CountryId,
    GroupClassification,
    Line,
    MembershipStatus,
    Slug,
)

Names = Annotated[
    tuple[Line, ...],
    Field(max_length=100, description="Other names and spellings, as sources use them."),
]
Identifiers = Annotated[
    tuple[Identifier, ...], Field(max_length=50, description="Ids in other schemes.")
]


class Membership(Part):
    """An office held or a membership, as of the document that says so (Popolo)."""

    organization: Annotated[
        ActorRef, Field(description="In what: an organization, or a country for offices of state.")
    ]
    role: Annotated[Line, Field(description="The office or role, such as «Minister of Defence».")]
    status: Annotated[
        MembershipStatus, Field(description="As of the document: current, ended or unknown.")
    ]
    start: Annotated[VagueDate | None, Field(description="Since when; null where unknown.")] = None
    end: Annotated[VagueDate | None, Field(description="Until when; null where unknown.")] = None
    evidence: Annotated[
        tuple[Evidence, ...],
        Field(min_length=1, max_length=50, description="The places that say so."),
    ]


Memberships = Annotated[
    tuple[Membership, ...], Field(max_length=500, description="Offices and memberships.")
]


class Actor(Record):
    """The fields that countries, organizations, people and groups share."""

    name: Annotated[Line, Field(description="The usual name.")]
    other_names: Names = ()
    identifiers: Identifiers = ()

    @property
    def label(self) -> str:
        """The usual name."""
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        """The usual name and all others."""
        return (self.name, *self.other_names)


class Country(Actor):
    """A state, present or former."""

    id: Annotated[CountryId, Field(description="ISO 3166-1 alpha-3, or a former state's code.")]
    official_name: Annotated[Line | None, Field(description="The official name.")] = None
    iso3166_1_alpha2: Annotated[
        str | None, Field(pattern=ALPHA2.pattern, description="ISO 3166-1 alpha-2.")
    ] = None
    iso3166_1_alpha3: Annotated[
        str | None, Field(pattern=COUNTRY.pattern, description="ISO 3166-1 alpha-3.")
    ] = None
    iso3166_1_numeric: Annotated[
        str | None,
        Field(pattern=THREE_DIGITS.pattern, description="ISO 3166-1 numeric, with its zeros."),
    ] = None
    m49_region: Annotated[
        str | None,
        Field(pattern=THREE_DIGITS.pattern, description="UN M49 region, such as 142 (Asia)."),
    ] = None
    m49_subregion: Annotated[
        str | None,
        Field(
            pattern=THREE_DIGITS.pattern,
            description="UN M49 subregion, such as 143 (Central Asia).",
        ),
    ] = None
    valid_from: Annotated[
        VagueDate | None, Field(description="When the state began; null where not recorded.")
    ] = None
    valid_to: Annotated[
        VagueDate | None, Field(description="When it ended; null for a present state.")
    ] = None
    successors: Annotated[
        tuple[CountryRef, ...], Field(max_length=50, description="The states that followed it.")
    ] = ()
    memberships: Memberships = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, and the codes people type."""
        given = (self.name, self.official_name, *self.other_names, self.id, self.iso3166_1_alpha2)
        return tuple(name for name in given if name)


class Organization(Actor):
    """An alliance, mission, assembly, ministry, armed group, newspaper, …"""

    id: Slug
    classification: Annotated[
        Slug | None, Field(description="What it is, such as alliance, ministry or newspaper.")
    ] = None
    parent: Annotated[
        OrganizationRef | None, Field(description="The organization it belongs to.")
    ] = None
    country: Annotated[CountryRef | None, Field(description="The state it belongs to.")] = None
    founded: Annotated[VagueDate | None, Field(description="Null where not recorded.")] = None
    dissolved: Annotated[VagueDate | None, Field(description="Null where not recorded.")] = None
    memberships: Memberships = ()


class Person(Actor):
    """A person, with the offices held as of the documents."""

    id: Slug
    country: Annotated[CountryRef | None, Field(description="The state the person belongs to.")] = (
        None
    )
    memberships: Memberships = ()


class Group(Actor):
    """Holders that a source does not name, a region, or states taken together."""

    id: Slug
    classification: Annotated[GroupClassification, Field(description="What kind of group.")] = (
        GroupClassification.UNNAMED_HOLDERS
    )
    country: Annotated[CountryRef | None, Field(description="The state it belongs to.")] = None
