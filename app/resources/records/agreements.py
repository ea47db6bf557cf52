"""Resource of agreements: treaties, accords, programmes, arrangements, and talks about them."""

from fastapi import APIRouter

from app.db.tables import agreements
from app.records.conditions import in_role
from app.vocabulary import AgreementStatus, AgreementType, PartyRole
from app.web.endpoints.records import register
from app.web.parameters import day_parameter, identifier, word
from app.web.query.filters import Filter, equal, linked, overlapping

router = APIRouter()

COLLECTION = register(
    router,
    "agreement",
    tag="Agreements and events",
    about="Treaties, accords, programmes and arrangements, with parties, roles and status.",
    absence="A null date means that the source does not state it; a candidate is not a party.",
    filters=(
        linked(
            "agreement",
            identifier(
                "party", "Agreements that these are in, in any role if `role` is left out.", "KAZ"
            ),
            "parties",
            space="actor",
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
    ),
    sorts={"signed": agreements.c.signed_earliest},
)
