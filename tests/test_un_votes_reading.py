"""Roll calls as others publish them, read: what is in the files, and every way they can be bad.

The files here are made up and small. One test reads the real ones of the R package, where the
checkout has them beside it.
"""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.errors import Refused
from app.importers.import_run import Entry
from app.importers.un_roll_calls import Vote, VoteSource
from app.importers.un_votes import open_votes
from app.records.kinds import KINDS
from app.records.validation import GivenRecord, validate

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data" / "unvotes"
ROLL_CALLS = "rcid,session,importantvote,date,unres,amend,para,short,descr\n"
VOTES = "rcid,country,country_code,vote\n"
ISSUES = "rcid,short_name,issue\n"
BULK = (
    "undl_id,ms_code,ms_name,ms_vote,date,session,resolution,draft,committee_report,meeting,"
    "title,agenda_title,subjects,vote_note,total_yes,total_no,total_abstentions,"
    "total_non_voting,total_ms,undl_link\n"
)


SEED = ROOT / "seeds" / "reference" / "countries.yaml"
COUNTRIES: list[dict[str, Any]] = yaml.load(SEED.read_text("utf-8"), yaml.CBaseLoader)
NAMES = {c["id"]: (c["name"], c["official_name"], *c["other_names"]) for c in COUNTRIES}
#: First and last day of each state, as far as the seeds say.
TERMS = {
    c["id"]: (
        "0000" if c["valid_from"] == "null" else c["valid_from"],
        "9999" if c["valid_to"] == "null" else c["valid_to"],
    )
    for c in COUNTRIES
}


def package(
    folder: Path,
    *,
    votes: str = "1,Kazakhstan,KZ,yes\n1,Namibia,NA,abstain\n2,France,FR,no\n",
    roll_calls: str = (
        "1,50,1,1995-12-12,R/50/1,0,0,DISARMAMENT,To disarm\n2,51,NA,1996-11-14,R/51/2,0,1,NA,NA\n"
    ),
    issues: str = "1,di,Arms control and disarmament\n1,nu,Nuclear weapons\n",
) -> Path:
    """The three files of the R package in a folder."""
    (folder / "unvotes.csv").write_text(VOTES + votes, "utf-8")
    (folder / "roll_calls.csv").write_text(ROLL_CALLS + roll_calls, "utf-8")
    (folder / "issues.csv").write_text(ISSUES + issues, "utf-8")
    return folder


def bulk_row(**given: str) -> dict[str, str]:
    """One row of the bulk file: Kazakhstan's only vote in a roll call of one."""
    row = dict.fromkeys(BULK.strip().split(","), "")
    row |= {
        "undl_id": "10",
        "ms_code": "KAZ",
        "ms_name": "KAZAKHSTAN",
        "ms_vote": "Y",
        "date": "2023-10-27",
        "session": "ES-10",
        "resolution": "A/RES/ES-10/21",
        "title": "Protection of civilians : resolution / adopted by the General Assembly",
        "subjects": "CIVILIAN PERSONS--PROTECTION",
        "total_yes": "1.0",
        "total_no": "0.0",
        "total_abstentions": "0.0",
        "total_non_voting": "0.0",
        "total_ms": "1.0",
    }
    return row | given


def bulk(folder: Path, rows: Iterable[dict[str, str]], header: str = BULK) -> Path:
    """The bulk file in a folder; columns that the header lacks are left out."""
    out = io.StringIO()
    columns = header.strip().split(",")
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "2026_02_06_ga_voting.csv"
    path.write_text(out.getvalue(), "utf-8")
    return path


def read(path: Path) -> tuple[VoteSource, list[Entry], list[Vote]]:
    """Everything that the files at a path give."""
    source = open_votes(path, NAMES)
    items = list(source)
    entries = [item for item in items if isinstance(item, Entry)]
    return source, entries, [item for item in items if isinstance(item, Vote)]


def faults_of(path: Path) -> list[str]:
    """The faults that reading finds, as lines."""
    return [str(fault) for fault in read(path)[0].faults.kept]


def contents(entries: list[Entry], kind: str) -> list[dict[str, Any]]:
    """The records of one kind."""
    return [entry.content for entry in entries if entry.kind == kind]


def refused(path: Path) -> str:
    """Why a path is refused."""
    with pytest.raises(Refused) as refusal:
        open_votes(path, NAMES)
    return str(refusal.value)


# -- the R package ----------------------------------------------------------------------------


def test_votes_become_opinions_of_states(tmp_path: Path) -> None:
    source, _, votes = read(package(tmp_path))
    assert source.faults.kept == []
    assert [(v.id, v.holder, v.stance, v.named, v.line) for v in votes] == [
        ("un-1-kaz", "KAZ", "support", None, 2),
        ("un-1-nam", "NAM", "neutral", None, 3),
        ("un-2-fra", "FRA", "oppose", None, 4),
    ]
    assert source.opinion(votes[0]) == {
        "id": "un-1-kaz",
        "dataset": "un-votes",
        "holder": "KAZ",
        "holder_as_named": None,
        "question": "un-1",
        "stance": "support",
        "attribution": "vote",
        "confidence": "high",
        "stated": "1995-12-12",
        "evidence": [{"document": "unvotes", "record": "roll call 1, Kazakhstan"}],
    }


def test_roll_calls_become_questions_under_their_topics(tmp_path: Path) -> None:
    _, entries, _ = read(package(tmp_path))
    first, second = contents(entries, "question")
    assert first["title"] == "Should the UN General Assembly adopt R/50/1: DISARMAMENT?"
    assert first["proposition"].endswith("R/50/1: DISARMAMENT — To disarm")
    assert first["topics"] == ["arms-control-and-disarmament", "nuclear-weapons"]
    assert (first["date"], first["session"]) == ("1995-12-12", "50")
    assert first["summary"] == "The U.S. Department of State listed this vote as an important one."
    assert second["title"] == "Should the UN General Assembly adopt a part of R/51/2?"
    assert (second["topics"], second["summary"]) == ([], None)
    assert contents(entries, "topic") == [], "the reference data has these"


def test_a_subject_that_the_reference_data_lacks_becomes_a_topic_once(tmp_path: Path) -> None:
    issues = "1,oc,Law of the sea\n2,oc,Law of the sea\n2,nu,Nuclear weapons and nuclear material\n"
    _, entries, _ = read(package(tmp_path, issues=issues))
    [topic] = contents(entries, "topic")
    assert topic == {"id": "law-of-the-sea", "dataset": "un-votes", "name": "Law of the sea"}
    assert [q["topics"] for q in contents(entries, "question")] == [
        ["law-of-the-sea"],
        ["law-of-the-sea", "nuclear-weapons"],
    ]


def test_references_lead_back_to_what_came_before(tmp_path: Path) -> None:
    kinds = [item.kind for item in open_votes(package(tmp_path), NAMES) if isinstance(item, Entry)]
    assert kinds == ["dataset", "document", "question", "question"]


def test_the_dataset_says_version_licence_and_citation(tmp_path: Path) -> None:
    [dataset] = contents(read(package(tmp_path))[1], "dataset")
    assert dataset["id"] == "un-votes"
    assert dataset["version"] == "R package unvotes: sessions 50–51, 2 roll calls"
    assert dataset["licence"] == "CC0-1.0"
    assert "Voeten" in dataset["citation"]


@pytest.mark.parametrize("form", ["package", "bulk"])
def test_everything_read_is_a_record(tmp_path: Path, form: str) -> None:
    path = package(tmp_path) if form == "package" else bulk(tmp_path, [bulk_row()])
    source, entries, votes = read(path)
    opinions = [Entry("opinion", source.opinion(v), entries[0].location) for v in votes]
    assert opinions
    for entry in [*entries, *opinions]:
        given = validate(KINDS[entry.kind], entry.content, entry.location)
        assert isinstance(given, GivenRecord), given


def test_files_may_be_gzipped_and_carry_more_columns(tmp_path: Path) -> None:
    package(tmp_path)
    plain = (tmp_path / "unvotes.csv").read_text("utf-8").splitlines()
    numbered = "\n".join(f"{n},{line}" for n, line in enumerate(plain)) + "\n"
    (tmp_path / "unvotes.csv").unlink()
    (tmp_path / "unvotes.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + numbered.encode()))
    source, _, votes = read(tmp_path)
    assert (len(votes), source.faults.kept) == (3, [])


def test_one_of_the_three_files_brings_its_fellows(tmp_path: Path) -> None:
    assert len(read(package(tmp_path) / "unvotes.csv")[2]) == 3


def test_progress_runs_from_nothing_to_everything(tmp_path: Path) -> None:
    source = open_votes(package(tmp_path), NAMES)
    assert source.position == 0
    assert source.size == sum(f.stat().st_size for f in tmp_path.iterdir())
    list(source)
    assert source.position == source.size


@pytest.mark.parametrize(
    ("name", "code", "day", "holder", "named"),
    [
        ("Russia", "RU", "1946-01-24", "SUN", "Russia"),
        ("Russia", "RU", "1991-12-24", "SUN", "Russia"),
        ("Russia", "RU", "1991-12-25", "RUS", None),
        ("Taiwan", "TW", "1971-10-25", "TWN", None),
        ("China", "CN", "1971-10-25", "TWN", "China"),
        ("China", "CN", "1971-11-15", "CHN", None),
        ("Yugoslavia", "YU", "1990-12-06", "YUG", None),
        ("Yugoslavia", "YU", "2003-02-03", "YUG", None),
        ("Yugoslavia", "YU", "2003-02-04", "SCG", "Yugoslavia"),
        ("Yugoslavia", "YU", "2006-06-02", "SCG", "Yugoslavia"),
        ("Yugoslavia", "YU", "2006-06-03", "SRB", "Yugoslavia"),
        ("Serbia", "RS", "2010-12-06", "SRB", None),
        ("Czechoslovakia", "CS", "1992-12-06", "CSK", None),
        ("German Democratic Republic", "DD", "1989-12-06", "DDR", "German Democratic Republic"),
        ("Federal Republic of Germany", "NA", "1980-12-06", "DEU", "Federal Republic of Germany"),
        ("Germany", "DE", "1995-12-06", "DEU", None),
        ("Yemen Arab Republic", "NA", "1980-12-06", "YEM", "Yemen Arab Republic"),
        ("Yemen People's Republic", "YD", "1980-12-06", "YMD", "Yemen People's Republic"),
        ("Zanzibar", "NA", "1963-12-17", "EAZ", None),
        ("Namibia", "NA", "1995-12-06", "NAM", None),
        ("Tanzania", "TZ", "1961-12-15", "TZA", None),
        ("Egypt", "EG", "1959-12-15", "EGY", None),
        ("Myanmar (Burma)", "MM", "1959-12-15", "MMR", "Myanmar (Burma)"),
        ("Belarus", "BY", "1959-12-15", "BLR", None),
        ("Ethiopia", "ET", "1992-12-15", "ETH", None),
        ("Sudan", "SD", "2010-12-15", "SDN", None),
    ],
)
def test_a_state_is_taken_as_it_then_was(
    tmp_path: Path, name: str, code: str, day: str, holder: str, named: str | None
) -> None:
    folder = package(
        tmp_path,
        votes=f'1,"{name}",{code},yes\n',
        roll_calls=f"1,30,0,{day},R/1/1,0,0,A,B\n",
        issues="",
    )
    source, _, votes = read(folder)
    assert source.faults.kept == []
    assert [(vote.holder, vote.named) for vote in votes] == [(holder, named)]


@pytest.mark.parametrize(
    ("given", "edtf"),
    [
        ("1995-12-12", "1995-12-12"),
        ("1995-12-12T00:00:00Z", "1995-12-12"),
        ("1995-12-12 00:00:00", "1995-12-12"),
        ("1995/12/12", "1995-12-12"),
        ("19951212", "1995-12-12"),
        ("12 December 1995", "1995-12-12"),
        ("1995-12", "1995-12"),
        ("1995", "1995"),
    ],
)
def test_dates_of_several_forms_are_understood(tmp_path: Path, given: str, edtf: str) -> None:
    folder = package(
        tmp_path,
        votes="1,France,FR,no\n",
        roll_calls=f"1,50,0,{given},R/1/1,0,0,A,B\n",
        issues="",
    )
    [question] = contents(read(folder)[1], "question")
    assert question["date"] == (given if given == edtf else {"text": given, "edtf": edtf})


def test_days_that_the_file_shows_to_be_weekdays_are_not_taken_for_days(tmp_path: Path) -> None:
    early = [f"{n},40,0,1985-11-0{n % 7 + 1},R/40/{n},0,0,A,B\n" for n in range(1, 1001)]
    late = "6000,57,NA,2002-11-06,R/57/1,NA,NA,A,B\n7000,58,NA,2003-12-03,R/58/1,NA,NA,A,B\n"
    votes = "".join(f"{n},France,FR,no\n" for n in [*range(1, 1001), 6000, 7000])
    folder = package(tmp_path, votes=votes, roll_calls="".join(early) + late, issues="")
    source, entries, _ = read(folder)
    assert source.faults.kept == []
    questions = contents(entries, "question")
    assert questions[0]["date"] == {"text": "1985-11-02", "edtf": "1985-11"}
    assert [q["date"] for q in questions[-2:]] == ["2002-11-06", "2003-12-03"]


def test_one_day_above_seven_shows_that_days_are_days(tmp_path: Path) -> None:
    days = [*[f"0{n % 7 + 1}" for n in range(1000)], "08"]
    rows = [f"{n},40,0,1985-11-{day},R/40/{n},0,0,A,B\n" for n, day in enumerate(days)]
    votes = "".join(f"{n},France,FR,no\n" for n in range(len(days)))
    _, entries, _ = read(package(tmp_path, votes=votes, roll_calls="".join(rows), issues=""))
    assert contents(entries, "question")[0]["date"] == "1985-11-01"


@pytest.mark.parametrize(
    ("short", "descr", "told"),
    [
        ("A", '"THE \\NEW WORDS\\\\, IN IT.\\"""""', 'R/1/1: A — THE "NEW WORDS", IN IT."'),
        ("A", '"READING \\NO.\\\\""\t0\t0"', 'R/1/1: A — READING "NO."'),
        ("A", '"entitled _Peace<d3>. A"', 'R/1/1: A — entitled "Peace". A'),
        ('"A, \\B\\\\""\tTO ADOPT C\t0"', "0", 'R/1/1: A, "B" — TO ADOPT C'),
        ("Law : resolution / adopted", "Law : resolution / adopted by the GA", "R/1/1: Law"),
        ("NA", "\x08Words", "R/1/1 — Words"),
    ],
)
def test_words_that_the_export_mangled_are_mended(
    tmp_path: Path, short: str, descr: str, told: str
) -> None:
    row = f"1,50,0,1995-12-12,R/1/1,0,0,{short},{descr}\n"
    folder = package(tmp_path, votes="1,France,FR,no\n", roll_calls=row, issues="")
    source, entries, _ = read(folder)
    assert source.faults.kept == []
    [question] = contents(entries, "question")
    assert question["proposition"] == f"The UN General Assembly should adopt {told}"


# -- the Digital Library ------------------------------------------------------------------------


def test_the_bulk_file_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    older = BULK.replace("vote_note,", "")
    shuffled = ",".join(reversed(BULK.strip().split(","))) + "\n"
    for header in (BULK, older, shuffled):
        source, entries, votes = read(bulk(tmp_path, [bulk_row()], header))
        assert source.faults.kept == []
        [question] = contents(entries, "question")
        assert question["id"] == "undl-10"
        assert question["title"] == (
            "Should the UN General Assembly adopt A/RES/ES-10/21: Protection of civilians?"
        )
        assert (question["session"], question["date"]) == ("ES-10", "2023-10-27")
        assert question["topics"] == ["civilian-persons-protection"]
        assert [(v.id, v.stance, v.named) for v in votes] == [("undl-10-kaz", "support", None)]
        [dataset] = contents(entries, "dataset")
        assert dataset["version"] == "UN Digital Library bulk file: 2026_02_06_ga_voting.csv"
        assert "4060887" in dataset["citation"]


def test_not_voting_makes_no_opinion_but_counts(tmp_path: Path) -> None:
    totals = {"total_yes": "1", "total_abstentions": "1", "total_no": "1", "total_non_voting": "1"}
    totals["total_ms"] = "4"
    words = [("KAZ", "KAZAKHSTAN", "Y"), ("FRA", "FRANCE", "A"), ("BEN", "BENIN", "X")]
    words.append(("NAM", "NAMIBIA", "N"))
    rows = [bulk_row(ms_code=c, ms_name=n, ms_vote=w, **totals) for c, n, w in words]
    source, _, votes = read(bulk(tmp_path, rows))
    assert source.faults.kept == []
    assert [(v.holder, v.stance) for v in votes] == [
        ("KAZ", "support"),
        ("FRA", "neutral"),
        ("NAM", "oppose"),
    ]


@pytest.mark.parametrize(
    ("code", "name", "day", "holder"),
    [
        ("SUN", "USSR", "1980-12-11", "SUN"),
        ("RUS", "RUSSIAN FEDERATION", "1980-12-11", "SUN"),
        ("RUS", "RUSSIAN FEDERATION", "1992-12-11", "RUS"),
        ("CHN", "CHINA", "1960-12-11", "TWN"),
        ("YUG", "YUGOSLAVIA", "1980-12-11", "YUG"),
        ("SCG", "SERBIA AND MONTENEGRO", "2004-12-11", "SCG"),
        ("SRB", "SERBIA", "2007-12-11", "SRB"),
        ("EAZ", "ZANZIBAR", "1963-12-17", "EAZ"),
        ("BUR", "BURMA", "1960-12-11", "MMR"),
        ("ZAR", "ZAIRE", "1980-12-11", "COD"),
        ("", "BYELORUSSIAN SSR", "1980-12-11", "BLR"),
        ("UAR", "UNITED ARAB REPUBLIC", "1960-12-11", "EGY"),
        ("CSK", "CZECHOSLOVAKIA", "1980-12-11", "CSK"),
        ("YMD", "DEMOCRATIC YEMEN", "1980-12-11", "YMD"),
    ],
)
def test_the_library_names_states_of_their_time(
    tmp_path: Path, code: str, name: str, day: str, holder: str
) -> None:
    source, _, votes = read(bulk(tmp_path, [bulk_row(ms_code=code, ms_name=name, date=day)]))
    assert source.faults.kept == []
    assert [vote.holder for vote in votes] == [holder]


# -- bad files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"votes": "1,France,FR,yes\n2,France,FR,no\n9,France,FR,yes\n"},
            "unvotes.csv:4 rcid: roll call '9' is not in roll_calls.csv",
        ),
        (
            {"votes": "1,France,FR,maybe\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 vote: 'maybe' is none of yes, abstain, no",
        ),
        (
            {"votes": "1,France,FR,yes\n1,France,FR,no\n2,France,FR,no\n"},
            "unvotes.csv:3 country: FRA has two rows in roll call un-1; a state votes once",
        ),
        (
            {"votes": "1,Atlantis,QX,yes\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 country: name 'Atlantis' with code 'QX' is no state known here",
        ),
        (
            {"votes": "1,Atlantis,NA,yes\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 country: name 'Atlantis' with code 'NA' is no state known here",
        ),
        (
            {"votes": "1,Fran\x00ce,FR,yes\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 country: the character U+0000 is not allowed in text",
        ),
        (
            {"votes": f"1,{'F' * 401},FR,yes\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 country: a state's name of 401 characters; right would be 1 to 400",
        ),
        (
            {"votes": "1,,FR,yes\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 country: a state's name of 0 characters; right would be 1 to 400",
        ),
        (
            {"votes": "1,Aruba,AW,yes\n1,Cuba,CU,no\n2,France,FR,no\n"},
            "unvotes.csv:2 country: ABW is not among the countries; load seeds/reference first",
        ),
        (
            {"votes": "1,France,FR,yes\n2,Fra"},
            "unvotes.csv:3 row: has 2 columns where the header has 4",
        ),
        (
            {"votes": "1,France,FR,yes\n"},
            "roll_calls.csv:3 rcid: roll call 2 has no vote in unvotes.csv; is that file whole?",
        ),
        ({"votes": '1,France,FR,yes\n2,"Fra'}, "unvotes.csv:4 file: is not well-formed CSV"),
        (
            {"issues": "7,di,Disarmament\n"},
            "issues.csv:2 rcid: roll call '7' is not in roll_calls.csv",
        ),
        ({"issues": "1,di,NA\n"}, "issues.csv:2 issue: is missing"),
        ({"roll_calls": ""}, "roll_calls.csv:1 file: has no roll call below its header"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, given: dict[str, str], fault: str) -> None:
    assert any(found.startswith(fault) for found in faults_of(package(tmp_path, **given)))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1,50,0,1995-13-12,R/1/1,0,0,A,B", "roll_calls.csv:2 date: '1995-13-12' is not a date"),
        ("1,50,0,03/04/1995,R/1/1,0,0,A,B", "roll_calls.csv:2 date: '03/04/1995' is not a date"),
        ("1,50,0,NA,R/1/1,0,0,A,B", "roll_calls.csv:2 date: 'NA' is not a date"),
        ("1,NA,0,1995-12-12,R/1/1,0,0,A,B", "roll_calls.csv:2 session: 'NA' is not a session's"),
        ("x,50,0,1995-12-12,R/1/1,0,0,A,B", "roll_calls.csv:2 rcid: 'x' is not a roll call's"),
    ],
)
def test_a_bad_roll_call_is_a_fault(tmp_path: Path, row: str, fault: str) -> None:
    assert faults_of(package(tmp_path, roll_calls=row + "\n"))[0].startswith(fault)


def test_a_bad_roll_call_is_one_fault_however_many_voted_in_it(tmp_path: Path) -> None:
    folder = package(
        tmp_path,
        roll_calls="1,50,0,NA,R/1/1,0,0,A,B\n2,50,0,1995-12-12,R/1/2,0,0,A,B\n",
        votes="1,France,FR,yes\n1,Cuba,CU,no\n2,France,FR,no\n",
        issues="1,di,Disarmament\n",
    )
    found = faults_of(folder)
    assert len(found) == 1
    assert found[0].startswith("roll_calls.csv:2 date: 'NA' is not a date")


def test_a_roll_call_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    row = "1,50,0,1995-12-12,R/1/1,0,0,A,B\n"
    folder = package(tmp_path, roll_calls=row * 2, votes="1,France,FR,no\n", issues="")
    assert faults_of(folder) == ["roll_calls.csv:3 rcid: roll call 1 stands here a second time"]


def test_all_faults_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    folder = package(
        tmp_path,
        votes="1,France,FR,maybe\n7,France,FR,no\n1,Cuba,CU,no\n2,Cuba,CU\n2,Cuba,CU,no\n",
        issues="8,di,Disarmament\n",
    )
    assert [fault.split(":")[0:2] for fault in faults_of(folder)] == [
        ["issues.csv", "2 rcid"],
        ["unvotes.csv", "2 vote"],
        ["unvotes.csv", "3 rcid"],
        ["unvotes.csv", "5 row"],
    ]


def test_faults_are_counted_beyond_those_kept(tmp_path: Path) -> None:
    folder = package(tmp_path, votes="9,France,FR,yes\n" * 3000)
    source, _, votes = read(folder)
    assert votes == []
    assert source.faults.total == 3002
    assert len(source.faults.kept) == 1000


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (
            [bulk_row(total_yes="2", total_ms="2")],
            "2026_02_06_ga_voting.csv:2 total_yes: says 2, but 1 rows of roll call 10 were read",
        ),
        ([bulk_row(ms_vote="Yes")], "2026_02_06_ga_voting.csv:2 vote: 'Yes' is none of Y, N, A, X"),
        ([bulk_row(date="27/10/2023")], "2026_02_06_ga_voting.csv:2 roll call: '27/10/2023' is"),
        (
            [bulk_row(ms_name="NAMIBIA", ms_code="N\x07")],
            "2026_02_06_ga_voting.csv:2 country: the character U+0007 is not allowed in text",
        ),
        ([bulk_row(undl_id="")], "2026_02_06_ga_voting.csv:2 roll call: undl_id '' is not"),
        (
            [bulk_row(total_yes="2", total_ms="2"), bulk_row(total_yes="2", total_ms="2")],
            "2026_02_06_ga_voting.csv:3 country: KAZ has two rows in roll call undl-10",
        ),
        (
            [
                bulk_row(total_yes="2", total_ms="2"),
                bulk_row(ms_code="FRA", ms_name="FRANCE", total_yes="9", total_ms="2"),
            ],
            "2026_02_06_ga_voting.csv:3 total_yes: says '9', line 2 says '2'",
        ),
        ([], "2026_02_06_ga_voting.csv:1 file: has no roll call below its header"),
    ],
)
def test_a_bad_bulk_file_is_faulty(tmp_path: Path, rows: list[dict[str, str]], fault: str) -> None:
    assert faults_of(bulk(tmp_path, rows))[0].startswith(fault)


def test_half_a_compressed_file_is_a_fault(tmp_path: Path) -> None:
    many = "".join(f"1,{name},{c},yes\n" for name, c in [("France", "FR"), ("Cuba", "CU")])
    folder = package(tmp_path, votes=many + "2,France,FR,yes\n")
    whole = gzip.compress((folder / "unvotes.csv").read_bytes())
    (folder / "unvotes.csv").unlink()
    (folder / "unvotes.csv.gz").write_bytes(whole[:-12])
    found = faults_of(folder)
    assert len(found) == 1, "what it would have held is not missed as well"
    assert "ends in the middle" in found[0]


def test_damage_in_a_compressed_file_is_a_fault(tmp_path: Path) -> None:
    folder = package(tmp_path)
    whole = bytearray(gzip.compress((folder / "unvotes.csv").read_bytes()))
    whole[-6] ^= 0xFF
    (folder / "unvotes.csv").unlink()
    (folder / "unvotes.csv.gz").write_bytes(bytes(whole))
    assert any("gzip" in fault for fault in faults_of(folder))


def test_text_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    folder = package(tmp_path)
    with (folder / "issues.csv").open("ab") as file:
        file.write(b"2,x,Caf\xe9\n")
    assert any("is not UTF-8" in fault for fault in faults_of(folder))


# -- what is no form at all -----------------------------------------------------------------------


def test_a_strange_header_is_named_and_so_is_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b,c\n1,2,3\n")
    told = refused(tmp_path / "x.csv")
    assert "x.csv has the header 'a,b,c'" in told
    assert "unvotes.csv, roll_calls.csv and issues.csv" in told
    assert "4060887" in told


def test_a_wrong_column_is_named(tmp_path: Path) -> None:
    package(tmp_path)
    (tmp_path / "unvotes.csv").write_text("rcid,country,code,vote\n1,France,FR,yes\n")
    told = refused(tmp_path)
    assert "unvotes.csv has the header 'rcid,country,code,vote'" in told
    assert "for votes it lacks country_code" in told
    (tmp_path / "unvotes.csv").unlink()
    (tmp_path / "bulk.csv").write_text(BULK.replace("ms_vote", "vote"))
    assert "for bulk it lacks ms_vote" in refused(tmp_path / "bulk.csv")


def test_half_a_form_and_two_forms_are_refused(tmp_path: Path) -> None:
    package(tmp_path)
    bulk(tmp_path, [bulk_row()])
    assert "stands beside other tables; give its own path" in refused(tmp_path)
    (tmp_path / "2026_02_06_ga_voting.csv").unlink()
    (tmp_path / "again.csv").write_text(VOTES)
    assert "again.csv and unvotes.csv are both votes" in refused(tmp_path)
    (tmp_path / "again.csv").unlink()
    (tmp_path / "issues.csv").unlink()
    assert "the table of issues is missing" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08", b"\xff\xfe", b"\x00\x01\x02"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    assert "right would be" in refused(tmp_path / "x.csv")


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    assert "there is no such file or folder" in refused(tmp_path / "none")
    assert "holds no table of roll calls" in refused(tmp_path)


# -- the real files -------------------------------------------------------------------------------


class RealFiles:
    """What the real files come to, counted in passing; the votes are not kept."""

    def __init__(self) -> None:
        self.source = open_votes(REAL, NAMES)
        self.entries: list[Entry] = []
        self.stances: Counter[str] = Counter()
        self.cast: Counter[tuple[str, str]] = Counter()
        days: dict[str, str] = {}
        for item in self.source:
            if isinstance(item, Vote):
                self.stances[item.stance] += 1
                self.cast[item.holder, days[item.question]] += 1
            else:
                self.entries.append(item)
                if item.kind == "question":
                    date = item.content["date"]
                    days[item.content["id"]] = date if isinstance(date, str) else date["edtf"]


@pytest.fixture(scope="module")
def real() -> RealFiles:
    """The real files, read once."""
    if not REAL.is_dir():
        pytest.skip("the real roll calls are not beside this checkout")
    return RealFiles()


def test_the_real_files_are_read_whole(real: RealFiles) -> None:
    assert real.source.faults.kept == []
    assert real.stances == {"support": 693_664, "neutral": 110_897, "oppose": 65_548}
    assert real.stances.total() == 870_109
    questions = contents(real.entries, "question")
    assert len({content["id"] for content in questions}) == 6_203
    assert contents(real.entries, "topic") == []
    assert sum(1 for content in questions if not content["topics"]) == 2_104
    for entry in real.entries:
        assert isinstance(validate(KINDS[entry.kind], entry.content, entry.location), GivenRecord)


def test_no_real_vote_is_cast_by_a_state_that_was_not(real: RealFiles) -> None:
    for (holder, day), votes in real.cast.items():
        begun, ended = TERMS[holder]
        # A month may hold the very day on which a state began.
        assert begun[: len(day)] <= day <= ended, (holder, day, votes)


@pytest.mark.parametrize(
    ("name", "code", "country"),
    [
        ("Korea, Rep.", "", "KOR"),
        ("Korea, Dem. People's Rep.", "", "PRK"),
        ("Congo, Dem. Rep.", "", "COD"),
        ("Republic of Ireland", "", "IRL"),
        ("Burma", "BU", "MMR"),
        ("Казахстан", "", "KAZ"),
    ],
)
def test_a_state_is_called_as_at_every_other_door(
    tmp_path: Path, name: str, code: str, country: str
) -> None:
    folder = package(tmp_path, votes=f'1,"{name}",{code},yes\n2,France,FR,no\n')
    _, _, votes = read(folder)
    assert [vote.holder for vote in votes] == [country, "FRA"]


# -- nothing is dropped without a word ----------------------------------------------------------


def test_a_note_on_a_vote_is_told_with_the_opinion(tmp_path: Path) -> None:
    note = "Later advised that it had intended to abstain."
    source, entries, votes = read(bulk(tmp_path, [bulk_row(vote_note=note)]))
    assert (source.faults.kept, votes) == ([], [])
    [opinion] = contents(entries, "opinion")
    assert opinion["summary"] == f"The source notes: “{note}”"
    assert (opinion["id"], opinion["stance"]) == ("undl-10-kaz", "support")


def test_a_note_on_a_state_that_did_not_vote_is_counted(tmp_path: Path) -> None:
    more = {"total_non_voting": "1", "total_ms": "2"}
    absent = {"ms_code": "NAM", "ms_name": "NAMIBIA", "ms_vote": "X", "vote_note": "Was away."}
    path = bulk(tmp_path, [bulk_row(**more), bulk_row(**more, **absent)])
    source, _, _ = read(path)
    assert f"{path.name}: a vote_note on a state that did not vote (1 times)" in source.notes()


@pytest.mark.parametrize("form", ["package", "bulk"])
def test_every_column_is_read_or_listed_with_a_reason(tmp_path: Path, form: str) -> None:
    path = package(tmp_path) if form == "package" else bulk(tmp_path, [bulk_row()])
    files = [path] if path.is_file() else sorted(path.glob("*.csv"))
    headers = {file.name: file.read_text().partition("\n")[0].split(",") for file in files}
    for file in files:
        lines = file.read_text().splitlines()
        numbered = [f'"",mood,{lines[0]}', *(f"{i},glad,{one}" for i, one in enumerate(lines[1:]))]
        file.write_text("\n".join(numbered) + "\n")
    source, _, _ = read(path)
    assert source.faults.kept == []
    told = source.notes()
    for name, header in headers.items():
        assert f"{name}: the column '' was not read: it numbers the rows" in told
        assert f"{name}: the column 'mood' was not read: no column of this name is known" in told
        left = {
            column for column in header if any(f"{name}: the column {column!r} " in t for t in told)
        }
        assert left == set(header) - source.columns
    assert not any("no column" in one for one in told if "mood" not in one)


def test_whole_numbers_that_were_written_with_decimals_are_taken_as_such(tmp_path: Path) -> None:
    calls = "1,50.0,1.0,1995-12-12,R/50/1,0.0,0.0,D,To disarm\n"
    calls += "2.0,51,NA,1996-11-14,R/51/2,NA,1.0,NA,NA\n"
    source, entries, votes = read(package(tmp_path, roll_calls=calls))
    assert source.faults.kept == []
    first, second = contents(entries, "question")
    assert (first["session"], second["session"], len(votes)) == ("50", "51", 3)
    assert "important" in first["summary"]
    assert "a part of R/51/2" in second["title"]


def test_a_yes_or_no_that_is_neither_is_refused(tmp_path: Path) -> None:
    calls = "1,50,yes,1995-12-12,R/50/1,0,0,D,E\n2,51,0,1996-11-14,R/51/2,0,0,NA,NA\n"
    told = faults_of(package(tmp_path, roll_calls=calls))
    assert told == [
        "roll_calls.csv:2 importantvote: 'yes' should be 1 (it is), 0 (it is not) or NA (not known)"
    ]
