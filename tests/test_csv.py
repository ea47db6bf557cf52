"""CSV that any reader reads back: quoted as the csv module quotes, and never a formula."""

import csv
import io
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.testclient import TestClient

from app.web.formats.csv import cells_of, csv_text, write_csv
from app.web.requests.context import ReadContext

CELLS = st.text(alphabet=st.sampled_from("a ,\"\n\r\té=+-@;'0"), max_size=6)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5)
)


@given(TABLES)
def test_cells_are_quoted_as_the_csv_module_quotes_them(rows: list[list[str]]) -> None:
    expected = io.StringIO()
    safe = [[f"'{cell}" if cell[:1] in set("=+-@\t\r") else cell for cell in row] for row in rows]
    csv.writer(expected).writerows(safe)
    columns = list(map(cells_of, zip(*rows, strict=True)))
    assert csv_text(columns) == expected.getvalue().encode()


@pytest.mark.parametrize(
    "column",
    [[1, True, 1], [0, 0.0, False, 0], [1.0, 1], ["1", 1], [None, None], [None, ""], [True, True]],
)
def test_what_is_equal_and_of_another_type_is_told_apart(column: list[Any]) -> None:
    class Row(BaseModel):
        id: int
        value: Any

    context = cast(
        ReadContext, SimpleNamespace(values={})
    )  # a column of numbers and texts asks for nothing
    part = [orjson.dumps({"id": n, "value": value}) for n, value in enumerate(column)]
    lines = b"".join(write_csv(context, Row, [part])).decode().splitlines()
    told = ["" if value is None else str(value) for value in column]
    assert lines == ["id,value", *(f"{n},{cell}" for n, cell in enumerate(told))]


def test_a_reference_is_its_id_and_its_name(client: TestClient) -> None:
    text = client.get("/v1/opinions?format=csv&id=gali-full-membership").text
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["holder"], row["holder_name"]) == ("azimbai-gali", "Azimbai Gali")
    assert row["question_name"] == "Should Kazakhstan become a full member of NATO?"
    assert row["evidence"].startswith('[{"document":"kazakhstan-nato-analysis"')
    assert row["speaker"] == row["speaker_name"] == ""
    assert row["stance_score"] == "2"


def test_a_date_keeps_what_it_is_a_set_of_and_how_it_was_inferred(client: TestClient) -> None:
    table = client.get("/v1/events?format=csv").text
    row, *_ = [r for r in csv.DictReader(io.StringIO(table)) if r["date_text"] == "Last December"]
    told = client.get(f"/v1/events/{row['id']}").json()["data"]["date"]
    assert {n: row[f"date_{n}"] for n in told} == told
    assert (row["date_edtf"], row["date_basis"]) == ("[2004-12,2005-12]", "inferred")
    assert row["date_reason"]


def test_what_a_mark_stands_for_is_in_the_sheet(client: TestClient) -> None:
    text = client.get("/v1/documents?dataset=kazakhstan-nato&format=csv").text
    [document] = csv.DictReader(io.StringIO(text))
    assert document["text_held"] == "False"
    datasets = csv.DictReader(io.StringIO(client.get("/v1/datasets?format=csv").text))
    assert '"opinions":64' in {row["id"]: row["counts"] for row in datasets}["kazakhstan-nato"]
    agreements = csv.DictReader(io.StringIO(client.get("/v1/agreements?format=csv").text))
    assert any('"id":"KAZ"' in row["parties"] for row in agreements)


def test_a_sheet_is_the_same_however_little_is_remembered_of_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/v1/opinions?format=csv&sort=-id").text
    monkeypatch.setattr("app.web.query.answers.CHUNK", 2)
    monkeypatch.setattr("app.web.formats.csv.MOST_REFS", 1)
    again = client.get("/v1/opinions?sort=-id", headers={"Accept": "text/csv"})  # no kept answer
    assert again.text == whole
    assert whole.count("\n") > 50
