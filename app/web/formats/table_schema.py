"""Frictionless Table Schema of a CSV, made of the shape of its rows."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.vocabulary import DateBasis, DatePrecision
from app.web.formats.csv import columns_of

Schema = dict[str, Any]

_TYPES = {"integer", "number", "boolean", "object", "array"}


def table_schema(shape: type[BaseModel]) -> Schema:
    """The schema of a shape's CSV (specs.frictionlessdata.io/table-schema)."""
    described = shape.model_json_schema(mode="serialization")
    kinds = described.get("$defs", {})
    fields = [
        {"name": column, **schema}
        for name, format_name, columns in columns_of(shape)
        for column, schema in zip(
            columns, _columns(format_name, described["properties"][name], kinds), strict=True
        )
    ]
    return {"fields": fields, "missingValues": [""]}


def _columns(format_name: str, schema: Schema, kinds: Schema) -> Iterator[Schema]:
    """The schema of each column of a field."""
    about = schema.get("description", "")
    match format_name:
        case "date":
            yield _text(f"{about} As the source words it.")
            yield {"type": "date", "description": f"{about} The earliest day it can be."}
            yield {"type": "date", "description": f"{about} The latest day it can be."}
            precision = {"enum": [word.value for word in DatePrecision]}
            yield _text(f"{about} How exact it is known.") | {"constraints": precision}
            yield _text(f"{about} In EDTF, which alone tells a set from the days between.")
            basis = {"enum": [word.value for word in DateBasis]}
            yield _text(f"{about} Stated by the source, or inferred.") | {"constraints": basis}
            yield _text(f"{about} How it was inferred.")
        case "ref":
            yield _text(f"{about} Its id.")
            yield _text(f"{about} Its name.")
        case "refs" | "texts":
            yield _text(f"{about} Several are joined by «; ».")
        case _:
            yield _cell(about, _value(schema, kinds))


def _text(about: str) -> Schema:
    return {"type": "string", "description": about}


def _cell(about: str, value: Schema) -> Schema:
    """One column: a scalar, or JSON."""
    if value.get("format") == "date-time":
        return {"type": "datetime", "description": about}
    kind = value["type"] if value.get("type") in _TYPES else "string"
    constraints = {"constraints": {"enum": value["enum"]}} if "enum" in value else {}
    return {"type": kind, "description": about, **constraints}


def _value(schema: Schema, kinds: Schema) -> Schema:
    """The schema of a value that is there."""
    choices = [
        kinds[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in schema.get("anyOf", [schema])
    ]
    found: Schema = next(one for one in choices if one.get("type") != "null")
    return found
