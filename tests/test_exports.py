"""A dataset to take away, judged by Frictionless's own validator."""

import csv
import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import frictionless
import pytest
from starlette.testclient import TestClient

from app.records.kinds import KINDS
from app.records.seeds import load_seeds
from app.records.storage.change import Change
from tests.conftest import World, write_seeds

PAPER = "Ann said that it should join."
FILES = {
    "people": "[{id: ann, name: Ann, summary: =1+1}]",
    "questions": "[{id: join, title: Should it join?, proposition: It should join., kind: policy}]",
    "documents": (
        f"[{{id: paper, source_type: official, published: 2005-06, paragraphs: 1, "
        f"characters: {len(PAPER)}, sha256: {sha256(PAPER.encode()).hexdigest()}}}]"
    ),
    "opinions": (
        "[{id: ann-join, holder: ann, question: join, stance: support, attribution: paraphrase, "
        "evidence: [{document: paper, paragraph: 1, start: 0, end: 8}]}]"
    ),
}


def package(client: TestClient, address: str) -> zipfile.ZipFile:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def rows(archive: zipfile.ZipFile, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(path).decode(), newline="")))


def described(archive: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("datapackage.json"))
    return found


@pytest.mark.parametrize("dataset", ["kazakhstan-nato", "reference"])
def test_frictionless_is_content_with_the_package(
    client: TestClient, dataset: str, tmp_path: Path
) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(client.get(f"/v1/export/{dataset}.zip").content)
    report = frictionless.validate(str(file), type="package")
    assert report.flatten(["name", "rowNumber", "fieldName", "note"]) == []
    assert report.errors == []
    assert len(report.tasks) == len(KINDS) + 1


def test_a_package_has_every_record_as_format_csv_gives_it(client: TestClient) -> None:
    archive = package(client, "/v1/export/kazakhstan-nato.zip")
    for kind in KINDS.values():
        table = client.get(f"/v1/{kind.path}?dataset=kazakhstan-nato&format=csv")
        assert archive.read(f"{kind.path}.csv") == table.content
    terms = client.get("/v1/codebook").json()["data"]
    assert [row["term"] for row in rows(archive, "codebook.csv")] == [t["term"] for t in terms]


def test_a_package_says_whom_to_cite_and_under_what_licence(client: TestClient) -> None:
    archive = package(client, "/v1/export/kazakhstan-nato.zip")
    told = client.get("/v1/datasets/kazakhstan-nato").json()["data"]
    about = described(archive)
    assert about["citation"] == told["citation"]
    assert about["licenses"][0]["title"] == told["licence"]
    assert about["release"] == 1
    readme = archive.read("README.txt").decode()
    assert told["citation"] in readme
    assert told["licence"] in readme


def test_the_files_are_those_whose_hashes_the_package_names(client: TestClient) -> None:
    archive = package(client, "/v1/export/reference.zip")
    for resource in described(archive)["resources"]:
        content = archive.read(resource["path"])
        assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)


def test_the_same_release_gives_the_same_bytes(client: TestClient) -> None:
    first, again = (client.get("/v1/export/kazakhstan-nato.zip") for _ in range(2))
    assert first.content == again.content
    assert first.headers["content-disposition"].endswith('"kazakhstan-nato_release-1.zip"')
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/v1/export/kazakhstan-nato.zip", headers=tag).status_code == 304


def test_a_table_without_rows_is_there_with_its_header(world: World) -> None:
    archive = package(world(**FILES), "/v1/export/small.zip")
    assert rows(archive, "events.csv") == []
    assert archive.read("events.csv").startswith(b"revision,recorded_at,id,dataset,")
    assert rows(archive, "people.csv")[0]["summary"] == "'=1+1"


def test_a_package_can_be_had_as_it_was(world: World, tmp_path: Path) -> None:
    client = world(**FILES)
    before = client.get("/v1/export/small.zip").content
    then = client.get("/v1/people/ann").json()["data"]["recorded_at"]
    later = FILES | {"people": "[{id: ann, name: Anna}, {id: bob, name: Bob}]"}
    service = client.app.state.service  # type: ignore[attr-defined]
    load_seeds(service.database, [write_seeds(tmp_path / "small", **later)])
    now = package(client, "/v1/export/small.zip")
    assert [row["name"] for row in rows(now, "people.csv")] == ["Anna", "Bob"]
    assert rows(now, "opinions.csv")[0]["holder_name"] == "Anna"
    assert client.get(f"/v1/export/small.zip?known_at={then}").content == before
    early = client.get("/v1/export/small.zip?known_at=2000-01-01")
    assert early.status_code == 404, "there was no such dataset then"


def test_the_words_of_a_source_are_never_part_of_a_package(world: World) -> None:
    client = world(**FILES)
    with client.app.state.service.database.write() as connection:  # type: ignore[attr-defined]
        change = Change(connection, origin="test", by="", reason="")
        change.attach("paper", PAPER.encode())
        change.commit_release()
    assert client.get("/v1/opinions/ann-join").json()["data"]["evidence"][0]["exact"] == "Ann said"
    [opinion] = rows(package(client, "/v1/export/small.zip"), "opinions.csv")
    assert json.loads(opinion["evidence"])[0]["exact"] is None


def test_a_dataset_that_does_not_exist_is_a_404_with_the_nearest(client: TestClient) -> None:
    answer = client.get("/v1/export/referense.zip")
    assert answer.status_code == 404
    assert "did you mean 'reference'?" in answer.json()["detail"]
