"""Components of the OpenAPI document: what many operations say alike is said once and referred to.

Parameters and answers without content of their own are moved to `components`; headers are declared
there, and named where they are sent.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from app.errors import problems

Described = dict[str, Any]
_PROBLEM_NAMES = {str(problem.status): problem.__name__ for problem in problems()} | {
    "default": "OtherProblem"
}


def _header(description: str, *, required: bool = False, **schema: Any) -> Described:
    shape = {"type": "string", **schema}
    return {"description": description, "schema": shape, **({"required": True} if required else {})}


#: Those that are required are in every answer that names them.
HEADERS: dict[str, Described] = {
    "X-Request-Id": _header("The id of the request, as the log has it.", required=True),
    "RateLimit-Policy": _header("The limit, where one is set: how many in how many seconds."),
    "RateLimit": _header("What is left of the limit, where one is set, and for how long."),
    "Retry-After": _header("In how many seconds to try again.", pattern="^[0-9]+$"),
    "ETag": _header(
        'The tag of these bytes, `"N.digest"`: N is the revision of a record, else the release.',
        pattern='^"[0-9]+\\.([0-9]+-)?[0-9a-f]+"$',
    ),
    "Link": _header("Where the answer and its next page are (RFC 8288)."),
    "Content-Disposition": _header("The name of the file, where the answer is one."),
    "Location": _header("The address of the record that was made.", format="uri-reference"),
    "Preference-Applied": _header("`return=minimal`, where the record was left out."),
    "Idempotency-Replayed": _header(
        "`true` where this is the answer to the first request under the same Idempotency-Key.",
        enum=["true"],
    ),
    "WWW-Authenticate": _header("How to send a key.", required=True),
}
#: In every answer, as the description begins with; named at problems alone, which are said once.
EVERYWHERE = ("X-Request-Id", "RateLimit-Policy", "RateLimit")
_OF_ERRORS = {
    "304": ("ETag",),
    "401": ("WWW-Authenticate",),
    "default": ("Retry-After",),
}
_OF_WRITES = {
    "200": ("ETag", "Idempotency-Replayed"),
    "201": ("ETag", "Location", "Idempotency-Replayed", "Preference-Applied"),
    "204": ("ETag", "Idempotency-Replayed", "Preference-Applied"),
}


def parameters_of(described: Described, operation: Mapping[str, Any]) -> list[Described]:
    """The parameters of an operation, those said elsewhere in their place."""
    shared = described.get("components", {}).get("parameters", {})
    given = operation.get("parameters", ())
    return [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in given]


def declare_headers(described: Described) -> None:
    """Name at each answer the headers that it has, besides those that every answer has."""
    for _path, method, operation in operations(described):
        for status, response in operation["responses"].items():
            names: tuple[str, ...] = _OF_ERRORS.get(status, ())
            if method == "get" and status == "200":
                names = _headers_of_read(operation, response)
            elif operation.get("security"):
                names += _OF_WRITES.get(status, ())
            if status > "3":
                names += EVERYWHERE
            if names:
                response["headers"] = {
                    name: {"$ref": f"#/components/headers/{name}"} for name in names
                }
    described["components"]["headers"] = HEADERS


def _headers_of_read(operation: Described, response: Described) -> tuple[str, ...]:
    """The headers of an answer to a read: pages have links, an archive has a name."""
    files = "application/zip" in response["content"]
    pages = any(one["name"] == "limit" for one in operation.get("parameters", ()))
    return ("ETag", *(("Link",) if pages else ()), *(("Content-Disposition",) if files else ()))


def share_responses(described: Described) -> None:
    """Move the answers that several operations give alike, such as problems, to the components."""
    shared = described["components"].setdefault("responses", {})
    found = [
        (operation["responses"], status, response)
        for _path, _method, operation in operations(described)
        for status, response in operation["responses"].items()
    ]
    uses = Counter(_text(response) for _responses, _status, response in found)
    for responses, status, response in found:
        if uses[_text(response)] > 1 and _is_named(response):
            name = _name_of_response(status, response)
            if shared.setdefault(name, response) == response:  # another of its name stays in place
                responses[status] = {"$ref": f"#/components/responses/{name}"}


def _is_named(response: Described) -> bool:
    """Whether all that an answer holds has a name."""
    return all("$ref" in one["schema"] for one in response.get("content", {}).values())


def _name_of_response(status: str, response: Described) -> str:
    """The kind of a problem, else the shape of the answer, and that it is of something new."""
    if status in _PROBLEM_NAMES:
        return _PROBLEM_NAMES[status]
    shapes: list[str] = [one["schema"]["$ref"] for one in response.get("content", {}).values()]
    if not shapes:
        return {"204": "NoContent", "304": "NotModified"}[status]
    return shapes[0].rpartition("/")[2] + ("Made" if status == "201" else "")


def share_parameters(described: Described) -> None:
    """Move the parameters that several operations take alike to the components."""
    uses: Counter[bytes] = Counter()
    variants: dict[str, set[bytes]] = {}
    for _path, _method, operation in operations(described):
        for parameter in operation.get("parameters", ()):
            text = _text(parameter)
            uses[text] += 1
            variants.setdefault(_name_of(parameter), set()).add(text)
    shared = described["components"].setdefault("parameters", {})
    names: dict[bytes, str] = {}
    for path, method, operation in operations(described):
        for index, parameter in enumerate(operation.get("parameters", ())):
            text, name = _text(parameter), _name_of(parameter)
            if uses[text] > 1:
                if text not in names:
                    alone = len(variants[name]) == 1
                    names[text] = name if alone else _name_within(name, path, method, shared)
                    shared[names[text]] = parameter
                operation["parameters"][index] = {"$ref": f"#/components/parameters/{names[text]}"}


def _name_of(parameter: Described) -> str:
    """The name that a parameter has where it is the only one of its name."""
    name: str = parameter["name"]
    return f"this_{name}" if parameter["in"] == "path" else name


def _name_within(name: str, path: str, method: str, taken: Mapping[str, Any]) -> str:
    """A name for one of several parameters of a name, from the address that takes it first."""
    parts = [part for part in path.split("/")[2:] if "{" not in part]
    candidates = [f"{'_'.join(parts[:length])}_{name}" for length in range(1, len(parts) + 1)]
    candidates.append(f"{method}_{'_'.join(parts)}_{name}")
    return next(one for one in candidates if one not in taken)


def operations(described: Described) -> Iterator[tuple[str, str, Described]]:
    """Every operation with its path and method."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _text(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
