"""Importing roll calls, `positions import un-votes`, over both databases, from made-up files."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.cli import main
from app.db import Database
from app.db.migrate import migrate
from app.db.releases import current_release
from app.db.tables import KIND_TABLES, opinions
from app.importers.un_roll_calls import Vote
from app.importers.un_votes import import_un_votes, open_votes
from app.records.faults import FaultyRecords, SourceLocation
from app.records.kinds import KINDS, row_of, written
from app.records.loads.merging import Decisions
from app.records.opinions import Opinion
from app.records.storage.change import Change
from app.records.storage.templates import RecordTemplate
from app.records.validation import GivenRecord
from tests import postgres
from tests.conftest import served
from tests.test_un_votes_reading import NAMES, bulk, bulk_row, package

#: Every sort of vote: each stance, a name of the source's own, dates that are vague or reworded.
SORTS = (
    '1,Kazakhstan,KZ,yes\n1,Namibia,NA,abstain\n1,"Kazakh ""SSR"" 100% %(id)s \\\\",RU,no\n'
    "2,France,FR,no\n2,Côte d’Ivoire,CI,yes\n2,Zaïre,CD,abstain\n"
    "3,Turkey,TR,abstain\n3,Burma,MM,no\n3,Japan,JP,yes\n4,Ghana,GH,yes\n"
)
CALLS = (
    "1,50,1,1995-12-12,R/50/1,0,0,DISARMAMENT,To disarm\n2,51,NA,1996-11,R/51/2,0,1,NA,NA\n"
    "3,52,NA,1997/01/05,R/52/3,0,0,NA,NA\n4,53,NA,2 March 1998,R/53/3,0,0,NA,NA\n"
)
THREE = {"total_yes": "2", "total_ms": "3", "total_non_voting": "1"}
BULK_ROWS = (
    THREE,
    THREE | {"ms_code": "TUR", "ms_name": "TÜRKİYE"},
    THREE | {"ms_code": "NAM", "ms_name": "NAMIBIA", "ms_vote": "X"},
    {"undl_id": "11", "ms_vote": "N", "total_yes": "0", "total_no": "1", "subjects": ""},
    {"undl_id": "12", "ms_vote": "A", "total_yes": "0", "total_abstentions": "1",
     "subjects": "HUMAN RIGHTS|DEMOCRACY|LAW OF THE SEA"},
)  # fmt: skip


def every_sort(form: str, folder: Path) -> Path:
    """Files with every sort of vote that a form can say."""
    if form == "package":
        return package(folder, votes=SORTS, roll_calls=CALLS)
    return bulk(folder, [bulk_row(**given) for given in BULK_ROWS])


def silent(_done: int, _whole: int) -> None:
    """Watch an import without a word."""


def opinions_of(database: Database, *columns: str) -> list[Any]:
    """These columns of the imported opinions, by id."""
    with database.read() as connection:
        wanted = [opinions.c[name] for name in columns]
        mine = sa.select(*wanted).where(opinions.c.dataset == "un-votes").order_by(opinions.c.id)
        return list(connection.execute(mine).mappings())


def state_of(database: Database) -> tuple[int, dict[str, int]]:
    """The release, and how many records of each kind there are."""
    with database.read() as connection:
        counts = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in KIND_TABLES.items()
        }
        return current_release(connection), counts


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command line over the test's own database; gives its exit code."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["positions", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main.main()
        return int(left.value.code or 0)

    return run


@pytest.mark.parametrize("form", ["package", "bulk"])
def test_a_vote_is_stored_as_its_record_class_would_store_it(
    form: str, database: Database, tmp_path: Path
) -> None:
    path = every_sort(form, tmp_path)
    import_un_votes(database, path, silent)
    source = open_votes(path, NAMES)
    votes = [item for item in source if isinstance(item, Vote)]
    records = [Opinion.model_validate(source.opinion(vote)) for vote in votes]
    expected = sorted((row_of(KINDS["opinion"], one) for one in records), key=lambda r: r["id"])
    assert len(expected) == {"package": 10, "bulk": 4}[form]
    assert opinions_of(database, *expected[0]) == expected


def test_a_vote_knows_its_holder_and_when_it_counts(database: Database, tmp_path: Path) -> None:
    import_un_votes(database, every_sort("package", tmp_path), silent)
    told = ("holder_kind", "holder_country", "counts_earliest", "counts_latest", "origin")
    [france] = [row for row in opinions_of(database, "id", *told) if row["id"] == "un-2-fra"]
    assert tuple(france[name] for name in told) == (
        "country", "FRA", "1996-11-01", "1996-11-30", "import:un-votes",
    )  # fmt: skip


def test_votes_are_served_like_any_opinion(
    command: Callable[..., int],
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command("import", "un-votes", every_sort("package", tmp_path)) == 0
    assert capsys.readouterr().err == (
        "issues.csv: the column 'short_name' was not read: it abbreviates the issue\n"
        "Imported release 2:\n  added: 1 datasets, 1 documents, 4 questions, 10 opinions\n"
    )
    with served(database_url) as client:
        opinion = client.get("/v1/opinions/un-1-kaz").json()["data"]
        assert opinion["holder"] == {"id": "KAZ", "kind": "country", "name": "Kazakhstan"}
        assert (opinion["stance"], opinion["attribution"]) == ("support", "vote")
        assert opinion["evidence"] == [{"document": "unvotes", "record": "roll call 1, Kazakhstan"}]
        about = client.get("/v1/opinions?topic=nuclear-weapons&dataset=un-votes").json()
        assert {one["question"]["id"] for one in about["data"]} == {"un-1"}
        positions = client.get("/v1/positions?country=KAZ&topic=nuclear-weapons").json()["data"]
        assert [(one["question"]["id"], one["stance"]) for one in positions] == [
            ("un-1", "support")
        ]


@pytest.mark.parametrize("form", ["package", "bulk"])
def test_the_same_files_again_change_nothing(form: str, database: Database, tmp_path: Path) -> None:
    first = import_un_votes(database, every_sort(form, tmp_path), silent)
    before = state_of(database)
    again = import_un_votes(database, every_sort(form, tmp_path), silent)
    assert not again.altered
    assert again.release == first.release
    assert state_of(database) == before


def test_a_newer_file_changes_and_removes_what_differs(seeded_url: str, tmp_path: Path) -> None:
    database = Database(seeded_url)
    import_un_votes(database, package(tmp_path), silent)
    newer = package(tmp_path, votes="1,Kazakhstan,KZ,no\n1,Namibia,NA,abstain\n2,Cuba,CU,yes\n")
    outcome = import_un_votes(database, newer, silent)
    assert outcome.added == {"opinions": 1}
    assert outcome.changed == {"opinions": 1}
    assert outcome.removed == {"opinions": 1}
    import_un_votes(database, package(tmp_path), silent)
    told = [
        (row["id"], row["stance"], row["revision"])
        for row in opinions_of(database, "id", "stance", "revision")
    ]
    assert told == [
        ("un-1-kaz", "support", 3),
        ("un-1-nam", "neutral", 1),
        ("un-2-fra", "oppose", 2),
    ]
    database.close()


def test_a_newer_file_without_a_roll_call_removes_it_with_its_votes(
    database: Database, tmp_path: Path
) -> None:
    import_un_votes(database, every_sort("package", tmp_path), silent)
    votes, calls = (text.splitlines(keepends=True) for text in (SORTS, CALLS))
    fewer = package(tmp_path, votes="".join(votes[:3]), roll_calls=calls[0])
    outcome = import_un_votes(database, fewer, silent)
    assert outcome.removed == {"opinions": 7, "questions": 3}
    assert outcome.changed == {"datasets": 1}, "which says how many roll calls there are"
    assert [row["id"] for row in opinions_of(database, "id")] == [
        "un-1-kaz",
        "un-1-nam",
        "un-1-rus",
    ]


def test_more_faults_than_are_told_say_so(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = package(tmp_path, votes="1,Cuba,CU,aye\n" * 1001)
    assert command("import", "un-votes", files) == 1
    printed = capsys.readouterr()
    assert printed.err == "1000 faults and more; nothing was changed\n"
    [line] = printed.out.splitlines()  # alike, they are one line
    assert "'aye' is none of yes, abstain, no (999 more like it, down to line 1001)" in line


def test_topics_of_other_data_are_used_as_they_are(database: Database, tmp_path: Path) -> None:
    outcome = import_un_votes(database, every_sort("bulk", tmp_path), silent)
    assert outcome.added["topics"] == 2
    with database.read() as connection:
        topics = KIND_TABLES["topic"]
        found = connection.execute(sa.select(topics.c.id, topics.c.dataset))
        told = {row.id: row.dataset for row in found}
    assert {told["human-rights"], told["democracy"]} == {"reference"}
    assert {told["law-of-the-sea"], told["civilian-persons-protection"]} == {"un-votes"}


FAULTY = {
    "a strange vote": ({"votes": "1,Kazakhstan,KZ,aye\n2,France,FR,no\n"}, "unvotes.csv:2 vote:"),
    "an unknown roll call": (
        {"votes": "1,Cuba,CU,yes\n2,Cuba,CU,yes\n9,Cuba,CU,yes\n"}, "unvotes.csv:4 rcid:"),
    "an unknown state": ({"votes": "1,Cuba,CU,yes\n2,Narnia,NN,yes\n"}, "unvotes.csv:3 country:"),
    "half a file": ({"votes": "1,Cuba,CU,yes\n2,Cuba,C"}, "unvotes.csv:3 row:"),
    "no date": ({"roll_calls": "1,50,1,NA,R/50/1,0,0,A,B\n"}, "roll_calls.csv:2 date:"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_file_leaves_nothing_behind_and_says_where(
    case: str, command: Callable[..., int], database: Database, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    files, told = FAULTY[case]
    before = state_of(database)
    assert command("import", "un-votes", package(tmp_path, **files)) == 1
    printed = capsys.readouterr()
    assert told in printed.out
    assert "nothing was changed" in printed.err
    assert state_of(database) == before, "not even the seeds"


def test_another_table_is_refused_by_its_header(
    command: Callable[..., int],
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = state_of(database)
    (tmp_path / "strange.csv").write_text("a,b\n1,2\n", "utf-8")
    assert command("import", "un-votes", tmp_path / "strange.csv") == 3
    assert "strange.csv has the header 'a,b'" in capsys.readouterr().err
    assert state_of(database) == before


def test_an_opinion_of_other_data_is_not_taken_over(seeded: Database, tmp_path: Path) -> None:
    import_un_votes(seeded, package(tmp_path), silent)
    with seeded.write() as connection:
        connection.execute(
            sa.update(opinions)
            .where(opinions.c.id == "un-1-kaz")
            .values(dataset="kazakhstan-nato", origin="api", body="{}")
        )
    with pytest.raises(FaultyRecords) as refused:
        import_un_votes(seeded, package(tmp_path), silent)
    assert "unvotes.csv:2 id: 'un-1-kaz' belongs to dataset 'kazakhstan-nato'" in map(
        str, refused.value.faults
    )


def indexes_of(database: Database) -> dict[str | None, list[str | None]]:
    """The indexes of opinions and their columns."""
    with database.read() as connection:
        found = sa.inspect(connection).get_indexes("opinions")
    return {one["name"]: one["column_names"] for one in found}


def test_every_index_is_back_after_an_import(database: Database, tmp_path: Path) -> None:
    before = indexes_of(database)
    import_un_votes(database, package(tmp_path), silent)
    assert before
    assert indexes_of(database) == before


@pytest.fixture
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """The addresses of two migrated databases, one of each sort."""
    with postgres.database(request.getfixturevalue("_server")) as url:
        urls = [f"sqlite:///{tmp_path}/both.db", url]
        for each in urls:
            database = Database(each)
            migrate(database)
            database.close()
        yield urls


@pytest.mark.parametrize("form", ["package", "bulk"])
def test_both_databases_give_the_same_records(form: str, both: list[str], tmp_path: Path) -> None:
    exported = []
    for url in both:
        database = Database(url)
        import_un_votes(database, every_sort(form, tmp_path), silent)
        database.close()
        with served(url) as client:
            lines = client.get("/v1/opinions?dataset=un-votes&format=ndjson").text.splitlines()
        exported.append([line.partition('"recorded_at"')[::2] for line in lines])
    timeless = [[(head, tail.partition(",")[2]) for head, tail in each] for each in exported]
    assert timeless[0] == timeless[1]
    assert len(timeless[0]) == {"package": 10, "bulk": 4}[form]


VOTE: dict[str, Any] = {
    "id": "the-id", "dataset": "un-votes", "holder": "ZZZ", "question": "the-question",
    "stance": "support", "attribution": "vote",
    "evidence": [{"document": "d", "record": "the row"}],
}  # fmt: skip
UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "words of its own": ({"summary": "Found by these."}, "nothing but their row"),
    "a place in a text": (
        {"evidence": [{"document": "d", "paragraph": 1, "start": 0, "end": 1}]},
        "nothing but their row",
    ),
    "a placeholder that is missing": ({"holder": "KAZ"}, "not one of each"),
    "a placeholder given twice": ({"role_then": "the row"}, "not one of each"),
    "what is no record": ({"stance": "for"}, "stance"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_no_template_is_made_of(case: str) -> None:
    given, told = UNFIT[case]
    ids = {name: VOTE[name] for name in ("id", "holder", "question")}
    with pytest.raises(ValueError, match=told):
        RecordTemplate(KINDS["opinion"], VOTE | given, ids=ids, lines={"record": "the row"})


@pytest.mark.parametrize(
    ("name", "text"),
    [("record", "a\x07bell"), ("record", ""), ("record", "x" * 501), ("id", "Id")],
)
def test_a_template_takes_only_what_the_field_takes(name: str, text: str) -> None:
    ids = {each: VOTE[each] for each in ("id", "holder", "question")}
    template = RecordTemplate(KINDS["opinion"], VOTE, ids=ids, lines={"record": "the row"})
    with pytest.raises(ValueError, match=r"."):
        template.row({"id": "a", "holder": "KAZ", "question": "q", "record": "r", name: text})


def test_an_import_again_leaves_a_correction_alone(database: Database, tmp_path: Path) -> None:
    """A vote that was corrected, one that was removed, and a question, over the same files."""
    folder = every_sort("package", tmp_path)
    import_un_votes(database, folder, silent)
    with database.write() as connection:
        change = Change(connection, origin="api", by="Aliya", reason="correction")
        for kind, record_id, fields in (
            ("opinion", "un-1-kaz", {"stance": "oppose", "summary": "Read out wrongly."}),
            ("question", "un-1", {"summary": "On arms."}),
        ):
            table = KIND_TABLES[kind]
            row = connection.execute(sa.select(table).where(table.c.id == record_id)).one()
            content = written(KINDS[kind], row.id, row.dataset, row.body) | fields
            record = KINDS[kind].record.model_validate(content)
            change.put([GivenRecord(KINDS[kind], record, SourceLocation("body", 0))])
        change.remove(KINDS["opinion"], "un-1-nam")
        change.commit_release()
    outcome = import_un_votes(database, folder, silent)
    assert (outcome.altered, outcome.kept) == (False, {"questions": 1, "opinions": 2})
    file = next(folder.glob("*votes.csv"))
    file.write_text(file.read_text().replace("1,Kazakhstan,KZ,yes", "1,Kazakhstan,KZ,abstain"))
    with pytest.raises(FaultyRecords) as refused:
        import_un_votes(database, folder, silent)
    [told] = refused.value.faults
    assert (told.source, told.line, told.field) == (file.name, 2, "stance")
    assert 'the file says "neutral", the record "oppose" (Aliya' in told.detail
    theirs = Decisions(theirs=frozenset({"un-1-kaz"}))
    assert import_un_votes(database, folder, silent, theirs).changed == {"opinions": 1}
    [vote] = [one for one in opinions_of(database, "id", "stance") if one["id"] == "un-1-kaz"]
    assert vote["stance"] == "neutral"
