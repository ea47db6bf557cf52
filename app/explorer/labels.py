"""Labels of the field's words on pages, of stances, dates and figures; the page of a record."""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from app.date_words import in_words
from app.records.kinds import KINDS
from app.vocabulary import VOCABULARIES, QuestionKind, Stance


@dataclass(frozen=True)
class StanceLabel:
    """Label of a stance, which is never shown by its colour alone.

    Attributes:
        symbol: its symbol.
        word: its name.
        css: its class in the style sheet.
    """

    symbol: str
    word: str
    css: str


#: From against to for; what has no place on the line comes after it.
SCALE: dict[str, StanceLabel] = {
    Stance.STRONG_OPPOSE: StanceLabel("−−", "Strongly opposes", "so"),
    Stance.OPPOSE: StanceLabel("−", "Opposes", "o"),
    Stance.NEUTRAL: StanceLabel("0", "Neutral", "n"),
    Stance.AMBIVALENT: StanceLabel("±", "Ambivalent", "a"),
    Stance.SUPPORT: StanceLabel("+", "Supports", "s"),
    Stance.STRONG_SUPPORT: StanceLabel("++", "Strongly supports", "ss"),
    Stance.NO_POSITION: StanceLabel("∅", "No position", "np"),
}
#: Other names, where nobody wants anything: on what is the case, and on a motion.
_OTHER_WORDS: dict[str, dict[str, str]] = {
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


def stance_label(stance: str, kind: str | None = None) -> StanceLabel:
    """Return the label of a stance on a kind of question: one agrees that, and is in favour of."""
    usual = SCALE[stance]
    return replace(usual, word=_OTHER_WORDS.get(kind or "", {}).get(stance, usual.word))


def page_address(ref: dict[str, Any]) -> str:
    """Return the address of the page about a record; where it has none, of the record itself."""
    kind = ref["kind"]
    address = _PAGES.get(kind) or f"/v1/{KINDS[kind].path}/{{}}"
    return address.format(quote(ref["id"]))


def label(word: str) -> str:
    """Return a word of a vocabulary as people write it."""
    return word.replace("_", " ")


def definition(vocabulary: str, word: str) -> str:
    """Return the definition of a word of a vocabulary."""
    words = {one.value: one for one in VOCABULARIES[vocabulary][0]}
    return words[word].definition


def when(date: dict[str, Any] | None) -> str:
    """Return a date in the source's words, with its bounds where the words do not give them.

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
    """Return what a date says, as exactly as it does and no more."""
    return in_words(date["edtf"]) if date["edtf"] else "undated"


def figure(value: float | None) -> str:
    """Return a figure to two places, with a minus sign; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def number(value: int) -> str:
    """Return a count with its thousands apart."""
    return f"{value:,}".replace(",", "\u202f")


def total(meta: dict[str, Any]) -> str:
    """Return the total of an answer; where it stopped counting, this says so."""
    least = "at least " if meta.get("total_relation") == "at_least" else ""
    return f"{least}{number(meta['total'])}"
