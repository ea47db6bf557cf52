"""What analyses read: rows of a database alone, without a request."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa
from pyroaring import BitMap

from app.analysis import ties, timeline
from app.analysis.country_profile import CountryRecords, read_places
from app.analysis.rows import ReadRows
from app.db import Database
from app.db.releases import current_release
from app.db.rows import rows_by_id
from app.errors import InvalidInput
from app.index.build import versions_of
from app.index.release_index import ReleaseIndex


@pytest.fixture
def read(seeded: Database) -> Iterator[ReadRows]:
    with seeded.read() as connection:

        def rows(
            statement: sa.Select[Any], values: Mapping[str, Any] | None = None, /
        ) -> Sequence[Any]:
            return connection.execute(statement, values).all()

        yield rows


@pytest.fixture
def sources(seeded: Database) -> Iterator[timeline.Sources]:
    with seeded.read() as connection:
        index = ReleaseIndex().view(connection, current_release(connection))

        def opinions(rows: BitMap, after: tuple[str, str] | None, limit: int) -> Sequence[Any]:
            order = [("stated_day", False), ("id", False)]
            found = islice(index.in_order(connection, "opinion", rows, order, after), limit)
            columns = ("id", "dataset", "body")
            read = (rows_by_id(connection, versions_of("opinion"), columns, [row]) for row in found)
            return [one for (one,) in read]

        def rows(
            statement: sa.Select[Any], values: Mapping[str, Any] | None = None, /
        ) -> Sequence[Any]:
            return connection.execute(statement, values).all()

        yield timeline.Sources(rows, index.column, index.live("opinion"), opinions)


def test_entries_follow_one_another_whatever_the_page(sources: timeline.Sources) -> None:
    selection = timeline.Selection({})
    whole = timeline.read_entries(sources, selection, None, 1000)
    by_pages: list[timeline.TimelineEntry] = []
    while page := timeline.read_entries(
        sources, selection, by_pages[-1].key if by_pages else None, 7
    ):
        by_pages += page
    assert by_pages == whole
    assert len(whole) == timeline.count_entries(sources, selection)
    assert [entry.key for entry in whole] == sorted(entry.key for entry in whole)


def test_what_nothing_dates_is_apart(sources: timeline.Sources) -> None:
    undated = timeline.undated_of(timeline.Selection({}, kinds=("event", "agreement")))
    found = timeline.read_entries(sources, undated, None, 1000)
    assert found
    assert all(entry.key.day == "" for entry in found)


def test_ties_come_with_the_datasets_they_are_of(read: ReadRows) -> None:
    cited: set[str] = set()
    selection = ties.Selection(("party", "member"), {"holder": ["KAZ"]}, None, [])
    found = ties.read_ties(read, selection, cited)
    assert {tie.relation for tie in found} == {"party_to", "member_of"}
    assert found == sorted(found, key=lambda tie: tie.key)
    assert cited == {"kazakhstan-nato", "central-asia-agreements"}


def test_a_network_that_nobody_could_draw_is_refused(
    read: ReadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ties, "MOST_TIES", 3)
    with pytest.raises(InvalidInput, match="more than 3 ties"):
        ties.read_ties(read, ties.Selection(ties.SORTS, {}, None, []), set())


def test_a_country_has_the_records_of_those_who_belong_to_it(read: ReadRows) -> None:
    records = CountryRecords(read, "KAZ", None, None)
    assert records.body["name"] == "Kazakhstan"
    assert {"actor:KAZ"} < {one["party"][1:] for one in records.agreements()}
    assert records.events(read_places(read))
    assert "kazakhstan-nato" in records.cited
