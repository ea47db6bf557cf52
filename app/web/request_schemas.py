"""Request schemas for OpenAPI: of a record of each kind, and of a patch of it."""

from functools import cache
from typing import Any

from app.records.kinds import KINDS, Kind

_TEMPLATE = "#/components/schemas/{model}Input"


def input_ref(kind: Kind) -> dict[str, Any]:
    """The reference to the schema of a whole record as it is written."""
    return {"$ref": f"#/components/schemas/{kind.record.__name__}Input"}


def patch_ref(kind: Kind) -> dict[str, Any]:
    """The reference to the schema of a merge patch of a record."""
    return {"$ref": f"#/components/schemas/{kind.record.__name__}Patch"}


@cache
def input_schemas() -> dict[str, Any]:
    """Every schema that these refer to, by name."""
    schemas: dict[str, Any] = {}
    for kind in KINDS.values():
        name = kind.record.__name__
        whole = kind.record.model_json_schema(mode="validation", ref_template=_TEMPLATE)
        for part, shape in whole.pop("$defs", {}).items():
            schemas[f"{part}Input"] = {**shape, "title": f"{part} as written"}
        ignored = {"readOnly": True, "description": "The service says this; ignored here."}
        whole["properties"] |= dict.fromkeys(sorted(kind.record.derived), ignored)
        schemas[f"{name}Input"] = {**whole, "title": f"{name} as written"}
        schemas[f"{name}Patch"] = _patch(name, whole["properties"])
    return schemas


def _patch(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The schema of an RFC 7396 patch: any of the members, null to remove one."""
    nullable = {
        field: {"description": shape.get("description", "")} for field, shape in properties.items()
    }
    return {
        "type": "object",
        "title": f"Change to {name}",
        "description": "RFC 7396: what is given replaces, null removes, the rest stays.",
        "properties": nullable,
        "additionalProperties": False,
    }
