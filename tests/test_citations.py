"""How a document is cited: what is known is said in the form's own way, and nothing is guessed."""

import json

import pytest
import rispy
from starlette.testclient import TestClient

from tests.conftest import World

SHIPPED = "/v1/documents/kazakhstan-nato-analysis/citation"


@pytest.fixture
def titled(world: World) -> TestClient:
    """A source of which everything is known."""
    return world(
        documents="- {id: paper, title: '50% of a River & its {Banks}', author: Ada Roe, "
        "publisher: Gazette, published: 1999-11-04, language: en, source_type: news_analysis, "
        "url: 'https://example.org/a_b', licence: CC0-1.0}"
    )


def cited(client: TestClient, address: str, style: str) -> str:
    """The citation in a style."""
    answer = client.get(f"{address}?format={style}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_source_without_a_title_is_still_named(client: TestClient) -> None:
    assert "kazakhstan-nato-analysis" in cited(client, SHIPPED, "text")
    assert ".." not in cited(client, SHIPPED, "text")
    bibtex = cited(client, SHIPPED, "bibtex")
    assert bibtex.startswith("@misc{kazakhstan-nato-analysis,\n")
    assert "howpublished = {" in bibtex
    assert "title" not in bibtex.replace("[Untitled", "")
    assert "author" not in bibtex


def test_ris_begins_with_its_type_and_reads_back(client: TestClient, titled: TestClient) -> None:
    for one, address in ((client, SHIPPED), (titled, "/v1/documents/paper/citation")):
        text = cited(one, address, "ris")
        assert text.startswith("TY  - GEN\n"), "readers take a number before it for a fault"
        assert text.rstrip().endswith("ER  -")
    [entry] = rispy.loads(text)
    assert entry["title"] == "50% of a River & its {Banks}"
    assert entry["authors"] == ["Ada Roe"]
    assert entry["year"] == "1999"


def test_bibtex_escapes_what_means_something_there(titled: TestClient) -> None:
    bibtex = cited(titled, "/v1/documents/paper/citation", "bibtex")
    assert r"title = {50\% of a River \& its \{Banks\}}" in bibtex
    assert "url = {https://example.org/a_b}" in bibtex
    assert "author = {{Ada Roe}}" in bibtex, "one author, however many words the name has"
    assert "howpublished" not in bibtex


def test_csl_json_has_the_date_as_exactly_as_it_is_known(
    client: TestClient, titled: TestClient
) -> None:
    [known] = json.loads(cited(titled, "/v1/documents/paper/citation", "csl-json"))
    assert known["issued"] == {"date-parts": [[1999, 11, 4]]}
    assert known["author"] == [{"literal": "Ada Roe"}]
    [vague] = json.loads(cited(client, SHIPPED, "csl-json"))
    assert "title" not in vague
    assert "date-parts" not in vague["issued"]
