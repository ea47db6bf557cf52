"""How a source is cited: what is known is said in the form's own way, and nothing is guessed."""

import json
import warnings
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import bibtexparser
import pybtex.database
import pytest
import rispy
import yaml
from citeproc.source.json import CiteProcJSON
from gris import read_ris
from starlette.testclient import TestClient

from tests.conftest import World

#: gris leaves the file open that it has read.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

SHIPPED = "/v1/documents/kazakhstan-nato-analysis/citation"
TITLE = "50% of a River & its {Banks}"
MEDIA = {
    "text": "text/plain; charset=utf-8",
    "csl-json": "application/vnd.citationstyles.csl+json",
    "bibtex": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
}


def paper(world: World, published: str = "1999-11-04", author: str = "Ada Roe") -> TestClient:
    """A source of which everything is known."""
    return world(
        documents=f"- {{id: paper, title: '{TITLE}', author: {author!r}, publisher: Gazette, "
        f"published: {published}, language: en, source_type: news_analysis, "
        "url: 'https://example.org/a_b', licence: CC0-1.0}"
    )


@pytest.fixture
def titled(world: World) -> TestClient:
    return paper(world)


def cited(client: TestClient, address: str, style: str) -> str:
    """The citation in a style."""
    answer = client.get(f"{address}?format={style}")
    assert answer.status_code == 200, answer.text
    return answer.text


def read_back(client: TestClient, address: str = "/v1/documents/paper/citation") -> dict[str, Any]:
    """The entry of each form, as two libraries read it; they agree on what both read."""
    text = cited(client, address, "bibtex")
    [one] = bibtexparser.loads(text).entries
    [(key, other)] = pybtex.database.parse_string(text, "bibtex").entries.items()
    assert one["ID"] == key
    assert {n.lower(): v for n, v in other.fields.items()}["note" if "note" in one else "title"]
    people = [str(name) for name in other.persons.get("author", [])]
    text = cited(client, address, "ris")
    [ris] = rispy.loads(text)
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".ris") as file:
        file.write(text)
        file.flush()
        [again] = read_ris(file.name)
    [csl] = json.loads(cited(client, address, "csl-json"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of fields that are none of CSL
        source = CiteProcJSON([csl])
    return {
        "bibtex": one,
        "people": people,
        "ris": ris,
        "gris": again,
        "csl": csl,
        "citeproc": source[csl["id"].lower()],
    }


def test_a_source_without_a_title_has_one_in_words_that_says_it_is_ours(client: TestClient) -> None:
    title = "[Untitled source, kazakhstan-nato-analysis]"
    assert title in cited(client, SHIPPED, "text")
    assert ".." not in cited(client, SHIPPED, "text").replace("../", "")
    found = read_back(client, SHIPPED)
    for one in ("bibtex", "ris", "csl", "citeproc"):
        assert str(found[one]["title"]) == title, one
    assert "author" not in found["bibtex"]


@pytest.mark.parametrize(("style", "media"), MEDIA.items())
def test_the_type_that_was_asked_for_is_the_type_sent(
    client: TestClient, style: str, media: str
) -> None:
    by_format = client.get(SHIPPED, params={"format": style})
    by_accept = client.get(SHIPPED, headers={"Accept": media.partition(";")[0]})
    assert by_format.headers["content-type"] == by_accept.headers["content-type"] == media
    assert by_format.text == by_accept.text
    assert client.get(SHIPPED, headers={"Accept": "image/png"}).status_code == 406


AUTHORS: dict[str, list[dict[str, str]]] = {
    "Ada Roe": [{"family": "Roe", "given": "Ada"}],
    "Roe, Ada B.": [{"family": "Roe", "given": "Ada B."}],
    "Roe, Ada; Poe, Ben": [{"family": "Roe", "given": "Ada"}, {"family": "Poe", "given": "Ben"}],
    "Ada Roe and Ben van der Poe": [
        {"family": "Roe", "given": "Ada"},
        {"family": "van der Poe", "given": "Ben"},
    ],
    "Erik Voeten, Anton Strezhnev, Michael Bailey; packaged by David Robinson": [
        {"family": "Voeten", "given": "Erik"},
        {"family": "Strezhnev", "given": "Anton"},
        {"family": "Bailey", "given": "Michael"},
        {"literal": "packaged by David Robinson"},
    ],
    "Erik Voeten, Anton Strezhnev": [
        {"family": "Voeten", "given": "Erik"},
        {"family": "Strezhnev", "given": "Anton"},
    ],
    "Dag Hammarskjöld Library": [{"literal": "Dag Hammarskjöld Library"}],
    "Ministry of Trade and Industry": [{"literal": "Ministry of Trade and Industry"}],
    "United Nations, Security Council": [{"literal": "United Nations, Security Council"}],
    "NATO": [{"literal": "NATO"}],
    "Нурсултан Назарбаев": [{"family": "Назарбаев", "given": "Нурсултан"}],
}


@pytest.mark.parametrize(("line", "names"), AUTHORS.items())
def test_authors_are_parted_and_institutions_left_whole(
    world: World, line: str, names: list[dict[str, str]]
) -> None:
    found = read_back(paper(world, author=line))
    turned = [one.get("literal") or f"{one['family']}, {one['given']}" for one in names]
    assert found["csl"]["author"] == names
    assert found["ris"]["authors"] == turned
    assert found["gris"]["AU"] == turned or [found["gris"]["AU"]] == turned
    assert [one.strip("{}") for one in found["people"]] == turned


#: EDTF, and what of it stands where: CSL's date, BibTeX's year, month and biblatex's date, RIS's PY
#: and DA.
DATES: dict[str, tuple[dict[str, Any], dict[str, str], tuple[str | None, str]]] = {
    "1999": ({"date-parts": [[1999]]}, {"year": "1999", "date": "1999"}, ("1999", "1999///")),
    "1999-11": (
        {"date-parts": [[1999, 11]]},
        {"year": "1999", "month": "November", "date": "1999-11"},
        ("1999", "1999/11//"),
    ),
    "1999-11-04": (
        {"date-parts": [[1999, 11, 4]]},
        {"year": "1999", "month": "November", "date": "1999-11-04"},
        ("1999", "1999/11/04/"),
    ),
    "1999-XX-XX": ({"date-parts": [[1999]]}, {"year": "1999"}, ("1999", "1999///")),
    "2004-21": (
        {"date-parts": [[2004]], "season": 1},
        {"year": "2004", "date": "2004-21"},
        ("2004", "2004///spring 2004"),
    ),
    "2004-28": (
        {"date-parts": [[2004]], "season": 4},
        {"year": "2004"},
        ("2004", "2004///winter 2004/2005"),
    ),
    "1996~": (
        {"date-parts": [[1996]], "circa": True},
        {"year": "1996", "date": "1996~"},
        ("1996", "1996///about 1996"),
    ),
    "2005-03-24/2006-12-21": (
        {"date-parts": [[2005, 3, 24], [2006, 12, 21]]},
        {"year": "2005--2006", "date": "2005-03-24/2006-12-21"},
        (None, "///2005-03-24 to 2006-12-21"),
    ),
    "1996?/1998": (
        {"date-parts": [[1996], [1998]], "circa": True},
        {"year": "1996 (uncertain) to 1998", "date": "1996?/1998"},
        (None, "///1996 (uncertain) to 1998"),
    ),
    "[2004-12,2005-12]": (
        {"literal": "2004-12 or 2005-12"},
        {"year": "2004-12 or 2005-12"},
        (None, "///2004-12 or 2005-12"),
    ),
    "{1960,1961-12}": (
        {"literal": "1960 and 1961-12"},
        {"year": "1960 and 1961-12"},
        (None, "///1960 and 1961-12"),
    ),
    "1985/..": (
        {"literal": "since 1985"},
        {"year": "since 1985", "date": "1985/.."},
        (None, "///since 1985"),
    ),
    "199X": ({"literal": "1990s"}, {"year": "1990s", "date": "199X"}, (None, "///1990s")),
    "1950S2": (
        {"literal": "about 1950, between 1900-01-01 and 1999-12-31"},
        {"year": "about 1950, between 1900-01-01 and 1999-12-31"},
        (None, "///about 1950, between 1900-01-01 and 1999-12-31"),
    ),
}


@pytest.mark.parametrize("edtf", DATES)
def test_each_form_says_of_a_date_what_it_can_and_the_note_the_rest(
    world: World, edtf: str
) -> None:
    csl, bibtex, (year, da) = DATES[edtf]
    found = read_back(paper(world, published=f"{{edtf: '{edtf}'}}"))
    assert found["csl"]["issued"] == csl
    fields = found["bibtex"]
    assert {n: fields[n] for n in ("year", "month", "date") if n in fields} == bibtex
    assert (found["ris"].get("year"), found["ris"]["date"]) == (year, da)
    plain = "date-parts" in csl and len(csl) == len(csl["date-parts"]) == 1
    for note in (found["csl"].get("note", ""), found["ris"].get("notes", [""])[0]):
        assert (f"(EDTF {edtf})" in note) is not plain, note
    assert "note" in fields or plain


def test_an_inferred_date_is_never_cited_as_if_it_were_printed(client: TestClient) -> None:
    told = client.get("/v1/documents/kazakhstan-nato-analysis").json()["data"]["published"]
    found = read_back(client, SHIPPED)
    reason = told["reason"].rstrip(".")
    assert found["csl"]["issued"]["circa"] is True
    for note in (found["csl"]["note"], *found["ris"]["notes"][:1], found["bibtex"]["note"]):
        assert f"inferred: {reason}" in note.replace("\\", "")
    assert "inferred" in cited(client, SHIPPED, "text")


def test_a_dataset_is_cited_as_a_release_has_it(client: TestClient) -> None:
    release = client.get("/v1").json()["meta"]["release"]
    address = "/v1/datasets/kazakhstan-nato/citation"
    found = read_back(client, address)
    assert found["csl"]["type"] == "dataset"
    assert found["ris"]["type_of_reference"] == "DATA"
    assert f"release {release} (" in found["csl"]["version"]
    assert found["csl"]["version"] == found["ris"]["edition"] == found["bibtex"]["version"]
    assert f"Release {release} (" in cited(client, address, "text")
    dataset = client.get("/v1/datasets/kazakhstan-nato").json()["data"]
    assert dataset["citation"].rstrip(".") in found["csl"]["note"]
    assert client.get(f"{address}?known_at=2000-01-01T00:00:00Z").status_code == 404
    assert client.get("/v1/datasets/none-such/citation").status_code == 404


def test_the_project_itself_can_be_cited() -> None:
    """`CITATION.cff` has what version 1.2.0 of the format requires."""
    path = Path(__file__).parent.parent / "CITATION.cff"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert told["cff-version"] == "1.2.0"
    assert told["type"] == "software"
    assert all(set(one) == {"name"} for one in told["authors"])
    assert told["license"] == "MIT"


def test_ris_begins_with_its_type_and_reads_back(client: TestClient, titled: TestClient) -> None:
    for one, address in ((client, SHIPPED), (titled, "/v1/documents/paper/citation")):
        text = cited(one, address, "ris")
        assert text.startswith("TY  - GEN\n"), "readers take a number before it for a fault"
        assert text.rstrip().endswith("ER  -")
    [entry] = rispy.loads(text)
    assert entry["title"] == TITLE
    assert entry["authors"] == ["Roe, Ada"]
    assert entry["year"] == "1999"


def test_bibtex_escapes_what_means_something_there(titled: TestClient) -> None:
    bibtex = cited(titled, "/v1/documents/paper/citation", "bibtex")
    assert r"title = {50\% of a River \& its \{Banks\}}" in bibtex
    assert "url = {https://example.org/a_b}" in bibtex
    assert "author = {Roe, Ada}" in bibtex
