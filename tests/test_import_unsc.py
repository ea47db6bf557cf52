"""Importing votes of the Security Council, `positions import unsc`, over both databases.

The files are made up and small, in the forms that the United Nations publish. One test reads the
real ones, where the checkout has them beside it.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.db import Database
from app.db.tables import opinions, questions
from app.errors import Refused
from app.importers.unsc.library import COLUMNS as LIBRARY
from app.importers.unsc.source import import_unsc
from app.importers.unsc.vetoes import COLUMNS as VETOES
from app.records.faults import FaultyRecords
from tests.conftest import served

REAL = Path(__file__).parents[2] / "shared" / "data"
RESOLUTION = {
    "symbol": "S/RES/2900 (2017)",
    "adoption_date": "8\xa0March\xa02017",
    "adoption_type": "Adopted 2-0-1, 9999th meeting",
    "agenda_item_name": "The situation in Examplia",
    "draft_resolution": "S/2017/1",
    "outcome_letter": "S/PV.9999",
    "resolution_title": "Security Council resolution 2900 (2017) [on talks in Examplia]",
    "chapter_VII": "Chapter VII",
    "MS_in_favour_count": "002",
    "MS_against_count": "",
    "MS_abstaining_count": "001",
    "MS_in_favour": ["KAZAKHSTAN", "CÔTE D’IVOIRE"],
    "MS_against": [],
    "MS_abstaining": ["RUSSIAN FEDERATION"],
    "subjects": [["NEGOTIATION", "UNBIS Thesaurus"], ["The situation", "S/"]],
    "sponsors": [],
}
SECOND = RESOLUTION | {"symbol": "S/RES/2901 (2017)"}


def silent(_done: int, _whole: int) -> None:
    """Watch an import without a word."""


def lines(folder: Path, *records: Mapping[str, Any]) -> Path:
    """A file of resolutions."""
    path = folder / "resolutions.ndjson"
    path.write_bytes(b"\n".join(map(orjson.dumps, records)))
    return path


def table(folder: Path, columns: list[str], *rows: Mapping[str, str]) -> Path:
    """A CSV file."""
    path = folder / "council.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def votes(database: Database, dataset: str = "unsc-votes") -> list[tuple[str, str]]:
    """The id and stance of each vote, by id."""
    with database.read() as connection:
        wanted = sa.select(opinions.c.id, opinions.c.stance).where(opinions.c.dataset == dataset)
        return sorted((row.id, row.stance) for row in connection.execute(wanted))


THREE = [
    ("unsc-res-2900-civ", "support"),
    ("unsc-res-2900-kaz", "support"),
    ("unsc-res-2900-rus", "neutral"),
]


def test_a_resolution_is_a_question_and_each_vote_an_opinion(
    seeded_url: str, tmp_path: Path
) -> None:
    database = Database(seeded_url)
    import_unsc(database, lines(tmp_path, RESOLUTION), silent)
    assert votes(database) == THREE
    database.close()
    with served(seeded_url) as client:
        asked = client.get("/v1/questions/unsc-res-2900").json()["data"]
        assert asked["kind"] == "vote"
        assert asked["title"] == (
            "Should the UN Security Council adopt S/RES/2900 (2017) on talks in Examplia?"
        )
        assert asked["date"]["edtf"] == "2017-03-08"
        assert asked["dataset"] == "unsc-votes"
        assert [topic["id"] for topic in asked["topics"]] == ["negotiation"]
        vote = client.get("/v1/opinions/unsc-res-2900-rus").json()["data"]
        assert (vote["attribution"], vote["stance"]) == ("vote", "neutral")
        note = client.get("/v1/datasets/unsc-votes").json()["data"]["coverage"]["note"]
        assert "Adopted resolutions only" in note


def test_the_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    first = import_unsc(database, lines(tmp_path, RESOLUTION), silent)
    again = import_unsc(database, lines(tmp_path, RESOLUTION, RESOLUTION), silent)
    assert (again.altered, again.release) == (False, first.release)


#: What is wrong with a resolution, and how it is said.
FAULTY: list[tuple[dict[str, Any], str]] = [
    (
        {"MS_in_favour": [], "MS_abstaining": [], "adoption_type": "Adopted by acclamation"},
        "S/RES/2901 (2017): has no list of who voted how (Adopted by acclamation)",
    ),
    ({"MS_in_favour_count": "015"}, "S/RES/2901 (2017): lists 2-0-1 states, but counts 15-0-1"),
    (
        {"adoption_type": "Adopted 13-0-2, 1st meeting"},
        "S/RES/2901 (2017): lists 2-0-1 states, but was «Adopted 13-0-2, 1st meeting»",
    ),
    (
        {"adoption_type": "Adopted unanimously"},
        "S/RES/2901 (2017): lists 2-0-1 states, but was «Adopted unanimously»",
    ),
    ({"adoption_date": "March"}, "S/RES/2901 (2017): 'March' is not a date that is sure"),
    ({"symbol": "2901"}, "2901: is no symbol of a resolution; right would be S/RES/1285 (2000)"),
    ({"symbol": RESOLUTION["symbol"]}, "S/RES/2900 (2017): stands on line 1 too, otherwise"),
]


@pytest.mark.parametrize(("wrong", "fault"), FAULTY, ids=[fault for _, fault in FAULTY])
def test_a_faulty_resolution_is_refused_by_name_or_left_out_on_request(
    database: Database, tmp_path: Path, wrong: dict[str, Any], fault: str
) -> None:
    path = lines(tmp_path, RESOLUTION, SECOND | {"sponsors": ["KAZAKHSTAN"]} | wrong)
    assert_refused(database, path, f"resolutions.ndjson:2 resolution: {fault}")
    outcome = import_unsc(database, path, silent, skip_faulty=True)
    assert votes(database) == THREE
    at = outcome.notes.index("Left out 1 faulty resolutions:")
    assert outcome.notes[at + 1].startswith(f"resolutions.ndjson:2 resolution: {fault}")


#: What no request leaves out, since it is the file that is damaged or misread.
DAMAGED: list[tuple[dict[str, Any], str]] = [
    ({"MS_abstaining": ["FREEDONIA"]}, "country: name 'FREEDONIA' with code 'NA' is no state"),
    ({"MS_abstaining": ["KAZAKHSTAN"]}, "country: KAZ has two rows in roll call unsc-res-2901"),
]


@pytest.mark.parametrize(("wrong", "fault"), DAMAGED, ids=[fault for _, fault in DAMAGED])
def test_a_state_that_is_none_is_refused_in_any_case(
    database: Database, tmp_path: Path, wrong: dict[str, Any], fault: str
) -> None:
    path = lines(tmp_path, RESOLUTION, SECOND | wrong)
    assert_refused(database, path, f"resolutions.ndjson:2 {fault}", skip_faulty=True)


def test_a_file_that_ends_early_is_refused(database: Database, tmp_path: Path) -> None:
    path = lines(tmp_path, RESOLUTION, SECOND)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert_refused(database, path, "resolutions.ndjson:2 record: is no JSON", skip_faulty=True)
    path.write_bytes(gzip.compress(whole)[:-20])
    told = "resolutions.ndjson:1 file: its compressed data is damaged"
    assert_refused(database, path, told, skip_faulty=True)


def assert_refused(
    database: Database, path: Path, fault: str, *, skip_faulty: bool = False
) -> None:
    """Nothing is stored, and one of the faults begins so."""
    with pytest.raises(FaultyRecords) as refused:
        import_unsc(database, path, silent, skip_faulty=skip_faulty)
    told = [str(one) for one in refused.value.faults]
    assert [one for one in told if one.startswith(fault)], told
    assert votes(database) == []


LIBRARY_ROW = {
    "undl_id": "77", "ms_code": "KAZ", "ms_name": "KAZAKHSTAN", "permanent_member": "False",
    "ms_vote": "Y", "date": "2017-03-08", "resolution": "S/RES/2900(2017)", "draft": "S/2017/1",
    "meeting": "S/PV.9999", "description": "on talks", "agenda": "Examplia",
    "subjects": "NEGOTIATION", "total_yes": "2", "total_no": "0", "total_abstentions": "1",
    "total_non_voting": "0", "total_ms": "3",
}  # fmt: skip
LIBRARY_ROWS = (
    LIBRARY_ROW,
    LIBRARY_ROW | {"ms_code": "CIV", "ms_name": "CÔTE D'IVOIRE"},
    LIBRARY_ROW | {"ms_code": "RUS", "ms_name": "RUSSIAN FEDERATION", "ms_vote": "A"},
)


def test_the_librarys_table_gives_the_same_votes(database: Database, tmp_path: Path) -> None:
    import_unsc(database, table(tmp_path, LIBRARY, *LIBRARY_ROWS), silent)
    assert votes(database) == THREE
    import_unsc(database, lines(tmp_path, RESOLUTION), silent)
    assert votes(database) == THREE, "the ids are those of the resolutions, whichever the file"


def test_a_library_table_that_lacks_rows_is_refused(database: Database, tmp_path: Path) -> None:
    path = table(tmp_path, LIBRARY, *LIBRARY_ROWS[:2])
    assert_refused(database, path, "council.csv:2 total_abstentions: says 1, but 0 rows of")


VETO = {
    "year": "1955", "date": "12/13/1955", "draft": "S/3502", "meeting_record": "S/PV.704",
    "agenda_item": "Admission",
    "member_veto1": "USSR", "member_veto2": "China", "China": "1", "France": "0", "Russia": "0",
    "USSR": "1", "USA": "0", "UK": "0",
}  # fmt: skip


def test_a_vetoed_draft_is_a_question_and_each_veto_an_opinion_of_the_state_of_the_day(
    database: Database, tmp_path: Path
) -> None:
    later = VETO | {"year": "2022", "date": "7/8/2022", "draft": "S/2022/538", "China": "0"}
    later |= {"USSR": "0", "Russia": "1", "member_veto1": "Russia", "member_veto2": ""}
    import_unsc(database, table(tmp_path, list(VETOES), VETO, VETO, later), silent)
    assert votes(database, "unsc-vetoes") == [
        ("unsc-draft-s-2022-538-rus", "oppose"),
        ("unsc-draft-s-3502-2-sun", "oppose"),
        ("unsc-draft-s-3502-2-twn", "oppose"),
        ("unsc-draft-s-3502-sun", "oppose"),
        ("unsc-draft-s-3502-twn", "oppose"),
    ]
    with database.read() as connection:
        kinds = connection.execute(
            sa.select(questions.c.kind).where(questions.c.dataset == "unsc-vetoes")
        ).scalars()
        assert set(kinds) == {"vote"}


NOBODY = {"China": "0", "USSR": "0", "member_veto1": "", "member_veto2": ""}
FAULTY_VETOES = [
    ({"date": "13/12/1955"}, "S/3502: '13/12/1955' is no date"),
    ({"year": "1956"}, "S/3502: '12/13/1955' is not of the year '1956'"),
    ({"China": "x"}, "S/3502: 'x' in the column of China is neither 0 nor 1"),
    ({"member_veto2": ""}, "S/3502: marks China, but names USSR"),
    ({"member_veto2": "Cuba"}, "S/3502: names 'Cuba', who is none of China, France"),
    (NOBODY, "S/3502: is a veto that nobody cast"),
]


@pytest.mark.parametrize(("wrong", "fault"), FAULTY_VETOES, ids=[f for _, f in FAULTY_VETOES])
def test_a_faulty_veto_is_refused(
    database: Database, tmp_path: Path, wrong: dict[str, str], fault: str
) -> None:
    sound = VETO | {"draft": "S/3510"}
    path = table(tmp_path, list(VETOES), VETO | wrong, sound)
    assert_refused(database, path, f"council.csv:2 draft: {fault}")
    outcome = import_unsc(database, path, silent, skip_faulty=True)
    assert "Left out 1 faulty drafts:" in outcome.notes
    assert len(votes(database, "unsc-vetoes")) == 2


def test_another_file_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such file; right would be"):
        import_unsc(database, tmp_path / "nowhere", silent)
    renamed = [name for name in LIBRARY if name != "ms_vote"]
    rows = [{k: v for k, v in row.items() if k != "ms_vote"} for row in LIBRARY_ROWS]
    with pytest.raises(Refused, match="for votes it lacks ms_vote; right would be"):
        import_unsc(database, table(tmp_path, renamed, *rows), silent)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside this checkout")
def test_the_real_resolutions_are_loaded_but_for_eighteen(database: Database) -> None:
    path = REAL / "unsc_resolutions" / "resolutions_2000_2026.ndjson.gz"
    with pytest.raises(FaultyRecords) as refused:
        import_unsc(database, path, silent)
    assert len(refused.value.faults) == 18
    outcome = import_unsc(database, path, silent, skip_faulty=True)
    assert outcome.added["questions"] == 1521, "of 1,541 lines, two stand twice"
    of_kazakhstan = Counter(stance for vote, stance in votes(database) if vote.endswith("-kaz"))
    assert of_kazakhstan == {"support": 112, "neutral": 2}, "2403 is left out"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside this checkout")
def test_the_real_vetoes_are_loaded(database: Database) -> None:
    path = REAL / "unsc_vetoes" / "unsc_vetoes_1946_sept2022.csv"
    import_unsc(database, path, silent)
    by = Counter(vote.rpartition("-")[2] for vote, _ in votes(database, "unsc-vetoes"))
    assert (by["usa"], by["gbr"], by["fra"]) == (82, 29, 16)
