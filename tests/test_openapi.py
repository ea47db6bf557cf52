"""What the API's description says is what is sent, and what it forbids is refused."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from app.web.openapi.examples import addresses
from app.web.problems import PROBLEM_JSON
from tests.description import DESCRIPTION, as_served

SERVED = as_served()
SCHEMAS = SERVED["components"]["schemas"]
READS = {path: told["get"] for path, told in DESCRIPTION["paths"].items() if "get" in told}
#: What every answer of any server may have, or a page's safety asks for.
GENERAL = {
    *("content-type", "content-length", "content-encoding", "cache-control", "vary"),
    *("content-security-policy", "x-content-type-options", "referrer-policy"),
    "cross-origin-opener-policy",
}

#: What the description says of every answer in its beginning.
EVERYWHERE = {
    name.lower() for name in re.findall("`([A-Z][A-Za-z-]+)`", SERVED["info"]["description"])
}


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all within it."""
    if isinstance(schema, dict):
        yield schema
        for name, each in schema.items():
            inner = each.values() if name == "properties" else [each]
            for one in inner:
                yield from schemas_in(one)
    elif isinstance(schema, list):
        for each in schema:
            yield from schemas_in(each)


def fitting(schema: dict[str, Any], value: Any) -> bool:
    """Whether a value fits a schema of the description."""
    whole = {**schema, "components": SERVED["components"]}
    return not list(jsonschema.Draft202012Validator(whole).iter_errors(value))


def check(schema: dict[str, Any], value: Any) -> None:
    jsonschema.Draft202012Validator({**schema, "components": SERVED["components"]}).validate(value)


def address_of(path: str) -> str:
    """The address that the page of the description asks as it opens: every `example` filled in."""
    told = SERVED["paths"][path]["get"].get("parameters", ())
    shared = SERVED["components"]["parameters"]
    told = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in told]
    given = {one["name"]: one["example"] for one in told if "example" in one}
    plain = {name: ",".join(v) if isinstance(v, list) else v for name, v in given.items()}
    query = "&".join(
        f"{one['name']}={plain[one['name']]}"
        for one in told
        if one["in"] == "query" and one["name"] in plain
    )
    places = {one["name"]: plain[one["name"]] for one in told if one["in"] == "path"}
    return path.format(**places) + (f"?{query}" if query else "")


def check_headers(told: dict[str, Any], answer: Any) -> None:
    """Hold an answer to the headers that are declared."""
    declared = {name.lower(): one for name, one in told.get("headers", {}).items()}
    assert set(answer.headers) <= GENERAL | EVERYWHERE | set(declared), answer.url
    assert "x-request-id" in answer.headers, answer.url
    for name in declared.keys() & set(answer.headers):
        assert fitting(declared[name]["schema"], answer.headers[name]), (name, answer.url)
    missing = {name for name, one in declared.items() if one.get("required")}
    assert missing <= set(answer.headers), answer.url


def test_bounds_are_said_by_the_keywords_of_json_schema() -> None:
    said = json.dumps(SERVED["components"]["schemas"])
    for name in ("ge", "gt", "le", "lt", "min_length", "max_length"):  # as pydantic calls them
        assert f'"{name}":' not in said


def test_the_description_says_each_thing_once() -> None:
    assert len(json.dumps(SERVED, separators=(",", ":"), ensure_ascii=False).encode()) <= 370_000
    for path, methods in SERVED["paths"].items():
        for method, told in methods.items():
            for status, response in told["responses"].items():
                assert status < "3" or "$ref" in response, (path, method, status)
    said = [
        json.dumps(parameter, sort_keys=True)
        for methods in SERVED["paths"].values()
        for told in methods.values()
        for parameter in told.get("parameters", ())
        if "$ref" not in parameter
    ]
    assert len(said) == len(set(said))


def test_no_schema_has_a_default_that_a_generator_would_take_for_a_member() -> None:
    for name, schema in SCHEMAS.items():
        for part in schemas_in(schema):
            assert "default" not in part, name


def test_answers_are_open_to_fields_that_are_added_and_requests_are_not() -> None:
    for name, schema in SCHEMAS.items():
        closed = [p for p in schemas_in(schema) if p.get("additionalProperties") is False]
        assert not closed or name.endswith(("Input", "Patch", "GivenDate")), name
    for name in ("OpinionInput", "OpinionPatch", "SpanInput"):
        assert SCHEMAS[name]["additionalProperties"] is False


def test_every_parameter_and_every_member_of_a_change_has_a_type() -> None:
    words = {"type", "$ref", "anyOf", "oneOf", "enum", "readOnly"}
    for path, methods in DESCRIPTION["paths"].items():
        for told in methods.values():
            for parameter in told["parameters"]:
                assert words & set(parameter["schema"]), (path, parameter["name"])
    for name, schema in SCHEMAS.items():
        if name.endswith("Patch"):
            for member, shape in schema["properties"].items():
                assert words & set(shape), (name, member)


@pytest.mark.parametrize("path", READS)
def test_the_page_of_the_description_asks_what_gives_data(client: TestClient, path: str) -> None:
    answer = client.get(address_of(path))
    told = READS[path]["responses"]["200"]
    assert answer.status_code == 200, answer.text[:500]
    check_headers(told, answer)
    if answer.headers["content-type"] == "application/json":
        check(told["content"]["application/json"]["schema"], answer.json())
        said_to_be_empty = "The shipped data have none" in READS[path]["description"]
        assert bool(answer.json().get("data", True)) is not said_to_be_empty
        assert said_to_be_empty is (path == "/v1/contradictions")
    else:
        assert answer.content


@pytest.mark.parametrize("path", READS)
def test_a_question_that_is_refused_is_answered_as_declared(client: TestClient, path: str) -> None:
    address = address_of(path)
    answer = client.get(f"{address}{'&' if '?' in address else '?'}no_such_parameter=1")
    assert answer.status_code == 422
    told = READS[path]["responses"]["422"]
    check(told["content"][PROBLEM_JSON]["schema"], answer.json())
    check_headers(told, answer)


@pytest.mark.parametrize(
    "path", [path for path in addresses(SERVED) if "404" in READS[path]["responses"]]
)
def test_what_is_not_there_is_answered_as_declared(client: TestClient, path: str) -> None:
    answer = client.get(
        path.format(id="nobody-at-all", number="9999", dataset="none", style="text")
    )
    assert answer.status_code in (404, 422)
    told = READS[path]["responses"][str(answer.status_code)]
    check(told["content"][PROBLEM_JSON]["schema"], answer.json())
    check_headers(told, answer)
