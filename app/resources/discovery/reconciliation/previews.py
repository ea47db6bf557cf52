"""Previews: what a type, a property or an actor is, in a few words of HTML."""

from html import escape
from typing import Any

from app.errors import NotFound, nearest
from app.resources.discovery.reconciliation.properties import PROPERTIES, described, read_records
from app.vocabulary import ActorKind
from app.web.query.ids import resolve_one
from app.web.requests.context import ReadContext

WIDTH, HEIGHT = 400, 160
_MOST_NAMES = 8


def actor_html(context: ReadContext, given: str) -> tuple[str, str]:
    """Return the id of an actor and what it is, as HTML.

    Raises:
        NotFound: where nobody has the id.
    """
    one = resolve_one(context, "actor", given)
    record = read_records(context, [one])[one]
    lines = [f"<p><b>{escape(record['name'])}</b> ({escape(one)})</p>"]
    lines.append(f"<p>{escape(_about(record))}</p>")
    if record["summary"]:
        lines.append(f"<p>{escape(record['summary'])}</p>")
    if others := record["other_names"][:_MOST_NAMES]:
        lines.append(f"<p>Also: {escape('; '.join(others))}</p>")
    return one, "".join(lines)


def _about(record: dict[str, Any]) -> str:
    """The kind of an actor, what it is, and where it belongs."""
    country = record.get("country") or {}
    ends = record.get("valid_to") or {}
    parts = [
        str(record["kind"]).capitalize(),
        str(record.get("classification") or "").replace("-", " "),
        str(country.get("name") or ""),
        f"until {ends['text']}" if ends.get("text") else "",
    ]
    return " · ".join(part for part in parts if part)


def property_html(name: str) -> str:
    """Return what a property holds, as HTML."""
    if name not in PROPERTIES:
        raise NotFound(f"no actor has the property {name[:40]!r}; {nearest(name, PROPERTIES)}")
    told = described(name)
    return f"<p><b>{escape(told['name'])}</b></p><p>{escape(told['description'])}</p>"


def type_html(word: str) -> str:
    """Return what a type is, as HTML."""
    words = {kind.value: kind for kind in ActorKind}
    if word not in words:
        raise NotFound(f"no type here is {word[:40]!r}; {nearest(word, words)}")
    return f"<p><b>{word.capitalize()}</b></p><p>{escape(words[word].definition)}</p>"
