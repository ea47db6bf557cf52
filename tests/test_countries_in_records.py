"""What a country is called in a record that is written, loaded or imported."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.db import Database
from app.records.faults import FaultyRecords
from app.records.seeds import load_seeds
from tests.conftest import World, write_seeds

COUNTRIES = """
- {id: KAZ, name: Kazakhstan, iso3166_1_alpha2: KZ, iso3166_1_numeric: '398'}
- {id: IRL, name: Ireland}
- {id: CSK, name: Czechoslovakia, iso3166_1_alpha2: CS, valid_to: 1992-12-31}
- {id: SCG, name: Serbia and Montenegro, iso3166_1_alpha2: CS, valid_from: 2003-02-04,
   valid_to: 2006-06-03}
"""
QUESTIONS = "- {id: plan, title: Plan, proposition: A plan., kind: policy}"
PAPERS = "- {id: paper, title: Paper, source_type: official}"


@pytest.mark.parametrize("name", ["KAZ", "kz", "KZ", "398", "kazakhstan", "КАЗАХСТАН"])
def test_a_seed_may_call_a_country_by_any_name(world: World, name: str) -> None:
    client = world(countries=COUNTRIES, people=f"- {{id: ann, name: Ann, country: '{name}'}}")
    assert client.get("/v1/people/ann").json()["data"]["country"]["id"] == "KAZ"
    assert client.get("/v1/people?country=KAZ").json()["meta"]["total"] == 1


def opinion(holder: str, stated: str | None) -> str:
    told = {
        "id": "said",
        "holder": holder,
        "question": "plan",
        "stance": "support",
        "attribution": "paraphrase",
        "stated": stated,
        "evidence": [{"document": "paper", "record": "a"}],
    }
    return json.dumps([told])


DATED: list[tuple[str, str | None, str]] = [
    ("KZ", None, "KAZ"),
    ("Republic of Ireland", None, "IRL"),
    ("CS", "1968-08-21", "CSK"),
    ("CS", "1990", "CSK"),
    ("CS", "2004-05", "SCG"),
]


@pytest.mark.parametrize(("holder", "stated", "meant"), DATED)
def test_the_day_of_an_opinion_says_which_state_held_it(
    world: World, holder: str, stated: str | None, meant: str
) -> None:
    told: dict[str, Any] = {"questions": QUESTIONS, "documents": PAPERS, "countries": COUNTRIES}
    client = world(**told, opinions=opinion(holder, stated))
    found = client.get("/v1/opinions/said").json()["data"]
    assert found["holder"]["id"] == meant
    assert client.get(f"/v1/opinions?holder={meant}").json()["meta"]["total"] == 1


@pytest.mark.parametrize("stated", [None, "1990/2005", "1998"])
def test_a_code_of_two_states_is_a_fault_that_names_both(
    database: Database, tmp_path: Path, stated: str | None
) -> None:
    folder = write_seeds(
        tmp_path / "small",
        questions=QUESTIONS,
        documents=PAPERS,
        countries=COUNTRIES,
        opinions=opinion("CS", stated),
    )
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(database, [folder])
    [fault] = refused.value.faults
    assert fault.field == "holder"
    assert "CSK (Czechoslovakia, until 1992-12-31)" in fault.detail
    assert "SCG (Serbia and Montenegro, 2003-02-04 to 2006-06-03)" in fault.detail


def test_a_capital_in_a_record_is_a_fault_that_names_its_state(
    database: Database, tmp_path: Path
) -> None:
    folder = write_seeds(
        tmp_path / "small",
        questions=QUESTIONS,
        documents=PAPERS,
        countries=COUNTRIES,
        opinions=opinion("Astana", None),
    )
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(database, [folder])
    [fault] = refused.value.faults
    assert fault.field == "holder"
    assert fault.detail == "'Astana' is the capital of KAZ (Kazakhstan): write the state"
