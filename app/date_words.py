"""Dates in words: what an EDTF text says, for people who do not read EDTF."""

import re

from app.edtf import Expression, Form, Span, parse

_SEASONS = ("spring", "summer", "autumn", "winter")
_ORDINALS = ("first", "second", "third", "fourth")
#: Groupings of months (see `app.edtf`), each with its words.
_GROUPINGS = {
    **{21 + i: name for i, name in enumerate(_SEASONS)},
    **{25 + i: name for i, name in enumerate(_SEASONS)},
    **{29 + i: f"southern {name}" for i, name in enumerate(_SEASONS)},
    **{33 + i: f"{name} quarter of" for i, name in enumerate(_ORDINALS)},
    **{37 + i: f"{name} third of" for i, name in enumerate(_ORDINALS[:3])},
    **{40 + i: f"{name} half of" for i, name in enumerate(_ORDINALS[:2])},
}
_GROUPED = re.compile(r"(\d{4})-(2[1-9]|3\d|4[01])", re.ASCII)
_DECADE = re.compile(r"\d{3}X", re.ASCII)
_PLAIN = re.compile(r"(\d{4}(?:-\d{2}){0,2})(?:-XX){0,2}", re.ASCII)
_SIGNIFICANT = re.compile(r"(\d{4})S\d", re.ASCII)
_MARKS = re.compile("[?~%]")


def in_words(edtf: str) -> str:
    """Return what an EDTF text says: `[2004-12,2005-12]` is «2004-12 or 2005-12».

    Raises:
        ValueError: when it is no EDTF that `app.edtf` reads.
    """
    read = parse(edtf)
    if read.form is Form.INTERVAL:
        return _interval(*edtf.split("/"))
    if read.form is Form.DATE:
        return _date(read.spans[0])
    return _set(read)


def _set(read: Expression) -> str:
    """The members of a set, one after the other."""
    *others, last = map(_member, read.spans)
    if not others:
        return last
    return f"{', '.join(others)} {'or' if read.form is Form.ONE_OF else 'and'} {last}"


def _member(span: Span) -> str:
    first, dots, last = span.edtf.partition("..")
    return _interval(first or "..", last or "..") if dots else _date(span)


def _interval(first: str, last: str) -> str:
    """From one date to another, either of which may be open (dots) or unknown (nothing)."""
    begins, ends = (None if one in ("", "..") else _one(one) for one in (first, last))
    if begins and ends:
        return f"{begins} to {ends}"
    if begins:
        return f"since {begins}" if last else f"from {begins}, until when is not known"
    return f"by {ends}" if first else f"until {ends}, since when is not known"


def _one(edtf: str) -> str:
    return _date(parse(edtf).spans[0])


def _date(span: Span) -> str:
    marks, text = set(_MARKS.findall(span.edtf)), _MARKS.sub("", span.edtf)
    about = "about " if marks & {"~", "%"} else ""
    return f"{about}{_unqualified(text, span)}{' (uncertain)' if marks & {'?', '%'} else ''}"


def _unqualified(text: str, span: Span) -> str:
    """A date without what qualifies it: as it is written, where people write it so."""
    if found := _GROUPED.fullmatch(text):
        ends = (span.latest or text)[:4]
        over = "" if ends == found[1] else f"/{ends}"
        return f"{_GROUPINGS[int(found[2])]} {found[1]}{over}"
    if found := _PLAIN.fullmatch(text):
        return found[1]
    if _DECADE.fullmatch(text):
        return f"{text[:3]}0s"
    if found := _SIGNIFICANT.fullmatch(text):
        return f"about {found[1]}, between {span.earliest} and {span.latest}"
    return f"between {span.earliest} and {span.latest}"
