"""Load of seed folders: all or nothing, and the same again changes nothing."""

from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from app.db import Database
from app.errors import Refused
from app.records.kinds import KINDS
from app.records.loads.load import Load
from app.records.loads.merging import NO_DECISIONS, Decisions
from app.records.seeds.files import Folder, read_folder, seed_folders
from app.records.storage.change import Outcome
from app.records.storage.referents import space_of


class _Undo(Exception):
    """End of a check: leave its transaction without a commit."""


def load_seeds(
    database: Database,
    paths: list[Path],
    *,
    commit: bool = True,
    decisions: Decisions = NO_DECISIONS,
) -> Outcome:
    """Load seed folders in one transaction; without `commit`, only say what it would do.

    Args:
        database: a migrated database.
        paths: dataset folders, or folders that hold some.
        commit: whether to keep the result; `positions check` does not.
        decisions: who is right where a file and a record changed otherwise since the last load.

    Raises:
        Refused: when there is no seed folder at the paths, or a decision is about none of them.
        FaultyRecords: with every fault of every file and every conflict; nothing was changed.
    """
    folders = read_folders(paths)
    outcome: Outcome | None = None
    try:
        with database.write() as connection:
            outcome = put_folders(connection, folders, decisions)
            if not commit:
                raise _Undo
    except _Undo:
        pass
    assert outcome is not None  # noqa: S101  the block above either set it or raised
    return outcome


def put_folders(
    connection: Connection, folders: list[Folder], decisions: Decisions = NO_DECISIONS
) -> Outcome:
    """Put seed folders into the database as one change of a transaction.

    Raises:
        FaultyRecords: with every fault of every file; the transaction must then be given up.
    """
    change = Load(connection, origin="seeds", reason="load of seed files", decisions=decisions)
    change.look_elsewhere(partial(_place_in_siblings, folders, {}))
    change.faults.extend(fault for folder in folders for fault in folder.faults)
    for name in KINDS:
        for folder in folders:
            change.origin = origin_of(folder)
            for kind, record_id, location in folder.unread:
                if kind.name == name:
                    change.reserve(kind, record_id, location)
            change.put(given for given in folder.given if given.kind.name == name)
    # What a faulty entry states is not known, so neither is what no entry states any more.
    for folder in folders:
        if not folder.faults:
            change.remove_unstated(folder.dataset, folder.locations)
    change.origin = "seeds"
    return change.commit_release()


def _place_in_siblings(
    given: list[Folder], siblings: dict[Path, set[tuple[str, str]]], space: str, record_id: str
) -> str | None:
    """Return the folder beside the given ones that states an id; those are read only once."""
    if not siblings:
        paths = {folder.path.resolve() for folder in given}
        for path in seed_folders(sorted({path.parent for path in paths})):
            if path.resolve() not in paths:
                stated = read_folder(path).given
                siblings[path] = {(space_of(one.kind.name), one.record.id) for one in stated}
    wanted = (space_of(space), record_id)
    return next((str(path) for path, stated in siblings.items() if wanted in stated), None)


def origin_of(folder: Folder) -> str:
    """Return the origin of rows that a folder made."""
    return f"seeds:{folder.dataset}"


def read_folders(paths: list[Path]) -> list[Folder]:
    """Read the dataset folders at the paths.

    Raises:
        Refused: when there is none.
    """
    folders = seed_folders(paths)
    if not folders:
        shown = ", ".join(str(path) for path in paths)
        raise Refused(f"no seed folder at {shown}: a seed folder has a dataset.yaml")
    return [read_folder(path) for path in folders]
