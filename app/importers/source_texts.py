"""Texts of sources made fit for records: one line, a length, a date, an id."""

import re
from datetime import datetime

_LONGEST_ID = 100
#: The forms of date that say for certain which day, month or year they mean, with the EDTF form.
_DATE_FORMS = (
    ("%Y-%m-%d", "%Y-%m-%d"),
    ("%Y/%m/%d", "%Y-%m-%d"),
    ("%Y%m%d", "%Y-%m-%d"),
    ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"),
    ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"),
    ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
    ("%d %B %Y", "%Y-%m-%d"),
    ("%B %d, %Y", "%Y-%m-%d"),
    ("%Y-%m", "%Y-%m"),
    ("%Y", "%Y"),
)


def edtf_of(text: str, earliest_year: int) -> str:
    """Return a source's date as EDTF.

    Args:
        text: the date as the source has it.
        earliest_year: the first year that the source can mean; an earlier one is a misreading.

    Raises:
        ValueError: when it is missing, no date, or means one day here and another there.
    """
    for given, edtf in _DATE_FORMS:
        try:
            moment = datetime.strptime(text.strip(), given)
        except ValueError:
            continue
        # strptime takes 1946-1-5, but also 19461 for %Y%m%d.
        if moment.year < earliest_year:
            break
        return moment.strftime(edtf)
    raise ValueError(
        f"{text!r} is not a date that is sure to be understood; right would be 1946-01-24"
    )


_SPACES = re.compile(r"\s+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text: str) -> str:
    """Return text on one line, without control characters; `NA` is nothing."""
    plain = _SPACES.sub(" ", _CONTROLS.sub(" ", text)).strip()
    return "" if plain == "NA" else plain


def shortened(text: str, most: int) -> str:
    """Return text of at most so many characters; an ellipsis shows what is cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def slug(text: str) -> str:
    """Return an id made from words."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:_LONGEST_ID].strip("-")
