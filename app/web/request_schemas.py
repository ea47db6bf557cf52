"""Request schemas for OpenAPI: of a record of each kind, and of a patch of it."""

from functools import cache
from typing import Any

from app.records.kinds import KINDS, Kind

_NULL = {"type": "null"}
_SCHEMAS = "#/components/schemas/"
_TEMPLATE = _SCHEMAS + "{model}Input"


def new_ref(kind: Kind) -> dict[str, Any]:
    """The reference to the schema of a whole record that is not there yet."""
    return {"$ref": f"#/components/schemas/New{kind.record.__name__}"}


def input_ref(kind: Kind) -> dict[str, Any]:
    """The reference to the schema of a whole record at its address, which says the id."""
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
        described = kind.record.model_json_schema(mode="validation", ref_template=_TEMPLATE)
        whole = _with_references(described, schemas)
        for part, shape in whole.pop("$defs", {}).items():
            schemas[f"{part}Input"] = shape
        if kind.record.cites:
            whole["required"].append("evidence")
            whole["properties"]["evidence"]["minItems"] = 1
        ignored = {"readOnly": True, "description": "Said by the service; ignored."}
        whole["properties"] |= dict.fromkeys(sorted(kind.record.derived), ignored)
        schemas[f"New{name}"] = _with_id(name, whole)
        schemas[f"{name}Input"] = whole
        schemas[f"{name}Patch"] = _patch(whole)
    for name, schema in schemas.items():
        if name.endswith("Input"):
            schema.pop("title", None)  # generators would take it for the name
    schemas["GivenDate"] = {**schemas["VagueDateInput"], "title": "GivenDate", "required": []}
    schemas["VagueDateInput"] = {
        "anyOf": [
            {"type": "string", "maxLength": 100, "description": "EDTF, such as `2004-21`."},
            {"$ref": f"{_SCHEMAS}GivenDate"},
        ],
    }
    return schemas


def _with_references(found: Any, schemas: dict[str, Any]) -> Any:
    """Some schemas with one name for each kind of reference, and its schema among the others."""
    if isinstance(found, list):
        return [_with_references(each, schemas) for each in found]
    if not isinstance(found, dict):
        return found
    forms = found.get("anyOf", [])
    if not any(form.get("title") == "GivenRef" for form in forms):
        return {key: _with_references(each, schemas) for key, each in found.items()}
    written, ref, *null = forms
    schemas["GivenRef"] = ref
    name = written["title"]
    told = f"The id of a record of kind {name.removeprefix('Given').lower()}, or a ref to it."
    either = [written, {"$ref": f"{_SCHEMAS}GivenRef"}]
    schemas[name] = {"title": name, "description": told, "anyOf": either}
    own = {"description": found["description"]} if "description" in found else {}
    reference = {"$ref": f"{_SCHEMAS}{name}"}
    return {"anyOf": [reference, *null], **own} if null else {**reference, **own}


def _with_id(name: str, whole: dict[str, Any]) -> dict[str, Any]:
    """The schema of a record that must say its id, which no address does."""
    whole["required"].remove("id")
    return {
        "type": "object",
        "allOf": [{"$ref": f"{_SCHEMAS}{name}Input"}],
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
    }


def _patch(whole: dict[str, Any]) -> dict[str, Any]:
    """The schema of an RFC 7396 patch: any of the members, null to remove one that may go."""
    members = {
        field: _plain(shape) if field in whole["required"] else _nullable(_plain(shape))
        for field, shape in whole["properties"].items()
    }
    return {
        "type": "object",
        "description": "RFC 7396: what is given replaces, null removes, the rest stays.",
        "properties": members,
        "additionalProperties": False,
    }


def _plain(shape: dict[str, Any]) -> dict[str, Any]:
    """The schema of a member; what it means is said where it is written whole."""
    return {k: v for k, v in shape.items() if k not in ("description", "default", "title")}


def _nullable(shape: dict[str, Any]) -> dict[str, Any]:
    if "readOnly" in shape or _NULL in shape.get("anyOf", ()):
        return shape
    return {"anyOf": [*shape["anyOf"], _NULL] if "anyOf" in shape else [shape, _NULL]}
