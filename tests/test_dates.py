"""Dates of the world: as exact as the source has them, and refused where they are none."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.dates import bounds
from app.db import Database
from app.db.bulk import batched
from app.records.faults import FaultyRecords
from app.records.seeds import load_seeds
from tests.conftest import World, write_seeds

#: Every example of the specification (https://www.loc.gov/standards/datetime/) that is of days of
#: the years 1 to 9999, by its sections, bounded by hand; and what else is easily read wrong.
DATES = {
    # Level 0: dates, intervals
    "1985-04-12": ("1985-04-12", "1985-04-12", "day"),
    "1985-04": ("1985-04-01", "1985-04-30", "month"),
    "1985": ("1985-01-01", "1985-12-31", "year"),
    "1964/2008": ("1964-01-01", "2008-12-31", "interval"),
    "2004-06/2006-08": ("2004-06-01", "2006-08-31", "interval"),
    "2004-02-01/2005-02-08": ("2004-02-01", "2005-02-08", "interval"),
    "2004-02-01/2005-02": ("2004-02-01", "2005-02-28", "interval"),
    "2004-02-01/2005": ("2004-02-01", "2005-12-31", "interval"),
    "2005/2006-02": ("2005-01-01", "2006-02-28", "interval"),
    # Level 1: seasons, qualification of the whole, unspecified digits from the right
    "2001-21": ("2001-03-01", "2001-05-31", "season"),
    "1984?": ("1984-01-01", "1984-12-31", "approximate"),
    "2004-06~": ("2004-06-01", "2004-06-30", "approximate"),
    "2004-06-11%": ("2004-06-11", "2004-06-11", "approximate"),
    "201X": ("2010-01-01", "2019-12-31", "decade"),
    "20XX": ("2000-01-01", "2099-12-31", "interval"),
    "2004-XX": ("2004-01-01", "2004-12-31", "year"),
    "1985-04-XX": ("1985-04-01", "1985-04-30", "month"),
    "1985-XX-XX": ("1985-01-01", "1985-12-31", "year"),
    # Level 1: intervals with an open or unknown end
    "1985-04-12/..": ("1985-04-12", None, "interval"),
    "1985-04/..": ("1985-04-01", None, "interval"),
    "1985/..": ("1985-01-01", None, "interval"),
    "../1985-04-12": (None, "1985-04-12", "interval"),
    "../1985-04": (None, "1985-04-30", "interval"),
    "../1985": (None, "1985-12-31", "interval"),
    "1985-04-12/": ("1985-04-12", None, "interval"),
    "1985-04/": ("1985-04-01", None, "interval"),
    "1985/": ("1985-01-01", None, "interval"),
    "/1985-04-12": (None, "1985-04-12", "interval"),
    "/1985-04": (None, "1985-04-30", "interval"),
    "/1985": (None, "1985-12-31", "interval"),
    "1984~/2004-06": ("1984-01-01", "2004-06-30", "approximate"),
    "1984/2004-06~": ("1984-01-01", "2004-06-30", "approximate"),
    "1984~/2004~": ("1984-01-01", "2004-12-31", "approximate"),
    "1984?/2004%": ("1984-01-01", "2004-12-31", "approximate"),
    "1984-06?/2004-08?": ("1984-06-01", "2004-08-31", "approximate"),
    "1984-06-02?/2004-08-08~": ("1984-06-02", "2004-08-08", "approximate"),
    "1984-06-02?/": ("1984-06-02", None, "approximate"),
    # Level 2: significant digits
    "1950S2": ("1900-01-01", "1999-12-31", "interval"),
    "1950S1": ("1000-01-01", "1999-12-31", "interval"),
    "1999S3": ("1990-01-01", "1999-12-31", "interval"),
    "1950S4": ("1950-01-01", "1950-12-31", "interval"),
    "1950S2/1960": ("1900-01-01", "1960-12-31", "interval"),
    "[1950S2,1960]": ("1900-01-01", "1999-12-31", "interval"),
    "1950S2~": ("1900-01-01", "1999-12-31", "approximate"),
    # Level 2: parts of a year
    "2004-24": ("2004-12-01", "2005-02-28", "season"),
    "2003-24": ("2003-12-01", "2004-02-29", "season"),
    "2004-22": ("2004-06-01", "2004-08-31", "season"),
    "2004-23": ("2004-09-01", "2004-11-30", "season"),
    "2004-25": ("2004-03-01", "2004-05-31", "season"),
    "2004-26": ("2004-06-01", "2004-08-31", "season"),
    "2004-27": ("2004-09-01", "2004-11-30", "season"),
    "2004-28": ("2004-12-01", "2005-02-28", "season"),
    "2004-29": ("2004-09-01", "2004-11-30", "season"),
    "2004-30": ("2004-12-01", "2005-02-28", "season"),
    "2004-31": ("2004-03-01", "2004-05-31", "season"),
    "2004-32": ("2004-06-01", "2004-08-31", "season"),
    "2004-33": ("2004-01-01", "2004-03-31", "interval"),
    "2001-34": ("2001-04-01", "2001-06-30", "interval"),
    "2001-35": ("2001-07-01", "2001-09-30", "interval"),
    "2001-36": ("2001-10-01", "2001-12-31", "interval"),
    "2001-37": ("2001-01-01", "2001-04-30", "interval"),
    "2001-38": ("2001-05-01", "2001-08-31", "interval"),
    "2001-39": ("2001-09-01", "2001-12-31", "interval"),
    "2004-40": ("2004-01-01", "2004-06-30", "interval"),
    "2001-41": ("2001-07-01", "2001-12-31", "interval"),
    "9999-41": ("9999-07-01", "9999-12-31", "interval"),
    "200X-24": ("2000-12-01", "2010-02-28", "interval"),
    "2004-21/2004-24": ("2004-03-01", "2005-02-28", "interval"),
    "2004-21~": ("2004-03-01", "2004-05-31", "approximate"),
    # Level 2: sets
    "[1667,1668,1670..1672]": ("1667-01-01", "1672-12-31", "interval"),
    "[1667, 1668, 1670..1672]": ("1667-01-01", "1672-12-31", "interval"),
    "[..1760-12-03]": (None, "1760-12-03", "interval"),
    "[1760-12..]": ("1760-12-01", None, "interval"),
    "[1760-01,1760-02,1760-12..]": ("1760-01-01", None, "interval"),
    "[1667,1760-12]": ("1667-01-01", "1760-12-31", "interval"),
    "[..1984]": (None, "1984-12-31", "interval"),
    "{1667,1668,1670..1672}": ("1667-01-01", "1672-12-31", "interval"),
    "{1960,1961-12}": ("1960-01-01", "1961-12-31", "interval"),
    "{..1984}": (None, "1984-12-31", "interval"),
    "[1760-12,1667]": ("1667-01-01", "1760-12-31", "interval"),
    "[2004-12~,2005-12]": ("2004-12-01", "2005-12-31", "approximate"),
    # Level 2: qualification of parts
    "2004-06~-11": ("2004-06-11", "2004-06-11", "approximate"),
    "2004?-06-11": ("2004-06-11", "2004-06-11", "approximate"),
    "?2004-06-~11": ("2004-06-11", "2004-06-11", "approximate"),
    "2004-%06-11": ("2004-06-11", "2004-06-11", "approximate"),
    # Level 2: unspecified digits anywhere
    "156X-12-25": ("1560-12-25", "1569-12-25", "interval"),
    "15XX-12-25": ("1500-12-25", "1599-12-25", "interval"),
    "1XXX-XX": ("1000-01-01", "1999-12-31", "interval"),
    "1XXX-12": ("1000-12-01", "1999-12-31", "interval"),
    "1984-1X": ("1984-10-01", "1984-12-31", "interval"),
    "1984-0X": ("1984-01-01", "1984-09-30", "interval"),
    "1984-X2": ("1984-02-01", "1984-12-31", "interval"),
    "2004-02-2X": ("2004-02-20", "2004-02-29", "interval"),
    "2003-02-2X": ("2003-02-20", "2003-02-28", "interval"),
    "199X-02-29": ("1992-02-29", "1996-02-29", "interval"),
    "2004-XX-31": ("2004-01-31", "2004-12-31", "interval"),
    "1X00-02-29": ("1200-02-29", "1600-02-29", "interval"),
    "2004-02-XX": ("2004-02-01", "2004-02-29", "month"),
    # Level 2: intervals
    "2004-06-~01/2004-06-~20": ("2004-06-01", "2004-06-20", "approximate"),
    "2004-06-XX/2004-07-03": ("2004-06-01", "2004-07-03", "interval"),
    "../1996": (None, "1996-12-31", "interval"),
}
NORMAL = "is not a date in EDTF; right would be"
DRAFT = "since 2019 an unknown digit is X"
OUTSIDE = "lies outside the years 1 to 9999"
#: The rest of the specification's examples, and what is near to right: why it is refused.
NO_DATES = {
    "1985-04-12T23:20:30": "has a time of day; dates here are days at the finest: 1985-04-12",
    "1985-04-12T23:20:30Z": "has a time of day",
    "1985-04-12T23:20:30-04": "has a time of day",
    "1985-04-12T23:20:30+04:30": "has a time of day",
    "Y170000002": OUTSIDE,
    "Y-170000002": OUTSIDE,
    "-1985": OUTSIDE,
    "Y-17E7": OUTSIDE,
    "Y171010000S3": OUTSIDE,
    "Y3388E2S3": OUTSIDE,
    "XXXX-12-XX": "says no year at all",
    "XXXX": "says nothing usable",
    "../..": "says nothing usable",
    "/": "says nothing usable",
    "[..]": "says nothing usable",
    "0000": OUTSIDE,
    "000X": OUTSIDE,
    "0001S1": OUTSIDE,
    "9999-24": OUTSIDE,
    "Y1985": "for years of more than four digits",
    "Y17E2": "for years of more than four digits",
    "1950S0": "one to four",
    "1950S5": "one to four",
    "2003-02-29": "there is no such day",
    "2003-02-29/2004": "there is no such day",
    "2004-02-3X": "no day can be that",
    "2004-13": "months are 01 to 12, seasons 21 to 32",
    "2004-42": "months are 01 to 12, seasons 21 to 32",
    "2004-21-05": "says a day of a season",
    "2004-6": "months and days have two digits: 2004-06",
    "2004-6-5": "months and days have two digits: 2004-06-05",
    "2006/2004": "ends before it starts",
    "[2006..2004]": "ends before it starts",
    "[2004,..2006]": "is open in its midst",
    "[2004..,2006]": "is open in its midst",
    "[2004,2005}": NORMAL,
    "[]": NORMAL,
    "2004/2005/2006": NORMAL,
    "199u": DRAFT,
    "1984?~": DRAFT,
    "unknown/2006": DRAFT,
    "2004-W05": NORMAL,
    "20040612": NORMAL,
    "2004-2X": "says month 2X; months are 01 to 12",
    " 2004": NORMAL,
    "2004 ": NORMAL,
}


PAPER = "- {id: paper, source_type: news_analysis, characters: 100, paragraphs: 3}"


def events(dates: Iterable[str]) -> str:
    """One event for each date."""
    return "".join(
        f"- {{id: event-{i}, title: Event, event_type: visit, date: {one!r}, "
        "evidence: [{document: paper, paragraph: 1, start: 1, end: 9}]}\n"
        for i, one in enumerate(dates)
    )


def test_a_vague_date_is_bounded_as_it_says(world: World) -> None:
    found = world(documents=PAPER, events=events(DATES)).get("/v1/events?limit=500").json()["data"]
    dates = {event["date"]["edtf"]: event["date"] for event in found}
    told = {e: (d["earliest"], d["latest"], d["precision"]) for e, d in dates.items()}
    assert told == DATES


def test_what_is_no_date_is_refused_with_what_is_wrong(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, some in enumerate(batched(NO_DATES.items(), 10)):  # more alike would be one line
        folder = write_seeds(tmp_path / f"{number}", documents=PAPER, events=events(dict(some)))
        with pytest.raises(FaultyRecords) as refused:
            load_seeds(database, [folder])
        told = [str(one) for one in sorted(refused.value.faults, key=lambda one: one.line)]
        for detail, (given_date, reason) in zip(told, some, strict=True):
            assert given_date in detail
            assert reason in detail
    assert capsys.readouterr().out == ""


def test_text_that_is_another_day_than_the_date_is_refused(
    database: Database, tmp_path: Path
) -> None:
    """As where a change gives a new `edtf` and leaves the old text beside it."""
    event = events(["1996"]).replace("'1996'", '{text: "1996-05", edtf: "1997-06"}')
    folder = write_seeds(tmp_path / "small", documents=PAPER, events=event)
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(database, [folder])
    [fault] = refused.value.faults
    assert "text '1996-05' is another time than edtf '1997-06'" in str(fault)


EVERY_DAY = [(date(1990, 1, 1) + timedelta(days=n)).isoformat() for n in range(3652)]


@given(st.from_regex(r"199[0-9X]-[0-3X][0-9X]-[0-3X][0-9X]", fullmatch=True))
@example("199X-02-29")
@example("1996-XX-31")
def test_unknown_digits_are_bounded_by_the_days_that_fit_them(text: str) -> None:
    """Compared with a look at each day of the 1990s."""
    days = [day for day in EVERY_DAY if re.fullmatch(text.replace("X", "[0-9]"), day)]
    if days:
        assert bounds(text)[:2] == (days[0], days[-1])
    else:
        with pytest.raises(ValueError, match="day|month"):
            bounds(text)


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("[2004-12,2005-12]", "2004-12 or 2005-12"),
        ("{1960,1961-12}", "1960 and 1961-12"),
        ("[1667,1668,1670..1672]", "1667, 1668 or 1670 to 1672"),
        ("[..1760-12-03]", "by 1760-12-03"),
        ("2004-24", "winter 2004/2005"),
        ("2001-34", "second quarter of 2001"),
        ("1984?", "1984 (uncertain)"),
        ("2004-06~", "about 2004-06"),
        ("2004-06-11%", "about 2004-06-11 (uncertain)"),
        ("201X", "2010s"),
        ("1985-XX-XX", "1985"),
        ("1950S2", "about 1950, between 1900-01-01 and 1999-12-31"),
        ("156X-12-25", "between 1560-12-25 and 1569-12-25"),
        ("../1985", "by 1985"),
        ("1985/", "from 1985, until when is not known"),
        ("1984~/2004-06", "about 1984 to 2004-06"),
    ],
)
def test_a_page_says_a_date_in_words_and_loses_nothing(world: World, edtf: str, words: str) -> None:
    event = events([edtf]).replace(f"date: {edtf!r}", f"date: {{edtf: {edtf!r}}}")
    client = world(documents=PAPER, events=event)
    assert f">{words}<" in client.get("/events/event-0").text


def test_a_set_is_drawn_as_its_members(client: TestClient) -> None:
    """What was in one of two Decembers has two marks, and none on the months between."""
    page = client.get("/timeline?kind=event").text
    rows = re.findall(r"<title>[^<]*2004-12 or 2005-12[^<]*</title>(.*?)</g>", page, re.DOTALL)
    assert rows
    assert {row.count("<rect") for row in rows} == {2}


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("from=2005-02-01&to=2005-10-31", ["interval"]),
        ("from=2004-12-31&to=2005-10-31", ["interval", "set"]),
        ("from=2005-02-01&to=2005-12-01", ["interval", "set"]),
        ("from=2005-02-01", ["interval", "set"]),
        ("to=2005-10-31", ["interval", "set"]),
        ("from=2004-01-01&to=2006-12-31", ["interval", "set"]),
        ("from=2006-01-01&to=2006-12-31", []),
    ],
)
def test_no_day_between_the_members_of_a_set_is_one_of_its_days(
    world: World, period: str, found: list[str]
) -> None:
    dates = events(["2004-12/2005-12", "[2004-12,2005-12]"])
    named = dates.replace("event-0", "interval").replace("event-1", "set")
    client = world(documents=PAPER, events=named)
    assert [one["id"] for one in client.get(f"/v1/events?{period}").json()["data"]] == found
