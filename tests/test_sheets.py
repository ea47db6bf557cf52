"""Sheets of every answer that is made of rows, and lists in the order of their dates."""

import csv
import io
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.records.base import Record
from app.records.kinds import KINDS
from tests.conftest import World
from tests.description import inlined
from tests.reports import PAPERS

#: Answers that are no rows: one record or dossier, a citation, a file, a protocol of its own.
NO_ROWS = {
    "/v1",
    "/v1/countries/{id}/profile",
    "/v1/documents/{id}/citation",
    "/v1/datasets/{id}/citation",
    "/v1/export/{dataset}.zip",
}


def row_operations(client: TestClient) -> dict[str, Any]:
    """The reads whose answer is made of rows, by path, with their example parameters."""
    paths = inlined(client.get("/openapi.json").json())["paths"]
    singular = {f"/v1/{kind.path}/{{id}}" for kind in KINDS.values()}
    return {
        path: operations["get"]
        for path, operations in paths.items()
        if "get" in operations
        and path.startswith("/v1/")
        and path not in NO_ROWS | singular
        and "reconcile" not in path
        and not path.endswith(("/text", "}"))
    }


def test_every_answer_made_of_rows_is_csv_when_asked(client: TestClient) -> None:
    asked = row_operations(client)
    assert {"/v1/matrix", "/v1/network", "/v1/changes", "/v1/codebook", "/v1/alignment"} <= {*asked}
    without = []
    for path, operation in asked.items():
        query = {
            one["name"]: one["example"]
            for one in operation["parameters"]
            if one["in"] == "query" and one.get("required") and "example" in one
        }
        kind = next((k for k in KINDS.values() if path.startswith(f"/v1/{k.path}/")), None)
        address = path.replace("{id}", kind.example_id if kind else "")
        if path == "/v1/alignment":
            query["a"] = "KAZ"
        if path == "/v1/search":
            query["q"] = "nato"
        answer = client.get(address, params=query, headers={"Accept": "text/csv"})
        same = client.get(address, params={**query, "format": "csv"})
        if not answer.headers["content-type"].startswith("text/csv") or answer.text != same.text:
            without.append((path, answer.status_code, answer.text[:200]))
            continue
        header, *rows = csv.reader(io.StringIO(answer.text))
        assert len(set(header)) == len(header), path
        assert all(len(row) == len(header) for row in rows), path
    assert without == []


def test_the_sheet_of_a_matrix_is_all_of_it_and_says_what_its_cells_say(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/matrix?format=csv").text)))
    cells = client.get("/v1/matrix?holder_limit=200&question_limit=200").json()["data"]["cells"]
    told = [(c["holder"]["id"], c["question"]["id"], c["stance"], c["confidence"]) for c in cells]
    assert [tuple(r[n] for n in ("holder", "question", "stance", "confidence")) for r in rows] == [
        (*one[:3], one[3] or "") for one in told
    ]


def test_the_sheet_of_a_network_has_its_ties_with_names(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/network?format=csv").text)))
    answer = client.get("/v1/network").json()["data"]
    names = {node["id"]: node["ref"]["name"] for node in answer["nodes"]}
    assert [(r["source"], r["relation"], r["target"]) for r in rows] == [
        (tie["source"], tie["relation"], tie["target"]) for tie in answer["ties"]
    ]
    assert all(
        (r["source_name"], r["target_name"]) == (names[r["source"]], names[r["target"]])
        for r in rows
    )


def date_fields(record: type[Record]) -> list[str]:
    """The dates that a record has of its own."""
    return [n for n, field in record.model_fields.items() if "VagueDate" in str(field.annotation)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_can_be_sorted_by_its_own_dates(client: TestClient, kind: str) -> None:
    for name in date_fields(KINDS[kind].record):
        for sort in (name, f"-{name}"):
            answer = client.get(f"/v1/{KINDS[kind].path}?sort={sort}&limit=500")
            assert answer.status_code == 200, answer.text
            days = [_day(row[name]) for row in answer.json()["data"]]
            assert days == sorted(days, reverse=sort.startswith("-")), sort


def _day(date: dict[str, Any] | None) -> str:
    """The place of a date: its first day, of an open beginning its last; the undated at one end."""
    return (date["earliest"] or date["latest"] or "9999-99-99") if date and date["edtf"] else ""


def test_roll_calls_are_read_by_day_page_by_page(world: World) -> None:
    days = ["1996-11-04", "1950", "../1949", "1999-04", "1996-11-05"]
    client = world(
        documents=PAPERS,
        questions="".join(
            f"- {{id: call-{i}, title: 'Vote {i}?', proposition: Yes, kind: vote, date: '{day}'}}\n"
            for i, day in enumerate(days)
        ),
    )
    found, address = [], "/v1/questions?sort=-date&limit=2"
    while address:
        page = client.get(address).json()
        found += [one["date"]["edtf"] for one in page["data"]]
        address = page["links"]["next"]
    assert found == ["1999-04", "1996-11-05", "1996-11-04", "1950", "../1949"]
