"""Agreements: spells and acts of their parties, obligations, and how they stood on a day."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from starlette.testclient import TestClient

from app.db import Database
from app.db.migrate import config
from app.db.tables import agreements
from app.records.faults import FaultyRecords
from app.records.seeds import load_seeds
from tests.conftest import Make, served, write_seeds

LEAGUE = """
- id: league
  title: League of the valley
  agreement_type: treaty
  status: in_effect
  signed: 1992-05-15
  in_force: 1994-04-20
  parties:
    - actor: AAA
      role: member
      status: in_effect
      start: 1992-05-15
      acts:
        - {act: signed, date: 1992-05-15}
        - {act: entered_into_force, date: 1994-04-20}
    - actor: BBB
      role: member
      status: ended
      start: 1992-05-15
      end: 1999-04-02
      acts:
        - {act: signed, date: 1992-05-15}
        - {act: entered_into_force, date: 1994-04-20}
        - act: withdrew
          date: 1999-04-02
          confidence: medium
          evidence: [{document: letter, record: Notice}]
    - actor: BBB
      role: member
      status: in_effect
      start: 2006-08-16
      end_open: true
      obligations: [defense]
      acts: [{act: resumed, date: 2006-08-16}]
    - {actor: army, role: observer, status: in_effect, start: 2001}
  obligations: [{obligation_type: consultation, text: They talk first.}]
  evidence: [{document: list, record: League}]
- id: bygone
  title: A pact that ended
  agreement_type: accord
  status: ended
  signed: 1990
  in_force: 1991
  terminated: 1995-06
  parties: [{actor: AAA, role: signatory, status: ended, start: 1990, end: 1995-06}]
  evidence: [{document: list, record: Bygone}]
- id: undated
  title: An arrangement that nothing dates
  agreement_type: framework
  status: in_effect
  parties: [{actor: AAA, role: partner, status: in_effect}]
  evidence: [{document: list, record: Undated}]
"""
FILES = {
    "countries": """
- {id: AAA, name: Alfa}
- {id: BBB, name: Bravo}
- {id: CCC, name: Charlie}
""",
    "organizations": "- {id: army, name: Army of Charlie, country: CCC}",
    "documents": """
- {id: list, title: A list of treaties, source_type: dataset}
- {id: letter, title: A letter, source_type: official}
""",
    "agreements": LEAGUE,
}


@pytest.fixture(scope="module")
def valley(make_database: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with make_database("migrated") as url:
        database = Database(url)
        load_seeds(database, [write_seeds(tmp_path_factory.mktemp("seeds") / "valley", **FILES)])
        database.close()
        with served(url) as client:
            yield client


def found(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"/v1/agreements?{query}")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


def league_on(client: TestClient, day: str) -> dict[str, Any]:
    [league] = client.get(f"/v1/agreements?id=league&as_of={day}").json()["data"]
    assert isinstance(league, dict)
    return league


def test_a_party_that_left_and_came_back_has_two_spells(valley: TestClient) -> None:
    parties = valley.get("/v1/agreements/league").json()["data"]["parties"]
    left, back = (one for one in parties if one["actor"]["id"] == "BBB")
    assert (left["end"]["edtf"], left["end_open"]) == ("1999-04-02", False)
    assert (back["end"], back["end_open"], back["obligations"]) == (None, True, ["defense"])
    withdrew = left["acts"][-1]
    assert (withdrew["act"], withdrew["confidence"]) == ("withdrew", "medium")
    assert withdrew["evidence"] == [{"document": "letter", "record": "Notice"}]


@pytest.mark.parametrize(
    ("day", "status", "parties"),
    [
        ("1992-05-15", "signed", [("AAA", "signed", 1), ("BBB", "signed", 1)]),
        ("1994-04-20", "in_effect", [("AAA", "in_effect", 2), ("BBB", "in_effect", 2)]),
        ("1999-04-02", "in_effect", [("AAA", "in_effect", 2), ("BBB", "ended", 3)]),
        (
            "2006-08-16",
            "in_effect",
            [
                ("AAA", "in_effect", 2),
                ("BBB", "ended", 3),
                ("BBB", "in_effect", 1),
                ("army", "in_effect", 0),
            ],
        ),
    ],
)
def test_parties_acts_and_status_are_those_of_the_day(
    valley: TestClient, day: str, status: str, parties: list[tuple[str, str, int]]
) -> None:
    league = league_on(valley, day)
    assert league["status"] == status
    assert [(p["actor"]["id"], p["status"], len(p["acts"])) for p in league["parties"]] == parties


def test_what_came_after_the_day_is_not_shown(valley: TestClient) -> None:
    league = league_on(valley, "1993-01-01")
    assert league["in_force"] is None
    assert all(party["end"] is None for party in league["parties"])


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("as_of=1992-05-14", ["bygone"]),
        ("as_of=1989-12-31", []),
        ("party=BBB&as_of=1998-01-01", ["league"]),
        ("party=BBB&as_of=2003-01-01", []),
        ("party=BBB&as_of=2007-01-01", ["league"]),
        ("party=AAA&as_of=1996-01-01", ["league"]),
        ("party=AAA&as_of=1995-01-01", ["bygone", "league"]),
        ("country=CCC&as_of=2000-12-31", []),
        ("country=CCC&as_of=2001-01-01", ["league"]),
        ("party=BBB&country=CCC&as_of=2002-01-01", []),
        ("role=observer&as_of=2000-01-01", []),
        ("country=CCC&role=member&as_of=2007-01-01", []),
        ("country=CCC", ["league"]),
        ("country=AAA", ["bygone", "league", "undated"]),
        ("obligation=defense", ["league"]),
        ("obligation=neutrality,consultation", ["league"]),
        ("obligation=neutrality", []),
        ("sort=in_force&country=AAA", ["undated", "bygone", "league"]),
    ],
)
def test_filters_find_who_was_bound(valley: TestClient, query: str, ids: list[str]) -> None:
    assert sorted(found(valley, query)) == sorted(ids)
    if "sort" in query:
        assert found(valley, query) == ids


def test_an_agreement_that_ended_later_was_in_effect_before(valley: TestClient) -> None:
    then = {
        day: valley.get(f"/v1/agreements?id=bygone&as_of={day}").json()["data"][0]
        for day in ("1990-06-01", "1992-01-01", "1995-06-01")
    }
    assert [one["status"] for one in then.values()] == ["signed", "in_effect", "ended"]
    assert [one["parties"][0]["status"] for one in then.values()] == [
        "signed",
        "in_effect",
        "ended",
    ]


def test_agreements_that_nothing_dates_are_counted(valley: TestClient) -> None:
    meta = valley.get("/v1/agreements?as_of=2020-01-01&party=AAA").json()["meta"]
    assert (meta["as_of"], meta["total"], meta["undated"]) == ("2020-01-01", 1, 1)


def test_files_show_what_pages_show(valley: TestClient) -> None:
    lines = valley.get("/v1/agreements?as_of=1993-01-01&format=csv").text.splitlines()
    assert len(lines) == 3
    assert not any("withdrew" in line for line in lines)
    assert "withdrew" in valley.get("/v1/agreements?format=csv").text


def test_an_act_s_document_lists_the_agreement_that_cites_it(valley: TestClient) -> None:
    assert found(valley, "document=letter") == ["league"]
    [claim] = valley.get("/v1/documents/letter/claims").json()["data"]
    assert claim["record"]["id"] == "league"
    assert claim["evidence"] == [{"document": "letter", "record": "Notice"}]


@pytest.mark.parametrize(
    ("party", "reason"),
    [
        ("{start: 2001, end: 2000}", r"ends \(2000-12-31\) before it starts \(2001-01-01\)"),
        ("{start: 2001, end: 2002, end_open: true}", "end_open is true only where end is null"),
        ("{acts: [{act: left, date: 2001}]}", "withdrew"),
        ("{acts: [{act: signed, date: 1999-02-30}]}", "no such day"),
        (
            "{acts: [{act: signed, evidence: [{document: lost, record: A}]}]}",
            "'lost' is not the id of any document",
        ),
    ],
)
def test_spells_and_acts_that_cannot_be_are_refused(
    database: Database, tmp_path: Path, party: str, reason: str
) -> None:
    given = f"actor: AAA, role: member, status: in_effect, {party[1:-1]}"
    pact = f"""
- id: pact
  title: Pact
  agreement_type: accord
  status: signed
  parties: [{{{given}}}]
  evidence: [{{document: list, record: Pact}}]
"""
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(database, [write_seeds(tmp_path / "pact", **(FILES | {"agreements": pact}))])
    [fault] = refused.value.faults
    assert fault.source.endswith("agreements.yaml")
    assert re.search(reason, fault.detail)


def test_a_database_of_the_version_before_learns_the_dates(seeded: Database) -> None:
    columns = (agreements.c.id, agreements.c.begun, agreements.c.in_force_earliest)
    asked = sa.select(*columns, agreements.c.obligation_types).order_by(agreements.c.id)
    with seeded.write() as connection:
        before = connection.execute(asked).all()
        assert any(row.begun for row in before)
        options = config()
        options.attributes["connection"] = connection
        command.downgrade(options, "0010")
        command.upgrade(options, "head")
        assert connection.execute(asked).all() == before
