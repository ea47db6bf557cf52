"""Citations of a document: plain text, CSL-JSON, BibTeX and RIS.

A field that the source does not state is left out, never guessed; a date is given as exactly as it
is known. RIS is written by rispy; CSL-JSON is JSON; BibTeX here is one entry whose only escaping
is that of its special characters.
"""

from collections.abc import Callable
from typing import Any

import orjson
import rispy

from app.errors import nearest

_BIBTEX_SPECIAL = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": "\\textbackslash{}"})


def _text(_document: str, body: dict[str, Any]) -> str:
    return str(body["citation"]) + "\n"


def _csl(document: str, body: dict[str, Any]) -> str:
    entry: dict[str, Any] = {
        "id": document,
        "type": "dataset" if body["source_type"] == "dataset" else "article",
        "title": body["title"],
        "author": [{"literal": body["author"]}] if body["author"] else None,
        "publisher": body["publisher"],
        "issued": _issued(body["published"]),
        "URL": body["url"],
        "language": body["language"],
        "note": f"SHA-256 {body['sha256']}" if body["sha256"] else None,
    }
    return orjson.dumps([{k: v for k, v in entry.items() if v is not None}]).decode()


def _issued(published: dict[str, Any] | None) -> dict[str, Any] | None:
    """The date as CSL has it: literal where it is vague."""
    if published is None:
        return None
    if published["precision"] in ("day", "month", "year"):
        return {"date-parts": [[int(part) for part in published["edtf"].split("-")]]}
    return {"literal": published["text"] or published["edtf"]}


def _bibtex(document: str, body: dict[str, Any]) -> str:
    fields = {
        "title": body["title"],
        "author": body["author"],
        "publisher": body["publisher"],
        "year": _year(body["published"]),
        "url": body["url"],
        # Without a title an entry shows nothing that names the source.
        "howpublished": None if body["title"] else body["citation"],
        "note": f"SHA-256 {body['sha256']}" if body["sha256"] else None,
    }
    lines = [f"  {name} = {_in_braces(name, value)}" for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{document},", ",\n".join(lines), "}", ""])


def _in_braces(name: str, value: str) -> str:
    """A field's value; an author in two pairs of braces, which keep it from being taken apart."""
    if name == "url":
        return f"{{{value}}}"
    escaped = value.translate(_BIBTEX_SPECIAL)
    return f"{{{{{escaped}}}}}" if name == "author" else f"{{{escaped}}}"


def _year(published: dict[str, Any] | None) -> str | None:
    """The year, where one year is known."""
    if published is None or not published["earliest"] or not published["latest"]:
        return None
    years = {published["earliest"][:4], published["latest"][:4]}
    return years.pop() if len(years) == 1 else None


def _ris(document: str, body: dict[str, Any]) -> str:
    entry = {
        "type_of_reference": "DATA" if body["source_type"] == "dataset" else "GEN",
        "id": document,
        "title": body["title"],
        "authors": [body["author"]] if body["author"] else None,
        "publisher": body["publisher"],
        "year": _year(body["published"]),
        "urls": [body["url"]] if body["url"] else None,
        "notes": [f"SHA-256 {body['sha256']}"] if body["sha256"] else None,
    }
    written = rispy.dumps([{k: v for k, v in entry.items() if v is not None}])
    return str(written).removeprefix("1.\n")  # rispy numbers entries, which RIS does not know


Writer = Callable[[str, dict[str, Any]], str]
CITATION_STYLES: dict[str, tuple[str, Writer]] = {
    "text": ("text/plain", _text),
    "csl-json": ("application/vnd.citationstyles.csl+json", _csl),
    "bibtex": ("application/x-bibtex", _bibtex),
    "ris": ("application/x-research-info-systems", _ris),
}


def citation_style(text: str) -> str:
    """The name of a style, as `format=` gives it."""
    if text not in CITATION_STYLES:
        raise ValueError(f"{text!r} is not a citation format; {nearest(text, CITATION_STYLES)}")
    return text
