"""Examples for OpenAPI: real answers over the shipped seeds, each list cut to one row.

They are stored in `examples.json`, which `scripts/refresh-examples` makes and a test compares with
what the service answers. Moments are of the day somebody loaded the seeds, so they are all made
one: that they are the only thing that differs is what the test holds.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from app.web.openapi.components import parameters_of

JSON = "application/json"
EXAMPLES = Path(__file__).parent / "examples.json"
LONGEST_TEXT = 50
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_SOME_MOMENT = "2026-11-24T12:00:00.000000Z"

Described = dict[str, Any]


def read_examples() -> dict[str, Any]:
    """The answers by path."""
    examples: dict[str, Any] = orjson.loads(EXAMPLES.read_bytes())
    return examples


def add_examples(described: Described) -> None:
    """Show at every path of a description what it answers."""
    examples = read_examples()
    for path, content in _answers(described):
        if path in examples:
            content["example"] = examples[path]


def is_shown(path: str) -> bool:
    """Whether a path has an example: a revision looks as its item, and all lists of them alike."""
    return "/revisions" not in path or path == "/v1/opinions/{id}/revisions"


def addresses(described: Described) -> dict[str, str]:
    """For each path that answers with JSON, an address that its own examples make."""
    paths = described["paths"]
    return {
        path: _address(path, parameters_of(described, paths[path]["get"]))
        for path, _ in _answers(described)
    }


def shortened(answer: Any) -> Any:
    """An answer with lists cut to their first item, prose to a line, moments made one."""
    match answer:
        case list():
            return [shortened(item) for item in answer[:1]]
        case dict():
            return {key: shortened(value) for key, value in answer.items()}
        case str():
            text = _MOMENT.sub(_SOME_MOMENT, answer)
            return textwrap.shorten(text, LONGEST_TEXT, placeholder=" …") if " " in text else text
        case _:
            return answer


def _answers(described: Described) -> Iterator[tuple[str, Described]]:
    """The paths that answer with JSON, each with its content in the description."""
    for path, methods in described["paths"].items():
        response = methods.get("get", {}).get("responses", {}).get("200", {})
        if "$ref" in response:  # as of a kind without examples, whose answers are all alike
            name = response["$ref"].rpartition("/")[2]
            response = described["components"]["responses"][name]
        content = response.get("content", {})
        if path.startswith("/v1") and JSON in content:
            yield path, content[JSON]


def _address(path: str, parameters: Sequence[Mapping[str, Any]]) -> str:
    places = {one["name"]: one["example"] for one in parameters if one["in"] == "path"}
    query = {
        one["name"]: _plain(one["example"])
        for one in parameters
        if one["in"] == "query" and one.get("required")
    }
    asked = urlencode(query, safe=",")
    return path.format(**places) + (f"?{asked}" if asked else "")


def _plain(example: Any) -> Any:
    return ",".join(example) if isinstance(example, list) else example
