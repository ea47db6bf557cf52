"""Types of answers, for type checkers; at run time they are the dicts that JSON gives."""

from typing import Any, TypedDict

Row = dict[str, Any]


class Ref(TypedDict):
    """A reference to a record: its id, its kind and its name."""

    id: str
    kind: str
    name: str


class Answer(TypedDict):
    """An answer in its envelope.

    `meta["release"]` says which state of the data it is of, `meta["citations"]` whom to cite.
    """

    data: Any
    meta: dict[str, Any]
    links: dict[str, str | None]
