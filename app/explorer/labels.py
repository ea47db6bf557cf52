"""How the field's words look on a page: the scale of stances, dates, and where a ref leads."""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from app.vocabulary import VOCABULARIES, QuestionKind, Stance


@dataclass(frozen=True)
class Look:
    """How a stance is shown: never by its colour alone.

    Attributes:
        mark: its symbol.
        word: what to call it.
        css: its class in the style sheet.
    """

    mark: str
    word: str
    css: str


#: From against to for; what has no place on the line comes after it.
SCALE: dict[str, Look] = {
    Stance.STRONG_OPPOSE: Look("−−", "Strongly opposes", "so"),
    Stance.OPPOSE: Look("−", "Opposes", "o"),
    Stance.NEUTRAL: Look("0", "Neutral", "n"),
    Stance.AMBIVALENT: Look("±", "Ambivalent", "a"),
    Stance.SUPPORT: Look("+", "Supports", "s"),
    Stance.STRONG_SUPPORT: Look("++", "Strongly supports", "ss"),
    Stance.NO_POSITION: Look("∅", "No position", "np"),
}
#: What the words are instead, where nobody wants anything: of what is the case, and of a motion.
_OTHERWISE: dict[str, dict[str, str]] = {
    QuestionKind.ASSESSMENT: {
        Stance.STRONG_OPPOSE: "Strongly disagrees",
        Stance.OPPOSE: "Disagrees",
        Stance.SUPPORT: "Agrees",
        Stance.STRONG_SUPPORT: "Strongly agrees",
    },
    QuestionKind.VOTE: {
        Stance.OPPOSE: "Against",
        Stance.NEUTRAL: "Abstains",
        Stance.SUPPORT: "In favour",
    },
}
#: The five columns of a question.
COLUMNS: tuple[tuple[str, ...], ...] = (
    (Stance.STRONG_OPPOSE,),
    (Stance.OPPOSE,),
    (Stance.NEUTRAL, Stance.AMBIVALENT),
    (Stance.SUPPORT,),
    (Stance.STRONG_SUPPORT,),
)
ATTRIBUTIONS = {
    "direct_quote": "in its own words",
    "official_document": "in an official document",
    "vote": "by its vote",
    "action": "by what it did",
    "paraphrase": "as the source paraphrases it",
    "analyst_assessment": "as an analyst reads it",
}

_PAGES = {
    "country": "/countries/{}",
    "organization": "/actors/{}",
    "person": "/actors/{}",
    "group": "/actors/{}",
    "question": "/questions/{}",
    "document": "/documents/{}",
    "agreement": "/agreements/{}",
    "event": "/events/{}",
    "opinion": "/opinions/{}",
    "topic": "/?topic={}",
    "dataset": "/?dataset={}",
}


def look(stance: str, kind: str | None = None) -> Look:
    """How a stance is shown on a question of a kind: one agrees that, and is in favour of."""
    usual = SCALE[stance]
    return replace(usual, word=_OTHERWISE.get(kind or "", {}).get(stance, usual.word))


def page_of(ref: dict[str, Any]) -> str:
    """The page about whatever a ref names."""
    return _PAGES[ref["kind"]].format(quote(ref["id"]))


def label(word: str) -> str:
    """A word of a vocabulary as people write it."""
    return word.replace("_", " ")


def definition(vocabulary: str, word: str) -> str:
    """What a word of a vocabulary means."""
    words = {one.value: one for one in VOCABULARIES[vocabulary][0]}
    return words[word].definition


def when(date: dict[str, Any] | None) -> str:
    """A date in words: the source's own, with its bounds where the words alone do not give them.

    A day that the source writes but that is held only to its month is not shown as a day.
    """
    if not date:
        return "undated"
    if _DAY.fullmatch(date["text"] or "") and date["precision"] != "day":
        return span(date)
    if date["text"] and date["basis"] == "inferred" and (date["earliest"] or date["latest"]):
        return f"“{date['text']}” ({span(date)})"
    return date["text"] or span(date)


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def span(date: dict[str, Any]) -> str:
    """The bounds of a date, as coarse as it is."""
    earliest, latest, precision = date["earliest"], date["latest"], date["precision"]
    if not earliest and not latest:
        return date["edtf"] or "undated"
    if precision == "year" and earliest and earliest[4:] == "-01-01":
        return str(earliest[:4])
    if precision == "month" and earliest:
        return str(earliest[:7])
    if earliest == latest:
        return str(earliest)
    if not earliest:
        return f"by {latest}"
    if not latest:
        return f"since {earliest}"
    return f"{earliest} to {latest}"


def figure(value: float | None) -> str:
    """A figure to two places, with a minus sign; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def number(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}".replace(",", "\u202f")


def total(meta: dict[str, Any]) -> str:
    """How many there are: where an answer stopped counting, it says so."""
    least = "at least " if meta.get("total_relation") == "at_least" else ""
    return f"{least}{number(meta['total'])}"
