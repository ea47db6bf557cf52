"""Dates of the world: as exact as the source has them, and refused where they are none."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from app.db import Database
from app.records.faults import FaultyRecords
from app.records.seeds import load_seeds
from tests.conftest import World, write_seeds

DATES = {
    "2004-24": ("2004-12-01", "2005-02-28", "season"),
    "2003-24": ("2003-12-01", "2004-02-29", "season"),
    "2004-21/2004-24": ("2004-03-01", "2005-02-28", "interval"),
    "2004-25": ("2004-03-01", "2004-05-31", "season"),
    "2004-33": ("2004-01-01", "2004-03-31", "interval"),
    "2004-40": ("2004-01-01", "2004-06-30", "interval"),
    "2004-XX": ("2004-01-01", "2004-12-31", "year"),
    "2004-02-XX": ("2004-02-01", "2004-02-29", "month"),
    "../1996": (None, "1996-12-31", "interval"),
}
NORMAL = "is not a date in EDTF; right would be"
NO_DATES = {
    "2003-02-29": "there is no such day",
    "2003-02-29/2004": "there is no such day",
    "XXXX": "says nothing usable",
    "9999-24": "lies outside the years 1 to 9999",
    "2004-02-3X": NORMAL,
    "2004-1X": NORMAL,
    "' 2004'": NORMAL,
    "'2004 '": NORMAL,
    "2004-01-01T10:00:00": NORMAL,
    "2004-01-01T10:00:00Z": NORMAL,
}


PAPER = "- {id: paper, source_type: news_analysis, characters: 100, paragraphs: 3}"


def events(dates: Iterable[str]) -> str:
    """One event for each date."""
    return "".join(
        f"- {{id: event-{i}, title: Event, event_type: visit, date: {date}, "
        "evidence: [{document: paper, paragraph: 1, start: 1, end: 9}]}\n"
        for i, date in enumerate(dates)
    )


def test_a_vague_date_is_bounded_as_it_says(world: World) -> None:
    found = world(documents=PAPER, events=events(DATES)).get("/v1/events").json()["data"]
    dates = {event["date"]["edtf"]: event["date"] for event in found}
    told = {e: (d["earliest"], d["latest"], d["precision"]) for e, d in dates.items()}
    assert told == DATES


def test_what_is_no_date_is_refused_with_what_is_wrong(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_seeds(tmp_path / "small", documents=PAPER, events=events(NO_DATES))
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(database, [folder])
    told = [str(fault) for fault in refused.value.faults]
    assert len(told) == len(NO_DATES)
    for detail, (date, reason) in zip(told, NO_DATES.items(), strict=True):
        assert date.strip("'") in detail
        assert reason in detail
    assert capsys.readouterr().out == ""
