"""Record templates: records that differ only in a few texts, checked once and written often.

A roll call has two hundred votes that differ in who cast them and in the row that says so. The
first of each sort is validated by its class, like every record; its row and its JSON text then
serve as the template of the rest, which only have their own texts checked and put in. The result
is, byte for byte, what the class itself would have made, at a thirtieth of the cost.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter

from app.records.base import Span
from app.records.kinds import Kind, row_of
from app.vocabulary import Line, Slug

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)
_LINE: TypeAdapter[str] = TypeAdapter(Line)


class RecordTemplate:
    """A template of records of one kind, with placeholders for what they differ in.

    Args:
        kind: the kind; its records must need nothing but their row: no links, no words to search.
        content: the content of a record of the sort, with a placeholder wherever records differ.
        ids: placeholders for ids, by a name of theirs; columns may have them too. `id` is the
            record's own; the ids of others are checked where references are.
        lines: placeholders for one-line texts, by a name of theirs.

    Raises:
        ValidationError: when the content is not a record.
        ValueError: when the record needs more than its row, or a placeholder does not occur exactly
            once.
    """

    def __init__(
        self,
        kind: Kind,
        content: Mapping[str, Any],
        *,
        ids: Mapping[str, str],
        lines: Mapping[str, str],
    ) -> None:
        record = kind.record.model_validate(content)
        if kind.linked or any(record.words) or any(isinstance(e, Span) for e in record.evidence):
            raise ValueError("a template is for records that need nothing but their row")
        row = row_of(kind, record)
        self._body = _with_placeholders(row.pop("body"), {**ids, **lines}, optional={"id"})
        self._columns = {
            column: name for column, value in row.items() for name in ids if value == ids[name]
        }
        self._row = row
        self._lines = tuple(lines)

    def row(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return the row of a record, from its own texts by the names of their placeholders.

        Raises:
            ValidationError: when one of them is not what its field takes.
        """
        _SLUG.validate_python(texts["id"])
        row = self._row.copy()
        for column, name in self._columns.items():
            row[column] = texts[name]
        row["body"] = self._body % {
            **texts,
            **{name: _escaped(texts[name]) for name in self._lines},
        }
        return row


def _with_placeholders(body: str, placeholders: Mapping[str, str], optional: set[str]) -> str:
    """Return JSON text with `%(name)s` instead of each placeholder."""
    names = {text: name for name, text in placeholders.items()}
    pattern = re.compile("|".join(map(re.escape, names)))
    found = sorted(names[text] for text in pattern.findall(body))
    if found != sorted(set(names.values()) - optional):
        raise ValueError(f"the placeholders that occur are {found}, not one of each")
    return pattern.sub(lambda match: f"%({names[match[0]]})s", body.replace("%", "%%"))


def _escaped(line: str) -> str:
    """Check a line and return it as it stands between the quotes of JSON."""
    return orjson.dumps(_LINE.validate_python(line)).decode()[1:-1]
