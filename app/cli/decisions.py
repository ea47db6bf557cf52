"""The options that decide conflicts of a load: whose word counts."""

from typing import Annotated

import typer

from app.records.loads.merging import Decisions

Theirs = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID",
        help="Take the file's word on this record where both changed (repeatable; `opinions/ID` "
        "where kinds share an id; `all` means every record).",
        show_default=False,
    ),
]
Ours = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID",
        help="Keep this record as the database has it where both changed (repeatable, likewise).",
        show_default=False,
    ),
]


def decisions_of(theirs: list[str] | None, ours: list[str] | None) -> Decisions:
    """Return the decisions that the options make.

    Raises:
        Refused: when both are said of one record.
    """
    return Decisions(frozenset(theirs or ()), frozenset(ours or ()))
