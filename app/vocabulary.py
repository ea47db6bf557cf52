"""The words of the field: every vocabulary of the API as a type, each word with its definition.

A word's meaning is said once, here, and serves the record, the filter, the table, OpenAPI and
`GET /v1/codebook` alike. Sources: Popolo for offices and memberships, ATOP for obligations
(Leeds et al. 2002), PLOVER for event types, W3C Web Annotation for locators.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticKnownError

from app.forms import ANY_ID, COUNTRY, SLUG


def _no_truth(given: Any) -> Any:
    """A number that was given; true and false are none, though Python counts with them."""
    if isinstance(given, bool):
        raise PydanticKnownError("int_type")
    return given


#: Refuses true and false as numbers; it comes after a number's bounds, which the description else
#: gives by the names that pydantic has for them.
NO_TRUTH = BeforeValidator(_no_truth)


class Word(StrEnum):
    """One word of a vocabulary, with its definition."""

    definition: str

    def __new__(cls, value: str, definition: str) -> Self:
        """Make the word and put its definition beside it."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.definition = definition
        return word


class Stance(Word):
    """The stance of a holder on a proposition; for an assessment, support means «holds it true»."""

    STRONG_SUPPORT = "strong_support", "For it, and the source is categorical in words or tone."
    SUPPORT = "support", "For it."
    NEUTRAL = "neutral", "Said to be neither for nor against; in a vote, an abstention."
    AMBIVALENT = "ambivalent", "Said to be for and against at once, or torn; it has no number."
    OPPOSE = "oppose", "Against it."
    STRONG_OPPOSE = "strong_oppose", "Against it, and the source is categorical in words or tone."
    NO_POSITION = "no_position", "Known to have stated none: a silence that was reported."

    @property
    def score(self) -> int | None:
        """The number −2…+2, or None where no number would be honest."""
        return _SCORES.get(self)


_SCORES = {
    Stance.STRONG_SUPPORT: 2,
    Stance.SUPPORT: 1,
    Stance.NEUTRAL: 0,
    Stance.OPPOSE: -1,
    Stance.STRONG_OPPOSE: -2,
}


class Attribution(Word):
    """How the source comes by the opinion, best first: this order settles conflicts."""

    DIRECT_QUOTE = "direct_quote", "The holder's own words, quoted."
    OFFICIAL_DOCUMENT = "official_document", "A document the holder issued or signed."
    VOTE = "vote", "A recorded vote."
    ACTION = "action", "Something the holder did."
    PARAPHRASE = "paraphrase", "The holder's statement in the source's words."
    ANALYST_ASSESSMENT = "analyst_assessment", "Somebody else's reading of the holder."


class Confidence(Word):
    """How sure the coding is that the source says so (the rule is in the seeds' README)."""

    HIGH = "high", "The source states holder, proposition and direction outright."
    MEDIUM = (
        "medium",
        'One of the three is read from the context, or the source hedges ("seems"), or says it in '
        "passing.",
    )
    LOW = (
        "low",
        "Two of them are read from the context, or the reading rests on tone, a presupposition or "
        'a mere possibility ("may").',
    )


class ReasonType(Word):
    """The kind of a reason that a holder gives."""

    SECURITY = "security", "Threats, defence, military strength."
    ECONOMIC = "economic", "Money, trade, resources."
    DOMESTIC_POLITICS = "domestic_politics", "Power and opinion at home, or the kind of regime."
    ALLIANCE = "alliance", "Ties with allies and blocs, loyalty, leverage."
    IDENTITY = "identity", "History, nation, religion, culture."
    LEGAL = "legal", "Law, treaties, commitments."
    CAPACITY = "capacity", "Means and skills: standards, interoperability, training."


class QuestionKind(Word):
    """The kind of proposition that a question has."""

    POLICY = "policy", "What somebody should do."
    ASSESSMENT = "assessment", "What is the case."
    VOTE = "vote", "A motion that was put to a recorded vote."


class SubjectRole(Word):
    """How an actor figures in a question."""

    ACTOR = "actor", "Whose conduct or state the proposition is about."
    TARGET = "target", "Whom the conduct is directed at, or who is affected by it."
    PARTNER = "partner", "With whom."
    THREAT = "threat", "Named as a threat."
    PLACE = "place", "Where."


class AgreementType(Word):
    """The form of an agreement or arrangement."""

    TREATY = "treaty", "A treaty under international law."
    ACCORD = "accord", "A signed agreement short of (or not stated to be) a treaty."
    FRAMEWORK = "framework", "A framework for later agreements or recurring activity."
    PARTNERSHIP_PROGRAMME = "partnership_programme", "A standing programme partners take part in."
    MEMORANDUM = "memorandum", "A memorandum of understanding."
    STATUS = "status", "A status granted, such as observer."
    TALKS = "talks", "Talks that may lead to an agreement and have not."


class AgreementStatus(Word):
    """How far an agreement, or a party in it, has come."""

    IN_EFFECT = "in_effect", "Applies."
    SIGNED = "signed", "Signed; whether it applies is not said."
    UNDER_DISCUSSION = "under_discussion", "Being talked about, not agreed."
    CONSIDERED = "considered", "A possibility somebody considers or is said to consider."
    ENDED = "ended", "No longer applies."


class PartyRole(Word):
    """The role of a party in an agreement."""

    MEMBER = "member", "A full member."
    PARTNER = "partner", "A partner without membership."
    SIGNATORY = "signatory", "Signed it."
    OBSERVER = "observer", "Takes part without a vote."
    HOST = "host", "Provides the place or the organization."
    CANDIDATE = "candidate", "May become a party; it is not one."


class PartyAct(Word):
    """An act of a party to an agreement, or an event in its being one."""

    SIGNED = "signed", "Signed it."
    RATIFIED = "ratified", "Ratified, accepted or approved it, or deposited the instrument."
    ACCEDED = "acceded", "Joined it without having signed; became a member."
    SUCCEEDED = "succeeded", "Took the place of a former state in it."
    ENTERED_INTO_FORCE = "entered_into_force", "It began to bind this party."
    RESERVED = "reserved", "Made a reservation."
    SUSPENDED = "suspended", "Stopped taking part without leaving."
    RESUMED = "resumed", "Took part again."
    WITHDREW = "withdrew", "Left it, or did not prolong it."
    TERMINATED = "terminated", "It ended for this party."


class ObligationType(Word):
    """The kind of an obligation."""

    DEFENSE = "defense", "To aid a party that is attacked (ATOP)."
    OFFENSE = "offense", "To join a party in attack (ATOP)."
    NEUTRALITY = "neutrality", "Not to aid a party's adversary (ATOP)."
    NONAGGRESSION = "nonaggression", "Not to attack each other (ATOP)."
    CONSULTATION = "consultation", "To consult in crises, as an obligation (ATOP, strictly)."
    COOPERATION = "cooperation", "To cooperate in military or security matters."
    TRANSIT = "transit", "To let through or to host."
    TRAINING = "training", "To train or exercise together."
    INFORMATION_SECURITY = "information_security", "To protect each other's information."


class EventType(Word):
    """The kind of an event."""

    VISIT = "visit", "Somebody goes to see somebody."
    SIGNING = "signing", "An agreement is signed."
    MEETING = "meeting", "A meeting or a decision of a body."
    TALKS = "talks", "Negotiations."
    STATEMENT = "statement", "Something is said in public."
    EXERCISE = "exercise", "A military exercise."
    DEPLOYMENT = "deployment", "Troops are sent."
    DISCLOSURE = "disclosure", "Information gets out."
    CLASH = "clash", "Fighting."
    VOTE = "vote", "A vote is taken."


class Plover(Word):
    """PLOVER's event types (Open Event Data Alliance), where one fits."""

    AGREE = "AGREE", "Agree to or sign something."
    CONSULT = "CONSULT", "Meet, visit, negotiate."
    SUPPORT = "SUPPORT", "Express support."
    CONCEDE = "CONCEDE", "Give way."
    COOPERATE = "COOPERATE", "Cooperate materially."
    AID = "AID", "Give aid."
    RETREAT = "RETREAT", "Withdraw."
    REQUEST = "REQUEST", "Ask or demand."
    ACCUSE = "ACCUSE", "Criticise or accuse."
    REJECT = "REJECT", "Refuse."
    THREATEN = "THREATEN", "Threaten."
    PROTEST = "PROTEST", "Demonstrate."
    SANCTION = "SANCTION", "Reduce relations or punish."
    MOBILIZE = "MOBILIZE", "Increase military readiness."
    COERCE = "COERCE", "Repress."
    ASSAULT = "ASSAULT", "Use force."


class ParticipantRole(Word):
    """The role of a participant in an event."""

    ACTOR = "actor", "Does it."
    RECIPIENT = "recipient", "To whom or for whom it is done."
    HOST = "host", "Receives."
    VISITOR = "visitor", "Comes."
    SPEAKER = "speaker", "Says it."
    PARTY = "party", "One of several on a par."


class MembershipStatus(Word):
    """Whether an office or membership was held as of the document."""

    CURRENT = "current", "Held at the document's date."
    ENDED = "ended", "Held before; «former»."
    UNKNOWN = "unknown", "The document does not say."


class SourceType(Word):
    """The kind of source that a document is."""

    NEWS_ANALYSIS = "news_analysis", "Journalism or analysis."
    OFFICIAL = "official", "Issued by a state or an organization."
    TRANSCRIPT = "transcript", "A record of what was said."
    TREATY_TEXT = "treaty_text", "The text of an agreement."
    DATASET = "dataset", "A table or a database."


class GroupClassification(Word):
    """The kind of a group."""

    UNNAMED_HOLDERS = "unnamed_holders", "Holders a source does not name («most analysts»)."
    REGION = "region", "A region as an actor or subject, such as Central Asia (M49 143)."
    GROUPING = "grouping", "States or others taken together by name («Western states»)."


class ActorKind(Word):
    """The kind of an actor."""

    COUNTRY = "country", "A state, present or former."
    ORGANIZATION = "organization", "An alliance, ministry, assembly, armed group, newspaper, …"
    PERSON = "person", "A person."
    GROUP = "group", "Unnamed holders, a region or a grouping."


class DatePrecision(Word):
    """How exact a date of the world is known."""

    DAY = "day", "To the day."
    MONTH = "month", "To the month."
    SEASON = "season", "To the season."
    YEAR = "year", "To the year."
    DECADE = "decade", "To the decade."
    INTERVAL = (
        "interval",
        "Somewhere within, or throughout, the bounds; if `edtf` is a set, within its members.",
    )
    APPROXIMATE = "approximate", "About then (EDTF ~ or ?)."


class DateBasis(Word):
    """The basis of a date."""

    STATED = "stated", "The source says it."
    INFERRED = "inferred", "Worked out from facts outside the source; `reason` says how."


class ChangeReason(Word):
    """Why a record was changed."""

    NEW_SOURCE = "new_source", "A new source says so."
    RECODING = "recoding", "The same source, read again."
    CORRECTION = "correction", "An error was mended."
    MERGE = "merge", "Two records were one."
    WITHDRAWAL = "withdrawal", "The record should not have been made."


#: The regions and subregions of UN M49 by code.
REGION_NAMES = {
    "002": "Africa",
    "009": "Oceania",
    "019": "Americas",
    "142": "Asia",
    "150": "Europe",
    "015": "Northern Africa",
    "202": "Sub-Saharan Africa",
    "021": "Northern America",
    "419": "Latin America and the Caribbean",
    "030": "Eastern Asia",
    "034": "Southern Asia",
    "035": "South-eastern Asia",
    "039": "Southern Europe",
    "053": "Australia and New Zealand",
    "054": "Melanesia",
    "057": "Micronesia",
    "061": "Polynesia",
    "143": "Central Asia",
    "145": "Western Asia",
    "151": "Eastern Europe",
    "154": "Northern Europe",
    "155": "Western Europe",
}

VOCABULARIES: dict[str, tuple[type[Word], str]] = {
    "stance": (Stance, "positions"),
    "attribution": (Attribution, "positions"),
    "confidence": (Confidence, "positions"),
    "reason_type": (ReasonType, "positions"),
    "question_kind": (QuestionKind, "positions"),
    "subject_role": (SubjectRole, "positions"),
    "agreement_type": (AgreementType, "positions"),
    "agreement_status": (AgreementStatus, "positions"),
    "party_role": (PartyRole, "Popolo, positions"),
    "act": (PartyAct, "positions"),
    "obligation_type": (ObligationType, "ATOP (Leeds et al. 2002), positions"),
    "event_type": (EventType, "positions"),
    "plover": (Plover, "PLOVER, Open Event Data Alliance"),
    "participant_role": (ParticipantRole, "positions"),
    "membership_status": (MembershipStatus, "Popolo, positions"),
    "source_type": (SourceType, "positions"),
    "group_classification": (GroupClassification, "positions"),
    "actor_kind": (ActorKind, "Popolo, positions"),
    "date_precision": (DatePrecision, "EDTF (ISO 8601-2:2019)"),
    "date_basis": (DateBasis, "positions"),
    "change_reason": (ChangeReason, "positions"),
}

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


def plain_text(text: str) -> str:
    """Return text in NFC; refuse control characters, which no field and no query may carry.

    Directional overrides and characters that nobody sees are refused too: they make a page show
    what the data does not say.

    Raises:
        ValueError: with the code point that is not allowed.
    """
    if text.isascii() and text.isprintable():
        return text  # most text by far, and nothing in it can be wrong
    if found := _FORBIDDEN.search(text):
        raise ValueError(f"the character U+{ord(found[0]):04X} is not allowed in text")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("a lone surrogate is not text")
    return unicodedata.normalize("NFC", text)


def plain_line(text: str) -> str:
    """Return a line of text, as `plain_text` does; titles and names have no breaks in them.

    Raises:
        ValueError: with what is not allowed.
    """
    line = plain_text(text)
    if broken := _BREAKS.search(line):
        raise ValueError(f"the character U+{ord(broken[0]):04X} is not allowed in a line")
    if line and line.isspace():
        raise ValueError("a line of nothing but spaces says nothing")
    return line


_BREAKS = re.compile("[\t\n\r]")


def fold(text: str) -> str:
    """Fold case and accents, so that «Nurmağanbetov» and «nurmaganbetov» are one word."""
    return _FOREIGN.sub(_unmarked, text.casefold())


_FOREIGN = re.compile("[^\x00-\x7f]+")


def _unmarked(part: re.Match[str]) -> str:
    """Return a part that is not ASCII without its accents, even those within a character."""
    decomposed = unicodedata.normalize("NFKD", part[0])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("ı", "i")


def _first(check: Callable[[str], str]) -> BeforeValidator:
    """Check text before it is measured: NFC makes some of it longer."""
    return BeforeValidator(lambda given: check(given) if isinstance(given, str) else given)


Text = Annotated[str, StringConstraints(max_length=4000), _first(plain_text)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500), _first(plain_line)]
Slug = Annotated[
    str,
    Field(
        pattern=SLUG.pattern,
        max_length=100,
        description="A stable, readable id: lower-case words joined by hyphens.",
    ),
]
CountryId = Annotated[
    str,
    Field(
        pattern=COUNTRY.pattern, description="ISO 3166-1 alpha-3, or the former code of a state."
    ),
]
AnyId = Annotated[
    str,
    Field(
        pattern=ANY_ID.pattern,
        max_length=100,
        description="A slug, or a country's alpha-3 code.",
    ),
]


#: Regions of the world by their UN M49 code.
REGION_NAMES = {
    "002": "Africa",
    "009": "Oceania",
    "019": "Americas",
    "142": "Asia",
    "150": "Europe",
    "015": "Northern Africa",
    "202": "Sub-Saharan Africa",
    "021": "Northern America",
    "419": "Latin America and the Caribbean",
    "030": "Eastern Asia",
    "034": "Southern Asia",
    "035": "South-eastern Asia",
    "039": "Southern Europe",
    "053": "Australia and New Zealand",
    "054": "Melanesia",
    "057": "Micronesia",
    "061": "Polynesia",
    "143": "Central Asia",
    "145": "Western Asia",
    "151": "Eastern Europe",
    "154": "Northern Europe",
    "155": "Western Europe",
}
