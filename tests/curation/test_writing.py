"""Records are changed through the API, and nobody overwrites another."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.records.kinds import KINDS, Kind
from tests.curation.conftest import match, topic
from tests.description import as_served, inlined

PATHS = [kind.path for kind in KINDS.values()]


def test_what_was_read_can_be_written_back(desk: TestClient) -> None:
    """Every record of the shipped data, put back as it was served, changes nothing."""
    for path in PATHS:
        for record in desk.get(f"/v1/{path}", params={"limit": "500"}).json()["data"]:
            headers = {"If-Match": f'"{record["revision"]}"'}
            answer = desk.put(f"/v1/{path}/{record['id']}", json=record, headers=headers)
            assert answer.status_code == 200, answer.text
            assert answer.json()["data"] == record
    assert desk.get("/v1/topics").json()["meta"]["release"] == 1


def test_a_record_is_made_and_answered_as_a_get_would(desk: TestClient) -> None:
    made = desk.post("/v1/topics", json=topic())
    assert made.status_code == 201
    assert made.headers["location"] == "/v1/topics/railways"
    read = desk.get("/v1/topics/railways")
    assert read.content == made.content
    assert read.headers["etag"] == made.headers["etag"]
    assert made.headers["etag"].startswith('"1.')


def test_nothing_stands_below_itself(desk: TestClient) -> None:
    for one, above in (("a", None), ("b", "a"), ("c", "b")):
        assert desk.post("/v1/topics", json=topic(one, parent=above)).status_code == 201
    for one, above in (("a", "a"), ("a", "c")):
        address = f"/v1/topics/{one}"
        answer = desk.patch(address, json={"parent": above}, headers=match(desk, address))
        assert answer.status_code == 422
        assert "'a' would stand below itself" in answer.text
    lines = [
        f'{{"kind": "organization", "record": {{"id": "{one}", "dataset": "reference", '
        f'"name": "{one}", "parent": "{other}"}}}}'
        for one, other in (("left", "right"), ("right", "left"))
    ]
    headers = {"Content-Type": "application/x-ndjson"}
    answer = desk.post("/v1/imports", content="\n".join(lines), headers=headers)
    assert answer.status_code == 422
    assert "would stand below itself" in answer.text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ('"1"', 200),
        ('"9", "1"', 200),
        ('"1.abc"', 200),
        ('x"1"', 412),
        ('"1"x', 412),
        ('"1", *', 412),
        ('W/"1"', 412),
        ("1", 412),
    ],
)
def test_if_match_is_a_list_of_tags(desk: TestClient, given: str, status: int) -> None:
    desk.post("/v1/topics", json=topic())
    answer = desk.patch("/v1/topics/railways", json={"name": "Rails"}, headers={"If-Match": given})
    assert answer.status_code == status


@pytest.mark.parametrize("given", ["return=minimal", "Return = Minimal", "wait=5, return=minimal"])
def test_a_caller_may_prefer_to_be_told_little(desk: TestClient, given: str) -> None:
    answer = desk.post("/v1/topics", json=topic(), headers={"Prefer": given})
    assert (answer.status_code, answer.content) == (201, b"")


def test_ids_are_not_given_twice(desk: TestClient) -> None:
    assert desk.post("/v1/topics", json=topic()).status_code == 201
    taken = desk.post("/v1/topics", json=topic())
    assert taken.status_code == 409
    assert "/v1/topics/railways" in taken.json()["detail"]
    person = {"id": "nato", "dataset": "reference", "name": "Somebody"}
    assert desk.post("/v1/people", json=person).status_code == 409


def test_a_change_says_which_revision_it_was_made_from(desk: TestClient) -> None:
    made = desk.post("/v1/topics", json=topic()).headers["etag"]
    address = "/v1/topics/railways"
    change = {"name": "Rails"}
    assert desk.patch(address, json=change).status_code == 428
    assert desk.patch(address, json=change, headers={"If-Match": "*"}).status_code == 428
    first = desk.patch(address, json=change, headers={"If-Match": made})
    assert first.status_code == 200
    assert first.headers["etag"].startswith('"2.')
    for stale in (made, '"1"', 'W/"2"', "2", '"22"', '"2x"'):
        answer = desk.patch(address, json={"name": "Lost"}, headers={"If-Match": stale})
        assert answer.status_code == 412, stale
        assert desk.delete(address, headers={"If-Match": stale}).status_code == 412
    several = {"If-Match": '"1.abc", "2.whatever"'}
    assert desk.patch(address, json={"name": "Ways"}, headers=several).status_code == 200


def test_a_change_to_another_record_never_refuses_mine(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic("a"))
    mine = match(desk, "/v1/topics/a")
    desk.post("/v1/topics", json=topic("b"))
    assert desk.patch("/v1/topics/a", json={"name": "A"}, headers=mine).status_code == 200


def test_a_patch_replaces_removes_and_leaves(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic(summary="About rails", parent="military-cooperation"))
    headers = match(desk, "/v1/topics/railways")
    patch = {"summary": None, "name": "Rails"}
    answer = desk.patch(
        "/v1/topics/railways",
        json=patch,
        headers=headers | {"Content-Type": "application/merge-patch+json"},
    )
    if answer.status_code == 412:
        pytest.fail(answer.text)
    record = answer.json()["data"]
    assert (record["name"], record["summary"]) == ("Rails", None)


def test_a_patch_of_a_date_works_out_its_bounds_again(desk: TestClient) -> None:
    opinion = next(o for o in _all(desk, "opinions") if o["stated"] and o["stated"]["edtf"])
    address = f"/v1/opinions/{opinion['id']}"
    patch = {"stated": {"edtf": "2005", "text": "in 2005"}}
    answer = desk.patch(address, json=patch, headers=match(desk, address))
    stated = answer.json()["data"]["stated"]
    assert (stated["earliest"], stated["latest"]) == ("2005-01-01", "2005-12-31")


def test_an_id_never_changes(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic())
    headers = match(desk, "/v1/topics/railways")
    for method in ("PUT", "PATCH"):
        body = topic("roads")
        answer = desk.request(method, "/v1/topics/railways", json=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/id"


def test_put_makes_a_record_where_the_caller_says_there_is_none(desk: TestClient) -> None:
    new = {"If-None-Match": "*"}
    body = topic()
    assert desk.put("/v1/topics/railways", json=body).status_code == 404
    assert desk.put("/v1/topics/railways", json=body, headers=new).status_code == 201
    assert desk.put("/v1/topics/railways", json=body, headers=new).status_code == 412


def test_what_others_cite_is_not_removed(desk: TestClient) -> None:
    answer = desk.delete("/v1/countries/KAZ", headers=match(desk, "/v1/countries/KAZ"))
    assert answer.status_code == 409
    citers = [fault["detail"] for fault in answer.json()["errors"]]
    assert any("/v1/opinions/" in citer for citer in citers)
    assert any("/v1/agreements/" in citer for citer in citers)
    dataset = "/v1/datasets/reference"
    many = desk.delete(dataset, headers=match(desk, dataset)).json()
    assert many["detail"].startswith("100 or more records cite dataset 'reference'")
    assert len(many["errors"]) == 100


def test_a_removed_record_is_gone_and_its_numbering_goes_on(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic())
    headers = match(desk, "/v1/topics/railways")
    assert desk.delete("/v1/topics/railways", headers=headers).status_code == 204
    assert desk.get("/v1/topics/railways").status_code == 404
    again = desk.post("/v1/topics", json=topic())
    assert again.json()["data"]["revision"] == 2
    assert desk.delete("/v1/topics/railways", headers=headers).status_code == 412


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"stance": "suport"}, "/stance"),
        ({"holder": "nobody-known"}, "/holder"),
        ({"question": "no-such-question"}, "/question"),
        ({"evidence": []}, ""),
        ({"stated": {"edtf": "2004-13"}}, "/stated"),
        ({"stated": {"edtf": ["2004"], "text": "in 2004"}}, "/stated"),
        ({"stated": {"edtf": ""}}, "/stated"),
    ],
)
def test_faults_point_at_the_field(desk: TestClient, change: Any, pointer: str) -> None:
    opinion = _all(desk, "opinions")[0]
    headers = {"If-Match": f'"{opinion["revision"]}"'}
    answer = desk.patch(f"/v1/opinions/{opinion['id']}", json=change, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert desk.get(f"/v1/opinions/{opinion['id']}").json()["data"] == opinion


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_field_of_any_record_takes_a_control_character(desk: TestClient, kind: Kind) -> None:
    record = desk.get(f"/v1/{kind.path}?limit=1").json()["data"][0]
    for field in kind.record.model_fields:
        answer = desk.patch(
            f"/v1/{kind.path}/{record['id']}",
            json={field: "KAZ\x1factor:KAZ"},
            headers={"If-Match": f'"{record["revision"]}"'},
        )
        assert answer.status_code == 422, f"{field}: {answer.text}"


def test_a_span_outside_its_document_is_refused(desk: TestClient) -> None:
    opinion = _all(desk, "opinions")[0]
    evidence = opinion["evidence"][0] | {"start": 90_000_000, "end": 90_000_010}
    address = f"/v1/opinions/{opinion['id']}"
    answer = desk.patch(address, json={"evidence": [evidence]}, headers=match(desk, address))
    assert answer.status_code == 422
    assert "lies outside the document" in answer.text


def test_prefer_minimal_leaves_out_the_record(desk: TestClient) -> None:
    minimal = {"Prefer": "return=minimal"}
    made = desk.post("/v1/topics", json=topic(), headers=minimal)
    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["preference-applied"] == "return=minimal"
    headers = minimal | {"If-Match": made.headers["etag"]}
    changed = desk.patch("/v1/topics/railways", json={"name": "R"}, headers=headers)
    assert (changed.status_code, changed.content) == (204, b"")
    assert changed.headers["etag"].startswith('"2.')


def test_what_a_write_answers_is_declared_whether_or_not_the_record_is_left_out() -> None:
    declared = inlined(as_served())["paths"]
    made = {"post": {"201"}, "put": {"200", "201", "204"}, "patch": {"200", "204"}}
    for path in PATHS:
        for method, statuses in made.items():
            told = declared[f"/v1/{path}" if method == "post" else f"/v1/{path}/{{id}}"][method]
            assert {status for status in told["responses"] if status < "3"} == statuses
            if "201" in statuses:
                assert "no body" in told["responses"]["201"]["description"]


def test_a_record_needs_its_id_only_where_no_address_says_it(desk: TestClient) -> None:
    schemas = as_served()["components"]["schemas"]
    nameless = {name: value for name, value in topic().items() if name != "id"}
    assert "id" in schemas["NewTopic"]["required"]
    assert desk.post("/v1/topics", json=nameless).status_code == 422
    assert "id" not in schemas["TopicInput"]["required"]
    once = {"If-None-Match": "*"}
    assert desk.put("/v1/topics/railways", json=nameless, headers=once).status_code == 201


def test_the_same_request_again_has_one_effect_and_the_first_answer(desk: TestClient) -> None:
    once = {"Idempotency-Key": "my-first"}
    first = desk.post("/v1/topics", json=topic(), headers=once)
    desk.patch("/v1/topics/railways", json={"name": "R"}, headers={"If-Match": '"1"'})
    again = desk.post("/v1/topics", json=topic(), headers=once)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    other = desk.post("/v1/topics", json=topic("roads"), headers=once)
    assert other.status_code == 422
    assert other.json()["errors"][0]["parameter"] == "Idempotency-Key"
    elsewhere = desk.post("/v1/groups", json=topic(), headers=once)
    assert elsewhere.status_code == 422


def test_what_was_refused_may_be_tried_again_under_the_same_key(desk: TestClient) -> None:
    once = {"Idempotency-Key": "my-second"}
    child = topic(parent="transport")
    assert desk.post("/v1/topics", json=child, headers=once).status_code == 422
    desk.post("/v1/topics", json=topic("transport"))
    assert desk.post("/v1/topics", json=child, headers=once).status_code == 201


@pytest.mark.parametrize("given", ["", "a b", "x" * 256])
def test_an_idempotency_key_that_is_none_is_refused(desk: TestClient, given: str) -> None:
    answer = desk.post("/v1/topics", json=topic(), headers={"Idempotency-Key": given})
    assert answer.status_code == 422


def test_a_method_that_is_not_taken_is_told_all_that_are(desk: TestClient) -> None:
    assert "POST" in desk.patch("/v1/topics").headers["allow"]
    allowed = desk.post("/v1/topics/railways").headers["allow"].split(", ")
    assert {"GET", "PUT", "PATCH", "DELETE"} <= set(allowed)


def test_openapi_says_what_a_change_needs(desk: TestClient) -> None:
    described = inlined(desk.get("/openapi.json").json())
    for path in PATHS:
        item = described["paths"][f"/v1/{path}/{{id}}"]
        for method in ("put", "patch", "delete"):
            headers = {p["name"]: p["required"] for p in item[method]["parameters"]}
            assert headers["If-Match"] is (method != "put")
            assert ("If-None-Match" in headers) is (method == "put"), "which may stand instead"
            assert {"401", "403", "412", "428", "422"} <= set(item[method]["responses"])
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def _all(client: TestClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/v1/{path}", params={"limit": "500"}).json()["data"]
    return found


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("opinions", "is already the id of an opinion"),
        ("agreements", "is already the id of an agreement"),
        ("organizations", "is already the id of an organization"),
        ("people", "is already the id of a person"),
    ],
)
def test_a_refusal_of_an_id_that_is_taken_has_the_right_article(
    desk: TestClient, kind: str, said: str
) -> None:
    taken = desk.get(f"/v1/{kind}?limit=1").json()["data"][0]["id"]
    written = desk.get(f"/v1/{kind}/{taken}").json()["data"]
    refusal = desk.post(f"/v1/{kind}", json=written)
    assert refusal.status_code == 409, refusal.text
    assert said in refusal.json()["detail"]
