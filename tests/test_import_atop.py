"""Importing alliances, `positions import atop`, over both databases.

The files are made up and small, in the form of ATOP 5.1. One test reads the real ones, where the
checkout has them beside it, and compares every promise with ATOP's own table of dyads.
"""

import csv
import gzip
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import permutations
from operator import ge
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.db import Database
from app.db.tables import agreements
from app.errors import Refused
from app.importers.atop.rows import ALLIANCES, MEMBERS
from app.importers.atop.source import import_atop
from app.records.faults import FaultyRecords
from tests.conftest import served
from tests.test_reference_countries import COUNTRIES, codes

REAL = Path(__file__).parents[2] / "shared" / "data" / "atop"
PROMISES = ("defense", "offense", "neutrality", "nonaggression", "consultation")
_FLAGS = dict(zip(("defense", "offense", "neutral", "nonagg", "consul"), PROMISES, strict=True))
_BLANK = {"version": "5.1", "phase": "0", "cowsys": "1", "obvary": "0"}
#: Kazakhstan, Russia, the Soviet Union's number, Germany, Czechoslovakia, Cuba.
KAZ, RUS, GERMANY, CZECHOSLOVAKIA, CUBA = "705", "365", "255", "315", "40"


def dated(columns: str, day: str) -> dict[str, str]:
    """The three cells of a date: `1992-05-25`, `1992-05-` without a day, or nothing if open."""
    parts = day.split("-") if day else ["0", "0", "0"]
    return dict(zip(columns.split(), (str(int(p)) if p else "" for p in parts), strict=True))


def flags(promises: str) -> dict[str, str]:
    """The cells of promises, from their columns' names."""
    return {column: str(int(column in promises.split())) for column in _FLAGS}


def member(
    atopid: int, number: str, entry: str, left: str, promises: str = "defense", **other: str
) -> dict[str, str]:
    """A row of the table of members."""
    return {
        **_BLANK, "atopid": str(atopid), "member": number, **flags(promises),
        **dated("yrent moent dayent", entry), **dated("yrexit moexit dayexit", left),
        "ineffect": str(int(not left)), **other,
    }  # fmt: skip


def alliance(
    atopid: int, begin: str, end: str, members: str, promises: str = "defense", **other: str
) -> dict[str, str]:
    """A row of the table of alliances."""
    listed = {f"mem{n}": number for n, number in enumerate(members.split(), 1)}
    return {
        **_BLANK, "atopid": str(atopid), **flags(promises), **dated("begyr begmo begday", begin),
        **dated("endyr endmo endday", end), "ineffect": str(int(not end)), **listed, **other,
    }  # fmt: skip


def table(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table; a cell that a row does not state is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(columns)), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def folder(
    path: Path, alliances: Iterable[Mapping[str, str]], members: Iterable[Mapping[str, str]]
) -> Path:
    """A folder with both tables."""
    table(path / "atop5_1a.csv", ALLIANCES, alliances)
    table(path / "atop5_1m.csv", MEMBERS, members)
    return path


def pact(path: Path) -> Path:
    """A pact of Kazakhstan and Russia that goes on, and both its members."""
    return folder(
        path,
        [alliance(9, "1992-05-25", "", f"{RUS} {KAZ}", "defense consul")],
        [
            member(9, RUS, "1992-05-25", "", "defense consul"),
            member(9, KAZ, "1992-05-25", "", "defense consul"),
        ],
    )


def silent(_done: int, _whole: int) -> None:
    """Watch an import without a word."""


def stored(database: Database) -> dict[str, Any]:
    """The content of each alliance, by id; dates as EDTF, actors as ids."""
    with database.read() as connection:
        rows = connection.execute(
            sa.select(agreements.c.id, agreements.c.body).where(agreements.c.dataset == "atop")
        )
        return {row.id: _plain(orjson.loads(row.body)) for row in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value["edtf"] if "edtf" in value else {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.removeprefix("\x1factor:") if isinstance(value, str) else value


def spells(content: Any) -> list[tuple[str, str, str | None, str]]:
    """Who was bound from when to when, by what."""
    return [
        (one["actor"], one["start"], one["end"], " ".join(one["obligations"]))
        for one in content["parties"]
    ]


def test_an_alliance_is_served_with_its_parties_and_a_title_marked_as_composed(
    seeded_url: str, tmp_path: Path
) -> None:
    database = Database(seeded_url)
    outcome = import_atop(database, pact(tmp_path), silent)
    database.close()
    assert outcome.added == {"datasets": 1, "documents": 1, "agreements": 1}
    with served(seeded_url) as client:
        answer = client.get("/v1/agreements/atop-9").json()
        found = answer["data"]
        assert found["title"] == "[Kazakhstan–Russia, 1992: defense, consultation]"
        assert "composed" in found["summary"]
        assert found["status"] == "in_effect"
        assert found["terminated"] is None
        assert [(p["actor"]["id"], p["end"], p["end_open"]) for p in found["parties"]] == [
            ("KAZ", None, True),
            ("RUS", None, True),
        ]
        assert found["parties"][0]["acts"][0]["evidence"] == [
            {"document": "atop-5-1-tables", "record": "9/705/0/1992-05-25"}
        ]
        assert "Leeds" in answer["meta"]["citations"][0]["citation"]
        bound = client.get("/v1/agreements?country=KAZ&obligation=consultation&dataset=atop")
        assert [one["id"] for one in bound.json()["data"]] == ["atop-9"]
        coverage = client.get("/v1/datasets/atop").json()["data"]["coverage"]
        assert (coverage["from"]["edtf"], coverage["to"]["edtf"]) == ("1815-01-01", "2018-12-31")
        assert "no «no»" in coverage["note"]


def test_the_same_files_again_change_nothing(database: Database, tmp_path: Path) -> None:
    first = import_atop(database, pact(tmp_path), silent)
    again = import_atop(database, pact(tmp_path), silent)
    assert (again.altered, again.release) == (False, first.release)


#: What the rows of one alliance say, and the spells it has.
SPELLS = [
    (
        "touching phases are one spell",
        [
            member(7, CUBA, "1949-08-24", "1951-10-22", phase="1"),
            member(7, CUBA, "1951-10-22", "", phase="2"),
        ],
        [("CUB", "1949-08-24", None, "defense")],
    ),
    (
        "a phase in which a member promised otherwise is a spell of its own",
        [
            member(7, CUBA, "1949-08-24", "1951-10-22", phase="1"),
            member(7, CUBA, "1951-10-22", "", "defense consul", phase="2"),
        ],
        [
            ("CUB", "1949-08-24", "1951-10-22", "defense"),
            ("CUB", "1951-10-22", None, "defense consultation"),
        ],
    ),
    (
        "one that left and came back has two",
        [
            member(7, CUBA, "1992-05-15", "1999-04-20", phase="1"),
            member(7, CUBA, "2006-08-17", "", phase="2"),
        ],
        [("CUB", "1992-05-15", "1999-04-20", "defense"), ("CUB", "2006-08-17", None, "defense")],
    ),
    (
        "phases side by side are one spell, as long as the longer",
        [
            member(7, CUBA, "1993-01-01", "2008-07-25", phase="3"),
            member(7, CUBA, "1993-01-01", "", phase="2"),
        ],
        [("CUB", "1993-01-01", None, "defense")],
    ),
    (
        "a number that runs on is cut where one state followed another",
        [member(7, RUS, "1970-05-06", "1993-08-26")],
        [("RUS", "1991-12-25", "1993-08-26", "defense"),
         ("SUN", "1970-05-06", "1991-12-25", "defense")],
    ),
    (
        "three states had a number one after the other",
        [member(7, "345", "2000-11-27", "")],
        [
            ("SCG", "2003-02-04", "2006-06-03", "defense"),
            ("SRB", "2006-06-03", None, "defense"),
            ("YUG", "2000-11-27", "2003-02-04", "defense"),
        ],
    ),
    (
        "states that are gone have their own records",
        [
            member(7, RUS, "1891-08-27", "1917-11-08"),
            member(7, "300", "1891-08-27", "1917-11-08"),
            member(7, "8152", "1874-03-15", "1883-08-25"),
        ],
        [
            ("AUH", "1891-08-27", "1917-11-08", "defense"),
            ("XAN", "1874-03-15", "1883-08-25", "defense"),
            ("XRU", "1891-08-27", "1917-11-08", "defense"),
        ],
    ),
    (
        "two numbers of one state are one party",
        [member(7, "260", "1955-05-05", "1990-10-02"), member(7, GERMANY, "1990-10-03", "")],
        [("DEU", "1955-05-05", None, "defense")],
    ),
    (
        "what varied by partner is a spell of its own",
        [
            member(7, CUBA, "1925-10-16", "1930-01-01", phase="1", obvary="1"),
            member(7, CUBA, "1930-01-01", "", phase="2"),
        ],
        [("CUB", "1925-10-16", "1930-01-01", "defense"), ("CUB", "1930-01-01", None, "defense")],
    ),
    (
        "a missing day leaves the month",
        [member(7, CUBA, "1963-07-", "1964-03-")],
        [("CUB", "1963-07", "1964-03", "defense")],
    ),
    (
        "a state that was not recognised yet may have promised before it began",
        [member(7, KAZ, "1991-12-08", "", cowsys="0")],
        [("KAZ", "1991-12-08", None, "defense")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), [c[1:] for c in SPELLS], ids=[c[0] for c in SPELLS])
def test_spells_of_parties(
    database: Database,
    tmp_path: Path,
    rows: list[dict[str, str]],
    expected: list[tuple[str, str, str | None, str]],
) -> None:
    import_atop(database, folder(tmp_path, [matching(rows)], rows), silent)
    assert spells(stored(database)["atop-7"]) == expected


def matching(rows: list[dict[str, str]]) -> dict[str, str]:
    """The row of the alliance whose members' rows these are; one that did not end."""
    first = min(rows, key=lambda row: (int(row["yrent"]), int(row["moent"])))
    begin = [first[name] for name in ("yrent", "moent", "dayent")]
    numbers = dict.fromkeys(row["member"] for row in rows)
    promised = [name for name in _FLAGS if any(row[name] == "1" for row in rows)]
    return alliance(7, "-".join(begin), "", " ".join(numbers), " ".join(promised))


def test_terminated_is_said_only_where_it_is_coded(database: Database, tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        [
            alliance(5, "1960-01-01", "1970-02-", f"{CUBA} {GERMANY}"),
            alliance(6, "1960-01-01", "", CUBA),
        ],
        [
            member(5, CUBA, "1960-01-01", "1970-02-"),
            member(5, GERMANY, "1960-01-01", "1970-02-"),
            member(6, CUBA, "1960-01-01", ""),
        ],
    )
    import_atop(database, path, silent)
    found = stored(database)
    ended, open_ = found["atop-5"], found["atop-6"]
    assert (ended["terminated"], ended["status"]) == ("1970-02", "ended")
    assert (open_["terminated"], open_["status"]) == (None, "in_effect")
    assert [one["end_open"] for one in (*ended["parties"], *open_["parties"])] == [
        False,
        False,
        True,
    ]


def test_who_promised_more_than_others_is_told_apart(database: Database, tmp_path: Path) -> None:
    rows = [member(7, CUBA, "1939-04-13", "", "defense"), member(7, GERMANY, "1939-04-13", "", "")]
    import_atop(database, folder(tmp_path, [matching(rows)], rows), silent)
    found = stored(database)["atop-7"]
    assert spells(found) == [
        ("CUB", "1939-04-13", None, "defense"),
        ("DEU", "1939-04-13", None, ""),
    ]
    assert "by Cuba" in found["obligations"][0]["text"]


SOUND = member(7, CUBA, "1960-01-01", "1970-01-01")
#: What is wrong with a row of the table of members, and how it is said.
FAULTY = [
    ([SOUND | {"yrexit": "1950"}], "atop5_1m.csv:2 yrexit: the spell ends (1950-01-01) before"),
    ([SOUND | {"moent": "15", "dayent": "3"}], "atop5_1m.csv:2 moent: '1960-15-3' is no date"),
    ([SOUND | {"yrent": "3", "dayent": "1960"}], "atop5_1m.csv:2 yrent: 3 is outside 1815 to 2018"),
    ([SOUND | {"yrent": "2019", "yrexit": "2020"}], "atop5_1m.csv:2 yrent: 2019 is outside"),
    ([SOUND | {"yrent": "0"}], "atop5_1m.csv:2 yrent: is 0, which is an open end, but"),
    ([SOUND | {"ineffect": "1"}], "atop5_1m.csv:2 ineffect: is 1, but yrexit is 1970"),
    ([SOUND | {"defense": "3"}], "atop5_1m.csv:2 defense: '3' is neither 0 nor 1"),
    ([SOUND | {"member": "CUB"}], "atop5_1m.csv:2 member: 'CUB' is not a whole number"),
    ([SOUND | {"version": "4.01"}], "atop5_1m.csv:2 version: '4.01' is not 5.1"),
    ([SOUND | {"member": "9999"}], "atop5_1m.csv:2 member: '9999' is the number of no state"),
    (
        [SOUND | {"member": CZECHOSLOVAKIA, "yrent": "1995", "yrexit": "1999"}],
        "atop5_1m.csv:2 member: no state had 315 on 1995-01-01; CSK (Czechoslovakia",
    ),
    (
        [SOUND | {"member": KAZ}],
        "atop5_1m.csv:2 member: no state had 705 on 1960-01-01; KAZ (Kazakhstan, since 1991",
    ),
    (
        [SOUND | {"phase": "1"}, member(7, CUBA, "1965-01-01", "", phase="2")],
        "atop5_1m.csv:3 yrent: phase 2 of member 40 in 7 begins 1965-01-01, but phase 1 (line 2)",
    ),
    ([SOUND, SOUND], "atop5_1m.csv:3 yrent: phase 0 of member 40 in 7 begins 1960-01-01"),
]


@pytest.mark.parametrize(("rows", "fault"), FAULTY, ids=[fault for _, fault in FAULTY])
def test_a_faulty_row_is_told_by_file_and_line_and_nothing_is_stored(
    database: Database, tmp_path: Path, rows: list[dict[str, str]], fault: str
) -> None:
    of_seven = alliance(7, "1960-01-01", "1970-01-01", rows[-1]["member"])
    sound = [member(9, GERMANY, "1992-05-25", "")]
    path = folder(tmp_path, [of_seven, alliance(9, "1992-05-25", "", GERMANY)], [*rows, *sound])
    assert_refused(database, path, fault)


#: What is wrong with the table of alliances, beside members that are sound.
MISFITS = [
    (alliance(7, "1960-01-01", "1970-01-01", f"{CUBA} 2"), "mem1: member 2 has no row in atop5_1m"),
    (alliance(7, "1960-01-01", "1970-01-01", ""), "mem1: member 40 of atop5_1m.csv is missing"),
    (alliance(7, "1961-01-01", "1970-01-01", CUBA), "begyr: 1961-01-01 is not the first entry"),
    (
        alliance(7, "1960-01-01", "1970-01-01", CUBA, "offense"),
        "defense: the promises are offense, but the members' rows defense",
    ),
    (alliance(7, "1970-01-01", "1960-01-01", CUBA), "endyr: the spell ends (1960-01-01) before"),
]


@pytest.mark.parametrize(("row", "fault"), MISFITS, ids=[fault for _, fault in MISFITS])
def test_tables_that_contradict_each_other_are_refused(
    database: Database, tmp_path: Path, row: dict[str, str], fault: str
) -> None:
    assert_refused(database, folder(tmp_path, [row], [SOUND]), f"atop5_1a.csv:2 {fault}")


def test_members_of_an_alliance_that_is_not_there_are_refused(
    database: Database, tmp_path: Path
) -> None:
    path = folder(tmp_path, [], [SOUND])
    assert_refused(database, path, "atop5_1m.csv:2 atopid: alliance 7 has no row in atop5_1a.csv")


def test_files_that_end_early_are_refused(database: Database, tmp_path: Path) -> None:
    pact(tmp_path)
    members = tmp_path / "atop5_1m.csv"
    whole = members.read_text("utf-8")
    members.write_text(whole[: whole.rindex(",")], "utf-8")
    assert_refused(database, tmp_path, "atop5_1m.csv:3 row: has ")
    members.unlink()
    packed = gzip.compress(whole.encode())
    (tmp_path / "atop5_1m.csv.gz").write_bytes(packed[:-20])
    assert_refused(database, tmp_path, "atop5_1m.csv.gz:")


def assert_refused(database: Database, path: Path, fault: str) -> None:
    """Nothing is stored, and one of the faults begins so."""
    with pytest.raises(FaultyRecords) as refused:
        import_atop(database, path, silent)
    told = [str(one) for one in refused.value.faults]
    assert [one for one in told if one.startswith(fault)], told
    assert stored(database) == {}


def test_a_folder_without_the_tables_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such folder; right would be"):
        import_atop(database, tmp_path / "nowhere", silent)
    table(tmp_path / "atop5_1a.csv", ALLIANCES, [])
    with pytest.raises(Refused, match=r"lacks the table of members \(atop5_1m.csv\)"):
        import_atop(database, tmp_path, silent)
    renamed = [name for name in MEMBERS if name != "cowsys"]
    table(tmp_path / "atop5_1m.csv", renamed, [])
    with pytest.raises(Refused, match="it lacks cowsys"):
        import_atop(database, tmp_path, silent)


#: Numbers of COW that one state here has, by the later one.
_SAME = {"260": GERMANY, "678": "679"}
#: The number of each state that shares one with a state it followed.
_NUMBERS = {"SUN": RUS, "RUS": RUS, "XRU": RUS, "YUG": "345", "SCG": "345", "SRB": "345",
            "XSE": "345", "XAN": "8152", "DEU": GERMANY, "YEM": "679"}  # fmt: skip


#: Pairs of which ATOP's table of dyads says less than its table of members: where phases changed
#: within a year it has the promises of one of them, and East Germany's last day is left out.
LESS_IN_TABLE = {
    (1857, "140", "165"),
    (1905, "740", "200"),
    *((1888, *pair) for pair in permutations(("90", "91", "92", "93", "94"), 2)),
    *((1990, *pair) for pair in permutations((GERMANY, "265"), 2)),
}


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside this checkout")
def test_every_promise_of_every_pair_is_atops_own_in_every_year(database: Database) -> None:
    begun = time.process_time()
    outcome = import_atop(database, REAL, silent)
    assert time.process_time() - begun < 5
    assert outcome.added["agreements"] == 789
    found, expected = promised(stored(database)), _dyads()
    assert sorted(expected) == list(range(1815, 2019))
    compared = 0
    for year, pairs in expected.items():
        bound = found[year]
        assert {
            one for one in bound.keys() ^ pairs.keys() if (year, *one) not in LESS_IN_TABLE
        } == ({("220", "8152"), ("8152", "220")} if 1874 <= year <= 1883 else set()), (
            year,
            "Annam is no state of COW's system, so its pair is not in the table",
        )
        for one, told in pairs.items():
            promises, vary = bound[one]
            same = promises == told
            assert same or vary or (year, *one) in LESS_IN_TABLE, (year, one, promises, told)
            assert all(map(ge, promises, told)), (year, one, promises, told)
            compared += same
    assert compared > 0.998 * sum(map(len, expected.values()))


def _dyads() -> dict[int, dict[tuple[str, str], tuple[int, ...]]]:
    """What each state promised each other, by year, from ATOP's own table."""
    found: dict[int, dict[tuple[str, str], tuple[int, ...]]] = defaultdict(dict)
    with gzip.open(REAL / "atop5_1_directed_dyad_year.csv.gz", "rt", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for one, other, year, *flags_ in rows:
            pair = (_SAME.get(one, one), _SAME.get(other, other))
            had = found[int(year)].get(pair, (0,) * 5)
            if pair[0] != pair[1]:
                found[int(year)][pair] = tuple(map(max, had, map(int, flags_)))
    return dict(found)


def promised(
    found: Mapping[str, Any],
) -> dict[int, dict[tuple[str, str], tuple[tuple[int, ...], bool]]]:
    """What each state promised each other in each year, and whether that varied by partner.

    Two are bound in a year where a spell of each stood on the same day of it.
    """
    pairs: dict[int, dict[tuple[str, str], tuple[tuple[int, ...], bool]]] = defaultdict(dict)
    numbers = _number_of_each_state()
    for content in found.values():
        for one, other in permutations(content["parties"], 2):
            pair = (numbers[one["actor"]], numbers[other["actor"]])
            start = max(one["start"], other["start"])
            end = min(f"{each['end'] or '2018-12-31'}-99" for each in (one, other))
            if pair[0] == pair[1] or start > end:
                continue
            own = tuple(int(promise in one["obligations"]) for promise in PROMISES)
            for year in range(int(start[:4]), int(end[:4]) + 1):
                had, varied = pairs[year].get(pair, ((0,) * 5, False))
                pairs[year][pair] = (
                    tuple(map(max, had, own)),
                    varied or one["obligations_vary"],
                )
    return pairs


def _number_of_each_state() -> dict[str, str]:
    own = {country["id"]: codes(country, "cow") for country in COUNTRIES}
    return {country: next(iter(ones)) for country, ones in own.items() if ones} | _NUMBERS
