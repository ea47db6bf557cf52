"""UN roll calls to rows: read as a stream, all or nothing, and the same again changes nothing.

A vote is an opinion like any other and ends as one: the same row, the same JSON, the same history.
There are hundreds of thousands, alike but for a few texts, so each sort of them is validated once
and gives the form of the rest (`app.records.storage.templates`).
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.db import Database
from app.db.bulk import analyze, indexes_rebuilt_after, truncate_wal
from app.db.tables import countries, datasets, opinions, topics
from app.importers.un_roll_calls import DATASET, Entry, Vote, VoteSource
from app.importers.un_votes import open_votes
from app.records.faults import SourceLocation
from app.records.kinds import KINDS
from app.records.seeds import put_folders, read_folders
from app.records.storage.change import Change, Outcome
from app.records.storage.templates import RecordTemplate
from app.records.validation import GivenRecord, validate
from app.settings import seeds_folder

ORIGIN = f"import:{DATASET}"
BATCH = 5000

#: Told now and then how far reading has come: bytes read, and bytes there are.
Watch = Callable[[int, int], None]


def import_un_votes(database: Database, path: Path, watch: Watch) -> Outcome:
    """Import roll calls in one transaction, after the seeds where their countries are not there.

    Args:
        database: a migrated database.
        path: the files; see `open_votes`.
        watch: told how far it has come.

    Raises:
        Refused: when the files are of no known form.
        FaultyRecords: with the faults of all files; nothing was changed.
    """
    with database.write() as connection:
        if not _has(connection, "reference"):
            put_folders(connection, read_folders([seeds_folder()]))
        outcome = _import(connection, open_votes(path, _names(connection)), watch)
    if outcome.altered:
        truncate_wal(database)
    return outcome


def _import(connection: Connection, source: VoteSource, watch: Watch) -> Outcome:
    again = _has(connection, DATASET)
    change = Change(connection, origin=ORIGIN, reason="import of UN roll calls")
    with nullcontext() if again else indexes_rebuilt_after(connection, opinions):
        _put(change, source, watch, _topics_of_others(connection))
    change.faults.extend(source.faults.kept)
    if again and not change.faults:
        change.remove_unstated(ORIGIN)
    outcome = change.commit_release()
    if outcome.altered:
        analyze(connection)
    return outcome


def _has(connection: Connection, dataset: str) -> bool:
    return (
        connection.execute(sa.select(datasets.c.id).where(datasets.c.id == dataset)).first()
        is not None
    )


def _names(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The names of each country, the usual one first."""
    bodies = connection.execute(sa.select(countries.c.id, countries.c.body))
    known = {country: orjson.loads(body) for country, body in bodies}
    return {
        country: tuple(filter(None, (one["name"], one["official_name"], *one["other_names"])))
        for country, one in known.items()
    }


def _topics_of_others(connection: Connection) -> set[str]:
    """Topics that other bodies of data have; a subject of the same id is the same subject."""
    others = sa.select(topics.c.id).where(topics.c.dataset != DATASET)
    return set(connection.execute(others).scalars())


def _put(change: Change, source: VoteSource, watch: Watch, known_topics: set[str]) -> None:
    """Read to the end; once there is a fault, only to tell the others."""
    forms = _Forms(source)
    items = iter(source)
    while part := list(islice(items, BATCH)):
        watch(source.position, source.size)
        entries = [one for one in part if isinstance(one, Entry)]
        votes = [one for one in part if isinstance(one, Vote)]
        if source.faults or change.faults:
            continue
        change.put(
            chain.from_iterable(
                _given(change, entry)
                for entry in entries
                if entry.kind != "topic" or entry.content["id"] not in known_topics
            )
        )
        if votes:
            rows = [forms.row(vote) for vote in votes]
            change.put_rows(KINDS["opinion"], rows, partial(_location_of, source.file, votes))


def _location_of(file: str, votes: list[Vote], number: int) -> SourceLocation:
    return SourceLocation(file, votes[number].line)


def _given(change: Change, entry: Entry) -> Iterator[GivenRecord]:
    """The record of an entry, or its faults."""
    found = validate(KINDS[entry.kind], entry.content, entry.location)
    if isinstance(found, GivenRecord):
        yield found
    else:
        change.faults.extend(found)


#: What stands in a form for the texts that its votes differ in.
_IDS = {"id": "the-id", "holder": "ZZZ", "question": "the-question"}
_RECORD = {"record": "the row in the source"}
_NAMED = {"named": "the name in the source"}


class _Forms:
    """The rows of votes, by the form of each sort: date, stance, and whether it keeps a name."""

    def __init__(self, source: VoteSource) -> None:
        self._source = source
        self._forms: dict[tuple[Any, str, bool], RecordTemplate] = {}

    def row(self, vote: Vote) -> dict[str, Any]:
        """The row of a vote."""
        stated = self._source.stated[vote.question]
        date = stated if isinstance(stated, str) else (*stated.items(),)
        sort = (date, vote.stance, vote.named is None)
        form = self._forms.get(sort)
        if form is None:
            form = self._forms[sort] = self._form(vote)
        return form.row({"id": vote.id, **vote._asdict()})

    def _form(self, vote: Vote) -> RecordTemplate:
        content = self._source.opinion(vote) | _IDS
        content["evidence"] = [{**content["evidence"][0], **_RECORD}]
        lines = dict(_RECORD)
        if vote.named is not None:
            content["holder_as_named"] = _NAMED["named"]
            lines |= _NAMED
        return RecordTemplate(KINDS["opinion"], content, ids=_IDS, lines=lines)
