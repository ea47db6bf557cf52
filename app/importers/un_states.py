"""Seats of the United Nations: the state that cast a vote, by its name, its code and the day.

Sources of roll calls follow *seats* of the United Nations: the Soviet votes stand under Russia,
those of Serbia under Yugoslavia, and the Republic of China's under China or Taiwan. This service
records each state as it then was, so a seat is a row of **terms**, with the day on which one
state's term ended and the reason. A state that only changed its name or grew has one term and
one id (Burma is MMR, Tanganyika TZA, West Germany DEU, the United Arab Republic EGY).

The days are those of the United Nations' own notes on its Member States; ISO codes come from
pycountry, withdrawn ones from `app/names/codes.py`.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import pycountry

from app.names.codes import OTHER_CODES


class Term(NamedTuple):
    """One state's time in a seat.

    Attributes:
        country: its id here.
        through: the last day of it (ISO 8601), None while it lasts.
        reason: what ended it, or why the state is this one.
    """

    country: str
    through: str | None
    reason: str


_SOVIET = (
    Term(
        "SUN",
        "1991-12-24",
        "On 24 December 1991 the President of the Russian Federation told the Secretary-General "
        "that it continues the Soviet Union's membership. The 46th session's last roll call "
        "before that was on 20 December, so a date given as 1991-12 is the Soviet Union's.",
    ),
    Term("RUS", None, "The Russian Federation continues the membership."),
)
_CHINESE = (
    Term(
        "TWN",
        "1971-10-25",
        "Until resolution 2758 (XXVI) of 25 October 1971 the Republic of China held the seat.",
    ),
    Term("CHN", None, "Since then the People's Republic of China holds it."),
)
_YUGOSLAV = (
    Term(
        "YUG",
        "2003-02-03",
        "The Socialist Federal Republic, and from 27 April 1992 the Federal Republic (a member "
        "since 1 November 2000): ISO kept one code for both.",
    ),
    Term(
        "SCG",
        "2006-06-02",
        "From 4 February 2003 the Federal Republic was named Serbia and Montenegro.",
    ),
    Term(
        "SRB",
        None,
        "Serbia continues the membership since Montenegro's independence on 3 June 2006.",
    ),
)

#: Seats that several states held one after the other, by each of their codes.
SEATS: dict[str, tuple[Term, ...]] = {
    "SUN": _SOVIET,
    "RUS": _SOVIET,
    "CHN": _CHINESE,
    "YUG": _YUGOSLAV,
    "SCG": _YUGOSLAV,
    "SRB": _YUGOSLAV,
}

#: Names that decide before the code does, case folded: alpha-3, and why the code cannot.
NAMES: dict[str, tuple[str, str]] = {
    "namibia": ("NAM", "Its alpha-2 is NA, which also says «missing»."),
    "yemen arab republic": ("YEM", "Has no code in unvotes; the Yemen of today, then smaller."),
    "federal republic of germany": ("DEU", "Has no code in unvotes; grew in 1990."),
    "zanzibar": ("EAZ", "Never had an ISO code; joined Tanganyika on 26 April 1964."),
    "german democratic republic": ("DDR", "Some copies of unvotes have no code for it."),
    "yemen people's republic": ("YMD", "Some copies of unvotes have no code for it."),
    "yugoslavia": ("YUG", "Some copies of unvotes have no code for it."),
    "czechoslovakia": ("CSK", "Its alpha-2, CS, was later Serbia and Montenegro's."),
    "serbia and montenegro": ("SCG", "Its alpha-2, CS, was earlier Czechoslovakia's."),
}

#: A code that meant two states, so that only a name above can say which.
AMBIGUOUS = frozenset({"CS"})
#: States that ended: their codes, though withdrawn, mean them.
ENDED = frozenset({"SUN", "YMD", "DDR", "CSK", "YUG", "SCG"})


@lru_cache(maxsize=4096)
def seat(name: str, code: str) -> tuple[Term, ...]:
    """Return the states that had the seat which a source calls so, in order.

    Args:
        name: the source's name of the state.
        code: its ISO 3166-1 code, alpha-2 or alpha-3, present or withdrawn; may be missing (`NA`).

    Raises:
        ValueError: when neither says which state it is.
    """
    named = NAMES.get(" ".join(name.casefold().split()))
    alpha3 = named[0] if named else _alpha3(code.strip().upper())
    if alpha3 is None:
        raise ValueError(
            f"name {name!r} with code {code!r} is no state known here; right would be its "
            "ISO 3166-1 code, or a name listed in app/importers/un_states.py"
        )
    return SEATS.get(alpha3) or (Term(alpha3, None, named[1] if named else "ISO 3166-1"),)


def _alpha3(code: str) -> str | None:
    """Return the alpha-3 that a code means; a present state goes before a former."""
    if code in ("", "NA") or code in AMBIGUOUS:
        return None
    if code in OTHER_CODES:
        return OTHER_CODES[code]
    if present := _listed(pycountry.countries, code):
        return present
    former = _listed(pycountry.historic_countries, code)
    return former if former in ENDED else None


def _listed(codes: Any, code: str) -> str | None:
    """Return the alpha-3 of an alpha-2 or alpha-3 code in one of pycountry's lists."""
    found = codes.get(alpha_2=code) if len(code) == 2 else codes.get(alpha_3=code)
    return str(found.alpha_3) if found else None
