"""A page opens on what its reader came for, and says what it chose and what it leaves out."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.db.migrate import migrate
from app.records.seeds import load_seeds
from app.settings import seeds_folder
from tests.conftest import World, served, write_seeds
from tests.explorer.test_pages import ASSEMBLY, page_of, text_of

#: Two opinions, far fewer than what was there before.
FEW = {
    "dataset": "{id: few, title: A few words, licence: CC0-1.0, citation: Made up}",
    "people": "[{id: ann, name: Ann}]",
    "documents": "[{id: note, title: A note, language: en, source_type: official, citation: C}]",
    "questions": "[{id: rivers-shared, title: Shared?, proposition: P., kind: policy}]",
    "opinions": "\n".join(
        f"- {{id: few-{n}, holder: {who}, question: rivers-shared, stance: support,"
        " attribution: paraphrase, summary: S., confidence: high,"
        " evidence: [{document: note, record: '1'}]}"
        for n, who in enumerate(("ann", "KAZ"))
    ),
}


@pytest.fixture
def twofold_url(tmp_path: Path, database_url: str) -> str:
    """The shipped seeds, and a smaller dataset that was loaded after them."""
    database = Database(database_url)
    migrate(database)
    load_seeds(database, [seeds_folder()])
    load_seeds(database, [write_seeds(tmp_path / "few", **FEW)])
    database.close()
    return database_url


def home_of(url: str, **settings: str) -> str:
    """The text of the first page."""
    with served(url, **settings) as client:
        return text_of(page_of(client, "/"))


def test_what_is_loaded_later_does_not_take_the_first_page(twofold_url: str) -> None:
    assert "Azimbai Gali" in home_of(twofold_url)
    assert "Ann" not in re.findall(r"\w+", home_of(twofold_url))


def test_the_first_page_begins_with_the_dataset_that_the_deployment_names(
    twofold_url: str,
) -> None:
    named = home_of(twofold_url, home_dataset="few")
    assert "Ann" in re.findall(r"\w+", named)
    assert "Azimbai Gali" not in named


@pytest.mark.parametrize("name", ["nowhere", "reference"])
def test_a_name_that_holds_no_opinion_leaves_the_first_page_as_it_is(
    twofold_url: str, name: str
) -> None:
    assert home_of(twofold_url, home_dataset=name) == home_of(twofold_url)


def test_readers_choose_the_data_by_title_and_see_which_they_are_shown(twofold_url: str) -> None:
    with served(twofold_url) as client:
        for address in ("/", "/timeline", "/alignment"):
            page = page_of(client, address)
            choice = page.split('aria-label="Data"')[1].split("</nav>")[0]
            assert "A few words 2 opinions" in text_of(choice)
            assert "All together" in choice
            assert choice.count("aria-current") == 1
            link = re.search(r'href="([^"]*dataset=few[^"]*)"', choice)
            assert link
            assert text_of(page_of(client, link[1].replace("&amp;", "&")))


def test_the_timeline_of_a_state_opens_on_what_binds_it(client: TestClient) -> None:
    text = text_of(page_of(client, "/timeline?country=KAZ&dataset=kazakhstan-nato"))
    assert "Kazakhstan–NATO security agreement of 1996" in text
    assert "Azimbai Gali" not in text
    assert "This opens on agreements; the other kinds are one choice further." in text
    assert re.search(r"Here: agreements \d+ events \d+ opinions \d+ everything", text)
    kinds = "kind=agreement,event,opinion"
    everything = page_of(client, f"/timeline?country=KAZ&dataset=kazakhstan-nato&{kinds}")
    assert "Azimbai Gali" in text_of(everything)
    assert "This opens on" not in everything


def test_a_timeline_counts_as_many_of_each_kind_as_the_api(client: TestClient) -> None:
    text = text_of(page_of(client, "/timeline?country=KAZ"))
    for kind in ("agreement", "event", "opinion"):
        meta = client.get(f"/v1/timeline?country=KAZ&kind={kind}&limit=1").json()["meta"]
        assert f"{kind}s {meta['total'] + meta['undated']}" in text


def test_a_timeline_with_votes_alone_shows_them(world: World) -> None:
    text = text_of(page_of(world(**ASSEMBLY), "/timeline?country=KAZ"))
    assert "Adopt 0?" in text
    assert "This opens on" not in text


def test_blocs_begin_with_the_last_ten_years_and_say_so(world: World) -> None:
    client = world(**ASSEMBLY)
    page = page_of(client, "/alignment")
    assert "the last ten years there are, 2010 to 2019" in text_of(page)
    assert 'name="from" value="2010-01-01"' in page
    assert "/v1/blocs?from=2010-01-01" in page
    assert client.get("/alignment?from=0001-01-01").status_code == 200
    chosen = text_of(page_of(client, "/alignment?from=2019-05-01"))
    assert "last ten years there are" not in chosen
    assert "since 2019-05-01" in chosen


@pytest.mark.parametrize(
    ("query", "years"),
    [("to=1990-06-30", "1981 to 1990"), ("as_of=2005-01-01", "1996 to 2005")],
)
def test_blocs_end_where_the_reader_says(world: World, query: str, years: str) -> None:
    text = text_of(page_of(world(**ASSEMBLY), f"/alignment?{query}"))
    assert f"the last ten years there are, {years}" in text


EARLY = (
    "/countries/KAZ?as_of=1990-01-01",
    "/countries/kaz?as_of=1991-12-25",
    "/timeline?country=KAZ&to=1990-12-31",
    "/timeline?country=Kazakhstan&as_of=1990-01-01",
    "/alignment?a=KAZ&as_of=1990-01-01",
    "/alignment?a=USA&b=KAZ,CHN&to=1985-01-01",
    "/?country=KAZ&as_of=1990-01-01",
    "/?holder=KAZ&stated_to=1990-01-01",
)


@pytest.mark.parametrize("address", EARLY)
def test_a_state_asked_for_before_it_was_there_says_so(client: TestClient, address: str) -> None:
    text = text_of(page_of(client, address))
    assert re.search(r"Kazakhstan was not there yet : it begins 1991-12-26 ?\.", text)
    assert "Before it there was Soviet Union" in text


@pytest.mark.parametrize(
    "address",
    ["/countries/SUN?as_of=2000-01-01", "/timeline?country=SUN&from=1995-01-01"],
)
def test_a_state_asked_for_after_it_ended_says_so(client: TestClient, address: str) -> None:
    text = text_of(page_of(client, address))
    assert "Soviet Union was there no longer : it ended 1991-12-26 ." in text
    assert "Kazakhstan" in text.split("After it came")[1]


@pytest.mark.parametrize(
    "address",
    [
        "/countries/KAZ",
        "/countries/KAZ?as_of=1991-12-26",
        "/countries/SUN?as_of=1991-12-26",
        "/countries/SUN",
        "/timeline?country=KAZ&from=1980-01-01",
        "/timeline?country=KAZ&to=1992-01-01",
        "/countries/USA?as_of=1990-01-01",
    ],
)
def test_a_state_that_was_there_is_not_said_to_be_absent(client: TestClient, address: str) -> None:
    assert "was not there yet" not in page_of(client, address)
    assert "was there no longer" not in page_of(client, address)


def test_before_a_state_was_there_its_page_has_no_ministries(client: TestClient) -> None:
    assert "Ministry of Defence" in page_of(client, "/countries/KAZ")
    assert "Ministry of Defence" not in page_of(client, "/countries/KAZ?as_of=1990-01-01")


def test_one_holder_is_a_column_and_its_questions_are_rows_the_latest_first(world: World) -> None:
    page = page_of(world(**ASSEMBLY), "/?country=KAZ")
    assert re.search(r'<th scope="col"><a href="/countries/KAZ">', page)
    rows = re.findall(r'<th scope="row"><a href="/questions/(q\d+)">', page)
    assert rows == [f"q{number}" for number in reversed(range(12))]
    assert "2019-05-12" in text_of(page)


def test_the_legend_has_the_words_of_the_cells(world: World) -> None:
    legend = page_of(world(**ASSEMBLY), "/").split('class="legend"')[1].split("</ul>")[0]
    assert text_of(f"<ul {legend}") == "− Against 0 Abstains + In favour · Not recorded"


def test_a_roll_call_says_its_result_first(world: World) -> None:
    client = world(**ASSEMBLY)
    positions = client.get("/v1/positions?question=q0&limit=200").json()["data"]
    text = text_of(page_of(client, "/questions/q0"))
    for stance, word in (("support", "+ In favour"), ("oppose", "− Against")):
        count = sum(one["stance"] == stance for one in positions)
        assert f"{word} {count}" in text.split("The mark before a name")[0]
