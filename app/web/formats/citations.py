"""Citations of documents and datasets: plain text, CSL-JSON, BibTeX and RIS.

Nothing is guessed: what is not known is left out, and a title of our own says so by its brackets.
RIS is written by rispy; CSL-JSON is JSON; BibTeX here is one entry whose only escaping is that of
its special characters.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import rispy

from app.errors import nearest
from app.web.formats.citation_authors import Author, authors_of
from app.web.formats.citation_dates import bibtex_date, csl_date, date_note, ris_date

_BIBTEX_SPECIAL = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": "\\textbackslash{}"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Source(NamedTuple):
    """The subject of a citation.

    Attributes:
        text: the citation in words.
        date: the vague date of its publication, as stored.
        notes: what no field of its own says.
    """

    id: str
    is_data: bool
    title: str
    authors: list[Author]
    publisher: str | None
    date: dict[str, Any] | None
    url: str | None
    language: str | None
    version: str | None
    notes: list[str]
    text: str


def document_source(document: str, body: dict[str, Any]) -> Source:
    """A document, as its body is stored."""
    date = body["published"]
    notes = [date_note(date), f"SHA-256 {body['sha256']}" if body["sha256"] else None]
    return Source(
        id=document,
        is_data=body["source_type"] == "dataset",
        title=body["title"] or f"[Untitled source, {document}]",
        authors=authors_of(body["author"]),
        publisher=body["publisher"],
        date=date,
        url=body["url"],
        language=body["language"],
        version=None,
        notes=[note for note in notes if note],
        text=body["citation"],
    )


def dataset_source(dataset: str, body: dict[str, Any], release: int, at: str, seal: str) -> Source:
    """A dataset as a release has it.

    Args:
        dataset: its id.
        body: it, as stored.
        release: the number of the release.
        at: when the release was made.
        seal: the hash of the release, which depends on all that it holds.
    """
    day = at[:10]
    shown = f"release {release} ({day})"
    version = f"{body['version']}, {shown}" if body["version"] else shown
    return Source(
        id=f"{dataset}-release-{release}",
        is_data=True,
        title=body["title"],
        authors=[],
        publisher=body["publisher"],
        date={"text": day, "edtf": day, "earliest": day, "latest": day, "basis": "stated"},
        url=body["url"],
        language=None,
        version=version,
        notes=[
            body["citation"],
            f"Licence: {body['licence']}",
            f"Release {release} as of {at}, SHA-256 {seal}",
        ],
        text=f"{body['citation'].rstrip('.')}. {shown[0].upper()}{shown[1:]}, SHA-256 {seal}.",
    )


def _text(source: Source) -> str:
    return f"{source.text}\n"


def _csl(source: Source) -> str:
    entry: dict[str, Any] = {
        "id": source.id,
        "type": "dataset" if source.is_data else "article",
        "title": source.title,
        "author": list(map(_csl_name, source.authors)) or None,
        "publisher": source.publisher,
        "issued": csl_date(source.date),
        "URL": source.url,
        "language": source.language,
        "version": source.version,
        "note": "; ".join(source.notes) or None,
    }
    return orjson.dumps([{k: v for k, v in entry.items() if v is not None}]).decode()


def _csl_name(author: Author) -> dict[str, str]:
    if author.given is None:
        return {"literal": author.family}
    return {"family": author.family, "given": author.given}


def _bibtex(source: Source) -> str:
    date = bibtex_date(source.date)
    fields = {
        "title": source.title,
        "author": None,
        "publisher": source.publisher,
        "year": date.get("year"),
        "date": date.get("date"),
        "url": source.url,
        "language": source.language,
        "version": source.version,
        "note": "; ".join(source.notes),
    }
    written = {name: _in_braces(name, value) for name, value in fields.items() if value}
    if source.authors:
        written["author"] = f"{{{' and '.join(map(_bibtex_name, source.authors))}}}"
    if "month" in date:
        written["month"] = _MONTHS[int(date["month"]) - 1]
    lines = [f"  {name} = {value}" for name, value in written.items()]
    return "\n".join([f"@misc{{{source.id},", ",\n".join(lines), "}", ""])


def _bibtex_name(author: Author) -> str:
    """A name; a literal one in braces of its own, which keep it from being taken apart."""
    written = author.turned.translate(_BIBTEX_SPECIAL)
    return written if author.given else f"{{{written}}}"


def _in_braces(name: str, value: str) -> str:
    return f"{{{value if name in ('url', 'date', 'year') else value.translate(_BIBTEX_SPECIAL)}}}"


def _ris(source: Source) -> str:
    entry = {
        "type_of_reference": "DATA" if source.is_data else "GEN",
        "id": source.id,
        "title": source.title,
        "authors": [author.turned for author in source.authors] or None,
        "publisher": source.publisher,
        **ris_date(source.date),
        "urls": [source.url] if source.url else None,
        "language": source.language,
        "edition": source.version,
        "notes": source.notes or None,
    }
    written = rispy.dumps([{k: v for k, v in entry.items() if v is not None}])
    return str(written).removeprefix("1.\n")  # rispy numbers entries, which RIS does not know


Writer = Callable[[Source], str]
CITATION_STYLES: dict[str, Writer] = {
    "text": _text,
    "csl-json": _csl,
    "bibtex": _bibtex,
    "ris": _ris,
}


def citation_style(text: str) -> str:
    """The name of a style, as `format=` gives it."""
    if text not in CITATION_STYLES:
        raise ValueError(f"{text!r} is not a citation format; {nearest(text, CITATION_STYLES)}")
    return text
