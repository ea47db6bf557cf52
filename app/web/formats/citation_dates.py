"""Dates of citations: what CSL-JSON, BibTeX and RIS can say of a vague date; a note has the rest.

CSL has days, months, years, seasons, ranges and approximations; RIS and BibTeX have a year, and
room for words. What none of them can say, such as one of two months, is given in words, never as a
range. The note has the date in words and in EDTF, the source's wording, and how it was inferred.
"""

import re
from typing import Any

from app.date_words import in_words
from app.edtf import Form, parse

Date = dict[str, Any]

_PLAIN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?(?:-XX){0,2}", re.ASCII)
_SEASON = re.compile(r"(\d{4})-(2[1-9]|3[0-2])", re.ASCII)
_MARKS = re.compile("[?~%]")
_SIDE = r"(?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d{2})?|-2[1-4])?|\d{3}X|\d{2}XX)[?~%]?"
#: What biblatex reads of EDTF (its manual, §2.3.8).
_BIBLATEX = re.compile(rf"{_SIDE}|{_SIDE}/(?:{_SIDE}|\.\.)?|(?:\.\.)?/{_SIDE}", re.ASCII)


def csl_date(date: Date | None) -> Date | None:
    """A date variable of CSL-JSON: parts where it has them, else the words."""
    if date is None:
        return None
    if date["edtf"] is None:
        return {"literal": date["text"]}
    found = _csl_parts(date["edtf"])
    if found is None:
        return {"literal": in_words(date["edtf"])}
    doubtful = parse(date["edtf"]).qualified or date["basis"] == "inferred"
    return {**found, "circa": True} if doubtful else found


def _csl_parts(edtf: str) -> Date | None:
    text = _MARKS.sub("", edtf)
    if found := _SEASON.fullmatch(text):
        return {"date-parts": [[int(found[1])]], "season": (int(found[2]) - 21) % 4 + 1}
    if parse(edtf).form not in (Form.DATE, Form.INTERVAL):
        return None
    sides = [_PLAIN.fullmatch(side) for side in text.split("/")]
    if None in sides:
        return None
    return {"date-parts": [[int(p) for p in side.groups() if p] for side in sides if side]}


def bibtex_date(date: Date | None) -> dict[str, str]:
    """The fields of BibTeX, and `date` of biblatex where it reads the like."""
    if date is None:
        return {}
    if date["edtf"] is None:
        return {"year": date["text"]}
    fields = {"year": _year(date) or _years(date)}
    plain = _plain(date)
    if plain and plain[2]:
        fields["month"] = plain[2]
    if _BIBLATEX.fullmatch(date["edtf"]):
        fields["date"] = date["edtf"]
    return fields


def ris_date(date: Date | None) -> dict[str, str]:
    """The tags PY, where one year is known, and DA: year/month/day/words."""
    if date is None:
        return {}
    if date["edtf"] is None:
        return {"date": f"///{date['text']}"}
    year = _year(date)
    if plain := _plain(date):
        return {"year": plain[1], "date": "/".join([*(one or "" for one in plain.groups()), ""])}
    tags = {"year": year} if year else {}
    return {**tags, "date": f"{year or ''}///{in_words(date['edtf'])}"}


def date_note(date: Date | None) -> str | None:
    """The words for what a form's fields cannot say of a date; None where they say it all."""
    if date is None or date["edtf"] is None:
        return None
    stated = date["basis"] == "stated"
    worded = date["text"] if date["text"] not in (None, date["edtf"]) else None
    if _plain(date) and stated and not worded:
        return None
    parts = [f"Date: {in_words(date['edtf'])} (EDTF {date['edtf']})"]
    parts += [f"in the source: “{worded}”"] if worded else []
    parts += [] if stated else [f"inferred: {date['reason']}"]
    return "; ".join(parts).rstrip(".")


def _plain(date: Date) -> "re.Match[str] | None":
    return _PLAIN.fullmatch(date["edtf"])


def _year(date: Date) -> str | None:
    """The year, where one year is known."""
    if not date["earliest"] or not date["latest"]:
        return None
    if found := _SEASON.fullmatch(_MARKS.sub("", date["edtf"])):
        return found[1]
    years = {date["earliest"][:4], date["latest"][:4]}
    return years.pop() if len(years) == 1 else None


def _years(date: Date) -> str:
    """Several years in words, or as a range."""
    read = parse(date["edtf"])
    span = read.spans[0]
    if read.form is Form.INTERVAL and span.earliest and span.latest and not read.qualified:
        return f"{span.earliest[:4]}--{span.latest[:4]}"
    return in_words(date["edtf"])
