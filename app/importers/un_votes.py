"""Published roll calls of the UN General Assembly: which of the two forms a path holds.

The form is told by the files' headers, not their names: the three tables of the R package
unvotes, or the bulk table of the UN Digital Library. Anything else is refused, naming the header
that was seen, and so is a folder that holds half a form or two.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.errors import Refused
from app.importers.r_unvotes import ISSUES, ROLL_CALLS, VOTES, UnvotesPackage
from app.importers.tables import Table
from app.importers.un_roll_calls import Entry, Vote, VoteSource
from app.importers.undl_votes import COLUMNS, DigitalLibrary

__all__ = ["Entry", "Vote", "VoteSource", "open_votes"]

#: What each table is called, and the columns that make it so. More columns do no harm.
_FORMS: dict[str, tuple[str, ...]] = {
    "votes": VOTES,
    "roll calls": ROLL_CALLS,
    "issues": ISSUES,
    "bulk": tuple(COLUMNS),
}
_PACKAGE = ("votes", "roll calls", "issues")
_RIGHT = (
    "right would be the R package's unvotes.csv, roll_calls.csv and issues.csv (plain or .gz), "
    "or the UN Digital Library's bulk CSV of General Assembly votes (record 4060887)"
)


def open_votes(path: Path, names: Mapping[str, Sequence[str]]) -> VoteSource:
    """Tell the form of the files at a path, and open them for reading.

    Args:
        path: a folder with the files of one form, or the bulk file, or one of the three.
        names: the names of each country known here, by id; the usual one first.

    Raises:
        Refused: when there is no such path, or the headers there are of no known form.
    """
    found: dict[str, Table] = {}
    strange: list[str] = []
    for table in _tables(path):
        form = _form(table)
        if form is None:
            strange.append(_difference(table))
        elif form in found:
            raise Refused(f"{found[form].name} and {table.name} are both {form}; keep one of them")
        else:
            found[form] = table
    if list(found) == ["bulk"] and not strange:
        return DigitalLibrary(found["bulk"], names)
    if sorted(found) == sorted(_PACKAGE) and not strange:
        return UnvotesPackage(found["votes"], found["roll calls"], found["issues"], names)
    raise Refused("; ".join([*strange, *_incomplete(path, found), _RIGHT]))


def _tables(path: Path) -> list[Table]:
    """The CSV files at a path; one of the three brings its fellows from beside it."""
    if not path.exists():
        raise Refused(f"{path}: there is no such file or folder; {_RIGHT}")
    try:
        if path.is_file():
            table = Table(path)
            if _form(table) in (None, "bulk"):
                return [table]
        folder = path if path.is_dir() else path.parent
        files = [f for f in folder.iterdir() if f.name.lower().endswith((".csv", ".csv.gz"))]
        return [Table(file) for file in sorted(files)]
    except (ValueError, OSError) as error:
        raise Refused(f"{error}; {_RIGHT}") from error


def _form(table: Table) -> str | None:
    """The form whose columns the header has, all of them."""
    return next((form for form, need in _FORMS.items() if set(need) <= set(table.header)), None)


def _difference(table: Table) -> str:
    """What the header has, and what it lacks of the form that it is nearest to."""
    seen = ",".join(table.header)
    form = max(_FORMS, key=lambda form: len(set(_FORMS[form]) & set(table.header)))
    shared = set(_FORMS[form]) & set(table.header)
    lacks = [column for column in _FORMS[form] if column not in shared]
    hint = f"; for {form} it lacks {', '.join(lacks)}" if shared else ""
    return f"{table.name} has the header {seen!r}{hint}"


def _incomplete(path: Path, found: Mapping[str, Table]) -> list[str]:
    """What is missing beside the tables that were found."""
    if not found:
        return [f"{path} holds no table of roll calls"]
    if "bulk" in found:
        return [f"{found['bulk'].name} stands beside other tables; give its own path"]
    missing = [form for form in _PACKAGE if form not in found]
    return [f"the table of {', '.join(missing)} is missing"] if missing else []
