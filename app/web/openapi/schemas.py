"""Schemas of the OpenAPI document, true to what is sent: open answers, and no default in any.

Generators take a member with a default for one that is always there, and a closed object for one
that never grows. Of what callers send, an object stays closed: an unknown member is refused.
"""

import re
from collections.abc import Iterator
from typing import Any

Schemas = dict[str, dict[str, Any]]
PREFIX = "#/components/schemas/"


def settle_schemas(described: dict[str, Any]) -> None:
    """Make the schemas of a document true to what is sent."""
    schemas: Schemas = described["components"]["schemas"]
    _share_enums(described, schemas)
    _name_evidence(schemas)
    written = _reached(schemas, (b for b in _parts(described, "requestBody")))
    for name, schema in schemas.items():
        for part in _subschemas(schema):
            part.pop("default", None)
            if name not in written and part.get("additionalProperties") is False:
                del part["additionalProperties"]
            for member in part.get("properties", {}).values():
                member.pop("title", None)  # the member's own name again
        if re.sub(r"\W", "_", schema.get("title", "")) == name:
            del schema["title"]
    for unused in schemas.keys() - _reached(schemas, [described["paths"]]) - {"ProblemBody"}:
        del schemas[unused]


def _share_enums(described: dict[str, Any], schemas: Schemas) -> None:
    """Have one schema for each vocabulary: it is the same where it is written."""
    same = {
        f"{PREFIX}{name}Input": f"{PREFIX}{name}" for name, schema in schemas.items()
        if "enum" in schema and f"{name}Input" in schemas
    }  # fmt: skip
    for part in _objects(described):
        if part.get("$ref") in same:
            part["$ref"] = same[part["$ref"]]


def _name_evidence(schemas: Schemas) -> None:
    """Have one schema of a place in a source, as it is read and as it is written."""
    for name in ("Evidence", "EvidenceInput"):
        form = name.removeprefix("Evidence")
        either = [{"$ref": f"{PREFIX}{part}{form}"} for part in ("Span", "TableRow")]
        for part in _objects(schemas):
            if part.get("oneOf") == either:
                del part["oneOf"]
                part["$ref"] = f"{PREFIX}{name}"
        told = "A place in a source: a span of its text, or with `record` a row of its table."
        schemas[name] = {"description": told, "oneOf": either}


def _subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every one within it; a member may have any name, such as `default`."""
    yield schema
    inner = [*schema.get("properties", {}).values(), schema.get("items")]
    inner += [schema.get("additionalProperties")]
    for word in ("anyOf", "oneOf", "allOf"):
        inner += schema.get(word, [])
    for each in inner:
        if isinstance(each, dict):
            yield from _subschemas(each)


def _parts(found: Any, name: str) -> Iterator[Any]:
    """Everything that members of a name hold, however deep."""
    for part in _objects(found):
        if name in part:
            yield part[name]


def _reached(schemas: Schemas, roots: Any) -> set[str]:
    """The schemas that some parts of a document refer to, and those that these refer to."""
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        for part in _objects(waiting.pop()):
            name = str(part.get("$ref", "")).removeprefix(PREFIX)
            if name in schemas and name not in reached:
                reached.add(name)
                waiting.append(schemas[name])
    return reached


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    """Every object of some JSON, however deep."""
    if isinstance(found, dict):
        yield found
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    for each in inner:
        yield from _objects(each)
