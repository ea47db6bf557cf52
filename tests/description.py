"""The API's description with its components in their place, as tests read it."""

from typing import Any

from app.main import create_app
from app.settings import Settings


def as_served() -> dict[str, Any]:
    """The description as it is served."""
    described: dict[str, Any] = create_app(Settings(database_url="sqlite://")).openapi()
    return described


def inlined(described: dict[str, Any]) -> dict[str, Any]:
    """A description whose operations say their own parameters, answers and headers."""
    paths = {
        path: {method: _inlined(told, described) for method, told in methods.items()}
        for path, methods in described["paths"].items()
    }
    return {**described, "paths": paths}


def _inlined(operation: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    parameters = [_meant(one, described) for one in operation.get("parameters", ())]
    responses = {}
    for status, response in operation["responses"].items():
        told = _meant(response, described)
        headers = {name: _meant(one, described) for name, one in told.get("headers", {}).items()}
        responses[status] = {**told, "headers": headers}
    return {**operation, "parameters": [*map(_shown, parameters)], "responses": responses}


def _meant(found: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """What is said, or what is referred to."""
    while "$ref" in found:
        _, _, kind, name = found["$ref"].split("/")
        found = described["components"][kind][name]
    return found


def _shown(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter with its example, wherever that stands."""
    example = parameter.get("schema", {}).get("examples", [None])[0]
    shown = {} if example is None else {"example": example}
    return {"required": False, **shown, **parameter}


DESCRIPTION = inlined(as_served())
