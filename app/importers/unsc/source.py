"""Import of votes in the UN Security Council, in any of the forms they are published in.

The form is known by the content: the United Nations' own NDJSON of resolutions, the UN Digital
Library's bulk table, or a list of vetoes, which is a dataset of its own.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from app.db import Database
from app.errors import Refused
from app.importers.csv_files import CsvFile, difference, layout_of
from app.importers.import_run import ReportProgress, run_import
from app.importers.un_roll_calls import VoteSource
from app.importers.un_votes import names_of_countries
from app.importers.unsc import library, vetoes
from app.importers.unsc.json_lines import JsonLines, is_json_lines
from app.importers.unsc.resolutions import Resolutions
from app.records.loads.merging import NO_DECISIONS, Decisions
from app.records.storage.change import Outcome

_LAYOUTS: Mapping[str, Sequence[str]] = {"votes": library.COLUMNS, "vetoes": vetoes.COLUMNS}
_RIGHT = (
    "right would be the United Nations' NDJSON of resolutions, the UN Digital Library's bulk CSV "
    "of Council votes (record 4055387), or a CSV of vetoes; plain or .gz"
)


def import_unsc(
    database: Database,
    path: Path,
    report_progress: ReportProgress,
    decisions: Decisions = NO_DECISIONS,
    *,
    skip_faulty: bool = False,
) -> Outcome:
    """Import votes or vetoes of the Security Council.

    Args:
        database: a migrated database.
        path: the file.
        report_progress: called with how far reading has come.
        decisions: who is right where a file and a record changed otherwise since the last import.
        skip_faulty: whether resolutions that do not say who voted how, or contradict themselves,
            are left out and told in the outcome's notes.

    Raises:
        Refused: when the file is of no known form.
        FaultyRecords: with the faults of the file; nothing was changed.
    """

    def opened(connection: Connection) -> VoteSource:
        return _open(path, names_of_countries(connection), skip_faulty=skip_faulty)

    return run_import(database, opened, report_progress, decisions)


def _open(path: Path, names: Mapping[str, Sequence[str]], *, skip_faulty: bool) -> VoteSource:
    """Tell the form of a file, and open it."""
    if not path.is_file():
        raise Refused(f"{path}: there is no such file; {_RIGHT}")
    if is_json_lines(path):
        return Resolutions(JsonLines(path), names, skip_faulty=skip_faulty)
    try:
        file = CsvFile(path)
    except (ValueError, OSError) as error:
        raise Refused(f"{error}; {_RIGHT}") from error
    layout = layout_of(file, _LAYOUTS)
    if layout is None:
        raise Refused(f"{difference(file, _LAYOUTS)}; {_RIGHT}")
    if layout == "vetoes":
        return vetoes.Vetoes(file, names, skip_faulty=skip_faulty)
    return library.CouncilLibrary(file, names)
