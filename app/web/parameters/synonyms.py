"""Synonyms of query parameters: the right name for one that is called otherwise here.

What a filter's values are is known from the filter (`party` takes actors), so whoever writes
`country=` is told `party` where that is what countries are filtered by. Names of paging, sorting
and the like are those of other APIs.
"""

from collections import defaultdict
from collections.abc import Iterable

from app.db.tables import ACTOR_KINDS
from app.errors import nearest
from app.records.kinds import KINDS

#: The spaces of ids that each parameter takes, as filters declare them.
MEANINGS: dict[str, set[str]] = defaultdict(set)
#: What people call the kinds of record, beside their names and plurals.
_WORDS = {
    "country": "state states nation nations iso iso3 cow party member participant holder",
    "organization": "organisation organisations org orgs body bodies alliance member_of",
    "person": "persons politician speaker",
    "actor": "who holder party participant member subject target about by",
    "agreement": "treaty treaties accord pact",
    "question": "motion resolution roll_call rcid vote proposition",
    "topic": "subject subjects theme issue issues tag category",
    "document": "source sources text evidence",
    "dataset": "source collection database",
}
#: What other APIs call the parameters that are no ids.
_NAMES = {
    "q": "query search text keyword keywords term name title",
    "limit": "per_page page_size pagesize size count rows n max top",
    "cursor": "page offset skip start after next",
    "sort": "order order_by orderby sort_by ordering",
    "fields": "select columns include only",
    "format": "output accept type f",
    "as_of": "date at on day when year",
    "known_at": "version release as_known snapshot",
    "from": "since start begin after date_from year_from start_date",
    "to": "until end before through date_to year_to end_date",
    "id": "ids key slug",
}
_DATES = ("stated", "signed", "published", "date")


def meant(name: str, parameters: Iterable[str]) -> str:
    """Return a clause that names the parameter that was meant, or what there is to choose from."""
    known = list(parameters)
    called = name.strip().lower().replace("-", "_")
    found = dict.fromkeys(
        one
        for one in known
        if one in _other_names(called) or MEANINGS.get(one, set()) & _spaces(called)
    )
    if not found:
        return nearest(name, known)
    return f"here it is {' or '.join(map(repr, found))}"


def _other_names(called: str) -> set[str]:
    rights = {right for right, names in _NAMES.items() if called in (right, *names.split())}
    ends = [right for right in ("from", "to") if right in rights]
    return rights | {f"{date}_{end}" for date in _DATES for end in ends}


def _spaces(called: str) -> set[str]:
    """Return the spaces of ids that a word may mean; an actor of any kind is an actor."""
    meant = {
        name
        for name in (*KINDS, "actor")
        if called in (name, KINDS[name].path if name in KINDS else "actors")
        or called in _WORDS.get(name, "").split()
    }
    return meant | ({"actor"} if meant & set(ACTOR_KINDS) else set())
