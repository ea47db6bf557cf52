"""Import of roll calls of the UN General Assembly, in either of the forms they are published in.

The form is known by the files' headers, not their names: the three tables of the R package
unvotes, or the bulk table of the UN Digital Library. Anything else is refused, naming the header
that was seen, and so is a folder that holds half a form or two.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.db import Database
from app.db.tables import countries
from app.errors import Refused
from app.importers.csv_files import CsvFile, by_layout, csv_files_in, layout_of
from app.importers.import_run import ReportProgress, run_import
from app.importers.r_unvotes import ISSUES, ROLL_CALLS, VOTES, UnvotesPackage
from app.importers.un_roll_calls import VoteSource
from app.importers.undl_votes import COLUMNS, DigitalLibrary
from app.records.loads.merging import NO_DECISIONS, Decisions
from app.records.storage.change import Outcome

_LAYOUTS: dict[str, Sequence[str]] = {
    "votes": VOTES,
    "roll calls": ROLL_CALLS,
    "issues": ISSUES,
    "bulk": COLUMNS,
}
_PACKAGE = ("votes", "roll calls", "issues")
_RIGHT = (
    "right would be the R package's unvotes.csv, roll_calls.csv and issues.csv (plain or .gz), "
    "or the UN Digital Library's bulk CSV of General Assembly votes (record 4060887)"
)


def import_un_votes(
    database: Database,
    path: Path,
    report_progress: ReportProgress,
    decisions: Decisions = NO_DECISIONS,
) -> Outcome:
    """Import roll calls.

    Args:
        database: a migrated database.
        path: the files; see `open_votes`.
        report_progress: called with how far reading has come.
        decisions: who is right where a file and a record changed otherwise since the last import.

    Raises:
        Refused: when the files are of no known form.
        FaultyRecords: with the faults of all files; nothing was changed.
    """
    return run_import(
        database,
        lambda connection: open_votes(path, names_of_countries(connection)),
        report_progress,
        decisions,
    )


def open_votes(path: Path, names: Mapping[str, Sequence[str]]) -> VoteSource:
    """Tell the form of the files at a path, and open them for reading.

    Args:
        path: a folder with the files of one form, or the bulk file, or one of the three.
        names: the names of each country known here, by id; the usual one first.

    Raises:
        Refused: when there is no such path, or the headers there are of no known form.
    """
    found, strange = by_layout(_files(path), _LAYOUTS)
    if list(found) == ["bulk"] and not strange:
        return DigitalLibrary(found["bulk"], names)
    if sorted(found) == sorted(_PACKAGE) and not strange:
        return UnvotesPackage(found["votes"], found["roll calls"], found["issues"], names)
    raise Refused("; ".join([*strange, *_incomplete(path, found), _RIGHT]))


def names_of_countries(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return the names of each country, the usual one first."""
    bodies = connection.execute(sa.select(countries.c.id, countries.c.body))
    known = {country: orjson.loads(body) for country, body in bodies}
    return {
        country: tuple(filter(None, (one["name"], one["official_name"], *one["other_names"])))
        for country, one in known.items()
    }


def _files(path: Path) -> list[CsvFile]:
    """Open the CSV files at a path; one of the three brings the others from beside it."""
    if not path.exists():
        raise Refused(f"{path}: there is no such file or folder; {_RIGHT}")
    try:
        if path.is_file():
            file = CsvFile(path)
            if layout_of(file, _LAYOUTS) in (None, "bulk"):
                return [file]
        return csv_files_in(path if path.is_dir() else path.parent)
    except (ValueError, OSError) as error:
        raise Refused(f"{error}; {_RIGHT}") from error


def _incomplete(path: Path, found: Mapping[str, CsvFile]) -> list[str]:
    """Say what is missing beside the tables that were found."""
    if not found:
        return [f"{path} holds no table of roll calls"]
    if "bulk" in found:
        return [f"{found['bulk'].name} stands beside other tables; give its own path"]
    missing = [name for name in _PACKAGE if name not in found]
    return [f"the table of {', '.join(missing)} is missing"] if missing else []
