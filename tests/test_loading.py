"""Seed files to rows: every fault told at once, all or nothing, and the same again is nothing."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.records.faults import FaultyRecords
from app.records.seeds import load_seeds
from app.settings import seeds_folder
from tests.conftest import SMALL_DATASET, served, write_seeds

DOCUMENT = "- {id: paper, source_type: official, characters: 100, paragraphs: 3}\n"
PERSON = "- {id: ann, name: Ann}\n"
QUESTION = "- {id: join, title: Should it join?, proposition: It should join., kind: policy}\n"
PLACE = "{document: paper, paragraph: 1, start: 1, end: 9}"
OPINION = f"""- id: ann-join
  holder: ann
  question: join
  stance: support
  attribution: paraphrase
  evidence:
    - {PLACE}
"""
SMALL = {"documents": DOCUMENT, "people": PERSON, "questions": QUESTION, "opinions": OPINION}


def faults_of(database: Database, folder: Path) -> list[str]:
    with pytest.raises(FaultyRecords) as refused:
        load_seeds(database, [folder])
    return [str(fault).replace(f"{folder}/", "") for fault in refused.value.faults]


FAULTS = {
    "an unknown key": (
        {"opinions": OPINION.replace("stance:", "stanze: support\n  stance:")},
        "opinions.yaml:4 stanze: unknown key; did you mean 'stance'?",
    ),
    "a key given twice": (
        {"opinions": OPINION.replace("stance:", "stance: oppose\n  stance:")},
        "opinions.yaml:5 stance: is given twice; keep one of them",
    ),
    "a missing key": (
        {"opinions": OPINION.replace("  holder: ann\n", "")},
        "opinions.yaml:1 holder: is missing, and must be given",
    ),
    "a key that is null": (
        {"opinions": OPINION.replace("holder: ann", "holder: null")},
        "opinions.yaml:2 holder: is null, and must be given",
    ),
    "a reference to a kind that has no records": (
        {"questions": QUESTION.replace("kind: policy", "kind: policy, topics: [rivers]")},
        "questions.yaml:1 topics.0: 'rivers' is not the id of any topic; none is known here",
    ),
    "an unknown reference": (
        {"opinions": OPINION.replace("holder: ann", "holder: anne")},
        "opinions.yaml:2 holder: 'anne' is not the id of any actor; did you mean 'ann'?",
    ),
    "a reference of another kind": (
        {"people": "- {id: ann, name: Ann, country: USSR}\n"},
        "people.yaml:1 country: 'USSR' is not the id of any country; none is known here",
    ),
    "a span outside the document": (
        {"opinions": OPINION.replace("end: 9", "end: 101")},
        "opinions.yaml:7 evidence.0.end: 101 lies outside the document, which has 100 characters",
    ),
    "a paragraph outside the document": (
        {"opinions": OPINION.replace("paragraph: 1", "paragraph: 4")},
        "opinions.yaml:7 evidence.0.paragraph: 4 lies outside the document, which has 3 paragraphs",
    ),
    "an end before its start": (
        {"opinions": OPINION.replace("end: 9", "end: 1")},
        "opinions.yaml:7 evidence.0: the span ends (1) before it starts (1)",
    ),
    "an opinion without evidence": (
        {"opinions": OPINION.partition("  evidence")[0]},
        "opinions.yaml:1 record: evidence is missing: say document, paragraph, start and end of "
        "the place that says so",
    ),
    "an agreement without evidence": (
        {"agreements": "- {id: pact, title: Pact, agreement_type: accord, status: signed}\n"},
        "agreements.yaml:1 record: evidence is missing: say document, paragraph, start and end of "
        "the place that says so",
    ),
    "an event without evidence": (
        {"events": "- {id: visit, title: A visit, event_type: visit}\n"},
        "events.yaml:1 record: evidence is missing: say document, paragraph, start and end of the "
        "place that says so",
    ),
    "a membership without evidence": (
        {
            "people": "- id: ann\n  name: Ann\n  memberships:\n"
            "    - {organization: un, role: Envoy, status: current}\n",
            "organizations": "- {id: un, name: UN}\n",
        },
        "people.yaml:4 memberships.0.evidence: is missing, and must be given",
    ),
    "evidence in two documents": (
        {
            "documents": DOCUMENT + DOCUMENT.replace("paper", "other"),
            "opinions": OPINION + f"    - {PLACE.replace('paper', 'other')}\n",
        },
        "opinions.yaml:1 record: evidence is in several documents; an opinion is one report, so "
        "record one opinion for each document",
    ),
    "two records with one id": (
        {"people": PERSON + PERSON},
        "people.yaml:2 id: 'ann' is given twice; first at people.yaml:1",
    ),
    "an id that another kind of actor has": (
        {"groups": "- {id: ann, name: Anns}\n"},
        "groups.yaml:1 id: 'ann' is already the id of a person",
    ),
    "a month that does not exist": (
        {"opinions": OPINION + "  stated: 2006-13\n"},
        "opinions.yaml:8 stated: '2006-13' says month 13; months are 01 to 12, seasons 21 to 32, "
        "quarters 33 to 36, thirds of a year 37 to 39, halves 40 and 41",
    ),
    "a date that ends before it starts": (
        {"opinions": OPINION + "  stated: 2007/2006\n"},
        "opinions.yaml:8 stated: '2007/2006' ends before it starts",
    ),
    "an inferred date without its reason": (
        {"opinions": OPINION + "  stated: {edtf: 2006, basis: inferred}\n"},
        "opinions.yaml:8 stated: an inferred date needs a reason: the facts it was worked out from",
    ),
    "a stance outside the vocabulary": (
        {"opinions": OPINION.replace("support", "suport")},
        "opinions.yaml:4 stance: 'suport' is not in the vocabulary; did you mean 'support'?",
    ),
    "a control character": (
        {"people": '- {id: ann, name: "An\\x00n"}\n'},
        "people.yaml:1 name: the character U+0000 is not allowed in text",
    ),
    "an id with capitals": (
        {"people": PERSON + "- {id: Bob, name: Bob}\n"},
        "people.yaml:2 id: 'Bob' should be lower-case words of a-z and 0-9 joined by hyphens, such "
        "as 'partnership-for-peace'; did you mean 'bob'?",
    ),
    "a file of no kind": (
        {"opinion": OPINION},
        "opinion.yaml:1 file: no kind has this file; did you mean 'opinions.yaml'?",
    ),
    "a file that is not YAML": (
        {"opinions": "- [\n"},
        "opinions.yaml:2 file: is not YAML: did not find expected node content",
    ),
    "a file that is not a list": (
        {"people": "id: ann\n"},
        "people.yaml:1 file: should be a list of people, each beginning with -",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_told_with_file_line_and_field(
    database: Database, tmp_path: Path, what: str
) -> None:
    files, told = FAULTS[what]
    found = faults_of(database, write_seeds(tmp_path / "small", **(SMALL | files)))
    assert told in found, "\n".join(found)


def test_a_record_with_a_fault_is_still_there_for_others(
    database: Database, tmp_path: Path
) -> None:
    """One typo is one fault, not one for each record that names the faulty one."""
    files = SMALL | {"questions": QUESTION.replace("policy", "wish")}
    [found] = faults_of(database, write_seeds(tmp_path / "small", **files))
    assert found.startswith("questions.yaml"), found
    twice = QUESTION + QUESTION.replace("policy", "wish")
    found_twice = faults_of(
        database, write_seeds(tmp_path / "small", **SMALL | {"questions": twice})
    )
    assert len(found_twice) == 2
    assert any("is given twice" in one for one in found_twice)


def test_all_faults_of_all_files_are_told_together_and_nothing_is_kept(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    folder = write_seeds(
        tmp_path / "small",
        **SMALL | {"people": "- {id: Ann}\n", "questions": QUESTION.replace("policy", "wish")},
    )
    found = faults_of(database, folder)
    assert {line.partition(":")[0] for line in found} == {
        "opinions.yaml",
        "people.yaml",
        "questions.yaml",
    }
    with served(database_url) as client:
        assert client.get("/v1/documents").json()["meta"]["total"] == 0
        assert client.get("/v1/datasets").json()["meta"]["release"] == 0


def test_the_same_again_changes_nothing_not_even_the_release(seeded: Database) -> None:
    outcome = load_seeds(seeded, [seeds_folder()])
    assert not outcome.altered
    assert outcome.release == 1


def test_a_load_says_what_it_added_changed_and_removed(database: Database, tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "small", **SMALL)
    first = load_seeds(database, [folder])
    assert first.added == {
        "datasets": 1,
        "documents": 1,
        "people": 1,
        "questions": 1,
        "opinions": 1,
    }
    (folder / "people.yaml").write_text(PERSON.replace("Ann}", "Anne}") + "- {id: bob, name: B}\n")
    (folder / "opinions.yaml").write_text("")
    second = load_seeds(database, [folder])
    assert (second.added, second.changed, second.removed, second.release) == (
        {"people": 1},
        {"people": 1},
        {"opinions": 1},
        2,
    )


def test_a_check_says_what_a_load_would_do_and_does_not_do_it(
    database: Database, tmp_path: Path
) -> None:
    folder = write_seeds(tmp_path / "small", **SMALL)
    assert load_seeds(database, [folder], commit=False).added["opinions"] == 1
    assert load_seeds(database, [folder]).release == 1


def test_what_others_cite_is_not_removed(database: Database, tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "small", **SMALL)
    load_seeds(database, [folder])
    other = write_seeds(
        tmp_path / "other",
        dataset=SMALL_DATASET.replace("small", "other"),
        opinions=OPINION.replace("ann-join", "again"),
    )
    load_seeds(database, [other])
    (folder / "people.yaml").write_text("")
    (folder / "opinions.yaml").write_text("")
    assert faults_of(database, folder) == ["opinions:0 again: still cites person 'ann'"]


def test_what_still_cites_a_removed_record_is_told_with_its_line(
    database: Database, tmp_path: Path
) -> None:
    folder = write_seeds(tmp_path / "small", **SMALL)
    load_seeds(database, [folder])
    (folder / "people.yaml").write_text("")
    assert faults_of(database, folder) == ["opinions.yaml:1 ann-join: still cites person 'ann'"]


@pytest.mark.parametrize("wrong", ["- {id: ann, nam: Ann}\n", "- {id: ann\n"])
def test_a_faulty_entry_is_not_taken_for_a_removed_one(
    database: Database, tmp_path: Path, wrong: str
) -> None:
    folder = write_seeds(tmp_path / "small", **SMALL)
    load_seeds(database, [folder])
    (folder / "people.yaml").write_text(wrong)
    found = faults_of(database, folder)
    assert {line.partition(":")[0] for line in found} == {"people.yaml"}, found


def test_records_may_be_given_in_any_order_of_reference(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """An opinion before its holder still knows the holder's country."""
    dataset = SMALL_DATASET.replace("small", "zoo")
    people = write_seeds(
        tmp_path / "zoo",
        dataset=dataset,
        people="- {id: ann, name: Ann, country: XAA}\n",
        countries="- {id: XAA, name: Aland}\n",
    )
    folder = write_seeds(tmp_path / "small", **{k: v for k, v in SMALL.items() if k != "people"})
    load_seeds(database, [folder, people])
    with served(database_url) as client:
        [found] = client.get("/v1/opinions?country=XAA").json()["data"]
    assert found["holder"] == {"id": "ann", "kind": "person", "name": "Ann"}


# -- the second clock ---------------------------------------------------------------------------


def context(database: Database, folder: Path, name: str, old: str, new: str) -> None:
    file = folder / f"{name}.yaml"
    file.write_text(file.read_text().replace(old, new))
    assert load_seeds(database, [folder]).altered


def moment(client: TestClient, address: str) -> str:
    return str(client.get(address).json()["data"]["recorded_at"])


def test_changed_and_removed_records_stay_readable_as_they_were(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    folder = write_seeds(tmp_path / "small", **SMALL)
    load_seeds(database, [folder])
    with served(database_url) as client:
        first = moment(client, "/v1/people/ann")
        before = client.get("/v1/opinions").json()["data"]
        context(database, folder, "people", "Ann}", "Anne}")
        second = moment(client, "/v1/people/ann")
        context(database, folder, "opinions", OPINION, "")

        now = client.get("/v1/people/ann").json()["data"]
        then = client.get(f"/v1/people/ann?known_at={first}").json()
        assert (now["name"], now["revision"]) == ("Anne", 2)
        assert (then["data"]["name"], then["data"]["revision"]) == ("Ann", 1)
        assert then["meta"]["known_at"] == first
        assert then["meta"]["release"] == 1
        assert client.get(f"/v1/opinions?known_at={first}").json()["data"] == before
        renamed = client.get(f"/v1/opinions?known_at={second}").json()["data"]
        assert renamed[0]["holder"]["name"] == "Anne", "names, too, are those of the time"
        assert client.get("/v1/opinions").json()["data"] == []
        assert client.get("/v1/opinions/ann-join").status_code == 404
        assert client.get(f"/v1/opinions/ann-join?known_at={first}").status_code == 200
        early = "1990-01-01T00:00:00Z"
        assert client.get(f"/v1/people?known_at={early}").json()["meta"]["total"] == 0


def test_search_and_filters_look_at_the_words_and_links_of_the_time(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    topics = "- {id: war, name: War}\n- {id: peace, name: Peace}\n"
    question = QUESTION.replace("}", ", topics: [war]}")
    folder = write_seeds(tmp_path / "small", **SMALL | {"topics": topics, "questions": question})
    load_seeds(database, [folder])
    with served(database_url) as client:
        then = moment(client, "/v1/questions/join")
        context(database, folder, "questions", "[war]", "[peace]")
        context(database, folder, "questions", "Should it join?", "May it enter?")
        for address in (
            "/v1/questions?topic=war",
            "/v1/questions?q=join",
            "/v1/opinions?topic=war",
        ):
            known = f"{address}&known_at={then}"
            answer = client.get(known)
            assert answer.status_code == 200, answer.text
            assert answer.json()["meta"]["total"] == 1, address
        assert client.get("/v1/opinions?topic=war").json()["meta"]["total"] == 0
        assert client.get("/v1/questions?topic=war").json()["meta"]["total"] == 0
        assert client.get("/v1/questions?q=enter").json()["meta"]["total"] == 1


def test_a_holder_that_moves_takes_its_opinions_along_and_the_past_stays(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    files = SMALL | {
        "countries": "- {id: XAA, name: Aland}\n- {id: XBB, name: Beland}\n",
        "people": "- {id: ann, name: Ann, country: XAA}\n",
    }
    folder = write_seeds(tmp_path / "small", **files)
    load_seeds(database, [folder])
    with served(database_url) as client:
        then = moment(client, "/v1/people/ann")
        context(database, folder, "people", "XAA", "XBB")
        assert client.get("/v1/opinions?country=XBB").json()["meta"]["total"] == 1
        assert client.get("/v1/opinions?country=XAA").json()["meta"]["total"] == 0
        known = client.get(f"/v1/opinions?country=XAA&known_at={then}").json()
        assert known["meta"]["total"] == 1
        opinion = client.get("/v1/opinions/ann-join").json()["data"]
        assert opinion["revision"] == 1, "the opinion itself was not changed"


def test_history_cannot_be_rewritten(seeded: Database, tmp_path: Path) -> None:
    import sqlalchemy as sa

    for table in ("releases", "links", "search_entries"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), seeded.write() as writer:
                writer.execute(sa.text(statement))


# -- the shipped seeds ---------------------------------------------------------------------------


def test_no_sentence_of_a_document_is_in_the_seeds() -> None:
    """Spans and our own words only; the check needs the document, so it may have to be skipped."""
    source = Path(__file__).parents[2] / "shared" / "source"
    if not source.is_dir():
        pytest.skip("the document is not part of the project, and is not here")
    text = " ".join(file.read_text(encoding="utf-8") for file in source.glob("*.txt")).split()
    runs = {" ".join(text[i : i + 6]) for i in range(len(text) - 5)}
    for file in seeds_folder().glob("*/*"):
        words = file.read_text(encoding="utf-8").split()
        found = runs & {" ".join(words[i : i + 6]) for i in range(len(words) - 5)}
        assert not found, f"{file.name}: {found}"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/v1/agreements?q=1996&party=KAZ", "kazakhstan-nato-1996-security-agreement"),
        ("/v1/agreements/partnership-for-peace", "partnership-for-peace"),
        ("/v1/people?q=Nurmaganbetov", "sagadat-nurmagambetov"),
        ("/v1/people?q=nurmagambetov", "sagadat-nurmagambetov"),
        ("/v1/opinions?holder=azimbai-gali", "kazakhstan-full-nato-membership"),
        ("/v1/opinions?holder=sagadat-nurmagambetov&stance=strong_oppose", "strong_oppose"),
        ("/v1/opinions?stance=no_position", "kazakhstan-defense-ministry"),
        ("/v1/positions?country=kz&subject=nato", "KAZ"),
        ("/v1/events?participant=kassym-jomart-tokayev", "Last December"),
        ("/v1/countries/tm", "Turkmenistan"),
        ("/v1/search?q=afghanistan", "AFG"),
    ],
)
def test_the_document_is_served(client: TestClient, address: str, said: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert said in json.dumps(answer.json(), ensure_ascii=False)


def test_every_claim_of_the_document_cites_its_place(client: TestClient) -> None:
    for path in ("opinions", "agreements", "events"):
        for record in client.get(f"/v1/{path}?dataset=kazakhstan-nato&limit=500").json()["data"]:
            assert record["evidence"], record["id"]
            for place in record["evidence"]:
                assert place["document"] == "kazakhstan-nato-analysis"
                assert place["start"] < place["end"]
                assert place["exact"] is None, "the text is not held here"


# -- a refusal teaches ---------------------------------------------------------------------------


def test_many_faults_alike_are_one_line_with_a_count(database: Database, tmp_path: Path) -> None:
    people = "".join(f"- {{id: Person {n}, name: P}}\n" for n in range(500))
    people += "- {id: eve, name: 5, nam: x}\n"
    told = faults_of(database, write_seeds(tmp_path / "small", people=people))
    assert len(told) == 2
    assert told[0].startswith("people.yaml:1 id: 'Person 0' should be lower-case words")
    assert told[0].endswith("did you mean 'person-0'? (499 more like it, down to line 500)")


def test_a_check_that_needs_another_folder_says_which(database: Database, tmp_path: Path) -> None:
    whole = write_seeds(tmp_path / "small", **SMALL)
    write_seeds(
        tmp_path / "base",
        dataset=SMALL_DATASET.replace("small", "base"),
        people=(whole / "people.yaml").read_text(),
    )
    (whole / "people.yaml").unlink()
    [told] = faults_of(database, whole)
    assert told == (
        f"opinions.yaml:2 holder: 'ann' is in {tmp_path}/base, which was not given; check and load "
        "both together, or load that one first"
    )
